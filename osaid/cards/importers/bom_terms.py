"""Terms in bills of materials: several licences that all apply, and what stands beside a licence's name.

What is joined is never freer than any part of it: a part that cannot be read, or that nobody has judged, becomes a name that
means nothing, so that the whole is unknown at most.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ...licenses.expression import NO_LICENSE, Terms, terms
from ...licenses.knowledge import FREEDOMS, GRANTS, knowledge_base
from ...licenses.texts import Identified, identify
from .common import MOST_TEXT, Notes

__all__ = [
    "MOST_NAME",
    "besides",
    "decoded",
    "either",
    "joined",
    "leads_to_license_file",
    "of_text",
    "own_text",
    "same_terms",
    "unread",
    "written",
]

_NOT_SAID = "NOASSERTION"
MOST_NAME = 300
"""Characters of a name that a licence can be known by."""

_MOST_PART, _MOST_SHORT = 500, 200  # characters: of a part, a name in a text
_MOST_LONG = 50  # long texts that are read in one place
_MOST_SHOWN, _MOST_OF_A_TEXT = 80, 200_000
_NEEDS_CARE = re.compile(r"[()]|\b(?:and|or|with)\b", re.IGNORECASE)
_OPERATORS = {"and": "&", "or": "/", "with": "w/"}
_RANK = {grant: rank for rank, grant in enumerate(GRANTS)}
_LICENSE_FILE = re.compile(
    r"(?:https?://(?:www\.)?(?:huggingface\.co|github\.com|gitlab\.com|raw\.githubusercontent\.com)/[^?#\s]*/)?(?:\./)?"
    r"(?:LICEN[CS]E|COPYING)(?:\.(?:md|txt|rst))?/?",
    re.IGNORECASE,
)
# Words of an address that name models or terms with limits of use.
_LIMITED = re.compile(r"(?<![a-z])(?:(?:code)?llama|gemma|non-?commercial|(?:open)?rail|nc)(?![a-z])", re.IGNORECASE)
_VERSIONS = re.compile("-(?:only|or-later)$")  # the whole text of a GNU licence is that of both


# --- one licence --------------------------------------------------------------------------------------------------


def written(value: Any) -> str | None:
    """A licence as it is written; None for what is no text, blank, or longer than a card may hold: it is not judged by its beginning."""
    return value if isinstance(value, str) and value.strip() and len(value) <= MOST_TEXT else None


def unread(value: Any, mark: str = "unread:") -> str:
    """A name that means nothing, and so is unknown, with what is to be seen of a value."""
    shown = value[:_MOST_SHOWN] if isinstance(value, str) and value.strip() else "terms"
    words = re.sub(r"[()]", " ", shown).split()
    return " ".join([mark, *(_OPERATORS.get(word.lower(), word) for word in words)])


def same_terms(one: str | None, other: str | None) -> bool:
    """Whether two licence texts mean the same licences."""
    return one == other or (one is not None and other is not None and _read(one).expression == _read(other).expression)


def _read(license: str) -> Terms:
    """What a text grants. A long one is not read if it is too long for a card, or one name that nobody can know."""
    long = len(license) > MOST_TEXT or (len(license) > MOST_NAME and not _NEEDS_CARE.search(license))
    return terms(unread(license)) if long else terms(license)


# --- several ------------------------------------------------------------------------------------------------------


def joined(licenses: Iterable[str]) -> str | None:
    """Licences that all apply, as one expression. One alone stays as written; if one of them is no licence, there is none."""
    parts: dict[str, tuple[str, Terms]] = {}
    long = 0
    different = list(dict.fromkeys(licenses))
    if len(different) == 1 and len(different[0]) > MOST_NAME:
        return written(different[0]) or unread(different[0])
    for license in different:
        long += len(license) > MOST_NAME
        found = _read(license) if len(license) <= MOST_NAME or long <= _MOST_LONG else terms(unread("terms"))
        if found.expression == NO_LICENSE:
            return NO_LICENSE
        if found.expression != _NOT_SAID:
            parts.setdefault(found.expression, (license, found))
    if len(parts) < 2:
        return next((written(license) or unread(license) for license, _ in parts.values()), None)
    together = " AND ".join(_operand(license, found) for license, found in parts.values())
    all_terms = [found for _, found in parts.values()]
    return together if _holds(together, all_terms) else _strictest(all_terms)


def either(licenses: list[str]) -> str | None:
    """A choice of licences. If it cannot be written down as one, all of them apply: that is never freer."""
    licenses = list(dict.fromkeys(licenses))
    if len(licenses) < 2:
        return joined(licenses)
    if len(licenses) <= _MOST_LONG:
        choice = " OR ".join(_operand(license, _read(license)) for license in licenses)
        if len(choice) <= MOST_TEXT and terms(choice).problem is None:
            return choice
    return joined([*licenses, unread("a choice")])


def _operand(license: str, found: Terms) -> str:
    """A licence text as part of an expression. What cannot be read becomes a name that means nothing, so that the rest can be."""
    if len(license) <= MOST_NAME and not _NEEDS_CARE.search(license):
        return license
    if found.problem is None and len(found.leaves) == 1 and found.leaves[0].license is not None:
        return found.leaves[0].license.id
    if found.problem is None and len(found.expression) <= _MOST_PART and found.expression != NO_LICENSE:
        return f"({found.expression})" if _NEEDS_CARE.search(found.expression) else found.expression
    return unread(license)


def _holds(together: str, parts: list[Terms]) -> bool:
    """Whether an expression can be held by a card, is read as one, and is no freer than any part."""
    if len(together) > MOST_TEXT:
        return False
    found = terms(together)
    worst = (min(_RANK[part.grants[number]] for part in parts) for number in range(len(FREEDOMS)))
    return found.problem is None and all(_RANK[grant] <= rank for grant, rank in zip(found.grants, worst, strict=True))


def _strictest(parts: list[Terms]) -> str:
    """What is left of more licences than an expression can hold: for each freedom one that denies it most, and a name for the rest."""
    kept: dict[str, None] = {}
    for number in range(len(FREEDOMS)):
        known = [license for part in parts for license in part.chosen]
        worst = min(known, key=lambda license: _RANK[license.grants[number]], default=None)
        if worst is not None and worst.id == NO_LICENSE:
            return NO_LICENSE
        if worst is not None and _RANK[worst.grants[number]] < _RANK["unknown"]:
            kept[worst.id] = None
    return " AND ".join([*kept, unread(f"{len(parts)} licences")])


# --- what stands beside a name ------------------------------------------------------------------------------------


def besides(license: str, text: Any, addresses: list[Any], told: tuple[Notes, str, tuple[str | int, ...]]) -> list[str]:
    """What applies besides a licence that is named, for a text and for addresses that stand beside the name.

    A text or an address that is not plainly that licence's own counts as terms that are not known, with a note.
    Beside a name that says something and is not free an unknown one changes nothing, and is left aside.
    """
    given = [value for value in (text, *addresses) if value is not None and not (isinstance(value, str) and not value.strip())]
    if not given:
        return []
    notes, what, at = told
    if len(license) > MOST_NAME:  # not read for this: that would take time, and nothing is plainly its own
        notes.add("conflict", "import.license-text", at, what=what, license=license)
        return [unread(given[0])]
    free = terms(license).free == "yes" or terms(license).expression == _NOT_SAID
    more: list[str] = []
    if (other := _other_text(license, text, free)) is not None:
        more.append(other)
        notes.add("conflict", "import.license-text", at, what=what, license=license)
    for address in addresses:
        if (other := _other_address(license, address, free)) is not None:
            more.append(other)
            notes.add("conflict", "import.license-address", at, what=what, license=license, address=str(address))
    return more


def _other_text(license: str, text: Any, free: bool) -> str | None:
    if text is None or (isinstance(text, str) and not text.strip()) or own_text(license, text):
        return None
    if isinstance(text, str) and len(text) <= _MOST_SHORT:
        found = terms(text)
        if found.expression == NO_LICENSE or (found.leaves and not found.unknown):
            return text
    if not free:
        return None
    known = _by_words(text)
    return known if known is not None and terms(known).free != "yes" else unread(text)  # which of two free licences is meant is open


def _by_words(text: Any) -> str | None:
    """The terms of a text whose words are those of licences that are known, riders included; None for any other."""
    if not isinstance(text, str) or not _MOST_SHORT < len(text) <= _MOST_OF_A_TEXT:
        return None
    found = _identified(text)
    return found.expression if found.matches and found.expression is not None and len(found.expression) <= MOST_TEXT else None


def own_text(license: str, text: Any) -> bool:
    """Whether a text is plainly that of a licence: its name, or its words with nothing that may matter added or left out."""
    if not isinstance(text, str) or len(text) > _MOST_OF_A_TEXT:
        return False
    if len(text) <= _MOST_SHORT and same_terms(license, text):
        return True
    found = _identified(text)
    if found.altered or any(passage.kind != "plain" for passage in found.passages):
        return False
    stated = _VERSIONS.sub("", terms(license).expression)
    return {_VERSIONS.sub("", match.license) for match in found.matches} == {stated}


@lru_cache(maxsize=256)
def _identified(text: str) -> Identified:
    """What a text is. A file of many parts often holds the same one again."""
    return identify(text)


def _other_address(license: str, value: Any, free: bool) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        return unread(value) if free else None
    value = value.strip()
    known = knowledge_base().find(value)
    if known is not None:
        return None if known.id == terms(license).expression else known.id
    own = [leaf.license.source for leaf in terms(license).leaves if leaf.license is not None]
    if not free or own == [value] or leads_to_license_file(value):
        return None
    return unread(value)


def leads_to_license_file(link: str) -> bool:
    """Whether a link is to a licence file on a host of code or models, at an address that does not speak of terms that restrict.

    Such a file is taken for the text of the licence that is stated, though it may lie in another repository.
    """
    return _LICENSE_FILE.fullmatch(link) is not None and _LIMITED.search(link) is None


def of_text(value: Any) -> str | None:
    """A licence of which there is only the text: a name or expression as it is, the licences that a longer text is by its words.

    Any other gives its first line as a name that means nothing, unless that is the title of terms that restrict.
    """
    if not isinstance(value, str) or not value.strip():
        return None
    if len(value) <= _MOST_SHORT and len(value.splitlines()) == 1:
        return value
    if (known := _by_words(value)) is not None:
        return known
    title = " ".join(re.sub(r"[*#_]", " ", value.strip().splitlines()[0][:300]).split())
    return title if terms(title).free == "no" and len(terms(title).leaves) == 1 else unread(title, "text:")


def decoded(attached: Any) -> Any:
    """The content of a text that may be encoded. What is no text stays as it is: it cannot be read."""
    if not isinstance(attached, dict):
        return attached
    content = attached.get("content")
    if attached.get("encoding") != "base64" or not isinstance(content, str) or len(content) > _MOST_OF_A_TEXT:
        return content if isinstance(content, str) else attached or None
    try:
        return base64.b64decode(content, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return content
