"""Where in its file a card says something."""

from __future__ import annotations

from ..cards.importers import FORMATS
from ..cards.reader import LoadedCard
from ..errors import Place

__all__ = ["place_of"]


def place_of(card: LoadedCard, at: tuple[str | int, ...]) -> Place:
    """The place of what stands at ``at`` in a card; where that is nowhere, of the model's id.

    Of a card in another format only its file is known: the ways are those in a card of ours.
    """
    if card.document is None or card.subject.format in FORMATS:
        return Place(card.subject.path)
    return card.document.place(at or ("model", "id"))
