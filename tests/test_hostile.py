"""Bad input: each file gets one clear error, exit 2 or 3, no traceback; whatever else is in the run is still graded."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, as_yaml, criterion, environment, full_card, rubric_text, run, small_card, write

CARD = as_yaml(small_card("bad-1b"))
MISSPELT = CARD + '"components":\n  "weigths": {"release": "full"}\n'

# Bytes by file name, with the code of the error.
FILES: dict[str, tuple[bytes, str]] = {
    "empty.yaml": (b"", "document.empty"),
    "blank.yaml": (b"  \n\n", "document.empty"),
    "comment.yaml": (b"# nothing\n", "document.empty"),
    "list.yaml": (b"- a\n- b\n", "card.not-a-card"),
    "list.json": (b'["a", "b"]', "card.not-a-card"),
    "word.yaml": (b"hello\n", "card.not-a-card"),
    "null.json": (b"null", "card.not-a-card"),
    "other.yaml": (b"openapi: 3.1.0\n", "card.not-a-card"),
    "brackets.yaml": (b"a: " + b"[" * 100_000, "document.too-deep"),
    "brackets.json": (b"[" * 100_000, "document.too-deep"),
    "braces.yaml": (b"{a: " * 100_000, "document.too-deep"),
    "dashes.yaml": (b"- " * 100_000, "document.too-deep"),
    "twice.yaml": (CARD.encode() + b'"as_of": "2026-01-31"\n', "document.duplicate-key"),
    "twice.json": (b'{"osaid_card": "1", "model": {"id": "a", "id": "b"}}', "document.duplicate-key"),
    "bomb.yaml": (b"a: &a [x, x]\n" + b"".join(b"b%d: &b%d [*a, *a]\n" % (n, n) for n in range(9)), "document.anchor"),
    "alias.yaml": (b"a: *nothing\n", "document.alias"),
    "tag.yaml": (b"a: !!python/object/apply:os.system [id]\n", "document.tag"),
    "merge.yaml": (b"a:\n  <<: {b: c}\n", "document.merge-key"),
    "second.yaml": (CARD.encode() + b"---\n" + CARD.encode(), "document.second"),
    "utf16.yaml": (CARD.encode("utf-16"), "document.encoding"),
    "utf16be.yaml": (CARD.encode("utf-16-be"), "document.nul"),
    "latin1.yaml": ('name: "caf\u00e9"\n'.encode("latin-1"), "document.encoding"),
    "nul.yaml": (b"a: \x00\n", "document.nul"),
    "escape.yaml": (b"a: \x1b[2J\n", "document.syntax"),
    "tab.yaml": (b"a:\n\tb: c\n", "document.tab"),
    "open.yaml": (b'a: "b\n', "document.open-quote"),
    "open.json": (b'{"a": ', "document.syntax-json"),
    "component.yaml": (MISSPELT.encode(), "shape.unknown-key-near"),
    "nan.json": (b'{"osaid_card": NaN}', "document.json-constant"),
    "surrogate.json": (b'{"osaid_card": "\\ud800"}', "document.surrogate"),
    "long.yaml": (as_yaml(small_card("bad-1b", developer="x" * 10_000)).encode(), "shape.too-long"),
}
SPECIAL = {
    "sparse.yaml": "document.too-large",
    "fifo.yaml": "file.not-regular",
    "loop.yaml": "file.unreadable",
    "dangling.yaml": "file.missing",
    "socket.yaml": "file.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    write(folder, full_card("good-1b"))
    for name, (raw, _) in FILES.items():
        (folder / name).write_bytes(raw)
    with (folder / "sparse.yaml").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    os.mkfifo(folder / "fifo.yaml")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "dangling.yaml").symlink_to("nowhere.yaml")
    # The name of a socket may be about 100 characters long: it is bound from within its folder.
    bind = "import socket; socket.socket(socket.AF_UNIX).bind('socket.yaml')"
    subprocess.run([sys.executable, "-c", bind], cwd=folder, check=True)
    return folder


def test_one_bad_file_never_ends_a_run(folder: Path) -> None:
    ran = run("score", folder, "--format", "json")
    assert ran.code == 3
    assert "Traceback" not in ran.stderr
    result = json.loads(ran.stdout)
    assert [(item["subject"]["id"], item["verdict"]["id"]) for item in result["assessments"]] == [("good-1b", "conforms")]
    codes: dict[str, list[str]] = {}
    for error in result["errors"]:
        codes.setdefault(os.path.basename(error["path"]), []).append(error["code"])
    assert set(codes) == {*FILES, *SPECIAL}
    for name, (_, code) in FILES.items():
        assert code in codes[name], (name, codes[name])
        if not code.endswith(
            ("anchor", "duplicate-key", "tag", "merge-key")
        ):  # there is more that is wrong with these, and all of it is told
            assert len(codes[name]) == 1, (name, codes[name])
    assert all(codes[name][0].startswith(code) for name, code in SPECIAL.items()), codes
    # What is wrong within a file is told with line and column, and on standard error as well.
    for error in result["errors"]:
        if not error["code"].startswith("file.") and error["code"] != "document.too-large":
            assert (error["line"] or 0) >= 1, error
            assert (error["column"] or 0) >= 1, error
        assert f"[{error['code']}]" in ran.stderr
        assert len(error["message"]) < 400


@pytest.mark.parametrize("name", ["empty.yaml", "brackets.json", "sparse.yaml", "fifo.yaml", "loop.yaml", "socket.yaml", "bomb.yaml"])
@pytest.mark.parametrize("command", ["score", "validate"])
def test_a_bad_file_alone(folder: Path, name: str, command: str) -> None:
    ran = run(command, folder / name)
    assert (ran.code, ran.stdout) == (3, "")
    first = ran.stderr.splitlines()[0]
    assert re.match(rf"{re.escape(str(folder / name))}(:\d+:\d+)?: error: .+ \[[a-z.-]+\]$", first)
    assert "Traceback" not in ran.stderr


def test_the_same_files_are_no_rubrics_either(folder: Path) -> None:
    for name in [*FILES, *SPECIAL]:
        ran = run("score", folder / "good-1b.yaml", "--rubric", folder / name) if name in ("empty.yaml", "fifo.yaml", "list.json") else None
        assert ran is None or (ran.code, ran.stdout, "Traceback" in ran.stderr) == (2, "", False)
    ran = run("rubric", "check", *(folder / name for name in [*FILES, *SPECIAL]))
    assert (ran.code, ran.stdout) == (2, "")
    assert "Traceback" not in ran.stderr
    assert all(f"{folder / name}" in ran.stderr for name in [*FILES, *SPECIAL])


def test_standard_input_is_held_to_the_same_limits() -> None:
    for stdin, code in ((b"", "document.empty"), (b"x" * (5 * 1024 * 1024), "document.too-large"), (b"[" * 100_000, "document.too-deep")):
        ran = run("score", "-", stdin=stdin)
        assert (ran.code, ran.stdout) == (3, "")
        assert f"-:1:1: error: The document is empty. [{code}]" in ran.stderr or f"[{code}]" in ran.stderr
        assert "Traceback" not in ran.stderr


def test_an_unknown_component_is_told_with_what_was_meant(folder: Path) -> None:
    ran = run("score", folder / "component.yaml")
    line = MISSPELT[: MISSPELT.index('"weigths"')].count("\n") + 1
    assert ran.stderr.startswith(f"{folder / 'component.yaml'}:{line}:3: error: components.weigths is not known. [shape.unknown-key-near]")
    assert "Did you mean weights?" in ran.stderr


def test_a_misspelt_proposition_is_told_with_what_was_meant(folder: Path, tmp_path: Path) -> None:
    text = rubric_text(criterion("A", "{relesed: weights}"))
    (tmp_path / "rubric.yaml").write_text(text, encoding="utf-8")
    ran = run("score", folder / "good-1b.yaml", "--rubric", tmp_path / "rubric.yaml")
    before = text[: text.index("relesed")]
    place = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{tmp_path / 'rubric.yaml'}:{place}: error: The proposition relesed is not known.")
    assert "Did you mean released?" in ran.stderr


def unprivileged() -> list[str]:
    """What to put before a command so that permissions hold for it; the test is skipped where that cannot be had."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    drop = "-dac_override,-dac_read_search"
    command = [setpriv or "", "--bounding-set", drop, "--inh-caps", drop]
    if setpriv is None or subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root may read everything, and setpriv is not there to give that up")
    return command


