"""Small cards for the tests of frameworks: a card on which all is open, and changes to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support import full_card, load

from osaid import Assessment, assess, load_rubric

EU, G7, OWD = "eu-ai-act-open-source", "g7-openness-2026", "open-weights-1.0"
FRAMEWORKS = (EU, G7, OWD)
VERDICTS = {
    EU: ["exempt", "not-exempt"],
    G7: ["open-source-ai-with-open-data", "open-source-ai", "open-weights-ai", "weights-available-ai", "closed"],
    OWD: ["conforms", "conforms-if-terms-change", "does-not-conform"],
}
LLAMA, RAIL = "LicenseRef-Llama-2-Community", "LicenseRef-BigScience-OpenRAIL-M"
Change = Callable[[dict[str, Any]], None]


# --- cards --------------------------------------------------------------------------------------------------------


def open_card() -> dict[str, Any]:
    """A card on which everything is told, open, and free of charge."""
    card = full_card()
    card["statements"] = {
        "general_purpose": {"answer": "applies", "evidence": ["paper"]},
        "systemic_risk": {"answer": "does-not-apply", "evidence": ["paper"]},
        "paid_access": {"answer": "does-not-apply", "evidence": ["repo"]},
        "personal_data": {"answer": "does-not-apply", "evidence": ["repo"]},
    }
    return card


def release(value: str | None, *names: str) -> Change:
    """How components are released; None takes them out of the card."""

    def change(card: dict[str, Any]) -> None:
        for name in names:
            if value is None:
                del card["components"][name]
            else:
                card["components"][name]["release"] = value

    return change


def under(license: str | None, *names: str) -> Change:
    """Components under a licence of their own; None takes every licence out of the card."""

    def change(card: dict[str, Any]) -> None:
        if license is None:
            card.pop("licenses", None)
        for name in names:
            if license is not None:
                card["components"][name]["license"] = license

    return change


def says(statement: str, answer: str | None) -> Change:
    def change(card: dict[str, Any]) -> None:
        if answer is None:
            del card["statements"][statement]
        else:
            card["statements"][statement]["answer"] = answer

    return change


def stage(card: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = card["training_data"]["training"]
    return found


def dataset(**keys: str | None) -> Change:
    def change(card: dict[str, Any]) -> None:
        for key, value in keys.items():
            if value is None:
                stage(card)["datasets"][0].pop(key, None)
            else:
                stage(card)["datasets"][0][key] = value

    return change


def topic(level: str, *names: str) -> Change:
    def change(card: dict[str, Any]) -> None:
        for name in names:
            stage(card)["description"][name]["level"] = level

    return change


def listing(**levels: str) -> Change:
    def change(card: dict[str, Any]) -> None:
        for name, level in levels.items():
            stage(card)["listing"][name]["level"] = level

    return change


def withheld_set(access: str) -> Change:
    """One more data set, which is not shared."""

    def change(card: dict[str, Any]) -> None:
        stage(card)["datasets"].append({"name": "Withheld", "access": access, "evidence": ["paper"]})
        stage(card)["listing"]["unshareable" if access == "unshareable" else "third_party"]["level"] = "full"

    return change


def second_set(**keys: str) -> Change:
    """One more data set, open and there, but for what is said here."""

    def change(card: dict[str, Any]) -> None:
        stage(card)["datasets"].append({**stage(card)["datasets"][0], "name": "Second", **keys})

    return change


def no_data(card: dict[str, Any]) -> None:
    """As of many models: nothing is told of the data, and that is known."""
    here = stage(card)
    for claim in (*here["description"].values(), here["covers_all_data"], *here["listing"].values()):
        claim["level"] = "none"
    del here["datasets"]


def made(*changes: Change) -> dict[str, Any]:
    card = open_card()
    for change in changes:
        change(card)
    return card


def judged(name: str, *changes: Change) -> Assessment:
    return assess(load(made(*changes)), load_rubric(name))


def failing(result: Assessment) -> set[str]:
    """The criteria that are not met in full, whether known or not, without those that never count."""
    rubric = load_rubric(result.rubric.id)
    roles = {criterion.id: criterion.role for criterion in rubric.criteria}
    return {
        item.id
        for item in result.criteria
        if item.outcome not in ("met", "not_applicable") and roles[item.id] not in ("optional", "information")
    }
