"""Outcomes and their algebra.

What is known of a proposition is the range between the worst and the best it can still turn out to be on the chain
``not_met < partly_met < met``. A range of one point is an answer; a wider one is *unknown*. ``not_applicable`` stands
outside the chain and is neutral. All operations are monotonic: learning more never turns an answer into another one
(Kleene's strong three-valued logic, with one more step on the chain).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, IntEnum

__all__ = ["Outcome", "State", "all_of", "any_of", "at_least", "both", "negate"]


class Outcome(str, Enum):
    """The five outcomes a criterion can have."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"

    def __str__(self) -> str:
        return self.value


class State(IntEnum):
    """A range on the chain, coded as ``3 * worst + best`` (0 not met, 1 partly met, 2 met), or not applicable."""

    NOT_MET = 0
    NOT_OR_PARTLY = 1  # unknown, but certainly not met in full
    UNKNOWN = 2
    PARTLY_MET = 4
    PARTLY_OR_MET = 5  # unknown, but certainly met in part
    MET = 8
    NOT_APPLICABLE = 9

    worst: int
    """The worst it can still be: 0, 1 or 2. Meaningless for NOT_APPLICABLE."""
    best: int
    """The best it can still be: 0, 1 or 2. Meaningless for NOT_APPLICABLE."""

    def __init__(self, code: int) -> None:
        self.worst, self.best = divmod(code, 3)

    @property
    def outcome(self) -> Outcome:
        """The outcome to report: a range of more than one point is unknown."""
        return _OUTCOME[self]


_OUTCOME = {
    State.NOT_MET: Outcome.NOT_MET,
    State.NOT_OR_PARTLY: Outcome.UNKNOWN,
    State.UNKNOWN: Outcome.UNKNOWN,
    State.PARTLY_MET: Outcome.PARTLY_MET,
    State.PARTLY_OR_MET: Outcome.UNKNOWN,
    State.MET: Outcome.MET,
    State.NOT_APPLICABLE: Outcome.NOT_APPLICABLE,
}
_APPLICABLE = [state for state in State if state is not State.NOT_APPLICABLE]
_NA = State.NOT_APPLICABLE


def _table(combine: Callable[[int, int], int]) -> tuple[tuple[State, ...], ...]:
    size = max(State) + 1
    rows = [[_NA] * size for _ in range(size)]
    for a in _APPLICABLE:
        rows[a][_NA] = rows[_NA][a] = a
        for b in _APPLICABLE:
            rows[a][b] = State(3 * combine(a.worst, b.worst) + combine(a.best, b.best))
    return tuple(tuple(row) for row in rows)


_AND = _table(min)
_OR = _table(max)


def both(one: State, other: State) -> State:
    """The worse of two states, of which one that does not apply is left out."""
    return _AND[one][other]


def all_of(states: Iterable[State]) -> State:
    """The worst of the applicable states; not applicable if there is none."""
    result = _NA
    for state in states:
        result = _AND[result][state]
    return result


def any_of(states: Iterable[State]) -> State:
    """The best of the applicable states; not applicable if there is none."""
    result = _NA
    for state in states:
        result = _OR[result][state]
    return result


def at_least(count: int, states: Iterable[State]) -> State:
    """Whether ``count`` of the applicable states are met: the ``count``-th best; not applicable if none applies.

    Fewer applicable states than ``count`` is not met, unless none of them may turn out to apply.
    """
    applicable = [state for state in states if state is not _NA]
    if not applicable:
        return _NA
    if count <= 0:
        return State.MET
    if count > len(applicable):
        return State.UNKNOWN if all(state is State.UNKNOWN for state in applicable) else State.NOT_MET
    worst = sorted((state.worst for state in applicable), reverse=True)[count - 1]
    best = sorted((state.best for state in applicable), reverse=True)[count - 1]
    return State(3 * worst + best)


def negate(state: State) -> State:
    """Met becomes not met and the reverse; partly met stays; unknown and not applicable stay."""
    if state is _NA:
        return _NA
    return State(3 * (2 - state.best) + (2 - state.worst))
