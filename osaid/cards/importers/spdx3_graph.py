"""The elements of an SPDX 3 document, found by their ids and relationships, however they are written down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .bom import joined
from .common import text

__all__ = ["Edge", "Element", "Graph", "one", "several"]

At = tuple[str | int, ...]

_PREFIX = re.compile(r"(?:core|software|ai|dataset|simplelicensing|expandedlicensing|build|security|extension)[_:/]")
_LISTED = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html)?")
_TERM = re.compile(r"(?:https://spdx\.org/rdf/3\.[0-9.]+/terms/(?:Core|ExpandedLicensing|Licensing)/)?(?:expandedlicensing_)?(\w+)")
_NOTHING = ("NoAssertionElement", "NoAssertionLicense", "NoAssertion", "NOASSERTION")
_NONE = ("NoneElement", "NoneLicense", "None", "NONE")
_MOST_NESTED, _MOST_NAME = 16, 200


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

    def __init__(self, data: dict[str, Any]) -> None:
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
        self.edges = [edge for element in self.elements if (edge := self._edge(element))]
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

    def _edge(self, element: Element) -> Edge | None:
        kind = element.data.get("relationshipType")
        start = one(element.data.get("from"))
        if not element.type.endswith("Relationship") or not isinstance(kind, str):
            return None
        name = start if isinstance(start, str) else self.name(start)
        return Edge(_bare(kind), name, several(element.data.get("to")), element) if name is not None else None

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
        return [found for edge in self.start_at(identifier, kind) for end in edge.ends for found in self.license(end)]

    def license(self, reference: Any, depth: int = 0) -> list[str]:
        """The licence texts that a reference means; none for no assertion. A set that holds itself is a name that means nothing."""
        name = self.name(reference)
        if name is None:
            return []
        if name not in self._licenses:
            self._licenses[name] = [found for found in [text(name)] if found]
            elements = self._by_id.get(name)
            if elements is None or elements[0].type == "IndividualLicensingInfo":
                self._licenses[name] = list(_individual(name))
            elif depth <= _MOST_NESTED:
                self._licenses[name] = [found for element in elements if (found := self._license_text(element, depth)) is not None]
        return self._licenses[name]

    def _license_text(self, element: Element, depth: int) -> str | None:
        data = element.data
        if element.type == "LicenseExpression":
            written = text(data.get("licenseExpression"))
            return None if written in _NOTHING else written
        if element.type in ("ConjunctiveLicenseSet", "DisjunctiveLicenseSet"):
            members = [found for member in several(data.get("member")) for found in self.license(member, depth + 1)]
            return joined(members) if element.type == "ConjunctiveLicenseSet" else _either(members)
        if element.type == "WithAdditionOperator":
            return text(" WITH ".join(self._parts(data, ("subjectExtendableLicense", "subjectAddition"), depth)))
        if element.type == "OrLaterOperator":
            return text("".join([*self._parts(data, ("subjectLicense",), depth)[:1], "+"]))
        listed = _LISTED.fullmatch(element.id)
        if listed is not None:
            return listed[1]
        return text(data.get("name")) or _custom(element.id) or _of_text(data.get("licenseText")) or text(element.id)

    def _parts(self, data: dict[str, Any], keys: Iterable[str], depth: int) -> list[str]:
        return [found for key in keys for item in several(data.get(key))[:1] for found in self.license(item, depth + 1)[:1]]


def _individual(name: str) -> Iterator[str]:
    """A licence that stands for itself: one of the SPDX list, none at all, or an address that means nothing to us."""
    listed, term = _LISTED.fullmatch(name), _TERM.fullmatch(name)
    if listed is not None:
        yield listed[1]
    elif term is not None and term[1] in _NONE:
        yield "NONE"
    elif (term is None or term[1] not in _NOTHING) and (found := text(name)) is not None:
        yield found


def _either(members: list[str]) -> str | None:
    """A choice of licences."""
    members = list(dict.fromkeys(members))
    return text(" OR ".join(f"({member})" for member in members)) if len(members) > 1 else next(iter(members), None)


def _of_text(value: Any) -> str | None:
    """A licence of which there is only the text: a name or expression as it is, else the first line as a name that means nothing.

    A longer text is not judged by how it begins.
    """
    found = text(value)
    if found is None or (len(found) <= _MOST_NAME and len(found.split("\n")) == 1):
        return found
    words = re.sub(r"[()*#_]", " ", found.strip().split("\n")[0])[:_MOST_NAME].split()
    return " ".join(["text:", *(word.lower() if word in ("AND", "OR", "WITH") else word for word in words)])


def _custom(identifier: str) -> str | None:
    """The LicenseRef at the end of an id."""
    match = re.search(r"LicenseRef-[A-Za-z0-9.-]+$", identifier)
    return match.group() if match else None
