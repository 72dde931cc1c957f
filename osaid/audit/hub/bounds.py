"""How much a server of the Hub's kind may take of our time and memory."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["DEFAULT", "Bounds"]


class Bounds(NamedTuple):
    """The bounds of everything that is asked. Seconds are of a clock that nobody sets.

    A task is what one call here asks for: facts about a repository, its list of files, a part of a file. All its requests,
    redirects, repetitions and waits together have to keep within its bounds.
    """

    answer: int = 8 << 20
    """Bytes of an answer that is not a part of a file. A page of a thousand files is about 400 kB."""
    piece: int = 4 << 20
    """Bytes of a file that are asked for at once."""
    ahead: int = 16 << 10
    """Bytes of a file that are asked for at least: the headers of most weights fit in."""
    passed_over: int = 1 << 20
    """Bytes that are read for nothing where a server sends a file from its start instead of the range."""
    bytes_in_all: int = 1 << 30
    """Bytes that are taken from the network in all."""
    files: int = 100_000
    """Files of a repository that are listed; those beyond are left out."""
    requests: int = 200
    """Requests of a task. A list of 100,000 files takes a hundred."""
    requests_in_all: int = 10_000
    redirects: int = 5
    """Redirects of a request."""
    tries: int = 3
    """How often a request is sent at most, where the server is busy or breaks off."""
    pause: float = 1.0
    """Seconds before the second try; twice as many before each further one."""
    patience: float = 30.0
    """Seconds that a busy server is waited for if it asks for them (Retry-After); one that asks for more is not asked again."""
    idle: float = 10.0
    """Seconds without a byte."""
    seconds: float = 60.0
    """Seconds of a task."""
    seconds_in_all: float = 1800.0
    """Seconds of all tasks together."""


DEFAULT = Bounds()
