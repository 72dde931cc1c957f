"""``osaid diff``: what changed between two states of a model, or of many."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from .. import __version__
from ..cards.leaves import fact_changes
from ..errors import OsaidError, Place, Problem, UsageError
from ..reports import Failure
from ..reports.diff_page import page
from ..reports.pages import FORMATS, as_json, show
from ..results.changes import DIFF_VERSION, Change, Difference
from ..results.diff import Pairs, diff, pairs
from .common import EXIT_INPUT, complain, fail, from_option, output, width
from .inputs import keep
from .rubrics import rubric_option
from .sides import Assessed, Side, Yardstick, assess, read_side, yardstick


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@rubric_option
@from_option
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", help="Form of the result. [default: table]")
@click.option("-o", "--output", "target", metavar="FILE", help="Write to a file, whole or not at all.")
def command(old: str, new: str, names: tuple[str, ...], source: str | None, form: str, target: str | None) -> None:
    """Say what changed between OLD and NEW, whether the verdict moved, and because of what.

    OLD and NEW are cards (a file, a folder, - for standard input, the id of a bundled card) or results saved with score
    --format json or jsonl. Models are matched by their id; one against one is compared whatever the ids. A card beside a saved
    result is judged by the rubric of that result. Exit status 0 whether or not anything changed.
    """
    try:
        if old == new == "-":
            raise UsageError(Problem("compare.stdin-twice", {}, Place("-")))
        sides = [read_side(name, source) for name in (old, new)]
        keep([*names, *(name for side in sides for name in side.names)], target)
        difference = _difference(sides, names) if all(side.read for side in sides) else None
        failures = [failure for side in sides for failure in side.failures]
        if difference is None and not failures:
            raise UsageError(Problem("diff.nothing-in-common"))
        if form == "json":
            found = difference or Difference((), (), ())
            parts = {"changes": found.changes, "added": found.added, "removed": found.removed}
            output(as_json(DIFF_VERSION, parts, failures, __version__), target)
        elif difference is not None:
            unread = (len(sides[0].failures), len(sides[1].failures))
            output(show(form, page(difference, unread), width()), target)
    except OsaidError as error:
        fail(error)
    if failures:
        sys.exit(EXIT_INPUT)


def _difference(sides: list[Side], names: tuple[str, ...]) -> Difference | None:
    """What changed between two sides; None where they have no model in common."""
    by = yardstick(sides, names)
    assessed = [_each_once(assess([side], by), side) for side in sides]
    found = pairs(*([item.data for item in items] for items in assessed))
    for model in found.apart:
        complain(Problem("diff.apart", {"id": model.id}), kind="warning")
    return Difference(tuple(_changes(found, assessed, by)), found.added, found.removed) if found.both else None


def _each_once(items: list[Assessed], side: Side) -> list[Assessed]:
    """Of two assessments of one model by one rubric the first. The other is an input that cannot be used."""
    found: dict[tuple[str, str], Assessed] = {}
    told: set[tuple[str, str]] = set()
    for item in items:
        model = item.data["subject"]["id"]
        first = found.setdefault((model, item.data["rubric"]["id"]), item)
        if first is not item and (model, item.name) not in told:
            told.add((model, item.name))
            problem = Problem("card.same-id", {"id": model, "other": first.name}, Place(item.name))
            side.failures.append(Failure(item.name, (problem,)))
            complain(problem)
    return list(found.values())


def _changes(found: Pairs, assessed: list[list[Assessed]], by: Yardstick) -> Iterator[Change]:
    cards = [{item.data["subject"]["id"]: item.card for item in items} for items in assessed]
    for old, new in found.both:
        before, after = (side[data["subject"]["id"]] for side, data in zip(cards, (old, new), strict=True))
        facts = fact_changes(before.data, after.data) if before is not None and after is not None else None
        rubric = by.rubrics.get(new["rubric"]["id"])
        yield diff(old, new, rubric.best_first() if rubric is not None else (), facts)
