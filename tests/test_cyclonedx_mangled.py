"""CycloneDX files of any kind: mangled and huge ones. Every file gives a card or a problem."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT
from test_cyclonedx import FIXTURES, exported, read

from osaid import load_card
from osaid.cards.schema import shape
from osaid.errors import OsaidError

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


SEEDS = [json.loads(path.read_text(encoding="utf-8")) for path in FIXTURES]
SEEDS.append(exported(load_card(str(ROOT / "model_cards" / "vicuna-7b-v1.5.yaml"))))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_mangled_file_gives_a_card_or_a_problem(data: Any) -> None:
    bom = mutate(copy.deepcopy(data.draw(st.sampled_from(SEEDS))), data.draw)
    try:
        imported = read(bom)
    except OsaidError:
        return
    assert shape().problems_in(imported.data) == []


def test_a_huge_file_is_read() -> None:
    model = {"type": "machine-learning-model", "name": "x", "licenses": [{"license": {"name": f"L{n}"}} for n in range(5000)]}
    model["modelCard"] = {"modelParameters": {"datasets": [{"ref": "same"}] * 5000}}  # type: ignore[assignment]
    data = [{"type": "data", "bom-ref": "same", "name": "d"}] * 5000
    imported = read({"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": model}, "components": data})
    assert shape().problems_in(imported.data) == []
    assert len(imported.data["training_data"]["training"]["datasets"]) == 1000
