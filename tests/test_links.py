"""Whether links still answer: against real servers on this machine, the sick and the malicious among them."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import Served, answer, serving
from support import as_yaml, environment, full_card, load, run, small_card

from osaid import Library, __version__, assess, export, load_rubric, parse_card
from osaid.audit.journal import Journal
from osaid.audit.links import Answer, Bounds, addresses, check, record
from osaid.audit.links.asking import Asker, _Quest
from osaid.audit.links.vetting import Unasked, target_of
from osaid.audit.links.wire import Wires, trusted
from osaid.audit.machines import are_allowed, is_private, is_public
from osaid.cards.findings import findings
from osaid.cards.locations import address_of
from osaid.errors import Problem
from osaid.rubrics.rubric import rubric_ids

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


# --- bounds and the journal ---------------------------------------------------------------------------------------------


def test_the_number_of_addresses_is_bounded(served: Served) -> None:
    asked = [served.at(f"/ok?{number}") for number in range(5)]
    found = ask(*asked, bounds=QUICK._replace(addresses=2))
    assert [(item.address, item.answer, note(item)) for item in found.values()] == [
        (asked[0], "answers", ""),
        (asked[1], "answers", ""),
        *((address, "not-asked", "link.over") for address in asked[2:]),
    ]


def test_the_time_of_all_is_bounded(served: Served) -> None:
    found = ask(*(served.at(f"/ok?{number}") for number in range(50)), bounds=QUICK._replace(total=0))
    assert {(item.answer, note(item)) for item in found.values()} == {("not-asked", "link.time-over")}


def test_the_time_of_all_ends_what_is_under_way() -> None:
    held = threading.Event()
    with serving(lambda connection, method, path: held.wait(60)) as served:
        names = [f"h{number}.example" for number in range(20)]
        asked = [served.at(f"/{number}", name) for name in names for number in range(3)]
        found = ask(*asked, bounds=QUICK._replace(total=1, seconds=60, hosts=4), resolve=lambda host, port: ["127.0.0.1"])
        told = [note(item) for item in found.values()]
        assert (told.count("link.time"), told.count("link.time-over")) == (4, 56)
        held.set()


def test_what_was_asked_lately_is_not_asked_again(tmp_path: Path) -> None:
    path = str(tmp_path / "journal")
    with serving(site) as served:
        asked = [served.at(name) for name in ("/ok", "/gone", "/closed", "/teapot")]

        def again(day: str, **options: Any) -> tuple[list[Answer], int]:
            before = len(served.requests)
            settings = {"bounds": QUICK, "allow_private": True, **options}
            found = sorted(check(asked, day=day, journal=Journal(path), **settings), key=lambda item: asked.index(item.address))
            return found, len(served.requests) - before

        first, requests = again(DAY)
        assert requests == 8
        assert again(DAY) == (first, 0)
        later, requests = again("2026-11-28")
        assert requests == 2, "what failed may be a matter of the day"
        assert later[:3] == first[:3]
        assert later[3] == first[3]._replace(checked="2026-11-28")
        assert again("2026-11-29")[1] == 8
        assert again("2026-11-29", bounds=QUICK._replace(days=0))[1] == 8
        assert again("2026-11-29", bounds=QUICK._replace(body=0))[1] > 0, "asked in another way"
        refused, requests = again("2026-11-29", allow_private=False)
        assert (requests, {item.answer for item in refused}) == (0, {"not-asked"})


FACTS: list[Any] = [
    *(None, 1, "x", [], ["x"] * 7, {"a": 1}, [DAY, "answers", "200", "", "", "", None]),
    *([DAY, "fine", "200", "", "", "", {}], [DAY, "answers", 200, "", "", "", {}], ["yesterday", "answers", "200", "", "", "", {}]),
    *([DAY, "answers", "200", "http://x/\x1b[2J", "", "", {}], [DAY, "answers", "200", "", "zz", "", {}], [[], [], [], [], [], [], []]),
    *(
        [DAY, "failed", "", "", "", "no.such-code", {}],
        [DAY, "failed", "", "", "", "link.tls", {}],
        [DAY, "failed", "", "", "", "link.tls", 3],
    ),
]


def test_what_is_no_answer_of_ours_in_a_journal_is_not_believed(served: Served) -> None:
    for fact in FACTS:
        journal = Journal()
        journal.put(f"link+private+digest:{served.at('/ok')}", fact)
        found = ask_one(served.at("/ok"), journal=journal)
        if fact != [DAY, "answers", "200", "", "", "", None]:
            assert found.sha256 == SHA, fact


STOPPED = """\
import sys
from osaid.audit.journal import Journal
from osaid.audit.links import Bounds, check
for found in check(sys.argv[2:], day="2026-11-22", journal=Journal(sys.argv[1]), bounds=Bounds(pause=0), allow_private=True):
    print(found.address, found.answer, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for one process on Windows")
def test_a_run_that_is_stopped_ends_at_once_and_goes_on_later(tmp_path: Path) -> None:
    held, waiting = threading.Event(), threading.Event()

    def talk(connection: socket.socket, method: str, path: str) -> None:
        if path == "/hangs" and not held.is_set():
            waiting.set()
            held.wait(60)
        connection.sendall(answer("200 OK", body=BODY, head=method == "HEAD"))

    with serving(talk) as served:
        asked = [served.at("/quick", "localhost"), served.at("/hangs")]
        command = [sys.executable, "-c", STOPPED, str(tmp_path / "journal"), *asked]
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{asked[0]} answers\n"
            assert waiting.wait(30)
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=8)  # it waits twenty seconds for an address
        assert told.rstrip().endswith("KeyboardInterrupt")
        held.set()
        before = len(served.requests)
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout.splitlines() == [f"{address} answers" for address in asked]
        assert {request.split()[1] for request in served.requests[before:]} == {"/hangs"}


