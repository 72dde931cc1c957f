"""Licence texts as they are met: set anew, parted at line ends, with words lost; what stands besides; notices, headings, names.

Written apart from the code that it holds, and from test_license_texts.py.
"""

from __future__ import annotations

import json
import random
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from boms import MIT
from license_samples import APACHE, free, names, needs_texts, of_ai, our_id, texts, warned
from support import run

from osaid.licenses.riders import UNREAD
from osaid.licenses.texts import identify


def set_anew(text: str, draw: random.Random) -> str:
    """Other paragraphs' width, words parted at line ends, as copied from a page."""
    width, done = draw.choice((60, 75, 90)), []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        line = ""
        for word in paragraph.split():
            room = width - len(line) - 2
            if len(line) + len(word) + 1 <= width:
                line = f"{line} {word}".strip()
            elif word.isalpha() and len(word) >= 7 and 3 <= room <= len(word) - 3 and draw.random() < 0.5:
                done.append(f"{line} {word[:room]}-")
                line = word[room:]
            else:
                done.append(line)
                line = word
        done += [line, ""]
    return "\n".join(done)


def commented(text: str, draw: random.Random) -> str:
    sign = draw.choice((";; ", "-- ", "% ", "//! ", "rem ", "dnl ", "> "))
    return "".join(f"{sign}{line}\n" for line in text.splitlines())


def quoted(text: str, draw: random.Random) -> str:
    opening, closing = draw.choice((("“", "”"), ("„", "“"), ("«", "»"), ("``", "''")))
    return "\ufeff" + re.sub('"([^"]*)"', rf"{opening}\1{closing}", text).replace("'", "’").replace("\n", "\r\n")


def with_lost_words(text: str, draw: random.Random) -> str:
    """Another holder, one word in a hundred lost wherever it stands, other lines."""
    text = "Copyright © 2023 Beijing Nightowl Technology Co., Ltd. All rights reserved.\n\n" + text
    text = re.sub("[A-Za-z]+", lambda word: "" if draw.random() < 0.01 else word[0], text)
    return "\n\n".join(textwrap.fill(" ".join(part.split()), draw.choice((40, 80, 120))) for part in re.split(r"\n[ \t]*\n", text))


def misspelt(text: str, draw: random.Random) -> str:
    return re.sub("[a-z]{4,}", lambda word: word[0][0] + word[0][2:] if draw.random() < 0.005 else word[0], text)


@needs_texts
@pytest.mark.parametrize(
    ("change", "same"),
    [(set_anew, 0.99), (commented, 0.99), (quoted, 0.99), (with_lost_words, 0.65), (misspelt, 0.6)],
    ids=lambda item: getattr(item, "__name__", None),
)
def test_every_text_set_another_way(change: Callable[[str, random.Random], str], same: float) -> None:
    draw = random.Random(7)
    found = [(row, identify(change(row["text"], draw))) for row in texts()]
    wrong = [row for row, one in found if names(one)[:1] != [our_id(row)]]
    assert len(wrong) <= 0.02 * len(found)
    assert [row["key"] for row in wrong if of_ai(row)] == []
    licences = [(row, one) for row, one in found if not row["exception"]]
    assert sum(one.expression == our_id(row) for row, one in licences) >= same * len(licences)
    # What is lost of a licence is told, and it never turns into another.
    assert all(warned(one) for _, one in found if UNREAD in str(one.expression))
    assert {row["key"] for row, one in licences if one.matches and our_id(row) not in str(one.expression)} <= {row["key"] for row in wrong}


@needs_texts
def test_a_licence_that_limits_stays_what_it_is_without_a_few_words() -> None:
    text = next(row["text"] for row in texts() if row["spdx"] == "LicenseRef-scancode-llama-2-license-2023")
    found = identify(re.sub(r"\breproduce,|\bcopy,", "", text))
    assert (found.expression, found.altered) == ("LicenseRef-Llama-2-Community", True)
    assert found.matches[0].listed == "LicenseRef-scancode-llama-2-license-2023"


@pytest.mark.parametrize(
    "rider",
    [
        "This licence expires on 31 December 2025.",
        "Trial version, 30 days.",
        "You owe the author a beer if you earn money with it.",
        "Anyone residing in the European Union is not granted any rights under this license.",
        "All improvements must be shared back with Acme under the same terms.",
        "Weights: CC BY-NC 4.0. Code: MIT.",
        "Model weights are subject to the Gemma Terms of Use.",
        "Except Google.",
        "Research use.",
        "The grant above extends to hobbyists alone.",
        "若月活跃用户超过1亿，须另行申请许可。",
        "研究目的での利用に限ります。",
        "상업적 이용을 금지합니다.",
        "Usage commercial interdit.",
    ],
)
@pytest.mark.parametrize("text", [MIT, APACHE], ids=["MIT", "Apache"])
def test_no_rider_comes_out_free(text: str, rider: str) -> None:
    parts = text.strip().split("\n\n")
    middle = len(parts) // 2
    for put in (
        f"{rider}\n\n{text}",
        f"{text}\n\n## Additional terms\n\n- {rider}\n",
        f"NOTICE\nAcme Model\nCopyright 2024 Acme Inc.\n\n{rider}\n\n{text}",
        "\n\n".join([*parts[:middle], f"{parts[middle]} {rider}", *parts[middle + 1 :]]),
    ):
        found = identify(put)
        assert names(found) == names(identify(text))
        assert free(found) in ("no", "unknown")


