"""Measures what osaid costs beside what a user would pick instead, in one run, and prints ratios.

``make bench``. Times on a shared machine are noisy, so every pair is measured in turn and its median ratio is shown.
"""

from __future__ import annotations

import io
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from osaid.cards.exporters import export
from osaid.cards.reader import load_card, parse_card
from osaid.cli.rubrics import main_and_others
from osaid.lineage import Library
from osaid.reports.documents import render
from osaid.results.plain_data import assessment_data, compact
from osaid.results.review import review
from osaid.rubrics.assessor import Assessor
from osaid.rubrics.rubric import load_rubric

ROOT = Path(__file__).resolve().parent.parent
CARDS = sorted((ROOT / "model_cards").glob("*.yaml"))
SCHEMA = ROOT / "osaid" / "schemas" / "card.json"
BIN = Path(sys.executable).parent
ROUNDS = 15
MOT = ROOT.parent / "shared" / "data" / "mot" / "models"
MOF_FILES = 273
SITE_CARDS = 500
FOLDER_SIZES = (1_000, 10_000)
DERIVED = """\
osaid_card: "1"
as_of: 2026-11-21
model: {{id: t{number}, name: Tuned, derived_from: [{{model: {base}, relation: finetune}}]}}
"""


def pairs(ours: Callable[[], object], theirs: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Median seconds of each, and the median of the ratios pair by pair."""
    ours(), theirs()  # warm up
    a: list[float] = []
    b: list[float] = []
    for _ in range(rounds):
        for call, times in ((ours, a), (theirs, b)):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
    return statistics.median(a), statistics.median(b), statistics.median(x / y for x, y in zip(a, b, strict=True))


def show(what: str, ours: float, theirs: float, ratio: float, goal: str) -> None:
    """A row of the table."""
    print(f"{what:<74} {ours * 1e3:9.1f} {theirs * 1e3:9.1f} {ratio:7.2f}   {goal}")


def in_process() -> None:
    """(a) bytes to JSON of the assessment, against loading the same bytes with CSafeLoader."""
    cards = [(str(path), path.read_bytes()) for path in CARDS]
    rubric = load_rubric()
    assessor = Assessor(rubric, Library())

    def ours() -> None:
        for path, raw in cards:
            compact(assessment_data(assessor.assess(parse_card(raw, path=path)), rubric))

    def theirs() -> None:
        for _, raw in cards:
            yaml.load(raw, Loader=yaml.CSafeLoader)

    size = sum(len(raw) for _, raw in cards)
    show(f"(a) read, check, grade, JSON: {len(cards)} cards, {size:,} bytes / CSafeLoader", *pairs(ours, theirs), "at most 1.0")


def mof_files(folder: Path, count: int) -> list[Path]:
    """Files in the form of the Model Openness Tool, as many as asked for, under different names.

    They are the tool's own where these are at hand, and else made from the bundled cards.
    """
    own = sorted(MOT.glob("*.yml"))
    made = [path.read_text(encoding="utf-8") for path in own] or [export(load_card(str(path)), "mof").text for path in CARDS]
    paths = [folder / f"{number:03}.yml" for number in range(count)]
    for number, path in enumerate(paths):
        text = made[number % len(made)].replace("\nrelease:\n  name: ", f"\nrelease:\n  name: Model {number} of ", 1)
        path.write_text(text, encoding="utf-8")
    return paths


def openness() -> None:
    """(d) files of the Model Openness Tool: read and graded by mof-1.0, and a folder of them from a cold start."""
    with tempfile.TemporaryDirectory() as folder:
        paths = mof_files(Path(folder), MOF_FILES)
        files = [(str(path), path.read_bytes()) for path in paths]
        assessor = Assessor(load_rubric("mof-1.0"), Library())

        def ours() -> None:
            for path, raw in files:
                assessor.assess(parse_card(raw, path=path))

        def theirs() -> None:
            for _, raw in files:
                yaml.load(raw, Loader=yaml.CSafeLoader)

        size = sum(len(raw) for _, raw in files)
        origin = "MOT's own" if MOT.is_dir() else "made from our cards"
        show(f"(d) read and grade: {len(files)} MOF files ({origin}), {size:,} bytes / CSafeLoader", *pairs(ours, theirs), "at most 1.5")
        osaid = (str(BIN / "osaid"), "score", folder, "--rubric", "mof-1.0", "--format", "csv")
        checker = (str(BIN / "check-jsonschema"), "--schemafile", str(ROOT / "bench" / "mof.schema.json"), *map(str, paths))
        show("    the same in one process / check-jsonschema on them", *pairs(ours, lambda: run(*checker)), "at most 0.125")
        show(
            f"    osaid score FOLDER of {len(files)}, cold start and CSV / check-jsonschema",
            *pairs(lambda: run(*osaid), lambda: run(*checker)),
            "",
        )


def run(*command: str) -> None:
    """Run a command to its end; its output is thrown away. Compiled modules are kept, as they are where a command is installed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)


