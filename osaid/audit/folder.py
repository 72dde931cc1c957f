"""A folder on disk as a source of files. All that is in it is a stranger's, and may change while it is read.

Every step down goes through the descriptor of the folder above it and follows no link, so nothing that is swapped between two steps
leads out of the folder. What is opened has to be a regular file, and opening waits for nobody.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import unicodedata
import weakref
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from ..document.common import UNSAFE, short
from ..errors import Place, Problem
from . import origin as origins
from .disk import (
    FOLDER,
    LEAST_POINTER,
    LEFT_OUT,
    MOST_POINTER,
    Skip,
    Snapshot,
    Target,
    entry_of,
    open_file,
    open_folders,
    open_target,
    read_at,
    target_of,
    unreadable,
)
from .journal import Journal
from .source import AuditError, Entry, Tick

__all__ = ["Bounds", "Folder"]

_MOST_NOTES = 200  # files of a download's notes that are looked at
_CHUNK = 1 << 20
_NO_SUCH_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)


class Bounds(NamedTuple):
    """How much of a folder is looked at: names in all, levels of folders, characters of a path."""

    names: int = 1_000_000
    depth: int = 64
    path: int = 4000


_DEFAULT = Bounds()


class Folder:
    """The files below a folder. A source (see :class:`~osaid.audit.source.Source`)."""

    def __init__(self, path: str, *, address: str | None = None, journal: Journal | None = None, bounds: Bounds = _DEFAULT) -> None:
        """Open a folder; the path itself may be a link.

        ``address`` is where the folder is published, if the caller knows; ``journal`` keeps digests for another run. Raises AuditError
        if there is no such folder or it may not be read.
        """
        if os.open not in os.supports_dir_fd or os.scandir not in os.supports_fd:
            raise AuditError(Problem("folder.system", {}, Place(path)))
        try:
            # An empty path is none, and not the current folder.
            self._root = _snapshot_of(os.path.realpath(path or "\0", strict=True), path)
            self._descriptor = os.open(self._root, FOLDER)
        except NotADirectoryError:
            raise AuditError(Problem("folder.is-file", {}, Place(path))) from None
        except PermissionError:
            raise AuditError(Problem("folder.no-permission", {}, Place(path))) from None
        except (OSError, ValueError) as reason:
            missing = isinstance(reason, (FileNotFoundError, ValueError))
            detail = getattr(reason, "strerror", None) or str(reason)
            raise AuditError(Problem("folder.missing" if missing else "folder.unreadable", {"detail": detail}, Place(path))) from None
        weakref.finalize(self, os.close, self._descriptor)
        self._bounds = bounds
        self._address = address.rstrip("/") if address else None
        self.page = address if address and address.startswith(("https://", "http://")) else ""
        self._journal = journal or Journal()
        self._told: dict[str, tuple[int, str, set[str]]] = {}
        parts = [part for part in self._root.split(os.sep) if part]
        snapshot = origins.cached(parts)
        self._snapshot = Snapshot(os.sep + os.path.join(*parts[: snapshot[0] - 1]), len(parts) - snapshot[0] + 1) if snapshot else None
        self.origin = snapshot[1] if snapshot else origins.of_files(self._peek, self._names)
        self.name = _shown(self.origin.hub.rpartition("/")[2] if snapshot else os.path.basename(self._root)) or "folder"

    # --- the walk -------------------------------------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        """Every file that can be read, sorted by path. What is left out is in :attr:`skipped` afterwards.

        Names of one folder at a time, and of those above it, are held in memory: at most ``bounds.names``.
        """
        self._told = {}
        opened = [os.dup(self._descriptor)]
        try:
            budget = [self._bounds.names]
            waiting = [("", self._listed(opened[0], "", budget))]
            while waiting:
                prefix, names = waiting[-1]
                if not names:
                    waiting.pop()
                    os.close(opened.pop())
                    continue
                name = names.pop()
                try:
                    if not name.endswith("/"):
                        yield self._entry(opened[-1], prefix, name)
                        continue
                    if len(waiting) >= self._bounds.depth:
                        raise Skip("folder.skipped-deep")
                    with unreadable():
                        child = os.open(name[:-1], FOLDER, dir_fd=opened[-1])
                except Skip as reason:
                    self._skip(str(reason), prefix + name)
                    continue
                opened.append(child)
                waiting.append((prefix + name, self._listed(child, prefix + name, budget)))
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def entry(self, name: str) -> Entry:
        """A file of the folder itself, by its name. Raises AuditError if :meth:`entries` would leave it out."""
        try:
            if "/" in name or not self._speakable(name):
                raise Skip("folder.skipped-name")
            return self._entry(self._descriptor, "", name)
        except Skip:
            raise self._refused("folder.not-listed", name) from None

    def _listed(self, descriptor: int, prefix: str, budget: list[int]) -> list[str]:
        """The names in a folder that are worth a look, last one first; those of folders end in a slash, so they sort as paths do."""
        names: list[str] = []
        try:
            with os.scandir(descriptor) as found:
                for item in found:
                    if budget[0] <= 0:
                        self._skip("folder.skipped-many", prefix)
                        break
                    budget[0] -= 1
                    if not self._speakable(prefix + item.name):
                        self._skip("folder.skipped-name", prefix + item.name)
                    elif not item.is_dir(follow_symlinks=False):
                        names.append(item.name)
                    elif item.name.casefold() in LEFT_OUT:
                        self._skip("folder.left-out", f"{prefix}{item.name}/", item.name)
                    else:
                        names.append(item.name + "/")
        except OSError:
            self._skip("folder.skipped-unreadable", prefix)
        names.sort()
        seen: set[str] = set()
        kept = []
        for name in names:
            plain = name.removesuffix("/")
            folded = plain if plain == (other := _folded(plain)) else other  # one text of the two is held
            if folded in seen:
                self._skip("folder.skipped-twin", prefix + name)
            else:
                kept.append(name)
            seen.add(folded)
        kept.reverse()
        return kept

    def _entry(self, folder: int, prefix: str, name: str) -> Entry:
        path = prefix + name
        with unreadable():
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                return self._linked(path)
            if not stat.S_ISREG(status.st_mode):
                raise Skip("folder.skipped-special")
            if not os.access(name, os.R_OK, dir_fd=folder):
                raise Skip("folder.skipped-unreadable")
            if not LEAST_POINTER <= status.st_size < MOST_POINTER:
                return Entry(path, status.st_size)
            descriptor = open_file(name, folder)
        return entry_of(descriptor, path)

    def _linked(self, path: str) -> Entry:
        target = target_of(self._root, tuple(path.split("/")), self._snapshot)
        with unreadable():
            return entry_of(open_target(target), path, target.sha256)

    def _skip(self, code: str, path: str, name: str = "") -> None:
        count, first, names = self._told.get(code, (0, path, set()))
        if name and len(names) < 20:
            names.add(name)
        self._told[code] = (count + 1, first, names)

    @property
    def skipped(self) -> tuple[tuple[Problem, int], ...]:
        """What the last walk left out, and how often, in order of code: the place of the problem is the first one's."""
        told = []
        for code, (count, first, names) in sorted(self._told.items()):
            bounds = {"names": f"{self._bounds.names:,}", "depth": str(self._bounds.depth)}
            params = {"count": str(count), "which": ", ".join(sorted(names)), **bounds}
            told.append((Problem(code, params, Place(short(_shown(f"{self.name}/{first}"), 300))), count))
        return tuple(told)

    # --- reading --------------------------------------------------------------------------------------------------

    def read(self, path: str, start: int = 0, length: int = _CHUNK) -> bytes:
        """At most ``length`` bytes of a file from ``start`` on.

        Raises AuditError for a path that :meth:`entries` would not give, and for a file that cannot be read (any more).
        """
        descriptor = self._open(path)
        try:
            return read_at(descriptor, start, length)
        except OSError as reason:
            raise self._refused("folder.unreadable", path, reason.strerror or str(reason)) from None
        finally:
            os.close(descriptor)

    def _open(self, path: str) -> int:
        steps = tuple(path.split("/"))
        plain = all(step not in ("", ".", "..") for step in steps) and len(steps) <= self._bounds.depth and self._speakable(path)
        if not plain or LEFT_OUT.intersection(map(str.casefold, steps[:-1])):
            raise self._refused("folder.not-listed", path)
        try:
            folder = open_folders(self._root, steps[:-1], self._descriptor)
            try:
                link = stat.S_ISLNK(os.stat(steps[-1], dir_fd=folder, follow_symlinks=False).st_mode)
                if not link:
                    return open_file(steps[-1], folder)
            finally:
                os.close(folder)
            return open_target(target_of(self._root, steps, self._snapshot))
        except Skip:
            raise self._refused("folder.not-listed", path) from None
        except OSError as reason:
            code = "folder.not-listed" if reason.errno in _NO_SUCH_FILE else "folder.unreadable"
            raise self._refused(code, path, reason.strerror or str(reason)) from None

    def digest(self, path: str, tick: Tick | None = None) -> str:
        """The sha256 of a whole file as it stands on disk (of a pointer of Git LFS: the pointer's), in hexadecimal.

        The journal keeps it under path, size, time of change, inode and device; so a run that was stopped goes on with the next file.
        Raises AuditError, also if the file changes while it is read.
        """
        descriptor = self._open(path)
        try:
            key = _state(descriptor, path)
            known = self._journal.get(key)
            if isinstance(known, str) and re.fullmatch("[0-9a-f]{64}", known):
                return known
            made, at = hashlib.sha256(), 0
            size = os.fstat(descriptor).st_size  # no further: a file may grow faster than it is read
            while chunk := os.pread(descriptor, min(_CHUNK, size - at), at):
                made.update(chunk)
                at += len(chunk)
                if tick is not None:
                    tick(path, len(chunk))
            if _state(descriptor, path) != key:
                raise self._refused("folder.changed", path)
        except OSError as reason:
            raise self._refused("folder.unreadable", path, reason.strerror or str(reason)) from None
        finally:
            os.close(descriptor)
        self._journal.put(key, made.hexdigest())
        return made.hexdigest()

    def address(self, path: str = "") -> str:
        """Where a file is published if the caller said so, else its path below the folder's own name. Never a path of this machine."""
        if self._address is None:
            return f"{self.name}/{path}" if path else self.name
        web = self._address.startswith(("https://", "http://"))
        return f"{self._address}/{quote(path) if web else path}" if path else self._address

    def _refused(self, code: str, path: str, detail: str = "") -> AuditError:
        return AuditError(Problem(code, {"detail": detail}, Place(short(_shown(f"{self.name}/{path}"), 300))))

    def _speakable(self, path: str) -> bool:
        """Whether a path can be told: text without signs that cannot be seen, of a bounded length."""
        return len(path) <= self._bounds.path and not UNSAFE.search(path) and "\n" not in path and "\t" not in path and "\\" not in path

    # --- for the origin -------------------------------------------------------------------------------------------

    def _peek(self, path: str, most: int) -> bytes:
        with contextlib.suppress(OSError, ValueError, Skip):
            descriptor = open_target(Target(self._root, tuple(path.split("/"))))
            try:
                return read_at(descriptor, 0, most)
            finally:
                os.close(descriptor)
        return b""

    def _names(self, path: str) -> Sequence[str]:
        names: list[str] = []
        with contextlib.suppress(OSError, ValueError):
            descriptor = open_folders(self._root, tuple(path.split("/")))
            try:
                with os.scandir(descriptor) as found:
                    for item, _ in zip(found, range(_MOST_NOTES), strict=False):
                        if self._speakable(item.name):
                            names.append(item.name)
            finally:
                os.close(descriptor)
        return sorted(names)


