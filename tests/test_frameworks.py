"""The rubrics of the EU AI Act's exemption, of the G7's levels and of the Open Weights Definition: what small cards come to."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from framework_cards import (
    EU,
    FRAMEWORKS,
    G7,
    LLAMA,
    OWD,
    RAIL,
    VERDICTS,
    failing,
    judged,
    open_card,
    release,
    says,
    stage,
    under,
    withheld_set,
)
from framework_cases import (
    CLOSED,
    CONFORMS,
    EU_CASES,
    FOURTH,
    G7_CASES,
    IF_TERMS,
    NOT,
    OWD_CASES,
    SECOND,
    THIRD,
    TOP,
    WEIGHT_TERMS,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT, full_card, load, run, small_card

from osaid import Assessment, Library, Rubric, assess, load_card, load_rubric
from osaid.rubrics.rubric import rubric_ids


@pytest.mark.parametrize("case", EU_CASES)
def test_the_exemption_of_the_eu_ai_act(case: str) -> None:
    changes, possible, fails = EU_CASES[case]
    check(judged(EU, *changes), possible, fails)


def check(result: Assessment, possible: list[str], fails: set[str]) -> None:
    assert list(result.verdict.possible) == possible
    assert result.verdict.id == (possible[0] if len(possible) == 1 else "undetermined")
    assert failing(result) == fails


def outcomes(name: str, license: str, *criteria: str) -> list[str]:
    found = {item.id: str(item.outcome) for item in judged(name, under(license, "weights")).criteria}
    return [found[criterion] for criterion in criteria]


@pytest.mark.parametrize(
    ("license", "use", "modify", "share"),
    [
        ("MIT", "met", "met", "met"),
        (RAIL, "unknown", "unknown", "unknown"),
        ("LicenseRef-Falcon-LLM", "unknown", "unknown", "unknown"),
        ("LicenseRef-Gemma-Terms", "unknown", "unknown", "unknown"),
        ("LicenseRef-NVIDIA-Open-Model", "unknown", "unknown", "unknown"),
        ("LicenseRef-Modified-MIT-Kimi", "unknown", "met", "met"),
        ("LicenseRef-Llama-3.1-Community", "not_met", "not_met", "not_met"),
        # A limit on one right is not held against another one, of which a lawyer has to judge.
        ("LicenseRef-AI2-ImpACT-MR", "unknown", "unknown", "not_met"),
        ("LicenseRef-AI2-ImpACT-LR", "unknown", "not_met", "not_met"),
        (f"{RAIL} AND CC-BY-NC-4.0", "not_met", "not_met", "not_met"),
        (f"{RAIL} OR Apache-2.0", "met", "met", "met"),
    ],
)
def test_limits_that_may_be_for_safety_are_an_open_question(license: str, use: str, modify: str, share: str) -> None:
    found = outcomes(EU, license, "EUAIA-LICENSE-USE", "EUAIA-LICENSE-MODIFY", "EUAIA-LICENSE-DISTRIBUTE")
    assert found == [use, modify, share]


def test_what_stays_owed_is_told_whatever_the_verdict() -> None:
    for changes in ([], [release("none", "copyright_policy")], [release("none", "weights")], [release(None, "training_content_summary")]):
        result = judged(EU, *changes)
        found = {item.id for item in result.criteria}
        assert {"EUAIA-COPYRIGHT-POLICY", "EUAIA-TRAINING-SUMMARY", "EUAIA-SCOPE"} <= found
        assert [level.id for level in result.levels][-1] == "still-owed"
    assert judged(EU, release("none", "copyright_policy")).levels[-1].progress == 50.0


def test_levels_of_the_exemption_tell_what_is_missing() -> None:
    result = judged(EU, under(LLAMA, "weights"), says("systemic_risk", None))
    assert {level.id: level.met for level in result.levels} == {
        "public": True,
        "free-and-open-source": False,
        "all-conditions": False,
        "still-owed": True,
    }


# --- G7 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", G7_CASES)
def test_the_levels_of_the_g7(case: str) -> None:
    changes, possible, fails = G7_CASES[case]
    check(judged(G7, *changes), possible, fails)


def test_progress_is_told_for_each_level_above_a_level_reached() -> None:
    found = {level.id: (level.met, round(level.progress)) for level in judged(G7, under(LLAMA, "weights")).levels}
    assert found == {FOURTH: (True, 100), THIRD: (False, 67), SECOND: (False, 0), TOP: (False, 0)}
    found = {level.id: (level.met, round(level.progress)) for level in judged(G7, withheld_set("unshareable")).levels}
    assert found == {FOURTH: (True, 100), THIRD: (True, 100), SECOND: (True, 100), TOP: (False, 0)}


# --- Open Weights Definition --------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", OWD_CASES)
def test_the_open_weights_definition(case: str) -> None:
    changes, possible, fails = OWD_CASES[case]
    check(judged(OWD, *changes), possible, fails)


def test_the_definition_is_not_given_a_version_that_it_has_not() -> None:
    assert load_rubric(OWD).framework["version"] == "2024-02-07"
    assert "It has no version number" in (ROOT / "rubrics" / f"{OWD}.yaml").read_text(encoding="utf-8")


def test_silence_on_payment_keeps_the_level_and_names_what_it_could_still_be() -> None:
    verdict = judged(G7, says("paid_access", None)).verdict
    assert (verdict.id, verdict.possible) == (TOP, (TOP, CLOSED))


# --- all three ----------------------------------------------------------------------------------------------------


def test_the_cases_cover_every_verdict_and_every_criterion_that_counts() -> None:
    for name, cases in ((EU, EU_CASES), (G7, G7_CASES), (OWD, OWD_CASES)):
        rubric = load_rubric(name)
        assert {possible[0] for _, possible, _ in cases.values() if len(possible) == 1} == set(VERDICTS[name])
        assert [rule.id for rule in rubric.verdicts] == VERDICTS[name]
        failed = set[str]().union(*(fails for _, _, fails in cases.values()))
        assert failed == {criterion.id for criterion in rubric.criteria if criterion.role not in ("optional", "information")}


# Of these no card fails one alone: the rights that a licence gives, and what stands or falls with something else.
NEVER_ALONE = {
    EU: {"EUAIA-LICENSE", "EUAIA-LICENSE-USE", "EUAIA-LICENSE-MODIFY", "EUAIA-LICENSE-DISTRIBUTE"},
    G7: {"G7-DATA-INFORMATION", "G7-DATA-SHARED"},
    OWD: {"OWD-METHOD", "OWD-TERMS-LICENSE", "OWD-TERMS-MODIFY", "OWD-TERMS-SHARE"},
}


def test_every_other_criterion_fails_by_itself_in_some_case() -> None:
    for name, cases in ((EU, EU_CASES), (G7, G7_CASES), (OWD, OWD_CASES)):
        alone = set[str]().union(*(fails for _, _, fails in cases.values() if len(fails) == 1))
        counting = {criterion.id for criterion in load_rubric(name).criteria if criterion.role not in ("optional", "information")}
        # G7-DEPLOYMENT-CODE fails alone where a part of the code is there.
        alone |= failing(judged(G7, release("partial", "inference_code"))) if name == G7 else set()
        alone |= failing(judged(OWD, release("partial", "training_code"), release("full", "research_paper"))) if name == OWD else set()
        assert counting - alone == NEVER_ALONE[name], name


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_card_that_says_nothing_leaves_everything_possible(name: str) -> None:
    verdict = assess(load(small_card()), load_rubric(name)).verdict
    assert (verdict.id, list(verdict.possible)) == ("undetermined", VERDICTS[name])


@pytest.mark.parametrize("name", [EU, OWD])
def test_what_is_legal_says_that_it_is_no_advice(name: str) -> None:
    rubric = load_rubric(name)
    if name == EU:
        texts = [rubric.verdict_texts(rule.id)[1] for rule in rubric.verdicts] + [rubric.undetermined[2]]
        assert all("no legal advice" in text for text in texts)
    else:
        assert "no legal advice" in rubric.verdict_texts(CONFORMS)[1]
        assert "no legal advice" in rubric.verdict_texts(IF_TERMS)[1]


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_texts_are_short_and_end_as_they_should(name: str) -> None:
    for criterion in load_rubric(name).criteria:
        texts = criterion.texts
        assert all(texts[key].endswith("?") for key in ("asks", "question")), criterion.id
        assert all(texts[key].endswith(".") for key in ("why", "how", "remedy")), criterion.id
        assert not texts["title"].endswith("."), criterion.id
        assert all(len(texts[key]) < 400 for key in texts), criterion.id


def test_a_model_is_no_freer_than_what_it_was_made_from() -> None:
    base = full_card("base-1b")
    under(LLAMA, "weights")(base)
    tuned = full_card("tuned-1b", derived_from=[{"model": "base-1b", "relation": "finetune", "evidence": ["repo"]}])
    tuned["statements"] = open_card()["statements"]
    library = Library([load(base)])
    found = {name: assess(load(tuned), load_rubric(name), library).verdict.id for name in FRAMEWORKS}
    assert found == {EU: "not-exempt", G7: FOURTH, OWD: IF_TERMS}


# --- filling in what was open never turns a verdict round ---------------------------------------------------------

RELEASES = ["full", "full", "full", "gated", "partial", "none"]
LICENSES = ["Apache-2.0", "Apache-2.0", "CC-BY-NC-4.0", RAIL, LLAMA, "NONE", "CC0-1.0", "LicenseRef-Modified-MIT-Kimi"]
ASKED_FOR = [
    "weights",
    "inference_code",
    "training_code",
    "training_configuration",
    "model_architecture",
    "architecture_documentation",
    "usage_information",
    "research_paper",
    "technical_report",
]
LISTING = {"open": "public", "public": "public", "obtainable": "third_party", "unshareable": "unshareable"}


@st.composite
def told_cards(draw: st.DrawFn) -> dict[str, Any]:
    """A card on which all that the three frameworks ask is told."""
    card = open_card()
    for name in ASKED_FOR:
        card["components"][name]["release"] = draw(st.sampled_from(RELEASES))
    for name in ("weights", "inference_code", "training_code"):
        card["components"][name]["license"] = draw(st.sampled_from(LICENSES))
    for said in card["statements"].values():
        said["answer"] = draw(st.sampled_from(["applies", "does-not-apply"]))
    here = stage(card)
    levels = st.sampled_from(["full", "full", "full", "full", "full", "partial", "none"])
    for claim in (*here["description"].values(), here["covers_all_data"]):
        claim["level"] = draw(levels)
    here["datasets"] = [
        {
            "name": f"D{number}",
            "access": draw(st.sampled_from(["open", "open", "public", "obtainable", "unshareable"])),
            "state": draw(st.sampled_from(["available", "available", "gone"])),
            "where": ["https://example.org/d"],
            "evidence": ["paper"],
        }
        for number in range(draw(st.integers(1, 3)))
    ]
    kinds = {LISTING[item["access"]] for item in here["datasets"]}
    for name, claim in here["listing"].items():
        claim["level"] = draw(st.sampled_from(["full", "full", "partial"] if name in kinds else ["no-such-step", "no-such-step", "none"]))
    return card


def hide(card: dict[str, Any], draw: Callable[[], bool]) -> dict[str, Any]:
    """The same card with some of it left open."""
    hidden = copy.deepcopy(card)
    for name in ASKED_FOR:
        if draw():
            hidden["components"][name]["release"] = "unknown"
    hidden.pop("licenses")
    for name in ("weights", "inference_code", "training_code"):
        if draw():
            del hidden["components"][name]["license"]
    for name in list(hidden["statements"]):
        if draw():
            del hidden["statements"][name]
    here = stage(hidden)
    for claim in (*here["description"].values(), here["covers_all_data"], *here["listing"].values()):
        if draw():
            claim["level"] = "unknown"
    for item in here["datasets"]:
        for key in ("access", "state"):
            if draw():
                item[key] = "unknown"
    return hidden


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_filling_in_what_is_unknown_never_turns_a_settled_verdict_round(data: st.DataObject) -> None:
    told = data.draw(told_cards())
    told.pop("licenses")
    often = data.draw(st.sampled_from([2, 5, 12]))
    hidden = hide({**told, "licenses": {}}, lambda: data.draw(st.integers(0, often)) == 0)
    for name in FRAMEWORKS:
        rubric = load_rubric(name)
        assert rubric.silence == "open"
        before, after = assess(load(hidden), rubric), assess(load(told), rubric)
        assert set(after.verdict.possible) <= set(before.verdict.possible), name
        if len(before.verdict.possible) == 1:
            assert after.verdict == before.verdict, name
        levels_agree(before, rubric)
        levels_agree(after, rubric)


def levels_agree(result: Assessment, rubric: Rubric) -> None:
    """The ladder and the verdict tell the same: a level that is settled is settled as the verdicts have it."""
    if rubric.id == G7 and next(item for item in result.criteria if item.id == "G7-FREE-OF-CHARGE").outcome != "unknown":
        for level in result.levels:
            above = VERDICTS[G7][: VERDICTS[G7].index(level.id) + 1]
            if level.met is True:
                assert set(result.verdict.possible) <= set(above)
            elif level.met is False:
                assert not set(result.verdict.possible) & set(above)
            else:
                assert set(result.verdict.possible) & set(above)
    if rubric.id == EU:
        met = {level.id: level.met for level in result.levels}["all-conditions"]
        assert (result.verdict.id == "exempt") is (met is True)
        assert ("exempt" not in result.verdict.possible) is (met is False)


# --- the bundled cards --------------------------------------------------------------------------------------------

BUNDLED = {
    "mixtral-8x7b": {EU: ["exempt", "not-exempt"], G7: [THIRD], OWD: [NOT]},
    "mistral-7b": {EU: ["exempt", "not-exempt"], G7: [THIRD], OWD: [NOT]},
    "grok-1": {EU: ["exempt", "not-exempt"], G7: [THIRD], OWD: [NOT]},
    "falcon-40b": {EU: ["exempt"], G7: [THIRD], OWD: [NOT]},
    "phi-2": {EU: ["exempt"], G7: [THIRD], OWD: [NOT]},
    "phi-1.5": {EU: ["exempt"], G7: [THIRD], OWD: [NOT]},
    "arctic-base": {EU: ["exempt", "not-exempt"], G7: [THIRD], OWD: [NOT]},
    "llama-2-7b": {EU: ["not-exempt"], G7: [FOURTH], OWD: [NOT]},
    "vicuna-7b-v1.5": {EU: ["not-exempt"], G7: [FOURTH], OWD: [NOT]},
    "falcon-180b": {EU: ["not-exempt"], G7: [FOURTH], OWD: [NOT]},
    "bloom": {EU: ["exempt", "not-exempt"], G7: [FOURTH], OWD: [IF_TERMS]},
    "starcoder2-15b": {EU: ["exempt", "not-exempt"], G7: [FOURTH], OWD: [IF_TERMS]},
    "pythia-6.9b": {EU: ["exempt"], G7: [SECOND, THIRD], OWD: [CONFORMS]},
    "olmo-7b": {EU: ["exempt"], G7: [SECOND], OWD: [CONFORMS]},
    "amber-7b": {EU: ["exempt", "not-exempt"], G7: [SECOND], OWD: [CONFORMS]},
    "crystalcoder-7b": {EU: ["exempt", "not-exempt"], G7: [SECOND], OWD: [CONFORMS]},
    "t5-11b": {EU: ["exempt", "not-exempt"], G7: [SECOND], OWD: [CONFORMS]},
}


def bundled(identifier: str, name: str) -> Assessment:
    return assess(load_card(str(ROOT / "model_cards" / f"{identifier}.yaml")), load_rubric(name), Library())


@pytest.mark.parametrize("identifier", BUNDLED)
def test_verdicts_on_bundled_cards(identifier: str) -> None:
    found = {name: list(bundled(identifier, name).verdict.possible) for name in BUNDLED[identifier]}
    assert found == BUNDLED[identifier]


def test_rail_leaves_bloom_open_by_its_terms_whatever_else_is_known() -> None:
    result = bundled("bloom", EU)
    assert result.verdict.id == "undetermined"
    outcomes = {item.id: item.outcome for item in result.criteria}
    assert {outcomes[name] for name in WEIGHT_TERMS} == {"unknown"}


# --- what a user sees ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_command_line_grades_by_them(name: str) -> None:
    assert name in rubric_ids()
    assert run("rubric", "check", ROOT / "rubrics" / f"{name}.yaml").code == 0
    shown = run("score", "mixtral-8x7b", "--rubric", name)
    assert load_rubric(name).title in " ".join(shown.stdout.split())
    assert shown.stderr == ""
