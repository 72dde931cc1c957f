"""Every code that the program uses has a sentence, every sentence is used, and each gets the parameters that it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import NamedTuple, get_args

import pytest

from osaid import Library, load_card, load_rubric, parse_card
from osaid.audit.kinds import kinds
from osaid.cards.model import Level, Release
from osaid.cards.template import template
from osaid.cards.vocabulary import vocabulary
from osaid.errors import Place, Problem
from osaid.licenses.knowledge import FREEDOMS, GRANTS
from osaid.messages import catalogue, hint, sentence
from osaid.outcome import Outcome
from osaid.resources import read_data
from osaid.rubrics.assessor import Assessor
from osaid.rubrics.rubric import rubric_ids

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "osaid"
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
CODES = set(catalogue())
GROUPS = {code.partition(".")[0] for code in CODES}
LANGUAGES = sorted(path.name.split(".")[1] for path in (PACKAGE / "data").glob("messages.*.yaml"))

# Codes that are put together, by how they begin, with all that can follow.
LEVELS = (*get_args(Level), "silent")
OUTCOMES = [outcome.value for outcome in Outcome]
PUT_TOGETHER = {
    "audit.address-": ("refused", "failed", "not-asked"),
    "audit.release-": get_args(Release),
    "audit.head-": ("part", "release", "terms", "seen"),
    "audit.severity-": ("error", "warning", "note"),
    "released.": (*get_args(Release), "silent"),
    "described.": LEVELS,
    "covers.": LEVELS,
    "listed.": LEVELS,
    "datasets.": ("available", "gone", "unknown"),
    "data-access.": [level for level in get_args(Level) if level != "unknown"],
    "coverage.": get_args(Level),
    "criterion.": OUTCOMES,
    "grant.": GRANTS,
    "report.freedom-": FREEDOMS,
    "report.status-": ("gated", "withheld", "unknown"),
    "report.scope-": ("distribution", "code", "data", "documents", "parameters"),
    "gate.status-": ("passed", "failed", "unknown", "waived"),
    "gate.waiver-is-": ("used", "expired", "not-needed"),
    "kind.": kinds(),
    "shown.": tuple(vocabulary().components),
    "lineage.base-": (*(outcome.replace("_", "-") for outcome in OUTCOMES if outcome != "not_applicable"), "missing", "unusable", "cycle"),
}
# How a code is handed on: the functions that take it first, and what they add to the parameters themselves.
GIVES_PLACE = {"where"}
HANDED_TO: dict[str, set[str]] = {
    **{name: set() for name in ("error", "bad", "_bad", "add", "Problem", "Reason", "Finding", "sentence")},
    "report": GIVES_PLACE,
    "_unknown": {"given", "near", "known"},
}


def is_code(value: object) -> bool:
    """Whether a text in the program is a message code: one of the groups, a dot, and a word."""
    if not isinstance(value, str):
        return False
    group, dot, rest = value.partition(".")
    if rest in ("json", "svg", "html", "js", "xml", "css"):
        return False
    return bool(dot) and group in GROUPS and rest.replace("-", "").replace("_", "").isalpha() and rest[-1] != "-"


def texts(node: ast.AST) -> set[str]:
    return {child.value for child in ast.walk(node) if isinstance(child, ast.Constant) and isinstance(child.value, str)}


def codes_in(node: ast.AST) -> set[str]:
    return {text for text in texts(node) if is_code(text)}


# Templates of pages name codes as ``t("...")``, or in front of a word that is put together: ``t("report.grant-" + grant)``.
PAGES = [path.read_text(encoding="utf-8") for path in sorted((PACKAGE / "reports" / "templates").glob("*.html"))]
IN_PAGES = {code for page in PAGES for code in re.findall(r'"([a-z]+\.[a-z-]*[a-z])"', page) if is_code(code)}
USED = {code for tree in TREES.values() for code in codes_in(tree)} | IN_PAGES
NEAR = {
    f"{code}-near"
    for tree in TREES.values()
    for node in ast.walk(tree)
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("_unknown", "_words")
    for code in codes_in(node)
}
MADE = {begin + end for begin, ends in PUT_TOGETHER.items() for end in ends}


def test_every_code_has_a_sentence() -> None:
    assert len(USED) > 100
    assert sorted((USED | NEAR | MADE) - CODES) == []


def test_every_sentence_is_used() -> None:
    assert sorted(CODES - USED - NEAR - MADE) == []


def test_no_code_is_put_together_unknown_to_this_test() -> None:
    begun = {text for tree in TREES.values() for text in texts(tree) if text.endswith((".", "-")) and text.partition(".")[0] in GROUPS}
    begun |= {text for page in PAGES for text in re.findall(r'"([a-z]+\.[a-z-]*-)"', page)}
    assert {text for text in begun if "." in text} <= set(PUT_TOGETHER)
    assert {"described", "covers", "listed"} <= {text for tree in TREES.values() for text in texts(tree)}  # these as f"{code}.{level}"


# --- parameters -----------------------------------------------------------------------------------------------------


def named_in(code: str, language: str = "en") -> set[str]:
    """The parameters that a sentence and its hint name."""
    entry = catalogue(language)[code]
    return {name for text in entry.values() for _, name, _, _ in Formatter().parse(text) if name is not None}


class Site(NamedTuple):
    """A place in the program where a code gets its parameters."""

    where: str
    codes: set[str]
    params: set[str]


def keys_of(node: ast.AST) -> set[str] | None:
    """The keys of a map that stands there; None if they cannot be seen."""
    if not isinstance(node, ast.Dict) or None in node.keys:
        return None
    return texts(ast.Tuple([key for key in node.keys if key is not None], ast.Load()))


def sites() -> Iterator[Site]:
    for path, tree in TREES.items():
        for function in ast.walk(tree):
            if isinstance(function, (ast.FunctionDef, ast.Lambda)):
                yield from sites_in(function, f"{path.relative_to(ROOT)}")


def sites_in(function: ast.AST, path: str) -> Iterator[Site]:
    given: dict[str, set[str]] = {}  # names that hold codes
    maps: dict[str, set[str] | None] = {}  # names that hold parameters
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = [item.id for item in ast.walk(target) if isinstance(item, ast.Name)]
                if names and names[0] == "code":
                    given["code"] = given.get("code", set()) | codes_in(node.value)
                elif len(names) == 1 and isinstance(target, ast.Name):
                    maps[names[0]] = keys_of(node.value) if names[0] not in maps else None
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            codes = given.get(first.id, set()) if isinstance(first, ast.Name) else codes_in(first)
            if name not in HANDED_TO or not codes or any(keyword.arg is None for keyword in node.keywords):
                continue
            params: set[str] | None = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            if name in ("Problem", "Reason", "Finding", "sentence"):
                second = node.args[1] if len(node.args) > 1 else ast.Dict([], [])
                params = maps.get(second.id) if isinstance(second, ast.Name) else keys_of(second)
            if params is not None:
                yield Site(f"{path}:{node.lineno}", codes, params | HANDED_TO[name])
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 4:  # a finding
            params = keys_of(node.value.elts[3])
            if params is not None:
                yield Site(f"{path}:{node.lineno}", codes_in(node.value.elts[1]), params | GIVES_PLACE)


SITES = list(sites())


def test_every_code_gets_the_parameters_that_its_sentence_names() -> None:
    checked = {code for site in SITES for code in site.codes}
    assert len(checked) > 80
    wrong = [
        (site.where, code, missing)
        for site in SITES
        for code in site.codes
        if code in CODES and (missing := named_in(code) - site.params - ({"near"} if code.endswith("-near") else set()))
    ]
    assert wrong == []


def test_every_reason_of_real_cards_can_be_said() -> None:
    cards = [load_card(str(path)) for path in sorted((ROOT / "model_cards").glob("*.yaml"))]
    cards.append(parse_card(template("empty", "Empty", "2026-11-21").encode()))
    said = set()
    for rubric in rubric_ids():
        assessor = Assessor(load_rubric(rubric), Library(cards))
        for card in cards:
            for result in assessor.assess(card).criteria:
                for reason in result.reasons:
                    assert sentence(reason.code, reason.params).strip()
                    said.add(reason.code)
    assert len(said) > 30


# --- the catalogue --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_everything_with_the_same_parameters(language: str) -> None:
    assert "en" in LANGUAGES
    assert set(catalogue(language)) == CODES
    for code, entry in catalogue(language).items():
        assert "text" in entry
        assert set(entry) <= {"text", "hint"}
        assert all(text.strip() == text and text for text in entry.values())
        assert named_in(code, language) == named_in(code)
        params = {name: f"<{name}>" for name in named_in(code)}
        assert "{" not in sentence(code, params, language).replace("{ [", "").replace("{count", "")
        told = hint(code, params, language)
        assert (told is None) == ("hint" not in entry)


def test_a_strangers_braces_stay_as_they_are() -> None:
    detail = "{where} {0} {detail.__class__} %s"
    assert detail in sentence("file.unreadable", {"detail": detail})
    problem = Problem("shape.unknown-key-near", {"where": "{x}", "near": "{y}", "known": "{}"}, Place("a.yaml", 3, 4))
    assert str(problem) == "a.yaml:3:4: {x} is not known. Did you mean {y}? Known here: {}."


def test_a_code_or_parameter_that_is_missing_is_a_bug_of_ours() -> None:
    with pytest.raises(KeyError):
        sentence("no.such-code")
    with pytest.raises(KeyError):
        sentence("file.unreadable")


def test_places_read_like_a_compilers() -> None:
    places = [Place(), Place("a"), Place("a", 1), Place("a", 1, 2), Place(None, 1, 2)]
    assert [str(place) for place in places] == ["<input>", "a", "a:1", "a:1:2", "<input>:1:2"]


def test_the_vocabulary_and_the_catalogue_are_plain_data() -> None:
    for parts in (("cards", "vocabulary.yaml"), ("data", "messages.en.yaml"), ("licenses", "licenses.yaml")):
        assert isinstance(read_data(*parts), dict)
