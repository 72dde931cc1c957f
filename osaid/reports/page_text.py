"""A page as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from .pages import Grid, Section
from .text import plain

_LEAST_COLUMN = 6
_BETWEEN = 2
_INDENT = "  "


def show(sections: Iterable[Section], width: int) -> Iterator[str]:
    """Headings, paragraphs, tables and lists within a width. Nothing is left out: what is too wide is wrapped."""
    first = True
    for section in sections:
        if section.heading:
            yield "" if first else "\n" if not section.top else "\n\n"
            yield from _wrapped(section.heading, width, "" if section.top else _INDENT)
        for text in section.texts:
            yield "" if first and not section.heading else "\n"
            yield from _wrapped(text, width, "" if not section.heading else _INDENT if section.top else 2 * _INDENT)
            first = False
        first = False
        if section.grid is not None and section.grid.rows:
            yield "\n"
            yield from _table(section.grid, width - 2 * len(_INDENT))
        if section.items:
            yield "\n"
        for text, *below in section.items:
            yield from _wrapped(f"- {text}", width, 2 * _INDENT, 3 * _INDENT)
            for line in below:
                yield from _wrapped(line, width, 3 * _INDENT)


def _wrapped(text: str, width: int, indent: str, later: str | None = None) -> Iterator[str]:
    for line in textwrap.wrap(
        plain(text),
        max(40, width),
        initial_indent=indent,
        subsequent_indent=indent if later is None else later,
        break_on_hyphens=False,
        break_long_words=False,  # an address stays one
    ):
        yield line + "\n"


def _table(grid: Grid, width: int) -> Iterator[str]:
    """A table, indented. The widest columns are made narrower, and their cells wrapped, until it fits."""
    from tabulate import tabulate
    from wcwidth import wcswidth

    rows = [[plain(cell) for cell in row] for row in (grid.header, *grid.rows)]
    widths = [max(max(wcswidth(row[column]), len(row[column])) for row in rows) for column in range(len(grid.header))]
    while sum(widths) + _BETWEEN * (len(widths) - 1) > width and max(widths) > _LEAST_COLUMN:
        widths[widths.index(max(widths))] -= 1
    rows.insert(1, ["-" * column for column in widths])  # a header of its own would be made wider than its column
    table = tabulate(rows, tablefmt="plain", disable_numparse=True, maxcolwidths=list(widths))
    yield from (f"{2 * _INDENT}{line}".rstrip() + "\n" for line in table.splitlines())
