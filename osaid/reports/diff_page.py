"""What changed, as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..document.common import one_line
from ..messages import sentence
from ..outcome import Outcome
from ..results.changes import Cause, Change, CriterionChange, Difference, Named, Reached, Stand, Told
from ..results.sentences import LINEAGE_WORDS, OUTCOME_WORDS, range_text, score_text
from ..rubrics.assessment import Score
from .pages import Grid, Item, Section

__all__ = ["page"]

_VALUE = 300
_DIGEST = 12
_FIELDS = {
    "id": "diff.field-id",
    "name": "diff.field-name",
    "developer": "diff.field-developer",
    "version": "diff.field-version",
    "as_of": "compare.as-of",
    "format": "diff.field-format",
    "sha256": "diff.field-digest",
}
_MOVED = {"better": "diff.moved-better", "worse": "diff.moved-worse", "aside": "diff.moved-aside"}
_GAPS = {
    ("gap-appeared", "blocking"): "diff.gap-appeared",
    ("gap-went", "blocking"): "diff.gap-went",
    ("gap-appeared", "question"): "diff.question-appeared",
    ("gap-went", "question"): "diff.question-went",
}


def page(difference: Difference, unread: tuple[int, int] = (0, 0)) -> Iterator[Section]:
    """One model in full. Of many, first a line for each that changed, then each of them in full.

    ``unread`` is how many inputs of the old and of the new side could not be read: a model that seems to be gone may be among them.
    """
    changed = [change for change in difference.changes if not change.same]
    same = [change for change in difference.changes if change.same]
    one = len(difference.changes) == 1 and not difference.added and not difference.removed
    if one and same:
        yield Section(texts=(sentence("diff.same", {"model": _name(same[0].model), "id": one_line(same[0].rubric_id)}),))
        return
    if not one:
        yield from _overview(difference, changed, same, unread)
    for change in changed:
        yield from _change(change)


def _overview(difference: Difference, changed: list[Change], same: list[Change], unread: tuple[int, int]) -> Iterator[Section]:
    if changed:
        header = ("compare.model", "compare.rubric-version", "compare.verdict", "compare.score", "diff.changed-criteria")
        rows = tuple(
            (
                one_line(change.model.name),
                one_line(change.rubric_id),
                _arrow(one_line(change.verdict.before.label), one_line(change.verdict.after.label)),
                _arrow(range_text(change.score.before), range_text(change.score.after)),
                str(len(change.criteria)),
            )
            for change in changed
        )
        yield Section(sentence("diff.overview"), grid=Grid(tuple(map(sentence, header)), rows), top=True)
    for code, models, failed in (("diff.added", difference.added, unread[0]), ("diff.removed", difference.removed, unread[1])):
        if models:
            texts = (sentence("diff.unread", {"count": str(failed)}),) if failed else ()
            items = tuple((_name(model),) for model in models)
            yield Section(sentence(code, {"count": str(len(models))}), texts, items=items, top=True)
    counts: dict[str, int] = {}
    for change in same:
        counts[change.rubric_id] = counts.get(change.rubric_id, 0) + 1
    for rubric, count in counts.items():
        yield Section(texts=(sentence("diff.same-many", {"id": one_line(rubric), "count": str(count)}),))


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


# --- one model ----------------------------------------------------------------------------------------------------


def _change(change: Change) -> Iterator[Section]:
    params = {"model": _name(change.model), "rubric": one_line(change.rubric_title), "id": one_line(change.rubric_id)}
    yield Section(sentence("diff.title", params), tuple(_opening(change)), top=True)
    if change.verdict.moved:
        yield Section(sentence("diff.because"), items=tuple(_because(change)))
    yield from _scores(change)
    if change.criteria:
        items = tuple((_moved(item), *_reasons(item.before, item.after)) for item in change.criteria)
        yield Section(sentence("diff.criteria", {"count": str(len(items))}), items=items)
    if change.other_reasons:
        titles = "; ".join(one_line(item.name, 120) for item in change.other_reasons)
        yield Section(sentence("diff.other-reasons", {"count": str(len(change.other_reasons))}), (titles,))
    yield from _criteria("diff.only-before", change.only_before)
    yield from _criteria("diff.only-after", change.only_after)
    if change.lineage:
        items = tuple((_value(one_line(step.model), _base(step.before), _base(step.after)),) for step in change.lineage)
        yield Section(sentence("diff.lineage"), items=items)
    if change.evidence:
        items = tuple((_evidence(item.id, item.before, item.after),) for item in change.evidence)
        yield Section(sentence("diff.evidence", {"count": str(len(items))}), items=items)
    for code, fields in (("diff.subject", change.subject), ("diff.rubric", change.rubric)):
        if fields:
            yield Section(sentence(code), items=tuple((_field(field.field, field.before, field.after),) for field in fields))
    if change.facts:
        items = tuple((_value(one_line(fact.path, 160), fact.before, fact.after),) for fact in change.facts)
        yield Section(sentence("diff.facts", {"count": str(len(items))}), items=items)


def _opening(change: Change) -> Iterator[str]:
    for field in change.subject:
        if field.field == "id":
            yield sentence("diff.renamed", {"before": one_line(field.before), "after": one_line(field.after)})
    verdict = change.verdict
    if verdict.moved:
        yield sentence(_MOVED[verdict.direction], {"before": one_line(verdict.before.label), "after": one_line(verdict.after.label)})
    else:
        yield sentence("diff.stays", {"verdict": one_line(verdict.after.label)})
    if verdict.before.possible != verdict.after.possible and max(len(verdict.before.possible), len(verdict.after.possible)) > 1:
        yield sentence("diff.possible", {"before": _possible(verdict.before), "after": _possible(verdict.after)})
    before, after = change.score.before, change.score.after
    if before == after:
        yield sentence("diff.score-same", {"score": score_text(after)})
    else:
        yield sentence("diff.score", {"before": score_text(before), "after": score_text(after)})


def _possible(stand: Stand) -> str:
    return ", ".join(one_line(verdict) for verdict in stand.possible)


def _because(change: Change) -> Iterator[Item]:
    causes = change.verdict.because
    alone = all(field.field != "sha256" for field in change.subject)
    for cause in causes:
        yield from _cause(cause, alone, bool(change.lineage))
    if not causes:
        yield (sentence("diff.no-cause"),)


def _cause(cause: Cause, alone: bool, bases_too: bool) -> Iterator[Item]:
    """``alone``: the card is the same, so nothing in it can be the cause."""
    if cause.kind == "tool":
        yield (sentence("diff.tool"),)
    elif cause.kind == "rubric":
        params = {"id": one_line(cause.id), "before": one_line(cause.before), "after": one_line(cause.after)}
        code = "diff.rubric-too" if not alone else "diff.rubric-and-bases" if bases_too else "diff.rubric-only"
        yield (sentence(code, params),)
    elif cause.kind == "base":
        yield (sentence("diff.base", {"model": one_line(cause.id), "before": _base(cause.before), "after": _base(cause.after)}),)
    else:
        below = [one_line(cause.message, 2 * _VALUE)] if cause.message else []
        if cause.bases:
            below.append(sentence("diff.inherited", {"bases": ", ".join(map(one_line, cause.bases))}))
        yield (_gap(cause), *below)


def _base(known: str | None) -> str:
    """What is known of a base model: its verdict, why it has none, or that it is not named as one."""
    return LINEAGE_WORDS.get(known, one_line(known)) if known else sentence("diff.base-absent")


def _gap(cause: Cause) -> str:
    """A blocking gap whose outcome is unknown can no longer be met in full: only so is it blocking."""
    words = {"before": outcome_word(cause.before), "after": outcome_word(cause.after)}
    side = "before" if cause.kind == "gap-went" else "after"
    if cause.severity == "blocking" and (cause.before if side == "before" else cause.after) == "unknown":
        words[side] = sentence("outcome.unknown-not-full")
    params = {"title": one_line(cause.name, 120), "id": one_line(cause.id), **words}
    return sentence(_GAPS.get((cause.kind, cause.severity), "diff.outcome"), params)


def _scores(change: Change) -> Iterator[Section]:
    pillars = [pillar for pillar in change.pillars if pillar.before != pillar.after]
    if pillars:
        header = ("compare.pillar", "diff.before", "diff.after")
        rows = tuple((one_line(pillar.label), _score(pillar.before), _score(pillar.after)) for pillar in pillars)
        yield Section(sentence("compare.pillars"), grid=Grid(tuple(map(sentence, header)), rows))
    if change.levels:
        header = ("compare.level", "diff.before", "diff.after")
        rows = tuple((one_line(level.label), reached_text(level.before), reached_text(level.after)) for level in change.levels)
        yield Section(sentence("compare.levels"), grid=Grid(tuple(map(sentence, header)), rows))


def _criteria(code: str, criteria: Iterable[Named]) -> Iterator[Section]:
    items = tuple((sentence("diff.criterion", {"title": one_line(item.name, 120), "id": one_line(item.id)}),) for item in criteria)
    if items:
        yield Section(sentence(code, {"count": str(len(items))}), items=items)


def _reasons(before: Told, after: Told) -> Iterator[str]:
    for code, told in (("diff.told-before", before), ("diff.told-after", after)):
        if told.reasons:
            yield sentence(code, {"reasons": one_line(" ".join(told.reasons), 2 * _VALUE)})


def _moved(change: CriterionChange) -> str:
    words = {"before": outcome_word(change.before.outcome), "after": outcome_word(change.after.outcome)}
    return sentence("diff.outcome", {"title": one_line(change.title, 120), "id": one_line(change.id), **words})


def _field(field: str, before: str, after: str) -> str:
    if field == "sha256":
        before, after = before[:_DIGEST], after[:_DIGEST]
    return _value(sentence(_FIELDS[field]), before, after)


def _value(what: str, before: str | None, after: str | None) -> str:
    if before is None:
        return sentence("diff.value-added", {"what": what, "after": _told(after)})
    if after is None:
        return sentence("diff.value-removed", {"what": what, "before": _told(before)})
    return sentence("diff.value", {"what": what, "before": _told(before), "after": _told(after)})


def _told(value: str | None) -> str:
    return one_line(value, _VALUE) if value else sentence("diff.nothing-said")


def _evidence(identifier: str, before: str | None, after: str | None) -> str:
    code = "diff.evidence-added" if before is None else "diff.evidence-removed" if after is None else "diff.evidence-changed"
    return sentence(code, {"id": one_line(identifier), "before": one_line(before or "", _VALUE), "after": one_line(after or "", _VALUE)})


# --- words that the page of a comparison needs too -----------------------------------------------------------------


def outcome_word(outcome: str | None) -> str:
    """An outcome in words; the word for a criterion that is not there."""
    return OUTCOME_WORDS[Outcome(outcome)] if outcome else sentence("diff.no-criterion")


def reached_text(reached: Reached | None) -> str:
    """How far a level is reached, in words."""
    if reached is None:
        return sentence("compare.absent")
    code = "compare.reached-yes" if reached.met else "compare.reached-unknown" if reached.met is None else "compare.reached"
    return sentence(code, {"progress": f"{reached.progress:.0f}"})


def _score(score: Score | None) -> str:
    return score_text(score) if score is not None else sentence("compare.absent")


def _name(model: Named) -> str:
    return sentence("diff.named", {"name": one_line(model.name), "id": one_line(model.id)})
