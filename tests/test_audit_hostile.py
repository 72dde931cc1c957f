"""`osaid audit` on folders that were made to do harm: no crash, no hang, nothing from outside or unescaped, and always a valid card."""

from __future__ import annotations

import json
import os
import random
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_repos import APACHE, put, readme
from support import Ran, run
from weight_files import safetensors

DAY = "2026-01-31"
TENSORS = {"a.weight": ("F32", [4, 4])}
# What acts on a terminal, or turns the order of text around.
ACTING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SIGNS = "\x1b[31m\u202e|`x`<b>[x](javascript:alert(1))"


def audit(folder: Path, form: str) -> Ran:
    """An audit from the folder above. It comes to its end, or the runner gives up."""
    options = ("--date", DAY, "--state", folder.parent / "state", "--all", "--format", form)
    return run("audit", folder.name, *options, cwd=folder.parent)


def links(folder: Path) -> None:
    """Links out, round in circles, to devices and to a pipe."""
    for name, target in {
        "README.md": "/etc/passwd",
        "LICENSE": "/dev/zero",
        "train.py": "../../../../../../etc/passwd",
        "model": "/",
        "self": ".",
        "up": "..",
        "one": "two",
        "two": "one",
        "model.safetensors": "/proc/self/mem",
        "USE_POLICY.md": "/proc/self/environ",
    }.items():
        os.symlink(target, folder / name)
    os.mkfifo(folder / "config.json")
    os.symlink("config.json", folder / "adapter_config.json")
    (folder / "tokenizer.json").write_text('{"version": "1.0", "model": {}}')


def test_a_folder_with_nothing_but_links_out_is_told_as_that(tmp_path: Path) -> None:
    (folder := tmp_path / "model").mkdir()
    os.symlink("/etc/passwd", folder / "README.md")
    done = audit(folder, "json")
    assert (done.code, done.stdout) == (3, "")
    assert "[audit.empty]" in done.stderr
    assert "README.md" in done.stderr


def names(folder: Path) -> None:
    """Names that act on terminals, pages, shells and formats."""
    text = f"Only for non-commercial use. You may not sell it. {SIGNS}\n"
    for name in (
        b"LICENSE \x1b[31m",
        b"LICENSE a\nb",
        b"LICENSE\xff\xfe",
        b"LICENSE <script>x<script>",
        b"LICENSE |x| `code` [x](javascript:alert(1)) **b**.txt",
        "LICENSE\u202egpj.txt".encode(),
        b"LICENSE {count} {0} %s.txt",
        b"LICENSE # yaml: [x.md",
        b"LICENSE ::error::x",
        b"-o",
        b"LICENSE " + b"x" * 240,
    ):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(text, encoding="utf-8")
    safetensors(folder / "'; $(touch pwned).safetensors", TENSORS, {"format": SIGNS})


def front_matter(folder: Path) -> None:
    """Front matter of which every value acts on a terminal or a page."""
    said = json.dumps(SIGNS)
    keys = ("license", "license_name", "license_link", "library_name", "pipeline_tag", "extra_gated_prompt", "gated")
    put(folder, **{"README.md": readme("X", *(f"{key}: {said}" for key in keys), f"base_model: [{said}, ../x, /y]", f"datasets: [{said}]")})


def many_adapters(folder: Path) -> None:
    """More settings that name a base than a card has room for."""
    for number in range(300):
        put(folder, **{f"a{number}/adapter_config.json": json.dumps({"base_model_name_or_path": "own/base"})})


def large_settings(folder: Path) -> None:
    """Settings that take long to read, many times."""
    text = "models:\n" + "".join(f"  - model: own{number}/name\n" for number in range(8000))
    for number in range(60):
        put(folder, **{f"m{number}/mergekit_config.yml": text})


def large_indexes(folder: Path) -> None:
    """Indexes that take long to read, many times."""
    text = json.dumps({"metadata": {}, "weight_map": {f"t{n}": f"model-{n % 999:05}-of-00999.safetensors" for n in range(60_000)}})
    for number in range(60):
        put(folder, **{f"f{number}/model.safetensors.index.json": text})
        safetensors(folder / f"f{number}" / "model-00001-of-00999.safetensors", TENSORS)


def large_licenses(folder: Path) -> None:
    """Licence files that take long to compare, many times."""
    for number in range(120):
        put(folder, **{f"d{number}/LICENSE": APACHE * 36 + str(number)})


def deep(folder: Path) -> None:
    """Settings of a depth that no reader has to bear."""
    put(
        folder,
        **{
            "config.json": '{"a":' * 100_000,
            "adapter_config.json": "[" * 100_000,
            "mergekit_config.yml": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
            "model.safetensors.index.json": '{"weight_map":' * 10_000,
            "README.md": "---\nbase_model: " + "{a: " * 5000 + "1" + "}" * 5000 + "\n---\n",
        },
    )


