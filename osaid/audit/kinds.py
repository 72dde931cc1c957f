"""What the files of a release are: by their names, and of code by the words that stand in it as well. The rules are ``kinds.yaml``.

A file shows that something is there. That no file was found shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from functools import lru_cache
from typing import Any, NamedTuple

from ..document.common import UNSAFE, one_line
from ..errors import Problem
from ..resources import read_data
from .code import LANGUAGES, Bare, bare
from .source import PASSING, AuditError, Entry, Source, Tick

__all__ = [
    "MOST_KEPT",
    "Bounds",
    "Held",
    "Inventory",
    "Looked",
    "Seen",
    "kinds",
    "kinds_with_words",
    "look_into",
    "shown_by",
    "take_stock",
    "what_files_show",
    "why",
]

MOST_KEPT = 1000
"""Entries of a kind that an inventory names."""

_MOST_FOLDERS = 10_000  # of which is remembered what stands in them
_TOP = "top"
_QUANTIFIER = re.compile(r"\\.|\[(?:\\.|[^\]\\])+\]|([*+])")


class Held(NamedTuple):
    """Files of one kind: how many, how many bytes, and the likeliest of them (at most :data:`MOST_KEPT`), those first."""

    files: int = 0
    bytes: int = 0
    first: tuple[Entry, ...] = ()


class Inventory(NamedTuple):
    """What one walk found.

    ``kinds`` has every kind of ``kinds.yaml``, also those of which there is nothing; of a kind with words (:func:`kinds_with_words`)
    its files are only candidates by their names. ``formats`` are the weights by their format. ``pointers`` counts files that stand for
    ones kept elsewhere (Git LFS): ``bytes`` counts those. ``empty`` files are of no kind.
    """

    files: int
    bytes: int
    kinds: Mapping[str, Held]
    formats: Mapping[str, Held]
    pointers: int
    empty: int


class Seen(NamedTuple):
    """A code file, and the line whose words show what it does."""

    entry: Entry
    line: int
    words: str


class Looked(NamedTuple):
    """What was seen in the candidates of a kind: the files that are of it, likeliest first.

    ``files`` were read and ``bytes`` of them; ``problems`` tell what was not looked at, and why.
    """

    seen: tuple[Seen, ...]
    files: int
    bytes: int
    problems: tuple[Problem, ...]


class Bounds(NamedTuple):
    """How much is read in looking for one kind: files, bytes of each (a notebook has its pictures in it), bytes in all."""

    files: int = 200
    each: int = 128 << 10
    notebook: int = 4 << 20
    bytes: int = 16 << 20


_DEFAULT = Bounds()


class _Rule(NamedTuple):
    kind: str
    rank: int
    names: re.Pattern[str] | None
    match: re.Pattern[str] | None
    without: re.Pattern[str] | None
    within: frozenset[str]
    not_within: frozenset[str]
    beside: str
    format: str

    def fits(self, name: str, folders: frozenset[str]) -> bool:
        if (self.within and not self.within & folders) or self.not_within & folders:
            return False
        return self.fits_name(name)

    def fits_name(self, name: str) -> bool:
        if (self.names is None or not self.names.fullmatch(name)) and (self.match is None or not self.match.search(name)):
            return False
        return self.without is None or not self.without.search(name)


# --- the rules ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data("audit", "kinds.yaml")
    return data


def kinds() -> tuple[str, ...]:
    """The names of all kinds."""
    return tuple(_data()["kinds"])


def kinds_with_words() -> tuple[str, ...]:
    """The kinds of which a file is only by the words that stand in it: see :func:`look_into`."""
    return tuple(name for name, kind in _data()["kinds"].items() if "telling" in kind)


def shown_by(component: str, *, derived: bool) -> tuple[str, ...]:
    """The kinds of files that show a component, likeliest first; nothing if no file can.

    ``derived``: the model was made from another one, so that code for fine-tuning is what trained it.
    """
    entry = _data()["components"].get(component, {"kinds": [], "only_derived": []})
    return (*entry["kinds"], *(entry["only_derived"] if derived else ()))


def why(kind: str) -> str:
    """The code of the sentence that says why a file counts as of a kind."""
    return "kind." + kind


def what_files_show(component: str) -> str:
    """The code of the sentence that says what files can show of a component."""
    return "shown." + component


def _bounded(expression: str) -> str:
    """An expression in which ``*`` and ``+`` end after 80 times."""
    return _QUANTIFIER.sub(lambda match: {"*": "{0,80}", "+": "{1,80}"}.get(match[1] or "", match[0]), expression)


def _either(expressions: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(f"(?:{_bounded(expression)})" for expression in expressions)
    return re.compile(joined, re.MULTILINE) if joined else None


def _globs(globs: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(translate(glob) for glob in globs)
    return re.compile(joined) if joined else None


@lru_cache(maxsize=1)
def _rules() -> tuple[dict[str, list[_Rule]], frozenset[str]]:
    """The rules by ending, and the names that some rule wants to see beside a file."""
    by_ending: dict[str, list[_Rule]] = {}
    beside: set[str] = set()
    for kind, entry in _data()["kinds"].items():
        for rank, given in enumerate(entry["rules"]):
            patterns = _globs(given.get("names", ())), _either(given.get("match", ())), _either(given.get("not", ()))
            within, not_within = frozenset(given.get("in", ())), frozenset(given.get("not_in", ()))
            rule = _Rule(kind, rank, *patterns, within, not_within, given.get("beside", ""), given.get("format", ""))
            beside.update([rule.beside] if rule.beside else ())
            for ending in given["ext"]:
                by_ending.setdefault(ending, []).append(rule)
    return by_ending, frozenset(beside)


@lru_cache(maxsize=1)
def _folders() -> tuple[tuple[str, re.Pattern[str]], ...]:
    lists = ((name, _globs(globs)) for name, globs in _data()["folders"].items())
    return tuple((name, pattern) for name, pattern in lists if pattern is not None)


@lru_cache(maxsize=4096)
def _lists_of(part: str) -> frozenset[str]:
    """The lists of folder names that a folder's name is on."""
    return frozenset(name for name, pattern in _folders() if pattern.fullmatch(part))


