"""``osaid diff``: whole commands, golden files, the schema of its JSON, and what holds for every card and rubric."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from states import NEW, OLD, RUBRIC, as_saved, check, data, save
from support import TESTS, full_card, load, run, write

import osaid
from osaid.cards.leaves import fact_changes
from osaid.reports.diff_page import page
from osaid.reports.pages import FORMATS, show
from osaid.resources import bundled_ids
from osaid.results.changes import Change, Difference
from osaid.results.diff import diff
from osaid.rubrics.rubric import rubric_ids

CARDS = bundled_ids("model_cards")
CASES = {
    "one": ["cards/example-base.yaml", "later/example-base.yaml"],
    "many": ["cards", "later"],
    "back": ["later/example-base.yaml", "cards/example-base.yaml"],
    "other": ["cards/example-base.yaml", "cards/example-tuned.yaml"],
    "same": ["cards", "cards"],
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, form: str) -> None:
    ran = run("diff", *CASES[name], "--rubric", "rubrics/golden.yaml", "--format", form, cwd=TESTS)
    assert (ran.code, ran.stderr) == (0, "")
    check("diff", f"{name}.{form}.txt", ran)


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in (TESTS / "golden" / "diff").iterdir()} == {f"{name}.{form}.txt" for name in CASES for form in FORMATS}


# --- what holds for every card and rubric ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everything() -> dict[str, dict[str, Any]]:
    """Every bundled card by every bundled rubric, as plain data."""
    return {rubric: {card: data(f"bundled:{card}", rubric) for card in CARDS} for rubric in rubric_ids()}


def test_a_thing_and_itself_do_not_differ(everything: dict[str, dict[str, Any]]) -> None:
    for by_card in everything.values():
        for assessment in by_card.values():
            change = diff(assessment, assessment)
            assert change.same
            assert not change.verdict.moved
            assert diff(as_saved(assessment), assessment) == change
            assert diff(assessment, as_saved(assessment)).same


def test_there_and_back_mirror_each_other(everything: dict[str, dict[str, Any]]) -> None:
    for rubric, by_card in everything.items():
        order = osaid.load_rubric(rubric).best_first()
        for one, other in zip(CARDS, [*CARDS[1:], CARDS[0]], strict=True):
            for ordered in (order, []):
                there = diff(by_card[one], by_card[other], ordered)
                mirrored(there, diff(by_card[other], by_card[one], ordered))
                assert not there.same


def mirrored(there: Change, back: Change) -> None:
    """Everything that is told one way is told the other way."""
    turned = {"better": "worse", "worse": "better", "aside": "aside", "none": "none"}
    assert (there.verdict.before, there.verdict.after, there.verdict.moved) == (
        back.verdict.after,
        back.verdict.before,
        back.verdict.moved,
    )
    assert there.verdict.direction == turned[back.verdict.direction]
    other = {"gap-appeared": "gap-went", "gap-went": "gap-appeared"}
    assert sorted(
        (other.get(cause.kind, cause.kind), cause.id, cause.severity, cause.after, cause.before) for cause in back.verdict.because
    ) == sorted((cause.kind, cause.id, cause.severity, cause.before, cause.after) for cause in there.verdict.because)
    for part in ("pillars", "levels", "criteria", "lineage", "evidence"):
        assert sorted((item[0], item.before, item.after) for item in getattr(there, part)) == sorted(
            (item[0], item.after, item.before) for item in getattr(back, part)
        )
    assert (there.score.before, there.score.after) == (back.score.after, back.score.before)
    assert {item.id for item in there.other_reasons} == {item.id for item in back.other_reasons}
    assert {item.id for item in there.only_before} == {item.id for item in back.only_after}


def test_every_move_has_a_cause_in_its_direction(everything: dict[str, dict[str, Any]]) -> None:
    moves = 0
    for rubric, by_card in everything.items():
        order = osaid.load_rubric(rubric).best_first()
        for one in CARDS:
            for other in CARDS[::3]:
                verdict = diff(by_card[one], by_card[other], order).verdict
                kinds = {cause.kind for cause in verdict.because}
                if not verdict.moved:
                    assert not kinds
                    continue
                moves += 1
                assert kinds - {"rubric"}, (rubric, one, other)
                assert not ("gap-went" in kinds and verdict.direction == "worse")
                assert not ("gap-appeared" in kinds and verdict.direction == "better")
                if "undetermined" not in (verdict.before.id, verdict.after.id):
                    better = order.index(verdict.after.id) < order.index(verdict.before.id)
                    assert verdict.direction == ("better" if better else "worse")
                elif verdict.after.id != "undetermined":
                    best = min(map(order.index, verdict.before.possible))
                    assert verdict.direction != "better" or order.index(verdict.after.id) <= best
    assert moves > 100


def test_facts_mirror_and_are_none_for_the_same_card() -> None:
    cards = [osaid.load_card(f"bundled:{name}").data for name in CARDS[:6]]
    for one, other in zip(cards, [*cards[1:], cards[0]], strict=True):
        assert fact_changes(one, one) == ()
        there, back = fact_changes(one, other), fact_changes(other, one)
        assert sorted((item.path, item.before or "", item.after or "") for item in there) == sorted(
            (item.path, item.after or "", item.before or "") for item in back
        )
        assert len({item.path for item in there}) == len(there)


def test_one_more_data_set_does_not_shift_the_others() -> None:
    before = full_card()
    after = copy.deepcopy(before)
    sets = after["training_data"]["training"]["datasets"]
    sets.insert(0, {"name": "Other", "access": "open"})
    sets[1]["state"] = "gone"
    after["components"]["weights"]["evidence"] = ["repo", "paper"]
    after["model"]["derived_from"] = [{"model": "a-1b", "relation": "merge"}]
    found = {item.path: (item.before, item.after) for item in fact_changes(before, after)}
    assert found == {
        "model.derived_from": ("[]", None),
        "model.derived_from.a-1b.model": (None, "a-1b"),
        "model.derived_from.a-1b.relation": (None, "merge"),
        "components.weights.evidence": ("repo", "repo, paper"),
        "training_data.training.datasets.Other.name": (None, "Other"),
        "training_data.training.datasets.Other.access": (None, "open"),
        "training_data.training.datasets.Corpus.state": ("available", "gone"),
    }


# --- because of what ------------------------------------------------------------------------------------------------


def test_the_verdict_and_because_of_what() -> None:
    before, after = full_card(), full_card()
    after["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
    after["components"]["tokenizer"]["license"] = "MIT"
    change = diff(data(load(before)), data(load(after)))
    assert (change.verdict.before.id, change.verdict.after.id, change.verdict.direction) == ("conforms", "does-not-conform", "worse")
    (cause,) = change.verdict.because
    assert (cause.kind, cause.id, cause.severity, cause.before, cause.after) == (
        "gap-appeared",
        "OSAID-CODE-TRAINING",
        "blocking",
        "met",
        "not_met",
    )
    assert cause.message == "Not published: training code."


def test_what_went_the_other_way_is_no_cause() -> None:
    """Terms were mended and the training code was withdrawn: only the latter makes it worse, though the score may rise."""
    before, after = full_card(), full_card()
    before["components"]["weights"]["license"] = "LicenseRef-Llama-2-Community"
    after["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
    order = osaid.load_rubric().best_first()
    change = diff(data(load(before)), data(load(after)), order)
    assert (change.verdict.before.id, change.verdict.direction) == ("conforms-if-terms-change", "worse")
    assert [cause.id for cause in change.verdict.because] == ["OSAID-CODE-TRAINING"]
    assert "OSAID-TERMS-USE" in {item.id for item in change.criteria}


def test_an_undetermined_verdict_stands_for_all_that_it_can_become() -> None:
    def stand(verdict: str, *possible: str) -> dict[str, Any]:
        return {**data("bundled:bloom"), "verdict": {"id": verdict, "label": verdict, "possible": possible}}

    order, better, worse, aside = ["a", "b", "open", "c"], "better", "worse", "aside"
    for old, new, direction in [
        (stand("open", "a", "b"), stand("b", "b"), worse),
        (stand("open", "a", "b"), stand("a", "a", "b"), better),
        (stand("open", "a", "b", "c"), stand("b", "b"), aside),
        (stand("c", "c"), stand("open", "a", "c"), better),
        (stand("a", "a"), stand("c", "c"), worse),
    ]:
        assert diff(old, new, order).verdict.direction == direction
        assert diff(new, old, order).verdict.direction == {better: worse, worse: better, aside: aside}[direction]


def test_questions_count_where_a_verdict_is_open() -> None:
    before, after = full_card(), full_card()
    del after["components"]["training_code"]
    change = diff(data(load(before)), data(load(after)))
    assert change.verdict.after.id == "undetermined"
    assert {(cause.kind, cause.id, cause.severity) for cause in change.verdict.because} >= {
        ("gap-appeared", "OSAID-CODE-TRAINING", "question")
    }
    back = diff(data(load(after)), data(load(before)))
    assert ("gap-went", "OSAID-CODE-TRAINING", "question") in {(cause.kind, cause.id, cause.severity) for cause in back.verdict.because}


def test_a_base_that_changed_is_named(tmp_path: Path) -> None:
    folders = [tmp_path / "old", tmp_path / "new"]
    for number, folder in enumerate(folders):
        folder.mkdir()
        base = full_card("base-1b")
        if number:
            base["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
        write(folder, base, full_card("tuned-1b", derived_from=[{"model": "base-1b", "relation": "finetune", "evidence": ["paper"]}]))
    changes = json.loads(run("diff", *folders, "--format", "json").stdout)["changes"]
    (tuned,) = [change for change in changes if change["model"]["id"] == "tuned-1b"]
    assert tuned["subject"] == []
    assert tuned["facts"] == []
    assert {cause["kind"]: cause["id"] for cause in tuned["verdict"]["because"]} == {
        "gap-appeared": "OSAID-CODE-TRAINING",
        "base": "base-1b",
    }
    assert tuned["lineage"] == [{"model": "base-1b", "before": "conforms", "after": "does-not-conform"}]
    text = run("diff", *folders).stdout
    assert "The base model base-1b changed: conforms before, does-not-conform now." in text
    assert "Inherited from base-1b." in text


def rubric_moved(assessment: dict[str, Any]) -> dict[str, Any]:
    """The same assessment, as if by an earlier version of the rubric that asked for less."""
    earlier: dict[str, Any] = as_saved(assessment)
    earlier["rubric"].update(version="0.9.0", sha256="0" * 64)
    earlier["verdict"].update(id="conforms", label="conforms", possible=["conforms"])
    earlier["gaps"] = [gap for gap in earlier["gaps"] if gap["severity"] != "blocking"]
    dropped = earlier["criteria"].pop(0)
    earlier["criteria"].append({**dropped, "id": "OLD-ONE", "title": "An old one"})
    return earlier


def test_a_changed_rubric_is_a_possible_cause_and_the_only_one_where_the_card_is_the_same(tmp_path: Path) -> None:
    saved = save(tmp_path / "saved.json", rubric_moved(data("bundled:mixtral-8x7b")))
    ran = run("diff", saved, "mixtral-8x7b")
    assert (ran.code, ran.stderr) == (0, "")
    assert "The card is the same. Only the rubric osaid-1.0 changed (0.9.0 before, 1.0.0 now)." in ran.stdout
    assert "An old one [OLD-ONE]" in ran.stdout
    assert "Where the training data comes from [OSAID-DATA-PROVENANCE]" in ran.stdout
    other = as_saved(data("bundled:mixtral-8x7b"))
    other = rubric_moved({**other, "subject": {**other["subject"], "sha256": "1" * 64}})
    ran = run("diff", save(tmp_path / "other.json", other), "mixtral-8x7b")
    assert "The rubric osaid-1.0 changed as well (0.9.0 before, 1.0.0 now), and may be the cause." in ran.stdout


def test_nothing_else_changed_but_osaid_itself() -> None:
    later = as_saved(data("bundled:mixtral-8x7b"))
    later["verdict"].update(id="undetermined")
    change = diff(data("bundled:mixtral-8x7b"), later)
    assert [cause.kind for cause in change.verdict.because] == ["tool"]


# --- outputs ----------------------------------------------------------------------------------------------------------


def test_json_is_what_its_schema_says_and_the_schema_holds_something() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(run("schema", "diff").stdout))
    found = json.loads(run("diff", OLD, NEW, "--rubric", RUBRIC, "--format", "json").stdout)
    validator.validate(found)
    validator.validate(json.loads(run("diff", "mistral-7b", "bloom", "--rubric", "all", "--format", "json").stdout))
    for path in ("schema_version", "changes", "errors"):
        assert not validator.is_valid({key: value for key, value in found.items() if key != path})
    for key in found["changes"][0]:
        wrong = copy.deepcopy(found)
        del wrong["changes"][0][key]
        assert not validator.is_valid(wrong)
    same = json.loads(run("diff", "bloom", "bloom", "--format", "json").stdout)["changes"][0]
    assert list(same) == list(found["changes"][0]), "keys never come and go"


@pytest.mark.parametrize("width", [100, 60, 40])
def test_tables_fit_and_leave_nothing_out(width: int) -> None:
    change = diff(data("bundled:mistral-7b"), data("bundled:bloom"), (), ())
    text = "".join(show("table", page(Difference((change,), (), ())), width))
    assert all(len(line) <= width or len(line.split()) <= 4 for line in text.splitlines())
    bare = "".join(text.split())
    for item in change.criteria:
        assert f"[{item.id}]" in bare
    for pillar in change.pillars:
        if pillar.before != pillar.after:
            assert all(word[:6] in text for word in pillar.label.split())


def test_again_the_same_bytes() -> None:
    for form in FORMATS:
        assert run("diff", OLD, NEW, "--rubric", RUBRIC, "--format", form) == run("diff", OLD, NEW, "--rubric", RUBRIC, "--format", form)
