"""The data of a card as a merge walks through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..cards.findings import claims
from ..cards.leaves import FactChange, Steps, by_name, dotted, leaves
from .agree import says_nothing

__all__ = ["OF_STAGE", "in_its_order", "in_order", "inside", "prune", "said_by_claims", "text_of", "value_at"]

OF_STAGE = ("license", "evidence", "note")
"""A claim of a stage of training itself."""

_ORDER = ("osaid_card", "as_of", "model", "licenses", "components", "statements", "training_data", "evidence", "notes")


def said_by_claims(card: Mapping[str, Any]) -> Iterator[tuple[Steps, Mapping[str, Any]]]:
    """Every claim of a card that says something, with the way to it."""
    for at, claim in claims(card):
        said: Any = claim
        if at[0] == "licenses":
            given = card["licenses"][at[1]]
            said = {"license": given} if isinstance(given, str) else given
        elif len(at) == 2 and at[0] == "training_data":
            said = {key: card["training_data"][at[1]].get(key) for key in OF_STAGE}
        if any(not says_nothing(value) for key, value in said.items() if key not in ("evidence", "note", "where")):
            yield at, said


def text_of(value: Any) -> str:
    """A value as one text."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def inside(card: dict[str, Any], at: Steps) -> dict[str, Any]:
    """The map at a place of a card, made where it is missing."""
    for key in at:
        card = card.setdefault(str(key), {})
    return card


def prune(card: dict[str, Any], at: Steps, before: Mapping[str, Any]) -> None:
    """Take out maps on the way to a place that are empty and were not there."""
    ways = [at[: number + 1] for number in range(len(at))]
    for way in reversed(ways):
        if value_at(card, way) == {} and value_at(before, way) is None:
            del inside(card, way[:-1])[str(way[-1])]


def value_at(card: Any, at: Steps) -> Any:
    """What stands at a place of a card, or None."""
    for key in at:
        card = card.get(key) if isinstance(card, Mapping) else None
    return card


def in_order(card: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The card with its new parts where the format has them; those that were there keep their order."""
    keys = list(before)
    for key in _ORDER:
        if key in card and key not in keys:
            earlier = [keys.index(other) for other in _ORDER[: _ORDER.index(key)] if other in keys]
            keys.insert(max(earlier) + 1, key)
    return {key: card[key] for key in keys}


def in_its_order(changes: Sequence[FactChange], card: Mapping[str, Any]) -> list[FactChange]:
    """Changes in the order of the card that they made, so that those of one claim stand together.

    That an empty list or map is no longer empty goes without saying: what came into it is told.
    """
    places: dict[str, int] = {}
    for number, (path, _) in enumerate(leaves(card)):
        named = by_name(card, path)
        for length in range(1, len(named) + 1):
            places.setdefault(dotted(named[:length]), number)

    def place(change: FactChange) -> int:
        path = change.path
        while path not in places and "." in path:
            path = path.rpartition(".")[0]
        return places.get(path, -1)

    told = [change for change in changes if change.after is not None or change.before not in ("{}", "[]") or change.path not in places]
    return sorted(told, key=place)
