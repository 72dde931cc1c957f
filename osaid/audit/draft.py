"""A card in the making: claims with their evidence, and what is doubtful."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..cards.findings import Finding
from ..cards.importers.common import MOST_TEXT, MOST_WHERE
from ..errors import Place, Problem

__all__ = ["MARK", "Draft"]

MARK = "audit:"
"""What the ids of evidence begin with that an audit wrote. Claims that rest on such evidence alone are the audit's own."""

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._/-]+")


class Draft:
    """Gathers the data of a card."""

    def __init__(self, model: Mapping[str, Any], day: str) -> None:
        """``model`` is what the card says of its model, ``day`` the date on which it is true (YYYY-MM-DD)."""
        self.day = day
        self.model: dict[str, Any] = dict(model)
        self.licenses: dict[str, Any] = {}
        self.components: dict[str, dict[str, Any]] = {}
        self.training_data: dict[str, dict[str, Any]] = {}
        self.notes: list[str] = []
        self.findings: list[Finding] = []
        self._evidence: dict[str, dict[str, str]] = {}

    def evidence(self, what: str, source: str, *, locator: str = "", says: str = "", sha256: str = "") -> str:
        """Keep a piece of evidence and give its id, made from ``what`` (a path within the source, or a word)."""
        entry = {"source": source, "locator": locator, "retrieved": self.day, "says": says, "sha256": sha256}
        entry = {key: value[:MOST_TEXT] for key, value in entry.items() if value.strip()}
        stem = MARK + (_NOT_IN_ID.sub("-", what)[:150] or "file")
        identifier, number = stem, 1
        while self._evidence.get(identifier, entry) != entry:
            number += 1
            identifier = f"{stem}~{number}"
        self._evidence[identifier] = entry
        return identifier

    def component(
        self, name: str, release: str, evidence: Iterable[str], *, license: str = "", note: str = "", where: Iterable[str] = ()
    ) -> None:
        """Claim a component. ``where`` are addresses."""
        claim: dict[str, Any] = {"release": release, "evidence": list(dict.fromkeys(evidence))[:MOST_WHERE]}
        if license:
            claim["license"] = license
        if addresses := list(where):
            claim["where"] = addresses[:MOST_WHERE]
        if note:
            claim["note"] = note[:MOST_TEXT]
        self.components[name] = claim

    def find(self, severity: str, code: str, path: str | None = None, line: int | None = None, **params: str) -> None:
        """Tell something doubtful: ``severity`` is error, warning or note; ``path`` and ``line`` are where it is seen."""
        self.findings.append(Finding(severity, Problem(code, {name: value[:300] for name, value in params.items()}, Place(path, line))))

    def data(self) -> dict[str, Any]:
        """The card as plain data, with the evidence that its claims name."""
        card: dict[str, Any] = {"osaid_card": "1", "as_of": self.day, "model": self.model}
        for key, value in (("licenses", self.licenses), ("components", self.components), ("training_data", self.training_data)):
            if value:
                card[key] = value
        if self._evidence:
            card["evidence"] = self._evidence
        if self.notes:
            card["notes"] = self.notes
        return card
