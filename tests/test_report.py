"""``osaid report``: what it says about one model and about several, in every form."""

from __future__ import annotations

import io
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from strangers import TEXTS, cells, hostile, visible
from support import TESTS, full_card, golden, run, small_card, steady, three_cards, write

import osaid
from osaid import Library, load_card, load_rubric
from osaid.resources import bundled_ids
from osaid.results.outlook import outlook
from osaid.results.review import review
from osaid.results.terms_table import terms_table
from osaid.rubrics.assessor import Assessor
from osaid.rubrics.facts import Facts
from osaid.rubrics.rubric import rubric_ids

CARDS = TESTS / "cards"
GOLDEN = TESTS / "golden" / "report"
INPUTS = {
    "base": ["example-base.yaml"],
    "tuned": ["example-tuned.yaml"],
    "both": ["example-tuned.yaml", "example-base.yaml", "missing.yaml"],
}
OURS = ("--rubric", "../rubrics/golden.yaml", "--rubric", "open-weights-1.0")


@pytest.mark.parametrize("form", ["html", "markdown"])
@pytest.mark.parametrize("name", INPUTS)
def test_golden(name: str, form: str) -> None:
    ran = run("report", *INPUTS[name], *OURS, "--format", form, cwd=CARDS)
    assert ran.code == (3 if name == "both" else 0)
    golden(GOLDEN / f"{name}.{form}.txt", steady(ran.stdout))


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{name}.{form}.txt" for name in INPUTS for form in ("html", "markdown")}


