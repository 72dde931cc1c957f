"""The algebra of outcomes, held against the enumeration of everything that an unknown can still turn out to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import product

import pytest

from osaid.outcome import Outcome, State, all_of, any_of, at_least, negate

STATES = list(State)
NA = State.NOT_APPLICABLE
KNOWN = (State.NOT_MET, State.PARTLY_MET, State.MET)  # by their place on the chain: 0, 1, 2
Operation = Callable[[Sequence[State]], State]


def completions(state: State) -> list[State]:
    """All settled states that a state can still turn out to be."""
    return [NA] if state is NA else list(KNOWN[state.worst : state.best + 1])


def settled_all(states: Iterable[State]) -> State:
    return min((state for state in states if state is not NA), default=NA)


def settled_any(states: Iterable[State]) -> State:
    return max((state for state in states if state is not NA), default=NA)


def settled_at_least(count: int) -> Operation:
    def operation(states: Sequence[State]) -> State:
        applicable = [state for state in states if state is not NA]
        if not applicable:
            return NA
        # the best grade that `count` of them reach
        return max((grade for grade in KNOWN if sum(state >= grade for state in applicable) >= count), default=State.NOT_MET)

    return operation


OPERATIONS: dict[str, tuple[Operation, Operation]] = {
    "all": (all_of, settled_all),
    "any": (any_of, settled_any),
    **{f"at least {count}": (partial(at_least, count), settled_at_least(count)) for count in range(5)},
    "not": (lambda states: negate(states[0]), lambda states: {0: State.MET, 4: State.PARTLY_MET, 8: State.NOT_MET, 9: NA}[states[0]]),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_the_range_of_all_completions(name: str) -> None:
    operation, settled = OPERATIONS[name]
    for size in range(1, 4):
        for states in product(STATES, repeat=size):
            possible = {settled(choice) for choice in product(*map(completions, states))}
            result = operation(states)
            applicable = [state for state in states if state is not NA]
            if name.startswith("at least") and set(applicable) == {State.UNKNOWN} and len(applicable) < int(name[-1]):
                assert result is State.UNKNOWN, "as all of them may turn out not to apply"
            elif NA in possible:
                assert possible == {NA}
                assert result is NA, states
            else:
                assert (KNOWN[result.worst], KNOWN[result.best]) == (min(possible), max(possible)), states
                assert possible <= set(completions(result)), states


@pytest.mark.parametrize("name", OPERATIONS)
def test_learning_more_never_widens_or_turns_an_answer(name: str) -> None:
    operation, _ = OPERATIONS[name]
    finer = {state: [other for other in STATES if set(completions(other)) <= set(completions(state))] for state in STATES}
    for size in range(1, 4):
        for states in product(STATES, repeat=size):
            before = set(completions(operation(states)))
            for index, state in enumerate(states):
                for learnt in finer[state]:
                    after = operation([*states[:index], learnt, *states[index + 1 :]])
                    assert set(completions(after)) <= before, (states, index, learnt)


def test_order_does_not_matter() -> None:
    for a, b, c in product(STATES, repeat=3):
        for operation, _ in OPERATIONS.values():
            if operation is not OPERATIONS["not"][0]:
                assert operation([a, b, c]) is operation([c, a, b]) is operation([b, a, c])


def test_de_morgan_and_double_negation() -> None:
    for a, b in product(STATES, repeat=2):
        assert negate(all_of([a, b])) is any_of([negate(a), negate(b)])
        assert negate(negate(a)) is a


def test_not_applicable_is_neutral_and_nothing_is_not_applicable() -> None:
    for state in STATES:
        assert all_of([state, NA]) is any_of([NA, state]) is at_least(1, [NA, state, NA]) is state
    assert all_of([]) is any_of([]) is at_least(1, []) is at_least(0, [NA]) is NA


def test_fewer_applicable_than_asked_for_is_not_met() -> None:
    assert at_least(2, [State.MET, NA]) is State.NOT_MET
    assert at_least(3, [State.UNKNOWN, State.MET]) is State.NOT_MET


def test_every_state_reports_one_of_the_five_outcomes() -> None:
    told = {state: state.outcome for state in STATES}
    assert set(told.values()) == set(Outcome)
    for state, outcome in told.items():
        assert (outcome is Outcome.UNKNOWN) == (len(completions(state)) > 1)
    assert [str(outcome) for outcome in Outcome] == ["met", "partly_met", "not_met", "unknown", "not_applicable"]
