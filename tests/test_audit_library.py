"""An audit as a function, for use as a library: the one that the command uses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from audit_repos import REPOS
from hub_server import HubServer, Repo
from support import TESTS, golden

import osaid
from osaid.audit import audit
from osaid.cards.exporters.osaid import as_yaml

DAY = "2026-01-31"
# In a process of its own: huggingface_hub reads the environment when it is loaded.
ON_THE_HUB = f"""
import sys
from osaid.audit import audit
found = audit(["hf:lab/child"], "{DAY}")
print(found.card.subject.name, [card.subject.name for card in found.bases.cards], [item.problem.code for item in found.bases.findings])
"""


def test_the_card_is_that_of_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "weights-only"
    folder.mkdir()
    REPOS["weights-only"](folder)
    found = audit([str(folder), str(tmp_path / "missing")], DAY)
    golden(TESTS / "golden" / "audit" / "weights-only.yaml", as_yaml(found.card.data))
    assert [(Path(target).name, problem.code) for target, problem in found.errors] == [("missing", "folder.missing")]
    assert osaid.assess(found.card, library=osaid.Library(found.bases.cards)).verdict.id == "undetermined"


def test_nothing_to_look_at_is_an_error_with_all_problems(tmp_path: Path) -> None:
    targets = [str(tmp_path / "one"), str(tmp_path / "other")]
    with pytest.raises(osaid.OsaidError) as error:
        audit(targets, DAY)
    assert [(problem.place.path, problem.code) for problem in error.value.problems] == [(target, "folder.missing") for target in targets]


@pytest.mark.parametrize(
    ("misbehaves", "bases", "codes"), [(False, "['parent']", "[]"), (True, "[]", "['hub.not-the-api']")], ids=["answers", "has no list"]
)
def test_a_base_whose_files_are_not_listed_ends_no_audit(misbehaves: bool, bases: str, codes: str, tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub")
    with HubServer() as server:
        server.add(Repo("lab/child", {"README.md": b"---\nbase_model: lab/parent\n---\n"}, tags=["base_model:lab/parent"]))
        server.add(Repo("lab/parent", {"README.md": b"# Parent\n"}))
        if misbehaves:
            server.misbehave("wrong-tree", only="/lab/parent/tree/")
        environment = {**os.environ, "HF_ENDPOINT": server.endpoint, "HOME": str(tmp_path), "HF_HOME": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", ON_THE_HUB], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"child {bases} {codes}\n"
