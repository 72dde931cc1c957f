"""How huggingface_hub's requests are sent: bounded, with every redirect looked at, and the token for the endpoint alone.

A transport of httpx2, to be put under the library's client. It follows redirects and asks again by itself, and gives the library
whole small answers or raises AuditError, which the library does not catch. So nothing is asked again without bound, no message
of the server reaches a log, and what the library does beside what it was asked for (telemetry) is refused.

Loaded only when the Hub is asked: it needs httpx2 and httpcore2, which huggingface_hub brings.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

from ... import __version__
from ...errors import Problem, UsageError
from ..machines import are_allowed
from ..source import AuditError
from .bounds import Bounds
from .network import Backend, Meter

__all__ = ["Transport", "origin"]

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (408, 429, 500, 502, 503, 504)
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})")
_GIVEN = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_ASKED_FOR = re.compile(r"/api/(?:models|datasets)/|/[^/]+(?:/[^/]+)?/resolve/")
# Headers of an answer that are handed on; the library would log others (X-HF-Warning).
_HANDED_ON = ("content-type", "link", "etag", "x-repo-commit", "x-linked-size", "x-linked-etag", "content-range")
# Why there is no answer: by the header X-Error-Code, by X-Error-Message, by status.
_TOLD = {
    "GatedRepo": "hub.gated",
    "RevisionNotFound": "hub.no-revision",
    "EntryNotFound": "hub.no-file",
    "RepoNotFound": "hub.not-found",
}
_SAID = {"Access to this resource is disabled.": "hub.disabled", "Invalid credentials in Authorization header": "hub.bad-token"}
_STATUS = {401: "hub.not-found", 403: "hub.forbidden", 404: "hub.not-found", 429: "hub.busy"}
# What each kind of failure counts towards leaving a host alone: those that take long count double.
_FAILURES = {
    "hub.silent": 2,
    "hub.too-slow": 2,
    "hub.no-connection": 1,
    "hub.no-such-host": 1,
    "hub.broke-off": 1,
    "hub.busy": 1,
    "hub.status": 1,
}
_MOST_FAILURES = 3
_UA = f"osaid/{__version__}"

_Origin = tuple[str, str, int]


def origin(url: httpx2.URL) -> _Origin:
    """Scheme, host and port."""
    return (url.scheme, url.host.lower(), url.port or _PORTS.get(url.scheme, 0))


class _Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(httpx2.BaseTransport):
    """Sends requests to one endpoint, and fetches files from where it redirects to."""

    def __init__(self, endpoint: str, token: str, bounds: Bounds, *, allow_private: bool = False) -> None:
        """``token`` may be empty. ``allow_private``: redirects of files may lead into the private network, and to plain HTTP."""
        url = httpx2.URL(endpoint)
        self.meter = Meter(bounds, endpoint)
        self.expected = ""
        """The commit that answers of the endpoint have to be of, where they say it; empty while it is not known."""
        self._home = origin(url)
        self._path = url.path.rstrip("/")
        self._token = token
        self._bounds = bounds
        self._allow_private = allow_private
        self._lock = threading.Lock()
        self._pools: dict[str, httpcore2.ConnectionPool] = {}
        self._failures: dict[_Origin, int] = {}  # in a row

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request with a whole response. Raises AuditError for everything else than success."""
        url, span = request.url, _RANGE.fullmatch(request.headers.get("range", ""))
        if request.method not in ("GET", "HEAD") or not _ASKED_FOR.match(url.path.removeprefix(self._path)):
            raise AuditError(Problem("hub.not-asked-for", {"path": url.path[:200]}))
        with self._lock:
            first: dict[str, str] = {}
            for _ in range(self._bounds.redirects + 1):
                self._check(url, of_file=span is not None)
                answer = self._patiently(request.method, url, span)
                at_home = origin(url) == self._home
                if at_home:
                    self._check_commit(answer.headers)
                    first = {**{name: answer.headers[name] for name in ("x-repo-commit",) if name in answer.headers}, **first}
                if answer.status not in _REDIRECTS or not answer.headers.get("location"):
                    break
                try:
                    url = url.join(answer.headers["location"])
                except (httpx2.InvalidURL, ValueError):
                    raise self._redirected("") from None
            else:
                raise AuditError(Problem("hub.redirects", {"endpoint": self.meter.endpoint, "limit": str(self._bounds.redirects)}))
        if answer.status >= 300 or answer.status < 200:
            raise AuditError(self._refusal(answer))
        headers = {name: value for name, value in answer.headers.items() if name in _HANDED_ON}
        return httpx2.Response(answer.status, headers={**headers, **first}, content=answer.body, request=request)

    # --- whom to ask

    def _check(self, url: httpx2.URL, *, of_file: bool) -> None:
        """Refuse an address that may not be asked. The endpoint may; others only for files, by https, if not in a private network."""
        if origin(url) == self._home:
            return
        host = url.host.lower()
        local = host in ("", "localhost") or host.endswith(".localhost")
        allowed = self._allow_private if local else not _is_number(host) or are_allowed([host], allow_private=self._allow_private)
        schemes = ("http", "https") if self._allow_private else ("https",)
        if not of_file or url.scheme not in schemes:
            raise self._redirected(f"{url.scheme}://{host}")
        if not allowed:
            raise AuditError(Problem("hub.redirect-private", {"host": host[:200], "endpoint": self.meter.endpoint}))

    def _redirected(self, where: str) -> AuditError:
        return AuditError(Problem("hub.redirect", {"endpoint": self.meter.endpoint, "where": where[:200] or "-"}))

    def _check_commit(self, headers: Mapping[str, str]) -> None:
        given = headers.get("x-repo-commit", "").strip().lower()
        if self.expected and given and given != self.expected:
            raise AuditError(Problem("hub.other-commit", {"endpoint": self.meter.endpoint, "asked": self.expected, "given": given[:64]}))

    def _pool(self, url: httpx2.URL) -> httpcore2.ConnectionPool:
        """The connections for an address: direct ones, or those by the proxy that the environment names."""
        proxies = {} if proxy_bypass(url.host) else getproxies()
        named = proxies.get(url.scheme) or proxies.get("all") or ""
        pool = self._pools.get(named)
        if pool is not None:
            return pool
        try:
            context = httpx2.create_ssl_context()
        except OSError:  # SSLError is one
            raise UsageError(Problem("hub.bad-authorities")) from None
        trusted = [self._home[1:]]
        if not named:
            backend = Backend(self.meter, trusted, allow_private=self._allow_private)
            pool = httpcore2.ConnectionPool(ssl_context=context, network_backend=backend, max_connections=2, keepalive_expiry=30.0)
        else:
            try:
                proxy = httpx2.URL(named if "://" in named else f"http://{named}")
                address = origin(proxy)
            except (httpx2.InvalidURL, ValueError):
                address = ("", "", 0)
            if address[0] not in _PORTS or not address[1]:
                raise UsageError(Problem("hub.bad-proxy", {"scheme": url.scheme}))
            pool = httpcore2.HTTPProxy(
                proxy_url=str(proxy.copy_with(username=None, password=None)),
                proxy_auth=(proxy.username, proxy.password) if proxy.username or proxy.password else None,
                ssl_context=context,
                proxy_ssl_context=context if address[0] == "https" else None,
                network_backend=Backend(self.meter, [*trusted, address[1:]], allow_private=self._allow_private),
                max_connections=2,
                keepalive_expiry=30.0,
            )
        self._pools[named] = pool
        return pool

    # --- asking

    def _patiently(self, method: str, url: httpx2.URL, span: re.Match[str] | None) -> _Answer:
        """An answer, unless the host has failed so often in a row that it is left alone: a long audit would wait for it at every file."""
        host = origin(url)
        if self._failures.get(host, 0) >= _MOST_FAILURES:
            raise AuditError(Problem("hub.left-alone", {"host": url.host[:200]}))
        try:
            answer = self._tried(method, url, span)
        except AuditError as error:
            self._failures[host] = self._failures.get(host, 0) + _FAILURES.get(error.problems[0].code, 0)
            raise
        self._failures.pop(host, None)
        return answer

    def _tried(self, method: str, url: httpx2.URL, span: re.Match[str] | None) -> _Answer:
        """An answer; where the server is busy or breaks off, after a few tries."""
        bounds = self._bounds
        for number in range(1, bounds.tries + 1):
            wait = bounds.pause * 2 ** (number - 1)
            answer = None
            try:
                answer = self._once(method, url, span)
            except httpcore2.TimeoutException:
                problem = Problem("hub.silent", {"host": url.host[:200], "seconds": f"{bounds.idle:g}"})
            except httpcore2.ConnectError:
                problem = Problem("hub.no-connection", {"host": url.host[:200]})
            except httpcore2.ProxyError:
                problem = Problem("hub.proxy-refuses", {"host": url.host[:200]})
            except (httpcore2.NetworkError, httpcore2.ProtocolError):
                problem = Problem("hub.broke-off", {"host": url.host[:200]})
            if answer is not None:
                if answer.status not in _BUSY:
                    return answer
                problem = self._refusal(answer)
                asked = answer.headers.get("retry-after", "").strip()
                if asked.isascii() and asked.isdigit():
                    wait = float(asked[:9])
            if number == bounds.tries or wait > bounds.patience or wait >= self.meter.left():
                break
            time.sleep(wait)
        raise AuditError(problem)

    def _once(self, method: str, url: httpx2.URL, span: re.Match[str] | None) -> _Answer:
        """Send one request and read what is wanted of its answer."""
        headers = [("User-Agent", _UA), ("Accept", "*/*"), ("Accept-Encoding", "identity")]
        at_home = origin(url) == self._home
        if self._token and at_home:
            headers.append(("Authorization", f"Bearer {self._token}"))
        start, wanted = 0, self._bounds.answer
        if span is not None:
            headers.append(("Range", span[0]))
            start, wanted = int(span[1]), int(span[2]) - int(span[1]) + 1
        self.meter.request(max(wanted, self._bounds.answer) + self._bounds.passed_over)
        with self._pool(url).stream(method, str(url.copy_with(fragment=None)), headers=headers) as response:
            found: dict[str, str] = {}
            for name, value in response.headers:
                key, text = name.decode("latin-1").lower(), value.decode("latin-1")
                found[key] = f"{found[key]}, {text}" if key in found else text
            if found.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
                raise AuditError(Problem("hub.encoded", {"host": url.host[:200]}))
            if response.status >= 300 or method == "HEAD":
                return _Answer(response.status, found, b"")
            passed = self._passed_over(response.status, found, start) if span is not None else 0
            body = bytearray()
            for chunk in response.iter_stream():
                body += chunk
                if len(body) >= passed + wanted and span is not None:
                    break
                if len(body) > wanted and span is None:
                    raise self.meter.too_large()
        data = bytes(body[passed : passed + wanted])
        if self._token and at_home and self._token.encode() in data:
            data = data.replace(self._token.encode(), b"*" * len(self._token))
        return _Answer(response.status, found, data)

    def _passed_over(self, status: int, headers: Mapping[str, str], start: int) -> int:
        """How many bytes of a body come before those that were asked for."""
        if status == 206:
            given = _GIVEN.fullmatch(headers.get("content-range", "").strip())
            if given is None or int(given[1]) != start:
                raise AuditError(Problem("hub.other-range", {"endpoint": self.meter.endpoint}))
            return 0
        if start > self._bounds.passed_over:
            raise AuditError(Problem("hub.no-ranges", {"endpoint": self.meter.endpoint}))
        return start

    def _refusal(self, answer: _Answer) -> Problem:
        """Why there is no answer, by status and the Hub's own codes (huggingface_hub, ``hf_raise_for_status``)."""
        told, said = answer.headers.get("x-error-code", ""), answer.headers.get("x-error-message", "")
        code = _TOLD.get(told) or _SAID.get(said) or _STATUS.get(answer.status)
        if code is None:
            return Problem("hub.status", {"endpoint": self.meter.endpoint, "status": str(answer.status)})
        return Problem(code, {"endpoint": self.meter.endpoint})


def _is_number(host: str) -> bool:
    """Whether a host is an IP address, in whatever spelling: no name ends in a number (RFC 3696)."""
    return ":" in host or host.rpartition(".")[2][:1].isdigit()
