"""Which links may be asked: nothing private however it is spelt, and no redirect that leads there."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Sequence

import link_site
import pytest
from hypothesis import given
from hypothesis import strategies as st
from link_site import QUICK, SHA, ask_one, note
from servers import Served, answer, serving

from osaid.audit.links.asking import Asker, _Quest
from osaid.audit.links.vetting import Unasked, target_of
from osaid.audit.links.wire import Wires, trusted
from osaid.audit.machines import are_allowed, is_private, is_public

served_site = link_site.served_site


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
