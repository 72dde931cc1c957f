"""CycloneDX: what stands beside a licence, and cannot be read or is not its own, makes the whole unknown."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from boms import APACHE, CYCLONEDX, JUNK, MIT, codes, license_of
from hypothesis import given, settings
from hypothesis import strategies as st

from osaid.cards.exporters import osaid as yaml_writer
from osaid.cards.importers.common import Imported
from osaid.cards.reader import from_mapping
from osaid.cards.schema import shape
from osaid.licenses.expression import terms

LLAMA = "https://ai.meta.com/llama/license"
ID = {"license": {"id": "MIT"}}
UNREAD, TEXT, ADDRESS = "import.license-unread", "import.license-text", "import.license-address"


def model(licenses: Any, **more: Any) -> Imported:
    component = {"type": "machine-learning-model", "name": "x", "licenses": licenses, **more}
    imported = CYCLONEDX.read({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": component}})
    assert shape().problems_in(imported.data) == []
    return imported


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"license": {"text": {"content": "Non-commercial use only"}}}, UNREAD),
        ({"license": {"text": {"content": "Not for sale.\n\nAt all."}}}, UNREAD),
        ({"license": {"text": ["Not for sale."]}}, UNREAD),
        ({"license": {"name": ["CC-BY-NC-4.0"]}}, UNREAD),
        ({"license": {"name": {"a": "b"}}}, UNREAD),
        ({"license": {"id": {"MIT": "MIT"}}}, UNREAD),
        ({"license": {"id": "MIT" + " " * 300 + "no"}}, UNREAD),
        ({"license": {"name": "MIT" + " " * 4000 + "no"}}, UNREAD),
        ({"license": {"url": [LLAMA]}}, UNREAD),
        ({"license": "CC-BY-NC-4.0"}, UNREAD),
        ({"license": "MIT"}, UNREAD),
        ({"license": ["MIT"]}, UNREAD),
        ({"license": {}}, UNREAD),
        ({}, UNREAD),
        (None, UNREAD),
        (7, UNREAD),
        (["MIT"], UNREAD),
        ("cc-by-nc-4.0", UNREAD),
        ("mit", UNREAD),
        ({"expression": ["MIT"]}, UNREAD),
        ({"expression": ""}, UNREAD),
        ({"expression": "MIT", "license": "x"}, UNREAD),
        ({"expression": "MIT" + " " * 4000 + "AND CC-BY-NC-4.0"}, UNREAD),
        ({"expression": "MIT", "expressionDetails": [{"licenseIdentifier": "MIT", "text": {"content": "Not for sale"}}]}, TEXT),
        ({"expression": "MIT", "expressionDetails": [{"licenseIdentifier": "MIT", "url": LLAMA}]}, ADDRESS),
        ({"expression": "MIT", "expressionDetails": ["Not for sale"]}, UNREAD),
        ({"license": {"id": "MIT", "text": "Non-commercial only"}}, TEXT),
        ({"license": {"id": "MIT", "text": {"content": "CC-BY-NC-4.0"}}}, TEXT),
        ({"license": {"id": "MIT", "text": {"content": MIT + "Not for sale."}}}, TEXT),
        ({"license": {"id": "MIT", "text": {"content": APACHE}}}, TEXT),
        ({"license": {"id": "MIT", "text": {"content": "Tm90IGZvciBzYWxl", "encoding": "base64"}}}, TEXT),
        ({"license": {"id": "MIT", "text": {"content": 3}}}, TEXT),
        ({"license": {"id": "MIT", "url": LLAMA}}, ADDRESS),
        ({"license": {"name": "MIT", "url": LLAMA}}, ADDRESS),
        ({"license": {"name": "MIT License", "url": [LLAMA]}}, ADDRESS),
        ({"license": {"id": "MIT", "url": "https://creativecommons.org/licenses/by-nc/4.0/"}}, ADDRESS),
        ({"license": {"id": "MIT", "url": "https://github.com/meta-llama/llama/blob/main/LICENSE"}}, ADDRESS),
        ({"license": {"id": "MIT", "url": "https://example.org/LICENSE"}}, ADDRESS),
        ({"license": {"name": "NOASSERTION", "text": {"content": "Not for sale."}}}, TEXT),
        ({"license": {"id": "NOASSERTION", "name": "NOASSERTION", "url": LLAMA}}, ADDRESS),
        ({"license": {"id": "MIT", "licensing": {"licenseTypes": ["academic"]}}}, UNREAD),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_what_stands_beside_a_licence_and_is_not_read(entry: Any, code: str, first: bool) -> None:
    imported = model([ID, entry] if first else [entry, ID])
    assert terms(license_of(imported)).free != "yes"
    assert "MIT" in license_of(imported)
    assert code in codes(imported)
    told = {note.code: note.kind for note in imported.notes}
    assert told[code] == ("unreadable" if code == UNREAD else "conflict")


@pytest.mark.parametrize(
    "entry", ["CC-BY-NC-4.0", {"license": "CC-BY-NC-4.0"}, {"license": {"text": {"content": "Non-commercial use only"}}}]
)
def test_a_restriction_in_the_wrong_place_still_restricts(entry: Any) -> None:
    assert terms(license_of(model([ID, entry]))).free == "no"


@pytest.mark.parametrize("licenses", ["CC-BY-NC-4.0", {"license": {"id": "MIT"}}, "MIT", 3])
def test_licences_that_are_no_list(licenses: Any) -> None:
    imported = model(licenses)
    assert terms(license_of(imported)).free != "yes"
    assert codes(imported) == [UNREAD]


@pytest.mark.parametrize(
    "license",
    [
        {"id": "MIT", "text": {"content": MIT, "contentType": "text/plain"}},
        {"id": "MIT", "text": {"content": base64.b64encode(MIT.encode()).decode(), "encoding": "base64"}},
        {"id": "MIT", "text": {"content": "MIT License"}},
        {"id": "MIT", "url": "https://opensource.org/licenses/MIT"},
        {"id": "MIT", "url": "https://spdx.org/licenses/MIT.html"},
        {"id": "MIT", "url": "https://huggingface.co/a/b/blob/main/LICENSE"},
        {"id": "MIT", "url": "LICENSE.md"},
        {"name": "MIT License", "url": "", "text": None},
        {"id": "MIT", "licensing": {"licensor": {"organization": {"name": "Lab"}}}},
    ],
)
def test_a_licences_own_text_and_address_change_nothing(license: Any) -> None:
    imported = model([{"license": license}])
    assert terms(license_of(imported)).expression == "MIT"
    assert codes(imported) == []


def test_the_files_that_the_format_allows_are_among_them() -> None:
    licenses = [ID, {"license": {"name": "x", "text": {"content": "Not for sale"}}}, {"license": {"id": "MIT", "url": LLAMA}}]
    component = {"type": "machine-learning-model", "name": "x", "licenses": licenses}
    CYCLONEDX.validate({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": component}})
    imported = model(licenses)
    assert license_of(imported) == f"MIT AND x AND unread: {LLAMA}"


def test_beside_a_name_that_is_not_free_nothing_is_added() -> None:
    assert license_of(model([{"license": {"id": "CC-BY-NC-4.0", "url": LLAMA, "text": {"content": "..."}}}])) == "CC-BY-NC-4.0"
    assert (
        license_of(model([{"license": {"name": "Bird Licence", "text": {"content": "CC-BY-NC-4.0"}}}])) == "Bird Licence AND CC-BY-NC-4.0"
    )
    long = "name " * 100
    assert terms(license_of(model([{"license": {"name": long, "url": LLAMA}}, ID]))).free == "unknown"
    assert codes(model([{"license": {"id": "MIT", "name": long, "url": LLAMA}}])) == [ADDRESS, "import.licenses-differ"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(JUNK, st.dictionaries(st.sampled_from(["license", "expression"]), JUNK, max_size=2)), max_size=4))
def test_never_freer_than_the_restriction_beside_it(junk: list[Any]) -> None:
    found = license_of(model([*junk, {"license": {"id": "CC-BY-NC-4.0"}}]))
    assert found == "NONE" or terms(found).free == "no"
    beside = license_of(model([*junk, {"license": {"name": "Bird Licence"}}]))
    assert terms(beside).free != "yes"


def test_many_long_names_are_read() -> None:
    licenses: list[Any] = [{"license": {"name": f"{n} " + "a or " * 500}} for n in range(600)]
    imported = model([ID, *licenses, *({"license": {**entry["license"], "url": LLAMA}} for entry in licenses)])
    assert terms(license_of(imported)).free == "unknown"


def test_data_of_two_stages_are_two_entries() -> None:
    stages = [{"name": "cdx:ai-ml:dataset:stage", "value": stage} for stage in ("pre-training", "post-training", "test")]
    reference = {"type": "distribution", "url": "https://example.org/d"}
    data = {"type": "data", "name": "d", "properties": stages, "externalReferences": [reference]}
    component = {"type": "machine-learning-model", "name": "x"}
    imported = CYCLONEDX.read({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": component}, "components": [data]})
    one, other = (imported.data["training_data"][stage]["datasets"][0] for stage in ("pretraining", "posttraining"))
    assert one == other
    assert one is not other
    assert one["where"] is not other["where"]
    assert "&id" not in yaml_writer.write(from_mapping(imported.data))
