"""Base models: where their cards are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .cards.reader import LoadedCard, load_card
from .errors import OsaidError
from .resources import bundled_path

__all__ = ["Library"]


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
