"""One audit: opens what it is told to look at, and follows base models up the line on the Hub."""

from __future__ import annotations

from types import TracebackType
from typing import NamedTuple

from ..cards.findings import Finding
from ..cards.reader import LoadedCard
from ..errors import Place, Problem
from ..lineage import Library
from .folder import Folder
from .gather import Audit, gather
from .hub import Base, Hub, cached_snapshot, chain, offline, open_model
from .hub_source import HubSource
from .journal import Journal
from .source import Source, Tick

__all__ = ["HUB", "Bases", "Session"]

HUB = ("hf:", "https://huggingface.co/")
"""How a model on the Hub is named; anything else is a folder."""


class Bases(NamedTuple):
    """Cards of base models that were made from the Hub, and why there is none of others."""

    cards: tuple[LoadedCard, ...]
    findings: tuple[Finding, ...]


class Session:
    """Opens sources. To be closed, or used as a context. The Hub is opened at the first model that needs it."""

    def __init__(self, day: str, *, journal: Journal, digests: Journal, tick: Tick, allow_private: bool = False) -> None:
        """``journal`` is this audit's own, ``digests`` keeps those of files on disk; ``tick`` is told of progress."""
        self._day, self._journal, self._digests, self._tick = day, journal, digests, tick
        self._allow_private = allow_private
        self._hub: Hub | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._hub is not None:
            self._hub.close()

    def open(self, target: str, address: str | None = None) -> Source:
        """A folder by its path, or a model on the Hub by ``hf:owner/name@revision`` or its address there.

        ``address`` is where a folder is published. Where the user wants nothing to be asked (HF_HUB_OFFLINE), a model is taken from
        the local cache. Raises AuditError or UsageError.
        """
        if not target.startswith(HUB):
            return Folder(target, address=address, journal=self._digests)
        if offline():
            return Folder(cached_snapshot(target), address=address, journal=self._digests)
        if self._hub is None:
            self._hub = Hub(self._journal, allow_private=self._allow_private)
        return HubSource(self._hub, open_model(self._hub, target), self._tick)

    def bases(self, audit: Audit) -> Bases:
        """The models up the line of an audited one, as far as the Hub was asked and there is no bundled card of them."""
        if self._hub is None:
            return Bases((), ())
        bundled = Library()
        named = [Base(base["model"], base["relation"]) for base in audit.card.data["model"].get("derived_from", ())]
        cards: list[LoadedCard] = []
        found: list[Finding] = []
        wanted = [base for base in named if bundled.card(base.name) is None]
        for step in chain(self._hub, audit.sources[0].source.name, wanted):
            if step.again or step.cycle or bundled.card(step.name) is not None:
                continue
            if isinstance(step.found, Problem):
                found.append(Finding("warning", step.found._replace(place=Place(f"hf:{step.name}"[:300]))))
                continue
            source = HubSource(self._hub, step.found, self._tick)
            cards.append(gather([source], self._day, self._tick, headers=False).card)
        return Bases(tuple(cards), tuple(found))
