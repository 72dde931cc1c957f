"""What ``compare`` and ``diff`` read: cards and saved results, all as plain data judged by the same rubrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from ..cards.reader import LoadedCard, parse_card
from ..errors import DocumentError, OsaidError, Place, Problem, UsageError
from ..lineage import Library
from ..lineage import names as names_of
from ..reports import Failure
from ..results.plain_data import assessment_data
from ..results.saved import SAVED_LIMITS, Saved, looks_saved, read_saved
from ..rubrics.assessor import Assessor
from ..rubrics.rubric import Rubric, load_rubric, rubric_ids
from .common import complain
from .inputs import Input, expand, failure
from .rubrics import distinct, rubrics_named

__all__ = ["Assessed", "Side", "Yardstick", "assess", "read_side", "yardstick"]

_START = 4096
_Named = dict[str, list[tuple[str, LoadedCard]]]


class Side(NamedTuple):
    """What one argument gave.

    ``names`` are those of all its inputs; ``failures`` are inputs that could not be read: they have been complained about.
    """

    names: tuple[str, ...]
    read: list[tuple[Input, LoadedCard | Saved]]
    failures: list[Failure]

    @property
    def saved_rubrics(self) -> dict[str, None]:
        """The ids of the rubrics of its saved results; empty where it has cards only."""
        return {item["rubric"]["id"]: None for _, found in self.read if isinstance(found, Saved) for item in found.assessments}

    @property
    def has_cards(self) -> bool:
        """Whether there is anything to judge."""
        return any(isinstance(found, LoadedCard) for _, found in self.read)


class Yardstick(NamedTuple):
    """By which rubrics everything is compared: their ids, and those at hand by id."""

    ids: tuple[str, ...]
    rubrics: Mapping[str, Rubric]


class Assessed(NamedTuple):
    """An assessment as plain data; the card, where it was judged from one; and the name of its input."""

    data: Mapping[str, Any]
    card: LoadedCard | None
    name: str


def read_side(argument: str, form: str | None) -> Side:
    """Read all inputs of an argument. What cannot be read is told on standard error, and left out."""
    inputs, _ = expand([argument], form)
    side = Side(tuple(item.name for item in inputs), [], [])
    for item in inputs:
        try:
            found = _read(item)
        except OsaidError as error:
            side.failures.append(failure(item, error))
            continue
        if isinstance(found, Saved) and found.failures:
            complain(Problem("saved.had-failures", {"count": str(found.failures)}), item.name, "warning")
        side.read.append((item, found))
    return side


def _read(item: Input) -> LoadedCard | Saved:
    if item.raw is not None:
        raw = item.raw(item.name, SAVED_LIMITS)
        if looks_saved(raw[:_START], item.name):
            return read_saved(raw, item.name)
        return parse_card(raw, path=item.name, form=item.form)
    return item.card()


def yardstick(sides: Sequence[Side], names: tuple[str, ...]) -> Yardstick:
    """The rubrics that all sides are or can be judged by: those named, else those of the saved results, else the default.

    The rubric of a saved result is looked for among the bundled ones only: its id is a stranger's word, and no path. What is left out is
    told on standard error. Raises UsageError where two have the same id, or nothing is left; RubricError or DocumentError for a rubric
    that cannot be used.
    """
    given = [rubrics for side in sides if (rubrics := side.saved_rubrics)]
    named = distinct(rubrics_named(names)) if names or not given else ()
    at_hand = {rubric.id: rubric for rubric in named}
    wanted = at_hand if named else {identifier: None for rubrics in given for identifier in rubrics}
    common = [identifier for identifier in wanted if all(identifier in rubrics for rubrics in given)]
    if not common:
        told = "; ".join(", ".join(rubrics) for rubrics in ([dict.fromkeys(at_hand)] if named else []) + given)
        raise UsageError(Problem("compare.no-common-rubric", {"rubrics": told}))
    bundled = rubric_ids()
    at_hand |= {identifier: load_rubric(identifier) for identifier in common if identifier not in at_hand and identifier in bundled}
    if any(side.has_cards for side in sides):
        usable = [identifier for identifier in common if identifier in at_hand]
        if not usable:
            raise UsageError(Problem("compare.rubric-not-at-hand", {"ids": ", ".join(common), "known": ", ".join(bundled)}))
        common = usable
    if left_out := [identifier for identifier in wanted if identifier not in common]:
        complain(Problem("compare.rubric-left-out", {"ids": ", ".join(left_out)}), kind="warning")
    return Yardstick(tuple(common), at_hand)


def assess(sides: Sequence[Side], by: Yardstick) -> list[Assessed]:
    """Judge the cards of sides that belong together, and take what saved results say; by each rubric, in the order of the inputs.

    The card of a base model is looked for on the card's own side, then on the others, then among the bundled ones.
    """
    named = [_named(side) for side in sides]
    assessed: list[Assessed] = []
    for side, own in zip(sides, named, strict=True):
        library = Library(find=partial(_find, own, named))
        judges = [(by.rubrics[name], Assessor(by.rubrics[name], library)) for name in by.ids if name in by.rubrics]
        for item, found in side.read:
            if isinstance(found, LoadedCard):
                assessed += [Assessed(assessment_data(judge.assess(found), rubric), found, item.name) for rubric, judge in judges]
            else:
                kept = [data for data in found.assessments if data["rubric"]["id"] in by.ids]
                assessed += [Assessed(data, None, item.name) for data in kept]
    return assessed


def _named(side: Side) -> _Named:
    """The cards of a side by all names of their models, each with the name of its input."""
    found: _Named = {}
    for item, card in side.read:
        if isinstance(card, LoadedCard):
            for name in names_of(card.subject.id, card.data["model"]):
                found.setdefault(name, []).append((item.name, card))
    return found


def _find(own: _Named, everywhere: Sequence[_Named], identifier: str) -> LoadedCard | None:
    """The card of a model on the own side, else on any. Raises DocumentError where there are two: neither can be relied on."""
    found = own.get(identifier) or [card for side in everywhere for card in side.get(identifier, ())]
    if len(found) > 1:
        raise DocumentError(Problem("card.same-id", {"id": identifier, "other": found[0][0]}, Place(found[1][0])))
    return found[0][1] if found else None
