"""A verdict, a score or a level as a badge: an SVG image in the flat style, or what shields.io makes one from.

Sources: the sizes of shields.io's flat badges (20 pixels high, text of 11); its page on the endpoint badge for the JSON.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from wcwidth import wcwidth

from ..messages import sentence
from ..resources import data_file
from ..results.plain_data import compact
from ..results.sentences import range_text
from ..rubrics.assessment import Assessment
from ..rubrics.rubric import Rubric
from .text import markdown, plain, web_address

__all__ = ["COLORS", "SHOWS", "Badge", "badge_of", "endpoint", "snippets", "svg", "text_width"]

SHOWS = ("verdict", "score", "level")
"""What a badge can show."""

COLORS = {"good": "#1a7f37", "fair": "#8a5a00", "poor": "#b3261e", "plain": "#0550ae", "open": "#5f6770"}
"""Colours by tone; white text has a contrast of at least 4.5 on each (WCAG 2.2, success criterion 1.4.3)."""

_LABEL_COLOR = "#32383f"
_HEIGHT = 20
_FONT = 11
_PADDING = 6
_MOST = 60  # characters on one side
_SHIELDS = "https://img.shields.io/endpoint?url="


class Badge(NamedTuple):
    """What a badge says: on the left, on the right, in which tone, and in words for those who cannot see it."""

    label: str
    message: str
    tone: str
    title: str

    def __html__(self) -> str:
        """The image, as part of a page."""
        return svg(self)


def badge_of(assessment: Assessment, rubric: Rubric, show: str = "verdict", label: str | None = None) -> Badge:
    """The badge of an assessment by ``rubric``; ``show`` is one of :data:`SHOWS`, ``label`` stands in for the framework's short name.

    Whatever it shows, its colour is the verdict's: a high score of a model that does not conform is no pass.
    """
    verdict = rubric.verdict_texts(assessment.verdict.id)[0]
    message = verdict
    if show == "score":
        message = sentence("badge.score", {"score": range_text(assessment.score)})
    elif show == "level":
        reached = [rule.label for level, rule in zip(assessment.levels, rubric.levels, strict=True) if level.met]
        # Rungs of a ladder stand one above the other, so the last one tells all; others are told together.
        ladder = any(rule.after for rule in rubric.levels)
        message = ", ".join(reached[-1:] if ladder else reached) or sentence("badge.no-level")
    name, title, message = plain(assessment.subject.name, _MOST), plain(rubric.title, 2 * _MOST), plain(message, _MOST)
    told = {"model": name, "framework": title, "message": message, "verdict": plain(verdict, _MOST)}
    return Badge(
        plain(label if label is not None else rubric.short, _MOST),
        message,
        rubric.tone(assessment.verdict.id),
        sentence("badge.title" if message == told["verdict"] else "badge.title-verdict", told),
    )


def svg(badge: Badge) -> str:
    """The image: no script, no style, no reference to anything outside, the same bytes for the same badge."""
    left, right = text_width(badge.label), text_width(badge.message)
    split = math.ceil(left + 2 * _PADDING) if badge.label else 0
    width = split + math.ceil(right + 2 * _PADDING)
    color = COLORS[badge.tone]
    # The outline is named by its width: several badges within one page may share a name only if they share the outline.
    texts = "".join(
        f'<text x="{x:.1f}" y="{y}" {look} textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
        for text, x, length in ((badge.label, split / 2, left), (badge.message, (split + width) / 2, right))
        if text
        for y, look in ((15, 'fill="#010101" fill-opacity=".3" aria-hidden="true"'), (14, 'fill="#ffffff"'))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" viewBox="0 0 {width} {_HEIGHT}" role="img" '
        f"aria-label={quoteattr(badge.title)}>"
        f"<title>{escape(badge.title)}</title>"
        f'<clipPath id="r{width}"><rect width="{width}" height="{_HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#r{width})"><rect width="{split}" height="{_HEIGHT}" fill="{_LABEL_COLOR}"/>'
        f'<rect x="{split}" width="{width - split}" height="{_HEIGHT}" fill="{color}"/></g>'
        f'<g text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="{_FONT}">{texts}</g>'
        "</svg>\n"
    )


def endpoint(badge: Badge) -> str:
    """The JSON that shields.io's endpoint badge reads. An undetermined badge is grey there as well."""
    told = {"schemaVersion": 1, "label": badge.label, "message": badge.message, "color": COLORS[badge.tone], "labelColor": _LABEL_COLOR}
    return compact(told) + "\n"


def snippets(badge: Badge, image: str, link: str, *, through_shields: bool = False) -> list[tuple[str, str]]:
    """What to paste, by the name of the markup: Markdown, HTML and reStructuredText.

    ``image`` is where the badge will be found (with ``through_shields`` its JSON), ``link`` the page that it leads to, empty for none.
    """
    source = _SHIELDS + quote(image, safe="") if through_shields else image
    source = web_address(source) or quote(source, safe="/.:-_~")
    target = web_address(link)
    words = escape(badge.title, {'"': "&quot;"})
    picture = f"![{markdown(badge.title)}]({source})"
    tag = f'<img src="{escape(source)}" alt="{words}" height="{_HEIGHT}">'
    rest = f".. image:: {source}\n   :alt: {badge.title}"
    return [
        ("Markdown", f"[{picture}]({target})" if target else picture),
        ("HTML", f'<a href="{escape(target)}">{tag}</a>' if target else tag),
        ("reStructuredText", rest + (f"\n   :target: {target}" if target else "")),
    ]


def text_width(text: str) -> float:
    """How wide a text is in the image, in pixels: letters as measured, East Asian ones as wide as the text is high."""
    return sum(map(_width, text)) * _FONT / 1000


def _width(character: str) -> int:
    cells = wcwidth(character)
    widths, default = _widths()
    return 0 if cells == 0 else 1000 if cells == 2 else widths.get(ord(character), default)


@lru_cache(maxsize=1)
def _widths() -> tuple[dict[int, int], int]:
    import json

    with open(data_file("reports", "widths.json"), encoding="utf-8") as file:
        data = json.load(file)
    return {int(start) + index: width for start, block in data["blocks"].items() for index, width in enumerate(block)}, data["default"]
