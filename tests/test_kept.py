"""What is read is never written over, whichever command it is and whatever it was read as."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support import ROOT, full_card, run, write

COMMANDS = {
    "score": ("score", "{card}", "--rubric", "{rubric}"),
    "report": ("report", "{card}", "--rubric", "{rubric}"),
    "badge": ("badge", "{card}", "--rubric", "{rubric}"),
    "compare": ("compare", "{card}", "bloom", "--rubric", "{rubric}"),
    "diff": ("diff", "{card}", "bloom", "--rubric", "{rubric}"),
    "gate": ("gate", "--policy", "{policy}", "{card}"),
}


@pytest.mark.parametrize("read", ["card", "rubric", "policy"])
@pytest.mark.parametrize("command", COMMANDS)
def test_inputs_are_kept(tmp_path: Path, command: str, read: str) -> None:
    (card,) = write(tmp_path, full_card())
    files = {"card": card, "rubric": tmp_path / "mine.yaml", "policy": tmp_path / "policy.yaml"}
    shutil.copy(ROOT / "docs" / "examples" / "our-policy.yaml", files["rubric"])
    files["policy"].write_text(
        'osaid_policy: "1"\nid: ours\nversion: 1.0.0\ntitle: Ours\n'
        "rules:\n  - {id: r, title: R, verdict: {rubric: mine.yaml, at_least: conforms}}\n",
        encoding="utf-8",
    )
    before = {name: file.read_bytes() for name, file in files.items()}
    told = [part.format(**files) for part in COMMANDS[command]]
    if str(files[read]) not in told and not (command == "gate" and read == "rubric"):
        return  # the command does not read it
    ran = run(*told, "-o", files[read])
    assert (ran.code, {name: file.read_bytes() for name, file in files.items()}) == (2, before)
    assert "[file.is-input]" in ran.stderr


def test_what_is_bundled_is_kept(tmp_path: Path) -> None:
    """Where it stands in a checkout, it is a file like any other."""
    for name in ("osaid", "rubrics", "model_cards", "policies"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for told, target in (
        (("report", "bloom"), "model_cards/bloom.yaml"),
        (("score", "bundled:bloom"), "model_cards/bloom.yaml"),
        (("report", "bloom", "--rubric", "mof-1.0"), "rubrics/mof-1.0.yaml"),
        (("gate", "--policy", "adopt-strict", "bloom"), "policies/adopt-strict.yaml"),
        (("gate", "--policy", "adopt-strict", "bloom"), "rubrics/osaid-1.0.yaml"),
    ):
        before = (tmp_path / target).read_bytes()
        ran = run(*told, "-o", target, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
        assert (ran.code, (tmp_path / target).read_bytes()) == (2, before), told
        assert "[file.is-input]" in ran.stderr