def _snapshot_of(root: str, path: str) -> str:
    """The folder itself; of a model's folder in the Hub's cache the snapshot that ``main`` stands for, or the only one.

    Raises AuditError if there are several to choose from, OSError if they cannot be read.
    """
    folder = os.path.join(root, "snapshots")
    whole = all(os.path.isdir(below) and not os.path.islink(below) for below in (folder, os.path.join(root, "blobs")))
    if origins.model_folder(os.path.basename(root)) is None or not whole:
        return root
    with os.scandir(folder) as found:
        names = sorted(item.name for item, _ in zip(found, range(_MOST_NOTES), strict=False) if item.is_dir(follow_symlinks=False))
    with contextlib.suppress(OSError, Skip):
        descriptor = open_target(Target(root, ("refs", "main")))
        try:
            main = read_at(descriptor, 0, 100).decode("ascii", "replace").strip()
        finally:
            os.close(descriptor)
        names = [main] if main in names else names
    if len(names) != 1:
        raise AuditError(Problem("folder.which-snapshot", {"which": ", ".join(_shown(name) for name in names[:5]) or "-"}, Place(path)))
    return os.path.join(folder, names[0])


def _state(descriptor: int, path: str) -> str:
    status = os.fstat(descriptor)
    return f"sha256 {status.st_size} {status.st_mtime_ns} {status.st_ino} {status.st_dev} {path}"


def _folded(name: str) -> str:
    return (name if name.isascii() else unicodedata.normalize("NFC", name)).casefold()


def _shown(name: str) -> str:
    """A name in which nothing acts on a terminal or a page."""
    return UNSAFE.sub("\N{REPLACEMENT CHARACTER}", name).replace("\n", " ").replace("\t", " ")
