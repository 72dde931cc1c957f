"""What the tests of links share: a server that behaves, and how it is asked."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from servers import Served, answer, serving

from osaid.audit.links import Answer, Bounds, check

DAY = "2026-11-22"
QUICK = Bounds(pause=0, seconds=5, wait=1)
BODY = b"what stands here"
SHA = hashlib.sha256(BODY).hexdigest()


def ask(*asked: str, bounds: Bounds = QUICK, allow_private: bool = True, **options: Any) -> dict[str, Answer]:
    return {found.address: found for found in check(asked, day=DAY, bounds=bounds, allow_private=allow_private, **options)}


def ask_one(address: str, **options: Any) -> Answer:
    (found,) = ask(address, **options).values()
    return found


def note(found: Answer) -> str:
    return found.note.code if found.note is not None else ""


def site(connection: socket.socket, method: str, path: str) -> None:
    """A server that behaves."""
    bare = path.partition("?")[0]
    head = method == "HEAD"
    named = {
        "/ok": answer("200 OK", body=BODY, head=head),
        "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (b"" if head else b"4;x=y\r\nwhat\r\nC\r\n stands here\r\n0\r\n\r\n"),
        "/until-close": b"HTTP/1.0 200 OK\r\n\r\n" + (b"" if head else BODY),
        "/gone": answer("410 Gone"),
        "/never": answer("404 Not Found"),
        "/gone-for-head": answer("404 Not Found" if head else "200 OK", body=BODY, head=head),
        "/no-head": answer("405 Method Not Allowed" if head else "200 OK", body=BODY, head=head),
        "/head-forbidden": answer("403 Forbidden" if head else "200 OK", body=BODY, head=head),
        "/closed": answer("403 Forbidden"),
        "/login": answer("401 Unauthorized", "WWW-Authenticate: Basic"),
        "/law": answer("451 Unavailable For Legal Reasons"),
        "/broken": answer("500 Internal Server Error"),
        "/teapot": answer("418 I'm a teapot"),
        "/moved": answer("301 Moved Permanently", "Location: /ok"),
        "/moved-twice": answer("302 Found", "Location: moved#part"),
        "/signed": answer("302 Found", f"Location: /ok?Signature={time.monotonic_ns()}"),
        "/query": answer("302 Found", f"Location: /ok?{path.partition('?')[2]}"),
        "/empty": answer("204 No Content"),
        "/early": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + answer("200 OK", body=BODY, head=head),
        "/large": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "/slow-down": answer("429 Too Many Requests", "Retry-After: 86400"),
        "/later": answer("503 Service Unavailable", "Date: Sun, 22 Nov 2026 08:00:00 GMT", "Retry-After: Sun, 22 Nov 2026 09:00:00 GMT"),
    }
    connection.sendall(named.get(bare, answer("404 Not Found")))


@pytest.fixture(name="served", scope="module")
def served_site() -> Iterator[Served]:
    with serving(site) as found:
        yield found
