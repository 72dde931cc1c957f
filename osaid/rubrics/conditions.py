"""Conditions of verdicts and levels, over a few atoms: ``every: KIND``, ``criterion: ID``, and what a level asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

from ..outcome import State, all_of, any_of, both

__all__ = [
    "Condition",
    "States",
    "counted",
    "every",
    "every_at_last",
    "holds",
    "names_in",
    "not_fully",
    "possible",
    "reached",
    "reached_so_far",
    "stands_in",
]

_MOST_OPEN = 10

States = Mapping[str, State]
Condition = Callable[[States], State]


def counted(states: States, required: Sequence[str], if_used: Sequence[str]) -> list[str]:
    """All required criteria, and those of role if-used whose outcome is known: a step that nobody has shown asks for nothing."""
    return [*required, *(name for name in if_used if states[name] not in (State.UNKNOWN, State.PARTLY_OR_MET))]


def every(states: States, required: Sequence[str], if_used: Sequence[str]) -> State:
    """Whether all counted criteria are met."""
    return all_of(states[name] for name in counted(states, required, if_used))


def every_at_last(states: States, required: Sequence[str], if_used: Sequence[str]) -> State:
    """Whether they will be once everything is known, unknown steps included."""
    return all_of(states[name] for name in (*required, *if_used))


def stands_in(name: str, stand_in: Mapping[str, str], states: States) -> bool:
    """Whether another criterion may count in the place of this one: it has one, applies, and is not met itself."""
    return name in stand_in and states[name] is not State.MET and states[name] is not State.NOT_APPLICABLE


def reached(asked: Sequence[str], stand_in: Mapping[str, str], states: States) -> State:
    """Whether all criteria asked for are met, or what stands in for them."""
    found = State.NOT_APPLICABLE
    for name in asked:
        state = states[name]
        if stands_in(name, stand_in, states):
            state = any_of((state, states[stand_in[name]]))
        found = both(found, state)
    return found


def reached_so_far(required: Sequence[str], if_used: Sequence[str], stand_in: Mapping[str, str], states: States) -> State:
    """The same, leaving out steps that nobody has shown."""
    return reached(counted(states, required, if_used) if if_used else required, stand_in, states)


def not_fully(state: State) -> State:
    """Whether it is not met in full. Unlike negation, partly met is an answer here: it is not met in full."""
    if state is State.NOT_APPLICABLE:
        return State.NOT_MET
    if state.best < 2:
        return State.MET
    return State.NOT_MET if state.worst == 2 else State.UNKNOWN


def holds(state: State) -> bool:
    """Whether a condition is reached: met in full, or nothing in it applies."""
    return state is State.MET or state is State.NOT_APPLICABLE


def possible(conditions: Sequence[Condition], atoms: States) -> list[int]:
    """Which conditions can still be the first that holds, given what is known of the atoms.

    Every way in which the open atoms can turn out is tried. With very many of them each condition is judged alone,
    which can name too many, but never leaves one out.
    """
    open_atoms = [name for name, state in atoms.items() if state.worst < 2 == state.best]
    if len(open_atoms) > _MOST_OPEN:
        found = []
        for number, condition in enumerate(conditions):
            state = condition(atoms)
            if holds(state) or state.best == 2:
                found.append(number)
            if holds(state):
                break
        return found
    firsts = set()
    for answers in product((State.MET, State.NOT_MET), repeat=len(open_atoms)):
        answered = {**atoms, **dict(zip(open_atoms, answers, strict=True))}
        firsts.add(next(number for number, condition in enumerate(conditions) if holds(condition(answered))))
    return sorted(firsts)


def names_in(node: object, name: str) -> set[str]:
    """All parameters of a name (``every`` or ``criterion``) in a condition as written."""
    if isinstance(node, dict):
        own = {str(value) for key, value in node.items() if key == name}
        return own.union(*(names_in(value, name) for value in node.values()))
    return set().union(*(names_in(item, name) for item in node)) if isinstance(node, list) else set()
