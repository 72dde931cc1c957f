"""Cards under several rubrics: one card with a line for each framework, many cards with a column for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from ..results.sentences import range_text
from ..rubrics.assessment import Assessment
from ..rubrics.rubric import Rubric
from . import Context, Failure, Result
from .ranking import failures_text, standing

__all__ = ["Grid", "grid_summary", "many_cards", "one_card", "progress_text"]

Escape = Callable[[str, int], str]
"""Makes a stranger's text safe for an output, and cuts it."""


class Grid(NamedTuple):
    """A table: its header, its rows, and how many inputs could not be assessed."""

    header: list[str]
    rows: list[list[str]]
    failures: int = 0


def progress_text(assessment: Assessment) -> str:
    """The levels that are reached, and the first that is not, each with its progress."""
    told = []
    for level in assessment.levels:
        told.append(f"{level.id} {level.progress:.0f}%")
        if not level.met:
            break
    return ", ".join(told)


def one_card(assessments: Iterable[Assessment], context: Context) -> Grid:
    """A row for each framework."""
    rows = []
    for assessment in assessments:
        rubric = context.rubric_of(assessment)
        rows.append([context.name_of(rubric), _verdict(assessment, rubric), range_text(assessment.score), progress_text(assessment)])
    return Grid(["Framework", "Verdict", "Score", "Levels"], rows)


def many_cards(results: Iterable[Result], context: Context, escape: Escape) -> Grid:
    """A row for each card, with a column for each framework; best first by the first framework."""
    first = context.rubrics[0]
    found: list[tuple[tuple[object, ...], list[str]]] = []
    failures = 0
    for assessments in _by_card(results):
        if isinstance(assessments, Failure):
            failures += 1
            continue
        cells = [f"{context.rubric_of(item).verdict_texts(item.verdict.id)[0]} {range_text(item.score)}" for item in assessments]
        subject = assessments[0].subject
        found.append((standing(assessments[0], first), [escape(subject.name, 40), *cells]))
    found.sort(key=lambda item: item[0])
    return Grid(["Model", *map(context.name_of, context.rubrics)], [cells for _, cells in found], failures)


def grid_summary(grid: Grid, context: Context) -> str:
    """How many cards the table of :func:`many_cards` holds, and how many inputs it lacks."""
    count = len(grid.rows)
    return f"{count} model{'' if count == 1 else 's'} by {len(context.rubrics)} frameworks." + failures_text(grid.failures)


def _verdict(assessment: Assessment, rubric: Rubric) -> str:
    """The verdict in words; where it is open, those still possible."""
    label = rubric.verdict_texts(assessment.verdict.id)[0]
    if assessment.verdict.id != rubric.undetermined[0]:
        return label
    return f"{label}: {' or '.join(rubric.verdict_texts(verdict)[0] for verdict in assessment.verdict.possible)}"


def _by_card(results: Iterable[Result]) -> Iterator[list[Assessment] | Failure]:
    """The results of each input together: they come one after the other."""
    for _, group in groupby(results, key=lambda result: id(result) if isinstance(result, Failure) else result.subject):
        assessments: list[Assessment] = []
        for result in group:
            if isinstance(result, Failure):
                yield result
            else:
                assessments.append(result)
        if assessments:
            yield assessments
