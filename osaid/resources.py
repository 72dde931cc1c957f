"""Finds what ships with the package: rubrics, audited cards, and the data files inside the package.

In a wheel the top-level folders ``rubrics/`` and ``model_cards/`` stand in ``osaid/_bundled/``; in a checkout or an
editable install they stand beside the package. The package is looked in first.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from typing import Any

from . import document

__all__ = ["as_json", "bundled", "bundled_ids", "bundled_path", "data_file", "read_data"]

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


@cache
def bundled(folder: str) -> str:
    """The path of a bundled folder, ``rubrics`` or ``model_cards``. It need not exist."""
    packaged = os.path.join(_PACKAGE, "_bundled", folder)
    return packaged if os.path.isdir(packaged) else os.path.join(os.path.dirname(_PACKAGE), folder)


def bundled_path(folder: str, identifier: str) -> str | None:
    """The path of a bundled file by its id, or None. An id that is not a plain file name finds nothing."""
    if not identifier or os.path.basename(identifier) != identifier or identifier.startswith("."):
        return None
    path = os.path.join(bundled(folder), identifier + ".yaml")
    return path if os.path.isfile(path) else None


def bundled_ids(folder: str) -> list[str]:
    """The ids of all bundled files of a folder, sorted."""
    try:
        names = os.listdir(bundled(folder))
    except FileNotFoundError:
        return []
    return sorted(name[:-5] for name in names if name.endswith(".yaml") and not name.startswith("."))


def data_file(*parts: str) -> str:
    """The path of a data file inside the package."""
    return os.path.join(_PACKAGE, *parts)


def read_data(*parts: str) -> Any:
    """The content of a YAML data file inside the package, read by the strict reader (all scalars are text).

    Beside large files stands the same data as JSON, made by ``make generate`` together with the digest of the YAML it was made from.
    It is read in a tenth of the time, and only if the YAML is still that one.
    """
    path = data_file(*parts)
    raw = document.read_file(path)
    try:
        with open(as_json(path), "rb") as file:
            made = json.loads(file.read())
        if made["sha256"] == hashlib.sha256(raw).hexdigest():
            return made["data"]
    except FileNotFoundError:
        pass
    return document.parse(raw, path=path).data


def as_json(path: str) -> str:
    """Where the data of a YAML file stands as JSON, if it does."""
    return os.path.splitext(path)[0] + ".json"