def test_who_stops_listening_stops_the_asking() -> None:
    held = threading.Event()

    def talk(connection: socket.socket, method: str, path: str) -> None:
        if path != "/quick":
            held.wait(60)
        connection.sendall(answer("200 OK", body=BODY, head=method == "HEAD"))

    with serving(talk) as served:
        asked = [served.at("/quick", "localhost"), *(served.at(f"/{number}") for number in range(30))]
        found = check(asked, day=DAY, bounds=QUICK._replace(seconds=20), allow_private=True)
        assert next(found).address == asked[0]
        found.close()
        for thread in threading.enumerate():
            if thread.name.startswith("osaid"):
                thread.join(8)  # an address may take twenty seconds
                assert not thread.is_alive()
        held.set()


def test_progress_is_told(served: Served) -> None:
    told: list[tuple[str, int]] = []
    ask(served.at("/ok"), served.at("/gone"), tick=lambda address, read: told.append((address, read)))
    assert sorted(told) == sorted([(served.at("/ok"), len(BODY)), (served.at("/gone"), 0)])


# --- what may be asked --------------------------------------------------------------------------------------------------

PRIVATE = ["127.0.0.1", "127.255.0.1", "10.0.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "::1", "fd12::1", "::ffff:10.0.0.1"]
PRIVATE += ["64:ff9b::7f00:1", "2002:c0a8:101::1", "fc00::1%eth0"]
NEVER = ["0.0.0.0", "0.1.2.3", "169.254.169.254", "fe80::1", "fe80::1%eth0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::", "ff02::1"]
NEVER += ["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fec0::1", "100::1"]
NEVER += ["::127.0.0.1", "64:ff9b:1::7f00:1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "192.0.2.1"]
NEVER += ["2001:db8::1", "::ffff:0:127.0.0.1", "5f00::1", "1000::1", "", "example.org", "127.1", "0x7f.1", "2130706433"]
PUBLIC = ["8.8.8.8", "172.15.255.255", "172.32.0.1", "100.128.0.1", "169.253.1.1", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1"]
PUBLIC += ["::ffff:8.8.8.8"]


def test_which_addresses_are_public() -> None:
    assert [ip for ip in PRIVATE if is_public(ip) or not is_private(ip)] == []
    assert [ip for ip in NEVER if is_public(ip) or is_private(ip)] == []
    assert [ip for ip in PUBLIC if not is_public(ip) or is_private(ip)] == []
    assert not any(are_allowed(["8.8.8.8", ip], allow_private=True) for ip in NEVER)
    assert all(are_allowed(["8.8.8.8", ip], allow_private=True) and not are_allowed(["8.8.8.8", ip], allow_private=False) for ip in PRIVATE)


SPELLINGS = ["127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "017700000001", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"]
SPELLINGS += ["127.0.0.1.", "LOCALHOST", "１２７.0.0.1", "x@127.0.0.1", "public.example@127.1", "user:pass@localhost", "0", "[::]"]


@pytest.mark.parametrize("host", SPELLINGS)
def test_this_machine_is_not_asked_however_it_is_spelt(served: Served, host: str) -> None:
    before = len(served.requests)
    found = ask_one(served.at("/ok", host), allow_private=False)
    assert found.answer in ("not-asked", "failed")  # failed: not every system knows every spelling
    assert note(found) in ("link.not-public", "link.name")
    assert len(served.requests) == before
    assert "pass" not in repr(found)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "http://",
            "http:///x",
            "http://[::1",
            "http://a b/",
            "http://:80/",
            "http://user@/x",
            "http://a:99999/",
            "http://a:x/",
            "http://a%00b/",
        ),
        *(
            "http://a\\b/",
            "http://\x1b[2J/",
            "http://" + "a" * 300 + "/",
            "http://" + "é" * 4000 + "/",
            "http://..../",
            "ftp://example.org/",
        ),
        *(
            "file:///etc/passwd",
            "gopher://x/",
            "HTTP:/example.org",
            "http://[v1.x]/",
            "http://[::1]x/",
            "http://exa<mple/",
            "example/model",
        ),
    ],
)
def test_what_is_no_address_is_not_asked(address: str) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        raise OSError

    found = ask_one(address, resolve=resolve)
    assert found.answer in ("not-asked", "failed")
    assert asked in ([], ["...."])


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.sampled_from(["http://", "https://", "http://a/", "http://a?", "http://a@"]))
def test_whatever_stands_in_an_address_goes_out_as_one_line(text: str, start: str) -> None:
    with contextlib.suppress(Unasked):
        found = target_of(start + text)
        assert "@" not in found.authority
        assert all("!" <= sign <= "~" for sign in str(found)), "ASCII, no spaces, no line breaks"
        assert found.path.startswith("/")
        assert "#" not in found.path


