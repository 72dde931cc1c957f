"""What can be told about a change from one assessment to another, as typed values. :mod:`osaid.results.diff` makes them.

The schema of the JSON of ``osaid diff`` is made from them, with their docstrings and annotations: None is called null here.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from ..cards.leaves import FactChange
from ..rubrics.assessment import Score
from .values import Outcome, Percent

__all__ = [
    "DIFF_VERSION",
    "Cause",
    "Change",
    "CriterionChange",
    "Difference",
    "Direction",
    "EvidenceChange",
    "FieldChange",
    "GapMove",
    "LevelChange",
    "LineageChange",
    "Named",
    "PillarChange",
    "Reached",
    "ScoreChange",
    "Stand",
    "Told",
    "VerdictChange",
]

DIFF_VERSION = "1"
"""Version of the form of its JSON. It grows when a key changes its meaning or goes; new keys may come."""

Direction = Literal["better", "worse", "aside", "none"]
GapMove = Literal["gap-appeared", "gap-went"]


class FieldChange(NamedTuple):
    """A field with another value."""

    field: str
    before: str
    after: str


class Named(NamedTuple):
    """A model or a criterion, by its id and what it is called."""

    id: str
    name: str


class Stand(NamedTuple):
    """A verdict, and those that were still possible."""

    id: str
    label: str
    possible: tuple[str, ...]


class Cause(NamedTuple):
    """Something that moved the verdict, or may have."""

    kind: Annotated[
        Literal[GapMove, "outcome", "base", "rubric", "tool"],
        "A gap; the outcome of a criterion without one; a base model; the rubric; osaid itself, or what a base was made from.",
    ]
    id: Annotated[str, "Of the criterion, the base model or the rubric."]
    name: str
    severity: Annotated[Literal["blocking", "question", ""], "Of a gap."]
    before: Annotated[str, "An outcome, a verdict or a version; empty where there was none."]
    after: str
    message: Annotated[str, "Why, of the side that has the gap."]
    bases: Annotated[tuple[str, ...], "Base models that a gap is inherited from."]


class VerdictChange(NamedTuple):
    """The verdict before and after, whether it moved, and because of what."""

    before: Stand
    after: Stand
    moved: bool
    direction: Direction
    because: Annotated[tuple[Cause, ...], "Empty where it did not move."]


class ScoreChange(NamedTuple):
    """The score before and after."""

    before: Score
    after: Score


class PillarChange(NamedTuple):
    """A pillar before and after; null where nothing of it applies, or it is not there."""

    id: str
    label: str
    before: Score | None
    after: Score | None


class Reached(NamedTuple):
    """Whether a level is reached (null: not known), and how much of it is, in percent."""

    met: bool | None
    progress: Percent


class LevelChange(NamedTuple):
    """A level that is reached otherwise than before; null where it is not there."""

    id: str
    label: str
    before: Reached | None
    after: Reached | None


class Told(NamedTuple):
    """An outcome with its reasons as sentences."""

    outcome: Outcome
    reasons: tuple[str, ...]


class CriterionChange(NamedTuple):
    """A criterion whose outcome changed."""

    id: str
    title: str
    before: Told
    after: Told


class EvidenceChange(NamedTuple):
    """Evidence that was added (before is null), removed (after is null) or changed."""

    id: str
    before: Annotated[str | None, "Its source."]
    after: str | None


class LineageChange(NamedTuple):
    """A base model that was added or removed, or is judged otherwise; null where it is not named."""

    model: str
    before: Annotated[str | None, "Its verdict; its status where it has none."]
    after: str | None


class Change(NamedTuple):
    """Everything that changed in one model under one rubric."""

    model: Named
    rubric_id: str
    rubric_title: str
    same: Annotated[bool, "Nothing changed."]
    verdict: VerdictChange
    score: ScoreChange
    pillars: Annotated[tuple[PillarChange, ...], "All of them."]
    levels: tuple[LevelChange, ...]
    criteria: tuple[CriterionChange, ...]
    other_reasons: Annotated[tuple[Named, ...], "Criteria with the same outcome for other reasons."]
    only_before: Annotated[tuple[Named, ...], "Criteria that the rubric no longer has."]
    only_after: Annotated[tuple[Named, ...], "Criteria that are new in the rubric."]
    lineage: tuple[LineageChange, ...]
    evidence: tuple[EvidenceChange, ...]
    subject: tuple[FieldChange, ...]
    rubric: tuple[FieldChange, ...]
    facts: Annotated[tuple[FactChange, ...] | None, "Null where one side is a saved result."]


class Difference(NamedTuple):
    """Two states of many models: those in both, and those in one only."""

    changes: tuple[Change, ...]
    added: tuple[Named, ...]
    removed: tuple[Named, ...]
