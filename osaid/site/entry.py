"""What the index of a site says about one model. Plain, small, and all that is kept of a model while a site is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..reports.ranking import Standing, standing
from ..reports.terms_words import terms_license
from ..reports.text import plain
from ..reports.words import name
from ..results.review import Judged, Review
from ..rubrics.assessment import Score
from ..rubrics.rubric import Rubric

__all__ = ["Entry", "Mark", "badge_path", "entry_of", "entry_of_old", "model_path"]

_MOST = 200


class Mark(NamedTuple):
    """A model by one framework."""

    rubric: str
    verdict: str
    label: str
    tone: str
    possible: tuple[str, ...]
    score: Score
    standing: Standing


class Entry(NamedTuple):
    """A model of the site.

    ``license`` are the terms of its weights by name; ``free`` says whether they leave everyone free: yes, no or unknown.
    """

    id: str
    name: str
    developer: str
    version: str
    license: str
    free: str
    as_of: str
    sha256: str
    marks: tuple[Mark, ...]  # in the order of the site's rubrics


def entry_of(item: Review) -> Entry:
    """The entry of a model."""
    subject = item.card.subject
    weights = item.weights
    return Entry(
        subject.id,
        plain(name(item)),
        plain(subject.developer, _MOST),
        plain(subject.version, _MOST),
        plain(terms_license(weights), _MOST),
        weights.terms.free if weights.terms is not None and weights.terms.stated else "unknown",
        subject.as_of,
        subject.sha256,
        tuple(map(_mark, item.all)),
    )


def entry_of_old(model: Mapping[str, Any], rubrics: Sequence[Rubric]) -> Entry | None:
    """The entry of a model as an earlier index has it; None if it was not judged by these rubrics."""
    if [mark["rubric"] for mark in model["marks"]] != [rubric.id for rubric in rubrics]:
        return None
    texts = {key: plain(model[key], _MOST) for key in ("id", "name", "developer", "version", "license", "free", "as_of", "sha256")}
    marks = []
    for mark, rubric in zip(model["marks"], rubrics, strict=True):
        order, score = rubric.best_first(), Score(**mark["score"])
        if mark["verdict"] not in order:
            return None
        place = Standing(order.index(mark["verdict"]), -score.low, -score.high, texts["name"].casefold(), "")
        label, tone = plain(mark["label"], _MOST), rubric.tone(mark["verdict"])
        marks.append(Mark(rubric.id, mark["verdict"], label, tone, tuple(mark["possible"]), score, place))
    return Entry(**texts, marks=tuple(marks))


def _mark(judged: Judged) -> Mark:
    assessment, rubric = judged
    verdict = assessment.verdict
    return Mark(
        rubric.id,
        verdict.id,
        plain(rubric.verdict_texts(verdict.id)[0], _MOST),
        rubric.tone(verdict.id),
        verdict.possible,
        assessment.score,
        standing(assessment, rubric),
    )


def model_path(identifier: str) -> str:
    """Where a model's page stands in the site. An id is a plain file name by the card's schema."""
    return f"models/{identifier}/index.html"


def badge_path(identifier: str, rubric: str = "", ending: str = "svg") -> str:
    """Where a model's badge stands: the leading framework's as ``badge``, every framework's under its id. ``json`` is for shields.io."""
    return f"models/{identifier}/badges/{rubric}.{ending}" if rubric else f"models/{identifier}/badge.{ending}"
