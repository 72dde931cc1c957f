"""What identifies a card."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Subject"]


class Subject(NamedTuple):
    """What was judged: where it was read, and which model it is about."""

    path: str | None
    format: str
    id: str
    name: str
    developer: str
    version: str
    as_of: str
    sha256: str
