"""The elements of an SPDX 3 document, found by their ids and relationships, however they are written down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...licenses.knowledge import fold, knowledge_base
from .bom_terms import MOST_NAME, besides, either, joined, of_text, own_text, same_terms, unread, written
from .common import Notes

__all__ = ["Edge", "Element", "Graph", "one", "several"]

At = tuple[str | int, ...]

_PREFIX = re.compile(r"(?:core|software|ai|dataset|simplelicensing|expandedlicensing|build|security|extension)[_:/]")
_LISTED = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html)?")
_TERM = re.compile(r"(?:https://spdx\.org/rdf/3\.[0-9.]+/terms/(?:Core|ExpandedLicensing|Licensing)/)?(?:expandedlicensing_)?(\w+)")
_NOTHING = ("NoAssertionElement", "NoAssertionLicense", "NoAssertion", "NOASSERTION")
_NONE = ("NoneElement", "NoneLicense", "None", "NONE")
_NAMED = ("License", "LicensingText", "LicenseAddition", "LicenseException", "LicensingInfo")
_OPERATORS = {"WithAdditionOperator": ("subjectExtendableLicense", "subjectAddition"), "OrLaterOperator": ("subjectLicense", None)}
_ONE_NAME = re.compile(r"[A-Za-z0-9.+:-]{1,200}")
_MOST_NESTED = 16


class Element(NamedTuple):
    """An element: its type and properties without the profile's prefix, its id, and the way to it."""

    type: str
    data: dict[str, Any]
    id: str
    at: At


class Edge(NamedTuple):
    """A relationship from one element to others."""

    kind: str
    start: str
    ends: list[Any]  # as written: an id or an element
    element: Element


