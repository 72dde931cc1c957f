"""The files of a site, as text: pages, badges, results and the feed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from .. import __version__
from ..messages import sentence
from ..reports import Context, render
from ..reports.badge import badge_of, endpoint, snippets, svg
from ..reports.html import page
from ..results.review import Review
from ..rubrics.rubric import Rubric
from .changes import News
from .entry import Entry, badge_path, model_path
from .index import FEED, framework_path, result_path

__all__ = ["feed", "files_of_model", "table_page"]

_UNKNOWN_DAY = "1970-01-01"


def files_of_model(item: Review, base_url: str, paths: Collection[str]) -> Iterator[tuple[str, str]]:
    """A model's page, its badges and its result: where each stands in the site, and its text. ``paths`` are the cards with a page."""
    identifier = item.card.subject.id
    badges = [badge_of(*judged) for judged in item.all]
    for name, badge in zip(["", *(judged.rubric.id for judged in item.all)], [badges[0], *badges], strict=True):
        yield badge_path(identifier, name), svg(badge)
        yield badge_path(identifier, name, "json"), endpoint(badge)
    yield result_path(identifier), _result(item)
    badge = badges[0]
    here = f"{base_url}{model_path(identifier).removesuffix('index.html')}" if base_url else ""
    image = f"{base_url}{badge_path(identifier)}" if base_url else "badge.svg"
    yield (
        model_path(identifier),
        page("site_model.html", item=item, badge=badge, snippets=snippets(badge, image, here), pages=paths),
    )


def _result(item: Review) -> str:
    """The assessment by the leading framework, as ``osaid score --format json`` writes it."""
    assessment, rubric = item.main
    told = assessment._replace(subject=assessment.subject._replace(path=None))  # where the card stood is nobody's business
    return "".join(render("json", [told], Context((rubric,), __version__, one=True)))


def table_page(title: str, rubrics: Sequence[Rubric], number: int, entries: Sequence[Entry], changes: Sequence[News]) -> str:
    """The table of all models by one framework (the ``number``-th), best first."""
    rows = sorted(((entry, entry.marks[number]) for entry in entries), key=lambda row: row[1].standing)
    tabs = [(rubric, framework_path(rubric.id, leads=place == 0)) for place, rubric in enumerate(rubrics)]
    rubric = rubrics[number]
    order = [rule.id for rule in rubric.verdicts] + [rubric.undetermined[0]]
    labels = {mark.verdict: mark.label for _, mark in rows}
    return page(
        "site.html",
        script="site.js",
        title=title,
        rubric=rubric,
        top="" if number == 0 else "../",
        tabs=tabs,
        rows=rows,
        verdicts=[(verdict, labels[verdict]) for verdict in order if verdict in labels],
        licenses=sorted({entry.license for entry in entries}, key=str.casefold),
        developers=sorted({entry.developer for entry in entries if entry.developer}, key=str.casefold),
        changes=changes,
    )


def feed(title: str, base_url: str, changes: Sequence[News], day: str) -> str:
    """The changes as an Atom feed (RFC 4287). Its dates are those of the cards, so that it is the same whenever it is made."""
    home = base_url or "index.html"
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{escape(_tag(base_url, 'site'))}</id>",
        f"<title>{escape(title)}</title>",
        f"<updated>{escape(_moment(changes[0].date if changes else day))}</updated>",
        "<author><name>osaid</name></author>",
        f'<link rel="alternate" type="text/html" href={quoteattr(home)}/>',
        f'<link rel="self" type="application/atom+xml" href={quoteattr(base_url + FEED)}/>',
        f"<generator version={quoteattr(__version__)}>osaid</generator>",
    ]
    for change in changes:
        address = base_url + (model_path(change.model) if change.kind != "removed" else "index.html")
        parts += [
            "<entry>",
            f"<id>{escape(_tag(base_url, change.id))}</id>",
            f"<title>{escape(change.message)}</title>",
            f"<updated>{escape(_moment(change.date))}</updated>",
            f'<link rel="alternate" type="text/html" href={quoteattr(address)}/>',
            f"<category term={quoteattr(change.kind)}/>",
            f"<summary>{escape(_summary(change))}</summary>",
            "</entry>",
        ]
    return "\n".join([*parts, "</feed>"]) + "\n"


def _summary(change: News) -> str:
    if change.because:
        return sentence("site.because", {"message": change.message, "criteria": ", ".join(change.because)})
    return change.message


def _tag(base_url: str, name: str) -> str:
    """An id that never changes: a tag URI (RFC 4151)."""
    host = urlsplit(base_url).hostname if base_url else None
    return f"tag:{quote(host or 'osaid.invalid')},2026:{name}"


def _moment(day: str) -> str:
    return f"{day if day != 'unknown' else _UNKNOWN_DAY}T00:00:00Z"
