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
from ..results.diff import Change, Difference, Pairs, diff, pairs
from .common import EXIT_INPUT, complain, fail, from_option, output, rubric_option, same_file, width
from .sides import Assessed, Basis, Side, assess, basis, read_side, same_input_twice


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
        same_input_twice(old, new)
        if target is not None and any(same_file(target, name) for name in (old, new)):
            raise UsageError(Problem("file.is-input", {}, Place(target)))
        sides = [read_side([name], source) for name in (old, new)]
        failed = any(side.failures for side in sides)
        if failed and not all(side.read for side in sides):
            sys.exit(EXIT_INPUT)
        by = basis(sides, names)
        assessed = [_each_once(assess([side], by), side) for side in sides]
        failed = any(side.failures for side in sides)
        found = pairs(*([item.data for item in items] for items in assessed))
        if not found.both:
            if failed:
                sys.exit(EXIT_INPUT)
            raise UsageError(Problem("diff.nothing-in-common"))
        difference = Difference(tuple(_changes(found, assessed, by)), found.added, found.removed)
        if form == "json":
            failures = [failure for side in sides for failure in side.failures]
            parts = {"changes": difference.changes, "added": difference.added, "removed": difference.removed}
            output(as_json(parts, failures, __version__), target)
        else:
            output(show(form, page(difference), width()), target)
    except OsaidError as error:
        fail(error)
    if failed:
        sys.exit(EXIT_INPUT)


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


def _changes(found: Pairs, assessed: list[list[Assessed]], by: Basis) -> Iterator[Change]:
    cards = [{item.data["subject"]["id"]: item.card for item in items} for items in assessed]
    for old, new in found.both:
        before, after = (side[data["subject"]["id"]] for side, data in zip(cards, (old, new), strict=True))
        facts = fact_changes(before.data, after.data) if before is not None and after is not None else None
        rubric = by.rubrics.get(new["rubric"]["id"])
        yield diff(old, new, rubric.best_first() if rubric is not None else (), facts)
