"""JSON: read by the standard library, held to the same limits, and searched for places only where they are needed."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any

from ..errors import DocumentError, Place, Problem
from .common import MOST_PROBLEMS, Limits, PathTo, Places, error, short

__all__ = ["build", "places"]

_CONSTANTS = ("NaN", "Infinity", "-Infinity")
_MOST_DEPTH = 500  # the standard library gives up somewhere above
_MOST_DIGITS = 18


def build(source: bytes, path: str | None, limits: Limits, *, typed: bool = False) -> Any:
    """The data of a JSON text, numbers and booleans as they are written; with ``typed`` as numbers and booleans.

    Raises DocumentError with everything that is wrong (a syntax error ends the search).
    """
    doubtful = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubtful
        result = dict(found)
        doubtful = doubtful or len(result) != len(found)
        return result

    def constant(name: str) -> None:
        nonlocal doubtful
        doubtful = True

    text = source.decode("utf-8")
    try:
        number: Callable[[str], Any] = _number if typed else str
        data = json.loads(text, object_pairs_hook=pairs, parse_int=number, parse_float=number, parse_constant=constant)
    except json.JSONDecodeError as reason:
        raise error("document.syntax-json", path, (reason.lineno, reason.colno), detail=reason.msg.lower()) from None
    except RecursionError:
        limit = min(limits.depth, _MOST_DEPTH)
        raise DocumentError(_problems(text, path, limits._replace(depth=limit))[-1]) from None
    if isinstance(data, bool):
        return data if typed else _boolean(data)
    if doubtful or not _fits(data, limits, typed):
        raise DocumentError(_problems(text, path, limits))
    return data


def _number(text: str) -> int | float:
    """A number. What is too long to be counted with is read with the precision of a float: never a bomb, at most infinite."""
    return int(text) if len(text) <= _MOST_DIGITS and text.lstrip("-").isdigit() else float(text)


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _fits(data: Any, limits: Limits, typed: bool) -> bool:
    """Whether data keeps to the limits. Turns booleans into text, unless ``typed``: level by level, so that depth costs nothing."""
    events, depth = 1, -1
    level = [data] if isinstance(data, (dict, list)) else []
    if isinstance(data, str) and not _is_text(data):
        return False
    while level:
        depth += 1
        below: list[Any] = []
        for value in level:
            events += 1 + len(value) * (2 if isinstance(value, dict) else 1)
            if events > 2 * limits.nodes or depth > limits.depth:
                return False
            pairs: list[tuple[Any, Any]] = list(value.items() if isinstance(value, dict) else enumerate(value))
            for key, item in pairs:
                if key == "" or (isinstance(key, str) and not _is_text(key)):
                    return False
                if isinstance(item, bool):
                    value[key] = item if typed else _boolean(item)
                elif isinstance(item, (dict, list)):
                    below.append(item)
                elif isinstance(item, str) and not _is_text(item):
                    return False
        level = below
    return True


def _is_text(value: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _problems(text: str, path: str | None, limits: Limits) -> list[Problem]:
    """Everything that is wrong with a JSON text of good syntax, in order of place."""
    lines = _line_starts(text)
    found: list[Problem] = []

    def add(code: str, at: int, **params: str) -> None:
        found.append(Problem(code, params, Place(path, *_at(lines, at))))

    events = 0  # counted as YAML's: a map or list has two
    keys: list[set[str]] = []  # of the maps around a value, one set a level
    for here, key_at, at, token in _walk(text):
        depth, key = len(here), here[-1] if here else 0
        container = token in ("{", "[")
        events += (1 if isinstance(key, int) else 2) + container
        if container and depth > limits.depth:
            add("document.too-deep", at, limit=str(limits.depth))
            return found
        if events > 2 * limits.nodes:
            add("document.too-many-nodes", at, limit=str(limits.nodes))
            return found
        if isinstance(key, str):
            del keys[depth:]
            keys.extend(set() for _ in range(depth - len(keys)))
            if key in keys[-1]:
                add("document.duplicate-key", key_at, key=short(key))
            elif not _is_text(key):
                add("document.surrogate", key_at)
            elif not key:
                add("document.empty-key", key_at)
            keys[-1].add(key)
        else:
            del keys[depth:]
        if token in _CONSTANTS:
            add("document.json-constant", at, name=token)
        elif token[0] == '"' and not _is_text(json.loads(token)):
            add("document.surrogate", at)
        if len(found) >= MOST_PROBLEMS:
            return found
    return found or [Problem("document.too-deep", {"limit": str(limits.depth)}, Place(path, 1, 1))]


_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def _walk(text: str) -> Iterator[tuple[list[str | int], int, int, str]]:
    """Every value: the way to it, the offsets of its key (or itself) and of itself, and its first token.

    The way is one list that goes on changing: a copy for each value of a deep text would be a bomb.
    """
    here: list[str | int] = []
    maps: list[bool] = []
    key_at: int | None = None
    expect_key = False
    for match in _TOKEN.finditer(text):
        sign, at = match.group(), match.start()
        if sign in ("}", "]"):
            maps.pop()
            here.pop()
            expect_key = False
        elif sign == ",":
            if maps[-1]:
                expect_key = True
            else:
                here[-1] = int(here[-1]) + 1
        elif sign == ":":
            expect_key = False
        elif expect_key:
            here[-1], key_at = json.loads(sign), at
        else:
            yield here, at if key_at is None else key_at, at, sign
            key_at = None
            if sign in ("{", "["):
                maps.append(sign == "{")
                here.append("" if sign == "{" else 0)
                expect_key = sign == "{"


def places(source: bytes) -> Places:
    """Where everything stands in a JSON text that :func:`build` can read."""
    text = source.decode("utf-8")
    lines = _line_starts(text)
    found: dict[PathTo, tuple[tuple[int, int], tuple[int, int]]] = {}
    for path, key, value, _ in _walk(text):
        found[tuple(path)] = (_at(lines, key), _at(lines, value))
    return found


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _at(starts: list[int], offset: int) -> tuple[int, int]:
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1
