"""Saved results are strangers' files: read strictly, with line and column, and inert in every output."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from states import as_saved, data, run_of, save
from strangers import LINES_OF_MARKDOWN_TABLES, TEXTS, visible
from support import run
from test_inert_states import check_markdown

from osaid.errors import OsaidError
from osaid.reports.pages import FORMATS
from osaid.results.plain_data import compact
from osaid.results.saved import SAVED_LIMITS, looks_saved, read_saved

BLOOM = as_saved(data("bundled:bloom"))
Change = Callable[[dict[str, Any]], Any]

# What is done to a saved run, with the code of the error and the line of it in indented JSON (0: not looked at).
BROKEN: dict[str, tuple[Change, str]] = {
    "future": (lambda run: run.update(schema_version="2"), "saved.other-version"),
    "past": (lambda run: run.update(schema_version="0"), "saved.other-version"),
    "version number": (lambda run: run.update(schema_version=1), "shape.not-a-choice"),
    "no tool": (lambda run: run.pop("tool"), "shape.missing-key"),
    "more keys": (lambda run: run.update(more=1), "shape.unknown-key"),
    "no list": (lambda run: run.update(assessments={}), "shape.type"),
    "no map": (lambda run: run["assessments"].append("x"), "shape.type"),
    "score as text": (lambda run: run["assessments"][0]["score"].update(low="12"), "shape.type"),
    "score above": (lambda run: run["assessments"][0]["score"].update(high=100.5), "shape.range"),
    "score below": (lambda run: run["assessments"][0]["score"].update(low=-1), "shape.range"),
    "no outcome": (lambda run: run["assessments"][0]["criteria"][0].update(outcome="perhaps"), "shape.not-a-choice"),
    "null verdict": (lambda run: run["assessments"][0]["verdict"].update(id=None), "shape.empty"),
    "twice": (lambda run: run["assessments"][0]["criteria"].append(run["assessments"][0]["criteria"][0]), "saved.duplicate"),
    "gap of nothing": (lambda run: run["assessments"][0]["gaps"][0].update(criterion="NO-SUCH"), "saved.gap-unknown"),
    "bool as number": (lambda run: run["assessments"][0]["levels"][0].update(progress=True), "shape.type"),
}
TEXTS_BROKEN: dict[str, tuple[bytes, str]] = {
    "truncated.json": (json.dumps(run_of(BLOOM), indent=1).encode()[:-200], "document.syntax-json"),
    "nan.json": (json.dumps(run_of(BLOOM)).replace('"low": ', '"low": NaN, "x": ', 1).encode(), "document.json-constant"),
    "twice.json": (b'{"schema_version": "1", "schema_version": "1", "assessments": []}', "document.duplicate-key"),
    "deep.json": (b'{"schema_version": "1", "assessments": ' + b"[" * 100_000, "document.too-deep"),
    "huge.json": (json.dumps(run_of(BLOOM)).replace('"low": ', '"low": 1e999, "x": ', 1).encode(), "shape."),
    "digits.json": (json.dumps(run_of(BLOOM)).replace('"low": ', '"low": ' + "9" * 9000 + ', "x": ', 1).encode(), "shape."),
    "surrogate.json": (json.dumps(run_of(BLOOM)).replace("BLOOM", "\\ud800", 1).encode(), "document.surrogate"),
    "nul.json": (b'{"schema_version": "1", "assessments": [\x00]}', "document.nul"),
    "latin.json": (b'{"schema_version": "1", "assessments": ["\xe9"]}', "document.encoding"),
    "empty.jsonl": (b"", "document.empty"),
    "word.jsonl": (b"hello\n", "document.syntax-json"),
    "list.jsonl": (b"[1]\n", "saved.not-a-result"),
    "cut.jsonl": (b'{"schema_version":"1","subject":{\n', "document.syntax-json"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_fit_is_refused_with_its_place(tmp_path: Path, name: str) -> None:
    change, code = BROKEN[name]
    broken = run_of(as_saved(BLOOM))
    change(broken)
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(broken, indent=1), encoding="utf-8")
    with pytest.raises(OsaidError) as caught:
        read_saved(path.read_bytes(), str(path))
    problem = caught.value.problems[0]
    assert problem.code.startswith(code)
    assert problem.place.line is not None
    for command in ("diff", "compare"):
        ran = run(command, path, "bloom")
        assert (ran.code, ran.stdout) == (3, "")
        assert f"{path}:{problem.place.line}:{problem.place.column}: error: " in ran.stderr


@pytest.mark.parametrize("name", TEXTS_BROKEN)
def test_what_is_no_json_of_ours_is_refused(tmp_path: Path, name: str) -> None:
    raw, code = TEXTS_BROKEN[name]
    path = tmp_path / name
    path.write_bytes(raw)
    ran = run("diff", "bloom", path)
    assert (ran.code, ran.stdout) == (3, "")
    assert f"[{code}" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr) < 20_000


def test_all_that_is_wrong_is_told_at_once_with_the_lines_of_the_file(tmp_path: Path) -> None:
    line = {"schema_version": "1", **BLOOM}
    rows = [line, {**line, "verdict": 1}, line, {**line, "score": {}, "new": 1}, {"schema_version": "1", "path": "x"}]
    path = tmp_path / "saved.jsonl"
    path.write_text("\n".join(compact(row) for row in rows) + "\n{]\n", encoding="utf-8")
    with pytest.raises(OsaidError) as caught:
        read_saved(path.read_bytes(), str(path))
    lines = [problem.place.line for problem in caught.value.problems]
    assert lines == sorted(line for line in lines if line is not None)
    assert set(lines) == {2, 4, 5, 6}


def test_a_line_with_errors_is_told_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [", encoding="utf-8")
    saved = tmp_path / "saved.jsonl"
    assert run("score", "bloom", tmp_path / "a.yaml", "--format", "jsonl", "-o", saved).code == 3
    ran = run("diff", saved, "bloom")
    assert (ran.code, ran.stdout) == (0, "BLOOM (bloom), by osaid-1.0: nothing changed.\n")
    assert "[saved.had-failures]" in ran.stderr
    whole = tmp_path / "saved.json"
    run("score", "bloom", tmp_path / "a.yaml", "--format", "json", "-o", whole)
    assert run("diff", whole, "bloom").stdout == ran.stdout


def test_one_line_and_sorted_keys_are_read_as_well(tmp_path: Path) -> None:
    for text in (
        json.dumps(run_of(BLOOM)),
        json.dumps(run_of(BLOOM), sort_keys=True, indent=4),
        json.dumps({"schema_version": "1", **BLOOM}, sort_keys=True),
        "\ufeff" + json.dumps(run_of(BLOOM), sort_keys=True),
        "\n\n" + json.dumps({"schema_version": "1", **BLOOM}) + "\r\n\n",
    ):
        assert looks_saved(text.encode()[:4096])
        assert read_saved(text.encode()).assessments == (BLOOM,)


def test_cards_are_not_taken_for_results() -> None:
    for text in (
        '{"osaid_card": "1"}',
        "schema_version: 1\n",
        '{"bomFormat": "CycloneDX", "schema_version": "1"}',
        '["schema_version"]',
        "",
    ):
        assert not looks_saved(text.encode(), "card.json")


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(OsaidError) as caught:
        read_saved(b'{"schema_version":"1"}' + b" " * SAVED_LIMITS.bytes)
    assert caught.value.problems[0].code == "document.too-large"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(part=st.sampled_from(sorted(BLOOM)), value=JSON)
def test_nothing_but_our_own_error_is_raised(part: str, value: Any) -> None:
    changed = {**BLOOM, part: value}
    for text in (json.dumps(run_of(changed)), compact({"schema_version": "1", **changed}) if value == value else "{"):
        with suppress(OsaidError):
            assert len(read_saved(text.encode()).assessments) == 1


@given(st.binary(max_size=60))
def test_any_bytes(raw: bytes) -> None:
    with pytest.raises(OsaidError):
        read_saved(raw)
    with pytest.raises(OsaidError):
        read_saved(b'{"schema_version": "1", "assessments": [' + raw)


# --- inert ------------------------------------------------------------------------------------------------------------


def hostile(value: Any, text: str) -> Any:
    """Plain data with a text in the place of every other one that may be any."""
    if isinstance(value, dict):
        return {
            key: item if key in ("role", "kind", "outcome", "severity", "status") else hostile(item, text) for key, item in value.items()
        }
    if isinstance(value, list):
        return [hostile(item, text) for item in value]
    return text if isinstance(value, str) else value


def a_strangers(text: str, name: str) -> dict[str, Any]:
    """An assessment with one text everywhere; ids stay apart from each other."""
    made: dict[str, Any] = hostile(as_saved(BLOOM), text)
    for part in ("criteria", "pillars", "levels"):
        for number, item in enumerate(made[part]):
            item["id"] = f"{text}{number}"
    for gap in made["gaps"]:
        gap["criterion"] = f"{text}0"
    made["lineage"] = [{"model": text, "relation": text, "status": "missing", "verdict": None}]
    made["notes"] = []
    made["subject"]["sha256"] = name
    made["pillars"][0]["score"] = None if name == "old" else made["score"]
    made["verdict"]["id"] = f"{name}{text}"
    made["criteria"][1]["outcome"] = "unknown" if name == "old" else "not_met"
    return made


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", [*TEXTS, "ten thousand"])
def test_texts_of_strangers(tmp_path: Path, name: str, form: str) -> None:
    text = TEXTS.get(name, "x" * 10_000)
    if name == "nul":
        text = text.replace("\x00", "\x01")
    old, new = (save(tmp_path / f"{side}.json", a_strangers(text, side)) for side in ("old", "new"))
    for command in ("diff", "compare"):
        ran = run(command, old, new, "--format", form)
        assert (ran.code, ran.stderr) == (0, ""), ran.stderr[:500]
        assert visible(ran.stdout)
        if form == "json":
            found = json.loads(ran.stdout)
            named = found["changes"][0]["model"] if command == "diff" else found["comparisons"][0]["models"][0]["subject"]
            assert named["name"] == text
        else:
            assert len(ran.stdout) < 400_000
        if form == "markdown":
            check_markdown(ran.stdout)
            assert LINES_OF_MARKDOWN_TABLES.search(ran.stdout)


@pytest.mark.parametrize("command", ["diff", "compare"])
def test_errors_about_saved_results_are_inert(tmp_path: Path, command: str) -> None:
    broken = run_of({**as_saved(BLOOM), **{text: text for text in TEXTS.values() if text != TEXTS["nul"]}})
    broken["assessments"][0]["rubric"]["id"] = 1
    path = tmp_path / "\033[2Ja\nb.json"
    path.write_text(json.dumps(broken), encoding="utf-8")
    ran = run(command, path, "bloom")
    assert ran.code == 3
    assert visible(ran.stderr)
    odd = as_saved(BLOOM)
    odd["rubric"]["id"] = "\033[2J\u202e" + "x" * 5000
    ran = run(command, save(tmp_path / "odd.json", odd), "bloom")
    assert (ran.code, ran.stdout, visible(ran.stderr)) == (2, "", True)
    assert len(ran.stderr) < 5000
