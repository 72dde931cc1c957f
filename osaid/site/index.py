"""A site's ``index.json``: written from entries, and read back from an earlier build."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from .. import __version__, document
from ..document import Limits
from ..errors import OsaidError, Place, Problem, UsageError
from ..results.plain_data import row, run_text
from ..rubrics.rubric import Rubric
from ..schemas import read_schema
from ..shapes import Shape
from .changes import News
from .entry import Entry, Mark, badge_path, model_path

__all__ = ["INDEX", "framework_path", "index_text", "paths_of", "read_index", "result_path"]

INDEX = "index.json"
FEED = "feed.xml"
_SCHEMA_VERSION = "1"
_LARGE = Limits(bytes=1 << 28, nodes=1 << 24)


def framework_path(rubric: str, *, leads: bool) -> str:
    """Where the table by a framework stands: the leading one's is the site's front page."""
    return "index.html" if leads else f"frameworks/{rubric}.html"


def result_path(identifier: str) -> str:
    """Where a model's assessment by the leading framework stands."""
    return f"models/{identifier}/result.json"


def index_text(title: str, base_url: str, rubrics: Sequence[Rubric], entries: Sequence[Entry], changes: Iterable[News]) -> str:
    """The index as JSON, a line for each model and change."""
    parts = (
        ("title", title),
        ("base_url", base_url),
        ("rubrics", (row(_rubric(rubric, number == 0)) for number, rubric in enumerate(rubrics))),
        ("models", (row(_model(entry)) for entry in entries)),
        ("changes", (row(change._asdict()) for change in changes)),
    )
    return "".join(run_text(_SCHEMA_VERSION, __version__, parts))


def _rubric(rubric: Rubric, leads: bool) -> dict[str, Any]:
    return {
        "id": rubric.id,
        "version": rubric.version,
        "title": rubric.title,
        "short": rubric.short,
        "sha256": rubric.sha256,
        "page": framework_path(rubric.id, leads=leads),
    }


def _model(entry: Entry) -> dict[str, Any]:
    told = entry._asdict()
    del told["marks"]
    return {
        **told,
        "page": model_path(entry.id),
        "result": result_path(entry.id),
        "marks": [_mark(entry, mark) for mark in entry.marks],
    }


def _mark(entry: Entry, mark: Mark) -> dict[str, Any]:
    return {
        "rubric": mark.rubric,
        "verdict": mark.verdict,
        "label": mark.label,
        "tone": mark.tone,
        "possible": mark.possible,
        "score": mark.score._asdict(),
        "badge": badge_path(entry.id, mark.rubric),
        "endpoint": badge_path(entry.id, mark.rubric, "json"),
    }


@cache
def _shape() -> Shape:
    return Shape(read_schema("site"))


def read_index(folder: str) -> Mapping[str, Any] | None:
    """The index of an earlier build in a folder, or None if there is no site.

    Raises UsageError where pages of somebody else stand, or an index that is not ours: they would be replaced.
    """
    path = os.path.join(folder, INDEX)
    if not os.path.lexists(path):
        if os.path.lexists(os.path.join(folder, "index.html")):
            raise UsageError(Problem("site.not-ours", {}, Place(folder)))
        return None
    try:
        source = document.parse(document.read_file(path, _LARGE), path=path, format="json", limits=_LARGE, typed=True)
        problems = _shape().problems(source)
    except OsaidError as error:
        problems = list(error.problems)
    if problems:
        raise UsageError([Problem("site.not-ours", {}, Place(folder)), *problems[:3]])
    data: Mapping[str, Any] = source.data
    return data


def paths_of(index: Mapping[str, Any]) -> set[str]:
    """All files that the site of an index consists of.

    They are worked out from its ids: the index can be a stranger's, and what is stale is removed.
    """
    rubrics = [rubric["id"] for rubric in index["rubrics"]]
    found = {INDEX, FEED, *(framework_path(rubric, leads=number == 0) for number, rubric in enumerate(rubrics))}
    for model in index["models"]:
        found |= {model_path(model["id"]), result_path(model["id"])}
        found |= {badge_path(model["id"], rubric, ending) for rubric in ("", *rubrics) for ending in ("svg", "json")}
    return found
