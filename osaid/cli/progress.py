"""How far a command is, on standard error, where that is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import click

from ..reports.text import plain, size_text
from .inputs import Input

__all__ = ["Meter", "with_progress"]

_FROM = 50
_EVERY = 0.1  # seconds
_CLEAR = "\r\033[K"


class Meter:
    """Files and bytes that were read so far, in one line that is written over; nothing where standard error is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._files = self._bytes = 0
        self._path = ""
        self._last = 0.0

    def __call__(self, path: str, size: int) -> None:
        """Take note of bytes read from a file."""
        if not self._shown:
            return
        self._files += path != self._path
        self._bytes += size
        self._path = path
        now = time.monotonic()
        if now - self._last >= _EVERY:
            self._last = now
            sys.stderr.write(f"{_CLEAR}{self._files:,} files, {size_text(self._bytes)}  {plain(path, 60)}")
            sys.stderr.flush()

    def done(self) -> None:
        """Take the line away."""
        if self._shown and self._last:
            self._last = 0.0
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def with_progress(inputs: list[Input]) -> Iterator[Input]:
    """The inputs; for many of them, with a bar on standard error if that is a terminal."""
    if len(inputs) < _FROM or not sys.stderr.isatty():
        yield from inputs
        return
    with click.progressbar(inputs, label="Grading", file=sys.stderr, show_pos=True) as bar:
        yield from bar
