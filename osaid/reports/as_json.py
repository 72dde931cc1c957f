"""One JSON object for a run: assessments in the order of the input, then everything that went wrong.

Written as it comes, a line for each criterion and gap, so that it can be read, diffed and produced for any number of cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..results.plain_data import RESULT_VERSION, assessment_data, lines, problem_data, row, run_text
from . import Context, Failure, Result

__all__ = ["render"]


def render(results: Iterable[Result], context: Context) -> Iterator[str]:
    """The JSON object, piece by piece."""
    errors: list[dict[str, Any]] = []

    def assessed() -> Iterator[str]:
        for result in results:
            if isinstance(result, Failure):
                errors.extend(problem_data(problem, result.path) for problem in result.problems)
            else:
                yield lines(assessment_data(result, context.rubric_of(result)))

    # What went wrong is known when all assessments are written, and is looked at no sooner.
    return run_text(RESULT_VERSION, context.version, (("assessments", assessed()), ("errors", map(row, errors))))
