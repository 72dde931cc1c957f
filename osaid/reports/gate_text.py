"""What the gate's outputs for people share: words for what became of cards and rules."""

from __future__ import annotations

from collections.abc import Callable

from ..messages import sentence
from ..policy.decision import Decision, RuleResult, Tally, gate_passes
from ..policy.definition import UNKNOWN, Policy

__all__ = ["card_word", "excuse", "rule_word", "shown_policy", "tally_text", "tolerated"]


def tally_text(tally: Tally) -> str:
    """Whether the gate passes, and how many cards became what, as a sentence."""
    counts = [
        ("gate.count-passed", tally.passed),
        ("gate.count-failed", tally.failed),
        ("gate.count-not-covered", tally.not_covered),
        ("gate.count-unreadable", tally.unreadable),
    ]
    told = ", ".join(sentence(code, {"count": str(count)}) for code, count in counts if count or code == "gate.count-passed")
    text = sentence("gate.passes" if gate_passes(tally) else "gate.fails", {"told": told})
    if tally.not_covered and not tally.passed and not tally.failed:
        text += " " + sentence("gate.nothing-covered")
    return text


def card_word(decision: Decision) -> str:
    """What became of a card, in words."""
    if not decision.applies:
        return sentence("gate.card-not-covered")
    return sentence("gate.card-passes" if decision.passes else "gate.card-fails")


def rule_word(result: RuleResult) -> str:
    """What became of a rule, in a word. A failure that the gate does not fail for is a warning."""
    if result.fails and result.severity == "warning":
        return sentence("gate.status-warning")
    return sentence(f"gate.status-{result.status}")


def excuse(policy: Policy, index: int) -> str:
    """A waiver as what is said for it."""
    waiver = policy.waivers[index]
    params = {"target": waiver.target, "expires": waiver.expires.isoformat(), "owner": waiver.owner, "reason": waiver.reason}
    return sentence("gate.waived-by", params)


def tolerated(result: RuleResult) -> list[str]:
    """What is to be said of a rule that passes although it is unknown."""
    return [sentence("gate.tolerated")] if result.status == UNKNOWN and not result.fails else []


def shown_policy(policy: Policy, make: Callable[[str], str]) -> Policy:
    """A policy with all its texts made safe: a policy can be a stranger's file too."""
    return policy._replace(
        version=make(policy.version),
        title=make(policy.title),
        about=make(policy.about),
        rules=tuple(rule._replace(title=make(rule.title), why=make(rule.why), remedy=make(rule.remedy)) for rule in policy.rules),
        waivers=tuple(waiver._replace(reason=make(waiver.reason), owner=make(waiver.owner)) for waiver in policy.waivers),
    )
