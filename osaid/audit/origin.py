"""What a folder is a copy of, as its own files show it: git's, the Hub's cache, or what ``snapshot_download`` leaves beside its files.

No program is run, nothing is followed out of the folder, and all that is read is bounded: these files are a stranger's too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import unquote, urlsplit

from ..document.common import UNSAFE
from .source import Origin

__all__ = ["COMMIT", "METADATA", "Listing", "Peek", "cached", "clean_address", "git_config", "hub_name", "model_folder", "of_files"]

Peek = Callable[[str, int], bytes]
"""The first bytes of a file below the folder, at most so many; empty where it cannot be read."""

Listing = Callable[[str], Sequence[str]]
"""Some of the names in a folder below the folder, sorted; empty where it cannot be read."""

METADATA = (".cache/huggingface/download", ".huggingface/download")
"""Where huggingface_hub notes what it downloaded to a folder of the user's (``_local_folder.py``; the second until 0.24)."""

COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
"""The digest of a commit, in full."""

_MOST_CONFIG = 1 << 16
_MOST_PACKED = 8 << 20
_MOST_ADDRESS = 500
_MOST_HOPS = 5
_REF = re.compile(r"refs/[A-Za-z0-9._/+@-]{1,200}")
_SECTION = re.compile(r'\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]')
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*))?", re.DOTALL)
_SCP = re.compile(r"(?:[^@/\s]*@)?([A-Za-z0-9][A-Za-z0-9.-]+):(?!/?/)(\S+)")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?"
_HUB_NAME = re.compile(rf"(?:{_PART}/)?{_PART}")
_HUB_FOLDER = re.compile(rf"models--(?:({_PART})--)?({_PART})")
# Addresses that answer to https under the same path, so that a reader can open what ssh names.
_FORGES = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "huggingface.co", "hf.co")
_HUB_HOSTS = ("huggingface.co", "hf.co", "www.huggingface.co")


def cached(parts: Sequence[str]) -> tuple[int, Origin] | None:
    """Where in the parts of a real path a snapshot of the Hub's cache begins, and what it is a copy of; or None.

    The layout is huggingface_hub's: ``models--owner--name/snapshots/COMMIT``. The number is the index of the commit.
    """
    for index in range(len(parts) - 1, 1, -1):
        name = model_folder(parts[index - 2])
        if name is not None and parts[index - 1] == "snapshots" and COMMIT.fullmatch(parts[index]):
            return index, Origin(name, "", parts[index], "/".join(parts[index - 2 : index + 1]))
    return None


def model_folder(name: str) -> str | None:
    """The model that a folder in the Hub's cache is for: ``models--owner--name``. None for a folder of another name."""
    folder = _HUB_FOLDER.fullmatch(name)
    if folder is None or "--" in folder[2] or "--" in (folder[1] or ""):
        return None
    return f"{folder[1]}/{folder[2]}" if folder[1] else folder[2]


def of_files(peek: Peek, listing: Listing) -> Origin:
    """What the files in a folder show: a git checkout's remote and commit, else the commit of a download from the Hub."""
    repository = clean_address(git_config(peek(".git/config", _MOST_CONFIG).decode("utf-8", "replace")).get("remote.origin.url", ""))
    revision = _head(peek)
    if repository or revision:
        return Origin(hub_name(repository), repository, revision, ".git/config" if repository else ".git/HEAD")
    return _downloaded(peek, listing)


def _head(peek: Peek) -> str:
    """The commit that is checked out, or nothing."""
    text = peek(".git/HEAD", 1000).decode("utf-8", "replace").strip()
    for _ in range(_MOST_HOPS):
        if COMMIT.fullmatch(text):
            return text
        name = text.removeprefix("ref:").strip()
        if not text.startswith("ref:") or not _REF.fullmatch(name) or any(part in ("", ".", "..") for part in name.split("/")):
            return ""
        text = peek(f".git/{name}", 1000).decode("utf-8", "replace").strip() or _packed(peek, name)
    return ""


