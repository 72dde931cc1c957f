"""The European Open Source AI Index's YAML: one file for a family of models.

Source of the rules: the index's own website and data (Liesenfeld and Dingemanse 2024, https://osai-index.eu). It judges
twelve parameters as open, partial or closed. In a card they become second-hand claims of full, partial and none.
"""

from __future__ import annotations

import re
from typing import Any

from ...document import Document
from .common import FILE, Imported, Notes, evidence_of_file, identifier, not_this_format, stem, text, texts

__all__ = ["COMPONENTS", "detects", "read"]

COMPONENTS = {
    "weights_basemodel": ("base_weights",),
    "weights_endmodel": ("weights",),
    "trainingcode": ("training_code",),
    "code": ("code_documentation",),
    "hardware_architecture": ("architecture_documentation",),
    "preprint": ("research_paper", "technical_report"),
    "paper": ("peer_reviewed_paper",),
    "modelcard": ("model_card",),
    "datasheet": ("data_card", "training_content_summary"),
}
"""The index's parameters that speak of a component."""

STAGES = {"datasources_basemodel": "pretraining", "datasources_endmodel": "posttraining"}
"""Those that speak of the data of a stage."""

LEVELS = {"open": "full", "partial": "partial", "closed": "none"}
_PARAMETERS = (*STAGES, *COMPONENTS, "licenses")
_KEYS = frozenset(("class", "link", "notes"))
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_SAYS = "What the European Open Source AI Index states; not checked against the sources."


def detects(document: Document) -> bool:
    """Whether a document is a family file of the index."""
    data = document.data
    return isinstance(data, dict) and isinstance(data.get("system"), dict) and any(name in data for name in _PARAMETERS)


def read(document: Document) -> Imported:
    """Read a family file of the index."""
    if not detects(document):
        raise not_this_format(document, "osai-index")
    data: dict[str, Any] = document.data
    notes = Notes()
    evidence: dict[str, dict[str, str]] = {FILE: evidence_of_file(document, _SAYS)}
    card: dict[str, Any] = {"osaid_card": "1", "as_of": "unknown", "model": _model(document, notes)}
    components: dict[str, dict[str, Any]] = {}
    stages: dict[str, dict[str, Any]] = {}
    for name in _PARAMETERS:
        given = data.get(name)
        if given is not None and not isinstance(given, dict):
            notes.wrong_type(name, (name,))
        given = given if isinstance(given, dict) else {}
        level = LEVELS.get(given["class"]) if isinstance(given.get("class"), str) else None
        if level is None and given:
            notes.wrong_type(f"{name}.class", (name,))
        claim = _claim(name, given, evidence, notes)
        # What is not said is said to be unknown: the index has no other place to look for it.
        if name in STAGES:
            stages[STAGES[name]] = {"access": {"level": level or "unknown", **claim}}
        elif name == "licenses":
            card["licenses"] = {"coverage": {"level": level or "unknown", **claim}}
        else:
            # What is open is one of the two; neither is there if none is.
            for component in COMPONENTS[name][: 1 if level == "full" else 2]:
                components[component] = {"release": level or "unknown", "evidence": list(claim["evidence"]), **_rest(given)}
    license = text(data["system"].get("endmodellicense"))
    if license is not None:
        components["weights"]["license"] = license
    card.update(components=components, training_data=stages, evidence=evidence)
    for key in data:
        if key not in _PARAMETERS and key not in ("system", "org"):
            notes.unmapped(key, (key,))
    return Imported(card, notes.all())


def _model(document: Document, notes: Notes) -> dict[str, Any]:
    system: dict[str, Any] = document.data["system"]
    name = text(system.get("name")) or stem(document) or "unnamed"
    model: dict[str, Any] = {"id": identifier(name, stem(document)), "name": name}
    if version := text(system.get("endmodelname")):
        model["version"] = version
    org = document.data.get("org")
    if isinstance(org, dict) and (developer := text(org.get("name"))):
        model["developer"] = developer
    released = text(system.get("releasedate"))
    if released is not None and _DATE.fullmatch(released):
        model["released"] = released
    elif released is not None:
        notes.unmapped("system.releasedate", ("system", "releasedate"))
    types = text(system.get("type"))
    if types is not None and (modality := [kind.strip() for kind in types.split(",") if kind.strip()]):
        model["modality"] = modality[:200]
    if links := texts(system.get("link")):
        model["links"] = {"huggingface" if links[0].startswith("https://huggingface.co/") else "homepage": links[0]}
    for key, value in system.items():
        if key not in ("name", "endmodelname", "releasedate", "type", "link", "endmodellicense") and value:
            notes.unmapped(f"system.{key}", ("system", key))
    for key, value in org.items() if isinstance(org, dict) else ():
        if key != "name" and value:
            notes.unmapped(f"org.{key}", ("org", key))
    return model


def _claim(name: str, given: dict[str, Any], evidence: dict[str, dict[str, str]], notes: Notes) -> dict[str, Any]:
    """Evidence and remark of a parameter: the index itself, and what it links to."""
    ids = [FILE]
    for number, link in enumerate(texts(given.get("link")), 1):
        item = name if number == 1 else f"{name}-{number}"
        evidence[item] = {"source": link, "basis": "second-hand"}
        ids.append(item)
    for key in given:
        if key not in _KEYS:
            notes.unmapped(f"{name}.{key}", (name, key))
    note = text(given.get("notes"))
    return {"evidence": ids, "note": note} if note else {"evidence": ids}


def _rest(given: dict[str, Any]) -> dict[str, Any]:
    """The remark on a component, and where it is."""
    note, links = text(given.get("notes")), texts(given.get("link"))
    return {**({"note": note} if note else {}), **({"where": links} if links else {})}
