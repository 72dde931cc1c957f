"""What the tests of licence texts share: the texts, and what was found in one.

The texts of ../shared are no part of the repository; tests that need them say so and skip. The others use Apache-2.0 as it stands in
this repository, and the MIT text of the tests on bills of materials.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from typing import Any

import pytest
from support import ROOT

from osaid.licenses.expression import terms
from osaid.licenses.knowledge import knowledge_base
from osaid.licenses.texts import Identified

SHARED = ROOT.parent / "shared" / "data" / "licence-texts.jsonl.gz"
needs_texts = pytest.mark.skipif(not SHARED.exists(), reason="the licence texts of ../shared/data are not here")
APACHE = (ROOT / "LICENSE").read_text(encoding="utf-8")


@cache
def texts() -> list[dict[str, Any]]:
    with gzip.open(SHARED, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def our_id(row: dict[str, Any]) -> str:
    known = None if row["exception"] else knowledge_base().find(row["spdx"])
    return known.id if known is not None else row["spdx"]


def of_ai(row: dict[str, Any]) -> bool:
    return str(row["spdx"]).startswith("LicenseRef-")


def names(found: Identified) -> list[str]:
    return [match.license for match in found.matches]


def warned(found: Identified) -> bool:
    return found.altered or any(passage.kind not in ("plain", "choice") for passage in found.passages)


def free(found: Identified) -> str:
    return terms(found.expression).free if found.expression is not None else "unknown"
