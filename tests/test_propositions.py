"""What each proposition says of facts: one line a case, after docs/cards.md and docs/rubrics.md."""

from __future__ import annotations

from typing import Any

import pytest
from support import criterion, load, rubric, rubric_text, small_card

from osaid import assess
from osaid.rubrics.probes import PROPOSITIONS

MET, PARTLY, NOT, UNKNOWN, NA = "met", "partly_met", "not_met", "unknown", "not_applicable"
OPEN = {"name": "D", "access": "open", "where": ["https://example.org/d"], "state": "available"}
RESTRICTED = "LicenseRef-Llama-2-Community"


def stage(**said: Any) -> dict[str, Any]:
    return {"training_data": {"training": said}}


def stages(*said: dict[str, Any]) -> dict[str, Any]:
    return {"training_data": dict(zip(("pretraining", "midtraining", "posttraining"), said, strict=False))}


def parts(licenses: dict[str, Any] | None = None, **components: str | tuple[str, str]) -> dict[str, Any]:
    """Components by their release, or by release and licence."""
    told = {
        name: {"release": given} if isinstance(given, str) else {"release": given[0], "license": given[1]}
        for name, given in components.items()
    }
    return {"components": told, **({"licenses": licenses} if licenses is not None else {})}


def level(name: str) -> dict[str, Any]:
    return {"covers_all_data": {"level": name}}


SCOPE = {"description": {"scope": {"level": "full"}}}
NO_PUBLIC = {"listing": {"public": {"level": "no-such-step"}}}
ALL_PUBLIC = {"listing": {"public": {"level": "full"}}}
NONE_PUBLIC = {"listing": {"public": {"level": "none"}}}
ON_WEIGHTS = "{terms_grant: {freedom: use, of: [weights]}}"
ON_BOTH = "{terms_grant: {freedom: use, of: [weights, tokenizer]}}"

