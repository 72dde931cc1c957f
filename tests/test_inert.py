"""Texts of strangers in every output: nothing in them acts on a terminal, a table, a page or a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path

import pytest
from strangers import LINES_OF_MARKDOWN_TABLES, TEXTS, cells, hostile, visible
from support import criterion, full_card, rubric_text, run

from osaid import load_card
from osaid.reports import FORMATS


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inert")
    for number, text in enumerate(TEXTS.values()):
        (folder / f"h{number}.json").write_text(json.dumps(hostile(f"h{number}", text)), encoding="utf-8")
    return folder


def check_markdown(text: str) -> None:
    bare = re.sub(r"\\.", "", text)  # without what is escaped
    assert not re.search(r"[<`~]|&(?!\w*=)", re.sub(r"\]\(https?://[^)\s]*\)", "", bare))
    assert all(address.startswith(("https://", "http://")) for address in re.findall(r"\]\(([^)]*)\)", bare))
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert all(re.match(r"# .*: (does not conform|conforms|undetermined)|## [A-Z]", line) for line in headings), headings
    starts = r"$|# |## |- |  (Ask|Remedy|Evidence): |\||This is|It cannot|Still possible|\d+ models? by "
    assert all(re.match(starts, line) for line in text.splitlines())
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({cells(line) for line in table.splitlines()}) == 1


@pytest.mark.parametrize("form", FORMATS)
def test_many_cards(cards: Path, form: str) -> None:
    ran = run("score", cards, "--format", form)
    assert (ran.code, ran.stderr) == (0, "")
    assert visible(ran.stdout)
    if form == "json":
        found = json.loads(ran.stdout)["assessments"]
        assert sorted(item["subject"]["name"] for item in found) == sorted(TEXTS.values()), "intact"
    elif form == "jsonl":
        rows = [json.loads(line) for line in ran.stdout.split("\n")[:-1]]
        assert sorted(item["subject"]["name"] for item in rows) == sorted(TEXTS.values())
    elif form == "csv":
        check_csv(ran.stdout, len(TEXTS))
    elif form == "markdown":
        check_markdown(ran.stdout)
        assert len(LINES_OF_MARKDOWN_TABLES.findall(ran.stdout)) == len(TEXTS) + 2
    else:
        assert len(ran.stdout.splitlines()) == len(TEXTS) + 4


def check_csv(text: str, count: int) -> None:
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == count + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows:
        for cell in row:
            assert cell == "-" or not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d")), cell
            assert "\n" not in cell


@pytest.mark.parametrize("number", range(len(TEXTS)), ids=list(TEXTS))
def test_one_card(cards: Path, number: int) -> None:
    """In this process, as rendering knows nothing of the command line."""
    from osaid import load_rubric
    from osaid.reports import Context, render
    from osaid.rubrics.assessor import Assessor

    graded_by = load_rubric()
    assessment = Assessor(graded_by).assess(load_card(str(cards / f"h{number}.json")))
    for form in FORMATS:
        text = "".join(render(form, [assessment], Context((graded_by,), "0", one=True)))
        assert visible(text), form
        if form == "markdown":
            check_markdown(text)
            assert "## What stands in the way" in text
        elif form == "csv":
            check_csv(text, 1)
        elif form == "json":
            (found,) = json.loads(text)["assessments"]
            said = TEXTS[list(TEXTS)[number]]
            assert said in {item["says"] for item in found["evidence"]}


def test_what_goes_to_standard_error_is_inert_too(cards: Path, tmp_path: Path) -> None:
    ran = run("validate", cards)
    assert visible(ran.stderr)
    assert visible(ran.stdout)
    broken = full_card()
    for number, text in enumerate(TEXTS.values()):
        if text.strip():
            broken["components"][text] = {"release": text}
            broken["evidence"][f"e{number}"] = {"source": "x", "retrieved": text, text: text}
    (tmp_path / "broken.json").write_text(json.dumps(broken), encoding="utf-8")
    for command in ("validate", "score"):
        ran = run(command, tmp_path / "broken.json")
        assert ran.code == 3
        assert visible(ran.stderr)
        assert ran.stderr.count("error:") >= len(TEXTS)
        assert max(map(len, ran.stderr.splitlines())) < 3000
    ran = run("score", "\033[2J", "\u202egnp", "x" * 5000)
    assert (ran.code, visible(ran.stderr)) == (3, True)
    for command in ("explain", "license"):
        ran = run(command, "\033[2J\u202e")
        assert visible(ran.stdout + ran.stderr)


@pytest.mark.parametrize("form", FORMATS)
def test_file_names(tmp_path: Path, form: str) -> None:
    """A file name is a stranger's text as well, and need not even be text."""
    folder = os.fsencode(tmp_path / "cards")
    os.mkdir(folder)
    names = [b"\033[2J.json", b"a\nb.json", b"=1+1.json", b"a|b`.json", b"\xff\xfe.json", "\u202e.json".encode()]
    for number, name in enumerate(names):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(json.dumps(full_card(f"m{number}-1b")).encode() if number % 2 else b"[")
    ran = run("score", ".", "--format", form, cwd=os.fsdecode(folder))
    assert ran.code == 3
    assert visible(ran.stdout)
    assert visible(ran.stderr)
    assert "Traceback" not in ran.stderr
    target = tmp_path / "out"
    again = run("score", ".", "--format", form, "-o", target, cwd=os.fsdecode(folder))
    assert (again.code, again.stderr) == (3, ran.stderr)
    assert target.read_text(encoding="utf-8") == ran.stdout
    if form == "json":
        result = json.loads(ran.stdout)
        assert (len(result["assessments"]), len(result["errors"])) == (3, 3)
    elif form == "csv":
        check_csv(ran.stdout, len(names))


