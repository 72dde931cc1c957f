"""One audit: opens what it is told to look at, gathers the facts, and follows base models up the line on the Hub."""

from __future__ import annotations

import os
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from ..cards.findings import Finding
from ..cards.reader import LoadedCard
from ..errors import OsaidError, Place, Problem
from ..lineage import Library
from .folder import Folder
from .gather import Audit, gather
from .journal import Journal
from .one_file import OneFile
from .source import AuditError, Source, Tick

if TYPE_CHECKING:
    from .hub import Hub

__all__ = ["HUB", "Audited", "Bases", "Journals", "audit"]

HUB = ("hf:", "https://huggingface.co/", "https://hf.co/")
"""How a model on the Hub is named; anything else is a folder or a file."""


class Journals(NamedTuple):
    """What is known from before: ``own`` is that of this audit alone, ``digests`` are those of files on disk."""

    own: Journal
    digests: Journal


class Bases(NamedTuple):
    """Cards of base models that were made from the Hub, and why there is none of others."""

    cards: tuple[LoadedCard, ...] = ()
    findings: tuple[Finding, ...] = ()


class Audited(NamedTuple):
    """What an audit found. ``errors`` are the targets that could not be looked at, and why."""

    audit: Audit
    bases: Bases
    errors: tuple[tuple[str, Problem], ...]

    @property
    def card(self) -> LoadedCard:
        """The card that was made, with evidence for every claim."""
        return self.audit.card


def audit(
    targets: Iterable[str],
    day: str,
    *,
    address: str | None = None,
    digests: bool = False,
    follow_bases: bool = False,
    allow_private: bool = False,
    journals: Journals | None = None,
    tick: Tick = lambda path, size: None,
) -> Audited:
    """Gather the facts about one model from where it lives, and from the Hub about its base models if it is on the Hub.

    ``targets`` are folders, single files, and models on the Hub (``hf:owner/name@revision``, or an address there); the first one that can
    be opened names the model. ``day`` (YYYY-MM-DD) is that of the audit. ``address`` is where folders are published. ``digests``: files
    of weights in folders are read whole, for their SHA-256. ``follow_bases``: the Hub is asked for base models that a folder names.
    ``allow_private``: the Hub may send on to private addresses. With ``journals`` an audit that was stopped goes on where it was.
    ``tick`` is told of progress.

    Raises AuditError if no target can be opened, or one cannot be read at all.
    """
    with _Session(day, journals or Journals(Journal(), Journal()), tick, allow_private=allow_private) as session:
        sources: list[Source] = []
        errors: list[tuple[str, Problem]] = []
        for target in targets:
            try:
                sources.append(session.open(target, address))
            except OsaidError as error:
                errors += [(target, problem) for problem in error.problems]
        if not sources:
            raise AuditError(problem if problem.place.path else problem._replace(place=Place(target)) for target, problem in errors)
        found = gather(sources, day, tick, digests=digests)
        return Audited(found, session.bases(found, follow=follow_bases), tuple(errors))


class _Session:
    """Opens sources. The Hub is opened, and what asks it is loaded, at the first model that needs it."""

    def __init__(self, day: str, journals: Journals, tick: Tick, *, allow_private: bool) -> None:
        self._day, self._journals, self._tick = day, journals, tick
        self._allow_private = allow_private
        self._hub: Hub | None = None

    def __enter__(self) -> _Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._hub is not None:
            self._hub.close()

    def open(self, target: str, address: str | None) -> Source:
        """A folder, a file, or a model on the Hub. Raises AuditError or UsageError.

        Where the user wants nothing to be asked (HF_HUB_OFFLINE), a model is taken from the local cache.
        """
        if not target.startswith(HUB):
            kind = OneFile if os.path.isfile(target) else Folder
            return kind(target, address=address, journal=self._journals.digests)
        from .hub import cached_snapshot, offline, open_model
        from .hub_source import HubSource

        if offline():
            return Folder(cached_snapshot(target), address=address, journal=self._journals.digests)
        hub = self._opened()
        model = open_model(hub, target)
        model.entries()  # if the server does not give the list, this target is broken, and the others are not
        return HubSource(hub, model, self._tick)

    def _opened(self) -> Hub:
        from .hub import Hub

        if self._hub is None:
            self._hub = Hub(self._journals.own, day=self._day, allow_private=self._allow_private)
        return self._hub

    def bases(self, audit: Audit, *, follow: bool) -> Bases:
        """The models up the line of an audited one of which there is no bundled card.

        The Hub is asked for them if it was asked for the model, or with ``follow``. Raises UsageError if it cannot be.
        """
        if self._hub is None and not follow:
            return Bases()
        hub = self._opened()
        from .hub import Base, chain
        from .hub_source import HubSource

        bundled = Library()
        named = [Base(base["model"], base["relation"]) for base in audit.card.data["model"].get("derived_from", ())]
        cards: list[LoadedCard] = []
        found: list[Finding] = []
        wanted = [base for base in named if bundled.card(base.name) is None]
        for step in chain(hub, audit.sources[0].source.name, wanted):
            if step.again or step.cycle or bundled.card(step.name) is not None:
                continue
            if isinstance(step.found, Problem):
                found.append(_not_looked_at(step.name, step.found))
                continue
            try:
                cards.append(gather([HubSource(hub, step.found, self._tick)], self._day, self._tick, headers=False).card)
            except AuditError as error:
                found.append(_not_looked_at(step.name, error.problems[0]))
        return Bases(tuple(cards), tuple(found))


def _not_looked_at(name: str, problem: Problem) -> Finding:
    return Finding("warning", problem._replace(place=Place(f"hf:{name}"[:300])))
