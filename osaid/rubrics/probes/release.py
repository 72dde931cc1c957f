"""Propositions on what is published."""

from __future__ import annotations

from typing import Any

from ...cards.vocabulary import vocabulary
from ...outcome import State
from ..assessment import Reason
from ..facts import Facts
from .common import BY_LEVEL, UNTRAINED, BadParameter, Found, Probe, Sets, evidence_of, word

__all__ = ["base_released", "released", "states_that"]


def _component(parameter: Any) -> tuple[str, State]:
    """A component, and what a gate before it counts for: met, or ``{component: weights, gate: partly_met}``."""
    if not isinstance(parameter, dict):
        return word(parameter, vocabulary().components), State.MET
    if set(parameter) != {"component", "gate"}:
        raise BadParameter(parameter, ["component", "gate"])
    word(parameter["gate"], ["partly_met"])
    return word(parameter["component"], vocabulary().components), State.PARTLY_MET


def released(parameter: Any, sets: Sets) -> Probe:
    """A component is published."""
    name, at_gate = _component(parameter)
    entry = vocabulary().components[name]
    params = {"component": name}
    at = ("components", name)
    silent = Found(State.UNKNOWN, (Reason("released.silent", params, State.UNKNOWN),), True)
    of_training = entry.get("step") == "training"

    def probe(facts: Facts) -> Found:
        component = facts.component(name)
        release = component.get("release")
        if release is None:
            return UNTRAINED if of_training and facts.no_training_of_its_own else silent
        if release == "no-such-step" and vocabulary().has_to_exist(name, bool(facts.derived_from)):
            return Found(
                State.UNKNOWN, (Reason("released.impossible", params, State.UNKNOWN, evidence_of(component), claimed=True, at=at),)
            )
        state = BY_LEVEL[release] if release != "gated" else at_gate
        reason = Reason(
            "released." + release, params, state, evidence_of(component), component.get("note", ""), release != "unknown", at=at
        )
        return Found(state, (reason,))

    return probe


def base_released(parameter: Any, sets: Sets) -> Probe:
    """The parameters before the last stages of training are published.

    Where the card does not speak of them, they are those of the model's bases (not applicable to the model itself, and handed
    down), or, for a model trained from scratch, its own.
    """
    own = parameter["component"] if isinstance(parameter, dict) and "component" in parameter else parameter
    word(own, ["weights"])
    stated = released({**parameter, "component": "base_weights"} if isinstance(parameter, dict) else "base_weights", sets)
    same = released(parameter, sets)
    handed_down = Found(State.NOT_APPLICABLE, (Reason("released.of-the-base", {"component": "base_weights"}, State.NOT_APPLICABLE),))

    def probe(facts: Facts) -> Found:
        if "release" in facts.component("base_weights") or facts.derived_from is None:
            return stated(facts)
        return handed_down if facts.derived_from else same(facts)

    return probe


_SAID = {"applies": "statement.applies", "does-not-apply": "statement.does-not-apply"}


def states_that(parameter: Any, sets: Sets) -> Probe:
    """A statement about the model applies, or does not apply."""
    if not isinstance(parameter, dict) or len(parameter) != 1:
        raise BadParameter(parameter, vocabulary().statements)
    ((name, wanted),) = parameter.items()
    word(name, vocabulary().statements)
    contrary = {"applies": "does-not-apply", "does-not-apply": "applies"}
    word(wanted, contrary)
    silent = Found(State.UNKNOWN, (Reason("statement.silent", {"statement": name}, State.UNKNOWN),))

    def probe(facts: Facts) -> Found:
        said = facts.statement(name)
        answer = said.get("answer", "unknown")
        if answer == "unknown":
            return silent
        state = State.MET if answer == wanted else State.NOT_MET
        reason = Reason(_SAID[answer], {"statement": name}, state, evidence_of(said), said.get("note", ""), True, at=("statements", name))
        return Found(state, (reason,))

    return probe
