"""One row for each input and rubric, with a column for each pillar and criterion. Opens in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from . import SEVERITIES, Context, Failure, Result
from .text import spreadsheet

_FIXED = ("path", "id", "name", "developer", "version", "as_of", "rubric", "verdict", "possible", "score_low", "score_high")


def render(results: Iterable[Result], context: Context) -> Iterator[str]:
    """A header, then the rows. An input that could not be assessed has its first error in the last column."""
    pillars = list(dict.fromkeys(pillar for rubric in context.rubrics for pillar in rubric.pillars))
    criteria = list(dict.fromkeys(criterion.id for rubric in context.rubrics for criterion in rubric.criteria))
    yield _row([*_FIXED, *map(spreadsheet, pillars), *SEVERITIES, *map(spreadsheet, criteria), "error"])
    blank = [""] * (len(pillars) + len(SEVERITIES) + len(criteria))
    for result in results:
        if isinstance(result, Failure):
            message = str(result.problems[0]) if result.problems else ""
            yield _row([spreadsheet(result.path or ""), *[""] * (len(_FIXED) - 1), *blank, spreadsheet(message)])
            continue
        subject = result.subject
        scores = {pillar.id: f"{pillar.score.low:.1f}" for pillar in result.pillars if pillar.score is not None}
        outcomes = {criterion.id: criterion.outcome.value for criterion in result.criteria}
        counts = [sum(gap.severity == severity for gap in result.gaps) for severity in SEVERITIES]
        strangers = (subject.path or "", subject.id, subject.name, subject.developer, subject.version, subject.as_of)
        yield _row(
            [
                *map(spreadsheet, strangers),
                spreadsheet(context.name_of(context.rubric_of(result))),
                spreadsheet(result.verdict.id),
                spreadsheet(" ".join(result.verdict.possible)),
                f"{result.score.low:.1f}",
                f"{result.score.high:.1f}",
                *(scores.get(pillar, "") for pillar in pillars),
                *map(str, counts),
                *(outcomes.get(criterion, "") for criterion in criteria),
                "",
            ]
        )


def _row(cells: list[str]) -> str:
    """A line; what a stranger wrote has been made safe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
