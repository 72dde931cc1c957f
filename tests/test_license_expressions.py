"""Licence expressions: their grammar, and what they grant, held against truth tables and another parser."""

from __future__ import annotations

from itertools import pairwise, product
from typing import NamedTuple

import license_expression
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osaid.licenses.expression import on_terms, terms
from osaid.licenses.knowledge import GRANTS, knowledge_base
from osaid.outcome import State

FREE = ("MIT", "ISC", "Zlib", "0BSD")
LIMITED = ("CC-BY-NC-4.0", "LicenseRef-Llama-2-Community", "CC-BY-ND-4.0", "LicenseRef-Gemma-Terms")
LEAVES = (
    *("MIT", "Apache-2.0", "CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-ND-4.0", "GFDL-1.3-only", "BUSL-1.1"),
    *("LicenseRef-Llama-2-Community", "LicenseRef-NVIDIA-Data-Agreement-Training", "LicenseRef-EXAONE-1.1-NC", "LicenseRef-Apple-ASCL"),
    *("LicenseRef-FAIPL-1.0", "LicenseRef-Modified-MIT-Kimi", "proprietary", "LicenseRef-Never-Heard-Of", "LicenseRef-Neither-This"),
)
APPROVAL = ("no", "unknown", "yes")


class Tree(NamedTuple):
    """An expression: a licence, or an operator over parts."""

    operator: str
    parts: tuple[Tree | str, ...]


Node = Tree | str
Choice = frozenset[str]


