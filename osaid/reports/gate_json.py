"""The gate's result as one JSON object: cards in the order of the input, then waivers and everything that went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..policy.decision import gate_passes, waiver_states
from ..policy.plain_data import GATE_VERSION, decision_data, policy_data, waiver_data
from ..results.plain_data import lines, problem_data, row, run_text
from . import Failure, GateContext
from .gate_run import Counted

__all__ = ["render"]


def render(results: Counted, context: GateContext) -> Iterator[str]:
    """The JSON object, piece by piece."""
    return run_text(GATE_VERSION, context.version, _parts(results, context))


def _parts(results: Counted, context: GateContext) -> Iterator[tuple[str, Any]]:
    policy = context.policy
    errors: list[dict[str, Any]] = []

    def cards() -> Iterator[str]:
        for result in results:
            if isinstance(result, Failure):
                errors.extend(problem_data(problem, result.path) for problem in result.problems)
            else:
                yield lines(decision_data(result.card, result.decision, policy))

    yield "policy", policy_data(policy)
    yield "date", context.date.isoformat()
    yield "cards", cards()
    yield "waivers", map(row, waiver_data(waiver_states(policy, results.tally, context.date)))
    yield "errors", map(row, errors)
    yield "passed", gate_passes(results.tally)
