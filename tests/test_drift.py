"""Terms that become freer on the way from base to model."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from support import as_yaml, load, run, small_card, write

from osaid import Library, load_card
from osaid.cards.findings import Finding
from osaid.cards.reader import from_mapping
from osaid.cards.vocabulary import vocabulary
from osaid.lineage import lineage_findings

ROOT = Path(__file__).resolve().parents[1]
LLAMA = "LicenseRef-Llama-2-Community"


def model(name: str, license: str | None, *bases: str, relation: str = "finetune") -> dict[str, Any]:
    card = small_card(name, derived_from=[{"model": base, "relation": relation} for base in bases])
    if license is not None:
        card["components"] = {"weights": {"release": "full", "license": license}}
    return card


def drift(card: dict[str, Any], *others: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = lineage_findings(load(card), Library([load(other) for other in others]))
    return [(item.severity, item.problem.code, item.problem.params["base"]) for item in found if "terms-" in item.problem.code]


DRIFT, DROPPED, NONE = "finding.terms-drift", "finding.terms-dropped", "finding.terms-from-none"


@pytest.mark.parametrize(
    ("base", "ours", "told"),
    [
        (LLAMA, "MIT", [("warning", DRIFT)]),
        ("CC-BY-NC-4.0", "Apache-2.0", [("warning", DRIFT)]),
        ("CC-BY-NC-ND-4.0", "CC-BY-NC-4.0", [("warning", DRIFT)]),
        (LLAMA, "CC-BY-NC-4.0", [("note", DROPPED)]),
        ("Apache-2.0", "MIT", []),
        ("MIT", LLAMA, []),
        (LLAMA, LLAMA, []),
        (LLAMA, f"{LLAMA} AND Apache-2.0", []),
        (f"{LLAMA} OR MIT", "MIT", []),
        (LLAMA, f"{LLAMA} OR MIT", [("warning", DRIFT)]),
        (LLAMA, "Our Own Licence", []),
        (LLAMA, "NONE", []),
        (LLAMA, None, []),
        ("Our Own Licence", "MIT", []),
        (None, "MIT", []),
        ("NOASSERTION", "MIT", []),
        ("NONE", "MIT", [("note", NONE)]),
        ("NONE", LLAMA, []),
    ],
)
def test_from_one_base(base: str | None, ours: str | None, told: list[tuple[str, str]]) -> None:
    found = drift(model("child-1b", ours, "base-1b"), model("base-1b", base))
    assert [item[:2] for item in found] == told


def test_the_finding_names_both_terms_what_is_freed_and_what_is_gone() -> None:
    card = load(model("child-1b", "mit", "base-1b"))
    (found,) = lineage_findings(card, Library([load(model("base-1b", "CC-BY-NC-4.0"))]))
    params = found.problem.params
    assert (params["license"], params["base_license"], params["base"]) == ("MIT", "CC-BY-NC-4.0", "base-1b")
    assert params["freedoms"] == "Use, Change, Share"
    assert params["restrictions"] == "Non-commercial use only"
    assert found.problem.place.line == card.document.place(("model", "derived_from", 0)).line if card.document else False
    assert "Non-commercial use only" in found.problem.message


def test_a_chain_of_three() -> None:
    first, second = model("first-1b", LLAMA), model("second-1b", None, "first-1b")
    assert drift(model("third-1b", "MIT", "second-1b"), first, second) == [("warning", DRIFT, "first-1b")]
    second = model("second-1b", "MIT", "first-1b")
    assert drift(second, first) == [("warning", DRIFT, "first-1b")]
    assert drift(model("third-1b", "MIT", "second-1b"), first, second) == [("warning", DRIFT, "first-1b")]
    second = model("second-1b", LLAMA, "first-1b")
    assert drift(model("third-1b", "MIT", "second-1b"), first, second) == [("warning", DRIFT, "second-1b"), ("warning", DRIFT, "first-1b")]


@pytest.mark.parametrize("relation", list(vocabulary().relations))
def test_only_where_the_parameters_live_on(relation: str) -> None:
    wanted = {"yes": ["warning"], "unknown": ["note"], "no": []}[vocabulary().relations[relation]["passes_terms"]]
    found = drift(model("child-1b", "MIT", "base-1b", relation=relation), model("base-1b", LLAMA))
    assert [severity for severity, *_ in found] == wanted
    second = model("second-1b", None, "first-1b")
    found = drift(model("third-1b", "MIT", "second-1b", relation=relation), second, model("first-1b", LLAMA))
    assert [severity for severity, *_ in found] == wanted


def test_the_surer_way_counts_where_there_are_two() -> None:
    card = model("child-1b", "MIT", "base-1b", relation="unspecified")
    card["model"]["derived_from"].append({"model": "other-1b", "relation": "merge"})
    assert drift(card, model("base-1b", LLAMA), model("other-1b", "MIT", "base-1b")) == [("warning", DRIFT, "base-1b")]


def test_a_merge_of_several() -> None:
    bases = [model("one-1b", "Apache-2.0"), model("two-1b", LLAMA), model("three-1b", "CC-BY-NC-4.0")]
    card = model("child-1b", "Apache-2.0", "one-1b", "two-1b", "three-1b", relation="merge")
    assert drift(card, *bases) == [("warning", DRIFT, "two-1b"), ("warning", DRIFT, "three-1b")]


def test_rings_and_missing_cards() -> None:
    first, second = model("first-1b", "MIT", "second-1b"), model("second-1b", LLAMA, "first-1b")
    assert drift(first, second) == [("warning", DRIFT, "second-1b")]
    assert drift(model("third-1b", "MIT", "third-1b", "first-1b"), first, second) == [("warning", DRIFT, "second-1b")]
    assert drift(model("child-1b", "MIT", "nowhere-1b")) == []


def test_default_terms_and_a_gate() -> None:
    base = {**small_card("base-1b"), "licenses": {"distribution": "MIT", "parameters": {"license": LLAMA}}}
    base["components"] = {"weights": {"release": "gated"}}
    assert drift(model("child-1b", "MIT", "base-1b"), base) == [("warning", DRIFT, "base-1b")]


def bundled(name: str, **weights: str) -> list[Finding]:
    data = deepcopy(dict(load_card(str(ROOT / "model_cards" / f"{name}.yaml")).data))
    data["model"]["id"] = "copy-1b"
    data["components"]["weights"].update(weights)
    return [item for item in lineage_findings(from_mapping(data), Library()) if "terms-" in item.problem.code]


def test_the_bundled_cards_pass_terms_on() -> None:
    for path in sorted((ROOT / "model_cards").glob("*.yaml")):
        found = lineage_findings(load_card(str(path)), Library())
        assert not [item for item in found if "terms-" in item.problem.code], path
    assert [item.problem.params["base"] for item in bundled("vicuna-7b-v1.5", license="Apache-2.0")] == ["llama-2-7b"]
    assert bundled("phi-2", license="Apache-2.0") == []


def test_validate_tells_it_at_its_line(tmp_path: Path) -> None:
    write(tmp_path, model("base-1b", LLAMA))
    path = tmp_path / "child-1b.yaml"
    path.write_text(as_yaml(model("child-1b", "MIT", "base-1b")), encoding="utf-8")
    ran = run("validate", path, tmp_path / "base-1b.yaml")
    assert ran.code == 0
    (line,) = [line for line in ran.stderr.splitlines() if "finding.terms-drift" in line]
    assert line.startswith(f"{path}:8:")
    assert run("validate", "--strict", path, tmp_path / "base-1b.yaml").code == 3
