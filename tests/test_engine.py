"""The engine: verdicts, the verdicts still possible, scores and support, against plain re-statements of the documented rules."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import VERDICTS, criterion, full_card, load, rubric, rubric_text, small_card

from osaid import Assessment, Rubric, assess, load_rubric
from osaid.cards.vocabulary import vocabulary
from osaid.outcome import State
from osaid.results.plain_data import assessment_data
from osaid.rubrics.conditions import every, not_fully, possible

RELEASES = ["full", "partial", "some", "gated", "none", "no-such-step", "unknown", None]
LEVELS = ["full", "partial", "none", "no-such-step", "unknown", None]
KNOWN = ["full", "partial", "gated", "none", "no-such-step"]
OPEN = {"unknown": KNOWN, None: KNOWN, "some": ["full", "partial"]}  # and what each can turn out to be


def with_releases(releases: dict[str, str | None]) -> dict[str, Any]:
    card = small_card()
    card["components"] = {name: {"release": release} for name, release in releases.items() if release is not None}
    return card


# --- verdicts -----------------------------------------------------------------------------------------------------

TWO = rubric_text(criterion("PRES", "{released: model_card}") + criterion("TERMS", "{released: tokenizer}", kind="terms"))

# What is published of the one element and of the one term, and the verdicts that leaves possible.
TABLE = {
    ("full", "full"): ["good"],
    ("full", "none"): ["fair"],
    ("full", "partial"): ["fair"],
    ("full", "no-such-step"): ["good"],
    ("full", "unknown"): ["good", "fair"],
    ("none", "full"): ["bad"],
    ("none", "none"): ["bad"],
    ("none", "unknown"): ["bad"],
    ("partial", "full"): ["bad"],
    ("partial", "unknown"): ["bad"],
    ("no-such-step", "full"): ["good"],
    ("no-such-step", "no-such-step"): ["good"],
    ("no-such-step", "none"): ["fair"],
    ("unknown", "full"): ["good", "bad"],
    ("unknown", "none"): ["fair", "bad"],
    ("unknown", "unknown"): ["good", "fair", "bad"],
}


@pytest.mark.parametrize(("presence", "terms"), TABLE)
def test_verdict_table(presence: str, terms: str) -> None:
    verdict = assess(load(with_releases({"model_card": presence, "tokenizer": terms})), rubric(TWO)).verdict
    wanted = TABLE[presence, terms]
    assert list(verdict.possible) == wanted
    assert verdict.id == (wanted[0] if len(wanted) == 1 else "open")


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "conforms"),
        ({"weights": {"release": "full", "license": "LicenseRef-Llama-2-Community"}}, "conforms-if-terms-change"),
        ({"weights": {"release": "gated"}}, "conforms-if-terms-change"),
        ({"training_code": {"release": "none"}}, "does-not-conform"),
        ({"training_code": {"release": "partial"}}, "does-not-conform"),
        ({"training_code": {"release": "unknown"}}, "undetermined"),
        ({"hyperparameter_search_code": {"release": "unknown"}}, "conforms"),
        ({"hyperparameter_search_code": {"release": "no-such-step"}}, "conforms"),
        ({"hyperparameter_search_code": {"release": "none"}}, "does-not-conform"),
        ({"intermediate_checkpoints": {"release": "none"}, "optimizer_state": {"release": "none"}}, "conforms"),
    ],
)
def test_verdicts_of_the_definition(change: dict[str, Any], verdict: str) -> None:
    card = full_card()
    card["components"].update(change)
    assert assess(load(card)).verdict.id == verdict


def test_what_is_optional_never_counts() -> None:
    text = rubric_text(criterion("A", "{released: model_card}") + criterion("B", "{released: tokenizer}", role="optional", weight="0"))
    seen = set()
    for release in RELEASES:
        result = assess(load(with_releases({"model_card": "full", "tokenizer": release})), rubric(text))
        seen.add((result.verdict, result.score, tuple(pillar.counts for pillar in result.pillars)))
        assert not [gap for gap in result.gaps if gap.criterion == "B" and gap.severity != "advice"]
    assert len(seen) == 1


def test_if_used_counts_only_where_it_is_known() -> None:
    text = rubric_text(criterion("A", "{released: model_card}") + criterion("B", "{released: tokenizer}", role="if-used"))
    verdicts = {
        release: assess(load(with_releases({"model_card": "full", "tokenizer": release})), rubric(text)).verdict.id for release in RELEASES
    }
    assert verdicts == {
        "full": "good",
        "gated": "good",
        "partial": "bad",
        "some": "good",
        "none": "bad",
        "no-such-step": "good",
        "unknown": "good",
        None: "good",
    }
    # But it is asked, and it is in the score.
    asked = assess(load(with_releases({"model_card": "full"})), rubric(text))
    assert ("B", "question") in [(gap.criterion, gap.severity) for gap in asked.gaps]
    assert (asked.score.low, asked.score.high) == (50.0, 100.0)


def test_levels_tell_how_far_it_is() -> None:
    levels = "levels:\n  - {id: all, label: All, when: {every: presence}}\n  - {id: card, label: W, when: {criterion: A}}\n"
    made = rubric(rubric_text(criterion("A", "{released: model_card}") + criterion("B", "{released: tokenizer}"), more=levels))
    found = {
        release: [
            (level.met, level.progress) for level in assess(load(with_releases({"tokenizer": "full", "model_card": release})), made).levels
        ]
        for release in ("full", "none", "unknown", "no-such-step")
    }
    assert found == {
        "full": [(True, 100.0), (True, 100.0)],
        "none": [(False, 50.0), (False, 0.0)],
        "unknown": [(None, 50.0), (None, 0.0)],
        "no-such-step": [(True, 100.0), (True, 100.0)],
    }


# --- what is still possible, by brute force -----------------------------------------------------------------------

LEAVES = [
    "technical_report",
    "tokenizer",
    "evaluation_code",
    "sample_outputs",
    "model_card",
    "data_card",
    "research_paper",
    "evaluation_data",
]
ROLES = ["required", "required", "required", "if-used", "optional", "summary"]


@st.composite
def checks(draw: st.DrawFn, leaves: list[str]) -> str:
    """A check over some leaves, each used once."""
    if len(leaves) == 1:
        leaf = f"{{released: {leaves[0]}}}"
        return f"{{not: {leaf}}}" if draw(st.integers(0, 5)) == 0 else leaf
    parts = ", ".join(f"{{released: {leaf}}}" for leaf in leaves)
    count = draw(st.integers(1, len(leaves)))
    return draw(st.sampled_from([f"{{all: [{parts}]}}", f"{{any: [{parts}]}}", f"{{at_least: {{count: {count}, of: [{parts}]}}}}"]))


@st.composite
def rubrics(draw: st.DrawFn, verdicts: str = VERDICTS) -> tuple[str, dict[str, str]]:
    """A rubric over the leaves, and the role in which each leaf counts."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    left, text, roles = list(LEAVES), "", {}
    for number, size in enumerate(sizes):
        leaves, left = left[:size], left[size:]
        if leaves:
            role = draw(st.sampled_from(ROLES))
            kind = draw(st.sampled_from(["presence", "terms"]))
            weight = draw(st.integers(0, 3))
            text += criterion(f"C{number}", draw(checks(leaves)), role=role, kind=kind, weight=str(weight))
            roles.update(dict.fromkeys(leaves, role))
    return rubric_text(text, verdicts=verdicts), roles


