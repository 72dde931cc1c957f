"""A card in our own format, as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..reader import LoadedCard

__all__ = ["as_yaml", "write"]


def write(card: LoadedCard) -> str:
    """The card as YAML."""
    return as_yaml(card.data)


def as_yaml(data: Mapping[str, Any]) -> str:
    """Plain data as YAML that reads back the same, in the order given."""
    import yaml

    return yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=120)
