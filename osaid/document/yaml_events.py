"""YAML: libyaml's events, built iteratively into dicts, lists and text."""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml import events

from ..errors import DocumentError, Place, Problem
from .common import MOST_PROBLEMS, Limits, PathTo, Places, error, line_column, short

__all__ = ["build", "places"]

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_NO_KEYS = frozenset(("", "<<"))


def _parser(source: bytes) -> Any:
    try:
        from yaml._yaml import CParser
    except ImportError:  # a build of PyYAML without libyaml: the same events, more slowly
        return yaml.Loader(source)
    return CParser(source)


# Problems that leave the rest of a document as it was meant.
_HARMLESS = {"document.duplicate-key", "document.anchor", "document.tag", "document.empty-key", "document.merge-key"}


def build(source: bytes, path: str | None, offset: int, limits: Limits) -> tuple[Any, list[Problem]]:
    """The data of a YAML text, and what is wrong with it but leaves the rest readable; ``offset`` lines stand before it in its file.

    Raises DocumentError with everything that is wrong where the rest cannot be relied on (a syntax error ends the search).
    """
    root = None
    doubts = _Doubts(path, offset)
    try:
        parser = _parser(source)  # the Python parser reads ahead: what it cannot read is found here
        parser.get_event()  # the start of the stream
        if type(parser.get_event()) is events.StreamEndEvent:
            raise error("document.empty", path, (1 + offset, 1))
        # Without one of these signs there is no anchor, alias or tag to look for.
        marked = b"&" in source or b"*" in source or b"!" in source
        root = _build(parser, doubts, limits, marked)
        if not doubts.problems:
            parser.get_event()  # the end of the document
            event = parser.get_event()
            if type(event) is not events.StreamEndEvent:
                doubts.add("document.second", event)
    except _Enough:
        pass
    except yaml.YAMLError as reason:
        doubts.problems.append(_syntax(reason, source, path, offset))
    if not all(problem.code in _HARMLESS for problem in doubts.problems) or len(doubts.problems) >= MOST_PROBLEMS:
        raise DocumentError(doubts.problems)
    if doubts.problems:
        _drop_refused_keys(root)
    return root, doubts.problems


