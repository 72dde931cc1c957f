"""The gate's result as one JSON object: cards in the order of the input, then waivers and everything that went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..policy.decision import gate_passes, waiver_states
from ..policy.plain_data import GATE_VERSION, decision_data, policy_data, waiver_data
from ..results.plain_data import compact, problem_data
from . import Failure, GateContext
from .as_json import lines
from .gate_run import Counted

__all__ = ["render"]


def render(results: Counted, context: GateContext) -> Iterator[str]:
    """The JSON object, piece by piece."""
    policy = context.policy
    tool = compact({"name": "osaid", "version": context.version})
    yield f'{{\n"schema_version": {compact(GATE_VERSION)},\n"tool": {tool},\n"policy": {compact(policy_data(policy))},\n'
    yield f'"date": {compact(context.date.isoformat())},\n"cards": ['
    errors: list[dict[str, Any]] = []
    separator = "\n"
    for result in results:
        if isinstance(result, Failure):
            errors.extend(problem_data(problem, result.path) for problem in result.problems)
            continue
        yield separator + lines(decision_data(result.card, result.decision, policy))
        separator = ",\n"
    yield "\n],\n" if separator != "\n" else "],\n"
    for name, rows in (("waivers", waiver_data(waiver_states(policy, results.tally, context.date))), ("errors", errors)):
        yield f'"{name}": [' + ",".join("\n  " + compact(row) for row in rows) + ("\n" if rows else "") + "],\n"
    yield f'"passed": {compact(gate_passes(results.tally))}\n}}\n'
