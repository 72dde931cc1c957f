"""SPDX 3.0 in JSON-LD, with the AI and Dataset profiles: the bill of materials of one AI package.

Source of the rules: the descriptions in the SPDX 3.0.1 model. The licence declared for the package counts for the
distribution, with the one concluded where they differ. ``trainedOn`` leads to training data and ``testedOn`` to evaluation
data, also from and to files that the packages contain. A place for download says where, not that anyone can get it.
``directDownload`` and ``query`` are defined as publicly available; any other availability stays unknown.
A card that our exporter put in is used (see ``bom.py``).
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ...document import Document
from ...errors import CardError, Problem
from ..vocabulary import vocabulary
from . import hub_names
from .bom import EMBEDDED, Places, base_name, day, embedded, is_host, relation, settle, stated
from .bom_terms import joined, same_terms
from .common import (
    FILE,
    MOST_DATASETS,
    MOST_WHERE,
    Imported,
    Notes,
    add_base,
    address,
    evidence_of_file,
    identifier,
    keys_but,
    not_this_format,
    stem,
    text,
)
from .spdx3_graph import Edge, Element, Graph, one, several

__all__ = ["EPOCH", "detects", "read"]

EPOCH = "1970-01-01"
"""The day that stands for an unknown one: the format asks for a day."""

_MODEL, _DATASET = "AIPackage", "DatasetPackage"
_SAYS = "What the SPDX 3 file states; not checked against the sources."
_DECLARED, _CONCLUDED = "hasDeclaredLicense", "hasConcludedLicense"
_PUBLIC = ("directDownload", "query")
_REFERENCES = {
    "vcs": "repository",
    "sourceArtifact": "repository",
    "documentation": "documentation",
    "altWebPage": "homepage",
    "altDownloadLocation": "weights",
    "binaryArtifact": "weights",
    "metrics": "evaluation_results",
    "qualityAssessmentReport": "evaluation_results",
}
_OF_ANY = frozenset(
    ("type", "@type", "spdxId", "@id", "creationInfo", "name", "packageVersion", "downloadLocation", "homePage", "packageUrl")
) | frozenset(("externalRef", "externalIdentifier", "primaryPurpose"))
_OF_THE_MODEL = _OF_ANY | frozenset(("originatedBy", "suppliedBy", "releaseTime"))
_OF_DATA = _OF_ANY | frozenset(("datasetAvailability",))
_READ_EDGES = ("trainedOn", "testedOn", "descendantOf", "ancestorOf", "contains", _DECLARED, _CONCLUDED)
_OF_THE_FILE = frozenset(
    ("SpdxDocument", "Bom", "Bundle", "Sbom", "CreationInfo", "Agent", "Person", "Organization", "SoftwareAgent", "Tool")
)
_LICENSES = ("License", "LicenseSet", "LicenseExpression", "LicensingText", "LicenseAddition", "LicensingInfo", "Operator")

_NOT_AN_ELEMENT = ("NoneElement", "NoAssertionElement")

_Card = dict[str, Any]


def detects(document: Document) -> bool:
    """Whether a document is an SPDX 3 file in JSON-LD."""
    data = document.data
    context = data.get("@context") if isinstance(data, dict) else None
    return any(isinstance(item, str) and "spdx.org/rdf/3." in item for item in several(context))


def read(document: Document) -> Imported:
    """Read an SPDX 3 file. Raises CardError if it is none, or not about one model."""
    if not detects(document):
        raise not_this_format(document, "spdx3")
    notes, inside = Notes(), Notes()
    graph = Graph(document.data, notes)
    models = _models(graph)
    if len(models) != 1:
        names = ", ".join(str(model.data.get("name"))[:60] for model in models[:5])
        several_models = Problem("import.bom-models", {"count": str(len(models)), "names": names}, document.place())
        raise CardError(several_models if models else Problem("import.bom-no-model", {}, document.place()))
    hint = stem(document)
    card = _Reader(graph, models[0], notes).card(hint)
    kept = embedded(_embedded(graph, models[0]), inside)
    if kept is None:
        card["evidence"] = {FILE: evidence_of_file(document, _SAYS)}
        return Imported(card, (*inside.all(), *notes.all()))
    from ..exporters.spdx3 import build

    written = Graph({"@graph": build(kept)}, Notes())
    settle(kept, card, _Reader(written, _models(written)[0], Notes()).card(hint), inside, models[0].at)
    return Imported(kept, inside.all())


def _models(graph: Graph) -> list[Element]:
    """The model that the file is about: what its root elements lead to, else the only model that is no base of another."""
    found = graph.of_type(_MODEL)
    roots: dict[str, None] = {}
    waiting = [document.id for document in graph.of_type("SpdxDocument")]
    seen = set(waiting)
    while waiting:
        for element in graph.get(waiting.pop()):
            if element.type == _MODEL:
                roots[element.id] = None
            names = [name for item in several(element.data.get("rootElement")) if (name := graph.name(item))]
            waiting.extend(name for name in names if name not in seen)
            seen.update(names)
    named = [element for element in found if element.id in roots]
    if len(named) == 1 or len(found) < 2:
        return named or found
    found = named or found
    bases = {graph.name(end) for edge in graph.edges if edge.kind == "descendantOf" for end in edge.ends}
    bases |= {edge.start for edge in graph.edges if edge.kind == "ancestorOf"}
    return [element for element in found if element.id not in bases] or found


def _embedded(graph: Graph, model: Element) -> list[tuple[Any, tuple[str | int, ...]]]:
    """The statements of annotations on the model that are cards of ours."""
    found = []
    for note in graph.of_type("Annotation"):
        statement = note.data.get("statement")
        about = graph.name(note.data.get("subject")) == model.id and note.data.get("contentType") == "application/json"
        ours = note.data.get("name") == EMBEDDED or (isinstance(statement, str) and "osaid_card" in statement[:200])
        if about and ours:
            found.append((statement, (*note.at, "statement")))
    return found


class _Reader:
    """Reads the card of one model."""

    def __init__(self, graph: Graph, model: Element, notes: Notes) -> None:
        self._graph, self._notes = graph, notes
        self._id, self._at = model.id, model.at
        self._data = graph.all_of(model.id)
        self._parts = graph.contained(model.id)

    def card(self, hint: str | None) -> _Card:
        """The card that the file's own fields make, without its evidence section."""
        graph, places = self._graph, Places()
        model = self._facts(hint)
        card: _Card = {"osaid_card": "1", "as_of": self._as_of(), "model": model}
        license = self._license(self._id, "the model", self._at)
        self._refer(places)
        if places.links:
            model["links"] = places.links
        if bases := self._bases():
            model["derived_from"] = bases
        if license is not None:
            card["licenses"] = {"distribution": {"license": license, "evidence": [FILE]}}
        weights = [part for part in self._parts[1:] if graph.all_of(part).get("primaryPurpose") == "model"]
        own = joined(found for part in weights if (found := self._license(part, "the files of weights", self._at)) is not None)
        if own is not None and not same_terms(own, license):
            places.components.setdefault("weights", {"evidence": [FILE]})["license"] = own
        stages = self._stages()
        self._evaluation(places)
        if places.components:
            card["components"] = places.components
        if stages:
            card["training_data"] = {stage: {"datasets": entries} for stage, entries in stages.items()}
        self._left_over()
        return card

    def _as_of(self) -> str:
        """The day on which the package's entry was made; that of the file if it has none."""
        graph = self._graph
        entries = [*graph.get(self._data.get("creationInfo")), *graph.of_type("CreationInfo")]
        found = next((made for entry in entries if (made := day(entry.data.get("created")))), None)
        return found if found is not None and found != EPOCH else "unknown"

    def _said(self, key: str) -> str | None:
        value = one(self._data.get(key))
        if isinstance(value, (dict, list)):
            self._notes.wrong_type(f"AIPackage.{key}", (*self._at, key))
        return stated(value)

    def _facts(self, hint: str | None) -> dict[str, Any]:
        name = self._said("name") or hint or "unnamed"
        model: dict[str, Any] = {"id": identifier(name, hint), "name": name}
        if version := self._said("packageVersion"):
            model["version"] = version
        if developer := self._developer():
            model["developer"] = developer
        if released := day(self._data.get("releaseTime")):
            model["released"] = released
        return model

    def _developer(self) -> str | None:
        """Who it originates from; else who supplies it, unless that is a place where models are kept."""
        for key in ("originatedBy", "suppliedBy"):
            agents = [agent for item in several(self._data.get(key)) for agent in self._graph.get(item)[:1]]
            names = [found for agent in agents if (found := stated(agent.data.get("name")))]
            names = [name for name in names if key == "originatedBy" or not is_host(name)]
            if developer := text(", ".join(dict.fromkeys(names))):
                return developer
        return None

    def _refer(self, places: Places) -> None:
        """Take in the package URL, the addresses and the external references."""
        for on_hub in self._purls(self._data):
            places.on_hub(on_hub)
        for key, kind in (("downloadLocation", "weights"), ("homePage", "homepage")):
            if (stands_at := self._said(key)) is not None and not places.refer(kind, stands_at):
                self._notes.unmapped(f"AIPackage.{key}", (*self._at, key))
        for item in several(self._data.get("externalRef")):
            for reference in self._graph.get(item)[:1]:
                said = reference.data.get("externalRefType")
                ours = _REFERENCES.get(said, "") if isinstance(said, str) else ""
                for url in several(reference.data.get("locator")):
                    if not places.refer(ours, url, reference.data.get("comment")):
                        self._notes.unmapped(f"AIPackage.externalRef: {said}", reference.at)

    def _purls(self, data: dict[str, Any]) -> list[str]:
        """The names on the Hub in package URLs."""
        given = [data.get("packageUrl")]
        for item in several(data.get("externalIdentifier")):
            given += [entry.data.get("identifier") for entry in self._graph.get(item)[:1]]
        return [name for purl in given if (name := hub_names.of_purl(purl))]

    def _bases(self) -> list[dict[str, Any]]:
        graph = self._graph
        found: dict[str, Edge] = {}
        for edge in graph.edges:
            if edge.kind == "descendantOf" and edge.start == self._id:
                for end in edge.ends:
                    if (base := graph.name(end)) is not None:
                        found.setdefault(base, edge)
            elif edge.kind == "ancestorOf" and any(graph.name(end) == self._id for end in edge.ends):
                found.setdefault(edge.start, edge)
        bases: list[dict[str, Any]] = []
        for base, edge in found.items():
            data = graph.all_of(base)
            model = next(iter(self._purls(data)), None) or base_name(None, None, data.get("name"))
            if model is not None:
                add_base(bases, model, relation(edge.element.data.get("comment")), self._notes, edge.element.at)
            elif not base.endswith(_NOT_AN_ELEMENT):
                self._notes.add("unmapped", "import.base-name", edge.element.at, name=str(data.get("name") or base))
        return bases

    # --- terms ----------------------------------------------------------------------------------------------------

    def _license(self, name: str, what: str, at: tuple[str | int, ...]) -> str | None:
        """The licence declared for an element, and the one concluded if it is not the same."""
        declared, concluded = (self._graph.licenses(name, kind) for kind in (_DECLARED, _CONCLUDED))
        license = joined([*declared, *concluded])
        if license is None:
            return None
        groups = [joined(group) for group in (declared, concluded) if group]
        if not all(same_terms(groups[0], group) for group in groups):
            self._notes.add("conflict", "import.licenses-differ", at, what=what, license=license)
        elif not all(same_terms(license, one_of) for one_of in declared + concluded):
            self._notes.add("rule", "import.licenses-joined", at, what=what, license=license)
        return license

    # --- data sets ------------------------------------------------------------------------------------------------

    def _data_of(self, kind: str) -> list[tuple[str, Edge]]:
        """The ids of the data that the model, or something in it, was trained or tested on."""
        found: dict[str, Edge] = {}
        for part in self._parts:
            for edge in self._graph.start_at(part, kind):
                for end in edge.ends:
                    name = self._graph.name(end)
                    if name is not None and not name.endswith(_NOT_AN_ELEMENT):
                        found.setdefault(self._owners.get(name, name), edge)
        return list(found.items())

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The data set that a file is part of, by the file's id."""
        graph = self._graph
        owners = {package.id: package.id for package in graph.of_type(_DATASET)}
        waiting = list(owners)
        while waiting:
            here = waiting.pop()
            for edge in graph.start_at(here, "contains"):
                for end in edge.ends:
                    name = graph.name(end)
                    if name is not None and name not in owners:
                        owners[name] = owners[here]
                        waiting.append(name)
        return owners

    def _stages(self) -> dict[str, list[dict[str, Any]]]:
        """The training data by stage: a comment on the relationship that is a stage's name tells it."""
        stages: dict[str, list[dict[str, Any]]] = {}
        for name, edge in self._data_of("trainedOn"):
            comment = edge.element.data.get("comment")
            stage = comment if isinstance(comment, str) and comment in vocabulary().stages else "training"
            if comment is not None and comment != stage:
                self._notes.unmapped("trainedOn: comment", edge.element.at)
            if edge.element.data.get("completeness") not in (None, "noAssertion"):
                self._notes.unmapped("trainedOn: completeness", edge.element.at)
            if len(stages.setdefault(stage, [])) < MOST_DATASETS:
                stages[stage].append(self._entry(name, edge))
            else:
                self._notes.unmapped("data sets beyond the first thousand of a stage", edge.element.at)
        return stages

    def _entry(self, name: str, edge: Edge) -> dict[str, Any]:
        data = self._graph.all_of(name)
        elements = self._graph.get(name)
        at = elements[0].at if elements else edge.element.at
        entry: dict[str, Any] = {"name": stated(data.get("name")) or text(name) or "unnamed"}
        availability = data.get("datasetAvailability")
        if availability in _PUBLIC:
            entry["access"] = "public"
        elif availability is not None:
            self._notes.unmapped(f"DatasetPackage.datasetAvailability: {availability}", at)
        found = [address(one(data.get(key))) for key in ("downloadLocation", "homePage")]
        for item in several(data.get("externalRef")):
            for reference in self._graph.get(item)[:1]:
                if reference.data.get("externalRefType") in ("altDownloadLocation", "altWebPage"):
                    found += map(address, several(reference.data.get("locator")))
        found += map(hub_names.dataset_address, self._purls(data))
        if where := list(dict.fromkeys(url.strip() for url in found if url is not None))[:MOST_WHERE]:
            entry["where"] = where
        if (license := self._license(name, entry["name"], at)) is not None:
            entry["license"] = license
        for key in keys_but(data, _OF_DATA):
            if data[key] not in ("noAssertion", ["noAssertion"]):
                self._notes.unmapped(f"DatasetPackage.{key}", (*at, key))
        return {**entry, "evidence": [FILE]}

    def _evaluation(self, places: Places) -> None:
        """The data that the model was tested on, as one component."""
        entries = [self._entry(name, edge) for name, edge in self._data_of("testedOn")]
        for entry in entries:
            for url in entry.get("where", ()):
                places.component("evaluation_data", url)
        if entries:
            component = places.components.setdefault("evaluation_data", {"evidence": [FILE]})
            if (license := joined(entry["license"] for entry in entries if "license" in entry)) is not None:
                component["license"] = license

    # --- the rest -------------------------------------------------------------------------------------------------

    def _left_over(self) -> None:
        """Note what has no place in a card. What only describes the file itself is left aside."""
        for key in keys_but(self._data, _OF_THE_MODEL):
            if self._data[key] not in ("noAssertion", ["noAssertion"]):
                self._notes.unmapped(f"AIPackage.{key}", (*self._at, key))
        for element in self._graph.elements:
            edge = element.data.get("relationshipType")
            if "spdxId" not in element.data:
                continue
            if edge is not None:
                if edge not in _READ_EDGES:
                    self._notes.unmapped(f"Relationship: {edge}", element.at)
            elif element.type in _OF_THE_FILE or element.type.endswith(_LICENSES):
                continue
            elif element.type not in (_MODEL, _DATASET):
                self._notes.unmapped(element.type, element.at)