def wrong_types(folder: Path) -> None:
    """Bases of every type, and in every way that is no name."""
    values: tuple[object, ...] = (5, None, [], {}, True, "", "../../x", "/etc/passwd", SIGNS, "a" * 300 + "/b", "C:\\x\\y", "9" * 5000)
    for number, value in enumerate(values):
        put(folder, **{f"a{number}/adapter_config.json": json.dumps({"base_model_name_or_path": value})})


def large_texts(folder: Path) -> None:
    """Texts that are very large on disk, or in a line."""
    for name in ("README.md", "LICENSE", "config.json", "tokenizer.json", "train.py", "eval.ipynb", "mergekit_config.yml"):
        with (folder / name).open("wb") as file:
            file.write(b"---\nlicense: mit\n---\n")
            file.truncate(2 << 30)
    put(folder, **{"COPYING": "word " * 1_000_000, "NOTICE": "x" * 1_000_000, "training/train.py": "class A(" * 100_000})


FOLDERS: dict[str, Callable[[Path], None]] = {
    made.__name__: made
    for made in (
        links,
        names,
        front_matter,
        many_adapters,
        large_settings,
        large_indexes,
        large_licenses,
        deep,
        wrong_types,
        large_texts,
    )
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_made_to_do_harm_gives_a_valid_card_and_nothing_that_acts(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    FOLDERS[name](folder)
    for form in ("card",) if name.startswith("large") else ("table", "markdown", "json", "card"):
        done = audit(folder, form)
        assert done.code == 0, done.stderr
        assert not ACTING.search(done.stdout + done.stderr)
        assert "root:" not in done.stdout
        assert form != "markdown" or not re.search(r"(?<!\\)<\w|(?<!\\)\]\(javascript", done.stdout)
    (tmp_path / "card.yaml").write_text(done.stdout, encoding="utf-8")
    validated = run("validate", tmp_path / "card.yaml")
    assert validated.code == 0, validated.stdout + validated.stderr
    assert name.startswith("large") or audit(folder, "card").stdout == done.stdout
    assert not (tmp_path / "pwned").exists()
    assert not (folder / "pwned").exists()


def test_what_is_beyond_a_bound_is_told(tmp_path: Path) -> None:
    """And terms that were not read are not known: those from further up do not count in their place."""
    folder = tmp_path / "model"
    folder.mkdir()
    put(folder, LICENSE=APACHE)
    for number in range(250):
        put(folder, **{f"d{number:03}/LICENSE": f"{APACHE}\nNumber {number}."})
    safetensors(folder / "d249" / "model.safetensors", TENSORS)
    result = json.loads(audit(folder, "json").stdout)
    assert result["cards"][0]["components"]["weights"]["license"] == "LicenseRef-Unrecognised-Text"
    assert "stock.not-looked-at" in {doubt["code"] for doubt in result["doubts"]}


def test_more_shards_than_are_held_are_not_called_missing(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for number in range(1, 1101):
        safetensors(folder / f"model-{number:05}-of-01100.safetensors", {f"t{number}": ("F32", [4])})
    result = json.loads(audit(folder, "json").stdout)
    card = result["cards"][0]
    assert card["components"]["weights"]["release"] == "some"
    assert "100 more files of weights" in card["components"]["weights"]["note"]
    assert "parameters" not in card["model"]
    assert "audit.shards-missing" not in {doubt["code"] for doubt in result["doubts"]}


def test_a_folder_that_changes_while_it_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for number in range(200):
        put(folder, **{f"d{number % 9}/LICENSE{number}": APACHE, f"train/train{number}.py": "loss.backward()\noptimizer = 1\n"})
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    ended = threading.Event()

    def change() -> None:
        chosen = random.Random(1)
        while not ended.is_set():
            path = chosen.choice(paths)
            path.unlink(missing_ok=True)
            match chosen.randrange(4):
                case 0:
                    os.symlink("/etc/passwd", path)
                case 1:
                    os.mkfifo(path)
                case 2:
                    path.write_text(APACHE, encoding="utf-8")

    other = threading.Thread(target=change)
    other.start()
    try:
        for form in ("table", "markdown", "json", "card"):
            done = audit(folder, form)
            assert done.code == 0, done.stderr
            assert "root:" not in done.stdout
    finally:
        ended.set()
        other.join()


@pytest.mark.parametrize("target", ["/proc/self", "/dev", "/sys/kernel"])
def test_a_folder_of_the_system_is_bounded(tmp_path: Path, target: str) -> None:
    if not Path(target).is_dir():
        pytest.skip("there is none here")
    done = run("audit", target, "--state", tmp_path, "--format", "json", "-o", tmp_path / "out.json")
    assert done.code in (0, 3), done.stderr  # there may be no file in it that can be read


def test_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    os.symlink("loop", tmp_path / "loop")
    for name in ("file", "pipe", "loop", "none", "/dev/null"):
        done = run("audit", name, "--state", tmp_path / "state", cwd=tmp_path)
        assert (done.code, done.stdout) == (3, "")
        assert "error:" in done.stderr
