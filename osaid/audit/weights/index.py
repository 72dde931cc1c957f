"""The index of weights in several files: which tensor stands in which, and how many bytes all have."""

from __future__ import annotations

from typing import NamedTuple

from ...errors import Problem
from ...messages import sentence
from .common import Tally
from .flat_json import Bad, Object

__all__ = ["Index", "read_index"]

_MOST_BYTES = 32 << 20
_MOST_SHARDS = 10_000
_MOST_NAMES = 300_000


class Index(NamedTuple):
    """What an index says: the files it names (sorted, as they are written), the bytes of all tensors, how many tensors there are."""

    shards: tuple[str, ...] = ()
    total_size: int | None = None
    tensors: int = 0
    problems: tuple[Problem, ...] = ()


def read_index(raw: bytes, path: str = "") -> Index:
    """The index in ``raw``; ``path`` is what problems call it. What is wrong with it is in its problems.

    Shards are names beside the index: one with a folder in it, or on the way up, is a problem and left out.
    """
    tally = Tally(path)
    if len(raw) > _MOST_BYTES:
        tally.add("weights.too-long", what=sentence("weights.part-index"), size=str(len(raw)), limit=str(_MOST_BYTES))
        return _index(tally, {}, None, 0)
    shards: dict[str, None] = {}
    total: int | None = None
    names: set[bytes] = set()
    count = 0
    try:
        index = Object(raw)
        for key in index.members():
            if key == "weight_map":
                inner = index.inner()
                for name in inner.members():
                    known = name.encode("utf-8", "surrogatepass")
                    if known in names:
                        tally.add("weights.duplicate", name=name)
                    names.add(known)
                    shards[inner.text()] = None
                    count += 1
                    if count > _MOST_NAMES:
                        raise Bad(sentence("weights.many-tensors", {"limit": str(_MOST_NAMES)}), inner.at)
                    if len(shards) > _MOST_SHARDS:
                        raise Bad(sentence("weights.many-files", {"limit": str(_MOST_SHARDS)}), inner.at)
                index.leave(inner)
            elif key == "metadata":
                inner = index.inner()
                for name in inner.members():
                    value = inner.small()
                    if name == "total_size" and isinstance(value, (int, float)) and 0 <= value < 1 << 63:
                        total = int(value)
                index.leave(inner)
            else:
                index.small()
        index.done()
    except Bad as reason:
        tally.add("weights.header-syntax", detail=reason.detail, offset=str(reason.at))
    return _index(tally, shards, total, len(names))


def _index(tally: Tally, shards: dict[str, None], total: int | None, count: int) -> Index:
    """An index of what was found."""
    kept = [name for name in shards if name not in ("", ".", "..") and not any(sign in name for sign in "/\\\0")]
    for name in shards.keys() - kept:
        tally.add("weights.shard-name", name=name)
    return Index(tuple(sorted(kept)), total, count, tally.header("", counted=False).problems)
