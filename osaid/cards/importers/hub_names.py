"""Names on the Hugging Face Hub, in the ways in which files write them: plain, as an address, as a package URL."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["dataset_address", "is_name", "of_address", "of_purl"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9._-]+)?")
_ADDRESS = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/(?:models/)?([A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+)(?:[/?#].*)?")
_NOT_MODELS = ("datasets", "spaces", "docs", "blog", "papers", "collections", "models", "tasks", "learn", "api", "organizations")
_PURL = re.compile(r"pkg:huggingface/([A-Za-z0-9][A-Za-z0-9._-]*(?:(?:/|%2[Ff])[A-Za-z0-9._-]+)?)(?:[@#].*)?", re.DOTALL)


def is_name(name: str) -> bool:
    """Whether a text can be the name of a model or data set: one word, or two with a slash between."""
    return len(name) <= 200 and _NAME.fullmatch(name) is not None and not ("/" in name and name.partition("/")[0] in _NOT_MODELS)


def of_address(url: str) -> str | None:
    """The name of the model that an address on the Hub is of; None for any other, those of data sets and spaces included."""
    match = _ADDRESS.fullmatch(url)
    return match[1] if match is not None and is_name(match[1]) else None


def of_purl(purl: Any) -> str | None:
    """The name in a package URL (``pkg:huggingface/org/name@revision``); None for any other."""
    match = _PURL.fullmatch(purl) if isinstance(purl, str) and len(purl) < 500 else None
    return re.sub("%2[Ff]", "/", match[1]) if match else None


def dataset_address(name: str) -> str:
    """Where the data set of a name can be got."""
    return f"https://huggingface.co/datasets/{name}"
