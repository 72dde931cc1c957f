"""PyTorch: an archive of a pickle and of storages, or, before version 1.6, pickles and storages behind each other.

The pickle is never loaded (see :mod:`.pickles`). What loading it would call, beyond what tensors need, is told. Tensors that share a
storage share its elements: tied weights count once. Archives from before version 0.1.10 (tar) are recognised only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any, NamedTuple

from .common import Cursor, File, Tally
from .pickle_names import harmless, runs_programs
from .pickle_values import SIZES, Call, Map, Storage, Tensor
from .pickles import Pickle
from .zips import Member, content, directory

__all__ = ["Held", "read", "tell_names"]

_MAGIC = 0x1950A86A20F9469CFC6C
_MOST_PICKLE = 24 << 20
_MOST_PICKLES = 16
_MOST_TOLD = 10
_MOST_DEPTH = 64
_OPTIMIZER = {"optimizer", "optimizers", "optimizer_state", "optimizer_states", "optimizer_state_dict", "optim", "optim_state", "opt_state"}


class Held:
    """Bytes that are here already, as a file."""

    def __init__(self, path: str, raw: bytes) -> None:
        self.path = path
        self.size = len(raw)
        self._raw = raw

    def read(self, start: int, length: int) -> bytes:
        """Some of them."""
        return self._raw[start : start + length]


def read(file: File, tally: Tally) -> None:
    """Count the tensors of the pickle, and tell what else it holds."""
    head = file.head()
    if head.startswith(b"PK"):
        _archive(file, tally)
    elif head.startswith(b"\x80"):
        _stream(file, tally)
    elif head[257:262] == b"ustar":
        tally.known = False
    else:
        raise file.error("weights.other-format", format="pytorch")


# --- the two forms --------------------------------------------------------------------------------------------------


def _archive(file: File, tally: Tally) -> None:
    members = directory(file, tally)
    pickles = [member for member in members if member.name.endswith(".pkl")]
    main = [member for member in pickles if member.name.rpartition("/")[2] == "data.pkl" and member.name.count("/") <= 1]
    if not main:
        raise file.error("weights.other-format", format="pytorch")
    if len(main) > 1:
        tally.known = False
        tally.add("weights.zip-duplicate", name="data.pkl")
    for member in [main[0], *(other for other in pickles if other is not main[0])][:_MOST_PICKLES]:
        root = _held(file, tally, member)
        if member is main[0]:
            used = _count(root, tally)
            _stored(used, {other.name: other for other in members}, main[0].name[: -len("data.pkl")], tally)


def _held(file: File, tally: Tally, member: Member) -> Any:
    pickle = Pickle(Cursor(File(Held(file.path, content(file, member, _MOST_PICKLE)))), tally.steps)
    try:
        return pickle.next()
    finally:
        tell_names(pickle, tally)


def _stored(used: Iterable[Storage], members: Mapping[str, Member], folder: str, tally: Tally) -> None:
    """Hold the storages that the pickle names against those in the archive."""
    for storage in used:
        member = members.get(f"{folder}data/{storage.key}")
        needed = storage.size * SIZES.get(storage.dtype, 1 if not storage.dtype else 0)
        if member is None:
            tally.known = False
            tally.add("weights.storage-missing", name=storage.key)
        elif member.size < needed:
            tally.known = False
            tally.add("weights.size-differs", name=storage.key, has=str(member.size), needed=str(needed))


def _stream(file: File, tally: Tally) -> None:
    cursor = Cursor(file)
    pickle = Pickle(cursor, tally.steps)
    try:
        if pickle.next() != _MAGIC:
            tally.known = False  # some pickle: what it calls is told, and nothing is counted
            return
        pickle.next()  # the version of the form
        pickle.next()  # of the machine that wrote it
        root = pickle.next()
        pickle.next()  # the keys of the storages
    finally:
        tell_names(pickle, tally)
    used = _count(root, tally)
    needed = cursor.at + sum(8 + storage.size * SIZES.get(storage.dtype, 0) for storage in used)
    if needed > file.size:
        raise file.error("weights.incomplete", size=str(file.size), needed=str(needed))


def tell_names(pickle: Pickle, tally: Tally) -> None:
    """Tell what loading a pickle would call, beyond what is known to be harmless; its steps are counted."""
    tally.steps = max(0, pickle.left)
    strange = [name for name in pickle.names if not harmless(name)]
    programs = [name for name in strange if runs_programs(name)]
    others = [name for name in strange if not runs_programs(name)]
    if programs:
        tally.add("weights.pickle-program", names=_listed(programs))
    if others:
        tally.add("weights.pickle-name", names=_listed(others))
    if pickle.hidden:
        tally.add("weights.pickle-hidden")


def _listed(names: list[str]) -> str:
    told = ", ".join(name[:80] for name in names[:_MOST_TOLD])
    return f"{told} (+{len(names) - _MOST_TOLD})" if len(names) > _MOST_TOLD else told


# --- counting -------------------------------------------------------------------------------------------------------


class _Found(NamedTuple):
    value: Any
    name: str
    optimizer: bool
    depth: int


def _count(root: Any, tally: Tally) -> list[Storage]:
    """Count the tensors below a value by their names; gives the storages that they lie in."""
    seen: set[int] = set()
    storages: dict[str, Storage] = {}
    views: dict[tuple[str, int, int], None] = {}
    taken: dict[str, int] = {}  # elements of a storage that are counted
    waiting = [_Found(root, "", _is_optimizer(root), 0)]
    while waiting:
        value, name, optimizer, depth = waiting.pop()
        if isinstance(value, Tensor):
            elements = prod(value.shape)
            storage, view = value.storage, (value.storage.key, value.offset, elements)
            storages.setdefault(storage.key, storage)
            if view in views:
                continue
            views[view] = None
            if value.dtype not in SIZES and not value.dtype.startswith(("F", "QU")):
                tally.known = False
                tally.add("weights.unknown-dtype", name=name, dtype=value.dtype or "?")
                continue
            room = storage.size if storage.dtype else storage.size // SIZES.get(value.dtype, 1)
            elements = min(elements, max(0, room - taken.get(storage.key, 0)))
            taken[storage.key] = taken.get(storage.key, 0) + elements
            tally.tensor(name, value.dtype, value.shape, elements=elements, optimizer=optimizer)
        elif isinstance(value, (list, tuple, Call)) and id(value) not in seen:
            if depth > _MOST_DEPTH:
                tally.known = False
                tally.add("weights.nesting", limit=str(_MOST_DEPTH))
                continue
            seen.add(id(value))
            waiting += _below(value, name, optimizer, depth + 1)
    return list(storages.values())


def _below(value: Any, name: str, optimizer: bool, depth: int) -> list[_Found]:
    if isinstance(value, Map):
        found = []
        for key, item in zip(value[::2], value[1::2], strict=False):
            if isinstance(item, (Tensor, list, tuple, Call)):
                word = str(key)[-200:] if isinstance(key, (str, int)) else ""
                found.append(_Found(item, f"{name}.{word}"[-200:] if name else word, optimizer or word.lower() in _OPTIMIZER, depth))
        return found[::-1]
    items = value.given if isinstance(value, Call) else value
    return [_Found(item, name, optimizer, depth) for item in items if isinstance(item, (Tensor, list, tuple, Call))][::-1]


def _is_optimizer(root: Any) -> bool:
    """Whether a file is the state of an optimizer by itself."""
    return isinstance(root, Map) and {"state", "param_groups"} <= {key for key in root[::2] if isinstance(key, str)}
