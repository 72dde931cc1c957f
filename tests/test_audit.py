"""`osaid audit` on folders that mirror real repositories: the card and the page, and that no card claims more than is there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from audit_repos import REPOS, put, readme
from hub_server import HubServer, Repo
from support import TESTS, golden, run
from weight_files import safetensors

from osaid import load_card
from osaid.cards.findings import findings

GOLDEN = TESTS / "golden" / "audit"
DAY = "2026-01-31"


def audit(folder: Path, *options: str | Path, code: int = 0) -> str:
    """Run an audit of a folder on a fixed day, from the folder above it; what it prints."""
    done = run("audit", folder.name, "--date", DAY, "--state", folder.parent / "state", *options, cwd=folder.parent)
    assert done.code == code, done.stderr
    return done.stdout


@pytest.fixture(params=REPOS)
def repo(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / str(request.param)
    folder.mkdir()
    REPOS[request.param](folder)
    return folder


def test_the_card_and_the_page(repo: Path) -> None:
    golden(GOLDEN / f"{repo.name}.yaml", audit(repo, "--format", "card"))
    golden(GOLDEN / f"{repo.name}.txt", audit(repo))


def test_the_card_is_valid_and_every_claim_has_evidence_that_is_there(repo: Path) -> None:
    audit(repo, "--card", "card.yaml")
    card = load_card(str(repo.parent / "card.yaml"))
    doubts = [item for item in findings(card) if item.severity == "error" or item.problem.code == "finding.unsupported"]
    assert not doubts
    for entry in card.data["evidence"].values():
        assert (repo.parent / entry["source"]).is_file(), entry["source"]
        assert str(repo.parent) not in json.dumps(entry)


def test_taking_files_away_never_makes_a_card_claim_more(repo: Path) -> None:
    """Presence is claimed by files alone: without a file there is no claim that rested on it alone, and no new one."""
    full = json.loads(audit(repo, "--format", "json"))["cards"][0]["components"]
    for path in sorted(path for path in repo.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        path.unlink()
        less = json.loads(audit(repo, "--format", "json"))["cards"][0].get("components", {})
        path.write_bytes(raw)
        assert set(less) <= set(full), path
        for name, claim in less.items():
            assert RANK[claim["release"]] <= RANK[full[name]["release"]], (path, name)


RANK = {"unknown": 0, "some": 1, "partial": 1, "gated": 2, "full": 2}


def test_json_holds_against_its_schema(repo: Path) -> None:
    result = repo.parent / "result.json"
    audit(repo, "-o", result)
    done = run("schema", "audit", "--check", result)
    assert done.code == 0, done.stderr
    data: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    assert data["cards"][0]["model"]["id"]
    assert data["questions"]


def test_the_same_folder_gives_the_same_bytes(repo: Path) -> None:
    first = audit(repo, "--format", "json")
    os.utime(repo)
    assert audit(repo, "--format", "json") == first


def test_one_file_is_audited_alone(tmp_path: Path) -> None:
    (folder := tmp_path / "quantised").mkdir()
    REPOS["quantised"](folder)
    done = run("audit", folder / "llama-2-7b.Q8_0.gguf", "--format", "json", "--state", tmp_path / "state")
    assert done.code == 0, done.stderr
    card = json.loads(done.stdout)["cards"][0]
    assert set(card["components"]) == {"weights"}, "the README beside it was not looked at"
    assert card["components"]["weights"]["license"] == "LicenseRef-Llama-2-Community"
    assert [base["model"] for base in card["model"]["derived_from"]] == ["meta-llama/Llama-2-7b"]
    assert card["evidence"]["audit:llama-2-7b.Q8_0.gguf"]["source"] == "llama-2-7b.Q8_0.gguf"


def test_a_file_that_shows_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.yaml").write_text('osaid_card: "1"\n', encoding="utf-8")
    done = run("audit", tmp_path / "card.yaml", "--state", tmp_path / "state")
    assert (done.code, done.stdout) == (3, "")
    assert "[audit.no-kind]" in done.stderr


def test_the_bases_of_a_folder_are_asked_for_only_if_wanted(tmp_path: Path) -> None:
    (folder := tmp_path / "tuned").mkdir()
    put(folder, **{"README.md": readme("Tuned", "license: mit", "base_model: lab/parent", "base_model_relation: finetune")})
    parent = Repo(
        "lab/parent", {"README.md": readme("Parent", "license: cc-by-nc-4.0").encode(), "model.safetensors": b"\2" + bytes(7) + b"{}"}
    )
    safetensors(folder / "model.safetensors", {"a": ("F32", [2])})
    with HubServer() as server:
        server.add(parent)
        options = ("audit", folder, "--format", "json", "--state", tmp_path / "state")
        alone = run(*options, env={"HF_ENDPOINT": server.endpoint})
        assert not server.log, "nothing is fetched unasked"
        followed = run(*options, "--follow-bases", env={"HF_ENDPOINT": server.endpoint})
        assert server.log
    assert [base["status"] for base in json.loads(alone.stdout)["lineage"]] == ["missing"]
    result = json.loads(followed.stdout)
    assert [(base["model"], base["status"]) for base in result["lineage"]] == [("parent", "assessed")]
    assert "finding.terms-drift" in [doubt["code"] for doubt in result["doubts"]]


def test_weights_that_are_pointers_are_told_by_the_format_of_their_name(tmp_path: Path) -> None:
    folder = tmp_path / "pointers"
    folder.mkdir()
    oid = "0123456789abcdef" * 4
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 4000000000\n"
    (folder / "model.safetensors").write_text(pointer, encoding="utf-8")
    (weights,) = json.loads(audit(folder, "--format", "json"))["weights"]
    assert (weights["format"], weights["parameters"]) == ("safetensors", None)


def test_the_first_screen_gives_the_answer(repo: Path) -> None:
    """What was looked at, the verdict, why, and the worst of what does not fit: in 24 lines."""
    text = audit(repo)
    screen = "".join(text.splitlines(keepends=True)[:24])
    assert f"{repo.name}: " in screen
    assert ", by Open Source AI Definition 1.0." in screen
    assert "Not met, or in part only: " in screen or "Open, and one bad answer alone" in screen
    assert ("What does not fit" in text) == ("What does not fit" in screen)


def test_ten_questions_are_shown_and_all_of_them_when_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "rider"
    folder.mkdir()
    REPOS["rider"](folder)
    questions = json.loads(audit(folder, "--format", "json"))["questions"]
    short, whole = (" ".join(audit(folder, *options).split()) for options in ((), ("--all",)))
    assert sum(f"({item['criterion']})" in short for item in questions) == 10
    assert f"And {len(questions) - 10} more." in short
    assert all(f"({item['criterion']})" in whole for item in questions)
    assert "Answer in components.training_code.release." in short


def test_an_update_tells_first_what_the_card_says_otherwise(tmp_path: Path) -> None:
    folder = tmp_path / "rider"
    folder.mkdir()
    REPOS["rider"](folder)
    text = audit(folder, "--card", "card.yaml") and (tmp_path / "card.yaml").read_text(encoding="utf-8")
    claimed = text.replace(
        "license: Apache-2.0 AND LicenseRef-Rider-Non-Commercial\n    evidence:\n    - audit:model",
        "license: MIT\n    evidence:\n    - own\n    - audit:model",
    )
    own = "evidence:\n  own:\n    source: https://example.org\n    locator: top\n    retrieved: 2026-01-30\n    says: Says MIT.\n"
    (tmp_path / "card.yaml").write_text(claimed.replace("\nevidence:\n", f"\n{own}"), encoding="utf-8")
    told = audit(folder, "--update", "card.yaml", "--dry-run")
    assert "the card says MIT" in told
    order = [told.index(part) for part in ("by Open Source AI", "the card says MIT", "What does not fit", "What changes in the card")]
    assert order == sorted(order)


def test_a_license_file_that_only_names_its_terms_is_no_unknown_text(tmp_path: Path) -> None:
    (folder := tmp_path / "named").mkdir()
    safetensors(folder / "model.safetensors", {"a": ("F32", [2])})
    put(folder, LICENSE="SPDX-License-Identifier: Apache-2.0\n")
    result = json.loads(audit(folder, "--format", "json"))
    card = result["cards"][0]
    assert card["components"]["weights"]["license"] == "Apache-2.0"
    assert card["evidence"]["audit:LICENSE"]["says"] == "Names Apache-2.0 as the terms; their text is not in it."
    assert result["doubts"] == []
