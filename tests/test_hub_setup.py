"""Names on the Hub, and what the environment and huggingface_hub itself have to do with asking it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import TOKEN, HubServer, Repo, Sparse
from support import ROOT, environment

from osaid.audit.hub import Bounds, Hub, Name, cached_snapshot, open_model, parse_name
from osaid.audit.hub.facts import facts_of
from osaid.audit.journal import Journal
from osaid.audit.machines import is_public
from osaid.audit.source import AuditError
from osaid.errors import UsageError

QUICK = Bounds(pause=0.01, idle=10, seconds=30)
FILES: dict[str, bytes | Sparse] = {"README.md": b"# Small\n", "config.json": b"{}", "weights.bin": Sparse(b"w", 5 << 30)}


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as running:
        running.add(Repo("lab/small", FILES))
        yield running


def code_of(error: pytest.ExceptionInfo[AuditError] | pytest.ExceptionInfo[UsageError]) -> str:
    (problem,) = error.value.problems
    assert problem.message
    return problem.code


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lab/small", Name("lab/small")),
        ("gpt2", Name("gpt2")),
        ("hf:lab/small", Name("lab/small")),
        ("hf://lab/small@v1", Name("lab/small", "v1")),
        ("lab/small@refs/pr/3", Name("lab/small", "refs/pr/3")),
        ("https://huggingface.co/lab/small", Name("lab/small")),
        ("https://hf.co/lab/small/?x=y#z", Name("lab/small")),
        ("https://huggingface.co/lab/small/tree/v1", Name("lab/small", "v1")),
        ("https://huggingface.co/lab/small/blob/main/a/b.txt", Name("lab/small", "main")),
        ("https://huggingface.co/lab/small/tree/refs%2Fpr%2F3", Name("lab/small", "refs/pr/3")),
    ],
)
def test_names(text: str, expected: Name) -> None:
    assert parse_name(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "hf:", "a/b/c", "../x", "lab/..", "lab/.git", "lab/a--b", "lab/x.git", "datasets/lab/x", "la b/x", "lab/\u202ex", "x" * 5000),
        *("lab/x@", "lab/x@../..", "lab/x@-f", "lab/" + "x" * 97, "lab/x@" + "y" * 300),
        *("https://example.org/lab/x", "https://huggingface.co/", "https://huggingface.co/spaces/lab/x", "https://hf.co/datasets/lab"),
    ],
)
def test_texts_that_are_no_names(text: str) -> None:
    with pytest.raises(AuditError) as error:
        parse_name(text)
    assert code_of(error) in ("hub.bad-name", "hub.bad-revision")
    assert len(str(error.value)) < 600


def test_addresses_in_the_own_house() -> None:
    private = [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
    ]
    private += [
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "ff02::1",
        "localhost",
        "",
        "1",
        "0x7f.1",
    ]
    assert [text for text in private if is_public(text)] == []
    assert all(is_public(text) for text in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"))


# --- the library, the environment -----------------------------------------------------------------------------------


def run_python(code: str, home: Path, **env: str) -> str:
    """Run code in a process of its own, with an empty home."""
    kept = {name: value for name, value in environment().items() if not name.startswith(("HF_", "HUGGING")) and "proxy" not in name.lower()}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "HOME": str(home), **env},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


OPEN = """
from osaid.audit.hub import *
from osaid.audit.journal import Journal
from osaid.errors import OsaidError
try:
    with Hub(Journal({journal!r}), Bounds(pause=0.01)) as hub:
        model = open_model(hub, "lab/small")
        print(len(list(model.entries())), model.address("x"))
        model.read("config.json")
except OsaidError as error:
    print(error.problems[0].code, error)
