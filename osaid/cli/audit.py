"""``osaid audit``: gather the facts about a model where it lives."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Iterator

import click

from .. import __version__
from ..audit.merge import Merged, merge
from ..audit.session import HUB, audit
from ..cards.exporters.osaid import as_yaml
from ..cards.findings import claims
from ..cards.marks import is_audits_own
from ..cards.reader import OURS, LoadedCard, as_it_stands, load_card
from ..cards.rewrite import rewrite
from ..errors import OsaidError, Place, Problem, UsageError
from ..reports.audit_page import page
from ..reports.pages import FORMATS, show
from ..results.audit import AUDIT_VERSION, AuditResult, audited, parts
from ..results.plain_data import run_text
from ..rubrics.rubric import DEFAULT_RUBRIC, load_rubric
from .common import EXIT_INPUT, complain, fail, output, width, write_whole
from .inputs import keep, one_input
from .progress import Meter
from .state import State

_CARD = "card"
_ENDINGS = {".yaml": _CARD, ".yml": _CARD, ".json": "json", ".md": "markdown", ".markdown": "markdown"}


@click.command("audit")
@click.argument("targets", nargs=-1, metavar="[FOLDER|FILE|hf:OWNER/NAME]...")
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
@click.option("--follow-bases", is_flag=True, help="Ask the Hub for the base models that a folder names. For hf: that is always done.")
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
    follow_bases: bool,
    check_links: bool,
    allow_private: bool,
    digests: bool,
    whole: bool,
    date: str | None,
    folder: str | None,
    fresh: bool,
) -> None:
    """Gather the facts about a model where it lives, grade them, and say what a person must still find out.

    FOLDER is a copy of a model's repository or a checkout of its code, FILE one file of weights, and hf:OWNER/NAME[@REVISION] a
    model on the Hugging Face Hub (or on HF_ENDPOINT; needs the extra: pip install 'osaid[hub]'). Several of them are taken to be of
    one model, named after the first. Files are read and never executed, and of weights the headers only. What is seen becomes a card
    with evidence for every claim; what is not seen stays unknown, as it may be elsewhere. Nothing is fetched unless hf:,
    --follow-bases or --check-links asks for it.

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
        if source is not None:
            _check_source(source, targets)
        old = _to_update(update_file, dry_run=dry_run) if update_file is not None else None
        _check_outputs((target, card_file), [name, *targets, *([update_file] if update_file is not None else [])])
    except OsaidError as error:
        fail(error)
    meter, state = Meter(), State(folder, fresh=fresh)
    found = None
    try:
        if targets:
            journals = state.journals(targets)
            found = audit(
                targets,
                day,
                address=source,
                digests=digests,
                follow_bases=follow_bases,
                allow_private=allow_private,
                journals=journals,
                tick=meter,
            )
            meter.done()
            for item, problem in found.errors:
                complain(problem, item)
        made, merged = _made(found.card if found is not None else None, old)
        if check_links:
            made = _with_answers(made, day, state, meter, allow_private=allow_private)
        meter.done()
        result = audited(found, made, rubric, old, merged)
        if card_file is not None:
            _write(card_file, as_yaml(made.data).encode())
        if old is not None and update_file is not None and not dry_run:
            _rewrite(update_file, old, made)
        output(_pieces(form or _by_ending(target), result, whole=whole, explain=explain_changes), target)
    except OsaidError as error:
        meter.done()
        fail(error, EXIT_INPUT)
    except KeyboardInterrupt:
        meter.done()
        complain(Problem("audit.stopped"), kind="note")
        raise
    finally:
        meter.done()
    if result.passing:
        complain(Problem("audit.incomplete"))
    else:
        state.done()
    if result.errors or result.passing:
        sys.exit(EXIT_INPUT)


def _check_outputs(files: tuple[str | None, str | None], read: list[str]) -> None:
    """Raise UsageError if a file to be written is one that is read, or both are one."""
    target, card_file = files
    if target is not None and card_file is not None and os.path.realpath(target) == os.path.realpath(card_file):
        raise UsageError(Problem("audit.two-in-one", {}, Place(target)))
    for file in files:
        keep(read, file)
    if card_file is not None and os.path.isfile(card_file) and not _made_by_audit(card_file):
        raise UsageError(Problem("audit.card-there", {}, Place(card_file)))


def _made_by_audit(path: str) -> bool:
    """Whether a file is a card as an audit writes it, without comments of people, and every claim of it is an audit's own."""
    try:
        card = load_card(path, form=OURS)
    except OsaidError:
        return False
    untouched = card.document is not None and card.document.raw == as_yaml(card.data).encode()
    return untouched and all(is_audits_own(claim) for _, claim in claims(card.data))


def _day(given: str | None) -> str:
    """The day of the audit. Raises UsageError for one that there is not."""
    if given is None:
        return datetime.date.today().isoformat()
    try:
        return datetime.date.fromisoformat(given).isoformat()
    except ValueError:
        raise UsageError(Problem("audit.no-date", {"value": given[:80]})) from None


def _to_update(path: str, *, dry_run: bool) -> LoadedCard:
    """The card of a file. Raises OsaidError; also for a card that is bundled or comes by standard input, if it is to be written."""
    card = one_input(path, OURS).card()
    if not dry_run and not os.path.isfile(path):
        raise UsageError(Problem("audit.update-no-file", {}, Place(path)))
    return card


def _rewrite(path: str, old: LoadedCard, made: LoadedCard) -> None:
    """Write a card into its file. What did not change stays as people wrote it, and if nothing did, the file is left alone."""
    if old.document is None or made.data == old.data:
        return
    written = rewrite(old.document, made.data)
    _write(path, written.raw)
    if not written.kept:
        complain(Problem("audit.written-anew", {}, Place(path)), kind="note")


def _check_source(source: str, targets: tuple[str, ...]) -> None:
    """Raise UsageError unless it can be the address of what is audited: one folder."""
    if not source.startswith(("https://", "http://")):
        raise UsageError(Problem("audit.no-address", {"value": source[:80]}))
    if len(targets) != 1 or targets[0].startswith(HUB):
        raise UsageError(Problem("audit.one-source"))


def _with_answers(made: LoadedCard, day: str, state: State, meter: Meter, *, allow_private: bool) -> LoadedCard:
    """The card with what its addresses answered."""
    from ..audit.links import addresses, check, record

    answers = check(addresses(made.data), day=day, journal=state.links, allow_private=allow_private, tick=meter)
    return as_it_stands(record(made.data, answers), path=made.subject.path)


def _made(found: LoadedCard | None, old: LoadedCard | None) -> tuple[LoadedCard, Merged | None]:
    """The card that comes of what was found and of the card that is there, and what merging them did."""
    if found is not None and old is not None:
        merged = merge(old, found.data)
        return as_it_stands(merged.data, path=old.subject.path), merged
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
