"""A text as a row of words, and the row as hashes: what licence texts are compared by.

What people vary without changing terms is taken out: case, wrapping, words parted at the end of a line, quotes, comment signs,
Markdown and HTML marks, list numbers, addresses (each is one word), the spelling of "licence". A Han character is a word.

A hash stands for two neighbouring words, so that a row of hashes says where something was put in or left out, and holds no text.
"""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from array import array
from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

from ..resources import read_data

__all__ = ["PAIR", "Words", "keys", "pairs", "read"]

PAIR = 2
"""Bytes of the hash of two neighbouring words."""

_KEY = 5 * PAIR  # bytes of pairs under one key: six words
_MOST_CODE = 65521  # a prime; no pair has a greater hash, so that 0xFFFF means "no pair"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_TAGS = (
    "a|abbr|article|b|blockquote|body|br|center|code|div|em|font|footer|h[1-6]|head|header|hr|html|i|li|link|main|meta|nav|ol|p|pre|section"
    "|small|span|strong|sub|sup|table|tbody|td|th|thead|title|tr|tt|u|ul"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>\n]{{0,400}})?/?>|<!DOCTYPE[^<>\n]{{0,200}}>", re.IGNORECASE)
_LINK = re.compile(r"\]\((?:https?:|mailto:|[#/.])[^()\s]{0,400}\)")
_PARTED = re.compile(r"(?<![^\W_])([^\W\d_]{2,})-[ \t]*(\n[\s*#/>;%]{0,12})(?!(?:and|en|of|oder|or|und)\b)([^\W\d_]{2,})", re.IGNORECASE)
_COMMENT_WORD = re.compile(r"^[ \t]*(?:rem|dnl|c)(?=[ \t]|$)", re.IGNORECASE | re.MULTILINE)  # of batch files, m4, Fortran
_MOST_LINES = 4000
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# An address is one word; "(a)", "iv)", "2." and "(c)" before a space number a list or stand for a sign; "non-x" and "sub-x" are one word.
_WORD = re.compile(
    r"(?P<address>(?:https?://|www\.)[^\s<>\"')\]}]+)"
    r"|(?P<mark>(?<![^\s*_#>/\-\"“])(?:\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})\)|(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-z])\.)(?=[\s*_]|$))"
    rf"|(?P<joined>(?<![^\W_])(?:non|sub)[*_]{{0,3}}-[*_]{{0,3}}\s{{0,80}}(?:[*#/>]{{1,3}}\s)?(?=[a-z]))?(?P<word>[{_HAN}]|[^\W_{_HAN}]+)",
)
_SPELT = {"licence": "license", "licences": "licenses", "licenced": "licensed", "sublicence": "sublicense", "organisation": "organization"}
_SPELT |= {"acknowledgement": "acknowledgment", "organisations": "organizations", "acknowledgements": "acknowledgments"}


class Words:
    """The words of a text: ``text`` with marks taken out, each word, and where it stands in it."""

    __slots__ = ("_lines", "ends", "starts", "text", "words")

    def __init__(self, text: str, words: list[str], starts: list[int], ends: list[int]) -> None:
        self.text = text
        self.words = words
        self.starts = starts
        self.ends = ends
        self._lines: list[int] | None = None

    def line(self, offset: int) -> int:
        """The line of a place in ``text``, from 1."""
        if self._lines is None:
            self._lines = [match.start() for match in re.finditer("\n", self.text)]
        return bisect_right(self._lines, offset - 1) + 1 if offset else 1

    def between(self, first: int, end: int) -> str:
        """The text from the word ``first`` up to before the word ``end``."""
        return self.text[self.starts[first] : self.ends[end - 1]]


def cleaned(text: str) -> str:
    """A text without what only shows it: marks of HTML and links, characters that cannot be seen. Lines stay lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    text = _LINK.sub("]", text)
    if "-" in text:
        text = _PARTED.sub(_rejoined, text)
    return _COMMENT_WORD.sub("", text) if _commented(text) else text


def _rejoined(match: re.Match[str]) -> str:
    """A word parted at the end of a line as one, but not two words that a hyphen joins, as far as those are known from licences."""
    first, other = match[1].lower(), match[3].lower()
    if first in ("non", "sub") or f"{first}-{other}" in _compounds():
        return match[0]
    return f"{match[1]}{match[3]}{match[2]}"


@lru_cache(maxsize=1)
def _compounds() -> frozenset[str]:
    return frozenset(read_data("licenses", "riders.yaml")["compounds"])


def _commented(text: str) -> bool:
    """Whether nearly every line begins with a word that makes it a comment."""
    if _COMMENT_WORD.match(text.lstrip()) is None:
        return False
    lines = [line for line in text.split("\n", _MOST_LINES)[:_MOST_LINES] if line.strip()]
    return len(lines) > 3 and sum(_COMMENT_WORD.match(line) is not None for line in lines) * 10 >= len(lines) * 9


def read(text: str) -> Words:
    """The words of a text."""
    text = cleaned(text)
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    lower = text.lower()
    if len(lower) != len(text):  # a few letters have two in lower case
        lower = "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)
    for match in _WORD.finditer(lower):
        kind = match.lastgroup
        if kind == "mark":
            continue
        if kind == "address":
            word = "http"
        else:
            word = match["word"]
            if match["joined"]:
                word = match["joined"][:3] + word
            word = _SPELT.get(word, word)
            if "ß" in word:  # which has no upper case
                word = word.replace("ß", "ss")
        words.append(word)
        starts.append(match.start())
        ends.append(match.end())
    return Words(text, words, starts, ends)


def pairs(words: list[str]) -> bytes:
    """The hashes of neighbouring words, two bytes each, least first."""
    known = {word: crc32(word.encode("utf-8", "replace")) for word in set(words)}
    row = [known[word] for word in words]
    codes = array("H", [(one * 40503 + other * 30011 + 1) % _MOST_CODE for one, other in pairwise(row)])
    if sys.byteorder == "big":
        codes.byteswap()
    return codes.tobytes()


def keys(codes: bytes) -> list[int]:
    """A hash of every six neighbouring words, by which texts that share them are found."""
    return [crc32(codes[at : at + _KEY]) for at in range(0, len(codes) - _KEY + 1, PAIR)]
