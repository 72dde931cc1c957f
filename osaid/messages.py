"""Every sentence a person reads, made from a code and its parameters.

The sentences stand in ``data/messages.en.yaml``. A second language is a second file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from .resources import read_data

__all__ = ["hint", "sentence"]


@lru_cache(maxsize=4)
def catalogue(language: str = "en") -> dict[str, dict[str, str]]:
    """All messages of a language: code to ``text`` and, where there is something to do, ``hint``."""
    data: dict[str, dict[str, str]] = read_data("data", f"messages.{language}.yaml")
    return data


def sentence(code: str, params: Mapping[str, str] = {}, language: str = "en") -> str:
    """The sentence of a code. Raises KeyError for an unknown code or a missing parameter: both are bugs of ours."""
    return catalogue(language)[code]["text"].format_map(params)


def hint(code: str, params: Mapping[str, str] = {}, language: str = "en") -> str | None:
    """What to do about it, or None."""
    text = catalogue(language)[code].get("hint")
    return text.format_map(params) if text is not None else None
