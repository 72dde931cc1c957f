"""The published JSON Schemas, and what turns a pydantic model into one.

The ``*.json`` files beside this module are generated (``make generate``) and kept in step by a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["NAMES", "published_schema", "read_schema"]

NAMES = ("card", "rubric", "policy", "assessment", "gate", "diff", "comparison", "site")


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
