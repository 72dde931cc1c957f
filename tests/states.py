"""What the tests of saved results, diff and compare share: two states of the golden cards, golden files, plain data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support import TESTS, Ran, golden, unversioned

import osaid
from osaid.results.plain_data import assessment_data

OLD = TESTS / "cards"
NEW = TESTS / "later"
RUBRIC = TESTS / "rubrics" / "golden.yaml"


def check(folder: str, name: str, ran: Ran) -> None:
    """Hold an output against its golden file."""
    golden(TESTS / "golden" / folder / name, unversioned(ran.stdout))


def data(card: str | osaid.LoadedCard, rubric: str = "osaid-1.0") -> dict[str, Any]:
    """The assessment of a card as plain data."""
    loaded = card if isinstance(card, osaid.LoadedCard) else osaid.load_card(card)
    return assessment_data(osaid.assess(loaded, rubric), osaid.load_rubric(rubric))


def as_saved(value: Any) -> Any:
    """Plain data after it has been written and read."""
    return json.loads(json.dumps(value))


def run_of(*assessments: Any) -> dict[str, Any]:
    """A saved run of assessments."""
    return {"schema_version": "1", "tool": {"name": "osaid", "version": "0"}, "assessments": list(assessments), "errors": []}


def save(path: Path, *assessments: Any) -> Path:
    """A saved run as a file."""
    path.write_text(json.dumps(run_of(*assessments)), encoding="utf-8")
    return path
