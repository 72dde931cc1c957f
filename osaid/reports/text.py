"""Making a stranger's text safe for an output."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ..document.common import UNSAFE

if TYPE_CHECKING:
    from ..rubrics.definition import Rubric

__all__ = ["at_start", "markdown", "plain", "shown", "size_text", "spreadsheet", "web_address"]

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()|~&])")
_ENDS_A_LINK = frozenset(" \"'<>()[]{}\\`|^*")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_AT_START = re.compile(r"^([0-9]*)([#+=.-])")  # what means something at the start of a line only


def plain(text: str, most: int = 2000) -> str:
    """One line of text that a terminal shows as it is: nothing that moves the cursor, hides or turns text around."""
    if not text.isprintable() or len(text) > most:
        text = UNSAFE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
        if len(text) > most:
            text = text[: most - 1] + "…"
    return text


def markdown(text: str, most: int = 2000) -> str:
    """Text that Markdown shows as it is within a line, also within a table. See :func:`at_start`."""
    return _MARKDOWN.sub(r"\\\1", plain(text, most))


def at_start(text: str) -> str:
    """Markdown that also means nothing at the start of a line."""
    return _AT_START.sub(r"\1\\\2", text)


def web_address(text: str) -> str:
    """An address that may become a link, safe in any markup; empty for all but plain web addresses."""
    if not text.startswith(("https://", "http://")):
        return ""
    address = _LONE_PERCENT.sub("%25", "".join(f"%{ord(character):02X}" if character in _ENDS_A_LINK else character for character in text))
    return address if address.isprintable() and address.isascii() else ""


def size_text(size: int) -> str:
    """A number of bytes as people write it."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{size} B" if unit == 0 else f"{value:.3g} {_UNITS[unit]}"


def spreadsheet(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    text = plain(text, 10_000)
    return "'" + text if text.lstrip()[:1] in _FORMULA and text != "-" else text


def shown(rubric: Rubric, make: Callable[[str], str] = plain) -> Rubric:
    """A rubric with all its texts made safe: a rubric can be a stranger's file too."""

    def texts(given: Mapping[str, str]) -> dict[str, str]:
        return {key: make(value) for key, value in given.items()}

    undetermined, label, summary = rubric.undetermined
    return rubric._replace(
        version=make(rubric.version),
        title=make(rubric.title),
        short=make(rubric.short),
        about=make(rubric.about),
        framework=texts(rubric.framework),
        answers=make(rubric.answers),
        audience=make(rubric.audience),
        sources={key: texts(source) for key, source in rubric.sources.items()},
        pillars=texts(rubric.pillars),
        pillar_questions=texts(rubric.pillar_questions),
        criteria=tuple(item._replace(texts=texts(item.texts), clause=texts(item.clause)) for item in rubric.criteria),
        verdicts=tuple(rule._replace(label=make(rule.label), summary=make(rule.summary)) for rule in rubric.verdicts),
        undetermined=(undetermined, make(label), make(summary)),
        levels=tuple(rule._replace(label=make(rule.label)) for rule in rubric.levels),
    )
