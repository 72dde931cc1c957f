"""CycloneDX: what is read from where, and files that lose nothing and validate."""

from __future__ import annotations

import json
from typing import Any

import pytest
from boms import CYCLONEDX, FILE, VICUNA, codes, cyclonedx_validator, unmapped

from osaid.cards.exporters.bom import is_id
from osaid.cards.importers.bom import EMBEDDED
from osaid.cards.schema import shape
from osaid.errors import OsaidError
from osaid.licenses.knowledge import knowledge_base

read, fixture, changed = CYCLONEDX.read, CYCLONEDX.fixture, CYCLONEDX.changed


def test_the_published_schema_refuses_what_is_wrong() -> None:
    for wrong in ({"bomFormat": "CycloneDX"}, {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "model"}]}):
        assert list(cyclonedx_validator("1.6").iter_errors(wrong))


# --- reading ------------------------------------------------------------------------------------------------------


def test_the_model_in_the_metadata() -> None:
    imported = read(fixture("model-1.5.json"))
    assert imported.data == {
        "osaid_card": "1",
        "as_of": "2025-03-01",
        "model": {
            "id": "sparrow-1b",
            "name": "Sparrow 1B",
            "version": "1.10",
            "developer": "Field Lab",
            "links": {
                "huggingface": "https://huggingface.co/fieldlab/sparrow-1b",
                "paper": "https://arxiv.org/abs/0000.00000",
                "repository": "https://example.org/sparrow.git",
            },
            "derived_from": [{"model": "fieldlab/wren-1b", "relation": "unspecified", **FILE}],
        },
        "licenses": {
            "distribution": {
                "license": "MIT AND Responsible Sparrow Licence",
                **FILE,
                "note": "The text is said to be at https://example.org/rsl",
            }
        },
        "components": {"training_code": {"where": ["https://example.org/train"], **FILE}},
        "training_data": {"training": {"datasets": [{"name": "Bird songs", "where": ["https://example.org/songs"], **FILE}]}},
        "evidence": {
            "file": {
                "source": "bom.json",
                "says": "What the CycloneDX file states; not checked against the sources.",
                "basis": "second-hand",
            }
        },
    }
    assert codes(imported) == ["import.licenses-joined", "import.data-role"]
    assert [note.params["name"] for note in imported.notes if note.code == "import.base-name"] == ["The nameless one"]
    assert {"component.externalReferences: chat", "modelCard.considerations", "data sets: classification"} <= unmapped(imported)
    assert "modelCard.modelParameters.datasets: configuration" in unmapped(imported)


def test_the_model_in_the_list() -> None:
    imported = read(fixture("listed-1.6.json"))
    data = imported.data
    assert data["as_of"] == "2025-04-02"
    assert data["model"] == {
        "id": "fieldlab-robin-7b",
        "name": "fieldlab/robin-7b",
        "developer": "Field Lab",
        "released": "2025-01-31",
        "links": {"huggingface": "https://huggingface.co/fieldlab/robin-7b"},
    }
    assert data["licenses"] == {"distribution": {"license": "Apache-2.0 AND CC-BY-NC-4.0", **FILE}}
    assert data["components"]["weights"] == {
        "where": ["https://huggingface.co/fieldlab/robin-7b/tree/main"],
        "license": "CC-BY-NC-4.0",
        **FILE,
    }
    assert data["components"]["evaluation_data"] == {"license": "MIT", **FILE}
    assert set(data["components"]) == {"weights", "evaluation_data", "model_card", "evaluation_results"}
    assert data["training_data"] == {
        "pretraining": {
            "datasets": [{"name": "Songs", "where": ["https://example.org/songs"], "license": "CC-BY-4.0 OR ODbL-1.0", **FILE}]
        },
        "training": {"datasets": [{"name": "urn:cdx:gone", **FILE}]},
    }
    assert codes(imported) == ["import.licenses-differ", "import.data-role"]
    assert {"components: library", "components: application"} & unmapped(imported) == {"components: library"}


def test_licences_of_both_kinds_and_data_that_nothing_names() -> None:
    imported = read(fixture("mixed-1.7.json"))
    assert imported.data["licenses"]["distribution"]["license"] == "MIT AND (Apache-2.0 OR GPL-2.0-only)"
    assert imported.data["model"]["parameters"] == "1000"
    assert imported.data["model"]["developer"] == "A. Author, B. Author"
    assert imported.data["model"]["links"] == {"paper": "https://doi.org/10.0000/wagtail", "homepage": "https://example.org/wagtail"}
    where = ["https://huggingface.co/datasets/fieldlab/tuning"]
    assert imported.data["training_data"] == {"posttraining": {"datasets": [{"name": "Tuning set", "where": where, **FILE}]}}
    assert codes(imported) == ["import.licenses-differ"]
    assert "components: data" in unmapped(imported)


def test_nothing_said_is_nothing_claimed() -> None:
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"type": "machine-learning-model", "name": "X"}}}
    imported = read(bom)
    assert set(imported.data) == {"osaid_card", "as_of", "model", "evidence"}
    assert imported.data["as_of"] == "unknown"
    assert imported.data["model"] == {"id": "x", "name": "X"}
    assert imported.notes == ()


