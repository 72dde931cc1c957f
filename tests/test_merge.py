"""What an audit found, merged into a card that is there: what a person said stays."""

from __future__ import annotations

from typing import Any

import pytest
from support import full_card, load, small_card

from osaid.audit.draft import Draft
from osaid.audit.merge import Merged, merge
from osaid.cards.findings import claims, findings
from osaid.cards.marks import MARK, SEEN, is_audits_own
from osaid.cards.reader import from_mapping
from osaid.messages import sentence

DAY, LATER = "2026-03-01", "2026-04-01"
WEIGHTS = {"release": "full", "license": "Apache-2.0", "evidence": [MARK + "model.safetensors"]}


def found(day: str = DAY, **parts: Any) -> dict[str, Any]:
    """A card as an audit makes it: every piece of evidence that its parts name stands in it."""
    card = {"osaid_card": "1", "as_of": day, "model": {"id": "folder", "name": "Folder", **parts.pop("model", {})}, **parts}
    named = sorted({name for _, claim in claims(card) for name in claim.get("evidence", ())})
    card["evidence"] = {name: {"source": name.removeprefix(MARK), "retrieved": day, "says": "It is there."} for name in named}
    from_mapping(card)
    return card


def weights(**claim: Any) -> dict[str, Any]:
    return found(components={"weights": {**WEIGHTS, **claim}})


def human(**claim: Any) -> dict[str, Any]:
    """A card on which a person says something of the weights."""
    paper = {"paper": {"source": "https://example.org/paper", "locator": "1", "retrieved": "2026-01-30", "says": "x"}}
    return {**small_card(), "components": {"weights": claim}, "evidence": paper}


def merged(card: dict[str, Any], *facts: dict[str, Any]) -> Merged:
    """Merge one after the other; what comes out is a valid card, and merging the last once more changes nothing."""
    result = merge(load(card), facts[0])
    for item in facts[1:]:
        result = merge(from_mapping(result.data), item)
    from_mapping(result.data)
    again = merge(from_mapping(result.data), facts[-1])
    assert again.changes == ()
    assert again.data == result.data
    assert list(again.data) == list(result.data)
    assert not [item for item in findings(from_mapping(result.data)) if item.severity == "error"]
    return result


def rules(result: Merged) -> dict[str, tuple[str | None, str | None, str]]:
    return {item.path: (item.before, item.after, item.rule) for item in result.changes if not item.path.startswith("evidence.")}


def kinds(result: Merged) -> list[tuple[str, str, str, str]]:
    return [(item.kind, item.path, item.said, item.found) for item in result.conflicts]


def test_what_the_card_leaves_out_is_filled_and_the_audits_own() -> None:
    result = merged(small_card(), weights(where=["https://huggingface.co/a/b"]))
    claim = result.data["components"]["weights"]
    assert claim == {**WEIGHTS, "where": ["https://huggingface.co/a/b"]}
    assert is_audits_own(claim)
    assert rules(result)["components.weights.release"] == (None, "full", "merge.filled")
    assert result.changes[1].evidence == (MARK + "model.safetensors",)
    assert list(result.data) == ["osaid_card", "as_of", "model", "components", "evidence"]
    assert result.conflicts == ()


def test_the_id_and_the_name_are_the_cards() -> None:
    assert merged(small_card(), weights()).data["model"] == small_card()["model"]


@pytest.mark.parametrize("said", ["unknown", None])
def test_a_bare_unknown_is_filled(said: str | None) -> None:
    card = small_card()
    card["components"] = {"weights": {"release": said} if said else {}}
    assert merged(card, weights()).data["components"]["weights"] == WEIGHTS


@pytest.mark.parametrize("reason", [{"note": "Searched the site."}, {"evidence": ["paper"]}])
def test_what_a_person_left_unknown_and_gave_a_reason_for_is_told(reason: dict[str, Any]) -> None:
    result = merged(human(release="unknown", **reason), weights())
    assert result.data["components"]["weights"] == {"release": "unknown", **reason}
    assert ("merge.considered", "components.weights.release", "unknown", "full") in kinds(result)


