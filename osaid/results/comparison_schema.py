"""The shape of the JSON of ``osaid compare``, as pydantic models: the published schema is generated from them.

The output itself is written from the typed values of :mod:`osaid.results.comparison`; a test holds the two together.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..schemas import published_schema
from .diff_schema import ReachedData, StandData
from .schema import ErrorData, Outcome, Part, RubricData, ScoreData, SubjectData, Tool

__all__ = ["CompareRun", "comparison_schema"]

COMPARISON_SCHEMA_ID = "urn:osaid:schema:comparison:1"
Grant = Literal["free", "restricted", "denied", "unknown"]


class WeightsData(Part):
    """A licence of the weights, and what it says of each freedom."""

    license: str
    use: Grant
    study: Grant
    modify: Grant
    share: Grant


class ModelData(Part):
    """One of the models compared."""

    subject: SubjectData
    rubric: RubricData
    verdict: StandData
    score: ScoreData
    weights: list[WeightsData] = Field(description="Empty where the rubric does not ask for the terms of the weights.")


class LevelRowData(Part):
    """A level with how far each model reaches it; null where it is not there."""

    id: str
    label: str
    reached: list[ReachedData | None]


class ScoreRowData(Part):
    """A pillar with the score of each model; null where nothing of it applies, or it is not there."""

    id: str
    label: str
    scores: list[ScoreData | None]


class RowData(Part):
    """A criterion with the outcome of each model; null where a model was judged by a rubric without it."""

    id: str
    title: str
    differs: bool
    outcomes: list[Outcome | None]


class LackData(Part):
    """A criterion that a model does not meet, or not knowingly, and another one does."""

    model: int = Field(ge=0, description="Its position in models.")
    criterion: str
    title: str
    outcome: Outcome
    met_by: list[int] = Field(description="Positions in models.")


class ComparisonData(Part):
    """Models side by side under one rubric, in the order in which they were named."""

    rubric_id: str
    rubric_title: str
    one_rubric: bool = Field(description="All were judged by the same bytes of the rubric.")
    models: list[ModelData]
    levels: list[LevelRowData]
    pillars: list[ScoreRowData]
    criteria: list[RowData] = Field(description="All of them.")
    lacks: list[LackData]


class CompareRun(Part):
    """The result of `osaid compare --format json`."""

    schema_version: Literal["1"]
    tool: Tool
    comparisons: list[ComparisonData] = Field(description="One for each rubric.")
    errors: list[ErrorData]


def comparison_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a comparison."""
    return published_schema(CompareRun, COMPARISON_SCHEMA_ID, "osaid comparison")
