"""What can be told about a change from one assessment to another, as typed values. :mod:`osaid.results.diff` makes them."""

from __future__ import annotations

from typing import NamedTuple

from ..cards.leaves import FactChange
from ..rubrics.assessment import Score

__all__ = [
    "DIFF_VERSION",
    "Cause",
    "Change",
    "CriterionChange",
    "Difference",
    "EvidenceChange",
    "FieldChange",
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
    """Something that moved the verdict.

    ``kind``: gap-appeared, gap-went (a gap of ``severity`` blocking or question), outcome (a criterion without such a gap), base (a
    base model changed), rubric, or tool (osaid itself, or what a base was made from). ``id`` and ``name`` are those of the criterion,
    the base or the rubric; ``before`` and ``after`` are outcomes, verdicts or versions; ``message`` says why; ``bases`` are to blame
    for an inherited gap.
    """

    kind: str
    id: str
    name: str
    severity: str
    before: str
    after: str
    message: str
    bases: tuple[str, ...]


class VerdictChange(NamedTuple):
    """The verdict before and after. ``direction`` is better, worse, aside or none; ``because`` is empty where it did not move."""

    before: Stand
    after: Stand
    moved: bool
    direction: str
    because: tuple[Cause, ...]


class ScoreChange(NamedTuple):
    """The score before and after."""

    before: Score
    after: Score


class PillarChange(NamedTuple):
    """A pillar's score before and after; None where nothing of it applies, or there is no such pillar."""

    id: str
    label: str
    before: Score | None
    after: Score | None


class Reached(NamedTuple):
    """Whether a level is reached (None: not known), and how much of it is, in percent."""

    met: bool | None
    progress: float


class LevelChange(NamedTuple):
    """A level that is reached otherwise than before; None where there is no such level."""

    id: str
    label: str
    before: Reached | None
    after: Reached | None


class Told(NamedTuple):
    """An outcome with its reasons as sentences."""

    outcome: str
    reasons: tuple[str, ...]


class CriterionChange(NamedTuple):
    """A criterion whose outcome changed."""

    id: str
    title: str
    before: Told
    after: Told


class EvidenceChange(NamedTuple):
    """Evidence that was added, removed or changed."""

    id: str
    before: str | None
    after: str | None


class LineageChange(NamedTuple):
    """A base model that was added or removed, or is judged otherwise; None where it is not named."""

    model: str
    before: str | None
    after: str | None


class Change(NamedTuple):
    """Everything that changed between two assessments by one rubric. ``same`` says that nothing did."""

    model: Named
    rubric_id: str
    rubric_title: str
    same: bool
    verdict: VerdictChange
    score: ScoreChange
    pillars: tuple[PillarChange, ...]  # all of them
    levels: tuple[LevelChange, ...]
    criteria: tuple[CriterionChange, ...]
    other_reasons: tuple[Named, ...]  # criteria with the same outcome for other reasons
    only_before: tuple[Named, ...]  # criteria that the new rubric does not have
    only_after: tuple[Named, ...]
    lineage: tuple[LineageChange, ...]
    evidence: tuple[EvidenceChange, ...]
    subject: tuple[FieldChange, ...]
    rubric: tuple[FieldChange, ...]
    facts: tuple[FactChange, ...] | None  # None where one side is a saved result


class Difference(NamedTuple):
    """Two states of many models: those in both, and those in one only."""

    changes: tuple[Change, ...]
    added: tuple[Named, ...]
    removed: tuple[Named, ...]
