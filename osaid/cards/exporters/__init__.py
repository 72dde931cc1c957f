"""Cards in the formats of other makers: one module each, found by name in :data:`FORMATS`.

A module has ``write(card)``, which gives the text. What the format could not hold is found by reading that text back: so the
list of losses is complete, whatever a module forgets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from ... import document
from ...document import DEFAULT_LIMITS
from ...errors import Problem, UsageError
from ...licenses.expression import terms
from ..leaves import Steps, dotted, leaves
from ..reader import LoadedCard, read_card, syntax

__all__ = ["FORMATS", "Export", "Loss", "export"]

FORMATS = {
    "osaid": "osaid",
    "mof": "mof",
    "huggingface": "huggingface",
    "cyclonedx": "cyclonedx",
    "spdx3": "spdx3",
}
"""Formats that can be written: their name on the command line and their module here."""

_NAMED = {"components", "evidence", "training_data", "statements"}  # maps whose keys are names


class Loss(NamedTuple):
    """A kind of statement that does not come through: where it stands (``*`` for any name), how often, and an example.

    ``kind`` is lost (the format has no place for it), changed (it says something else) or added (it says what the card does not).
    """

    kind: str
    what: str
    times: int
    example: str


class Export(NamedTuple):
    """A card in another format, and what does not come through."""

    text: str
    losses: tuple[Loss, ...]


def export(card: LoadedCard, form: str) -> Export:
    """Write a card in a format of :data:`FORMATS`. Raises UsageError if the text would be larger than what is read."""
    text: str = import_module(f".{FORMATS[form]}", __name__).write(card)
    raw = text.encode()
    if len(raw) > DEFAULT_LIMITS.bytes:
        raise UsageError(Problem("convert.too-large", {"size": str(len(raw)), "limit": str(DEFAULT_LIMITS.bytes), "format": form}))
    back = read_card(document.parse(raw, format=syntax(form, None)), form)
    return Export(text, tuple(_losses(card.data, back.data)))


def _losses(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Loss]:
    """What is changed is told one by one, the rest by its kind of place."""
    had, has = dict(leaves(before)), dict(leaves(after))
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for path, value in had.items():
        if value in _SAYS_NOTHING:
            continue
        now = has.get(path, "unknown")
        if now == value or (path[-1] == "license" and _same_terms(now, value)):
            continue
        if now in _SAYS_NOTHING or "evidence" in path:
            _count(found, "lost", _pattern(path), f"{dotted(path)}: {value}")
        else:
            _count(found, "changed", dotted(path), f"{value} becomes {now}")
    for path, value in has.items():
        if path not in had and value not in _SAYS_NOTHING and path[0] != "osaid_card" and "evidence" not in path:
            _count(found, "added", _pattern(path), f"{dotted(path)}: {value}")
    for (kind, what), (times, example) in found.items():
        yield Loss(kind, what, times, example)


_SAYS_NOTHING: tuple[Any, ...] = ("unknown", {}, [])


def _count(found: dict[tuple[str, str], tuple[int, str]], kind: str, what: str, example: str) -> None:
    times, first = found.get((kind, what), (0, example))
    found[kind, what] = times + 1, first


def _same_terms(one: str, other: str) -> bool:
    return terms(one).expression == terms(other).expression


def _pattern(path: Steps) -> str:
    """The way to a value with ``*`` for names and ``[]`` for positions. Evidence is named as one, and so are locations."""
    if path[0] in ("evidence", "locations"):
        return str(path[0])
    if "evidence" in path:
        return "names of evidence"
    words = ["[]" if isinstance(step, int) else str(step) for step in path]
    if path[0] in _NAMED and len(words) > 1:
        words[1] = "*"
    if "description" in path or "listing" in path:
        words[3:4] = ["*"]
    return ".".join(words).replace(".[]", "[]")
