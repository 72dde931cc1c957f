"""The shape of the gate's JSON result, as pydantic models: the published schema is generated from them.

The output is written by :mod:`osaid.policy.plain_data` without pydantic; a test holds live output against the schema.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ..results.schema import ErrorData, Part, SubjectData, Tool
from ..schemas import published_schema

__all__ = ["GateRun", "gate_schema"]

GATE_SCHEMA_ID = "urn:osaid:schema:gate:1"


class PolicyData(Part):
    """By which policy."""

    id: str
    version: str
    title: str
    sha256: str


class FindingData(Part):
    """Why a rule is not satisfied, or would not be without a waiver: a permanent code with parameters, and its sentence."""

    code: str
    params: dict[str, str]
    message: str
    criterion: str = Field(description="The criterion it is about; empty if none.")
    at: list[str | int] = Field(description="The way to it in the card: keys and positions.")
    line: int | None = Field(description="Null where the card is in another format, or was not read from a file.")
    column: int | None


class RuleData(Part):
    """What became of one rule."""

    id: str
    title: str
    severity: Literal["error", "warning"]
    status: Literal["passed", "failed", "unknown", "waived"]
    fails: bool = Field(description="Is the rule not satisfied? The gate fails for it if its severity is error.")
    findings: list[FindingData]
    waivers: list[int] = Field(description="The waivers that it owes something to: positions in waivers.")


class DecisionData(Part):
    """What became of one card."""

    subject: SubjectData
    applies: bool = Field(description="Is the policy for this card?")
    passed: bool | None = Field(description="Null where the policy is not for this card.")
    rules: list[RuleData]


class WaiverData(Part):
    """A waiver of the policy, and what became of it."""

    criterion: str = Field(description="Empty if it is for a rule.")
    rule: str = Field(description="Empty if it is for a criterion.")
    model: str
    reason: str
    owner: str
    expires: str
    state: Literal["used", "expired", "not-needed"]
    message: str


class GateRun(Part):
    """The result of `osaid gate --format json`."""

    schema_version: Literal["1"]
    tool: Tool
    policy: PolicyData
    date: str = Field(description="The day that ages and waivers were held against.")
    cards: list[DecisionData]
    waivers: list[WaiverData]
    errors: list[ErrorData]
    passed: bool


def gate_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the gate's result."""
    return published_schema(GateRun, GATE_SCHEMA_ID, "osaid gate result")
