"""`osaid audit hf:owner/name` against a Hub on this machine: whole commands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import hub_world
import pytest
from hub_server import TOKEN, HubServer
from hub_world import CHILD, DAY, audit, data_of, files, hub_environment, steady
from support import TESTS, environment, golden

GOLDEN = TESTS / "golden" / "audit"
server = hub_world.server


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
