"""``osaid report``: a review to read, to print and to send."""

from __future__ import annotations

import sys

import click

from ..errors import OsaidError
from ..lineage import Library
from ..reports.documents import FORMATS, render
from ..results.review import Review, review
from ..rubrics.assessor import Assessor
from .common import EXIT_INPUT, complain, fail, from_option, output
from .inputs import Ids, expand, failure, index, keep
from .progress import with_progress
from .rubrics import leading_option, main_and_others


@click.command("report")
@click.argument("cards", nargs=-1, required=True, metavar="CARD...")
@leading_option
@from_option
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), help="Form of the report. [default: by the ending of the file, else html]"
)
@click.option("-o", "--output", "target", metavar="FILE", help="Write to a file, whole or not at all.")
def command(cards: tuple[str, ...], names: tuple[str, ...], source: str | None, form: str | None, target: str | None) -> None:
    """Write a review of a model for lawyers and engineers; of several models, a comparison.

    The verdict and what would change it, the terms of each part, what the model was made from, the same card by other frameworks,
    gaps with remedies, questions to ask, and all evidence. An HTML page holds all it needs and fetches nothing.
    pdf needs the extra: pip install 'osaid[pdf]'.
    """
    try:
        rubrics = main_and_others(names)
        inputs, _ = expand(cards, source)
        keep([*names, *(item.name for item in inputs)], target)
    except OsaidError as error:
        fail(error)
    library = Library(find=index(inputs))
    assessors = [Assessor(rubric, library) for rubric in rubrics]
    found: list[Review] = []
    failures = []
    ids = Ids()
    for position, item in enumerate(with_progress(inputs)):
        try:
            found.append(review(item.card(), assessors, library))
            ids.add(found[-1].card.subject.id, position)
        except OsaidError as error:
            failures.append(failure(item, error))
    if not found:
        sys.exit(EXIT_INPUT)
    try:
        output(render(form or _by_ending(target), found, failures), target)
    except OsaidError as error:
        fail(error)
    for other, problem in ids.warnings(inputs):
        complain(problem, other, "warning")
    if failures:
        sys.exit(EXIT_INPUT)


def _by_ending(target: str | None) -> str:
    endings = {".md": "markdown", ".markdown": "markdown", ".pdf": "pdf"}
    name = (target or "").lower()
    return next((form for ending, form in endings.items() if name.endswith(ending)), "html")
