"""What a compiled rubric is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..outcome import State
from .assessment import CriterionResult
from .checks import Check
from .conditions import Condition

__all__ = ["Criterion", "LevelRule", "Rubric", "VerdictRule"]


class Criterion(NamedTuple):
    """One criterion. The texts are in English; ``refers_to`` names the criteria its check adds up."""

    id: str
    pillar: str
    kind: str  # presence | terms | presence-and-terms
    role: str  # required | if-used | optional | summary | information
    weight: int
    inherits: str  # to-derive | to-run | never
    texts: Mapping[str, str]  # title, asks, why, how, remedy, question
    clause: Mapping[str, str]  # source, section, requirement
    check: Check
    refers_to: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its name, in a few words."""
        return self.texts["title"]


class VerdictRule(NamedTuple):
    """A verdict with the condition under which it is reached."""

    id: str
    label: str
    summary: str
    condition: Condition | None  # None: reached where no other is
    tone: str  # good | fair | poor | plain: how it is shown


class LevelRule(NamedTuple):
    """A rung with its condition and the criteria it counts."""

    id: str
    label: str
    condition: Condition
    required: tuple[str, ...]
    if_used: tuple[str, ...]
    after: str = ""  # the level below
    stand_in: Mapping[str, str] = {}  # what counts in the place of a criterion that is not met


class Rubric(NamedTuple):
    """A compiled rubric."""

    id: str
    version: str
    title: str
    short: str
    framework: Mapping[str, str]
    about: str
    answers: str
    audience: str
    sources: Mapping[str, Mapping[str, str]]
    pillars: Mapping[str, str]  # id to title, in order
    pillar_questions: Mapping[str, str]  # id to what it is about, in plain words
    criteria: tuple[Criterion, ...]
    order: tuple[int, ...]  # in which to work the criteria out, so that what is referred to comes first
    verdicts: tuple[VerdictRule, ...]
    undetermined: tuple[str, str, str]  # id, label, summary
    levels: tuple[LevelRule, ...]
    atoms: Mapping[str, Condition]  # what conditions are made of, each from the states of the criteria
    last: Mapping[str, Condition]  # the same, once everything is known (steps that nobody has shown included)
    deciding: tuple[str, ...]  # the atoms in the conditions of verdicts
    silence: str  # open | not-met: how what is unknown bears on the verdict and the levels
    path: str | None
    sha256: str  # of the rubric's bytes, and of those it extends
    cases: dict[tuple[State, ...], list[int]]  # the verdicts worked out so far, by the states of the deciding atoms
    results: dict[tuple[str, int], tuple[object, frozenset[str], CriterionResult]]  # results so far of what is found for many cards

    def criterion(self, identifier: str) -> Criterion:
        """A criterion by its id. Raises KeyError."""
        for criterion in self.criteria:
            if criterion.id == identifier:
                return criterion
        raise KeyError(identifier)

    def best_first(self) -> list[str]:
        """The verdicts from best to worst; undetermined stands before the last."""
        verdicts = [rule.id for rule in self.verdicts]
        return [*verdicts[:-1], self.undetermined[0], verdicts[-1]]

    def tone(self, verdict: str) -> str:
        """How a verdict is shown: good, fair, poor, plain, or open where it is undetermined. Raises KeyError."""
        if verdict == self.undetermined[0]:
            return "open"
        return {rule.id: rule.tone for rule in self.verdicts}[verdict]

    def verdict_texts(self, identifier: str) -> tuple[str, str]:
        """A verdict's label and summary. Raises KeyError."""
        if identifier == self.undetermined[0]:
            return self.undetermined[1], self.undetermined[2]
        for rule in self.verdicts:
            if rule.id == identifier:
                return rule.label, rule.summary
        raise KeyError(identifier)
