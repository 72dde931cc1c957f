"""Propositions on what is published."""

from __future__ import annotations

from typing import Any

from ...cards.vocabulary import vocabulary
from ...outcome import State
from ..assessment import Reason
from ..facts import Facts
from .common import BY_LEVEL, UNTRAINED, Found, Probe, Sets, evidence_of, word

__all__ = ["released"]


def released(parameter: Any, sets: Sets) -> Probe:
    """A component is published."""
    name = word(parameter, vocabulary().components)
    entry = vocabulary().components[name]
    params = {"component": name}
    at = ("components", name)
    silent = Found(State.UNKNOWN, (Reason("released.silent", params, State.UNKNOWN),))
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
        state = BY_LEVEL[release]
        reason = Reason(
            "released." + release, params, state, evidence_of(component), component.get("note", ""), release != "unknown", at=at
        )
        return Found(state, (reason,))

    return probe
