"""Parts of a CycloneDX file: components, their licences, and data sets."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, NamedTuple

from ...licenses.expression import terms
from . import hub_names
from .bom import STAGES, Places, stated
from .bom_terms import MOST_NAME, besides, decoded, joined, of_text, same_terms, unread, written
from .common import FILE, MOST_DATASETS, MOST_WHERE, Notes, address, keys_but, text

__all__ = ["Data", "Part", "Terms", "as_map", "maps", "properties"]

_STAGE = "cdx:ai-ml:dataset:stage"
_EVALUATION = ("evaluation", "testing", "test", "validation")
_ACCESS = {"osaid:access": ("open", "public", "obtainable", "unshareable"), "osaid:state": ("available", "gone")}
_OF_DATA = frozenset(("type", "bom-ref", "name", "version", "purl", "licenses", "externalReferences", "properties", "contents", "data"))

At = tuple[str | int, ...]


class Part(NamedTuple):
    """A map in the file, and the way to it."""

    data: dict[str, Any]
    at: At


def maps(value: Any, at: At) -> list[Part]:
    """The maps in a list."""
    return [Part(item, (*at, index)) for index, item in enumerate(value) if isinstance(item, dict)] if isinstance(value, list) else []


def as_map(value: Any) -> dict[str, Any]:
    """A map as it is; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def properties(parts: list[Part], name: str) -> list[Part]:
    """The properties of a name."""
    found = (entry for part in parts for entry in maps(part.data.get("properties"), (*part.at, "properties")))
    return [entry for entry in found if entry.data.get("name") == name]


# --- terms --------------------------------------------------------------------------------------------------------


