"""Several licences that all apply: together never freer than any of them."""

from __future__ import annotations

import pytest
from boms import APACHE, MIT
from hypothesis import given, settings
from hypothesis import strategies as st

from osaid.cards.importers.bom_terms import decoded, either, joined, of_text, own_text, unread
from osaid.licenses.expression import NO_LICENSE, terms
from osaid.licenses.knowledge import GRANTS, knowledge_base

RANK = {grant: rank for rank, grant in enumerate(GRANTS)}


@pytest.mark.parametrize(
    ("parts", "together"),
    [
        (["MIT"], "MIT"),
        (["MIT", "mit", "MIT License"], "MIT"),
        (["MIT", "NOASSERTION"], "MIT"),
        (["MIT", "NONE"], "NONE"),
        (["MIT OR Apache-2.0", "CC-BY-NC-4.0"], "(MIT OR Apache-2.0) AND CC-BY-NC-4.0"),
        (["The MIT License (MIT)", "CC-BY-NC-4.0"], "MIT AND CC-BY-NC-4.0"),
        (["Some (odd AND words", "CC-BY-NC-4.0"], "unread: Some odd & words AND CC-BY-NC-4.0"),
        (["MIT", "MIT" + " " * 4000 + "non-commercial"], "MIT AND unread: MIT"),
        (["MIT" + " " * 4000 + "non-commercial"], "unread: MIT"),
        ([], None),
    ],
)
def test_terms_that_all_apply(parts: list[str], together: str | None) -> None:
    found = joined(parts)
    assert found == together
    assert found is None or terms(found).problem is None
    if "CC-BY-NC-4.0" in parts and found is not None:
        assert terms(found).free == "no"


def test_more_than_an_expression_can_hold_is_unknown_and_keeps_what_restricts() -> None:
    free = [name for name in knowledge_base() if terms(name).free == "yes"]
    many = [*(f"L{n}" for n in range(900)), *free]
    assert joined(many) == f"unread: {len(many)} licences"
    assert terms(joined([*many, "CC-BY-NC-ND-4.0"]) or "").free == "no"
    long = "(" + " AND ".join([*free[:20], "CC-BY-NC-4.0"]) + " AND " + " ".join(["word"] * 100) + ")"
    assert terms(long).free == "no"
    assert terms(joined([long, "MIT"]) or "").free == "no"


@pytest.mark.parametrize("word", ["a ", "a OR b ", "( ", "a or "])
def test_many_long_names_are_joined(word: str) -> None:
    names = [f"{n} {word * (2800 // len(word))}" for n in range(900)]
    found = joined(["MIT", *names])
    assert found is not None
    assert terms(found).free == "unknown"


NAMES = st.sampled_from(
    [
        *(
            "MIT",
            "mit",
            "Apache-2.0",
            "CC-BY-NC-4.0",
            "CC-BY-ND-4.0",
            "llama2",
            "Some Licence",
            "GPL-2.0-only WITH Classpath-exception-2.0",
        ),
        *("MIT OR CC-BY-NC-4.0", "MIT and CC-BY-NC-4.0", "unread: or MIT", "text: x", "or MIT", "(MIT", "MIT) OR (MIT", "MIT…", "MIT OR"),
        *("", " ", "NONE", "NOASSERTION", "unlicensed", "no license or MIT"),
        *("MIT" + " " * 4000 + "not", "MIT OR " * 700 + "CC-BY-NC-4.0", "a " * 200),
    ]
)
PARTS = st.one_of(
    NAMES,
    st.text(alphabet="MITandorwithANDORWITH()+- …", max_size=40),
    st.lists(NAMES, min_size=2, max_size=30).map(" AND ".join),
    st.lists(NAMES, min_size=2, max_size=4).map(" OR ".join),
    st.sampled_from(sorted(knowledge_base())),
)


def grants(license: str) -> list[int]:
    return [RANK[grant] for grant in terms(license).grants]


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.lists(PARTS, max_size=6), st.lists(st.sampled_from(sorted(knowledge_base())), max_size=100)))
def test_together_is_never_freer_than_any_part(parts: list[str]) -> None:
    found = joined(parts)
    said = [part for part in parts if terms(part).stated or terms(part).expression == NO_LICENSE]
    assert (found is None) == (not said)
    if found is None:
        return
    assert len(found) <= 4000
    if any(terms(part).expression == NO_LICENSE for part in said):
        assert found == NO_LICENSE
    if found == NO_LICENSE:
        return
    for part in said:
        assert all(mine <= theirs for mine, theirs in zip(grants(found), grants(part), strict=True)), (found, part)


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=6))
def test_a_choice_is_free_only_if_a_part_is(parts: list[str]) -> None:
    found = either(parts)
    if found is not None and terms(found).free == "yes":
        assert any(terms(part).free == "yes" for part in parts)


@settings(max_examples=300, deadline=None)
@given(st.one_of(PARTS, st.text(), st.none(), st.lists(st.text())))
def test_what_is_not_read_is_unknown(value: object) -> None:
    assert terms(unread(value)).grants == ("unknown",) * 4
    assert terms(unread(value)).expression not in ("NOASSERTION", NO_LICENSE)


# --- texts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("license", "text", "own"),
    [
        ("MIT", MIT, True),
        ("MIT License", MIT, True),
        ("MIT", "MIT License", True),
        ("Apache-2.0", APACHE, True),
        ("Apache-2.0", APACHE[: APACHE.index("   APPENDIX")], True),
        ("Apache-2.0", MIT, False),
        ("MIT", MIT + "Non-commercial use only.", False),
        ("MIT", "Non-commercial use only.\n" + MIT, False),
        ("MIT", MIT.replace("Field Lab", "Field Lab, Non-Commercial Use Only"), False),
        ("MIT", MIT.replace("Field Lab", "Field Lab, sale is barred"), False),
        ("MIT", MIT.replace("sell", "not sell"), False),
        ("MIT", MIT.replace("Field Lab", "Sale Barred"), False),
        ("MIT", MIT[:400], False),
        ("MIT", "\n" * 150_000, False),
        ("MIT", ["MIT"], False),
    ],
)
def test_a_text_is_a_licences_own_only_with_all_its_words_and_no_others(license: str, text: object, own: bool) -> None:
    assert own_text(license, text) is own


def test_texts_without_a_name() -> None:
    assert of_text("CC-BY-NC-4.0") == "CC-BY-NC-4.0"
    assert of_text(" ") is None
    assert of_text("# MIT OR (more)\nand so on") == "text: MIT / more"
    assert decoded({"content": "TUlU", "encoding": "base64"}) == "MIT"
    assert decoded({"content": "M", "encoding": "base64"}) == "M"
    assert decoded({"content": ["MIT"]}) == {"content": ["MIT"]}
