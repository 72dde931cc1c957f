"""Workflow commands of GitHub Actions: a line for each finding, shown at its place in the file.

Source: GitHub Docs, "Workflow commands for GitHub Actions"; the escapes are those of the toolkit's command.ts. Every line begins
with a command of ours, and a stranger's text has no line end in it: so it cannot begin another command.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Place
from . import Failure
from .findings_sheet import Entry, Remark, Sheet, local
from .text import plain

__all__ = ["emit"]

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
_MOST_TITLE = 200


def emit(sheet: Sheet) -> Iterator[str]:
    """The lines. What passes is not told; what is waived is a notice."""
    for row in sheet.rows:
        if isinstance(row, Failure):
            for problem in row.problems:
                told = f"{problem.message} {problem.hint}" if problem.hint else problem.message
                yield _line("error", f"{sheet.id}: {problem.code}", told, problem.place, row.path, sheet)
            continue
        for entry in row.entries:
            if entry.status != "passed":
                title = f"{row.subject.id}: {sheet.items[entry.item].id}"
                yield _line(_level(entry), title, " ".join((entry.message, *entry.excuses)), entry.place, row.subject.path, sheet)
    for remark in sheet.remarks():
        yield _remark(remark, sheet)


def _level(entry: Entry) -> str:
    return "note" if entry.status == "waived" else entry.level


def _line(level: str, title: str, text: str, place: Place, path: str | None, sheet: Sheet) -> str:
    name = local(place.path if place.path is not None else path, sheet.folder)
    properties = [f"file={_property(name, 1000)}"]
    if place.line is not None:
        properties.append(f"line={place.line}")
    if place.column is not None:
        properties.append(f"col={place.column}")
    properties.append(f"title={_property(title, _MOST_TITLE)}")
    return f"::{_COMMANDS[level]} {','.join(properties)}::{plain(text).translate(_DATA)}\n"


def _remark(remark: Remark, sheet: Sheet) -> str:
    return f"::{_COMMANDS[remark.level]} title={_property(sheet.id, _MOST_TITLE)}::{plain(remark.text).translate(_DATA)}\n"


def _property(text: str, most: int) -> str:
    return plain(text, most).translate(_PROPERTY)
