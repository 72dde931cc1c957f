"""The bundled cards: evidence for every claim, and the outcomes that OSI published."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import osaid
from osaid.cards.findings import findings
from osaid.document import load
from osaid.lineage import Library
from osaid.rubrics.assessment import Assessment

ROOT = Path(__file__).resolve().parent.parent
CARDS = sorted((ROOT / "model_cards").glob("*.yaml"))
OUTCOMES: dict[str, Any] = load(str(ROOT / "docs" / "osi-outcomes.yaml")).data
DISAGREE = {"falcon-40b", "falcon-180b"}  # explained in docs/osi-outcomes.md
TERMS_ONLY = ("bloom", "starcoder2-15b")
DESPITE_OPEN_WEIGHTS = ("grok-1", "phi-2", "mixtral-8x7b", "mistral-7b")


def assess(identifier: str, rubric: str = "osaid-1.0") -> Assessment:
    return osaid.assess(osaid.load_card(str(ROOT / "model_cards" / f"{identifier}.yaml")), rubric, Library())


def outcomes_of(identifier: str) -> dict[str, str]:
    return {result.id: result.outcome.value for result in assess(identifier).criteria}


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_a_card_has_evidence_for_every_claim(path: Path) -> None:
    card = osaid.load_card(str(path))
    assert card.subject.id == path.stem
    doubts = [f"{item.problem}" for item in findings(card) if item.severity != "note"]
    assert doubts == []
    assert card.facts.model.id == path.stem  # the same facts as pydantic models
    for identifier, entry in card.data["evidence"].items():
        assert {"locator", "retrieved", "says"} <= set(entry), identifier
        assert re.match(r"https?://\S+$", entry["source"]), identifier
        assert entry["retrieved"] <= card.data["as_of"], identifier


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_a_card_holds_no_path_of_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(^|[\s\"'(])/(home|root|tmp|work|var|mnt|Users)/", text)


@pytest.mark.parametrize("row", OUTCOMES["systems"], ids=lambda row: row["card"])
def test_osi_outcomes(row: dict[str, str]) -> None:
    if row["osi"] == "none":
        return
    expected = OUTCOMES["outcomes"][row["osi"]]["verdict"]
    verdict = assess(row["card"]).verdict
    assert (verdict.id != expected) == (row["card"] in DISAGREE)
    assert verdict.id in verdict.possible


def test_twelve_systems_have_an_outcome() -> None:
    assert len({row["system"] for row in OUTCOMES["systems"] if row["osi"] != "none"}) == 12


@pytest.mark.parametrize("identifier", TERMS_ONLY)
def test_only_terms_stand_in_the_way(identifier: str) -> None:
    blocking = [gap for gap in assess(identifier).gaps if gap.severity == "blocking"]
    assert blocking
    assert all(gap.terms for gap in blocking)
    assert outcomes_of(identifier)["OSAID-TERMS-USE"] == "not_met"


@pytest.mark.parametrize("identifier", DESPITE_OPEN_WEIGHTS)
def test_an_approved_licence_on_the_weights_is_not_enough(identifier: str) -> None:
    found = outcomes_of(identifier)
    for criterion in ("USE", "STUDY", "MODIFY", "SHARE", "CODE", "PARAMETERS"):
        assert found[f"OSAID-TERMS-{criterion}"] == "met"
    assert found["OSAID-CODE-TRAINING"] == "not_met"
    assert found["OSAID-DATA-PROVENANCE"] != "met"


def test_llama_2_fails_on_all_three() -> None:
    found = outcomes_of("llama-2-7b")
    assert found["OSAID-CODE-TRAINING"] == "not_met"
    assert found["OSAID-DATA-PUBLIC-LIST"] == "not_met"
    assert found["OSAID-TERMS-USE"] == "not_met"
    assert found["OSAID-PARAM-WEIGHTS"] == "met"
    assert found["OSAID-TERMS-ACCESS"] == "not_met"


def test_vicuna_inherits_from_llama_2() -> None:
    training = next(result for result in assess("vicuna-7b-v1.5").criteria if result.id == "OSAID-CODE-TRAINING")
    assert training.outcome.value == "not_met"
    assert training.inherited_from == ("llama-2-7b",)


def test_the_faq_never_reads_more_mildly() -> None:
    order = ["conforms", "conforms-if-terms-change", "undetermined", "does-not-conform"]
    for path in CARDS:
        plain, faq = assess(path.stem).verdict.id, assess(path.stem, "osaid-1.0-faq").verdict.id
        assert order.index(plain) <= order.index(faq), path.stem
