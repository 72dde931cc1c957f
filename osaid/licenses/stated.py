"""What a text says of its licence by name, and not by the words of the licence: a name alone, a sentence, a notice, a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .expression import terms
from .knowledge import License, knowledge_base
from .riders import licenses_named, notices, partly

__all__ = ["heading", "noticed", "stated", "whole_name"]

_MOST_NAME = 300
_ABOUT_TERMS = re.compile(r"licen[cs]e|agreement|terms|policy", re.IGNORECASE)
_AFTER_NAME = re.compile(r"\s*(?:[,(:\u2013\u2014]|\bversion\b|\bdated?\b).*", re.IGNORECASE)
_MOST_HEAD, _MOST_HEADINGS = 2000, 12


def noticed(words: list[str]) -> Iterator[tuple[int, int, str]]:
    """The short notices among words: first word, end, and the licence that each names."""
    plain = " ".join(words)
    for name, pattern in notices():
        for match in pattern.finditer(plain):
            first, end = plain.count(" ", 0, match.start()), plain.count(" ", 0, match.end()) + 1
            yield first, end, _gnu(match) if name == "GPL" else name


def _gnu(match: re.Match[str]) -> str:
    kind = {"affero ": "A", "lesser ": "L", "library ": "L"}.get(match["kind"] or "", "")
    return f"{kind}GPL-{match['version']}.{match['minor'] or 0}-{'or-later' if match['later'] else 'only'}"


def stated(text: str) -> str | None:
    """The one licence that a short text says it is under: "This model is licensed under the Llama 2 Community License"."""
    if len(text) > 2 * _MOST_NAME or partly(text):
        return None
    base = knowledge_base()
    found = {license.id for name in licenses_named(text) if (license := base.find(name)) is not None and not license.vague}
    return found.pop() if len(found) == 1 else None


def heading(text: str, ids: set[str]) -> tuple[License, int] | None:
    """The licence that a heading names, if it is none of those found, and its line."""
    base = knowledge_base()
    for number, written in enumerate(text[:_MOST_HEAD].split("\n")[:_MOST_HEADINGS], 1):
        line = written.strip(" \t*#=_/;<>!-")
        if len(line) < _MOST_NAME and _ABOUT_TERMS.search(line):
            license = base.find(line) or base.find(_AFTER_NAME.sub("", line))
            if license is not None and not license.vague:
                return (license, number) if license.id not in ids else None
    return None


def whole_name(text: str) -> str | None:
    """The licence that a short text names and does nothing else."""
    name = " ".join(text.split())
    if not name or len(name) > _MOST_NAME:
        return None
    judged = terms(name.strip("#* ").rstrip("."))
    return judged.expression if judged.stated and judged.problem is None and not judged.unknown else None
