"""What the tests of policies share: small policies as data, and what they make of a card."""

from __future__ import annotations

import datetime
from typing import Any

from support import as_yaml, load

from osaid.cards.reader import LoadedCard
from osaid.document import parse
from osaid.lineage import Library
from osaid.policy.decision import Decision, RuleResult, decide
from osaid.policy.definition import Policy
from osaid.policy.plain_data import finding_text
from osaid.policy.policy import parse_policy
from osaid.rubrics.assessor import Assessor

DAY = datetime.date(2026, 3, 1)
GOOD: dict[str, Any] = {"osaid_policy": "1", "id": "test", "version": "1", "title": "Test"}
ON = {"rubric": "osaid-1.0"}


def policy_of(*rules: dict[str, Any], **more: Any) -> Policy:
    numbered = [{"id": f"r{number}", "title": f"Rule {number}", **rule} for number, rule in enumerate(rules)]
    return parse_policy(parse(as_yaml({**GOOD, "rules": numbered, **more}).encode(), path="policy.yaml"))


def decision_of(policy: Policy, card: LoadedCard, day: datetime.date = DAY) -> Decision:
    library = Library([card])
    assessments = {name: Assessor(rubric, library).assess(card) for name, rubric in policy.rubrics.items()}
    return decide(policy, card, assessments, day)


def judge(rule: dict[str, Any], card: dict[str, Any], *waivers: dict[str, str], day: datetime.date = DAY, **more: Any) -> RuleResult:
    given = (
        {"waivers": [{"reason": "Why", "owner": "Red team", "model": card["model"]["id"], **waiver} for waiver in waivers]}
        if waivers
        else {}
    )
    (result,) = decision_of(policy_of(rule, **given, **more), load(card), day).results
    return result


def texts(result: RuleResult) -> str:
    return " ".join(map(finding_text, result.findings))
