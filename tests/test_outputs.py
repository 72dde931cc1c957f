"""Every output as a whole: golden files, the result's schema, and tables that read back with equal rows.

``OSAID_UPDATE_GOLDEN=1 pytest tests/test_outputs.py`` writes the golden files anew; read the difference before you keep it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from strangers import cells
from support import ROOT, TESTS, golden, run, unversioned

import osaid
from osaid.reports import FORMATS
from osaid.resources import bundled_ids

CARDS = TESTS / "cards"
GOLDEN = TESTS / "golden"
INPUTS = {
    "base": ["example-base.yaml"],
    "tuned": ["example-tuned.yaml"],
    "both": ["example-tuned.yaml", "example-base.yaml", "missing.yaml"],
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", INPUTS)
def test_golden(name: str, form: str) -> None:
    ran = run("score", *INPUTS[name], "--rubric", "../rubrics/golden.yaml", "--format", form, cwd=CARDS)
    assert ran.code == (3 if name == "both" else 0)
    golden(GOLDEN / f"{name}.{form}.txt", unversioned(ran.stdout))


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir() if path.is_file()} == {f"{name}.{form}.txt" for name in INPUTS for form in FORMATS}


# --- live output --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema of results, as it is printed."""
    found: dict[str, Any] = json.loads(run("schema", "assessment").stdout)
    jsonschema.Draft202012Validator.check_schema(found)
    return found


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is no card."""
    path = tmp_path_factory.mktemp("broken") / "broken.yaml"
    path.write_text("osaid_card: 1\nmodel: {id: A B}\nas_of: never\n", encoding="utf-8")
    return path


def live(form: str, *more: str | Path, rubric: str = "osaid-1.0") -> str:
    """All bundled cards and the golden ones, and what else is given."""
    ran = run("score", *bundled_ids("model_cards"), CARDS, *more, "--format", form, "--rubric", rubric)
    assert ran.code == (3 if more else 0)
    return ran.stdout


@pytest.mark.parametrize("rubric", ["osaid-1.0", "osaid-1.0-faq"])
def test_json_is_what_its_schema_says(schema: dict[str, Any], broken: Path, rubric: str) -> None:
    result = json.loads(live("json", broken, rubric=rubric))
    jsonschema.Draft202012Validator(schema).validate(result)
    assert len(result["assessments"]) == len(bundled_ids("model_cards")) + 2
    assert {error["path"] for error in result["errors"]} == {str(broken)}
    assert result["tool"] == {"name": "osaid", "version": osaid.__version__}
    order = [criterion.id for criterion in osaid.load_rubric(rubric).criteria]
    for assessment in result["assessments"]:
        assert [criterion["id"] for criterion in assessment["criteria"]] == order
        assert {item for gap in assessment["gaps"] for item in gap["evidence"]} <= {item["id"] for item in assessment["evidence"]}
        assert sum(sum(pillar["outcomes"].values()) for pillar in assessment["pillars"]) <= len(order)
        assert assessment["verdict"]["id"] in assessment["verdict"]["possible"] or assessment["verdict"]["id"] == "undetermined"


def test_the_schema_of_results_holds_something(schema: dict[str, Any]) -> None:
    """A schema that accepts anything would make the test above worthless."""
    result = json.loads(run("score", "example-base.yaml", "--format", "json", cwd=CARDS).stdout)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(result)
    needed: list[tuple[str | int, ...]] = [("tool",), ("assessments", 0, "verdict", "id"), ("assessments", 0, "criteria", 0, "outcome")]
    for path in needed:
        wrong = json.loads(json.dumps(result))
        part: Any = wrong
        for step in path[:-1]:
            part = part[step]
        del part[path[-1]]
        assert not validator.is_valid(wrong), path
    result["assessments"][0]["new"] = 1
    assert not validator.is_valid(result)


def test_keys_never_come_and_go() -> None:
    """A card that says nothing gives the same keys as one that says all there is to say."""
    empty = 'osaid_card: "1"\nas_of: 2026-01-31\nmodel: {id: empty, name: Empty}\n'
    (least,) = json.loads(run("score", "-", "--format", "json", stdin=empty.encode()).stdout)["assessments"]
    (most,) = json.loads(run("score", "example-base.yaml", "--format", "json", cwd=CARDS).stdout)["assessments"]
    assert list(least) == list(most)
    for part in ("subject", "rubric", "verdict", "score"):
        assert list(least[part]) == list(most[part])
    for part in ("criteria", "pillars", "levels", "gaps"):
        assert {tuple(item) for item in least[part]} == {tuple(item) for item in most[part]}


def test_every_line_of_jsonl_is_a_result(schema: dict[str, Any], broken: Path) -> None:
    text = live("jsonl", broken)
    assert text.endswith("\n")
    rows = [json.loads(line) for line in text[:-1].split("\n")]
    assessments = [row for row in rows if "errors" not in row]
    one = {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/AssessmentData"}
    errors = {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/ErrorData"}
    for row in assessments:
        assert row.pop("schema_version") == "1"
        jsonschema.Draft202012Validator(one).validate(row)
    (failed,) = [row for row in rows if "errors" in row]
    assert (failed["path"], failed["schema_version"]) == (str(broken), "1")
    for error in failed["errors"]:
        jsonschema.Draft202012Validator(errors).validate(error)
    assert assessments == json.loads(live("json"))["assessments"]


def test_csv_reads_back(broken: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(live("csv", broken)), strict=True))
    result = json.loads(live("json"))["assessments"]
    assert len(rows) == len(result) + 1
    assert all(None not in row and None not in row.values() for row in rows), "as many cells as headings"
    by_path = {row["path"]: row for row in rows}
    assert by_path[str(broken)]["error"].startswith(f"{broken}:")
    for assessment in result:
        row = by_path[assessment["subject"]["path"]]
        assert row["error"] == ""
        assert (row["verdict"], row["possible"].split()) == (assessment["verdict"]["id"], assessment["verdict"]["possible"])
        assert float(row["score_low"]) == pytest.approx(assessment["score"]["low"], abs=0.05)
        assert {criterion["id"]: criterion["outcome"] for criterion in assessment["criteria"]}.items() <= row.items()
        for severity in ("blocking", "question", "advice"):
            assert int(row[severity]) == sum(gap["severity"] == severity for gap in assessment["gaps"])


def test_markdown_tables_have_equal_rows(broken: Path) -> None:
    texts = [live("markdown", broken)]
    names: list[str | Path] = [*bundled_ids("model_cards")[:4], CARDS / "example-base.yaml"]
    texts += [run("score", name, "--format", "markdown").stdout for name in names]
    for text in texts:
        tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
        assert tables
        for table in tables:
            head, rule, *body = table.splitlines()
            assert re.fullmatch(r"(\|---)+\|", rule)
            assert {cells(line) for line in body} == {cells(head)} == {cells(rule)}
    assert len(texts[0].splitlines()) == len(bundled_ids("model_cards")) + 2 + 2 + 2
    assert "1 input could not be assessed." in texts[0]


def test_the_table_fits_its_width_and_leaves_nothing_out(broken: Path) -> None:
    lines = live("table", broken).splitlines()
    count = len(bundled_ids("model_cards")) + 2
    assert set(lines[1]) == {"-", " "}
    assert lines[2 + count] == ""
    assert "".join(lines[3 + count :]).replace(" ", "").endswith("1inputcouldnotbeassessed.")
    assert all(line.strip() for line in lines[: 2 + count])
    for name in bundled_ids("model_cards")[:4]:
        text = run("score", name).stdout
        (found,) = json.loads(run("score", name, "--format", "json").stdout)["assessments"]
        assert found["verdict"]["label"].upper() in text
        assert all(f"[{gap['criterion']}]" in text for gap in found["gaps"])
        long = [line for line in text.splitlines() if len(line) > 100 and len(line.split()) > 8]
        assert not long


def test_results_hold_nothing_of_this_machine() -> None:
    for form in FORMATS:
        text = run("score", *bundled_ids("model_cards")[:3], "--format", form).stdout
        assert str(ROOT) not in text


def test_every_reason_leads_to_its_place_in_the_card() -> None:
    """So that an output can name the line of a claim."""
    card = osaid.load_card(str(CARDS / "example-base.yaml"))
    assert card.document is not None
    ways = [reason.at for result in osaid.assess(card).criteria for reason in result.reasons if reason.at]
    assert len(ways) > 10
    for way in ways:
        value: Any = card.data
        for step in way:
            value = value[step]
        assert card.document.place(way).line is not None
