"""Outputs: one module each, found by name in :data:`FORMATS`. Nothing here decides anything.

A module has ``render(results, context)``: results in, pieces of text out, as they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import NamedTuple

from ..errors import Problem
from ..rubrics.assessment import Assessment
from ..rubrics.rubric import Rubric

__all__ = ["FORMATS", "SEVERITIES", "Context", "Failure", "Result", "render"]

FORMATS = {
    "table": "as_table",
    "json": "as_json",
    "jsonl": "as_jsonl",
    "markdown": "as_markdown",
    "csv": "as_csv",
}
"""Output formats: their name on the command line and their module here."""

SEVERITIES = ("blocking", "question", "advice")


class Failure(NamedTuple):
    """An input that could not be assessed, with everything that is wrong with it."""

    path: str | None
    problems: tuple[Problem, ...]


Result = Assessment | Failure


class Context(NamedTuple):
    """What an output may need to know besides the results."""

    rubrics: tuple[Rubric, ...]
    version: str  # of osaid
    width: int = 100  # columns of text
    color: bool = False
    one: bool = False  # was one single input asked for?
    fit: bool = False  # leave out columns that do not fit into the width?

    def rubric_of(self, assessment: Assessment) -> Rubric:
        """The rubric that an assessment was made by. Raises KeyError for any other."""
        for rubric in self.rubrics:
            if rubric.sha256 == assessment.rubric.sha256:
                return rubric
        raise KeyError(assessment.rubric.id)

    def name_of(self, rubric: Rubric) -> str:
        """What tells a rubric from the others of a run: its id, with its version and digest where two have the same."""
        same = [other for other in self.rubrics if other.id == rubric.id]
        return rubric.id if len(same) == 1 else f"{rubric.id} {rubric.version} {rubric.sha256[:8]}"


def render(name: str, results: Iterable[Result], context: Context) -> Iterator[str]:
    """Render results in a format of :data:`FORMATS`; pieces of text, in order."""
    module = import_module(f".{FORMATS[name]}", __name__)
    pieces: Iterator[str] = module.render(results, context)
    return pieces
