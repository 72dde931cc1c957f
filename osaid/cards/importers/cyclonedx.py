"""CycloneDX in JSON, versions 1.5 to 1.7: the bill of materials of one machine learning model.

Source of the rules: the specification's own descriptions (ECMA-424). The model is the component of type
``machine-learning-model``. Its licences are the distribution's; where it can be got is said, but not that anyone can get it,
so no component counts as released. The format lists data for training and evaluation together: it counts as training data
unless a property says otherwise. Ancestors are base models. A card that our exporter put in is used (see ``bom.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...document import Document
from ...errors import CardError, Problem
from . import hub_names
from .bom import EMBEDDED, Places, base_name, day, embedded, is_host, relation, settle, stated
from .common import FILE, Imported, Notes, add_base, evidence_of_file, identifier, keys_but, not_this_format, stem, text
from .cyclonedx_parts import Data, Part, Terms, as_map, maps, properties

__all__ = ["detects", "read"]

_MODEL = "machine-learning-model"
_SAYS = "What the CycloneDX file states; not checked against the sources."
_COUNT = "cdx:ai-ml:model:parameter:count"
_WEIGHT_FILES = (".safetensors", ".bin", ".gguf", ".pt", ".pth", ".ckpt", ".h5", ".onnx", ".msgpack")
_REFERENCES = {
    "website": "homepage",
    "vcs": "repository",
    "source-distribution": "repository",
    "documentation": "documentation",
    "citation": "paper",
    "model-card": "model_card",
    "distribution": "weights",
    "quality-metrics": "evaluation_results",
}
_OF_THE_FILE = frozenset(("$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"))
_OF_THE_METADATA = frozenset(
    ("timestamp", "component", "tools", "authors", "lifecycles", "supplier", "manufacture", "manufacturer", "licenses")
)
_OF_THE_MODEL = frozenset(
    ("type", "bom-ref", "name", "version", "manufacturer", "authors", "author", "publisher", "group", "supplier", "purl")
) | frozenset(("licenses", "externalReferences", "pedigree", "releaseNotes", "modelCard", "properties", "components"))


def detects(document: Document) -> bool:
    """Whether a document is a CycloneDX file."""
    return isinstance(document.data, dict) and document.data.get("bomFormat") == "CycloneDX"


def read(document: Document) -> Imported:
    """Read a CycloneDX file. Raises CardError if it is none, or not about one model."""
    if not detects(document):
        raise not_this_format(document, "cyclonedx")
    bom: dict[str, Any] = document.data
    try:
        parts = _model(bom)
    except _NoModel as reason:
        raise CardError(reason.problem._replace(place=document.place(("components",)))) from None
    notes, inside = Notes(), Notes()
    hint = stem(document)
    card = _card(bom, parts, hint, notes)
    kept = embedded([(entry.data.get("value"), (*entry.at, "value")) for entry in properties(parts, EMBEDDED)], inside)
    if kept is None:
        card["evidence"] = {FILE: evidence_of_file(document, _SAYS)}
        return Imported(card, (*inside.all(), *notes.all()))
    from ..exporters.cyclonedx import build

    written = build(kept)
    settle(kept, card, _card(written, _model(written), hint, Notes()), inside, parts[0].at)
    return Imported(kept, inside.all())


# --- which model --------------------------------------------------------------------------------------------------


class _NoModel(Exception):
    """The file is about no model, or about several."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


def _components(bom: Mapping[str, Any]) -> Iterator[Part]:
    """Every listed component; the parts of a model are its own and left out."""
    waiting = maps(bom.get("components"), ("components",))[::-1]
    while waiting:
        part = waiting.pop()
        yield part
        if part.data.get("type") != _MODEL:
            waiting.extend(maps(part.data.get("components"), (*part.at, "components"))[::-1])


def _model(bom: Mapping[str, Any]) -> list[Part]:
    """The places where the model is described; the first counts most.

    That is the metadata's component if it is a model, else the one model that is listed. A file can have it in both places.
    """
    main = Part(as_map(as_map(bom.get("metadata")).get("component")), ("metadata", "component"))
    listed = [part for part in _components(bom) if part.data.get("type") == _MODEL]
    if main.data.get("type") == _MODEL:
        return [main, *(part for part in listed if _same(main.data, part.data))]
    bases = {key for part in listed for ancestor in _ancestors(part) if (key := _key(ancestor.data))}
    listed = [part for part in listed if _key(part.data) not in bases] or listed
    if not listed:
        raise _NoModel(Problem("import.bom-no-model"))
    others = [part for part in listed[1:] if not _same(listed[0].data, part.data)]
    if others:
        names = ", ".join(str(part.data.get("name"))[:60] for part in [listed[0], *others][:5])
        raise _NoModel(Problem("import.bom-models", {"count": str(1 + len(others)), "names": names}))
    return listed


