"""A Hub that is asked: its endpoint, the token, what was used, what is kept. huggingface_hub is loaded here and nowhere else."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from ...errors import OsaidError, Place, Problem, UsageError
from ..journal import Journal
from ..source import AuditError
from .bounds import DEFAULT, Bounds
from .facts import RepoFacts, facts_of, plain
from .names import is_commit, is_revision, parse_name

if TYPE_CHECKING:
    import huggingface_hub

__all__ = ["Hub", "cached_snapshot", "offline"]

_T = TypeVar("_T")
_PUBLIC = "https://huggingface.co"
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_MOST_TEXT = 10_000  # characters of a file that holds a token or names a commit


def _library() -> Any:
    """huggingface_hub, or a UsageError that says how to get it."""
    try:
        import huggingface_hub.constants
    except ImportError:
        raise UsageError(Problem("hub.not-installed")) from None
    if not hasattr(huggingface_hub, "set_client_factory"):
        raise UsageError(Problem("hub.too-old"))
    return huggingface_hub


def offline() -> bool:
    """Whether the user wants nothing to be asked (HF_HUB_OFFLINE). Raises UsageError without huggingface_hub."""
    return bool(_library().constants.is_offline_mode())


def cached_snapshot(name: str, *, revision: str = "") -> str:
    """The folder of a model in the user's Hub cache: a snapshot at a commit, perhaps of a part of its files. Nothing is asked.

    Layout: ``models--owner--name/{refs,snapshots}`` in HF_HUB_CACHE (huggingface_hub, "Understand caching"). Raises AuditError if
    it is not there, UsageError without huggingface_hub.
    """
    named = parse_name(name)
    revision = revision or named.revision or "main"
    home = os.path.join(_library().constants.HF_HUB_CACHE, "models--" + named.name.replace("/", "--"))
    commit = revision
    if not is_commit(revision):
        commit = _beginning(os.path.join(home, "refs", *revision.split("/"))) if is_revision(revision) else ""
    folder = os.path.join(home, "snapshots", commit)
    if not is_commit(commit) or not os.path.isdir(folder):
        raise AuditError(Problem("hub.not-in-cache", {"name": named.name, "revision": revision[:200]}))
    return folder


class Hub:
    """A server that speaks the Hub's API. To be closed, or used as a context.

    While it is open, its transport is under all that huggingface_hub sends in this process, telemetry and logs of the library are
    off, and nothing is written to the user's Hub cache. Use it from one thread.
    """

    def __init__(
        self,
        journal: Journal,
        bounds: Bounds = DEFAULT,
        *,
        endpoint: str | None = None,
        token: str | None = None,
        day: str = "",
        allow_private: bool = False,
    ) -> None:
        """``endpoint`` is HF_ENDPOINT or the public Hub if not given; ``token`` is HF_TOKEN, or what ``hf auth login`` has kept.

        A journal is one audit's: it holds answers about a branch as well, which are true of the ``day`` when they were given, and are
        not taken on another.
        Raises UsageError if huggingface_hub is missing, the user wants nothing to be asked, or endpoint or token cannot be used.
        """
        library = _library()
        constants = library.constants
        if constants.is_offline_mode():
            raise UsageError(Problem("hub.offline"))
        self.endpoint = (endpoint if endpoint is not None else constants.ENDPOINT).rstrip("/")
        _check_endpoint(self.endpoint)
        token = _own_token(constants) if token is None else token
        if token and not _TOKEN.fullmatch(token):
            raise UsageError(Problem("hub.unusable-token"))
        from huggingface_hub.utils import _http

        from .transport import Transport

        self.bounds = bounds
        self.journal = journal
        self._day = day
        self.transport = Transport(self.endpoint, token, bounds, allow_private=allow_private)
        self._library = library
        self._api = library.HfApi(endpoint=self.endpoint, token=False)  # the transport adds the token
        self._before = (constants.HF_HUB_DISABLE_TELEMETRY, _logger().level, _http._GLOBAL_CLIENT_FACTORY)
        constants.HF_HUB_DISABLE_TELEMETRY = True
        _logger().setLevel(logging.CRITICAL + 1)
        library.set_client_factory(self._client)

    @property
    def requests(self) -> int:
        """How many requests were sent, redirects and repetitions among them."""
        return self.transport.meter.requests

    @property
    def received(self) -> int:
        """How many bytes came over the network."""
        return self.transport.meter.bytes

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close connections, and give huggingface_hub back as it comes."""
        self._library.constants.HF_HUB_DISABLE_TELEMETRY, level, factory = self._before
        self._library.set_client_factory(factory)  # closes our client, and with it the transport
        _logger().setLevel(level)
        self.transport.close()

    def _client(self) -> Any:
        import httpx2

        return httpx2.Client(transport=self.transport, follow_redirects=False, trust_env=False)

    def ask(self, what: Callable[[huggingface_hub.HfApi], _T], where: str, *, commit: str = "") -> _T:
        """Have the library ask something: all of it is one task. Raises AuditError, whatever the server does, with ``where`` as its place.

        ``commit``: answers that say to be of another one are refused.
        """
        self.transport.expected = commit
        try:
            with self.transport.meter.task(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return what(self._api)
        except OsaidError as error:
            raise type(error)(problem._replace(place=Place(where)) for problem in error.problems) from None
        except Exception:
            # The library takes an answer to be what it should be. If it is not, any error can come of it, with the server's text in it.
            raise AuditError(Problem("hub.not-the-api", {"endpoint": self.endpoint}, Place(where))) from None
        finally:
            self.transport.expected = ""

    def part(self, name: str, commit: str, path: str, start: int, length: int) -> bytes:
        """A part of a file of a model: as much as the server sends of it, and not more than ``length`` bytes."""
        url = self._library.hf_hub_url(name, path, revision=commit, endpoint=self.endpoint)
        headers = {"Range": f"bytes={start}-{start + length - 1}"}
        where = f"hf:{name}/{path}"[:300]
        content: bytes = self.ask(lambda _: self._library.get_session().get(url, headers=headers).content, where, commit=commit)
        return content

    def about(self, kind: str, name: str, revision: str) -> RepoFacts:
        """What the Hub says of a model (``models``) or data set (``datasets``); from the journal if it is there. Raises AuditError."""
        key = f"hub {self.endpoint} {kind} {name}@{revision}" + (f" {self._day}" if self._day else "")
        kept = self.journal.get(key)
        if kept is not None:
            with contextlib.suppress(AuditError):
                return self._facts(kept, name, revision)
        where = f"hf:{'' if kind == 'models' else 'datasets/'}{name}{'@' if revision else ''}{revision}"

        def asked(api: huggingface_hub.HfApi) -> tuple[dict[str, Any], RepoFacts]:
            info = (api.model_info if kind == "models" else api.dataset_info)(name, revision=revision or None)
            found = _plain_info(info)
            return found, self._facts(found, name, revision)

        found, facts = self.ask(asked, where)
        self.journal.put(key, found)
        return facts

    def _facts(self, raw: Any, name: str, revision: str) -> RepoFacts:
        """Facts from an answer, which has to be of the commit that was asked for."""
        facts = facts_of(raw, name, self.endpoint)
        if is_commit(revision) and facts.commit != revision:
            raise AuditError(Problem("hub.other-commit", {"endpoint": self.endpoint, "asked": revision, "given": facts.commit}))
        return facts


def _plain_info(info: Any) -> dict[str, Any]:
    """A ModelInfo or DatasetInfo as plain data, of which nothing has been checked."""
    card = info.card_data
    data: dict[str, Any] = plain(
        {
            "id": info.id,
            "sha": info.sha,
            "author": info.author,
            "private": info.private,
            "disabled": info.disabled,
            "gated": info.gated,
            "tags": info.tags,
            "card": card.to_dict() if card is not None else {},
        }
    )
    return data


def _check_endpoint(endpoint: str) -> None:
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        usable = usable and parts.username is None and parts.password is None and not parts.query and not parts.fragment
    except ValueError:
        usable = False
    if not usable or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        raise UsageError(Problem("hub.bad-endpoint", {"public": _PUBLIC}))


def _own_token(constants: Any) -> str:
    """The user's token, read as the library does, but never refreshed: that would be a request, and would write a file."""
    if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
        return ""
    named = os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN") or ""
    return named.strip() or _beginning(constants.HF_TOKEN_PATH)


def _beginning(path: str) -> str:
    """The text of a small file; nothing if there is none."""
    with contextlib.suppress(OSError, ValueError):
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                return file.read(_MOST_TEXT).strip()
    return ""


def _logger() -> logging.Logger:
    return logging.getLogger("huggingface_hub")
