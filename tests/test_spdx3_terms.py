"""SPDX 3: a part of the terms that cannot be read, or a text that is not the licence's own, makes the whole unknown."""

from __future__ import annotations

from typing import Any

import pytest
from boms import APACHE, JUNK, MIT, SPDX3, codes, graph, license_of, model, relate
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from osaid.cards.importers.common import Imported
from osaid.cards.schema import shape
from osaid.errors import CardError
from osaid.licenses.expression import terms

LISTED = "https://spdx.org/licenses/"
UNREAD, TEXT, ADDRESS = "import.license-unread", "import.license-text", "import.license-address"
NC = {"type": "simplelicensing_LicenseExpression", "simplelicensing_licenseExpression": "CC-BY-NC-4.0"}


def licensed(*ends: Any, others: Any = ()) -> Imported:
    imported = SPDX3.read(graph(model(), *others, relate("m", "hasDeclaredLicense", *ends)))
    assert shape().problems_in(imported.data) == []
    return imported


def expanded(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": f"expandedlicensing_{kind}", **{f"expandedlicensing_{key}": value for key, value in more.items()}}


def custom(name: Any, text: Any, kind: str = "expandedlicensing_CustomLicense", **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "simplelicensing_licenseText": text, **more}


def expression(value: Any) -> dict[str, Any]:
    return {"type": "simplelicensing_LicenseExpression", "simplelicensing_licenseExpression": value}


SIMPLE = "simplelicensing_SimpleLicensingText"
EXCEPTION = expanded("ListedLicenseException", additionText="Not for sale.")
EXCEPTION["name"] = "Classpath-exception-2.0"


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ({"name": "CC-BY-NC-4.0"}, UNREAD),
        ([], UNREAD),
        ("", UNREAD),
        (expanded("WithAdditionOperator", subjectExtendableLicense=LISTED + "MIT"), UNREAD),
        (expanded("WithAdditionOperator", subjectExtendableLicense=LISTED + "MIT", subjectAddition={"name": "x"}), UNREAD),
        (expanded("WithAdditionOperator", subjectExtendableLicense=LISTED + "MIT", subjectAddition=EXCEPTION), UNREAD),
        (expanded("WithAdditionOperator", subjectAddition={"type": "LicenseAddition", "name": "Classpath-exception-2.0"}), UNREAD),
        (expanded("OrLaterOperator"), UNREAD),
        (expanded("OrLaterOperator", subjectLicense={"name": "MIT"}), UNREAD),
        (expanded("ConjunctiveLicenseSet", member=[LISTED + "MIT", {"name": "CC-BY-NC-4.0"}]), UNREAD),
        (expanded("ConjunctiveLicenseSet", member=[LISTED + "MIT", 3]), None),
        (expanded("ConjunctiveLicenseSet", member=[LISTED + "MIT", None]), UNREAD),
        (expanded("ConjunctiveLicenseSet", member=[LISTED + "MIT", "expandedlicensing_NoAssertionLicense"]), UNREAD),
        (expanded("ConjunctiveLicenseSet"), UNREAD),
        (expanded("DisjunctiveLicenseSet"), UNREAD),
        (expression(["MIT"]), UNREAD),
        (expression(None), UNREAD),
        (expression(" "), UNREAD),
        (expression("MIT" + " " * 4000 + "AND CC-BY-NC-4.0"), UNREAD),
        ({"type": "simplelicensing_LicenseExpression"}, UNREAD),
        ({"type": "software_File", "name": "MIT"}, UNREAD),
        (custom("MIT", "Non-commercial only."), TEXT),
        (custom("Apache-2.0", "Not for sale.\n\nAt all."), TEXT),
        (custom("MIT", "CC-BY-NC-4.0"), TEXT),
        (custom("MIT", ["Not for sale."]), TEXT),
        (custom("MIT", "Non-commercial only.", SIMPLE), TEXT),
        (custom("Apache-2.0", MIT, SIMPLE), TEXT),
        (custom("MIT", MIT + "Not for sale."), TEXT),
        (custom("NOASSERTION", "Not for sale."), TEXT),
        (custom(None, None), UNREAD),
        (custom(["MIT"], None), UNREAD),
        (custom("MIT" + " " * 4000 + "not", None), UNREAD),
        (custom("MIT", None, expandedlicensing_seeAlso=["https://ai.meta.com/llama/license"]), ADDRESS),
        ({**custom("MIT License", "Not for sale.", "expandedlicensing_ListedLicense"), "spdxId": LISTED + "MIT"}, TEXT),
        ({**custom("CC-BY-NC-4.0", None, "expandedlicensing_ListedLicense"), "spdxId": LISTED + "MIT"}, None),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_part_that_is_not_read(end: Any, code: str | None, first: bool) -> None:
    beside = LISTED + "Apache-2.0"
    imported = licensed(*([beside, end] if first else [end, beside]))
    assert terms(license_of(imported)).free != "yes"
    if code is not None:
        assert code in codes(imported)
    alone = licensed(end).data.get("licenses", {}).get("distribution", {}).get("license")
    assert alone is None or terms(alone).free != "yes"


@pytest.mark.parametrize(
    ("end", "license"),
    [
        (custom("MIT", MIT), "MIT"),
        (custom("Apache-2.0", APACHE, SIMPLE), "Apache-2.0"),
        (custom("MIT", "MIT License"), "MIT"),
        (custom("MIT", None, expandedlicensing_seeAlso=["https://opensource.org/licenses/MIT"]), "MIT"),
        ({**custom("MIT License", MIT, "expandedlicensing_ListedLicense"), "spdxId": LISTED + "MIT"}, "MIT"),
        (expanded("OrLaterOperator", subjectLicense=LISTED + "GPL-3.0-only"), "GPL-3.0-only+"),
        (custom("Bird Licence", "CC-BY-NC-4.0"), "Bird Licence AND CC-BY-NC-4.0"),
        (custom("Bird Licence", "All birds sing."), "Bird Licence"),
        (custom(None, "or MIT\nNot for sale."), "text: / MIT"),
    ],
)
def test_a_text_that_changes_nothing_or_is_read(end: Any, license: str) -> None:
    imported = licensed(end)
    assert license_of(imported) == license
    assert set(codes(imported)) <= {"import.licenses-joined", TEXT}


def twice(name: str) -> list[dict[str, Any]]:
    return [{**expression(license), "spdxId": name} for license in ("MIT", "CC-BY-NC-4.0")]


def test_an_id_given_twice_counts_twice() -> None:
    assert license_of(licensed("urn:x:l", others=twice("urn:x:l"))) == "MIT AND CC-BY-NC-4.0"
    choice = expanded("DisjunctiveLicenseSet", member=["urn:x:l"])
    assert license_of(licensed(choice, others=twice("urn:x:l"))) == "MIT AND CC-BY-NC-4.0"
    choice = expanded("DisjunctiveLicenseSet", member=["urn:x:l", LISTED + "CC-BY-NC-ND-4.0"])
    assert license_of(licensed(choice, others=twice("urn:x:l"))) == "(MIT AND CC-BY-NC-4.0) OR CC-BY-NC-ND-4.0"
    for operator in (
        expanded("OrLaterOperator", subjectLicense="urn:x:l"),
        expanded("WithAdditionOperator", subjectExtendableLicense="urn:x:l", subjectAddition={"type": "LicenseAddition", "name": "x"}),
        expanded("WithAdditionOperator", subjectExtendableLicense=[LISTED + "MIT", NC], subjectAddition=EXCEPTION),
    ):
        assert terms(license_of(licensed(operator, others=twice("urn:x:l")))).free == "no"
    individual = [{"type": "expandedlicensing_IndividualLicensingInfo", "spdxId": LISTED + "MIT"}, {**NC, "spdxId": LISTED + "MIT"}]
    assert license_of(licensed(LISTED + "MIT", others=individual)) == "MIT AND CC-BY-NC-4.0"


def test_a_relationship_to_nothing_is_not_read() -> None:
    imported = licensed(LISTED + "MIT", others=[relate("m", "hasConcludedLicense")])
    assert terms(license_of(imported)).free == "unknown"
    assert codes(imported) == [UNREAD, "import.licenses-differ"]


def test_brackets_in_a_member_stay_in_it() -> None:
    choice = expanded("DisjunctiveLicenseSet", member=[expression("CC-BY-NC-4.0) OR (MIT"), LISTED + "CC-BY-NC-4.0"])
    assert terms(license_of(licensed(choice))).free != "yes"


def test_a_set_that_holds_itself_is_no_licence_of_that_name() -> None:
    choice = {**expanded("DisjunctiveLicenseSet", member=["MIT"]), "spdxId": "MIT"}
    assert terms(license_of(licensed("MIT", others=[choice]))).free == "unknown"


def test_a_relationship_from_several_elements_is_one_of_each() -> None:
    both = {**relate("m", "hasDeclaredLicense", NC), "from": ["urn:x:other", "urn:x:m"]}
    imported = licensed(LISTED + "MIT", others=[both])
    assert license_of(imported) in ("MIT AND CC-BY-NC-4.0", "CC-BY-NC-4.0 AND MIT")


LICENSES = st.recursive(
    st.one_of(
        st.sampled_from(
            [LISTED + "MIT", LISTED + "Apache-2.0", NC, expression("MIT OR CC-BY-NC-4.0"), custom("MIT", "Not for sale."), EXCEPTION]
        ),
        st.dictionaries(st.sampled_from(["type", "name", "simplelicensing_licenseText", "spdxId"]), JUNK, max_size=3),
        JUNK,
    ),
    lambda inner: st.one_of(
        st.builds(lambda members: expanded("ConjunctiveLicenseSet", member=members), st.lists(inner, max_size=3)),
        st.builds(lambda members: expanded("DisjunctiveLicenseSet", member=members), st.lists(inner, max_size=3)),
        st.builds(lambda one, other: expanded("WithAdditionOperator", subjectExtendableLicense=one, subjectAddition=other), inner, inner),
        st.builds(lambda one: expanded("OrLaterOperator", subjectLicense=one), inner),
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(LICENSES)
def test_never_freer_than_the_restriction_beside_it(license: Any) -> None:
    try:
        found = license_of(licensed(license, NC))
    except CardError:  # the junk happened to be a second model, and the file is refused
        reject()
    assert found == "NONE" or terms(found).free == "no"
    found = license_of(licensed(expanded("ConjunctiveLicenseSet", member=[LISTED + "CC-BY-NC-ND-4.0", license])))
    assert found == "NONE" or terms(found).free == "no"
    beside = license_of(licensed(license, {"name": "no type"}))
    assert terms(beside).free != "yes"


def test_many_long_expressions_are_read() -> None:
    many = [relate("m", "hasDeclaredLicense", expression(f"{n} " + "a or " * 560)) for n in range(900)]
    imported = licensed(LISTED + "MIT", others=many)
    assert terms(license_of(imported)).free == "unknown"
