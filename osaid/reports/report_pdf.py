"""A report as PDF: the HTML page, printed by WeasyPrint (the extra ``pdf``). It fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

from ..errors import Problem, UsageError
from ..results.review import Review
from . import Failure
from .report_html import render as render_html

__all__ = ["render"]


def render(reviews: Sequence[Review], failures: Sequence[Failure]) -> Iterator[bytes]:
    """The file. Raises UsageError where WeasyPrint, or a library that it needs, is missing."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as reason:  # OSError: Pango is not on the system
        raise UsageError(Problem("usage.no-pdf", {"detail": str(reason).split("\n")[0][:200]})) from None
    page = "".join(render_html(reviews, failures))
    yield HTML(string=page, url_fetcher=_nothing).write_pdf()


def _nothing(address: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"nothing is fetched for a report: {address}")