def test_files_and_folders_without_permission(tmp_path: Path) -> None:
    before = unprivileged()
    write(tmp_path, full_card("good-1b"), full_card("secret-1b"))
    (tmp_path / "locked").mkdir()
    write(tmp_path / "locked", full_card("locked-1b"))
    (tmp_path / "secret-1b.yaml").chmod(0)
    (tmp_path / "locked").chmod(0)
    command = [*before, sys.executable, "-m", "osaid", "score"]
    try:
        for given, names in ((tmp_path, ["locked", "secret-1b.yaml"]), (tmp_path / "secret-1b.yaml", ["secret-1b.yaml"])):
            done = subprocess.run([*command, str(given), "--format", "json"], cwd=ROOT, env=environment(), capture_output=True, check=False)
            assert done.returncode == 3
            errors = json.loads(done.stdout)["errors"]
            assert {error["code"] for error in errors} == {"file.no-permission"}
            assert sorted(os.path.basename(error["path"]) for error in errors) == names
            assert b"Traceback" not in done.stderr
        target = tmp_path / "readonly"
        target.mkdir(mode=0o555)
        done = subprocess.run([*command, "mixtral-8x7b", "-o", str(target / "out")], env=environment(), capture_output=True, check=False)
        assert (done.returncode, b"[file.unwritable]" in done.stderr) == (2, True)
    finally:
        (tmp_path / "locked").chmod(0o700)


@pytest.mark.parametrize(
    "change",
    [
        {"model": {"derived_from": [{"model": "a", "relation": "clone"}]}},
        {"model": {"derived_from": ["a"]}},
        {"components": {"weights": "full"}},
        {"components": {"weights": {"release": ["full"]}}},
        {"components": []},
        {"training_data": {"training": {"datasets": {}}}},
        {"training_data": {"pre-training": {}}},
        {"evidence": {"a": "b"}},
        {"evidence": {"a": {}}},
        {"licenses": {"code": {}}},
        {"licenses": {"distribution": ["MIT"]}},
    ],
)
def test_a_card_of_the_wrong_shape_is_refused_and_never_graded(change: dict[str, Any]) -> None:
    card = small_card()
    for key, value in change.items():
        card[key] = {**card[key], **value} if key == "model" else value
    ran = run("score", "-", stdin=as_yaml(card).encode())
    assert (ran.code, ran.stdout) == (3, "")
    assert re.match(r"-:\d+:\d+: error: ", ran.stderr)
    assert "Traceback" not in ran.stderr
