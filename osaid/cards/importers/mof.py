"""The Model Openness Tool's YAML (Model Openness Framework 1.0).

Source of the rules: the tool's own evaluator (lfai/model_openness_tool). A file lists the components of a release; of what
it does not list nothing is known. A component's own licence comes first, even an empty one; then that of its type, then the
distribution's; there an empty name or ``0`` counts as none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ...document import Document
from ..vocabulary import vocabulary
from .common import FILE, Imported, Notes, evidence_of_file, identifier, not_this_format, stem, text

__all__ = ["DATASETS", "MODALITIES", "detects", "read"]

DATASETS = "Datasets"
"""The component of the framework that is a card's list of data sets."""

MODALITIES = {"language": "text"}
"""Types of the framework that a card calls by another name."""

_LIST = ("release", "components")
_NO_LICENSE = ("", "0")
_ABSENT = re.compile(r"\bcomponent\b.{0,100}\bnot\s{1,5}includ", re.IGNORECASE)
_MOST_REMARK = 300
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_SCOPES = {"distribution": ("distribution",), "code": ("code",), "data": ("data", "parameters"), "document": ("documents",)}
_MAPPED = frozenset(("name", "version", "date", "type", "producer", "repository", "huggingface", "license", "components"))
_SAYS = "What the Model Openness Tool's file states; not checked against the sources."


def detects(document: Document) -> bool:
    """Whether a document is a file of the Model Openness Tool."""
    data = document.data
    return isinstance(data, dict) and isinstance(data.get("release"), dict) and isinstance(data.get("framework"), dict)


@lru_cache(maxsize=1)
def _components() -> dict[str, str]:
    return {entry["mof"]: name for name, entry in vocabulary().components.items() if "mof" in entry}


def read(document: Document) -> Imported:
    """Read a file of the Model Openness Tool."""
    if not detects(document):
        raise not_this_format(document, "mof")
    notes = Notes()
    release: dict[str, Any] = document.data["release"]
    _framework(document.data["framework"], notes)
    name = text(release.get("name")) or stem(document) or "unnamed"
    model: dict[str, Any] = {"id": identifier(name, stem(document)), "name": name}
    for key, field in (("version", "version"), ("producer", "developer")):
        if (value := _text(release, key, notes)) is not None:
            model[field] = value
    if (date := _text(release, "date", notes)) is not None:
        if _DATE.fullmatch(date):
            model["released"] = date
        else:
            notes.unmapped("release.date", ("release", "date"))
    if (kind := _text(release, "type", notes)) is not None:
        model["modality"] = [MODALITIES.get(kind, kind)]
    links = {field: value for field in ("huggingface", "repository") if (value := _text(release, field, notes)) is not None}
    if links:
        model["links"] = links
    for key, value in release.items():
        if key not in _MAPPED and value:
            notes.unmapped(f"release.{key}", ("release", key))
    card: dict[str, Any] = {"osaid_card": "1", "as_of": "unknown", "model": model}
    licenses = _licenses(release.get("license"), notes)
    if licenses:
        card["licenses"] = {scope: {"license": license, "evidence": [FILE]} for scope, license in licenses.items()}
    components, datasets = _listed(release.get("components"), notes)
    if components:
        card["components"] = components
    if datasets is not None:
        terms = datasets.get("license") or licenses.get("data") or licenses.get("distribution")
        if terms is not None:
            datasets["license"] = terms
        # Listed: the data sets are in the release. Which they are, and whether by an open licence, the file may not say.
        gone = datasets.pop("release") == "none"
        stage: dict[str, Any] = {"access": {"level": "none" if gone else "full", "evidence": [FILE]}}
        card["training_data"] = {"training": stage if gone else {**stage, "datasets": [{"name": DATASETS, **datasets}]}}
    card["evidence"] = {FILE: evidence_of_file(document, _SAYS)}
    return Imported(card, notes.all())


def _framework(framework: dict[str, Any], notes: Notes) -> None:
    if framework.get("name") != "Model Openness Framework":
        notes.add("conflict", "import.mof-framework", ("framework", "name"), name=str(framework.get("name")))


def _text(release: dict[str, Any], key: str, notes: Notes) -> str | None:
    value = release.get(key)
    if isinstance(value, (dict, list)):
        notes.wrong_type(f"release.{key}", ("release", key))
    return text(value)


def _licenses(given: Any, notes: Notes) -> dict[str, str]:
    """The terms by the scope that a card knows. The framework's data is both a card's data and its parameters."""
    found: dict[str, str] = {}
    if given is None:
        return found
    if not isinstance(given, dict):
        notes.wrong_type("release.license", ("release", "license"))
        return found
    for scope, value in given.items():
        at = ("release", "license", scope)
        if scope not in _SCOPES:
            notes.unmapped(f"release.license.{scope}", at)
        elif isinstance(value, dict):
            name = value.get("name")
            if isinstance(name, str) and name not in _NO_LICENSE:
                found.update(dict.fromkeys(_SCOPES[scope], _license(name)))
            elif isinstance(name, (dict, list)):
                notes.wrong_type(f"release.license.{scope}.name", (*at, "name"))
            for key, item in value.items():
                if key != "name" and item:
                    notes.unmapped(f"release.license.{scope}.{key}", (*at, key))
        elif value is not None:
            notes.wrong_type(f"release.license.{scope}", at)
    return found


def _license(written: str) -> str:
    """A licence as a card takes it: as written; blanks, which the tool takes for an unknown one, say nothing."""
    return text(written) or "NOASSERTION"


def _listed(given: Any, notes: Notes) -> tuple[dict[str, dict[str, Any]], dict[str, Any] | None]:
    """The components listed, and the data sets if they are. Of two entries for one component the last counts."""
    found: dict[str, dict[str, Any]] = {}
    datasets: dict[str, Any] | None = None
    if given is not None and not isinstance(given, list):
        notes.wrong_type("release.components", ("release", "components"))
        return found, None
    known = _components()
    for index, entry in enumerate(given or ()):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            notes.wrong_type("release.components[]", (*_LIST, index))
            continue
        name = entry["name"]
        component = _component(entry, index, notes)
        if name == DATASETS:
            twice, datasets = datasets is not None, component
        elif name in known:
            twice = known[name] in found
            found[known[name]] = component
        else:
            notes.unmapped(f"release.components: {name}", (*_LIST, index))
            continue
        if twice:
            notes.add("conflict", "import.mof-twice", (*_LIST, index), component=name)
    return found, datasets


def _component(entry: dict[str, Any], index: int, notes: Notes) -> dict[str, Any]:
    component: dict[str, Any] = {"release": "full", "evidence": [FILE]}
    for key, value in entry.items():
        if key == "name" or not value:
            if value == "" and key == "license":
                component["license"] = "NONE"
        elif not isinstance(value, str):
            notes.wrong_type(f"release.components[].{key}", (*_LIST, index, key))
        elif key == "license":
            if value == "0":
                component["license"] = "NONE"
            else:
                component["license"] = _license(value)
                if _ABSENT.search(value[:_MOST_REMARK]):
                    component["release"] = "none"
                    notes.add("rule", "import.mof-absent", (*_LIST, index, key), license=value, component=entry["name"])
        elif key == "component_path" and (path := text(value)) is not None:
            component["where"] = [path]
        else:
            notes.unmapped(f"release.components[].{key}", (*_LIST, index, key))
    return component
