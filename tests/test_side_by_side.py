"""One card and many cards under several frameworks."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from support import ROOT, run, three_cards

from osaid.rubrics.rubric import rubric_ids


def test_all_frameworks_for_one_card() -> None:
    ran = run("score", "bloom", "--rubric", "all")
    assert (ran.code, ran.stderr) == (0, "")
    named = [line.split()[0] for line in ran.stdout.splitlines() if line.split()[:1] and line.split()[0] in rubric_ids()]
    assert named[0] == "osaid-1.0"
    assert sorted(named) == rubric_ids()
    assert all(f"{name}: " in ran.stdout for name in rubric_ids())
    pages = run("score", "bloom", "--rubric", "all", "--format", "markdown").stdout
    assert all(f"| {name} |" in pages for name in rubric_ids())


def test_each_framework_gives_what_it_gives_alone() -> None:
    together = json.loads(run("score", "bloom", "pythia-6.9b", "--rubric", "all", "--format", "json").stdout)["assessments"]
    assert len(together) == 2 * len(rubric_ids())
    for name in rubric_ids():
        alone = json.loads(run("score", "bloom", "pythia-6.9b", "--rubric", name, "--format", "json").stdout)["assessments"]
        assert alone == [item for item in together if item["rubric"]["id"] == name]


def test_many_cards_and_what_cannot_be_read(tmp_path: Path) -> None:
    folder = three_cards(tmp_path / "cards")
    (folder / "broken.yaml").write_text("a: [", encoding="utf-8")
    ran = run("score", folder, "--rubric", "osaid-1.0", "--rubric", "mof-1.0", "--rubric", "osaid-1.0")
    assert ran.code == 3
    assert ran.stdout.splitlines()[0].split() == ["Model", "osaid-1.0", "mof-1.0"]
    assert "3 models by 2 frameworks. 1 input could not be assessed." in ran.stdout
    page = run("score", folder, "--rubric", "osaid-1.0", "--rubric", "mof-1.0", "--format", "markdown").stdout
    assert page.endswith("\n\n3 models by 2 frameworks. 1 input could not be assessed.\n")
    table = list(
        csv.DictReader(io.StringIO(run("score", folder, "--rubric", "osaid-1.0", "--rubric", "mof-1.0", "--format", "csv").stdout))
    )
    assert [row["rubric"] for row in table if row["rubric"]] == ["osaid-1.0", "mof-1.0"] * 3
    assert {row["MOF-MODEL-CARD"] for row in table if row["rubric"] == "mof-1.0"} == {"met", "unknown"}


def test_the_hints_can_be_followed() -> None:
    policy = ROOT / "docs" / "examples" / "our-policy.yaml"
    for rubric in ("mof-1.0", policy):
        hint = run("score", "bloom", "--rubric", rubric).stdout.splitlines()[-1]
        assert hint.startswith("More on one of them: osaid explain ")
        assert hint.endswith(f" --rubric {rubric}")
        assert run(*hint.partition("osaid ")[2].split()).code == 0
    hint = run("score", "bloom", "--rubric", "osaid-1.0", "--rubric", policy).stdout.splitlines()[-1]
    assert run(*hint.partition("osaid ")[2].split()).code == 0


def test_a_file_beside_a_bundled_one() -> None:
    ran = run(
        "score", "bloom", "--rubric", "mof-1.0", "--rubric", ROOT / "docs" / "examples" / "mof-any-spelling.yaml", "--format", "jsonl"
    )
    assert [json.loads(line)["rubric"]["id"] for line in ran.stdout.splitlines()] == ["mof-1.0", "mof-1.0-any-spelling"]
    assert run("score", "bloom", "--rubric", "nothing").code == 2