def test_a_model_in_both_places_is_one() -> None:
    bom = fixture("listed-1.6.json")
    bom["metadata"]["component"] = {"type": "machine-learning-model", "name": "fieldlab/robin-7b"}
    assert read(bom).data["licenses"] == read(fixture("listed-1.6.json")).data["licenses"]


def test_a_model_by_another_name_is_told() -> None:
    bom = fixture("listed-1.6.json")
    bom["metadata"]["component"] = {"type": "machine-learning-model", "name": "robin"}
    imported = read(bom)
    assert "licenses" not in imported.data
    assert "components: machine-learning-model (fieldlab/robin-7b)" in unmapped(imported)


@pytest.mark.parametrize(
    ("components", "code"),
    [
        ([], "import.bom-no-model"),
        ([{"type": "library", "name": "a"}], "import.bom-no-model"),
        ([{"type": "machine-learning-model", "name": "a"}, {"type": "machine-learning-model", "name": "b"}], "import.bom-models"),
    ],
)
def test_no_model_or_several_are_refused(components: Any, code: str) -> None:
    with pytest.raises(OsaidError) as caught:
        read({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components})
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_listed_base_is_not_a_second_model() -> None:
    base = {"type": "machine-learning-model", "name": "wren"}
    model = {"type": "machine-learning-model", "name": "robin", "pedigree": {"ancestors": [base], "notes": "quantized"}}
    imported = read({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [base, model]})
    assert imported.data["model"]["id"] == "robin"
    assert imported.data["model"]["derived_from"] == [{"model": "wren", "relation": "quantized", **FILE}]


# --- writing ------------------------------------------------------------------------------------------------------


def test_ids_that_are_written_as_ids_are_on_the_formats_list() -> None:
    from importlib.resources import files

    listed = json.loads((files("cyclonedx.schema") / "_res" / "spdx.SNAPSHOT.schema.json").read_text(encoding="utf-8"))["enum"]
    ours = {identifier for identifier in knowledge_base() if is_id(identifier)}
    assert len(ours) > 20
    assert ours <= set(listed)


# --- the card inside ----------------------------------------------------------------------------------------------


def model_of(bom: Any) -> Any:
    return bom["metadata"]["component"]


def test_a_licence_changed_after_the_export_counts() -> None:
    imported = changed(lambda bom: model_of(bom).update(licenses=[{"license": {"id": "CC-BY-NC-4.0"}}]))
    before = VICUNA.data["components"]["weights"]["license"]
    assert imported.data["components"]["weights"]["license"] == f"{before} AND CC-BY-NC-4.0"
    assert codes(imported) == ["import.embedded-changed"]
    assert imported.notes[0].kind == "conflict"


def test_a_licence_taken_out_after_the_export_is_told() -> None:
    imported = changed(lambda bom: model_of(bom).pop("licenses"))
    assert codes(imported) == ["import.embedded-changed"]


def test_other_changes_after_the_export_are_told() -> None:
    def change(bom: Any) -> None:
        model_of(bom)["name"] = "Other"
        model_of(bom)["pedigree"]["ancestors"].append({"type": "machine-learning-model", "name": "hidden-base"})
        bom["components"][0]["licenses"] = [{"license": {"id": "CC-BY-NC-4.0"}}]
        bom["components"].append({"type": "data", "bom-ref": "new", "name": "Secret"})
        model_of(bom)["modelCard"]["modelParameters"]["datasets"].append({"ref": "new"})

    imported = changed(change)
    assert shape().problems_in(imported.data) == []
    assert imported.data["model"]["name"] != "Other"
    assert imported.data["model"]["derived_from"][-1] == {"model": "hidden-base", "relation": "unspecified"}
    assert imported.data["training_data"]["training"]["datasets"][-1] == {"name": "Secret"}
    assert "CC-BY-NC-4.0" in imported.data["training_data"]["training"]["datasets"][0]["license"]
    whats = {note.params["what"] for note in imported.notes}
    assert {"model.name", "model.derived_from", "training_data.training.datasets"} < whats
    assert {note.kind for note in imported.notes} == {"conflict"}


def test_two_cards_inside_are_not_used() -> None:
    imported = changed(lambda bom: model_of(bom)["properties"].append({"name": EMBEDDED, "value": "{}"}))
    assert codes(imported)[0] == "import.embedded-number"


# --- anything at all ----------------------------------------------------------------------------------------------


def test_a_huge_file_is_read() -> None:
    model = {
        "type": "machine-learning-model",
        "name": "x",
        "licenses": [{"license": {"name": f"L{n}"}} for n in range(5000)],
        "modelCard": {"modelParameters": {"datasets": [{"ref": "same"}] * 5000}},
    }
    data = [{"type": "data", "bom-ref": "same", "name": "d"}] * 5000
    imported = read({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": model}, "components": data})
    assert shape().problems_in(imported.data) == []
    assert len(imported.data["training_data"]["training"]["datasets"]) == 1000
