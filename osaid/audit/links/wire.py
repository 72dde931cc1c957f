"""One request on a connection of its own, bounded in bytes and time.

The connection goes to an IP address that was vetted; the name is used for the Host header and for TLS, and not resolved again. HTTP
is read here and not by ``http.client``, which has no bound on how many interim answers it skips and trusts sizes that a server says.
No proxy of the environment is used: it would resolve the name itself. There are no cookies and no passwords.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from ... import __version__
from ...errors import Problem
from .vetting import NoAnswer, Target

__all__ = ["Reply", "Wires", "exchange", "trusted"]

_AGENT = f"osaid/{__version__} (asks whether the links of a model card still answer)"
_MOST_LINE, _MOST_HEADERS, _MOST_INTERIM = 32 << 10, 100, 5
_MOST_HEAD = 128 << 10
_MOST_MACHINES = 3  # of a host that are tried
_CONNECT = 8.0  # seconds for one of them
_SLICE = 0.25  # seconds after which a wait looks whether it was cut
_STATUS = re.compile(rb"HTTP/1\.[0-9] ([1-5][0-9][0-9])(?: [^\r\n]*)?\r?\n")
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")


class Reply(NamedTuple):
    """What a server said. ``length`` is the size of the body if it says so; ``wait`` what a Retry-After asks for, in seconds.

    ``broken``: a body was wanted for its digest, and could not be read.
    """

    status: int
    location: bytes = b""
    length: int | None = None
    wait: float | None = None
    sha256: str = ""
    read: int = 0
    broken: bool = False


class Wires:
    """The connections of a run, so that all of them can be cut at once."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self.trust = trust
        self.cut = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def hold(self, connection: socket.socket) -> None:
        """Keep a connection among those that are cut."""
        with self._lock:
            self._open.add(connection)

    def drop(self, connection: socket.socket) -> None:
        """Close a connection."""
        with self._lock:
            self._open.discard(connection)
        with contextlib.suppress(OSError):
            connection.close()

    def cut_all(self) -> None:
        """End every wait within moments."""
        self.cut.set()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)


