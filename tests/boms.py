"""What the tests of CycloneDX and SPDX 3 share: the two formats side by side, licence texts, and ways to mangle a file."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from support import ROOT, TESTS

from osaid import LoadedCard, document, load_card
from osaid.cards import importers
from osaid.cards.exporters import export
from osaid.cards.importers.bom import EMBEDDED
from osaid.cards.importers.common import Imported
from osaid.licenses.expression import terms

CARDS = sorted((ROOT / "model_cards").glob("*.yaml"))
VICUNA = load_card(str(ROOT / "model_cards" / "vicuna-7b-v1.5.yaml"))
CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
FILE = {"evidence": ["file"]}
HOSTILE = "\u202e\"]}\\u0000\n<script>' \U0001f600" + "x" * 300


# --- the two formats ----------------------------------------------------------------------------------------------


class Bom(NamedTuple):
    """A format: its name, its published schema for a file, how to get at the card inside, and what its own fields hold."""

    form: str
    schema: Callable[[Any], Any]
    bare: Callable[[Any], Any]
    embed: Callable[[Any, Any], None]
    model_keys: tuple[str, ...]
    data_keys: tuple[str, ...]

    def read(self, data: Any) -> Imported:
        """Plain data by way of the strict reader."""
        return importers.read(document.parse(json.dumps(data).encode(), path="bom.json", format="json"), self.form)

    def fixtures(self) -> list[Path]:
        return sorted((TESTS / "formats" / self.form).glob("*.json"))

    def fixture(self, name: str) -> Any:
        return json.loads((TESTS / "formats" / self.form / name).read_text(encoding="utf-8"))

    def exported(self, card: LoadedCard) -> Any:
        return json.loads(export(card, self.form).text)

    def changed(self, change: Callable[[Any], object]) -> Imported:
        """Vicuna, written, changed and read back."""
        bom = self.exported(VICUNA)
        change(bom)
        return self.read(bom)

    def validate(self, data: Any) -> None:
        assert [error.message for error in self.schema(data).iter_errors(data)] == []


@cache
def cyclonedx_validator(version: str) -> Any:
    """The published schema, as cyclonedx-python-lib ships it. Its own validator needs packages that slow all of jsonschema down."""
    folder = files("cyclonedx") / "schema" / "_res"
    names = [f"bom-{version}", "spdx", "jsf-0.82", "cryptography-defs"]
    schemas = {name: json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text(encoding="utf-8")) for name in names}
    base = schemas[names[0]]["$id"].rpartition("/")[0]
    registry: Registry[Any] = Registry().with_resources(
        (f"{base}/{name}.SNAPSHOT.schema.json", Resource.from_contents(schema, default_specification=DRAFT7))
        for name, schema in schemas.items()
    )
    return Draft7Validator(schemas[names[0]], registry=registry, format_checker=Draft7Validator.FORMAT_CHECKER)


@cache
def spdx3_validator() -> Any:
    """The published schema, as lib4sbom ships it."""
    return Draft202012Validator(json.loads((files("lib4sbom") / "schemas/spdx/3.0-schema.json").read_text(encoding="utf-8")))


def _without_property(bom: Any) -> Any:
    bom = copy.deepcopy(bom)
    model = bom["metadata"]["component"]
    model["properties"] = [entry for entry in model["properties"] if entry["name"] != EMBEDDED]
    return bom


def _set_property(bom: Any, value: Any) -> None:
    next(entry for entry in bom["metadata"]["component"]["properties"] if entry["name"] == EMBEDDED)["value"] = value


def _without_annotation(bom: Any) -> Any:
    return {**bom, "@graph": [element for element in bom["@graph"] if element["type"] != "Annotation"]}


def of_type(bom: Any, kind: str) -> Any:
    """The first element of a type in an SPDX 3 graph."""
    return next(element for element in bom["@graph"] if element["type"] == kind)


CYCLONEDX = Bom(
    "cyclonedx",
    lambda data: cyclonedx_validator(data["specVersion"]),
    _without_property,
    _set_property,
    ("name", "version", "developer", "parameters"),
    ("name", "access", "license", "state"),
)
SPDX3 = Bom(
    "spdx3",
    lambda data: spdx3_validator(),
    _without_annotation,
    lambda bom, value: of_type(bom, "Annotation").update(statement=value),
    ("name", "version", "developer"),
    ("name", "license"),
)


def codes(imported: Imported) -> list[str]:
    return [note.code for note in imported.notes if note.kind != "unmapped"]


def unmapped(imported: Imported) -> set[str]:
    return {note.params["what"] for note in imported.notes if note.code.startswith("import.unmapped")}


def graph(*elements: Any) -> dict[str, Any]:
    """An SPDX 3 file."""
    return {"@context": CONTEXT, "@graph": list(elements)}


def model(name: str = "m", **more: Any) -> dict[str, Any]:
    """A model in an SPDX 3 file."""
    return {"type": "ai_AIPackage", "spdxId": f"urn:x:{name}", "name": name, **more}


def relate(start: str, kind: str, *ends: Any, **more: Any) -> dict[str, Any]:
    """A relationship in an SPDX 3 file."""
    name = f"urn:x:{start}-{kind}-{len(ends)}"
    return {"type": "Relationship", "spdxId": name, "from": f"urn:x:{start}", "relationshipType": kind, "to": list(ends), **more}


# --- licences -----------------------------------------------------------------------------------------------------


def license_of(imported: Imported) -> str:
    """The licence of the whole, which always can be parsed."""
    found = imported.data["licenses"]["distribution"]["license"]
    assert isinstance(found, str)
    assert terms(found).problem is None
    return found


MIT = """MIT License

Copyright (c) 2025 Field Lab and contributors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
(the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""
APACHE = (ROOT / "LICENSE").read_text(encoding="utf-8")


# --- anything at all ----------------------------------------------------------------------------------------------

JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from(
            ["", " ", "MIT", "NONE", "machine-learning-model", "https://huggingface.co/a/b", "pkg:huggingface/a/b", "2025-13-01", "("]
        ),
        st.text(max_size=20),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["type", "name", "id", "url", "ref", "bom-ref", "license", "value"]), inner, max_size=3),
    ),
    max_leaves=8,
)


def ways(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all values."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(way for key, item in pairs for way in ways(item, (*at, key)))]


def mutate(data: Any, draw: Any) -> Any:
    """A document with up to three values replaced, taken out or doubled."""
    for _ in range(draw(st.integers(1, 3))):
        way = draw(st.sampled_from(ways(data)[1:]))
        holder = data
        for step in way[:-1]:
            holder = holder[step]
        what = draw(st.sampled_from(["replace", "remove", "double"]))
        if what == "replace":
            holder[way[-1]] = draw(JUNK)
        elif what == "remove":
            del holder[way[-1]]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[way[-1]]))
        else:
            holder[way[-1]] = [holder[way[-1]], copy.deepcopy(holder[way[-1]])]
        if len(ways(data)) < 2:
            break
    return data
