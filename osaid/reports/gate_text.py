"""What the gate's outputs share: words for what became of cards and rules, and what is told of a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..cards.reader import LoadedCard
from ..messages import sentence
from ..policy.decision import Decision, RuleResult, Tally, gate_passes
from ..policy.definition import UNKNOWN, Finding, Policy, Rule, Waiver
from ..policy.plain_data import finding_text
from ..results.places import place_of

__all__ = ["Told", "card_word", "place_text", "rule_word", "shown_policy", "tally_text", "told"]


class Told(NamedTuple):
    """What is told of a rule that is not simply passed, in the order of its fields. Outputs only indent or join it."""

    findings: tuple[str, ...]  # each once, and no more than can be read
    remarks: tuple[str, ...]  # how many more there are; that what is unknown is tolerated
    excuses: tuple[str, ...]  # the waivers that it owes something to
    remedy: tuple[str, ...]  # how to mend it, where it fails


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


def told(policy: Policy, rule: Rule, result: RuleResult, most: int, show: Callable[[Finding], str] = finding_text) -> Told:
    """What is told of one rule of a policy: ``most`` findings, each as ``show`` makes it."""
    findings = tuple(dict.fromkeys(map(show, result.findings)))
    remarks = [sentence("gate.more", {"count": str(len(findings) - most)})] if len(findings) > most else []
    if result.status == UNKNOWN and not result.fails:
        remarks.append(sentence("gate.tolerated"))
    excuses = tuple(_excuse(policy.waivers[index]) for index in result.waivers)
    remedy = (sentence("gate.remedy", {"remedy": rule.remedy}),) if rule.remedy and result.fails else ()
    return Told(findings[:most], tuple(remarks), excuses, remedy)


def place_text(card: LoadedCard, finding: Finding) -> str:
    """Where in the card's file a finding stands; empty where it has no line there. A stranger's text: to be made safe."""
    place = place_of(card, finding.at)
    return str(place) if place.line is not None else ""


def _excuse(waiver: Waiver) -> str:
    params = {"target": waiver.target, "expires": waiver.expires.isoformat(), "owner": waiver.owner, "reason": waiver.reason}
    return sentence("gate.waived-by", params)


def shown_policy(policy: Policy, make: Callable[[str], str]) -> Policy:
    """A policy with all its texts made safe: a policy can be a stranger's file too."""
    return policy._replace(
        version=make(policy.version),
        title=make(policy.title),
        about=make(policy.about),
        rules=tuple(rule._replace(title=make(rule.title), why=make(rule.why), remedy=make(rule.remedy)) for rule in policy.rules),
        waivers=tuple(waiver._replace(reason=make(waiver.reason), owner=make(waiver.owner)) for waiver in policy.waivers),
    )
