"""`osaid audit hf:owner/name` against a Hub that misbehaves: it ends, and it is told."""

from __future__ import annotations

from pathlib import Path

import hub_world
import pytest
from hub_kinds import KINDS
from hub_server import HubServer
from hub_world import CHILD, DAY, audit, data_of

from osaid.audit import session as sessions
from osaid.audit.hub import Bounds, Hub
from osaid.audit.source import AuditError

server = hub_world.server


# --- servers that misbehave -----------------------------------------------------------------------------------------

SLOW = {
    "drip",
    "drip-headers",
    "silent",
    "endless-headers",
    "endless-continue",
    "huge",
    "endless",
    "endless-file",
    "endless-pages",
    "full-pages",
}
TIGHT = Bounds(
    answer=1 << 18, piece=1 << 16, passed_over=1 << 14, files=500, requests=20, redirects=3, tries=2, pause=0.01, idle=0.3, seconds=1
)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - SLOW))
def test_a_sick_server_ends_in_an_error_or_a_warning(server: HubServer, tmp_path: Path, kind: str) -> None:
    """From the first answer on, and from the first file on: never a bug of ours, and never a claim that rests on nothing."""
    server.elsewhere = "http://127.0.0.1:1/{path}"
    server.retry_after = "1000"
    for only in ("", "/resolve/"):
        server.misbehave(kind, only=only)
        if kind == "echo":
            server.add(server.repos["models", "lab/root"]).name = "lab/root"
            server.repos["models", "lab/small"] = server.repos["models", "lab/root"]
        done = audit(server, tmp_path, "hf:lab/root", "--format", "json", "--fresh")
        assert done.code in (0, 3), done.stderr
        assert "Traceback" not in done.stderr
        assert "\033" not in done.stderr
        if done.stdout and kind not in ("echo", "whole-file"):
            data = data_of(done.stdout)
            assert data["doubts"], "it is told"
            assert set(data["cards"][0].get("components", {})) <= {"weights", "model_metadata", "model_card"}


@pytest.fixture
def tight(server: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Audits of this process ask the server, within small bounds."""
    monkeypatch.setattr("osaid.audit.hub.Hub", lambda journal, **more: Hub(journal, TIGHT, endpoint=server.endpoint, token="", **more))
    monkeypatch.setattr("osaid.audit.hub.offline", lambda: False)


def told() -> set[str]:
    """The codes of all that an audit tells."""
    try:
        found = sessions.audit([CHILD], DAY)
    except AuditError as error:
        return {problem.code for problem in error.problems}
    return {item.problem.code for item in (*found.audit.findings, *found.bases.findings)}


@pytest.mark.usefixtures("tight")
@pytest.mark.parametrize("kind", sorted(SLOW))
@pytest.mark.parametrize("only", ["", "/resolve/", "/api/datasets/"])
def test_a_server_that_never_ends(server: HubServer, kind: str, only: str) -> None:
    well = told()
    server.log.clear()
    server.misbehave(kind, only=only)
    assert told() - well or (kind, only) == ("endless-file", "/resolve/"), "it is told, unless only the beginning of a file was wanted"
    assert len(server.log) < 100


@pytest.mark.usefixtures("tight")
def test_a_server_that_falls_silent_is_soon_left_alone(server: HubServer) -> None:
    """Waiting for it at every file would take as long as there are files."""
    server.misbehave("silent", after=2)
    assert {"hub.silent", "hub.left-alone"} <= told()
    assert len(server.log) == 2 + 2 * TIGHT.tries
