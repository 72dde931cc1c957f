"""ONNX: a protobuf message. Counted are the tensors that the graph begins with (initializers), and those that its nodes hold.

The numbers of fields are those of onnx.proto. Bytes of tensors are passed over; data in other files is not looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...messages import sentence
from .common import MOST_TENSORS, Cursor, File, Tally

__all__ = ["read"]

_DTYPES = {
    1: "F32", 2: "U8", 3: "I8", 4: "U16", 5: "I16", 6: "I32", 7: "I64", 9: "BOOL", 10: "F16", 11: "F64", 12: "U32", 13: "U64", 14: "C64",
    15: "C128", 16: "BF16", 17: "F8_E4M3", 18: "F8_E4M3FNUZ", 19: "F8_E5M2", 20: "F8_E5M2FNUZ", 21: "U4", 22: "I4", 23: "F4", 24: "F8_E8M0",
}  # fmt: skip
_STRING = 8
# Of a message, which fields hold which messages. A tensor has none that matter.
_INNER = {
    "model": {7: "graph", 20: "training", 25: "function", 14: "text"},
    "training": {2: "graph"},
    "function": {7: "node"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 22: "sparse", 10: "tensor", 11: "graph", 23: "sparse"},
    "sparse": {1: "tensor"},
}
_TEXTS = {2: "producer_name", 3: "producer_version", 4: "domain"}
_MOST_DEPTH = 32
_MOST_FIELDS = 1_500_000
_MOST_DIMENSIONS = 32
_MOST_KEPT = 1000


class _Field(NamedTuple):
    number: int
    value: int | None  # of a varint
    begin: int  # of bytes
    end: int


class _Message(NamedTuple):
    kind: str
    fields: Iterator[_Field]


def read(file: File, tally: Tally) -> None:
    """Count the tensors of the graph and of the graphs in it."""
    if file.head()[:1] not in (b"\x08", b"\x12", b"\x1a", b"\x22", b"\x28", b"\x32", b"\x3a", b"\x42", b"\x72"):
        raise file.error("weights.other-format", format="onnx")
    cursor = _Cursor(file)
    left = [_Message("model", _fields(cursor, file.size))]
    missing = {7, 8}  # the graph, and the operators that it is written in: a model has both
    while left:
        message = left[-1]
        field = next(message.fields, None)
        if field is None:
            left.pop()
            continue
        if tally.tensors > MOST_TENSORS:
            raise file.error("weights.too-many", limit=str(MOST_TENSORS))
        kind = _INNER[message.kind].get(field.number)
        if field.value is not None:
            continue
        if message.kind == "model":
            missing.discard(field.number)
        if kind == "tensor":
            _tensor(cursor, field, tally)
        elif kind == "text":
            _property(cursor, field, tally)
        elif kind is not None:
            if len(left) >= _MOST_DEPTH:
                raise file.error("weights.nesting", limit=str(_MOST_DEPTH))
            left.append(_Message(kind, _fields(cursor, field.end)))
        else:
            if message.kind == "model" and field.number in _TEXTS:
                tally.text(_TEXTS[field.number], _text(cursor, field))
            cursor.at = field.end
    if missing:
        raise file.error("weights.incomplete", size=str(file.size), needed=str(file.size + 1))


class _Cursor(Cursor):
    """A cursor that knows how many fields were read."""

    fields = 0


def _varint(cursor: Cursor) -> int:
    value = cursor.take(1)[0]
    if value < 0x80:
        return value
    value, shift = value & 0x7F, 7
    while shift < 70:
        byte = cursor.take(1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
        shift += 7
    raise cursor.file.error("weights.header-syntax", detail=sentence("weights.onnx-number"), offset=str(cursor.at))


def _fields(cursor: _Cursor, end: int) -> Iterator[_Field]:
    """The fields of a message up to ``end``. Bytes are not read: who asks for the next field has gone to the end of this one."""
    while cursor.at < end:
        cursor.fields += 1
        if cursor.fields > _MOST_FIELDS:
            raise cursor.file.error("weights.too-many", limit=str(_MOST_FIELDS))
        tag = _varint(cursor)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            yield _Field(number, _varint(cursor), 0, 0)
        elif wire in (1, 5):
            cursor.skip(8 if wire == 1 else 4)
        elif wire == 2:
            length = _varint(cursor)
            if length > end - cursor.at:
                raise cursor.file.error("weights.incomplete", size=str(end), needed=str(cursor.at + length))
            yield _Field(number, None, cursor.at, cursor.at + length)
        else:
            raise cursor.file.error(
                "weights.header-syntax", detail=sentence("weights.onnx-field", {"number": str(number)}), offset=str(cursor.at)
            )
    if cursor.at > end:
        raise cursor.file.error("weights.header-syntax", detail=sentence("weights.onnx-end"), offset=str(cursor.at))


def _text(cursor: Cursor, field: _Field) -> str:
    return cursor.take(min(field.end - field.begin, _MOST_KEPT)).decode("utf-8", "replace")


def _property(cursor: _Cursor, field: _Field, tally: Tally) -> None:
    """A key with its text."""
    found = {}
    for inner in _fields(cursor, field.end):
        if inner.value is None:
            found[inner.number] = _text(cursor, inner)
            cursor.at = inner.end
    tally.text(found.get(1, ""), found.get(2, ""))


def _tensor(cursor: _Cursor, field: _Field, tally: Tally) -> None:
    shape: list[int] = []
    kind, name, data, external = 0, "", False, False
    for inner in _fields(cursor, field.end):
        if inner.number == 1:
            shape += [inner.value] if inner.value is not None else _packed(cursor, inner)
            if len(shape) > _MOST_DIMENSIONS:
                raise cursor.file.error("weights.dimensions", name=name, count=str(len(shape)))
        elif inner.value is not None:
            kind = inner.value if inner.number == 2 else kind
            external = external or (inner.number == 14 and inner.value == 1)
        elif inner.number == 8:
            name = _text(cursor, inner)
        else:
            data = data or inner.number in (4, 5, 6, 7, 9, 10, 11)
        if inner.value is None:
            cursor.at = inner.end
    if kind == _STRING:
        return
    if kind not in _DTYPES:
        tally.known = False
        tally.add("weights.unknown-dtype", name=name, dtype=str(kind))
    elif tally.tensor(name, _DTYPES[kind], [_signed(value) for value in shape]) and not data and not external and 0 not in shape:
        tally.known = False
        tally.add("weights.storage-missing", name=name)


def _packed(cursor: Cursor, field: _Field) -> list[int]:
    found: list[int] = []
    while cursor.at < field.end and len(found) <= _MOST_DIMENSIONS:
        found.append(_varint(cursor))
    return found


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value
