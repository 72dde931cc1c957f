"""A model on the Hub as a source of an audit: its files, and what the Hub says of it and of the data sets that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import Problem
from ..licenses.expression import terms
from ..messages import sentence
from .claims import BEHIND_A_GATE
from .draft import Draft
from .hub import DatasetFacts, Hub, HubModel, RepoFacts, dataset
from .source import Entry, Gate, Origin, Said, Tick

__all__ = ["HubSource"]

_OPEN = ("open", "click-through")
_MOST_DATASETS = 100


class HubSource:
    """A source that speaks (see :mod:`osaid.audit.source`)."""

    def __init__(self, hub: Hub, model: HubModel, tick: Tick) -> None:
        """``tick`` is told of every read."""
        self._hub, self._model, self._tick = hub, model, tick
        self.facts = model.facts
        self.name: str = model.name
        self.origin: Origin = model.origin
        self.page: str = model.page

    def entries(self) -> Iterator[Entry]:
        """Every file."""
        return self._model.entries()

    @property
    def skipped(self) -> tuple[tuple[Problem, int], ...]:
        """What was left out."""
        return self._model.skipped

    def read(self, path: str, start: int = 0, length: int = 1 << 20) -> bytes:
        """A part of a file. Raises AuditError."""
        raw = self._model.read(path, start, length)
        self._tick(path, len(raw))
        return raw

    def address(self, path: str = "") -> str:
        """The address of a file at the commit."""
        return self._model.address(path)

    def said(self, draft: Draft, datasets: Iterable[str]) -> Said:
        """What the Hub says of the model, and of data sets that it names or that its README does."""
        facts = self.facts
        if facts.author:
            draft.model.setdefault("developer", facts.author)
        for flag, code in ((facts.private, "audit.private"), (facts.disabled, "audit.disabled")):
            if flag:
                draft.find("warning", code, name=self.name)
        gate = None
        if facts.access not in _OPEN:
            if facts.access == "unknown":
                draft.find("warning", "audit.gate-unknown", name=self.name)
            else:
                gate = Gate(BEHIND_A_GATE, self._evidence(draft, "gated", facts.gated or ""))
        return Said(
            tuple((license, self._evidence(draft, "license", license)) for license in facts.licenses),
            tuple((base.name, base.relation, self._evidence(draft, "base_model", base.name)) for base in facts.bases),
            dict(self._datasets(draft, dict.fromkeys([*datasets, *facts.datasets]))),
            gate,
        )

    def _evidence(self, draft: Draft, key: str, value: str) -> str:
        says = sentence("audit.says-hub", {"key": key, "value": value[:200]})
        return draft.evidence(f"hub#{key}", self.address(), locator=sentence("audit.hub-page"), says=says)

    def _datasets(self, draft: Draft, names: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        for name in list(names)[:_MOST_DATASETS]:
            self._tick(name, 0)
            found = dataset(self._hub, name)
            claim = _claim(found, draft)
            if claim:
                yield name, claim


def _claim(found: DatasetFacts, draft: Draft) -> dict[str, Any]:
    """What a card says of a data set. A name to which nothing answers proves nothing."""
    if found.facts is None:
        detail = found.problem.message if found.problem is not None else ""
        code = {"no-answer": "audit.dataset-gone", "gated": "audit.dataset-gated"}.get(found.status, "audit.dataset-unclear")
        draft.find("warning", code, name=found.name, access=found.status, detail=detail)
        return {}
    facts = found.facts
    if facts.access not in (*_OPEN, "unknown"):
        draft.find("warning", "audit.dataset-gated", name=found.name, access=facts.access)
    license = facts.licenses[0] if len(facts.licenses) == 1 else " AND ".join(facts.licenses)
    says = sentence("audit.says-hub-dataset", {"access": facts.access, "license": license or sentence("audit.not-stated")})
    claim: dict[str, Any] = {
        "access": _access(facts, license),
        "state": "available" if not facts.disabled else "unknown",
        "where": [found.address],
        "evidence": [draft.evidence(f"dataset/{found.name}", found.address, locator=sentence("audit.hub-page"), says=says)],
    }
    return {**claim, "license": license} if license else claim


def _access(facts: RepoFacts, license: str) -> str:
    """Open if free terms let everybody share it on; obtainable where not everybody is let in."""
    if facts.access == "unknown" or facts.private or facts.disabled:
        return "unknown"
    if facts.access not in _OPEN:
        return "obtainable"
    return "open" if license and terms(license).free == "yes" else "public"
