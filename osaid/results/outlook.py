"""What would change a verdict: the verdicts that a model would have if gaps of a kind were mended, worked out by the engine."""

from __future__ import annotations

from typing import NamedTuple

from ..rubrics.assessment import Assessment
from ..rubrics.engine import verdict_if
from ..rubrics.rubric import Rubric

__all__ = ["Outlook", "Step", "outlook"]


_NOTHING = "terms.nothing-published"


class Step(NamedTuple):
    """A way to mend a model: the criteria to be met, and the verdict that this would bring.

    ``kind`` is answers (every open question, in the model's favour), terms (what legal terms stand in the way of), releases (what is not
    published or not described), mended (both), or all (everything).
    """

    kind: str
    criteria: tuple[str, ...]
    verdict: str
    possible: tuple[str, ...]  # what the verdict could still turn out to be then


class Outlook(NamedTuple):
    """The ways to another verdict, and the gaps that stand alone in its way."""

    steps: tuple[Step, ...]
    alone: tuple[Step, ...]  # one criterion each


def outlook(assessment: Assessment, rubric: Rubric) -> Outlook:
    """What would change the verdict of an assessment by ``rubric``. Ways that cover the same criteria are told once."""
    questions = tuple(gap.criterion for gap in assessment.gaps if gap.severity == "question")
    # Where nothing is published, no terms can help: what will be published can come under free terms.
    unpublished = {result.id for result in assessment.criteria if all(reason.code == _NOTHING for reason in result.reasons)}
    blocking = [gap for gap in assessment.gaps if gap.severity == "blocking"]
    terms = tuple(gap.criterion for gap in blocking if gap.terms and gap.criterion not in unpublished)
    releases = tuple(gap.criterion for gap in blocking if not gap.terms or gap.criterion in unpublished)
    ways = {
        "answers": questions,
        "terms": terms,
        "releases": releases,
        "mended": (*releases, *terms),
        "all": (*releases, *terms, *questions),
    }
    steps: list[Step] = []
    for kind, criteria in ways.items():
        if criteria and not any(set(criteria) == set(step.criteria) for step in steps):
            steps.append(_step(kind, criteria, assessment, rubric))
    now = assessment.verdict.id
    single = [_step("all", (name,), assessment, rubric) for name in (*releases, *terms)]
    return Outlook(tuple(steps), tuple(step for step in single if step.verdict != now) if len(single) > 1 else ())


def _step(kind: str, criteria: tuple[str, ...], assessment: Assessment, rubric: Rubric) -> Step:
    verdict = verdict_if(assessment, rubric, frozenset(criteria))
    return Step(kind, criteria, verdict.id, verdict.possible)
