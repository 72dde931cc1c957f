"""A rubric file's shape, as pydantic models. The published JSON Schema is generated from them.

What a ``check`` may say is not part of the shape: the propositions stand in :mod:`osaid.rubrics.probes`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from ..cards.model import Identifier, Text, as_one
from ..schemas import published_schema

__all__ = ["RubricFile", "rubric_schema"]

RUBRIC_SCHEMA_ID = "urn:osaid:schema:rubric:1"
CriterionId = Annotated[str, StringConstraints(strict=True, max_length=100, pattern=r"^[A-Z0-9][A-Za-z0-9.-]*(?![\s\S])")]


def _as_whole_number(value: Any) -> Any:
    whole = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 9999 and value == int(value)
    return str(int(value)) if whole else value


Weight = Annotated[
    str,
    BeforeValidator(_as_whole_number),
    StringConstraints(strict=True, pattern=r"^[0-9]{1,4}(?![\s\S])"),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^[0-9]{1,4}(?![\s\S])"}, {"type": "integer", "minimum": 0, "maximum": 9999}]}
    ),
]
Condition = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
Named = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, regex_engine="python-re")


class Framework(_Part):
    """The definition that the rubric stands for."""

    name: Text
    version: Text
    publisher: Text
    date: Text = ""
    url: Text


class Pillar(_Part):
    """A group of criteria with a score of its own."""

    id: Identifier
    title: Text
    about: Text = Field("", description="What it is about, as a question in plain words.")


class Clause(_Part):
    """The part of the definition that a criterion stands for."""

    source: Text = Field(description="A key of sources.")
    section: Text
    requirement: Text = Field("", description="The id of the atomic requirement.")


class CriterionFile(_Part):
    """One criterion: its texts for people, and its check."""

    id: CriterionId
    pillar: Identifier
    kind: Literal["presence", "terms", "presence-and-terms"] = Field(
        description="presence: something has to be published. terms: other terms would mend it. presence-and-terms: both in one."
    )
    role: Literal["required", "if-used", "optional", "summary", "information"] = Field(
        "required",
        description="if-used: counts for the verdict only where its outcome is known. optional: never counts. summary: adds up others. "
        "information: told, and neither counts nor makes a gap.",
    )
    weight: Weight = Field(description="Its share in the score.")
    inherits: Literal["to-derive", "to-run", "never"] = Field(
        description="Which bases must meet it as well: all that the model was made from, those needed to run it, or none."
    )
    title: Text
    clause: Clause
    asks: Text
    why: Text
    how: Text
    remedy: Text
    question: Text
    check: Condition


class VerdictFile(_Part):
    """A verdict and the condition under which it is reached."""

    id: Identifier
    label: Text
    summary: Text
    when: Condition = Field({}, description="all, any, not, criterion, level, and every: a kind of criteria.")
    otherwise: Text = Field("", description="For the last verdict: reached where no other is.")
    tone: Literal["good", "fair", "poor", "plain"] = Field(
        "plain",
        description="How it is shown. Left out: the first verdict is good, the last one poor, what is between them fair. "
        "plain: none of these, such as a mere score.",
    )


class Undetermined(_Part):
    """The verdict where more than one is still possible."""

    id: Identifier
    label: Text
    summary: Text


class LevelFile(_Part):
    """A rung that can be reached on the way: by a condition (``when``), or by meeting all criteria that it asks for."""

    id: Identifier
    label: Text
    when: Condition = Field({}, description="A condition, as in a verdict.")
    asks: list[CriterionId] = Field([], description="Criteria that all have to be met. Progress is their share, in percent.")
    after: Text = Field("", description="The level below: as long as it is not reached, progress is 0.")
    stand_in: Named = Field({}, description="A criterion asked for, and the one that counts in its place, once, where it is not met.")


class LicenseListFile(_Part):
    """A list of licences that the framework accepts."""

    spelling: Literal["exact", "any"] = Field("any", description="exact: only as spelt here. any: names that mean the same count.")
    ids: list[Text] = Field([], description="Left out: those of the list of this name in the rubric that is extended.")


class RubricFile(_Part):
    """A rubric: a framework as data. With ``extends`` it adds to another rubric, or replaces criteria by their id."""

    osaid_rubric: Annotated[
        Literal["1"], BeforeValidator(as_one), WithJsonSchema({"enum": ["1", 1], "description": "The version of this format."})
    ]
    id: Identifier
    extends: Text = Field("", description="A bundled rubric's id, or a file beside this one.")
    version: Text
    title: Text
    framework: Framework
    short: Text = Field("", description="A name of a few letters, for badges and the heads of columns. Left out: the id.")
    about: Text = Field("", description="What the framework is, in plain words, for somebody who has never heard of it.")
    answers: Text
    audience: Text
    sources: Named = Field({}, description="What clauses refer to: key to title and url.")
    pillars: list[Pillar] = []
    sets: Named = Field({}, description="Names for groups of components.")
    license_lists: dict[str, LicenseListFile] = Field({}, description="Names for lists of licences.")
    silence: Literal["open", "not-met"] = Field(
        "open",
        description="What nobody said: open keeps a verdict undetermined that it could change; not-met counts only what is shown.",
    )
    criteria: list[CriterionFile] = []
    verdicts: list[VerdictFile] = []
    undetermined: Undetermined = Undetermined(id="undetermined", label="undetermined", summary="It cannot be said yet.")
    levels: list[LevelFile] = Field([], description="A level that another one comes after stands before it in the list.")


def rubric_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a rubric file."""
    return published_schema(RubricFile, RUBRIC_SCHEMA_ID, "osaid rubric")