def several(value: Any) -> list[Any]:
    """A value that may stand alone or in a list, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def one(value: Any) -> Any:
    """The first of a value that may stand alone or in a list."""
    found = several(value)
    return found[0] if found else None


def _bare(name: str) -> str:
    match = _PREFIX.match(name)
    return name[match.end() :] if match else name


class Graph:
    """All elements of a document, those of ``@graph`` and those written inside others."""

    def __init__(self, data: dict[str, Any], notes: Notes) -> None:
        self._notes = notes  # told of licences that cannot be read
        self.elements: list[Element] = []
        self._by_id: dict[str, list[Element]] = {}
        self._licenses: dict[str, list[str]] = {}  # worked out, or being worked out
        self._by_place: dict[int, Element] = {}  # by the identity of the map, for elements written inside others
        level: list[tuple[Any, At]] = [(data, ())]
        while level:
            below: list[tuple[Any, At]] = []
            for value, at in level:
                if isinstance(value, dict):
                    self._take(value, at)
                    below.extend((item, (*at, key)) for key, item in value.items() if isinstance(item, (dict, list)))
                else:
                    below.extend((item, (*at, index)) for index, item in enumerate(value) if isinstance(item, (dict, list)))
            level = below
        self.edges = [edge for element in self.elements for edge in self._edges(element)]
        self._from: dict[str, list[Edge]] = {}
        for edge in self.edges:
            self._from.setdefault(edge.start, []).append(edge)

    def _take(self, value: dict[str, Any], at: At) -> None:
        kind = next((value[key] for key in ("type", "@type") if isinstance(value.get(key), str)), None)
        if kind is None:
            return
        data: dict[str, Any] = {}
        for key, item in value.items():
            data.setdefault(_bare(key), item)
        name = next((value[key] for key in ("spdxId", "@id") if isinstance(value.get(key), str)), f"#{at}")
        element = Element(_bare(kind), data, name, at)
        self.elements.append(element)
        self._by_id.setdefault(name, []).append(element)
        self._by_place[id(value)] = element

    def _edges(self, element: Element) -> Iterator[Edge]:
        kind = element.data.get("relationshipType")
        if not element.type.endswith("Relationship") or not isinstance(kind, str):
            return
        for start in several(element.data.get("from")):
            if (name := self.name(start)) is not None:
                yield Edge(_bare(kind), name, several(element.data.get("to")), element)

    def of_type(self, *kinds: str) -> list[Element]:
        """The elements of some types, each id once."""
        found = {element.id: element for element in reversed(self.elements) if element.type in kinds}
        return list(found.values())[::-1]

    def name(self, reference: Any) -> str | None:
        """The id that a reference names; the element can also be written in its place."""
        if isinstance(reference, str):
            return reference
        element = self._by_place.get(id(reference))
        return element.id if element is not None else None

    def get(self, reference: Any) -> list[Element]:
        """The elements that a reference means. More than one if an id is given twice."""
        name = self.name(reference)
        return self._by_id.get(name, []) if name is not None else []

    def all_of(self, identifier: str) -> dict[str, Any]:
        """The properties of an id; of what is given twice the first counts."""
        data: dict[str, Any] = {}
        for element in self._by_id.get(identifier, []):
            for key, value in element.data.items():
                data.setdefault(key, value)
        return data

    def start_at(self, identifier: str, *kinds: str) -> list[Edge]:
        """The relationships of some kinds that start at an element."""
        return [edge for edge in self._from.get(identifier, ()) if edge.kind in kinds]

    def contained(self, identifier: str) -> list[str]:
        """The ids of an element and of everything that it contains, directly or not."""
        found = {identifier: None}
        waiting = [identifier]
        while waiting:
            for edge in self.start_at(waiting.pop(), "contains"):
                for end in edge.ends:
                    name = self.name(end)
                    if name is not None and name not in found:
                        found[name] = None
                        waiting.append(name)
        return list(found)

    # --- terms ----------------------------------------------------------------------------------------------------

    def licenses(self, identifier: str, kind: str) -> list[str]:
        """The licences that relationships of a kind (``hasDeclaredLicense``) give to an element."""
        edges = self.start_at(identifier, kind)
        return [found for edge in edges for end in edge.ends or [None] for found in self.license(end, kind, edge.element.at)]

    def license(self, reference: Any, what: str, at: At, depth: int = 0) -> list[str]:
        """The licence texts that a reference means, which all apply; none for no assertion.

        What cannot be read is a name that means nothing, and so is a set that holds itself.
        """
        name = self.name(reference)
        if name is None or not name.strip():
            return [self._unread(reference, what, at)]
        if name not in self._licenses:
            self._licenses[name] = [unread(name)]
            elements = self._by_id.get(name)
            if elements is None:
                self._licenses[name] = list(_individual(name))
            elif depth <= _MOST_NESTED:
                self._licenses[name] = list(dict.fromkeys(found for element in elements for found in self._of_element(element, depth)))
        return self._licenses[name]

    def _unread(self, value: Any, what: str, at: At) -> str:
        """Note that something cannot be read as a licence, and give a name that stands for it."""
        self._notes.add("unreadable", "import.license-unread", at, what=what)
        return unread(value)

    def _of_element(self, element: Element, depth: int) -> list[str]:
        data, at = element.data, element.at
        if element.type == "IndividualLicensingInfo":
            return list(_individual(element.id))
        if element.type == "LicenseExpression":
            expression = written(data.get("licenseExpression")) or self._unread(data.get("licenseExpression"), element.type, at)
            return [] if expression in _NOTHING else [expression]
        if element.type == "ConjunctiveLicenseSet":
            members = [found or [self._unread("no assertion", element.type, at)] for found in self._members(element, "member", depth)]
            return [found for found in [joined(found for member in members for found in member)] if found is not None]
        if element.type == "DisjunctiveLicenseSet":
            branches = [branch for found in self._members(element, "member", depth) if (branch := joined(found)) is not None]
            return [found for found in [either(branches)] if found is not None]
        if element.type in _OPERATORS:
            return self._operator(element, *_OPERATORS[element.type], depth)
        if not element.type.endswith(_NAMED):
            return [self._unread(data.get("name"), f"{element.type} as a licence", at)]
        return self._named(element)

    def _members(self, element: Element, key: str, depth: int) -> list[list[str]]:
        """The licences of each member; if there is none, one that cannot be read."""
        what, given = f"{element.type}.{key}", several(element.data.get(key))
        return [self.license(item, what, element.at, depth + 1) for item in given] or [[self._unread(None, what, element.at)]]

    def _operator(self, element: Element, subject: str, addition: str | None, depth: int) -> list[str]:
        """A licence with an addition, or with "or later". If either is not one name, both count for themselves, the second as unknown."""
        bases = list(dict.fromkeys(found for member in self._members(element, subject, depth) for found in member))
        more = [] if addition is None else [found for member in self._members(element, addition, depth) for found in member]
        if len(bases) == 1 and _ONE_NAME.fullmatch(bases[0]) and all(map(_ONE_NAME.fullmatch, more)):
            if addition is None:
                return [f"{bases[0]}+"]
            if len(more) == 1:
                return [f"{bases[0]} WITH {more[0]}"]
        return [*bases, self._unread(more[0] if more else element.type, element.type, element.at)]

    def _named(self, element: Element) -> list[str]:
        """A licence or an addition by its id on the SPDX list, its name, its LicenseRef or its text, with what stands beside it."""
        data, at = element.data, element.at
        what = f"{element.type} {element.id}"
        key = next((key for key in ("licenseText", "additionText") if data.get(key) is not None), "licenseText")
        listed = _LISTED.fullmatch(element.id)
        name = written(data.get("name"))
        found: list[str] = []
        if name is None and data.get("name") not in (None, ""):
            found.append(self._unread(data["name"], f"{element.type}.name", at))
        if listed is not None:
            found.append(listed[1])
            if name is not None and not _names(listed[1], name):
                found.append(name)
        elif name is not None or (name := _custom(element.id)) is not None:
            found.append(name)
        if not found:
            alone = of_text(data.get(key))
            if alone is None or key != "licenseText":
                return [self._unread(element.id, f"{element.type} without a name", at)]
            return [alone]
        addresses = several(data.get("seeAlso")) if listed is None else []
        if key == "licenseText":
            stands_for = joined(found) if found[1:] else None
            return [*found, *besides(stands_for or found[0], data.get(key), addresses, (self._notes, what, at))]
        if not own_text(found[0], data[key]):  # the text of an exception can take back what the licence grants
            found.append(self._unread(data[key], f"{element.type}.{key}", at))
        return found


def _individual(name: str) -> Iterator[str]:
    """A licence that stands for itself: one of the SPDX list, none at all, or an address that means nothing to us."""
    listed, term = _LISTED.fullmatch(name), _TERM.fullmatch(name)
    if listed is not None:
        yield listed[1]
    elif term is not None and term[1] in _NONE:
        yield "NONE"
    elif term is None or term[1] not in _NOTHING:
        yield written(name) or unread(name)


def _names(identifier: str, name: str) -> bool:
    """Whether a name is that of a licence on the SPDX list."""
    known = knowledge_base().find(identifier)
    return len(name) <= MOST_NAME and (same_terms(identifier, name) or (known is not None and fold(known.name) == fold(name)))


def _custom(identifier: str) -> str | None:
    """The LicenseRef at the end of an id."""
    match = re.search(r"LicenseRef-[A-Za-z0-9.-]+$", identifier)
    return match.group() if match else None
