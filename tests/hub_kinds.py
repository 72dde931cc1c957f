"""The ways in which the server of tests can misbehave: for each kind, what it does with a request."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from hub_server import Handler

__all__ = ["KINDS"]

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_ANY = {"id": "lab/other", "sha": "f" * 40}


def _drip(handler: Handler) -> None:
    handler.raw(_OK, b"Content-Length: 1000000\r\n\r\n")
    handler.forever(lambda _: b"[", 0.01)


def _drip_headers(handler: Handler) -> None:
    handler.raw(_OK)
    handler.forever(lambda number: b"X: y\r\n"[number % 6 : number % 6 + 1], 0.01)


def _endless(handler: Handler) -> None:
    handler.raw(_OK, b"Transfer-Encoding: chunked\r\n\r\n")
    handler.forever(lambda _: b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def _endless_file(handler: Handler) -> None:
    start = (re.match(r"bytes=(\d+)-", handler.headers.get("Range", "")) or ["", "0"])[1]
    head = f"HTTP/1.1 206 OK\r\nContent-Range: bytes {start}-{10**12}/{10**12 + 1}\r\nTransfer-Encoding: chunked\r\n\r\n"
    handler.raw(head.encode())
    handler.forever(lambda _: b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def _endless_headers(handler: Handler) -> None:
    handler.raw(_OK)
    handler.forever(lambda number: f"X-{number}: {'y' * 1000}\r\n".encode())


def _endless_continue(handler: Handler) -> None:
    handler.forever(lambda _: b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def _endless_pages(handler: Handler) -> None:
    bare = handler.path.partition("?")[0]
    number = len(handler.hub.log)
    handler.answer_json([], Link=f'<{handler.hub.endpoint}{bare}?cursor={number}>; rel="next"')


def _full_pages(handler: Handler) -> None:
    bare, number = handler.path.partition("?")[0], len(handler.hub.log)
    page = [{"type": "file", "oid": "0", "size": 1, "path": f"{number}/{index}"} for index in range(100)]
    handler.answer_json(page, Link=f'<{handler.hub.endpoint}{bare}?cursor={number}>; rel="next"')


def _gzip_bomb(handler: Handler) -> None:
    handler.answer(200, gzip.compress(bytes(20 << 20)), Content_Encoding="gzip", Content_Type="application/json")


def _huge(handler: Handler) -> None:
    handler.raw(_OK, f"Content-Length: {200 << 20}\r\n\r\n[".encode())
    handler.forever(lambda _: b"0," * 0x8000)


def _short(handler: Handler) -> None:
    handler.raw(_OK, b"Content-Length: 1000\r\n\r\n{}")


def _commit(handler: Handler) -> None:
    if "/resolve/" in handler.path:
        handler.answer(206, b"x" * 10, Content_Range="bytes 0-9/10", X_Repo_Commit="f" * 40)
    elif "/tree/" in handler.path:
        handler.answer(200, b"[]", X_Repo_Commit="f" * 40)
    else:
        handler.answer_json(_ANY)


def _redirect(handler: Handler) -> None:
    handler.answer(302, Location=handler.hub.elsewhere.format(path=quote(handler.path)), X_Repo_Commit="")


def _whole_file(handler: Handler) -> None:
    del handler.headers["Range"]
    handler.route()


def _silent(handler: Handler) -> None:
    handler.close_connection = True
    handler.hub.closing.wait(30)


def _echo(handler: Handler) -> None:
    """Tell the token to everybody."""
    said = handler.headers.get("Authorization", "")
    repo = handler.hub.repos["models", "lab/small"]
    facts = {**repo.facts, "author": said, "tags": [said], "cardData": {"license": said}}
    handler.answer(200, json.dumps(facts).encode(), X_HF_Warning=f"a; {said}", Set_Cookie=said)


def _status(status: int, code: str = "", message: str = "no, \x1b[2J") -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        headers = {"Retry_After": handler.hub.retry_after} if status in (429, 503) else {}
        if code:
            headers["X_Error_Code"] = code
        handler.answer(status, json.dumps({"error": message}).encode(), **headers)

    return answer


def _body(text: str | bytes) -> Callable[[Handler], None]:
    return lambda handler: handler.answer(200, text.encode() if isinstance(text, str) else text, Content_Type="application/json")


KINDS: dict[str, Callable[[Handler], None]] = {
    "drip": _drip,  # a byte now and then, for ever
    "drip-headers": _drip_headers,
    "silent": _silent,  # the connection stays open, and nothing comes
    "endless": _endless,  # a body without end
    "endless-file": _endless_file,  # a part of a file without end
    "endless-headers": _endless_headers,
    "endless-continue": _endless_continue,  # interim answers without end
    "endless-pages": _endless_pages,  # empty pages, each naming a next one
    "full-pages": _full_pages,  # the same with files
    "gzip-bomb": _gzip_bomb,
    "huge": _huge,  # 200 MB of JSON
    "deep": _body("[" * 200_000),
    "deep-card": _body('{"id": "lab/small", "sha": "' + "a" * 40 + '", "cardData": ' + '{"a":' * 60 + "1" + "}" * 61),
    "not-json": _body("<html>"),
    "nonsense": _body(b"\x80\x81"),
    "list": _body("[1, 2]"),
    "null": _body("null"),
    "wrong-types": _body('{"id": 5, "sha": {}, "tags": 7, "cardData": [1], "gated": [], "siblings": 3, "createdAt": "x"}'),
    "wrong-tree": _body('[{"type": "file", "path": 5, "size": "x"}, 3, null]'),
    "short": _short,  # fewer bytes than announced, and the connection ends
    "wrong-length": lambda handler: handler.raw(_OK, b"Content-Length: -5\r\n\r\n{}"),
    "two-lengths": lambda handler: handler.raw(_OK, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    "not-http": lambda handler: handler.raw(b"\x16\x03\x01" * 100),
    "hang-up": lambda handler: handler.raw(),  # the connection ends without an answer
    "other-commit": _commit,
    "redirect": _redirect,  # to ``elsewhere``
    "whole-file": _whole_file,  # Range is ignored
    "other-range": lambda handler: handler.answer(206, b"x" * 50, Content_Range="bytes 7-56/1000"),
    "no-range": lambda handler: handler.answer(206, b"x" * 50),
    "echo": _echo,
    "401": _status(401),
    "403": _status(403),
    "404": _status(404),
    "429": _status(429),
    "500": _status(500),
    "503": _status(503),
    "418": _status(418),
    "gated": _status(403, "GatedRepo"),
    "disabled": lambda handler: handler.answer(403, X_Error_Message="Access to this resource is disabled."),
    "bad-token": lambda handler: handler.answer(401, X_Error_Message="Invalid credentials in Authorization header"),
}
"""The ways to misbehave."""