def completions(releases: dict[str, str | None], leaves: list[str]) -> Iterator[dict[str, str | None]]:
    """Every way in which the open ones among ``leaves`` can turn out."""
    open_ones = [leaf for leaf in leaves if releases[leaf] in OPEN]
    for answers in itertools.product(*(OPEN[releases[leaf]] for leaf in open_ones)):
        yield {**releases, **dict(zip(open_ones, answers, strict=True))}


@st.composite
def partial_cards(draw: st.DrawFn, leaves: list[str]) -> dict[str, str | None]:
    """Releases of the leaves, few of them unknown."""
    releases = {leaf: draw(st.sampled_from(RELEASES)) for leaf in leaves}
    for leaf in [leaf for leaf in leaves if releases[leaf] in OPEN][4:]:
        releases[leaf] = "full"
    return releases


@given(st.data())
def test_the_possible_verdicts_are_those_of_all_completions(data: st.DataObject) -> None:
    text, roles = data.draw(rubrics())
    made = rubric(text)
    releases = data.draw(partial_cards(list(roles)))
    before = assess(load(with_releases(releases)), made)
    # By the documented rule a step that nobody has shown asks for nothing: what is if-used and unknown does not decide the verdict.
    deciding = [leaf for leaf, role in roles.items() if role == "required"]
    found = {assess(load(with_releases(answered)), made).verdict.id for answered in completions(releases, deciding)}
    assert "open" not in found
    assert before.verdict.id == (next(iter(found)) if len(found) == 1 else "open")
    # But what it can still bring about is told.
    counting = [leaf for leaf, role in roles.items() if role in ("required", "if-used")]
    found |= {assess(load(with_releases(answered)), made).verdict.id for answered in completions(releases, counting)}
    assert list(before.verdict.possible) == [name for name in ("good", "fair", "bad") if name in found], "best first"


