"""What reading a file of another format leaves to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Note"]


class Note(NamedTuple):
    """Something that reading a file leaves to say. It never counts.

    ``kind`` is unreadable (a part that could not be read), conflict (statements that do not go together), rule (what a rule of
    ours made of it), unmapped (what has no place in a card) or lead (worth checking by a person). ``at`` is the way to it.
    """

    kind: str
    code: str
    params: Mapping[str, str]
    at: tuple[str | int, ...] = ()
    line: int | None = None  # where it is not found by its way: in the text of a README
