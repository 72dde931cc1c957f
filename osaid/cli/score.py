"""``osaid score``: grade cards."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from .. import __version__
from ..errors import OsaidError
from ..lineage import Library
from ..reports import CHECK_FORMATS, FORMATS, Context, Failure, Graded, Result, render, render_checks
from ..rubrics.assessor import Assessor
from ..rubrics.facts import Facts
from .common import EXIT_INPUT, color_wanted, complain, fail, from_option, output, width
from .inputs import Ids, expand, failure, index, keep
from .progress import with_progress
from .rubrics import rubric_option, rubrics_named


@click.command("score")
@click.argument("cards", nargs=-1, required=True, metavar="CARD...")
@rubric_option
@from_option
@click.option(
    "--format", "form", type=click.Choice([*FORMATS, *CHECK_FORMATS]), default="table", help="Form of the result. [default: table]"
)
@click.option("-o", "--output", "target", metavar="FILE", help="Write to a file, whole or not at all.")
def command(cards: tuple[str, ...], names: tuple[str, ...], source: str | None, form: str, target: str | None) -> None:
    """Grade cards: verdict, score and gaps.

    CARD is a file, a folder, - for standard input, the id of a bundled card (such as pythia-6.9b), or bundled: for all of
    them. Files of the Model Openness Tool, of the European Open Source AI Index, CycloneDX and SPDX 3 documents and READMEs
    of the Hub are read as well. One card is shown in full, several a line each, best first; under several rubrics each card
    side by side. The cards of base models are looked for among those given, then among the bundled ones.
    """
    try:
        rubrics = rubrics_named(names)
        inputs, one = expand(cards, source)
        keep([*names, *(item.name for item in inputs)], target)
    except OsaidError as error:
        fail(error)
    on_screen = target is None and sys.stdout.isatty()
    context = Context(rubrics, __version__, width(), target is None and color_wanted(sys.stdout), one, on_screen, os.getcwd())
    tally = {"assessed": 0, "failed": 0}
    ids = Ids()
    library = Library(find=index(inputs))
    assessors = [Assessor(rubric, library) for rubric in rubrics]

    def graded() -> Iterator[Graded | Failure]:
        for position, item in enumerate(with_progress(inputs)):
            try:
                card = item.card()
                ids.add(card.subject.id, position)
                facts = Facts(card.data)
                assessments = tuple(assessor.assess(card, facts) for assessor in assessors)
            except OsaidError as error:
                tally["failed"] += 1
                yield failure(item, error)
            else:
                tally["assessed"] += 1
                yield Graded(card, assessments)

    def results() -> Iterator[Result]:
        for found in graded():
            if isinstance(found, Failure):
                yield found
            else:
                yield from found.assessments

    try:
        output(render_checks(form, graded(), context) if form in CHECK_FORMATS else render(form, results(), context), target)
    except OsaidError as error:
        fail(error)
    for name, problem in ids.warnings(inputs):
        complain(problem, name, "warning")
    if tally["failed"] or not tally["assessed"]:
        sys.exit(EXIT_INPUT)