@pytest.mark.parametrize("port", [1, 21, 22, 25, 53, 110, 143, 445, 465, 587, 993, 995, 6379, 6667, 11211, 10080, 0])
def test_ports_of_other_services_are_not_asked(port: int) -> None:
    found = ask_one(f"http://127.0.0.1:{port}/")
    assert (found.answer, note(found)) == ("not-asked", "link.port")


@pytest.mark.parametrize("port", [80, 443, 8080, 8443, 3000, 65535])
def test_other_ports_of_the_web_are_not_refused(port: int) -> None:
    assert target_of(f"https://example.org:{port}/").port == port


def test_the_name_is_resolved_once_so_that_it_cannot_change_its_mind(served: Served) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["169.254.169.254"]])
    found = ask_one(served.at("/ok", "rebind.example"), resolve=lambda host, port: next(answers))
    assert (found.answer, found.sha256) == ("answers", SHA)
    assert f"Host: rebind.example:{served.port}" in served.heads[-1], "the name is asked for, at the address that was vetted"
    assert next(answers) == ["169.254.169.254"]
    assert next(answers) == ["169.254.169.254"], "the second and third answer were never asked for"


@pytest.mark.parametrize(
    "others", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["::ffff:127.0.0.1"], ["169.254.169.254"]]
)
def test_every_machine_of_a_name_has_to_be_public(served: Served, others: list[str]) -> None:
    before = len(served.requests)
    found = ask_one(served.at("/ok", "trap.example"), allow_private=False, resolve=lambda host, port: others)
    assert (found.answer, note(found)) == ("not-asked", "link.not-public")
    assert len(served.requests) == before


