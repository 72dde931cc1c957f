"""JSON of two levels, as headers and indexes of weights are: read entry by entry, so that a large one costs no more than its bytes.

A stranger's text of 16 MB can make gigabytes of lists. Here one entry at a time is handed on, and one is small or refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ...document.common import one_line
from ...messages import sentence

__all__ = ["Bad", "Object"]

_SPACE = re.compile(rb"[ \t\r\n]*")
_START_OF_STRING = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\u[0-9A-Fa-f]{4}|\\[^u]){0,4000}')
_SCALAR = re.compile(rb"-?[0-9][0-9eE.+-]{0,40}(?![0-9a-zA-Z.+-])|true|false|null")
_SMALL = re.compile(rb"\{[^{}]{0,4000}\}|\[[^\[\]{}]{0,4000}\]")
_MOST_KEY = 4000
_MOST_DIGITS = 20


class Bad(Exception):
    """A text that is not JSON as it should be: what is wrong with it (words for people), and at which byte."""

    def __init__(self, detail: str, at: int) -> None:
        self.detail = detail
        self.at = at
        super().__init__(detail)


def _pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(found)
    if len(result) != len(found):
        raise ValueError(sentence("weights.json-twice"))
    return result


def _number(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError(sentence("weights.json-digits"))
    return int(text)


def _constant(text: str) -> None:
    raise ValueError(text)


def _load(raw: bytes, at: int) -> Any:
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_pairs, parse_int=_number, parse_constant=_constant)
    except (ValueError, RecursionError) as reason:  # UnicodeDecodeError is one
        raise Bad(one_line(str(reason)).partition(":")[0].lower(), at) from None


class Object:
    """An object of JSON in ``raw``. Its members have to be read in order, each by one of the methods."""

    def __init__(self, raw: bytes, at: int = 0) -> None:
        self._raw = raw
        self.at = self._sign(at, b"{")

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._raw, at)
        return found.end() if found else at

    def _sign(self, at: int, sign: bytes) -> int:
        at = self._skip(at)
        if self._raw[at : at + 1] != sign:
            raise Bad(sentence("weights.json-sign", {"sign": sign.decode()}), at)
        return at + 1

    def members(self) -> Iterator[str]:
        """Every key. Before the next one is asked for, its value has to be read."""
        first = True
        while True:
            at = self._skip(self.at)
            if self._raw[at : at + 1] == b"}":
                self.at = at + 1
                return
            if not first:
                at = self._skip(self._sign(at, b","))
            first = False
            end = self._end_of_string(at)
            if end - at > _MOST_KEY:
                raise Bad(sentence("weights.json-key", {"limit": str(_MOST_KEY)}), at)
            self.at = self._sign(end, b":")
            yield str(_load(self._raw[at:end], at))

    def _end_of_string(self, at: int) -> int:
        """Where a text ends. No regular expression: those keep a mark for every escape, and a text can be one of escapes only."""
        if self._raw[at : at + 1] != b'"':
            raise Bad(sentence("weights.json-text"), at)
        end = at
        while True:
            end = self._raw.find(b'"', end + 1)
            if end < 0:
                raise Bad(sentence("weights.json-endless"), at)
            before = end
            while self._raw[before - 1] == 0x5C:
                before -= 1
            if (end - before) % 2 == 0:
                return end + 1

    def small(self) -> Any:
        """The value here: a number, true, false, null, a text, or a map or list without maps in it, of at most 4000 bytes."""
        at = self._skip(self.at)
        if self._raw[at : at + 1] == b'"':
            return self.text()
        found = _SMALL.match(self._raw, at) or _SCALAR.match(self._raw, at)
        if found is None:
            raise Bad(sentence("weights.json-value"), at)
        self.at = found.end()
        return _load(found[0], at)

    def text(self) -> str:
        """The text here; of a long one its first 4000 characters."""
        at = self._skip(self.at)
        self.at = self._end_of_string(at)
        short = self._raw[at : self.at] if self.at - at <= _MOST_KEY else self._start(at)
        return str(_load(short, at))

    def _start(self, at: int) -> bytes:
        found = _START_OF_STRING.match(self._raw, at)
        return (found[0] if found else b'"').decode("utf-8", "ignore").encode() + b'"'

    def inner(self) -> Object:
        """The object here. When all its keys have been read, hand it to :meth:`leave`."""
        return Object(self._raw, self.at)

    def leave(self, inner: Object) -> None:
        """Go on behind an object that was read."""
        self.at = inner.at

    def done(self) -> None:
        """Raises Bad if something other than space follows."""
        at = self._skip(self.at)
        if at != len(self._raw):
            raise Bad(sentence("weights.json-more"), at)
