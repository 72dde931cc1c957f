"""What is told of an update: the diff, its explanation, and what it did to the assessment."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import jsonschema
from support import load, small_card

from osaid import Library, LoadedCard, load_card, load_rubric, parse_card
from osaid.audit.draft import Draft
from osaid.audit.merge import merge
from osaid.cards.rewrite import rewrite
from osaid.cards.template import template
from osaid.reports.pages import as_json, show
from osaid.reports.update_text import explanation, update_lines
from osaid.results.updates import Update, update
from osaid.rubrics.assessor import Assessor
from osaid.schemas import published_schema, pydantic_type

DAY = "2026-03-01"


class Done(NamedTuple):
    card: LoadedCard
    update: Update


def updated(card: LoadedCard, found: dict[str, Any], *rubrics: str) -> Done:
    """As a command does it: merge, write into the text, read again, judge before and after."""
    merged = merge(card, found)
    assert card.document is not None
    new = parse_card(rewrite(card.document, merged.data).raw, path=card.subject.path)
    assert new.data == merged.data
    judged = []
    for name in rubrics or ("osaid-1.0",):
        assessor = Assessor(load_rubric(name), Library())
        judged.append((assessor.rubric, assessor.assess(card), assessor.assess(new)))
    return Done(new, update(card, found, merged, judged))


def draft(license: str = "Apache-2.0") -> dict[str, Any]:
    made = Draft({"id": "x", "name": "X"}, DAY)
    header = made.evidence("model.safetensors", "a/model.safetensors", locator="header", says="7B parameters in BF16.")
    made.component("weights", "full", [header], license=license, where=["https://huggingface.co/a/b"])
    made.component("training_code", "some", [made.evidence("train.py", "a/train.py", locator="line 12", says="Trainer.train")])
    return made.data()


TEXT = template("a-1b", "A 1B", "2026-01-31").replace("training_code: {release: unknown}", "training_code: {release: none}")
LINES = """\
~ components.weights.release: unknown -> full
+ components.weights.license: Apache-2.0
+ components.weights.where: https://huggingface.co/a/b
+ evidence: 1 added
! kept: components.training_code.release: the card says none, found some (a/train.py, line 12)
"""


def test_the_diff() -> None:
    card, found = updated(parse_card(TEXT, path="a-1b.yaml"), draft())
    assert "".join(line + "\n" for line in update_lines(found)) == LINES
    again = updated(card, draft())
    assert again.update.same
    assert list(update_lines(again.update)) == LINES.splitlines()[-1:]
    replaced = updated(card, draft("MIT")).update
    assert next(iter(update_lines(replaced))) == "~ components.weights.license: Apache-2.0 -> MIT"


def test_what_was_not_seen_again_and_what_is_gone() -> None:
    card, _ = updated(load(small_card()), draft())
    facts = draft()
    del facts["components"]["training_code"]
    facts["components"]["weights"]["evidence"] = facts["components"]["weights"]["evidence"][:1]
    facts["evidence"]["audit:model.safetensors"]["says"] = "8B parameters."
    found = updated(card, facts).update
    assert list(update_lines(found)) == ["~ evidence: 1 changed", "? not seen this time, and kept: components.training_code"]


def test_each_change_tells_its_rule_its_evidence_and_what_it_did() -> None:
    found = updated(parse_card(TEXT, path="a-1b.yaml"), draft()).update
    release = next(change for change in found.changes if change.path == "components.weights.release")
    assert (release.rule, [piece.source for piece in release.evidence]) == ("merge.filled", ["a/model.safetensors"])
    moved = {(effect.criterion, effect.before, effect.after) for effect in release.effects}
    assert ("OSAID-PARAM-WEIGHTS", "unknown", "met") in moved
    license = next(change for change in found.changes if change.path == "components.weights.license")
    assert "OSAID-PARAM-WEIGHTS" not in [effect.criterion for effect in license.effects]
    assert "OSAID-TERMS-PARAMETERS" in [effect.criterion for effect in license.effects]
    assert {effect.criterion for change in found.changes for effect in change.effects} == {effect.criterion for effect in found.effects}
    text = "".join(show("table", explanation(found), 100))
    for told in (
        "What changed in the card (1)",
        "~ release: unknown -> full",
        "Why: The card left it open.",
        "a/model.safetensors, header: 7B parameters in BF16.",
        "Weights: unknown before, met now. [OSAID-PARAM-WEIGHTS]",
        "The card says less than the files show.",
        "In the card on line 20.",
        "a/train.py, line 12: Trainer.train",
    ):
        assert told in text
    assert "".join(show("markdown", explanation(found), 100)).count("OSAID-PARAM-WEIGHTS") == 2


def test_a_moved_verdict_is_told() -> None:
    card = small_card()
    made = Draft({"id": "x", "name": "X"}, DAY)
    made.component("weights", "full", [made.evidence("LICENSE", "a/LICENSE")], license="LicenseRef-Llama-2-Community")
    made.component("training_code", "none", [made.evidence("README.md", "a/README.md")])
    found = updated(load(card), made.data(), "osaid-1.0", "mof-1.0").update
    assert [change.rubric_id for change in found.assessments] == ["osaid-1.0", "mof-1.0"]
    assert found.assessments[0].verdict.moved
    text = " ".join("".join(show("table", explanation(found), 100)).split())
    assert "Open Source AI Definition 1.0: undetermined → does not conform." in text
    assert {effect.rubric for effect in found.effects} == {"osaid-1.0", "mof-1.0"}


def test_nothing_found() -> None:
    card = load_card("bundled:bloom")
    found = updated(card, Draft({"id": "x", "name": "X"}, DAY).data()).update
    assert found.same
    assert list(update_lines(found)) == []
    assert "".join(show("table", explanation(found), 100)) == "Nothing changed in the card.\n"


def test_the_json_of_an_update_has_a_schema() -> None:
    schema = published_schema(pydantic_type(Update, {}), "urn:test", "test")
    for card in (parse_card(TEXT, path="a-1b.yaml"), load_card("bundled:bloom")):
        found = updated(card, draft()).update
        (data,) = json.loads("".join(as_json("1", {"updates": [found]}, (), "0")))["updates"]
        jsonschema.validate(data, schema)
        assert [item["path"] for item in data["changes"]] == [change.path for change in found.changes]


def test_a_strangers_words_do_nothing_to_a_terminal() -> None:
    made = Draft({"id": "x", "name": "X"}, DAY)
    evil = "\u202e\u200b <b>`x`" + "y" * 3900
    made.component("weights", "full", [made.evidence("a", evil, says=evil)], license=evil, note=evil, where=["https://a.example/" + evil])
    found = updated(load(small_card()), made.data()).update
    text = "".join(show("table", explanation(found), 80)) + "".join(show("markdown", explanation(found), 80))
    assert not {"\u202e", "\u200b"} & set(text)
    assert "<b>" not in "".join(show("markdown", explanation(found), 80))
    assert all(len(line) < 500 for line in update_lines(found))
