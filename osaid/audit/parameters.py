"""What the weight files of a source show: formats, parameters, shards that are missing, and what their headers state of the model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..errors import Place, Problem
from ..messages import sentence
from .draft import Draft
from .source import AuditError, Entry, Source, Tick
from .weights import Header, format_of, read_header
from .weights.index import read_index

__all__ = ["WeightFile", "Weights", "count_text", "names_text", "read_weights", "told"]

_SHARD = re.compile(r"(?P<stem>.*?)[-_.](?P<number>\d{2,6})-of-(?P<total>\d{2,6})(?P<ending>(?:\.[A-Za-z0-9]+)+)")
_MOST_HEADERS = 2000
_MOST_INDEX, _MOST_INDEXES = 32 << 20, 16 << 20  # bytes of one index, and of all of which the next one is read
_MOST_NAMED = 3
# What is wrong with a header and leaves its tensors as they are; anything else means that something is missing or makes no sense.
_SOUND_ALL_THE_SAME = (
    "weights.pickle-program",
    "weights.pickle-name",
    "weights.pickle-hidden",
    "weights.trailing",
    "weights.unknown-dtype",
    "weights.too-much",  # than is read: large, and nothing says that it is wrong
    "weights.too-many",
    "weights.pickle-too-long",
)
_COUNTED = ("safetensors", "gguf", "pytorch", "onnx", "numpy", "flax")  # formats whose headers tell of each tensor
_UNITS = (("T", 12), ("B", 9), ("M", 6), ("K", 3))


class WeightFile(NamedTuple):
    """A weight file, and its header (None: it was not read)."""

    entry: Entry
    header: Header | None


class Weights(NamedTuple):
    """The weight files of one model in one format: with the most parameters if there are several, and all that belong to it."""

    files: tuple[WeightFile, ...]
    missing: tuple[str, ...]  # shards that an index or the files' names speak of
    parameters: int | None
    dtypes: Mapping[str, int]
    format: str
    pointers: int  # files of which only a pointer is here
    damaged: bool  # a header says that something of its file is missing or makes no sense, or that there is no tensor in it
    void: bool  # headers were read, and no tensor is in any of them
    metadata: Mapping[str, str]

    @property
    def paths(self) -> list[str]:
        """The paths of the files."""
        return [file.entry.path for file in self.files]

    @property
    def folder(self) -> str:
        """The folder that they stand in."""
        return self.files[0].entry.path.rpartition("/")[0]

    @property
    def whole(self) -> bool:
        """Whether nothing shows that a part of it is missing."""
        return not (self.missing or self.pointers or self.damaged or self.void)


class _Group(NamedTuple):
    entries: list[Entry]
    total: int  # how many files their names speak of; 0: they do not


def read_weights(
    source: Source, entries: Iterable[Entry], indexes: Iterable[Entry], draft: Draft, tick: Tick, headers: bool = True, cut: bool = False
) -> tuple[Weights, ...]:
    """The weights of a source, one for each file or set of shards. What is wrong with a file is told in the draft.

    ``cut``: there are more files than these, so that nothing is known to be missing, and no set of shards is known to be whole.
    """
    groups: dict[str, _Group] = {}
    for entry in entries:
        match = _SHARD.fullmatch(entry.path)
        key = f"{match['stem']}*{match['total']}{match['ending']}" if match else entry.path
        groups.setdefault(key, _Group([], int(match["total"]) if match else 0)).entries.append(entry)
    named = _named_by_indexes(source, indexes, draft)
    left = _MOST_HEADERS if headers else 0
    found = []
    for group in groups.values():
        files = []
        for entry in group.entries:
            tick(entry.path, 0)
            header = _header(source, entry, draft) if left > 0 and not entry.pointer else None
            left -= 1
            files.append(WeightFile(entry, header))
        made = _together(files, () if cut else _missing(group, named))
        found.append(made._replace(parameters=None, damaged=True) if cut and group.total else made)
    return tuple(found)


class _At:
    """One file of a source as what headers are read from."""

    def __init__(self, source: Source, entry: Entry) -> None:
        self.path, self.size = entry.path, entry.size
        self._source = source

    def read(self, start: int, length: int) -> bytes:
        return self._source.read(self.path, start, length)


def _header(source: Source, entry: Entry, draft: Draft) -> Header | None:
    try:
        header = read_header(_At(source, entry))
    except AuditError as error:
        draft.trouble(error)
        return None
    for problem in header.problems if header is not None else ():
        draft.problem("warning", problem)
    return header


def _named_by_indexes(source: Source, indexes: Iterable[Entry], draft: Draft) -> dict[str, frozenset[str]]:
    """The files that each index speaks of, by its folder and ending."""
    named: dict[str, frozenset[str]] = {}
    size = 0
    entries = tuple(indexes)
    for number, entry in enumerate(entries):
        size += entry.size
        if size > _MOST_INDEXES and number:
            params = {"kind": "weights_index", "count": str(len(entries)), "left": str(len(entries) - number)}
            draft.problem("note", Problem("stock.not-looked-at", params, Place(entry.path)))
            break
        try:
            index = read_index(source.read(entry.path, 0, _MOST_INDEX), entry.path)
        except AuditError as error:
            draft.trouble(error)
            continue
        folder = entry.path.rpartition("/")[0]
        for problem in index.problems:
            draft.problem("warning", problem)
        named[entry.path] = frozenset(f"{folder}/{name}" if folder else name for name in index.shards)
    return named


def _missing(group: _Group, named: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Shards that are spoken of and not there."""
    here = {entry.path for entry in group.entries}
    for shards in named.values():
        if shards & here:
            return tuple(sorted(shards - here))
    if not group.total:
        return ()
    numbers = {int(match["number"]) for path in here if (match := _SHARD.fullmatch(path))}
    first = _SHARD.fullmatch(group.entries[0].path)
    start = 0 if 0 in numbers else 1  # both ways of counting are met
    lacking = [number for number in range(start, min(group.total, 100_000) + start) if number not in numbers]
    width = len(first["number"]) if first else 5
    return tuple(_with_number(group.entries[0].path, number, width) for number in lacking[:1000])


