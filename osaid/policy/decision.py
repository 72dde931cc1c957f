"""Holds a card against a policy, and says whether the gate passes. Pure: the day comes in as a parameter."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..cards.reader import LoadedCard
from ..cards.subject import Subject
from ..lineage import Library, ancestors
from ..rubrics.assessment import Assessment
from ..rubrics.facts import Facts
from .definition import FAILED, UNKNOWN, WAIVED, Case, Finding, Policy, Rule, Waiver

__all__ = ["EXPIRED", "NOT_NEEDED", "USED", "Decision", "RuleResult", "Tally", "WaiverState", "decide", "gate_passes", "waiver_states"]

USED, EXPIRED, NOT_NEEDED = "used", "expired", "not-needed"


class RuleResult(NamedTuple):
    """What became of one rule on one card.

    ``fails`` says whether the rule is not satisfied, ``waivers`` which of the policy's waivers it owes something to (their positions).
    """

    rule: str
    severity: str  # error | warning
    status: str  # passed | failed | unknown | waived
    fails: bool
    findings: tuple[Finding, ...] = ()
    waivers: tuple[int, ...] = ()


class Decision(NamedTuple):
    """What became of one card. A card that the policy is not for has no results, and neither passes nor fails."""

    subject: Subject
    applies: bool
    results: tuple[RuleResult, ...]

    @property
    def passes(self) -> bool:
        """Whether the policy is for this card, and no rule of severity error fails."""
        return self.applies and not any(result.fails and result.severity == "error" for result in self.results)


class WaiverState(NamedTuple):
    """A waiver, and what became of it in a run: used, expired or not-needed."""

    waiver: Waiver
    state: str


class Tally(NamedTuple):
    """What a run has come to so far."""

    passed: int = 0
    failed: int = 0
    not_covered: int = 0  # cards that the policy is not for
    unreadable: int = 0
    used: frozenset[int] = frozenset()  # positions of waivers

    def plus(self, decision: Decision | None) -> Tally:
        """With one more card; None stands for one that could not be read."""
        if decision is None:
            return self._replace(unreadable=self.unreadable + 1)
        if not decision.applies:
            return self._replace(not_covered=self.not_covered + 1)
        used = self.used.union(*(result.waivers for result in decision.results))
        passes = decision.passes
        return self._replace(passed=self.passed + passes, failed=self.failed + (not passes), used=used)


def gate_passes(tally: Tally) -> bool:
    """Whether the gate passes: it judged a card, none failed, and all could be read. The one place where this is decided."""
    return tally.passed > 0 and tally.failed == 0 and tally.unreadable == 0


def waiver_states(policy: Policy, tally: Tally, date: datetime.date) -> tuple[WaiverState, ...]:
    """Every waiver of a policy with what became of it, in the policy's order."""
    return tuple(
        WaiverState(waiver, EXPIRED if waiver.expires < date else USED if index in tally.used else NOT_NEEDED)
        for index, waiver in enumerate(policy.waivers)
    )


def decide(
    policy: Policy, card: LoadedCard, assessments: Mapping[str, Assessment], date: datetime.date, library: Library | None = None
) -> Decision:
    """Hold a card against a policy.

    ``assessments`` are those by the policy's rubrics, by the same names; ``library`` knows the cards of base models (default: the
    bundled ones).
    """
    subject = card.subject
    if not _covers(policy.models, subject.id) or not _covers(policy.developers, subject.developer):
        return Decision(subject, False, ())
    case = Case(subject, Facts(card.data), assessments, tuple(ancestors(card, library or Library())), date)
    waivers = {index: waiver for index, waiver in enumerate(policy.waivers) if waiver.model == subject.id}
    return Decision(subject, True, tuple(_judge(rule, case, waivers) for rule in policy.rules))


def _judge(rule: Rule, case: Case, waivers: Mapping[int, Waiver]) -> RuleResult:
    found = rule.check(case, frozenset())
    why = found.tell()
    if rule.tolerates(found.status):
        return _result(rule, found.status, why)
    active = {index: waiver for index, waiver in waivers.items() if case.date <= waiver.expires}
    # Of several waivers of one criterion the one that lasts longest counts.
    by_criterion: dict[str, int] = {}
    for index in sorted(active, key=lambda index: (active[index].expires, -index)):
        if active[index].criterion:
            by_criterion[active[index].criterion] = index
    applied: list[int] = []
    status, left_over = found.status, why
    if by_criterion:
        left = rule.check(case, frozenset(by_criterion))
        if rule.tolerates(left.status):
            return _result(rule, WAIVED, why, _needed(rule, case, by_criterion))
        status, left_over = left.status, left.tell()
        gone = {finding.criterion for finding in why} - {finding.criterion for finding in left_over}
        applied = sorted(index for criterion, index in by_criterion.items() if criterion in gone)
    for index, waiver in active.items():
        if waiver.rule == rule.id:
            return _result(rule, WAIVED, why, [*applied, index])
    open_criteria = {finding.criterion for finding in left_over}
    expired = [
        Finding(
            "gate.waiver-expired",
            {"target": waiver.target, "expires": waiver.expires.isoformat(), "owner": waiver.owner},
            waiver.criterion,
            ("model", "id"),
        )
        for index, waiver in waivers.items()
        if index not in active and (waiver.rule == rule.id or waiver.criterion in open_criteria - {""})
    ]
    # After what the rule says itself, and before all the reasons for that, of which there may be many.
    return _result(rule, status, (*left_over[:1], *expired, *left_over[1:]), applied)


def _needed(rule: Rule, case: Case, by_criterion: Mapping[str, int]) -> list[int]:
    """The waivers without which the rule would not be satisfied."""
    kept = dict(by_criterion)
    for criterion in by_criterion:
        fewer = frozenset(kept.keys() - {criterion})
        if rule.tolerates(rule.check(case, fewer).status):
            del kept[criterion]
    return sorted(kept.values())


def _result(rule: Rule, status: str, findings: tuple[Finding, ...], waivers: Iterable[int] = ()) -> RuleResult:
    fails = status == FAILED or (status == UNKNOWN and not rule.tolerates(UNKNOWN))
    return RuleResult(rule.id, rule.severity, status, fails, findings, tuple(waivers))


def _covers(patterns: tuple[str, ...], text: str) -> bool:
    return not patterns or any(_matches(pattern.casefold(), text.casefold()) for pattern in patterns)


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern matches, in which only ``*`` means something. In linear time: both can be a stranger's."""
    parts = pattern.split("*")
    if len(parts) == 1:
        return pattern == text
    first, *middle, last = parts
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