COMPLETE = {name: {"level": "full" if name == "public" else "no-such-step"} for name in ("public", "third_party", "unshareable")}
TOLERABLE = (
    "{terms_tolerable: {freedoms: [use, share], open_question: [field-of-use, pass-on-of-restrictions, remote-restriction], of: [weights]}}"
)
LISTS = "license_lists: {free: {ids: [MIT, Apache-2.0]}, exact: {spelling: exact, ids: [MIT, Apache-2.0]}}\n"

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("{released: weights}", {}, UNKNOWN),
    *(
        ("{released: weights}", parts(weights=release), outcome)
        for release, outcome in zip(
            ("full", "gated", "partial", "some", "none", "no-such-step", "unknown"),
            (MET, MET, PARTLY, UNKNOWN, NOT, UNKNOWN, UNKNOWN),
            strict=True,
        )
    ),
    ("{released: tokenizer}", parts(tokenizer="no-such-step"), NA),
    ("{access_known: all_datasets}", stage(), NA),
    ("{access_known: all_datasets}", stage(datasets=[OPEN]), MET),
    ("{access_known: all_datasets}", stage(datasets=[OPEN, {"name": "E"}]), UNKNOWN),
    ("{listed: unshareable}", stage(listing={"unshareable": {"level": "no-such-step"}}), NA),
    (
        "{listed: unshareable}",
        stage(listing={"unshareable": {"level": "no-such-step"}}, datasets=[{"name": "E", "access": "unshareable"}]),
        UNKNOWN,
    ),
    # Terms of what may be published are unknown, except of what is judged only where it is known to be published.
    (ON_BOTH, parts(weights=("full", "MIT")), UNKNOWN),
    (ON_BOTH, parts(weights=("full", "MIT"), tokenizer="unknown"), UNKNOWN),
    (ON_BOTH, parts(weights=("full", "MIT"), tokenizer="none"), MET),
    (ON_BOTH, parts(weights=("full", RESTRICTED)), NOT),
    ("{terms_grant: {freedom: use, of: [weights, testing_code]}}", parts(weights=("full", "MIT")), UNKNOWN),
    ("{terms_grant: {freedom: use, of: [weights], if_published: [testing_code]}}", parts(weights=("full", "MIT")), MET),
    (
        "{terms_grant: {freedom: use, of: [weights], if_published: [testing_code]}}",
        parts(weights=("full", "MIT"), testing_code=("full", RESTRICTED)),
        NOT,
    ),
    (
        "{terms_grant: {freedom: use, of: [weights], if_stated: [supporting_libraries]}}",
        parts({"distribution": RESTRICTED}, weights=("full", "MIT"), supporting_libraries="full"),
        MET,
    ),
    (
        "{terms_grant: {freedom: use, of: [weights], if_stated: [supporting_libraries]}}",
        parts(weights=("full", "MIT"), supporting_libraries=("full", RESTRICTED)),
        NOT,
    ),
    ("{free_access: [weights, tokenizer]}", parts(weights="full"), UNKNOWN),
    ("{osi_approved_license: [weights, tokenizer]}", parts(weights=("full", "MIT")), UNKNOWN),
    ("{described: scope}", {}, UNKNOWN),
    ("{described: scope}", stage(), UNKNOWN),
    ("{described: scope}", stage(**SCOPE), MET),
    ("{described: scope}", stages(SCOPE, {"description": {"scope": {"level": "partial"}}}), PARTLY),
    ("{described: scope}", stages(SCOPE, {"description": {"scope": {"level": "none"}}}), NOT),
    ("{described: scope}", stages(SCOPE, {}), UNKNOWN),
    ("{described: scope}", stages(SCOPE, {"description": {"scope": {"level": "no-such-step"}}}), MET),
    ("{covers: all_data}", stage(**level("full")), MET),
    ("{covers: all_data}", stage(**level("partial")), PARTLY),
    ("{covers: all_data}", stage(**level("unknown")), UNKNOWN),
    ("{covers: all_data}", stages(level("full"), level("none")), NOT),
    ("{listed: public}", stage(**ALL_PUBLIC), MET),
    ("{listed: public}", stage(**NO_PUBLIC), NA),
    ("{listed: third_party}", stage(**ALL_PUBLIC), UNKNOWN),
    ("{located: [open, public]}", stage(datasets=[OPEN]), MET),
    ("{located: [open, public]}", stage(datasets=[{**OPEN, "state": "gone"}]), MET),
    ("{located: [open, public]}", stage(datasets=[OPEN, {"name": "E", "access": "public"}]), NOT),
    ("{located: [open]}", stage(datasets=[OPEN, {"name": "E", "access": "public"}]), MET),
    ("{located: [obtainable]}", stage(datasets=[OPEN]), UNKNOWN),
    ("{located: [open]}", stage(), UNKNOWN),
    ("{located: [open]}", stage(**NO_PUBLIC), NA),
    ("{located: [open]}", stage(**NONE_PUBLIC), NOT),
    ("{located: [open]}", stage(**ALL_PUBLIC), UNKNOWN),
    ("{shared: [open]}", stage(datasets=[OPEN]), MET),
    ("{shared: [open]}", stage(datasets=[OPEN, {**OPEN, "state": "gone"}]), NOT),
    ("{shared: [open]}", stage(datasets=[{"name": "E", "access": "open", "state": "available"}]), UNKNOWN),
    ("{shared: [open]}", stage(datasets=[{"name": "E", "access": "open", "where": ["https://example.org"]}]), UNKNOWN),
    ("{shared: [open]}", stages({"datasets": [OPEN]}, NO_PUBLIC), MET),
    (ON_WEIGHTS, {}, UNKNOWN),
    (ON_WEIGHTS, parts(weights="none"), NOT),
    (ON_WEIGHTS, parts(weights="full"), UNKNOWN),
    (ON_WEIGHTS, parts(weights=("full", "MIT")), MET),
    (ON_WEIGHTS, parts(weights=("partial", "MIT")), MET),
    (ON_WEIGHTS, parts(weights=("full", RESTRICTED)), NOT),
    (ON_WEIGHTS, parts(weights=("full", f"MIT OR {RESTRICTED}")), MET),
    (ON_WEIGHTS, parts(weights=("full", f"MIT AND {RESTRICTED}")), NOT),
    (ON_WEIGHTS, parts(weights=("full", "LicenseRef-Nobody-Knows-It")), UNKNOWN),
    (ON_WEIGHTS, parts(weights=("full", "NONE")), UNKNOWN),  # the law on parameters is not settled
    ("{terms_grant: {freedom: use, of: [tokenizer]}}", parts(tokenizer=("full", "NONE")), NOT),
    (ON_BOTH, parts(weights=("full", "MIT"), tokenizer=("full", RESTRICTED)), NOT),
    (ON_BOTH, parts(weights=("full", "MIT"), tokenizer="none"), MET),  # absence is the business of `released`
    # A component's own licence comes first, then its kind's, then the distribution's.
    (ON_WEIGHTS, parts({"distribution": "MIT"}, weights="full"), MET),
    (ON_WEIGHTS, parts({"distribution": "MIT", "parameters": RESTRICTED}, weights="full"), NOT),
    (ON_WEIGHTS, parts({"parameters": "MIT", "distribution": RESTRICTED}, weights="full"), MET),
    (ON_WEIGHTS, parts({"code": RESTRICTED, "distribution": "MIT"}, weights="full"), MET),
    (ON_WEIGHTS, parts({"code": "MIT"}, weights="full"), UNKNOWN),  # the terms of code are not those of weights
    (ON_WEIGHTS, parts({"parameters": "MIT", "distribution": "MIT"}, weights=("full", RESTRICTED)), NOT),
    (ON_WEIGHTS, parts({"distribution": {"license": "MIT"}}, weights="full"), MET),
    ("{osi_approved_license: [tokenizer]}", parts(tokenizer=("full", "Apache-2.0")), MET),
    ("{osi_approved_license: [tokenizer]}", parts(tokenizer=("full", "CC-BY-4.0")), NOT),  # free, and not approved
    ("{osi_approved_license: [tokenizer]}", parts(tokenizer=("full", "NONE")), NOT),
    ("{osi_approved_license: [tokenizer]}", parts(tokenizer="full"), UNKNOWN),
    ("{terms_stated: [weights]}", parts(weights=("full", RESTRICTED)), MET),
    ("{terms_stated: [weights]}", parts({"distribution": "MIT"}, weights="full"), MET),
    ("{terms_stated: [weights]}", parts(weights=("full", "NONE")), NOT),
    ("{terms_stated: [weights]}", parts(weights="full"), UNKNOWN),
    ("{free_access: [weights, tokenizer]}", parts(weights="full", tokenizer="gated"), NOT),
    ("{free_access: [weights, tokenizer]}", parts(weights="full", tokenizer="partial"), MET),
    ("{free_access: [weights]}", parts(weights="unknown"), UNKNOWN),
    ("{terms_not_restrictive: data_information}", stage(license="CC-BY-4.0"), MET),
    ("{terms_not_restrictive: data_information}", stage(license="CC-BY-NC-4.0"), NOT),
    ("{terms_not_restrictive: data_information}", stage(license="NONE"), MET),  # noted, and no failure
    ("{terms_not_restrictive: data_information}", stage(), UNKNOWN),
    ("{terms_not_restrictive: data_information}", {**stage(**SCOPE), "licenses": {"documents": "CC-BY-NC-4.0"}}, NOT),
    ("{terms_not_restrictive: data_information}", {**stage(), "licenses": {"documents": "CC-BY-NC-4.0"}}, UNKNOWN),  # of what?
    ("{terms_not_restrictive: data_information}", {**stage(license="CC0-1.0"), "licenses": {"documents": "CC-BY-NC-4.0"}}, MET),
    ("{terms_not_restrictive: data_information}", stages({"license": "CC-BY-4.0"}, {"license": "CC-BY-NC-4.0"}), NOT),
    # What the weights alone ask for fails either way where the terms stated for them restrict.
    (ON_WEIGHTS, parts({"distribution": RESTRICTED}), NOT),
    (ON_WEIGHTS, parts({"distribution": "MIT"}), UNKNOWN),
    (ON_WEIGHTS, parts({"distribution": "NONE"}), UNKNOWN),
    (ON_BOTH, parts({"distribution": RESTRICTED}), UNKNOWN),
    # The data itself, by a claim of its own, or by the list of data sets.
    ("{data_access: all}", {}, UNKNOWN),
    ("{data_access: all}", stage(access={"level": "partial"}, datasets=[OPEN]), PARTLY),
    ("{data_access: all}", stage(access={"level": "unknown"}), UNKNOWN),
    ("{data_access: all}", stage(listing=COMPLETE, datasets=[OPEN]), MET),
    ("{data_access: all}", stage(listing=COMPLETE, datasets=[OPEN, {**OPEN, "state": "gone"}]), PARTLY),
    ("{data_access: all}", stage(listing=COMPLETE, datasets=[OPEN, {**OPEN, "access": "unknown"}]), UNKNOWN),
    ("{data_access: all}", stage(datasets=[OPEN, {"name": "E", "access": "unshareable"}]), PARTLY),
    ("{data_access: all}", stage(datasets=[OPEN]), UNKNOWN),
    ("{data_access: all}", stage(datasets=[{**OPEN, "state": "gone"}]), UNKNOWN),
    ("{data_access: all}", stage(listing=COMPLETE, datasets=[OPEN, {**OPEN, "where": []}]), UNKNOWN),
    ("{data_access: all}", stage(**NONE_PUBLIC, datasets=[{"name": "E"}]), UNKNOWN),
    ("{data_access: all}", stage(**ALL_PUBLIC, datasets=[{"name": "E", "access": "unshareable"}]), NOT),
    ("{data_access: all}", stage(**NONE_PUBLIC), NOT),
    ("{data_access: all}", stages({"access": {"level": "full"}}, {"access": {"level": "none"}}), NOT),
    ("{data_access: pretraining}", stages({"access": {"level": "full"}}, {}, {"access": {"level": "none"}}), UNKNOWN),
    ("{data_access: pretraining}", stage(access={"level": "full"}), MET),
    ("{data_access: posttraining}", stages({"access": {"level": "full"}}, {}, {"access": {"level": "none"}}), NOT),
    ("{data_access: posttraining}", stage(access={"level": "full"}), MET),  # nothing is said of tuning: the same data
    ("{datasets_licensed: free}", stage(datasets=[{**OPEN, "license": "MIT license"}]), MET),
    ("{datasets_licensed: free}", stage(datasets=[{**OPEN, "license": "MIT"}, OPEN]), UNKNOWN),
    ("{datasets_licensed: free}", stage(datasets=[{**OPEN, "license": "NONE"}, OPEN]), NOT),
    ("{datasets_licensed: free}", stage(datasets=[{**OPEN, "license": "GPL-3.0-only"}]), NOT),
    ("{datasets_licensed: free}", stage(datasets=[{**OPEN, "license": "whatever"}]), UNKNOWN),
    ("{datasets_licensed: exact}", stage(datasets=[{**OPEN, "license": "Apache 2.0"}]), NOT),
    ("{datasets_licensed: free}", stage(), UNKNOWN),
    ("{datasets_open: all_datasets}", {}, UNKNOWN),
    ("{datasets_open: all_datasets}", stage(datasets=[OPEN]), MET),
    ("{datasets_open: all_datasets}", stage(datasets=[OPEN, {"name": "E", "access": "public"}]), NOT),
    ("{datasets_open: all_datasets}", stage(datasets=[OPEN, {"name": "E"}]), UNKNOWN),
    ("{free_access: {of: [weights], gate: open_question}}", parts(weights="gated"), UNKNOWN),
    ("{free_access: {of: [weights], gate: open_question}}", parts(weights="full"), MET),
    ("{released_under: {component: weights, licenses: free}}", parts(weights=("full", "apache-2.0")), MET),
    ("{released_under: {component: weights, licenses: free}}", parts(weights=("full", "MIT AND Apache-2.0")), MET),
    ("{released_under: {component: weights, licenses: free}}", parts(weights=("full", "MIT AND GPL-3.0-only")), NOT),
    ("{released_under: {component: weights, licenses: free}}", parts(weights=("full", "MIT OR whatever")), MET),
    ("{released_under: {component: weights, licenses: free}}", parts(weights=("full", "GPL-3.0-only OR Apache-2.0")), MET),
    ("{released_under: {component: weights, licenses: free}}", parts(weights=("full", "MIT AND whatever")), UNKNOWN),
    ("{released_under: {component: weights, licenses: free}}", parts(weights=("full", "GPL-3.0-only OR whatever")), UNKNOWN),
    ("{released_under: {component: weights, licenses: free}}", parts(weights=("full", "NOASSERTION")), UNKNOWN),
    ("{datasets_licensed: free}", stage(datasets=[{**OPEN, "license": "NOASSERTION"}]), UNKNOWN),
    ("{datasets_licensed: exact}", stage(datasets=[{**OPEN, "license": "NOASSERTION"}]), UNKNOWN),
    ("{released_under: {component: weights, licenses: free}}", parts(weights="full"), UNKNOWN),
    ("{released_under: {component: tokenizer, licenses: free}}", parts(tokenizer=("full", "NONE")), NOT),
    ("{released_under: {component: weights, licenses: free}}", parts(weights=("none", "MIT")), NOT),
    ("{released_under: {component: weights, licenses: free}}", {}, UNKNOWN),
    ("{released_under: {component: weights, licenses: exact}}", parts(weights=("full", "Apache-2.0")), MET),
    ("{released_under: {component: weights, licenses: exact}}", parts(weights=("full", "apache-2.0")), NOT),
    ("{released_under: {component: weights, licenses: exact}}", parts(weights=("partial", "Apache-2.0")), PARTLY),
    (TOLERABLE, parts(weights=("full", "MIT")), MET),
    (TOLERABLE, parts(weights=("full", "LicenseRef-BigCode-OpenRAIL-M-v1")), UNKNOWN),
    (TOLERABLE, parts(weights=("full", RESTRICTED)), NOT),
    (TOLERABLE, parts(weights=("full", "whatever")), UNKNOWN),
    ("{covered_by_free_terms: [weights, tokenizer]}", parts(weights=("full", "MIT"), tokenizer=("full", "MIT")), MET),
    ("{covered_by_free_terms: [weights, tokenizer]}", parts(weights=("full", RESTRICTED), tokenizer=("full", "MIT")), PARTLY),
    ("{covered_by_free_terms: [weights]}", parts(weights=("full", RESTRICTED)), NOT),
    ("{covered_by_free_terms: [weights]}", parts(weights="full"), UNKNOWN),
    ("{covered_by_free_terms: [weights]}", {"licenses": {"coverage": {"level": "partial"}}}, PARTLY),
    ("{states_that: {systemic_risk: does-not-apply}}", {}, UNKNOWN),
    ("{states_that: {systemic_risk: does-not-apply}}", {"statements": {"systemic_risk": {"answer": "does-not-apply"}}}, MET),
    ("{states_that: {systemic_risk: does-not-apply}}", {"statements": {"systemic_risk": {"answer": "applies"}}}, NOT),
    ("{states_that: {systemic_risk: applies}}", {"statements": {"systemic_risk": {"answer": "applies"}}}, MET),
    ("{released: {component: weights, gate: partly_met}}", parts(weights="gated"), PARTLY),
    ("{base_released: {component: weights, gate: partly_met}}", parts(base_weights="gated"), PARTLY),
    ("{base_released: weights}", parts(base_weights="partial"), PARTLY),
    ("{base_released: weights}", parts(weights="full"), UNKNOWN),
    ("{datasets_licensed: free}", {"model": {"derived_from": [{"model": "b", "relation": "merge"}]}}, NA),
    ("{datasets_open: all_datasets}", {"model": {"derived_from": [{"model": "b", "relation": "merge"}]}}, NA),
    ("{base_released: weights}", {**parts(weights="full"), "model": {"derived_from": []}}, MET),
    ("{datasets_licensed: free}", {"model": {"derived_from": [{"model": "b", "relation": "merge"}]}}, NA),
    ("{datasets_open: all_datasets}", {"model": {"derived_from": [{"model": "b", "relation": "merge"}]}}, NA),
    ("{base_released: weights}", {**parts(weights="full"), "model": {"derived_from": [{"model": "b", "relation": "merge"}]}}, NA),
    ("{states: derived_from}", {}, UNKNOWN),
    ("{states: derived_from}", {"model": {"derived_from": []}}, MET),
    # Combinations, with partly met between not met and met.
    ("{not: {released: weights}}", parts(weights="partial"), PARTLY),
    ("{not: {released: weights}}", parts(weights="none"), MET),
    ("{all: [released: weights, released: tokenizer]}", parts(weights="full", tokenizer="no-such-step"), MET),
    ("{all: [released: weights, released: tokenizer]}", parts(weights="none"), NOT),
    ("{any: [released: weights, released: tokenizer]}", parts(weights="full"), MET),
    ("{any: [released: weights, released: tokenizer]}", parts(weights="none"), UNKNOWN),
    ("{at_least: {count: 1, of: [released: weights, released: tokenizer]}}", parts(weights="partial", tokenizer="none"), PARTLY),
    ("{at_least: {count: 2, of: [released: weights, released: tokenizer]}}", parts(weights="full", tokenizer="none"), NOT),
]  # fmt: skip


@pytest.mark.parametrize(("check", "said", "outcome"), CASES)
def test_what_a_proposition_says(check: str, said: dict[str, Any], outcome: str) -> None:
    card = small_card()
    for key, value in said.items():
        card[key] = {**card[key], **value} if key == "model" else value
    (found,) = assess(load(card), rubric(rubric_text(criterion("A", check, inherits="never"), more=LISTS))).criteria
    assert found.outcome == outcome, [reason.code for reason in found.reasons]
    assert found.reasons, "whatever is found has a reason"


def test_every_proposition_is_covered() -> None:
    text = " ".join(check for check, _, _ in CASES)
    assert [name for name in PROPOSITIONS if name + ":" not in text] == []
