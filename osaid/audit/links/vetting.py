"""What may be asked: which spellings of addresses, which ports; and the machines of a host, of which :mod:`..machines` judges."""

from __future__ import annotations

import queue
import re
import socket
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote, urljoin

from ...cards.importers.common import MOST_TEXT
from ...cards.locations import address_of
from ...errors import Problem
from ..source import AuditError

__all__ = ["NoAnswer", "Resolve", "Target", "Unasked", "leads_to", "resolve_name", "resolved", "target_of"]

Resolve = Callable[[str, int], Sequence[str]]
"""From a host and a port to its IP addresses. Raises OSError."""


class Unasked(AuditError):
    """An address that is not asked: it may not be, or its host wants none of it."""


class NoAnswer(AuditError):
    """An address that was asked and gave nothing that can be used. ``silent``: its host did not speak at all."""

    def __init__(self, problem: Problem, *, silent: bool = False, again: bool = True) -> None:
        """``again`` says whether another request could fare better."""
        super().__init__(problem)
        self.silent = silent
        self.again = again


class Target(NamedTuple):
    """An address taken apart. All of it is ASCII without spaces and control characters."""

    scheme: str
    host: str  # a name, or an IP address without brackets
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port, as they stand in a request."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def query(self) -> str:
        """What follows the question mark, with it."""
        return "".join(self.path.partition("?")[1:])

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


# --- spelling ---------------------------------------------------------------------------------------------------------

_PORTS = {"http": 80, "https": 443}
_PARTS = re.compile(r"(https?)://(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]/?#]+))(?::([0-9]{0,5}))?(?![^/?])", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_AS_IT_IS = "!$%&'()*+,-./:;=?@[]_~"

# Below 1024 only those of the web. Above, what the Fetch standard calls bad ports (https://fetch.spec.whatwg.org/#port-blocking),
# and those of services that take commands line by line and have no password by default (Redis, memcached).
_OTHER_SERVICES = frozenset(
    (1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 6379, 11211)
)


def target_of(address: str) -> Target:
    """Take an address apart. Raises Unasked for what is no http or https address, or has a port of other services."""
    address = address_of(address)
    found = _PARTS.match(address)
    if found is None:
        raise Unasked(Problem("link.not-an-address"))
    scheme, literal, name, port = found.groups()
    host = (literal or name).lower()
    try:
        host = host if len(host) > 253 else host.encode("idna" if not host.isascii() else "ascii").decode()
    except UnicodeError:
        host = ""
    if not _HOST.fullmatch(host):
        raise Unasked(Problem("link.not-an-address"))
    scheme = scheme.lower()
    number = int(port) if port else _PORTS[scheme]
    if not 0 < number < 65536 or (number < 1024 and number not in _PORTS.values()) or number in _OTHER_SERVICES:
        raise Unasked(Problem("link.port", {"host": host, "port": str(number)}))
    path = quote(address[found.end() :], safe=_AS_IT_IS, errors="replace")
    return Target(scheme, host, number, path if path.startswith("/") else f"/{path}")


def leads_to(target: Target, location: bytes) -> Target:
    """Where a redirect leads to. Raises Unasked."""
    try:
        text = location.decode("utf-8")
    except UnicodeDecodeError:
        text = location.decode("latin-1")
    try:
        address = urljoin(str(target), text.strip().replace(" ", "%20"))
    except ValueError:
        address = ""
    scheme = address.partition(":")[0]
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,30}", scheme) and scheme.lower() not in _PORTS:
        raise Unasked(Problem("link.scheme", {"scheme": scheme}))
    to = target_of(address)
    if len(str(to)) > MOST_TEXT:
        raise Unasked(Problem("link.not-an-address"))
    return to


# --- machines of a host -----------------------------------------------------------------------------------------------


def resolve_name(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host, as the system knows them. Odd spellings (0x7f.1) are understood as the system does."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def resolved(target: Target, resolve: Resolve, seconds: float, cut: threading.Event) -> list[str]:
    """The IP addresses of a target's host, each once. Raises NoAnswer.

    The system's resolver cannot be told how long to take, so it works aside; what comes too late is not waited for.
    """
    told: queue.SimpleQueue[Sequence[str] | None] = queue.SimpleQueue()

    def work() -> None:
        try:
            told.put(resolve(target.host, target.port))
        except (OSError, ValueError):
            told.put(None)

    threading.Thread(target=work, daemon=True).start()
    while seconds > 0 and not cut.is_set():
        step = min(seconds, 0.2)
        seconds -= step
        try:
            found = told.get(timeout=step)
        except queue.Empty:
            continue
        if not found:
            raise NoAnswer(Problem("link.name", {"host": target.host}), silent=True, again=False)
        return list(dict.fromkeys(found))
    raise NoAnswer(Problem("link.time"), silent=True, again=False)
