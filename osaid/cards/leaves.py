"""The values of a card one by one, each with the way to it; and which of them differ between two cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

__all__ = ["FactChange", "Steps", "by_name", "dotted", "fact_changes", "leaves"]

Steps = tuple[str | int, ...]

_NAMED_BY = ("name", "model")  # what tells the maps of a list apart: data sets by their name, base models by their model


class FactChange(NamedTuple):
    """A value of a card: added (before is null), removed (after is null) or changed."""

    path: Annotated[str, "The way to it, with dots. Data sets and base models stand under their names."]
    before: str | None
    after: str | None


def leaves(value: Any, path: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every value of a card with the way to it; an empty list or map counts as one."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def dotted(path: Steps) -> str:
    """The way to a value as one word: ``components.weights.license``."""
    return ".".join(map(str, path))


def by_name(card: Mapping[str, Any], path: Steps) -> Steps:
    """A way with the names of data sets and base models in place of their positions, as in :func:`fact_changes`."""
    value: Any = card
    steps: list[str | int] = []
    for step in path:
        inside = isinstance(value, list) and isinstance(step, int) and step < len(value)
        value = value[step] if inside else value.get(step) if isinstance(value, Mapping) else None
        names = [value[key] for key in _NAMED_BY if key in value] if inside and isinstance(value, Mapping) else []
        steps.append(names[0] if names else step)
    return tuple(steps)


def fact_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FactChange, ...]:
    """Every value that differs between two cards, in the order of the cards.

    Data sets and base models are matched by name, so that one more of them does not shift all others; a list of texts is one value.
    """
    was, now = dict(leaves(_matched(before))), dict(leaves(_matched(after)))
    return tuple(
        FactChange(dotted(path), _text(was.get(path)), _text(now.get(path)))
        for path in dict.fromkeys([*was, *now])
        if was.get(path) != now.get(path)
    )


def _matched(value: Any) -> Any:
    """A card with its lists turned into what can be compared by way: a map by name, or one value (a tuple)."""
    if isinstance(value, Mapping):
        return {key: _matched(item) for key, item in value.items()}
    if not isinstance(value, list) or not value:
        return value
    if all(isinstance(item, str) for item in value):
        return tuple(value)
    for key in _NAMED_BY:
        found = {item.get(key): _matched(item) for item in value if isinstance(item, dict)}
        if len(found) == len(value) and None not in found:
            return found
    return [_matched(item) for item in value]


def _text(value: Any) -> str | None:
    if isinstance(value, tuple):
        return ", ".join(value)
    return None if value is None else str(value)  # an empty list says something: derived_from: []
