"""Pages of headings, sentences, lists and tables, for the outputs of ``compare`` and ``diff``.

A page is made without regard to the output: what a stranger wrote may stand in it as it is, because whatever shows a page makes every
text of it safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from ..results.plain_data import lines, plain, problem_data, run_text
from . import Failure

__all__ = ["FORMATS", "Grid", "Item", "Section", "as_json", "show"]

FORMATS = {
    "table": "page_text",
    "json": "",
    "markdown": "page_markdown",
}
"""Output formats: their name on the command line and their module here; JSON is written from the data itself."""

Item = tuple[str, ...]
"""An item of a list: its text, and the lines below it."""


class Grid(NamedTuple):
    """A table."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Section(NamedTuple):
    """A part of a page: a heading (``top`` begins a new subject), sentences, a table and a list, each of which can be missing."""

    heading: str = ""
    texts: tuple[str, ...] = ()
    grid: Grid | None = None
    items: tuple[Item, ...] = ()
    top: bool = False


def show(form: str, sections: Iterable[Section], width: int) -> Iterator[str]:
    """A page in a format of :data:`FORMATS` other than JSON; pieces of text, in order. ``width`` is the number of columns to fill."""
    pieces: Iterator[str] = import_module(f".{FORMATS[form]}", __package__).show(sections, width)
    return pieces


def as_json(schema_version: str, parts: Mapping[str, Iterable[Any]], failures: Iterable[Failure], version: str) -> Iterator[str]:
    """One JSON object: lists of typed values by their key, then everything that went wrong.

    ``schema_version`` is that of its form, ``version`` that of osaid.
    """
    errors = [problem_data(problem, failure.path) for failure in failures for problem in failure.problems]
    lists = {**parts, "errors": errors}
    return run_text(schema_version, version, ((key, (lines(plain(value)) for value in values)) for key, values in lists.items()))