@lru_cache(maxsize=1024)
def _lists_on(folder: str) -> frozenset[str]:
    return frozenset().union(*map(_lists_of, folder.split("/"))) if folder else frozenset((_TOP,))


def _fitting(path: str) -> list[_Rule]:
    """The first rule of each kind that fits a path."""
    folder, _, name = path.casefold().rpartition("/")
    stem, _, ending = name.rpartition(".")
    stem, ending = (stem, ending) if stem else (name, "")
    by_ending, _ = _rules()
    folders = _lists_on(folder)
    found: dict[str, _Rule] = {}
    for rule in by_ending.get(ending, ()):
        if rule.kind not in found and rule.fits(stem, folders):
            found[rule.kind] = rule
    for rule in by_ending["*"]:
        if rule.kind not in found and rule.fits(name, folders):
            found[rule.kind] = rule
    return list(found.values())


# --- taking stock -------------------------------------------------------------------------------------------------


class _Pile:
    """Files of one kind while they are counted. Only the likeliest are kept."""

    def __init__(self) -> None:
        self.count = 0
        self.bytes = 0
        self._kept: list[tuple[int, int, Entry]] = []

    def add(self, rank: int, entry: Entry) -> None:
        self.count += 1
        self.bytes += entry.size
        self._kept.append((rank, entry.path.count("/"), entry))
        if len(self._kept) >= 2 * MOST_KEPT:
            self._kept = sorted(self._kept)[:MOST_KEPT]

    def held(self) -> Held:
        return Held(self.count, self.bytes, tuple(entry for _, _, entry in sorted(self._kept)[:MOST_KEPT]))


def take_stock(source: Source, tick: Tick | None = None) -> Inventory:
    """Everything a source has, by kind, in one walk; no file is read. ``tick`` is told each path, with no bytes."""
    piles: dict[str, _Pile] = {kind: _Pile() for kind in kinds()}
    formats: dict[str, _Pile] = {}
    waiting: list[tuple[_Rule, Entry]] = []
    wanted = _rules()[1]
    present: set[tuple[str, str]] = set()
    files = size = pointers = empty = 0
    for entry in source.entries():
        if tick is not None:
            tick(entry.path, 0)
        files += 1
        size += entry.size
        pointers += entry.pointer
        if not entry.size:
            empty += 1
            continue
        folder, _, name = entry.path.rpartition("/")
        if name.casefold() in wanted and len(present) < _MOST_FOLDERS:
            present.add((folder, name.casefold()))
        for rule in _fitting(entry.path):
            if not rule.beside:
                piles[rule.kind].add(rule.rank, entry)
                if rule.format:
                    formats.setdefault(rule.format, _Pile()).add(rule.rank, entry)
            elif len(waiting) < _MOST_FOLDERS:
                waiting.append((rule, entry))
    for rule, entry in waiting:
        if (entry.path.rpartition("/")[0], rule.beside) in present:
            piles[rule.kind].add(rule.rank, entry)
    held = {kind: pile.held() for kind, pile in piles.items()}
    return _final(Inventory(files, size, held, {name: formats[name].held() for name in sorted(formats)}, pointers, empty))


