"""Where an audit keeps what it has found out, so that one that was stopped goes on."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable

from ..audit.journal import Journal
from ..audit.session import HUB, Journals

__all__ = ["State"]

_LEAST = 16  # characters of a digest in a name


class State:
    """Journals in a folder: of digests and links for all audits, and one for each audit that is on its way."""

    def __init__(self, folder: str | None, *, fresh: bool) -> None:
        """``folder`` is the user's cache by default; ``fresh``: what an audit that was stopped had found is thrown away."""
        self._folder = folder or _cache()
        self._fresh = fresh
        self._own = ""
        self.links = Journal(os.path.join(self._folder, "links.jsonl")) if not fresh else Journal()

    def journals(self, targets: Iterable[str]) -> Journals:
        """The journals of an audit of these targets, with what is in them of one that was stopped."""
        named = "\n".join(target if target.startswith(HUB) else os.path.realpath(target) for target in targets)
        digest = hashlib.sha256(f"{os.environ.get('HF_ENDPOINT', '')}\n{named}".encode("utf-8", "replace")).hexdigest()[:_LEAST]
        self._own = os.path.join(self._folder, f"audit-{digest}.jsonl")
        if self._fresh:
            self._forget()
        return Journals(Journal(self._own), Journal(os.path.join(self._folder, f"digests-{digest}.jsonl")))

    def done(self) -> None:
        """The audit came to its end: answers that were true of its time are thrown away."""
        self._forget()

    def _forget(self) -> None:
        if self._own:
            with contextlib.suppress(OSError):
                os.unlink(self._own)


def _cache() -> str:
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    elif os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "osaid")
