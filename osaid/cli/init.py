"""``osaid init``: write a card to start from."""

from __future__ import annotations

import datetime
import os
import re
import shlex

import click

from ..cards.reader import parse_card
from ..cards.template import template
from ..errors import OsaidError, Place, Problem, UsageError
from ..reports.text import plain
from .common import fail, write_whole


@click.command("init")
@click.argument("path", metavar="FILE", default="osaid-card.yaml")
@click.option("--id", "identifier", metavar="ID", help="The model's id. [default: from the file name]")
@click.option("--name", metavar="NAME", help="The model's name. [default: the id]")
@click.option("--force", is_flag=True, help="Replace a file of this name.")
def command(path: str, identifier: str | None, name: str | None, force: bool) -> None:
    """Write a card to start from: every field, with what it means, and every claim still unknown."""
    stem = os.path.splitext(os.path.basename(path))[0]
    model = identifier if identifier is not None else re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")
    try:
        if os.path.splitext(path)[1].lower() not in (".yaml", ".yml", ""):
            raise UsageError(Problem("usage.init-yaml", {"name": path}))
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", model):
            raise UsageError(Problem("usage.init-id", {"name": model or stem}))
        if os.path.lexists(path) and not force:
            raise UsageError(Problem("file.exists", {}, Place(path)))
        raw = template(model, name or model, datetime.date.today().isoformat()).encode("utf-8", "replace")
        parse_card(raw, path=path)  # a name that no card can hold is told now, and nothing is written
        with write_whole(path) as file:
            file.write(raw)
    except OsaidError as error:
        fail(error)
    shown = plain(shlex.quote(path))
    click.echo(f"Wrote {shown}. Fill it in, then: osaid validate {shown} ; osaid score {shown}", err=True)
