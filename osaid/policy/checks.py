"""What rules ask of assessments: verdict, level, score, criteria, evidence; and of the card's age."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Collection, Iterable

from ..outcome import State
from ..rubrics.assessment import Assessment, CriterionResult, Verdict
from ..rubrics.definition import Rubric
from ..rubrics.engine import levels_if, verdict_if
from .definition import FAILED, PASSED, UNKNOWN, Case, Check, Finding, Found

__all__ = ["age", "combined", "criteria", "evidence", "level", "score", "verdict"]


def combined(found: Iterable[tuple[str, Finding]]) -> Found:
    """One answer of many: failed if any failed, else unknown if any is. What failed is told first."""
    items = list(found)
    ordered = [finding for status in (FAILED, UNKNOWN) for each, finding in items if each == status]
    statuses = {status for status, _ in items}
    return Found(FAILED if FAILED in statuses else UNKNOWN if UNKNOWN in statuses else PASSED, lambda: tuple(ordered))


def _one(status: str, finding: Finding) -> Found:
    return Found(status, lambda: (finding,))


def verdict(name: str, rubric: Rubric, at_least: str, *, settled: bool) -> Check:
    """The verdict is ``at_least`` or a better one: rubrics list the best first. ``settled``: so is all that it can still turn out to be."""
    order = [rule.id for rule in rubric.verdicts]
    allowed = frozenset(order[: order.index(at_least) + 1])
    wanted = rubric.verdict_texts(at_least)[0]

    def status(found: Verdict) -> str:
        # What is undetermined passes only if every verdict still possible does, and fails outright only if none does.
        can_be = set(found.possible) if settled or found.id == rubric.undetermined[0] else {found.id}
        return PASSED if can_be <= allowed else UNKNOWN if can_be & allowed else FAILED

    def check(case: Case, met: frozenset[str]) -> Found:
        assessment = case.assessments[name]
        found = verdict_if(assessment, rubric, met) if met else assessment.verdict
        answer = status(found)
        if answer == PASSED:
            return Found(PASSED)

        def tell() -> tuple[Finding, ...]:
            still = ", ".join(rubric.verdict_texts(item)[0] for item in found.possible)
            params = {"rubric": rubric.id, "verdict": rubric.verdict_texts(found.id)[0], "wanted": wanted, "possible": still}
            told = Finding("gate.verdict-open" if answer == UNKNOWN else "gate.verdict-short", params, at=("model", "id"))
            missing = _missing(assessment, met, lambda more: status(verdict_if(assessment, rubric, more)) == PASSED)
            return told, *_reasons(assessment, missing)

        return Found(answer, tell)

    return check


def level(name: str, rubric: Rubric, reached: str) -> Check:
    """A level is reached. Where that is not known, it is unknown."""
    index = [rule.id for rule in rubric.levels].index(reached)
    label = rubric.levels[index].label

    def check(case: Case, met: frozenset[str]) -> Found:
        assessment = case.assessments[name]
        found = (levels_if(assessment, rubric, met) if met else assessment.levels)[index]
        if found.met:
            return Found(PASSED)

        def tell() -> tuple[Finding, ...]:
            code = "gate.level-open" if found.met is None else "gate.level-short"
            told = Finding(code, {"rubric": rubric.id, "level": label, "progress": f"{found.progress:.0f}"}, at=("model", "id"))
            missing = _missing(assessment, met, lambda more: levels_if(assessment, rubric, more)[index].met is True)
            return told, *_reasons(assessment, missing)

        return Found(UNKNOWN if found.met is None else FAILED, tell)

    return check


def _missing(assessment: Assessment, met: frozenset[str], passes: Callable[[frozenset[str]], bool]) -> list[str]:
    """Criteria that would have to be met for a rule to pass, and no more than needed; all that block if even all would not do."""
    gaps = [gap.criterion for gap in assessment.gaps if gap.severity != "advice" and gap.criterion not in met]
    if not passes(met.union(gaps)):
        return [gap.criterion for gap in assessment.gaps if gap.severity == "blocking" and gap.criterion not in met]
    kept = list(gaps)
    for name in reversed(gaps):
        fewer = [item for item in kept if item != name]
        if passes(met.union(fewer)):
            kept = fewer
    return kept


def _reasons(assessment: Assessment, names: Collection[str]) -> tuple[Finding, ...]:
    results = {result.id: result for result in assessment.criteria}
    return tuple(finding for name in names for finding in _of(results[name]))


def _of(result: CriterionResult) -> list[Finding]:
    return [Finding(reason.code, reason.params, result.id, reason.at, reason.because) for reason in result.reasons]


def score(name: str, rubric: Rubric, at_least: float) -> Check:
    """The score counts nothing for what is unknown, so that silence never passes. A waiver does not change it."""

    def check(case: Case, met: frozenset[str]) -> Found:
        value = case.assessments[name].score.value
        if value >= at_least:
            return Found(PASSED)
        shown = f"{math.floor(value * 10) / 10:g}"  # never rounded up to what is asked
        params = {"rubric": rubric.id, "score": shown, "wanted": f"{at_least:g}"}
        return _one(FAILED, Finding("gate.score-low", params, at=("model", "id")))

    return check


def criteria(name: str, wanted: tuple[str, ...]) -> Check:
    """Criteria are met, or do not apply."""

    def check(case: Case, met: frozenset[str]) -> Found:
        results = {result.id: result for result in case.assessments[name].criteria}
        found = []
        for identifier in wanted:
            state = results[identifier].state
            if identifier in met or state in (State.MET, State.NOT_APPLICABLE):
                continue
            answer = UNKNOWN if state.best == 2 else FAILED
            found += [(answer, finding) for finding in _of(results[identifier])]
        return combined(found)

    return check


def evidence(name: str, rubric: Rubric, first_hand: bool) -> Check:
    """Every claim that counts names evidence: that a criterion is met, or does not apply. With ``first_hand`` none of it is second-hand.

    Where no criterion is met there is nothing to look at, and that is no pass.
    """
    titles = {criterion.id: criterion.title for criterion in rubric.criteria}

    def check(case: Case, met: frozenset[str]) -> Found:
        assessment = case.assessments[name]
        second_hand = {basis.id for basis in assessment.evidence if basis.basis == "second-hand"} if first_hand else set()
        found = []
        looked_at = False
        for result in assessment.criteria:
            if result.state not in (State.MET, State.NOT_APPLICABLE):
                continue
            looked_at = looked_at or result.state is State.MET
            if result.id in met:
                continue
            if not result.supported:
                at = next((reason.at for reason in result.reasons if reason.claimed and not reason.evidence), ())
                found.append((FAILED, Finding("gate.evidence-none", {"title": titles[result.id]}, result.id, at)))
            others = [item for item in result.evidence if item in second_hand]
            if others:
                params = {"title": titles[result.id], "evidence": ", ".join(others)}
                found.append((FAILED, Finding("gate.evidence-second-hand", params, result.id, ("evidence", others[0]))))
        if not looked_at:
            return _one(UNKNOWN, Finding("gate.evidence-nothing", {"rubric": rubric.id}, at=("model", "id")))
        return combined(found)

    return check


def age(most_days: int) -> Check:
    """The day that the card speaks of is not longer ago than this."""

    def check(case: Case, met: frozenset[str]) -> Found:
        as_of = case.subject.as_of
        try:
            day = datetime.date.fromisoformat(as_of)
        except ValueError:
            return _one(UNKNOWN, Finding("gate.age-unknown", {}, at=("as_of",)))
        days = (case.date - day).days
        params = {"as_of": as_of, "date": case.date.isoformat(), "days": str(days), "most": str(most_days)}
        if days < 0:
            return _one(FAILED, Finding("gate.age-future", params, at=("as_of",)))
        return Found(PASSED) if days <= most_days else _one(FAILED, Finding("gate.age-old", params, at=("as_of",)))

    return check
