"""The gate's results as they come, counted on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..policy.decision import Tally
from . import Failure, Judged

__all__ = ["Counted"]


class Counted:
    """Results that are counted as they pass: the exit status and every output go by this one ``tally``, whole when all have come."""

    def __init__(self, results: Iterable[Judged | Failure]) -> None:
        self._results = results
        self.tally = Tally()

    def __iter__(self) -> Iterator[Judged | Failure]:
        self.tally = Tally()
        for result in self._results:
            self.tally = self.tally.plus(None if isinstance(result, Failure) else result.decision)
            yield result
