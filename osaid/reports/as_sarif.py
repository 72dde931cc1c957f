"""SARIF 2.1.0, for code scanning: every rule, also those that pass; what failed at its line; waived results as suppressed.

Source: OASIS standard, Static Analysis Results Interchange Format (SARIF) version 2.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import Place, Problem
from ..results.plain_data import compact
from . import Failure
from .findings_sheet import Checked, Entry, Item, Remark, Sheet, address, fingerprint
from .text import markdown, plain

__all__ = ["emit"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LITERAL = str.maketrans({"\\": "\\\\", "[": "\\[", "]": "\\]", "{": "{{", "}": "}}"})


def emit(sheet: Sheet) -> Iterator[str]:
    """The log, piece by piece: rules, then results as they come, then what could not be read."""
    driver = {
        "name": "osaid",
        "semanticVersion": sheet.version,
        "rules": [_rule(item) for item in sheet.items],
    }
    yield f'{{\n"$schema": {compact(_SCHEMA)},\n"version": "2.1.0",\n"runs": [\n{{\n"tool": {{"driver": {compact(driver)}}},\n'
    yield '"columnKind": "unicodeCodePoints",\n"results": ['
    failures: list[Failure] = []
    separator = "\n"
    for row in sheet.rows:
        if isinstance(row, Failure):
            failures.append(row)
            continue
        for entry in row.entries:
            if entry.status != "passed":
                yield separator + compact(_result(entry, row, sheet))
                separator = ",\n"
    yield "\n],\n" if separator != "\n" else "],\n"
    invocation = {
        "executionSuccessful": not failures,
        "toolExecutionNotifications": [_unread(problem, row.path, sheet) for row in failures for problem in row.problems],
        "toolConfigurationNotifications": [_remark(remark) for remark in sheet.remarks()],
    }
    yield f'"invocations": [{compact(invocation)}]\n}}\n]\n}}\n'


def _text(text: str) -> dict[str, str]:
    """A message. Brackets would make links and braces placeholders (SARIF 3.11.5, 3.11.6), so they are written as themselves."""
    return {"text": plain(text).translate(_LITERAL)}


def _rule(item: Item) -> dict[str, Any]:
    told = item.help or item.about
    return {
        "id": plain(item.id, 300),
        "shortDescription": _text(item.title),
        "fullDescription": _text(item.about),
        "help": {**_text(told), "markdown": markdown(told)},
        "defaultConfiguration": {"level": item.level},
    }


def _result(entry: Entry, row: Checked, sheet: Sheet) -> dict[str, Any]:
    item = sheet.items[entry.item]
    result = {
        "ruleId": plain(item.id, 300),
        "ruleIndex": entry.item,
        "level": entry.level,
        "message": _text(entry.message),
        "locations": [_location(entry.place, row.subject.path, sheet)],
        "partialFingerprints": {"osaidFinding/v1": fingerprint(sheet.id, item.id, row.subject.id, address(row.subject.path, sheet.folder))},
    }
    if entry.others:
        result["relatedLocations"] = [
            {"id": number, **_location(place, row.subject.path, sheet)} for number, place in enumerate(entry.others, 1)
        ]
    if entry.status == "waived":
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": plain(text)} for text in entry.excuses]
    return result


def _location(place: Place, path: str | None, sheet: Sheet) -> dict[str, Any]:
    # Where only the file is known it is shown at its top: readers of SARIF want a line.
    region = {"startLine": place.line or 1, **({"startColumn": place.column} if place.column is not None else {})}
    physical = {"artifactLocation": {"uri": address(place.path if place.path is not None else path, sheet.folder)}, "region": region}
    return {"physicalLocation": physical}


def _unread(problem: Problem, path: str | None, sheet: Sheet) -> dict[str, Any]:
    told = f"{problem.message} {problem.hint}" if problem.hint else problem.message
    return {
        "level": "error",
        "descriptor": {"id": problem.code},
        "message": _text(told),
        "locations": [_location(problem.place, path, sheet)],
    }


def _remark(remark: Remark) -> dict[str, Any]:
    return {"level": remark.level, "message": _text(remark.text)}
