"""Terms that contradict each other are told wherever they stand: notices, tails of licences, READMEs, headers, the Hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from audit_repos import APACHE, TENSORS, put, readme
from hub_server import HubServer, Repo
from support import full_card, run, write
from weight_files import gguf, safetensors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "model"
    made.mkdir()
    safetensors(made / "model.safetensors", TENSORS)
    return made


def audit(target: str | Path, state: Path, env: dict[str, str] | None = None) -> tuple[str, dict[str, str]]:
    """The terms of the weights, and what is doubtful by its code."""
    done = run("audit", target, "--date", "2026-01-31", "--state", state, "--format", "json", env=env)
    assert done.code == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    weights = result["cards"][0]["components"]["weights"]
    return weights.get("license", ""), {doubt["code"]: doubt["message"] for doubt in result["doubts"]}


def test_a_notice_that_limits_counts_beside_the_licence(folder: Path, tmp_path: Path) -> None:
    put(folder, LICENSE=APACHE, NOTICE="Example\nCopyright 2025 Example Lab\n")
    assert audit(folder, tmp_path / "state") == ("Apache-2.0", {})
    put(folder, NOTICE="The weights may not be used commercially.\n")
    license, doubts = audit(folder, tmp_path / "state")
    assert "LicenseRef-Rider-Non-Commercial" in license
    assert set(doubts) == {"audit.notice-limits"}


@pytest.mark.parametrize(
    "tail",
    [
        "The above applies to the code. The weights are proprietary.",
        "All rights reserved for the weights.",
        "Weights under a separate licence.",
        "Weights available on request.",
        "This licence ends on 1 January 2027.",
    ],
)
def test_a_tail_that_takes_something_out_of_a_licence_is_not_passed_over(folder: Path, tmp_path: Path, tail: str) -> None:
    put(folder, LICENSE=f"{APACHE}\n\n{tail}\n")
    license, doubts = audit(folder, tmp_path / "state")
    assert license == "Apache-2.0 AND LicenseRef-Rider-Unread"
    assert set(doubts) == {"audit.rider-unread"}


def test_a_readme_whose_text_names_another_licence(folder: Path, tmp_path: Path) -> None:
    text = readme("Example", "license: apache-2.0")
    put(folder, **{"README.md": f"{text}\nThe code is licensed under the Apache License 2.0.\n"})
    assert audit(folder, tmp_path / "state") == ("Apache-2.0", {})
    put(folder, **{"README.md": f"{text}\nThis model is released under [CC BY-NC 4.0](https://example.org/terms).\n"})
    license, doubts = audit(folder, tmp_path / "state")
    assert license == "Apache-2.0"
    assert "CC-BY-NC-4.0" in doubts["audit.readme-names"]


def test_a_header_that_declares_other_terms_than_front_matter(tmp_path: Path) -> None:
    (folder := tmp_path / "model").mkdir()
    put(folder, **{"README.md": readme("Example", "license: apache-2.0")})
    gguf(folder / "a.gguf", {"general.architecture": "llama", "general.license": "cc-by-nc-4.0"}, {"x": ("F32", [4])})
    license, doubts = audit(folder, tmp_path / "state")
    assert license == "Apache-2.0 AND CC-BY-NC-4.0"
    assert set(doubts) == {"audit.terms-differ"}
    (folder / "a.gguf").unlink()
    safetensors(folder / "model.safetensors", TENSORS, {"modelspec.license": "CC-BY-NC-4.0"})
    assert audit(folder, tmp_path / "state")[0] == "Apache-2.0 AND CC-BY-NC-4.0"


def test_the_hub_that_says_otherwise_than_the_readme(tmp_path: Path) -> None:
    files = {"README.md": readme("Example", "license: mit").encode(), "model.safetensors": b"\x02" + bytes(7) + b"{}" + bytes(100)}
    with HubServer() as server:
        server.add(Repo("lab/agrees", files, tags=["license:mit"]))
        server.add(Repo("lab/differs", files, tags=["license:cc-by-nc-4.0"]))
        env = {"HF_ENDPOINT": server.endpoint}
        agreed, differing = (audit(f"hf:lab/{name}", tmp_path / "state", env) for name in ("agrees", "differs"))
    assert agreed[0] == "MIT"
    assert "audit.terms-differ" not in agreed[1]
    assert set(differing[0].split(" AND ")) == {"MIT", "CC-BY-NC-4.0"}
    assert "audit.terms-differ" in differing[1]


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("audit", tmp_path / "empty", "--state", tmp_path / "state")
    assert (done.code, done.stdout) == (3, "")
    assert "[audit.empty]" in done.stderr


def test_a_card_that_people_wrote_is_not_replaced(folder: Path, tmp_path: Path) -> None:
    (theirs,) = write(tmp_path, full_card())
    before = theirs.read_bytes()
    done = run("audit", folder, "--state", tmp_path / "state", "--card", theirs)
    assert done.code == 2
    assert "[audit.card-there]" in done.stderr
    assert theirs.read_bytes() == before
    assert run("init", tmp_path / "begun.yaml").code == 0  # no claim in it yet, and still somebody's
    assert run("audit", folder, "--state", tmp_path / "state", "--card", tmp_path / "begun.yaml").code == 2
    for _ in range(2):  # an audit's own card is
        assert run("audit", folder, "--state", tmp_path / "state", "--card", tmp_path / "own.yaml").code == 0


def test_notices_that_are_not_read_do_not_stand_in_for_a_licence(folder: Path, tmp_path: Path) -> None:
    put(folder, LICENSE=APACHE, **{f"part{number:03}/NOTICE": "Copyright 2025 Example Lab\n" for number in range(210)})
    license, doubts = audit(folder, tmp_path / "state")
    assert license == "Apache-2.0"
    assert set(doubts) == {"stock.not-looked-at"}
