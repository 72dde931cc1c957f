"""Propositions on what a model was made from."""

from __future__ import annotations

from typing import Any

from ...outcome import State
from ..assessment import Reason
from ..facts import Facts
from .common import Found, Probe, Sets, evidence_of, word

__all__ = ["states"]


def states(parameter: Any, sets: Sets) -> Probe:
    """It is said which models this one was made from."""
    word(parameter, ["derived_from"])
    silent = Found(State.UNKNOWN, (Reason("lineage.silent", {}, State.UNKNOWN),))
    scratch = Found(State.MET, (Reason("lineage.from-scratch", {}, State.MET),))

    def probe(facts: Facts) -> Found:
        if facts.derived_from is None:
            return silent
        if not facts.derived_from:
            return scratch
        reasons = tuple(
            Reason(
                "lineage.stated",
                {"base": base["model"], "relation": base["relation"]},
                State.MET,
                evidence_of(base),
                base.get("note", ""),
                True,
                at=("model", "derived_from", index),
            )
            for index, base in enumerate(facts.derived_from)
        )
        return Found(State.MET, reasons)

    return probe