@pytest.mark.parametrize(
    "line",
    [
        "Copyright © 2022 北京智谱华章科技有限公司",
        "Copyright © 2023 Beijing Nightowl Technology Co., Ltd. All rights reserved.",
        "Copyright 2021 DeepMind Technologies Limited",
        "Copyright (C) 2007 Free Software Foundation, Inc. <https://fsf.org/>",
        "Jane Doe <jane@example.org>, Søren Kierkegaard <soren@example.org>",
        "Acme and the Acme logo are trademarks of Acme Inc.",
        "This product includes software developed at The Apache Software Foundation (http://www.apache.org/).",
        "$Id: LICENSE,v 1.2 2004/01/01 jdoe Exp $",
        "The code in this repository is licensed as follows:",
        "Version 1.2.3, released 2024-05-01",
    ],
)
@pytest.mark.parametrize("text", [MIT, APACHE], ids=["MIT", "Apache"])
def test_no_harmless_line_loses_the_licence(text: str, line: str) -> None:
    own = identify(text).expression
    for put in (f"{line}\n{text}", f"{line}\n\n{text}", f"{text}\n\n{line}\n"):
        assert identify(put).expression == own
    filled = identify(APACHE.replace("Copyright [yyyy] [name of copyright owner]", line))
    assert (filled.expression, filled.altered) == ("Apache-2.0", False) or "opyright" not in line


def test_page_numbers_are_no_terms() -> None:
    lines = APACHE.splitlines()
    paged = "\n".join(f"{line}\n\n{at // 40 + 1}\n\f" if at % 40 == 39 else line for at, line in enumerate(lines))
    assert (identify(paged).expression, identify(paged).altered) == ("Apache-2.0", False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("perpetual, ", ""),
        ("worldwide, ", ""),
        ("irrevocable ", ""),
        ("sublicense, ", ""),
        ("to reproduce, prepare", "to prepare"),
        ("without limitation", "with limitation"),
    ],
)
def test_a_grant_that_reads_on_without_a_word_is_not_free(old: str, new: str) -> None:
    text = " ".join(APACHE.split())
    assert old in text
    found = identify(text.replace(old, new))
    assert (names(found), free(found), found.altered) == (["Apache-2.0"], "unknown", True)


# --- notices, names and headings ------------------------------------------------------------------------------------------

GNU = (
    "This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License as\n"
    "published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.\n\n"
    "This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of\n"
    "MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU General Public License for more details.\n\n"
    "You should have received a copy of the GNU General Public License along with this program. If not, see <https://www.gnu.org/licenses/>.\n"
)
MOZILLA = (
    "This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL was not\n"
    "distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/."
)
SHORT = textwrap.dedent(APACHE[APACHE.index('   Licensed under the Apache License, Version 2.0 (the "License");') :])


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        (SHORT, "Apache-2.0"),
        ("".join(f"# {line}\n" for line in ("Copyright 2024 Field Lab\n" + SHORT).splitlines()), "Apache-2.0"),
        (SHORT + "\nThe model may not be used for military purposes.", "Apache-2.0 AND LicenseRef-Rider-Field-Of-Use"),
        (GNU, "GPL-3.0-or-later"),
        (GNU.replace(", or (at your option) any later version", ""), "GPL-3.0-only"),
        (GNU.replace("GNU General", "GNU Affero General"), "AGPL-3.0-or-later"),
        (GNU.replace("GNU General", "GNU Lesser General").replace("version 3 of", "version 2.1 of"), "LGPL-2.1-or-later"),
        (MOZILLA, "MPL-2.0"),
        ("This model is licensed under the Llama 2 Community License.", "LicenseRef-Llama-2-Community"),
        ("The model is released under the Gemma Terms of Use.", f"LicenseRef-Gemma-Terms AND {UNREAD}"),
        ("This project is licensed under the MIT License - see the LICENSE file for details.", "MIT"),
        ("Parts are licensed under the MIT license.", None),
        ("This is not licensed under the MIT license.", None),
        ("Licensed under either of Apache License, Version 2.0 or MIT license at your option.", None),
    ],
)
def test_notices_and_names(text: str, expression: str | None) -> None:
    assert identify(text).expression == expression


def test_a_heading_leads_to_a_record() -> None:
    words = "You may talk about the weather on Sundays, and about the sea on Mondays, but of the model nothing is said here. " * 9
    found = identify(f"# The ChatGLM2-6B License\n\n1. Definitions\n\n{words}")
    assert (found.matches, found.expression) == ((), None)
    assert found.near is not None
    assert (found.near.license, found.near.covered, found.near.line) == ("LicenseRef-ChatGLM2-6B", 0.0, 1)
    assert identify(f"A poem about the MIT License\n\n{words}").near is None
    other = identify("MISTRAL AI RESEARCH LICENSE\n\n" + MIT.replace("any person", "any Danish person"))
    assert (names(other), free(other)) == (["MIT"], "unknown")


def test_the_output_begins_with_the_id(tmp_path: Path) -> None:
    path = tmp_path / "LICENSE"
    path.write_text(MIT, encoding="utf-8")
    assert run("license", path).stdout.splitlines()[0] == f"{path}: MIT"
    assert json.loads(run("license", path, "--format", "json").stdout)["text"]["matches"][0]["listed"] == "MIT"
    path.write_text(MIT + "\n\nNot for commercial use.\n", encoding="utf-8")
    assert run("license", path).stdout.splitlines()[0] == f"{path}: MIT, and terms besides"
    path.write_text("The birds sing.\n", encoding="utf-8")
    assert run("license", path).stdout.splitlines()[0] == f"{path}: no licence recognised"
