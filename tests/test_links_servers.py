"""Links to sick and malicious servers, resolvers that fail, and TLS."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import link_site
import pytest
from link_site import QUICK, SHA, ask, ask_one, note, site
from servers import Served, answer, serving

served_site = link_site.served_site


# --- sick servers -------------------------------------------------------------------------------------------------------


def drip(connection: socket.socket, what: bytes, every: float = 0.05) -> None:
    """Send something byte by byte, for ever."""
    while True:
        for index in range(len(what)):
            connection.sendall(what[index : index + 1])
            time.sleep(every)


def pour(connection: socket.socket, what: bytes) -> None:
    """Send something for ever, as fast as it is taken."""
    while True:
        connection.sendall(what * 1000)


def begin(connection: socket.socket, what: bytes) -> socket.socket:
    connection.sendall(what)
    return connection


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
SICK: dict[str, Callable[[socket.socket], Any]] = {
    "says nothing": lambda to: time.sleep(30),
    "closes": lambda to: None,
    "status line without end": lambda to: pour(to, b"HTTP/1.1 200 OK "),
    "a byte at a time": lambda to: drip(to, b"HTTP/1.1 200 OK\r\nA: b\r\n"),
    "headers without end": lambda to: pour(begin(to, OK), b"A: b\r\n"),
    "a header without end": lambda to: pour(begin(to, OK + b"A: "), b"b"),
    "slow headers": lambda to: drip(begin(to, OK), b"A: b\r\n"),
    "half a head": lambda to: to.sendall(OK + b"A: b\r\n"),
    "half a line": lambda to: to.sendall(b"HTTP/1.1 20"),
    "HTTP/0.9": lambda to: to.sendall(b"<html>hello</html>"),
    "another protocol": lambda to: to.sendall(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "HTTP/2": lambda to: to.sendall(b"HTTP/2 200\r\n\r\n"),
    "no status": lambda to: to.sendall(b"HTTP/1.1 OK\r\n\r\n"),
    "status of four digits": lambda to: to.sendall(b"HTTP/1.1 2000 OK\r\n\r\n"),
    "bytes of no sense": lambda to: to.sendall(bytes(range(256)) * 10),
    "a flood of 100": lambda to: pour(to, b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a flood of 103": lambda to: pour(to, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    "switching protocols": lambda to: to.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
}


@pytest.mark.parametrize("name", SICK)
def test_a_sick_server_gives_a_failed_answer(name: str) -> None:
    with serving(lambda connection, method, path: SICK[name](connection)) as served:
        found = ask_one(served.at("/x"), bounds=QUICK._replace(seconds=1.5))
        assert (found.answer, found.sha256) == ("failed", "")
        assert note(found).startswith("link.")
        assert found.note is not None
        assert found.note.message
        assert len(served.requests) <= QUICK.tries


BODIES: dict[str, Callable[[socket.socket], Any]] = {
    "without end": lambda to: pour(begin(to, OK + b"\r\n"), b"x"),
    "without end, in chunks": lambda to: pour(begin(to, CHUNKED), b"1\r\nx\r\n"),
    "a byte at a time": lambda to: drip(begin(to, OK + b"\r\n"), b"x"),
    "shorter than said": lambda to: to.sendall(OK + b"Content-Length: 999\r\n\r\nshort"),
    "no size of a chunk": lambda to: to.sendall(CHUNKED + b"zz\r\nx\r\n0\r\n\r\n"),
    "a chunk below nothing": lambda to: to.sendall(CHUNKED + b"-5\r\nx\r\n0\r\n\r\n"),
    "a huge chunk": lambda to: to.sendall(CHUNKED + b"FFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n"),
    "a large chunk": lambda to: to.sendall(CHUNKED + b"FFFFFFF\r\nx\r\n0\r\n\r\n"),
    "chunks without end of line": lambda to: to.sendall(CHUNKED + b"1\r\nxyz\r\n0\r\n\r\n"),
    "chunks that stop": lambda to: to.sendall(CHUNKED + b"5\r\nxy"),
    "a coding that is not known": lambda to: to.sendall(OK + b"Transfer-Encoding: gzip\r\n\r\nx"),
    "lengths of no sense": lambda to: to.sendall(OK + b"Content-Length: -1\r\n\r\nx"),
    "length of many digits": lambda to: to.sendall(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nx"),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("head", ["well", "the same"])
def test_a_sick_body_is_read_within_bounds_and_has_no_digest(name: str, head: str) -> None:
    """The server has said that it is there, so it answers; the body of a HEAD is not read at all."""

    def talk(connection: socket.socket, method: str, path: str) -> None:
        if method == "HEAD" and head == "well":
            connection.sendall(OK + b"\r\n")
        else:
            BODIES[name](connection)

    with serving(talk) as served:
        found = ask_one(served.at("/x"), bounds=QUICK._replace(seconds=1.5, body=100_000))
        assert (found.answer, found.status, found.sha256) == ("answers", "200", "")
        assert note(found) in ("link.no-digest", "")
        assert len(served.requests) == 2


@pytest.mark.parametrize(
    ("says", "kind", "status", "code"),
    [
        (b"", "answers", "200", "link.no-digest"),
        (b"no HTTP", "answers", "200", "link.no-digest"),
        (answer("500 Error"), "answers", "200", "link.no-digest"),
        (answer("429 Slow", "Retry-After: 9999"), "answers", "200", "link.no-digest"),
        (answer("403 Forbidden"), "refused", "403", ""),
        (answer("404 Not Found"), "gone", "404", ""),
    ],
)
def test_what_a_get_says_after_a_head_that_was_well(says: bytes, kind: str, status: str, code: str) -> None:
    """A server that spoke is there. But what GET refuses or does not find cannot be had."""
    with serving(lambda connection, method, path: connection.sendall(OK + b"\r\n" if method == "HEAD" else says)) as served:
        found = ask_one(served.at("/x"))
        assert (found.answer, found.status, note(found)) == (kind, status, code)


def test_a_resolver_that_does_not_come_back_is_not_waited_for() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        time.sleep(60)
        return []

    found = ask_one("http://slow.example/", bounds=QUICK._replace(seconds=0.5), resolve=resolve)
    assert (found.answer, note(found)) == ("failed", "link.time")


def test_a_resolver_that_fails(served: Served) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        if host == "none.example":
            return []
        raise socket.gaierror(-2, "no")

    found = ask("http://none.example/", "http://error.example/", resolve=resolve)
    assert {(item.answer, note(item)) for item in found.values()} == {("failed", "link.name")}


# --- TLS ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl here to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", "cert", "-days", "2", "-subj", "/CN=x"]
    command += ["-addext", "subjectAltName=DNS:good.example"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"openssl makes no certificate here: {done.stderr[-200:]}")
    return folder


@pytest.fixture
def secured(certificate: Path) -> Iterator[tuple[Served, list[str | None]]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert", certificate / "key")
    names: list[str | None] = []
    context.sni_callback = lambda connection, name, _: names.append(name)
    with serving(site, context) as found:
        yield found, names


def test_tls_goes_by_the_name_and_connects_to_the_machine(secured: tuple[Served, list[str | None]], certificate: Path) -> None:
    served, names = secured
    trust = ssl.create_default_context(cafile=str(certificate / "cert"))
    asked = {"trust": trust, "resolve": lambda host, port: ["127.0.0.1"]}
    found = ask_one(served.at("/ok", "good.example", "https"), **asked)
    assert (found.answer, found.sha256) == ("answers", SHA)
    assert set(names) == {"good.example"}
    for path in ("/chunked", "/until-close"):
        assert ask_one(served.at(path, "good.example", "https"), **asked).answer == "answers"
    before = len(served.requests)
    found = ask_one(served.at("/ok", "other.example", "https"), **asked)
    assert (found.answer, note(found)) == ("failed", "link.tls")
    found = ask_one(served.at("/ok", "good.example", "https"), resolve=asked["resolve"])
    assert (found.answer, note(found)) == ("failed", "link.tls"), "nobody vouches for it"
    assert len(served.requests) == before


def test_a_server_without_tls_and_a_handshake_that_never_ends(served: Served) -> None:
    assert ask_one(served.at("/ok", scheme="https")).answer == "failed"
    with socket.create_server(("127.0.0.1", 0)) as listener:  # accepts, and says nothing
        found = ask_one(f"https://127.0.0.1:{listener.getsockname()[1]}/", bounds=QUICK._replace(seconds=0.5))
        assert (found.answer, note(found)) == ("failed", "link.time")
