"""How a criterion's check is put together: all, any, not, at_least, references, and propositions on facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..outcome import State, all_of, any_of, at_least, negate
from .assessment import Reason
from .facts import Facts
from .probes import Found, Probe

__all__ = ["Check", "all_checks", "any_check", "at_least_checks", "not_check", "nothing", "on_facts", "refer"]

Done = Mapping[str, Found]
Check = Callable[[Facts, Done], Found]


def nothing(facts: Facts, done: Done) -> Found:
    """What stands in for a check that could not be compiled."""
    return Found(State.UNKNOWN, ())


def on_facts(probe: Probe) -> Check:
    """A proposition."""
    return lambda facts, done: probe(facts)


def refer(identifier: str, title: str) -> Check:
    """The outcome of another criterion."""
    params = {"criterion": identifier, "title": title}

    def check(facts: Facts, done: Done) -> Found:
        state = done[identifier].state
        return Found(state, (Reason("criterion." + state.outcome.value, params, state),))

    return check


def all_checks(parts: list[Check]) -> Check:
    """All of them."""

    def check(facts: Facts, done: Done) -> Found:
        found = [part(facts, done) for part in parts]
        return Found(all_of(item.state for item in found), tuple(reason for item in found for reason in item.reasons))

    return check


def any_check(parts: list[Check]) -> Check:
    """Any of them."""

    def check(facts: Facts, done: Done) -> Found:
        found = [part(facts, done) for part in parts]
        state = any_of(item.state for item in found)
        # Met: what makes it so. Otherwise all of it, as any one would do.
        kept = [item for item in found if item.state is State.MET] if state is State.MET else found
        return Found(state, tuple(reason for item in kept for reason in item.reasons))

    return check


def not_check(part: Check) -> Check:
    """The contrary."""

    def check(facts: Facts, done: Done) -> Found:
        found = part(facts, done)
        return Found(negate(found.state), tuple(reason._replace(state=negate(reason.state)) for reason in found.reasons))

    return check


def at_least_checks(count: int, parts: list[Check]) -> Check:
    """A number of them."""

    def check(facts: Facts, done: Done) -> Found:
        found = [part(facts, done) for part in parts]
        return Found(at_least(count, [item.state for item in found]), tuple(reason for item in found for reason in item.reasons))

    return check
