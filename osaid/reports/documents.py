"""Reports as documents: one module each, found by name in :data:`FORMATS`. Nothing here decides anything.

A module has ``render(reviews, failures)``: what is known of the models and the inputs that could not be read, text or bytes out, in pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module

from ..results.review import Review
from . import Failure

__all__ = ["FORMATS", "render"]

FORMATS = {
    "html": "report_html",
    "markdown": "report_markdown",
    "pdf": "report_pdf",
}
"""Forms of a report: their name on the command line and their module here."""


def render(form: str, reviews: Sequence[Review], failures: Sequence[Failure]) -> Iterator[str | bytes]:
    """A report in a form of :data:`FORMATS`: of one model, or of several beside each other. Raises UsageError if an extra is missing."""
    module = import_module(f".{FORMATS[form]}", __package__)
    pieces: Iterator[str | bytes] = module.render(reviews, failures)
    return pieces
