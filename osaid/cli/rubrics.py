"""The rubrics that a command is to grade by."""

from __future__ import annotations

import click

from ..rubrics.rubric import DEFAULT_RUBRIC, Rubric, load_rubric, rubric_ids

__all__ = ["ALL", "main_and_others", "rubric_option", "wanted"]

ALL = "all"

rubric_option = click.option(
    "--rubric",
    "names",
    multiple=True,
    metavar="ID|FILE",
    help=f"Rubric that leads; those given after it stand beside it. [default: {DEFAULT_RUBRIC}, and all others beside it]",
)
"""The option of commands that show a card by one framework, and by others beside it."""


def wanted(names: tuple[str, ...]) -> tuple[Rubric, ...]:
    """The rubrics asked for, each once, in the order given; ``all`` stands for every bundled one, the default first.

    Raises OsaidError for one that cannot be used.
    """
    ids: list[str] = []
    for name in names or (DEFAULT_RUBRIC,):
        ids += sorted(rubric_ids(), key=lambda item: (item != DEFAULT_RUBRIC, item)) if name == ALL else [name]
    found = {rubric.sha256: rubric for rubric in map(load_rubric, ids)}
    return tuple(found.values())


def main_and_others(names: tuple[str, ...]) -> tuple[Rubric, ...]:
    """The rubric that leads and those beside it: one alone has all bundled ones beside it. Raises OsaidError."""
    return wanted((*names, ALL) if len(names) < 2 else names)
