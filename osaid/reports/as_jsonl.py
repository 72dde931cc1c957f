"""One line of JSON for each input: an assessment, or an object with ``errors``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..results.plain_data import RESULT_VERSION, assessment_data, compact, problem_data
from . import Context, Failure, Result


def render(results: Iterable[Result], context: Context) -> Iterator[str]:
    """The lines."""
    for result in results:
        if isinstance(result, Failure):
            errors = [problem_data(problem, result.path) for problem in result.problems]
            yield compact({"schema_version": RESULT_VERSION, "path": result.path, "errors": errors}) + "\n"
        else:
            yield compact({"schema_version": RESULT_VERSION, **assessment_data(result, context.rubric_of(result))}) + "\n"
