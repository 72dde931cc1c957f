"""Whether links still answer: what answers mean, of real servers on this machine."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import link_site
import pytest
from link_site import BODY, DAY, QUICK, SHA, ask, ask_one, note, site
from servers import Served, answer, serving

from osaid import __version__

served_site = link_site.served_site


# --- what a status means ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind", "status", "sha256", "code", "requests"),
    [
        ("/ok", "answers", "200", SHA, "", ["HEAD", "GET"]),
        ("/chunked", "answers", "200", SHA, "", ["HEAD", "GET"]),
        ("/until-close", "answers", "200", SHA, "", ["HEAD", "GET"]),
        ("/early", "answers", "200", SHA, "", ["HEAD", "GET"]),
        ("/gone", "gone", "410", "", "", ["HEAD", "GET"]),
        ("/never", "gone", "404", "", "", ["HEAD", "GET"]),
        ("/gone-for-head", "answers", "200", SHA, "", ["HEAD", "GET"]),
        ("/no-head", "answers", "200", SHA, "", ["HEAD", "GET"]),
        ("/head-forbidden", "answers", "200", SHA, "", ["HEAD", "GET"]),
        ("/closed", "refused", "403", "", "", ["HEAD", "GET"]),
        ("/login", "refused", "401", "", "", ["HEAD", "GET"]),
        ("/law", "refused", "451", "", "", ["HEAD", "GET"]),
        ("/broken", "failed", "500", "", "link.status", ["HEAD", "GET", "GET"]),
        ("/teapot", "failed", "418", "", "link.status", ["HEAD", "GET"]),
        ("/empty", "answers", "204", "", "", ["HEAD"]),
        ("/large", "answers", "200", "", "", ["HEAD"]),
        ("/slow-down", "refused", "429", "", "link.wait", ["HEAD"]),
        ("/later", "failed", "503", "", "link.wait", ["HEAD"]),
    ],
)
def test_what_a_status_means(served: Served, path: str, kind: str, status: str, sha256: str, code: str, requests: list[str]) -> None:
    before = len(served.requests)
    found = ask_one(served.at(path))
    assert found[:4] == (served.at(path), DAY, kind, status)
    assert (found.redirect, found.sha256, note(found)) == ("", sha256, code)
    assert served.requests[before:] == [f"{method} {path}" for method in requests]


def test_without_digests_a_head_is_enough(served: Served) -> None:
    before = len(served.requests)
    found = ask_one(served.at("/ok"), bounds=QUICK._replace(body=0))
    assert (found.answer, found.sha256) == ("answers", "")
    assert served.requests[before:] == ["HEAD /ok"]


def test_a_body_has_a_digest_only_if_all_of_it_is_read(served: Served) -> None:
    for path in ("/ok", "/chunked", "/until-close"):
        for body, sha256 in ((len(BODY), SHA), (len(BODY) - 1, "")):
            found = ask_one(served.at(path), bounds=QUICK._replace(body=body))
            assert (found.answer, found.sha256, note(found)) == ("answers", sha256, "")


@pytest.mark.parametrize(
    ("path", "redirect"),
    [("/moved", "/ok"), ("/moved-twice", "/ok"), ("/signed", "/ok"), ("/query?id=7", "/ok?id=7")],
)
def test_redirects_are_followed_and_told(served: Served, path: str, redirect: str) -> None:
    found = ask_one(served.at(path))
    assert (found.answer, found.status, found.sha256) == ("answers", "200", SHA)
    assert found.redirect == served.at(redirect), "a query that a redirect added is not told"


def test_a_request_is_honest_and_says_nothing_of_who_asks(served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("default login me password secret-of-netrc\n", encoding="ascii")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    found = ask_one(f"http://user:secret@127.0.0.1:{served.port}/ok?a=b c#secret-part".replace(" ", "%20"))
    assert (found.address, found.answer) == (served.at("/ok?a=b%20c"), "answers")
    assert served.heads[-1].split("\r\n") == [
        "GET /ok?a=b%20c HTTP/1.1",
        f"Host: 127.0.0.1:{served.port}",
        f"User-Agent: osaid/{__version__} (asks whether the links of a model card still answer)",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
        "",
    ]
    assert "secret" not in repr(found)


def test_a_busy_server_is_asked_again_when_it_says_so() -> None:
    def talk(connection: socket.socket, method: str, path: str) -> None:
        again = len(served.requests) > 1
        connection.sendall(answer("200 OK", body=BODY, head=method == "HEAD") if again else answer("429 Slow", "Retry-After: 0"))

    with serving(talk) as served:
        assert ask_one(served.at("/x")).answer == "answers"
        assert served.requests == ["HEAD /x", "HEAD /x", "GET /x"]


def test_a_host_that_wants_to_be_left_alone_is() -> None:
    with serving(site) as served:
        found = list(ask(served.at("/slow-down"), served.at("/ok"), served.at("/never")).values())
        assert [(item.answer, note(item)) for item in found] == [
            ("refused", "link.wait"),
            ("not-asked", "link.host-busy"),
            ("not-asked", "link.host-busy"),
        ]
        assert served.requests == ["HEAD /slow-down"]


def test_a_host_that_gives_nothing_is_soon_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]  # and nobody accepts here once it is closed
    found = list(ask(*(f"http://127.0.0.1:{port}/{number}" for number in range(50))).values())
    assert [item.answer for item in found[:1]] == ["failed"]
    assert {(item.answer, note(item)) for item in found[4:]} == {("not-asked", "link.host-silent")}


def test_one_request_at_a_time_for_each_host() -> None:
    working, most = [0], [0]
    lock = threading.Lock()

    def talk(connection: socket.socket, method: str, path: str) -> None:
        with lock:
            working[0] += 1
            most[0] = max(most[0], working[0])
        time.sleep(0.02)
        with lock:
            working[0] -= 1
        to = f"Location: http://127.0.0.1:{served.port}/end{path}"  # from every host to one
        connection.sendall(answer("302 Found", to) if not path.startswith("/end") else answer("200 OK", body=BODY, head=method == "HEAD"))

    with serving(talk) as served:
        found = ask(*(served.at(f"/{number}") for number in range(10)))
        assert {item.answer for item in found.values()} == {"answers"}
        assert most == [1]
        names = {f"h{number}.example": ["127.0.0.1"] for number in range(6)}
        found = ask(*(served.at("/x", name) for name in names), resolve=lambda host, port: names.get(host, [host]))
        assert {item.answer for item in found.values()} == {"answers"}
        assert most[0] > 1, "several hosts at once"
