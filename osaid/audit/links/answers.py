"""What is asked, what comes back, and how it gets into a card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, cast

from ...cards.importers.common import MOST_TEXT
from ...cards.locations import address_of, asked_of, everything_gone
from ...errors import Problem

__all__ = ["DEFAULT_BOUNDS", "Answer", "Bounds", "Kind", "addresses", "record"]

Kind = Literal["answers", "gone", "refused", "failed", "not-asked"]


class Bounds(NamedTuple):
    """How much is asked, and how long is waited: all times in seconds."""

    addresses: int = 500  # that are asked in one run
    seconds: float = 20.0  # for one address, without waiting for its turn
    total: float = 600.0  # for all of them
    body: int = 2 << 20  # bytes of a body that is read for its digest; 0: no digests, and no GET where HEAD succeeds
    redirects: int = 5
    tries: int = 3  # requests for one address, HEAD among them; what a redirect leads to is another address
    pause: float = 0.5  # between two requests to one host
    wait: float = 10.0  # the longest that a Retry-After is waited for; a host that asks for more is left alone
    hosts: int = 8  # that are asked at the same time
    days: int = (
        7  # within which an address that answered, was gone or refused is not asked again (0: all are); what failed is, the next day
    )


DEFAULT_BOUNDS = Bounds()


class Answer(NamedTuple):
    """What came of an address. ``note`` says why, where the status does not."""

    address: str
    checked: str
    answer: Kind
    status: str = ""
    redirect: str = ""
    sha256: str = ""
    note: Problem | None = None


def addresses(data: Mapping[str, Any]) -> list[str]:
    """Every http and https address of a card, once, in the order of the card; without fragment, user and password."""
    return list(dict.fromkeys(address for _, address in asked_of(data)))


def record(data: Mapping[str, Any], answers: Iterable[Answer]) -> dict[str, Any]:
    """A card's data with what was answered as its ``locations``. ``data`` stays as it is.

    What was known of an address stays where it was not asked now; what is known of an address that the card no longer names goes. A
    data set of which nobody said in what state it is, and whose every address is gone, is said to be gone. Nothing else changes.
    """
    known = {address_of(key): entry for key, entry in data.get("locations", {}).items()}
    now = {answer.address: answer for answer in answers}
    locations: dict[str, dict[str, str]] = {}
    for address in addresses(data):
        answer = now.get(address)
        if answer is not None and not (answer.answer == "not-asked" and address in known):
            locations[address] = _entry(answer)
        elif address in known:
            locations[address] = dict(known[address])
    card = {key: value for key, value in data.items() if key not in ("locations", "notes")}
    if "training_data" in card:
        card["training_data"] = {stage: _stage(said, locations) for stage, said in card["training_data"].items()}
    if locations:
        card["locations"] = locations
    if "notes" in data:
        card["notes"] = data["notes"]
    return card


def _entry(answer: Answer) -> dict[str, str]:
    note = answer.note.message[:MOST_TEXT] if answer.note is not None else ""
    entry = {"checked": answer.checked, "answer": answer.answer, "status": answer.status}
    entry |= {"redirect": answer.redirect, "sha256": answer.sha256, "note": note}
    return {key: value for key, value in entry.items() if value}


def _stage(said: Mapping[str, Any], locations: Mapping[str, Mapping[str, str]]) -> Mapping[str, Any]:
    if "datasets" not in said:
        return said
    sets = [
        {**dataset, "state": "gone"} if dataset.get("state", "unknown") == "unknown" and everything_gone(dataset, locations) else dataset
        for dataset in cast("list[dict[str, Any]]", said["datasets"])
    ]
    return {**said, "datasets": sets}
