"""Checks data against a published JSON Schema, with every problem in plain words and at its place.

The schema is compiled once into plain functions. Only the keywords that our schemas use are known; any other is an
error when compiling, so a schema can never say more than is checked. Acceptance is the same as jsonschema's and
pydantic's (a property test holds all three together); what differs is the cost and the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from .document import Document
from .document.common import MOST_PROBLEMS, short
from .errors import Place, Problem

__all__ = ["Shape", "at", "closest", "spell"]

_NOT_BLANK = r"[^ \t\r\n]"
# A path is a linked list (parent, key), so that walking costs one small tuple a step and nothing is joined without need.
_Path = Any
_Report = Callable[..., None]
_Check = Callable[[Any, _Path, _Report], None]

_NOTES = {"description", "examples", "$schema", "$id", "$defs", "title"}
_OBJECT = {"properties", "required", "additionalProperties", "propertyNames"}
_ARRAY = {"items", "minItems", "maxItems"}
_STRING = {"pattern", "minLength", "maxLength"}
_NUMBER = {"minimum", "maximum"}
_KNOWN = _NOTES | _OBJECT | _ARRAY | _STRING | _NUMBER | {"type", "enum", "const", "anyOf", "$ref"}


def closest(word: str, words: Iterable[str]) -> str | None:
    """The word among ``words`` that ``word`` was most likely meant to be, or None."""
    from difflib import get_close_matches

    by_folded = {re.sub(r"[\W_]+", "", other.lower()): other for other in words}
    found = get_close_matches(re.sub(r"[\W_]+", "", word[:200].lower()), by_folded, 1, 0.6)
    return by_folded[found[0]] if found else None


class _Enough(Exception):
    """Ends a walk that has found enough: a stranger's document may have a hundred thousand wrong keys."""


