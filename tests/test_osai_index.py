"""Family files of the European Open Source AI Index: its plain mean, and what becomes of its claims in a card."""

from __future__ import annotations

from typing import Any

import pytest
from support import as_yaml, full_card, load, small_card

from osaid import LoadedCard, assess, load_card, parse_card
from osaid.cards.importers.osai_index import COMPONENTS, STAGES
from osaid.cards.schema import shape
from osaid.resources import bundled_path

PARAMETERS = [*STAGES, *COMPONENTS, "licenses"]


def family(classes: dict[str, Any], **system: Any) -> LoadedCard:
    data: dict[str, Any] = {"system": {"name": "Example", "type": "text", **system}}
    data.update({name: {"class": value, "link": "https://example.org/x", "notes": "Seen."} for name, value in classes.items()})
    card = parse_card(as_yaml(data).encode(), path="example.yaml")
    assert shape().problems_in(card.data) == []
    return card


def scores(card: LoadedCard) -> tuple[float, list[float]]:
    result = assess(card, "osai-index-2026")
    return result.score.value, [pillar.score.value if pillar.score else -1.0 for pillar in result.pillars]


def test_all_open_all_closed_and_nothing_said() -> None:
    assert scores(family(dict.fromkeys(PARAMETERS, "open"))) == (100.0, [100.0, 100.0, 100.0])
    assert scores(family(dict.fromkeys(PARAMETERS, "partial"))) == (50.0, [50.0, 50.0, 50.0])
    assert scores(family(dict.fromkeys(PARAMETERS, "closed"))) == (0.0, [0.0, 0.0, 0.0])
    whole, parts = scores(family({"licenses": "open"}))
    assert (round(whole, 9), parts) == (round(100 / 12, 9), [0.0, 0.0, 100.0])


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize(
    ("given", "weight"), [("open", 1), ("partial", 0.5), ("closed", 0), ("Open", 0), ("partial ", 0), ("NA", 0), (None, 0)]
)
def test_each_parameter_counts_by_itself(name: str, given: str | None, weight: float) -> None:
    for others, base in (("closed", 0), ("open", 11)):
        classes: dict[str, Any] = {**dict.fromkeys(PARAMETERS, others), name: given}
        assert scores(family(classes))[0] == pytest.approx((base + weight) / 12 * 100, abs=1e-9)


def test_what_is_not_said_has_no_other_place_to_come_from() -> None:
    assert scores(family({"datasources_basemodel": "open"}))[1] == [20.0, 0.0, 0.0]
    for value in (None, "NA"):
        card = family({"weights_endmodel": "open", "licenses": value}, endmodellicense="Apache-2.0")
        assert scores(card)[1] == [20.0, 0.0, 0.0]


def test_the_license_that_is_named_does_not_change_the_class_of_licenses() -> None:
    for license in ("Apache-2.0", "Llama 2 Community License", "Mixed"):
        assert scores(family({"licenses": "partial", "weights_endmodel": "open"}, endmodellicense=license))[1][2] == 50.0


def test_what_is_read() -> None:
    card = family({"trainingcode": "partial", "datasources_basemodel": "closed"}, endmodelname="Example-7B-Chat", endmodellicense="MIT")
    assert card.subject.format == "osai-index"
    assert card.data["model"]["version"] == "Example-7B-Chat"
    assert card.data["components"]["training_code"]["release"] == "partial"
    assert card.data["components"]["training_code"]["note"] == "Seen."
    assert card.data["components"]["weights"] == {"release": "unknown", "evidence": ["file"], "license": "MIT"}
    assert card.data["training_data"]["pretraining"]["access"]["level"] == "none"
    assert card.data["evidence"]["trainingcode"] == {"source": "https://example.org/x", "basis": "second-hand"}
    outcomes = {item.id: item.outcome.value for item in assess(card).criteria}
    assert outcomes["OSAID-CODE-TRAINING"] == "partly_met"


@pytest.mark.parametrize("value", [None, "open", ["open"], {"class": ["open"]}, {"class": {"a": "b"}}, {"link": [["x"]], "class": "open"}])
def test_values_of_any_kind(value: Any) -> None:
    text = as_yaml({"system": {"name": "Example"}, "licenses": {"class": "open"}, "code": value})
    card = parse_card(text.encode(), path="x.yaml")
    assert shape().problems_in(card.data) == []
    assess(card, "osai-index-2026")


def test_native_cards_are_scored_from_their_facts() -> None:
    assert scores(load(full_card()))[0] == 100.0
    assert scores(load(small_card()))[0] == 0.0
    path = bundled_path("model_cards", "vicuna-7b-v1.5")
    assert path is not None
    outcomes = {item.id: item.outcome.value for item in assess(load_card(path), "osai-index-2026").criteria}
    assert outcomes["OSAI-BASE-DATA"] == "not_met"  # handed down by Llama 2
    assert outcomes["OSAI-BASE-WEIGHTS"] == "partly_met"  # after a form: the index calls that partial
    assert outcomes["OSAI-LICENSES"] == "partly_met"
