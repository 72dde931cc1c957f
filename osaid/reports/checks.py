"""One neutral list of what was checked and what was found, from assessments or from the gate's decisions.

The outputs for machines that show findings at their line (SARIF, JUnit, GitHub) are made from it and from nothing else.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote

from ..cards.reader import LoadedCard
from ..cards.subject import Subject
from ..errors import Place
from ..messages import sentence
from ..policy.decision import RuleResult, Tally, WaiverState, gate_passes, waiver_states
from ..policy.definition import PASSED, WAIVED, Policy, Rule
from ..policy.plain_data import finding_text, waiver_text
from ..results.places import place_of
from ..results.sentences import outcome_text, reasons_text, remedy_text
from ..rubrics.assessment import Assessment, CriterionResult, Gap
from ..rubrics.definition import Criterion, Rubric
from . import Context, Failure, GateContext, Graded, Judged
from .gate_text import excuse, tally_text, tolerated

__all__ = ["Checked", "Entry", "Item", "Remark", "Sheet", "address", "fingerprint", "local", "sheet_of_gate", "sheet_of_scores"]

_LEVELS = {"blocking": "error", "question": "warning", "advice": "note"}
_MOST_FINDINGS = 20


class Item(NamedTuple):
    """Something that is checked: a rule of a policy, or a criterion of a rubric."""

    id: str
    title: str
    about: str
    help: str
    level: str  # error | warning | note: what a failure of it amounts to


class Entry(NamedTuple):
    """What was found of one item on one card. ``excuses`` are the waivers that it owes something to."""

    item: int  # its position in the sheet
    status: str  # passed | failed | waived
    level: str  # error | warning | note
    message: str = ""
    place: Place = Place()
    others: tuple[Place, ...] = ()
    excuses: tuple[str, ...] = ()


class Checked(NamedTuple):
    """One card with an entry for each item that was checked on it."""

    subject: Subject
    entries: tuple[Entry, ...]


class Remark(NamedTuple):
    """Something to say about the whole run."""

    level: str  # error | warning | note
    text: str


class Sheet(NamedTuple):
    """A run: what is checked, the cards as they come, and what is left to say when all have come."""

    id: str
    title: str
    date: str  # of the gate; empty for assessments, which have no day of their own
    version: str  # of osaid
    folder: str  # names of files are told relative to it
    items: tuple[Item, ...]
    rows: Iterator[Checked | Failure]
    remarks: Callable[[], list[Remark]]


def local(path: str | None, folder: str) -> str:
    """A file's name as seen from a folder, if it is in it; else as it is."""
    path = path or "-"
    if folder and os.path.isabs(path):
        inside = os.path.relpath(path, folder)
        return path if inside.startswith(os.pardir) else inside
    return path


def address(path: str | None, folder: str) -> str:
    """A file's name as a URI reference: percent-encoded, relative where it can be."""
    name = local(path, folder)
    encoded = quote(os.fsencode(name.replace(os.sep, "/")), safe="/-._~")
    return "file://" + encoded if os.path.isabs(name) else encoded


def fingerprint(*parts: str) -> str:
    """What tells a finding from others, wherever it stands in its file."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


# --- from assessments ---------------------------------------------------------------------------------------------------


def sheet_of_scores(results: Iterable[Graded | Failure], context: Context) -> Sheet:
    """Assessments as a sheet: the items are the rubrics' criteria, and gaps are what failed."""
    several = len(context.rubrics) > 1
    items: list[Item] = []
    first: dict[str, int] = {}  # the position of a rubric's first criterion
    for rubric in context.rubrics:
        first[rubric.sha256] = len(items)
        items += [_criterion(criterion, f"{context.name_of(rubric)}/" if several else "") for criterion in rubric.criteria]

    def rows() -> Iterator[Checked | Failure]:
        for result in results:
            if isinstance(result, Failure):
                yield result
                continue
            for assessment in result.assessments:
                rubric = context.rubric_of(assessment)
                yield Checked(assessment.subject, tuple(_graded(result.card, assessment, rubric, first[rubric.sha256])))

    ids = ", ".join(context.name_of(rubric) for rubric in context.rubrics)
    title = "; ".join(rubric.title for rubric in context.rubrics)
    return Sheet(ids, title, "", context.version, context.folder, tuple(items), rows(), list)


