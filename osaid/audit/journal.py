"""What an audit has found out already, so that one that was stopped goes on where it was.

One file, one JSON line a fact, appended at once. A line that was cut off half way, or that somebody else wrote, is left out.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any

__all__ = ["Journal"]

_MOST_BYTES = 64 << 20  # of a journal that is read (beyond that a new one is begun), and of what is added to it


class Journal:
    """Facts by a key, kept in a file. Without a path they are kept in memory only."""

    def __init__(self, path: str | None = None) -> None:
        """Read what is there. A journal that cannot be read or written is one without a path: it only saves work."""
        self._path = path
        self._facts: dict[str, Any] = {}
        self._torn = False  # the last line has no end
        self._left = _MOST_BYTES
        if path is not None:
            with contextlib.suppress(OSError):
                self._load(path)

    def _load(self, path: str) -> None:
        if not os.path.isfile(path):  # a pipe would make it wait
            self._path = None if os.path.exists(path) else path
            return
        if os.path.getsize(path) > _MOST_BYTES:
            os.unlink(path)
            return
        with open(path, "rb") as file:
            for line in file:
                self._torn = not line.endswith(b"\n")
                try:
                    key, fact = json.loads(line)
                except (ValueError, TypeError, RecursionError):
                    continue
                if isinstance(key, str):
                    self._facts[key] = fact

    def get(self, key: str) -> Any:
        """The fact of a key, or None."""
        return self._facts.get(key)

    def put(self, key: str, fact: Any) -> None:
        """Keep a fact (anything that JSON can hold). Where there is no room for it, it is not kept: it only saves work."""
        line = json.dumps([key, fact], ensure_ascii=True).encode() + b"\n"
        if len(line) > self._left:
            return
        self._left -= len(line)
        self._facts[key] = fact
        if self._path is None:
            return
        if self._torn:
            line, self._torn = b"\n" + line, False
        try:
            os.makedirs(os.path.dirname(self._path) or ".", mode=0o700, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line)  # one write: two audits at once do not mix their lines
            finally:
                os.close(descriptor)
        except OSError:
            self._path = None
