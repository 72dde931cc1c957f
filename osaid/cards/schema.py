"""The card's schema as it stands now: the published one, with the words that the vocabulary has today.

The published file is generated, and equal to this after `make generate`. Taking the words from the vocabulary itself makes
adding a component, a topic, a stage or a relation a change of one data file.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ..schemas import read_schema
from ..shapes import Shape
from .vocabulary import vocabulary

__all__ = ["current_schema", "shape"]


def current_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a card."""
    schema, words = read_schema("card"), vocabulary()
    parts: dict[str, Any] = schema["$defs"]
    for name, entries, of in (
        ("Components", words.components, "Component"),
        ("Description", words.topics, "Claim"),
        ("Listing", words.listings, "Claim"),
        ("TrainingData", words.stages, "TrainingStage"),
        ("Statements", words.statements, "Statement"),
    ):
        parts[name]["properties"] = {word: {"$ref": f"#/$defs/{of}", "description": entry["about"]} for word, entry in entries.items()}
    parts["Base"]["properties"]["relation"]["enum"] = list(words.relations)
    return schema


@lru_cache(maxsize=1)
def shape() -> Shape:
    """The compiled shape of a card."""
    return Shape(current_schema())
