"""Files and folders of a stranger, opened one step at a time: no link is followed unasked, and opening waits for nobody."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .source import Entry

__all__ = [
    "FOLDER",
    "LEAST_POINTER",
    "LEFT_OUT",
    "MOST_POINTER",
    "Skip",
    "Snapshot",
    "Target",
    "entry_of",
    "open_file",
    "open_folders",
    "open_target",
    "pointed_to",
    "read_at",
    "target_of",
    "unreadable",
]

_HISTORIES = (".git", ".hg", ".svn", ".bzr", ".jj", ".dvc")
_CACHES = (
    ".cache",
    ".huggingface",
    ".no_exist",
    ".locks",
    ".trash",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
)
_INSTALLED = (".venv", "venv", "node_modules", "site-packages", "dist-packages", ".tox", ".nox", ".eggs", ".conda", ".pixi")
_OF_EDITORS = (".idea", ".vscode", ".ipynb_checkpoints")
LEFT_OUT = frozenset((*_HISTORIES, *_CACHES, *_INSTALLED, *_OF_EDITORS))
"""Folders that hold no part of a release: histories, caches, installed packages. Names are folded."""

FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
"""How a folder is opened."""
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
_CHUNK = 1 << 20
_MOST_LINKS = 40  # as in the kernel of Linux
_MOST_STEPS = 1000  # of a path that links make

LEAST_POINTER, MOST_POINTER = 120, 1024
"""The size of a pointer of Git LFS, in bytes: at least so many, and less than so many (docs/spec.md of git-lfs)."""
_POINTER = re.compile(
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?"
    rb"oid sha256:([0-9a-f]{64})\n(?:[a-z0-9.-]+ [^\n]*\n)*?size ([0-9]{1,18})\n(?:[a-z0-9.-]+ [^\n]*\n)*"
)
_BLOB = re.compile(r"((?:\.\./)+)blobs/([0-9a-f]{40}|[0-9a-f]{64})")
_SHARED = re.compile(r"\.\./\.\./blobs/([0-9a-f]{2})/(\1[0-9a-f]{62})")


class Skip(Exception):
    """A file or folder that is left out, by the code of the problem."""


class Target(NamedTuple):
    """Where a file really stands: a folder, the steps down from it, and a digest if its name is one."""

    base: str
    steps: tuple[str, ...]
    sha256: str = ""


class Snapshot(NamedTuple):
    """Of a folder in the Hub's cache: the folder of its model, and how many levels below that it stands."""

    model: str
    levels: int


def pointed_to(raw: bytes) -> tuple[str, int] | None:
    """The sha256 and the size of the file that a pointer of Git LFS stands for; None if the bytes are no such pointer."""
    match = _POINTER.fullmatch(raw) if len(raw) < MOST_POINTER else None
    return (match[1].decode(), int(match[2])) if match else None


# --- opening ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def unreadable() -> Iterator[None]:
    """What the system refuses is left out as unreadable."""
    try:
        yield
    except (OSError, ValueError):
        raise Skip("folder.skipped-unreadable") from None


