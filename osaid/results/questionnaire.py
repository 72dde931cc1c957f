"""The open criteria of an assessment as questions, those first on which most hangs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, NamedTuple

from ..cards.leaves import by_name, dotted
from ..cards.reader import LoadedCard
from ..outcome import Outcome, State
from ..rubrics.assessment import Assessment, CriterionResult, Verdict
from ..rubrics.definition import Criterion, Rubric
from ..rubrics.engine import verdict_with
from .answers import answer_places
from .changes import Stand
from .sentences import message
from .values import Percent

__all__ = ["Asked", "Question", "questionnaire", "questions"]

_ROLES = ("required", "if-used", "optional")


class Asked(NamedTuple):
    """An open criterion as a question."""

    criterion: str
    title: str
    question: str
    pillar: str
    role: Literal["required", "if-used", "optional"]
    why: Annotated[tuple[str, ...], "Why it is open."]
    at: Annotated[tuple[str, ...], "Where in the card the answer goes: ways with dots. Empty where it goes into the card of a base."]
    bases: Annotated[tuple[str, ...], "Base models of which the same is not known."]
    points: Annotated[Percent, "The share of the score that hangs on it."]
    blocks_alone: Annotated[bool, "A bad answer alone settles the verdict, or turns it round."]
    decides_alone: Annotated[bool, "A good answer alone does."]
    if_bad: Annotated[Stand, "The verdict if it turns out as badly as it still can."]
    if_good: Annotated[Stand, "The verdict if it turns out as well as it still can."]


def questionnaire(assessment: Assessment, rubric: Rubric, card: LoadedCard) -> tuple[Asked, ...]:
    """The open criteria of a card's assessment by ``rubric`` as questions. Criteria that add up others ask for nothing themselves.

    First come those whose bad answer alone settles the verdict (or turns a settled one round), then required ones, steps that count if
    they were used, optional ones; in each of these by the points of the score at stake, and then in the rubric's order.
    """
    pairs = list(zip(assessment.criteria, rubric.criteria, strict=True))
    total = sum(criterion.weight for result, criterion in pairs if result.state is not State.NOT_APPLICABLE)
    asked = [
        _asked(result, criterion, assessment, rubric, card, total)
        for result, criterion in pairs
        if result.outcome is Outcome.UNKNOWN and criterion.role in _ROLES
    ]
    return tuple(sorted(asked, key=lambda item: (not item.blocks_alone, _ROLES.index(item.role), -item.points)))


def _asked(result: CriterionResult, criterion: Criterion, assessment: Assessment, rubric: Rubric, card: LoadedCard, total: int) -> Asked:
    state = result.state
    bad, good = (verdict_with(assessment, rubric, {result.id: State(4 * end)}) for end in (state.worst, state.best))
    places = answer_places(result, {other.id: other for other in assessment.criteria}, card.data)
    settled = [verdict.id not in (assessment.verdict.id, rubric.undetermined[0]) for verdict in (bad, good)]
    texts = criterion.texts
    return Asked(
        result.id,
        texts["title"],
        texts["question"],
        criterion.pillar,
        _role(criterion),
        tuple(map(message, result.reasons)),
        tuple(dotted(by_name(card.data, place)) for place in places),
        result.inherited_from,
        50.0 * criterion.weight * (state.best - state.worst) / total if total else 0.0,
        settled[0],
        settled[1],
        _stand(bad, rubric),
        _stand(good, rubric),
    )


def _role(criterion: Criterion) -> Literal["required", "if-used", "optional"]:
    return "required" if criterion.role == "required" else "if-used" if criterion.role == "if-used" else "optional"


def _stand(verdict: Verdict, rubric: Rubric) -> Stand:
    return Stand(verdict.id, rubric.verdict_texts(verdict.id)[0], verdict.possible)


class Question(NamedTuple):
    """A question, and the rubrics that ask it."""

    text: str
    criterion: Criterion
    rubrics: tuple[Rubric, ...]


def questions(judged: Sequence[tuple[Assessment, Rubric]]) -> Iterator[Question]:
    """The open questions of one card by several rubrics, each once, those of the first rubric first."""
    asked: dict[str, tuple[Criterion, list[Rubric]]] = {}
    for assessment, rubric in judged:
        criteria = {criterion.id: criterion for criterion in rubric.criteria}
        for gap in assessment.gaps:
            if gap.severity == "question":
                criterion = criteria[gap.criterion]
                asked.setdefault(criterion.texts["question"], (criterion, []))[1].append(rubric)
    for text, (criterion, rubrics) in asked.items():
        yield Question(text, criterion, tuple(rubrics))
