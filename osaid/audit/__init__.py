"""Facts gathered from the world: a folder, the Hub, whether links still answer. Nothing here judges.

    from osaid.audit import audit
    found = audit(["path/to/checkout", "hf:owner/name"], "2026-11-22")
    osaid.assess(found.card, library=osaid.Library(found.bases.cards))

``osaid audit`` uses the same function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .session import Audited, audit

__all__ = ["Audited", "audit"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import session

    return getattr(session, name)
