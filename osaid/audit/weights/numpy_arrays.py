"""NumPy: one array with a short header (.npy), or an archive of such (.npz). Arrays of objects are pickles: what those call is told."""

from __future__ import annotations

import re

from ...messages import sentence
from .common import Cursor, File, Tally
from .pickles import Pickle
from .pytorch import Held, tell_names
from .zips import content, directory

__all__ = ["read"]

_MAGIC = b"\x93NUMPY"
_MOST_HEADER = 1 << 16
_SHOWN = 1024  # of a member: enough for its header
_MOST_PICKLE = 24 << 20
_FIELDS = {
    "descr": re.compile(r"""['"]descr['"]\s*:\s*['"]([<>|=]?[A-Za-z]\d{0,5}[^'"]{0,40})['"]"""),
    "shape": re.compile(r"""['"]shape['"]\s*:\s*\(([\d\sL,]{0,700})\)"""),
}
_KINDS = {"f": "F", "i": "I", "u": "U", "c": "C"}


def read(file: File, tally: Tally) -> None:
    """Count the elements of the arrays."""
    if file.head().startswith(_MAGIC):
        _array(file, file, "", tally)
        return
    if not file.head().startswith((b"PK\3\4", b"PK\5\6")):
        raise file.error("weights.other-format", format="numpy")
    for member in directory(file, tally):
        if not member.name.endswith(".npy"):
            continue
        held = File(Held(file.path, content(file, member, _SHOWN, prefix=True)))
        if b"'|O" in held.head()[:_SHOWN] and member.size <= _MOST_PICKLE:
            held = File(Held(file.path, content(file, member, _MOST_PICKLE)))
        _array(held, file, member.name.removesuffix(".npy"), tally, size=member.size)


def _array(held: File, file: File, name: str, tally: Tally, size: int | None = None) -> None:
    cursor = Cursor(held)
    if cursor.take(6) != _MAGIC:
        raise file.error("weights.header-syntax", detail=f"no array {name}".strip(), offset="0")
    major = cursor.unpack("<H") & 0xFF
    length = cursor.unpack("<H" if major == 1 else "<I")
    if length > _MOST_HEADER:
        raise file.error("weights.too-long", what=sentence("weights.part-header"), size=str(length), limit=str(_MOST_HEADER))
    header = cursor.take(length).decode("latin-1")
    descr, shape = (form.search(header) for form in _FIELDS.values())
    if shape is None:
        raise file.error("weights.header-syntax", detail=f"no shape {name}".strip(), offset="0")
    numbers = [int(item) for item in re.findall(r"\d+", shape[1])] if len(shape[1]) < 700 else []
    if len(numbers) > 32 or any(number >= 1 << 63 for number in numbers):
        raise file.error("weights.shape", name=name, shape=shape[1][:100])
    dtype = _dtype(descr[1]) if descr is not None else ""
    if dtype == "O":
        tally.known = False
        pickle = Pickle(cursor, tally.steps)
        try:
            pickle.next()
        finally:
            tell_names(pickle, tally)
    elif descr is not None and descr[1].lstrip("<>|=")[0] in "US":
        return  # words are no weights
    elif not dtype:
        tally.known = False
        tally.add("weights.unknown-dtype", name=name, dtype=descr[1] if descr is not None else "?")
    elif tally.tensor(name, dtype, numbers):
        needed = cursor.at + int(re.sub(r"\D", "", dtype) or 8) // 8 * _product(numbers)
        if needed > (held.size if size is None else size):
            raise file.error("weights.incomplete", size=str(held.size if size is None else size), needed=str(needed))


def _product(numbers: list[int]) -> int:
    found = 1
    for number in numbers:
        found *= number
    return found


def _dtype(text: str) -> str:
    kind, width = text.lstrip("<>|=")[:1], text.lstrip("<>|=")[1:]
    if kind == "O":
        return "O"
    if kind == "b" and width == "1":
        return "BOOL"
    return f"{_KINDS[kind]}{8 * int(width)}" if kind in _KINDS and width in ("1", "2", "4", "8", "16") else ""
