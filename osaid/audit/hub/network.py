"""The lowest layer: connections that know how much time and how many bytes are left, and whom they may be made to.

Loaded only when the Hub is asked: it needs httpcore2, which huggingface_hub brings.
"""

from __future__ import annotations

import math
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2

from ...errors import Problem
from ..machines import are_allowed
from ..source import AuditError
from .bounds import Bounds

__all__ = ["Backend", "Meter"]

_MOST_ADDRESSES = 4  # of a host that are tried
_HEAD = 256 << 10  # bytes of a response besides its body: httpcore2 takes at most 100 kB of headers


class Meter:
    """What has been used, and what is left: of the current task, and of all."""

    def __init__(self, bounds: Bounds, endpoint: str) -> None:
        self.bounds = bounds
        self.endpoint = endpoint
        self.requests = 0
        """Requests sent, redirects and repetitions among them."""
        self.bytes = 0
        """Bytes received."""
        self._seconds = 0.0  # of tasks that are over
        self._deadline = -math.inf
        self._requests_of_task = 0
        self._bytes_of_request = 0

    @contextmanager
    def task(self) -> Iterator[None]:
        """Something that is asked for: its requests have to keep within the bounds of a task."""
        begun = time.monotonic()
        self._deadline = begun + min(self.bounds.seconds, self.bounds.seconds_in_all - self._seconds)
        self._requests_of_task = 0
        try:
            yield
        finally:
            self._seconds += time.monotonic() - begun
            self._deadline = -math.inf

    def left(self) -> float:
        """Seconds left of the task. Raises AuditError when there are none."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise AuditError(Problem("hub.too-slow", {"endpoint": self.endpoint, "seconds": f"{self.bounds.seconds:g}"}))
        return seconds

    def wait(self) -> float:
        """How long to wait for the next byte."""
        return min(self.left(), self.bounds.idle)

    def request(self, most: int) -> None:
        """Count a request, of whose answer at most so many bytes of body are wanted."""
        self.left()
        self.requests += 1
        self._requests_of_task += 1
        self._bytes_of_request = most + _HEAD
        for count, limit in ((self._requests_of_task, self.bounds.requests), (self.requests, self.bounds.requests_in_all)):
            if count > limit:
                raise AuditError(Problem("hub.too-many-requests", {"endpoint": self.endpoint, "limit": str(limit)}))

    def received(self, count: int) -> None:
        """Count bytes."""
        self.bytes += count
        self._bytes_of_request -= count
        if self._bytes_of_request < 0 or self.bytes > self.bounds.bytes_in_all:
            raise self.too_large()

    def too_large(self) -> AuditError:
        """The error for an answer that does not end in time."""
        return AuditError(Problem("hub.too-large", {"endpoint": self.endpoint}))


class Backend(httpcore2.NetworkBackend):
    """Connects to trusted hosts wherever they are, and to others at public addresses only."""

    def __init__(self, meter: Meter, trusted: Iterable[tuple[str, int]], *, allow_private: bool = False) -> None:
        """``trusted`` are the hosts and ports that the user has named: the endpoint, and a proxy."""
        self._meter = meter
        self._trusted = frozenset(trusted)
        self._allow_private = allow_private
        self._real = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to an address that was looked at first, so that a name cannot mean another one the second time."""
        failure: Exception = httpcore2.ConnectError()
        for address in self._addresses(host, port):
            try:
                stream = self._real.connect_tcp(address, port, self._meter.wait(), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._meter)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        self._meter.left()
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise AuditError(Problem("hub.no-such-host", {"host": host[:200]})) from None
        addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
        if (host, port) not in self._trusted and not are_allowed(addresses, allow_private=self._allow_private):
            raise AuditError(Problem("hub.redirect-private", {"host": host[:200], "endpoint": self._meter.endpoint}))
        return addresses[:_MOST_ADDRESSES]


class _Stream(httpcore2.NetworkStream):
    """A connection. Its waits are shortened to what is left; the timeouts that it is given are those of httpcore2's caller."""

    def __init__(self, stream: httpcore2.NetworkStream, meter: Meter) -> None:
        self._stream = stream
        self._meter = meter

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._meter.wait())
        self._meter.received(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._meter.wait())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._meter.wait())
        except httpcore2.ConnectError as error:
            detail = error.__cause__ or error.__context__
            if not isinstance(detail, ssl.SSLError):
                raise
            reason = getattr(detail, "verify_message", "") or detail.reason or "TLS"
            raise AuditError(Problem("hub.tls", {"host": (server_hostname or "")[:200], "detail": str(reason)[:200]})) from None
        return _Stream(stream, self._meter)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
