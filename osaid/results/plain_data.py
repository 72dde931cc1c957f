"""An assessment as plain data, and how a run is written as JSON: the contract of the JSON outputs.

Keys never come and go with options, lists are in the rubric's order, and there is no clock in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..cards.notes import Note
from ..document.common import UNSAFE
from ..errors import Problem
from ..messages import sentence
from ..outcome import Outcome
from ..rubrics.assessment import Assessment, Reason
from ..rubrics.rubric import Rubric
from .sentences import message, remedy_text

__all__ = ["RESULT_VERSION", "assessment_data", "compact", "lines", "plain", "problem_data", "row", "run_text"]

RESULT_VERSION = "1"
"""Version of the result's form. It grows when a key changes its meaning or goes; new keys may come."""

_ascii = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def compact(value: Any) -> str:
    """JSON in one line. What a terminal could act on, or a reader not see, is escaped; half a surrogate pair is replaced."""
    text = _ascii(value)
    if "\\u" not in text:  # plain ASCII, as most cards are: nothing to escape, and the quicker encoder was right
        return text
    return UNSAFE.sub(_escape, _encode(value))


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return "\N{REPLACEMENT CHARACTER}" if "\ud800" <= character <= "\udfff" else json.dumps(character)[1:-1].replace("\x7f", "\\u007f")


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


def plain(value: Any) -> Any:
    """Typed values as plain data: a map for each named tuple, a list for any other."""
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", None)
        return [plain(item) for item in value] if fields is None else {name: plain(item) for name, item in zip(fields, value, strict=True)}
    return value


def row(data: dict[str, Any]) -> str:
    """An object as one line of a list."""
    return "  " + compact(data)


def run_text(schema_version: str, version: str, parts: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """One JSON object for a run, piece by piece: the version of its form, that of osaid, and then its parts.

    A part is a key with plain data, or with an iterator over the items of a list, each as :func:`lines` or :func:`row` write it.
    ``parts`` are asked for one by one, so that what is only known when all results have come can stand at the end.
    """
    yield f'{{\n"schema_version": {compact(schema_version)},\n"tool": {compact({"name": "osaid", "version": version})}'
    for key, value in parts:
        yield f",\n{compact(key)}: "
        if not isinstance(value, Iterator):
            yield compact(value)
            continue
        start = "[\n"
        for item in value:
            yield start + item
            start = ",\n"
        yield "[]" if start == "[\n" else "\n]"
    yield "\n}\n"


def assessment_data(assessment: Assessment, rubric: Rubric) -> dict[str, Any]:
    """Plain dicts, lists, text and numbers for one assessment."""
    verdict = assessment.verdict
    label, summary = rubric.verdict_texts(verdict.id)
    return {
        "subject": assessment.subject._asdict(),
        "rubric": {**assessment.rubric._asdict(), "title": rubric.title},
        "verdict": {"id": verdict.id, "label": label, "summary": summary, "possible": verdict.possible},
        "score": assessment.score._asdict(),
        "levels": [
            {"id": level.id, "label": rule.label, "met": level.met, "progress": level.progress}
            for level, rule in zip(assessment.levels, rubric.levels, strict=True)
        ],
        "pillars": [
            {
                "id": pillar.id,
                "label": rubric.pillars[pillar.id],
                "score": pillar.score._asdict() if pillar.score is not None else None,
                "outcomes": dict(zip(_OUTCOMES, pillar.counts, strict=True)),
            }
            for pillar in assessment.pillars
        ],
        "criteria": [
            {
                "id": result.id,
                "title": criterion.texts["title"],
                "pillar": criterion.pillar,
                "kind": criterion.kind,
                "role": criterion.role,
                "weight": criterion.weight,
                "outcome": result.state.outcome.value,
                "supported": result.supported,
                "inherited_from": result.inherited_from,
                "reasons": [_reason(reason) for reason in result.reasons],
                "evidence": result.evidence,
            }
            for result, criterion in zip(assessment.criteria, rubric.criteria, strict=True)
        ],
        "gaps": _gaps(assessment, rubric),
        "lineage": [step._asdict() for step in assessment.lineage],
        "evidence": [basis._asdict() for basis in assessment.evidence],
        "notes": [_note(note) for note in assessment.notes],
    }


_OUTCOMES = tuple(outcome.value for outcome in Outcome)


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "params": reason.params,
        "message": message(reason),
        "note": reason.note,
        "evidence": reason.evidence,
        "at": reason.at,
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "kind": note.kind,
        "code": note.code,
        "params": note.params,
        "message": sentence(note.code, note.params),
        "at": note.at,
        "line": note.line,
    }


def _gaps(assessment: Assessment, rubric: Rubric) -> list[dict[str, Any]]:
    results = {result.id: (result, criterion) for result, criterion in zip(assessment.criteria, rubric.criteria, strict=True)}
    gaps = []
    for gap in assessment.gaps:
        result, criterion = results[gap.criterion]
        gaps.append(
            {
                "criterion": gap.criterion,
                "title": criterion.texts["title"],
                "severity": gap.severity,
                "terms": gap.terms,
                "outcome": result.state.outcome.value,
                "message": " ".join(map(message, result.reasons)),
                "remedy": remedy_text(result, criterion),
                "question": criterion.texts["question"],
                "supported": result.supported,
                "inherited_from": result.inherited_from,
                "evidence": result.evidence,
            }
        )
    return gaps


def problem_data(problem: Problem, path: str | None) -> dict[str, Any]:
    """Plain data for one problem of one input."""
    place = problem.place
    return {
        "path": place.path if place.path is not None else path,
        "line": place.line,
        "column": place.column,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
    }
