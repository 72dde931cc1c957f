"""An SPDX 3.0.1 file in JSON-LD: what its AI and Dataset profiles have a place for, and the whole card as an annotation.

The licence declared for the package is that of the weights; nothing is concluded. Dates and ids come from the card, so the
same card gives the same file; where the card's day is unknown the first day of 1970 stands for it, as the format asks for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..importers.bom import EMBEDDED
from ..importers.spdx3 import EPOCH
from ..reader import LoadedCard
from .bom import as_json, compact, component_addresses, datasets, day, digest, hub_name, is_expression, license_of, web

__all__ = ["build", "write"]

_CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_MADE = "_:creationinfo"
_LINKS = {"homepage": "altWebPage", "repository": "vcs", "paper": "documentation", "documentation": "documentation"}
_KINDS = {"code": "vcs", "parameters": "binaryArtifact", "documents": "documentation"}
_COMPONENTS = {"evaluation_results": "metrics"}
_NO_LICENSE, _NO_ASSERTION = "expandedlicensing_NoneLicense", "expandedlicensing_NoAssertionLicense"
_AI_PROFILE = ("suppliedBy", "releaseTime", "software_downloadLocation", "software_packageVersion", "software_primaryPurpose")
"""What the AI profile asks of a package, besides its licences."""


def write(card: LoadedCard) -> str:
    """The card as an SPDX 3 file."""
    graph = _Graph(card.data)
    graph.add(
        "Annotation",
        "card",
        name=EMBEDDED,
        annotationType="other",
        contentType="application/json",
        statement=compact(card.data),
        subject=graph.model,
    )
    return as_json({"@context": _CONTEXT, "@graph": graph.elements})


def build(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The elements without the card inside: what the format itself can say."""
    return _Graph(card).elements


class _Graph:
    """The elements of a card."""

    def __init__(self, card: Mapping[str, Any]) -> None:
        self._namespace = f"urn:osaid:card:{digest(card)}#"
        self._licenses: dict[str, str] = {}
        self._conforms = ["core", "software", "simpleLicensing"]
        self.model = self._iri("model")
        created: dict[str, Any] = {"type": "CreationInfo", "@id": _MADE, "specVersion": "3.0.1", "created": day(card["as_of"])}
        if created["created"] is None:
            created |= {"created": f"{EPOCH}T00:00:00Z", "comment": "The day that the card speaks of is not known."}
        self.elements: list[dict[str, Any]] = [{**created, "createdBy": [self._iri("osaid")]}]
        self.add("SoftwareAgent", "osaid", name="osaid")
        root = self.add("SpdxDocument", "document", rootElement=[self.model])
        self._package(card)
        self._bases(card)
        self._datasets(card)
        root["profileConformance"] = self._conforms

    def _iri(self, name: str) -> str:
        return self._namespace + name

    def add(self, kind: str, key: str, /, **properties: Any) -> dict[str, Any]:
        """Add an element; its id is made from a key."""
        element = {"type": kind, "spdxId": self._iri(key), "creationInfo": _MADE, **properties}
        self.elements.append(element)
        return element

    def _relate(self, name: str, start: str, kind: str, ends: list[str], **properties: Any) -> None:
        self.add("Relationship", name, **{"from": start, "relationshipType": kind, "to": ends}, **properties)

    def _package(self, card: Mapping[str, Any]) -> None:
        model = card["model"]
        package = self.add("ai_AIPackage", "model", name=model["name"], software_primaryPurpose="model")
        if "version" in model:
            package["software_packageVersion"] = model["version"]
        if "developer" in model:
            self.add("Agent", "developer", name=model["developer"])
            package["originatedBy"] = [self._iri("developer")]
            package["suppliedBy"] = self._iri("developer")
        if (released := day(model.get("released"))) is not None:
            package["releaseTime"] = released
        links = model.get("links", {})
        if (name := hub_name(links.get("huggingface"))) is not None:
            package["software_packageUrl"] = f"pkg:huggingface/{name}"
        if (home := web(links.get("huggingface", links.get("homepage", "")))) is not None:
            package["software_homePage"] = home
        references = [_reference(_LINKS[link], url) for link in _LINKS if (url := web(links.get(link, ""))) is not None]
        for name, entry, url in component_addresses(card):
            if name == "weights" and "software_downloadLocation" not in package:
                package["software_downloadLocation"] = url
            else:
                references.append(_reference(_COMPONENTS.get(name, _KINDS.get(entry["kind"], "other")), url, entry["title"]))
        if references:
            package["externalRef"] = references
        license = license_of(card)
        self._declare("model", self.model, license)
        if license is not None and all(key in package for key in _AI_PROFILE):
            self._relate("model-concluded", self.model, "hasConcludedLicense", [_NO_ASSERTION])
            self._conforms.append("ai")

    def _declare(self, name: str, identifier: str, license: str | None) -> None:
        """Declare a licence. One that is no expression is a text."""
        if license is None:
            return
        if license == "NONE":
            self._relate(f"{name}-declared", identifier, "hasDeclaredLicense", [_NO_LICENSE])
            return
        if license not in self._licenses:
            entry = f"license-{len(self._licenses) + 1}"
            self._licenses[license] = self._iri(entry)
            if is_expression(license):
                self.add("simplelicensing_LicenseExpression", entry, simplelicensing_licenseExpression=license)
            else:
                self.add("simplelicensing_SimpleLicensingText", entry, simplelicensing_licenseText=license)
        self._relate(f"{name}-declared", identifier, "hasDeclaredLicense", [self._licenses[license]])

    def _bases(self, card: Mapping[str, Any]) -> None:
        for number, base in enumerate(card["model"].get("derived_from", ()), 1):
            package = self.add("ai_AIPackage", f"base-{number}", name=base["model"])
            if "/" in base["model"]:
                package["software_packageUrl"] = f"pkg:huggingface/{base['model']}"
            self._relate(f"base-{number}-of", self.model, "descendantOf", [package["spdxId"]], comment=base["relation"])

    def _datasets(self, card: Mapping[str, Any]) -> None:
        stages: dict[str, list[str]] = {}
        for number, (stage, entry) in enumerate(datasets(card), 1):
            name = f"data-{number}"
            package = self.add("dataset_DatasetPackage", name, name=entry["name"], dataset_datasetType=["noAssertion"])
            package["software_primaryPurpose"] = "data"
            addresses = [url for value in entry.get("where", ()) if (url := web(value)) is not None]
            if addresses:
                package["software_downloadLocation"] = addresses[0]
            if addresses[1:]:
                package["externalRef"] = [_reference("altDownloadLocation", url) for url in addresses[1:]]
            self._declare(name, package["spdxId"], entry.get("license"))
            stages.setdefault(stage, []).append(package["spdxId"])
        for stage, ends in stages.items():
            self._relate(f"trained-{stage}", self.model, "trainedOn", ends, comment=stage)


def _reference(kind: str, url: str, comment: str | None = None) -> dict[str, Any]:
    reference = {"type": "ExternalRef", "externalRefType": kind, "locator": [url]}
    return {**reference, "comment": comment} if comment is not None else reference
