"""Safetensors: eight bytes with the length of a JSON header, the header, the tensors.

The library allows a header of 100 MB. Here it is 25 MB: that of a file of 200,000 tensors fits in.
"""

from __future__ import annotations

from typing import Any, TypeGuard

from ...messages import sentence
from .common import MOST_TENSORS, File, Tally
from .flat_json import Bad, Object
from .spans import Spans

__all__ = ["read"]

_MOST_HEADER = 25_000_000
_MOST_DIMENSIONS = 32
_MOST_TEXTS = 100_000
_BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}


def read(file: File, tally: Tally) -> None:
    """Count the tensors that the header names, and hold them against the file's size."""
    if file.size < 8:
        raise file.error("weights.incomplete", size=str(file.size), needed="8")
    length = int.from_bytes(file.read(0, 8), "little")
    if length > _MOST_HEADER:
        if file.head()[8:9] not in (b"{", b" "):  # no header: its length is letters of something else
            raise file.error("weights.other-format", format="safetensors")
        raise file.error("weights.too-long", what=sentence("weights.part-header"), size=str(length), limit=str(_MOST_HEADER))
    if not length:
        raise file.error("weights.other-format", format="safetensors")
    if 8 + length > file.size:
        raise file.error("weights.incomplete", size=str(file.size), needed=str(8 + length))
    spans = Spans()
    try:
        _entries(file.read(8, length), file, tally, spans)
    except Bad as reason:
        raise file.error("weights.header-syntax", detail=reason.detail, offset=str(8 + reason.at)) from None
    needed = 8 + length + spans.end
    if needed > file.size:
        tally.known = False
        tally.add("weights.incomplete", size=str(file.size), needed=str(needed))
    elif needed < file.size:
        tally.add("weights.trailing", count=str(file.size - needed))
    spans.check(tally)


def _entries(raw: bytes, file: File, tally: Tally, spans: Spans) -> None:
    header = Object(raw)
    names: set[bytes] = set()  # as text one far sign would make each letter four bytes wide
    for count, name in enumerate(header.members()):
        known = name.encode("utf-8", "surrogatepass")
        if known in names:
            tally.known = False
            tally.add("weights.duplicate", name=name)
        names.add(known)
        if count > MOST_TENSORS:
            raise file.error("weights.too-many", limit=str(MOST_TENSORS))
        if name == "__metadata__":
            _metadata(header, file, tally)
        else:
            _tensor(name, header.small(), tally, spans)
    header.done()


def _metadata(header: Object, file: File, tally: Tally) -> None:
    inner = header.inner()
    for number, key in enumerate(inner.members()):
        if number >= _MOST_TEXTS:
            raise file.error("weights.too-many", limit=str(_MOST_TEXTS))
        tally.text(key, inner.text())
    header.leave(inner)


def _tensor(name: str, entry: Any, tally: Tally, spans: Spans) -> None:
    fields: dict[str, Any] = entry if isinstance(entry, dict) else {}
    dtype, shape, offsets = fields.get("dtype"), fields.get("shape"), fields.get("data_offsets")
    if not (isinstance(dtype, str) and _sizes(shape) and _sizes(offsets) and len(offsets) == 2 and offsets[0] <= offsets[1]):
        tally.known = False
        tally.add("weights.bad-entry", name=name)
        return
    if dtype not in _BITS:
        tally.known = False
        tally.add("weights.unknown-dtype", name=name, dtype=dtype)
        return
    if tally.tensor(name, dtype, shape):
        bits = _BITS[dtype]
        for dimension in shape:
            bits *= dimension
        if bits != 8 * (offsets[1] - offsets[0]):
            tally.known = False
            tally.add("weights.size-differs", name=name, has=str(offsets[1] - offsets[0]), needed=str((bits + 7) // 8))
    spans.add(*offsets)


def _sizes(value: Any) -> TypeGuard[list[int]]:
    """Whether a value is a list of few numbers, none negative and none of more than 63 bits."""
    return (
        isinstance(value, list)
        and len(value) <= _MOST_DIMENSIONS
        and all(isinstance(item, int) and not isinstance(item, bool) and 0 <= item < 1 << 63 for item in value)
    )
