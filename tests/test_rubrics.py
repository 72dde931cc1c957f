"""Rubrics: the bundled ones, broken ones with what is said of them, and a user's own."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from support import (
    CRITERIA,
    HEAD,
    PILLARS,
    ROOT,
    SOURCES,
    TESTS,
    VERDICTS,
    criterion,
    full_card,
    load,
    rubric,
    rubric_text,
    run,
    small_card,
    write,
)

from osaid import DocumentError, Problem, RubricError, assess, load_card, load_rubric
from osaid.document import load as load_document
from osaid.rubrics.engine import levels_if, verdict_if
from osaid.rubrics.rubric import parse_rubric, rubric_ids

LEDGER = TESTS / "ledger" / "criteria.txt"


def refused(text: str) -> list[Problem]:
    """What is wrong with a rubric, as it stands in the error."""
    with pytest.raises(RubricError) as caught:
        rubric(text)
    return list(caught.value.problems)


# --- the bundled ones ---------------------------------------------------------------------------------------------


def test_the_bundled_rubrics_compile() -> None:
    assert {"osaid-1.0", "osaid-1.0-faq"} <= set(rubric_ids())
    for identifier in rubric_ids():
        bundled = load_rubric(identifier)
        assert bundled.id == identifier
        assert len({item.id for item in bundled.criteria}) == len(bundled.criteria)
        assert {item.pillar for item in bundled.criteria} == set(bundled.pillars)
        assert all(item.clause["source"] in bundled.sources for item in bundled.criteria)
        assert all(item.weight == 0 for item in bundled.criteria if item.role == "optional")


def test_every_criterion_says_what_it_has_to_say() -> None:
    for identifier in rubric_ids():
        for item in load_rubric(identifier).criteria:
            assert item.texts["asks"].endswith("?"), item.id
            assert all(text.strip() for text in item.texts.values()), item.id
            assert item.clause["section"], item.id


def test_the_stricter_rubric_has_everything_the_milder_one_has() -> None:
    plain, strict = load_rubric("osaid-1.0"), load_rubric("osaid-1.0-faq")
    assert {item.id for item in plain.criteria} < {item.id for item in strict.criteria}
    assert plain.sha256 != strict.sha256


def test_ids_of_criteria_are_permanent() -> None:
    """An id may be retired in a rubric, but its line stays here for good; a new id is a new line."""
    ledger = LEDGER.read_text(encoding="utf-8").split()
    assert len(set(ledger)) == len(ledger)
    now = {item.id for identifier in rubric_ids() for item in load_rubric(identifier).criteria}
    retired: set[str] = set()  # ids that no bundled rubric has any longer
    assert now - set(ledger) == set(), "add them to tests/ledger/criteria.txt"
    assert set(ledger) - now == retired, "an id never goes without a word: name it as retired"
    assert not now & retired, "a retired id never comes back with another meaning"


# --- broken ones --------------------------------------------------------------------------------------------------


def one(identifier: str, check: str, **keys: str) -> str:
    return rubric_text(criterion(identifier, check, **keys))


EXTENDING = rubric_text().replace("version: 1.0.0", "version: 1.0.0\nextends: osaid-2.0")

LEVELS = rubric_text().replace("{", "{{").replace("}", "}}") + "levels:\n  - {{id: low, {}, }}\n"

# What is written wrongly: text, code, the word at whose place the error stands, and what the hint has to suggest.
BROKEN = {
    "a level with neither": (LEVELS.format("label: A"), "rubric.level-when", "{id: low", "asks"),
    "a level with both": (
        LEVELS.format("label: A, asks: [T-CODE], when: {every: presence}"),
        "rubric.level-when",
        "{id: low",
        "asks",
    ),
    "after beside when": (LEVELS.format("label: A, after: low, when: {every: presence}"), "rubric.level-when", "{id: low", "asks"),
    "a level after nothing": (LEVELS.format("label: A, asks: [T-CODE], after: lo"), "rubric.unknown-level", "lo,", ""),
    "a level of no criterion": (LEVELS.format("label: A, asks: [T-CODES]"), "rubric.unknown-criterion-near", "T-CODES", "T-CODE"),
    "a stand-in for what is not asked": (
        LEVELS.format("label: A, asks: [T-CODE], stand_in: {T-WEIGHTS: T-CODE}"), "rubric.unknown-criterion", "T-CODE}", "T-CODE"),
    "a list of no licences": (
        rubric_text(more="license_lists: {mine: {spelling: any}}\n"),
        "rubric.empty-license-list",
        "{spelling",
        "ids",
    ),
    "misspelt proposition": (one("A", "{relesed: weights}"), "rubric.unknown-proposition-near", "relesed", "released"),
    "no such proposition": (one("A", "{zzz: weights}"), "rubric.unknown-proposition", "zzz", "released"),
    "misspelt in a list": (one("A", "{all: [released: weights, lised: public]}"), "rubric.unknown-proposition-near", "lised", "listed"),
    "misspelt under not": (one("A", "{not: {relased: weights}}"), "rubric.unknown-proposition-near", "relased", "released"),
    "unknown component": (one("A", "{released: wieghts}"), "rubric.bad-parameter-near", "wieghts", "weights"),
    "unknown component in a group": (one("A", "{free_access: [weights, cod]}"), "rubric.bad-parameter", "[weights", "weights"),
    "unknown topic": (one("A", "{described: provenence}"), "rubric.bad-parameter-near", "provenence", "provenance"),
    "unknown listing": (one("A", "{listed: publik}"), "rubric.bad-parameter-near", "publik", "public"),
    "unknown access": (one("A", "{located: [opne]}"), "rubric.bad-parameter-near", "[opne", "open"),
    "unknown freedom": (one("A", "{terms_grant: {freedom: usee, of: [weights]}}"), "rubric.bad-parameter-near", "{freedom", "use"),
    "missing of": (one("A", "{terms_grant: {freedom: use}}"), "rubric.bad-parameter", "{freedom", "of"),
    "a list for a word": (one("A", "{released: [weights]}"), "rubric.bad-parameter", "[weights", "weights"),
    "a word for a list": (one("A", "{free_access: weights}"), "rubric.bad-parameter-near", "weights}", "weights"),
    "an empty list": (one("A", "{free_access: []}"), "rubric.bad-parameter", "[]}", "weights"),
    "unknown pillar": (one("A", "{released: weights}", pillar="oen"), "rubric.unknown-pillar-near", "oen", "one"),
    "unknown source": (one("A", "{released: weights}", clause="{source: DEEF, section: S}"), "rubric.unknown-source-near", "DEEF", "DEF"),
    "unknown criterion": (one("WEIGHTS", "{criterion: WIEGHTS}"), "rubric.unknown-criterion-near", "WIEGHTS}", "WEIGHTS"),
    "a map as criterion": (one("A-B", "{criterion: {x: y}}"), "rubric.unknown-criterion", "{x", "A-B"),
    "refers to itself": (one("A-B", "{criterion: A-B}"), "rubric.criterion-cycle", "{criterion", ""),
    "two checks": (one("A", "{released: weights, covers: all_data}"), "rubric.one-key", "{released", "all:"),
    "no check in a list": (one("A", "{all: [weights]}"), "rubric.one-key", "weights]", "all:"),
    "all without a list": (one("A", "{all: {released: weights}}"), "rubric.not-a-list", "{released", ""),
    "any of nothing": (one("A", "{any: []}"), "rubric.not-a-list", "[]}", ""),
    "at_least without a count": (one("A", "{at_least: {of: [released: weights]}}"), "rubric.bad-at-least", "{of", "count: 2"),
    "at_least of a word": (one("A", "{at_least: {count: two, of: [released: weights]}}"), "rubric.bad-at-least", "{count", "count: 2"),
    "at_least none": (one("A", "{at_least: {count: 0, of: [released: weights]}}"), "rubric.bad-at-least", "{count", "count: 2"),
    "at_least too many": (one("A", "{at_least: {count: 2, of: [released: weights]}}"), "rubric.bad-at-least", "{count", "count: 2"),
    "at_least of no list": (one("A", "{at_least: {count: 1, of: weights}}"), "rubric.not-a-list", "weights}", ""),
    "the same id twice": (
        rubric_text(CRITERIA + criterion("T-CODE", "{released: weights}", title="again")),
        "rubric.duplicate-criterion",
        "T-CODE, pillar: one, kind: presence, weight: 1, inherits: to-derive, clause: {source: DEF, section: One}, title: again",
        "id of its own",
    ),
    "the same pillar twice": (
        rubric_text(pillars=PILLARS + "  - {id: one, title: Again}\n"),
        "rubric.duplicate-id",
        "one, title: Again",
        "id of its own",
    ),
    "the same verdict twice": (
        rubric_text(verdicts=VERDICTS.replace("id: fair", "id: good")),
        "rubric.duplicate-id",
        "good, label: fair",
        "id of its own",
    ),
    "undetermined like a verdict": (
        rubric_text(verdicts=VERDICTS.replace("{id: open", "{id: fair")),
        "rubric.duplicate-id",
        "fair, label: fair",
        "id of its own",
    ),
    "a set of an unknown component": (
        rubric_text(more="sets: {mine: [weights, tokeniser]}\n"),
        "rubric.unknown-component-near",
        "tokeniser",
        "tokenizer",
    ),
    "a set of maps": (rubric_text(more="sets: {mine: [{a: b}]}\n"), "rubric.unknown-component", "{a:", "weights"),
    "a set without a list": (rubric_text(more="sets: {mine: weights}\n"), "rubric.bad-set", "weights}", ""),
    "a source without an address": (rubric_text(sources="sources: {DEF: {title: D}}\n"), "rubric.bad-source", "{title: D}", "url"),
    "a source that is text": (rubric_text(sources="sources: {DEF: here}\n"), "rubric.bad-source", "here}", "url"),
    "a verdict of an unknown kind": (
        rubric_text(verdicts=VERDICTS.replace("every: terms]", "every: term]")),
        "rubric.unknown-kind-near",
        "term]",
        "terms",
    ),
    "a verdict of an unknown condition": (
        rubric_text(verdicts=VERDICTS.replace("all: [every: presence, every", "al: [every: presence, every")),
        "rubric.unknown-condition-near",
        "al: [",
        "all",
    ),
    "a verdict of an unknown criterion": (
        rubric_text(verdicts=VERDICTS.replace("every: terms]", "criterion: T-WEIGHT]")),
        "rubric.unknown-criterion-near",
        "T-WEIGHT]",
        "T-WEIGHTS",
    ),
    "a last verdict with a condition": (
        rubric_text(verdicts=VERDICTS.replace('otherwise: "yes"', "when: {every: terms}")),
        "rubric.verdict-otherwise",
        "{id: bad",
        "otherwise",
    ),
    "a first verdict without one": (
        rubric_text(verdicts=VERDICTS.replace("when: {all: [every: presence, every: terms]}", 'otherwise: "yes"')),
        "rubric.verdict-otherwise",
        "{id: good",
        "when",
    ),
    "no criteria": (HEAD + SOURCES + PILLARS + VERDICTS, "rubric.part-missing", "osaid_rubric", "criteria"),
    "no verdicts": (
        HEAD + SOURCES + PILLARS + "undetermined: {id: o, label: o, summary: o}\ncriteria:\n" + CRITERIA,
        "rubric.part-missing",
        "osaid_rubric",
        "verdicts",
    ),
    "no undetermined": (
        rubric_text(verdicts=VERDICTS[: VERDICTS.index("undetermined")]),
        "rubric.part-missing",
        "osaid_rubric",
        "undetermined",
    ),
    "extends what is not there": (EXTENDING, "rubric.extends-unknown", "osaid-2.0", "osaid-1.0"),
    "a missing text": (one("A", "{released: weights}").replace('why: "why of A", ', ""), "shape.missing-key", "{id: A", "why"),
    "an unknown key": (one("A", "{released: weights}", wieght="2"), "shape.unknown-key-near", "wieght", "weight"),
    "an unknown role": (one("A", "{released: weights}", role="requird"), "shape.not-a-choice-near", "requird", "required"),
    "a weight in words": (one("A", "{released: weights}", weight="two"), "shape.pattern", "two, inherits", ""),
    "no map at all": ("- a\n- b\n", "shape.type", "- a", ""),
    "a newer format": (rubric_text().replace('osaid_rubric: "1"', 'osaid_rubric: "2"'), "shape.not-a-choice", '"2"', "1"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rubric_is_refused_with_place_and_suggestion(name: str) -> None:
    text, code, word, suggestion = BROKEN[name]
    problems = [problem for problem in refused(text) if problem.code == code]
    assert problems, [problem.code for problem in refused(text)]
    before = text[: text.index(word)]
    wanted = ("test-rubric.yaml", before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert wanted in [tuple(problem.place) for problem in problems]
    assert suggestion in (problems[0].hint or "")
    assert not re.search(r"[{\[]'", problems[0].message), "words, and no code"


def test_everything_wrong_is_told_at_once_and_in_order() -> None:
    text = rubric_text(
        criterion("A", "{relesed: weights}", pillar="two") + criterion("B", "{released: wights}") + criterion("C", "{all: []}")
    )
    problems = refused(text)
    assert sorted(problem.code for problem in problems) == [
        "rubric.bad-parameter-near",
        "rubric.not-a-list",
        "rubric.unknown-pillar",
        "rubric.unknown-proposition-near",
    ]
    places = [(problem.place.line or 0, problem.place.column or 0) for problem in problems]
    assert places == sorted(places)


def test_a_circle_of_criteria_names_those_in_it() -> None:
    text = rubric_text(
        criterion("A", "{all: [criterion: B, released: weights]}")
        + criterion("B", "{not: {criterion: C}}")
        + criterion("C", "{criterion: A}")
    )
    assert [(problem.code, problem.params["id"]) for problem in refused(text)] == [("rubric.criterion-cycle", name) for name in "ABC"]


def test_criteria_may_refer_to_later_ones() -> None:
    made = rubric(rubric_text(criterion("A", "{criterion: B}") + criterion("B", "{criterion: C}") + criterion("C", "{released: weights}")))
    assert {result.id: str(result.outcome) for result in assess(load(full_card()), made).criteria} == dict.fromkeys("ABC", "met")


# --- extending ----------------------------------------------------------------------------------------------------


def test_extending_in_a_circle(tmp_path: Path) -> None:
    for name, parent in (("a", "b.yaml"), ("b", "c.yaml"), ("c", "a.yaml")):
        text = rubric_text().replace("version: 1.0.0", f"version: 1.0.0\nextends: {parent}")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name in "abc":
        with pytest.raises(RubricError) as caught:
            load_rubric(str(tmp_path / f"{name}.yaml"))
        (problem,) = caught.value.problems
        assert (problem.code, problem.place.line) == ("rubric.extends-cycle", 4)
    (tmp_path / "self.yaml").write_text(rubric_text().replace("version: 1.0.0", "version: 1.0.0\nextends: self.yaml"), encoding="utf-8")
    with pytest.raises(RubricError, match="leads back here"):
        load_rubric(str(tmp_path / "self.yaml"))


def test_a_broken_parent_is_told_at_its_own_place(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text(rubric_text(criterion("A", "{relesed: weights}")), encoding="utf-8")
    child = HEAD.replace("version: 1.0.0", "version: 1.0.0\nextends: parent.yaml")
    (tmp_path / "child.yaml").write_text(child, encoding="utf-8")
    with pytest.raises(RubricError) as caught:
        load_rubric(str(tmp_path / "child.yaml"))
    assert [problem.place.path for problem in caught.value.problems] == [str(tmp_path / "parent.yaml")]
    (tmp_path / "parent.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(DocumentError):
        load_rubric(str(tmp_path / "child.yaml"))


def test_extending_replaces_by_id_and_adds_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text(rubric_text(), encoding="utf-8")
    more = criterion("T-WEIGHTS", "{released: tokenizer}", weight="7") + criterion("T-NEW", "{released: weights}")
    child = HEAD.replace("version: 1.0.0", "version: 2.0.0\nextends: parent.yaml") + "criteria:\n" + more
    (tmp_path / "child.yaml").write_text(child, encoding="utf-8")
    made = load_rubric(str(tmp_path / "child.yaml"))
    assert [(item.id, item.weight) for item in made.criteria] == [("T-WEIGHTS", 7), ("T-CODE", 1), ("T-NEW", 1)]
    assert [rule.id for rule in made.verdicts] == ["good", "fair", "bad"]
    before = made.sha256
    (tmp_path / "parent.yaml").write_text(rubric_text() + "# a remark\n", encoding="utf-8")
    assert load_rubric(str(tmp_path / "child.yaml")).sha256 != before, "the digest covers what is extended"


def test_the_bundled_rubric_is_judged_alike_from_a_copy(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_bytes((ROOT / "rubrics" / "osaid-1.0.yaml").read_bytes())
    card = load(full_card())
    assert assess(card, load_rubric(str(copy))) == assess(card, "osaid-1.0")


# --- on the command line ------------------------------------------------------------------------------------------


def test_a_rubric_of_ones_own(tmp_path: Path) -> None:
    (card,) = write(tmp_path, full_card())
    own = tmp_path / "own.yaml"
    own.write_text(rubric_text(), encoding="utf-8")
    extending = tmp_path / "extending.yaml"
    head = HEAD.replace("version: 1.0.0", "version: 1.0.0\nextends: osaid-1.0").replace("test-rubric", "with-checkpoints")
    extending.write_text(
        head + "criteria:\n" + criterion("OUR-POINTS", "{released: intermediate_checkpoints}", pillar="parameters"), encoding="utf-8"
    )
    for file, verdict, count in ((own, "good", 2), (extending, "conforms", len(load_rubric().criteria) + 1)):
        ran = run("score", card, "--rubric", file, "--format", "json")
        assert (ran.code, ran.stderr) == (0, "")
        (assessment,) = json.loads(ran.stdout)["assessments"]
        assert assessment["verdict"]["id"] == verdict
        assert len(assessment["criteria"]) == count
        assert assessment["rubric"]["sha256"] == parse_rubric(load_document(str(file))).sha256
    ran = run("rubric", "check", own, extending)
    assert (ran.code, ran.stdout.count(": valid")) == (0, 2)
    assert "T-WEIGHTS" in run("rubric", "show", own).stdout
    assert "title of T-CODE" in run("explain", "t-code", "--rubric", own).stdout


def test_a_broken_rubric_on_the_command_line(tmp_path: Path) -> None:
    (card,) = write(tmp_path, full_card())
    (tmp_path / "broken.yaml").write_text(rubric_text(criterion("A", "{relesed: weights}")), encoding="utf-8")
    for arguments in (
        ("score", card, "--rubric", "broken.yaml"),
        ("rubric", "check", "broken.yaml"),
        ("explain", "A", "--rubric", "broken.yaml"),
    ):
        ran = run(*arguments, cwd=tmp_path)
        assert (ran.code, ran.stdout) == (2, "")
        assert re.search(r"^broken\.yaml:\d+:\d+: error: .*relesed.* \[rubric\.unknown-proposition-near\]$", ran.stderr, re.MULTILINE)
        assert "Did you mean released?" in ran.stderr
    ran = run("score", card, "--rubric", "osaid-1")
    assert ran.code == 2
    assert "Did you mean osaid-1.0?" in ran.stderr
    for given in (".", "missing.yaml", "empty.yaml"):
        (tmp_path / "empty.yaml").write_bytes(b"")
        ran = run("score", card, "--rubric", os.path.join(tmp_path, given))
        assert (ran.code, ran.stdout, ran.stderr.count("error:")) == (2, "", 1)


def test_a_rubric_in_which_nothing_applies() -> None:
    """Everything is not applicable: nothing stands in the way, and there is no score to speak of."""
    text = HEAD + SOURCES + PILLARS + "criteria:\n" + criterion("A", "{released: model_card}") + VERDICTS
    card = small_card() | {"components": {"model_card": {"release": "no-such-step"}}}
    result = assess(load(card), rubric(text))
    assert (result.verdict.id, result.pillars[0].score, result.score) == ("good", None, (0.0, 0.0, 0.0))
    assert result.gaps == ()


@pytest.mark.parametrize("name", rubric_ids())
def test_verdict_and_levels_are_the_same_alone_as_together(name: str) -> None:
    used = load_rubric(name)
    for card in (load(full_card()), load(small_card()), load_card("bundled:bloom"), load_card("bundled:mixtral-8x7b")):
        assessment = assess(card, used)
        assert verdict_if(assessment, used, ()) == assessment.verdict
        assert levels_if(assessment, used, ()) == assessment.levels
