"""What words beside a licence's own text may say: a restriction, something that is not known, or nothing.

The words and expressions stand in ``riders.yaml``. A passage is taken to say nothing only where no word of it grants, limits or asks
for something, and it is in a language that this is known of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ..resources import read_data

__all__ = [
    "CHOICE",
    "PLAIN",
    "TERMS",
    "UNREAD",
    "filled_in",
    "granting",
    "inside",
    "kinds",
    "licenses_named",
    "matters",
    "notices",
    "partly",
    "record_of",
    "signed",
    "vital",
]

PLAIN = "plain"
TERMS = "terms"
CHOICE = "choice"
UNREAD = "LicenseRef-Rider-Unread"

_SPACES = re.compile(r"[\W_]+")
# A line that says who has the copyright, and nothing else.
_HOLDER = re.compile(r"\W*(?:copyright|\(c\)|©|portions copyright)(?:[\s,.;:()&<>@©'\"*\-\[\]]|[^\W_])*", re.IGNORECASE)
_ADDRESS = re.compile(r"<?(?:https?://[^\s<>]{1,200}|[^\s<>@]{1,80}@[^\s<>@]{1,80})>?")
_LATIN = re.compile("[a-z0-9\u00c0-\u024f\\s]*")
_MOST = 4000
_WHOLE = 4  # letters up to which what is listed is a word and no beginning


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    found: dict[str, Any] = read_data("licenses", "riders.yaml")
    return found


@lru_cache(maxsize=1)
def _stems() -> tuple[frozenset[str], re.Pattern[str]]:
    stems = _data()["stems"]
    short = frozenset(stem for stem in stems if len(stem) <= _WHOLE)
    long = re.compile("|".join(sorted(re.escape(stem) for stem in stems if len(stem) > _WHOLE)))
    return short, long


@lru_cache(maxsize=8192)
def matters(word: str) -> bool:
    """Whether a word may grant, limit or ask for something; a number may as well."""
    short, long = _stems()
    return word in short or word.isdecimal() or long.match(word) is not None or _LATIN.fullmatch(word) is None


def vital(word: str) -> bool:
    """Whether a word, left out of a licence, can by itself take away what it grants."""
    return word in _vital()


def granting() -> tuple[frozenset[str], frozenset[str], dict[str, list[str]]]:
    """The words without one of which a grant may read on and be smaller: among others of them, anywhere, and before other words."""
    data = _data()["granting"]
    return frozenset(data["listed"]), frozenset(data["alone"]), data["before"]


def inside(words: list[str]) -> bool:
    """Whether words are among those that some put into a licence and that change nothing."""
    return len(words) < 10 and " ".join(words) in _data()["inside"]


@lru_cache(maxsize=1)
def _vital() -> frozenset[str]:
    return frozenset(_data()["vital"])


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], tuple[tuple[str, re.Pattern[str]], ...]]:
    data = _data()
    return (
        re.compile("|".join(data["harmless"])),
        re.compile("|".join(data["choice"])),
        re.compile("|".join(data["signs"])),
        tuple((kind, re.compile("|".join(patterns))) for kind, patterns in data["kinds"].items()),
    )


def signed(text: str) -> bool:
    """Whether a line says only who has the copyright."""
    text = _ADDRESS.sub(" ", text)
    if _HOLDER.fullmatch(text) is None:
        return False
    plain = _SPACES.sub(" ", text.lower()).replace("all rights reserved", "")
    if not plain.isascii():
        plain = re.sub("|".join(_data()["holders"]), " ", plain)
    if _patterns()[2].search(plain):
        return False
    names = _data()["names"]
    return not any(matters(word) and not word.isdecimal() and word not in names and _LATIN.fullmatch(word) for word in plain.split())


def filled_in(words: list[str]) -> bool:
    """Whether words put where a licence has a blank are a name or a year, as far as can be told."""
    if words[-3:] == ["all", "rights", "reserved"]:
        words = words[:-3]
    return len(words) <= 25 and not any(matters(word) and word not in _data()["names"] and not _YEAR.fullmatch(word) for word in words)


_YEAR = re.compile("(?:19|20)[0-9]{2}")


def kinds(text: str) -> tuple[str, ...]:
    """What a passage says: ids of restrictions, or one of ``choice``, ``terms`` and ``plain``."""
    if len(text) > _MOST:  # the expressions are made for sentences
        return tuple(dict.fromkeys(kind for at in range(0, len(text), _MOST) for kind in kinds(text[max(0, at - 100) : at + _MOST - 100])))
    if signed(text):
        return (PLAIN,)
    text = "\n".join(line for line in text.split("\n") if not line.strip() or not signed(line.strip()))
    plain = _SPACES.sub(" ", text.lower()).strip()
    harmless, choice, signs, restrictions = _patterns()
    found = tuple(kind for kind, pattern in restrictions if pattern.search(plain))
    if found:
        return found
    if choice.search(plain):
        return (CHOICE,)
    rest = harmless.sub(" ", plain)
    words = rest.split()
    if signs.search(plain) or not _LATIN.fullmatch(plain):
        return (TERMS,) if any(sign.isalpha() for sign in plain) else (PLAIN,)
    if any(matters(word) and not (word.isdecimal()) and word not in ("any", "or") for word in words):
        return (TERMS,)
    english = sum(word in _data()["english"] for word in plain.split())
    said = sum(not word.isdecimal() for word in words)
    return (PLAIN,) if said < 8 or english * 7 >= said or _names(_ADDRESS.sub(" ", text)) else (TERMS,)


def _names(text: str) -> bool:
    """Whether most words of a passage begin with a capital, as in a list of names."""
    words = re.findall(r"[^\W\d_]+", text)
    return sum(word[0].isupper() for word in words) * 4 >= len(words) * 3 and not text.isupper()


def licenses_named(text: str) -> Iterator[str]:
    """What a passage names as a licence that something is under: "the Sparrow License" gives sparrow."""
    generic = frozenset(_data()["generic"])
    sentences = [_SPACES.sub(" ", one) for one in re.split(r"[.:;]\s", text.lower())]
    for found in (found for one in sentences for found in _UNDER.finditer(one)):
        if name := " ".join(word for word in found[1].split() if word not in generic):
            yield name


_UNDER = re.compile(r"\b(?:under|by|to|terms of)((?: [^ ]+){0,8}?) (?:licen[cs]es?|agreements?|terms of use)\b")


@lru_cache(maxsize=1)
def notices() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Short notices that name a licence, over words with one space between them: its id (``GPL``: see the groups), and the expression."""
    return tuple((name, re.compile(rf"\b(?:{pattern})\b")) for name, pattern in _data()["notices"].items())


def partly(text: str) -> bool:
    """Whether a sentence may speak of a part, or of another time."""
    return re.search(_data()["partly"], text.lower()) is not None


def record_of(kind: str) -> str:
    """The id of the record for a kind of rider."""
    return UNREAD if kind == TERMS else "LicenseRef-Rider-" + "-".join(part.capitalize() for part in kind.split("-"))
