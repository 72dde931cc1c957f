"""What the readers of bills of materials share: dates, names on the Hub, and the card of ours that a file may hold.

A file that we wrote holds the whole card beside the format's own fields. That card is used, and the format's own fields are
held against those that we would write for it: so a change made after the export is seen. Of terms both then count.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ... import document
from ...errors import OsaidError
from ..vocabulary import vocabulary
from . import hub_names
from .bom_terms import joined, same_terms
from .common import FILE, MOST_BASES, MOST_DATASETS, MOST_WHERE, Notes, address, text

__all__ = [
    "EMBEDDED",
    "STAGES",
    "Places",
    "base_name",
    "day",
    "embedded",
    "is_host",
    "relation",
    "settle",
    "stated",
]

EMBEDDED = "osaid:card"
"""The name of the property that holds a whole card."""

STAGES = {
    "pre-training": "pretraining",
    "pretraining": "pretraining",
    "mid-training": "midtraining",
    "midtraining": "midtraining",
    "post-training": "posttraining",
    "posttraining": "posttraining",
    "training": "training",
}
"""How a stage of training is called in files, and in a card."""

_NOT_STATED = ("NOASSERTION", "noAssertion")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=T|\Z)")
_BARE_HUB = re.compile(r"https?://(www\.)?huggingface\.co/*")
_HOSTS = ("hugging face", "huggingface", "huggingface.co", "github", "modelscope", "kaggle", "ollama")
_PAPER = re.compile(r"https?://([a-z0-9-]+\.)*(arxiv\.org|doi\.org|aclanthology\.org|openreview\.net)/", re.IGNORECASE)


# --- small things -------------------------------------------------------------------------------------------------


def stated(value: Any) -> str | None:
    """A text that says something: not blank, and no placeholder for "not stated"."""
    found = text(value)
    return None if found is None or found in _NOT_STATED else found


def day(value: Any) -> str | None:
    """The day of a timestamp, if there is such a day."""
    match = _DAY.match(value) if isinstance(value, str) else None
    try:
        return datetime.date.fromisoformat(match.group()).isoformat() if match else None
    except ValueError:
        return None


def is_host(name: str) -> bool:
    """Whether a name is that of a place where models are kept: it supplies a model, and has not made it."""
    return name.strip().lower() in _HOSTS


def base_name(purl: Any, group: Any, name: Any) -> str | None:
    """What a card calls a base model: its name on the Hub, or a single word that may be a card's id. None if nothing fits."""
    name, group = text(name), text(group)
    both = f"{group}/{name}" if group and name and "/" not in name else None
    for found in (hub_names.of_purl(purl), both, name):
        if found is not None and hub_names.is_name(found):
            return found
    return None


def relation(value: Any) -> str:
    """A relation to a base model, where the text is one of the vocabulary's words; else it is not said."""
    return value if isinstance(value, str) and value in vocabulary().relations else "unspecified"


@lru_cache(maxsize=1)
def _components_by_title() -> dict[str, str]:
    return {entry["title"]: name for name, entry in vocabulary().components.items()}


class Places:
    """Addresses: the links of a model, and where its components can be got. They do not say that it can be got by anyone."""

    def __init__(self) -> None:
        self.links: dict[str, str] = {}
        self.components: dict[str, dict[str, Any]] = {}

    def on_hub(self, name: str) -> None:
        """The model's name on the Hub; the first counts."""
        self.links.setdefault("huggingface", f"https://huggingface.co/{name}")

    def component(self, name: str, url: str) -> None:
        """An address of a component."""
        where = self.components.setdefault(name, {"where": [], "evidence": [FILE]}).setdefault("where", [])
        if url not in where and len(where) < MOST_WHERE:
            where.append(url)

    def refer(self, kind: str, url: Any, comment: Any = None) -> bool:
        """Take in a reference: ``kind`` is a link's name, a component, or nothing. False if it has no place.

        A comment that is the title of a component ("training code") names that component.
        """
        found = address(url)
        if found is None:
            return False
        found = found.strip()
        titled = _components_by_title().get(comment.strip().lower()) if isinstance(comment, str) else None
        hub = hub_names.of_address(found)
        if titled is not None:
            self.component(titled, found)
        elif kind in vocabulary().components:
            self.component(kind, found)
            if hub is not None:
                self.on_hub(hub)
        elif not kind or _BARE_HUB.fullmatch(found):
            return False
        elif hub is not None and kind in ("homepage", "repository"):
            self.on_hub(hub)
        else:
            kind = "paper" if kind == "documentation" and _PAPER.match(found) else kind
            return self.links.setdefault(kind, found) == found
        return True


# --- the card inside ----------------------------------------------------------------------------------------------