class Terms:
    """Gathers the licences of a component. The format does not say how several go together: then all of them count."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._found: dict[str, list[str]] = {}  # by how it is known: an expression, declared, concluded, or neither
        self._clash = False
        self._url: str | None = None  # where the text of a licence with a name of its own is said to be

    @property
    def note(self) -> str | None:
        """Where the text of a licence is said to be, for which there is only a name."""
        return text(f"The text is said to be at {self._url}") if self._url else None

    def take(self, given: Any, what: str, at: At) -> None:
        """Take in a list of licences. An entry that cannot be read counts as terms that are not known."""
        if given is not None and not isinstance(given, list):
            self._unread("", given, what, at)
        for index, entry in enumerate(given if isinstance(given, list) else ()):
            here = (*at, index)
            if not isinstance(entry, dict):
                self._unread("", entry, f"{what}[]", here)
                continue
            license = entry.get("license")
            known = as_map(license).get("acknowledgement") or entry.get("acknowledgement")
            known = known if known in ("declared", "concluded") else ""
            if (expression := entry.get("expression")) is not None:
                self._expression(f"{known} expression", expression, entry.get("expressionDetails"), what, here)
            if isinstance(license, dict):
                self._named(known, license, what, here)
            elif license is not None or expression is None:
                self._unread(known, license, f"{what}[].license", here)

    def _add(self, known: str, *licenses: str) -> None:
        self._found.setdefault(known, []).extend(licenses)

    def _unread(self, known: str, value: Any, what: str, at: At) -> None:
        """Count what cannot be read. A name where the format has none counts as it is only if it restricts."""
        name = value if isinstance(value, str) and len(value) <= MOST_NAME else ""
        self._add(known, name if terms(name).free == "no" else unread(value))
        self._notes.add("unreadable", "import.license-unread", at, what=what)

    def _expression(self, known: str, expression: Any, details: Any, what: str, at: At) -> None:
        """Take in an expression. Texts and addresses for its parts may stand beside it."""
        if (license := written(expression)) is None:
            self._unread(known, expression, f"{what}[].expression", at)
            return
        self._add(known, license)
        for detail in details if isinstance(details, list) else [] if details is None else [details]:
            part = written(as_map(detail).get("licenseIdentifier"))
            if part is None:
                self._unread(known, detail, f"{what}[].expressionDetails", at)
            else:
                text_of, url = decoded(detail.get("text")), detail.get("url")
                self._add(known, *besides(part, text_of, [url], (self._notes, f"{what}[].expressionDetails", at)))

    def _named(self, known: str, license: dict[str, Any], what: str, at: At) -> None:
        """Take in a licence by its id, its name, or both; without either by its address or its text."""
        names: list[str] = []
        for key in ("id", "name"):
            if (name := written(value := license.get(key))) is not None and (key == "name" or len(name) <= MOST_NAME):
                names.append(name)
            elif value is not None and value != "":
                self._unread(known, value, f"{what}[].license.{key}", at)
        url, content = license.get("url"), decoded(license.get("text"))
        long = any(len(name) > MOST_NAME for name in names)
        self._clash = self._clash or (len(names) > 1 and (long or not same_terms(*names)))
        if names:
            stands_for = None if long or len(names) == 1 else joined(names)
            self._add(known, *names, *besides(stands_for or names[0], content, [url], (self._notes, f"{what}[].license", at)))
            if not license.get("id"):
                self._url = self._url or address(url)
        else:
            said = [name for name in (written(url), of_text(content)) if name is not None]
            self._add(known, *said)
            if not said or written(url) is None:
                self._unread(known, None, f"{what}[].license", at)
        if any(as_map(license.get("licensing")).get(key) for key in ("licenseTypes", "expiration")):
            self._unread(known, "licensing", f"{what}[].license.licensing", at)
        for key in keys_but(license, ("id", "name", "url", "acknowledgement", "bom-ref")):
            self._notes.unmapped(f"{what}[].license.{key}", (*at, "license", key))

    def settled(self, what: str, at: At) -> str | None:
        """The terms as one text, or None."""
        groups = [found for licenses in self._found.values() if (found := joined(licenses)) is not None]
        license = joined(name for licenses in self._found.values() for name in licenses)
        if license is None:
            return None
        if self._clash or any(not same_terms(groups[0], other) for other in groups[1:]):
            self._notes.add("conflict", "import.licenses-differ", at, what=what, license=license)
        elif not all(same_terms(license, name) for licenses in self._found.values() for name in licenses):
            self._notes.add("rule", "import.licenses-joined", at, what=what, license=license)
        return license


# --- data sets ----------------------------------------------------------------------------------------------------


class Data:
    """The data sets of the model, by stage; those for evaluation are a component."""

    def __init__(self, listed: list[Part], notes: Notes) -> None:
        self._notes = notes
        self._stages: dict[str, list[dict[str, Any]]] = {}
        self._listed = listed  # the components besides the model
        self._by_ref: dict[str, list[Part]] = {}
        for part in self._listed:
            if isinstance(ref := part.data.get("bom-ref"), str):
                self._by_ref.setdefault(ref, []).append(part)
        self._evaluation: list[dict[str, Any]] = []
        self._role_untold: At | None = None

    def read(self, parts: list[Part], places: Places) -> dict[str, list[dict[str, Any]]]:
        """The training data: what the model card names, and components whose stage of training a property tells."""
        used: set[At] = set()
        refs: set[str] = set()
        for part in parts:
            at = (*part.at, "modelCard", "modelParameters", "datasets")
            given = as_map(as_map(part.data.get("modelCard")).get("modelParameters")).get("datasets")
            if given is not None and not isinstance(given, list):
                self._notes.wrong_type("modelCard.modelParameters.datasets", at)
            for entry in maps(given, at):
                ref = entry.data.get("ref")
                if isinstance(ref, str) and ref in refs:
                    continue
                refs.add(ref if isinstance(ref, str) else "")
                meant = self._by_ref.get(ref, []) if isinstance(ref, str) else [entry]
                if not meant and text(ref):
                    self._add(Part({"name": ref}, entry.at))
                for target in meant:
                    if target.at not in used:
                        used.add(target.at)
                        self._add(target, inline=target is entry)
        for part in self._listed:
            if part.at in used:
                continue
            if part.data.get("type") == "data" and properties([part], _STAGE):
                self._add(part)
            else:
                kind = part.data.get("type")
                # Another model is named: it may be the same one under another name, which is for a person to see.
                name = f" ({part.data.get('name')})" if kind == "machine-learning-model" else ""
                self._notes.unmapped(f"components: {kind}{name}", part.at)
        if self._role_untold is not None:
            self._notes.add("rule", "import.data-role", self._role_untold)
        self._evaluated(places)
        return self._stages

    def _add(self, part: Part, inline: bool = False) -> None:
        data = part.data
        if inline and data.get("type") not in (None, "dataset"):
            self._notes.unmapped(f"modelCard.modelParameters.datasets: {data['type']}", part.at)
            return
        inner = maps(data.get("data"), (*part.at, "data"))
        where = _addresses(data, [item.data for item in inner])
        name = stated(data.get("name")) or next((found for item in inner if (found := stated(item.data.get("name")))), None)
        name = name or (where[0] if where else None)
        if name is None:
            self._notes.wrong_type("the name of a data set", part.at)
            return
        entry: dict[str, Any] = {"name": name}
        for key, words in _ACCESS.items():
            values = [item.data.get("value") for item in properties([part], key)]
            if values and values[0] in words:
                entry[key.removeprefix("osaid:")] = values[0]
        if where:
            entry["where"] = where
        licenses = Terms(self._notes)
        licenses.take(data.get("licenses"), "licenses", (*part.at, "licenses"))
        if (license := licenses.settled(name, part.at)) is not None:
            entry["license"] = license
        for other in maps(data.get("properties"), (*part.at, "properties")):
            if other.data.get("name") not in (_STAGE, *_ACCESS):
                self._notes.unmapped("data sets: properties", other.at)
        for item in [part, *inner]:
            for key in keys_but(item.data, _OF_DATA):
                self._notes.unmapped(f"data sets: {key}", (*item.at, key))
        self._place(part, {**entry, "evidence": [FILE]})

    def _place(self, part: Part, entry: dict[str, Any]) -> None:
        """Sort a data set in by the stages that its properties name."""
        said = [str(item.data.get("value")).strip().lower() for item in properties([part], _STAGE)]
        stages = [STAGES[word] for word in said if word in STAGES]
        if any(word in _EVALUATION for word in said):
            self._evaluation.append(entry)
            if not stages:
                return
        if not stages:
            self._role_untold = self._role_untold or part.at
        for stage in dict.fromkeys(stages or ["training"]):
            if len(self._stages.setdefault(stage, [])) < MOST_DATASETS:
                self._stages[stage].append(copy.deepcopy(entry))
            else:
                self._notes.unmapped("data sets beyond the first thousand of a stage", part.at)

    def _evaluated(self, places: Places) -> None:
        for entry in self._evaluation:
            for url in entry.get("where", ()):
                places.component("evaluation_data", url)
        license = joined(entry["license"] for entry in self._evaluation if "license" in entry)
        if self._evaluation:
            component = places.components.setdefault("evaluation_data", {"evidence": [FILE]})
            if license is not None:
                component["license"] = license


def _addresses(data: Mapping[str, Any], inner: list[dict[str, Any]]) -> list[str]:
    """Where a data set can be got: its contents, references that distribute it, its name on the Hub."""
    found = [address(as_map(item.get("contents")).get("url")) for item in (data, *inner)]
    for reference in maps(data.get("externalReferences"), ()):
        if reference.data.get("type") in ("distribution", "website", "vcs", "source-distribution"):
            found.append(address(reference.data.get("url")))
    if (name := hub_names.of_purl(data.get("purl"))) is not None:
        found.append(hub_names.dataset_address(name))
    return list(dict.fromkeys(item.strip() for item in found if item is not None))[:MOST_WHERE]
