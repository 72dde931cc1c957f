"""Which licences of the index a text may be: those that share wording with it, each brought into line with the place where it does."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from .index import Aligned, Entry, Index
from .words import PAIR, keys

__all__ = ["Candidates"]

_MOST_HITS = 150_000  # shared hashes of six words that are looked at
_MOST_REPEATS = 40  # places of one of them
_MOST_TRIED = 10  # licences at a time
_MOST_ALIGNED = 300_000  # words of licences brought into line, in all
_WORTH = 0.4  # of the most likely one's merit, without which a licence is not tried beside it
_LEAST = 0.12  # the share of a licence's hashes of six words without which it is not tried


class Candidates:
    """Licences that a text may be."""

    def __init__(self, codes: bytes, known: Index) -> None:
        self._codes = bytearray(codes)
        self._known = known
        self._hits: dict[int, list[int]] = {}
        places: dict[int, list[int]] = {}
        self._likely: dict[int, tuple[float, int, int]] = {}  # what is worked out, until words of it are taken
        self._aligned: dict[int, Aligned | None] = {}
        self._aside: set[int] = set()
        self._left = _MOST_ALIGNED
        self._row = keys(codes)
        for at, key in enumerate(self._row):
            here = places.setdefault(key, [])
            if len(here) < _MOST_REPEATS:
                here.append(at)
        shared = [(len(owners) * len(here), here, owners) for key, here in places.items() if len(owners := known.owners(key))]
        if sum(count for count, _, _ in shared) > _MOST_HITS:  # what many licences share tells least
            shared.sort(key=lambda one: one[0])
        left = _MOST_HITS
        for count, here, owners in shared:
            left -= count
            if left < 0:
                break
            for number in owners:
                self._hits.setdefault(number, []).extend(here)
        for hits in self._hits.values():
            hits.sort()

    def best(self) -> list[Aligned]:
        """The most likely licences in what is not taken or set aside yet, brought into line."""
        size = len(self._codes) // PAIR
        for number, hits in self._hits.items():
            if number not in self._likely:
                entry = self._known.entries[number]
                if len(hits) < _LEAST * entry.keys:
                    self._likely[number] = (0.0, 0, 0)
                    continue
                count, first, end = _window(hits, self._row, entry, size)
                share = min(1.0, count / entry.keys)
                self._likely[number] = (share * share * entry.words if share >= _LEAST else 0.0, first, end)
        ranked = sorted((-likely[0], number) for number, likely in self._likely.items() if likely[0] and number not in self._aside)
        codes = bytes(self._codes)
        tried = [number for score, number in ranked[:_MOST_TRIED] if score <= _WORTH * ranked[0][0]]
        for number in tried:
            if number not in self._aligned and self._left > 0:
                entry = self._known.entries[number]
                self._left -= entry.words
                self._aligned[number] = self._known.align(entry, codes, *self._likely[number][1:])
        return [one for number in tried if (one := self._aligned.get(number)) is not None]

    def set_aside(self, tried: Iterable[Aligned]) -> None:
        """Go on to less likely licences: those tried are none, as long as nothing is taken from them."""
        self._aside.update(one.entry.number for one in tried)
        self._aside.update(number for number, one in self._aligned.items() if one is None)

    def taken(self, stretches: Iterable[tuple[int, int]]) -> None:
        """Leave words out of what is looked at from now on."""
        for start, end in stretches:
            first = max(0, start - 1)
            self._codes[PAIR * first : PAIR * end] = b"\xff" * len(self._codes[PAIR * first : PAIR * end])
            for number, hits in self._hits.items():
                low, high = bisect_left(hits, first), bisect_left(hits, end)
                del hits[low:high]
                _, here, there = self._likely.get(number, (0.0, 0, 0))
                if high > low or (here < end and first < there):
                    self._likely.pop(number, None)
                    self._aligned.pop(number, None)
                    self._aside.discard(number)


def _window(hits: list[int], row: list[int], entry: Entry, size: int) -> tuple[int, int, int]:
    """Where in a text a licence most likely stands, with room on both sides: different hashes of it there, first word, end."""
    wide = entry.words + entry.words // 4 + 30
    best, at, low = 0, hits[0], 0
    there: dict[int, int] = {}
    for place in hits:
        there[row[place]] = there.get(row[place], 0) + 1
        while place - hits[low] > wide:
            key = row[hits[low]]
            low += 1
            if there[key] == 1:
                del there[key]
            else:
                there[key] -= 1
        if len(there) > best:
            best, at = len(there), hits[low]
            if best >= 0.97 * entry.keys and at < place - wide // 2:
                break
    return best, max(0, at - entry.words - 50), min(size, at + wide + entry.words + 50)
