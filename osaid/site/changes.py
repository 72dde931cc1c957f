"""What changed between two builds of a site."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import OsaidError
from ..messages import sentence
from ..reports.text import plain
from ..results.diff import diff
from ..results.plain_data import assessment_data
from ..results.review import Judged
from ..results.saved import read_saved
from .entry import Entry, Mark

__all__ = ["MOST_CHANGES", "News", "added", "because", "changed", "in_order", "removed"]

MOST_CHANGES = 200
"""As many changes are kept, the latest first."""

_SHOWN = 6
_MOST = 120


class News(NamedTuple):
    """A model that came, changed or went, by the leading framework. Texts are as the index holds them."""

    id: str
    date: str
    model: str
    name: str
    kind: str
    rubric: str
    before: str | None
    after: str | None
    moved: bool
    because: tuple[str, ...]
    message: str


def added(entry: Entry) -> News:
    """A model that the site did not have."""
    mark = entry.marks[0]
    message = sentence("site.added", {"model": entry.name, "verdict": mark.label})
    return _change(entry, "added", None, mark.label, True, (), message)


def removed(before: Mapping[str, Any], date: str) -> News:
    """A model that is no longer there; ``before`` is its entry in the old index, ``date`` the latest day of the site."""
    mark = before["marks"][0]
    message = sentence("site.removed", {"model": before["name"]})
    digest = _digest(before["id"], before["sha256"], "")
    return News(digest, date, before["id"], before["name"], "removed", mark["rubric"], mark["label"], None, True, (), message)


def changed(before: Mapping[str, Any], entry: Entry, because: Mapping[str, str]) -> News:
    """A model whose card or framework changed; ``because`` names what moved the verdict."""
    old, mark = before["marks"][0], entry.marks[0]
    moved = old["verdict"] != mark.verdict
    params = {"model": entry.name, "before": old["label"], "after": mark.label, "criteria": "; ".join([*because.values()][:_SHOWN])}
    code = ("site.moved-because" if because else "site.moved") if moved else "site.changed"
    return _change(
        entry, "changed", old["label"], mark.label, moved, tuple(because) if moved else (), sentence(code, params), before["sha256"]
    )


def because(old: bytes | None, judged: Judged) -> dict[str, str]:
    """What moved a verdict, by id, with its name: criteria, base models, the rubric. ``old`` is the earlier result, as it was saved."""
    try:
        before = read_saved(old or b"").assessments[0]
    except (OsaidError, IndexError):  # not there, or changed by somebody: the verdicts are told all the same
        return {}
    assessment, rubric = judged
    change = diff(before, assessment_data(assessment, rubric), rubric.best_first())
    return {cause.id: plain(cause.name, _MOST) for cause in change.verdict.because}


def in_order(changes: list[News]) -> list[News]:
    """The latest first, as many as are kept; those of a day by model. What happened again in the same way is told once, as the latest."""
    latest = sorted({change.id: change for change in reversed(changes)}.values(), key=lambda change: change.model)
    latest.sort(key=lambda change: change.date, reverse=True)
    return latest[:MOST_CHANGES]


def _change(
    entry: Entry, kind: str, before: str | None, after: str, moved: bool, because: tuple[str, ...], message: str, old_digest: str = ""
) -> News:
    mark: Mark = entry.marks[0]
    digest = _digest(entry.id, old_digest, f"{entry.sha256}{mark.verdict}")
    return News(digest, entry.as_of, entry.id, entry.name, kind, mark.rubric, before, after, moved, because, message)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
