"""What an audit changed in a card: a diff in lines, and a page that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from ..document.common import one_line
from ..messages import sentence
from ..results.questionnaire import Asked
from ..results.updates import Effect, FactUpdate, Kept, Piece, Update
from .diff_page import outcome_word
from .pages import Item, Section

__all__ = ["asked_page", "explanation", "update_lines"]

_VALUE = 200
_MOST_PLACES = 4


def update_lines(found: Update) -> Iterator[str]:
    """The diff, a line each, as it is: whatever shows it makes it safe. Evidence is only counted."""
    for change in found.changes:
        if change.rule == "merge.evidence" and change.path.startswith("evidence."):
            continue
        if change.path.endswith(".evidence"):
            continue
        yield _line(change)
    for code, count in _evidence(found).items():
        if count:
            yield sentence(code, {"count": str(count)})
    for kept in found.kept:
        yield _kept(kept)
    for path in found.unseen:
        yield sentence("update.unseen", {"path": one_line(path, _VALUE)})


def _evidence(found: Update) -> dict[str, int]:
    """How many pieces of evidence were added, changed and removed, by the codes that tell it: a piece comes and goes with its source."""
    counts = {"update.evidence-added": 0, "update.evidence-changed": 0, "update.evidence-removed": 0}
    names: dict[str, str] = {}
    for change in found.changes:
        if change.path.startswith("evidence."):
            name, _, field = change.path.removeprefix("evidence.").rpartition(".")
            kind = "update.evidence-changed"
            if field == "source" and (change.before is None or change.after is None):
                kind = "update.evidence-added" if change.before is None else "update.evidence-removed"
            if names.get(name, kind) in (kind, "update.evidence-changed"):
                names[name] = kind
    for kind in names.values():
        counts[kind] += 1
    return counts


def _line(change: FactUpdate, name: str | None = None) -> str:
    path = one_line(name or change.path, _VALUE)
    if change.before is None:
        return sentence("update.added", {"path": path, "after": one_line(change.after or "", _VALUE)})
    if change.after is None:
        return sentence("update.removed", {"path": path, "before": one_line(change.before, _VALUE)})
    return sentence("update.changed", {"path": path, "before": one_line(change.before, _VALUE), "after": one_line(change.after, _VALUE)})


def _kept(kept: Kept) -> str:
    params = {"path": one_line(kept.path, _VALUE), "said": one_line(kept.said, _VALUE), "found": one_line(kept.found, _VALUE)}
    text = sentence("update.kept" if kept.said else "update.kept-unlisted", params)
    sources = "; ".join(_source(piece) for piece in kept.evidence[:_MOST_PLACES])
    return sentence("words.aside", {"text": text, "aside": sources}) if sources else text


def _source(piece: Piece) -> str:
    source = one_line(piece.source, _VALUE)
    return sentence("update.source", {"source": source, "locator": one_line(piece.locator, _VALUE)}) if piece.locator else source


def explanation(found: Update) -> Iterator[Section]:
    """Each thing that was kept, and why; each change with its rule, its evidence and what it did. For :func:`osaid.reports.pages.show`."""
    if found.kept:
        kept = tuple(_explained_kept(item) for item in found.kept)
        yield Section(sentence("update.kept-heading", {"count": str(len(kept))}), items=kept, top=True)
    changes = [change for change in found.changes if not change.path.startswith("evidence.")]
    items = tuple(_explained(list(group)) for _, group in groupby(changes, _claim))
    if items:
        yield Section(sentence("update.changes", {"count": str(len(items))}), items=items, top=True)
    else:
        yield Section(sentence("update.nothing"), top=True)
    if found.unseen:
        texts = (sentence("update.unseen-about"),)
        unseen = tuple((one_line(path, _VALUE),) for path in found.unseen)
        yield Section(sentence("update.unseen-heading", {"count": str(len(unseen))}), texts, items=unseen, top=True)
    if found.effects:
        effects = tuple((_effect(effect),) for effect in found.effects)
        yield Section(sentence("update.effects", {"count": str(len(effects))}), items=effects, top=True)
    for change in found.assessments:
        if change.verdict.moved:
            params = {"rubric": change.rubric_title, "before": change.verdict.before.label, "after": change.verdict.after.label}
            yield Section(texts=(sentence("update.verdict", params),))


def _claim(change: FactUpdate) -> tuple[str, str, tuple[Piece, ...]]:
    """What changes of one claim have in common."""
    return change.path.rpartition(".")[0], change.rule, change.evidence


def _explained(group: list[FactUpdate]) -> Item:
    claim = group[0].path.rpartition(".")[0]
    lines = [_line(change, change.path.rpartition(".")[2]) for change in group]
    heading = one_line(claim, _VALUE) if claim else lines.pop(0)
    pieces = [_told(piece) for piece in group[0].evidence]
    effects = dict.fromkeys(_effect(effect) for change in group for effect in change.effects)
    return (heading, *lines, sentence("update.why", {"why": group[0].why}), *pieces, *effects)


def _explained_kept(kept: Kept) -> Item:
    where = [sentence("update.line", {"line": str(kept.line)})] if kept.line is not None else []
    return (_kept(kept._replace(evidence=())), kept.why, *where, *map(_told, kept.evidence), *filter(None, [kept.hint]))


def _told(piece: Piece) -> str:
    return sentence("update.piece", {"source": _source(piece), "says": one_line(piece.says, 400)}) if piece.says else _source(piece)


def _effect(effect: Effect) -> str:
    words = {"before": outcome_word(effect.before), "after": outcome_word(effect.after)}
    return sentence("diff.outcome", {"title": one_line(effect.title, 120), "id": one_line(effect.criterion), **words})


def asked_page(asked: Iterable[Asked]) -> Iterator[Section]:
    """Questions, with why each is open, where its answer goes and what hangs on it. For :func:`osaid.reports.pages.show`."""
    items = tuple(_asked(item) for item in asked)
    if not items:
        yield Section(sentence("asked.none"), top=True)
        return
    yield Section(sentence("asked.heading", {"count": str(len(items))}), (sentence("asked.about"),), items=items, top=True)


def _asked(item: Asked) -> Item:
    below = [sentence("asked.why", {"why": one_line(item.why[0], 400)})]
    last = []
    if item.at:
        shown = ", ".join(one_line(place, _VALUE) for place in item.at[:_MOST_PLACES])
        params = {"at": shown, "count": str(len(item.at) - _MOST_PLACES)}
        last.append(sentence("asked.where-more" if len(item.at) > _MOST_PLACES else "asked.where", params))
    if item.bases:
        below.append(sentence("asked.bases", {"bases": ", ".join(map(one_line, item.bases))}))
    return (
        sentence("asked.question", {"question": item.question, "id": one_line(item.criterion)}),
        *below,
        " ".join([*last, _stakes(item)]),
    )


def _stakes(item: Asked) -> str:
    """What hangs on an answer."""
    told = []
    if item.blocks_alone:
        told.append(sentence("asked.blocks", {"verdict": one_line(item.if_bad.label)}))
    if item.decides_alone:
        told.append(sentence("asked.decides", {"verdict": one_line(item.if_good.label)}))
    if item.points:
        told.append(sentence("asked.points", {"points": f"{item.points:.1f}"}))
    if item.role != "required":
        told.append(sentence("asked.if-used" if item.role == "if-used" else "asked.optional"))
    return " ".join(told) or sentence("asked.nothing")
