"""Licences found from their text: named however they are wrapped and decorated, and never when words that matter were changed."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from boms import MIT
from hypothesis import given, settings
from hypothesis import strategies as st
from license_samples import APACHE, SHARED, free, names, needs_texts, of_ai, our_id, texts, warned
from support import ROOT

from osaid.licenses.index import Index, index
from osaid.licenses.knowledge import knowledge_base
from osaid.licenses.texts import MOST_TEXT, identify
from osaid.licenses.words import pairs, read
from osaid.resources import data_file

# Texts that are alike in all words, or in all but names and a word that grants nothing: either may be named.
TWINS = {"BSD-3-Clause", "CAL-1.0", "NBPL-1.0", "OLDAP-2.2", "cryptsetup-OpenSSL-exception"}


# --- the texts of ../shared ---------------------------------------------------------------------------------------------


@needs_texts
def test_the_index_is_in_step() -> None:
    done = subprocess.run([sys.executable, "tools/license_index.py", str(SHARED), "--check"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@needs_texts
def test_every_text_is_named_and_nothing_in_it_is_a_change() -> None:
    wrong = [row["spdx"] for row in texts() if names(found := identify(row["text"])) != [our_id(row)] or warned(found)]
    assert set(wrong) <= {"cryptsetup-OpenSSL-exception"}  # its words are those of another exception


@needs_texts
def test_every_ai_licence_has_a_record() -> None:
    assert [row["key"] for row in texts() if of_ai(row) and knowledge_base().find(row["spdx"]) is None] == []


def reworded(text: str, draw: random.Random) -> str:
    """Another holder of the copyright, other lines, one word in a hundred left out, and sometimes comment signs."""
    text = re.sub(r"(?im)^.{0,20}copyright (?:\(c\)|\d{4}|\[|<).{0,80}$", "Copyright (c) 2024 Søren & Daughters ApS", text)
    paragraphs = (" ".join(word for word in part.split() if draw.random() >= 0.01) for part in re.split(r"\n\s*\n", text))
    lines = "\n\n".join(textwrap.fill(part, draw.choice((50, 79, 120))) for part in paragraphs)
    sign = draw.choice(("", "# ", " * ", "// ", "> "))
    return "Copyright 2024 Field Lab\n\n" + "\n".join(sign + line for line in lines.splitlines())


@needs_texts
@pytest.mark.parametrize("seed", [11, 12])
def test_reworded_texts_are_named(seed: int) -> None:
    draw = random.Random(seed)
    wrong = [row for row in texts() if names(identify(reworded(row["text"], draw))) != [our_id(row)]]
    assert len(wrong) <= 0.05 * len(texts())
    assert [row["key"] for row in wrong if of_ai(row)] == []


@needs_texts
def test_a_text_without_its_entry_is_no_other_licence_without_a_warning() -> None:
    raw = Path(data_file("licenses", "texts.bin")).read_bytes()
    called = set()
    for row in texts():
        found = identify(row["text"], Index(raw, frozenset((row["key"],))))
        if found.matches and not warned(found) and found.expression != our_id(row):
            called.add(row["spdx"])
    assert called <= TWINS


@needs_texts
def test_near_twins_together_are_each_named() -> None:
    by_id = {row["spdx"]: row["text"] for row in texts()}
    wanted = ["MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT-0", "LicenseRef-scancode-llama-3.1-license-2024", "Apache-2.0"]
    found = identify("\n\n-----\n\n".join(by_id[name] for name in wanted))
    assert names(found) == [name if name[:3] != "Lic" else "LicenseRef-Llama-3.1-Community" for name in wanted]
    assert [match.line for match in found.matches] == sorted(match.line for match in found.matches)
    assert free(found) == "no"
    assert identify(by_id["GPL-2.0-only"] + "\n\n" + by_id["Classpath-exception-2.0"]).expression == (
        "GPL-2.0-only WITH Classpath-exception-2.0"
    )
    assert free(identify(MIT + "\n\n" + by_id["Classpath-exception-2.0"])) == "unknown"
    assert identify(by_id["Classpath-exception-2.0"]).expression is None


# --- what does not change a licence --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [APACHE, APACHE[: APACHE.index("   APPENDIX")], APACHE.replace("[yyyy] [name of copyright owner]", "2025 Lab")]
)
def test_apache(text: str) -> None:
    found = identify(text)
    assert (names(found), found.expression, found.altered, found.near) == (["Apache-2.0"], "Apache-2.0", False, None)
    assert found.matches[0].exact
    assert found.matches[0].covered == 1


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda text: " ".join(text.split()),
        lambda text: textwrap.fill(text, 40),
        lambda text: "".join(f"# {line}\n" for line in text.splitlines()),
        lambda text: "/*\n" + "".join(f" * {line}\n" for line in text.splitlines()) + " */",
        lambda text: text.replace('"', "”").replace("'", "’"),
        lambda text: "<html><body><p>" + text.replace("\n\n", "</p>\n\n<p>").replace('"', "&quot;") + "</p></body></html>",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("Permission", "Per\u00admission\u200b"),
        lambda text: text.replace("copyright notice and this permission", "copyright notice\nand this **permission**"),
        lambda text: "SPDX-License-Identifier: MIT\n\n" + text,
        lambda text: "# Licence\n\nAll rights reserved.\n\n" + text + "\n\nAuthors: Jane Doe and others",
        lambda text: text + "\n\n" + text,
        lambda text: "This project is licensed under the terms of the MIT license.\n\n" + text,
        lambda text: "Parts are based on Megatron, which has the following license:\n\n" + text,
        lambda text: text.replace("NONINFRINGEMENT", "NON-INFRINGEMENT"),
    ],
)
def test_what_does_not_change_a_licence(change: Any) -> None:
    found = identify(change(MIT))
    assert set(names(found)) == {"MIT"}
    assert (found.expression, warned(found), found.left_out) == ("MIT", False, ())
    assert all(match.exact for match in found.matches)


def test_places_are_lines_of_the_text() -> None:
    found = identify("Third-party notices\n\n" + MIT.replace("\n", "\r\n") + "\r\n\r\nNot for sale.")
    lines = MIT.count("\n")
    first = 3 + next(number for number, line in enumerate(MIT.splitlines()) if line.startswith("Permission"))
    assert found.matches[0].line == first
    assert found.passages[0][:3] == ("Third-party notices", 1, 1)
    assert found.passages[-1].line > lines


# --- riders and changes --------------------------------------------------------------------------------------------------

RIDERS = {
    "The weights may be used for academic research only.": "non-commercial",
    "You must not sell this model or use it commercially.": "non-commercial",
    "You may not use the model to spy on people.": "field-of-use",
    "No derivative works are allowed.": "no-derivatives",
    "Excluding companies with more than 200 employees.": "revenue-threshold",
    "If you have over one million monthly active users you need another licence.": "user-threshold",
    "The model may not be used to train other models.": "no-compete",
    "本软件仅限研究使用。": "non-commercial",
    "不得用于商业目的。": "non-commercial",
    "禁止用于军事用途。": "field-of-use",
    '"Commons Clause" License Condition v1.0': "non-commercial",
    "Before you start, ask the authors for permission.": "terms",
    "Bakers get no rights.": "terms",
    "Die Nutzung ist nur in Bayern erlaubt.": "terms",
    "Использование только с согласия авторов.": "terms",
    "This software is also subject to the Llama 2 Community License.": "terms",
    "LLAMA 2 COMMUNITY LICENSE AGREEMENT": "terms",
    "The weights are released under the Sparrow License.": "terms",
    "This project is licensed under Gemma terms.": "terms",
    "Copyright 2024 Field Lab, for evaluation": "terms",
}


@pytest.mark.parametrize("text", [MIT, APACHE], ids=["MIT", "Apache"])
@pytest.mark.parametrize(("rider", "kind"), RIDERS.items())
def test_a_rider_anywhere_is_found(text: str, rider: str, kind: str) -> None:
    parts = text.strip().split("\n\n")
    for at in (0, len(parts) // 2, len(parts)):
        found = identify("\n\n".join([*parts[:at], rider, *parts[at:]]))
        assert names(found) == [identify(text).matches[0].license]
        assert free(found) == ("unknown" if kind == "terms" else "no")
        assert kind in {passage.kind for passage in found.passages}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("is hereby granted", "is not hereby granted"),
        ("free of charge,", "free of charge, for non-commercial purposes,"),
        ("any person", "any Danish person"),
        ("any person", "any academic"),
        ("without restriction", "with restrictions"),
        ("and/or sell\n", "\n"),
        ("sell", "burn"),
        ("modify, ", ""),
        ("to whom", "over thirty to whom"),
        ("The above copyright notice", "No notice"),
    ],
)
def test_changed_words_are_told(old: str, new: str) -> None:
    text = " ".join(MIT.split())
    old, new = " ".join(old.split()), " ".join(new.split())
    assert old in text
    found = identify(text.replace(old, new))
    assert "MIT" in names(found)
    assert found.altered
    assert free(found) in ("unknown", "no")
    assert not found.matches[0].exact


def test_what_is_left_out_is_told_with_its_line() -> None:
    patents = APACHE[APACHE.index("   3. Grant of Patent") : APACHE.index("   4. Redistribution")]
    found = identify(APACHE.replace(patents, ""))
    line = APACHE[: APACHE.index("   3. Grant of Patent")].count("\n") + 1
    assert (names(found), found.altered, found.left_out) == (["Apache-2.0"], True, (line,))
    assert free(found) == "unknown"


@given(st.integers(0, len(MIT.split()) - 1), st.sampled_from(["not", "only", "Danish", "noncommercially", "unless", "仅", "five"]))
@settings(max_examples=60, deadline=None)
def test_no_word_can_be_put_in_unseen(at: int, word: str) -> None:
    words = MIT.split()
    inside = words.index("Permission") < at
    found = identify(" ".join([*words[:at], word, *words[at:]]))
    assert warned(found) or not inside


# --- what is no licence text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("Apache 2.0\n", "Apache-2.0"),
        ("# MIT License", "MIT"),
        ("// SPDX-License-Identifier: Apache-2.0 OR MIT\n", "Apache-2.0 OR MIT"),
        ("SPDX-License-Identifier: MIT\nNot for commercial use.", "MIT AND LicenseRef-Rider-Non-Commercial"),
        ("SPDX-License-Identifier: Sparrow-1.0", None),
        ("See LICENSE.", None),
        ("Licensed under terms that the authors may tell.", None),
        ("", None),
        ("the cat sat on the mat. " * 40, None),
        (APACHE[: len(APACHE) // 2], None),
    ],
)
def test_names_and_other_texts(text: str, expression: str | None) -> None:
    found = identify(text)
    assert (found.expression, found.matches) == (expression, ())


def test_the_closest_is_named_where_none_is_recognised() -> None:
    found = identify(APACHE[: len(APACHE) // 2])
    assert found.near is not None
    assert found.near.license == "Apache-2.0"
    assert 0.4 <= found.near.covered < 0.8


def test_a_choice_is_said_and_not_made() -> None:
    found = identify("You may choose either the MIT License or the Apache License, at your option.\n\n" + MIT + "\n\n" + APACHE)
    assert (found.expression, found.choice) == ("MIT AND Apache-2.0", True)


@pytest.mark.parametrize(
    "text",
    [
        "the " * 1_000_000,
        "a" * 2_000_000,
        "许可" * 300_000,
        "\n" * 1_000_000,
        "(" * 500_000,
        "non-" * 200_000,
        "copyright a. " * 50_000,
        MIT * 400,
    ],
    ids=["word", "letters", "signs", "lines", "brackets", "joined", "holders", "copies"],
)
def test_texts_made_to_hurt_are_answered(text: str) -> None:
    found = identify(text)
    assert found.altered == (len(text) > MOST_TEXT)
    assert len(found.passages) <= 60
    assert all(len(passage.text) <= 600 for passage in found.passages)
    assert found.expression is None or free(found) != "yes"


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_text_raises(text: str) -> None:
    found = identify(text)
    assert all(1 <= passage.line <= passage.last_line for passage in found.passages)
    assert identify(text) == found


# --- the index -----------------------------------------------------------------------------------------------------------


def test_the_index_says_where_it_is_from_and_holds_no_text() -> None:
    raw = Path(data_file("licenses", "texts.bin")).read_bytes()
    header = index().header
    assert header["count"] == len(header["texts"]) == len(index().entries) == 778
    assert (header["license"], len(header["sha256"])) == ("CC-BY-4.0", 64)
    assert "ScanCode" in header["source"]
    assert b"hereby granted" not in raw
    assert b"free of charge" not in raw
    assert len(raw) < 3_100_000
    with pytest.raises(ValueError, match="not an index"):
        Index(b"OSAIDTX0" + raw[8:])


def test_words() -> None:
    assert read("(a) The Licence's\n// non-\n// commercial “use”, 2.1 https://example.org/x").words == (
        ["the", "license", "s", "noncommercial", "use", "2", "1", "http"]
    )
    assert pairs(["a", "b", "c"]) == pairs(["a", "b"]) + pairs(["b", "c"])
    assert pairs(["a"]) == b""
