"""`osaid audit hf:owner/name` against a Hub on this machine: whole commands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from audit_repos import TRAIN
from hub_kinds import KINDS
from hub_server import TOKEN, HubServer, Repo
from hub_world import DAY, audit, hub_environment, populate, steady
from support import TESTS, environment, golden

from osaid.audit import session as sessions
from osaid.audit.hub import Bounds, Hub
from osaid.audit.source import AuditError

GOLDEN = TESTS / "golden" / "audit"
CHILD = "hf:lab/child"


@pytest.fixture
def server() -> Iterator[HubServer]:
    with HubServer() as server:
        populate(server)
        yield server


def data_of(text: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    return data


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# --- what is there ------------------------------------------------------------------------------------------------


def test_a_model_in_shards_with_data_sets_and_a_chain_of_bases(server: HubServer, tmp_path: Path) -> None:
    page = audit(server, tmp_path, CHILD)
    assert (page.code, page.stderr) == (0, "")
    golden(GOLDEN / "hub-child.txt", steady(server, page.stdout))
    card = audit(server, tmp_path, CHILD, "--format", "card")
    assert (card.code, card.stderr) == (0, "")
    golden(GOLDEN / "hub-child.yaml", steady(server, card.stdout))
    assert files(tmp_path) == [], "nothing is left, and nothing is written to the cache of the Hub"
    assert {request.method for request in server.log} == {"GET"}
    assert {request.authorization for request in server.log} == {""}


def test_evidence_names_the_commit_that_was_read(server: HubServer, tmp_path: Path) -> None:
    done = audit(server, tmp_path, CHILD, "--format", "json")
    assert done.code == 0, done.stderr
    data = data_of(done.stdout)
    (tmp_path / "result.json").write_text(done.stdout, encoding="utf-8")
    assert subprocess.run(
        [sys.executable, "-m", "osaid", "schema", "audit", "--check", str(tmp_path / "result.json")], env=environment(), check=False
    ).returncode == 0  # fmt: skip
    commits = {repo.commit for repo in server.repos.values()}
    for entry in data["cards"][0]["evidence"].values():
        (commit,) = re.findall(r"/(?:blob|tree)/([0-9a-f]{40})", entry["source"])
        assert commit in commits
        assert entry["source"].startswith(server.endpoint)
        assert entry["retrieved"] == DAY
    assert data["looked"][0]["revision"] == server.repos["models", "lab/child"].commit
    assert [base["model"] for base in data["lineage"]] == ["parent", "grand", "root"]


def test_a_revision_is_pinned(server: HubServer, tmp_path: Path) -> None:
    repo = server.repos["models", "lab/root"]
    repo.revisions |= {"v1": repo.commit, "main": "b" * 40}
    done = audit(server, tmp_path, "hf:lab/root@v1", "--format", "card")
    assert done.code == 0, done.stderr
    assert f"/blob/{repo.commit}/README.md" in done.stdout
    assert "b" * 40 not in done.stdout
    later = [request.path for request in server.log if "/resolve/" in request.path or "/tree/" in request.path]
    assert all(repo.commit in path for path in later)
    for name, code in (("v9", "hub.no-revision"), ("../x", "hub.bad-revision")):
        done = audit(server, tmp_path, f"hf:lab/root@{name}")
        assert (done.code, done.stdout) == (3, "")
        assert f"hf:lab/root@{name}: error: " in done.stderr
        assert f"[{code}]" in done.stderr


def test_gates(server: HubServer, tmp_path: Path) -> None:
    """A gate is claimed where not everybody passes it; what is behind it cannot be read, and its terms are those that the Hub states."""
    releases = {}
    for name in ("manual", "click", "form"):
        done = audit(server, tmp_path, f"hf:lab/{name}", "--format", "json")
        assert (done.code, done.stderr) == (0, "")
        data = data_of(done.stdout)
        weights = data["cards"][0]["components"]["weights"]
        releases[name] = weights["release"], weights["license"]
        assert "hub.gated" in {doubt["code"] for doubt in data["doubts"]}
    assert releases == {"manual": ("gated", "MIT"), "click": ("full", "MIT"), "form": ("gated", "MIT")}
    golden(GOLDEN / "hub-gated.txt", steady(server, audit(server, tmp_path, "hf:lab/manual").stdout))
    done = audit(server, tmp_path, "hf:lab/manual", "--format", "json", HF_TOKEN=TOKEN)
    data = data_of(done.stdout)
    assert data["cards"][0]["components"]["weights"]["release"] == "gated", "the token lets one in, and not everybody"
    assert data["cards"][0]["model"]["parameters"] == "1B (1000000000)"
    assert data["doubts"] == []


def test_models_that_not_everybody_can_get(server: HubServer, tmp_path: Path) -> None:
    for name in ("private", "nowhere"):
        done = audit(server, tmp_path, f"hf:lab/{name}", "--format", "json")
        assert (done.code, done.stdout) == (3, ""), "the two cannot be told apart"
        assert "[hub.not-found]" in done.stderr
    done = audit(server, tmp_path, "hf:lab/private", "--format", "json", HF_TOKEN=TOKEN)
    assert done.code == 0
    data = data_of(done.stdout)
    assert [doubt["code"] for doubt in data["doubts"]] == ["audit.private"]
    assert "where" not in data["cards"][0]["components"]["weights"]
    done = audit(server, tmp_path, "hf:lab/disabled", "--format", "json")
    assert [doubt["code"] for doubt in data_of(done.stdout)["doubts"]] == ["audit.disabled"]


def test_the_token_is_in_no_output_and_no_file(server: HubServer, tmp_path: Path) -> None:
    server.misbehave("hang-up", only="model-00002", after=0)  # so that a journal is left
    for form in ("table", "markdown", "json", "card"):
        done = audit(server, tmp_path, CHILD, "--format", form, "--card", "card.yaml", HF_TOKEN=TOKEN, HF_DEBUG="1")
        assert TOKEN not in done.stdout + done.stderr
    assert {request.authorization for request in server.log} == {f"Bearer {TOKEN}"}
    left = files(tmp_path)
    assert [name for name in left if name.startswith("cache/osaid/audit-")]
    assert all(TOKEN.encode() not in (tmp_path / name).read_bytes() for name in left)


# --- several targets ----------------------------------------------------------------------------------------------


@pytest.fixture
def code(tmp_path: Path) -> str:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "train.py").write_text((TESTS / "audit_repos.py").read_text(encoding="utf-8").split('"""\\\n')[1].split('"""')[0])
    return "code"


def test_a_model_and_a_folder_of_its_code(server: HubServer, tmp_path: Path, code: str) -> None:
    done = audit(server, tmp_path, CHILD, code, "--format", "json")
    assert (done.code, done.stderr) == (0, "")
    data = data_of(done.stdout)
    assert [item["name"] for item in data["looked"]] == ["lab/child", "code"]
    card = data["cards"][0]
    assert card["model"]["id"] == "child"
    assert card["evidence"][card["components"]["training_code"]["evidence"][0]]["source"] == "code/train.py"


@pytest.mark.parametrize(
    ("bad", "kind"), [("hf:lab/nowhere", "hub.not-found"), ("no-such-folder", "folder.missing"), ("hf:a b/c", "hub.bad-name")]
)
def test_one_of_them_is_broken(server: HubServer, tmp_path: Path, code: str, bad: str, kind: str) -> None:
    for targets in ((bad, code), (code, bad)):
        done = audit(server, tmp_path, *targets, "--format", "json")
        assert done.code == 3
        assert f"[{kind}]" in done.stderr
        data = data_of(done.stdout)
        assert [item["name"] for item in data["looked"]] == ["code"]
        assert [error["code"] for error in data["errors"]] == [kind]
    both = audit(server, tmp_path, bad, bad, "-o", "result.json")
    assert (both.code, both.stdout) == (3, "")
    assert not (tmp_path / "result.json").exists()


def test_a_list_of_files_that_does_not_come_breaks_one_target_only(server: HubServer, tmp_path: Path, code: str) -> None:
    server.misbehave("not-json", only="/tree/")
    done = audit(server, tmp_path, CHILD, code, "--format", "json")
    assert done.code == 3
    assert [error["code"] for error in data_of(done.stdout)["errors"]] == ["hub.not-the-api"]


# --- without a network, without the library -------------------------------------------------------------------------


def test_offline_the_local_cache_is_audited(server: HubServer, tmp_path: Path) -> None:
    repo = server.repos["models", "lab/root"]
    home = tmp_path / "hf" / "hub" / "models--lab--root"
    snapshot = home / "snapshots" / repo.commit
    snapshot.mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(repo.commit)
    (snapshot / "README.md").write_bytes(bytes(repo.files["README.md"]))  # type: ignore[arg-type]
    done = audit(server, tmp_path, "hf:lab/root", "--format", "json", HF_HUB_OFFLINE="1")
    assert (done.code, done.stderr) == (0, "")
    (looked,) = data_of(done.stdout)["looked"]
    assert (looked["hub"], looked["revision"], looked["files"]) == ("lab/root", repo.commit, 1)
    missing = audit(server, tmp_path, CHILD, HF_HUB_OFFLINE="1")
    assert (missing.code, missing.stdout) == (3, "")
    assert "not in the local Hub cache" in missing.stderr
    assert server.log == [], "nothing was asked"


def test_without_the_extra_it_is_said_how_to_get_it(server: HubServer, tmp_path: Path, code: str) -> None:
    runner = "import sys; sys.modules['huggingface_hub'] = None; from osaid.cli import main; main()"
    for targets, status in (([CHILD], 3), ([CHILD, code], 3), ([code], 0)):
        done = subprocess.run(
            [sys.executable, "-c", runner, "audit", *targets, "--format", "card"],
            env=environment(hub_environment(server, tmp_path)),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
        assert done.returncode == status
        assert ("pip install 'osaid[hub]'" in done.stderr) == (CHILD in targets)
        assert (done.stdout == "") == (code not in targets)


def test_nothing_of_the_library_is_loaded_for_a_folder(tmp_path: Path, code: str) -> None:
    runner = """
import atexit, sys
from osaid.cli import main
atexit.register(lambda: print(sorted({"huggingface_hub", "httpx2"} & set(sys.modules)), file=sys.stderr))
main()
"""
    command = [sys.executable, "-c", runner, "audit", code, "--state", "state"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (0, "[]\n")


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