def trusted() -> ssl.SSLContext:
    """What certificates are checked with: those that the system trusts."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def exchange(target: Target, machines: Sequence[str], method: str, deadline: float, body: int, wires: Wires) -> Reply:
    """Ask one of the machines of a host. ``body`` is how many bytes of a body are read for its digest. Raises NoAnswer."""
    connection = _connected(target, machines, deadline, wires)
    held = [connection]
    try:
        wires.hold(connection)
        if target.scheme == "https":
            connection = _secured(target, connection, deadline, wires)
            held.append(connection)
        connection.settimeout(_left(deadline, wires))
        connection.sendall(_request(target, method))
        with io.BufferedReader(_Tap(connection, deadline, _MOST_HEAD + 2 * body, wires.cut), 16 << 10) as file:
            return _reply(file, body if method == "GET" else 0)
    except TimeoutError:
        raise NoAnswer(Problem("link.time"), silent=True) from None
    except ssl.SSLError as error:
        raise _no_trust(error) from None
    except (OSError, ValueError) as error:
        raise _no_connection(error) from None
    finally:
        for item in held:
            wires.drop(item)


def _connected(target: Target, machines: Sequence[str], deadline: float, wires: Wires) -> socket.socket:
    last: Exception | None = None
    for ip in machines[:_MOST_MACHINES]:
        try:
            return socket.create_connection((ip, target.port), min(_CONNECT, _left(deadline, wires)))
        except OSError as error:
            last = error
    if isinstance(last, TimeoutError):
        raise NoAnswer(Problem("link.time"), silent=True)
    raise _no_connection(last or OSError())


def _secured(target: Target, connection: socket.socket, deadline: float, wires: Wires) -> ssl.SSLSocket:
    connection.settimeout(_left(deadline, wires))
    secured = wires.trust.wrap_socket(
        connection, server_hostname=target.host.rstrip("."), do_handshake_on_connect=False, suppress_ragged_eofs=False
    )
    wires.hold(secured)
    try:
        secured.do_handshake()
    except BaseException:
        wires.drop(secured)
        raise
    return secured


def _left(deadline: float, wires: Wires) -> float:
    """The seconds that are left. Raises NoAnswer if there are none."""
    left = deadline - time.monotonic()
    if left <= 0 or wires.cut.is_set():
        raise NoAnswer(Problem("link.time"), again=False)
    return left


def _no_trust(error: ssl.SSLError) -> NoAnswer:
    detail = getattr(error, "verify_message", None) or error.reason or "TLS"
    return NoAnswer(Problem("link.tls", {"detail": str(detail)[:200]}), silent=True, again=False)


def _no_connection(error: Exception) -> NoAnswer:
    detail = getattr(error, "strerror", None) or type(error).__name__
    return NoAnswer(Problem("link.connection", {"detail": str(detail)[:200]}), silent=True)


def _request(target: Target, method: str) -> bytes:
    lines = (
        f"{method} {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        f"User-Agent: {_AGENT}",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
        "",
    )
    return "\r\n".join(lines).encode("ascii")


class _Tap(io.RawIOBase):
    """What comes from a connection, until there was too much of it or it took too long."""

    def __init__(self, connection: socket.socket, deadline: float, most: int, cut: threading.Event) -> None:
        self._connection, self._deadline, self._most, self._cut = connection, deadline, most, cut

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            left = self._deadline - time.monotonic()
            if left <= 0 or self._cut.is_set():
                raise NoAnswer(Problem("link.time"), silent=True)
            self._connection.settimeout(min(left, _SLICE))
            try:
                count = self._connection.recv_into(buffer)
            except TimeoutError:
                continue
            self._most -= count
            if self._most < 0:
                raise NoAnswer(Problem("link.too-long"), again=False)
            return count


# --- HTTP -------------------------------------------------------------------------------------------------------------


def _reply(file: io.BufferedReader[Any], body: int) -> Reply:
    status, headers = _head(file)
    length = int(headers[b"content-length"]) if re.fullmatch(rb"[0-9]{1,15}", headers.get(b"content-length", b"")) else None
    reply = Reply(status, headers.get(b"location", b""), length, _wait(headers))
    if status != 200 or not body or (length is not None and length > body):
        return reply
    try:
        sha256, read = _digest(file, headers, length, body)
    except (NoAnswer, OSError):
        return reply._replace(broken=True)
    return reply._replace(sha256=sha256, read=read)


def _head(file: io.BufferedReader[Any]) -> tuple[int, dict[bytes, bytes]]:
    """The status of the final answer, and its headers: of one that is given twice, the first."""
    for _ in range(_MOST_INTERIM + 1):
        line = _line(file)
        found = _STATUS.fullmatch(line)
        if found is None:
            raise NoAnswer(Problem("link.not-http"))
        headers: dict[bytes, bytes] = {}
        for _ in range(_MOST_HEADERS + 1):
            line = _line(file)
            if line in (b"\r\n", b"\n"):
                break
            name, colon, value = line.partition(b":")
            if colon and name.strip():
                headers.setdefault(name.strip().lower(), value.strip())
        else:
            raise NoAnswer(Problem("link.too-long"), again=False)
        status = int(found[1])
        if status >= 200:
            return status, headers
    raise NoAnswer(Problem("link.not-http"))


def _line(file: io.BufferedReader[Any]) -> bytes:
    line = file.readline(_MOST_LINE)
    if len(line) == _MOST_LINE:
        raise NoAnswer(Problem("link.too-long"), again=False)
    if not line.endswith(b"\n"):
        raise NoAnswer(Problem("link.closed" if not line else "link.not-http"))
    return line


def _wait(headers: Mapping[bytes, bytes]) -> float | None:
    """What Retry-After asks for: seconds, or a date, which is held against the server's own."""
    text = headers.get(b"retry-after", b"").decode("latin-1")
    if re.fullmatch("[0-9]{1,9}", text):
        return float(text)
    try:
        until, now = (parsedate_to_datetime(said) for said in (text, headers.get(b"date", b"").decode("latin-1")))
        return max(0.0, (until - now).total_seconds())
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _digest(file: io.BufferedReader[Any], headers: Mapping[bytes, bytes], length: int | None, most: int) -> tuple[str, int]:
    """The digest of the body as it is sent, and its size; no digest if it is larger than ``most``. Raises NoAnswer if it is broken."""
    digest, size = hashlib.sha256(), 0
    if b"transfer-encoding" in headers:
        if headers[b"transfer-encoding"].lower() != b"chunked":
            raise NoAnswer(Problem("link.not-http"))
        while True:
            written = _SIZE.match(line := _line(file))
            if written is None or line[written.end() :].strip()[:1] not in (b"", b";"):
                raise NoAnswer(Problem("link.not-http"))
            chunk = int(written[0], 16)
            size += chunk
            if size > most:
                return "", size - chunk
            if not chunk:
                return digest.hexdigest(), size
            _exactly(file, chunk, digest)
            if _line(file).strip():
                raise NoAnswer(Problem("link.not-http"))
    if length is not None:
        _exactly(file, length, digest)
        return digest.hexdigest(), length
    if b"content-length" in headers:
        raise NoAnswer(Problem("link.not-http"))
    while block := file.read(min(1 << 16, most + 1 - size)):
        size += len(block)
        if size > most:
            return "", size
        digest.update(block)
    return digest.hexdigest(), size


def _exactly(file: io.BufferedReader[Any], size: int, digest: Any) -> None:
    while size:
        block = file.read(min(1 << 16, size))
        if not block:
            raise NoAnswer(Problem("link.closed"))
        digest.update(block)
        size -= len(block)
