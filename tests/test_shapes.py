"""Our checker, jsonschema and pydantic accept exactly the same data; and what is wrong is told in full, in place, with help."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from osaid.cards.model import Card, card_schema
from osaid.cards.reader import from_mapping, parse_card
from osaid.cards.schema import current_schema
from osaid.cards.template import template
from osaid.document import load, parse
from osaid.errors import CardError, Problem
from osaid.rubrics.model import RubricFile, rubric_schema
from osaid.schemas import read_schema
from osaid.shapes import Shape, closest

ROOT = Path(__file__).resolve().parents[1]
CARDS = [load(str(path)).data for path in sorted((ROOT / "model_cards").glob("*.yaml"))]
RUBRICS = [load(str(ROOT / "rubrics" / f"{name}.yaml")).data for name in ("osaid-1.0-faq", "osaid-1.0")]
EXAMPLE: dict[str, Any] = {
    "osaid_card": "1",
    "as_of": "2026-11-21",
    "model": {"id": "a-1", "name": "A", "released": "2024-02", "derived_from": [{"model": "b", "relation": "finetune", "note": "n"}]},
    "licenses": {"distribution": "MIT", "code": {"license": "MIT", "evidence": ["e"]}},
    "components": {"weights": {"release": "full", "where": ["https://x.example"], "license": "MIT", "evidence": ["e"]}},
    "training_data": {
        "training": {
            "description": {"provenance": {"level": "full", "evidence": ["e"]}},
            "covers_all_data": {"level": "partial", "note": "n"},
            "listing": {"public": {"level": "none"}},
            "datasets": [{"name": "D", "access": "open", "state": "gone"}],
        }
    },
    "evidence": {"e": {"source": "s", "retrieved": "2026-01-31", "sha256": "0" * 64, "basis": "second-hand"}},
    "locations": {
        "https://x.example": {"checked": "2026-01-31", "answer": "gone", "status": "404", "redirect": "r", "sha256": "0" * 64, "note": "n"}
    },
    "notes": ["n"],
}


class Readers:
    """The three that have to agree."""

    def __init__(self, schema: dict[str, Any], model: type[BaseModel]) -> None:
        Draft202012Validator.check_schema(schema)
        self.shape = Shape(schema)
        self.validator = Draft202012Validator(schema)
        self.model = model

    def verdicts(self, data: Any) -> tuple[bool, bool, bool]:
        try:
            self.model.model_validate(data)
            valid = True
        except ValidationError:
            valid = False
        return not self.shape.problems_in(data), self.validator.is_valid(data), valid

    def agree(self, data: Any) -> bool:
        """Whether they accept the data; an error if they differ."""
        ours, jsonschemas, pydantics = self.verdicts(data)
        assert ours == jsonschemas == pydantics, (ours, jsonschemas, pydantics)
        return ours


CARD_READERS = Readers(read_schema("card"), Card)
RUBRIC_READERS = Readers(read_schema("rubric"), RubricFile)

WORDS = [
    *("", " ", "\t\n", "x", "1", "MIT", "full", "Full", "none", "unknown", "open", "gone", "read", "finetune", "a-b", "A"),
    *("2026", "2026-11", "2026-11-21", "2026-11-21\n", "2026-13", "0000", "2026-1-1", "٢٠٢٦-11-21", "x\u2028", "\xa0", "\u200b"),
    *("x" * 200, "x" * 201, "x" * 4000, "x" * 4001, "f" * 64, "F" * 64, "10", "9999", "10000", "-1", "required", "terms"),
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([999, 1000, 2024, 9999, 10000, 1 << 70])
    | st.sampled_from([0.0, -0.0, 1.0, 1.5, 2024.0, 1e300, 999.5, float("inf"), float("-inf"), float("nan")])
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=5)
)
FIELDS = ("level", "release", "license", "evidence", "code", "id", "weight", "x", "", " ")
NAMES = sorted({*EXAMPLE, *EXAMPLE["model"], *EXAMPLE["components"], *FIELDS})
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3), max_leaves=8
)


def containers(data: Any) -> list[Any]:
    """All maps and lists in the data that have something in them."""
    if not isinstance(data, (dict, list)) or not data:
        return []
    return [data, *(found for item in (data.values() if isinstance(data, dict) else data) for found in containers(item))]


@st.composite
def mutated(draw: st.DrawFn, samples: list[dict[str, Any]]) -> dict[str, Any]:
    """A valid file with one, two or three things changed: set, renamed, removed, added, or moved from elsewhere."""
    data: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 3))):
        places = containers(data)
        place = draw(st.sampled_from(places))
        keys: list[Any] = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        kind = draw(st.sampled_from(["set", "set", "rename", "remove", "add", "move", "repeat"]))
        if kind == "set":
            place[key] = draw(json_values)
        elif kind == "move":
            place[key] = copy.deepcopy(draw(st.sampled_from(places)))
        elif kind == "remove":
            del place[key]
        elif isinstance(place, list):
            place.extend([draw(json_values)] if kind == "add" else [place[0]] * draw(st.sampled_from([1, 50, 51, 200, 1001])))
        elif kind == "add":
            place[draw(st.sampled_from(NAMES) | st.text(max_size=4) | st.sampled_from(WORDS))] = draw(json_values)
        elif kind == "rename":
            place[draw(st.sampled_from(NAMES))] = place.pop(key)
    return data


@settings(max_examples=400)
@given(mutated([EXAMPLE, EXAMPLE, EXAMPLE, *(card for card in CARDS if len(json.dumps(card)) < 20_000)]))
def test_mutated_cards_are_accepted_by_all_three_or_by_none(data: dict[str, Any]) -> None:
    CARD_READERS.agree(data)


@settings(max_examples=150)
@given(json_values | st.builds(lambda part, value: {**EXAMPLE, part: value}, st.sampled_from(sorted(EXAMPLE)), json_values))
@example({})
@example([])
def test_arbitrary_json_is_accepted_by_all_three_or_by_none(data: Any) -> None:
    CARD_READERS.agree(data)
    RUBRIC_READERS.agree(data)


def paths_to_values(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(found for key, item in items for found in paths_to_values(item, (*path, key)))]


def with_value(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    changed: Any = copy.copy(data)
    changed[path[0]] = with_value(data[path[0]], path[1:], value)
    return changed


NUMBERS = [0, 1, 2024, -1, 10000, 1.0, 1.5, 2024.0, float("nan"), float("inf")]
EVERY_KIND = [*WORDS, *NUMBERS, None, True, False, [], {}, [""], ["x"], [None], {"x": "y"}]


@pytest.mark.parametrize("path", paths_to_values(EXAMPLE), ids=lambda path: ".".join(map(str, path)) or "all")
def test_every_field_of_a_card_with_every_kind_of_value(path: tuple[str | int, ...]) -> None:
    accepted = [CARD_READERS.agree(with_value(EXAMPLE, path, value)) for value in EVERY_KIND]
    assert not all(accepted)


RUBRIC = {**RUBRICS[0], **{part: RUBRICS[-1][part][:1] for part in ("pillars", "criteria", "verdicts", "levels") if part in RUBRICS[-1]}}
RUBRIC.update({"undetermined": RUBRICS[-1]["undetermined"], "extends": "osaid-1.0"})


@pytest.mark.parametrize(
    "path",
    list(paths_to_values(RUBRIC)),
    ids=lambda path: ".".join(map(str, path)) or "all",
)
def test_every_field_of_a_rubric_with_every_kind_of_value(path: tuple[str | int, ...]) -> None:
    for value in EVERY_KIND:
        RUBRIC_READERS.agree(with_value(RUBRIC, path, value))


@settings(max_examples=200)
@given(mutated(RUBRICS))
def test_mutated_rubric_files_are_accepted_by_all_three_or_by_none(data: dict[str, Any]) -> None:
    RUBRIC_READERS.agree(data)


def test_what_is_bundled_and_what_init_writes_is_accepted() -> None:
    for card in CARDS:
        assert CARD_READERS.agree(card)
    for rubric in RUBRICS:
        assert RUBRIC_READERS.agree(rubric)
    assert CARD_READERS.agree(parse(template("my-model", 'My "model": # 1', "2026-11-21").encode(), format="yaml").data)


def test_numbers_and_booleans_of_a_caller_are_the_text_they_stand_for() -> None:
    data = {**EXAMPLE, "osaid_card": 1, "model": {"id": "a", "name": 7, "version": 1.5, "released": 2024, "parameters": True}}
    assert CARD_READERS.agree(data)
    plain = from_mapping(data).data
    assert plain["osaid_card"] == "1"
    assert plain["model"] == {"id": "a", "name": "7", "version": "1.5", "released": "2024", "parameters": "true"}
    assert from_mapping({**EXAMPLE, "as_of": "2026-11-21"}).subject.sha256 == from_mapping(dict(reversed(EXAMPLE.items()))).subject.sha256


def test_published_schemas_are_those_of_the_models_and_of_the_vocabulary() -> None:
    assert read_schema("card") == card_schema() == current_schema()
    assert read_schema("rubric") == rubric_schema()


def test_a_schema_cannot_say_more_than_is_checked() -> None:
    with pytest.raises(ValueError, match="minProperties"):
        Shape({"type": "object", "properties": {"a": {"type": "object", "minProperties": 1}}})


# --- what is told ---------------------------------------------------------------------------------------------------

BAD = """\
osaid_card: "2"
as_of: 21.11.2026
model:
  id: Example 7B
  naem: Example
  released: "2026-13"
  links: {hugging_face: x}
  derived_from: [{model: b, relation: fine-tune}]
