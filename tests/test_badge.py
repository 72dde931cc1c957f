"""``osaid badge``: what it shows, what it never shows, and what is to be pasted."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from browser import node_module
from defusedxml import ElementTree
from strangers import TEXTS, hostile, visible
from support import TESTS, full_card, golden, run, small_card, write

from osaid import assess, load_rubric
from osaid.reports.badge import COLORS, SHOWS, Badge, badge_of, endpoint, snippets, svg, text_width
from osaid.resources import bundled_ids
from osaid.rubrics.rubric import rubric_ids

# The keys of the endpoint badge as shields.io documents them (https://shields.io/badges/endpoint-badge).
ENDPOINT = {
    "type": "object",
    "required": ["schemaVersion", "label", "message"],
    "additionalProperties": False,
    "properties": {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "minLength": 1},
        **{name: {"type": "string"} for name in ("color", "labelColor", "namedLogo", "logoSvg", "logoColor", "logoSize", "style")},
        "isError": {"type": "boolean"},
        "cacheSeconds": {"type": "integer", "minimum": 300},
    },
}


def parsed(path: Path) -> Any:
    """The root of an XML file."""
    return ElementTree.parse(path).getroot()


def contrast(color: str) -> float:
    """The contrast of white on a colour (WCAG 2.2, relative luminance)."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_it_is_written_with_what_to_paste(tmp_path: Path) -> None:
    ran = run("badge", "bloom", "-o", "badge.svg", "--link", "https://example.org/models/bloom", cwd=tmp_path)
    assert (ran.code, ran.stderr) == (0, "")
    root = parsed(tmp_path / "badge.svg")
    assert root.attrib["height"] == "20"
    assert [item.text for item in root.iter("{http://www.w3.org/2000/svg}text")] == ["OSAID 1.0"] * 2 + ["conforms if terms change"] * 2
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "BLOOM, Open Source AI Definition 1.0: conforms if terms change"
    title = "BLOOM, Open Source AI Definition 1.0: conforms if terms change"
    assert ran.stdout.replace(title, "TITLE") == (
        "Markdown:\n[![TITLE](badge.svg)](https://example.org/models/bloom)\n\n"
        'HTML:\n<a href="https://example.org/models/bloom"><img src="badge.svg" alt="TITLE" height="20"></a>\n\n'
        "reStructuredText:\n.. image:: badge.svg\n   :alt: TITLE\n   :target: https://example.org/models/bloom\n\n"
    )
    again = run("badge", "bloom", cwd=tmp_path)
    assert again.stdout == (tmp_path / "badge.svg").read_text(encoding="utf-8"), "to standard output, byte for byte the same"
    assert "Markdown:" in again.stderr


@pytest.mark.parametrize("show", SHOWS)
@pytest.mark.parametrize("form", ["svg", "json"])
def test_golden(show: str, form: str) -> None:
    more = ["--endpoint"] if form == "json" else []
    ran = run("badge", "example-tuned.yaml", "--rubric", "../rubrics/golden.yaml", "--show", show, *more, cwd=TESTS / "cards")
    assert ran.code == 0
    golden(TESTS / "golden" / "badge" / f"{show}.{form}.txt", ran.stdout)


def test_the_endpoint_is_what_shields_reads(tmp_path: Path) -> None:
    for show in SHOWS:
        address = "https://example.org/badge.json?a=1&b=2"
        ran = run("badge", "mixtral-8x7b", "--endpoint", "--show", show, "-o", "b.json", "--image", address, cwd=tmp_path)
        assert (ran.code, ran.stderr) == (0, "")
        assert "https://img.shields.io/endpoint?url=https%3A%2F%2Fexample.org%2Fbadge.json%3Fa%3D1%26b%3D2" in ran.stdout
        jsonschema.validate(json.loads((tmp_path / "b.json").read_text(encoding="utf-8")), ENDPOINT)
    ran = run("badge", "mixtral-8x7b", "--endpoint", "-o", "b.json", cwd=tmp_path)
    assert "[badge.publish]" in ran.stderr, "shields.io cannot read a file on this machine"


def test_shields_own_library_draws_it(tmp_path: Path) -> None:
    """badge-maker draws shields.io's badges. It takes ours, and its picture is about as wide."""
    maker = node_module("badge-maker")
    rubric = load_rubric()
    made = [badge_of(assess(full_card()), rubric), badge_of(assess(small_card()), rubric), badge_of(assess(full_card()), rubric, "score")]
    made.append(Badge("OSAID 1.0", "conforms if terms change", "fair", ""))
    script = (
        "import { makeBadge } from 'badge-maker';"
        "const all = JSON.parse(process.argv[1]).map(({schemaVersion, ...told}) => makeBadge(told)); console.log(JSON.stringify(all));"
    )
    told = json.dumps([json.loads(endpoint(badge)) for badge in made])
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run(
        [node, "--input-type=module", "-e", script, told], cwd=maker.parent, capture_output=True, check=True, timeout=60, encoding="utf-8"
    )
    for badge, theirs in zip(made, json.loads(done.stdout), strict=True):
        widths = [float(ElementTree.fromstring(text).attrib["width"]) for text in (svg(badge), theirs)]
        assert widths[0] == pytest.approx(widths[1], rel=0.08)
        assert COLORS[badge.tone] in theirs


