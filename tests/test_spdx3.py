"""SPDX 3: what is read from where, and files that lose nothing and validate."""

from __future__ import annotations

from typing import Any

import pytest
from boms import CONTEXT, FILE, SPDX3, VICUNA, codes, graph, model, of_type, relate, unmapped
from support import load, small_card

from osaid.cards.schema import shape
from osaid.errors import OsaidError

read, fixture, changed = SPDX3.read, SPDX3.fixture, SPDX3.changed


# --- reading ------------------------------------------------------------------------------------------------------


def test_data_between_packages() -> None:
    imported = read(fixture("packages.json"))
    assert imported.data == {
        "osaid_card": "1",
        "as_of": "2025-05-03",
        "model": {
            "id": "sparrow-1b",
            "name": "Sparrow 1B",
            "version": "1.10",
            "developer": "Field Lab",
            "released": "2025-01-31",
            "links": {
                "huggingface": "https://huggingface.co/fieldlab/sparrow-1b",
                "homepage": "https://example.org/sparrow",
                "paper": "https://arxiv.org/abs/0000.00000",
            },
            "derived_from": [{"model": "fieldlab/wren-1b", "relation": "finetune", **FILE}],
        },
        "licenses": {"distribution": {"license": "MIT AND CC-BY-NC-4.0", **FILE}},
        "components": {
            "weights": {"where": ["https://example.org/sparrow.tar"], **FILE},
            "training_code": {"where": ["https://example.org/train"], **FILE},
            "evaluation_data": {"where": ["https://example.org/exam"], "license": "Bird Licence", **FILE},
        },
        "training_data": {
            "training": {
                "datasets": [
                    {
                        "name": "Songs",
                        "access": "public",
                        "where": ["https://example.org/songs"],
                        "license": "CC-BY-NC-4.0 OR CC-BY-4.0",
                        **FILE,
                    },
                    {"name": "Letters", "license": "NONE", **FILE},
                ]
            }
        },
        "evidence": {
            "file": {"source": "bom.json", "says": "What the SPDX 3 file states; not checked against the sources.", "basis": "second-hand"}
        },
    }
    assert codes(imported) == ["import.licenses-differ"]
    assert {
        "AIPackage.externalRef: socialMedia",
        "AIPackage.limitation",
        "DatasetPackage.dataCollectionProcess",
        "DatasetPackage.datasetAvailability: registration",
        "Relationship: dependsOn",
        "trainedOn: completeness",
    } <= unmapped(imported)
    assert "AIPackage.useSensitivePersonalInformation" not in unmapped(imported)


def test_data_between_files() -> None:
    data = read(fixture("files.json")).data
    assert data["model"] == {"id": "robin", "name": "Robin", "developer": "A. Author"}
    assert data["components"] == {"weights": {"license": "MIT", **FILE}, "evaluation_data": {"license": "CC0-1.0", **FILE}}
    assert data["training_data"] == {
        "training": {"datasets": [{"name": "Bird texts", "license": "CC0-1.0", **FILE}, {"name": "stray.txt", **FILE}]}
    }


def test_names_without_prefix_and_elements_inside_others() -> None:
    license = {"type": "LicenseExpression", "spdxId": "SPDXRef-L", "licenseExpression": "MIT"}
    inner = [
        {
            "type": "AIPackage",
            "spdxId": "SPDXRef-M",
            "name": "a/b",
            "packageVersion": "1",
            "suppliedBy": [{"type": "Agent", "name": "Lab"}],
        },
        {
            "type": "Relationship",
            "from": {"type": "AIPackage", "spdxId": "SPDXRef-M"},
            "relationshipType": "hasDeclaredLicense",
            "to": [license],
        },
    ]
    data = read({"@context": CONTEXT, "type": "SpdxDocument", "spdxId": "SPDXRef-D", "element": inner}).data
    assert data["model"] == {"id": "a-b", "name": "a/b", "version": "1", "developer": "Lab"}
    assert data["licenses"]["distribution"]["license"] == "MIT"


@pytest.mark.parametrize(
    ("ends", "license"),
    [
        (["https://spdx.org/licenses/MIT"], "MIT"),
        (["expandedlicensing_NoAssertionLicense"], None),
        (["https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoneLicense"], "NONE"),
        (["https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement"], None),
        (["https://spdx.org/licenses/MIT", "https://spdx.org/licenses/CC-BY-NC-4.0"], "MIT AND CC-BY-NC-4.0"),
        (["urn:x:elsewhere"], "urn:x:elsewhere"),
        (
            [{"type": "simplelicensing_SimpleLicensingText", "simplelicensing_licenseText": "MIT License\n\nNot for you OR me."}],
            "text: MIT License",
        ),
        ([{"type": "expandedlicensing_CustomLicense", "spdxId": "urn:x:LicenseRef-y"}], "LicenseRef-y"),
        (
            [
                {
                    "type": "expandedlicensing_WithAdditionOperator",
                    "expandedlicensing_subjectExtendableLicense": "https://spdx.org/licenses/GPL-2.0-only",
                    "expandedlicensing_subjectAddition": {
                        "type": "expandedlicensing_ListedLicenseException",
                        "name": "Classpath-exception-2.0",
                    },
                }
            ],
            "GPL-2.0-only WITH Classpath-exception-2.0",
        ),
    ],
)
def test_licences(ends: list[Any], license: str | None) -> None:
    data = read(graph(model(), relate("m", "hasDeclaredLicense", *ends))).data
    assert data.get("licenses", {}).get("distribution", {}).get("license") == license


