"""The shape of the JSON of ``osaid diff``, as pydantic models: the published schema is generated from them.

The output itself is written from the typed values of :mod:`osaid.results.changes`; a test holds the two together.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..schemas import published_schema
from .schema import ErrorData, Outcome, Part, Percent, ScoreData, Tool

__all__ = ["DiffRun", "NamedData", "ReachedData", "StandData", "diff_schema"]

DIFF_SCHEMA_ID = "urn:osaid:schema:diff:1"


class NamedData(Part):
    """A model or a criterion, by its id and what it is called."""

    id: str
    name: str


class StandData(Part):
    """A verdict, and those that were still possible."""

    id: str
    label: str
    possible: list[str]


class ReachedData(Part):
    """Whether a level is reached (null: not known), and how much of it is, in percent."""

    met: bool | None
    progress: Percent


class CauseData(Part):
    """Something that moved the verdict, or may have."""

    kind: Literal["gap-appeared", "gap-went", "outcome", "base", "rubric", "tool"] = Field(
        description="A gap, the outcome of a criterion, a base model, the rubric, or osaid itself and what it knows."
    )
    id: str = Field(description="Of the criterion, the base model or the rubric.")
    name: str
    severity: Literal["blocking", "question", ""] = Field(description="Of a gap.")
    before: str = Field(description="An outcome, a verdict or a version; empty where there was none.")
    after: str
    message: str = Field(description="Why, of the side that has the gap.")
    bases: list[str] = Field(description="Base models that a gap is inherited from.")


class VerdictChangeData(Part):
    """The verdict before and after, whether it moved, and because of what."""

    before: StandData
    after: StandData
    moved: bool
    direction: Literal["better", "worse", "aside", "none"]
    because: list[CauseData]


class ScoreChangeData(Part):
    """The score before and after."""

    before: ScoreData
    after: ScoreData


class PillarChangeData(Part):
    """A pillar before and after; null where nothing of it applies, or it is not there."""

    id: str
    label: str
    before: ScoreData | None
    after: ScoreData | None


class LevelChangeData(Part):
    """A level that is reached otherwise; null where it is not there."""

    id: str
    label: str
    before: ReachedData | None
    after: ReachedData | None


class ToldData(Part):
    """An outcome with its reasons as sentences."""

    outcome: Outcome
    reasons: list[str]


class CriterionChangeData(Part):
    """A criterion whose outcome changed."""

    id: str
    title: str
    before: ToldData
    after: ToldData


class LineageChangeData(Part):
    """A base model that is judged otherwise; null where it is not named."""

    model: str
    before: str | None = Field(description="Its verdict; its status where it has none.")
    after: str | None


class EvidenceChangeData(Part):
    """Evidence that was added (before is null), removed (after is null) or changed."""

    id: str
    before: str | None = Field(description="Its source.")
    after: str | None


class FieldChangeData(Part):
    """A field with another value."""

    field: str
    before: str
    after: str


class FactChangeData(Part):
    """A value of the card: added (before is null), removed (after is null) or changed."""

    path: str = Field(description="The way to it, with dots. Data sets and base models stand under their names.")
    before: str | None
    after: str | None


class ChangeData(Part):
    """What changed in one model under one rubric."""

    model: NamedData
    rubric_id: str
    rubric_title: str
    same: bool = Field(description="Nothing changed.")
    verdict: VerdictChangeData
    score: ScoreChangeData
    pillars: list[PillarChangeData] = Field(description="All of them.")
    levels: list[LevelChangeData]
    criteria: list[CriterionChangeData]
    other_reasons: list[NamedData] = Field(description="Criteria with the same outcome for other reasons.")
    only_before: list[NamedData] = Field(description="Criteria that the rubric no longer has.")
    only_after: list[NamedData] = Field(description="Criteria that are new in the rubric.")
    lineage: list[LineageChangeData]
    evidence: list[EvidenceChangeData]
    subject: list[FieldChangeData]
    rubric: list[FieldChangeData]
    facts: list[FactChangeData] | None = Field(description="Null where one side is a saved result.")


class DiffRun(Part):
    """The result of `osaid diff --format json`."""

    schema_version: Literal["1"]
    tool: Tool
    changes: list[ChangeData]
    added: list[NamedData]
    removed: list[NamedData]
    errors: list[ErrorData]


def diff_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what changed."""
    return published_schema(DiffRun, DIFF_SCHEMA_ID, "osaid diff")
