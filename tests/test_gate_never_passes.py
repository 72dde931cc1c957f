"""Ways in which a gate must not pass: licences nobody knows, relabelled bases, claims without evidence, readers that go away."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, environment, full_card, run, write

DAY = ("--date", "2026-02-01")
ALLOW = "licenses: {allow: [Apache-2.0, MIT, GPL-2.0-only]}"
DENY = "licenses: {deny: [CC-BY-NC-4.0, LicenseRef-Llama-2-Community, BigScience-OpenRAIL-M, GPL-3.0-only]}"
FORBID = "restrictions: {forbid: [non-commercial, field-of-use, user-threshold, no-derivatives]}"


def policy(folder: Path, check: str, *, on: bool = True) -> Path:
    """A policy of one rule; ``on``: on the weights."""
    check = check.replace("}", ", on: [weights]}", 1) if on else check
    path = folder / "policy.yaml"
    path.write_text(
        f'osaid_policy: "1"\nid: ours\nversion: 1.0.0\ntitle: Ours\nrules:\n  - {{id: r, title: R, {check}}}\n', encoding="utf-8"
    )
    return path


def gate(folder: Path, check: str, *cards: dict[str, Any], on: bool = True) -> tuple[int, list[str]]:
    """The exit status of a gate, and the status of its rule on each card."""
    paths = write(folder, *cards)
    ran = run("gate", "--policy", policy(folder, check, on=on), paths[-1], *paths[:-1], *DAY, "--format", "json")
    decisions = {item["subject"]["id"]: item["rules"][0]["status"] for item in json.loads(ran.stdout)["cards"]}
    return ran.code, [decisions[card["model"]["id"]] for card in cards]


def licensed(license: str, identifier: str = "full-1b", **model: Any) -> dict[str, Any]:
    card = full_card(identifier, **model)
    card["components"]["weights"]["license"] = license
    return card


@pytest.mark.parametrize("check", [ALLOW, DENY, FORBID])
@pytest.mark.parametrize(
    "license",
    [
        "Apache-2.0 WITH Commons-Clause",
        "apache-2.0 with commons-clause",
        "Apache-2.0 WITH CC-BY-NC-4.0",
        "MIT WITH LicenseRef-Llama-2-Community",
        "Apache-2.0 AND (MIT WITH foo)",
        "unknown",
        "other",
        "custom",
        "cc",
        "Apache-2.0 AND unheard-of",
        "NOASSERTION",
    ],
)
def test_what_is_not_known_is_unknown(tmp_path: Path, check: str, license: str) -> None:
    assert gate(tmp_path, check, licensed(license)) == (1, ["unknown"])


@pytest.mark.parametrize("license", ["openrail", "cc-by-nc", "CC BY-NC", "llama", "gpl"])
def test_a_name_for_several_texts_is_not_other_than_one_that_is_denied(tmp_path: Path, license: str) -> None:
    assert gate(tmp_path, DENY, licensed(license)) == (1, ["unknown"])


def test_what_is_known_still_passes(tmp_path: Path) -> None:
    for license in ("Apache-2.0", "MIT OR unheard-of", "GPL-2.0-only WITH Classpath-exception-2.0", "Apache-2.0 AND MIT"):
        for check in (ALLOW, DENY, FORBID):
            assert gate(tmp_path, check, licensed(license)) == (0, ["passed"]), (license, check)


@pytest.mark.parametrize("relation", ["adapter", "finetune", "merge", "quantized", "distilled"])
@pytest.mark.parametrize("check", [ALLOW, DENY, FORBID])
def test_a_new_label_does_not_free_what_a_model_was_made_from(tmp_path: Path, check: str, relation: str) -> None:
    def made_from(*bases: str, identifier: str = "tuned-1b") -> dict[str, Any]:
        named = [{"model": base, "relation": relation, "evidence": ["repo"]} for base in bases]
        return licensed("Apache-2.0", identifier, derived_from=named)

    free, bound = licensed("MIT", "free-1b"), licensed("LicenseRef-Llama-2-Community", "bound-1b")
    assert gate(tmp_path, check, free, made_from("free-1b")) == (0, ["passed", "passed"])
    assert gate(tmp_path, check, bound, made_from("bound-1b"))[1] == ["failed", "failed"]
    assert gate(tmp_path, check, bound, made_from("bound-1b", identifier="middle-1b"), made_from("middle-1b"))[1][2] == "failed"
    assert gate(tmp_path, check, made_from("nowhere-1b")) == (1, ["unknown"])
    assert gate(tmp_path, check, made_from("tuned-1b"))[1] == ["unknown"], "a ring"
    on_code = check.replace("}", ", on: [training_code]}", 1)
    assert gate(tmp_path, on_code, made_from("nowhere-1b"), on=False) == (0, ["passed"])
    assert gate(tmp_path, check, made_from("llama-2-7b"))[1] == ["failed"], "also by a bundled card"


def test_a_step_that_is_said_not_to_have_happened_needs_evidence(tmp_path: Path) -> None:
    card = full_card()
    assert gate(tmp_path, "evidence: {rubric: osaid-1.0}", card, on=False) == (0, ["passed"])
    card["components"]["validation_code"] = {"release": "no-such-step"}
    assert gate(tmp_path, "evidence: {rubric: osaid-1.0}", card, on=False) == (1, ["failed"])


def test_a_verdict_that_can_still_turn(tmp_path: Path) -> None:
    card = full_card()
    del card["components"]["hyperparameter_search_code"]
    at_least = "verdict: {rubric: osaid-1.0, at_least: conforms"
    assert gate(tmp_path, at_least + "}", card, on=False) == (0, ["passed"])
    assert gate(tmp_path, at_least + ', settled: "yes"}', card, on=False) == (1, ["unknown"])
    assert gate(tmp_path, at_least + ', settled: "yes"}', full_card(), on=False) == (0, ["passed"])


@pytest.mark.parametrize("reader", ["true", "head -1", "grep -q fails"])
def test_a_reader_that_goes_away_does_not_make_it_pass(reader: str) -> None:
    command = f'"{sys.executable}" -m osaid gate --policy adopt-strict bundled: --date 2026-11-22 | {reader}; exit "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(("arguments", "code"), [(("adopt-strict", "nosuch"), 3), (("nosuch", "bloom"), 2), (("adopt-strict", "phi-2"), 1)])
@pytest.mark.parametrize("where", ["2> /dev/full", "2> >(true)", "2>&-"])
def test_messages_that_cannot_be_written_do_not_change_the_status(arguments: tuple[str, str], code: int, where: str) -> None:
    command = f'"{sys.executable}" -m osaid gate --policy {arguments[0]} {arguments[1]} --date 2026-11-22 > /dev/null {where}'
    assert subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment(), check=False).returncode == code
