"""Judges cards together with the models they were made from."""

from __future__ import annotations

from collections.abc import Collection

from ..cards.reader import LoadedCard
from ..cards.vocabulary import vocabulary
from ..lineage import Library, bases_first
from .assessment import Assessment
from .definition import Rubric
from .engine import BaseModel, assess
from .facts import Facts

__all__ = ["Assessor"]


class Assessor:
    """Judges cards by one rubric, each base once. What a card gets does not depend on what was judged before it."""

    def __init__(self, rubric: Rubric, library: Library | None = None) -> None:
        self.rubric = rubric
        self._library = library or Library()
        self._known: dict[str, Assessment] = {}

    def assess(self, card: LoadedCard) -> Assessment:
        """The judgement of a card, with its bases resolved in the library."""
        facts = Facts(card.data)
        if not facts.derived_from:
            return assess(card.subject, facts, self.rubric)
        ring: Collection[str] = ()
        for ring in bases_first(card, self._library):
            if card.subject.id not in ring:
                for identifier in ring:
                    base = self._library.card(identifier) if identifier not in self._known else None
                    if base is not None:
                        self._known[identifier] = self._judge(base, Facts(base.data), ring)
        return self._judge(card, facts, ring)

    def _judge(self, card: LoadedCard, facts: Facts, ring: Collection[str]) -> Assessment:
        """``ring`` are the models that this one was made from and that were made from it, and itself."""
        relations = vocabulary().relations
        bases = []
        for base in facts.derived_from or ():
            relation, assessment = relations[base["relation"]], None
            status = "cycle" if base["model"] in ring else "missing"
            if status == "missing" and base["model"] in self._known:
                status, assessment = "assessed", self._known[base["model"]]
            runs_on_base = relation["runs_on_base"] == "yes"
            bases.append(BaseModel(base["model"], base["relation"], relation["title"], runs_on_base, status, assessment))
        return assess(card.subject, facts, self.rubric, tuple(bases))
