"""Cards in the formats of other makers: one module each, found by name in :data:`FORMATS`.

A module has ``write(card)``, which gives the text. What the format could not hold is found by reading that text back: so the
list of losses is complete, whatever a module forgets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from ... import document
from ...licenses.expression import terms
from ..reader import LoadedCard, read_card

__all__ = ["FORMATS", "Export", "Loss", "export"]

FORMATS = {
    "osaid": "osaid",
    "mof": "mof",
    "huggingface": "huggingface",
    "cyclonedx": "cyclonedx",
    "spdx3": "spdx3",
}
"""Formats that can be written: their name on the command line and their module here."""

_Path = tuple[str | int, ...]
_NAMED = {"components", "evidence", "training_data", "statements"}  # maps whose keys are names


class Loss(NamedTuple):
    """A kind of statement that the format cannot hold: where it stands (``*`` for any name), how often, and an example."""

    what: str
    times: int
    example: str


class Export(NamedTuple):
    """A card in another format, and what is lost by it."""

    text: str
    losses: tuple[Loss, ...]


def export(card: LoadedCard, form: str) -> Export:
    """Write a card in a format of :data:`FORMATS`."""
    text: str = import_module(f".{FORMATS[form]}", __name__).write(card)
    kind = "markdown" if form == "huggingface" else None
    back = read_card(document.parse(text.encode(), format=kind), form)
    return Export(text, tuple(_losses(card.data, back.data)))


def _losses(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Loss]:
    kept = dict(_leaves(after, ()))
    lost: dict[str, tuple[int, str]] = {}
    for path, value in _leaves(before, ()):
        if path in kept and (kept[path] == value or (path[-1] == "license" and _same_terms(kept[path], value))):
            continue
        what = _pattern(path)
        count, example = lost.get(what, (0, f"{'.'.join(map(str, path))}: {value}"))
        lost[what] = (count + 1, example)
    for what, (count, example) in lost.items():
        yield Loss(what, count, example)


def _same_terms(one: str, other: str) -> bool:
    return terms(one).expression == terms(other).expression


def _leaves(value: Any, path: _Path) -> Iterator[tuple[_Path, Any]]:
    """Every value of a card with the way to it; an empty list or map counts as one."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path, value


def _pattern(path: _Path) -> str:
    """The way to a value with ``*`` for names and ``[]`` for positions. Evidence is named as one."""
    if path[0] == "evidence":
        return "evidence"
    if "evidence" in path:
        return "names of evidence"
    words = ["[]" if isinstance(step, int) else str(step) for step in path]
    if path[0] in _NAMED and len(words) > 1:
        words[1] = "*"
    if "description" in path or "listing" in path:
        words[3:4] = ["*"]
    return ".".join(words).replace(".[]", "[]")