def _drop_refused_keys(root: Any) -> None:
    """Take out what stood under keys that were refused."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            for key in [key for key in node if key.startswith("\0")]:
                del node[key]
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


class _Enough(Exception):
    """So much is wrong that there is no use in looking further."""


class _Doubts:
    """Gathers what is wrong, off the path of documents that are fine."""

    def __init__(self, path: str | None, offset: int) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._offset = offset

    def add(self, code: str, event: Any, **params: str) -> None:
        mark = event.start_mark
        self.problems.append(Problem(code, params, Place(self._path, mark.line + 1 + self._offset, mark.column + 1)))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Enough

    def node(self, event: Any) -> None:
        """An alias, an anchor or a tag."""
        if isinstance(event, events.AliasEvent):
            self.add("document.alias", event, name=short(str(event.anchor)))
        elif event.anchor is not None:
            self.add("document.anchor", event, name=short(event.anchor))
        else:
            self.add("document.tag", event, name=short(event.tag))

    def key(self, value: Any, event: Any, current: dict[str, Any]) -> str:
        """A key that is no new, plain word. Gives a name under which the walk can go on."""
        if isinstance(event, events.AliasEvent):
            pass  # told already
        elif value.__class__ is not str:
            self.add("document.complex-key", event)
        elif not value:
            self.add("document.empty-key", event)
        elif value == "<<":
            self.add("document.merge-key", event)
        else:
            self.add("document.duplicate-key", event, key=short(value))
        return f"\0{len(current)}"


def _build(parser: Any, doubts: _Doubts, limits: Limits, marked: bool) -> Any:
    """One document. This loop is the price of every value of every card: it stays one function."""
    scalar, map_start, map_end, list_start = events.ScalarEvent, events.MappingStartEvent, events.MappingEndEvent, events.SequenceStartEvent
    list_end, alias, nulls = events.SequenceEndEvent, events.AliasEvent, _NULLS
    get = parser.get_event
    # The container being filled, whether it is a map, the key that waits for its value; and those around it.
    current: Any = None
    in_map, key = False, None
    stack: list[tuple[Any, bool, str | None]] = []
    root: list[Any] = []
    left = 2 * limits.nodes  # events: a map or list has two
    while True:
        event = get()
        kind = type(event)
        left -= 1
        if kind is scalar:
            value: Any = event.value
        elif kind is map_end or kind is list_end:
            current, in_map, key = stack.pop()
            if stack:
                continue
            return root[0]
        else:
            value = {} if kind is map_start else [] if kind is list_start else None
            if len(stack) > limits.depth:
                return _give_up(doubts, event, limits, left)
        if marked and (kind is alias or event.anchor is not None or event.tag is not None):
            doubts.node(event)
        if left < 0:
            return _give_up(doubts, event, limits, left)
        if in_map and key is None:
            key = value if value.__class__ is str and value not in current and value not in _NO_KEYS else doubts.key(value, event, current)
            if kind is scalar or kind is alias:
                continue
            # A map or list as a key: what is in it is read over, and dropped with the rest.
        else:
            if kind is scalar and value in nulls and event.implicit[0]:
                value = None
            if in_map:
                current[key] = value
                key = None
            else:
                (root if current is None else current).append(value)
        if kind is map_start or kind is list_start:
            stack.append((current, in_map, key))
            current, in_map, key = value, kind is map_start, None
        elif not stack:
            return root[0]


def _give_up(doubts: _Doubts, event: Any, limits: Limits, left: int) -> None:
    if left < 0:
        doubts.add("document.too-many-nodes", event, limit=str(limits.nodes))
    else:
        doubts.add("document.too-deep", event, limit=str(limits.depth))


def _syntax(reason: Any, source: bytes, path: str | None, offset: int) -> Problem:
    """What libyaml says, as one of our codes. A quote that is never closed is told where it opens."""
    mark, context = getattr(reason, "problem_mark", None), getattr(reason, "context_mark", None)
    detail = str(getattr(reason, "problem", None) or getattr(reason, "reason", None) or "not YAML")
    code = "document.syntax"
    if context is not None and "end of stream" in detail and "quoted scalar" in str(getattr(reason, "context", "")):
        code, mark = "document.open-quote", context
    elif mark is not None and "cannot start any token" in detail and _character(source, mark) == "\t":
        code = "document.tab"
    elif detail.startswith(("did not find expected key", "did not find expected '-'", "mapping values are not allowed")):
        code = "document.indentation" if detail.startswith("did not") else code
    mark = mark or context
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else _forbidden(source)
    return Problem(code, {"detail": detail}, Place(path, line + offset, column))


def _character(source: bytes, mark: Any) -> str:
    lines = source.decode("utf-8", "replace").split("\n")
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""


_FORBIDDEN = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _forbidden(source: bytes) -> tuple[int, int]:
    """Where the first character stands that YAML does not allow: of these libyaml tells no line."""
    text = source.decode("utf-8")
    found = _FORBIDDEN.search(text)
    return line_column(text[: found.start() if found else 0].encode(), len(source))


def places(source: bytes) -> Places:
    """Where everything stands in a YAML text that :func:`build` can read."""
    found: Places = {}
    parser = _parser(source)
    get = parser.get_event
    get(), get()
    here: PathTo = ()
    stack: list[tuple[PathTo, bool, int]] = []
    in_map, index = False, 0
    key_at: tuple[int, int] | None = None
    while True:
        event = get()
        if isinstance(event, events.CollectionEndEvent):
            here, in_map, index = stack.pop()
        else:
            at = (event.start_mark.line + 1, event.start_mark.column + 1)
            if in_map and key_at is None:
                key_at, here = at, (*here, event.value)
                continue
            path = here if (in_map or not stack) else (*here, index)
            found[path] = (key_at or at, at)
            index += 1
            key_at = None
            if isinstance(event, events.CollectionStartEvent):
                stack.append((here[:-1] if in_map else here, in_map, index))
                here, in_map, index = path, isinstance(event, events.MappingStartEvent), 0
                continue
            if in_map:
                here = here[:-1]
        if not stack:
            break
    return found
