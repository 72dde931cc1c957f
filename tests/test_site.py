"""``osaid site``: what it writes, what it keeps up to date, and what it never touches."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from defusedxml import ElementTree
from strangers import TEXTS, hostile, visible
from support import ROOT, TESTS, environment, full_card, golden, run, small_card, steady, three_cards, write

from osaid.resources import bundled_ids
from osaid.rubrics.rubric import rubric_ids

ATOM = "{http://www.w3.org/2005/Atom}"


def state(folder: Path) -> dict[str, str]:
    """Every file of a folder, with its digest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def index_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundled") / "site"
    ran = run("site", "bundled:", "-o", folder, "--base-url", "https://example.org/register", "--title", "Our register")
    assert (ran.code, ran.stdout) == (0, "")
    return folder


@pytest.mark.parametrize(
    "name", ["index.html", "index.json", "feed.xml", "models/example-tuned/index.html", "models/example-tuned/result.json"]
)
def test_golden(tmp_path: Path, name: str) -> None:
    options = ("--rubric", "../rubrics/golden.yaml", "--rubric", "open-weights-1.0", "--base-url", "https://example.org/", "-o", tmp_path)
    assert run("site", ".", *options, cwd=TESTS / "cards").code == 0
    golden(TESTS / "golden" / "site" / f"{name.replace('/', '.')}.txt", steady((tmp_path / name).read_text(encoding="utf-8")))


def test_every_model_has_its_files_at_stable_addresses(bundled: Path) -> None:
    made = set(state(bundled))
    rubrics = rubric_ids()
    expected = {"index.html", "index.json", "feed.xml", *(f"frameworks/{name}.html" for name in rubrics if name != "osaid-1.0")}
    for name in bundled_ids("model_cards"):
        expected |= {f"models/{name}/{file}" for file in ("index.html", "result.json", "badge.svg", "badge.json")}
        expected |= {f"models/{name}/badges/{rubric}.{ending}" for rubric in rubrics for ending in ("svg", "json")}
    assert made == expected


