"""Whatever an audit found and whatever a card says: no claim of a person changes, and merging again changes nothing."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from support import small_card

from osaid.audit.merge import merge
from osaid.cards.findings import claims
from osaid.cards.marks import MARK, SEEN, is_audits_own
from osaid.cards.model import Level, Release
from osaid.cards.reader import from_mapping
from osaid.messages import sentence

# --- properties -----------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["weights", "tokenizer", "training_code", "model_card"])
LICENSES = st.sampled_from(["MIT", "Apache-2.0", "apache 2.0", "NONE", "CC-BY-NC-4.0"])
NOTES = st.sampled_from(["One.", "Two."])
WHERE = st.lists(st.sampled_from(["https://a.example/1", "https://a.example/2/", "http://A.example/2"]), max_size=2)


EVIDENCE = {"any": ("paper", MARK + "a", MARK + "b", SEEN + "a"), "audit": (MARK + "a", MARK + "b", MARK + "c")}


def some(**of: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=of)


def cards(whose: str) -> st.SearchStrategy[dict[str, Any]]:
    evidence = st.lists(st.sampled_from(EVIDENCE[whose]), min_size=1 if whose == "audit" else 0, max_size=2, unique=True)
    claim = some(level=st.sampled_from(get_args(Level)), note=NOTES, evidence=evidence)
    release = [item for item in get_args(Release) if item != "no-such-step"]
    component = some(release=st.sampled_from(release), license=LICENSES, where=WHERE, note=NOTES, evidence=evidence)
    grant = st.fixed_dictionaries({"license": LICENSES}, optional={"evidence": evidence})
    base = st.fixed_dictionaries(
        {"model": st.sampled_from(["a/b", "A/B", "c/d"]), "relation": st.sampled_from(["finetune", "merge", "unspecified"])},
        optional={"evidence": evidence},
    )
    dataset = st.fixed_dictionaries(
        {"name": st.sampled_from(["One", "one", "Two"])},
        optional={"access": st.sampled_from(["open", "obtainable", "unknown"]), "where": WHERE, "license": LICENSES, "evidence": evidence},
    )
    listing = some(third_party=some(level=st.just("no-such-step"), evidence=evidence))
    training = some(
        description=some(scope=claim), listing=listing, covers_all_data=claim, license=LICENSES, note=NOTES, evidence=evidence,
        datasets=st.lists(dataset, max_size=2),
    )  # fmt: skip
    model = some(
        parameters=st.sampled_from(["7B", "6.7B", "13B"]),
        links=some(repository=st.sampled_from(["https://github.com/a/b", "https://github.com/a/c"])),
        derived_from=st.lists(base, max_size=2),
    )
    return st.builds(
        lambda model, rest, sources: {
            **small_card(**model),
            **rest,
            "evidence": {name: {"source": source} for name, source in zip(EVIDENCE[whose], sources, strict=False)},
        },
        model,
        some(
            licenses=some(distribution=LICENSES | grant, code=grant),
            components=st.dictionaries(NAMES, component, max_size=3),
            training_data=st.dictionaries(st.sampled_from(["training", "pretraining"]), training, max_size=2),
        ),
        st.lists(st.sampled_from("XYZ"), min_size=4, max_size=4),
    )


def persons(data: dict[str, Any]) -> list[tuple[tuple[str | int, ...], Any]]:
    """Every value of every claim that is a person's, but for lists of evidence and of addresses, which may grow."""
    said = []
    for at, claim in claims(data):
        value: Any = claim
        if at[0] == "licenses":
            value = data["licenses"][at[1]]
            value = {"license": value} if isinstance(value, str) else value
        elif len(at) == 2 and at[0] == "training_data":
            value = {
                key: data["training_data"][at[1]][key] for key in ("license", "note", "evidence") if key in data["training_data"][at[1]]
            }
        if not is_audits_own(value):
            said += [((*at, key), item) for key, item in value.items() if item not in ("unknown", "unspecified", [])]
    return said


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        data = {"license": data}[key] if isinstance(data, str) else data[key]  # type: ignore[index]
    return data


@settings(max_examples=300, deadline=None)
@given(card=cards("any"), facts=cards("audit"), more=cards("audit"))
def test_no_claim_of_a_person_ever_changes(card: dict[str, Any], facts: dict[str, Any], more: dict[str, Any]) -> None:
    loaded = from_mapping(card)
    card = deepcopy(dict(loaded.data))
    result = merge(loaded, facts)
    assert dict(loaded.data) == card, "what is merged into is not changed itself"
    once = from_mapping(result.data)
    assert merge(once, facts).data == result.data
    assert merge(once, facts).changes == ()
    for merged_card in (result.data, merge(once, more).data):
        from_mapping(merged_card)
        for path, value in persons(card):
            now = at(merged_card, path)
            if isinstance(value, list):
                assert now[: len(value)] == list(dict.fromkeys(value)) if path[-1] == "evidence" else now[: len(value)] == value
            else:
                assert now == value, path
        for name, entry in card["evidence"].items():
            if not name.startswith(MARK):
                assert merged_card["evidence"][name] == entry
    told = {item.path for item in result.changes}
    assert bool(told) == (result.data != card)
    assert all(sentence(item.rule) for item in result.changes)
