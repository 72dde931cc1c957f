"""Files of the Model Openness Tool: each rule of its evaluator by a small file of our own, and the ladder of classes."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import as_yaml

from osaid import LoadedCard, OsaidError, assess, from_mapping, load_rubric, parse_card
from osaid.cards.schema import shape
from osaid.cards.vocabulary import vocabulary

CLASS_3 = ["Model architecture", "Model parameters (Final)", "Evaluation results", "Model card", "Data card", "Technical report"]
CLASS_2 = ["Training code", "Inference code", "Evaluation code", "Evaluation data"]
CLASS_1 = ["Datasets", "Data preprocessing code", "Model parameters (Intermediate)", "Research paper"]
ALL = [*CLASS_3, *CLASS_2, *CLASS_1]


def mof(components: Any, license: Any = None, **release: Any) -> LoadedCard:
    data = {
        "framework": {"name": "Model Openness Framework", "version": "1.0", "date": "2024-12-15"},
        "release": {"name": "Example 7B", "license": {} if license is None else license, "components": components, **release},
    }
    card = parse_card(as_yaml(data).encode(), path="example.yml")
    assert shape().problems_in(card.data) == []
    return card


def listed(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, "description": "x", "license": "Apache-2.0", **more} for name in names]


def judged(card: LoadedCard) -> tuple[str, list[float]]:
    """The class, and the progress of class III, II and I."""
    result = assess(card, load_rubric("mof-1.0"))
    return result.verdict.id, [level.progress for level in result.levels]


def without(*names: str) -> list[dict[str, Any]]:
    return listed(*(name for name in ALL if name not in names))


CLOSED = {"license": "CC-BY-NC-4.0"}
LADDER = [
    ("everything", listed(*ALL), ("class-1", [100, 100, 100])),
    ("nothing", [], ("unclassified", [0, 0, 0])),
    ("one of six", listed("Model architecture"), ("unclassified", [1 / 6 * 100, 0, 0])),
    ("class III", listed(*CLASS_3), ("class-3", [100, 60, 0])),
    ("class III and one more", listed(*CLASS_3, "Training code"), ("class-3", [100, 70, 0])),
    ("class II", listed(*CLASS_3, *CLASS_2), ("class-2", [100, 100, 10 / 14 * 100])),
    ("class I is 0 as long as class II is not reached", without("Evaluation data"), ("class-3", [100, 90, 0])),
    ("a paper stands in for a report", without("Technical report"), ("class-1", [100, 100, 100])),
    ("a closed report does no harm", [*without("Technical report"), *listed("Technical report", **CLOSED)], ("class-1", [100, 100, 100])),
    ("a report does not stand in for a paper", without("Research paper"), ("class-2", [100, 100, 13 / 14 * 100])),
    ("a closed paper neither", [*without("Research paper"), *listed("Research paper", **CLOSED)], ("class-2", [100, 100, 13 / 14 * 100])),
    ("neither", without("Technical report", "Research paper"), ("unclassified", [5 / 6 * 100, 0, 0])),
    ("the paper counts once", [*listed(*CLASS_3, "Research paper")], ("class-3", [100, 60, 0])),
    (
        "optional components do not count",
        [*listed(*CLASS_3), *listed("Model metadata", "Sample model outputs", **CLOSED)],
        ("class-3", [100, 60, 0]),
    ),
    ("an unknown component does not count", [*listed(*CLASS_3[:5]), *listed("Weights")], ("unclassified", [5 / 6 * 100, 0, 0])),
    ("the last of two entries counts", [*listed(*CLASS_3), *listed("Model card", **CLOSED)], ("unclassified", [5 / 6 * 100, 0, 0])),
]


@pytest.mark.parametrize(("components", "wanted"), [case[1:] for case in LADDER], ids=[case[0] for case in LADDER])
def test_the_ladder(components: list[dict[str, Any]], wanted: tuple[str, list[float]]) -> None:
    assert judged(mof(components)) == wanted


OPEN, SHUT = 1 / 6 * 100, 0.0
DISTRIBUTION = {"distribution": {"name": "Apache-2.0", "path": ""}}
TERMS = [
    # the component's own licence comes first, even an empty one
    ({"license": "MIT"}, {"distribution": {"name": "CC-BY-NC-4.0"}}, OPEN),
    ({"license": "CC-BY-NC-4.0"}, DISTRIBUTION, SHUT),
    ({"license": ""}, DISTRIBUTION, SHUT),
    ({"license": "0"}, DISTRIBUTION, SHUT),
    ({"license": "unlicensed"}, DISTRIBUTION, SHUT),
    ({"license": None}, DISTRIBUTION, OPEN),
    ({}, DISTRIBUTION, OPEN),
    # then that of its type, then the distribution's; empty names are none
    ({}, {"code": {"name": "MIT"}, "distribution": {"name": "CC-BY-NC-4.0"}}, OPEN),
    ({}, {"code": {"name": "CC-BY-NC-4.0"}, **DISTRIBUTION}, SHUT),
    ({}, {"code": {"name": None}, **DISTRIBUTION}, OPEN),
    ({}, {"code": {"name": ""}, **DISTRIBUTION}, OPEN),
    ({}, {"data": {"name": "MIT"}}, SHUT),
    ({}, {"distribution": {"name": "0"}}, SHUT),
    ({}, {"distribution": {"name": ""}}, SHUT),
    ({}, {"code": {"name": " "}, **DISTRIBUTION}, SHUT),  # for the tool a name of blanks is an unknown licence
    ({"license": " "}, DISTRIBUTION, SHUT),
    ({}, {"distribution": {"name": "unlicensed"}}, SHUT),
    ({}, {}, SHUT),
    # by the exact identifier
    *(({"license": name}, {}, OPEN) for name in ("OpenMDW-1.0", "ODC-PDDL-1.0", "GFDL-1.3-only", "Apache-1.0", "CC-BY-4.0", "Unlicense")),
    *(({"license": name}, {}, SHUT) for name in ("apache-2.0", "Apache 2.0", "Apache-2.0 ", "MIT OR Apache-2.0", "PDDL-1.0", "CC-PDDC")),
    ({"license": "Component not included"}, DISTRIBUTION, SHUT),
    ({"license": "Undisclosed"}, DISTRIBUTION, SHUT),
]  # fmt: skip


@pytest.mark.parametrize(("own", "license", "wanted"), TERMS)
def test_terms(own: dict[str, Any], license: dict[str, Any], wanted: float) -> None:
    assert judged(mof([{"name": "Model architecture", "description": "x", **own}], license))[1][0] == wanted


def test_the_license_of_data_is_that_of_parameters_too() -> None:
    card = mof([{"name": "Model parameters (Final)", "description": "x"}], {"data": {"name": "CDLA-Permissive-2.0"}, **DISTRIBUTION})
    assert judged(card)[1][0] == OPEN
    assert card.data["licenses"]["parameters"]["license"] == "CDLA-Permissive-2.0"


def test_what_is_read() -> None:
    card = mof(
        [{"name": "Datasets", "description": "x", "component_path": "https://example.org/d"}],
        DISTRIBUTION,
        version="7B",
        date="2025-05-22",
        type="language",
        producer="Example Lab",
        origin="Example",
        repository="https://example.org/code",
    )
    assert card.subject.format == "mof"
    assert card.data["as_of"] == "unknown"
    assert card.data["model"] == {
        "id": "example-7b",
        "name": "Example 7B",
        "version": "7B",
        "developer": "Example Lab",
        "released": "2025-05-22",
        "modality": ["text"],
        "links": {"repository": "https://example.org/code"},
    }
    (dataset,) = card.data["training_data"]["training"]["datasets"]
    assert dataset == {"name": "Datasets", "evidence": ["file"], "where": ["https://example.org/d"], "license": "Apache-2.0"}
    assert card.data["evidence"]["file"]["basis"] == "second-hand"
    assert {note.params["what"] for note in card.notes} == {"release.origin", "release.components[].description"}


def test_a_remark_in_place_of_a_license_is_judged_by_a_named_rule() -> None:
    card = mof(listed("Training code", license="Component not include."))
    assert card.data["components"]["training_code"] == {"release": "none", "license": "Component not include.", "evidence": ["file"]}
    assert [(note.kind, note.code) for note in card.notes if note.kind == "rule"] == [("rule", "import.mof-absent")]
    (found,) = [item for item in assess(card).criteria if item.id == "OSAID-CODE-TRAINING"]
    assert found.outcome == "not_met"


def test_what_is_not_listed_is_unknown_and_does_not_count() -> None:
    result = assess(mof(listed(*CLASS_3)), "mof-1.0")
    outcomes = {item.id: item.outcome.value for item in result.criteria}
    assert outcomes["MOF-TRAINING-CODE"] == "unknown"
    assert result.verdict.possible == ("class-1", "class-2", "class-3")
    assert (round(result.score.low, 2), result.score.high) == (42.86, 100.0)
    assert assess(mof(listed(*CLASS_3))).verdict.id == "undetermined"


NATIVE = {"osaid_card": "1", "as_of": "unknown", "model": {"id": "x", "name": "X", "derived_from": []}, "licenses": {"distribution": "MIT"}}


def native(**releases: str) -> LoadedCard:
    """A native card on which everything is there, but for what is said here."""
    names = [name for name, entry in vocabulary().components.items() if "mof" in entry]
    components = {name: {"release": releases.get(name, "full")} for name in names}
    stage = {"access": {"level": "full"}, "datasets": [{"name": "D", "license": "MIT"}]}
    return from_mapping({**NATIVE, "components": components, "training_data": {"training": stage}})


@pytest.mark.parametrize(
    ("open_ones", "possible"),
    [
        ({"weights"}, {"class-1", "unclassified"}),
        ({"training_code"}, {"class-1", "class-3"}),
        ({"research_paper"}, {"class-1", "class-2"}),
        ({"training_code", "weights"}, {"class-1", "class-3", "unclassified"}),
        ({"technical_report"}, {"class-1"}),
    ],
)
def test_possible_classes_are_those_that_answers_bring_about(open_ones: set[str], possible: set[str]) -> None:
    asked = assess(native(**dict.fromkeys(open_ones, "unknown")), "mof-1.0").verdict.possible
    answers = [dict(zip(open_ones, given, strict=True)) for given in itertools.product(("full", "none"), repeat=len(open_ones))]
    brought_about = {assess(native(**answer), "mof-1.0").verdict.id for answer in answers}
    assert set(asked) == brought_about == possible


def test_a_step_that_did_not_happen_needs_nothing_to_stand_in_for_it() -> None:
    result = assess(native(technical_report="no-such-step", research_paper="none"), "mof-1.0")
    assert [(level.met, level.progress) for level in result.levels][:2] == [(True, 100.0), (True, 100.0)]
    assert result.verdict.id == "class-2"


def test_levels_count_only_what_is_shown() -> None:
    result = assess(native(weights="unknown"), "mof-1.0")
    assert [(level.met, level.progress) for level in result.levels] == [(False, 5 / 6 * 100), (False, 0.0), (False, 0.0)]


def test_a_spelling_that_the_tool_does_not_know_is_told_with_what_it_means() -> None:
    result = assess(mof(listed("Model card", license="Apache 2.0")), "mof-1.0")
    (found,) = [item for item in result.criteria if item.id == "MOF-MODEL-CARD"]
    (gap,) = [gap for gap in result.gaps if gap.criterion == "MOF-MODEL-CARD"]
    assert gap.terms
    assert [(reason.code, reason.params["id"]) for reason in found.reasons] == [("terms.spelt-otherwise", "Apache-2.0")]


@pytest.mark.parametrize("value", [None, "", "word", ["a"], {"a": "b"}, [["a"]], [{"name": ["a"]}], {"code": "MIT"}])
@pytest.mark.parametrize("key", ["name", "date", "license", "components", "type", "producer", "huggingface"])
def test_values_of_any_kind(key: str, value: Any) -> None:
    release = {"name": "Example", "components": listed("Model card"), key: value}
    text = as_yaml({"framework": {"name": "Other"}, "release": release})
    card = parse_card(text.encode(), path="folder/example-file.yml")
    assert shape().problems_in(card.data) == []
    assert assess(card, "mof-1.0").verdict.id == "unclassified"


words = st.sampled_from(
    [*ALL, "license", "name", "description", "unlicensed", "0", "", " ", "Apache-2.0", "a" * 5000, "\u202e", "Component not included"]
)
trees = st.recursive(
    words | st.none(), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4), max_leaves=12
)


@given(trees, trees, trees)
def test_no_file_is_too_odd(license: Any, components: Any, extra: Any) -> None:
    release = {"name": "x", "license": license, "components": components, "contact": extra}
    try:
        card = parse_card(as_yaml({"framework": {}, "release": release}).encode(), form="mof")
    except OsaidError:
        return
    assert shape().problems_in(card.data) == []
    assess(card, "mof-1.0")
    assess(card)
