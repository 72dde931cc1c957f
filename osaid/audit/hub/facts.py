"""What the Hub itself says of a repository, taken from an answer that may say anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ...cards.importers import hub_names
from ...cards.importers.common import MOST_BASES, MOST_DATASETS
from ...cards.importers.huggingface import RELATIONS
from ...document.common import encodable
from ...errors import Problem
from ..source import AuditError
from .names import is_commit

__all__ = ["Base", "RepoFacts", "facts_of", "plain"]

_MOST_TAGS = 2000
_MOST_LICENSES = 20
_MOST_DEPTH = 12
_MOST_TEXT = 4000


class Base(NamedTuple):
    """A base model: its name, and how the model was made from it (adapter, finetune, merge, quantized, or unspecified)."""

    name: str
    relation: str


class RepoFacts(NamedTuple):
    """What the Hub says of a model or data set at one commit. What it does not say is empty, or None.

    ``gated`` is as the Hub has it: ``auto``, ``manual``, empty (there is no gate) or None (it does not say). ``access`` is that in
    the words of a card: ``open``, ``click-through`` (everybody passes who is logged in and agrees), ``form`` (everybody passes who
    fills in what the owner asks for), ``approval`` (a person lets in), ``unknown``. A form and an approval are ``gated`` in a card; a
    click-through is not.
    """

    name: str
    asked: str
    commit: str
    author: str
    private: bool | None
    disabled: bool | None
    gated: str | None
    access: str
    licenses: tuple[str, ...]
    bases: tuple[Base, ...]
    datasets: tuple[str, ...]
    card: Mapping[str, Any]


def plain(value: Any, depth: int = _MOST_DEPTH) -> Any:
    """A value as JSON can hold it; what is nested deeper than a card has any need to is left out, and halves of surrogate pairs."""
    if isinstance(value, str):
        return encodable(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth == 0:
        return None
    if isinstance(value, Mapping):
        return {encodable(str(key)): plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth - 1) for item in value]
    return encodable(str(value))


def facts_of(raw: Any, asked: str, endpoint: str) -> RepoFacts:
    """Facts from an answer, fresh or kept in a journal. Raises AuditError if it names no repository or no commit."""
    raw = raw if isinstance(raw, dict) else {}
    name, commit = raw.get("id"), raw.get("sha")
    if not isinstance(name, str) or not hub_names.is_name(name) or ".." in name or not is_commit(commit):
        raise AuditError(Problem("hub.not-the-api", {"endpoint": endpoint}))
    card = raw["card"] if isinstance(raw.get("card"), dict) else {}
    tags = tuple(_texts(raw.get("tags"), _MOST_TAGS))
    gated = raw.get("gated")
    gated = "" if gated is False else gated if gated in ("auto", "manual") else None
    return RepoFacts(
        name=name,
        asked=asked,
        commit=str(commit),
        author=_text(raw.get("author")),
        private=_flag(raw.get("private")),
        disabled=_flag(raw.get("disabled")),
        gated=gated,
        access=_access(gated, card),
        licenses=_licenses(tags, card),
        bases=_bases(tags, card),
        datasets=_datasets(tags, card),
        card=card,
    )


def _access(gated: str | None, card: Mapping[str, Any]) -> str:
    """What a gate asks of those who want the files (Hub documentation, "Gated models")."""
    if gated is None:
        return "unknown"
    if gated == "auto":
        return "form" if card.get("extra_gated_fields") else "click-through"
    return "approval" if gated else "open"


def _licenses(tags: tuple[str, ...], card: Mapping[str, Any]) -> tuple[str, ...]:
    """The Hub's identifiers of licences: those of the tags, which the Hub makes from the card, and the card's own."""
    given = card.get("license")
    named = _texts(given if isinstance(given, list) else [given], _MOST_LICENSES)
    return tuple({name.strip().lower(): None for name in (*_tagged(tags, "license:", _MOST_LICENSES), *named)})


def _bases(tags: tuple[str, ...], card: Mapping[str, Any]) -> tuple[Base, ...]:
    """Base models, the card's first: the Hub makes tags of them, with the relation where it knows it."""
    said = card.get("base_model_relation")
    found: dict[str, str] = {}
    given = card.get("base_model")
    for name in _texts(given if isinstance(given, list) else [given], MOST_BASES):
        bare = hub_names.of_address(name.strip()) or name.strip()
        if hub_names.is_name(bare):
            found.setdefault(bare, said if isinstance(said, str) and said in RELATIONS else "")
    spelled = {name.lower(): name for name in found}
    for tag in _tagged(tags, "base_model:", 4 * MOST_BASES):
        relation, colon, name = tag.rpartition(":")
        if hub_names.is_name(name) and (not colon or relation in RELATIONS):
            known = spelled.setdefault(name.lower(), name)
            found[known] = found.get(known) or relation
    return tuple(Base(name, relation or "unspecified") for name, relation in list(found.items())[:MOST_BASES])


def _datasets(tags: tuple[str, ...], card: Mapping[str, Any]) -> tuple[str, ...]:
    given = card.get("datasets")
    named = (
        item.get("id", item.get("name")) if isinstance(item, dict) else item for item in (given if isinstance(given, list) else [given])
    )
    names = [*_texts(named, MOST_DATASETS), *_tagged(tags, "dataset:", MOST_DATASETS)]
    return tuple(dict.fromkeys(name.strip() for name in names))[:MOST_DATASETS]


def _tagged(tags: Iterable[str], begin: str, most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag[len(begin) :] for tag in tags if tag.startswith(begin) and len(tag) > len(begin)))[:most]


def _texts(value: Any, most: int) -> list[str]:
    items = list(value) if not isinstance(value, (str, bytes, dict)) and hasattr(value, "__iter__") else []
    return [item for item in map(_text, items[:most]) if item]


def _text(value: Any) -> str:
    return value[:_MOST_TEXT] if isinstance(value, str) and value.strip() else ""


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
