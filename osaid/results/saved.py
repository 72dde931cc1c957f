"""Saved results: the JSON of ``osaid score --format json`` or ``jsonl``, read as strictly as any other file of a stranger."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from .. import document
from ..document import Document, Limits
from ..document.common import MOST_PROBLEMS, short
from ..errors import OsaidError, Problem, ResultError
from ..schemas import read_schema
from ..shapes import Shape
from .plain_data import RESULT_VERSION

__all__ = ["SAVED_LIMITS", "Saved", "looks_saved", "read_saved"]

SAVED_LIMITS = Limits(bytes=128 * 1024 * 1024, depth=32, nodes=5_000_000)
"""A saved result holds many cards: more is read than of a card."""

# The keys that a result can begin with, as we write it or with its keys sorted; no format of cards begins with one of them.
_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?:schema_version|assessments|criteria|errors|tool)"\s*:')
_UNIQUE = ("criteria", "pillars", "levels")


class Saved(NamedTuple):
    """A saved result: its assessments as plain data, and how many inputs could not be assessed when it was made."""

    assessments: tuple[Mapping[str, Any], ...]
    failures: int


def looks_saved(start: bytes, path: str | None = None) -> bool:
    """Whether a file is a saved result and not a card, by its name or by how it begins."""
    return (path or "").lower().endswith(".jsonl") or _BEGINS.match(start) is not None


def read_saved(raw: bytes, path: str | None = None) -> Saved:
    """Read a saved result. Raises DocumentError or ResultError with everything that is wrong, each with line and column.

    A text with an object a line is read line by line; any other is one object. What comes from a later version is refused.
    """
    if len(raw) > SAVED_LIMITS.bytes:
        return _read([(raw, 0)], path)  # refused there
    lines = raw.split(b"\n")
    first = next((line.strip() for line in lines if line.strip()), b"")
    if not (first.startswith((b"{", b"\xef\xbb\xbf{")) and first.endswith(b"}")):
        return _read([(raw, 0)], path)
    return _read([(line, number) for number, line in enumerate(lines) if line.strip()], path)


def _read(parts: Iterable[tuple[bytes, int]], path: str | None) -> Saved:
    """Read the objects of a file, each with the number of lines before it."""
    assessments: list[Mapping[str, Any]] = []
    failures = 0
    problems: list[Problem] = []
    for raw, before in parts:
        try:
            found, failed = _object(document.parse(raw, path=path, format="json", limits=SAVED_LIMITS, typed=True))
        except OsaidError as error:
            problems += [_further_down(problem, before) for problem in error.problems]
            if len(problems) >= MOST_PROBLEMS:
                break
        else:
            assessments += found
            failures += failed
    if problems:
        raise ResultError(problems[:MOST_PROBLEMS])
    return Saved(tuple(assessments), failures)


def _further_down(problem: Problem, lines: int) -> Problem:
    place = problem.place
    return problem._replace(place=place._replace(line=place.line + lines)) if place.line is not None else problem


def _object(source: Document) -> tuple[list[dict[str, Any]], int]:
    """The assessments of a run or of a line, and the number of inputs that had failed. Raises ResultError."""
    data = source.data
    if not isinstance(data, dict) or "schema_version" not in data:
        raise ResultError(Problem("saved.not-a-result", {}, source.place()))
    version = data["schema_version"]
    if isinstance(version, str) and version.isascii() and version.isdigit() and version != RESULT_VERSION:
        params = {"version": short(version), "known": RESULT_VERSION}
        raise ResultError(Problem("saved.other-version", params, source.place(("schema_version",))))
    kind = "run" if "assessments" in data else "failure" if "errors" in data else "line"
    problems = _shape(kind).problems(source)
    if problems:
        raise ResultError(problems, source)
    if kind == "failure":
        return [], 1
    found: list[dict[str, Any]] = (
        data["assessments"] if kind == "run" else [{key: value for key, value in data.items() if key != "schema_version"}]
    )
    for number, assessment in enumerate(found):
        problems += _contradictions(assessment, ("assessments", number) if kind == "run" else (), source)
    if problems:
        raise ResultError(problems[:MOST_PROBLEMS], source)
    return found, len({error["path"] for error in data["errors"]}) if kind == "run" else 0


def _contradictions(assessment: Mapping[str, Any], at: tuple[str | int, ...], source: Document) -> Iterator[Problem]:
    """Ids that are given twice, and gaps of criteria that are not there."""
    for part in _UNIQUE:
        seen: set[str] = set()
        for number, item in enumerate(assessment[part]):
            if item["id"] in seen:
                yield Problem("saved.duplicate", {"part": part, "id": short(item["id"])}, source.place((*at, part, number, "id")))
            seen.add(item["id"])
    known = {item["id"] for item in assessment["criteria"]}
    for number, gap in enumerate(assessment["gaps"]):
        if gap["criterion"] not in known:
            yield Problem("saved.gap-unknown", {"id": short(gap["criterion"])}, source.place((*at, "gaps", number, "criterion")))


@cache
def _shape(kind: str) -> Shape:
    """What a run, a line of jsonl with an assessment, or one with errors has to look like."""
    schema = read_schema("assessment")
    if kind == "run":
        return Shape(schema)
    version = {"schema_version": schema["properties"]["schema_version"]}
    if kind == "line":
        one = schema["$defs"]["AssessmentData"]
        properties, required = {**version, **one["properties"]}, ["schema_version", *one["required"]]
    else:
        properties = {**version, "path": schema["$defs"]["ErrorData"]["properties"]["path"], "errors": schema["properties"]["errors"]}
        required = list(properties)
    return Shape(
        {"$defs": schema["$defs"], "type": "object", "additionalProperties": False, "properties": properties, "required": required}
    )
