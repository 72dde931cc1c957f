"""Headers of weight files, one module a format. A header is read and never executed; tensors are not read at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from ...errors import Problem

__all__ = ["Header", "Reader"]


class Reader(Protocol):
    """Random access to a file of which only a little is read."""

    path: str
    size: int

    def read(self, start: int, length: int) -> bytes:
        """At most ``length`` bytes from ``start`` on; fewer at the end of the file. Raises AuditError."""
        ...


class Header(NamedTuple):
    """What the header of a weight file says.

    ``parameters`` counts the elements of all tensors (None: the header does not tell), ``dtypes`` tells how many of them are of
    which type (names as in safetensors: F32, BF16, I8; GGUF's own names for its blocks: Q4_K). ``metadata`` holds short texts that
    the file states of itself, by its own keys. ``problems`` are what is wrong with it: then the rest may be incomplete.
    """

    format: str
    tensors: int = 0
    parameters: int | None = None
    dtypes: Mapping[str, int] = {}
    metadata: Mapping[str, str] = {}
    problems: tuple[Problem, ...] = ()