def embedded(found: list[tuple[Any, tuple[str | int, ...]]], notes: Notes) -> dict[str, Any] | None:
    """The card of ours that a file holds, from the texts found where we write it; None, with a note, if it cannot be used."""
    from ..schema import shape

    if not found:
        return None
    different = {value if isinstance(value, str) else "" for value, _ in found}
    at = found[0][1]
    if len(different) != 1:
        notes.add("unreadable", "import.embedded-number", at, count=str(len(different)))
        return None
    try:
        data = document.parse(different.pop().encode(), format="json").data
        problems = shape().problems_in(data)
    except OsaidError as error:
        problems = list(error.problems)
    if problems:
        notes.add("unreadable", "import.embedded-broken", at, detail=problems[0].message)
        return None
    card: dict[str, Any] = data
    return card


def settle(card: dict[str, Any], now: Mapping[str, Any], then: Mapping[str, Any], notes: Notes, at: tuple[str | int, ...]) -> None:
    """Hold what the file's own fields say (``now``) against what we would have written for the card in it (``then``).

    Every difference is noted. Other terms are added to the card's (both count), and so are further data sets and base models.
    Both are read by the same importer; only the card is changed.
    """
    told = _Changes(notes, at)
    for key in ("name", "version", "developer"):
        told.differs(f"model.{key}", now["model"].get(key), then["model"].get(key))
    license = _license_of(now)
    if not same_terms(license, _license_of(then)):
        told.differs("licenses", license, _license_of(then))
        if license is not None:
            _restrict(card, license)
    _settle_datasets(card, now, then, told)
    bases = {base["model"]: base for base in now["model"].get("derived_from", ())}
    written = [base["model"] for base in then["model"].get("derived_from", ())]
    for model, base in bases.items():
        if model not in written:
            told.differs("model.derived_from", model, None)
            if len(card["model"].setdefault("derived_from", [])) < MOST_BASES:
                card["model"]["derived_from"].append({"model": model, "relation": base["relation"]})
    for model in written:
        if model not in bases:
            told.differs("model.derived_from", None, model)


class _Changes:
    def __init__(self, notes: Notes, at: tuple[str | int, ...]) -> None:
        self._notes, self._at = notes, at

    def differs(self, what: str, now: str | None, then: str | None) -> None:
        """Note what is said now and was said then, if it is not the same."""
        if now != then:
            self._notes.add("conflict", "import.embedded-changed", self._at, what=what, now=now or "-", then=then or "-")


def _license_of(card: Mapping[str, Any]) -> str | None:
    """All terms that an import found for the model as a whole."""
    found = (card.get("licenses", {}).get("distribution", {}).get("license"), card.get("components", {}).get("weights", {}).get("license"))
    return joined(license for license in found if license is not None)


def _restrict(card: dict[str, Any], license: str) -> None:
    """Make terms count for the model besides those of the card, wherever the card states terms of the weights."""
    places: list[tuple[dict[str, Any], str]] = []
    weights, defaults = card.get("components", {}).get("weights", {}), card.setdefault("licenses", {})
    if "license" in weights:
        places.append((weights, "license"))
    for scope in ("parameters", "distribution"):
        if scope in defaults:
            places.append((defaults[scope], "license") if isinstance(defaults[scope], dict) else (defaults, scope))
    if not places:
        places.append((defaults, "distribution"))
    for holder, key in places:
        holder[key] = joined([*([holder[key]] if key in holder else []), license]) or license


def _by_name(card: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, int], dict[str, Any]]]:
    """The data sets by stage, name and, as a name can occur again, its number."""
    for stage, said in card.get("training_data", {}).items():
        seen: dict[str, int] = {}
        for entry in said.get("datasets", ()):
            seen[entry["name"]] = seen.get(entry["name"], 0) + 1
            yield (stage, entry["name"], seen[entry["name"]]), entry


def _settle_datasets(card: dict[str, Any], now: Mapping[str, Any], then: Mapping[str, Any], told: _Changes) -> None:
    read, written, ours = dict(_by_name(now)), dict(_by_name(then)), dict(_by_name(card))
    for key, entry in read.items():
        what = f"training_data.{key[0]}.datasets"
        if key not in written:
            told.differs(what, key[1], None)
            stage = card.setdefault("training_data", {}).setdefault(key[0], {})
            if len(stage.setdefault("datasets", [])) < MOST_DATASETS:
                stage["datasets"].append({name: value for name, value in entry.items() if name != "evidence"})
            continue
        license, before = entry.get("license"), written[key].get("license")
        if not same_terms(license, before):
            told.differs(f"{what}: {key[1]}: license", license, before)
            if license is not None and key in ours:
                ours[key]["license"] = joined([*([ours[key]["license"]] if "license" in ours[key] else []), license]) or license
        told.differs(f"{what}: {key[1]}: where", " ".join(entry.get("where", ())), " ".join(written[key].get("where", ())))
    for key in written:
        if key not in read:
            told.differs(f"training_data.{key[0]}.datasets", None, key[1])