def cold() -> None:
    """(b) one card from a cold start."""
    card = str(ROOT / "model_cards" / "mixtral-8x7b.yaml")
    osaid = (str(BIN / "osaid"), "score", card, "--format", "json")
    checker = (str(BIN / "check-jsonschema"), "--schemafile", str(SCHEMA), card)
    show("(b) osaid score CARD --format json / check-jsonschema on it", *pairs(lambda: run(*osaid), lambda: run(*checker)), "at most 0.6")
    text, name = ((str(BIN / "osaid"), "license", terms) for terms in (str(ROOT / "LICENSE"), "MIT"))
    show("    osaid license FILE, a licence by its text / osaid license MIT", *pairs(lambda: run(*text), lambda: run(*name)), "")
    bare = (sys.executable, "-c", "pass")
    show("    osaid score CARD --format json / python -c pass", *pairs(lambda: run(*osaid), lambda: run(*bare)), "")


def site() -> None:
    """(e) a site of many cards, against reports on the same cards as Markdown that MkDocs makes a site of."""
    with tempfile.TemporaryDirectory() as place:
        cards, docs = Path(place, "cards"), Path(place, "mkdocs", "docs")
        _copies(cards, SITE_CARDS)
        _markdown_reports(cards, docs)
        (docs.parent / "mkdocs.yml").write_text("site_name: Models\nplugins: []\n", encoding="utf-8")
        ours, theirs = Path(place, "ours"), Path(place, "theirs")

        def build() -> None:
            shutil.rmtree(ours, ignore_errors=True)
            run(str(BIN / "osaid"), "site", str(cards), "-o", str(ours))

        def mkdocs() -> None:
            run(str(BIN / "mkdocs"), "build", "--quiet", "--clean", "-f", str(docs.parent / "mkdocs.yml"), "-d", str(theirs))

        show(
            f"(e) osaid site of {SITE_CARDS} cards: read, grade by 7, write / mkdocs build",
            *pairs(build, mkdocs, 3),
            "ours at most 10 s",
        )


def _markdown_reports(cards: Path, docs: Path) -> None:
    """A page a card, as somebody would write for MkDocs: made before, and no part of what is measured."""
    docs.mkdir(parents=True)
    (docs / "index.md").write_text("# Models\n", encoding="utf-8")
    rubrics = main_and_others(())
    library = Library()
    assessors = [Assessor(rubric, library) for rubric in rubrics]
    for path in sorted(cards.glob("*.yaml")):
        found = review(load_card(str(path)), assessors, library)
        text = "".join(map(str, render("markdown", [found], [])))
        (docs / f"{found.card.subject.id}.md").write_text(text, encoding="utf-8")


def memory() -> None:
    """(c) peak memory of grading folders of different sizes."""
    peaks = []
    for size in FOLDER_SIZES:
        start = time.perf_counter()
        peaks.append(_peak(size))
        rate = size / (time.perf_counter() - start)
        print(f"(c) folder of {size:,} cards as jsonl: peak {peaks[-1] / 1024:.0f} MiB, {rate:.0f} cards a second")
    print(f"    peak of the larger folder / the smaller: {peaks[1] / peaks[0]:.2f}   flat: about 1.0")
    peaks = [_peak(size // 2, with_bases=True) for size in FOLDER_SIZES]
    told = ", ".join(f"{size:,} cards {peak / 1024:.0f} MiB" for size, peak in zip(FOLDER_SIZES, peaks, strict=True))
    print(f"    the same where every second card is made from a base of its own: {told}; ratio {peaks[1] / peaks[0]:.2f}")


def _peak(size: int, *, with_bases: bool = False) -> int:
    """Peak memory in KiB of grading a folder of copies of the bundled cards, each under an id of its own."""
    with tempfile.TemporaryDirectory() as folder:
        _copies(Path(folder), size, with_bases=with_bases)
        done = subprocess.run([sys.executable, __file__, "--peak", folder], check=True, capture_output=True, text=True)
        return int(done.stderr.splitlines()[-1])


def _copies(folder: Path, size: int, *, with_bases: bool = False) -> None:
    """Copies of the bundled cards, each under an id of its own; perhaps with a model made from each."""
    folder.mkdir(exist_ok=True)
    for number in range(size):
        text = CARDS[number % len(CARDS)].read_text(encoding="utf-8").replace("\n  id: ", f"\n  id: c{number}-", 1)
        (folder / f"{number:05}.yaml").write_text(text, encoding="utf-8")
        if with_bases:
            base = text.partition("\n  id: ")[2].partition("\n")[0]
            tuned = DERIVED.format(number=number, base=base)
            (folder / f"{number:05}-tuned.yaml").write_text(tuned, encoding="utf-8")


def peak_of_folder(folder: str) -> None:
    """Grade a folder in this process, and print its peak memory in KiB to standard error."""
    from osaid.cli import main

    sys.stdout = io.TextIOWrapper(io.FileIO(os.devnull, "w"))
    try:
        main(["score", folder, "--format", "jsonl"])
    except SystemExit:
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        peak_of_folder(sys.argv[2])
    else:
        print(f"{'median of pairs':<74} {'ours ms':>9} {'other ms':>9} {'ratio':>7}   goal")
        in_process()
        cold()
        openness()
        site()
        memory()
