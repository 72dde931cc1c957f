"""One JSON object for a run: assessments in the order of the input, then everything that went wrong.

Written as it comes, a line for each criterion and gap, so that it can be read, diffed and produced for any number of cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..results.plain_data import RESULT_VERSION, assessment_data, compact, problem_data
from . import Context, Failure, Result


def render(results: Iterable[Result], context: Context) -> Iterator[str]:
    """The JSON object, piece by piece."""
    tool = compact({"name": "osaid", "version": context.version})
    yield f'{{\n"schema_version": {compact(RESULT_VERSION)},\n"tool": {tool},\n"assessments": ['
    errors: list[dict[str, Any]] = []
    separator = "\n"
    for result in results:
        if isinstance(result, Failure):
            errors.extend(problem_data(problem, result.path) for problem in result.problems)
        else:
            yield separator + lines(assessment_data(result, context.rubric_of(result)))
            separator = ",\n"
    yield "\n],\n" if separator != "\n" else "],\n"
    yield '"errors": [' + ",".join("\n  " + compact(error) for error in errors) + ("\n" if errors else "") + "]\n}\n"


def lines(data: dict[str, Any]) -> str:
    """An object with a line for each key, and for each item of its lists."""
    parts = []
    for key, value in data.items():
        if isinstance(value, list) and value:
            body = ",\n".join("    " + compact(item) for item in value)
            parts.append(f"  {compact(key)}: [\n{body}\n  ]")
        else:
            parts.append(f"  {compact(key)}: {compact(value)}")
    return "{\n" + ",\n".join(parts) + "\n}"
