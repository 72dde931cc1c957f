"""A report as one HTML file: nothing else is needed, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..results.review import Review
from . import Failure
from .html import comparison_page, report_page
from .ranking import in_order, summary_of

__all__ = ["render"]


def render(reviews: Sequence[Review], failures: Sequence[Failure]) -> Iterator[str]:
    """The page."""
    if len(reviews) == 1:
        yield report_page(reviews[0])
        return
    told = [str(problem) for failure in failures for problem in failure.problems]
    yield comparison_page(in_order(reviews), told, summary_of(reviews, failures))
