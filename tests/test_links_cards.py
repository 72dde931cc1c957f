"""What links answered, in a card: where it stands, what it changes, and what is told of it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import link_site
import pytest
from hypothesis import given
from hypothesis import strategies as st
from link_site import DAY, QUICK, SHA, ask
from servers import Served
from support import as_yaml, full_card, load, run, small_card

from osaid import Library, assess, export, load_rubric, parse_card
from osaid.audit.links import Answer, addresses, record
from osaid.cards.findings import findings
from osaid.cards.locations import address_of
from osaid.errors import Problem
from osaid.rubrics.rubric import rubric_ids

served_site = link_site.served_site


# --- in a card ----------------------------------------------------------------------------------------------------------

URL = "https://example.org"


def told(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What is said of the locations of a card."""
    return [
        (item.severity, item.problem.code, item.problem.params["where"])
        for item in findings(load(data))
        if item.problem.code.startswith(("finding.location", "finding.dataset"))
    ]


def test_the_addresses_of_a_card() -> None:
    card = full_card(links={"huggingface": "owner/name", "homepage": f"{URL}/home#top", "paper": "ftp://x/y"})
    card["components"]["weights"]["where"] = ["https://user:secret@example.org/w", f"{URL}/home", "s3://bucket/x", "see the page"]
    assert addresses(card) == [f"{URL}/home", f"{URL}/w", f"{URL}/corpus", f"{URL}/paper", f"{URL}/repo"]
    assert addresses(small_card()) == []


@given(st.text(max_size=60), st.sampled_from(["", "http://", "HTTPS://", "https://a@", "http://a:b@c/@"]))
def test_an_address_is_the_same_when_it_is_taken_twice(text: str, start: str) -> None:
    once = address_of(start + text)
    assert address_of(once) == once
    if once:
        assert "@" not in once.partition("://")[2].partition("/")[0].partition("?")[0]


def test_a_long_address_takes_no_longer() -> None:
    for text in ("http://" + "a@" * 100_000, "http://" + "a" * 200_000 + " ", "http://" + "@" * 200_000):
        assert "secret" not in address_of(text)


def test_what_was_answered_gets_into_the_card_and_changes_nothing_else(served: Served) -> None:
    card = full_card()
    card["notes"] = ["n"]
    card["components"]["weights"]["where"] = [served.at("/moved"), served.at("/gone")]
    before = copy.deepcopy(card)
    found = ask(*addresses(card), bounds=QUICK, resolve=lambda host, port: ["127.0.0.1"] if host == "127.0.0.1" else [])
    after = record(card, found.values())
    assert card == before, "the card that is given stays as it is"
    assert {key: value for key, value in after.items() if key != "locations"} == before
    assert list(after)[-2:] == ["locations", "notes"]
    assert list(after["locations"]) == addresses(card), "in the order of the card, however the answers came"
    assert after["locations"][served.at("/moved")] == {
        "checked": DAY,
        "answer": "answers",
        "status": "200",
        "redirect": served.at("/ok"),
        "sha256": SHA,
    }
    assert after["locations"][served.at("/gone")] == {"checked": DAY, "answer": "gone", "status": "410"}
    name = {"checked": DAY, "answer": "failed", "note": "The name example.org was not found."}
    assert after["locations"][f"{URL}/paper"] == name
    assert record(after, found.values()) == after
    assert told(after) == [("warning", "finding.location-gone", "components.weights.where[1]")]
    for rubric in rubric_ids():
        results = [assess(load(data), load_rubric(rubric), Library()) for data in (before, after)]
        assert results[0].criteria == results[1].criteria, "no rubric sees it"
        assert (results[0].verdict, results[0].score) == (results[1].verdict, results[1].score)


def test_only_what_is_asked_anew_changes() -> None:
    card = full_card()
    old = {"checked": "2026-01-31", "answer": "answers", "status": "200"}
    card["locations"] = {f"{URL}/corpus#part": old, f"{URL}/paper": old, f"{URL}/no-longer-named": old}
    answers = [
        Answer(f"{URL}/paper", DAY, "not-asked", note=Problem("link.over", {"most": "1"})),
        Answer(f"{URL}/repo", DAY, "gone", "404"),
    ]
    assert record(card, answers)["locations"] == {
        f"{URL}/corpus": old,
        f"{URL}/paper": old,
        f"{URL}/repo": {"checked": DAY, "answer": "gone", "status": "404"},
    }
    assert "locations" not in record(small_card(), answers)


