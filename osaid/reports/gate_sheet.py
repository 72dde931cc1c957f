"""The gate's decisions as a sheet of findings."""

from __future__ import annotations

from collections.abc import Iterator

from ..messages import sentence
from ..policy.decision import WaiverState, gate_passes, waiver_states
from ..policy.definition import PASSED, WAIVED, Policy, Rule
from ..policy.plain_data import waiver_text
from . import Failure, GateContext, Judged
from .findings_sheet import MOST_FINDINGS, Checked, Entry, Item, Remark, Sheet, places
from .gate_run import Counted
from .gate_text import tally_text, told

__all__ = ["sheet"]


def sheet(results: Counted, context: GateContext) -> Sheet:
    """The gate's decisions as a sheet: the items are the policy's rules."""
    policy = context.policy
    positions = {rule.id: index for index, rule in enumerate(policy.rules)}

    def rows() -> Iterator[Checked | Failure]:
        for result in results:
            if isinstance(result, Failure):
                yield result
            elif result.decision.applies:
                yield Checked(result.decision.subject, tuple(_judged(result, policy, positions, context)))

    def remarks() -> list[Remark]:
        tally = results.tally
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
        parts = told(policy, rule, result, MOST_FINDINGS)
        text = " ".join([f"{rule.title}: {sentence(f'gate.status-{result.status}')}.", *parts.findings, *parts.remarks, *parts.remedy])
        place, *others = places(card, (finding.at for finding in result.findings))
        status = WAIVED if result.status == WAIVED else "failed"
        yield Entry(positions[rule.id], status, level, text, place, tuple(others), parts.excuses)
