"""Two or more assessments by one rubric side by side: plain data in, typed values out.

The schema of the JSON of ``osaid compare`` is made from these, with their docstrings and annotations: None is called null in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from ..cards.subject import Subject
from ..licenses.expression import terms
from ..licenses.knowledge import Grant
from ..rubrics.assessment import Score
from ..schemas import Between
from .changes import Reached, Stand
from .values import Outcome

__all__ = ["COMPARISON_VERSION", "Comparison", "JudgedBy", "Lack", "Model", "Row", "Weights", "compare"]

COMPARISON_VERSION = "1"
"""Version of the form of its JSON. It grows when a key changes its meaning or goes; new keys may come."""

Data = Mapping[str, Any]
_WEIGHTS = "weights"
_LACKS = ("not_met", "partly_met", "unknown")


class Weights(NamedTuple):
    """A licence of the weights, and what it says of each freedom."""

    license: str
    use: Grant
    study: Grant
    modify: Grant
    share: Grant


class JudgedBy(NamedTuple):
    """By which rubric a model was judged, at which version."""

    id: str
    version: str
    title: str
    sha256: str


class Model(NamedTuple):
    """One of the models compared."""

    subject: Subject
    rubric: JudgedBy
    verdict: Stand
    score: Score
    weights: Annotated[tuple[Weights, ...], "Empty where the rubric does not ask for the terms of the weights."]


class ScoreRow(NamedTuple):
    """A pillar with the score of each model; null where nothing of it applies, or it is not there."""

    id: str
    label: str
    scores: tuple[Score | None, ...]


class LevelRow(NamedTuple):
    """A level with how far each model reaches it; null where it is not there."""

    id: str
    label: str
    reached: tuple[Reached | None, ...]


class Row(NamedTuple):
    """A criterion with the outcome of each model; null where a model was judged by a rubric without it."""

    id: str
    title: str
    differs: bool
    outcomes: tuple[Outcome | None, ...]


class Lack(NamedTuple):
    """A criterion that a model does not meet, or not knowingly, and another one does."""

    model: Annotated[int, "Its position in models.", Between(0)]
    criterion: str
    title: str
    outcome: Outcome
    met_by: Annotated[tuple[int, ...], "Positions in models."]


class Comparison(NamedTuple):
    """Models side by side under one rubric, in the order in which they were named."""

    rubric_id: str
    rubric_title: str
    one_rubric: Annotated[bool, "All were judged by the same bytes of the rubric."]
    models: tuple[Model, ...]
    levels: tuple[LevelRow, ...]
    pillars: tuple[ScoreRow, ...]
    criteria: Annotated[tuple[Row, ...], "All of them."]
    lacks: tuple[Lack, ...]


def compare(assessments: Sequence[Data]) -> Comparison:
    """The models of two or more assessments side by side. All are by the rubric of the first, or other versions of it."""
    criteria = tuple(Row(key, title, len(set(row)) > 1, row) for key, title, row in _rows(assessments, "criteria", "title", _outcome))
    return Comparison(
        assessments[0]["rubric"]["id"],
        assessments[0]["rubric"]["title"],
        len({item["rubric"]["sha256"] for item in assessments}) == 1,
        tuple(map(_model, assessments)),
        tuple(LevelRow(key, label, row) for key, label, row in _rows(assessments, "levels", "label", _reached)),
        tuple(ScoreRow(key, label, row) for key, label, row in _rows(assessments, "pillars", "label", _score)),
        criteria,
        tuple(_lacks(criteria, assessments)),
    )


def _model(assessment: Data) -> Model:
    verdict = assessment["verdict"]
    return Model(
        Subject(**assessment["subject"]),
        JudgedBy(**assessment["rubric"]),
        Stand(verdict["id"], verdict["label"], tuple(verdict["possible"])),
        Score(**assessment["score"]),
        tuple(Weights(license, *terms(license).grants) for license in _licenses(assessment)),
    )


def _licenses(assessment: Data) -> list[str]:
    """The licences that the reasons name for the weights, in their order."""
    found: dict[str, None] = {}
    for criterion in assessment["criteria"]:
        for reason in criterion["reasons"]:
            params = reason["params"]
            if params.get("license") and _WEIGHTS in params.get("components", "").split(", "):
                found[params["license"]] = None
    return list(found)


def _rows(assessments: Sequence[Data], part: str, label: str, cell: Callable[[Data], Any]) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """What the assessments have of a part, by its id, with a cell for each of them; None where one has none."""
    by_id = [{item["id"]: item for item in assessment[part]} for assessment in assessments]
    titles = {key: item[label] for side in reversed(by_id) for key, item in side.items()}
    for key in dict.fromkeys(key for side in by_id for key in side):
        yield key, titles[key], tuple(cell(side[key]) if key in side else None for side in by_id)


def _outcome(criterion: Data) -> Outcome:
    outcome: Outcome = criterion["outcome"]
    return outcome


def _reached(level: Data) -> Reached:
    return Reached(level["met"], level["progress"])


def _score(pillar: Data) -> Score | None:
    return Score(**pillar["score"]) if pillar["score"] is not None else None


def _lacks(rows: tuple[Row, ...], assessments: Sequence[Data]) -> Iterator[Lack]:
    """By model, then in the order of the rubric. What is told for information is lacked by nobody."""
    counts = {item["id"] for assessment in assessments for item in assessment["criteria"] if item["role"] != "information"}
    for model in range(len(assessments)):
        for row in rows:
            met_by = tuple(other for other, outcome in enumerate(row.outcomes) if outcome == "met")
            outcome = row.outcomes[model]
            if outcome in _LACKS and met_by and row.id in counts:
                yield Lack(model, row.id, row.title, outcome, met_by)