@pytest.mark.parametrize(
    ("said", "seen", "kind"),
    [
        ("none", "full", "merge.says-less"),
        ("none", "some", "merge.says-less"),
        ("no-such-step", "some", "merge.says-less"),
        ("some", "full", "merge.says-less"),
        ("partial", "full", "merge.says-less"),
        ("gated", "full", "merge.says-less"),
        ("full", "partial", "merge.differs"),
        ("full", "gated", "merge.differs"),
        ("partial", "some", None),
        ("full", "some", None),
        ("full", "full", None),
    ],
)
def test_a_persons_claim_stays(said: str, seen: str, kind: str | None) -> None:
    card = human(release=said, evidence=["paper"])
    facts = found(components={"hyperparameter_search_code": {"release": seen, "evidence": [MARK + "train.py"]}})
    card["components"]["hyperparameter_search_code"] = card["components"].pop("weights")
    result = merged(card, facts)
    assert result.data == card
    assert [item.kind for item in result.conflicts] == ([kind] if kind else [])
    if kind:
        (conflict,) = result.conflicts
        assert (conflict.said, conflict.found, conflict.evidence) == (said, seen, (MARK + "train.py",))
        assert conflict.at == ("components", "hyperparameter_search_code", "release")


def test_a_card_that_says_less_is_told_first() -> None:
    card = human(release="full", license="MIT", evidence=["paper"])
    card["components"]["training_code"] = {"release": "none", "evidence": ["paper"]}
    facts = weights()
    facts["components"]["training_code"] = {"release": "some", "evidence": [MARK + "model.safetensors"]}
    assert [item.kind for item in merged(card, facts).conflicts] == ["merge.says-less", "merge.differs"]


def test_a_persons_claim_without_evidence_gets_it_and_stays_the_persons() -> None:
    result = merged(human(release="full", license="apache-2.0"), weights())
    assert result.data["components"]["weights"] == {"release": "full", "license": "apache-2.0", "evidence": [SEEN + "model.safetensors"]}
    assert rules(result)["components.weights.evidence"][2] == "merge.supported"
    later = merged(result.data, weights(release="gated"))
    assert later.data["components"]["weights"]["release"] == "full"
    assert [item.kind for item in later.conflicts] == ["merge.differs"]


def test_a_persons_claim_with_evidence_gets_no_more() -> None:
    card = human(release="full", license="Apache-2.0", evidence=["paper"])
    assert merged(card, weights()).data == card


def test_what_a_persons_claim_leaves_out_is_filled_and_becomes_the_persons() -> None:
    result = merged(human(release="full", evidence=["paper"]), weights(where=["https://a.example/x"]))
    claim = {
        "release": "full",
        "evidence": ["paper", SEEN + "model.safetensors"],
        "license": "Apache-2.0",
        "where": ["https://a.example/x"],
    }
    assert result.data["components"]["weights"] == claim
    assert merged(result.data, weights(license="MIT")).data["components"]["weights"] == claim


def test_addresses_are_added_once() -> None:
    card = human(release="full", license="Apache-2.0", where=["https://github.com/A/B"], evidence=["paper"])
    facts = weights(where=["http://github.com/a/b.git", "https://huggingface.co/a/b"])
    assert merged(card, facts).data["components"]["weights"]["where"] == ["https://github.com/A/B", "https://huggingface.co/a/b"]


def test_an_audits_own_claim_is_replaced() -> None:
    result = merged(small_card(), weights(note="3 of 4 files", release="partial"), weights())
    assert result.data["components"]["weights"] == WEIGHTS
    assert rules(result)["components.weights.release"] == ("partial", "full", "merge.replaced")
    assert rules(result)["components.weights.note"] == ("3 of 4 files", None, "merge.replaced")


def test_what_a_person_settled_is_not_undone_by_a_part_that_was_seen() -> None:
    facts = found(components={"training_code": {"release": "some", "note": "train.py", "evidence": [MARK + "train.py"]}})
    card = merged(small_card(), facts).data
    card["components"]["training_code"]["release"] = "full"
    assert merged(card, facts).data["components"]["training_code"]["release"] == "full"


def test_what_was_not_seen_again_is_kept_and_told() -> None:
    facts = weights()
    facts["components"]["tokenizer"] = {"release": "full", "evidence": [MARK + "tokenizer.json"]}
    facts["evidence"][MARK + "tokenizer.json"] = {"source": "tokenizer.json"}
    card = merged(small_card(), facts).data
    del facts["components"]["tokenizer"]
    del facts["evidence"][MARK + "tokenizer.json"]
    del facts["components"]["weights"]["license"]
    result = merged(card, facts)
    assert result.data == card
    assert result.unseen == ("components.weights.license", "components.tokenizer")


def test_a_kept_claim_keeps_the_evidence_it_rests_on() -> None:
    """The same file says something else by now: what an older claim rests on stands beside it."""
    facts = found(components={"tokenizer": {"release": "full", "evidence": [MARK + "README.md"]}})
    card = merged(small_card(), facts).data
    other = found(components={"weights": {"release": "full", "evidence": [MARK + "README.md"]}})
    other["evidence"][MARK + "README.md"]["says"] = "Something else."
    result = merged(card, other)
    assert result.data["components"]["tokenizer"]["evidence"] == [MARK + "README.md"]
    assert result.data["evidence"][MARK + "README.md"]["says"] == "It is there."
    (name,) = result.data["components"]["weights"]["evidence"]
    assert result.data["evidence"][name]["says"] == "Something else."