def test_sets_of_licences_that_hold_themselves_or_explode() -> None:
    sets = [
        {"type": "expandedlicensing_ConjunctiveLicenseSet", "spdxId": f"urn:x:s{n}", "expandedlicensing_member": [f"urn:x:s{n + 1}"] * 9}
        for n in range(40)
    ]
    sets.append(
        {"type": "expandedlicensing_DisjunctiveLicenseSet", "spdxId": "urn:x:s40", "expandedlicensing_member": ["urn:x:s0", "urn:x:s1"]}
    )
    imported = read(graph(model(), *sets, relate("m", "hasDeclaredLicense", "urn:x:s0")))
    assert shape().problems_in(imported.data) == []


def test_no_model_or_several_are_refused() -> None:
    for elements, code in (([], "import.bom-no-model"), ([model("a"), model("b")], "import.bom-models")):
        with pytest.raises(OsaidError) as caught:
            read(graph(*elements))
        assert [problem.code for problem in caught.value.problems] == [code]


def test_the_root_or_the_last_descendant_is_the_model() -> None:
    root = {"type": "SpdxDocument", "spdxId": "urn:x:d", "rootElement": ["urn:x:d", "urn:x:b"]}
    assert read(graph(model("a"), model("b"), root)).data["model"]["id"] == "b"
    imported = read(graph(model("a"), model("b"), relate("a", "ancestorOf", "urn:x:b")))
    assert imported.data["model"] == {"id": "b", "name": "b", "derived_from": [{"model": "a", "relation": "unspecified", **FILE}]}


# --- writing ------------------------------------------------------------------------------------------------------


def test_a_card_without_a_day_has_none_when_read_back() -> None:
    bom = SPDX3.exported(load({**small_card(), "as_of": "unknown"}))
    SPDX3.validate(bom)
    assert of_type(bom, "CreationInfo")["created"] == "1970-01-01T00:00:00Z"
    assert read(SPDX3.bare(bom)).data["as_of"] == "unknown"


# --- the card inside ----------------------------------------------------------------------------------------------


def test_a_licence_changed_after_the_export_counts() -> None:
    def change(bom: Any) -> None:
        declared = next(element for element in bom["@graph"] if element.get("relationshipType") == "hasDeclaredLicense")
        declared["to"] = ["https://spdx.org/licenses/CC-BY-NC-4.0"]

    imported = changed(change)
    before = VICUNA.data["components"]["weights"]["license"]
    assert imported.data["components"]["weights"]["license"] == f"{before} AND CC-BY-NC-4.0"
    assert codes(imported) == ["import.embedded-changed"]


def test_other_changes_after_the_export_are_told() -> None:
    def change(bom: Any) -> None:
        package = of_type(bom, "ai_AIPackage")
        package["software_packageVersion"] = "2"
        base = {"type": "ai_AIPackage", "spdxId": "urn:x:hidden", "name": "hidden-base"}
        bom["@graph"] += [base, {**relate("x", "descendantOf", base["spdxId"]), "from": package["spdxId"]}]

    imported = changed(change)
    assert imported.data["model"]["derived_from"][-1] == {"model": "hidden-base", "relation": "unspecified"}
    assert {note.params["what"] for note in imported.notes} == {"model.version", "model.derived_from"}


# --- anything at all ----------------------------------------------------------------------------------------------


def test_a_huge_file_is_read() -> None:
    chain = [relate(f"f{n}", "contains", f"urn:x:f{n + 1}") for n in range(4000)]
    packages = [{"type": "dataset_DatasetPackage", "spdxId": f"urn:x:p{n}", "name": "p"} for n in range(2000)]
    owners = [relate(f"p{n}", "contains", "urn:x:f0") for n in range(2000)]
    trained = relate("m", "trainedOn", *(f"urn:x:f{n}" for n in range(4000)), *(f"urn:x:p{n}" for n in range(2000)))
    imported = read(graph(model(), *chain, *packages, *owners, trained))
    assert shape().problems_in(imported.data) == []
    assert len(imported.data["training_data"]["training"]["datasets"]) == 1000
