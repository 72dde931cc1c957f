"""Names of models and data sets on the Hub, as a person or a card writes them."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from ...cards.importers import hub_names
from ...errors import Problem
from ..origin import COMMIT
from ..source import AuditError

__all__ = ["Name", "is_commit", "is_revision", "parse_name"]

_ADDRESS = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/(.*)", re.DOTALL)
_AT = re.compile(r"(?P<name>[^@]*)@(?P<revision>.*)", re.DOTALL)
_PAGES = ("tree", "blob", "resolve", "raw", "commit", "commits")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+-]{0,199}")
# As huggingface_hub's validate_repo_id: no part begins or ends with a sign, and neither -- nor .. stands within.
_PART = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")


class Name(NamedTuple):
    """A repository on the Hub: owner/name (old ones have no owner), and a branch, tag or commit, or nothing."""

    name: str
    revision: str = ""


def is_commit(text: object) -> bool:
    """Whether a text is the digest of a commit, in full."""
    return isinstance(text, str) and COMMIT.fullmatch(text) is not None


def is_revision(text: str) -> bool:
    """Whether a text can name a branch, tag or commit."""
    return _REVISION.fullmatch(text) is not None and ".." not in text and not text.endswith(("/", "."))


def parse_name(text: str, *, dataset: bool = False) -> Name:
    """A name from ``owner/name``, ``hf:owner/name@revision`` or an address on the Hub (``.../tree/revision``).

    Raises AuditError for what cannot be one, with the text cut short.
    """
    given = text.strip()
    address = _ADDRESS.fullmatch(given)
    if address is not None:
        name, revision = _of_path(address[1], dataset)
    else:
        bare = given.removeprefix("hf:").removeprefix("//")
        if dataset:
            bare = bare.removeprefix("datasets/")
        at = _AT.fullmatch(bare)
        name, revision = (at["name"], at["revision"]) if at else (bare, "")
        if at and not revision:
            name = bare
    parts = name.split("/")
    if not hub_names.is_name(name) or not all(_PART.fullmatch(part) for part in parts) or name.endswith(".git"):
        raise AuditError(Problem("hub.bad-name", {"name": text[:200]}))
    if revision and not is_revision(revision):
        raise AuditError(Problem("hub.bad-revision", {"name": name, "revision": revision[:200]}))
    return Name(name, revision)


def _of_path(path: str, dataset: bool) -> tuple[str, str]:
    """The name and the revision in the path of an address."""
    parts = re.split(r"[?#]", path, maxsplit=1)[0].strip("/").split("/")
    if dataset:
        if parts[0] != "datasets":
            return "", ""
        parts = parts[1:]
    for place in (1, 2):
        if len(parts) > place and parts[place] in _PAGES:
            # A branch with a slash in it is written %2F in an address: what follows the next slash is a path.
            return "/".join(parts[:place]), unquote(parts[place + 1]) if len(parts) > place + 1 else ""
    return "/".join(parts), ""