def _key(component: Mapping[str, Any]) -> str | None:
    return stated(component.get("purl")) or stated(component.get("name"))


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two components are one thing: by reference, by package URL, or by name where nothing else tells them apart."""
    for key in ("bom-ref", "purl"):
        if one.get(key) is not None and one.get(key) == other.get(key):
            return True
    apart = any(one.get(key) and other.get(key) and one[key] != other[key] for key in ("version", "group", "purl"))
    return not apart and one.get("name") is not None and one.get("name") == other.get("name")


def _ancestors(part: Part) -> list[Part]:
    pedigree = as_map(part.data.get("pedigree"))
    return maps(pedigree.get("ancestors"), (*part.at, "pedigree", "ancestors"))


# --- the card -----------------------------------------------------------------------------------------------------


def _card(bom: Mapping[str, Any], parts: list[Part], hint: str | None, notes: Notes) -> dict[str, Any]:
    """The card that the file's own fields make, without its evidence section."""
    places = Places()
    model = _facts(parts, hint, notes)
    card: dict[str, Any] = {"osaid_card": "1", "as_of": day(as_map(bom.get("metadata")).get("timestamp")) or "unknown", "model": model}
    terms = Terms(notes)
    for part in parts:
        terms.take(part.data.get("licenses"), "licenses", (*part.at, "licenses"))
    license = terms.settled("the model", parts[0].at)
    for part in parts:
        _refer(part, places, notes)
    if places.links:
        model["links"] = places.links
    bases = _bases(parts, notes)
    if bases:
        model["derived_from"] = bases
    if license is not None:
        grant = {"license": license, "evidence": [FILE]}
        card["licenses"] = {"distribution": {**grant, "note": terms.note} if terms.note else grant}
    weights = _license_of_weight_files(parts, notes)
    if weights is not None:
        places.components.setdefault("weights", {"evidence": [FILE]})["license"] = weights
    ways, ancestors = {part.at for part in parts}, {_key(ancestor.data) for part in parts for ancestor in _ancestors(part)}
    listed = [part for part in _components(bom) if part.at not in ways]
    listed = [part for part in listed if part.data.get("type") != _MODEL or _key(part.data) not in ancestors]
    stages = Data(listed, notes).read(parts, places)
    if places.components:
        card["components"] = places.components
    if stages:
        card["training_data"] = {stage: {"datasets": entries} for stage, entries in stages.items()}
    _left_over(bom, parts, notes)
    return card


def _facts(parts: list[Part], hint: str | None, notes: Notes) -> dict[str, Any]:
    """Name, version, maker, day of release, number of parameters."""
    purl = next((name for part in parts if (name := hub_names.of_purl(part.data.get("purl")))), None)
    name = _said(parts, "name", notes) or (purl or "").rpartition("/")[2] or hint or "unnamed"
    model: dict[str, Any] = {"id": identifier(name, hint), "name": name}
    if version := _said(parts, "version", notes):
        model["version"] = version
    if developer := next((found for part in parts if (found := _developer(part.data))), None):
        model["developer"] = developer
    if released := next((found for part in parts if (found := day(as_map(part.data.get("releaseNotes")).get("timestamp")))), None):
        model["released"] = released
    counts = [found for entry in properties(parts, _COUNT) if (found := stated(entry.data.get("value")))]
    if counts:
        model["parameters"] = counts[0]
    return model


def _said(parts: list[Part], key: str, notes: Notes) -> str | None:
    """The first text under a key."""
    for part in parts:
        value = part.data.get(key)
        if isinstance(value, (dict, list)):
            notes.wrong_type(f"component.{key}", (*part.at, key))
        elif found := stated(value):
            return found
    return None


