"""What a compiled policy is."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..cards.subject import Subject
from ..lineage import Ancestor
from ..rubrics.assessment import Assessment, Reason
from ..rubrics.definition import Rubric
from ..rubrics.facts import Facts

__all__ = ["FAILED", "PASSED", "UNKNOWN", "WAIVED", "Case", "Check", "Finding", "Found", "Policy", "Rule", "Waiver"]

PASSED, FAILED, UNKNOWN, WAIVED = "passed", "failed", "unknown", "waived"
"""What becomes of a rule. Only a decision says waived; a check says one of the others."""


class Finding(NamedTuple):
    """Why a rule is not satisfied: a message code with parameters, the criterion it is about, and the way to it in the card."""

    code: str
    params: Mapping[str, str]
    criterion: str = ""
    at: tuple[str | int, ...] = ()
    because: tuple[Reason, ...] = ()  # the reasons behind it in the card of a base model


class Found(NamedTuple):
    """What a check found. Nothing is told of what passes.

    ``tell`` works out why: of a verdict or a level that takes many turns, and whether a waiver is needed depends on the status alone.
    """

    status: str
    tell: Callable[[], tuple[Finding, ...]] = tuple


class Case(NamedTuple):
    """What rules are held against: the facts of a card, its assessments by the policy's rubrics, its base models, and the day."""

    subject: Subject
    facts: Facts
    assessments: Mapping[str, Assessment]
    bases: tuple[Ancestor, ...]
    date: datetime.date


Check = Callable[[Case, frozenset[str]], Found]
"""A check takes a case, and the criteria that count as met by a waiver."""


class Rule(NamedTuple):
    """One rule of a policy."""

    id: str
    title: str
    why: str
    remedy: str
    severity: str  # error | warning
    unknown: str  # fails | passes
    check: Check

    def tolerates(self, status: str) -> bool:
        """Whether the rule is satisfied with what a check found."""
        return status == PASSED or (status == UNKNOWN and self.unknown == "passes")


class Waiver(NamedTuple):
    """An exception for one model: from a criterion, or else from a rule."""

    criterion: str
    rule: str
    model: str
    reason: str
    owner: str
    expires: datetime.date

    @property
    def target(self) -> str:
        """The criterion or the rule that it is for."""
        return self.criterion or self.rule


class Policy(NamedTuple):
    """A compiled policy. ``rubrics`` are those that its rules name, by the name they are given there."""

    id: str
    version: str
    title: str
    about: str
    models: tuple[str, ...]  # patterns; empty: every model
    developers: tuple[str, ...]
    rules: tuple[Rule, ...]
    waivers: tuple[Waiver, ...]
    rubrics: Mapping[str, Rubric]
    path: str | None
    sha256: str