def test_the_index_is_what_its_schema_says(bundled: Path) -> None:
    schema = json.loads(run("schema", "site").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    index = index_of(bundled)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(index)
    assert not validator.is_valid({**index, "more": 1})
    results = {item["subject"]["id"]: item for item in json.loads(run("score", "bundled:", "--format", "json").stdout)["assessments"]}
    assert {model["id"] for model in index["models"]} == set(results)
    for model in index["models"]:
        mark = model["marks"][0]
        assert (mark["verdict"], mark["score"]) == (results[model["id"]]["verdict"]["id"], results[model["id"]]["score"])
        for path in (model["page"], model["result"], *(mark[key] for mark in model["marks"] for key in ("badge", "endpoint"))):
            assert (bundled / path).is_file()
    ran = run("schema", "assessment", "--check", bundled / "models" / "bloom" / "result.json")
    assert (ran.code, ran.stderr) == (0, "")


def test_nothing_of_this_machine_is_in_it(bundled: Path) -> None:
    for path in bundled.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert str(ROOT) not in text
            assert str(bundled) not in text


def test_the_feed_is_atom(bundled: Path) -> None:
    root: Any = ElementTree.parse(bundled / "feed.xml").getroot()
    assert root.tag == ATOM + "feed"
    for name in ("id", "title", "updated"):
        assert len(root.findall(ATOM + name)) == 1
    entries = root.findall(ATOM + "entry")
    assert len(entries) == len(bundled_ids("model_cards"))
    assert len({entry.findtext(ATOM + "id") for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.find(ATOM + "link").attrib["href"].startswith("https://example.org/register/models/")
        assert entry.findtext(ATOM + "updated").endswith("T00:00:00Z")
        assert entry.findtext(ATOM + "id").startswith("tag:example.org,2026:")


def test_building_it_again_changes_nothing(tmp_path: Path) -> None:
    cards = three_cards(tmp_path / "cards")
    assert run("site", cards, "-o", tmp_path / "site", env={"PYTHONHASHSEED": "1"}).code == 0
    before = state(tmp_path / "site")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*")}
    ran = run("site", cards, "-o", tmp_path / "site", env={"PYTHONHASHSEED": "2"})
    assert (ran.code, state(tmp_path / "site")) == (0, before)
    assert "files written or removed: 0" in ran.stderr
    assert stamps == {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*")}
    assert run("site", cards, "-o", tmp_path / "other").code == 0
    assert state(tmp_path / "other") == before


def test_changes_are_told_with_their_cause(tmp_path: Path) -> None:
    cards, site = tmp_path / "cards", tmp_path / "site"
    cards.mkdir()
    write(cards, full_card("first-1b"), full_card("second-1b"))
    assert run("site", cards, "-o", site).code == 0
    worse = full_card("first-1b")
    worse["as_of"] = "2026-03-01"
    worse["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
    later = small_card("third-1b")
    later["as_of"] = "2026-02-01"
    write(cards, worse, later)
    (cards / "second-1b.yaml").unlink()
    assert run("site", cards, "-o", site).code == 0
    changes = index_of(site)["changes"]
    told = [(change["date"], change["model"], change["kind"], change["moved"]) for change in changes]
    assert told == [
        ("2026-03-01", "first-1b", "changed", True),
        ("2026-03-01", "second-1b", "removed", True),
        ("2026-02-01", "third-1b", "added", True),
        ("2026-01-31", "first-1b", "added", True),
        ("2026-01-31", "second-1b", "added", True),
    ]
    assert (changes[0]["before"], changes[0]["after"]) == ("conforms", "does not conform")
    assert changes[0]["because"] == ["OSAID-CODE-TRAINING"]
    assert "because of Training code" in (site / "feed.xml").read_text(encoding="utf-8")
    assert "because of Training code" in (site / "index.html").read_text(encoding="utf-8")
    assert not (site / "models" / "second-1b").exists(), "what is out of date is removed"
    before = state(site)
    assert run("site", cards, "-o", site).code == 0
    assert state(site) == before
    worse["model"]["version"] = "2"
    write(cards, worse)
    assert run("site", cards, "-o", site).code == 0
    latest = index_of(site)["changes"][:2]
    assert {(change["kind"], change["moved"]) for change in latest} == {("changed", True), ("changed", False)}


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "CNAME").write_text("example.org", encoding="utf-8")
    (site / "models").mkdir()
    (site / "models" / "note.txt").write_text("mine", encoding="utf-8")
    cards = three_cards(tmp_path / "cards")
    assert run("site", cards, "-o", site).code == 0
    assert run("site", cards / "best-1b.yaml", "-o", site).code == 0
    assert (site / "CNAME").read_text(encoding="utf-8") == "example.org"
    assert (site / "models" / "note.txt").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in (site / "models").iterdir()} == {"best-1b", "note.txt"}


def test_a_site_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    for name, text in (("index.html", "<p>mine"), ("index.json", "{}"), ("index.json", '{"models": 1')):
        folder = tmp_path / hashlib.sha256((name + text).encode()).hexdigest()[:8]
        folder.mkdir()
        (folder / name).write_text(text, encoding="utf-8")
        before = state(folder)
        ran = run("site", "bundled:bloom", "-o", folder)
        assert (ran.code, state(folder)) == (2, before)
        assert "[site.not-ours]" in ran.stderr


def test_an_index_of_a_stranger_cannot_have_other_files_removed(tmp_path: Path) -> None:
    """Nor the cards: what is stale is worked out from ids."""
    site, cards = tmp_path / "site", three_cards(tmp_path / "cards")
    assert run("site", cards, "-o", site).code == 0
    (site / "mine.txt").write_text("mine", encoding="utf-8")
    index = index_of(site)
    for model in index["models"]:
        model["page"], model["result"] = "../cards/best-1b.yaml", "mine.txt"
        model["marks"][0]["badge"] = "models/../../cards/best-1b.yaml"
    index["rubrics"][1]["page"] = "mine.txt"
    (site / "index.json").write_text(json.dumps(index), encoding="utf-8")
    assert run("site", cards / "open-1b.yaml", "-o", site).code == 0
    assert (site / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert len(list(cards.iterdir())) == 3


def test_texts_of_a_strangers_index_stay_texts(tmp_path: Path) -> None:
    site, cards = tmp_path / "site", three_cards(tmp_path / "cards")
    assert run("site", cards, "-o", site).code == 0
    kept = index_of(site)
    kept["changes"][0]["message"] = kept["changes"][0]["name"] = "\0\033[2J\u202e</title><script>alert(1)</script>"
    (site / "index.json").write_text(json.dumps(kept), encoding="utf-8")
    assert run("site", cards, "-o", site).code == 0
    for name in ("feed.xml", "index.html", "index.json"):
        assert visible((site / name).read_text(encoding="utf-8"))
    ElementTree.parse(site / "feed.xml")
    assert "<script>alert" not in (site / "index.html").read_text(encoding="utf-8")
    for key, value in (("date", "2027-01-01</updated><link href='javascript:alert(1)'/>"), ("id", "\0")):
        wrong = {**kept, "changes": [{**kept["changes"][0], key: value}]}
        (site / "index.json").write_text(json.dumps(wrong), encoding="utf-8")
        ran = run("site", cards, "-o", site)
        assert ran.code == 2
        assert "[site.not-ours]" in ran.stderr
    (site / "index.json").write_text(json.dumps({**kept, "models": [{**kept["models"][0], "marks": []}]}), encoding="utf-8")
    assert run("site", cards, "-o", site).code == 2


def test_links_in_the_folder_lead_nowhere(tmp_path: Path) -> None:
    site, cards, outside = tmp_path / "site", three_cards(tmp_path / "cards"), tmp_path / "outside"
    outside.mkdir()
    (site / "models").mkdir(parents=True)
    (site / "models" / "best-1b").symlink_to(outside)
    ran = run("site", cards, "-o", site)
    assert (ran.code, list(outside.iterdir())) == (2, [])
    assert "[site.link]" in ran.stderr
    (site / "models" / "best-1b").unlink()
    assert run("site", cards, "-o", site).code == 0
    shutil.copytree(site / "models" / "best-1b", outside, dirs_exist_ok=True)
    shutil.rmtree(site / "models" / "best-1b")
    (site / "models" / "best-1b").symlink_to(outside)
    before = state(outside)
    assert run("site", cards / "open-1b.yaml", "-o", site).code == 0
    assert state(outside) == before
    (tmp_path / "linked").symlink_to(site)
    assert run("site", cards / "open-1b.yaml", "-o", tmp_path / "linked").code == 0, "the folder itself may be a link"


def test_what_is_no_file_is_neither_read_nor_waited_for(tmp_path: Path) -> None:
    site, cards = tmp_path / "site", three_cards(tmp_path / "cards")
    assert run("site", cards, "-o", site).code == 0
    before = state(site)
    model = site / "models" / "best-1b"
    for name, make in (("badge.svg", os.mkfifo), ("index.html", lambda path: os.symlink("/dev/zero", path))):
        (model / name).unlink()
        make(model / name)
    assert run("site", cards, "-o", site).code == 0
    assert state(site) == before
    (model / "badge.json").unlink()
    (model / "badge.json").mkdir()
    ran = run("site", cards, "-o", site)
    assert ran.code == 2
    assert f"{model / 'badge.json'}: error" in ran.stderr


def test_cards_are_never_written_over(tmp_path: Path) -> None:
    folder = three_cards(tmp_path / "cards")
    before = state(folder)
    for output in (folder, tmp_path):
        ran = run("site", folder, "-o", output)
        assert (ran.code, state(folder)) == (2, before)
        assert "[site.cards-inside]" in ran.stderr
    for _ in range(2):  # what an earlier build wrote beside the cards is not read as cards
        ran = run("site", folder, "-o", folder / "site")
        assert ran.code == 0, ran.stderr
    assert state(folder).items() >= before.items()


def test_a_card_that_cannot_be_read_is_no_model_that_went(tmp_path: Path) -> None:
    site, cards = tmp_path / "site", three_cards(tmp_path / "cards")
    assert run("site", cards, "-o", site).code == 0
    before = state(site)
    good = (cards / "best-1b.yaml").read_text(encoding="utf-8")
    (cards / "best-1b.yaml").write_text("{{{", encoding="utf-8")
    ran = run("site", cards, "-o", site)
    assert (ran.code, state(site)) == (3, before)
    (cards / "best-1b.yaml").write_text(good, encoding="utf-8")
    assert run("site", cards, "-o", site).code == 0
    assert state(site) == before


def test_a_card_that_cannot_be_read_keeps_its_page_by_other_rubrics_too(tmp_path: Path) -> None:
    site, cards = tmp_path / "site", three_cards(tmp_path / "cards")
    assert run("site", cards, "-o", site).code == 0
    (cards / "best-1b.yaml").write_text("{{{", encoding="utf-8")
    assert run("site", cards, "-o", site, "--rubric", "mof-1.0", "--rubric", "osaid-1.0").code == 3
    assert (site / "models" / "best-1b" / "index.html").exists()
    assert not (site / "frameworks" / "osaid-1.0-faq.html").exists()


def test_what_happens_again_in_the_same_way_is_told_once(tmp_path: Path) -> None:
    site, cards = tmp_path / "site", three_cards(tmp_path / "cards")
    first = (cards / "open-1b.yaml").read_text(encoding="utf-8")
    for text in (first, first + "notes: [x]\n", first, first + "notes: [x]\n", first):
        (cards / "open-1b.yaml").write_text(text, encoding="utf-8")
        assert run("site", cards, "-o", site).code == 0
    ids = [entry.findtext(ATOM + "id") for entry in ElementTree.parse(site / "feed.xml").iter(ATOM + "entry")]
    assert len(ids) == len(set(ids)) == 5


def test_ids_of_rubrics_do_not_collide_with_files(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "examples" / "our-policy.yaml").read_text(encoding="utf-8")
    for name in ("badge", "result", "index"):
        (tmp_path / f"{name}.yaml").write_text(text.replace("id: our-policy", f"id: {name}"), encoding="utf-8")
    rubrics = [part for name in ("badge", "result", "index") for part in ("--rubric", tmp_path / f"{name}.yaml")]
    assert run("site", "bundled:bloom", "--rubric", "osaid-1.0", *rubrics, "-o", tmp_path / "site").code == 0
    made = set(state(tmp_path / "site"))
    for mark in index_of(tmp_path / "site")["models"][0]["marks"]:
        assert {mark["badge"], mark["endpoint"]} <= made
    ran = run("site", "bundled:bloom", "--rubric", "osaid-1.0", *rubrics, "-o", tmp_path / "site")
    assert "files written or removed: 0" in ran.stderr


def test_one_of_your_own_stands_in_for_the_bundled_rubric_of_its_id(tmp_path: Path) -> None:
    text = (ROOT / "rubrics" / "osaid-1.0.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("version: 1.0.0", "version: 9.9.9", 1), encoding="utf-8")
    assert run("site", "bundled:bloom", "--rubric", tmp_path / "mine.yaml", "-o", tmp_path / "site").code == 0
    assert [rubric["version"] for rubric in index_of(tmp_path / "site")["rubrics"] if rubric["id"] == "osaid-1.0"] == ["9.9.9"]


def test_bad_cards_are_told_and_the_others_are_there(tmp_path: Path) -> None:
    cards = three_cards(tmp_path / "cards")
    (cards / "broken.yaml").write_text("osaid_card: [\n", encoding="utf-8")
    (cards / "twice.yaml").write_text((cards / "best-1b.yaml").read_text(encoding="utf-8") + "notes: [x]\n", encoding="utf-8")
    ran = run("site", cards, "-o", tmp_path / "site")
    assert ran.code == 3
    assert "broken.yaml:" in ran.stderr
    assert "[site.same-id]" in ran.stderr
    assert {model["id"] for model in index_of(tmp_path / "site")["models"]} == {"best-1b", "open-1b", "worst-1b"}
    before = state(tmp_path / "site")
    (tmp_path / "none").mkdir()
    ran = run("site", tmp_path / "none", "-o", tmp_path / "site")
    assert (ran.code, state(tmp_path / "site")) == (3, before), "no card at all never empties a site"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("bundled:bloom",), "--output"),
        (("bundled:bloom", "-o", "README.md"), "[file.unwritable]"),
        (("bundled:bloom", "-o", "{tmp}", "--base-url", "javascript:alert(1)"), "[site.base-url]"),
        (("bundled:bloom", "-o", "{tmp}", "--rubric", "nonsense"), "[rubric.unknown"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    ran = run("site", *(argument.replace("{tmp}", str(tmp_path / "site")) for argument in arguments))
    assert ran.code == 2
    assert told in ran.stderr


def test_interrupted_it_leaves_whole_files_and_can_be_finished(tmp_path: Path) -> None:
    cards, site = tmp_path / "cards", tmp_path / "site"
    cards.mkdir()
    write(cards, *(full_card(f"m{number}-1b") for number in range(150)))
    statuses = []
    for _ in range(3):
        wanted = len(list(site.glob("models/*/index.html"))) + 10
        process = subprocess.Popen([sys.executable, "-m", "osaid", "site", cards, "-o", site], env=environment(), stderr=subprocess.PIPE)
        while process.poll() is None and len(list(site.glob("models/*/index.html"))) < wanted:
            time.sleep(0.005)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        statuses.append(process.returncode)
    assert 128 + signal.SIGTERM in statuses, "at least one was stopped on the way"
    assert set(statuses) <= {0, 128 + signal.SIGTERM}
    assert not list(tmp_path.rglob("*.part"))
    for path in site.rglob("*.html"):
        assert path.read_text(encoding="utf-8").endswith("</html>\n") or path.read_text(encoding="utf-8").endswith("</html>")
    assert run("site", cards, "-o", site).code == 0
    assert run("site", cards, "-o", tmp_path / "other").code == 0
    assert state(site) == state(tmp_path / "other"), "as if it had never been interrupted"


def test_texts_of_strangers_stay_texts(tmp_path: Path) -> None:
    cards, site = tmp_path / "cards", tmp_path / "site"
    cards.mkdir()
    for number, text in enumerate(TEXTS.values()):
        (cards / f"h{number}.json").write_text(json.dumps(hostile(f"h{number}", text)), encoding="utf-8")
    ran = run("site", cards, "-o", site, "--title", TEXTS["script"])
    assert ran.code == 0
    for path in site.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert visible(text), path
            if path.suffix == ".html":
                assert text.count("<script") == ("models" not in path.parts)
            elif path.suffix == ".xml":
                ElementTree.fromstring(text)
            elif path.suffix == ".json":
                json.loads(text)
    assert sorted(os.listdir(tmp_path)) == ["cards", "site"], "no name of a model leads out of it"
