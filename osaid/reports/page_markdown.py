"""A page as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .pages import Section
from .text import at_start, markdown


def show(sections: Iterable[Section], width: int) -> Iterator[str]:
    """Headings, paragraphs, tables and lists. Lines are as long as they are: a renderer wraps them."""
    first = True
    for section in sections:
        if section.heading:
            yield f"{'' if first else chr(10)}{'#' if section.top else '##'} {markdown(section.heading)}\n"
        first = False
        for text in section.texts:
            yield f"\n{at_start(markdown(text))}\n"
        if section.grid is not None and section.grid.rows:
            header = section.grid.header
            yield "\n| " + " | ".join(map(markdown, header)) + " |\n|" + "---|" * len(header) + "\n"
            yield from ("| " + " | ".join(map(markdown, row)) + " |\n" for row in section.grid.rows)
        if section.items:
            yield "\n"
        for text, *below in section.items:
            yield f"- {at_start(markdown(text))}\n"
            yield from (f"  - {at_start(markdown(line))}\n" for line in below)