class Words(HTMLParser):
    """The visible text of a page, and what it is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._silent += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


def read(page: str) -> Words:
    words = Words()
    words.feed(page)
    words.close()
    return words


def text_of(page: str) -> str:
    return " ".join(" ".join(read(page).words).split())


def test_the_first_lines_are_the_answer() -> None:
    text = text_of(run("report", "mixtral-8x7b").stdout)
    answer = text[text.index("Is this Open Source AI?") : text.index("The result part by part")]
    for part in (
        "Does not conform",
        "This is not Open Source AI.",
        "May you use it? As far as the licence goes, yes: Apache-2.0",
        "19 things that are asked for are missing",
        "4 questions",
    ):
        assert part in answer


def test_everything_asked_for_is_in_it() -> None:
    """All of the result, as its JSON has it, stands in the page and in the Markdown."""
    for name in ("bloom", "vicuna-7b-v1.5", "arctic-base"):
        (result,) = json.loads(run("score", name, "--format", "json").stdout)["assessments"]
        page, markdown = run("report", name).stdout, run("report", name, "--format", "markdown").stdout
        text = text_of(page)
        ids = dict(read(page).attributes)
        assert ids
        plain = markdown.replace("\\", "")
        for criterion in result["criteria"]:
            assert f'id="{criterion["id"]}"' in page
            assert criterion["title"] in text
            assert criterion["id"] in plain
        for gap in result["gaps"]:
            assert (gap["question"] if gap["severity"] == "question" else gap["remedy"]) in text
        for basis in result["evidence"]:
            assert basis["source"] in text
        assert result["subject"]["sha256"] in text
        assert result["rubric"]["sha256"] in plain
        for identifier in rubric_ids():
            assert load_rubric(identifier).title in text


@pytest.mark.parametrize("name", bundled_ids("model_cards"))
def test_what_would_change_the_verdict_names_gaps(name: str) -> None:
    rubric = load_rubric()
    assessment = osaid.assess(load_card(f"bundled:{name}"), rubric)
    found = outlook(assessment, rubric)
    order = [rule.id for rule in rubric.verdicts]
    if assessment.verdict.id == order[0]:
        assert all(step.kind == "answers" for step in found.steps)
        return
    assert found.steps[-1].verdict == order[0], "with everything mended and answered, it conforms"
    for step in found.steps:
        assert set(step.criteria) <= {gap.criterion for gap in assessment.gaps}
        if step.kind == "terms":
            assert all(rubric.criterion(item).kind == "terms" for item in step.criteria)


COMPONENTS = {
    "OSAID-CODE-TRAINING": "training_code",
    "OSAID-CODE-DATA": "data_processing_code",
    "OSAID-CODE-INFERENCE": "inference_code",
    "OSAID-PARAM-WEIGHTS": "weights",
}


@pytest.mark.parametrize("missing", [["OSAID-CODE-TRAINING"], ["OSAID-CODE-DATA", "OSAID-PARAM-WEIGHTS"], list(COMPONENTS)])
@pytest.mark.parametrize("license", ["Apache-2.0", "CC-BY-NC-4.0"])
def test_what_would_change_the_verdict_does(missing: list[str], license: str) -> None:
    """What the outlook says of a card is what the card gets once it is so."""
    rubric = load_rubric()

    def card(without: list[str], terms: str) -> dict[str, Any]:
        made = full_card()
        made["licenses"]["distribution"]["license"] = terms
        for criterion in without:
            made["components"][COMPONENTS[criterion]] = {"release": "none", "evidence": ["repo"]}
        return made

    steps = {step.kind: step.verdict for step in outlook(osaid.assess(card(missing, license), rubric), rubric).steps}
    assert steps["releases"] == osaid.assess(card([], license), rubric).verdict.id
    if license != "Apache-2.0":
        assert steps["terms"] == osaid.assess(card(missing, "Apache-2.0"), rubric).verdict.id
        assert steps["mended"] == osaid.assess(card([], "Apache-2.0"), rubric).verdict.id


def test_what_lies_with_a_base_is_said() -> None:
    assert "points also lie with llama-2-7b" in run("report", "vicuna-7b-v1.5", "--format", "markdown").stdout
    only = run("report", "bloom", "--rubric", "osai-index-2026", "--format", "markdown").stdout
    assert "This framework gives a score, and no verdict that could change." in only
    assert "would not be enough" not in only


def test_one_thing_that_stands_alone_in_the_way_is_named() -> None:
    card = full_card()
    card["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
    card["licenses"]["distribution"]["license"] = "CC-BY-NC-4.0"
    ran = run("report", "-", "--format", "markdown", stdin=json.dumps(card).encode())
    assert "This alone would make it conforms if terms change: Training code." in ran.stdout
    assert "If only the terms on which it is offered were changed" not in ran.stdout
    assert "Other terms alone" in ran.stdout


def test_terms_are_told_part_by_part() -> None:
    card = full_card()
    card["components"]["weights"]["license"] = "LicenseRef-Llama-2-Community"
    card["components"]["tokenizer"]["license"] = "NONE"
    card["components"]["inference_code"]["release"] = "gated"
    card["components"]["optimizer_state"] = {"release": "none", "evidence": ["repo"]}
    rows = {(row.kind, part): row for row in terms_table(Facts(card)) for part in row.parts}
    weights = rows["parameters", "weights"]
    assert (weights.license, weights.scope) == ("Llama 2 Community License Agreement", "")
    assert weights.terms is not None
    assert weights.terms.grants[0] == "restricted"
    assert rows["code", "training_code"].scope == "distribution"
    assert rows["code", "inference_code"].status == "gated"
    assert rows["code", "tokenizer"].license == ""
    assert ("parameters", "optimizer_state") not in rows
    assert rows["datasets", "Corpus"].license == ""
    assert rows["data-information", "training"].license == "CC-BY-4.0"
    page = run("report", "-", stdin=json.dumps(card).encode()).stdout
    assert "handed out on request" in text_of(page)
    assert "no licence" in text_of(page)
    nothing = terms_table(Facts(small_card()))
    assert [(row.parts, row.status, row.terms) for row in nothing] == [(("weights",), "unknown", None)]


def test_lineage_is_told_up_to_its_start(tmp_path: Path) -> None:
    first = full_card("first-1b")
    second = full_card("second-1b", derived_from=[{"model": "first-1b", "relation": "finetune", "evidence": ["repo"]}])
    third = full_card(
        "third-1b",
        derived_from=[{"model": name, "relation": "merge", "evidence": ["repo"]} for name in ("second-1b", "nowhere-1b", "third-1b")],
    )
    write(tmp_path, first, second, third)
    library = Library([load_card(str(path)) for path in sorted(tmp_path.glob("*.yaml"))])
    found = review(load_card(str(tmp_path / "third-1b.yaml")), [Assessor(load_rubric(), library)], library).lineage
    told = [(base.depth, base.model, base.status, base.verdict) for base in found]
    assert told == [
        (0, "second-1b", "assessed", "conforms"),
        (0, "nowhere-1b", "missing", None),
        (0, "third-1b", "cycle", None),
        (1, "first-1b", "assessed", "conforms"),
    ]
    text = text_of(run("report", tmp_path, "--format", "html").stdout)
    assert "3 models side by side" in text


def test_several_cards_make_a_comparison(tmp_path: Path) -> None:
    folder = three_cards(tmp_path / "cards")
    (folder / "broken.yaml").write_text("osaid_card: 1\n", encoding="utf-8")
    ran = run("report", folder, "-o", tmp_path / "report.html")
    assert (ran.code, ran.stdout) == (3, "")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    text = text_of(page)
    assert "3 models side by side" in text
    assert text.index("BEST-1B") < text.index("OPEN-1B") < text.index("WORST-1B"), "best first"
    assert "broken.yaml" in text, "what could not be read is told"
    markdown = run("report", folder, "--format", "markdown").stdout
    for table in re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE):
        assert len({cells(line) for line in table.splitlines()}) == 1


def test_two_cards_of_one_id_have_places_of_their_own(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(full_card("same-1b", version=name)), encoding="utf-8")
    ran = run("report", tmp_path)
    assert ran.code == 0
    assert "[card.same-id]" in ran.stderr
    ids = [value for key, value in read(ran.stdout).attributes if key == "id"]
    assert len(ids) == len(set(ids))


def test_one_readable_card_makes_a_report(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("osaid_card: 1\n", encoding="utf-8")
    ran = run("report", tmp_path / "broken.yaml", "bloom")
    assert ran.code == 3
    assert ran.stdout == run("report", "bloom").stdout


def test_the_form_follows_the_ending(tmp_path: Path) -> None:
    for name, start in (("a.html", "<!DOCTYPE html>"), ("a.md", "# "), ("a.pdf", "%PDF-"), ("a.txt", "<!DOCTYPE html>")):
        assert run("report", "bloom", "-o", tmp_path / name).code == 0
        assert (tmp_path / name).read_bytes().startswith(start.encode())
    assert run("report", "bloom", "--format", "markdown", "-o", tmp_path / "b.html").code == 0
    assert (tmp_path / "b.html").read_text(encoding="utf-8").startswith("# ")


def test_pdf_is_the_page_on_a4(tmp_path: Path) -> None:
    from pypdf import PdfReader

    for name in ("one.pdf", "two.pdf"):
        ran = run("report", "mixtral-8x7b", "-o", tmp_path / name)
        assert (ran.code, ran.stderr) == (0, "")
    raw = (tmp_path / "one.pdf").read_bytes()
    assert raw == (tmp_path / "two.pdf").read_bytes(), "the same bytes every time"
    pages = PdfReader(io.BytesIO(raw)).pages
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {(595, 842)}
    text = " ".join(page.extract_text() for page in pages)
    assert "Does not conform" in text
    assert "OSAID-CODE-TRAINING" in text
    for page in pages:
        for link in page.get("/Annots") or ():
            action = link.get_object().get("/A") or {}
            assert action.get("/S") in (None, "/URI")
            assert str(action.get("/URI", "https://")).startswith(("https://", "http://"))


def test_pdf_without_its_extra_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise ImportError('No module named weasyprint')\n", encoding="utf-8")
    ran = run("report", "bloom", "-o", tmp_path / "a.pdf", env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{TESTS.parent}"})
    assert (ran.code, (tmp_path / "a.pdf").exists()) == (2, False)
    assert "osaid[pdf]" in ran.stderr


def test_a_report_is_the_same_every_time() -> None:
    one, two = (run("report", "bundled:", env={"PYTHONHASHSEED": seed}).stdout for seed in ("1", "2"))
    assert one == two


def test_nothing_to_report_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old", encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("osaid_card: [", encoding="utf-8")
    for card in (tmp_path / "broken.yaml", "no-such-card"):
        ran = run("report", card, "-o", target)
        assert (ran.code, target.read_text(encoding="utf-8")) == (3, "old")
    ran = run("report", "bloom", "--rubric", "nonsense", "-o", target)
    assert (ran.code, target.read_text(encoding="utf-8")) == (2, "old")


@pytest.fixture(scope="module")
def hostile_pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Reports on cards full of strangers' texts, by form; and one on each alone."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, text in enumerate(TEXTS.values()):
        (folder / f"h{number}.json").write_text(json.dumps(hostile(f"h{number}", text)), encoding="utf-8")
    found = {}
    for form in ("html", "markdown"):
        ran = run("report", folder, "--format", form)
        assert (ran.code, ran.stderr) == (0, "")
        found[form] = ran.stdout
        for number in range(len(TEXTS)):
            found[f"{form} {number}"] = run("report", folder / f"h{number}.json", "--format", form).stdout
    return found


def test_texts_of_strangers_stay_texts(hostile_pages: dict[str, str]) -> None:
    allowed = set(read(run("report", "bloom").stdout).tags) | set(read(run("report", "bloom", "olmo-7b").stdout).tags)
    for name, text in hostile_pages.items():
        assert visible(text), name
        if not name.startswith("html"):
            continue
        page = read(text)
        assert set(page.tags) <= allowed, name
        assert not [key for key, _ in page.attributes if key.startswith("on") or key in ("style", "src", "srcdoc", "formaction")]
        links = [value or "" for key, value in page.attributes if key == "href"]
        assert all(link.startswith(("#", "https://", "http://")) for link in links)
        policies = [value for key, value in page.attributes if key == "content" and "default-src" in (value or "")]
        assert len(policies) == 1
        assert "script-src" not in str(policies)


def test_markdown_of_strangers_stays_text(hostile_pages: dict[str, str]) -> None:
    for name, text in hostile_pages.items():
        if not name.startswith("markdown"):
            continue
        bare = re.sub(r"\\.", "", text)
        bare = re.sub(r"<https?://[^\s<>]*>", "", bare)
        assert not re.search(r"[<`~]", bare), name
        assert not re.search(r"\]\((?!https?://)", bare), name
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({cells(line) for line in table.splitlines()}) == 1, name


def test_a_rubric_of_a_stranger_is_escaped_too(tmp_path: Path) -> None:
    text = (TESTS / "rubrics" / "golden.yaml").read_text(encoding="utf-8")
    evil = text.replace("title: ", 'title: "<script>alert(1)</script>" #', 1)
    (tmp_path / "evil.yaml").write_text(evil, encoding="utf-8")
    ran = run("report", CARDS / "example-base.yaml", "--rubric", tmp_path / "evil.yaml")
    assert ran.code == 0, ran.stderr
    assert "<script" not in ran.stdout
    assert "&lt;script&gt;" in ran.stdout


def test_sizes(tmp_path: Path) -> None:
    """Nothing that a card can hold breaks a report."""
    most: dict[str, Any] = full_card("most-1b", name="名" * 4000, derived_from=[])
    most["training_data"]["training"]["datasets"] = [
        {"name": f"D{number} " + "x" * 3000, "access": "open", "license": "MIT", "evidence": ["paper"]} for number in range(300)
    ]
    (tmp_path / "most.json").write_text(json.dumps(most), encoding="utf-8")
    for form in ("html", "markdown"):
        ran = run("report", tmp_path / "most.json", "--format", form)
        assert (ran.code, ran.stderr) == (0, "")
        assert len(ran.stdout) < 3_000_000
