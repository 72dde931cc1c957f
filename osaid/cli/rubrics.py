"""The rubrics that a command is to grade by."""

from __future__ import annotations

import click

from ..errors import Problem, UsageError
from ..rubrics.rubric import DEFAULT_RUBRIC, Rubric, load_rubric, rubric_ids

__all__ = ["distinct", "leading_option", "main_and_others", "rubric_option", "rubrics_named"]

_ALL = "all"

rubric_option = click.option(
    "--rubric",
    "names",
    multiple=True,
    metavar="ID|FILE",
    help=f"Rubric to grade by; can be given again. all: every bundled one. [default: {DEFAULT_RUBRIC}]",
)
"""The option that names rubrics; :func:`rubrics_named` reads them."""

leading_option = click.option(
    "--rubric",
    "names",
    multiple=True,
    metavar="ID|FILE",
    help=f"Rubric that leads; those given after it stand beside it. [default: {DEFAULT_RUBRIC}, and all others beside it]",
)
"""The option of commands that show a card by one framework, and by others beside it; :func:`main_and_others` reads it."""


def rubrics_named(names: tuple[str, ...]) -> tuple[Rubric, ...]:
    """The rubrics asked for, each once, in the order given; ``all`` stands for every bundled one, the default first.

    Raises RubricError or DocumentError for one that cannot be used.
    """
    wanted: list[str] = []
    for name in names or (DEFAULT_RUBRIC,):
        wanted += sorted(rubric_ids(), key=lambda item: (item != DEFAULT_RUBRIC, item)) if name == _ALL else [name]
    found = {rubric.sha256: rubric for rubric in map(load_rubric, wanted)}
    return tuple(found.values())


def main_and_others(names: tuple[str, ...]) -> tuple[Rubric, ...]:
    """The rubric that leads and those beside it: one alone has all bundled ones beside it.

    Raises RubricError or DocumentError for one that cannot be used, UsageError where two have the same id.
    """
    named = distinct(rubrics_named(names))
    if len(named) > 1:
        return named
    # One of somebody's own stands in for the bundled one of its id.
    return (*named, *(rubric for rubric in rubrics_named((_ALL,)) if rubric.id != named[0].id))


def distinct(rubrics: tuple[Rubric, ...]) -> tuple[Rubric, ...]:
    """The rubrics as they are, for commands that tell them apart by their ids. Raises UsageError where two have the same."""
    ids = [rubric.id for rubric in rubrics]
    if twins := [identifier for identifier in dict.fromkeys(ids) if ids.count(identifier) > 1]:
        raise UsageError(Problem("rubric.same-id", {"ids": ", ".join(twins)}))
    return rubrics
