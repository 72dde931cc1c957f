"""A policy file's shape, as pydantic models. The published JSON Schema is generated from them.

That the ids in it exist is seen to where it is compiled, in :mod:`osaid.policy.builder`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from ..cards.model import Day, HubName, Identifier, Text, as_one
from ..schemas import published_schema

__all__ = ["PolicyFile", "policy_schema"]

POLICY_SCHEMA_ID = "urn:osaid:schema:policy:1"
_ABSENT: Any = None
_END = r"(?![\s\S])"
_SCORE = r"^(100|[0-9]{1,2}(\.[0-9]{1,3})?)" + _END
_DAYS = r"^[0-9]{1,5}" + _END


def _as_written(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Score = Annotated[
    str,
    BeforeValidator(_as_written),
    StringConstraints(strict=True, pattern=_SCORE),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": _SCORE, "examples": ["60"]}, {"type": "number", "minimum": 0, "maximum": 100}]}
    ),
]
Days = Annotated[
    str,
    BeforeValidator(_as_written),
    StringConstraints(strict=True, pattern=_DAYS),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": _DAYS, "examples": ["365"]}, {"type": "integer", "minimum": 0, "maximum": 99999}]}
    ),
]
Names = Annotated[list[Text], Field(min_length=1, max_length=500)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, regex_engine="python-re")


class AppliesTo(_Part):
    """The cards that the policy judges. With both keys a card has to match both."""

    models: Names = Field(_ABSENT, description="Model ids; * stands for any characters.")
    developers: Names = Field(_ABSENT, description="Developers; * stands for any characters.")


class VerdictCheck(_Part):
    """The verdict is at least this one, in the rubric's order."""

    rubric: Text = Field(description="A bundled rubric's id, or a rubric file beside the policy.")
    at_least: Text = Field(description="A verdict of the rubric.")
    settled: Literal["yes", "no"] = Field("no", description="yes: so must be every verdict that open questions can still bring about.")


class LevelCheck(_Part):
    """A level is reached."""

    rubric: Text = Field(description="A bundled rubric's id, or a rubric file beside the policy.")
    reached: Text = Field(description="A level of the rubric.")


class ScoreCheck(_Part):
    """The score, with nothing counted for what is unknown, is at least this."""

    rubric: Text = Field(description="A bundled rubric's id, or a rubric file beside the policy.")
    at_least: Score = Field(description="0 to 100.")


class CriteriaCheck(_Part):
    """Criteria are met, or do not apply."""

    rubric: Text = Field(description="A bundled rubric's id, or a rubric file beside the policy.")
    met: Names = Field(description="Criteria of the rubric.")


class RestrictionsCheck(_Part):
    """Terms bring none of these restrictions."""

    forbid: Names = Field(description="Kinds of restriction, as in `osaid license`.")
    on: Names = Field(_ABSENT, description="Components. Left out: all that are said to be published, and the weights.")


class LicensesCheck(_Part):
    """Components are under licences that are allowed, or can be used without one that is denied."""

    allow: Names = Field(_ABSENT, description="The only licences accepted. Either this or deny.")
    deny: Names = Field(_ABSENT, description="Licences not accepted.")
    on: Names = Field(_ABSENT, description="Components. Left out: all that are said to be published, and the weights.")


class AgeCheck(_Part):
    """The card speaks of a recent day."""

    most_days: Days = Field(description="The most days between as_of and the day of the gate.")


class EvidenceCheck(_Part):
    """Every claim that a met criterion rests on names evidence."""

    rubric: Text = Field(description="A bundled rubric's id, or a rubric file beside the policy.")
    first_hand: Literal["yes", "no"] = Field("no", description="yes: none of it is second-hand.")


class RuleFile(_Part):
    """One rule: its texts, how much it weighs, and exactly one check."""

    id: Identifier
    title: Text
    why: Text = ""
    remedy: Text = ""
    severity: Literal["error", "warning"] = Field("error", description="warning: told, and the gate does not fail for it.")
    unknown: Literal["fails", "passes"] = Field("fails", description="What becomes of the rule where it cannot be said whether it holds.")
    verdict: VerdictCheck = _ABSENT
    level: LevelCheck = _ABSENT
    score: ScoreCheck = _ABSENT
    criteria: CriteriaCheck = _ABSENT
    restrictions: RestrictionsCheck = _ABSENT
    licenses: LicensesCheck = _ABSENT
    age: AgeCheck = _ABSENT
    evidence: EvidenceCheck = _ABSENT


class WaiverFile(_Part):
    """An exception for one model, with somebody who answers for it and an end."""

    criterion: Text = Field(_ABSENT, description="A criterion that counts as met. Either this or rule.")
    rule: Text = Field(_ABSENT, description="A rule whose failure is waived.")
    model: HubName = Field(description="The id of the model that it is for.")
    reason: Text
    owner: Text = Field(description="Who answers for it.")
    expires: Day = Field(description="The last day on which it holds.")


class PolicyFile(_Part):
    """A policy: what an organisation asks of a model, as data."""

    osaid_policy: Annotated[
        Literal["1"], BeforeValidator(as_one), WithJsonSchema({"enum": ["1", 1], "description": "The version of this format."})
    ]
    id: Identifier
    version: Text
    title: Text
    about: Text = ""
    applies_to: AppliesTo = Field(_ABSENT, description="Left out: every card.")
    rules: list[RuleFile] = Field(min_length=1, max_length=200)
    waivers: list[WaiverFile] = Field([], max_length=1000)


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a policy file."""
    return published_schema(PolicyFile, POLICY_SCHEMA_ID, "osaid policy")
