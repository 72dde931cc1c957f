"""The shape of the JSON results, as pydantic models: the published schema is generated from them.

The outputs are written without pydantic: assessments by :mod:`osaid.results.plain_data`; what changed and comparisons from their typed
values, of which the schema is made too. A test holds live output against each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from ..cards.subject import Subject
from ..rubrics.assessment import Score
from ..schemas import published_schema, pydantic_type
from .audit import AUDIT_VERSION, Doubt, Looked, TermsSeen, WeightsSeen
from .changes import DIFF_VERSION, Difference
from .comparison import COMPARISON_VERSION, Comparison, JudgedBy
from .questionnaire import Asked
from .review import Base
from .updates import Update
from .values import Outcome

__all__ = [
    "ErrorData",
    "Part",
    "Run",
    "ScoreData",
    "SubjectData",
    "Tool",
    "assessment_schema",
    "audit_schema",
    "comparison_schema",
    "diff_schema",
]

RESULT_SCHEMA_ID = "urn:osaid:schema:assessment:1"
AUDIT_SCHEMA_ID = "urn:osaid:schema:audit:1"
DIFF_SCHEMA_ID = "urn:osaid:schema:diff:1"
COMPARISON_SCHEMA_ID = "urn:osaid:schema:comparison:1"
Percent = Annotated[float, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """A map with just these keys."""

    model_config = ConfigDict(extra="forbid")


class Tool(Part):
    """What made the result."""

    name: str
    version: str


class SubjectData(Part):
    """What was judged."""

    path: str | None = Field(description="The name it was read under.")
    format: str
    id: str
    name: str
    developer: str
    version: str
    as_of: str
    sha256: str = Field(description="Of the bytes that were read.")


class RubricData(Part):
    """By which rubric."""

    id: str
    version: str
    title: str
    sha256: str


class VerdictData(Part):
    """The verdict, and those still possible once the unknowns are answered."""

    id: str
    label: str
    summary: str
    possible: list[str]


class ScoreData(Part):
    """0 to 100. Unknown counts nothing in value and low, everything in high."""

    value: Percent
    low: Percent
    high: Percent


class LevelData(Part):
    """A rung: reached or not (null: not known), and how much of it is, in percent."""

    id: str
    label: str
    met: bool | None
    progress: Percent


class PillarData(Part):
    """A group of criteria."""

    id: str
    label: str
    score: ScoreData | None
    outcomes: dict[str, Count]


class ReasonData(Part):
    """Why: a permanent code with parameters, its sentence, and the card's own remark."""

    code: str
    params: dict[str, str]
    message: str
    note: str
    evidence: list[str]
    at: list[str | int] = Field(description="The way to the claim in the card: keys and positions. Empty where the card is silent.")


class CriterionData(Part):
    """A criterion's outcome."""

    id: str
    title: str
    pillar: str
    kind: Literal["presence", "terms", "presence-and-terms"]
    role: Literal["required", "if-used", "optional", "summary", "information"]
    weight: Count
    outcome: Outcome
    supported: bool = Field(description="Does every claim that it rests on name evidence?")
    inherited_from: list[str] = Field(description="Base models that the outcome is due to.")
    reasons: list[ReasonData]
    evidence: list[str]


class GapData(Part):
    """Something to mend or to answer."""

    criterion: str
    title: str
    severity: Literal["blocking", "question", "advice"]
    terms: bool = Field(description="Would other terms mend it?")
    outcome: Outcome
    message: str
    remedy: str
    question: str
    supported: bool = Field(description="Does every claim that it rests on name evidence?")
    inherited_from: list[str]
    evidence: list[str]


class LineageData(Part):
    """A base model."""

    model: str
    relation: str
    status: Literal["assessed", "missing", "unusable", "cycle"]
    verdict: str | None


class EvidenceData(Part):
    """A piece of evidence that the judgement rests on."""

    id: str
    source: str
    locator: str
    retrieved: str
    basis: str
    says: str


class NoteData(Part):
    """Something that reading a file of another format left to say. It never counts."""

    kind: Literal["unreadable", "conflict", "rule", "unmapped", "lead"]
    code: str
    params: dict[str, str]
    message: str
    at: list[str | int] = Field(description="The way to it in the file: keys and positions.")
    line: int | None = Field(description="Its line, where it has no such way: in the text of a README.")


class AssessmentData(Part):
    """One card under one rubric."""

    subject: SubjectData
    rubric: RubricData
    verdict: VerdictData
    score: ScoreData
    levels: list[LevelData]
    pillars: list[PillarData]
    criteria: list[CriterionData]
    gaps: list[GapData]
    lineage: list[LineageData]
    evidence: list[EvidenceData]
    notes: list[NoteData]


class ErrorData(Part):
    """Something that could not be read."""

    path: str | None
    line: int | None
    column: int | None
    code: str
    message: str
    hint: str | None


class Run(Part):
    """The result of `osaid score --format json`. A line of jsonl is an assessment with schema_version, or an object with errors."""

    schema_version: Literal["1"]
    tool: Tool
    assessments: list[AssessmentData]
    errors: list[ErrorData]


def assessment_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a result."""
    return published_schema(Run, RESULT_SCHEMA_ID, "osaid result")


def diff_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what changed."""
    parts = get_type_hints(Difference, include_extras=True)
    return _lists_schema("The result of `osaid diff --format json`.", DIFF_VERSION, parts, DIFF_SCHEMA_ID, "osaid diff")


def comparison_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a comparison."""
    parts = {"comparisons": Annotated[tuple[Comparison, ...], "One for each rubric."]}
    about = "The result of `osaid compare --format json`."
    return _lists_schema(about, COMPARISON_VERSION, parts, COMPARISON_SCHEMA_ID, "osaid comparison")


def audit_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an audit."""
    parts = {
        "cards": Annotated[tuple[dict[str, Any], ...], "The card that was made or changed; its own schema is `osaid schema card`."],
        "assessments": Annotated[tuple[AssessmentData, ...], "Of that card."],
        "looked": Annotated[tuple[Looked, ...], "The sources that were looked at."],
        "terms": Annotated[tuple[TermsSeen, ...], "Files that hold terms."],
        "weights": tuple[WeightsSeen, ...],
        "lineage": Annotated[tuple[Base, ...], "The models that it was made from, up the line."],
        "doubts": Annotated[tuple[Doubt, ...], "What does not fit, or could not be read."],
        "questions": Annotated[tuple[Asked, ...], "What a person still has to find out, the hardest-hitting first."],
        "updates": Annotated[tuple[Update, ...], "What became of the card that was to be updated."],
    }
    about = "The result of `osaid audit --format json`."
    return _lists_schema(about, AUDIT_VERSION, parts, AUDIT_SCHEMA_ID, "osaid audit")


def _lists_schema(about: str, version: str, parts: Mapping[str, Any], identifier: str, title: str) -> dict[str, Any]:
    """The schema of lists of typed values, with what made them before and what went wrong after them."""
    made: dict[type, type[BaseModel]] = {Score: ScoreData, Subject: SubjectData, JudgedBy: RubricData}
    kinds = {name: pydantic_type(kind, made) for name, kind in parts.items()}
    kinds = {"schema_version": Literal[version], "tool": Tool, **kinds, "errors": list[ErrorData]}
    fields: dict[str, Any] = {name: (kind, ...) for name, kind in kinds.items()}
    return published_schema(create_model("Run", __base__=Part, __doc__=about, **fields), identifier, title)
