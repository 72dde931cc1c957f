"""JSON: read by the standard library, held to the same limits, and searched for places only where they are needed."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from .common import Limits, PathTo, Places, error

__all__ = ["build", "places"]


class _Duplicate(Exception):
    def __init__(self, key: str) -> None:
        self.key = key


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Duplicate(key)
            seen.add(key)
    return result


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def build(source: bytes, path: str | None, limits: Limits) -> Any:
    """The data of a JSON text, numbers and booleans as they are written. Raises DocumentError."""
    text = source.decode("utf-8")
    try:
        data = json.loads(text, object_pairs_hook=_pairs, parse_int=str, parse_float=str, parse_constant=_no_constant)
    except json.JSONDecodeError as reason:
        raise error("document.syntax-json", path, (reason.lineno, reason.colno), detail=reason.msg.lower()) from None
    except _Duplicate as reason:
        raise error("document.duplicate-key", path, _duplicate_place(text, reason.key), key=reason.key) from None
    except RecursionError:
        raise error("document.too-deep", path, (1, 1), limit=str(limits.depth)) from None
    except ValueError as reason:
        raise error("document.json-constant", path, (1, 1), name=str(reason)) from None
    problem = _check(data, limits)
    if problem is not None:
        code, steps, params = problem
        raise error(code, path, places(source).get(steps, ((1, 1), (1, 1)))[0], **params)
    return _boolean(data) if isinstance(data, bool) else data


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _check(data: Any, limits: Limits) -> tuple[str, PathTo, dict[str, str]] | None:
    """Hold parsed JSON to the limits, and turn its booleans into text: level by level, so that depth costs nothing."""
    level: list[tuple[PathTo, Any]] = [((), data)]
    nodes = depth = 0
    while level:
        depth += 1
        nodes += len(level)
        if depth > limits.depth + 1:
            return "document.too-deep", level[0][0], {"limit": str(limits.depth)}
        if nodes > limits.nodes:
            return "document.too-many-nodes", level[0][0], {"limit": str(limits.nodes)}
        below: list[tuple[PathTo, Any]] = []
        for steps, value in level:
            if isinstance(value, str):
                if not _is_text(value):
                    return "document.surrogate", steps, {}
            elif isinstance(value, (dict, list)):
                pairs: list[tuple[Any, Any]] = list(value.items() if isinstance(value, dict) else enumerate(value))
                for key, item in pairs:
                    if key == "" or (isinstance(key, str) and not _is_text(key)):
                        return "document.surrogate" if key else "document.empty-key", (*steps, key), {}
                    if isinstance(item, bool):
                        value[key] = _boolean(item)
                    else:
                        below.append(((*steps, key), item))
        level = below
    return None


def _is_text(value: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _tokens(text: str) -> Iterator[tuple[str, int, str]]:
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', text):
        token = match.group()
        yield token[0] if token[0] in '{}[]:,"' else "a", match.start(), token


def _walk(text: str) -> Iterator[tuple[PathTo, int, int]]:
    """Every value's path, with the offsets of its key (or itself) and of itself."""
    here: list[str | int] = []
    maps: list[bool] = []
    key_at: int | None = None
    expect_key = False
    for kind, at, token in _tokens(text):
        if kind in "}]":
            maps.pop()
            if here:
                here.pop()
            expect_key = False
        elif kind == ",":
            if maps[-1]:
                expect_key = True
            else:
                here[-1] = int(here[-1]) + 1
        elif kind == ":":
            expect_key = False
        elif expect_key:
            here[-1], key_at = json.loads(token), at
        else:
            yield tuple(here), at if key_at is None else key_at, at
            key_at = None
            if kind in "{[":
                maps.append(kind == "{")
                here.append("" if kind == "{" else 0)
                expect_key = kind == "{"


def places(source: bytes) -> Places:
    """Where everything stands in a JSON text that :func:`build` can read."""
    text = source.decode("utf-8")
    lines = _line_starts(text)
    return {path: (_at(lines, key), _at(lines, value)) for path, key, value in _walk(text)}


def _duplicate_place(text: str, key: str) -> tuple[int, int]:
    seen: set[PathTo] = set()
    for path, at, _ in _walk(text):
        if path in seen and path and path[-1] == key:
            return _at(_line_starts(text), at)
        seen.add(path)
    return 1, 1


def _line_starts(text: str) -> list[int]:
    return [0, *(index + 1 for index, character in enumerate(text) if character == "\n")]


def _at(starts: list[int], offset: int) -> tuple[int, int]:
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1