def test_allowing_private_networks_does_not_allow_everything() -> None:
    for ip in ("169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1", "100.100.100.200"):
        found = ask_one("http://x.example/", resolve=lambda host, port, ip=ip: ["127.0.0.1", ip])
        assert (found.answer, note(found)) == ("not-asked", "link.not-public"), ip


def test_a_public_page_may_not_lead_into_a_private_network() -> None:
    """There is no public machine here, so this asks the vetting of a quest that came from one."""
    wires = Wires(trusted())
    ips = {"private.example": ["127.0.0.1"], "public.example": ["8.8.8.8"]}
    asker = Asker(QUICK, time.monotonic() + 9, wires, lambda host, port: ips[host], allow_private=True)
    quest = _Quest(target_of("http://private.example/"), QUICK, time.monotonic() + 9)
    assert asker._vetted(quest) == ["127.0.0.1"]
    quest.go_to(target_of("http://public.example/"))
    assert asker._vetted(quest) == ["8.8.8.8"]
    quest.go_to(target_of("http://private.example/again"))
    with pytest.raises(Unasked):
        asker._vetted(quest)


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("file:///etc/passwd", "link.scheme"),
        ("ftp://example.org/x", "link.scheme"),
        ("javascript:alert(1)", "link.scheme"),
        ("http://169.254.169.254/latest/meta-data/", "link.not-public"),
        ("http://[fe80::1]/", "link.not-public"),
        ("http://0.0.0.0:{port}/ok", "link.not-public"),
        ("http://127.0.0.1:25/", "link.port"),
        ("http://[::1", "link.not-an-address"),
        ("//", "link.circle"),
        ("http://user:secret@/", "link.not-an-address"),
        ("http://127.0.0.1:{port}/" + "x" * 5000, "link.not-an-address"),
        ("", "link.leads-nowhere"),
        ("/start", "link.circle"),
        ("/start#again", "link.circle"),
        ("#again", "link.circle"),
        ("?", "link.circle"),
        ("/more/", "link.redirects"),
        ("/é\x80", "link.redirects"),
    ],
)
def test_redirects_that_are_not_followed(location: str, code: str) -> None:
    def talk(connection: socket.socket, method: str, path: str) -> None:
        to = location.replace("{port}", str(served.port))
        more = f"{path}x" if location in ("/more/", "/é\x80") else ""
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {to}{more}\r\nContent-Length: 0\r\n\r\n".encode())

    with serving(talk) as served:
        found = ask_one(served.at("/start"))
        assert (found.answer, note(found)) == ("failed", code)
        assert len(served.requests) <= 2 * (1 + QUICK.redirects)
        assert "secret" not in repr(found)
        assert found.redirect.isascii()
        assert found.redirect.isprintable()


def test_a_password_in_a_redirect_is_not_sent() -> None:
    def talk(connection: socket.socket, method: str, path: str) -> None:
        to = f"Location: http://user:secret@127.0.0.1:{served.port}/end"
        connection.sendall(answer("302 Found", to) if path == "/" else answer("200 OK"))

    with serving(talk) as served:
        found = ask_one(served.at("/"))
        assert (found.answer, found.redirect) == ("answers", served.at("/end"))
        assert "Authorization" not in "".join(served.heads)
        assert "secret" not in "".join(served.heads) + repr(found)


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


# --- in a card ----------------------------------------------------------------------------------------------------------

URL = "https://example.org"


