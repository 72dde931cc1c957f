"""Where tensors lie in a file: in it, and not over each other."""

from __future__ import annotations

from array import array

from .common import Tally

__all__ = ["Spans"]


class Spans:
    """Pieces of a file. Those in order are only looked at; all are kept as two numbers each."""

    def __init__(self) -> None:
        self._begins = array("Q")
        self._ends = array("Q")

    def add(self, begin: int, end: int) -> None:
        """A piece; an empty one is none. Both are below 2**64."""
        if end > begin:
            self._begins.append(begin)
            self._ends.append(end)

    @property
    def end(self) -> int:
        """Where the last one ends."""
        return max(self._ends, default=0)

    def check(self, tally: Tally) -> None:
        """Tell the first one that lies over another: then nothing is known of how much there is."""
        last = 0
        for index in sorted(range(len(self._begins)), key=self._begins.__getitem__):
            if self._begins[index] < last:
                tally.known = False
                tally.add("weights.overlap", offset=str(self._begins[index]), end=str(last))
                return
            last = self._ends[index]