def _final(inventory: Inventory) -> Inventory:
    """A single checkpoint and no other weights: that one is what was released, and nothing shows it to be from the middle of a training."""
    found = inventory.kinds["intermediate_checkpoints"]
    folders = {entry.path.rpartition("/")[0] for entry in found.first}
    if not found.files or inventory.kinds["weights"].files or inventory.kinds["adapter_weights"].files or len(folders) > 1:
        return inventory
    if "intermediate" in folders.pop().casefold():
        return inventory
    formats: dict[str, _Pile] = {}
    for entry in found.first:
        formats.setdefault(_format(entry.path.rpartition("/")[2]), _Pile()).add(0, entry)
    moved = {**inventory.kinds, "weights": found, "intermediate_checkpoints": Held()}
    return inventory._replace(kinds=moved, formats={name: formats[name].held() for name in sorted(formats)})


def _format(name: str) -> str:
    stem, _, ending = name.casefold().rpartition(".")
    rules = _rules()[0].get(ending, ())
    return next((rule.format for rule in rules if rule.format and rule.fits_name(stem)), "pytorch")


# --- looking into code --------------------------------------------------------------------------------------------


class _Telling(NamedTuple):
    groups: Mapping[str, tuple[re.Pattern[str], ...]]
    unless: re.Pattern[str] | None


@lru_cache(maxsize=64)
def _telling(kind: str) -> _Telling:
    given = _data()["kinds"][kind]["telling"]
    if isinstance(given, str):
        return _telling(given)
    groups = {
        language: tuple(pattern for group in found if (pattern := _either(group)) is not None)
        for language, found in given.items()
        if language != "unless"
    }
    return _Telling(groups, _either(given.get("unless", ())))


def look_into(source: Source, inventory: Inventory, kind: str, *, bounds: Bounds = _DEFAULT, tick: Tick | None = None) -> Looked:
    """Read the candidates of a kind with words, likeliest first, and tell those whose words show that they are of it.

    Raises KeyError for a kind without words. What cannot be read, and what is beyond ``bounds``, is told in ``problems``.
    """
    telling = _telling(kind)
    held = inventory.kinds[kind]
    seen: list[Seen] = []
    passing: list[Problem] = []
    files = size = unread = 0
    for entry in held.first:
        if entry.pointer:
            continue
        if files >= bounds.files or size >= bounds.bytes:
            break
        ending = entry.path.rpartition(".")[2].casefold()
        try:
            raw = source.read(entry.path, 0, bounds.notebook if ending == "ipynb" else bounds.each)
        except AuditError as error:
            unread += 1
            passing = [*passing, *(problem for problem in error.problems if problem.code in PASSING)][:1]
            continue
        files += 1
        size += len(raw)
        if tick is not None:
            tick(entry.path, len(raw))
        text = bare(raw, ending)
        found = _shows(text, telling, LANGUAGES[ending]) if text is not None else None
        if found is not None:
            seen.append(Seen(entry, found[0], UNSAFE.sub("\N{REPLACEMENT CHARACTER}", one_line(found[1], 200))))
    left = held.files - files - unread
    params = {"kind": kind.replace("_", " "), "count": str(held.files)}
    problems = [*passing, *([Problem("stock.not-looked-at", {**params, "left": str(left)})] if left > 0 else [])]
    problems += [Problem("stock.not-readable", {**params, "left": str(unread)})] if unread else []
    return Looked(tuple(seen), files, size, tuple(problems))


def _shows(text: Bare, telling: _Telling, language: str) -> tuple[int, str] | None:
    """The line that shows it, and its words; None if the text does not show it."""
    groups = telling.groups.get(language, ())
    if not groups or (telling.unless is not None and telling.unless.search(text.bare)):
        return None
    found = [pattern.search(text.bare) for pattern in groups]
    if found[0] is None or None in found:
        return None
    at = found[0].start()
    at += len(found[0][0]) - len(found[0][0].lstrip())  # not the line before, where it begins with a line's end
    return text.line(at)
