"""Assessments as a sheet of findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..cards.reader import LoadedCard
from ..messages import sentence
from ..results.sentences import outcome_text, reasons_text, remedy_text
from ..rubrics.assessment import Assessment, CriterionResult, Gap
from ..rubrics.definition import Criterion, Rubric
from . import Context, Failure, Graded
from .findings_sheet import Checked, Entry, Item, Sheet, places

__all__ = ["sheet"]

_LEVELS = {"blocking": "error", "question": "warning", "advice": "note"}


def sheet(results: Iterable[Graded | Failure], context: Context) -> Sheet:
    """Assessments as a sheet: the items are the rubrics' criteria, and gaps are what failed."""
    several = len(context.rubrics) > 1
    items: list[Item] = []
    first: dict[str, int] = {}  # the position of a rubric's first criterion
    for rubric in context.rubrics:
        first[rubric.sha256] = len(items)
        items += [_criterion(criterion, f"{context.name_of(rubric)}/" if several else "") for criterion in rubric.criteria]

    def rows() -> Iterator[Checked | Failure]:
        for result in results:
            if isinstance(result, Failure):
                yield result
                continue
            for assessment in result.assessments:
                rubric = context.rubric_of(assessment)
                yield Checked(assessment.subject, tuple(_graded(result.card, assessment, rubric, first[rubric.sha256])))

    ids = ", ".join(context.name_of(rubric) for rubric in context.rubrics)
    title = "; ".join(rubric.title for rubric in context.rubrics)
    return Sheet(ids, title, "", context.version, context.folder, tuple(items), rows(), list)


def _criterion(criterion: Criterion, prefix: str) -> Item:
    texts = criterion.texts
    level = "note" if criterion.role in ("optional", "information") else "error"
    return Item(prefix + criterion.id, criterion.title, f"{texts['asks']} {texts['why']}", texts["remedy"], level)


def _graded(card: LoadedCard, assessment: Assessment, rubric: Rubric, first: int) -> Iterator[Entry]:
    gaps = {gap.criterion: gap for gap in assessment.gaps}
    for index, (criterion, result) in enumerate(zip(rubric.criteria, assessment.criteria, strict=True), first):
        gap = gaps.get(result.id)
        if gap is None:
            yield Entry(index, "passed", "note")
            continue
        place, *others = places(card, (reason.at for reason in result.reasons if reason.at))
        yield Entry(index, "failed", _LEVELS[gap.severity], _gap_text(gap, result, criterion), place, tuple(others))


def _gap_text(gap: Gap, result: CriterionResult, criterion: Criterion) -> str:
    if gap.severity == "question":
        todo = sentence("gate.question", {"question": criterion.texts["question"]})
    else:
        todo = sentence("gate.remedy", {"remedy": remedy_text(result, criterion)})
    return f"{criterion.title}: {outcome_text(result)}. {reasons_text(result)} {todo}"
