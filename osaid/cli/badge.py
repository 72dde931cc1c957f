"""``osaid badge``: a verdict as a badge for a page."""

from __future__ import annotations

import os

import click

from ..errors import OsaidError, Problem
from ..lineage import Library
from ..reports.badge import SHOWS, badge_of, endpoint, snippets, svg
from ..reports.text import web_address
from ..rubrics.assessor import Assessor
from ..rubrics.rubric import DEFAULT_RUBRIC, load_rubric
from .common import EXIT_INPUT, complain, fail, from_option, output
from .inputs import one_input


@click.command("badge")
@click.argument("card", metavar="CARD")
@click.option("--rubric", "name", metavar="ID|FILE", default=DEFAULT_RUBRIC, help=f"Rubric to grade by. [default: {DEFAULT_RUBRIC}]")
@click.option("--show", type=click.Choice(SHOWS), default="verdict", help="What stands on the right. [default: verdict]")
@click.option("--label", metavar="TEXT", help="What stands on the left. [default: the framework's short name]")
@click.option("--endpoint", "as_json", is_flag=True, help="Write the JSON that shields.io makes a badge from, instead of an image.")
@click.option("--image", metavar="ADDRESS", help="Where the badge will be found. [default: the file]")
@click.option("--link", metavar="ADDRESS", help="The page that the badge leads to. [default: the framework's]")
@from_option
@click.option("-o", "--output", "target", metavar="FILE", help="Write to a file, whole or not at all.")
def command(
    card: str,
    name: str,
    show: str,
    label: str | None,
    as_json: bool,
    image: str | None,
    link: str | None,
    source: str | None,
    target: str | None,
) -> None:
    """Write a badge with a verdict, a score or a level, as an SVG image.

    The Markdown, HTML and reStructuredText to paste are printed beside it: to standard output with -o, else to standard error.
    The colour is that of the verdict; where it is undetermined, the badge is grey.
    """
    try:
        rubric = load_rubric(name)
        item = one_input(card, source, target, [name])
    except OsaidError as error:
        fail(error)
    try:
        assessment = Assessor(rubric, Library()).assess(item.card())
    except OsaidError as error:
        fail(error, EXIT_INPUT)
    badge = badge_of(assessment, rubric, show, label)
    to_file = target not in (None, "-")
    try:
        output([endpoint(badge) if as_json else svg(badge)], target)
    except OsaidError as error:
        fail(error)
    found_at = image or (target or "").replace(os.sep, "/") if image or to_file else "badge.json" if as_json else "badge.svg"
    page = rubric.framework["url"] if link is None else link
    for markup, text in snippets(badge, found_at, page, through_shields=as_json):
        click.echo(f"{markup}:\n{text}\n", err=not to_file)
    if as_json and not web_address(found_at):
        complain(Problem("badge.publish", {"file": found_at}), None, "note")