def trees(leaves: tuple[str, ...], most: int) -> st.SearchStrategy[Node]:
    def over(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.builds(Tree, st.sampled_from(["AND", "OR"]), parts)

    return st.recursive(st.sampled_from(leaves), over, max_leaves=most)


def written(node: Node, inside: str = "") -> str:
    """The expression with the brackets that it needs, and no others."""
    if isinstance(node, str):
        return node
    text = f" {node.operator} ".join(written(part, node.operator) for part in node.parts)
    return f"({text})" if inside == "AND" and node.operator == "OR" else text


def choices(node: Node) -> list[Choice]:
    """Every way to satisfy the expression: the licences that one then has to keep, all at once."""
    if isinstance(node, str):
        return [frozenset([node])]
    ways = [choices(part) for part in node.parts]
    if node.operator == "OR":
        return [choice for way in ways for choice in way]
    return [frozenset().union(*combined) for combined in product(*ways)]


def leaf(name: str) -> tuple[tuple[int, ...], int]:
    found = knowledge_base().find(name)
    grants = found.grants if found is not None else ("unknown",) * 4
    return tuple(GRANTS.index(grant) for grant in grants), APPROVAL.index(found.osi_approved if found is not None else "unknown")


def judged(choice: Choice) -> tuple[tuple[int, ...], int]:
    """What is left when several licences hold at once: the least, freedom by freedom."""
    leaves = [leaf(name) for name in choice]
    return tuple(map(min, *(grants for grants, _ in leaves), (9,) * 4)), min(approved for _, approved in leaves)


def worst(node: Node) -> int:
    """The truth table of "all four are free": AND is the least, OR the most, unknown in between."""
    if isinstance(node, str):
        return min(2, {0: 0, 1: 0, 2: 1, 3: 2}[min(leaf(node)[0])])
    return (min if node.operator == "AND" else max)(worst(part) for part in node.parts)


@settings(max_examples=300)
@given(trees(LEAVES, 9))
def test_nested_expressions_against_every_choice_that_they_leave(tree: Node) -> None:
    result = terms(written(tree))
    assert result.problem is None
    ways = {choice: judged(choice) for choice in choices(tree)}
    merit = {choice: (min(grants), sum(grants), approved) for choice, (grants, approved) in ways.items()}
    best = [choice for choice in ways if merit[choice] == max(merit.values())]
    # the freest choice counts, taken as a whole: never the use of one branch with the sharing of another
    got = tuple(GRANTS.index(grant) for grant in result.grants)
    assert got in [ways[choice][0] for choice in best]
    # whether there is an approved choice is a question of its own
    assert APPROVAL.index(result.osi_approved) == max(approved for _, approved in ways.values())
    known = [{name for name in choice if knowledge_base().find(name)} for choice in ways if ways[choice][0] == got]
    assert {license.id for license in result.chosen} in known
    assert result.free == ("no", "unknown", "yes")[worst(tree)]
    names = {name for choice in ways for name in choice}
    assert {found.written for found in result.leaves} == names
    assert set(result.unknown) == {name for name in names if name.startswith("LicenseRef-Ne")}
    assert result.expression == written(tree)


@given(trees(LEAVES, 7), st.randoms(use_true_random=False))
def test_order_does_not_matter(tree: Node, random: object) -> None:
    def turned(node: Node) -> Node:
        return node if isinstance(node, str) else Tree(node.operator, tuple(turned(part) for part in reversed(node.parts)))

    here, there = terms(written(tree)), terms(written(turned(tree)))
    assert (here.free, sum(map(GRANTS.index, here.grants)), here.osi_approved) == (
        there.free,
        sum(map(GRANTS.index, there.grants)),
        there.osi_approved,
    )


# --- grammar --------------------------------------------------------------------------------------------------------


def reads(words: list[str], at: int = 0, level: int = 0) -> int | None:
    """A second reader of the grammar, top down: where an expression that starts at ``at`` ends, or None."""
    if level == 2:
        if at < len(words) and words[at] == "(":
            end = reads(words, at + 1)
            return end + 1 if end is not None and words[end : end + 1] == [")"] else None
        if at >= len(words) or words[at] in ("(", ")", "AND", "OR", "WITH"):
            return None
        if words[at + 1 : at + 2] == ["WITH"]:
            return at + 3 if at + 2 < len(words) and words[at + 2] not in ("(", ")", "AND", "OR", "WITH") else None
        return at + 1
    operator = ("OR", "AND")[level]
    end = reads(words, at, level + 1)
    while end is not None and words[end : end + 1] == [operator]:
        end = reads(words, end + 1, level + 1)
    return end


def test_every_short_sequence_of_signs_is_read_or_refused_by_the_grammar() -> None:
    signs = ["MIT", "(", ")", "AND", "OR", "WITH"]
    for length in range(1, 7):
        for words in map(list, product(signs, repeat=length)):
            if any(a == b == "MIT" for a, b in pairwise(words)):
                continue  # names of several words are one name to us
            if not any(word in ("AND", "OR", "WITH") for word in words):
                continue  # a name in brackets that do not match is still that name
            problem = terms(" ".join(words)).problem
            assert (problem is None) == (reads(words) == len(words)), words
            if problem is not None:
                assert problem.place.line == 1
                assert 1 <= (problem.place.column or 0) <= len(" ".join(words)) + 1


def value(parsed: object, licensing: license_expression.Licensing, free: set[str]) -> bool:
    """What the other parser's tree says, given which licences are free."""
    if isinstance(parsed, licensing.AND):
        return all(value(part, licensing, free) for part in parsed.args)
    if isinstance(parsed, licensing.OR):
        return any(value(part, licensing, free) for part in parsed.args)
    return str(parsed) in free


@settings(max_examples=150)
@given(trees(("a", "b", "c", "d"), 8), st.sampled_from(["{}", "({})", " ( ( {} ) ) ", "\t{}\n"]), st.booleans())
def test_the_same_tree_is_read_as_by_license_expression(tree: Node, around: str, tight: bool) -> None:
    """For every way to make the licences free or not, both trees give the same answer."""
    licensing = license_expression.Licensing()
    text = around.format(written(tree))
    text = text if tight else text.replace("(", "( ").replace(")", " )")
    parsed = licensing.parse(text)
    for free in product([True, False], repeat=4):
        names = {letter: (FREE if is_free else LIMITED)[number] for number, (letter, is_free) in enumerate(zip("abcd", free, strict=True))}
        replaced = "".join(names.get(character, character) for character in text)
        wanted = value(parsed, licensing, {letter for letter, is_free in zip("abcd", free, strict=True) if is_free})
        assert terms(replaced).free == ("yes" if wanted else "no"), replaced


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("MIT AND", "license.expects-name", 8),
        ("MIT   AND  ", "license.expects-name", 10),
        ("AND MIT", "license.expects-name", 1),
        ("MIT OR OR ISC", "license.expects-name", 8),
        ("MIT AND (OR ISC)", "license.expects-name", 10),
        ("MIT AND ()", "license.expects-name", 10),
        ("MIT OR )", "license.expects-name", 8),
        ("(MIT) ISC AND Zlib", "license.expects-operator", 7),
        ("MIT (ISC AND Zlib)", "license.expects-operator", 5),
        ("  MIT AND (ISC OR Zlib", "license.unbalanced", 11),
        ("MIT AND ISC)", "license.unbalanced", 12),
        ("(MIT OR ISC) WITH Classpath-exception-2.0", "license.with", 14),
        ("MIT WITH Classpath-exception-2.0 WITH Classpath-exception-2.0", "license.with", 34),
        ("WITH Classpath-exception-2.0", "license.expects-name", 1),
        ("MIT WITH (ISC)", "license.expects-name", 10),
        ("MIT AND " + "x" * 4000, "license.too-long", 1),
        (" AND ".join(f"LicenseRef-{number}" for number in range(65)), "license.too-many", 1),
    ],
)
def test_errors_name_their_column(text: str, code: str, column: int) -> None:
    result = terms(text)
    assert result.problem is not None
    assert (result.problem.code, result.problem.place.line, result.problem.place.column) == (code, 1, column)
    assert result.problem.message
    assert (result.free, result.osi_approved, result.chosen) == ("unknown", "unknown", ())


