"""The words a card may use, from ``vocabulary.yaml``: components, topics, listings, stages, relations."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ..resources import read_data

__all__ = ["Vocabulary", "vocabulary"]

Entries = dict[str, dict[str, str]]


class Vocabulary(NamedTuple):
    """Each part maps an id to its entry: ``title``, ``about`` and what that part adds (``kind``, ``mof``, ``trains``, ...)."""

    components: Entries
    topics: Entries
    listings: Entries
    stages: Entries
    relations: Entries


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary, read once."""
    data = read_data("cards", "vocabulary.yaml")
    return Vocabulary(data["components"], data["topics"], data["listings"], data["stages"], data["relations"])
