"""Files in memory, and what kinds they are told to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from osaid.audit.kinds import Bounds, Inventory, Looked, look_into, take_stock
from osaid.audit.source import AuditError, Entry, Origin
from osaid.errors import Problem
from osaid.resources import read_data

DATA = read_data("audit", "kinds.yaml")


class Files:
    """A source of files in memory, as the Hub is one: it counts what is read."""

    name = "files"
    origin = Origin()
    page = ""
    skipped: tuple[tuple[Problem, int], ...] = ()

    def __init__(self, files: Mapping[str, str | bytes | int]) -> None:
        self.files = files
        self.bytes_read = 0

    def entries(self) -> Iterator[Entry]:
        for path in sorted(self.files):
            content = self.files[path]
            yield Entry(path, content if isinstance(content, int) else len(content))

    def read(self, path: str, start: int = 0, length: int = 1 << 20) -> bytes:
        content = self.files[path]
        if isinstance(content, int):
            raise AuditError(Problem("folder.unreadable", {"detail": "a test"}))
        raw = content.encode() if isinstance(content, str) else content
        self.bytes_read += len(raw[start : start + length])
        return raw[start : start + length]

    def address(self, path: str = "") -> str:
        return path


def stock(*paths: str) -> Inventory:
    return take_stock(Files(dict.fromkeys(paths, "x")))


def of(inventory: Inventory, kind: str) -> list[str]:
    return [entry.path for entry in inventory.kinds[kind].first]


def kinds_of(path: str) -> set[str]:
    return {kind for kind, held in stock(path).kinds.items() if held.files}


BOUNDS = Bounds()


def looked(files: Mapping[str, str | bytes | int], kind: str, bounds: Bounds = BOUNDS) -> Looked:
    source = Files(files)
    return look_into(source, take_stock(source), kind, bounds=bounds)


def seen(files: Mapping[str, str | bytes | int], kind: str) -> dict[str, tuple[int, str]]:
    return {item.entry.path: (item.line, item.words) for item in looked(files, kind).seen}
