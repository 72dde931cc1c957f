"""``osaid convert``: write a card in another format."""

from __future__ import annotations

import click

from ..cards.exporters import FORMATS, export
from ..cards.findings import notes_as_findings
from ..errors import OsaidError, Problem
from .common import EXIT_INPUT, complain, fail, from_option, output
from .inputs import one_input


@click.command("convert")
@click.argument("card", metavar="CARD")
@click.option("--to", "form", type=click.Choice(list(FORMATS)), required=True, help="Format to write.")
@from_option
@click.option("-o", "--output", "target", metavar="FILE", help="Write to a file, whole or not at all.")
@click.option("-q", "--quiet", is_flag=True, help="Do not say what is lost.")
def command(card: str, form: str, source: str | None, target: str | None, quiet: bool) -> None:
    """Write a card in another format: osaid, mof, huggingface (front matter), cyclonedx or spdx3.

    What the file says that has no place in a card, and what the card says that has no place in the format or would read
    otherwise there, is listed on standard error. CycloneDX and SPDX 3 carry the whole card with them, so nothing is lost there.
    """
    try:
        item = one_input(card, source, target)
    except OsaidError as error:
        fail(error)
    try:
        loaded = item.card()
    except OsaidError as error:
        fail(error, EXIT_INPUT)
    try:
        made = export(loaded, form)
        output([made.text], target)
    except OsaidError as error:
        fail(error)
    if quiet:
        return
    for severity, problem in notes_as_findings(loaded, leads=False):
        complain(problem, item.name, severity)
    for loss in made.losses:
        params = {"what": loss.what, "count": str(loss.times), "example": loss.example[:120], "format": form}
        complain(Problem(_codes(loss.kind, loss.times), params), item.name, loss.kind)


def _codes(kind: str, times: int) -> str:
    if kind != "lost":
        return {"changed": "convert.changed", "added": "convert.added"}[kind]
    return "convert.lost" if times == 1 else "convert.lost-many"