@pytest.mark.parametrize("names", [["lines"], ["ansi", "pipes", "markdown", "script", "braces"]])
def test_a_rubric_is_a_strangers_too(tmp_path: Path, names: list[str]) -> None:
    quoted = json.dumps(" ".join(TEXTS[name] for name in names))
    keys = dict.fromkeys(("title", "asks", "why", "how", "remedy", "question"), quoted)
    keys["clause"] = f"{{source: DEF, section: {quoted}}}"
    text = rubric_text(
        criterion("A", "{released: weights}", **keys) + criterion("B", "{criterion: A}", role="summary", **keys),
        pillars=f"pillars:\n  - {{id: one, title: {quoted}}}\n",
        sources=f"sources: {{DEF: {{title: {quoted}, url: {quoted}}}}}\n",
        verdicts=f"verdicts:\n  - {{id: good, label: {quoted}, summary: {quoted}, when: {{every: presence}}}}\n"
        f'  - {{id: bad, label: {quoted}, summary: {quoted}, otherwise: "yes"}}\n'
        f"undetermined: {{id: open, label: {quoted}, summary: {quoted}}}\n",
        more=f"levels:\n  - {{id: all, label: {quoted}, when: {{every: presence}}}}\n",
    )
    for key, value in (("title", "Test"), ("answers", "Does it pass?"), ("audience", "Tests."), ("version", "1.0.0")):
        text = text.replace(f"{key}: {value}\n", f"{key}: {quoted}\n", 1)
    (tmp_path / "rubric.yaml").write_text(text, encoding="utf-8")
    card = full_card()
    card["components"]["weights"]["release"] = "partial"
    for file, number in (("a.json", 1), ("b.json", 2)):
        (tmp_path / file).write_text(json.dumps({**card, "model": {**card["model"], "id": f"m{number}"}}), encoding="utf-8")
    forms = [("--format", form) for form in FORMATS]
    commands: list[tuple[str, ...]] = [("rubric", "show"), ("explain", "A", "--rubric")]
    commands += [("score", *files, *form, "--rubric") for form in forms for files in (["a.json"], ["a.json", "b.json"])]
    for command in commands:
        ran = run(*command, "rubric.yaml", cwd=tmp_path)
        assert (ran.code, ran.stderr) == (0, ""), command
        assert visible(ran.stdout), command
        if "markdown" in command:
            for table in re.findall(r"(?:^\|.*\n)+", ran.stdout, re.MULTILINE):
                assert len({cells(line) for line in table.splitlines()}) == 1
            bare = re.sub(r"\]\(https?://[^)\s]*\)", "", re.sub(r"\\.", "", ran.stdout))
            assert not re.search(r"[<`~]", bare)
        elif "csv" in command:
            check_csv(ran.stdout, len(command) - 4)


def test_a_name_of_ten_thousand_characters_is_refused_in_few_words(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(full_card("a-1b", name="x" * 10_000)), encoding="utf-8")
    ran = run("score", tmp_path / "a.json")
    assert (ran.code, ran.stdout) == (3, "")
    assert "[shape.too-long]" in ran.stderr
    assert len(ran.stderr) < 500
