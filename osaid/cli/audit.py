"""``osaid audit``: gather the facts about a model where it lives."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator

import click

from .. import __version__
from ..audit.gather import gather
from ..audit.links import addresses, check, record
from ..audit.merge import Merged, merge
from ..audit.session import Bases
from ..cards.exporters.osaid import as_yaml
from ..cards.reader import OURS, LoadedCard, from_mapping
from ..cards.rewrite import rewrite
from ..errors import OsaidError, Place, Problem, UsageError
from ..reports.audit_page import page
from ..reports.pages import FORMATS, show
from ..results.audit import AUDIT_VERSION, AuditResult, Found, audited, parts
from ..results.plain_data import run_text
from ..rubrics.rubric import DEFAULT_RUBRIC, load_rubric
from .common import EXIT_INPUT, complain, complain_of, fail, output, width, write_whole
from .inputs import keep, one_input
from .progress import Meter
from .state import State

_CARD = "card"
_ENDINGS = {".yaml": _CARD, ".yml": _CARD, ".json": "json", ".md": "markdown", ".markdown": "markdown"}


@click.command("audit")
@click.argument("targets", nargs=-1, metavar="[FOLDER|hf:OWNER/NAME]...")
@click.option("--rubric", "name", default=DEFAULT_RUBRIC, metavar="ID|FILE", help=f"Rubric to grade by. [default: {DEFAULT_RUBRIC}]")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS, _CARD]),
    help="Form of the result; card is the card alone. [default: by the ending of the file, else table]",
)
@click.option("-o", "--output", "target", metavar="FILE", help="Write the result to a file, whole or not at all.")
@click.option("--card", "card_file", metavar="FILE", help="Write the card to a file as well.")
@click.option("--update", "update_file", metavar="CARD", help="Merge what was found into this card. What people claimed stays.")
@click.option("--dry-run", is_flag=True, help="With --update: show what would change, and leave the card as it is.")
@click.option("--explain-changes", is_flag=True, help="With --update: the rule, the evidence and the effect of each change.")
@click.option("--source", metavar="ADDRESS", help="What the folder is a copy of: https://huggingface.co/OWNER/NAME/blob/COMMIT")
@click.option("--check-links", is_flag=True, help="Ask whether the addresses in the card still answer.")
@click.option("--allow-private", is_flag=True, help="Let private and local addresses be asked as well.")
@click.option("--digests", is_flag=True, help="Read the weight files of folders whole, for their SHA-256.")
@click.option("--all", "whole", is_flag=True, help="Show every question, doubt and lead.")
@click.option("--date", metavar="YYYY-MM-DD", help="Day of the audit. [default: today]")
@click.option("--state", "folder", metavar="FOLDER", help="Where work done is kept. [default: osaid in the user's cache]")
@click.option("--fresh", is_flag=True, help="Begin anew, whatever an audit that was stopped had found.")
def command(
    targets: tuple[str, ...],
    name: str,
    form: str | None,
    target: str | None,
    card_file: str | None,
    update_file: str | None,
    dry_run: bool,
    explain_changes: bool,
    source: str | None,
    check_links: bool,
    allow_private: bool,
    digests: bool,
    whole: bool,
    date: str | None,
    folder: str | None,
    fresh: bool,
) -> None:
    """Gather the facts about a model where it lives, grade them, and say what a person must still find out.

    FOLDER is a copy of a model's repository or a checkout of its code; hf:OWNER/NAME[@REVISION] is a model on the Hugging Face Hub
    (or on HF_ENDPOINT; needs the extra: pip install 'osaid[hub]'). Several of them are taken to be of one model, named after the
    first. Files are read and never executed, and of weights the headers only. What is seen becomes a card with evidence for every
    claim; what is not seen stays unknown, as it may be elsewhere. Nothing is fetched unless hf: or --check-links asks for it.

    With --update and no FOLDER, --check-links asks for the addresses of that card. An audit that was stopped goes on when the same
    command is run again.
    """
    try:
        rubric = load_rubric(name)
        day = _day(date)
        if not targets and not (update_file and check_links):
            raise UsageError(Problem("audit.nothing-asked"))
        if update_file is None and (dry_run or explain_changes):
            raise UsageError(Problem("audit.only-with-update"))
        old = one_input(update_file, OURS).card() if update_file is not None else None
        for file in (target, card_file):
            keep([name, *targets, *([update_file] if update_file is not None else [])], file)
    except OsaidError as error:
        fail(error)
    meter, state = Meter(), State(folder, fresh=fresh)
    errors: list[tuple[str, Problem]] = []
    try:
        with state.session(targets, day, meter, allow_private=allow_private) as session:
            sources = []
            for item in targets:
                try:
                    sources.append(session.open(item, source))
                except OsaidError as error:
                    errors += [(item, problem) for problem in error.problems]
                    complain_of(error, item)
            if targets and not sources:
                sys.exit(EXIT_INPUT)
            audit = gather(sources, day, meter, digests=digests) if sources else None
            bases = session.bases(audit) if audit is not None else Bases((), ())
        made, merged = _made(audit.card if audit is not None else None, old)
        if check_links:
            answers = check(addresses(made.data), day=day, journal=state.links, allow_private=allow_private, tick=meter)
            asked = record(made.data, answers)
            made = from_mapping(asked, path=made.subject.path)._replace(data=asked)
        state.done()
        meter.done()
        result = audited(Found(audit, bases, tuple(errors)), made, rubric, old, merged)
        if card_file is not None:
            _write(card_file, as_yaml(made.data).encode())
        if update_file is not None and old is not None and old.document is not None and not dry_run:
            written = rewrite(old.document, made.data)
            _write(update_file, written.raw)
            if not written.kept:
                complain(Problem("audit.written-anew", {}, Place(update_file)), kind="note")
        output(_pieces(form or _by_ending(target), result, whole=whole, explain=explain_changes), target)
    except OsaidError as error:
        meter.done()
        fail(error, EXIT_INPUT)
    if errors:
        sys.exit(EXIT_INPUT)


def _day(given: str | None) -> str:
    """The day of the audit. Raises UsageError for one that there is not."""
    if given is None:
        return datetime.date.today().isoformat()
    try:
        return datetime.date.fromisoformat(given).isoformat()
    except ValueError:
        raise UsageError(Problem("audit.no-date", {"value": given[:80]})) from None


def _made(found: LoadedCard | None, old: LoadedCard | None) -> tuple[LoadedCard, Merged | None]:
    """The card that comes of what was found and of the card that is there, and what merging them did."""
    if found is not None and old is not None:
        merged = merge(old, found.data)
        return from_mapping(merged.data, path=old.subject.path)._replace(data=merged.data), merged
    card = found or old
    if card is None:
        raise UsageError(Problem("audit.nothing-asked"))
    return card, None


def _write(path: str, raw: bytes) -> None:
    with write_whole(path) as file:
        file.write(raw)


def _by_ending(target: str | None) -> str:
    name = (target or "").lower()
    return next((form for ending, form in _ENDINGS.items() if name.endswith(ending)), "table")


def _pieces(form: str, result: AuditResult, *, whole: bool, explain: bool) -> Iterator[str]:
    if form == _CARD:
        return iter([as_yaml(result.card.data)])
    if form == "json":
        return run_text(AUDIT_VERSION, __version__, parts(result))
    return show(form, page(result, whole=whole, explain=explain), width())
