"""What is doubtful about a card that can be read, and the empty card that `osaid init` writes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osaid import from_mapping, parse_card
from osaid.cards.findings import findings
from osaid.cards.template import template
from osaid.cards.vocabulary import vocabulary

CARD = """\
osaid_card: "1"
as_of: 2026-02-30
model:
  id: a
  name: A
  released: 2024-13-01
  derived_from:
    - {model: b, relation: merge}
licenses:
  distribution: MIT
  code: {license: apache 2.0, evidence: [used]}
components:
  weights: {release: full, license: Made Up, where: [example.org/weights], evidence: [missing]}
  tokenizer: {release: unknown}
  model_card: {release: none, license: MIT AND}
training_data:
  training:
    description: {scope: {level: partial}, filtering: {level: unknown}, selection: {}}
    license: CC-BY-4.0
    datasets:
      - {name: D, access: open, license: some words, evidence: [used]}
evidence:
  used: {source: "https://x.example", locator: p. 1, retrieved: 2026-02-29}
  unused: {source: s}
"""
DOUBTS = [
    ("warning", "finding.date-impossible", "2:8", "as_of"),
    ("warning", "finding.unsupported", "8:7", "model.derived_from[0]"),
    ("warning", "finding.unsupported", "10:17", "licenses.distribution"),
    ("note", "finding.license-resolved", "11:19", "licenses.code.license"),
    ("warning", "finding.license-unknown-near", "13:37", "components.weights.license"),
    ("warning", "finding.not-an-address", "13:54", "components.weights.where[0]"),
    ("error", "finding.evidence-missing", "13:87", "components.weights.evidence[0]"),
    ("warning", "finding.unsupported", "15:15", "components.model_card"),
    ("warning", "finding.license-problem", "15:40", "components.model_card.license"),
    ("warning", "finding.unsupported", "18:5", "training_data.training"),
    ("warning", "finding.unsupported", "18:26", "training_data.training.description.scope"),
    ("warning", "finding.unsupported", "18:84", "training_data.training.description.selection"),
    ("note", "finding.license-unknown", "21:42", "training_data.training.datasets[0].license"),
    ("warning", "finding.date-impossible", "23:65", "evidence.used.retrieved"),
    ("warning", "finding.evidence-unused", "24:11", "evidence.unused"),
    ("note", "finding.no-locator", "24:11", "evidence.unused"),
]


def test_every_doubt_is_told_in_its_place() -> None:
    text = CARD.replace("2024-13-01", "2024-02-01")
    told = findings(parse_card(text.encode(), path="card.yaml"))
    assert [
        (item.severity, item.problem.code, f"{item.problem.place.line}:{item.problem.place.column}", item.problem.params["where"])
        for item in told
    ] == DOUBTS
    for item in told:
        assert item.problem.place.path == "card.yaml"
        assert item.problem.message


def test_a_card_made_in_memory_has_the_same_doubts_without_places() -> None:
    card = parse_card(CARD.replace("2024-13-01", "2024").encode())
    told = findings(from_mapping(card.data))
    assert all(item.problem.place == (None, None, None) for item in told)
    assert sorted(item.problem.params["where"] for item in told) == sorted(where for *_, where in DOUBTS)


@given(
    st.from_regex(r"[a-z][a-z0-9._-]{0,40}", fullmatch=True),
    st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda name: re.search(r"[^ \t\r\n]", name) is not None),
)
def test_an_empty_card_is_valid_whatever_the_name(identifier: str, name: str) -> None:
    card = parse_card(template(identifier, name, "2026-11-21").encode(), path="card.yaml")
    assert (card.subject.id, card.subject.name) == (identifier, name)
    assert findings(card) == []


def test_an_empty_card_names_every_word_of_the_vocabulary() -> None:
    text, words = template("a", "A", "2026-11-21"), vocabulary()
    card = parse_card(text.encode())
    assert list(card.data["components"]) == list(words.components)
    assert list(card.data["training_data"]["training"]["description"]) == list(words.topics)
    assert list(card.data["training_data"]["training"]["listing"]) == list(words.listings)
    for word in (*words.stages, *words.relations):
        assert word in text


@pytest.mark.parametrize("line", [line for line in template("a", "A", "2026-11-21").splitlines() if re.match(r" *# \w+: [{\[]", line)])
def test_the_examples_in_an_empty_card_have_the_shape_that_they_show(line: str) -> None:
    """An example that is taken in place of what stands there is read, once its dots and choices are filled in."""
    filled = re.sub(r" \| [a-z-]+", "", line.replace("# ", "", 1)).replace("[...]", '["https://x.example"]').replace("...", "x")
    key = filled.strip().partition(":")[0]
    head = 'osaid_card: "1"\nas_of: 2026-11-21\n'
    model = "model:\n  id: a\n  name: A\n"
    texts = {
        "licenses": head + model + filled,
        "evidence": head + model + "training_data:\n  training:\n    " + filled.strip().partition("#")[0],
        "weights": head + model + "components:\n  " + filled.strip(),
        "my-evidence": head + model + "evidence:\n  " + filled.strip(),
    }
    parse_card(texts.get(key, head + model + "  " + filled.strip().partition("#")[0]).encode())
