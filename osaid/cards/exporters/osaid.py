"""A card in our own format, as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...document.common import UNSAFE
from ..reader import LoadedCard

__all__ = ["as_yaml", "write"]


def write(card: LoadedCard) -> str:
    """The card as YAML."""
    return as_yaml(card.data)


def as_yaml(data: Mapping[str, Any]) -> str:
    """Plain data as YAML that reads back the same, in the order given. What a reader would not see is escaped."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True  # our own reader takes none

    def dump(as_it_is: bool) -> str:
        text: str = yaml.dump(dict(data), Dumper=Dumper, sort_keys=False, allow_unicode=as_it_is, width=120)
        return text

    text = dump(True)
    return dump(False) if UNSAFE.search(text) else text
