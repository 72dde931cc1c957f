"""Where the requests to the Hub go, and where not: redirects, the token, other pages, certificates, a proxy."""

from __future__ import annotations

import http.server
import json
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import hub_audit
import pytest
from hub_audit import FILE, FILES, INFO, TIGHT, audit, hub, refused
from hub_server import TOKEN, HubServer, Repo
from support import ROOT, environment

from osaid.audit.hub import Hub, open_model
from osaid.audit.journal import Journal
from osaid.audit.source import AuditError
from osaid.errors import UsageError

server = hub_audit.server


# --- redirects ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "https://localhost/",
        "https://x.localhost/",
        "http://localhost:1{path}",
        "https://127.0.0.1:1{path}",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "http://example.org{path}",
        "//169.254.169.254/",
        "http://[",
        "https://user:secret@127.0.0.1/",
        "javascript:alert(1)",
    ],
)
@pytest.mark.parametrize("where", [INFO, FILE])
def test_redirects_lead_nowhere_within_the_house(server: HubServer, target: str, where: str) -> None:
    server.elsewhere = target
    server.misbehave("redirect", only=where)
    with hub(server, token=TOKEN) as asked:
        before = len(server.log)
        assert refused(asked) in ("hub.redirect", "hub.redirect-private", "hub.no-such-host")
        assert all("latest" not in request.path for request in server.log[before:])


def test_redirects_go_round_in_a_circle_a_few_times_only(server: HubServer) -> None:
    server.elsewhere = "{path}"
    server.misbehave("redirect")
    with hub(server) as asked:
        assert refused(asked) == "hub.redirects"
    assert len(server.log) == TIGHT.redirects + 1


