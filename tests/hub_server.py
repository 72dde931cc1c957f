"""A server on localhost that speaks the Hub's API as huggingface_hub uses it, well or badly.

    with HubServer() as server:
        server.add(Repo("lab/small", {"README.md": b"---\\n---\\n", "model.safetensors": Sparse(b"header", 10 << 30)}, gated="manual"))
        server.misbehave("endless")          # from here on; server.behave() ends it
        ... endpoint=server.endpoint, or HF_ENDPOINT=server.endpoint in the environment of a run ...
        server.log                           # every request: method, path with query, Range, Authorization, Host

What it answers, after huggingface_hub's source and the Hub's documentation:

* ``/api/{models,datasets}/{id}`` and ``.../revision/{rev}``: facts; 404 ``RepoNotFound`` (401 without token), ``RevisionNotFound``.
* ``/api/models/{id}/tree/{rev}?recursive=True``: pages of ``page_size`` entries, with ``Link: <...>; rel="next"``.
* ``/{id}/resolve/{rev}/{path}``: content, by GET or HEAD, with Range, ``X-Repo-Commit``, ``ETag``, ``X-Linked-Size``; a large file
  (``Sparse``) as LFS. A gated repository's files answer 401 or 403 ``GatedRepo`` unless the token is ``TOKEN``.

``misbehave(kind, only=..., after=...)``: one of ``hub_kinds.KINDS``, for the paths that the regular expression ``only``
finds, after so many good answers.
A server that drips or never ends stops when the client hangs up, or at the end of the context.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from hub_kinds import KINDS

__all__ = ["TOKEN", "HubServer", "Repo", "Request", "Sparse"]

TOKEN = "hf_" + "sEcReT" * 5
"""The token that the server lets in."""


class Sparse(NamedTuple):
    """A large file: how it begins, and how many bytes it has. The rest are zeros."""

    head: bytes
    size: int

    def part(self, start: int, end: int) -> bytes:
        """The bytes from start to before end."""
        head = self.head[start:end]
        return head + bytes(max(0, min(end, self.size) - start - len(head)))


class Request(NamedTuple):
    """A request that came."""

    method: str
    path: str
    range: str
    authorization: str
    host: str
    agent: str


class Repo:
    """A repository: files at one commit, and what the Hub says of it."""

    def __init__(
        self,
        name: str,
        files: Mapping[str, bytes | Sparse] = {},
        *,
        kind: str = "models",
        gated: str | bool = False,
        private: bool = False,
        tags: list[str] | None = None,
        card: dict[str, Any] | None = None,
        tree: list[Any] | None = None,
        renamed_to: str = "",
        **more: Any,
    ) -> None:
        """``tree``: entries of the list instead of those of the files; ``more``: further keys of the facts."""
        self.name = name
        self.files = dict(files)
        self.kind = kind
        self.gated = gated
        self.private = private
        self.renamed_to = renamed_to
        self.commit = hashlib.sha1(f"{kind}/{name}".encode()).hexdigest()
        self.revisions = {"main": self.commit, self.commit: self.commit}
        self.tree = tree if tree is not None else [self._entry(path, content) for path, content in sorted(self.files.items())]
        self.facts: dict[str, Any] = {
            "_id": "0",
            "id": name,
            "modelId": name,
            "author": name.partition("/")[0],
            "sha": self.commit,
            "private": private,
            "gated": gated,
            "disabled": False,
            "tags": tags or [],
            "cardData": card or {},
            "createdAt": "2025-01-02T03:04:05.000Z",
            "lastModified": "2025-06-07T08:09:10.000Z",
            "downloads": 1,
            "likes": 2,
            "siblings": [{"rfilename": path} for path in sorted(self.files)],
            **({"library_name": "transformers", "pipeline_tag": "text-generation"} if kind == "models" else {}),
            **more,
        }

    @staticmethod
    def _entry(path: str, content: bytes | Sparse) -> dict[str, Any]:
        size = content.size if isinstance(content, Sparse) else len(content)
        entry: dict[str, Any] = {"type": "file", "oid": hashlib.sha1(path.encode()).hexdigest(), "size": size, "path": path}
        if isinstance(content, Sparse):
            entry["lfs"] = {"oid": hashlib.sha256(path.encode()).hexdigest(), "size": size, "pointerSize": 135}
        return entry


class HubServer:
    """The server. A context; ``endpoint`` is its address, ``log`` what came."""

    def __init__(self, *, page_size: int = 1000) -> None:
        self.page_size = page_size
        self.repos: dict[tuple[str, str], Repo] = {}
        self.log: list[Request] = []
        self.closing = threading.Event()
        self.bad: tuple[str, str, int] | None = None
        self.elsewhere = ""
        """Where the kind ``redirect`` leads to: a format with {path}."""
        self.retry_after = "0"
        self.server = _Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.hub = self  # type: ignore[attr-defined]
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> HubServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def add(self, repo: Repo) -> Repo:
        """Serve a repository."""
        self.repos[repo.kind, repo.name.lower()] = repo
        return repo

    def misbehave(self, kind: str, *, only: str = "", after: int = 0) -> None:
        """Answer badly from now on."""
        assert kind in KINDS, kind
        self.bad = (kind, only, after)

    def behave(self) -> None:
        """Answer well again."""
        self.bad = None

    def worst(self, path: str) -> str:
        """The kind of misbehaviour that is due for a path, or nothing."""
        if self.bad is None or not re.search(self.bad[1], path):
            return ""
        kind, only, after = self.bad
        if after > 0:
            self.bad = (kind, only, after - 1)
            return ""
        return kind


class _Server(ThreadingHTTPServer):
    """A client that hangs up is nothing to speak of."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "HubOfTests/1"
    timeout = 60

    @property
    def hub(self) -> HubServer:
        return self.server.hub  # type: ignore[attr-defined, no-any-return]

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing on standard error."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self._log()
        self.answer(405)

    def _log(self) -> None:
        get = self.headers.get
        seen = Request(self.command, self.path, get("Range", ""), get("Authorization", ""), get("Host", ""), get("User-Agent", ""))
        self.hub.log.append(seen)

    def do_GET(self) -> None:
        self._log()
        try:
            kind = self.hub.worst(self.path)
            if kind:
                KINDS[kind](self)
            else:
                self.route()
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True

    # --- good answers

    def answer(self, status: int, body: bytes | Sparse = b"", start: int = 0, end: int | None = None, /, **headers: str) -> None:
        """A whole answer, or the part of it from start to before end; names of headers with _ for -."""
        whole = body if isinstance(body, Sparse) else Sparse(body, len(body))
        end = whole.size if end is None else end
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        if self.command != "HEAD":
            for place in range(start, end, 1 << 20):
                self.wfile.write(whole.part(place, min(end, place + (1 << 20))))

    def answer_json(self, data: Any, **headers: str) -> None:
        """Data as JSON."""
        self.answer(200, json.dumps(data).encode(), Content_Type="application/json", **headers)

    def refuse(self, status: int, code: str, message: str = "no") -> None:
        """A refusal as the Hub writes it."""
        self.answer(status, json.dumps({"error": message}).encode(), X_Error_Code=code, X_Error_Message=message)

    @property
    def known(self) -> bool:
        """Whether the right token came along."""
        return self.headers.get("Authorization", "") == f"Bearer {TOKEN}"

    def route(self) -> None:
        """Answer as the Hub does."""
        parts = urlsplit(self.path)
        path = parts.path.lstrip("/")
        api = re.fullmatch(r"api/(models|datasets)/([^/]+(?:/[^/]+)??)(?:/(revision|tree)/([^/]+))?", path)
        if api:
            repo = self.find(api[1], api[2])
            if repo is None:
                return self.refuse(404 if self.known else 401, "RepoNotFound", "Repository not found")
            if repo.renamed_to:
                return self.answer(307, Location=f"/api/{api[1]}/{repo.renamed_to}")
            commit = repo.revisions.get(unquote(api[4] or "main"))
            if commit is None:
                return self.refuse(404, "RevisionNotFound")
            if api[3] == "tree":
                return self.tree(repo, parse_qs(parts.query))
            return self.answer_json({**repo.facts, "sha": commit})
        file = re.fullmatch(r"([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        repo = self.find("models", file[1]) if file else None
        if file is None or repo is None:
            return self.refuse(404, "RepoNotFound")
        if repo.gated and not self.known:
            return self.refuse(403 if self.headers.get("Authorization") else 401, "GatedRepo")
        content = repo.files.get(unquote(file[3]))
        if content is None:
            return self.refuse(404, "EntryNotFound")
        return self.file(repo, content)

    def find(self, kind: str, name: str) -> Repo | None:
        """A repository that the client may see."""
        repo = self.hub.repos.get((kind, name.lower()))
        return None if repo is None or (repo.private and not self.known) else repo

    def tree(self, repo: Repo, query: dict[str, list[str]]) -> None:
        """A page of the list of files."""
        start = int(query.get("cursor", ["0"])[0])
        end = start + self.hub.page_size
        headers = {}
        if end < len(repo.tree):
            headers["Link"] = f'<{self.hub.endpoint}/api/models/{repo.name}/tree/{repo.commit}?recursive=True&cursor={end}>; rel="next"'
        self.answer_json(repo.tree[start:end], **headers)

    def file(self, repo: Repo, content: bytes | Sparse) -> None:
        """A file or a part of it."""
        whole = content if isinstance(content, Sparse) else Sparse(content, len(content))
        headers = {"X_Repo_Commit": repo.commit, "ETag": '"abc"', "Accept_Ranges": "bytes", "X_Linked_Size": str(whole.size)}
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if span is None:
            return self.answer(200, whole, **headers)
        start, end = int(span[1]), min(int(span[2] or whole.size) + 1, whole.size)
        if start >= whole.size:
            return self.answer(416, Content_Range=f"bytes */{whole.size}")
        return self.answer(206, whole, start, end, Content_Range=f"bytes {start}-{end - 1}/{whole.size}", **headers)

    # --- bad ones

    def raw(self, *pieces: bytes) -> None:
        """Bytes as they are; the connection ends with them."""
        self.close_connection = True
        for piece in pieces:
            self.wfile.write(piece)

    def forever(self, piece: Callable[[int], bytes], pause: float = 0.0) -> None:
        """Pieces until nobody listens any more."""
        self.close_connection = True
        number = 0
        while not self.hub.closing.is_set():
            self.wfile.write(piece(number))
            number += 1
            time.sleep(pause)