"""


def test_the_environment_names_endpoint_and_token(server: HubServer, tmp_path: Path) -> None:
    out = run_python(OPEN.format(journal=None), tmp_path, HF_ENDPOINT=server.endpoint + "/", HF_TOKEN=TOKEN + "\n")
    assert out == f"{len(FILES)} {server.endpoint}/lab/small/blob/{server.repos['models', 'lab/small'].commit}/x\n"
    assert {request.authorization for request in server.log} == {f"Bearer {TOKEN}"}
    assert {request.agent.partition("/")[0] for request in server.log} == {"osaid"}
    assert {request.method for request in server.log} == {"GET"}
    assert len(server.log) == 3, "nothing is asked that nobody asked for"
    assert list(tmp_path.iterdir()) == [], "nothing is written"
    server.log.clear()
    run_python(OPEN.format(journal=None), tmp_path, HF_ENDPOINT=server.endpoint, HF_TOKEN=TOKEN, HF_HUB_DISABLE_IMPLICIT_TOKEN="1")
    assert {request.authorization for request in server.log} == {""}
    server.log.clear()
    (tmp_path / "token").write_text(TOKEN)
    run_python(OPEN.format(journal=None), tmp_path, HF_ENDPOINT=server.endpoint, HF_HOME=str(tmp_path))
    assert {request.authorization for request in server.log} == {f"Bearer {TOKEN}"}


def test_debugging_of_the_library_shows_no_token(server: HubServer, tmp_path: Path) -> None:
    code = OPEN.format(journal=str(tmp_path / "j"))
    out = run_python(code, tmp_path, HF_ENDPOINT=server.endpoint, HF_TOKEN=TOKEN, HF_DEBUG="1")
    assert TOKEN not in out + (tmp_path / "j").read_text()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("HF_ENDPOINT", "ftp://example.org", "hub.bad-endpoint"),
        ("HF_ENDPOINT", "example", "hub.bad-endpoint"),
        ("HF_ENDPOINT", "https://me:PASSWORD@example.org", "hub.bad-endpoint"),
        ("HF_ENDPOINT", "http://[::1", "hub.bad-endpoint"),
        ("HF_TOKEN", "hf_PASSWORD\u00e9", "hub.unusable-token"),
        ("HF_TOKEN", "hf_PASSWORD\nX: y", "hub.unusable-token"),
        ("HF_HUB_OFFLINE", "1", "hub.offline"),
    ],
)
def test_settings_that_cannot_be(server: HubServer, tmp_path: Path, name: str, value: str, code: str) -> None:
    if value == "http://[::1":  # the library itself stumbles over it when it is loaded
        with pytest.raises(UsageError) as error:
            Hub(Journal(), endpoint=value)
        assert code_of(error) == code
        return
    out = run_python(OPEN.format(journal=None), tmp_path, **{"HF_ENDPOINT": server.endpoint, name: value})
    assert out.startswith(code)
    assert "PASSWORD" not in out
    assert server.log == []


def test_offline_the_cache_of_the_library_is_used(server: HubServer, tmp_path: Path) -> None:
    get = "import huggingface_hub as hub; print(hub.hf_hub_download('lab/small', 'config.json'))"
    env = {"HF_ENDPOINT": server.endpoint, "HF_HOME": str(tmp_path), "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    downloaded = run_python(get, tmp_path, **env).strip()
    server.log.clear()
    ask = "from osaid.audit.hub import *; print(offline(), cached_snapshot({!r}))"
    for name in ("lab/small", "hf:lab/small@main", f"lab/small@{server.repos['models', 'lab/small'].commit}"):
        assert run_python(ask.format(name), tmp_path, HF_HUB_OFFLINE="1", **env).split() == ["True", os.path.dirname(downloaded)]
    assert server.log == []


def test_what_is_not_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    refs = tmp_path / "models--lab--small" / "refs"
    refs.mkdir(parents=True)
    (refs / "main").write_text("../../../../etc")
    for name in ("lab/small", "lab/small@v1", "lab/small@" + "a" * 40, "lab/other"):
        with pytest.raises(AuditError) as error:
            cached_snapshot(name)
        assert code_of(error) == "hub.not-in-cache"


def test_without_the_library_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    out = run_python("import sys; sys.modules['huggingface_hub'] = None\n" + OPEN.format(journal=None), tmp_path)
    assert out.startswith("hub.not-installed")
    assert "pip install 'osaid[hub]'" in out


def test_nothing_is_loaded_before_the_hub_is_asked(tmp_path: Path) -> None:
    code = "import sys, osaid.audit.hub as hub; hub.parse_name('a/b'); print({'huggingface_hub', 'httpx2', 'httpcore2'} & set(sys.modules))"
    assert run_python(code, tmp_path) == "set()\n"


def test_the_library_is_given_back_as_it_was(server: HubServer) -> None:
    import huggingface_hub
    from huggingface_hub import constants

    telemetry, level = constants.HF_HUB_DISABLE_TELEMETRY, logging.getLogger("huggingface_hub").level
    made: list[str] = []
    import httpx2

    def factory() -> httpx2.Client:
        made.append("")
        return httpx2.Client()

    huggingface_hub.set_client_factory(factory)
    with Hub(Journal(), QUICK, endpoint=server.endpoint, token="") as asked:
        open_model(asked, "lab/small")
    assert made == []
    assert huggingface_hub.HfApi(endpoint=server.endpoint, token=False).model_info("lab/small").id == "lab/small"
    assert made == [""]
    assert (constants.HF_HUB_DISABLE_TELEMETRY, logging.getLogger("huggingface_hub").level) == (telemetry, level)


@pytest.mark.parametrize(
    "raw",
    [None, [], {}, {"id": "lab/x"}, {"id": "lab/x", "sha": "main"}, {"id": "../x", "sha": "a" * 40}, {"id": "lab/..", "sha": "a" * 40}],
)
def test_facts_need_a_name_and_a_commit(raw: object) -> None:
    with pytest.raises(AuditError) as error:
        facts_of(raw, "lab/x", "https://example.org")
    assert code_of(error) == "hub.not-the-api"
