"""All that a report says about one model: its card by several rubrics, what would change the verdict, terms, lineage, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from ..cards.reader import LoadedCard
from ..lineage import Library, ancestors
from ..rubrics.assessment import Assessment, Basis
from ..rubrics.assessor import Assessor
from ..rubrics.definition import Rubric
from ..rubrics.engine import basis_of
from ..rubrics.facts import Facts
from .outlook import Outlook, outlook
from .questionnaire import Question, questions
from .terms_table import TermsRow, terms_table

__all__ = ["Base", "Judged", "Review", "review", "up_the_line"]

_MOST_BASES = 100  # each is judged with all that is above it


class Judged(NamedTuple):
    """An assessment with the rubric that it was made by."""

    assessment: Assessment
    rubric: Rubric


class Base(NamedTuple):
    """A model further up the line.

    ``status`` is as in :class:`osaid.rubrics.assessment.LineageStep`, ``path`` where its card was read.
    """

    depth: int
    model: str
    name: str
    relation: str
    status: str
    verdict: str | None
    path: str | None


class Review(NamedTuple):
    """A model as a report shows it. ``main`` leads; ``others`` are the same card by other rubrics."""

    card: LoadedCard
    main: Judged
    others: tuple[Judged, ...]
    outlook: Outlook
    terms: tuple[TermsRow, ...]
    lineage: tuple[Base, ...]
    questions: tuple[Question, ...]
    sources: tuple[Basis, ...]  # all evidence that a report names
    numbers: Mapping[str, int]  # of the sources, by their ids, from 1

    @property
    def weights(self) -> TermsRow:
        """The terms of the weights: they have a row in any case."""
        return next(row for row in self.terms if row.kind == "parameters" and "weights" in row.parts)

    @property
    def all(self) -> tuple[Judged, ...]:
        """The card by every rubric, the leading one first."""
        return (self.main, *self.others)


def review(card: LoadedCard, assessors: Sequence[Assessor], library: Library) -> Review:
    """Judge a card by every assessor, of which the first leads, and gather what a report says. Bases are looked up in ``library``."""
    facts = Facts(card.data)
    main, *others = (Judged(assessor.assess(card, facts), assessor.rubric) for assessor in assessors)
    terms = terms_table(facts)
    named = dict.fromkeys([basis.id for basis in main.assessment.evidence] + [name for row in terms for name in row.evidence])
    return Review(
        card,
        main,
        tuple(others),
        outlook(*main),
        terms,
        tuple(up_the_line(card, assessors[0], library)),
        tuple(questions((main, *others))),
        tuple(basis_of(facts, name) for name in named),
        {name: number for number, name in enumerate(named, 1)},
    )


def up_the_line(card: LoadedCard, assessor: Assessor, library: Library) -> Iterator[Base]:
    """The models that a card's model was made from, up the line, each judged."""
    for base in islice(ancestors(card, library), _MOST_BASES):
        found = base.card
        verdict = assessor.assess(found).verdict.id if found is not None else None
        status = "assessed" if base.status == "found" else base.status
        name, path = (found.subject.name, found.subject.path) if found is not None else ("", None)
        yield Base(base.depth, base.model, name, base.relation, status, verdict, path)
