"""A CycloneDX 1.6 file in JSON: what it has a place for, and the whole card as a property of the model.

The licence of the model is that of the weights. Dates and ids come from the card, so the same card gives the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..importers.bom import EMBEDDED
from ..reader import LoadedCard
from .bom import as_json, compact, component_addresses, datasets, day, digest, hub_name, is_expression, is_id, license_of, web

__all__ = ["build", "write"]

_STAGES = {"pretraining": "pre-training", "midtraining": "mid-training", "posttraining": "post-training"}
_LINKS = {"huggingface": "website", "homepage": "website", "repository": "vcs", "paper": "documentation", "documentation": "documentation"}
_KINDS = {"code": "vcs", "parameters": "distribution", "documents": "documentation"}
_COMPONENTS = {"model_card": "model-card", "evaluation_results": "quality-metrics"}


def write(card: LoadedCard) -> str:
    """The card as a CycloneDX file."""
    bom = build(card.data)
    properties = bom["metadata"]["component"].setdefault("properties", [])
    properties.append({"name": EMBEDDED, "value": compact(card.data)})
    return as_json(bom)


def build(card: Mapping[str, Any]) -> dict[str, Any]:
    """The file without the card inside: what the format itself can say."""
    metadata: dict[str, Any] = {}
    if (timestamp := day(card["as_of"])) is not None:
        metadata["timestamp"] = timestamp
    sets = [_dataset(number, stage, entry) for number, (stage, entry) in enumerate(datasets(card), 1)]
    metadata["component"] = _model(card, [entry["bom-ref"] for entry in sets])
    bom = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": _serial_number(card),
        "version": 1,
        "metadata": metadata,
    }
    return {**bom, "components": sets} if sets else bom


def _serial_number(card: Mapping[str, Any]) -> str:
    """A UUID of version 8 (RFC 9562: made in a way of one's own) from the digest of the card."""
    hexadecimal = digest(card)
    parts = (hexadecimal[:8], hexadecimal[8:12], "8" + hexadecimal[13:16], "8" + hexadecimal[17:20], hexadecimal[20:32])
    return "urn:uuid:" + "-".join(parts)


def _model(card: Mapping[str, Any], refs: list[str]) -> dict[str, Any]:
    model = card["model"]
    component: dict[str, Any] = {"type": "machine-learning-model", "bom-ref": "model", "name": model["name"]}
    if "version" in model:
        component["version"] = model["version"]
    if "developer" in model:
        component["manufacturer"] = {"name": model["developer"]}
    if (name := hub_name(model.get("links", {}).get("huggingface"))) is not None:
        component["purl"] = f"pkg:huggingface/{name}"
    if (license := license_of(card)) is not None:
        component["licenses"] = _licenses(license)
    if references := list(_references(card)):
        component["externalReferences"] = references
    if ancestors := [_ancestor(base) for base in model.get("derived_from", ())]:
        component["pedigree"] = {"ancestors": ancestors}
    if (timestamp := day(model.get("released"))) is not None:
        component["releaseNotes"] = {"type": "release", "timestamp": timestamp}
    if refs:
        component["modelCard"] = {"modelParameters": {"datasets": [{"ref": ref} for ref in refs]}}
    if "parameters" in model:
        component["properties"] = [{"name": "cdx:ai-ml:model:parameter:count", "value": model["parameters"]}]
    return component


def _licenses(license: str) -> list[dict[str, Any]]:
    """A licence as an id of the SPDX list, as an expression, or by its name."""
    if is_id(license):
        return [{"license": {"id": license}}]
    return [{"expression": license}] if is_expression(license) else [{"license": {"name": license}}]


def _references(card: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for link, address in card["model"].get("links", {}).items():
        if (url := web(address)) is not None:
            yield {"type": _LINKS[link], "url": url}
    for name, entry, url in component_addresses(card):
        yield {"type": _COMPONENTS.get(name, _KINDS.get(entry["kind"], "other")), "url": url, "comment": entry["title"]}


def _ancestor(base: Mapping[str, Any]) -> dict[str, Any]:
    group, _, name = base["model"].rpartition("/")
    ancestor: dict[str, Any] = {"type": "machine-learning-model"}
    if group:
        ancestor.update(group=group, name=name, purl=f"pkg:huggingface/{base['model']}")
    else:
        ancestor["name"] = name
    return {**ancestor, "properties": [{"name": "osaid:relation", "value": base["relation"]}]}


def _dataset(number: int, stage: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    component: dict[str, Any] = {"type": "data", "bom-ref": f"data-{number}", "name": entry["name"]}
    if "license" in entry:
        component["licenses"] = _licenses(entry["license"])
    if references := [{"type": "distribution", "url": url} for value in entry.get("where", ()) if (url := web(value)) is not None]:
        component["externalReferences"] = references
    properties = [{"name": "cdx:ai-ml:dataset:stage", "value": _STAGES.get(stage, stage)}]
    properties += [{"name": f"osaid:{key}", "value": entry[key]} for key in ("access", "state") if key in entry]
    return {**component, "properties": properties}
