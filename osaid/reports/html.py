"""Pages: one HTML file each, with all it needs in it. No script but the site's own, no request, nothing of a stranger that acts.

What strangers wrote is escaped by the templates (all of it, by Jinja's autoescape), and freed of what hides or turns text around.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .. import __version__
from ..licenses.knowledge import FREEDOMS
from ..messages import sentence
from ..outcome import Outcome
from ..resources import data_file
from ..results.review import Judged, Review
from ..results.sentences import HEADINGS, outcome_text, range_text, reasons_text, remedy_text
from ..rubrics.assessment import CriterionResult
from . import terms_words, words
from .text import plain, web_address

__all__ = ["comparison_page", "page", "report_page"]

_MARKS = {"good": "✓", "fair": "◐", "poor": "✗", "open": "?", "plain": "•", "none": "–"}
_OUTCOME_TONES = {
    Outcome.MET: "good",
    Outcome.PARTLY_MET: "fair",
    Outcome.NOT_MET: "poor",
    Outcome.UNKNOWN: "open",
    Outcome.NOT_APPLICABLE: "none",
}
_FREE_TONES = {"yes": "good", "no": "poor", "unknown": "open"}
_GRANT_TONES = {"free": "good", "restricted": "poor", "denied": "poor", "unknown": "open"}
_MOST_REASONS = 1500
_MOST_TEXT = 20_000


def report_page(item: Review) -> str:
    """A report on one model."""
    return page("report.html", item=item)


def comparison_page(items: Sequence[Review], failures: Sequence[str], summary: str) -> str:
    """A report on several models; ``failures`` says which inputs could not be read."""
    seen: dict[str, int] = {}
    keys = []
    for item in items:  # of two cards of one id each has its own places in the page
        identifier = item.card.subject.id
        seen[identifier] = seen.get(identifier, 0) + 1
        keys.append(identifier if seen[identifier] == 1 else f"{identifier}--{seen[identifier]}")
    return page("comparison.html", items=items, keys=keys, failures=failures, summary=summary)


def page(template: str, *, script: str = "", **values: Any) -> str:
    """A page from a template of the folder ``templates``.

    Its policy lets it use the style sheet in it and, if asked for, the ``script`` in it (a file's name), no more.
    """
    policy = [f"default-src 'none'; style-src 'sha256-{_digest('style.css')}'; base-uri 'none'; form-action 'none'"]
    if script:
        policy.append(f"script-src 'sha256-{_digest(script)}'")
    return _environment().get_template(template).render(values, policy="; ".join(policy), version=__version__)


@lru_cache(maxsize=4)
def _digest(file: str) -> str:
    """The digest of a file as it stands in a page, as Content-Security-Policy wants it."""
    text = _environment().get_template(file).render()
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(data_file("reports", "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_safe,
    )
    environment.globals.update(chip=_chip, refs=_refs, t=_sentence, freedoms=FREEDOMS, headings=HEADINGS, remedy=remedy_text)
    environment.filters.update({name: getattr(room, name) for room in (words, terms_words) for name in room.__all__})
    environment.filters.update(
        outcome_tone=_OUTCOME_TONES.__getitem__,
        outcome_words=outcome_text,
        grant_tone=_GRANT_TONES.__getitem__,
        tone=_tone,
        number=_number,
        score=range_text,
        web_address=web_address,
        reasons=_reasons,
        several_lines=_several_lines,
        free_tone=_FREE_TONES.__getitem__,
    )
    return environment


def _safe(value: Any) -> Any:
    """Every value on its way into a page: text without what a reader cannot see. Jinja escapes it after that."""
    return plain(value, _MOST_TEXT) if type(value) is str else value


def _several_lines(text: str) -> Markup:
    """A text of several lines, each made safe."""
    return Markup("\n").join(plain(line, _MOST_TEXT) for line in text.split("\n"))


# These two stand in a page by the hundred, so they are no macros.


@lru_cache(maxsize=1024)
def _chip(tone: str, text: str, kind: str = "") -> Markup:
    """A mark and a word in the colour of a tone."""
    around = Markup('<span class="chip{} ink-{}"><span aria-hidden="true">{}</span> {}</span>')
    return around.format(f" {kind}" if kind else "", tone, _MARKS[tone], plain(text, _MOST_TEXT))


def _refs(item: Review, names: Sequence[str], prefix: str) -> Markup:
    """Links to pieces of evidence."""
    return Markup(" ").join(_ref(prefix, item.numbers[name]) for name in names)


@lru_cache(maxsize=4096)
def _ref(prefix: str, number: int) -> Markup:
    return Markup('<a href="#{0}source-{1}">[{1}]</a>').format(prefix, number)


def _sentence(code: str, **params: str) -> str:
    return sentence(code, params) if params else _heading(code)


@lru_cache(maxsize=512)
def _heading(code: str) -> str:
    return sentence(code)


def _tone(judged: Judged) -> str:
    return judged.rubric.tone(judged.assessment.verdict.id)


def _number(value: float) -> str:
    return f"{value:.1f}"


def _reasons(result: CriterionResult) -> str:
    return plain(reasons_text(result), _MOST_REASONS)
