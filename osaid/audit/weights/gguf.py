"""GGUF, versions 1 to 3, of either byte order: metadata by key, then what is said of each tensor, then the tensors.

By the specification in ggml's docs/gguf.md. Values that are not wanted are passed over, and a vocabulary is never held.
"""

from __future__ import annotations

import struct

from .common import MOST_TENSORS, Cursor, File, Tally
from .spans import Spans

__all__ = ["read"]

# Types of values: 8 is a text, 9 an array.
_FORMS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9
_MOST_KEYS = 65_536
_MOST_KEY = 4096  # bytes; the specification says 65,535, and nobody writes such
_MOST_NAME = 512  # of a tensor; the specification says 64
_MOST_WORDS = 3_000_000  # texts and arrays in arrays: a vocabulary has some 300,000, with as many merges
_MOST_KEPT = 4000  # bytes of a text that are read
_MOST_ITEMS = 20  # of an array that are kept
_MOST_NESTING = 4
# Types of tensors: name, elements of a block, bytes of a block (gguf-py/gguf/constants.py).
_TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 4: ("Q4_2", 16, 10), 5: ("Q4_3", 16, 12),
    6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292), 16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8),
    28: ("F64", 1, 8), 29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 31: ("Q4_0_4_4", 32, 18), 32: ("Q4_0_4_8", 32, 18),
    33: ("Q4_0_8_8", 32, 18), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 36: ("IQ4_NL_4_4", 32, 18), 37: ("IQ4_NL_4_8", 32, 18),
    38: ("IQ4_NL_8_8", 32, 18), 39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18), 42: ("Q2_0", 64, 18),
}  # fmt: skip


def read(file: File, tally: Tally) -> None:
    """Count the tensors, keep what is said under ``general.``, ``split.`` and ``adapter.``."""
    _Reader(file, tally).run()


