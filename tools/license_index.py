"""Writes ``osaid/licenses/texts.bin``: the texts of licences as hashes, from which no text can be read back.

``python tools/license_index.py TEXTS`` writes it, with ``--check`` it only says whether it is in step (exit 1 if not). TEXTS is a file
of JSON lines, gzipped, with key, spdx, name, exception and text of each licence; by default that of ../shared.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from array import array
from itertools import pairwise
from pathlib import Path
from typing import Any

from osaid.licenses.index import GRANTING, MAGIC, OPTIONAL, REQUIRED, VITAL
from osaid.licenses.riders import granting, vital
from osaid.licenses.words import Words, keys, pairs, read

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ROOT.parent / "shared" / "data" / "licence-texts.jsonl.gz"
TARGET = ROOT / "osaid" / "licenses" / "texts.bin"
SOURCE = {
    "format": "osaid-license-texts/1",
    "source": "ScanCode LicenseDB, https://scancode-licensedb.aboutcode.org, by nexB Inc. and others",
    "license": "CC-BY-4.0",
    "changes": "The texts were replaced by hashes of their words; each word was marked as required, vital or optional.",
    "date": "2026-11",
}
SAMPLED = 4  # of long texts one key in this many is kept
SHORT = 400  # words up to which all keys are

_BLANK = re.compile(
    r"[\[<{(][^\[\]<>{}()\n]{0,60}?\b(?:names?|years?|yyyy|owners?|copyright holders?|authors?|organi[sz]ation|licensor|date|fullname"
    r"|company|insert|your|xx+|email)\b[^\[\]<>{}()\n]{0,60}[\]>})]",
    re.IGNORECASE,
)
_HOLDER = re.compile(
    r"^[ \t*#/;.>-]*(?:copyright\b|\(c\)|©)[ \t:]*(?:\(c\)|©|[\[<{(]|\d|by\b|the\b|yyyy|year|(?-i:[A-Z]))[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_STOP = re.compile(r"[.;]\s|\n[ \t]*\n")
_GRANTS = re.compile(
    r"\b(?:grants?|granted|permission|permitted|permits|allowed|allows|free to|freely|licensed to|licensor licenses"
    r"|(?:you|licensees?|recipients?|anyone|users?|contributors?) may)\b"
)
_DISCLAIMS = re.compile(r"\b(?:warrant\w*|liable|liability|damages)\b")
_HOLDS_MORE = re.compile(
    r"\b(?:may|shall|permission|permitted|notice|provided|granted|law|licen[cs]es?|works|liable|infring\w*)\b", re.IGNORECASE
)
# Names within sentences of BSD and older licences: what stands between these words.
_NAMES = [
    (("neither", "the", "name", "of"), ("nor",), 14),
    (("neither", "the", "names", "of"), ("nor",), 14),
    (("software", "is", "provided", "by"), ("as", "is"), 14),
    (("as", "is", "and"), ("disclaims",), 14),
    (("as", "is", "and"), ("disclaim",), 14),
    (("in", "no", "event", "shall"), ("be", "liable"), 16),
    (("event", "will"), ("be", "liable"), 16),
]
# Where the terms begin and end in texts that carry instructions around them; the first hit of each, by the beginning of the key.
_AROUND = {
    "cc-by-4.0": ("by exercising the licensed rights", "creative commons is not a party to its public"),
    "cc-by-nc-4.0": ("by exercising the licensed rights", "creative commons is not a party to its public"),
    "cc-by-nc-nd-4.0": ("by exercising the licensed rights", "creative commons is not a party to its public"),
    "cc-by-nc-sa-4.0": ("by exercising the licensed rights", "creative commons is not a party to its public"),
    "cc-by-nd-4.0": ("by exercising the licensed rights", "creative commons is not a party to its public"),
    "cc-by-sa-4.0": ("by exercising the licensed rights", "creative commons is not a party to its public"),
    "cc0": ("the laws of most jurisdictions throughout", None),
    "cc-": ("the work as defined below is provided", "creative commons is not a party to this license"),
}
_END = "end of terms and conditions"


def main(arguments: list[str]) -> int:
    """Write the index or, with ``--check``, compare."""
    named = [argument for argument in arguments if not argument.startswith("--")]
    made = build(Path(named[0]) if named else TEXTS)
    if "--check" in arguments:
        in_step = TARGET.exists() and TARGET.read_bytes() == made
        print("in step" if in_step else "osaid/licenses/texts.bin is out of step: run python tools/license_index.py", file=sys.stderr)
        return 0 if in_step else 1
    TARGET.write_bytes(made)
    return 0


def build(path: Path) -> bytes:
    """The bytes of the index of a file of texts."""
    raw = path.read_bytes()
    rows = sorted((json.loads(line) for line in gzip.decompress(raw).splitlines()), key=lambda row: str(row["key"]))
    texts: list[list[Any]] = []
    codes, classes = bytearray(), bytearray()
    owners: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        words = read(row["text"])
        marks = _marks(row, words)
        own = pairs(words.words)
        kept = [key for key in dict.fromkeys(keys(own)) if len(words.words) <= SHORT or key % SAMPLED == 0]
        for key in kept:
            owners.setdefault(key, []).append(number)
        required = sum(mark != OPTIONAL for mark in marks)
        texts.append([row["key"], row["spdx"], row["name"], int(row["exception"]), len(words.words), required, len(kept)])
        codes += own + b"\xff\xff"
        classes += bytes(marks)
    ordered = sorted(owners)
    ends, last = array("I"), 0
    for key in ordered:
        last += len(owners[key])
        ends.append(last)
    parts = {
        "codes": bytes(codes),
        "classes": _packed(classes),
        "keys": _little(array("I", ordered)),
        "ends": _little(ends),
        "owners": _little(array("H", [number for key in ordered for number in owners[key]])),
    }
    return _file({**SOURCE, "count": len(rows), "sha256": hashlib.sha256(raw).hexdigest()}, texts, parts)


def _file(about: dict[str, Any], texts: list[list[Any]], parts: dict[str, bytes]) -> bytes:
    places, offset = {}, 0
    for name, content in parts.items():
        offset += -offset % 8
        places[name] = [offset, len(content)]
        offset += len(content)
    header = json.dumps({**about, "parts": places, "texts": texts}, ensure_ascii=False, separators=(",", ":")).encode()
    header += b" " * (-(len(MAGIC) + 4 + len(header)) % 8)
    made = bytearray(MAGIC + len(header).to_bytes(4, "little") + header)
    base = len(made)
    for name, content in parts.items():
        made += bytes(base + places[name][0] - len(made)) + content
    return bytes(made)


def _little(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _packed(marks: bytearray) -> bytes:
    """Four marks a byte."""
    marks = marks + bytes(-len(marks) % 4)
    return bytes(a | b << 2 | c << 4 | d << 6 for a, b, c, d in zip(*(marks[n::4] for n in range(4)), strict=True))


def _marks(row: dict[str, Any], words: Words) -> list[int]:
    """What each word of a licence is."""
    marks = [VITAL if vital(word) else REQUIRED for word in words.words]
    for at in _granting(words):
        marks[at] = GRANTING
    optional: set[int] = set()
    for match in [*_BLANK.finditer(words.text), *(hit for hit in _HOLDER.finditer(words.text) if not _HOLDS_MORE.search(hit[0]))]:
        optional.update(at for at, start in enumerate(words.starts) if match.start() <= start < match.end())
    optional.update(_title(words))
    for before, after, most in _NAMES:
        optional.update(_named(words.words, before, after, most))
    optional.update(_around(row["key"], words.words))
    for at in optional:
        marks[at] = OPTIONAL
    return marks if any(mark != OPTIONAL for mark in marks) else [REQUIRED] * len(marks)


def _granting(words: Words) -> list[int]:
    """The words without one of which a grant would read on and be smaller: only in sentences that grant."""
    listed, alone, before = granting()
    row = words.words
    breaks = [number + 1 for number in range(len(row) - 1) if _STOP.search(words.text, words.ends[number], words.starts[number + 1])]
    found = []
    for first, end in pairwise([0, *breaks, len(row)]):
        said = " ".join(row[first:end])
        if not _GRANTS.search(said) or _DISCLAIMS.search(said):
            continue
        for at in range(first, end):
            near = {*row[max(first, at - 3) : at], *row[at + 1 : min(end, at + 4)]}
            among = row[at] in listed and not listed.isdisjoint(near)
            if among or row[at] in alone or not set(before.get(row[at], ())).isdisjoint(row[at + 1 : min(end, at + 3)]):
                found.append(at)
    return found


def _title(words: Words) -> range:
    """The words of short paragraphs before the first long one."""
    done = 0
    for paragraph in re.finditer(r"\S.*?(?=\n[ \t]*\n|\Z)", words.text, re.DOTALL):
        count = sum(paragraph.start() <= start < paragraph.end() for start in words.starts[done : done + 40])
        if count > 14 or re.search(r"\b(?:may|permi\w+|use|copy|free)\b", paragraph[0].lower()) or done + count > len(words.words) // 3:
            break
        done += count
    return range(done)


def _named(words: list[str], before: tuple[str, ...], after: tuple[str, ...], most: int) -> list[int]:
    found: list[int] = []
    for at in range(len(words)):
        if tuple(words[at : at + len(before)]) == before:
            first = at + len(before)
            end = next((n for n in range(first, min(first + most, len(words))) if tuple(words[n : n + len(after)]) == after), first)
            found += range(first, end)
    return found


def _around(key: str, words: list[str]) -> list[int]:
    plain = " " + " ".join(words) + " "

    def place(phrase: str, last: bool = False) -> int:
        at = (plain.rfind if last else plain.find)(f" {phrase} ")
        return plain[:at].count(" ") if at >= 0 else -1

    found: list[int] = []
    end = place(_END, last=True)
    if end > len(words) // 3 and "how to apply" in " ".join(words[end : end + 12]):  # with some licences terms go on behind it
        found += range(end, len(words))
    around = next((phrases for name, phrases in _AROUND.items() if key.startswith(name)), None)
    if around is not None:
        if (first := place(around[0])) > 0:
            found += range(first)
        if around[1] is not None and (end := place(around[1], last=True)) > 0:
            found += range(end, len(words))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