@given(st.data())
def test_a_score_holds_every_completion_and_answers_stay(data: st.DataObject) -> None:
    text, roles = data.draw(rubrics())
    made = rubric(text)
    releases = data.draw(partial_cards(list(roles)))
    before = assess(load(with_releases(releases)), made)
    assert 0.0 <= before.score.low == before.score.value <= before.score.high <= 100.0
    known = {result.id: result.outcome for result in before.criteria if result.outcome != "unknown"}
    for answered in completions(releases, list(roles)):
        after = assess(load(with_releases(answered)), made)
        assert before.score.low - 1e-9 <= after.score.low <= after.score.high <= before.score.high + 1e-9
        assert {result.id: result.outcome for result in after.criteria if result.id in known} == known
        for old, new in zip(before.pillars, after.pillars, strict=True):
            if old.score is not None and new.score is not None:
                assert old.score.low - 1e-9 <= new.score.low <= new.score.high <= old.score.high + 1e-9


ATOMS = ["every: presence", "every: terms", "criterion: C0", "criterion: C1"]
CONDITIONS = st.recursive(
    st.sampled_from(ATOMS).map(lambda atom: f"{{{atom}}}"),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"{{all: [{', '.join(parts)}]}}"),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"{{any: [{', '.join(parts)}]}}"),
        inner.map(lambda part: f"{{not: {part}}}"),
    ),
    max_leaves=5,
)


@settings(max_examples=60)
@given(st.data())
def test_no_verdict_that_can_come_is_left_out(data: st.DataObject) -> None:
    """Under any conditions: those of a rubric may ask for a criterion by itself and again among all of its kind."""
    rules = [f"  - {{id: v{number}, label: v, summary: v., when: {data.draw(CONDITIONS)}}}\n" for number in range(2)]
    last = '  - {id: v2, label: v, summary: v., otherwise: "yes"}\nundetermined: {id: open, label: o, summary: o.}\n'
    kinds = [data.draw(st.sampled_from(["presence", "terms"])) for _ in range(3)]
    text = "".join(criterion(f"C{number}", f"{{released: {LEAVES[number]}}}", kind=kind) for number, kind in enumerate(kinds))
    made = rubric(rubric_text(text, verdicts="verdicts:\n" + "".join(rules) + last))
    releases = data.draw(partial_cards(LEAVES[:3]))
    before = assess(load(with_releases(releases)), made).verdict
    found = {assess(load(with_releases(answered)), made).verdict for answered in completions(releases, LEAVES[:3])}
    assert {verdict.id for verdict in found} <= set(before.possible)
    if len(before.possible) == 1:
        assert found == {before}


def test_very_many_open_atoms_are_judged_without_trying_all() -> None:
    """17 criteria asked for one by one: 2 to the 17th completions would be too many, and none may be lost."""
    atoms = {f"C{number}": State.UNKNOWN for number in range(17)}
    rules = [lambda states: every(states, list(atoms), []), lambda states: not_fully(states["C0"]), lambda states: State.MET]
    assert possible(rules, atoms) == [0, 1, 2]
    assert possible(rules, {**atoms, "C5": State.NOT_MET}) == [1, 2]
    assert possible(rules, {**atoms, "C0": State.NOT_MET}) == [1]


# --- the definition's own rubric on partial cards -----------------------------------------------------------------


def claims() -> list[tuple[str, ...]]:
    """The ways to all claims on training data."""
    here = ("training_data", "training")
    return [
        *((*here, "description", topic) for topic in vocabulary().topics),
        (*here, "covers_all_data"),
        *((*here, "listing", listing) for listing in vocabulary().listings),
    ]