def open_folders(base: str, steps: Sequence[str], opened: int | None = None) -> int:
    """A descriptor of a folder below ``base`` (which may be open already), reached without following a link. Raises OSError."""
    descriptor = os.dup(opened) if opened is not None else os.open(base, FOLDER)
    for step in steps:
        try:
            below = os.open(step, FOLDER, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor


def open_file(name: str, folder: int) -> int:
    """A descriptor of a regular file. What it is is asked before it is opened, as opening can do something to a device, and after."""
    if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        raise Skip("folder.skipped-special")
    descriptor = os.open(name, _FILE, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Skip("folder.skipped-special")
    return descriptor


def open_target(target: Target) -> int:
    """A descriptor of the file where a link leads. Raises OSError or Skip."""
    folder = open_folders(target.base, target.steps[:-1])
    try:
        return open_file(target.steps[-1], folder)
    finally:
        os.close(folder)


def read_at(descriptor: int, start: int, length: int) -> bytes:
    """At most so many bytes of an open file from ``start`` on. Raises OSError."""
    chunks = []
    while length > 0 and (chunk := os.pread(descriptor, min(length, _CHUNK), start)):
        chunks.append(chunk)
        start += len(chunk)
        length -= len(chunk)
    return b"".join(chunks)


def entry_of(descriptor: int, path: str, sha256: str = "") -> Entry:
    """The entry of an open file, which is closed."""
    try:
        size = os.fstat(descriptor).st_size
        if LEAST_POINTER <= size < MOST_POINTER:
            pointer = pointed_to(read_at(descriptor, 0, MOST_POINTER))
            if pointer is not None:
                return Entry(path, pointer[1], pointer[0], True)
        return Entry(path, size, sha256)
    except OSError:
        raise Skip("folder.skipped-unreadable") from None
    finally:
        os.close(descriptor)


# --- links --------------------------------------------------------------------------------------------------------


def target_of(root: str, steps: tuple[str, ...], snapshot: Snapshot | None) -> Target:
    """Where a link leads that may be followed: a file in ``root`` itself, or one in the cache of the Hub. Raises Skip."""
    blob = _blob(root, steps, snapshot) if snapshot is not None else None
    if blob is not None:
        return blob
    above = [part for part in root.split(os.sep) if part]
    done, todo, links, folder = list(above), list(reversed(steps)), 0, True
    while todo:
        part = todo.pop()
        if part in ("", "."):
            continue
        if part == "..":
            del done[-1:]
            continue
        done.append(part)
        here = os.sep + os.path.join(*done)
        try:
            mode = os.lstat(here).st_mode
            text = os.readlink(here) if stat.S_ISLNK(mode) else None
        except (OSError, ValueError):
            raise Skip("folder.skipped-broken-link") from None
        folder = stat.S_ISDIR(mode)
        if text is None:
            continue
        links += 1
        todo += reversed(text.split(os.sep))
        done = [] if text.startswith(os.sep) else done[:-1]
        if links > _MOST_LINKS or len(todo) > _MOST_STEPS:
            raise Skip("folder.skipped-broken-link")
    inside = tuple(done[len(above) :])
    # What is left out is so for links as well: a README that is a link to .git/config would tell passwords.
    if done[: len(above)] != above or LEFT_OUT.intersection(map(str.casefold, inside)):
        raise Skip("folder.skipped-link-out")
    if not inside or folder:
        raise Skip("folder.skipped-link-to-folder")
    return Target(root, inside)


def _blob(root: str, steps: tuple[str, ...], snapshot: Snapshot) -> Target | None:
    """The file in the Hub's cache that a link of a snapshot stands for: exactly as huggingface_hub writes it, and nothing looser.

    ``snapshots/COMMIT/file`` is a link to ``../../blobs/ETAG``, and that is a file, or since 2.0 a link to a file that the models of
    a cache share, ``../../blobs/XX/HASH`` (``_shared_blobs.py``). The etag of a large file is its sha256.
    """
    try:
        folder = open_folders(root, steps[:-1])
        try:
            link = _BLOB.fullmatch(os.readlink(steps[-1], dir_fd=folder))
        finally:
            os.close(folder)
        if link is None or len(link[1]) // 3 != snapshot.levels + len(steps) - 1:
            return None
        sha256 = link[2] if len(link[2]) == 64 else ""
        blobs = open_folders(snapshot.model, ("blobs",))
        try:
            if not stat.S_ISLNK(os.stat(link[2], dir_fd=blobs, follow_symlinks=False).st_mode):
                return Target(snapshot.model, ("blobs", link[2]), sha256)
            shared = _SHARED.fullmatch(os.readlink(link[2], dir_fd=blobs))
        finally:
            os.close(blobs)
        return Target(os.path.dirname(snapshot.model), ("blobs", shared[1], shared[2]), sha256) if shared else None
    except OSError:
        raise Skip("folder.skipped-broken-link") from None
