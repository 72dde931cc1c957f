"""Adding a component, a licence or a criterion is a change of one data file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

CARD = """\
osaid_card: "1"
as_of: 2026-11-21
model: {id: example, name: Example, derived_from: []}
components:
  weights: {release: full, license: LicenseRef-Example-Free, evidence: [hub]}
  reward_model_code: {release: none, evidence: [hub]}
evidence:
  hub: {source: "https://example.org", locator: whole page, retrieved: 2026-11-21, says: The weights are there.}
"""
COMPONENT = "  reward_model_code: {kind: code, title: reward model code, about: Code of the reward model.}\n"
LICENSE = """\
  LicenseRef-Example-Free:
    name: Example Free License
    aliases: [example-free]
    freedoms: {use: free, study: free, modify: free, share: free}
    restrictions: []
    source: https://example.org/license
    basis: text
    confidence: high
"""
CRITERION = """\
  - id: OSAID-CODE-REWARD
    pillar: code
    kind: presence
    weight: 1
    inherits: never
    title: Reward model code
    clause: {source: DEF, section: Code}
    asks: Is the code of the reward model published?
    why: It shapes the model.
    how: The card's component reward_model_code.
    remedy: Publish it.
    question: Where is it?
    check: {released: reward_model_code}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("osaid", "rubrics", "model_cards"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "card.yaml").write_text(CARD, encoding="utf-8")
    return tmp_path


def insert_after(path: Path, line: str, text: str) -> None:
    content = path.read_text(encoding="utf-8")
    assert content.count(line) == 1
    path.write_text(content.replace(line, line + text), encoding="utf-8")


def osaid(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-m", "osaid", *arguments]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_without_the_additions_the_card_is_refused(checkout: Path) -> None:
    done = osaid(checkout, "score", "card.yaml")
    assert done.returncode == 3
    assert "components.reward_model_code is not known" in done.stderr


def test_one_data_file_each(checkout: Path) -> None:
    insert_after(checkout / "osaid" / "cards" / "vocabulary.yaml", "\ncomponents:\n", COMPONENT)
    done = osaid(checkout, "score", "card.yaml", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert '"reward_model_code"' in osaid(checkout, "schema", "card").stdout
    assert "reward_model_code" in osaid(checkout, "init", "fresh.yaml").stderr + (checkout / "fresh.yaml").read_text(encoding="utf-8")

    insert_after(checkout / "osaid" / "licenses" / "licenses.yaml", "\nlicenses:\n", LICENSE)
    judged = json.loads(osaid(checkout, "license", "Example Free", "--format", "json").stdout)
    assert judged["freedoms"] == {"use": "free", "study": "free", "modify": "free", "share": "free"}
    assert judged["osi_approved"] == "no"

    insert_after(checkout / "rubrics" / "osaid-1.0.yaml", "\ncriteria:\n", CRITERION)
    (assessment,) = json.loads(osaid(checkout, "score", "card.yaml", "--format", "json").stdout)["assessments"]
    found = {criterion["id"]: criterion["outcome"] for criterion in assessment["criteria"]}
    assert found["OSAID-CODE-REWARD"] == "not_met"
    assert found["OSAID-TERMS-PARAMETERS"] == "met"
    assert "Is the code of the reward model published?" in osaid(checkout, "explain", "OSAID-CODE-REWARD").stdout


def block(page: str, mark: str) -> str:
    """A block of code in the docs, by the comment above it."""
    rest = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"<!-- example: {mark} -->\n")[2]
    return rest.partition("\n")[2].partition("\n```")[0] + "\n"


def test_a_format_is_one_module_and_one_line(checkout: Path) -> None:
    importers = checkout / "osaid" / "cards" / "importers"
    (checkout / "entry.yaml").write_text(block("formats.md", "document"), encoding="utf-8")
    assert osaid(checkout, "score", "entry.yaml").returncode == 3
    (importers / "example_register.py").write_text(block("formats.md", "importer"), encoding="utf-8")
    insert_after(importers / "__init__.py", '    "mof": "mof",\n', '    "example-register": "example_register",\n')
    done = osaid(checkout, "score", "entry.yaml", "--format", "json")
    assert done.returncode == 0, done.stderr
    (assessment,) = json.loads(done.stdout)["assessments"]
    assert (assessment["subject"]["format"], assessment["subject"]["id"]) == ("example-register", "example-7b")
    assert {item["id"]: item["outcome"] for item in assessment["criteria"]}["OSAID-TERMS-PARAMETERS"] == "not_met"
    assert [note["message"] for note in assessment["notes"]] == ["register_entry.address has no place in a card."]
    told = osaid(checkout, "validate", "entry.yaml", "--from", "example-register").stderr
    assert "entry.yaml:4:12: note: register_entry.address has no place in a card." in told
    assert osaid(checkout, "score", "card.yaml", "--from", "example-register").returncode == 3


def test_a_framework_is_one_file(checkout: Path) -> None:
    (checkout / "rubrics" / "two-steps.yaml").write_text(
        (ROOT / "docs" / "examples" / "two-steps.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert "two-steps" in osaid(checkout, "rubric", "list").stdout
    (one,) = json.loads(osaid(checkout, "score", "bloom", "--rubric", "two-steps", "--format", "json").stdout)["assessments"]
    assert one["verdict"]["id"] == "readable"
    assert [(level["id"], level["progress"]) for level in one["levels"]] == [("readable", 100.0), ("runnable", 50.0)]
    assert "two-steps" in osaid(checkout, "score", "bloom", "--rubric", "all").stdout
