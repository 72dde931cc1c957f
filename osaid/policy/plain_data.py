"""A decision as plain data and in words: the contract of the gate's JSON output, and the sentences of its findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..cards.reader import LoadedCard
from ..messages import sentence
from ..outcome import State
from ..results.places import place_of
from ..results.sentences import in_words, message
from ..rubrics.assessment import Reason
from .decision import Decision, RuleResult, WaiverState
from .definition import Finding, Policy

__all__ = ["GATE_VERSION", "decision_data", "finding_text", "policy_data", "waiver_data", "waiver_text"]

GATE_VERSION = "1"
"""Version of the result's form. It grows when a key changes its meaning or goes; new keys may come."""


def finding_text(finding: Finding) -> str:
    """A finding as a sentence."""
    if finding.because:
        return message(Reason(finding.code, finding.params, State.UNKNOWN, because=finding.because))
    return sentence(finding.code, in_words(finding.params))


def waiver_text(found: WaiverState) -> str:
    """A waiver and what became of it, as a sentence."""
    waiver = found.waiver
    params = {
        "target": waiver.target,
        "model": waiver.model,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat(),
        "reason": waiver.reason,
    }
    return sentence(f"gate.waiver-is-{found.state}", params)


def policy_data(policy: Policy) -> dict[str, Any]:
    """Which policy, at which version."""
    return {"id": policy.id, "version": policy.version, "title": policy.title, "sha256": policy.sha256}


def decision_data(card: LoadedCard, decision: Decision, policy: Policy) -> dict[str, Any]:
    """Plain dicts, lists and text for one card. The rules stand in the policy's order."""
    rules = {rule.id: rule for rule in policy.rules}
    return {
        "subject": decision.subject._asdict(),
        "applies": decision.applies,
        "passed": decision.passes if decision.applies else None,
        "rules": [_rule_data(card, result, rules[result.rule].title) for result in decision.results],
    }


def _rule_data(card: LoadedCard, result: RuleResult, title: str) -> dict[str, Any]:
    return {
        "id": result.rule,
        "title": title,
        "severity": result.severity,
        "status": result.status,
        "fails": result.fails,
        "findings": [_finding_data(card, finding) for finding in result.findings],
        "waivers": result.waivers,
    }


def _finding_data(card: LoadedCard, finding: Finding) -> dict[str, Any]:
    place = place_of(card, finding.at)
    return {
        "code": finding.code,
        "params": finding.params,
        "message": finding_text(finding),
        "criterion": finding.criterion,
        "at": finding.at,
        "line": place.line,
        "column": place.column,
    }


def waiver_data(states: Sequence[WaiverState]) -> list[dict[str, Any]]:
    """The waivers of a policy, in its order, with what became of each."""
    return [
        {**found.waiver._asdict(), "expires": found.waiver.expires.isoformat(), "state": found.state, "message": waiver_text(found)}
        for found in states
    ]