licenses:
  code:
  data: [a]
components:
  wieghts: {release: full}
  tokenizer: {release: fulll, where: https://x.example, license: }
  zzz: {}
training_data:
  training:
    datasets:
      - {access: Open}
    covers_all_data: full
evidence:
  " ": {source: "  "}
  e: {source: x, retrieved: yesterday, sha256: abc}
notes: []
"""
WRONG = [
    ("shape.not-a-choice", "1:13", "osaid_card"),
    ("shape.pattern", "2:8", "as_of"),
    ("shape.missing-key", "4:3", "model"),
    ("shape.pattern", "4:7", "model.id"),
    ("shape.unknown-key-near", "5:3", "model.naem"),
    ("shape.pattern", "6:13", "model.released"),
    ("shape.unknown-key-near", "7:11", "model.links.hugging_face"),
    ("shape.not-a-choice-near", "8:39", "model.derived_from[0].relation"),
    ("shape.type", "10:8", "licenses.code"),
    ("shape.type", "11:9", "licenses.data"),
    ("shape.unknown-key-near", "13:3", "components.wieghts"),
    ("shape.not-a-choice-near", "14:24", "components.tokenizer.release"),
    ("shape.type", "14:38", "components.tokenizer.where"),
    ("shape.empty", "14:66", "components.tokenizer.license"),
    ("shape.unknown-key", "15:3", "components.zzz"),
    ("shape.missing-key", "19:9", "training_data.training.datasets[0]"),
    ("shape.not-a-choice-near", "19:18", "training_data.training.datasets[0].access"),
    ("shape.type", "20:22", "training_data.training.covers_all_data"),
    ("shape.empty", "22:3", "evidence. "),
    ("shape.empty", "22:17", "evidence. .source"),
    ("shape.pattern", "23:29", "evidence.e.retrieved"),
    ("shape.pattern", "23:48", "evidence.e.sha256"),
]


def problems_of(text: str, path: str = "card.yaml") -> tuple[Problem, ...]:
    with pytest.raises(CardError) as caught:
        parse_card(text.encode(), path=path)
    return caught.value.problems


def test_everything_wrong_with_a_card_is_told_at_once_and_in_place() -> None:
    problems = problems_of(BAD)
    assert [(problem.code, f"{problem.place.line}:{problem.place.column}", problem.params["where"]) for problem in problems] == WRONG
    for problem in problems:
        assert problem.place.path == "card.yaml"
        assert problem.message.startswith(problem.params["where"])
        assert "{" not in f"{problem.message}{problem.hint}"
        assert not str(problem.hint).endswith((": .", " ."))


def test_the_same_is_told_of_a_json_card() -> None:
    text = json.dumps(parse(BAD.encode(), format="yaml").data, indent=2)
    problems = problems_of(text, "card.json")
    assert sorted((problem.code, problem.params["where"]) for problem in problems) == sorted((code, where) for code, _, where in WRONG)
    lines = text.splitlines()
    for problem in problems:
        if problem.code.startswith("shape.unknown-key"):
            assert lines[(problem.place.line or 0) - 1][(problem.place.column or 0) - 1 :].startswith(f'"{problem.params["key"]}"')


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("  trainingCode: {}", "training_code"),
        ("  training-code: {}", "training_code"),
        ("  weight: {}", "weights"),
        ("  data_preprocessing_code: {}", "data_processing_code"),
        ("  Tokeniser: {}", "tokenizer"),
        ("  weights: {licence: MIT}", "license"),
        ("  weights: {Release: full}", "release"),
        ("  weights: {release: No such step}", "no-such-step"),
    ],
)
def test_misspelt_words_get_the_one_that_was_meant(wrong: str, meant: str) -> None:
    (problem,) = problems_of(f'osaid_card: "1"\nas_of: 2026-11-21\nmodel: {{id: a, name: A}}\ncomponents:\n{wrong}\n')
    assert problem.params["near"] == meant
    assert f"Did you mean {meant}?" in (problem.hint or "")


def test_a_form_is_shown_where_a_value_does_not_fit() -> None:
    hints = {problem.params["where"]: problem.hint or "" for problem in problems_of(BAD) if problem.code == "shape.pattern"}
    assert "2026-01-31" in hints["as_of"]
    assert "2026-01-31" in hints["evidence.e.retrieved"]
    assert "2026-01 " in hints["model.released"]
    assert "example-7b" in hints["model.id"]
    assert "0" * 64 in hints["evidence.e.sha256"]


def test_a_card_of_forty_thousand_wrong_keys_is_told_off_a_hundred_times() -> None:
    text = 'osaid_card: "1"\nas_of: 2026-11-21\nmodel: {id: a, name: A}\ncomponents:\n'
    problems = problems_of(text + "".join(f"  weights{number}: x\n" for number in range(40_000)))
    assert len(problems) == 100
    assert {problem.code for problem in problems} == {"shape.unknown-key-near"}


def test_long_values_are_cut_in_messages() -> None:
    text = f'osaid_card: "1"\nas_of: {"9" * 3000}\nmodel: {{id: a, name: A, {"k" * 1000}: 1}}\n'
    assert all(len(str(problem)) < 500 for problem in problems_of(text))


@pytest.mark.parametrize("text", ["[]", "word", "model: {id: a, name: b}", "- osaid_card: '1'"])
def test_what_is_no_card_at_all(text: str) -> None:
    (problem,) = problems_of(text)
    assert (problem.code, problem.place.line, problem.place.column) == ("card.not-a-card", 1, 1)


def test_wrong_data_from_a_caller_names_every_field() -> None:
    with pytest.raises(CardError) as caught:
        from_mapping({**EXAMPLE, "as_of": "x", "components": {"weight": {}}})
    assert [problem.params["where"] for problem in caught.value.problems] == ["as_of", "components.weight"]


def test_the_closest_word() -> None:
    words = ["weights", "training_code", "license"]
    assert closest("Weigths", words) == "weights"
    assert closest("TRAINING CODE", words) == "training_code"
    assert closest("x", words) is None
    assert closest("", words) is None
    assert closest("license" * 100_000, words) is None
