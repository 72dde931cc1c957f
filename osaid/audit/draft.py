"""A card in the making: claims with their evidence, and what is doubtful."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ..cards.findings import Finding
from ..cards.importers.bom_terms import joined
from ..cards.importers.common import MOST_BASES, MOST_TEXT, MOST_WHERE
from ..cards.marks import MARK
from ..errors import OsaidError, Place, Problem

__all__ = ["Draft"]

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._/#-]+")
_MOST_FINDINGS = 1000
_BY_MUCH = ("full", "gated", "partial", "some", "unknown", "none", "no-such-step")  # of two sources the one that shows more counts


class Draft:
    """Gathers the data of a card."""

    def __init__(self, model: Mapping[str, Any], day: str) -> None:
        """``model`` is what the card says of its model, ``day`` the date on which it is true (YYYY-MM-DD)."""
        self.day = day
        self.model: dict[str, Any] = dict(model)
        self.components: dict[str, dict[str, Any]] = {}
        self.licenses: dict[str, dict[str, Any]] = {}
        self.datasets: dict[str, dict[str, Any]] = {}
        self.notes: list[str] = []
        self.findings: list[Finding] = []
        self._evidence: dict[str, dict[str, str]] = {}
        self._ids: dict[tuple[str, ...], str] = {}  # by what an id is made from and what the evidence says
        self._numbers: Counter[str] = Counter()

    def evidence(self, what: str, source: str, *, locator: str = "", says: str = "", sha256: str = "") -> str:
        """Keep a piece of evidence and give its id, made from ``what`` (a path within the source, or a word)."""
        given = {"source": source, "locator": locator, "retrieved": self.day, "says": says, "sha256": sha256}
        entry = {key: value[:MOST_TEXT] for key, value in given.items() if value.strip()}
        stem = MARK + (_NOT_IN_ID.sub("-", what)[:150] or "file")
        key = (stem, *(given[name] for name in given))
        if key not in self._ids:
            self._numbers[stem] += 1
            number = self._numbers[stem]
            self._ids[key] = identifier = stem if number == 1 else f"{stem}~{number}"  # no stem has a ~ in it
            self._evidence[identifier] = entry
        return self._ids[key]

    def component(
        self, name: str, release: str, evidence: Iterable[str], *, license: str = "", note: str = "", where: Iterable[str] = ()
    ) -> None:
        """Claim a component; ``where`` are addresses. What another source showed of it counts as well."""
        old = self.components.get(name, {})
        shown = [release, *([old["release"]] if old else [])]
        claim: dict[str, Any] = {"release": min(shown, key=_BY_MUCH.index)}
        if terms := joined(item for item in (old.get("license", ""), license) if item):
            claim["license"] = terms
        if addresses := list(dict.fromkeys([*old.get("where", ()), *where])):
            claim["where"] = addresses[:MOST_WHERE]
        claim["evidence"] = list(dict.fromkeys([*old.get("evidence", ()), *evidence]))[:MOST_WHERE]
        if told := " ".join(dict.fromkeys(item for item in (old.get("note", ""), note) if item)):
            claim["note"] = told[:MOST_TEXT]
        self.components[name] = claim

    def base(self, model: str, relation: str, evidence: str) -> None:
        """Claim a base model. A relation that is said counts before one that is not."""
        bases: list[dict[str, Any]] = self.model.setdefault("derived_from", [])
        for base in bases:
            if base["model"].lower() == model.lower():
                if base["relation"] == "unspecified":
                    base["relation"] = relation
                elif relation not in ("unspecified", base["relation"]):
                    self.find("warning", "audit.relation-conflict", base=model, one=base["relation"], other=relation)
                base["evidence"] = list(dict.fromkeys([*base["evidence"], evidence]))[:MOST_WHERE]
                return
        if len(bases) < MOST_BASES:
            bases.append({"model": model, "relation": relation, "evidence": [evidence]})

    def find(self, severity: str, code: str, path: str | None = None, line: int | None = None, **params: str) -> None:
        """Tell something doubtful: ``severity`` is error, warning or note; ``path`` and ``line`` are where it is seen."""
        self.problem(severity, Problem(code, {name: value[:300] for name, value in params.items()}, Place(path, line)))

    def problem(self, severity: str, problem: Problem) -> None:
        """Tell something doubtful, once."""
        found = Finding(severity, problem)
        if len(self.findings) < _MOST_FINDINGS and found not in self.findings:
            self.findings.append(found)

    def trouble(self, error: OsaidError) -> None:
        """Tell that something could not be read. The rest is."""
        for problem in error.problems:
            self.problem("warning", problem)

    def data(self) -> dict[str, Any]:
        """The card as plain data, with the evidence that its claims name."""
        if not self.model.get("derived_from", True):
            del self.model["derived_from"]
        card: dict[str, Any] = {"osaid_card": "1", "as_of": self.day, "model": self.model}
        if self.licenses:
            card["licenses"] = self.licenses
        if self.components:
            card["components"] = self.components
        if self.datasets:
            card["training_data"] = {"training": {"datasets": list(self.datasets.values())}}
        used = set(_named(card))
        card["evidence"] = {key: entry for key, entry in self._evidence.items() if key in used}
        if self.notes:
            card["notes"] = self.notes
        return card


def _named(value: Any) -> Iterable[str]:
    """All evidence that the claims in some data name."""
    if isinstance(value, dict):
        yield from (item for item in value.get("evidence", ()))
        for key, inner in value.items():
            if key != "evidence":
                yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)
