"""The evidence of a merged card: what an audit found now, beside what stands in the card already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..cards.marks import MARK, SEEN

__all__ = ["Evidence", "Found"]


class Found(NamedTuple):
    """While cards are merged, what stands in a claim for evidence that was found.

    ``mark`` is what its id is to begin with: MARK in a claim of the audit's own, SEEN in one of a person's.
    """

    mark: str
    name: str


class Evidence:
    """Gives what was found its ids in the card.

    Evidence that the card has already keeps its id and its date: facts that are read again unchanged change nothing. A person's claim is
    given evidence of the person's own, under another id or one that is there. Other evidence takes the place of an audit's of the same
    id, unless a claim that was kept still rests on that.
    """

    def __init__(self, found: Mapping[str, Mapping[str, str]]) -> None:
        self._found = found
        self._names: dict[Found, str] = {}

    def name(self, given: str | Found) -> str:
        """The id that evidence goes by in the card; empty for what was named and not given."""
        return self._names.get(given, "") if isinstance(given, Found) else given

    def settle(self, card: dict[str, Any]) -> dict[str, Any]:
        """Put ids in the claims of a card in place of what stands for them; the card's evidence then. What no claim names goes.

        Evidence that a person wrote stays, named or not.
        """
        known: dict[str, Any] = dict(card.get("evidence", {}))
        by_content: dict[Any, str] = {}
        for name in reversed(known):
            by_content[name.startswith(MARK), _content(known[name])] = name
        lists = [held for key, value in card.items() if key != "evidence" for held in _lists(value)]
        named = list(dict.fromkeys(name for held in lists for name in held))
        kept = {name for name in named if not isinstance(name, Found)}
        found = [given for given in named if isinstance(given, Found) and given.name in self._found]
        for given in found:  # all that is there already, before anything takes the place of something
            there = by_content.get((given.mark == MARK, self._content(given)))
            if there is not None:
                self._names[given] = there
                kept.add(there)
        new: dict[Any, str] = {}  # what says the same is one piece of evidence
        for given in found:
            key = given.mark, self._content(given)
            if given not in self._names and key not in new:
                new[key] = identifier = _identifier(given, known, kept)
                known[identifier] = dict(self._found[given.name])
                kept.add(identifier)
            self._names.setdefault(given, new.get(key, ""))
        for held in lists:
            held[:] = dict.fromkeys(name for given in held if (name := self.name(given)))
        used = {name for held in lists for name in held}
        return {name: entry for name, entry in known.items() if name in used or not name.startswith(MARK)}

    def _content(self, given: Found) -> frozenset[tuple[str, str]]:
        return _content(self._found[given.name])


def _identifier(given: Found, known: Mapping[str, Any], kept: set[str]) -> str:
    """An id for evidence that the card does not have, in the place of an audit's of that id on which nothing rests any more."""
    stem = given.mark + given.name.removeprefix(MARK)
    identifier, number = stem, 1
    while identifier in kept or (identifier in known and given.mark == SEEN):
        number += 1
        identifier = f"{stem}~{number}"
    return identifier


def _content(entry: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """What an entry says; when it was read is no part of it."""
    return frozenset((key, value) for key, value in entry.items() if key != "retrieved")


def _lists(value: Any) -> Iterator[list[Any]]:
    """All lists of evidence below a value."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "evidence" and isinstance(item, list):
                yield item
            else:
                yield from _lists(item)
    elif isinstance(value, list):
        for item in value:
            yield from _lists(item)