def _developer(component: Mapping[str, Any]) -> str | None:
    """Who made it: manufacturer, authors, publisher; then the supplier, unless that is a place where models are kept; the group."""
    authors = [name for author in maps(component.get("authors"), ()) if (name := stated(author.data.get("name")))]
    supplier = stated(as_map(component.get("supplier")).get("name"))
    for found in (
        stated(as_map(component.get("manufacturer")).get("name")),
        text(", ".join(authors)),
        stated(component.get("author")),
        stated(component.get("publisher")),
        supplier if supplier is not None and not is_host(supplier) else None,
        stated(component.get("group")),
    ):
        if found is not None:
            return found
    return None


def _refer(part: Part, places: Places, notes: Notes) -> None:
    """Take in a component's package URL and its external references."""
    if (name := hub_names.of_purl(part.data.get("purl"))) is not None:
        places.on_hub(name)
    elif part.data.get("purl"):
        notes.unmapped("component.purl", (*part.at, "purl"))
    given = part.data.get("externalReferences")
    if given is not None and not isinstance(given, list):
        notes.wrong_type("component.externalReferences", (*part.at, "externalReferences"))
    for entry in maps(given, (*part.at, "externalReferences")):
        kind = entry.data.get("type")
        ours = _REFERENCES.get(kind, "") if isinstance(kind, str) else ""
        if not places.refer(ours, entry.data.get("url"), entry.data.get("comment")):
            notes.unmapped(f"component.externalReferences: {kind}", entry.at)


def _bases(parts: list[Part], notes: Notes) -> list[dict[str, Any]]:
    bases: list[dict[str, Any]] = []
    for part in parts:
        pedigree = part.data.get("pedigree")
        if pedigree is not None and not isinstance(pedigree, dict):
            notes.wrong_type("component.pedigree", (*part.at, "pedigree"))
        how = relation(as_map(pedigree).get("notes"))
        for ancestor in _ancestors(part):
            name = base_name(ancestor.data.get("purl"), ancestor.data.get("group"), ancestor.data.get("name"))
            if name is None:
                notes.add("unmapped", "import.base-name", ancestor.at, name=str(ancestor.data.get("name")))
                continue
            said = [relation(entry.data.get("value")) for entry in properties([ancestor], "osaid:relation")]
            add_base(bases, name, said[0] if said else how, notes, ancestor.at)
        for key in keys_but(as_map(pedigree), ("ancestors",)):
            if key != "notes" or how == "unspecified":
                notes.unmapped(f"component.pedigree.{key}", (*part.at, "pedigree", key))
    return bases


def _license_of_weight_files(parts: list[Part], notes: Notes) -> str | None:
    """The terms of the model's own files of weights, where they are stated apart."""
    terms = Terms(notes)
    waiting = [nested for part in parts for nested in maps(part.data.get("components"), (*part.at, "components"))]
    while waiting:
        part = waiting.pop()
        name = part.data.get("name")
        if isinstance(name, str) and name.lower().endswith(_WEIGHT_FILES):
            terms.take(part.data.get("licenses"), "licenses", (*part.at, "licenses"))
        else:
            notes.unmapped("component.components", part.at)
        waiting.extend(maps(part.data.get("components"), (*part.at, "components")))
    return terms.settled("the files of weights", parts[0].at)


def _left_over(bom: Mapping[str, Any], parts: list[Part], notes: Notes) -> None:
    """Note what has no place in a card. What only describes the file itself is left aside."""
    for key in keys_but(bom, _OF_THE_FILE):
        notes.unmapped(key, (key,))
    for key in keys_but(as_map(bom.get("metadata")), _OF_THE_METADATA):
        notes.unmapped(f"metadata.{key}", ("metadata", key))
    for part in parts:
        for key in keys_but(part.data, _OF_THE_MODEL):
            notes.unmapped(f"component.{key}", (*part.at, key))
        for entry in maps(part.data.get("properties"), (*part.at, "properties")):
            if entry.data.get("name") not in (_COUNT, EMBEDDED):
                notes.unmapped("component.properties", entry.at)
        if isinstance(part.data.get("properties"), dict):
            notes.wrong_type("component.properties", (*part.at, "properties"))
        card = as_map(part.data.get("modelCard"))
        for key in keys_but(card, ("bom-ref", "modelParameters")):
            notes.unmapped(f"modelCard.{key}", (*part.at, "modelCard", key))
        for key in keys_but(as_map(card.get("modelParameters")), ("datasets",)):
            notes.unmapped(f"modelCard.modelParameters.{key}", (*part.at, "modelCard", "modelParameters", key))
