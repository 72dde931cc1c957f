"""What an audit changed in a card, by which rules, on which evidence, and what that did to the assessments. Typed values, for JSON too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from ..audit.merge import Change as Merge
from ..audit.merge import Conflict, Kind, Merged, Rule
from ..cards.leaves import by_name, dotted, fact_changes
from ..cards.reader import LoadedCard
from ..errors import Problem
from ..rubrics.assessment import Assessment, CriterionResult
from ..rubrics.definition import Rubric
from .answers import answer_places, places_of
from .changes import Change
from .diff import diff
from .places import place_of
from .plain_data import assessment_data
from .values import Outcome

__all__ = ["Effect", "FactUpdate", "Kept", "Piece", "Update", "update"]


class Piece(NamedTuple):
    """A piece of evidence."""

    id: str
    source: str
    locator: str
    retrieved: str
    says: str


class Effect(NamedTuple):
    """A criterion whose outcome moved."""

    rubric: Annotated[str, "Its id."]
    criterion: str
    title: str
    before: Outcome
    after: Outcome


class FactUpdate(NamedTuple):
    """A value of the card that was added (before is null), removed (after is null) or changed."""

    path: Annotated[str, "The way to it, with dots. Data sets and base models stand under their names."]
    before: str | None
    after: str | None
    rule: Rule
    why: Annotated[str, "The rule as a sentence."]
    evidence: tuple[Piece, ...]
    effects: Annotated[tuple[Effect, ...], "Criteria that moved and rest on this value."]


class Kept(NamedTuple):
    """Something found that the card says otherwise, and that was left as it is."""

    path: str
    said: Annotated[str, "What the card says; empty where it has no such entry."]
    found: str
    kind: Kind
    why: Annotated[str, "As a sentence."]
    hint: str
    line: Annotated[int | None, "Where the card says it."]
    evidence: tuple[Piece, ...]


class Update(NamedTuple):
    """All that merging did to a card."""

    same: Annotated[bool, "Nothing changed."]
    changes: tuple[FactUpdate, ...]
    kept: Annotated[tuple[Kept, ...], "The card says less than the files: these come first."]
    unseen: Annotated[tuple[str, ...], "Claims of an earlier audit that nothing was found of this time. They stay: absence proves nothing."]
    effects: Annotated[tuple[Effect, ...], "All criteria that moved, by rubric."]
    assessments: Annotated[tuple[Change, ...], "What changed in the assessment, one for each rubric."]


def update(card: LoadedCard, found: Mapping[str, Any], merged: Merged, judged: Sequence[tuple[Rubric, Assessment, Assessment]]) -> Update:
    """What merging ``found`` into ``card`` did. ``judged`` are the assessments before and after, by each rubric."""
    evidence, seen = merged.data.get("evidence", {}), found.get("evidence", {})
    moved = [item for rubric, before, after in judged for item in _moved(rubric, before, after, card.data, merged.data)]
    return Update(
        not merged.changes,
        tuple(_fact(change, evidence, moved) for change in merged.changes),
        tuple(_kept(conflict, seen, card) for conflict in merged.conflicts),
        merged.unseen,
        tuple(effect for effect, _ in moved),
        tuple(
            diff(assessment_data(before, rubric), assessment_data(after, rubric), rubric.best_first(), fact_changes(card.data, merged.data))
            for rubric, before, after in judged
        ),
    )


def _fact(change: Merge, evidence: Mapping[str, Any], moved: Iterable[tuple[Effect, frozenset[str]]]) -> FactUpdate:
    why = Problem(change.rule).message
    effects = tuple(effect for effect, places in moved if change.path in places or any(_within(change.path, place) for place in places))
    return FactUpdate(change.path, change.before, change.after, change.rule, why, tuple(_pieces(change.evidence, evidence)), effects)


def _kept(conflict: Conflict, evidence: Mapping[str, Any], card: LoadedCard) -> Kept:
    problem = Problem(conflict.kind)
    line = place_of(card, conflict.at).line
    pieces = tuple(_pieces(conflict.evidence, evidence))
    return Kept(conflict.path, conflict.said, conflict.found, conflict.kind, problem.message, problem.hint or "", line, pieces)


def _pieces(names: Iterable[str], evidence: Mapping[str, Any]) -> Iterator[Piece]:
    for name in names:
        if name in evidence:
            entry = evidence[name]
            yield Piece(name, entry["source"], entry.get("locator", ""), entry.get("retrieved", ""), entry.get("says", ""))


def _moved(
    rubric: Rubric, before: Assessment, after: Assessment, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[Effect, frozenset[str]]]:
    """Criteria whose outcome moved, with the values of the card that they rest on, before and after."""
    was, now = ({result.id: result for result in side.criteria} for side in (before, after))
    for identifier, result in now.items():
        if identifier in was and was[identifier].outcome is not result.outcome:
            places = {*_places(was[identifier], was, old), *_places(result, now, new)}
            title = rubric.criterion(identifier).title
            yield Effect(rubric.id, identifier, title, was[identifier].outcome.value, result.outcome.value), frozenset(places)


def _places(result: CriterionResult, results: Mapping[str, CriterionResult], data: Mapping[str, Any]) -> Iterator[str]:
    for place in answer_places(result, results, data):
        yield dotted(by_name(data, place))
    for reason in result.reasons:
        for place in places_of(reason, data):
            yield dotted(by_name(data, place))


def _within(path: str, place: str) -> bool:
    """Whether one way leads on from the other."""
    return path.startswith(place + ".") or place.startswith(path + ".")
