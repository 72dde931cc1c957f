"""Formats of other makers: one module each, found by name in :data:`FORMATS`.

A module has ``detects(document)``, whether a document looks like its format, and ``read(document)``, which gives an
:class:`~osaid.cards.importers.common.Imported`. Reading never guesses: what a file does not say stays unknown, and what
has no place in a card is told in a note.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ...document import Document
from .common import Imported

__all__ = ["FORMATS", "Imported", "detect", "read"]

FORMATS = {
    "mof": "mof",
    "osai-index": "osai_index",
    "cyclonedx": "cyclonedx",
    "spdx3": "spdx3",
    "huggingface": "huggingface",
}
"""Formats that can be read besides our own: their name on the command line and their module here."""


def _module(name: str) -> Any:
    return import_module(f".{FORMATS[name]}", __name__)


def detect(document: Document) -> str | None:
    """The first format that the document looks like, or None."""
    return next((name for name in FORMATS if _module(name).detects(document)), None)


def read(document: Document, form: str) -> Imported:
    """Read a document in a format of :data:`FORMATS`. Raises CardError if it is nothing of the kind."""
    imported: Imported = _module(form).read(document)
    return imported
