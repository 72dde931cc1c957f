"""One address: HEAD and GET, redirects, tries, and what a status means."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ...errors import Problem
from ..machines import are_allowed
from .answers import Answer, Bounds, Kind
from .vetting import NoAnswer, Resolve, Target, Unasked, leads_to, resolved, target_of
from .wire import Reply, Wires, exchange

__all__ = ["Asker"]

_GONE = (404, 410)
_REFUSED = (401, 402, 403, 407, 429, 451)
_BUSY = (429, 503)
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_SILENT = 4  # requests in a row to which a host gave nothing; then the rest of its addresses is not asked


class _Host:
    """What is known of a host in one run."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.free_at = 0.0
        self.silent = 0
        self.busy = False


class _Quest:
    """One address on its way: where it has got to, and what it may still take."""

    def __init__(self, target: Target, bounds: Bounds, end: float) -> None:
        self.target = target
        self.method = "HEAD"
        self.requests = 0  # for this target
        self.seen = {target}
        self.hops = 0
        self.end = end
        self.deadline = min(time.monotonic() + bounds.seconds, end)
        self.machines: dict[tuple[str, int], list[str]] = {}
        self.from_public = False
        self.first: Reply | None = None  # what HEAD said, while GET is asked for the digest
        self.read = 0

    def extend(self, seconds: float) -> None:
        """Give back time that was spent waiting for one's turn."""
        self.deadline = min(self.deadline + seconds, self.end)

    def go_to(self, target: Target) -> None:
        """Follow a redirect."""
        self.target, self.requests, self.first = target, 0, None
        self.seen.add(target)
        self.hops += 1


class _Outcome(NamedTuple):
    answer: Kind
    status: int = 0
    sha256: str = ""
    note: Problem | None = None


