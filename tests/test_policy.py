"""Policies: read strictly, and everything wrong told with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from gates import GOOD
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from osaid.document import parse
from osaid.errors import OsaidError, PolicyError
from osaid.policy.builder import KINDS
from osaid.policy.model import PolicyFile, RuleFile, policy_schema
from osaid.policy.policy import load_policy, parse_policy, policy_ids
from osaid.shapes import Shape


def test_the_checks_that_are_compiled_are_those_of_the_format() -> None:
    """In a rule each map is a check. The builder has its own list, because pydantic is not loaded for a policy."""
    types = {name: field.annotation for name, field in RuleFile.model_fields.items()}
    assert tuple(name for name, of in types.items() if isinstance(of, type) and issubclass(of, BaseModel)) == KINDS


# --- reading --------------------------------------------------------------------------------------------------------

BROKEN = """\
osaid_policy: "1"
id: broken
version: 1.0.0
title: Broken
rules:
  - {id: a, title: A, verdict: {rubric: osaid-1.0, at_least: conform}}
  - {id: a, title: A, level: {rubric: mof-1.0, reached: class-9}}
  - {id: b, title: B, verdict: {rubric: osaid-2.0, at_least: conforms}}
  - {id: c, title: C, criteria: {rubric: osaid-1.0, met: [OSAID-CODE-TRAINING, OSAID-CODE-TRAIN]}}
  - {id: d, title: D, restrictions: {forbid: [noncommercial], on: [wieghts]}}
  - {id: e, title: E, licenses: {allow: [Apache-2.0, Apach-2.0]}}
  - {id: f, title: F, licenses: {on: [weights]}}
  - {id: g, title: G}
  - {id: h, title: H, age: {most_days: 1}, score: {rubric: osaid-1.0, at_least: 1}}
  - {id: i, title: I, score: {rubric: broken.yaml, at_least: 1}}
waivers:
  - {rule: z, model: m, reason: R, owner: O, expires: 2026-02-31}
  - {model: m, reason: R, owner: O, expires: 2026-02-28}
"""


def test_everything_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(BROKEN, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("osaid_rubric: 1\n", encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(str(tmp_path / "policy.yaml"))
    found = {(problem.place.line, problem.code) for problem in caught.value.problems}
    assert found == {
        (6, "policy.unknown-verdict-near"),
        (7, "policy.duplicate-rule"),
        (7, "policy.unknown-level-near"),
        (8, "policy.unknown-rubric-near"),
        (9, "policy.unknown-criterion-near"),
        (10, "policy.unknown-restriction-near"),
        (10, "policy.unknown-component-near"),
        (11, "policy.unknown-license-near"),
        (12, "policy.allow-or-deny"),
        (13, "policy.one-check"),
        (14, "policy.one-check"),
        (15, "policy.bad-rubric"),
        (17, "policy.unknown-rule"),
        (17, "policy.impossible-date"),
        (18, "policy.criterion-or-rule"),
    }
    assert [problem.place.line for problem in caught.value.problems] == sorted(
        line for problem in caught.value.problems if (line := problem.place.line)
    )
    assert all(problem.place.column and problem.hint for problem in caught.value.problems if problem.code != "policy.bad-rubric")


_RULE = "rules: [{id: a, title: A, age: {most_days: 1}}]\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("rules: []\n", "shape.list-length", 5),
        ("", "shape.missing-key", 1),
        ("rules: [{id: a, title: A, age: {most_days: 1}}]\nwaiver: []\n", "shape.unknown-key-near", 6),
        ("rules: [{id: a, title: A, age: {most_days: many}}]\n", "shape.pattern", 5),
        ("rules: [{id: a, title: A, age: {most_days: 1}}]\napplies_to: {}\n", "policy.applies-to-nothing", 6),
        (
            _RULE + "waivers: [{criterion: X, rule: a, model: m, reason: r, owner: o, expires: 2026-01-01}]\n",
            "policy.criterion-or-rule",
            6,
        ),
        (
            _RULE + "waivers: [{criterion: X, model: m, reason: r, owner: o, expires: 2026-01-01}]\n",
            "policy.unknown-criterion",
            6,
        ),
        ("rules: [{id: a, title: A, age: {most_days: 1}, severity: fatal}]\n", "shape.not-a-choice", 5),
        ("rules: [{id: a, title: A, score: {rubric: osaid-1.0, at_least: 101}}]\n", "shape.pattern", 5),
        ("rules: [{id: a, title: A, verdict: }]\n", "shape.type", 5),
    ],
)
def test_one_thing_wrong(text: str, code: str, line: int) -> None:
    head = 'osaid_policy: "1"\nid: broken\nversion: 1.0.0\ntitle: Broken\n'
    with pytest.raises(PolicyError) as caught:
        parse_policy(parse((head + text).encode(), path="p.yaml", format="yaml"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.line) == (code, line)


def test_a_policy_that_is_not_there() -> None:
    for name, code in (("adopt-strikt", "policy.unknown-near"), ("zzzzzz", "policy.unknown"), ("none/such.yaml", "file.missing")):
        with pytest.raises(OsaidError) as caught:
            load_policy(name)
        assert caught.value.problems[0].code == code


def test_bundled_policies_are_found_by_their_id() -> None:
    assert policy_ids() == ["adopt-commercial", "adopt-strict", "eu-ai-act"]
    for name in policy_ids():
        assert load_policy(name).id == name


_VALUES = st.recursive(
    st.sampled_from(["1", "a", "", " ", "osaid-1.0", "2026-01-31", "60", "999", None]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["rubric", "at_least", "on", "allow", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = (
    "id",
    "title",
    "why",
    "severity",
    "unknown",
    "verdict",
    "level",
    "score",
    "criteria",
    "restrictions",
    "licenses",
    "age",
    "evidence",
    "y",
)


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES), st.dictionaries(st.sampled_from(["applies_to", "waivers", "about"]), _VALUES))
def test_the_three_checkers_give_the_same_answers(rule: dict[str, Any], more: dict[str, Any]) -> None:
    data = {**GOOD, "rules": [{"id": "r", "title": "R", **rule}], **more}
    ours = not Shape(policy_schema()).problems_in(data)
    assert ours == jsonschema.Draft202012Validator(policy_schema()).is_valid(data)
    try:
        PolicyFile.model_validate(data)
        theirs = True
    except ValidationError:
        theirs = False
    assert ours == theirs