def test_evidence_of_an_audit_is_replaced_and_goes_when_nothing_rests_on_it() -> None:
    card = merged(small_card(), weights()).data
    card["evidence"]["mine"] = {"source": "https://example.org"}
    facts = weights(evidence=[MARK + "model.gguf"])
    assert list(merged(card, facts).data["evidence"]) == ["mine", MARK + "model.gguf"]
    changed = weights()
    changed["evidence"][MARK + "model.safetensors"]["says"] = "It is larger."
    assert merged(card, changed).data["evidence"][MARK + "model.safetensors"]["says"] == "It is larger."


def test_the_same_facts_another_day_change_nothing() -> None:
    card = merged(small_card(), weights()).data
    facts = weights()
    facts["as_of"] = facts["evidence"][MARK + "model.safetensors"]["retrieved"] = LATER
    assert merged(card, facts).data == card


def test_the_day_moves_only_where_no_claim_is_a_persons() -> None:
    assert merged(small_card(), weights()).data["as_of"] == DAY
    card = merged(small_card(), weights()).data
    later = weights(license="MIT")
    later["as_of"] = LATER
    assert merged(card, later).data["as_of"] == LATER
    mixed = human(release="full", evidence=["paper"])
    result = merged(mixed, found(components={"tokenizer": {"release": "full", "evidence": [MARK + "t"]}}))
    assert result.data["as_of"] == mixed["as_of"]
    codes = [(item.severity, item.problem.code) for item in findings(from_mapping(result.data))]
    assert ("note", "finding.audited-later") in codes
    assert "finding.evidence-later" not in [code for _, code in codes]


def test_another_model_is_not_merged() -> None:
    card = small_card(links={"huggingface": "https://huggingface.co/a/b"})
    facts = weights()
    facts["model"]["links"] = {"huggingface": "https://huggingface.co/a/c"}
    result = merged(card, facts)
    assert (result.data, result.changes) == (card, ())
    assert [item.kind for item in result.conflicts] == ["merge.other-model"]
    facts["model"]["links"] = {"huggingface": "http://huggingface.co/A/B/"}
    assert merged(card, facts).changes


def test_plain_fields_of_the_model() -> None:
    card = small_card(parameters="6.9B", links={"repository": "https://github.com/a/b"})
    model = {
        "parameters": "6857302016",
        "developer": "A",
        "links": {"repository": "https://github.com/A/b.git", "paper": "https://arxiv.org/abs/1"},
    }
    result = merged(card, found(model=model))
    assert result.conflicts == ()
    assert result.data["model"]["developer"] == "A"
    assert result.data["model"]["parameters"] == "6.9B"
    assert result.data["model"]["links"] == {"repository": "https://github.com/a/b", "paper": "https://arxiv.org/abs/1"}
    assert kinds(merged(card, found(model={"parameters": "13B"}))) == [("merge.differs", "model.parameters", "6.9B", "13B")]


def test_terms_that_a_person_gave_to_the_whole_are_not_overruled_in_part() -> None:
    card = {**small_card(), "licenses": {"distribution": "MIT"}}
    result = merged(card, weights())
    assert result.data["components"]["weights"] == {"release": "full", "evidence": [MARK + "model.safetensors"]}
    assert [(item.kind, item.said, item.found) for item in result.conflicts] == [("merge.differs", "MIT", "Apache-2.0")]
    assert merged({**small_card(), "licenses": {"distribution": "apache-2.0"}}, weights()).conflicts == ()
    code = found(licenses={"code": {"license": "GPL-3.0-only", "evidence": [MARK + "LICENSE"]}})
    assert merged(card, code).data["licenses"] == {"distribution": "MIT"}


def test_default_terms_written_short_get_evidence() -> None:
    card = {**small_card(), "licenses": {"distribution": "MIT"}}
    facts = found(licenses={"distribution": {"license": "MIT", "evidence": [MARK + "LICENSE"]}})
    assert merged(card, facts).data["licenses"] == {"distribution": {"license": "MIT", "evidence": [SEEN + "LICENSE"]}}
    facts = found(licenses={"distribution": {"license": "Apache-2.0", "evidence": [MARK + "LICENSE"]}})
    assert merged(card, facts).data == card


def bases(*names: str, relation: str = "finetune") -> dict[str, Any]:
    return {"derived_from": [{"model": name, "relation": relation, "evidence": [MARK + "README.md"]} for name in names]}