def told(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What is said of the locations of a card."""
    return [
        (item.severity, item.problem.code, item.problem.params["where"])
        for item in findings(load(data))
        if item.problem.code.startswith(("finding.location", "finding.dataset"))
    ]


def test_the_addresses_of_a_card() -> None:
    card = full_card(links={"huggingface": "owner/name", "homepage": f"{URL}/home#top", "paper": "ftp://x/y"})
    card["components"]["weights"]["where"] = ["https://user:secret@example.org/w", f"{URL}/home", "s3://bucket/x", "see the page"]
    assert addresses(card) == [f"{URL}/home", f"{URL}/w", f"{URL}/corpus", f"{URL}/paper", f"{URL}/repo"]
    assert addresses(small_card()) == []


@given(st.text(max_size=60), st.sampled_from(["", "http://", "HTTPS://", "https://a@", "http://a:b@c/@"]))
def test_an_address_is_the_same_when_it_is_taken_twice(text: str, start: str) -> None:
    once = address_of(start + text)
    assert address_of(once) == once
    if once:
        assert "@" not in once.partition("://")[2].partition("/")[0].partition("?")[0]


def test_a_long_address_takes_no_longer() -> None:
    for text in ("http://" + "a@" * 100_000, "http://" + "a" * 200_000 + " ", "http://" + "@" * 200_000):
        assert "secret" not in address_of(text)


def test_what_was_answered_gets_into_the_card_and_changes_nothing_else(served: Served) -> None:
    card = full_card()
    card["notes"] = ["n"]
    card["components"]["weights"]["where"] = [served.at("/moved"), served.at("/gone")]
    before = copy.deepcopy(card)
    found = ask(*addresses(card), bounds=QUICK, resolve=lambda host, port: ["127.0.0.1"] if host == "127.0.0.1" else [])
    after = record(card, found.values())
    assert card == before, "the card that is given stays as it is"
    assert {key: value for key, value in after.items() if key != "locations"} == before
    assert list(after)[-2:] == ["locations", "notes"]
    assert list(after["locations"]) == addresses(card), "in the order of the card, however the answers came"
    assert after["locations"][served.at("/moved")] == {
        "checked": DAY,
        "answer": "answers",
        "status": "200",
        "redirect": served.at("/ok"),
        "sha256": SHA,
    }
    assert after["locations"][served.at("/gone")] == {"checked": DAY, "answer": "gone", "status": "410"}
    name = {"checked": DAY, "answer": "failed", "note": "The name example.org was not found."}
    assert after["locations"][f"{URL}/paper"] == name
    assert record(after, found.values()) == after
    assert told(after) == [("warning", "finding.location-gone", "components.weights.where[1]")]
    for rubric in rubric_ids():
        results = [assess(load(data), load_rubric(rubric), Library()) for data in (before, after)]
        assert results[0].criteria == results[1].criteria, "no rubric sees it"
        assert (results[0].verdict, results[0].score) == (results[1].verdict, results[1].score)


def test_only_what_is_asked_anew_changes() -> None:
    card = full_card()
    old = {"checked": "2026-01-31", "answer": "answers", "status": "200"}
    card["locations"] = {f"{URL}/corpus#part": old, f"{URL}/paper": old, f"{URL}/no-longer-named": old}
    answers = [
        Answer(f"{URL}/paper", DAY, "not-asked", note=Problem("link.over", {"most": "1"})),
        Answer(f"{URL}/repo", DAY, "gone", "404"),
    ]
    assert record(card, answers)["locations"] == {
        f"{URL}/corpus": old,
        f"{URL}/paper": old,
        f"{URL}/repo": {"checked": DAY, "answer": "gone", "status": "404"},
    }
    assert "locations" not in record(small_card(), answers)


@pytest.mark.parametrize(
    ("state", "where", "gone", "becomes", "codes"),
    [
        ("unknown", ["/a"], ["/a"], "gone", []),
        (None, ["/a", "/b"], ["/a", "/b"], "gone", []),
        (None, ["/a", "/b"], ["/a"], None, ["finding.location-gone"]),
        (None, ["/a", "s3"], ["/a"], None, ["finding.location-gone"]),
        (None, [], [], None, []),
        ("available", ["/a"], ["/a"], "available", ["finding.dataset-gone", "finding.location-gone"]),
        ("gone", ["/a"], [], "gone", ["finding.location-not-gone"]),
    ],
)
def test_data_whose_every_address_is_gone(
    state: str | None, where: list[str], gone: list[str], becomes: str | None, codes: list[str]
) -> None:
    card = full_card()
    dataset = card["training_data"]["training"]["datasets"][0]
    dataset["where"] = ["s3://bucket/x" if path == "s3" else URL + path for path in where]
    dataset.pop("state")
    if state is not None:
        dataset["state"] = state
    answers = [Answer(URL + path, DAY, "gone" if path in gone else "answers", "404" if path in gone else "200") for path in where]
    after = record(card, answers)
    assert after["training_data"]["training"]["datasets"][0].get("state") == becomes
    assert sorted(code for _, code, _ in told(after)) == codes
    assert all(component["release"] == "full" for component in after["components"].values()), "gone is not none"


def test_locations_in_a_file_are_told_of_in_their_places() -> None:
    card = full_card()
    card["evidence"]["paper"]["sha256"] = "1" * 64
    card["locations"] = {
        f"{URL}/paper": {"checked": DAY, "answer": "answers", "sha256": "2" * 64},
        f"{URL}/repo": {"checked": "2026-02-30", "answer": "gone", "status": 404},
        "https://user:secret@example.org/other": {"checked": DAY, "answer": "refused"},
    }
    loaded = parse_card(as_yaml(card).encode(), path="card.yaml")
    lines = as_yaml(card).splitlines()
    found = [(item.problem, lines[(item.problem.place.line or 0) - 1].strip()) for item in findings(loaded)]
    assert [(problem.code, line) for problem, line in found] == [
        ("finding.location-changed", f'"source": "{URL}/paper"'),
        ("finding.location-gone", f'"source": "{URL}/repo"'),
        ("finding.date-impossible", '"checked": "2026-02-30"'),
        ("finding.location-unused", '"checked": "2026-11-22"'),
    ]
    assert all("secret" not in problem.message for problem, _ in found if problem.code == "finding.location-unused")


def test_a_card_with_locations_on_the_command_line(tmp_path: Path) -> None:
    card = full_card()
    long = f"{URL}/{'x' * 300}"
    card["model"]["links"] = {"homepage": long}
    card["locations"] = {long: {"checked": DAY, "answer": "gone", "status": "404", "note": "n"}}
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(as_yaml({key: value for key, value in card.items() if key != "locations"}), encoding="utf-8")
    new.write_text(as_yaml(card), encoding="utf-8")
    ran = run("validate", new)
    assert (ran.code, ran.stdout) == (0, f"{new}: valid (1 warning)\n")
    assert "was gone on 2026-11-22" in ran.stderr
    assert run("validate", new, "--strict").code == 3
    scores = [json.loads(run("score", path, "--format", "json").stdout)["assessments"][0] for path in (old, new)]
    for item in scores:
        del item["subject"]
    assert scores[0] == scores[1]
    back = tmp_path / "back.yaml"
    assert run("convert", new, "--to", "osaid", "-o", back).code == 0
    assert parse_card(back.read_bytes()).data == card
    for form, lost in (("mof", ["lost"]), ("huggingface", ["lost"]), ("cyclonedx", []), ("spdx3", [])):  # these hold the whole card
        losses = export(parse_card(new.read_bytes()), form).losses
        assert [loss.kind for loss in losses if loss.what == "locations"] == lost, form
    changes = json.loads(run("diff", old, new, "--format", "json").stdout)
    assert f"locations.{long}.answer" in json.dumps(changes)


def test_a_location_has_to_say_when_and_what() -> None:
    card = small_card()
    for entry in (
        {"checked": DAY},
        {"answer": "gone"},
        {"checked": DAY, "answer": "none"},
        {"checked": DAY, "answer": "gone", "status": "4x4"},
    ):
        with pytest.raises(Exception, match="locations"):
            load({**card, "locations": {URL: entry}})
