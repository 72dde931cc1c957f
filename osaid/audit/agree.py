"""Whether what a card says and what was found go together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..licenses.expression import NO_LICENSE, terms

__all__ = ["agree", "folded_address", "names_of_set", "says_less", "says_nothing"]

_NOTHING: tuple[Any, ...] = (None, "", "unknown", "unspecified", [], {})
_RANK = {"none": 0, "no-such-step": 0, "some": 1, "partial": 1, "gated": 1, "full": 2}
_ACCESS = {"unshareable": 0, "obtainable": 1, "public": 2, "open": 3}
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([KMBT]?)", re.IGNORECASE)
_POWERS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}
_CLOSE = 0.06  # 7B and 6.7B are one number of parameters, 7B and 8B are not


def says_nothing(value: Any) -> bool:
    """Whether a value of a card leaves everything open."""
    return value in _NOTHING


def agree(key: str, said: Any, found: Any) -> bool:
    """Whether what the card says under a key holds if what was found does.

    ``some`` is found where a part was seen and nobody has settled whether it is all: a card that says full or partial has settled it.
    """
    if said == found:
        return True
    if key in ("release", "level", "access"):  # what is open is public
        return (found, said) in (("some", "full"), ("some", "partial"), ("public", "open"))
    if not isinstance(said, str) or not isinstance(found, str):
        return isinstance(said, list) and isinstance(found, list) and {_folded(item) for item in found} <= {_folded(item) for item in said}
    if key == "license":
        one, other = terms(said), terms(found)
        return one.expression == other.expression
    if key == "parameters":
        one_number, other_number = _number(said), _number(found)
        if one_number and other_number:
            return abs(one_number - other_number) <= _CLOSE * max(one_number, other_number)
    if key == "released":  # a year holds of every day in it
        return found.startswith(said) or said.startswith(found)
    if key == "model" or "://" in said or "://" in found:
        return folded_address(said) == folded_address(found)
    return _folded(said) == _folded(found)


def says_less(key: str, said: Any, found: Any) -> bool:
    """Whether the card says that there is less than was found."""
    if key == "license":
        return terms(said).expression == NO_LICENSE
    ranks = _ACCESS if key == "access" else _RANK
    return said in ranks and found in ranks and ranks[said] < ranks[found]


def folded_address(text: str) -> str:
    """An address without what does not tell it from another one: case, scheme, a slash or ``.git`` at its end."""
    text = re.sub(r"^https?://(www\.)?", "", text.strip().lower()).rstrip("/").removesuffix(".git")
    return text.removeprefix("huggingface.co/") if text.count("/") <= 2 else text


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _number(text: str) -> float | None:
    match = _NUMBER.match(text.replace(",", "").strip())
    return float(match[1]) * _POWERS[match[2].upper()] if match is not None else None


def names_of_set(dataset: Mapping[str, Any]) -> list[str]:
    """What a data set goes by: two entries that have one of these in common are about one set."""
    return [folded_address(text) for text in (dataset["name"], *dataset.get("where", ()))]
