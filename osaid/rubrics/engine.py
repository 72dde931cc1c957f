"""The one engine: a card's facts against a rubric. Pure: no clock, network, environment or randomness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..cards.subject import Subject
from ..outcome import Outcome, State, all_of
from .assessment import (
    Assessment,
    Basis,
    CriterionResult,
    Gap,
    Level,
    LineageStep,
    PillarScore,
    Reason,
    RubricRef,
    Score,
    Verdict,
)
from .conditions import States, counted, holds, possible
from .definition import Criterion, Rubric
from .facts import Facts
from .probes import Found

__all__ = ["BaseModel", "assess"]

_OUTCOMES = tuple(Outcome)
_INDEX = {state: _OUTCOMES.index(state.outcome) for state in State}


class BaseModel(NamedTuple):
    """A base of the model to be judged: its assessment by the same rubric, or why there is none.

    ``status`` is assessed, missing, unusable or cycle; ``runs_on_base`` whether running the model needs the base's parameters.
    """

    model: str
    relation: str
    runs_on_base: bool
    status: str
    assessment: Assessment | None


def assess(subject: Subject, facts: Facts, rubric: Rubric, bases: tuple[BaseModel, ...] = ()) -> Assessment:
    """Judge a card's facts by a rubric; ``bases`` are the assessments of the models it was made from."""
    of_bases = [(base, {result.id: result for result in base.assessment.criteria} if base.assessment is not None else {}) for base in bases]
    done: dict[str, Found] = {}
    results: list[CriterionResult | None] = [None] * len(rubric.criteria)
    for index in rubric.order:
        criterion = rubric.criteria[index]
        found = criterion.check(facts, done)
        inherited: tuple[str, ...] = ()
        if of_bases and criterion.inherits != "never":
            found, inherited = _inherit(criterion, found, of_bases)
        done[criterion.id] = found
        results[index] = _result(criterion, found, inherited, facts)
    criteria = tuple(result for result in results if result is not None)
    states = {result.id: result.state for result in criteria}
    atoms = {name: work_out(states) for name, work_out in rubric.atoms.items()}
    last = {name: work_out(states) for name, work_out in rubric.last.items()}
    score, pillars = _scores(rubric, states)
    return Assessment(
        subject,
        RubricRef(rubric.id, rubric.version, rubric.sha256),
        _verdict(rubric, atoms, last),
        score,
        tuple(_levels(rubric, atoms, states)),
        pillars,
        criteria,
        tuple(_gaps(rubric, criteria)),
        tuple(
            LineageStep(base.model, base.relation, base.status, base.assessment.verdict.id if base.assessment is not None else None)
            for base in bases
        ),
        _evidence(facts, criteria),
    )


def _inherit(
    criterion: Criterion, own: Found, of_bases: list[tuple[BaseModel, dict[str, CriterionResult]]]
) -> tuple[Found, tuple[str, ...]]:
    """A derived model is no better than its bases allow (OSAID 1.0: data and code "used to derive those parameters")."""
    state = own.state
    reasons = list(own.reasons)
    blamed = []
    for base, results in of_bases:
        if criterion.inherits == "to-run" and not base.runs_on_base:
            continue
        params = {"base": base.model, "relation": base.relation}
        because: tuple[Reason, ...] = ()
        if base.assessment is None:
            theirs, code = State.UNKNOWN, "lineage.base-" + base.status
        else:
            theirs = results[criterion.id].state
            code = "lineage.base-" + theirs.outcome.value.replace("_", "-")
            because = tuple(reason._replace(because=()) for reason in results[criterion.id].reasons)
        if theirs is not State.NOT_APPLICABLE:
            reasons.append(Reason(code, params, theirs, because=because if theirs is not State.MET else ()))
            if theirs is not State.MET:
                blamed.append(base.model)
        state = all_of((state, theirs))
    return Found(state, tuple(reasons)), tuple(dict.fromkeys(blamed))


def _result(criterion: Criterion, found: Found, inherited: tuple[str, ...], facts: Facts) -> CriterionResult:
    reasons = found.reasons
    if len(reasons) == 1:
        reason = reasons[0]
        evidence_ids = tuple(dict.fromkeys(item for item in reason.evidence if item in facts.evidence)) if reason.claimed else ()
        return CriterionResult(criterion.id, found.state, reasons, evidence_ids, bool(evidence_ids) or not reason.claimed, inherited)
    if found.state is not State.MET and found.state is not State.NOT_APPLICABLE:
        reasons = _telling(found.state, reasons) or reasons
    evidence: dict[str, None] = {}
    supported = True
    for reason in reasons:
        if reason.claimed:
            known = [item for item in reason.evidence if item in facts.evidence]
            supported = supported and bool(known)
            evidence.update(dict.fromkeys(known))
    return CriterionResult(criterion.id, found.state, reasons, tuple(evidence), supported, inherited)


