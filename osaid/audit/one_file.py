"""A single file as a source: a GGUF file that somebody downloaded, or a README."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..errors import Place, Problem
from .folder import Folder
from .journal import Journal
from .kinds import take_stock
from .source import AuditError, Entry, Origin

__all__ = ["OneFile"]


class OneFile:
    """One file of a folder. A source (see :class:`~osaid.audit.source.Source`): of the files beside it nothing is looked at."""

    origin = Origin()
    skipped: tuple[tuple[Problem, int], ...] = ()

    def __init__(self, path: str, *, address: str | None = None, journal: Journal | None = None) -> None:
        """``address`` is that of the folder that it is published in.

        Raises AuditError if the file cannot be read, or is of no kind that shows anything.
        """
        parent, name = os.path.split(os.path.realpath(path))
        self._published = address is not None
        self._folder = Folder(parent, address=address, journal=journal)
        self.page = self._folder.page
        try:
            self._entry = self._folder.entry(name)
        except AuditError as error:
            raise AuditError(problem._replace(place=Place(path)) for problem in error.problems) from None
        self.name = os.path.splitext(name)[0]
        if not any(held.files for held in take_stock(self).kinds.values()):
            raise AuditError(Problem("audit.no-kind", {}, Place(path)))

    def entries(self) -> Iterator[Entry]:
        """The file."""
        return iter([self._entry])

    def read(self, path: str, start: int = 0, length: int = 1 << 20) -> bytes:
        """A part of the file. Raises AuditError."""
        return self._folder.read(path, start, length)

    def address(self, path: str = "") -> str:
        """What evidence names: the file's own name, or its address."""
        return self._folder.address(path) if self._published else self._entry.path
