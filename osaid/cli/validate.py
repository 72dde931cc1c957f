"""``osaid validate``: check cards."""

from __future__ import annotations

import sys

import click

from ..cards.findings import dangling, findings, notes_as_findings
from ..document import Document
from ..errors import OsaidError
from ..lineage import Library, lineage_findings
from ..reports.text import plain
from .common import EXIT_INPUT, complain, fail, from_option
from .inputs import Ids, expand, index


@click.command("validate")
@click.argument("cards", nargs=-1, required=True, metavar="CARD...")
@from_option
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("-q", "--quiet", is_flag=True, help="Errors only.")
def command(cards: tuple[str, ...], source: str | None, strict: bool, quiet: bool) -> None:
    """Check cards, and say what is wrong or doubtful, and where.

    Everything wrong with a card is told at once. An error means that the card cannot be read, or contradicts itself;
    a warning that a claim has no evidence, a licence is not known, and the like. Of a file in another format it is told what
    has no place in a card, what does not go together, and what is worth checking. Exit status 3 if there was an error.
    """
    try:
        inputs, _ = expand(cards, source)
    except OsaidError as error:
        fail(error)
    library = Library(find=index(inputs))
    ids = Ids()
    broken = 0
    for position, item in enumerate(inputs):
        try:
            card = item.card()
            ids.add(card.subject.id, position)
            found = [*notes_as_findings(card), *findings(card), *lineage_findings(card, library)]
        except OsaidError as error:
            broken += 1
            more = dangling(error.rest) if isinstance(error.rest, Document) else []
            for problem in sorted([*error.problems, *more], key=lambda problem: (problem.place.line or 0, problem.place.column or 0)):
                complain(problem, item.name)
            continue
        counts = {"error": 0, "warning": 0, "note": 0}
        for severity, problem in found:
            counts[severity] += 1
            if not quiet or severity == "error" or (strict and severity == "warning"):
                complain(problem, item.name, severity)
        wrong = counts["error"] or (strict and counts["warning"])
        broken += bool(wrong)
        if not quiet:
            told = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items() if count)
            click.echo(f"{plain(item.name)}: {'not valid' if wrong else 'valid'}{f' ({told})' if told else ''}")
    for name, problem in ids.warnings(inputs):
        complain(problem, name, "warning")
    if broken:
        sys.exit(EXIT_INPUT)
