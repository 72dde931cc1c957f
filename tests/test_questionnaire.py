"""The open criteria of an assessment as questions."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import criterion, full_card, load, rubric, rubric_text, small_card

from osaid import Library, load_card, load_rubric, parse_card
from osaid.cards.reader import LoadedCard, from_mapping
from osaid.cards.template import template
from osaid.outcome import Outcome
from osaid.reports.pages import as_json, show
from osaid.reports.update_text import asked_page
from osaid.results.answers import answer_places
from osaid.results.questionnaire import Asked, questionnaire
from osaid.rubrics.assessment import Assessment
from osaid.rubrics.assessor import Assessor
from osaid.rubrics.definition import Rubric
from osaid.rubrics.engine import verdict_with
from osaid.rubrics.rubric import rubric_ids
from osaid.schemas import published_schema, pydantic_type

ROOT = Path(__file__).resolve().parents[1]
CARDS = [path.stem for path in sorted((ROOT / "model_cards").glob("*.yaml"))]
EMPTY = template("a-1b", "A 1B", "2026-01-31")


def asked(card: LoadedCard, by: Rubric, *others: LoadedCard) -> tuple[Assessment, tuple[Asked, ...]]:
    assessment = Assessor(by, Library(others)).assess(card)
    return assessment, questionnaire(assessment, by, card)


def card_named(name: str) -> LoadedCard:
    texts = {"empty": EMPTY, "silent": 'osaid_card: "1"\nas_of: 2026-01-31\nmodel: {id: a-1b, name: A}\n'}
    return parse_card(texts[name]) if name in texts else load_card(str(ROOT / "model_cards" / f"{name}.yaml"))


@pytest.mark.parametrize("identifier", rubric_ids())
@pytest.mark.parametrize("name", ["empty", "silent", *CARDS])
def test_every_open_criterion_is_asked_once_with_a_place_for_its_answer(identifier: str, name: str) -> None:
    by = load_rubric(identifier)
    card = card_named(name)
    assessment, found = asked(card, by)
    roles = {item.id: item.role for item in by.criteria}
    unknown = [
        item.id for item in assessment.criteria if item.outcome is Outcome.UNKNOWN and roles[item.id] not in ("summary", "information")
    ]
    assert sorted(item.criterion for item in found) == sorted(unknown)
    for item in found:
        assert item.at or item.bases, item.criterion
        assert item.question
        assert item.why
    blocking = [item.blocks_alone for item in found]
    assert blocking == sorted(blocking, reverse=True)
    assert sum(item.points for item in found) <= assessment.score.high - assessment.score.low + 0.001


GOOD: dict[str, Any] = {
    "release": "full",
    "level": "full",
    "license": "Apache-2.0",
    "answer": "applies",
    "derived_from": [],
    "distribution": "MIT",
    "datasets": [
        {"name": access, "access": access, "where": ["https://example.org"], "license": "MIT", "state": "available"}
        for access in ("open", "obtainable")
    ],
    "access": "open",
    "state": "available",
    "where": ["https://example.org"],
}


@pytest.mark.parametrize("identifier", rubric_ids())
@pytest.mark.parametrize("name", ["empty", "silent", "t5-11b", "starcoder2-15b", "mistral-7b"])
def test_an_answer_at_its_place_closes_the_question(identifier: str, name: str) -> None:
    """What is put where the questionnaire says settles the criterion, or leads to one more question (published: and on which terms?)."""
    by = load_rubric(identifier)
    card = card_named(name)
    assessment, found = asked(card, by)
    results = {item.id: item for item in assessment.criteria}
    for item in found:
        if item.bases:
            continue
        data, result, told = deepcopy(dict(card.data)), results[item.criterion], results
        for _ in range(3):
            for place in answer_places(result, told, data):
                holder: Any = data
                for key in place[:-1]:
                    holder = holder[key] if isinstance(key, int) else holder.setdefault(key, {})
                if place[-1] != "datasets" or not holder.get("datasets"):
                    holder[place[-1]] = deepcopy(GOOD[str(place[-1])])
            after = Assessor(by, Library()).assess(from_mapping(data))
            told = {other.id: other for other in after.criteria}
            result = told[item.criterion]
            if result.outcome is not Outcome.UNKNOWN:
                break
        assert result.outcome is not Outcome.UNKNOWN, (item.criterion, item.at)


VERDICT = """\
verdicts:
  - {id: good, label: good, summary: Good., when: {all: [every: presence]}}
  - {id: bad, label: bad, summary: Bad., otherwise: "yes"}