def test_base_models() -> None:
    assert [base["model"] for base in merged(small_card(), found(model=bases("a/b"))).data["model"]["derived_from"]] == ["a/b"]
    scratch = small_card(derived_from=[])
    result = merged(scratch, found(model=bases("a/b")))
    assert result.data == scratch
    assert kinds(result) == [("merge.says-less", "model.derived_from", "[]", "a/b")]
    person = human(release="full", evidence=["paper"])
    person["model"]["derived_from"] = [{"model": "A/b", "relation": "unspecified", "evidence": ["paper"]}]
    result = merged(person, found(model=bases("a/b", "c/d")))
    assert result.data["model"]["derived_from"] == [{"model": "A/b", "relation": "unspecified", "evidence": ["paper"]}]
    assert [item.kind for item in result.conflicts] == ["merge.considered", "merge.unlisted"]
    own = merged(small_card(), found(model=bases("a/b"))).data
    result = merged(own, found(model=bases("c/d")))
    assert [base["model"] for base in result.data["model"]["derived_from"]] == ["a/b", "c/d"]
    assert result.unseen == ("model.derived_from.a/b",)


def stage(*datasets: dict[str, Any], name: str = "training") -> dict[str, Any]:
    return found(training_data={name: {"datasets": [{"evidence": [MARK + "README.md"], **item} for item in datasets]}})


def test_data_sets_are_matched_by_name_or_address() -> None:
    card = full_card()
    facts = stage({"name": "corpus!", "where": ["https://example.org/corpus/"]}, {"name": "Other", "access": "public"})
    result = merged(card, facts)
    sets = result.data["training_data"]["training"]["datasets"]
    assert [item["name"] for item in sets] == ["Corpus", "Other"]
    assert sets[0] == card["training_data"]["training"]["datasets"][0]
    assert rules(result)["training_data.training.datasets.Other.access"] == (None, "public", "merge.filled")


ACCESS = [
    ("open", "public", None),
    ("obtainable", "public", "merge.says-less"),
    ("public", "unshareable", "merge.differs"),
    ("unknown", "open", None),
]


@pytest.mark.parametrize(("said", "seen", "kind"), ACCESS)
def test_the_access_of_a_data_set(said: str, seen: str, kind: str | None) -> None:
    card = human(release="full", evidence=["paper"])
    evidence = card.pop("evidence")
    card["training_data"] = {"training": {"datasets": [{"name": "A", "access": said, "evidence": ["paper"]}]}}
    card["evidence"] = evidence
    result = merged(card, stage({"name": "a", "access": seen}))
    assert [item.kind for item in result.conflicts] == ([kind] if kind else [])
    assert result.data["training_data"]["training"]["datasets"][0]["access"] == (seen if said == "unknown" else said)


def test_a_kind_of_data_that_a_person_ruled_out_is_not_added() -> None:
    result = merged(full_card(), stage({"name": "Paid", "access": "obtainable"}))
    assert result.data == full_card()
    assert kinds(result) == [("merge.says-less", "training_data.training.listing.third_party", "no-such-step", "Paid")]


def test_no_stage_is_added_beside_those_of_the_card() -> None:
    card = full_card()
    card["training_data"] = {"pretraining": card["training_data"]["training"]}
    result = merged(card, stage({"name": "CORPUS"}, {"name": "Other"}))
    assert result.data == card
    assert kinds(result) == [("merge.unlisted", "training_data.training", "", "Other")]


def test_terms_of_a_stage() -> None:
    facts = found(training_data={"training": {"license": "CC0-1.0", "evidence": [MARK + "README.md"]}})
    assert merged(small_card(), facts).data["training_data"]["training"]["license"] == "CC0-1.0"
    result = merged(full_card(), facts)
    assert result.data == full_card()
    assert kinds(result) == [("merge.differs", "training_data.training.license", "CC-BY-4.0", "CC0-1.0")]


def test_the_evidence_of_a_draft() -> None:
    draft = Draft({"id": "x", "name": "X"}, DAY)
    draft.component("weights", "full", [draft.evidence("model.safetensors", "x/model.safetensors", locator="header")])
    result = merged(small_card(), draft.data())
    assert result.data["evidence"] == {MARK + "model.safetensors": {"source": "x/model.safetensors", "locator": "header", "retrieved": DAY}}


def test_every_rule_and_kind_can_be_said() -> None:
    for code in ("filled", "replaced", "supported", "evidence", "as-of", "says-less", "considered", "differs", "unlisted", "no-room"):
        assert sentence(f"merge.{code}")