def test_a_name_that_means_a_private_address_is_not_asked(server: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver is the one thing that has to be ours here: no public name is known to lie."""
    real = socket.getaddrinfo

    def lying(host: Any, *arguments: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == "cdn.example.org" else host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lying)
    server.elsewhere = f"https://cdn.example.org:{server.endpoint.rpartition(':')[2]}{{path}}"
    server.misbehave("redirect", only=FILE)
    with hub(server) as asked:
        assert refused(asked) == "hub.redirect-private"


def test_files_may_lie_elsewhere_and_no_token_goes_there(server: HubServer) -> None:
    with HubServer() as other:
        other.add(Repo("lab/small", FILES))
        server.elsewhere = other.endpoint + "{path}"
        server.misbehave("redirect", only=FILE)
        with hub(server, token=TOKEN, allow_private=True) as asked:
            assert audit(asked) == b"w" * 10 + bytes(10)
        assert {request.authorization for request in server.log} == {f"Bearer {TOKEN}"}
        assert {(request.authorization, request.range[:6]) for request in other.log} == {("", "bytes=")}
        other.log.clear()
        server.misbehave("redirect", only=INFO)
        with hub(server, token=TOKEN, allow_private=True) as asked:
            assert refused(asked) == "hub.redirect", "facts come from the endpoint alone"
        assert other.log == []


def test_the_next_page_is_the_endpoints_too(server: HubServer) -> None:
    with HubServer() as other:
        other.add(Repo("lab/small", FILES))
        server.page_size = 1
        home, server.endpoint = server.endpoint, other.endpoint  # what the server names in its Link
        with Hub(Journal(), TIGHT, endpoint=home, token=TOKEN, allow_private=True) as asked:
            assert refused(asked) == "hub.redirect"
        assert other.log == []


# --- the token ------------------------------------------------------------------------------------------------------


def test_a_server_that_tells_the_token_is_not_repeated(server: HubServer, tmp_path: Path) -> None:
    server.misbehave("echo", only=INFO + "$")
    code = (
        "from osaid.audit.hub import *\nfrom osaid.audit.journal import Journal\n"
        f"with Hub(Journal({str(tmp_path / 'j')!r})) as hub:\n    print(open_model(hub, 'lab/small').facts)\n"
    )
    env = {**environment(), "HF_ENDPOINT": server.endpoint, "HF_TOKEN": TOKEN, "HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, cwd=ROOT, timeout=100, check=True)
    assert "Bearer ***" in done.stdout
    assert TOKEN not in done.stdout + done.stderr + (tmp_path / "j").read_text()
    assert done.stderr == "", "and the server's warnings are not shown"


# --- no server ------------------------------------------------------------------------------------------------------


def problem_of(endpoint: str, **more: Any) -> tuple[str, str]:
    with Hub(Journal(), TIGHT._replace(idle=2.0), endpoint=endpoint, token=TOKEN, **more) as asked, pytest.raises(AuditError) as error:
        open_model(asked, "lab/small")
    return error.value.problems[0].code, str(error.value)


def test_nobody_listens(server: HubServer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert problem_of(f"http://127.0.0.1:{port}")[0] == "hub.no-connection"


def test_there_is_no_such_host(server: HubServer) -> None:
    assert problem_of("https://nothing.invalid")[0] == "hub.no-such-host"
    assert problem_of(f"https://{'x' * 300}.invalid")[0] == "hub.no-such-host"


def test_authorities_that_cannot_be_read(server: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.pem").write_text("nothing")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    with hub(server) as asked, pytest.raises(UsageError) as error:
        open_model(asked, "lab/small")
    assert error.value.problems[0].code == "hub.bad-authorities"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "own.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(path), "-out", str(tmp_path / "cert.pem")]
    try:
        subprocess.run([*command, "-days", "2", "-subj", "/CN=127.0.0.1"], check=True, capture_output=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("needs openssl")
    path.write_text(path.read_text() + (tmp_path / "cert.pem").read_text())
    return path


def test_a_certificate_that_nobody_signed(server: HubServer, certificate: Path) -> None:
    with HubServer() as secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        secure.server.socket = context.wrap_socket(secure.server.socket, server_side=True)
        code, told = problem_of(secure.endpoint.replace("http:", "https:"))
        assert (code, TOKEN in told, "self-signed" in told) == ("hub.tls", False, True)
        assert secure.log == []
    assert problem_of(server.endpoint.replace("http:", "https:"))[0] == "hub.tls", "no encryption at all"


def test_a_handshake_that_never_ends(server: HubServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert problem_of(f"https://127.0.0.1:{silent.getsockname()[1]}")[0] == "hub.silent"


# --- a proxy --------------------------------------------------------------------------------------------------------


SEEN: list[tuple[str, str, str]] = []


class _Proxy(http.server.BaseHTTPRequestHandler):
    """Fetches nothing: notes that it was asked, and answers itself."""

    def do_GET(self) -> None:
        SEEN.append((self.path, self.headers.get("Proxy-Authorization", ""), self.headers.get("Authorization", "")))
        body = json.dumps({"id": "lab/small", "sha": "a" * 40}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self) -> None:
        SEEN.append((self.path, "", self.headers.get("Authorization", "")))
        self.send_error(403)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing on standard error."""


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Proxy)
    threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        monkeypatch.setenv("no_proxy", "")
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://me:pass@127.0.0.1:{proxy.server_address[1]}")
        with Hub(Journal(), TIGHT, endpoint="http://hub.invalid", token=TOKEN) as asked:
            assert open_model(asked, "lab/small").origin.revision == "a" * 40
        assert SEEN.pop() == ("http://hub.invalid/api/models/lab/small", "Basic bWU6cGFzcw==", f"Bearer {TOKEN}")
        code, told = problem_of("https://hub.invalid")
        assert (code, "pass" in told) == ("hub.proxy-refuses", False)
        assert SEEN[-1] == ("hub.invalid:443", "", ""), "the token stays within the tunnel"
        monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
        with Hub(Journal(), TIGHT, endpoint="http://hub.invalid", token="") as asked, pytest.raises(UsageError) as error:
            open_model(asked, "lab/small")
        assert error.value.problems[0].code == "hub.bad-proxy"
    finally:
        proxy.shutdown()
        proxy.server_close()
