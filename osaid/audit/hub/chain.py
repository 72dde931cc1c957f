"""Base models up the line, as the Hub names them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...errors import Problem
from ..source import AuditError
from .facts import Base
from .model import HubModel, open_model
from .session import Hub

__all__ = ["Step", "chain"]


class Step(NamedTuple):
    """A base model on the way up: ``depth`` counts from 1, ``above`` is the model that was made from it, by its name.

    ``found`` is the model, or the problem why it is not looked at. ``again``: it was met before, and what is above it with it.
    ``cycle``: it was made from a model that was made from it.
    """

    depth: int
    name: str
    relation: str
    above: str
    found: HubModel | Problem
    again: bool
    cycle: bool


def chain(hub: Hub, name: str, bases: Iterable[Base], *, depth: int = 20, number: int = 50) -> Iterator[Step]:
    """All models that a model was made from, the nearest first. Each is asked for once, at the commit its main branch has.

    At most ``depth`` steps up, and ``number`` models: those beyond are told with a problem, and nothing above them.
    """
    met: dict[str, HubModel | Problem] = {}
    asked = 0
    first: tuple[str, ...] = (name.lower(),)
    waiting = deque((base, 1, name, first) for base in bases)
    while waiting:
        base, level, above, below = waiting.popleft()
        key = base.name.lower()  # the Hub does not tell case apart
        again, cycle = key in met or key == below[0], key in below
        found = met.get(key)
        if found is None and cycle:
            found = Problem("hub.chain-itself", {"name": base.name})
        if found is None:
            found = _look(hub, base.name, level, asked, (depth, number))
            asked += 1
            met[key] = found
            if isinstance(found, HubModel):
                other = found.name.lower()  # it may have been renamed
                again, cycle = again or (other != key and other in met), other in below
                met[other] = found
        yield Step(level, base.name, base.relation, above, found, again, cycle)
        if isinstance(found, HubModel) and not again and not cycle:
            waiting += [(further, level + 1, found.name, (*below, key, found.name.lower())) for further in found.facts.bases]


def _look(hub: Hub, name: str, level: int, asked: int, most: tuple[int, int]) -> HubModel | Problem:
    depth, number = most
    if level > depth:
        return Problem("hub.chain-deep", {"limit": str(depth)})
    if asked >= number:
        return Problem("hub.chain-long", {"limit": str(number)})
    try:
        return open_model(hub, name)
    except AuditError as error:
        return error.problems[0]