def test_the_most_licences_with_the_most_branches() -> None:
    assert terms(" AND ".join(f"LicenseRef-{number}" for number in range(64))).problem is None
    wide = " AND ".join(f"(LicenseRef-{number} OR MIT OR CC-BY-NC-4.0 OR LicenseRef-Llama-2-Community)" for number in range(40))
    assert terms(wide).free == "yes"
    assert terms("(" * 1500 + "MIT OR ISC" + ")" * 1500).free == "yes"


# --- WITH, +, lower case, NONE --------------------------------------------------------------------------------------


def test_an_exception_only_adds_permissions() -> None:
    plain, with_exception = terms("GPL-2.0-only"), terms("GPL-2.0-only WITH Classpath-exception-2.0")
    assert with_exception.problem is None
    assert (with_exception.grants, with_exception.osi_approved) == (plain.grants, plain.osi_approved)
    assert [license.id for license in with_exception.chosen] == ["GPL-2.0-only"]
    assert terms("CC-BY-NC-4.0 WITH Classpath-exception-2.0").free == "no"
    assert terms("MIT AND GPL-2.0-only WITH Classpath-exception-2.0 OR CC-BY-NC-4.0").free == "yes"
    assert terms("GPL-2.0-only WITH CLASSPATH-EXCEPTION-2.0").free == "yes"


@pytest.mark.parametrize("text", ["MIT WITH Made-Up-exception", "MIT WITH Apache-2.0", "LicenseRef-New WITH Classpath-exception-2.0"])
def test_an_exception_or_licence_that_is_not_known_leaves_the_whole_unknown(text: str) -> None:
    result = terms(text)
    assert (result.problem, result.free, result.osi_approved) == (None, "unknown", "unknown")
    assert len(result.unknown) == 1


def test_an_exception_is_no_licence() -> None:
    assert terms("Classpath-exception-2.0").free == "unknown"
    assert terms("Classpath-exception-2.0 OR (LicenseRef-Bad WITH Classpath-exception-2.0)").free == "unknown"
    assert terms("Apache-2.0 OR MIT WITH Apache-2.0").free == "yes"  # the first is a licence, the last no exception