def _packed(peek: Peek, name: str) -> str:
    found = re.search(rb"^([0-9a-f]{40,64}) " + re.escape(name.encode()) + rb"\r?$", peek(".git/packed-refs", _MOST_PACKED), re.MULTILINE)
    return found[1].decode() if found else ""


def _downloaded(peek: Peek, listing: Listing) -> Origin:
    """The commit that all notes of a download agree on. They do not say of which model."""
    for folder in METADATA:
        names = [name for name in listing(folder) if name.endswith(".metadata")]
        commits = {peek(f"{folder}/{name}", 200).split(b"\n")[0].strip().decode("utf-8", "replace") for name in names}
        if len(commits) == 1 and COMMIT.fullmatch(commit := commits.pop()):
            return Origin("", "", commit, f"{folder}/{names[0]}")
    return Origin()


# --- git's configuration -----------------------------------------------------------------------------------------


def git_config(text: str) -> dict[str, str]:
    """Sections and keys of a git configuration: ``remote.origin.url``. The first value of a key stands, and nothing is included.

    Rules are those of git-config(1): names of sections and keys in any case, of subsections as written; a value may be quoted, goes on
    after a backslash at the end of a line, and ends at ``#`` or ``;``. What is not understood is left out.
    """
    found: dict[str, str] = {}
    section = ""
    for line in _logical_lines(text[:_MOST_CONFIG]):
        rest = line.strip()
        if match := _SECTION.match(rest):
            name = match[2]
            section = match[1].lower() + ("." + re.sub(r"\\(.)", r"\1", name) if name is not None else "")
            rest = rest[match.end() :].strip()
        if section and (match := _KEY.fullmatch(rest)):
            found.setdefault(f"{section}.{match[1].lower()}", _value(match[2] or ""))
    return found


def _logical_lines(text: str) -> Iterator[str]:
    waiting: list[str] = []
    for line in text.splitlines():
        if line.endswith("\\") and not line.endswith("\\\\"):
            waiting.append(line[:-1])
            continue
        yield "".join([*waiting, line])
        waiting = []
    if waiting:
        yield "".join(waiting)


def _value(text: str) -> str:
    made: list[str] = []
    quoted = False
    signs = iter(text)
    for sign in signs:
        if sign == "\\":
            made.append({"n": "\n", "t": "\t", "b": "\b"}.get(following := next(signs, ""), following))
        elif sign == '"':
            quoted = not quoted
        elif sign in "#;" and not quoted:
            break
        else:
            made.append(sign)
    return "".join(made).strip()


def clean_address(url: str) -> str:
    """The address of a remote without user, password, query and fragment; nothing for a path on this machine or an odd address."""
    url = url.strip()
    if not url or len(url) > _MOST_ADDRESS or UNSAFE.search(url) or re.search(r"[\s<>\"'`]", url):
        return ""
    scheme, host, path, port = "ssh", "", "", None
    if "://" in url:
        try:
            parts = urlsplit(url)
            scheme, host, path, port = parts.scheme.lower().removeprefix("git+"), parts.hostname or "", parts.path, parts.port
        except ValueError:
            return ""
    elif match := _SCP.fullmatch(url):
        host, path = match[1].lower(), "/" + match[2].lstrip("/")
    path = re.sub(r"[?#].*", "", path)
    if scheme not in ("http", "https", "ssh", "git") or not _HOST.fullmatch(host) or not path.strip("/") or "@" in unquote(path):
        return ""
    path = path.rstrip("/").removesuffix(".git")
    if host in _FORGES:
        scheme, port = "https", None
    return f"{scheme}://{host}{f':{port}' if port else ''}{path}"


def hub_name(repository: str) -> str:
    """The name of a model on the Hub whose repository this is, or nothing."""
    host, _, name = repository.removeprefix("https://").partition("/")
    if not repository.startswith("https://") or host not in _HUB_HOSTS or name.split("/")[0] in ("datasets", "spaces", "api"):
        return ""
    return name if _HUB_NAME.fullmatch(name) else ""
