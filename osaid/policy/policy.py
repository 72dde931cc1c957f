"""Policies as data: read strictly, compiled once, refused with file and line if anything in them is wrong."""

from __future__ import annotations

import os
from functools import cache

from .. import document
from ..document import Document
from ..errors import PolicyError, Problem
from ..resources import bundled_ids, bundled_path
from ..schemas import read_schema
from ..shapes import Shape, closest
from .builder import Builder
from .definition import Policy

__all__ = ["load_policy", "parse_policy", "policy_ids"]


def policy_ids() -> list[str]:
    """The ids of the bundled policies."""
    return bundled_ids("policies")


def load_policy(name: str) -> Policy:
    """A bundled policy by its id, or a policy file by its path.

    Raises PolicyError (a problem for everything wrong in it, with its place) or DocumentError (unreadable).
    """
    path = bundled_path("policies", name)
    if path is None and not (os.path.exists(name) or os.sep in name or name.endswith((".yaml", ".yml", ".json"))):
        ids = policy_ids()
        near = closest(name, ids)
        code = "policy.unknown-near" if near else "policy.unknown"
        raise PolicyError(Problem(code, {"name": name[:200], "near": near or "", "known": ", ".join(ids)}))
    return parse_policy(document.load(path or name))


def parse_policy(source: Document) -> Policy:
    """Compile a policy from a document. Raises PolicyError with everything that is wrong, in order of place."""
    problems = _shape().problems(source)
    if problems:
        raise PolicyError(problems)
    return Builder(source).build()


@cache
def _shape() -> Shape:
    return Shape(read_schema("policy"))