@pytest.mark.parametrize(
    ("state", "where", "gone", "becomes", "codes"),
    [
        ("unknown", ["/a"], ["/a"], "gone", []),
        (None, ["/a", "/b"], ["/a", "/b"], "gone", []),
        (None, ["/a", "/b"], ["/a"], None, ["finding.location-gone"]),
        (None, ["/a", "s3"], ["/a"], None, ["finding.location-gone"]),
        (None, [], [], None, []),
        ("available", ["/a"], ["/a"], "available", ["finding.dataset-gone", "finding.location-gone"]),
        ("gone", ["/a"], [], "gone", ["finding.location-not-gone"]),
    ],
)
def test_data_whose_every_address_is_gone(
    state: str | None, where: list[str], gone: list[str], becomes: str | None, codes: list[str]
) -> None:
    card = full_card()
    dataset = card["training_data"]["training"]["datasets"][0]
    dataset["where"] = ["s3://bucket/x" if path == "s3" else URL + path for path in where]
    dataset.pop("state")
    if state is not None:
        dataset["state"] = state
    answers = [Answer(URL + path, DAY, "gone" if path in gone else "answers", "404" if path in gone else "200") for path in where]
    after = record(card, answers)
    assert after["training_data"]["training"]["datasets"][0].get("state") == becomes
    assert sorted(code for _, code, _ in told(after)) == codes
    assert all(component["release"] == "full" for component in after["components"].values()), "gone is not none"


def test_locations_in_a_file_are_told_of_in_their_places() -> None:
    card = full_card()
    card["evidence"]["paper"]["sha256"] = "1" * 64
    card["locations"] = {
        f"{URL}/paper": {"checked": DAY, "answer": "answers", "sha256": "2" * 64},
        f"{URL}/repo": {"checked": "2026-02-30", "answer": "gone", "status": 404},
        "https://user:secret@example.org/other": {"checked": DAY, "answer": "refused"},
    }
    loaded = parse_card(as_yaml(card).encode(), path="card.yaml")
    lines = as_yaml(card).splitlines()
    found = [(item.problem, lines[(item.problem.place.line or 0) - 1].strip()) for item in findings(loaded)]
    assert [(problem.code, line) for problem, line in found] == [
        ("finding.location-changed", f'"source": "{URL}/paper"'),
        ("finding.location-gone", f'"source": "{URL}/repo"'),
        ("finding.date-impossible", '"checked": "2026-02-30"'),
        ("finding.location-unused", '"checked": "2026-11-22"'),
    ]
    assert all("secret" not in problem.message for problem, _ in found if problem.code == "finding.location-unused")


def test_a_card_with_locations_on_the_command_line(tmp_path: Path) -> None:
    card = full_card()
    long = f"{URL}/{'x' * 300}"
    card["model"]["links"] = {"homepage": long}
    card["locations"] = {long: {"checked": DAY, "answer": "gone", "status": "404", "note": "n"}}
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(as_yaml({key: value for key, value in card.items() if key != "locations"}), encoding="utf-8")
    new.write_text(as_yaml(card), encoding="utf-8")
    ran = run("validate", new)
    assert (ran.code, ran.stdout) == (0, f"{new}: valid (1 warning)\n")
    assert "was gone on 2026-11-22" in ran.stderr
    assert run("validate", new, "--strict").code == 3
    scores = [json.loads(run("score", path, "--format", "json").stdout)["assessments"][0] for path in (old, new)]
    for item in scores:
        del item["subject"]
    assert scores[0] == scores[1]
    back = tmp_path / "back.yaml"
    assert run("convert", new, "--to", "osaid", "-o", back).code == 0
    assert parse_card(back.read_bytes()).data == card
    for form, lost in (("mof", ["lost"]), ("huggingface", ["lost"]), ("cyclonedx", []), ("spdx3", [])):  # these hold the whole card
        losses = export(parse_card(new.read_bytes()), form).losses
        assert [loss.kind for loss in losses if loss.what == "locations"] == lost, form
    changes = json.loads(run("diff", old, new, "--format", "json").stdout)
    assert f"locations.{long}.answer" in json.dumps(changes)


def test_a_location_has_to_say_when_and_what() -> None:
    card = small_card()
    for entry in (
        {"checked": DAY},
        {"answer": "gone"},
        {"checked": DAY, "answer": "none"},
        {"checked": DAY, "answer": "gone", "status": "4x4"},
    ):
        with pytest.raises(Exception, match="locations"):
            load({**card, "locations": {URL: entry}})
