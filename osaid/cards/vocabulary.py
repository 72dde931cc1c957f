"""The words a card may use, from ``vocabulary.yaml``: components, topics, listings, stages, relations, statements."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ..resources import read_data

__all__ = ["LISTING_OF", "Vocabulary", "vocabulary"]

Entries = dict[str, dict[str, str]]

LISTING_OF = {"open": "public", "public": "public", "obtainable": "third_party", "unshareable": "unshareable"}
"""Which listing speaks of the data sets of an access."""


class Vocabulary(NamedTuple):
    """Each part maps an id to its entry: ``title``, ``about`` and what that part adds (``kind``, ``mof``, ``trains``, ...)."""

    components: Entries
    topics: Entries
    listings: Entries
    stages: Entries
    relations: Entries
    statements: Entries

    def has_to_exist(self, component: str, derived: bool) -> bool:
        """Whether every model has this component, so that "no such step" cannot be true; ``derived``: made from another model."""
        exists = self.components[component].get("exists", "")
        return exists == "always" or (exists == "unless-derived" and not derived)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    data = read_data("cards", "vocabulary.yaml")
    return Vocabulary(data["components"], data["topics"], data["listings"], data["stages"], data["relations"], data["statements"])
