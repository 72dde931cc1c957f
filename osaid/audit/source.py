"""Where files are read from: what a folder and the Hub have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from ..errors import OsaidError, Problem

if TYPE_CHECKING:
    from .draft import Draft

__all__ = ["PASSING", "AuditError", "Entry", "Gate", "Origin", "Said", "Source", "Speaks", "Tick"]

Tick = Callable[[str, int], None]
"""Told of progress: the file that is worked on, and how many bytes of it were read since the last call."""

PASSING = frozenset(
    {
        "hub.busy",
        "hub.status",
        "hub.broke-off",
        "hub.silent",
        "hub.too-slow",
        "hub.no-connection",
        "hub.no-such-host",
        "hub.left-alone",
        "audit.dataset-unclear",
    }
)
"""Codes of what may fare better when the same audit is run again."""


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
    page: str
    """Where anyone can get the files, as far as the source itself shows that: an address, or nothing."""

    def entries(self) -> Iterator[Entry]:
        """Every file that can be read, sorted by path. What is left out is in :attr:`skipped` afterwards."""
        ...

    @property
    def skipped(self) -> tuple[tuple[Problem, int], ...]:
        """What was left out, and how often, in order of code: the place of the problem is the first one's."""
        ...

    def read(self, path: str, start: int = 0, length: int = 1 << 20) -> bytes:
        """At most ``length`` bytes of a file from ``start`` on. Raises AuditError."""
        ...

    def address(self, path: str = "") -> str:
        """What evidence names as its source: the address of a file at its revision, or the path below the folder's name."""
        ...


class Gate(NamedTuple):
    """A gate, the kinds of components that stand behind it, and the evidence for it."""

    kinds: tuple[str, ...]
    evidence: str


class Said(NamedTuple):
    """What the host of a source says of it. Evidence is named by its ids in the draft."""

    licenses: tuple[tuple[str, str], ...] = ()  # a licence, and its evidence
    bases: tuple[tuple[str, str, str], ...] = ()  # a name, a relation, and its evidence
    datasets: Mapping[str, Mapping[str, Any]] = {}  # by name, what a card says of a data set
    gate: Gate | None = None


@runtime_checkable
class Speaks(Protocol):
    """A source whose host says something of it."""

    def said(self, draft: Draft, datasets: Iterable[str]) -> Said:
        """What the host says of the source, and of data sets by their names; with evidence in the draft, and what is doubtful about it."""
        ...
