"""The index of licence texts: which licences share wording with a text, and where the one stands in the other.

``texts.bin`` is made by ``tools/license_index.py``. It holds, for each text, the hashes of its neighbouring words in order, what
each word is (:data:`REQUIRED` and so on), and a table of hashes of six words by which texts are found. It is mapped into memory:
what is not looked at is not read. Four words share a byte of ``classes``.

Layout, all numbers least byte first: 8 bytes ``OSAIDTX1``; the length of the header, 4 bytes; the header, JSON; then the parts that
its ``parts`` names, each with offset (from the end of the header) and length.
"""

from __future__ import annotations

import json
import mmap
import sys
from array import array
from bisect import bisect_left
from functools import lru_cache
from typing import Any, NamedTuple

from ..resources import data_file
from .words import PAIR

__all__ = ["GRANTING", "MAGIC", "OPTIONAL", "REQUIRED", "VITAL", "Aligned", "Entry", "Gap", "Index", "index"]

MAGIC = b"OSAIDTX1"
REQUIRED, VITAL, OPTIONAL, GRANTING = 0, 1, 2, 3
"""What a word of a licence is: one of its terms; one that by itself may change them; a title, name or instruction; one without which
a grant reads on, and is smaller ("sell" in a list of what may be done, "free" before "of charge")."""

_FOUR = [bytes((byte & 3, byte >> 2 & 3, byte >> 4 & 3, byte >> 6)) for byte in range(256)]
_MOST_FINDS = 3000  # searches to bring one licence into line with a text
_NEAR = 12  # words within which three equal words in a row are enough to go on
_SEARCHES = ((_NEAR, 2, _NEAR), (120, 4, 60), (None, 5, 160))  # words ahead in the text, pairs to find, words ahead in the licence


class Entry(NamedTuple):
    """One text of the index."""

    number: int
    key: str  # of the ScanCode LicenseDB
    spdx: str
    name: str
    exception: bool
    start: int  # its first word
    words: int  # how many
    required: int  # of them not optional
    keys: int  # how many of its hashes of six words are in the table


class Gap(NamedTuple):
    """Where a text and a licence differ: the words left out of the licence, and those of the text that stand there instead."""

    left: int
    left_end: int
    put: int
    put_end: int


class Aligned(NamedTuple):
    """A licence brought into line with a text: its place there, and how they differ."""

    entry: Entry
    first: int  # word of the text
    end: int
    found: int  # words of the licence that are there
    missing: int  # required words that are not
    vital: int  # of them vital
    put_in: int  # words of the text between those of the licence
    gaps: tuple[Gap, ...]
    before: int  # words of the licence before the first that was found
    after: int  # the first word after the last that was found
    kinds: bytes  # what each word of the licence is

    @property
    def merit(self) -> int:
        """How well the licence explains the text."""
        return self.found - 2 * self.missing - self.put_in


