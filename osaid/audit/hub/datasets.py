"""Data sets that a model names: whether they answer, and under which terms."""

from __future__ import annotations

from typing import NamedTuple

from ...errors import Problem
from ..source import AuditError
from .facts import RepoFacts
from .names import parse_name
from .session import Hub

__all__ = ["DatasetFacts", "dataset"]

_NOT_THERE = ("hub.not-found", "hub.forbidden", "hub.disabled", "hub.bad-name", "hub.bad-revision", "hub.no-revision")


class DatasetFacts(NamedTuple):
    """What is known of a data set on the Hub.

    ``status``: ``answers`` (then there are ``facts``, and they tell of a gate), ``no-answer`` (nobody answers to the name: it is
    private, misspelt, gone or no name on the Hub at all; which of them cannot be told), ``gated`` (it is there, and its gate hides
    even what the Hub says of it), ``unclear`` (the server failed). ``problem`` says why there are no facts.
    """

    name: str
    status: str
    address: str
    facts: RepoFacts | None
    problem: Problem | None


def dataset(hub: Hub, name: str, *, revision: str = "") -> DatasetFacts:
    """Ask for a data set by ``owner/name`` or its address. What the server does wrong is told, not raised."""
    try:
        named = parse_name(name, dataset=True)
        facts = hub.about("datasets", named.name, revision or named.revision)
    except AuditError as error:
        problem = error.problems[0]
        status = "no-answer" if problem.code in _NOT_THERE else "gated" if problem.code == "hub.gated" else "unclear"
        return DatasetFacts(name[:200], status, "", None, problem)
    return DatasetFacts(facts.name, "answers", f"{hub.endpoint}/datasets/{facts.name}/tree/{facts.commit}", facts, None)