def at(card: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    part = card
    for step in path:
        part = part[step]
    return part


@settings(max_examples=150)
@given(st.data())
def test_learning_more_never_turns_an_answer_round(data: st.DataObject) -> None:
    """A card with everything told, and the same card with some of it not told."""
    told = full_card()
    for path in claims():
        at(told, path)["level"] = data.draw(st.sampled_from([level for level in LEVELS if level not in ("unknown", None)]))
    terms = data.draw(st.sampled_from(["Apache-2.0", "LicenseRef-Llama-2-Community", "NONE"]))
    told["licenses"] = {"distribution": {"license": terms, "evidence": ["repo"]}}
    hidden = copy.deepcopy(told)
    for path in claims():
        if data.draw(st.booleans()):
            at(hidden, path)["level"] = "unknown"
    for name in vocabulary().components:
        told["components"][name]["release"] = data.draw(st.sampled_from(KNOWN))
        release = told["components"][name]["release"]
        hidden["components"][name]["release"] = "some" if release in OPEN["some"] and data.draw(st.booleans()) else release
    if data.draw(st.booleans()):
        del hidden["licenses"]
    if data.draw(st.booleans()):
        del hidden["model"]["derived_from"]
    before, after = assess(load(hidden)), assess(load(told))
    for old, new in zip(before.criteria, after.criteria, strict=True):
        assert old.outcome in (new.outcome, "unknown"), old.id
    assert after.verdict.id in (*before.verdict.possible, "undetermined")
    assert set(after.verdict.possible) <= set(before.verdict.possible)
    assert before.score.low - 1e-9 <= after.score.low <= after.score.high <= before.score.high + 1e-9


@settings(max_examples=60)
@given(st.data())
def test_learning_what_is_published_keeps_the_verdict_among_the_possible_ones(data: st.DataObject) -> None:
    told = full_card()
    hidden = copy.deepcopy(told)
    if_used = {"validation_code", "testing_code", "hyperparameter_search_code", "supporting_libraries"}
    for name in [name for name in vocabulary().components if name not in if_used]:
        told["components"][name]["release"] = data.draw(st.sampled_from(["full", "full", "full", "partial", "none"]), label=name)
        hidden["components"][name]["release"] = told["components"][name]["release"]
        if data.draw(st.integers(0, 3)) == 0:
            del hidden["components"][name]
    before, after = assess(load(hidden)), assess(load(told))
    assert after.verdict.id in before.verdict.possible
    for old, new in zip(before.criteria, after.criteria, strict=True):
        assert old.outcome != "met" or new.outcome != "unknown", old.id


# --- order --------------------------------------------------------------------------------------------------------


def shuffled(value: Any, data: st.DataObject) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(value[key], data) for key in data.draw(st.permutations(list(value)))}
    return value


def without_place(result: Assessment, graded_by: Rubric) -> str:
    data = assessment_data(result, graded_by)
    data["subject"]["sha256"] = data["subject"]["path"] = None
    return json.dumps(data, sort_keys=True)


@settings(max_examples=25)
@given(st.data())
def test_the_order_of_keys_does_not_matter(data: st.DataObject) -> None:
    card = full_card()
    card["components"]["weights"]["release"] = "gated"
    card["components"]["training_code"] = {"release": "none"}
    card["training_data"]["training"]["description"]["scope"] = {"level": "partial", "note": "half of it"}
    wanted = without_place(assess(load(card)), load_rubric())
    assert without_place(assess(load(shuffled(card, data))), load_rubric()) == wanted


def two_stages() -> dict[str, Any]:
    card = full_card()
    data = card["training_data"]
    data["pretraining"], data["posttraining"] = data.pop("training"), copy.deepcopy(small_stage())
    card["components"]["weights"]["license"] = "LicenseRef-Llama-2-Community"
    return card


def small_stage() -> dict[str, Any]:
    return {"description": {"scope": {"level": "none"}}, "license": "CC-BY-NC-4.0"}


def test_the_order_of_stages_does_not_matter() -> None:
    card = two_stages()
    turned = {**card, "training_data": dict(reversed(card["training_data"].items()))}
    assert without_place(assess(load(card)), load_rubric()) == without_place(assess(load(turned)), load_rubric())


# --- support ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("evidence", [[], ["nowhere"]])
def test_what_is_claimed_without_evidence_counts_and_is_shown(evidence: list[str]) -> None:
    card = full_card()
    card["components"]["inference_code"] = {"release": "full", "evidence": evidence}
    result = assess(load(card))
    (found,) = [item for item in result.criteria if not item.supported]
    assert (found.id, found.outcome, found.evidence) == ("OSAID-CODE-INFERENCE", "met", ())
    assert [(gap.criterion, gap.severity) for gap in result.gaps] == [("OSAID-CODE-INFERENCE", "advice")]
    assert result.verdict.id == "conforms"


def test_only_evidence_that_the_judgement_rests_on_is_carried_along() -> None:
    card = full_card()
    card["evidence"]["unused"] = {"source": "https://example.org/unused"}
    assert [basis.id for basis in assess(load(card)).evidence] == ["paper", "repo"]


def test_evidence_named_twice_is_carried_once() -> None:
    card = full_card()
    card["components"]["inference_code"]["evidence"] = ["repo", "repo", "paper"]
    (found,) = [item for item in assess(load(card)).criteria if item.id == "OSAID-CODE-INFERENCE"]
    assert found.evidence == ("repo", "paper")
