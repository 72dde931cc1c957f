"""A model on the Hub as a source of files: its list as the server gives it, its files by parts, all at one commit."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ...errors import Place, Problem
from ..source import AuditError, Entry, Origin
from .facts import RepoFacts
from .names import parse_name
from .session import Hub

__all__ = ["HubModel", "open_model"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_PATH = 4096
_MOST_SIZE = 1 << 53
_MOST_HELD = 4  # files of which the last part is held in memory
_MOST_KEPT = 1 << 20  # bytes of a part that goes into the journal
_MOST_LIST = 64 << 20  # bytes of a list of files from the journal


def open_model(hub: Hub, name: str, *, revision: str = "") -> HubModel:
    """A model at the commit that its revision (or its main branch) means now.

    ``name`` as :func:`~osaid.audit.hub.names.parse_name` takes it; ``revision`` goes before one in it. Raises AuditError if it does
    not answer; the problem's code says why: ``hub.not-found``, ``hub.forbidden``, ``hub.no-revision`` and others.
    """
    named = parse_name(name)
    wanted = revision or named.revision
    if revision:
        parse_name(f"{named.name}@{revision}")
    return HubModel(hub, hub.about("models", named.name, wanted))


class HubModel:
    """Files of a model on the Hub: a :class:`~osaid.audit.source.Source`."""

    def __init__(self, hub: Hub, facts: RepoFacts) -> None:
        self.facts = facts
        """What the Hub says of the model."""
        self.name = facts.name
        self.page = f"{hub.endpoint}/{facts.name}" if facts.private is False else ""
        self.origin = Origin(hub=facts.name, revision=facts.commit)
        self._hub = hub
        self._entries: dict[str, Entry] | None = None
        self._skipped: dict[str, tuple[Problem, int]] = {}
        self._held: OrderedDict[str, tuple[int, bytes, int]] = OrderedDict()  # path: start, content, how much comes next
        self._key = f"hub {hub.endpoint} models {facts.name}@{facts.commit}"

    def address(self, path: str = "") -> str:
        """Where a file is shown, at the commit, on the server that was asked: what was read is what evidence names."""
        place = f"/blob/{self.facts.commit}/{quote(path)}" if path else f"/tree/{self.facts.commit}"
        return f"{self._hub.endpoint}/{self.facts.name}{place}"

    # --- the list of files

    def entries(self) -> Iterator[Entry]:
        """Every file, sorted by path. Raises AuditError if the server does not give the list."""
        return iter(self._listed().values())

    @property
    def skipped(self) -> tuple[tuple[Problem, int], ...]:
        """What was left out of the list, and how often, in order of code."""
        return tuple(self._skipped[code] for code in sorted(self._skipped))

    def _listed(self) -> dict[str, Entry]:
        if self._entries is None:
            rows = self._kept_rows()
            if rows is None:
                rows = self._hub.ask(self._rows, f"hf:{self.name}", commit=self.facts.commit)
                self._hub.journal.put(f"{self._key} files", _packed(json.dumps(rows).encode()))
            found: dict[str, Entry] = {}
            for path, size, sha256 in rows[: self._hub.bounds.files]:
                entry = self._entry(path, size, sha256)
                if entry is not None and found.setdefault(entry.path, entry) is not entry:
                    self._skip("hub.skipped-twice", entry.path)
            if len(rows) > self._hub.bounds.files:
                self._skip("hub.skipped-many", "", limit=str(self._hub.bounds.files))
            self._entries = dict(sorted(found.items()))
        return self._entries

    def _rows(self, api: Any) -> list[list[Any]]:
        """What the server lists, one more than is taken at most."""
        rows: list[list[Any]] = []
        for item in api.list_repo_tree(self.facts.name, recursive=True, revision=self.facts.commit):
            if hasattr(item, "size"):  # a folder has none
                lfs = item.lfs
                rows.append([item.path, item.size if lfs is None else lfs.size, lfs.sha256 if lfs is not None else ""])
                if len(rows) > self._hub.bounds.files:
                    break
        return rows

    def _kept_rows(self) -> list[list[Any]] | None:
        try:
            rows = json.loads(_unpacked(self._hub.journal.get(f"{self._key} files"), _MOST_LIST))
        except (ValueError, RecursionError):
            return None
        return rows if isinstance(rows, list) and all(isinstance(row, list) and len(row) == 3 for row in rows) else None

    def _entry(self, path: Any, size: Any, sha256: Any) -> Entry | None:
        """A file of the list, if it can be one: below the repository, by a name that is a line of text, with a size."""
        if not isinstance(path, str) or not 0 < len(path) <= _MOST_PATH or not path.isprintable() or "\\" in path:
            self._skip("hub.skipped-name", path if isinstance(path, str) else "")
        elif any(part in ("", ".", "..") for part in path.split("/")):
            self._skip("hub.skipped-name", path)
        elif not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= _MOST_SIZE:
            self._skip("hub.skipped-size", path)
        else:
            return Entry(path, size, sha256 if isinstance(sha256, str) and _SHA256.fullmatch(sha256) else "")
        return None

    def _skip(self, code: str, path: str, **params: str) -> None:
        problem, count = self._skipped.get(code, (Problem(code, params, Place(path[:300] or None)), 0))
        self._skipped[code] = (problem, count + 1)

    # --- their content

    def read(self, path: str, start: int = 0, length: int = 1 << 20) -> bytes:
        """At most ``length`` bytes of a file from ``start`` on, fewer at its end. Raises AuditError.

        A little more is asked for than is wanted, and the more the longer a file is read in order.
        """
        entry = self._listed().get(path)
        if entry is None:
            raise AuditError(Problem("hub.not-listed", {"path": path[:300]}))
        found = bytearray()
        start, end = max(start, 0), min(max(start, 0) + max(length, 0), entry.size)
        while start + len(found) < end:
            here = start + len(found)
            first, content, ahead = self._held.get(path, (0, b"", self._hub.bounds.ahead))
            if not first <= here < first + len(content):
                in_order = bool(content) and here == first + len(content)
                ahead = min(2 * ahead, _MOST_KEPT) if in_order else self._hub.bounds.ahead
                wanted = min(max(end - here, ahead), self._hub.bounds.piece, entry.size - here)
                first, content = here, self._part(entry, here, wanted)
                self._held[path] = (first, content, ahead)
                self._held.move_to_end(path)
                if len(self._held) > _MOST_HELD:
                    self._held.popitem(last=False)
            found += content[here - first : end - first]
        return bytes(found)

    def _part(self, entry: Entry, start: int, length: int) -> bytes:
        key = f"{self._key} {start}+{length} {entry.path}"
        kept = _unpacked(self._hub.journal.get(key), length)
        if len(kept) == length:
            return kept
        content = self._hub.part(self.facts.name, self.facts.commit, entry.path, start, length)
        if len(content) != length:
            raise AuditError(
                Problem("hub.short", {"found": str(len(content)), "wanted": str(length)}, Place(f"hf:{self.name}/{entry.path}"[:300]))
            )
        if length <= _MOST_KEPT:
            self._hub.journal.put(key, _packed(content))
        return content


def _packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode()


def _unpacked(kept: Any, most: int) -> bytes:
    """What was packed; nothing if it was not, or is longer."""
    if not isinstance(kept, str):
        return b""
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(base64.b64decode(kept, validate=True), most + 1)
    except (ValueError, zlib.error):
        return b""
    return content if len(content) <= most else b""
