"""Pickles, gone through opcode by opcode and never loaded: what they would call is written down, and not called.

What comes out are plain tuples and lists, and the stand-ins of :mod:`.pickle_values`. The opcodes are those of Python's pickletools,
protocols 0 to 5. Whatever is made here costs some bytes an opcode, and opcodes are counted: a pickle that would grow without end when it
is loaded does not here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from .common import Cursor
from .pickle_names import full_name
from .pickle_values import OTHER, Call, Map, Name, apply, storage

__all__ = ["Pickle"]

_MOST_MEMO = 500_000
_MOST_MADE = 500_000  # maps, lists, calls
_MOST_MARKS = 1000
_MOST_KEPT = 4096  # bytes of a text that is looked at
_MOST_NAMES = 1000


class _End(Exception):
    """The end of a pickle, with its value."""


class Pickle:
    """Goes through pickles that follow each other. ``names`` are those that loading them would look up, in order."""

    def __init__(self, cursor: Cursor, steps: int) -> None:
        """At most ``steps`` opcodes are gone through; ``left`` tells how many of them are left."""
        self._cursor = cursor
        self._steps = self.left = steps
        self._made = 0
        self._stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self.names: dict[str, Name] = {}
        self.hidden = False  # whether a name is put together in a way that cannot be followed

    def next(self) -> Any:
        """The value of the next pickle. Raises Refused if it is none, cut off, or beyond the bounds."""
        self._stack, self._marks, self._memo = [], [], {}
        take, handlers = self._cursor.take, _HANDLERS
        try:
            while True:
                self.left -= 1
                if self.left < 0:
                    raise self._cursor.file.error("weights.pickle-too-long", limit=str(self._steps))
                code = take(1)
                handler = handlers.get(code)
                if handler is None:
                    raise self._bad()
                handler(self)
        except _End as end:
            return end.args[0]
        except (IndexError, ValueError, struct.error):
            raise self._bad() from None

    def _bad(self) -> Exception:
        return self._cursor.file.error("weights.pickle-syntax", offset=str(self._cursor.at))

    # --- stack and memo

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _make(self, value: Any) -> None:
        self._made += 1
        if self._made > _MOST_MADE:
            raise self._cursor.file.error("weights.pickle-too-long", limit=str(_MOST_MADE))
        self._stack.append(value)

    def _pop(self) -> Any:
        return self._stack.pop()

    def _mark(self) -> None:
        if len(self._marks) >= _MOST_MARKS:
            raise self._bad()
        self._marks.append(self._stack)
        self._stack = []

    def _to_mark(self) -> list[Any]:
        found = self._stack
        self._stack = self._marks.pop()
        return found

    def _put(self, index: int) -> None:
        if len(self._memo) >= _MOST_MEMO or not 0 <= index < 1 << 32:
            raise self._cursor.file.error("weights.pickle-too-long", limit=str(_MOST_MEMO))
        self._memo[index] = self._stack[-1]

    def _get(self, index: int) -> None:
        if index not in self._memo:
            raise self._bad()
        self._push(self._memo[index])

    # --- values

    def _bytes(self, length: int) -> bytes | None:
        """Bytes that follow, or None if they are too many to be looked at."""
        if length < 0:
            raise self._bad()
        if length > _MOST_KEPT:
            self._cursor.skip(length)
            return None
        return self._cursor.take(length)

    def _text(self, length: int) -> None:
        raw = self._bytes(length)
        self._push(OTHER if raw is None else raw.decode("utf-8", "replace"))

    def _opaque(self, length: int) -> None:
        self._bytes(length)
        self._push(OTHER)

    def _line(self) -> str:
        return self._cursor.line().decode("utf-8", "replace")

    def _long(self, length: int) -> None:
        raw = self._bytes(length)
        self._push(OTHER if raw is None or len(raw) > 16 else int.from_bytes(raw, "little", signed=True))

    def _decimal(self) -> None:
        text = self._line().rstrip("L")
        self._push({"00": False, "01": True}.get(text, int(text) if len(text) < 20 else OTHER))

    def _quoted(self) -> None:
        text = self._line().strip()
        self._push(text[1:-1] if len(text) > 1 and "\\" not in text else OTHER)

    # --- names and calls

    def _name(self, module: str, name: str) -> Name:
        full = full_name(module, name)
        found = self.names.get(full)
        if found is None:
            if len(self.names) >= _MOST_NAMES:
                raise self._cursor.file.error("weights.pickle-too-long", limit=str(_MOST_NAMES))
            found = self.names[full] = Name(full)
        return found

    def _global(self) -> None:
        module = self._line()
        self._push(self._name(module, self._line()))

    def _stack_global(self) -> None:
        name, module = self._pop(), self._pop()
        if isinstance(name, str) and isinstance(module, str):
            self._push(self._name(module, name))
        else:
            self._hide()

    def _hide(self) -> None:
        self.hidden = True
        self._push(OTHER)

    def _extension(self, length: int) -> None:
        self._cursor.take(length)
        self._hide()

    def _reduce(self) -> None:
        given, target = self._pop(), self._pop()
        if isinstance(given, tuple) and given and isinstance(given[0], list):
            self.left -= len(given[0])  # a list can be made into a map, and one list into many
        self._make(apply(target, given))

    def _new_with_keywords(self) -> None:
        keywords, given, target = self._pop(), self._pop(), self._pop()
        self._make(Call(target, [given, keywords]))

    def _object(self) -> None:
        given = self._to_mark()
        self._make(Call(given[0], given))

    def _instance(self) -> None:
        module = self._line()
        target = self._name(module, self._line())
        self._make(Call(target, self._to_mark()))

    def _build(self) -> None:
        state, target = self._pop(), self._stack[-1]
        if isinstance(target, Call):
            target.given.append(state)

    # --- filling

    def _extend(self, items: list[Any], *, pairs: bool) -> None:
        target = self._stack[-1]
        if pairs and len(items) % 2:
            raise self._bad()
        if isinstance(target, Call):
            target.given += items
        elif isinstance(target, list) and (pairs or not isinstance(target, Map)):
            target += items

    def _append(self) -> None:
        value = self._pop()
        self._extend([value], pairs=False)

    def _set_item(self) -> None:
        value, key = self._pop(), self._pop()
        self._extend([key, value], pairs=True)

    def _tuple(self, length: int) -> None:
        if len(self._stack) < length:
            raise self._bad()
        items = tuple(self._stack[-length:])
        del self._stack[-length:]
        self._push(items)

    def _pop_or_mark(self) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._to_mark()

    def _stop(self) -> None:
        raise _End(self._pop())

    def _number(self, form: str) -> int:
        return self._cursor.unpack(form)


_HANDLERS: dict[bytes, Callable[[Pickle], object]] = {
    b"(": Pickle._mark,
    b".": Pickle._stop,
    b"0": Pickle._pop_or_mark,
    b"1": lambda self: self._to_mark(),
    b"2": lambda self: self._push(self._stack[-1]),
    b"F": lambda self: self._push(self._line() and OTHER),
    b"G": lambda self: self._opaque(8),
    b"I": Pickle._decimal,
    b"L": Pickle._decimal,
    b"J": lambda self: self._push(self._number("<i")),
    b"K": lambda self: self._push(self._number("<B")),
    b"M": lambda self: self._push(self._number("<H")),
    b"\x8a": lambda self: self._long(self._number("<B")),
    b"\x8b": lambda self: self._long(self._number("<i")),
    b"N": lambda self: self._push(None),
    b"\x88": lambda self: self._push(True),
    b"\x89": lambda self: self._push(False),
    b"S": Pickle._quoted,
    b"V": lambda self: self._push(self._line()),
    b"T": lambda self: self._text(self._number("<i")),
    b"U": lambda self: self._text(self._number("<B")),
    b"X": lambda self: self._text(self._number("<I")),
    b"\x8c": lambda self: self._text(self._number("<B")),
    b"\x8d": lambda self: self._text(self._number("<Q")),
    b"B": lambda self: self._opaque(self._number("<I")),
    b"C": lambda self: self._opaque(self._number("<B")),
    b"\x8e": lambda self: self._opaque(self._number("<Q")),
    b"\x96": lambda self: self._opaque(self._number("<Q")),
    b"\x97": lambda self: self._push(OTHER),
    b"\x98": lambda self: None,
    b"P": lambda self: self._push(self._line() and OTHER),
    b"Q": lambda self: self._push(storage(self._pop())),
    b"R": Pickle._reduce,
    b"\x81": Pickle._reduce,
    b"\x92": Pickle._new_with_keywords,
    b"o": Pickle._object,
    b"i": Pickle._instance,
    b"b": Pickle._build,
    b"c": Pickle._global,
    b"\x93": Pickle._stack_global,
    b"\x82": lambda self: self._extension(1),
    b"\x83": lambda self: self._extension(2),
    b"\x84": lambda self: self._extension(4),
    b"a": Pickle._append,
    b"e": lambda self: self._extend(self._to_mark(), pairs=False),
    b"\x90": lambda self: self._extend(self._to_mark(), pairs=False),
    b"s": Pickle._set_item,
    b"u": lambda self: self._extend(self._to_mark(), pairs=True),
    b"]": lambda self: self._make([]),
    b"}": lambda self: self._make(Map()),
    b"\x8f": lambda self: self._make([]),
    b"l": lambda self: self._make(self._to_mark()),
    b"d": lambda self: self._make(Map(self._to_mark())),
    b"\x91": lambda self: self._make(self._to_mark()),
    b")": lambda self: self._push(()),
    b"t": lambda self: self._push(tuple(self._to_mark())),
    b"\x85": lambda self: self._tuple(1),
    b"\x86": lambda self: self._tuple(2),
    b"\x87": lambda self: self._tuple(3),
    b"g": lambda self: self._get(int(self._line()[:12])),
    b"h": lambda self: self._get(self._number("<B")),
    b"j": lambda self: self._get(self._number("<I")),
    b"p": lambda self: self._put(int(self._line()[:12])),
    b"q": lambda self: self._put(self._number("<B")),
    b"r": lambda self: self._put(self._number("<I")),
    b"\x94": lambda self: self._put(len(self._memo)),
    b"\x80": lambda self: self._cursor.take(1),
    b"\x95": lambda self: self._cursor.take(8),
}
