"""The judgement of one card by one rubric. Typed, frozen, free of prose: sentences are made where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..cards.notes import Note
from ..cards.subject import Subject
from ..outcome import Outcome, State

__all__ = [
    "Assessment",
    "Basis",
    "CriterionResult",
    "Gap",
    "Level",
    "LineageStep",
    "PillarScore",
    "Reason",
    "RubricRef",
    "Score",
    "Verdict",
]


class RubricRef(NamedTuple):
    """Which rubric, at which version."""

    id: str
    version: str
    sha256: str


class Reason(NamedTuple):
    """Why a criterion has its outcome: a message code with parameters, the evidence it rests on, and the card's remark.

    ``state`` is what this reason alone would say; ``claimed`` whether it rests on a claim of the card; ``because`` the reasons
    behind it in the card of a base model; ``at`` the way to the claim in the card (its keys and positions), where there is one.
    """

    code: str
    params: Mapping[str, str]
    state: State
    evidence: tuple[str, ...] = ()
    note: str = ""
    claimed: bool = False
    because: tuple[Reason, ...] = ()
    at: tuple[str | int, ...] = ()


class CriterionResult(NamedTuple):
    """A criterion's outcome with its reasons."""

    id: str
    state: State
    reasons: tuple[Reason, ...]
    evidence: tuple[str, ...]  # ids of the card's evidence, in order of first use
    supported: bool  # does every claim that it rests on name evidence?
    inherited_from: tuple[str, ...]  # bases that the outcome is due to

    @property
    def outcome(self) -> Outcome:
        """One of the five outcomes."""
        return self.state.outcome


class Verdict(NamedTuple):
    """The verdict, and the verdicts still possible once the unknowns are answered (one, if it is settled)."""

    id: str
    possible: tuple[str, ...]


class Score(NamedTuple):
    """An interval from 0 to 100: unknown counts nothing in ``low`` and everything in ``high``; ``value`` equals ``low``."""

    value: float
    low: float
    high: float


class PillarScore(NamedTuple):
    """A pillar's score, or None where none of its criteria applies, and its outcomes counted in the order of Outcome."""

    id: str
    score: Score | None
    counts: tuple[int, ...]


class Level(NamedTuple):
    """A rung: reached or not (None: not known), and how much of it is, in percent."""

    id: str
    met: bool | None
    progress: float


class Gap(NamedTuple):
    """Something to mend or to answer. ``severity`` is blocking, question or advice."""

    criterion: str
    severity: str
    terms: bool


class LineageStep(NamedTuple):
    """A base model: how it was used, and what is known of it. ``status`` is assessed, missing, unusable or cycle."""

    model: str
    relation: str
    status: str
    verdict: str | None


class Basis(NamedTuple):
    """A piece of evidence that the judgement rests on."""

    id: str
    source: str
    locator: str
    retrieved: str
    basis: str
    says: str


class Assessment(NamedTuple):
    """Everything that is to be said about one card under one rubric."""

    subject: Subject
    rubric: RubricRef
    verdict: Verdict
    score: Score
    levels: tuple[Level, ...]
    pillars: tuple[PillarScore, ...]
    criteria: tuple[CriterionResult, ...]
    gaps: tuple[Gap, ...]
    lineage: tuple[LineageStep, ...]
    evidence: tuple[Basis, ...]
    notes: tuple[Note, ...] = ()  # what reading another format left to say