class Shape:
    """A compiled schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._defs: dict[str, Any] = schema.get("$defs", {})
        self._refs: dict[str, _Check] = {}
        self._check = self._compile(schema)

    def problems(self, document: Document) -> list[Problem]:
        """Everything in the document that does not fit, in order of place; an empty list if it fits."""
        return self._problems(document.data, document)

    def problems_in(self, data: Any) -> list[Problem]:
        """Everything in plain data that does not fit, without places."""
        return self._problems(data, None)

    def _problems(self, data: Any, document: Document | None) -> list[Problem]:
        found: list[tuple[str, _Path, bool, dict[str, str]]] = []

        def report(code: str, path: _Path, key: bool = False, /, **params: str) -> None:
            found.append((code, path, key, params))
            if len(found) >= MOST_PROBLEMS:
                raise _Enough

        with suppress(_Enough):
            self._check(data, None, report)
        problems = [
            Problem(code, {"where": spell(steps), **params}, at(document, steps, key=key))
            for code, path, key, params in found
            for steps in (_steps(path),)
        ]
        return sorted(problems, key=lambda problem: (problem.place.line or 0, problem.place.column or 0, problem.code))

    # Each compiled function takes a value, the path to it, and a function to report problems to.

    def _compile(self, schema: dict[str, Any]) -> _Check:
        if unknown := schema.keys() - _KNOWN:
            raise ValueError(f"schema keywords not known: {sorted(unknown)}")
        if "$ref" in schema:
            return self._ref(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            return self._any_of(schema["anyOf"])
        if "enum" in schema or "const" in schema:
            return _enum(schema.get("enum", [schema.get("const")]))
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        if types == ["object"]:
            return self._object(schema)
        if types == ["array"]:
            return self._array(schema)
        return _scalar(schema, frozenset(types))

    def _ref(self, name: str) -> _Check:
        if name not in self._refs:
            # Filled in below, so that a definition may refer to itself.
            self._refs[name] = self._later(name)
            self._refs[name] = self._compile(self._defs[name])
        return self._refs[name]

    def _later(self, name: str) -> _Check:
        def check(value: Any, path: _Path, report: _Report) -> None:
            self._refs[name](value, path, report)

        return check

    def _any_of(self, options: list[dict[str, Any]]) -> _Check:
        branches = [(self._types(option), self._compile(option)) for option in options]
        expected = _spell_types(sorted({kind for types, _ in branches for kind in types}))

        def check(value: Any, path: _Path, report: _Report) -> None:
            kind = _type_of(value)
            for types, branch in branches:
                if kind in types or (kind == "integer" and "number" in types):
                    branch(value, path, report)
                    return
            report("shape.type", path, expected=expected, found=_spell_types([kind]))

        return check

    def _types(self, schema: dict[str, Any]) -> frozenset[str]:
        if "$ref" in schema:
            return self._types(self._defs[schema["$ref"].rpartition("/")[2]])
        if "enum" in schema:
            return frozenset(_type_of(value) for value in schema["enum"])
        types = schema["type"]
        return frozenset([types] if isinstance(types, str) else types)

    def _object(self, schema: dict[str, Any]) -> _Check:
        checks = {name: self._compile(part) for name, part in schema.get("properties", {}).items()}
        required = tuple(schema.get("required", ()))
        other = schema.get("additionalProperties", True)
        other_check = self._compile(other) if isinstance(other, dict) else None
        name_check = _scalar(schema["propertyNames"], frozenset(["string"])) if "propertyNames" in schema else None
        # Most of a card is plain text under a known key: that is seen to without a call.
        texts = {name: most for name, part in schema.get("properties", {}).items() if (most := _plain_text(part))}
        names = _plain_text(schema.get("propertyNames", {}))

        def check(value: Any, path: _Path, report: _Report) -> None:
            if value.__class__ is not dict:
                report("shape.type", path, expected="a map", found=_spell_types([_type_of(value)]))
                return
            for key, item in value.items():
                most = texts.get(key)
                if most is not None and item.__class__ is str and 0 < len(item) <= most and item[0] > " ":
                    continue
                known = checks.get(key)
                if known is not None:
                    known(item, (path, key), report)
                elif other_check is not None:
                    if name_check is not None and not (0 < len(key) <= names and key[0] > " "):
                        name_check(key, (path, key), lambda code, at, /, **params: report(code, at, True, **params))
                    other_check(item, (path, key), report)
                elif other is False:
                    near = closest(str(key), checks)
                    code = "shape.unknown-key-near" if near else "shape.unknown-key"
                    report(code, (path, key), True, key=short(str(key)), near=near or "", known=", ".join(checks))
            for name in required:
                if name not in value:
                    report("shape.missing-key", path, key=name)

        return check

    def _array(self, schema: dict[str, Any]) -> _Check:
        item_check = self._compile(schema.get("items", {}))
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        text = _plain_text(schema.get("items", {}))

        def check(value: Any, path: _Path, report: _Report) -> None:
            if value.__class__ is not list:
                report("shape.type", path, expected="a list", found=_spell_types([_type_of(value)]))
                return
            if len(value) < least or (most is not None and len(value) > most):
                report("shape.list-length", path, least=str(least), most=str(most), found=str(len(value)))
            for index, item in enumerate(value):
                if not (text and item.__class__ is str and 0 < len(item) <= text and item[0] > " "):
                    item_check(item, (path, index), report)

        return check


def _plain_text(schema: dict[str, Any]) -> int:
    """The most characters of a schema that asks for text which is not blank; 0 for any other schema."""
    most: int = schema["maxLength"] if schema.get("pattern") == _NOT_BLANK and schema.get("minLength") == 1 else 0
    return most


def _enum(values: list[Any]) -> _Check:
    texts = frozenset(value for value in values if isinstance(value, str))
    others = [value for value in values if not isinstance(value, str)]
    choices = ", ".join(str(value) for value in dict.fromkeys(map(str, values)))

    def check(value: Any, path: _Path, report: _Report) -> None:
        if value.__class__ is str:
            if value not in texts:
                near = closest(value, texts)
                code = "shape.not-a-choice-near" if near else "shape.not-a-choice"
                report(code, path, value=short(str(value)), choices=choices, near=near or "")
        elif isinstance(value, bool) or value is None or not any(value == other for other in others):
            report("shape.not-a-choice", path, value=_spell_types([_type_of(value)]), choices=choices)

    return check


def _scalar(schema: dict[str, Any], types: frozenset[str]) -> _Check:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 1 << 62)
    search = _search(schema.get("pattern"))
    low, high = schema.get("minimum"), schema.get("maximum")
    expected_text = _spell_expected(schema)
    text = not types or "string" in types
    expected = _spell_types(sorted(types))

    def check(value: Any, path: _Path, report: _Report) -> None:
        if value.__class__ is str and text:
            if not least <= len(value) <= most:
                report("shape.empty" if not value else "shape.too-long", path, most=str(most), found=str(len(value)))
            elif search is not None and not search(value):
                blank = not value.strip()
                report("shape.empty" if blank else "shape.pattern", path, value=short(str(value)), expected=expected_text)
            return
        kind = _type_of(value)
        if types and kind not in types and not (kind == "integer" and "number" in types):
            report("shape.empty" if value is None else "shape.type", path, expected=expected, found=_spell_types([kind]))
        elif kind in ("integer", "number") and ((low is not None and value < low) or (high is not None and value > high)):
            report("shape.range", path, value=short(str(value)), least=str(low), most=str(high))

    return check


def _search(pattern: str | None) -> Callable[[str], Any] | None:
    """A test for a pattern. The one that every text has to pass, "not blank", is done without a regular expression."""
    if pattern == _NOT_BLANK:
        return lambda value: value.strip(" \t\r\n")
    return re.compile(pattern).search if pattern is not None else None


def _type_of(value: Any) -> str:
    if value.__class__ is str:
        return "string"
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return "array"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    return "number"


_SPELLED = {"object": "a map", "array": "a list", "string": "text", "null": "nothing", "integer": "a number", "boolean": "true or false"}


def _spell_types(types: list[str]) -> str:
    if "string" in types:  # every scalar is text to a writer of YAML
        types = [kind for kind in types if kind not in ("number", "integer", "boolean")]
    return " or ".join(dict.fromkeys(_SPELLED.get(kind, "a number") for kind in types))


def _spell_expected(schema: dict[str, Any]) -> str:
    about = str(schema.get("description", "")).rstrip(".")
    if "examples" in schema:
        about += ("; " if about else "") + "for example " + " or ".join(schema["examples"])
    return about or "text that matches " + str(schema.get("pattern", "")).replace(r"(?![\s\S])", "$")


def _steps(path: _Path) -> tuple[str | int, ...]:
    steps: list[str | int] = []
    while path is not None:
        path, key = path
        steps.append(key)
    return tuple(reversed(steps))


def spell(steps: tuple[str | int, ...]) -> str:
    """The steps from the top of a document as a reader writes them: ``terms[0].license``."""
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{short(str(step))}" if text else short(str(step))
    return text or "the top level"


def at(document: Document | None, steps: tuple[str | int, ...], *, key: bool = False) -> Place:
    """The place of a value, or an empty place where there is no document."""
    return document.place(steps, key=key) if document is not None else Place()
