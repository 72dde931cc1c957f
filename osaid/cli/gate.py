"""``osaid gate``: hold cards against an organisation's policy."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Iterator

import click

from .. import __version__
from ..errors import OsaidError, Problem, UsageError
from ..lineage import Library
from ..policy.decision import decide, gate_passes
from ..policy.policy import load_policy
from ..reports import CHECK_FORMATS, GATE_FORMATS, Failure, GateContext, Judged, render_gate
from ..reports.gate_run import Counted
from ..resources import bundled_ids
from ..rubrics.assessor import Assessor
from ..rubrics.facts import Facts
from .common import EXIT_GATE, EXIT_INPUT, color_wanted, complain, fail, from_option, output, width
from .inputs import Ids, expand, failure, index, keep
from .progress import with_progress

_BUNDLED = ", ".join(bundled_ids("policies"))


@click.command("gate")
@click.argument("cards", nargs=-1, required=True, metavar="CARD...")
@click.option("--policy", "name", required=True, metavar="ID|FILE", help=f"A file, or the id of a bundled policy: {_BUNDLED}.")
@from_option
@click.option("--date", "day", metavar="YYYY-MM-DD", help="The day that ages and waivers are held against. [default: today]")
@click.option(
    "--format", "form", type=click.Choice([*GATE_FORMATS, *CHECK_FORMATS]), default="table", help="Form of the result. [default: table]"
)
@click.option("-o", "--output", "target", metavar="FILE", help="Write to a file, whole or not at all.")
def command(cards: tuple[str, ...], name: str, source: str | None, day: str | None, form: str, target: str | None) -> None:
    """Hold cards against an organisation's policy: pass or fail.

    CARD is as in osaid score. The policy says what is asked: verdicts, levels, criteria, terms, licences, age, evidence, and which
    exceptions are made until when. What nobody said is unknown, and fails unless a rule says otherwise. Exit status: 0 the gate
    passes, 1 it fails, 2 the policy is wrong, 3 a card could not be read.
    """
    try:
        date = _date(day)
        policy = load_policy(name)
        inputs, one = expand(cards, source)
        keep([name, *filter(None, (rubric.path for rubric in policy.rubrics.values())), *(item.name for item in inputs)], target)
    except OsaidError as error:
        fail(error)
    context = GateContext(policy, date, __version__, width(), target is None and color_wanted(sys.stdout), one, os.getcwd())
    ids = Ids()
    library = Library(find=index(inputs))
    assessors = {key: Assessor(rubric, library) for key, rubric in policy.rubrics.items()}

    def results() -> Iterator[Judged | Failure]:
        for position, item in enumerate(with_progress(inputs)):
            try:
                card = item.card()
                ids.add(card.subject.id, position)
                facts = Facts(card.data)
                assessments = {key: assessor.assess(card, facts) for key, assessor in assessors.items()}
                decision = decide(policy, card, assessments, date, library)
            except OsaidError as error:
                yield failure(item, error)
            else:
                yield Judged(card, decision)

    run = Counted(results())
    try:
        output(render_gate(form, run, context), target, to_the_end=True)
    except OsaidError as error:
        fail(error)
    for other, problem in ids.warnings(inputs):
        complain(problem, other, "warning")
    if run.tally.unreadable:
        sys.exit(EXIT_INPUT)
    if not gate_passes(run.tally):
        sys.exit(EXIT_GATE)


def _date(day: str | None) -> datetime.date:
    """The day given, or today. Raises UsageError."""
    if day is None:
        return datetime.date.today()
    try:
        found = datetime.date.fromisoformat(day)
        if found.isoformat() == day:
            return found
    except ValueError:
        pass
    raise UsageError(Problem("usage.no-such-day", {"value": day[:80]}))