@pytest.mark.parametrize("show", SHOWS)
def test_an_undetermined_badge_never_looks_like_a_pass(show: str) -> None:
    found = {}
    for identifier in rubric_ids():
        rubric = load_rubric(identifier)
        for card in (small_card(), full_card()):
            assessment = assess(card, rubric)
            badge = badge_of(assessment, rubric, show)
            open_verdict = assessment.verdict.id == rubric.undetermined[0]
            assert (badge.tone == "open") == open_verdict
            assert not open_verdict or rubric.undetermined[1] in badge.title
            found[badge.tone] = COLORS[badge.tone]
    assert {"open", "good"} <= set(found)
    assert len(set(COLORS.values())) == len(COLORS)
    assert all(contrast(color) >= 4.5 for color in COLORS.values())


def test_a_high_score_of_what_does_not_conform_is_not_green() -> None:
    card = full_card()
    card["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
    rubric = load_rubric()
    badge = badge_of(assess(card, rubric), rubric, "score")
    assert re.fullmatch(r"9\d of 100", badge.message)
    assert badge.tone == "poor"


def test_levels_of_a_ladder_and_of_a_checklist() -> None:
    ladder, both = load_rubric("mof-1.0"), load_rubric()
    assert badge_of(assess(small_card(), ladder), ladder, "level").message == "no level reached"
    assert badge_of(assess(full_card(), both), both, "level").message == "All elements are there, All terms are free"


@pytest.mark.parametrize("identifier", rubric_ids())
def test_every_bundled_card_has_a_badge(identifier: str) -> None:
    from osaid import load_card

    rubric = load_rubric(identifier)
    for name in bundled_ids("model_cards"):
        assessment = assess(load_card(f"bundled:{name}"), rubric)
        for show in SHOWS:
            badge = badge_of(assessment, rubric, show)
            text = svg(badge)
            root = ElementTree.fromstring(text)
            assert int(root.attrib["width"]) < 500
            assert not re.search(r"href|url\((?!#r[0-9]+\))|<style|<script|@import", text), "nothing from outside"


@pytest.mark.parametrize("text", TEXTS.values(), ids=list(TEXTS))
def test_texts_of_strangers_stay_texts(text: str) -> None:
    rubric = load_rubric()
    assessment = assess(hostile("h-1b", text), rubric)
    badge = badge_of(assessment, rubric, label=text)
    drawn = svg(badge)
    root = ElementTree.fromstring(drawn)
    assert {item.tag.rpartition("}")[2] for item in root.iter()} == {"svg", "title", "clipPath", "rect", "g", "text"}
    assert visible(drawn)
    assert visible(endpoint(badge))
    jsonschema.validate(json.loads(endpoint(badge)), ENDPOINT)
    pasted = snippets(badge, "badge.svg", text)
    for _, lines in pasted:
        assert visible(lines)
    html = dict(pasted)["HTML"]
    assert re.fullmatch(r'(<a href="https?://[^"<>]*">)?<img src="badge.svg" alt="[^"<>]*" height="20">(</a>)?', html)
    assert dict(pasted)["reStructuredText"].count("\n") <= 3


def test_badges_within_one_page_keep_their_outlines() -> None:
    one, other = (svg(Badge("OSAID", message, "good", "")) for message in ("conforms", "does not conform"))
    names = [re.findall(r'clipPath id="(\w+)".*?url\(#(\w+)\)', text) for text in (one, other)]
    assert all(made == used for ((made, used),) in names)
    assert names[0] != names[1]


def test_widths_grow_with_the_text() -> None:
    assert text_width("") == 0
    assert text_width("iii") < text_width("mmm")
    assert text_width("开源") == 22
    assert text_width("e\u0301") == text_width("e")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("model_cards",), 2, "[card.one-only]"),
        (("no-such-model",), 3, "[card.unknown]"),
        (("bloom", "--rubric", "none"), 2, "[rubric.unknown"),
        (("bloom", "--show", "colour"), 2, "colour"),
        (("bloom", "-o", "no/such/folder/b.svg"), 2, "[file.unwritable]"),
        ((), 2, "CARD"),
    ],
)
def test_what_cannot_be_done_is_told(arguments: tuple[str, ...], code: int, told: str) -> None:
    ran = run("badge", *arguments)
    assert (ran.code, ran.stdout) == (code, "")
    assert told in ran.stderr


def test_a_card_is_never_replaced_by_its_badge(tmp_path: Path) -> None:
    (path,) = write(tmp_path, full_card())
    before = path.read_bytes()
    ran = run("badge", path, "-o", path)
    assert (ran.code, path.read_bytes()) == (2, before)
    assert "[file.is-input]" in ran.stderr
