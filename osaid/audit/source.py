"""Where files are read from: what a folder and the Hub have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, Protocol

from ..errors import OsaidError, Problem

__all__ = ["AuditError", "Entry", "Origin", "Source", "Tick"]

Tick = Callable[[str, int], None]
"""Told of progress: the file that is worked on, and how many bytes of it were read since the last call."""


class AuditError(OsaidError):
    """Something that cannot be audited: it is not there, it does not answer, it breaks a bound."""


class Entry(NamedTuple):
    """A file of a source: its path within it (parts joined by ``/``), and its size in bytes.

    ``sha256`` is its digest, where the source says it without the file being read; ``pointer``: it stands for a file that is kept
    elsewhere (Git LFS), and ``size`` and ``sha256`` are that one's.
    """

    path: str
    size: int
    sha256: str = ""
    pointer: bool = False


class Origin(NamedTuple):
    """What a source is a copy of, for all that it shows itself."""

    hub: str = ""  # a model's name on the Hub: owner/name
    repository: str = ""  # an address of a git repository, without user and password
    revision: str = ""  # a commit
    shown_by: str = ""  # the path of what shows it: .git/config, for instance


class Source(Protocol):
    """Files of a model at one state."""

    name: str
    """What it is called: a folder's name, or owner/name on the Hub."""
    origin: Origin

    def entries(self) -> Iterator[Entry]:
        """Every file that can be read, sorted by path. What is left out is in :attr:`skipped` afterwards."""
        ...

    @property
    def skipped(self) -> Mapping[Problem, int]:
        """What was left out, and how often: the place of the problem is the first one's."""
        ...

    def read(self, path: str, start: int = 0, length: int = 1 << 20) -> bytes:
        """At most ``length`` bytes of a file from ``start`` on. Raises AuditError."""
        ...

    def address(self, path: str = "") -> str:
        """What evidence names as its source: the address of a file at its revision, or the path below the folder's name."""
        ...
