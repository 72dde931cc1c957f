"""Finds what ships with the package: rubrics, audited cards, and the data files inside the package.

In a wheel the top-level folders ``rubrics/`` and ``model_cards/`` stand in ``osaid/_bundled/``; in a checkout or an
editable install they stand beside the package. The package is looked in first.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from . import document

__all__ = ["bundled", "bundled_ids", "bundled_path", "data_file", "read_data"]

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
    """The content of a YAML data file inside the package, read by the strict reader (all scalars are text)."""
    return document.load(data_file(*parts)).data
