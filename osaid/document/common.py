"""Limits and errors that the readers of all formats share."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import DocumentError, Place, Problem

__all__ = [
    "DEFAULT_LIMITS",
    "MOST_PROBLEMS",
    "UNSAFE",
    "Limits",
    "PathTo",
    "Places",
    "encodable",
    "error",
    "line_column",
    "one_line",
    "short",
]

MOST_PROBLEMS = 100

# Control characters (terminal escapes among them), characters that turn the direction of text or cannot be seen,
# and code points that are no characters.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

PathTo = tuple[str | int, ...]
"""The way to a value: keys and positions."""

Places = dict[PathTo, tuple[tuple[int, int], tuple[int, int]]]
"""For every path the line and column of its key (of the item itself in a list) and of its value."""


class Limits(NamedTuple):
    """How much a document may hold: bytes, levels of nesting, and nodes (maps, lists and values)."""

    bytes: int = 4 * 1024 * 1024
    depth: int = 32
    nodes: int = 200_000


DEFAULT_LIMITS = Limits()


def error(code: str, path: str | None, at: tuple[int, int] | None = None, **params: str) -> DocumentError:
    """A DocumentError with one problem; ``at`` is its line and column."""
    return DocumentError(Problem(code, params, Place(path, *at) if at is not None else Place(path)))


def short(text: str, most: int = 60) -> str:
    """A stranger's text, cut for a message."""
    return text if len(text) <= most else text[: most - 1] + "…"


def one_line(text: str, most: int = 60) -> str:
    """A stranger's text in one line, cut for a cell or a sentence."""
    return short(" ".join(text.split()), most)


def encodable(text: str) -> str:
    """A text without halves of surrogate pairs: no file can hold those."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def line_column(raw: bytes, offset: int) -> tuple[int, int]:
    """The line and column, in characters, of an offset in bytes."""
    before = raw[:offset]
    start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[start:].decode("utf-8", "replace")) + 1