@pytest.mark.parametrize(
    ("text", "expression", "free"),
    [
        ("Apache-2.0+", "Apache-2.0", "yes"),
        ("GPL-2.0+", "GPL-2.0-or-later", "yes"),
        ("LGPL-2.1+ AND MIT", "LGPL-2.1-or-later AND MIT", "yes"),
        ("MIT AND CC-BY-NC-4.0+", "MIT AND CC-BY-NC-4.0", "no"),
        ("LicenseRef-New+", "LicenseRef-New+", "unknown"),
        ("MIT OR a" + "+" * 3000, "MIT OR a" + "+" * 3000, "yes"),
        ("mit or apache-2.0", "MIT OR Apache-2.0", "yes"),
        ("mit and cc-by-nc-4.0", "MIT AND CC-BY-NC-4.0", "no"),
        ("gpl-2.0-only with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", "yes"),
        ("LGPL v2.1 or later", "LGPL-2.1-or-later", "yes"),
        ("mit or something", "mit or something", "unknown"),
        ("mit or similar", "mit or similar", "unknown"),
        ("mit or gemma", "MIT OR LicenseRef-Gemma-Terms", "yes"),
        ("MIT OR something", "MIT OR something", "yes"),
        ("(mit or apache-2.0)", "(MIT OR Apache-2.0)", "yes"),
        ("MIT or something else", "MIT or something else", "unknown"),
        ("Apache 2.0 AND (CC BY 4.0 OR llama2)", "Apache-2.0 AND (CC-BY-4.0 OR LicenseRef-Llama-2-Community)", "yes"),
        ("MIT\n  OR\n  ISC", "MIT OR ISC", "yes"),
        ("(MIT)", "MIT", "yes"),
    ],
)
def test_spellings(text: str, expression: str, free: str) -> None:
    result = terms(text)
    assert (result.problem, result.expression, result.free) == (None, expression, free)


def test_nothing_stated() -> None:
    for text in ("NONE", "none", "no license", "Unlicensed"):
        none = terms(text)
        assert (none.expression, none.stated, none.free, none.osi_approved) == ("NONE", False, "unknown", "no")
    for text in ("NOASSERTION", "noassertion", "", "  "):
        silent = terms(text)
        assert (silent.expression, silent.stated, silent.free, silent.osi_approved) == ("NOASSERTION", False, "unknown", "unknown")
    assert terms("no license").resolved == (("no license", "NONE"),)
    for text in ("MIT AND NONE", "MIT OR NOASSERTION"):
        problem = terms(text).problem
        assert problem is not None
        assert problem.code == "license.none-alone"


def test_whole_choices_are_weighed_and_not_freedoms_one_by_one() -> None:
    """One may not use under one branch and share under another."""
    tool = terms("(CC-BY-ND-4.0 OR CC-BY-NC-4.0)")
    assert tool.free == "no"
    assert tool.grants in (terms("CC-BY-ND-4.0").grants, terms("CC-BY-NC-4.0").grants)
    assert len(tool.chosen) == 1
    assert set(tool.restrictions) == set(tool.chosen[0].restrictions)


# --- tests on licences --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("MIT", State.MET),
        ("ISC", State.NOT_MET),
        ("MIT OR ISC", State.MET),
        ("MIT AND ISC", State.NOT_MET),
        ("MIT WITH Classpath-exception-2.0", State.MET),
        ("ISC WITH Classpath-exception-2.0", State.NOT_MET),
        ("MIT WITH Commons-Clause", State.UNKNOWN),
        ("ISC WITH Commons-Clause", State.NOT_MET),
        ("MIT WITH CC-BY-NC-4.0", State.UNKNOWN),
        ("MIT AND (MIT WITH foo)", State.UNKNOWN),
        ("ISC OR (MIT WITH foo)", State.UNKNOWN),
        ("MIT OR unheard-of", State.MET),
        ("MIT AND unheard-of", State.UNKNOWN),
        ("cc", State.UNKNOWN),
        ("MIT AND cc", State.UNKNOWN),
        ("NONE", State.NOT_MET),
        ("NOASSERTION", State.UNKNOWN),
    ],
)
def test_a_test_on_licences(text: str, state: State) -> None:
    assert on_terms(terms(text), lambda license: None if license.vague else license.id == "MIT") is state
