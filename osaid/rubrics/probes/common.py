"""What the propositions share: their types, and how they read the parameters of a rubric."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ...cards.vocabulary import vocabulary
from ...outcome import State
from ..assessment import Reason
from ..facts import Facts

__all__ = [
    "BY_LEVEL",
    "PUBLISHED",
    "UNTRAINED",
    "BadParameter",
    "Factory",
    "Found",
    "Group",
    "LicenseList",
    "Probe",
    "Sets",
    "evidence_of",
    "group",
    "word",
    "words",
]


class Found(NamedTuple):
    """What a proposition found: its state, and why. ``recurs``: this very object is found for other cards, too."""

    state: State
    reasons: tuple[Reason, ...]
    recurs: bool = False


Probe = Callable[[Facts], Found]


class LicenseList(NamedTuple):
    """Licences that a framework names. ``exact``: a licence is on it only if it is spelt as it is there."""

    ids: frozenset[str]
    exact: bool


class Sets(NamedTuple):
    """The names that a rubric gives to groups of components and to lists of licences."""

    components: Mapping[str, list[str]] = {}
    licenses: Mapping[str, LicenseList] = {}


Factory = Callable[[Any, Sets], Probe]

BY_LEVEL = {
    "full": State.MET,
    "gated": State.MET,
    "partial": State.PARTLY_MET,
    "some": State.PARTLY_OR_MET,
    "none": State.NOT_MET,
    "no-such-step": State.NOT_APPLICABLE,
    "unknown": State.UNKNOWN,
}
"""What a level or a release of the card stands for."""

PUBLISHED = ("full", "partial", "some", "gated")
"""Releases of which at least a part can be got."""

UNTRAINED = Found(State.NOT_APPLICABLE, (Reason("lineage.no-training", {}, State.NOT_APPLICABLE),))
"""Found where a model was made from its bases without training, and the card is silent."""


class BadParameter(Exception):
    """A parameter that a proposition cannot take: what was given, and what can be."""

    def __init__(self, given: Any, choices: Iterable[str]) -> None:
        self.given = given
        self.choices = tuple(choices)
        super().__init__(given, self.choices)


def word(parameter: Any, choices: Iterable[str]) -> str:
    """A parameter that has to be one of some words. Raises BadParameter."""
    if not isinstance(parameter, str) or parameter not in choices:
        raise BadParameter(parameter, choices)
    return parameter


def words(parameter: Any, choices: Iterable[str]) -> list[str]:
    """A parameter that has to be a list of some words. Raises BadParameter."""
    if not isinstance(parameter, list) or not parameter:
        raise BadParameter(parameter, choices)
    return [word(item, choices) for item in parameter]


class Group(NamedTuple):
    """Components to judge by their terms.

    ``of`` are always judged; ``if_published`` only where they are known to be published; ``if_stated`` only where the card states a
    licence of their own.
    """

    of: tuple[str, ...]
    if_published: tuple[str, ...] = ()
    if_stated: tuple[str, ...] = ()


def components(parameter: Any, sets: Sets) -> tuple[str, ...]:
    """A list of components and names of sets, with the sets opened; each component once. Raises BadParameter."""
    names = words(parameter, [*vocabulary().components, *sets.components])
    return tuple(dict.fromkeys(member for name in names for member in sets.components.get(name, [name])))


def group(parameter: Any, sets: Sets) -> Group:
    """A list of components and sets, or a map with the keys of :class:`Group`. Raises BadParameter."""
    if not isinstance(parameter, dict):
        return Group(components(parameter, sets))
    if "of" not in parameter or not set(parameter) <= set(Group._fields):
        raise BadParameter(parameter, Group._fields)
    return Group(**{key: components(value, sets) for key, value in parameter.items()})


def evidence_of(claim: Mapping[str, Any]) -> tuple[str, ...]:
    """The evidence ids that a claim names."""
    return tuple(claim.get("evidence", ()))
