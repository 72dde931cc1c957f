"""``osaid compare``: two or more models side by side."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from .. import __version__
from ..errors import OsaidError, Problem, UsageError
from ..reports.comparison_page import page
from ..reports.pages import FORMATS, as_json, show
from ..results.comparison import COMPARISON_VERSION, Comparison, compare
from .common import EXIT_INPUT, fail, from_option, output, width
from .inputs import keep
from .rubrics import rubric_option
from .sides import Side, assess, read_side, yardstick


@click.command("compare")
@click.argument("models", nargs=-1, required=True, metavar="A B...")
@rubric_option
@from_option
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", help="Form of the result. [default: table]")
@click.option("--all", "whole", is_flag=True, help="Show every criterion, and not only those on which the models differ.")
@click.option("-o", "--output", "target", metavar="FILE", help="Write to a file, whole or not at all.")
def command(models: tuple[str, ...], names: tuple[str, ...], source: str | None, form: str, whole: bool, target: str | None) -> None:
    """Show two or more models side by side: verdict, score, pillars, criteria, what each lacks, the terms of the weights.

    A and B are cards (files, folders, - for standard input, ids of bundled cards, bundled: for all of them) or results saved with
    score --format json or jsonl. Cards beside saved results are judged by the rubrics of those results. JSON always holds every
    criterion.
    """
    try:
        arguments = list(dict.fromkeys(models))
        sides = [read_side(name, source) for name in arguments]
        keep([*names, *(name for side in sides for name in side.names)], target)
        failures = [failure for side in sides for failure in side.failures]
        comparisons = _comparisons([side for side in sides if side.read], names)
        if not comparisons and not failures:
            raise UsageError(Problem("compare.two"))
        if form == "json":
            output(as_json(COMPARISON_VERSION, {"comparisons": comparisons}, failures, __version__), target)
        elif comparisons:
            output(show(form, page(comparisons, whole, width()), width()), target)
    except OsaidError as error:
        fail(error)
    if failures:
        sys.exit(EXIT_INPUT)


def _comparisons(sides: Sequence[Side], names: tuple[str, ...]) -> list[Comparison]:
    """A comparison for each rubric by which there are two models or more."""
    if not sides:
        return []
    by = yardstick(sides, names)
    assessed = assess(sides, by)
    found = [[item.data for item in assessed if item.data["rubric"]["id"] == identifier] for identifier in by.ids]
    return [compare(models) for models in found if len(models) > 1]
