"""Where in a card the answer to an open criterion goes: told from its reasons, so that it works for any rubric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..cards.leaves import Steps
from ..outcome import State
from ..rubrics.assessment import CriterionResult, Reason

__all__ = ["answer_places", "places_of"]

Results = Mapping[str, CriterionResult]

_IN_DATASETS = {
    "datasets.access-unknown": "access",
    "datasets.not-open": "access",
    "datasets.open": "access",
    "datasets.not-located": "where",
    "datasets.located": "where",
    "datasets.no-license": "license",
    "datasets.on-list": "license",
    "datasets.not-on-list": "license",
    "datasets.list-unknown": "license",
}
_NOT_KNOWN_TO_BE_THERE = ("terms.untold", "terms.untold-under", "terms.nothing-known", "terms.nothing-published")


def answer_places(result: CriterionResult, results: Results, data: Mapping[str, Any]) -> tuple[Steps, ...]:
    """The ways to the values of a card that an answer would fill or change, each once.

    ``results`` are all of the assessment, by their ids (a criterion may ask for another one); ``data`` is the card's. Empty where the
    answer belongs into the card of a base model.
    """
    return tuple(dict.fromkeys(_places(result, results, data, set())))


def _places(result: CriterionResult, results: Results, data: Mapping[str, Any], told: set[str]) -> Iterator[Steps]:
    told.add(result.id)
    unsure = [reason for reason in result.reasons if reason.state.worst != reason.state.best and reason.state is not State.NOT_APPLICABLE]
    for reason in unsure or result.reasons:
        other = reason.params.get("criterion", "")
        if other in results and other not in told:
            yield from _places(results[other], results, data, told)
        else:
            yield from places_of(reason, data)


def places_of(reason: Reason, data: Mapping[str, Any]) -> Iterator[Steps]:
    """The ways to the values of a card that a reason speaks of, silent or not."""
    group = reason.code.partition(".")[0]
    params = reason.params
    if group == "released":
        yield ("components", params["component"], "release")
    elif group in ("terms", "access"):
        yield from _of_components(reason, group)
    elif group in ("described", "covers", "listed"):
        below = {"described": ("description", params["what"]), "covers": ("covers_all_data",), "listed": ("listing", params["what"])}
        yield (*_stage(reason, data), *below[group], "level")
    elif group == "datasets":
        yield from _of_datasets(reason, data)
    elif group == "data-information":
        yield (*_stage(reason, data), "license")
    elif group == "data-access":
        yield (*_stage(reason, data), "access", "level")
        yield (*_stage(reason, data), "datasets")
    elif group == "coverage":
        yield ("licenses", "coverage", "level")
    elif group == "statement":
        yield ("statements", params["statement"], "answer")
    elif reason.code in ("lineage.silent", "lineage.from-scratch", "lineage.stated", "lineage.no-training"):
        yield ("model", "derived_from")


def _of_components(reason: Reason, group: str) -> Iterator[Steps]:
    for name in reason.params["components"].split(", "):
        if group == "access" or reason.code in _NOT_KNOWN_TO_BE_THERE:
            yield ("components", name, "release")
        if group == "terms":
            yield ("components", name, "license")
    if group == "terms" and reason.params.get("scope"):
        yield ("licenses", reason.params["scope"])


def _of_datasets(reason: Reason, data: Mapping[str, Any]) -> Iterator[Steps]:
    if "datasets" in reason.at:
        yield (*reason.at, _IN_DATASETS.get(reason.code, "state"))
        return
    stage = _stage(reason, data)
    for listing in filter(None, reason.params.get("what", "").split(", ")):
        yield (*stage, "listing", listing, "level")
    yield (*stage, "datasets")


def _stage(reason: Reason, data: Mapping[str, Any]) -> Steps:
    """The stage of training that a reason speaks of; the card's own one, or training, where it names none."""
    if len(reason.at) > 1 and reason.at[0] == "training_data":
        return reason.at[:2]
    stages = list(data.get("training_data", {}))
    return ("training_data", reason.params.get("stage") or (stages[0] if len(stages) == 1 else "training"))
