"""What is doubtful about a card that can be read: for its author to mend, and no ground to refuse it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..document import Document
from ..errors import Place, Problem
from ..licenses.expression import terms
from ..licenses.knowledge import knowledge_base
from ..shapes import at, spell
from .importers import FORMATS
from .locations import doubts
from .marks import MARK, SEEN
from .reader import LoadedCard
from .vocabulary import LISTING_OF, vocabulary

__all__ = ["Finding", "claims", "dangling", "findings", "notes_as_findings"]

_Path = tuple[str | int, ...]
_ADDRESS = re.compile(r"(https?|gs|s3|hf|ftp|git)://[^\s/]")
_OF_IMPORTED = (
    "finding.license-problem",
    "finding.license-unknown",
    "finding.license-unknown-near",
    "finding.not-an-address",
    "finding.date-impossible",
)
_SAYS_NOTHING = (None, "unknown")


class Finding(NamedTuple):
    """Something doubtful. ``severity`` is error (the card contradicts itself), warning or note."""

    severity: str
    problem: Problem


def dangling(source: Document) -> list[Problem]:
    """Claims in a document that name evidence which it does not have. Works on any data, also where it is no valid card."""
    data = source.data if isinstance(source.data, dict) else {}
    known = data.get("evidence")
    known = known if isinstance(known, dict) else {}
    found = []
    waiting: list[tuple[_Path, Any]] = [((key,), value) for key, value in data.items() if key != "evidence"]
    while waiting:
        path, value = waiting.pop()
        if path[-1] == "evidence" and isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, str) and item not in known:
                    place = source.place((*path, index))
                    found.append(Problem("finding.evidence-missing", {"where": spell(path[:-1]), "id": item[:80]}, place))
        elif isinstance(value, (dict, list)):
            waiting.extend(((*path, key), item) for key, item in (value.items() if isinstance(value, dict) else enumerate(value)))
    return sorted(found, key=lambda problem: (problem.place.line or 0, problem.place.column or 0))


def notes_as_findings(card: LoadedCard, *, leads: bool = True) -> list[Finding]:
    """What reading another format left to say, each at its place in the file; ``leads`` too, if wanted."""
    found = []
    for note in card.notes:
        if note.kind == "lead" and not leads:
            continue
        place = at(card.document, note.at)
        if note.line is not None:
            place = Place(place.path, note.line)
        severity = "warning" if note.kind in ("unreadable", "conflict") else "note"
        found.append(Finding(severity, Problem(note.code, note.params, place)))
    return sorted(found, key=_place)


def findings(card: LoadedCard) -> list[Finding]:
    """Everything doubtful about a card, in order of place.

    Of a card in another format only its terms and addresses: evidence is not what its author could give. They have no line, as
    the way to them is that in a card.
    """
    imported = card.subject.format in FORMATS
    document = None if imported else card.document
    found = []
    for severity, code, path, params in _all(card.data):
        if imported and code not in _OF_IMPORTED:
            continue
        told = code.removesuffix("-near") if imported else code  # its author wrote for another reader
        found.append(Finding(severity, Problem(told, {"where": spell(path), **params}, at(document, path))))
    return sorted(found, key=_place)


def _place(item: Finding) -> tuple[int, int, str]:
    return item.problem.place.line or 0, item.problem.place.column or 0, item.problem.code


_Raw = tuple[str, str, _Path, dict[str, str]]


def _all(data: Mapping[str, Any]) -> Iterator[_Raw]:
    evidence: Mapping[str, Mapping[str, str]] = data.get("evidence", {})
    used: set[str] = set()
    for path, claim in claims(data):
        for index, item in enumerate(claim.get("evidence", ())):
            used.add(item)
            if item not in evidence:
                yield "error", "finding.evidence-missing", (*path, "evidence", index), {"id": item}
        level = next((claim[key] for key in ("level", "release", "answer") if key in claim), "")
        claimed = level not in _SAYS_NOTHING
        if claimed and not claim.get("evidence"):
            yield "warning", "finding.unsupported", path, {}
        for index, address in enumerate(claim.get("where", ())):
            if not _ADDRESS.match(address):
                yield "warning", "finding.not-an-address", (*path, "where", index), {"value": address[:80]}
    for identifier, entry in evidence.items():
        if identifier not in used:
            yield "warning", "finding.evidence-unused", ("evidence", identifier), {"id": identifier}
        if "locator" not in entry:
            yield "note", "finding.no-locator", ("evidence", identifier), {"id": identifier}
        if entry.get("retrieved", "") > data["as_of"] and not identifier.startswith((MARK, SEEN)):
            yield "warning", "finding.evidence-later", ("evidence", identifier, "retrieved"), {"id": identifier}
    later = {entry.get("retrieved", "") for name, entry in evidence.items() if name.startswith((MARK, SEEN))}
    if later and max(later) > data["as_of"]:
        yield "note", "finding.audited-later", ("as_of",), {"day": max(later)}
    yield from _contradictions(data)
    yield from _licenses(data)
    yield from _dates(data)
    yield from doubts(data)


def _contradictions(data: Mapping[str, Any]) -> Iterator[_Raw]:
    """What cannot be true of any model, or not together."""
    derived = bool(data["model"].get("derived_from"))
    for name, component in data.get("components", {}).items():
        if component.get("release") == "no-such-step" and vocabulary().has_to_exist(name, derived):
            yield "error", "finding.has-to-exist", ("components", name, "release"), {"component": name}
    for stage, said in data.get("training_data", {}).items():
        for listing, claim in said.get("listing", {}).items():
            sets = [item["name"] for item in said.get("datasets", ()) if LISTING_OF.get(item.get("access", "")) == listing]
            if claim.get("level") == "no-such-step" and sets:
                yield "error", "finding.listed-all-the-same", ("training_data", stage, "listing", listing), {"dataset": sets[0][:80]}


def claims(data: Mapping[str, Any]) -> Iterator[tuple[_Path, Mapping[str, Any]]]:
    """Every claim of a card that has to name evidence, with the way to it."""
    for index, base in enumerate(data["model"].get("derived_from", ())):
        yield ("model", "derived_from", index), base
    for scope, given in data.get("licenses", {}).items():
        yield ("licenses", scope), given if isinstance(given, dict) else {}
    for name, component in data.get("components", {}).items():
        yield ("components", name), component
    for name, statement in data.get("statements", {}).items():
        yield ("statements", name), statement
    for stage, said in data.get("training_data", {}).items():
        here: _Path = ("training_data", stage)
        for part in ("description", "listing"):
            for name, claim in said.get(part, {}).items():
                yield (*here, part, name), claim
        for name in ("covers_all_data", "access"):
            if name in said:
                yield (*here, name), said[name]
        if "license" in said or "evidence" in said:
            yield here, {"evidence": said.get("evidence", ())}
        for index, dataset in enumerate(said.get("datasets", ())):
            yield (*here, "datasets", index), dataset


def _licenses(data: Mapping[str, Any]) -> Iterator[_Raw]:
    for path, text in _license_texts(data):
        judged = terms(text)
        # Data often comes under many terms at once; what is said of them in words is not judged, so it is no fault.
        severity = "note" if "datasets" in path else "warning"
        if judged.problem is not None:
            detail = f"{judged.problem.message}"
            yield severity, "finding.license-problem", path, {"detail": f"{text[:80]}: {detail}"}
        else:
            for name in judged.unknown:
                near = knowledge_base().near(name) if severity == "warning" else None
                code = "finding.license-unknown-near" if near else "finding.license-unknown"
                yield severity, code, path, {"license": name[:80], "near": near or ""}
        for written, identifier in judged.resolved:
            yield "note", "finding.license-resolved", path, {"license": written[:80], "id": identifier}


def _license_texts(data: Mapping[str, Any]) -> Iterator[tuple[_Path, str]]:
    for scope, given in data.get("licenses", {}).items():
        if isinstance(given, str):
            yield ("licenses", scope), given
        elif "license" in given:
            yield ("licenses", scope, "license"), given["license"]
    for name, component in data.get("components", {}).items():
        if "license" in component:
            yield ("components", name, "license"), component["license"]
    for stage, said in data.get("training_data", {}).items():
        if "license" in said:
            yield ("training_data", stage, "license"), said["license"]
        for index, dataset in enumerate(said.get("datasets", ())):
            if "license" in dataset:
                yield ("training_data", stage, "datasets", index, "license"), dataset["license"]


def _dates(data: Mapping[str, Any]) -> Iterator[_Raw]:
    dates: list[tuple[_Path, str]] = [(("as_of",), data["as_of"]), (("model", "released"), data["model"].get("released", ""))]
    dates.extend((("evidence", item, "retrieved"), entry.get("retrieved", "")) for item, entry in data.get("evidence", {}).items())
    dates.extend((("locations", item, "checked"), entry["checked"]) for item, entry in data.get("locations", {}).items())
    for path, text in dates:
        if len(text) == len("2026-01-31"):
            try:
                datetime.date.fromisoformat(text)
            except ValueError:
                yield "warning", "finding.date-impossible", path, {"value": text}
