"""Real servers on this machine for the tests of links: one that behaves, and one that does whatever a test wants."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

Talk = Callable[[socket.socket, str, str], object]
"""What a server does with a connection: given the method and the path that it was asked for."""


class Served(NamedTuple):
    """A server at work: its address, and every request that it got."""

    port: int
    requests: list[str]
    heads: list[str]

    def at(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def answer(status: str, *headers: str, body: bytes = b"", head: bool = False) -> bytes:
    """A whole answer with its length; ``head``: without the body."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + (b"" if head else body)


@contextlib.contextmanager
def serving(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[Served]:
    """A server that reads the head of a request and leaves the rest to ``talk``. It ends with the block."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    served = Served(listener.getsockname()[1], [], [])
    over = threading.Event()

    def one(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if context is not None:
                connection = context.wrap_socket(connection, server_side=True)
        with connection, contextlib.suppress(OSError, ValueError):
            raw = b""
            while b"\r\n\r\n" not in raw:
                block = connection.recv(65536)
                if not block:
                    return
                raw += block
            text = raw.decode("latin-1")
            method, path, _ = text.split(" ", 2)
            served.requests.append(f"{method} {path}")
            served.heads.append(text)
            talk(connection, method, path)

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield served
    finally:
        over.set()
        listener.close()
