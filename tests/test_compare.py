"""``osaid compare``: whole commands, golden files, the schema of its JSON, and what each model lacks."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import pytest
from states import check, data
from support import TESTS, full_card, load, run, write

from osaid.reports.comparison_page import page
from osaid.reports.pages import FORMATS, show
from osaid.resources import bundled_ids
from osaid.results.comparison import compare
from osaid.rubrics.rubric import rubric_ids

CASES = {
    "two": ["cards/example-base.yaml", "later/example-base.yaml"],
    "three": ["later", "--all"],
    "many": ["cards", "later"],
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, form: str) -> None:
    ran = run("compare", *CASES[name], "--rubric", "rubrics/golden.yaml", "--format", form, cwd=TESTS)
    assert (ran.code, ran.stderr) == (0, "")
    check("compare", f"{name}.{form}.txt", ran)


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in (TESTS / "golden" / "compare").iterdir()} == {f"{name}.{form}.txt" for name in CASES for form in FORMATS}


def test_json_is_what_its_schema_says_and_the_schema_holds_something() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(run("schema", "comparison").stdout))
    found = json.loads(run("compare", "bundled:", "--rubric", "all", "--format", "json").stdout)
    validator.validate(found)
    assert len(found["comparisons"]) == len(rubric_ids())
    assert all(len(item["models"]) == len(bundled_ids("model_cards")) for item in found["comparisons"])
    for key in found["comparisons"][0]:
        wrong = copy.deepcopy(found)
        del wrong["comparisons"][0][key]
        assert not validator.is_valid(wrong)


def test_it_says_what_score_says() -> None:
    names = ["phi-2", "bloom", "pythia-6.9b"]
    (found,) = json.loads(run("compare", *names, "--format", "json").stdout)["comparisons"]
    scored = {item["subject"]["id"]: item for item in json.loads(run("score", *names, "--format", "json").stdout)["assessments"]}
    assert [model["subject"]["id"] for model in found["models"]] == names, "in the order in which they were named"
    for position, model in enumerate(found["models"]):
        single = scored[model["subject"]["id"]]
        assert (model["verdict"]["id"], model["score"]) == (single["verdict"]["id"], single["score"])
        assert (model["subject"], model["rubric"]) == (single["subject"], single["rubric"])
        assert [row["outcomes"][position] for row in found["criteria"]] == [item["outcome"] for item in single["criteria"]]
        assert [row["scores"][position] for row in found["pillars"]] == [item["score"] for item in single["pillars"]]
    assert all(row["differs"] == (len(set(row["outcomes"])) > 1) for row in found["criteria"])
    for lack in found["lacks"]:
        (row,) = [row for row in found["criteria"] if row["id"] == lack["criterion"]]
        assert row["outcomes"][lack["model"]] == lack["outcome"] != "met"
        assert lack["met_by"]
        assert all(row["outcomes"][other] == "met" for other in lack["met_by"])


def test_the_terms_of_the_weights() -> None:
    found = compare([data("bundled:bloom"), data("bundled:mixtral-8x7b"), data("bundled:bloom", "mof-1.0")])
    bloom, mixtral, _ = found.models
    assert [(terms.license, terms.use, terms.study) for terms in mixtral.weights] == [("Apache-2.0", "free", "free")]
    assert [(terms.license, terms.use, terms.study) for terms in bloom.weights] == [("BigScience BLOOM RAIL 1.0", "restricted", "free")]
    text = run("compare", "bloom", "mixtral-8x7b").stdout
    assert "Apache-2.0: everyone is free to use, study, modify and share" in text
    assert "use restricted, study free, modify restricted, share restricted" in text


def test_what_each_lacks_that_another_has() -> None:
    less, more = full_card("less-1b"), full_card("more-1b")
    less["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
    more["components"]["weights"]["release"] = "partial"
    found = compare([data(load(less)), data(load(more))])
    assert {(lack.model, lack.criterion, lack.outcome) for lack in found.lacks if "REBUILD" not in lack.criterion} == {
        (0, "OSAID-CODE-TRAINING", "not_met"),
        (1, "OSAID-PARAM-WEIGHTS", "partly_met"),
    }


def test_only_what_differs_unless_all_is_asked_for() -> None:
    some, every = run("compare", "amber-7b", "olmo-7b"), run("compare", "amber-7b", "olmo-7b", "--all")
    assert "All criteria (40)" in every.stdout
    assert "Training code" in every.stdout
    assert "Training code" not in some.stdout
    assert "--all shows them." in some.stdout
    forms = [run("compare", "amber-7b", "olmo-7b", *more, "--format", "json") for more in ([], ["--all"])]
    assert forms[0] == forms[1], "no option changes the data"


def test_bases_of_one_side_do_not_count_for_another(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        base = full_card("base-1b")
        if name == "new":
            base["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
        write(
            tmp_path / name, base, full_card("tuned-1b", derived_from=[{"model": "base-1b", "relation": "finetune", "evidence": ["paper"]}])
        )
    (found,) = json.loads(run("compare", tmp_path / "old", tmp_path / "new", "--format", "json").stdout)["comparisons"]
    assert [model["verdict"]["id"] for model in found["models"]] == ["conforms"] * 2 + ["does-not-conform"] * 2
    ran = run("compare", tmp_path / "new" / "tuned-1b.yaml", tmp_path / "new" / "base-1b.yaml", "--format", "json")
    (found,) = json.loads(ran.stdout)["comparisons"]
    assert [model["verdict"]["id"] for model in found["models"]] == ["does-not-conform"] * 2


def test_cards_and_saved_results_together(tmp_path: Path) -> None:
    saved = tmp_path / "saved.jsonl"
    run("score", "bloom", "phi-2", "--format", "jsonl", "-o", saved)
    mixed = json.loads(run("compare", saved, "pythia-6.9b", "--format", "json").stdout)["comparisons"]
    assert mixed == json.loads(run("compare", "bloom", "phi-2", "pythia-6.9b", "--format", "json").stdout)["comparisons"]
    assert run("compare", saved).stdout == run("compare", "bloom", "phi-2").stdout
    twice = run("compare", saved, "bloom")
    assert "BLOOM (1)" in twice.stdout or "bundled:bloom" in twice.stdout


def test_other_versions_of_a_rubric_are_told() -> None:
    one, other = data("bundled:bloom"), data("bundled:phi-2")
    other["rubric"].update(version="0.9.0", sha256="0" * 64)
    other["criteria"] = other["criteria"][1:]
    found = compare([one, other])
    assert not found.one_rubric
    assert found.criteria[0].outcomes == ("met", None)
    text = "".join(show("table", page([found], False, 100), 100))
    assert "not all judged by the same version" in text
    assert "0.9.0 00000000" in text
    assert "not asked" in text


def test_too_few_models(tmp_path: Path) -> None:
    for arguments in (["bloom"], ["bloom", "bloom"]):
        ran = run("compare", *arguments)
        assert (ran.code, ran.stdout) == (2, "")
        assert "[compare.two]" in ran.stderr
    (tmp_path / "broken.yaml").write_text("a: [", encoding="utf-8")
    ran = run("compare", "bloom", tmp_path / "broken.yaml")
    assert (ran.code, ran.stdout) == (3, "")
    ran = run("compare", "bloom", "phi-2", tmp_path / "broken.yaml")
    assert ran.code == 3
    assert ran.stdout == run("compare", "bloom", "phi-2").stdout
    found = json.loads(run("compare", "bloom", "phi-2", tmp_path / "broken.yaml", "--format", "json").stdout)
    assert [error["path"] for error in found["errors"]] == [str(tmp_path / "broken.yaml")]
    assert run("compare", "bloom", tmp_path / "broken.yaml", "-o", tmp_path / "broken.yaml").code == 2


@pytest.mark.parametrize("width", [100, 60])
def test_tables_fit_and_leave_nothing_out(width: int) -> None:
    found = compare([data(f"bundled:{name}") for name in bundled_ids("model_cards")])
    text = "".join(show("table", page([found], True, width), width))
    assert all(len(line) <= width for line in text.splitlines())
    marks = {"met": "+", "partly_met": "~", "not_met": "-", "unknown": "?", "not_applicable": "."}
    lines = [line.split() for line in text.splitlines()]
    heads = [number for number, words in enumerate(lines) if words[:1] == ["Criterion"]]
    shown = 0
    for head in heads:
        positions = [int(word) - 1 for word in lines[head][1:]]
        assert positions == list(range(shown, shown + len(positions)))
        shown += len(positions)
        block = lines[head + 2 : lines.index([], head) if [] in lines[head:] else None]  # under the head is a line of dashes
        told = [words[-len(positions) :] for words in block if {*words[-len(positions) :]} <= {*marks.values()}]
        assert told == [[marks[row.outcomes[position] or ""] for position in positions] for row in found.criteria]
    assert shown == len(found.models)
