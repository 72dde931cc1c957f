"""What changed between two assessments, whether the verdict moved, and because of what. Plain data in, typed values out.

Plain data is that of :func:`osaid.results.plain_data.assessment_data`, so a saved result and a fresh one are treated alike. Where a card
was read from is no part of what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..cards.leaves import FactChange
from ..rubrics.assessment import Score
from .changes import (
    Cause,
    Change,
    CriterionChange,
    Direction,
    EvidenceChange,
    FieldChange,
    GapMove,
    LevelChange,
    LineageChange,
    Named,
    PillarChange,
    Reached,
    ScoreChange,
    Stand,
    Told,
    VerdictChange,
)

__all__ = ["Pairs", "diff", "pairs"]

Data = Mapping[str, Any]
_FIELDS = ("id", "name", "developer", "version", "as_of", "format", "sha256")
_RUBRIC_FIELDS = ("id", "version", "sha256")
_RANK = {"not_met": 0, "partly_met": 1, "unknown": 2, "met": 3}


class Pairs(NamedTuple):
    """Assessments that belong together; the models that only one side has; those in both, but never by the same rubric."""

    both: tuple[tuple[Data, Data], ...]
    added: tuple[Named, ...]
    removed: tuple[Named, ...]
    apart: tuple[Named, ...]


def pairs(old: Sequence[Data], new: Sequence[Data]) -> Pairs:
    """Match assessments by model id and rubric id. Where each side is about one model, these two are a pair, whatever their ids.

    No side may hold two assessments of one model by one rubric. Everything comes in the order of the old side, what is added in that
    of the new one.
    """
    olds, news = _models(old), _models(new)
    if len(olds) == len(news) == 1:
        news = dict(zip(olds, news.values(), strict=True))
    both = [
        (before, news[model][rubric])
        for model, by_rubric in olds.items()
        for rubric, before in by_rubric.items()
        if rubric in news.get(model, {})
    ]
    apart = {model: by_rubric for model, by_rubric in olds.items() if model in news and not by_rubric.keys() & news[model].keys()}
    return Pairs(tuple(both), _named(news, olds), _named(olds, news), _named(apart, {}))


def _models(assessments: Iterable[Data]) -> dict[str, dict[str, Data]]:
    found: dict[str, dict[str, Data]] = {}
    for assessment in assessments:
        found.setdefault(assessment["subject"]["id"], {})[assessment["rubric"]["id"]] = assessment
    return found


def _named(of: Mapping[str, Mapping[str, Data]], without: Mapping[str, object]) -> tuple[Named, ...]:
    return tuple(Named(model, next(iter(by_rubric.values()))["subject"]["name"]) for model, by_rubric in of.items() if model not in without)


def diff(old: Data, new: Data, order: Sequence[str] = (), facts: tuple[FactChange, ...] | None = None) -> Change:
    """What changed from one assessment to another by the same rubric, or by another version of it.

    ``order`` names the rubric's verdicts from best to worst; without it, which way a verdict moved is told from the gaps. ``facts`` are
    the values that changed in the card, where both cards are at hand (:func:`osaid.cards.leaves.fact_changes`).
    """
    criteria = tuple(_criteria(old, new))
    lineage = tuple(_lineage(old, new))
    subject, rubric = tuple(_fields("subject", _FIELDS, old, new)), tuple(_fields("rubric", _RUBRIC_FIELDS, old, new))
    pillars = tuple(_pillars(old, new))
    change = Change(
        Named(new["subject"]["id"], new["subject"]["name"]),
        new["rubric"]["id"],
        new["rubric"]["title"],
        False,
        _verdict(old, new, order, lineage),
        ScoreChange(Score(**old["score"]), Score(**new["score"])),
        pillars,
        tuple(_levels(old, new)),
        criteria,
        tuple(_other_reasons(old, new)),
        _only(old, new),
        _only(new, old),
        lineage,
        tuple(_evidence(old, new)),
        subject,
        rubric,
        facts,
    )
    return change._replace(same=_is_same(change))


def _is_same(change: Change) -> bool:
    stands = change.verdict.before == change.verdict.after and change.score.before == change.score.after
    scores = all(pillar.before == pillar.after for pillar in change.pillars)
    lists = (change.levels, change.criteria, change.other_reasons, change.only_before, change.only_after, change.lineage)
    return stands and scores and not any((*lists, change.evidence, change.subject, change.rubric, change.facts))


# --- the verdict --------------------------------------------------------------------------------------------------


def _verdict(old: Data, new: Data, order: Sequence[str], lineage: tuple[LineageChange, ...]) -> VerdictChange:
    before, after = _stand(old), _stand(new)
    moved = before.id != after.id
    if not moved:
        return VerdictChange(before, after, False, "none", ())
    direction = _direction(old, new, order)
    return VerdictChange(before, after, True, direction, tuple(_because(old, new, direction, lineage)))


def _stand(assessment: Data) -> Stand:
    verdict = assessment["verdict"]
    return Stand(verdict["id"], verdict["label"], tuple(verdict["possible"]))


def _direction(old: Data, new: Data, order: Sequence[str]) -> Direction:
    """By the rubric's order of verdicts; else by which gaps block on one side only; else by the score.

    An undetermined verdict stands for all that it can become. Where its best and its worst move in opposite directions, it moves aside.
    """
    before, after = _span(old, order), _span(new, order)
    if before is not None and after is not None and before != after:
        steps = [(now > was) - (now < was) for was, now in zip(before, after, strict=True)]
        return "aside" if min(steps) < 0 < max(steps) else "better" if min(steps) < 0 else "worse"
    had, has = _gaps(old, "blocking"), _gaps(new, "blocking")
    came, went = has.keys() - had.keys(), had.keys() - has.keys()
    if bool(came) != bool(went):
        return "worse" if came else "better"
    was, now = (old["score"]["low"], old["score"]["high"]), (new["score"]["low"], new["score"]["high"])
    return "aside" if was == now else "better" if now > was else "worse"


def _span(assessment: Data, order: Sequence[str]) -> tuple[int, int] | None:
    """The places of the best and the worst verdict that an assessment still leaves open; None where the order does not know them."""
    verdict = assessment["verdict"]
    ids = verdict["possible"] if _is_open(assessment) else [verdict["id"]]
    places = [order.index(item) for item in ids if item in order]
    return (min(places), max(places)) if places and len(places) == len(ids) else None


def _gaps(assessment: Data, *severities: str) -> dict[str, Data]:
    return {gap["criterion"]: gap for gap in assessment["gaps"] if gap["severity"] in severities}


def _is_open(assessment: Data) -> bool:
    """Whether the verdict is undetermined: only then it is none of those possible."""
    return assessment["verdict"]["id"] not in assessment["verdict"]["possible"]


def _because(old: Data, new: Data, direction: Direction, lineage: tuple[LineageChange, ...]) -> Iterator[Cause]:
    """The gaps in the direction of the move, and what else can have moved it."""
    rubric = old["rubric"]["sha256"] != new["rubric"]["sha256"]
    found: list[Cause] = []
    if direction in ("worse", "aside"):
        found += _one_way("gap-appeared", new, old)
    if direction in ("better", "aside"):
        found += _one_way("gap-went", old, new)
    if not found:  # a ladder may count what is no gap
        found += _by_outcome(old, new, direction)
    blamed = {base for cause in found for base in cause.bases}
    bases = [step for step in lineage if step.model in blamed or not found]
    yield from found
    for step in bases:
        yield Cause("base", step.model, step.model, "", step.before or "", step.after or "", "", ())
    if rubric:
        yield Cause("rubric", new["rubric"]["id"], new["rubric"]["title"], "", old["rubric"]["version"], new["rubric"]["version"], "", ())
    elif old["subject"]["sha256"] == new["subject"]["sha256"] and not lineage:
        yield Cause("tool", "", "", "", "", "", "", ())


def _one_way(kind: GapMove, having: Data, lacking: Data) -> Iterator[Cause]:
    """The gaps that one side has and the other does not: those that block, and questions where a verdict is open for them."""
    severities = ("blocking", "question") if _is_open(having) else ("blocking",)
    there = _gaps(lacking, *severities)
    outcomes = _by_id(lacking, "criteria")
    for criterion, gap in _gaps(having, *severities).items():
        if criterion in there:
            continue
        other = outcomes[criterion]["outcome"] if criterion in outcomes else ""
        before, after = (other, gap["outcome"]) if kind == "gap-appeared" else (gap["outcome"], other)
        yield Cause(kind, criterion, gap["title"], gap["severity"], before, after, gap["message"], tuple(gap["inherited_from"]))


def _by_outcome(old: Data, new: Data, direction: Direction) -> Iterator[Cause]:
    was, now = _by_id(old, "criteria"), _by_id(new, "criteria")
    for identifier, after in now.items():
        before = was.get(identifier)
        if before is None or after["role"] == "information":
            continue
        step = _RANK.get(after["outcome"], 3) - _RANK.get(before["outcome"], 3)
        if step and direction in ("aside", "better" if step > 0 else "worse"):
            told = " ".join(reason["message"] for reason in after["reasons"])
            yield Cause(
                "outcome", identifier, after["title"], "", before["outcome"], after["outcome"], told, tuple(after["inherited_from"])
            )


# --- the parts ----------------------------------------------------------------------------------------------------


def _by_id(assessment: Data, part: str, key: str = "id") -> dict[str, Data]:
    return {item[key]: item for item in assessment[part]}


def _joined(old: Data, new: Data, part: str, key: str = "id") -> Iterator[tuple[str, Data | None, Data | None]]:
    """What both sides have of a part, in the order of the new side, and after that what only the old one has."""
    was, now = _by_id(old, part, key), _by_id(new, part, key)
    for identifier in dict.fromkeys([*now, *was]):
        yield identifier, was.get(identifier), now.get(identifier)


def _fields(part: str, names: tuple[str, ...], old: Data, new: Data) -> Iterator[FieldChange]:
    for name in names:
        if old[part][name] != new[part][name]:
            yield FieldChange(name, old[part][name], new[part][name])


def _pillars(old: Data, new: Data) -> Iterator[PillarChange]:
    for identifier, before, after in _joined(old, new, "pillars"):
        either = after or before or {}
        yield PillarChange(identifier, either["label"], *(_score(side) for side in (before, after)))


def _score(pillar: Data | None) -> Score | None:
    return Score(**pillar["score"]) if pillar is not None and pillar["score"] is not None else None


def _levels(old: Data, new: Data) -> Iterator[LevelChange]:
    for identifier, before, after in _joined(old, new, "levels"):
        was, now = (Reached(side["met"], side["progress"]) if side is not None else None for side in (before, after))
        if was != now:
            yield LevelChange(identifier, (after or before or {})["label"], was, now)


def _criteria(old: Data, new: Data) -> Iterator[CriterionChange]:
    for identifier, before, after in _joined(old, new, "criteria"):
        if before is not None and after is not None and before["outcome"] != after["outcome"]:
            yield CriterionChange(identifier, after["title"], _told(before), _told(after))


def _told(criterion: Data) -> Told:
    return Told(criterion["outcome"], tuple(reason["message"] for reason in criterion["reasons"]))


def _other_reasons(old: Data, new: Data) -> Iterator[Named]:
    """Compared by code and parameters, so that a result saved in another language is not another one."""

    def key(criterion: Data) -> object:
        return criterion["supported"], tuple(criterion["inherited_from"]), [(item["code"], item["params"]) for item in criterion["reasons"]]

    for identifier, before, after in _joined(old, new, "criteria"):
        if before is not None and after is not None and before["outcome"] == after["outcome"] and key(before) != key(after):
            yield Named(identifier, after["title"])


def _only(one: Data, other: Data) -> tuple[Named, ...]:
    there = _by_id(other, "criteria")
    return tuple(Named(item["id"], item["title"]) for item in one["criteria"] if item["id"] not in there)


def _lineage(old: Data, new: Data) -> Iterator[LineageChange]:
    for model, before, after in _joined(old, new, "lineage", "model"):
        was, now = (None if step is None else step["verdict"] or step["status"] for step in (before, after))
        if was != now:
            yield LineageChange(model, was, now)


def _evidence(old: Data, new: Data) -> Iterator[EvidenceChange]:
    for identifier, before, after in _joined(old, new, "evidence"):
        if before != after:
            yield EvidenceChange(identifier, *(None if item is None else item["source"] for item in (before, after)))