class Index:
    """The licence texts, as hashes."""

    def __init__(self, data: Any, skip: frozenset[str] = frozenset()) -> None:
        """Take the bytes of an index. ``skip`` holds keys of texts to leave out, to measure what would be made of them."""
        if bytes(data[:8]) != MAGIC:
            raise ValueError("not an index of licence texts")
        size = int.from_bytes(data[8:12], "little")
        self.header: dict[str, Any] = json.loads(bytes(data[12 : 12 + size]))
        self._data = data
        self._base = 12 + size
        self.entries: list[Entry] = []
        start = 0
        for number, (key, spdx, name, exception, words, required, keys) in enumerate(self.header["texts"]):
            self.entries.append(Entry(number, key, spdx, name, bool(exception), start, words, required, keys))
            start += words
        self._skip = frozenset(entry.number for entry in self.entries if entry.key in skip)
        self._keys = self._numbers("keys", "I")
        self._ends = self._numbers("ends", "I")
        self._owners = self._numbers("owners", "H")
        self._codes_at = self._base + self.header["parts"]["codes"][0]
        self._classes_at = self._base + self.header["parts"]["classes"][0]

    def _numbers(self, part: str, kind: str) -> Any:
        offset, length = self.header["parts"][part]
        view = memoryview(self._data)[self._base + offset : self._base + offset + length]
        if sys.byteorder == "little":
            return view.cast(kind)  # type: ignore[call-overload]
        numbers = array(kind, view.tobytes())
        numbers.byteswap()
        return numbers

    def owners(self, key: int) -> Any:
        """The numbers of the texts that have a hash of six words in the table."""
        at = bisect_left(self._keys, key)
        if at == len(self._keys) or self._keys[at] != key:
            return ()
        found = self._owners[self._ends[at - 1] if at else 0 : self._ends[at]]
        return [number for number in found if number not in self._skip] if self._skip else found

    def codes(self, entry: Entry) -> bytes:
        """The hashes of neighbouring words of a text, one less than it has words."""
        at = self._codes_at + PAIR * entry.start
        return bytes(self._data[at : at + PAIR * (entry.words - 1)])

    def kinds(self, entry: Entry) -> bytes:
        """What each word of a text is."""
        first, end = entry.start, entry.start + entry.words
        packed = bytes(self._data[self._classes_at + (first >> 2) : self._classes_at + (end + 3 >> 2)])
        return b"".join(map(_FOUR.__getitem__, packed))[first & 3 : (first & 3) + entry.words]

    def align(self, entry: Entry, codes: bytes, first: int, end: int) -> Aligned | None:
        """Bring a licence into line with the words ``first`` to ``end`` of a text, given its hashes. None: they share next to nothing."""
        blocks = _trim(_blocks(self.codes(entry), codes, first, min(end, len(codes) // PAIR)), entry.words)
        if not blocks:
            return None
        kinds, gaps, missing, vital, put_in = self.kinds(entry), [], 0, 0, 0
        reached = -1  # the last word of the licence that was found
        text_reached = blocks[0][1] - 1
        found = 0
        for left, put, length in blocks:
            if left > reached + 1 or put > text_reached + 1:
                lost = kinds[reached + 1 : left]
                missing += len(lost) - lost.count(OPTIONAL)
                vital += lost.count(VITAL) + lost.count(GRANTING)
                if reached >= 0:
                    put_in += max(0, put - text_reached - 1)
                    gaps.append(Gap(reached + 1, max(left, reached + 1), text_reached + 1, max(put, text_reached + 1)))
            found += left + length + 1 - max(left, reached + 1)
            reached, text_reached = left + length, put + length
        rest = kinds[reached + 1 :]
        missing += len(rest) - rest.count(OPTIONAL)
        vital += rest.count(VITAL) + rest.count(GRANTING)
        return Aligned(entry, blocks[0][1], text_reached + 1, found, missing, vital, put_in, tuple(gaps), blocks[0][0], reached + 1, kinds)


_Block = tuple[int, int, int]  # pair of the licence, pair of the text, how many pairs are equal


def _equal(one: bytes, at: int, other: bytes, there: int, most: int) -> int:
    """How many pairs are equal from two places on."""
    done, step = 0, 16
    while done < most:
        step = min(step, most - done)
        a, b = PAIR * (at + done), PAIR * (there + done)
        if one[a : a + PAIR * step] == other[b : b + PAIR * step]:
            done += step
            step *= 2
        elif step == 1:
            break
        else:
            step = max(1, step // 4)
            most = min(most, done + step * 8)
    return done


def _find(codes: bytes, needle: bytes, first: int, end: int) -> int:
    """The first place of some pairs among others, or -1."""
    at = codes.find(needle, PAIR * first, PAIR * end)
    tries = 0
    while at % PAIR and at >= 0:
        at = codes.find(needle, at + 1, PAIR * end)
        tries += 1
        if tries > 64:
            return -1
    return at // PAIR if at >= 0 else -1


def _blocks(own: bytes, codes: bytes, first: int, end: int) -> list[_Block]:
    """The stretches that are equal, in order in both."""
    size = len(own) // PAIR
    blocks: list[_Block] = []
    at, there, finds = 0, first, 0
    while at < size and there < end and finds < _MOST_FINDS:
        length = _equal(own, at, codes, there, min(size - at, end - there))
        if length:
            blocks.append((at, there, length))
            at += length
            there += length
            continue
        best: tuple[int, int, int] | None = None  # the fewest words passed over, and where it goes on in both
        for wide, pairs, reach in _SEARCHES if blocks else _SEARCHES[2:]:
            best, tried = _resync(own, codes, (at, there, end if wide is None else min(end, there + wide)), pairs, range(reach), best)
            finds += tried
        best, tried = _resync(own, codes, (at, there, end), 5, range(160, size, 5), best)
        finds += tried
        if best is None:
            break
        _, new_at, new_there = best
        while (
            new_at > at
            and new_there > there
            and own[PAIR * (new_at - 1) : PAIR * new_at] == codes[PAIR * (new_there - 1) : PAIR * new_there]
        ):
            new_at -= 1
            new_there -= 1
        at, there = new_at, new_there
    return blocks


def _resync(
    own: bytes, codes: bytes, place: tuple[int, int, int], pairs: int, skips: range, best: tuple[int, int, int] | None
) -> tuple[tuple[int, int, int] | None, int]:
    """Where a licence and a text go on alike, if it is nearer than the best so far; and how many searches that took."""
    at, there, end = place
    size = len(own) // PAIR
    finds = 0
    for skip in skips:
        if skip > size - at - pairs or (best is not None and skip >= best[0]):
            break
        limit = end if best is None else min(end, there + best[0] - skip + pairs)
        found = _find(codes, own[PAIR * (at + skip) : PAIR * (at + skip + pairs)], there, limit)
        finds += 1
        if found >= 0 and (best is None or skip + found - there < best[0]):
            best = (skip + found - there, at + skip, found)
    return best, finds


def _trim(blocks: list[_Block], words: int) -> list[_Block]:
    """Without small stretches at either end that stand far from the rest: common phrases of another text."""
    small = max(8, words // 20)
    changed = True
    while changed and len(blocks) > 1:
        changed = False
        for number in range(1, len(blocks)):
            before = sum(block[2] + 1 for block in blocks[:number])
            away = blocks[number][1] - blocks[number - 1][1] - blocks[number - 1][2]
            skipped = blocks[number][0] - blocks[number - 1][0] - blocks[number - 1][2]
            if before <= small and away > 25 and away > 2 * skipped:
                blocks, changed = blocks[number:], True
                break
            after = sum(block[2] + 1 for block in blocks[number:])
            if after <= small and away > 25 and away > 2 * skipped:
                blocks, changed = blocks[:number], True
                break
    return blocks


@lru_cache(maxsize=1)
def index() -> Index:
    """The bundled index, opened once. Raises OSError if the file is not there."""
    with open(data_file("licenses", "texts.bin"), "rb") as file:
        return Index(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
