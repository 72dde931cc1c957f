"""The addresses that a card names, and what its ``locations`` say of them. No rubric sees that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..document.common import short

__all__ = ["address_of", "asked_of", "datasets", "doubts", "everything_gone"]

_Path = tuple[str | int, ...]
_PARTS = re.compile(r"(https?://)([^/?#]*)([^#]*)", re.IGNORECASE)


def address_of(text: str) -> str:
    """The address that a text of a card stands for when it is asked: without fragment, user and password.

    An empty text for anything but an http or https address.
    """
    text = text.strip()
    found = _PARTS.match(text)
    if found is None or len(text.split()) > 1:
        return ""
    scheme, authority, rest = found.groups()
    host = authority.rpartition("@")[2]  # the host is what follows the last @
    return f"{scheme}{host}{rest}" if host else ""


def asked_of(data: Mapping[str, Any]) -> Iterator[tuple[_Path, str]]:
    """Every http and https address of a card with the way to it: links, where, sources of evidence. As :func:`address_of` gives it."""
    for path, text in _texts(data):
        address = address_of(text)
        if address:
            yield path, address


def _texts(data: Mapping[str, Any]) -> Iterator[tuple[_Path, str]]:
    for name, text in data["model"].get("links", {}).items():
        yield ("model", "links", name), text
    for name, component in data.get("components", {}).items():
        yield from _where(("components", name), component)
    for path, dataset in datasets(data):
        yield from _where(path, dataset)
    for identifier, entry in data.get("evidence", {}).items():
        yield ("evidence", identifier, "source"), entry["source"]


def _where(path: _Path, claim: Mapping[str, Any]) -> Iterator[tuple[_Path, str]]:
    for index, text in enumerate(claim.get("where", ())):
        yield (*path, "where", index), text


def datasets(data: Mapping[str, Any]) -> Iterator[tuple[_Path, Mapping[str, Any]]]:
    """Every data set of a card with the way to it."""
    for stage, said in data.get("training_data", {}).items():
        for index, dataset in enumerate(said.get("datasets", ())):
            yield ("training_data", stage, "datasets", index), dataset


def everything_gone(dataset: Mapping[str, Any], locations: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a data set has addresses, and all of them are gone. One that cannot be asked, such as s3://, is not gone."""
    where = [address_of(text) for text in dataset.get("where", ())]
    return bool(where) and all(locations.get(address, {}).get("answer") == "gone" for address in where)


def doubts(data: Mapping[str, Any]) -> Iterator[tuple[str, str, _Path, dict[str, str]]]:
    """What its locations make doubtful about a card: severity, code, the way to it, and parameters of the sentence."""
    if not data.get("locations"):
        return
    found = {address_of(key) or key: entry for key, entry in data["locations"].items()}
    unused = set(found)
    known_gone = {path for path, dataset in datasets(data) if dataset.get("state") == "gone"}
    for path, address in asked_of(data):
        entry = found.get(address, {})
        unused.discard(address)
        told = {"address": short(address, 300), "day": entry.get("checked", "")}
        if path[:4] in known_gone:
            if entry.get("answer") == "answers":
                yield "note", "finding.location-not-gone", path, told
        elif entry.get("answer") == "gone":
            yield "warning", "finding.location-gone", path, told
        read = data["evidence"][path[1]].get("sha256", "") if path[0] == "evidence" else ""
        if read and entry.get("sha256", read) != read:
            yield "note", "finding.location-changed", path, told
    for path, dataset in datasets(data):
        if path not in known_gone and everything_gone(dataset, found):
            yield "warning", "finding.dataset-gone", path, {"dataset": short(dataset["name"], 80)}
    for key in data["locations"]:
        if (address_of(key) or key) in unused:
            yield "warning", "finding.location-unused", ("locations", key), {"address": short(address_of(key) or key, 300)}
