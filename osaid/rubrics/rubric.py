"""Rubrics as data: read strictly, compiled once, refused with file and line if anything in them is wrong."""

from __future__ import annotations

import os
from functools import cache

from .. import document
from ..document import Document
from ..errors import Problem, RubricError
from ..resources import bundled_ids, bundled_path
from ..schemas import read_schema
from ..shapes import Shape, closest
from .builder import Builder
from .definition import Criterion, Rubric

__all__ = ["DEFAULT_RUBRIC", "Criterion", "Rubric", "load_rubric", "parse_rubric", "rubric_ids"]

DEFAULT_RUBRIC = "osaid-1.0"
_MOST_EXTENDS = 8


def rubric_ids() -> list[str]:
    """The ids of the bundled rubrics."""
    return bundled_ids("rubrics")


def load_rubric(name: str = DEFAULT_RUBRIC) -> Rubric:
    """A bundled rubric by its id, or a rubric file by its path.

    Raises RubricError (a problem for everything wrong in it, with its place) or DocumentError (unreadable).
    """
    path = bundled_path("rubrics", name)
    if path is not None:
        return _load_bundled(path)
    if os.path.exists(name) or os.sep in name or name.endswith((".yaml", ".yml", ".json")):
        return parse_rubric(document.load(name))
    ids = rubric_ids()
    near = closest(name, ids)
    code = "rubric.unknown-near" if near else "rubric.unknown"
    raise RubricError(Problem(code, {"name": name, "near": near or "", "known": ", ".join(ids)}))


@cache
def _load_bundled(path: str) -> Rubric:
    return parse_rubric(document.load(path))


@cache
def _shape() -> Shape:
    return Shape(read_schema("rubric"))


def parse_rubric(source: Document) -> Rubric:
    """Compile a rubric from a document. Raises RubricError with everything that is wrong, in order of place."""
    import hashlib

    layers = [source]
    while True:
        problems = _shape().problems(layers[-1])
        if problems:
            raise RubricError(problems)
        parent = layers[-1].data.get("extends")
        if parent is None:
            break
        layers.append(_parent(parent, layers))
    digest = hashlib.sha256(b"".join(layer.raw for layer in reversed(layers))).hexdigest()
    builder = Builder()
    for layer in reversed(layers):
        builder.add(layer)
    return builder.build(source, digest)


def _parent(name: str, layers: list[Document]) -> Document:
    child = layers[-1]
    path = bundled_path("rubrics", name)
    if path is None and child.path is not None:
        path = os.path.join(os.path.dirname(child.path), name)
    if path is None or not os.path.isfile(path):
        params = {"name": name, "known": ", ".join(rubric_ids())}
        raise RubricError(Problem("rubric.extends-unknown", params, child.place(("extends",))))
    if len(layers) >= _MOST_EXTENDS or any(layer.path and os.path.samefile(layer.path, path) for layer in layers if layer.path):
        raise RubricError(Problem("rubric.extends-cycle", {"name": name}, child.place(("extends",))))
    return document.load(path)