undetermined: {id: open, label: open, summary: Open.}
"""
MADE = rubric(
    rubric_text(
        criterion("A", "{released: weights}", role="optional", weight="9")
        + criterion("B", "{released: tokenizer}", kind="terms", weight="4")
        + criterion("C", "{released: training_code}", weight="1")
        + criterion("D", "{released: validation_code}", role="if-used", weight="2")
        + criterion("E", "{released: inference_code}", weight="3")
        + criterion("F", "{criterion: B}", role="summary")
        + criterion("G", "{criterion: B}", role="optional", weight="0"),
        verdicts=VERDICT,
    )
)


def test_the_order() -> None:
    """First what settles the verdict alone, required before if-used, the weightier first; then the same of the others."""
    assessment, found = asked(load(small_card()), MADE)
    assert assessment.verdict.id == "open"
    assert [(item.criterion, item.blocks_alone) for item in found] == [
        ("E", True), ("C", True), ("D", True), ("B", False), ("A", False), ("G", False),
    ]  # fmt: skip
    assert [round(item.points, 1) for item in found] == [15.0, 5.0, 10.0, 20.0, 45.0, 0.0]
    assert found[0].if_bad.id == "bad"
    assert found[0].if_good == ("open", "open", ("good", "bad"))
    assert found[-1].at == ("components.tokenizer.release",), "a criterion that asks for another one's answer"


def test_the_last_question_decides_either_way() -> None:
    card = full_card()
    card["components"]["training_code"] = {"release": "unknown"}
    _, found = asked(load(card), MADE)
    (question,) = found
    assert (question.blocks_alone, question.decides_alone) == (True, True)
    assert (question.if_bad.id, question.if_good.id) == ("bad", "good")
    assert question.at == ("components.training_code.release",)


def test_what_is_met_in_part_can_become_no_worse() -> None:
    card = small_card()
    card["components"] = {"training_code": {"release": "some"}}
    by = rubric(rubric_text(criterion("C", "{released: training_code}"), verdicts=VERDICT))
    _, found = asked(load(card), by)
    assert [item.points for item in found] == [50.0]
    assert (found[0].if_bad.id, found[0].if_good.id) == ("bad", "good")


def test_what_is_not_known_of_a_base_is_asked_of_the_base() -> None:
    base, child = small_card("base-1b"), full_card("child-1b", derived_from=[{"model": "base-1b", "relation": "finetune"}])
    _, found = asked(load(child), MADE, load(base))
    assert {item.bases for item in found} == {("base-1b",)}
    assert {item.at for item in found} == {()}


def test_verdicts_are_the_engines() -> None:
    by = load_rubric()
    assessment, found = asked(parse_card(EMPTY), by)
    results = {item.id: item.state for item in assessment.criteria}
    assert verdict_with(assessment, by, {}) == assessment.verdict
    assert all(item.if_bad.id == "does-not-conform" for item in found if item.blocks_alone)
    assert not any(item.blocks_alone for item in found if item.role == "optional")
    assert len(results) > len(found)


def test_as_text_and_as_json() -> None:
    card = parse_card(EMPTY)
    _, found = asked(card, load_rubric())
    text = "".join(show("table", asked_page(found), 100))
    assert text.startswith(f"Questions ({len(found)})\n")
    assert all(f"({item.criterion})" in " ".join(text.split()) for item in found)
    assert "A bad answer alone makes the verdict: does not conform." in text
    assert "components.weights.release" in text
    assert "Questions" in "".join(show("markdown", asked_page(found), 100))
    assert "".join(show("table", asked_page(()), 100)) == "No question is open.\n"
    import json

    data = json.loads("".join(as_json("1", {"questions": found}, (), "0")))["questions"]
    schema = published_schema(pydantic_type(Asked, {}), "urn:test", "test")
    for item in data:
        jsonschema.validate(item, schema)


def test_a_strangers_words_do_nothing_to_a_terminal() -> None:
    by = rubric(rubric_text(criterion("C", "{shared: [public]}"), verdicts=VERDICT))
    card = small_card()
    card["training_data"] = {"training": {"datasets": [{"name": "x\u001b[31m\u202e" + "y" * 3000, "access": "public"}]}}
    _, found = asked(from_mapping(card), by)
    text = "".join(show("table", asked_page(found), 80))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text) < 2500
