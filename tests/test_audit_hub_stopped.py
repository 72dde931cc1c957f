"""`osaid audit hf:owner/name`, stopped and begun again: what was answered is not asked for twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import hub_world
import pytest
from audit_repos import TRAIN
from hub_server import HubServer, Repo
from hub_world import CHILD, DAY, audit, files, hub_environment
from support import environment

server = hub_world.server


# --- stopped and begun again ----------------------------------------------------------------------------------------


def asked(server: HubServer) -> list[tuple[str, str]]:
    return [(request.path, request.range) for request in server.log]


def test_a_file_of_code_that_does_not_come_is_asked_for_again(server: HubServer, tmp_path: Path) -> None:
    repo = server.repos["models", "lab/root"]
    server.add(Repo("lab/root", {**repo.files, "train.py": TRAIN.encode()}))
    server.misbehave("500", only="train.py")
    assert audit(server, tmp_path, "hf:lab/root", "--format", "card").code == 3
    server.behave()
    server.log.clear()
    done = audit(server, tmp_path, "hf:lab/root", "--format", "card")
    assert done.code == 0
    assert "training_code" in done.stdout
    assert len(server.log) == 1


@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 12])
def test_an_audit_that_broke_off_goes_on(server: HubServer, tmp_path: Path, after: int) -> None:
    """The server fails after so many answers: run again, the audit asks for the rest only, and says the same as one undisturbed."""
    whole = audit(server, tmp_path, CHILD, "--format", "json")
    assert whole.code == 0
    wanted = set(asked(server))
    server.log.clear()
    server.misbehave("503", after=after)
    server.retry_after = "1000"  # so long is not waited for
    broken = audit(server, tmp_path, CHILD, "--format", "json")
    assert broken.code == 3
    assert "what was read is kept" in broken.stderr
    had = [item for item in asked(server)[:after] if "nowhere" not in item[0]]  # a refusal is not kept: it can be lifted
    server.behave()
    server.log.clear()
    again = audit(server, tmp_path, CHILD, "--format", "json")
    assert (again.code, again.stdout, again.stderr) == (0, whole.stdout, "")
    assert not set(had) & set(asked(server)), "what was answered is not asked again"
    assert set(had) | set(asked(server)) | {("/api/datasets/lab/nowhere", "")} == wanted
    assert files(tmp_path) == [], "a finished audit leaves no journal"


def test_an_audit_that_was_killed_goes_on(server: HubServer, tmp_path: Path) -> None:
    whole = audit(server, tmp_path, CHILD, "--format", "card")
    server.log.clear()
    server.misbehave("silent", after=6)
    with subprocess.Popen(
        [sys.executable, "-m", "osaid", "audit", CHILD, "--format", "card", "--date", DAY],
        env=environment(hub_environment(server, tmp_path)),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while len(server.log) < 7:
            assert process.poll() is None
        process.kill()
        assert process.communicate() == (b"", b"")
    had = asked(server)[:6]
    server.behave()
    server.log.clear()
    again = audit(server, tmp_path, CHILD, "--format", "card")
    assert (again.code, again.stdout) == (0, whole.stdout)
    assert not set(had) & set(asked(server))
    assert files(tmp_path) == []


def test_another_day_branches_are_asked_for_anew_and_commits_are_not(server: HubServer, tmp_path: Path) -> None:
    server.misbehave("503", only="model-00002")
    server.retry_after = "1000"
    assert audit(server, tmp_path, CHILD, "--format", "card").code == 3
    server.behave()
    server.log.clear()
    assert audit(server, tmp_path, CHILD, "--format", "card", "--date", "2026-02-01").code == 0
    paths = [path for path, _ in asked(server) if "/lab/child" in path]
    assert paths[0] == "/api/models/lab/child"
    assert all("model-00002" in path for path in paths[1:])


def test_to_begin_anew(server: HubServer, tmp_path: Path) -> None:
    server.misbehave("503", only="model-00002")
    server.retry_after = "1000"
    audit(server, tmp_path, CHILD)
    server.behave()
    server.log.clear()
    audit(server, tmp_path, CHILD)
    few = len(server.log)
    server.misbehave("503", only="model-00002")
    audit(server, tmp_path, CHILD)
    server.behave()
    server.log.clear()
    assert audit(server, tmp_path, CHILD, "--fresh").code == 0
    assert len(server.log) > few


def test_two_audits_at_once(server: HubServer, tmp_path: Path) -> None:
    whole = audit(server, tmp_path, CHILD, "--format", "json").stdout
    command = [sys.executable, "-m", "osaid", "audit", CHILD, "--format", "json", "--date", DAY]
    env = environment(hub_environment(server, tmp_path))
    started = [subprocess.Popen(command, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    for process in started:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out.decode(), err) == (0, whole, b"")


@pytest.mark.parametrize("state", ["read-only", "file", "corrupt", "folders", "pipes", "torn"])
def test_a_state_that_cannot_be_used_does_no_harm(server: HubServer, tmp_path: Path, state: str) -> None:
    whole = audit(server, tmp_path, CHILD, "--format", "json").stdout
    server.misbehave("503", only="model-00002")
    server.retry_after = "1000"
    audit(server, tmp_path, CHILD, "--format", "json")
    server.behave()
    kept = tmp_path / "cache" / "osaid"
    (journal,) = kept.glob("audit-*.jsonl")
    if state == "file":
        shutil.rmtree(kept)
        kept.write_text("x")
    elif state == "read-only":
        journal.chmod(0o400)
        kept.chmod(0o500)
    elif state == "corrupt":
        journal.write_bytes(b'\x00\xff[1]\n{}\n["a", ' + b"[" * 10_000 + b"\n" + journal.read_bytes().replace(b"lab", b"\xff\xff\xff"))
    elif state == "torn":
        journal.write_bytes(journal.read_bytes()[:-5])
    elif state == "folders":
        journal.unlink()
        journal.mkdir()
    else:
        journal.unlink()
        os.mkfifo(journal)
    again = audit(server, tmp_path, CHILD, "--format", "json")
    assert (again.code, again.stdout, again.stderr) == (0, whole, "")
    if state == "read-only":
        kept.chmod(0o700)
