"""The judgement as two functions, for use as a library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .cards.reader import LoadedCard, from_mapping
from .lineage import Library
from .rubrics.assessment import Assessment
from .rubrics.assessor import Assessor
from .rubrics.rubric import DEFAULT_RUBRIC, Rubric, load_rubric

if TYPE_CHECKING:
    from .cards.model import Card

__all__ = ["assess", "assess_all"]


def assess(
    card: LoadedCard | Card | Mapping[str, Any], rubric: Rubric | str = DEFAULT_RUBRIC, library: Library | None = None
) -> Assessment:
    """Judge one card.

    ``card`` is what :func:`osaid.load_card` gives, pydantic models, or plain data; ``rubric`` a rubric, its id or its
    file; ``library`` knows the cards of base models (default: the bundled ones).
    Raises CardError for plain data that is no card, RubricError or DocumentError for a rubric that cannot be used.
    """
    loaded = card if isinstance(card, LoadedCard) else from_mapping(card)
    return Assessor(rubric if isinstance(rubric, Rubric) else load_rubric(rubric), library).assess(loaded)


def assess_all(cards: Iterable[LoadedCard], rubric: Rubric | str = DEFAULT_RUBRIC) -> Iterator[Assessment]:
    """Judge cards in their order. Base models are looked for among the cards, then among the bundled ones."""
    cards = list(cards)
    assessor = Assessor(rubric if isinstance(rubric, Rubric) else load_rubric(rubric), Library(cards))
    return map(assessor.assess, cards)
