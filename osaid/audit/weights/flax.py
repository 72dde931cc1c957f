"""Flax: msgpack of nested maps, in which an array is an extension of type 1: its shape, the name of its type, its bytes."""

from __future__ import annotations

from typing import NamedTuple

from .common import MOST_TENSORS, Cursor, File, Tally

__all__ = ["read"]

_ARRAY, _SCALAR = 1, 3  # numbers of extensions
_MOST_DEPTH = 64
_MOST_STEPS = 2_000_000
_MOST_KEY = 1000
_MOST_DIMENSIONS = 32
_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
_LENGTHS = {0xC4: ">B", 0xC5: ">H", 0xC6: ">I", 0xD9: ">B", 0xDA: ">H", 0xDB: ">I"}  # of bytes and texts
_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_LONG_EXTENSIONS = {0xC7: ">B", 0xC8: ">H", 0xC9: ">I"}
_COUNTS = {0xDC: ">H", 0xDD: ">I", 0xDE: ">H", 0xDF: ">I"}  # of arrays, then of maps
_DTYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32", "int16": "I16", "int8": "I8",
    "uint64": "U64", "uint32": "U32", "uint16": "U16", "uint8": "U8", "bool": "BOOL", "complex64": "C64", "complex128": "C128",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2",
}  # fmt: skip


class _Item(NamedTuple):
    """The next thing: a map or array of ``size`` items, an extension, or a value that is passed (a short one is kept)."""

    kind: str
    size: int = 0
    value: bytes | int = 0


def read(file: File, tally: Tally) -> None:
    """Count the arrays below the maps."""
    cursor = Cursor(file)
    left: list[tuple[bool, int, str]] = []  # of the maps and arrays around: is it a map, items still to come, its name
    steps = 0
    first = _next(cursor)
    if first.kind != "map":
        raise file.error("weights.other-format", format="flax")
    left.append((True, first.size, ""))
    while left:
        is_map, count, name = left.pop()
        if count == 0:
            continue
        steps += 1
        if steps > _MOST_STEPS or tally.tensors > MOST_TENSORS:
            raise file.error("weights.too-many", limit=str(_MOST_STEPS))
        left.append((is_map, count - 1, name))
        below = name
        if is_map:
            key = _next(cursor).value
            word = key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key)
            below = f"{name}/{word}"[-200:].lstrip("/")
        item = _next(cursor)
        if item.kind in ("map", "list"):
            if len(left) >= _MOST_DEPTH:
                raise file.error("weights.nesting", limit=str(_MOST_DEPTH))
            left.append((item.kind == "map", item.size, below))
        elif item.kind == "extension":
            _extension(cursor, item, below, tally)
    if cursor.at < file.size:
        tally.add("weights.trailing", count=str(file.size - cursor.at))


def _next(cursor: Cursor) -> _Item:
    sign = cursor.take(1)[0]
    if sign < 0x80 or sign >= 0xE0:
        return _Item("value", value=sign)
    if sign < 0x90:
        return _Item("map", sign & 0x0F)
    if sign < 0xA0:
        return _Item("list", sign & 0x0F)
    if sign < 0xC0:
        return _Item("value", value=cursor.take(sign & 0x1F))
    if sign in _FIXED:
        return _Item("value", value=int.from_bytes(cursor.take(_FIXED[sign]), "big"))
    if sign in _LENGTHS:
        length = cursor.unpack(_LENGTHS[sign])
        kept = cursor.take(min(length, _MOST_KEY))
        cursor.skip(length - len(kept))
        return _Item("value", value=kept)
    if sign in _COUNTS:
        return _Item("list" if sign < 0xDE else "map", cursor.unpack(_COUNTS[sign]))
    if sign in _EXTENSIONS or sign in _LONG_EXTENSIONS:
        length = _EXTENSIONS[sign] if sign in _EXTENSIONS else cursor.unpack(_LONG_EXTENSIONS[sign])
        return _Item("extension", length, cursor.unpack(">b"))
    raise cursor.file.error("weights.header-syntax", detail=f"0x{sign:02x}", offset=str(cursor.at - 1))


def _extension(cursor: Cursor, item: _Item, name: str, tally: Tally) -> None:
    """An array, of which the shape and type are read; its bytes are passed."""
    end = cursor.at + item.size
    cursor.skip(item.size)
    if item.value not in (_ARRAY, _SCALAR):
        return
    inner = Cursor(cursor.file, end - item.size, end)
    parts, shape = _next(inner), _next(inner)
    if (parts.kind, parts.size, shape.kind) != ("list", 3, "list") or shape.size > _MOST_DIMENSIONS:
        tally.known = False
        tally.add("weights.bad-entry", name=name)
        return
    numbers = [_next(inner).value for _ in range(shape.size)]
    dtype = _next(inner).value
    word = dtype.decode("utf-8", "replace") if isinstance(dtype, bytes) else "?"
    if word not in _DTYPES:
        tally.known = False
        tally.add("weights.unknown-dtype", name=name, dtype=word)
    elif not all(isinstance(number, int) for number in numbers):
        tally.known = False
        tally.add("weights.bad-entry", name=name)
    else:
        tally.tensor(name, _DTYPES[word], [number for number in numbers if isinstance(number, int)])