def _criterion(criterion: Criterion, prefix: str) -> Item:
    texts = criterion.texts
    level = "note" if criterion.role in ("optional", "information") else "error"
    return Item(prefix + criterion.id, criterion.title, f"{texts['asks']} {texts['why']}", texts["remedy"], level)


def _graded(card: LoadedCard, assessment: Assessment, rubric: Rubric, first: int) -> Iterator[Entry]:
    gaps = {gap.criterion: gap for gap in assessment.gaps}
    for index, (criterion, result) in enumerate(zip(rubric.criteria, assessment.criteria, strict=True), first):
        gap = gaps.get(result.id)
        if gap is None:
            yield Entry(index, PASSED, "note")
            continue
        places = _places([place_of(card, reason.at) for reason in result.reasons if reason.at] or [place_of(card, ())])
        yield Entry(index, "failed", _LEVELS[gap.severity], _gap_text(gap, result, criterion), places[0], places[1:])


def _gap_text(gap: Gap, result: CriterionResult, criterion: Criterion) -> str:
    if gap.severity == "question":
        todo = sentence("gate.question", {"question": criterion.texts["question"]})
    else:
        todo = sentence("gate.remedy", {"remedy": remedy_text(result, criterion)})
    return f"{criterion.title}: {outcome_text(result)}. {reasons_text(result)} {todo}"


# --- from the gate ------------------------------------------------------------------------------------------------------


def sheet_of_gate(results: Iterable[Judged | Failure], context: GateContext) -> Sheet:
    """The gate's decisions as a sheet: the items are the policy's rules."""
    policy = context.policy
    positions = {rule.id: index for index, rule in enumerate(policy.rules)}
    tally = Tally()

    def rows() -> Iterator[Checked | Failure]:
        nonlocal tally
        for result in results:
            if isinstance(result, Failure):
                tally = tally.plus(None)
                yield result
                continue
            tally = tally.plus(result.decision)
            if result.decision.applies:
                yield Checked(result.decision.subject, tuple(_judged(result, policy, positions, context)))

    def remarks() -> list[Remark]:
        found = [Remark(_of_waiver(state), waiver_text(state)) for state in waiver_states(policy, tally, context.date)]
        return [*found, Remark("note" if gate_passes(tally) else "error", tally_text(tally))]

    items = tuple(_rule(rule, policy) for rule in policy.rules)
    return Sheet(policy.id, policy.title, context.date.isoformat(), context.version, context.folder, items, rows(), remarks)


def _of_waiver(found: WaiverState) -> str:
    return "warning" if found.state == "expired" else "note"


def _rule(rule: Rule, policy: Policy) -> Item:
    about = rule.why or sentence("gate.rule-about", {"id": policy.id})
    if rule.unknown == "passes":
        about += " " + sentence("gate.rule-unknown-passes")
    if rule.severity == "warning":
        about += " " + sentence("gate.rule-warns")
    return Item(rule.id, rule.title, about, rule.remedy, rule.severity)


def _judged(judged: Judged, policy: Policy, positions: dict[str, int], context: GateContext) -> Iterator[Entry]:
    card, decision = judged
    for result in decision.results:
        rule = policy.rules[positions[result.rule]]
        if result.status == PASSED:
            yield Entry(positions[rule.id], PASSED, rule.severity)
            continue
        level = rule.severity if result.fails or result.status == WAIVED else "note"
        excuses = tuple(excuse(policy, index) for index in result.waivers)
        places = _places([place_of(card, finding.at) for finding in result.findings] or [place_of(card, ())])
        status = WAIVED if result.status == WAIVED else "failed"
        yield Entry(positions[rule.id], status, level, _rule_text(rule, result), places[0], places[1:], excuses)


def _rule_text(rule: Rule, result: RuleResult) -> str:
    told = list(dict.fromkeys(map(finding_text, result.findings)))
    more = [sentence("gate.more", {"count": str(len(told) - _MOST_FINDINGS)})] if len(told) > _MOST_FINDINGS else []
    remedy = [sentence("gate.remedy", {"remedy": rule.remedy})] if rule.remedy and result.fails else []
    status = sentence(f"gate.status-{result.status}")
    return " ".join([f"{rule.title}: {status}.", *told[:_MOST_FINDINGS], *more, *tolerated(result), *remedy])


def _places(found: list[Place]) -> tuple[Place, ...]:
    """Each place once; of the rest no more than can be read."""
    return tuple(dict.fromkeys(found))[:_MOST_FINDINGS]
