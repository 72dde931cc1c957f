"""The Model Openness Tool's YAML. It lists what is released; it cannot say that something is withheld, or unknown."""

from __future__ import annotations

from typing import Any

from ..importers.mof import DATASETS, MODALITIES
from ..reader import LoadedCard
from ..training_data import everything_is_there
from ..vocabulary import vocabulary
from .osaid import as_yaml

__all__ = ["write"]

_TYPES = ("language", "vision", "image", "audio", "video", "3d", "code", "multimodal", "other")
_RELEASED = ("full", "gated")  # a part would be told as the whole


def write(card: LoadedCard) -> str:
    """The card as a file of the Model Openness Tool."""
    model = card.data["model"]
    licenses = card.data.get("licenses", {})
    terms = {scope: given["license"] if isinstance(given, dict) else given for scope, given in licenses.items() if scope != "coverage"}
    release: dict[str, Any] = {
        "name": model["name"],
        "version": model.get("version", ""),
        "license": {},
        "type": _type(model.get("modality", [])),
        "architecture": "",
        "origin": "",
        "producer": model.get("developer", ""),
        "contact": "",
    }
    if len(released := model.get("released", "")) == len("2026-01-31"):  # the tool takes whole dates only
        release["date"] = released
    for name in ("repository", "huggingface"):
        if name in model.get("links", {}):
            release[name] = model["links"][name]
    for scope, ours in (("distribution", "distribution"), ("code", "code"), ("data", "data"), ("document", "documents")):
        if ours in terms:
            release["license"][scope] = {"name": terms[ours], "path": ""}
    components = []
    for name, entry in vocabulary().components.items():
        said = card.data.get("components", {}).get(name, {})
        if "mof" in entry and said.get("release") in _RELEASED:
            license = said.get("license")
            if license is None and entry["kind"] == "parameters":
                license = _of_parameters(terms)
            components.append(_component(entry["mof"], entry["about"], license, said.get("where")))
    stages = card.data.get("training_data", {}).values()
    datasets = [entry for stage in stages for entry in stage.get("datasets", ())]
    if datasets and all(map(everything_is_there, stages)):
        found = list(dict.fromkeys(entry["license"] for entry in datasets if "license" in entry))
        where = [address for entry in datasets for address in entry.get("where", ())]
        # One licence for all of them is all that there is room for; without one it is unlicensed.
        license = found[0] if len(found) == 1 and all("license" in entry for entry in datasets) else "unlicensed"
        components.append(_component(DATASETS, "The training data", license, where))
    release["components"] = components
    framework = {"name": "Model Openness Framework", "version": "1.0", "date": "2024-12-15"}
    return as_yaml({"framework": framework, "release": release})


def _type(modality: list[str]) -> str:
    """One of the tool's types; empty where none fits."""
    if len(modality) > 1:
        return "multimodal"
    names = {ours: theirs for theirs, ours in MODALITIES.items()}
    kind = names.get(modality[0], modality[0]) if modality else ""
    return kind if kind in _TYPES else ""


def _of_parameters(terms: dict[str, str]) -> str | None:
    """The framework takes parameters for data: what it would take by default is written out where a card says otherwise."""
    ours, theirs = terms.get("parameters", terms.get("distribution")), terms.get("data", terms.get("distribution"))
    return None if ours == theirs else ours or "NOASSERTION"


def _component(name: str, description: str, license: str | None, where: list[str] | None) -> dict[str, str]:
    made = {"name": name, "description": description}
    if license is not None:
        made["license"] = license
    if where:
        made["component_path"] = where[0]
    return made
