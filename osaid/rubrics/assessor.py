"""Judges cards together with the models they were made from."""

from __future__ import annotations

from ..cards.reader import LoadedCard
from ..cards.vocabulary import vocabulary
from ..lineage import Library
from .assessment import Assessment
from .engine import BaseModel, assess
from .facts import Facts
from .rubric import Rubric

__all__ = ["Assessor"]

_MOST_DEPTH = 32


class Assessor:
    """Judges cards by one rubric, each base once."""

    def __init__(self, rubric: Rubric, library: Library | None = None) -> None:
        self.rubric = rubric
        self._library = library or Library()
        self._known: dict[str, Assessment] = {}
        self._cycles = 0

    def assess(self, card: LoadedCard) -> Assessment:
        """The judgement of a card, with its bases resolved in the library."""
        return self._assess(card, (card.subject.id,))

    def _assess(self, card: LoadedCard, chain: tuple[str, ...]) -> Assessment:
        facts = Facts(card.data)
        relations = vocabulary().relations
        bases = tuple(
            BaseModel(
                base["model"],
                base["relation"],
                relations[base["relation"]]["title"],
                relations[base["relation"]]["runs_on_base"] == "yes",
                *self._base(base["model"], chain),
            )
            for base in facts.derived_from or ()
        )
        return assess(card.subject, facts, self.rubric, bases)

    def _base(self, identifier: str, chain: tuple[str, ...]) -> tuple[str, Assessment | None]:
        if identifier in chain or len(chain) > _MOST_DEPTH:
            self._cycles += 1
            return "cycle", None
        if identifier in self._known:
            return "assessed", self._known[identifier]
        card = self._library.card(identifier)
        if card is None:
            return "missing", None
        before = self._cycles
        assessment = self._assess(card, (*chain, identifier))
        if self._cycles == before:  # a judgement that met a cycle depends on where it was asked from
            self._known[identifier] = assessment
        return "assessed", assessment