class Asker:
    """Asks addresses, also in several threads at once: at most one request at a time to one host."""

    def __init__(self, bounds: Bounds, end: float, wires: Wires, resolve: Resolve, *, allow_private: bool) -> None:
        """``end`` is when all has to be over, by the monotonic clock."""
        self._bounds, self._end, self._wires = bounds, end, wires
        self._resolve, self._allow_private = resolve, allow_private
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def ask(self, address: str, day: str) -> tuple[Answer, int]:
        """What came of an address, and how many bytes of it were read. Raises nothing: what goes wrong is an answer."""
        if time.monotonic() >= self._end:
            return Answer(address, day, "not-asked", note=Problem("link.time-over")), 0
        try:
            quest = _Quest(target_of(address), self._bounds, self._end)
        except Unasked as error:
            return Answer(address, day, "not-asked", note=error.problems[0]), 0
        start = quest.target
        try:
            outcome = self._follow(quest)
        except Unasked as error:
            outcome = _Outcome("failed" if quest.hops else "not-asked", note=error.problems[0])
        except NoAnswer as error:
            outcome = _Outcome("failed", note=error.problems[0])
        status = str(outcome.status) if outcome.status else ""
        return Answer(address, day, outcome.answer, status, _elsewhere(start, quest.target), outcome.sha256, outcome.note), quest.read

    def _follow(self, quest: _Quest) -> _Outcome:
        while True:
            outcome = self._step(quest)
            if outcome is not None:
                return outcome

    def _step(self, quest: _Quest) -> _Outcome | None:
        """One request. None: it goes on, with the quest changed."""
        bounds = self._bounds
        quest.requests += 1
        last = quest.requests >= bounds.tries
        try:
            reply = self._send(quest)
        except NoAnswer as error:
            if quest.first is not None:
                return _Outcome("answers", quest.first.status, note=Problem("link.no-digest"))
            if last or not error.again:
                raise
            quest.method = "GET"
            return None
        quest.read += reply.read
        if reply.status in _REDIRECTS:
            self._redirect(quest, reply)
            return None
        if 200 <= reply.status < 300:
            return self._there(quest, reply, last)
        if reply.status in _BUSY and (wait := self._patience(quest, reply)) is not None and not last:
            self._sleep(quest, wait)
            return None
        if quest.method == "HEAD" and not last and reply.status not in _BUSY:
            quest.method = "GET"  # some servers refuse or misjudge HEAD; and what is said to be gone is asked for twice
            return None
        if reply.status >= 500 and reply.status not in _BUSY and not last:
            self._sleep(quest, bounds.pause)
            return None
        return _settled(quest, reply, bounds)

    def _there(self, quest: _Quest, reply: Reply, last: bool) -> _Outcome | None:
        most = self._bounds.body
        if quest.method == "HEAD" and most and not last and reply.status == 200 and (reply.length is None or reply.length <= most):
            quest.method, quest.first = "GET", reply
            return None
        return _Outcome("answers", reply.status, reply.sha256, Problem("link.no-digest") if reply.broken else None)

    def _redirect(self, quest: _Quest, reply: Reply) -> None:
        status = str(reply.status)
        if not reply.location:
            raise NoAnswer(Problem("link.leads-nowhere", {"status": status}))
        if quest.hops >= self._bounds.redirects:
            raise NoAnswer(Problem("link.redirects", {"most": str(self._bounds.redirects)}))
        try:
            target = leads_to(quest.target, reply.location)
        except Unasked:
            quest.hops += 1  # it was asked, and leads where nothing is asked
            raise
        if target in quest.seen:
            raise NoAnswer(Problem("link.circle"))
        quest.go_to(target)

    def _patience(self, quest: _Quest, reply: Reply) -> float | None:
        """How long to wait for a busy host; None: longer than we do, and it is left alone from now on."""
        wait = reply.wait if reply.wait is not None else 2 * self._bounds.pause
        if wait <= self._bounds.wait:
            return wait
        self._host(quest.target).busy = True
        return None

    def _sleep(self, quest: _Quest, seconds: float) -> None:
        quest.extend(seconds)
        self._wires.cut.wait(min(seconds, max(0.0, self._end - time.monotonic())))

    # --- one request --------------------------------------------------------------------------------------------------

    def _send(self, quest: _Quest) -> Reply:
        target, host = quest.target, self._host(quest.target)
        with self._turn(host, quest):
            if host.busy:
                raise Unasked(Problem("link.host-busy", {"host": target.host}))
            if host.silent >= _MOST_SILENT:
                raise Unasked(Problem("link.host-silent", {"host": target.host}))
            try:
                machines = self._vetted(quest)
                reply = exchange(target, machines, quest.method, quest.deadline, self._bounds.body, self._wires)
            except NoAnswer as error:
                host.silent += error.silent
                raise
            host.silent = 0
            return reply

    def _vetted(self, quest: _Quest) -> list[str]:
        """The machines of a target, if all of them may be asked. Raises NoAnswer or Unasked."""
        target = quest.target
        key = (target.host, target.port)
        if key not in quest.machines:
            seconds = quest.deadline - time.monotonic()
            quest.machines[key] = resolved(target, self._resolve, seconds, self._wires.cut)
        machines = quest.machines[key]
        # A public page may not lead into a private network, whoever allowed to ask there.
        if not are_allowed(machines, allow_private=self._allow_private and not quest.from_public):
            raise Unasked(Problem("link.not-public", {"host": target.host}))
        quest.from_public = are_allowed(machines, allow_private=False)
        return machines

    def _host(self, target: Target) -> _Host:
        with self._lock:
            return self._hosts.setdefault(target.host, _Host())

    @contextmanager
    def _turn(self, host: _Host, quest: _Quest) -> Iterator[None]:
        """One's turn at a host: nobody else asks it, and the pause since the last request is over."""
        began = time.monotonic()
        while not host.turn.acquire(timeout=0.1):
            if self._wires.cut.is_set() or time.monotonic() >= self._end:
                raise NoAnswer(Problem("link.time"), again=False)
        try:
            self._wires.cut.wait(max(0.0, min(host.free_at, self._end) - time.monotonic()))
            quest.extend(time.monotonic() - began)
            yield
        finally:
            host.free_at = time.monotonic() + self._bounds.pause
            host.turn.release()


def _elsewhere(start: Target, end: Target) -> str:
    """Where redirects led to. A query that they added is left out: it may be a key that holds for minutes, and differs every time."""
    told, asked = (str(target).removesuffix(target.query) for target in (end, start))
    if end.query and end.query == start.query:
        return str(end) if end != start else ""
    return told if told != asked else ""


def _settled(quest: _Quest, reply: Reply, bounds: Bounds) -> _Outcome:
    """What a status means that is neither there nor elsewhere."""
    status = reply.status
    if quest.first is not None and (status in _BUSY or status not in (*_GONE, *_REFUSED)):
        return _Outcome("answers", quest.first.status, note=Problem("link.no-digest"))
    note = None
    if status in _BUSY and reply.wait is not None and reply.wait > bounds.wait:
        note = Problem("link.wait", {"seconds": str(round(reply.wait))})
    if status in _GONE:
        return _Outcome("gone", status, note=note)
    if status in _REFUSED:
        return _Outcome("refused", status, note=note)
    return _Outcome("failed", status, note=note or Problem("link.status", {"status": str(status)}))
