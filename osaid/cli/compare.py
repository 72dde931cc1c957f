"""``osaid compare``: two or more models side by side."""

from __future__ import annotations

import sys

import click

from .. import __version__
from ..errors import OsaidError, Place, Problem, UsageError
from ..reports.comparison_page import page
from ..reports.pages import FORMATS, as_json, show
from ..results.comparison import compare
from .common import EXIT_INPUT, fail, from_option, output, rubric_option, same_file, width
from .sides import assess, basis, read_side


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
        if target is not None and any(same_file(target, name) for name in arguments):
            raise UsageError(Problem("file.is-input", {}, Place(target)))
        sides = [read_side([name], source) for name in arguments]
        failures = [failure for side in sides for failure in side.failures]
        sides = [side for side in sides if side.read]
        by = basis(sides, names) if sides else None
        assessed = assess(sides, by) if by is not None else []
        by_rubric = [[item.data for item in assessed if item.data["rubric"]["id"] == name] for name in (by.ids if by is not None else ())]
        comparisons = [compare(found) for found in by_rubric if len(found) > 1]
        if not comparisons:
            if failures:
                sys.exit(EXIT_INPUT)
            raise UsageError(Problem("compare.two"))
        if form == "json":
            output(as_json({"comparisons": comparisons}, failures, __version__), target)
        else:
            output(show(form, page(comparisons, whole, width()), width()), target)
    except OsaidError as error:
        fail(error)
    if failures:
        sys.exit(EXIT_INPUT)
