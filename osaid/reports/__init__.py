"""Outputs: one module each, found by name in :data:`FORMATS`. Nothing here decides anything.

A module has ``render(results, context)``: results in, pieces of text out, as they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..errors import Problem

if TYPE_CHECKING:  # what grades nothing loads no engine, and grading loads nothing of the gate
    import datetime

    from ..cards.reader import LoadedCard
    from ..policy.decision import Decision
    from ..policy.definition import Policy
    from ..rubrics.assessment import Assessment
    from ..rubrics.rubric import Rubric
    from .gate_run import Counted

__all__ = [
    "CHECK_FORMATS",
    "FORMATS",
    "GATE_FORMATS",
    "SEVERITIES",
    "Context",
    "Failure",
    "GateContext",
    "Graded",
    "Judged",
    "Result",
    "render",
    "render_checks",
    "render_gate",
]

FORMATS = {
    "table": "as_table",
    "json": "as_json",
    "jsonl": "as_jsonl",
    "markdown": "as_markdown",
    "csv": "as_csv",
}
"""Output formats: their name on the command line and their module here."""

CHECK_FORMATS = {
    "sarif": "as_sarif",
    "junit": "as_junit",
    "github": "as_github",
}
"""Outputs of findings at their line, for assessments and for the gate: a module has ``emit(sheet)``, see :mod:`.findings_sheet`."""

GATE_FORMATS = {
    "table": "gate_table",
    "json": "gate_json",
    "markdown": "gate_markdown",
}
"""Outputs of the gate beside those of :data:`CHECK_FORMATS`."""

SEVERITIES = ("blocking", "question", "advice")


class Failure(NamedTuple):
    """An input that could not be assessed, with everything that is wrong with it."""

    path: str | None
    problems: tuple[Problem, ...]


Result: TypeAlias = "Assessment | Failure"


class Graded(NamedTuple):
    """A card with its assessments, for outputs that show where in the card something stands."""

    card: LoadedCard
    assessments: tuple[Assessment, ...]


class Judged(NamedTuple):
    """A card with what became of it at the gate."""

    card: LoadedCard
    decision: Decision


class Context(NamedTuple):
    """What an output may need to know besides the results."""

    rubrics: tuple[Rubric, ...]
    version: str  # of osaid
    width: int = 100  # columns of text
    color: bool = False
    one: bool = False  # was one single input asked for?
    fit: bool = False  # leave out columns that do not fit into the width?
    folder: str = ""  # that names of files are told relative to, where an output asks for that

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


class GateContext(NamedTuple):
    """What an output of the gate may need to know besides the decisions."""

    policy: Policy
    date: datetime.date
    version: str  # of osaid
    width: int = 100  # columns of text
    color: bool = False
    one: bool = False  # was one single input asked for?
    folder: str = ""


def render(name: str, results: Iterable[Result], context: Context) -> Iterator[str]:
    """Render results in a format of :data:`FORMATS`; pieces of text, in order."""
    module = import_module(f".{FORMATS[name]}", __name__)
    pieces: Iterator[str] = module.render(results, context)
    return pieces


def render_checks(name: str, results: Iterable[Graded | Failure], context: Context) -> Iterator[str]:
    """Render assessments in a format of :data:`CHECK_FORMATS`."""
    from .score_sheet import sheet

    pieces: Iterator[str] = import_module(f".{CHECK_FORMATS[name]}", __name__).emit(sheet(results, context))
    return pieces


def render_gate(name: str, results: Counted, context: GateContext) -> Iterator[str]:
    """Render the gate's decisions in a format of :data:`GATE_FORMATS` or :data:`CHECK_FORMATS`."""
    pieces: Iterator[str]
    if name in GATE_FORMATS:
        pieces = import_module(f".{GATE_FORMATS[name]}", __name__).render(results, context)
    else:
        from .gate_sheet import sheet

        pieces = import_module(f".{CHECK_FORMATS[name]}", __name__).emit(sheet(results, context))
    return pieces