class _Reader:
    def __init__(self, file: File, tally: Tally) -> None:
        self._file = file
        self._tally = tally
        self._cursor = Cursor(file)
        self._order = "<"
        self._length = "Q"  # the form of lengths and counts
        self._alignment = 32
        self._words = 0

    def run(self) -> None:
        if self._cursor.take(4) != b"GGUF":
            raise self._file.error("weights.other-format", format="gguf")
        version = self._number("I")
        if version and not version & 0xFFFF:
            self._order = ">"
            version = int.from_bytes(version.to_bytes(4, "little"), "big")
        if version not in (1, 2, 3):
            raise self._file.error("weights.version", version=str(version))
        self._length = "I" if version == 1 else "Q"
        tensors, keys = self._number(self._length), self._number(self._length)
        if tensors > MOST_TENSORS or keys > _MOST_KEYS:
            raise self._file.error("weights.too-many", limit=str(MOST_TENSORS if tensors > MOST_TENSORS else _MOST_KEYS))
        self._metadata(keys)
        self._tensors(tensors)

    def _number(self, form: str) -> int:
        return self._cursor.unpack(self._order + form)

    # --- metadata

    def _metadata(self, count: int) -> None:
        seen: set[bytes] = set()
        for _ in range(count):
            raw = self._bytes(_MOST_KEY, "key")
            key = raw.decode("utf-8", "replace")
            if raw in seen:
                self._tally.add("weights.duplicate", name=key)
            seen.add(raw)
            kind = self._number("I")
            value = self._value(kind, keep=key.startswith(("general.", "split.", "adapter.")))
            if key == "general.alignment" and kind in (2, 4, 10):
                self._alignment = int(value)
            elif value:
                self._tally.text(key, value)
        if self._alignment <= 0 or self._alignment > 1 << 20 or self._alignment & (self._alignment - 1):
            raise self._file.error("weights.alignment", value=str(self._alignment))

    def _bytes(self, most: int, what: str) -> bytes:
        length = self._number(self._length)
        if length > most:
            raise self._file.error("weights.too-long", what=what, size=str(length), limit=str(most))
        return self._cursor.take(length)

    def _value(self, kind: int, *, keep: bool) -> str:
        """A value as text, for what is to be kept; it is passed in any case."""
        if kind == _TEXT:
            length = self._number(self._length)
            if not keep:
                self._cursor.skip(length)
                return ""
            kept = self._cursor.take(min(length, _MOST_KEPT))
            self._cursor.skip(length - len(kept))
            return kept.decode("utf-8", "replace")
        if kind == _ARRAY:
            return self._array(keep)
        if kind not in _FORMS:
            raise self._file.error("weights.value-type", value=str(kind))
        value = struct.unpack(self._order + _FORMS[kind], self._cursor.take(struct.calcsize(_FORMS[kind])))[0]
        return str(value).lower() if keep else ""

    def _array(self, keep: bool) -> str:
        """Arrays can hold arrays; those are passed over with a list of what is left on each level, and no deeper than a few."""
        left: list[tuple[int, int]] = [(self._number("I"), self._number(self._length))]
        texts: list[str] = []
        while left:
            kind, count = left.pop()
            self._pass(1)
            if kind == _ARRAY:
                if count:
                    if len(left) >= _MOST_NESTING:
                        raise self._file.error("weights.nesting", limit=str(_MOST_NESTING))
                    left += [(kind, count - 1), (self._number("I"), self._number(self._length))]
            elif kind == _TEXT:
                self._pass_texts(count, texts if keep and not left else None)
            elif kind in _FORMS:
                self._cursor.skip(count * struct.calcsize(_FORMS[kind]))
            else:
                raise self._file.error("weights.value-type", value=str(kind))
        return ", ".join(texts)

    def _pass(self, count: int) -> None:
        self._words += count
        if self._words > _MOST_WORDS:
            raise self._file.error("weights.too-many", limit=str(_MOST_WORDS))

    def _pass_texts(self, count: int, kept: list[str] | None) -> None:
        width = struct.calcsize(self._length)
        if count * width > self._file.size:  # so a count of 2**63 ends here
            raise self._file.error("weights.incomplete", size=str(self._file.size), needed=str(self._cursor.at + count * width))
        self._pass(count)
        form, cursor = struct.Struct(self._order + self._length), self._cursor
        for index in range(count):
            if kept is not None and index < _MOST_ITEMS:
                kept.append(self._value(_TEXT, keep=True))
            else:
                cursor.skip(form.unpack(cursor.take(width))[0])

    # --- tensors

    def _tensors(self, count: int) -> None:
        spans = Spans()
        names: set[bytes] = set()
        for _ in range(count):
            raw = self._bytes(_MOST_NAME, "name")
            name = raw.decode("utf-8", "replace")
            dimensions = self._number("I")
            if dimensions > 4:
                raise self._file.error("weights.dimensions", name=name, count=str(dimensions))
            shape = tuple(self._number(self._length) for _ in range(dimensions))
            kind, offset = self._number("I"), self._number("Q")
            if raw in names:
                self._tally.known = False
                self._tally.add("weights.duplicate", name=name)
            names.add(raw)
            self._tensor(name, shape, kind, offset, spans)
        start = -(-self._cursor.at // self._alignment) * self._alignment
        needed = start + spans.end
        if count and needed > self._file.size:
            self._tally.known = False
            self._tally.add("weights.incomplete", size=str(self._file.size), needed=str(needed))
        spans.check(self._tally)

    def _tensor(self, name: str, shape: tuple[int, ...], kind: int, offset: int, spans: Spans) -> None:
        if kind not in _TYPES:
            self._tally.known = False
            self._tally.add("weights.unknown-dtype", name=name, dtype=str(kind))
            return
        dtype, block, size = _TYPES[kind]
        if not self._tally.tensor(name, dtype, shape):
            return
        elements = 1
        for dimension in shape:
            elements *= dimension
        if elements % block or offset % self._alignment:
            self._tally.known = False
            self._tally.add("weights.bad-entry", name=name)
            return
        end = offset + elements // block * size
        if end >= 1 << 64:
            self._tally.known = False
            self._tally.add("weights.incomplete", size=str(self._file.size), needed=str(end))
            return
        spans.add(offset, end)
