"""The order in which cards are shown, and a sentence over many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..results.review import Review
    from ..rubrics.assessment import Assessment
    from ..rubrics.rubric import Rubric

__all__ = ["Standing", "failures_text", "in_order", "standing", "summary", "summary_of"]


class Standing(NamedTuple):
    """Sorts best first: by verdict, then by score, then by name; the path settles what is left."""

    verdict: int
    low: float
    high: float
    name: str
    path: str


def standing(assessment: Assessment, rubric: Rubric) -> Standing:
    """Where an assessment stands among others by the same rubric."""
    subject, score = assessment.subject, assessment.score
    order = rubric.best_first()
    return Standing(order.index(assessment.verdict.id), -score.low, -score.high, subject.name.casefold(), subject.path or "")


def in_order(reviews: Iterable[Review]) -> list[Review]:
    """Reviews best first."""
    return sorted(reviews, key=lambda item: standing(*item.main))


def summary_of(reviews: Sequence[Review], failures: Sequence[object]) -> str:
    """How many of the models have which verdict, and how many inputs have none."""
    return summary(Counter(item.main.assessment.verdict.id for item in reviews), len(failures), reviews[0].main.rubric)


def summary(verdicts: Mapping[str, int], failures: int, rubric: Rubric) -> str:
    """How many models have which verdict, and how many inputs have none."""
    total = sum(verdicts.values())
    parts = [f"{rubric.verdict_texts(verdict)[0]} {verdicts[verdict]}" for verdict in rubric.best_first() if verdict in verdicts]
    told = f"{total} model{'' if total == 1 else 's'} by {rubric.id} {rubric.version}: {', '.join(parts) or 'none'}."
    return told + failures_text(failures)


def failures_text(failures: int) -> str:
    """The sentence on inputs that have no result, after a space; empty if there are none."""
    return f" {failures} input{'' if failures == 1 else 's'} could not be assessed." if failures else ""
