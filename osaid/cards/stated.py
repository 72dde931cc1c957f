"""Which terms a card states for a component: its own, else those of its kind, else the distribution's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .vocabulary import vocabulary

__all__ = ["Stated", "stated", "stated_by_default"]


class Stated(NamedTuple):
    """A licence as the card gives it, its evidence, and the default that it comes from (empty: its own)."""

    license: str
    evidence: tuple[str, ...]
    default: str


def stated(components: Mapping[str, Any], defaults: Mapping[str, Any], name: str) -> Stated | None:
    """The terms of a component, from a card's ``components`` and ``licenses``; None where it says nothing."""
    component = components.get(name, {})
    own = component.get("license")
    if own is not None:
        return Stated(own, tuple(component.get("evidence", ())), "")
    return stated_by_default(defaults, vocabulary().components[name]["kind"])


def stated_by_default(defaults: Mapping[str, Any], kind: str) -> Stated | None:
    """The terms stated for a kind of component, else for the distribution, else None."""
    for scope in (kind, "distribution"):
        given = defaults.get(scope)
        if given is not None:
            if isinstance(given, str):
                return Stated(given, (), scope)
            return Stated(given["license"], tuple(given.get("evidence", ())), scope)
    return None
