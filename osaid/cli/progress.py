"""How far a command is, on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from .inputs import Input

__all__ = ["with_progress"]

_FROM = 50


def with_progress(inputs: list[Input]) -> Iterator[Input]:
    """The inputs; for many of them, with a bar on standard error if that is a terminal."""
    if len(inputs) < _FROM or not sys.stderr.isatty():
        yield from inputs
        return
    with click.progressbar(inputs, label="Grading", file=sys.stderr, show_pos=True) as bar:
        yield from bar
