"""Document to card: what the card says, checked against its shape, with the place of everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import document
from ..document import DEFAULT_LIMITS, Document, Limits
from ..errors import CardError, DocumentError, Problem
from .schema import shape
from .subject import Subject

if TYPE_CHECKING:
    from .model import Card

__all__ = ["LoadedCard", "from_mapping", "load_card", "parse_card", "read_card", "read_whole"]


class LoadedCard(NamedTuple):
    """A card as read: its checked data, what identifies it, and the document it stands in (None: made in memory)."""

    subject: Subject
    data: Mapping[str, Any]
    document: Document | None

    @property
    def facts(self) -> Card:
        """The same facts as pydantic models."""
        from .model import Card

        return Card.model_validate(self.data)


def load_card(path: str, limits: Limits = DEFAULT_LIMITS) -> LoadedCard:
    """Read a card from a file. Raises DocumentError or CardError with everything that is wrong."""
    return read_whole(lambda: document.load(path, limits))


def parse_card(raw: bytes, *, path: str | None = None, limits: Limits = DEFAULT_LIMITS) -> LoadedCard:
    """Read a card from bytes. Raises DocumentError or CardError."""
    return read_whole(lambda: document.parse(raw, path=path, limits=limits))


def read_whole(read: Callable[[], Document]) -> LoadedCard:
    """Read a card from what ``read`` gives, and tell all that is wrong with it at once, document and card.

    Raises DocumentError or CardError.
    """
    try:
        source = read()
    except DocumentError as error:
        rest = error.rest
        if not isinstance(rest, Document):
            raise
        try:
            read_card(rest)
        except CardError as more:
            problems = sorted([*error.problems, *more.problems], key=lambda problem: (problem.place.line or 0, problem.place.column or 0))
            raise DocumentError(problems, rest) from None
        raise
    return read_card(source)


def read_card(source: Document) -> LoadedCard:
    """Read a card from a document. Raises CardError with everything that is wrong, in order of place."""
    data = source.data
    if not isinstance(data, dict) or "osaid_card" not in data:
        raise CardError(Problem("card.not-a-card", {}, source.place()))
    problems = shape().problems(source)
    if problems:
        raise CardError(problems, source)
    return LoadedCard(_subject(data, source.path, source.format, source.sha256), data, source)


def from_mapping(data: Mapping[str, Any] | Card, *, path: str | None = None) -> LoadedCard:
    """Make a card from plain data or from pydantic models. Raises CardError.

    The digest is that of the data as JSON with sorted keys, so equal facts have equal digests.
    """
    import hashlib
    import json

    from .model import Card

    if not isinstance(data, Card):
        problems = shape().problems_in(data)
        if problems:
            raise CardError(problems)
        data = Card.model_validate(data)
    plain = data.model_dump(mode="json")
    raw = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return LoadedCard(_subject(plain, path, "data", hashlib.sha256(raw).hexdigest()), plain, None)


def _subject(data: Mapping[str, Any], path: str | None, format: str, sha256: str) -> Subject:
    model = data["model"]
    return Subject(path, format, model["id"], model["name"], model.get("developer", ""), model.get("version", ""), data["as_of"], sha256)
