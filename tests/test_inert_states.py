"""Texts of strangers in cards, in every output of ``diff`` and ``compare``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from strangers import TEXTS, cells, hostile, visible
from support import run

from osaid.reports.pages import FORMATS


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two folders with a card for every text; in the second each has the next text."""
    old, new = tmp_path_factory.mktemp("old"), tmp_path_factory.mktemp("new")
    texts = list(TEXTS.values())
    for number, text in enumerate(texts):
        for folder, said in ((old, text), (new, texts[(number + 1) % len(texts)])):
            (folder / f"h{number}.json").write_text(json.dumps(hostile(f"h{number}", said)), encoding="utf-8")
    return old, new


def check_markdown(text: str) -> None:
    """Nothing in it is a link, code or HTML, lines begin as ours do, and tables have equal rows."""
    bare = re.sub(r"\\.", "", text)
    assert not re.search(r"[<`~]|\]\(|!\[", bare)
    assert all(re.match(r"$|#{1,2} |- |  - |\||[^\s#>\-=+*`|]", line) for line in text.splitlines())
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({cells(line) for line in table.splitlines()}) == 1


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", ["diff", "compare"])
def test_two_states_of_hostile_cards(states: tuple[Path, Path], command: str, form: str) -> None:
    ran = run(command, *states, "--format", form)
    assert (ran.code, ran.stderr) == (0, "")
    assert visible(ran.stdout)
    if form == "markdown":
        check_markdown(ran.stdout)
    elif form == "json":
        found = json.loads(ran.stdout)
        models = (
            [item["model"] for item in found["changes"]]
            if command == "diff"
            else [item["subject"] for item in found["comparisons"][0]["models"]]
        )
        assert {model["name"] for model in models} == set(TEXTS.values()), "intact"
    else:
        assert max(map(len, ran.stdout.splitlines())) < 700, "long words are cut, and told to be"


@pytest.mark.parametrize("form", FORMATS)
def test_one_against_one(states: tuple[Path, Path], form: str) -> None:
    for number in range(0, len(TEXTS), 3):
        ran = run("diff", *(folder / f"h{number}.json" for folder in states), "--format", form)
        assert (ran.code, ran.stderr, visible(ran.stdout)) == (0, "", True)
        if form == "markdown":
            check_markdown(ran.stdout)
        elif form == "table":
            assert f"(h{number}), by Open Source AI Definition 1.0 (osaid-1.0)" in " ".join(ran.stdout.split())
