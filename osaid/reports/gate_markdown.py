"""The gate's result as Markdown, fit for a job summary or a comment: a table of cards, then what is to be seen to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

from ..cards.reader import LoadedCard
from ..messages import sentence
from ..policy.decision import waiver_states
from ..policy.definition import PASSED, Finding
from ..policy.plain_data import finding_text, waiver_text
from . import Failure, GateContext, Judged
from .gate_run import Counted
from .gate_text import card_word, place_text, rule_word, shown_policy, tally_text, told
from .text import at_start, markdown

__all__ = ["render"]

_MOST_FINDINGS = 12


def render(results: Counted, context: GateContext) -> Iterator[str]:
    """A heading, the answer, a table with a row for each rule that is not simply passed, and the waivers."""
    policy = shown_policy(context.policy, markdown)
    context = context._replace(policy=policy)
    head = sentence("gate.head", {"title": policy.title, "id": policy.id, "version": policy.version, "date": context.date.isoformat()})
    yield f"# {at_start(head)}\n\n"
    rows: list[list[str]] = []
    for result in results:
        if isinstance(result, Failure):
            problems = "<br>".join(markdown(problem.message, 300) for problem in result.problems[:_MOST_FINDINGS])
            rows.append([markdown(result.path or "-", 200), sentence("gate.card-unreadable"), "", problems])
        else:
            rows += _rows(result, context)
    yield f"**{tally_text(results.tally)}**\n"
    if rows:
        heads = ("gate.column-model", "gate.column-result", "gate.column-rule", "gate.column-findings")
        yield "\n| " + " | ".join(map(sentence, heads)) + " |\n|---|---|---|---|\n"
    yield from ("| " + " | ".join(row) + " |\n" for row in rows)
    states = waiver_states(context.policy, results.tally, context.date)
    if states:
        yield f"\n## {sentence('gate.waivers')}\n\n"
    yield from (f"- {waiver_text(state)}\n" for state in states)


def _rows(judged: Judged, context: GateContext) -> Iterator[list[str]]:
    """The card, then each rule on which there is something to say."""
    decision = judged.decision
    name = f"{markdown(decision.subject.name, 80)} ({markdown(decision.subject.id, 80)})"
    yield [name, card_word(decision), "", ""]
    for rule, result in zip(context.policy.rules, decision.results, strict=False):
        if result.status == PASSED:
            continue
        parts = told(context.policy, rule, result, _MOST_FINDINGS, partial(_finding, judged.card))
        yield ["", rule_word(result), f"{rule.title} ({rule.id})", "<br>".join(chain(*parts))]


def _finding(card: LoadedCard, finding: Finding) -> str:
    where = ", ".join(filter(None, (finding.criterion, markdown(place_text(card, finding), 300))))
    return markdown(finding_text(finding), 600) + (f" ({where})" if where else "")
