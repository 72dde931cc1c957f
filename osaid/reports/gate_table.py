"""The gate's result as text for people: each card with its rules, the waivers, and whether the gate passes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from functools import partial

from ..cards.reader import LoadedCard
from ..messages import sentence
from ..policy.decision import RuleResult, gate_passes, waiver_states
from ..policy.definition import PASSED, Finding, Rule
from ..policy.plain_data import finding_text, waiver_text
from . import Failure, GateContext, Judged
from .gate_run import Counted
from .gate_text import card_word, place_text, rule_word, shown_policy, tally_text, told
from .text import plain

__all__ = ["render"]

_MOST_FINDINGS = 6
_RESET = "\033[0m"
_STYLES = {"good": "\033[1;32m", "open": "\033[1;33m", "poor": "\033[1;31m"}


def render(results: Counted, context: GateContext) -> Iterator[str]:
    """A paragraph for each card. Of several cards one that passes without remark gets a line."""
    policy = shown_policy(context.policy, plain)
    context = context._replace(policy=policy)
    head = sentence("gate.head", {"title": policy.title, "id": policy.id, "version": policy.version, "date": context.date.isoformat()})
    yield from _wrap(head, "", "", context)
    for result in results:
        if isinstance(result, Failure):
            yield f"\n{plain(result.path or '-', 500)}: {_styled(sentence('gate.card-unreadable'), 'poor', context)}\n"
            continue
        yield from _card(result, context)
    tally = results.tally
    states = waiver_states(policy, tally, context.date)
    if states:
        yield f"\n{sentence('gate.waivers')}\n"
    for state in states:
        yield from _wrap(plain(waiver_text(state)), "  - ", "    ", context)
    yield "\n" + _styled(tally_text(tally), "good" if gate_passes(tally) else "poor", context) + "\n"


def _card(judged: Judged, context: GateContext) -> Iterator[str]:
    decision, subject = judged.decision, judged.decision.subject
    tone = "good" if decision.passes else "poor" if decision.applies else "open"
    yield f"\n{plain(subject.name, 200)} ({plain(subject.id)}): {_styled(card_word(decision), tone, context)}\n"
    wide = max((len(rule.id) for rule in context.policy.rules), default=0)
    for rule, result in zip(context.policy.rules, decision.results, strict=False):
        if result.status == PASSED and not context.one:
            continue
        yield from _rule(rule, result, judged, min(wide, 30), context)


def _rule(rule: Rule, result: RuleResult, judged: Judged, wide: int, context: GateContext) -> Iterator[str]:
    tone = "poor" if result.fails and result.severity == "error" else "good" if result.status == PASSED else "open"
    word = _styled(f"{rule_word(result):<8}", tone, context)
    yield f"  {word} {rule.id:<{wide}}  {rule.title}\n"
    if result.status == PASSED:
        return
    parts = told(context.policy, rule, result, _MOST_FINDINGS, partial(_finding, judged.card))
    for text in parts.findings:
        yield from _wrap(text, "           - ", "             ", context)
    for text in (*parts.remarks, *parts.excuses, *parts.remedy):
        yield from _wrap(text, "           ", "             ", context)


def _finding(card: LoadedCard, finding: Finding) -> str:
    place = plain(place_text(card, finding), 300)
    criterion = f" ({finding.criterion})" if finding.criterion else ""
    return plain(finding_text(finding), 600) + criterion + (f" [{place}]" if place else "")


def _wrap(text: str, first: str, later: str, context: GateContext) -> Iterator[str]:
    for line in textwrap.wrap(
        text, context.width, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    ):
        yield line + "\n"


def _styled(text: str, tone: str, context: GateContext) -> str:
    return f"{_STYLES[tone]}{text}{_RESET}" if context.color else text