def _with_number(path: str, number: int, width: int) -> str:
    match = _SHARD.fullmatch(path)
    return path if match is None else path[: match.start("number")] + f"{number:0{width}d}" + path[match.end("number") :]


def _together(files: list[WeightFile], missing: tuple[str, ...]) -> Weights:
    headers = [file.header for file in files if file.header is not None]
    counted = [header.parameters for header in headers if header.parameters is not None]
    whole = len(counted) == len(files) and not missing
    dtypes: Counter[str] = Counter()
    metadata: dict[str, str] = {}
    for header in headers:
        dtypes.update(header.dtypes)
        for key, value in header.metadata.items():
            metadata.setdefault(key, value)
    return Weights(
        tuple(files),
        missing,
        sum(counted) if whole and counted else None,
        dict(dtypes.most_common()),
        headers[0].format if headers else format_of(files[0].entry.path) or "",
        sum(file.entry.pointer for file in files),
        any(problem.code not in _SOUND_ALL_THE_SAME for header in headers for problem in header.problems)
        or (whole and bool(counted) and not sum(counted)),
        bool(headers) and all(header.format in _COUNTED and not header.tensors for header in headers),
        metadata,
    )


def count_text(parameters: int) -> str:
    """A number of parameters as people write it, with the number itself: ``6.9B (6857302016)``."""
    for unit, power in _UNITS:
        if parameters >= 10**power:
            return f"{parameters / 10**power:.3g}{unit} ({parameters})"
    return str(parameters)


def names_text(paths: Sequence[str], most: int) -> str:
    """The first of some paths, and how many more there are."""
    names = ", ".join(paths[:most])
    more = len(paths) - most
    return sentence("audit.files-more", {"names": names, "more": str(more)}) if more > 0 else names


def told(weights: Weights) -> str:
    """Weights in words, for evidence and for people."""
    files = names_text(weights.paths, _MOST_NAMED)
    if weights.parameters is None:
        code = "audit.weights-uncounted" if weights.format else "audit.weights-unread"
        return sentence(code, {"files": files, "format": weights.format})
    types = ", ".join(weights.dtypes)
    return sentence(
        "audit.weights-counted", {"files": files, "format": weights.format, "parameters": f"{weights.parameters:,}", "types": types}
    )
