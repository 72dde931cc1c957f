"""Base models: where their cards are found, and in which order to judge them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .cards.findings import Finding
from .cards.reader import LoadedCard, load_card
from .errors import OsaidError, Problem
from .resources import bundled_path
from .shapes import at

__all__ = ["Library", "bases_first", "lineage_findings"]


class Library:
    """Cards by model id: those at hand first, then the bundled ones."""

    def __init__(self, at_hand: Iterable[LoadedCard] = (), find: Callable[[str], LoadedCard | None] | None = None) -> None:
        """``at_hand`` are cards in memory (the first of an id counts); ``find`` looks up others, before the bundled ones."""
        self._cards: dict[str, LoadedCard | None] = {}
        for card in at_hand:
            self._cards.setdefault(card.subject.id, card)
        self._find = find

    def card(self, identifier: str) -> LoadedCard | None:
        """The card of a model, or None."""
        if identifier not in self._cards:
            found = self._find(identifier) if self._find is not None else None
            if found is None:
                path = bundled_path("model_cards", identifier)
                try:
                    found = load_card(path) if path is not None else None
                except OsaidError:
                    found = None
            self._cards[identifier] = found
        return self._cards[identifier]


def bases_first(card: LoadedCard, library: Library) -> Iterator[list[str]]:
    """The ids of a card and of all models below it, bases before what was made from them, the card's own last.

    Models that were made from each other come together, as one ring; any other model is a ring of one.
    (Tarjan's strongly connected components, without recursion: a chain of base models can be long.)
    """
    root = card.subject.id
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []  # not yet in a ring
    in_waiting: set[str] = set()
    walk: list[tuple[str, Iterator[str]]] = []

    def enter(identifier: str) -> None:
        number[identifier] = lowest[identifier] = len(number)
        waiting.append(identifier)
        in_waiting.add(identifier)
        found = card if identifier == root else library.card(identifier)
        walk.append((identifier, iter(_bases(found) if found is not None else ())))

    enter(root)
    while walk:
        here, bases = walk[-1]
        base = next(bases, None)
        if base is None:
            walk.pop()
            if walk:
                above = walk[-1][0]
                lowest[above] = min(lowest[above], lowest[here])
            if lowest[here] == number[here]:
                ring = [waiting.pop()]
                while ring[-1] != here:
                    ring.append(waiting.pop())
                in_waiting.difference_update(ring)
                yield ring
        elif base not in number:
            enter(base)
        elif base in in_waiting:
            lowest[here] = min(lowest[here], number[base])


def lineage_findings(card: LoadedCard, library: Library) -> list[Finding]:
    """Base models that have no card, or that were made from this very model."""
    found = []
    rings = [ring for ring in bases_first(card, library) if card.subject.id in ring]
    for index, base in enumerate(_bases(card)):
        code = "finding.base-cycle" if any(base in ring for ring in rings) else "finding.base-missing"
        if code == "finding.base-cycle" or library.card(base) is None:
            place = at(card.document, ("model", "derived_from", index, "model"))
            severity = "error" if code == "finding.base-cycle" else "warning"
            found.append(Finding(severity, Problem(code, {"base": base[:80]}, place)))
    return found


def _bases(card: LoadedCard) -> list[str]:
    return [base["model"] for base in card.data["model"].get("derived_from") or ()]
