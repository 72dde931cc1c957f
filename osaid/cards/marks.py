"""Whose a claim is: a person's, or that of an audit. The ids of its evidence tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["MARK", "SEEN", "is_audits_own"]

MARK = "audit:"
"""What the ids of evidence begin with that an audit wrote. Claims that rest on such evidence alone are the audit's own."""

SEEN = "seen:"
"""What the ids of evidence begin with that an audit gave to a person's claim. It is the person's from then on."""


def is_audits_own(claim: Mapping[str, Any]) -> bool:
    """Whether a claim is an audit's own: it names evidence, and an audit wrote all of it."""
    evidence = claim.get("evidence") or ()
    return bool(evidence) and all(item.startswith(MARK) for item in evidence)
