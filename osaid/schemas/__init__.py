"""The published JSON Schemas, what turns a pydantic model into one, and a named tuple into a pydantic model.

The ``*.json`` files beside this module are generated (``make generate``) and kept in step by a test.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from functools import reduce
from operator import or_
from types import GenericAlias, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["NAMES", "Between", "published_schema", "pydantic_type", "read_schema"]

NAMES = ("card", "rubric", "policy", "assessment", "gate", "diff", "comparison", "audit", "site")


class Between(NamedTuple):
    """In the annotation of a number: its least and its greatest value, where there is one."""

    least: float | None = None
    most: float | None = None


def pydantic_type(kind: Any, made: MutableMapping[type, type[BaseModel]]) -> Any:
    """What stands in a pydantic model for a type of ours: a closed model for a named tuple, a list for a tuple of any length.

    A model has the docstring of its named tuple. In ``Annotated``, a text describes a value, and :class:`Between` limits it. ``made``
    holds the models that are there already, and takes those made here, so that there is one for each named tuple.

    Raises TypeError for a type that results do not use, such as a pair.
    """
    from pydantic import ConfigDict, Field, create_model

    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        about = next((item for item in parts[1:] if isinstance(item, str)), None)
        limits = next((item for item in parts[1:] if isinstance(item, Between)), Between())
        return Annotated[pydantic_type(parts[0], made), Field(description=about, ge=limits.least, le=limits.most)]
    if origin is Literal or kind == dict[str, Any]:  # an object with a schema of its own
        return kind
    if origin is tuple and parts[1:] == (...,):
        return GenericAlias(list, (pydantic_type(parts[0], made),))
    if origin in (Union, UnionType):
        return reduce(or_, (pydantic_type(part, made) for part in parts))
    if parts:
        raise TypeError(f"no schema is made of {kind}")
    if not issubclass(kind, tuple):
        return kind
    if kind not in made:
        hints = get_type_hints(kind, include_extras=True)
        fields: dict[str, Any] = {name: (pydantic_type(hint, made), ...) for name, hint in hints.items()}
        made[kind] = create_model(kind.__name__, __doc__=kind.__doc__, __config__=ConfigDict(extra="forbid"), **fields)
    return made[kind]


def published_schema(model: type[BaseModel], identifier: str, title: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a model, without the noise that pydantic adds (titles, defaults)."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": identifier,
        **_tidy(model.model_json_schema(by_alias=True)),
        "title": title,
    }
    return schema


def read_schema(name: str) -> dict[str, Any]:
    """A published schema by name (see :data:`NAMES`)."""
    import json

    from ..resources import data_file

    with open(data_file("schemas", f"{name}.json"), encoding="utf-8") as file:
        schema: dict[str, Any] = json.load(file)
    return schema


def _tidy(node: Any, *, names: bool = False) -> Any:
    """Drop ``title`` and ``default`` keywords; ``names`` says that the keys of this map are names, not keywords."""
    if isinstance(node, dict):
        return {
            key: _tidy(value, names=not names and key in ("properties", "$defs"))
            for key, value in node.items()
            if names or key not in ("title", "default")
        }
    return [_tidy(item) for item in node] if isinstance(node, list) else node
