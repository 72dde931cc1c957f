"""Many addresses: hosts side by side, what was asked lately left out, and nothing lost when it is stopped."""

from __future__ import annotations

import contextlib
import datetime
import queue
import re
import ssl
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable
from typing import Any, get_args

from ...cards.importers.common import MOST_TEXT
from ...cards.locations import address_of
from ...errors import Problem
from ..journal import Journal
from ..source import Tick
from .answers import DEFAULT_BOUNDS, Answer, Bounds, Kind
from .asking import Asker
from .vetting import Resolve, Unasked, resolve_name, target_of
from .wire import Wires, trusted

__all__ = ["check"]

_KINDS = get_args(Kind)
_STATUS, _DIGEST, _REDIRECT = re.compile("([1-5][0-9][0-9])?"), re.compile("([0-9a-f]{64})?"), re.compile(f"[!-~]{{0,{MOST_TEXT}}}")


def check(
    addresses: Iterable[str],
    *,
    day: str,
    bounds: Bounds = DEFAULT_BOUNDS,
    journal: Journal | None = None,
    allow_private: bool = False,
    tick: Tick | None = None,
    resolve: Resolve = resolve_name,
    trust: ssl.SSLContext | None = None,
) -> Generator[Answer, None, None]:
    """Ask every address once, and give the answers as they come: what the journal knows first, what is over the bounds last.

    ``day`` is today (YYYY-MM-DD). ``allow_private`` lets private networks and this machine be asked (for addresses given, and where
    such an address leads; never where a public one leads). ``tick`` is told of each address and of the bytes read from it.
    ``resolve`` finds the IP addresses of a host; ``trust`` is what certificates are checked with (None: what the system trusts).

    Closing it, or an exception while waiting for it, ends all connections. What had come by then is in the journal.
    """
    kept = _Kept(journal or Journal(), day, bounds, allow_private)
    pending: list[str] = []
    for address in dict.fromkeys(address_of(text) or text for text in addresses):
        known = kept.get(address)
        if known is None:
            pending.append(address)
        else:
            if tick is not None:
                tick(address, 0)
            yield known
    wires = Wires(trust or trusted()) if pending else None
    if wires is not None:
        asker = Asker(bounds, time.monotonic() + bounds.total, wires, resolve, allow_private=allow_private)
        with contextlib.closing(_asked(pending[: bounds.addresses], day, bounds, asker, wires, kept)) as found:
            for answer, read in found:
                if tick is not None:
                    tick(answer.address, read)
                yield answer
    over = Problem("link.over", {"most": str(bounds.addresses)})
    for address in pending[bounds.addresses :]:
        yield Answer(address, day, "not-asked", note=over)


class _Kept:
    """Answers in the journal: those of the last days, and of this day also those that failed."""

    def __init__(self, journal: Journal, day: str, bounds: Bounds, allow_private: bool) -> None:
        self._journal, self._day, self._days = journal, datetime.date.fromisoformat(day), bounds.days
        # What was asked in another way is another answer.
        self._before = f"link{'+private' if allow_private else ''}{'+digest' if bounds.body else ''}:"

    def get(self, address: str) -> Answer | None:
        """What is known and not too old, or None. What is no answer of ours is not known."""
        fact = self._journal.get(self._before + address)
        try:
            checked, kind, status, redirect, sha256, code, params = fact
            age = (self._day - datetime.date.fromisoformat(checked)).days
            note = Problem(code, params) if code else None
            if kind not in _KINDS or (note is not None and not note.message):
                return None
            if not (_STATUS.fullmatch(status) and _DIGEST.fullmatch(sha256) and _REDIRECT.fullmatch(redirect)):
                return None
        except (TypeError, ValueError, LookupError, AttributeError):
            return None
        lasts = self._days if kind != "failed" else min(self._days, 1)
        return Answer(address, checked, kind, status, redirect, sha256, note) if 0 <= age < lasts else None

    def put(self, answer: Answer) -> None:
        """Keep an answer. What was not asked is not kept: other bounds may let it be asked."""
        if answer.answer != "not-asked":
            code, params = (answer.note.code, dict(answer.note.params)) if answer.note is not None else ("", {})
            fact = [answer.checked, answer.answer, answer.status, answer.redirect, answer.sha256, code, params]
            self._journal.put(self._before + answer.address, fact)


_Result = tuple[Answer, int]


def _asked(pending: list[str], day: str, bounds: Bounds, asker: Asker, wires: Wires, kept: _Kept) -> Generator[_Result, None, None]:
    """The answers, as they come. Each thread takes a host and asks its addresses one after another."""
    by_host: dict[str, deque[str]] = {}
    for address in pending:
        by_host.setdefault(_host_of(address), deque()).append(address)
    hosts = deque(by_host.values())
    done: queue.SimpleQueue[_Result | BaseException] = queue.SimpleQueue()

    def work() -> None:
        try:
            while not wires.cut.is_set():
                try:
                    mine = hosts.popleft()
                except IndexError:
                    return
                while mine and not wires.cut.is_set():
                    result = asker.ask(mine.popleft(), day)
                    if not wires.cut.is_set():  # what was cut is no answer
                        done.put(result)
        except BaseException as error:  # a bug of ours: it belongs to who waits
            done.put(error)

    for _ in range(min(bounds.hosts, len(hosts))):
        threading.Thread(target=work, name="osaid-links", daemon=True).start()
    try:
        for _ in pending:
            result = _next(done)
            kept.put(result[0])
            yield result
    finally:
        wires.cut_all()
        with contextlib.suppress(queue.Empty):
            while True:
                left: Any = done.get_nowait()
                if isinstance(left, tuple):
                    kept.put(left[0])


def _next(done: queue.SimpleQueue[_Result | BaseException]) -> _Result:
    while True:
        with contextlib.suppress(queue.Empty):
            result = done.get(timeout=0.2)  # not for ever: a wait without end cannot be interrupted on every system
            if isinstance(result, BaseException):
                raise result
            return result


def _host_of(address: str) -> str:
    try:
        return target_of(address).host
    except Unasked:
        return ""