def _telling(state: State, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """The reasons that make a state what it is: what is met is not why something fails, nor is what is unknown if something fails."""
    if state.best < 2:
        return tuple(reason for reason in reasons if reason.state.best < 2)
    return tuple(reason for reason in reasons if reason.state is not State.MET and reason.state is not State.NOT_APPLICABLE)


def _verdict(rubric: Rubric, atoms: States, last: States) -> Verdict:
    """The one place where a verdict is decided: the first rule that holds, for every way in which what is open can turn out.

    ``atoms`` leave out steps that nobody has shown, and so decide the verdict; ``last`` count them, and so say what is still possible.
    """
    conditions = [rule.condition or _otherwise for rule in rubric.verdicts]
    now = possible(conditions, {name: atoms[name] for name in rubric.deciding})
    later = possible(conditions, {name: last[name] for name in rubric.deciding})
    found = tuple(rubric.verdicts[number].id for number in sorted({*now, *later}))
    return Verdict(rubric.verdicts[now[0]].id if len(now) == 1 else rubric.undetermined[0], found)


def _otherwise(atoms: States) -> State:
    return State.MET


class _Sum:
    """The weighted share of applicable criteria met, partly met counting half."""

    __slots__ = ("counts", "high", "low", "total")

    def __init__(self) -> None:
        self.total = self.low = self.high = 0
        self.counts = [0] * len(_OUTCOMES)

    def add(self, weight: int, state: State) -> None:
        self.total += weight
        self.low += weight * state.worst
        self.high += weight * state.best

    def score(self) -> Score | None:
        """None where no criterion applies."""
        if not self.total:
            return None
        low = 50.0 * self.low / self.total
        return Score(low, low, 50.0 * self.high / self.total)


def _scores(rubric: Rubric, states: Mapping[str, State]) -> tuple[Score, tuple[PillarScore, ...]]:
    """The score of the whole and of each pillar; the pillars' counts leave optional criteria out."""
    whole = _Sum()
    pillars = {pillar: _Sum() for pillar in rubric.pillars}
    for criterion in rubric.criteria:
        state = states[criterion.id]
        pillar = pillars[criterion.pillar]
        if criterion.role != "optional":
            pillar.counts[_INDEX[state]] += 1
        if state is not State.NOT_APPLICABLE:
            whole.add(criterion.weight, state)
            pillar.add(criterion.weight, state)
    scores = tuple(PillarScore(name, pillar.score(), tuple(pillar.counts)) for name, pillar in pillars.items())
    return whole.score() or Score(0.0, 0.0, 0.0), scores


def _levels(rubric: Rubric, atoms: States, states: States) -> list[Level]:
    levels = []
    for rule in rubric.levels:
        state = rule.condition(atoms)
        met = None if state.outcome is Outcome.UNKNOWN and state.best == 2 else holds(state)
        names = counted(states, rule.required, rule.if_used)
        applicable = [states[name] for name in names if states[name] is not State.NOT_APPLICABLE]
        share = 100.0 * sum(state is State.MET for state in applicable) / len(applicable) if applicable else 100.0
        levels.append(Level(rule.id, met, share))
    return levels


def _gaps(rubric: Rubric, criteria: tuple[CriterionResult, ...]) -> list[Gap]:
    """What to mend (blocking), to answer (question) or to improve (advice): most severe first, then in the rubric's order."""
    gaps: dict[str, list[Gap]] = {"blocking": [], "question": [], "advice": []}
    for criterion, result in zip(rubric.criteria, criteria, strict=True):
        outcome = result.outcome
        if criterion.role == "summary" or outcome is Outcome.NOT_APPLICABLE:
            continue
        if outcome is Outcome.MET:
            severity = "" if result.supported else "advice"
        elif criterion.role == "optional":
            severity = "advice" if outcome is not Outcome.UNKNOWN else ""
        else:
            severity = "question" if outcome is Outcome.UNKNOWN and result.state.best == 2 else "blocking"
        if severity:
            gaps[severity].append(Gap(criterion.id, severity, criterion.kind == "terms"))
    return [gap for severity in gaps.values() for gap in severity]


def _evidence(facts: Facts, criteria: tuple[CriterionResult, ...]) -> tuple[Basis, ...]:
    used = sorted({item for result in criteria for item in result.evidence})
    return tuple(
        Basis(
            item,
            entry["source"],
            entry.get("locator", ""),
            entry.get("retrieved", ""),
            entry.get("basis", "read"),
            entry.get("says", ""),
        )
        for item in used
        for entry in (facts.evidence[item],)
    )
