"""A sheet of findings: one neutral list of what was checked and what was found, for assessments and for the gate alike.

The outputs for machines that show findings at their line (SARIF, JUnit, GitHub) are made from it and from nothing else; the sheets
come from :mod:`.score_sheet` and :mod:`.gate_sheet`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from ..cards.reader import LoadedCard
from ..cards.subject import Subject
from ..errors import Place
from ..results.places import place_of
from . import Failure

__all__ = ["MOST_FINDINGS", "Checked", "Entry", "Item", "Remark", "Sheet", "address", "fingerprint", "local", "places"]

MOST_FINDINGS = 20
"""Findings and places of one entry that are shown."""


class Item(NamedTuple):
    """Something that is checked: a rule of a policy, or a criterion of a rubric."""

    id: str
    title: str
    about: str
    help: str
    level: str  # error | warning | note: what a failure of it amounts to


class Entry(NamedTuple):
    """What was found of one item on one card. ``excuses`` are the waivers that it owes something to."""

    item: int  # its position in the sheet
    status: str  # passed | failed | waived
    level: str  # error | warning | note
    message: str = ""
    place: Place = Place()
    others: tuple[Place, ...] = ()
    excuses: tuple[str, ...] = ()


class Checked(NamedTuple):
    """One card with an entry for each item that was checked on it."""

    subject: Subject
    entries: tuple[Entry, ...]


class Remark(NamedTuple):
    """Something to say about the whole run."""

    level: str  # error | warning | note
    text: str


class Sheet(NamedTuple):
    """A run: what is checked, the cards as they come, and what is left to say when all have come."""

    id: str
    title: str
    date: str  # of the gate; empty for assessments, which have no day of their own
    version: str  # of osaid
    folder: str  # names of files are told relative to it
    items: tuple[Item, ...]
    rows: Iterator[Checked | Failure]
    remarks: Callable[[], list[Remark]]


def local(path: str | None, folder: str) -> str:
    """A file's name as seen from a folder, if it is in it; else as it is."""
    path = path or "-"
    if folder and os.path.isabs(path):
        inside = os.path.relpath(path, folder)
        return path if inside.startswith(os.pardir) else inside
    return path


def address(path: str | None, folder: str) -> str:
    """A file's name as a URI reference: percent-encoded, relative where it can be."""
    name = local(path, folder)
    encoded = quote(os.fsencode(name.replace(os.sep, "/")), safe="/-._~")
    return "file://" + encoded if os.path.isabs(name) else encoded


def fingerprint(*parts: str) -> str:
    """What tells a finding from others, wherever it stands in its file."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def places(card: LoadedCard, ways: Iterable[tuple[str | int, ...]]) -> tuple[Place, ...]:
    """Where in a card's file these ways lead, each place once, and no more of them than can be read; without any, the card itself."""
    found = [place_of(card, way) for way in ways] or [place_of(card, ())]
    return tuple(dict.fromkeys(found))[:MOST_FINDINGS]
