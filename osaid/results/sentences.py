"""The sentences of an assessment: its reasons, outcomes, remedies and scores in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

from ..cards.subject import Subject
from ..cards.vocabulary import vocabulary
from ..licenses.knowledge import knowledge_base
from ..messages import sentence
from ..outcome import Outcome, State
from ..rubrics.assessment import CriterionResult, Reason, Score
from ..rubrics.definition import Criterion

__all__ = [
    "HEADINGS",
    "LINEAGE_WORDS",
    "NOTE_HEADINGS",
    "NOTE_KINDS",
    "OUTCOME_WORDS",
    "Words",
    "as_of_text",
    "in_words",
    "message",
    "only_bases_to_blame",
    "outcome_text",
    "range_text",
    "reasons_text",
    "remedy_text",
    "score_text",
]

_Key = TypeVar("_Key")


class Words(Mapping[_Key, str]):
    """Words by what they stand for, from the catalogue of messages, each looked up when it is asked for."""

    def __init__(self, codes: Mapping[_Key, str]) -> None:
        self._codes = codes

    def __getitem__(self, key: _Key) -> str:
        return sentence(self._codes[key])

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)


NOTE_KINDS = {"read": ("unreadable", "conflict", "rule"), "besides": ("unmapped", "lead")}
"""The notes of an import: the kinds that stand together."""
NOTE_HEADINGS = Words({"read": "heading.notes-read", "besides": "heading.notes-besides"})
"""The headings of these."""
HEADINGS = Words({"blocking": "heading.blocking", "question": "heading.question", "advice": "heading.advice"})
"""Gaps by their severity, the most severe first."""
LINEAGE_WORDS = Words({"missing": "heading.base-missing", "unusable": "heading.base-unusable", "cycle": "heading.base-cycle"})
"""Why there is no verdict on a base model."""
OUTCOME_WORDS = Words(
    {
        Outcome.MET: "outcome.met",
        Outcome.PARTLY_MET: "outcome.partly-met",
        Outcome.NOT_MET: "outcome.not-met",
        Outcome.UNKNOWN: "outcome.unknown",
        Outcome.NOT_APPLICABLE: "outcome.not-applicable",
    }
)
"""The five outcomes."""


def message(reason: Reason) -> str:
    """A reason as a sentence, with what it rests on in the card of a base model."""
    text = _sentence(reason.code, tuple(reason.params.items()))
    if reason.because:
        text += " " + sentence("lineage.there", {"why": " ".join(map(message, reason.because))})
    return text


@lru_cache(maxsize=4096)
def _sentence(code: str, params: tuple[tuple[str, str], ...]) -> str:
    return sentence(code, in_words(dict(params)))


def in_words(params: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a reason with words for the ids in them: what a translation has to translate besides the sentences."""
    words = {name: _WORDS[name](value) if value and name in _WORDS else value for name, value in params.items()}
    if params.get("restrictions") == "":
        words["restrictions"] = sentence("restrictions.none-known")
    return words


@lru_cache(maxsize=4096)
def _components(ids: str) -> str:
    return ", ".join(vocabulary().components[name]["title"] for name in ids.split(", "))


@lru_cache(maxsize=4096)
def _restrictions(ids: str) -> str:
    return "; ".join(knowledge_base().kind(name).title for name in ids.split(", "))


@lru_cache(maxsize=256)
def _subject(ids: str) -> str:
    entries = {**vocabulary().topics, **vocabulary().listings}
    return " and ".join(entries[name]["title"] for name in ids.split(", "))


_WORDS: dict[str, Callable[[str], str]] = {
    "component": _components,
    "components": _components,
    "restrictions": _restrictions,
    "what": _subject,
    "stage": lambda name: f" ({vocabulary().stages[name]['title']})",
    "relation": lambda name: vocabulary().relations[name]["title"],
    "statement": lambda name: vocabulary().statements[name]["title"],
}


def as_of_text(subject: Subject) -> str:
    """The day on which a card was true, in words."""
    return "of no stated day" if subject.as_of == "unknown" else f"as of {subject.as_of}"


def reasons_text(result: CriterionResult) -> str:
    """All reasons of a criterion in one paragraph, each followed by the card's own remark."""
    text = " ".join(f"{message(reason)} {reason.note}" if reason.note else message(reason) for reason in result.reasons)
    return text if result.supported else f"{text} {sentence('claim.unsupported')}"


def outcome_text(result: CriterionResult) -> str:
    """The outcome in words. What is unknown and can no longer be met in full says so."""
    return sentence("outcome.unknown-not-full") if result.state is State.NOT_OR_PARTLY else OUTCOME_WORDS[result.outcome]


def remedy_text(result: CriterionResult, criterion: Criterion) -> str:
    """What to do about a gap: mend the claim, the base, or what the criterion asks for."""
    if result.outcome is Outcome.MET:
        return sentence("remedy.evidence")
    if result.inherited_from and all(reason.code.startswith("lineage.base-") for reason in result.reasons):
        return sentence("remedy.base", {"bases": ", ".join(result.inherited_from)})
    return criterion.texts["remedy"]


_OF_A_BASE = ("lineage.base-met", "lineage.base-partly-met", "lineage.base-not-met", "lineage.base-unknown")


def only_bases_to_blame(result: CriterionResult) -> tuple[str, ...]:
    """The base models that alone are to blame for a gap; empty where the model itself is."""
    return result.inherited_from if all(reason.code.startswith(_OF_A_BASE) for reason in result.reasons) else ()


def range_text(score: Score | None) -> str:
    """``46`` where it is settled, ``46-71`` where unknowns leave room, ``-`` where nothing applies."""
    if score is None:
        return "-"
    value, high = f"{score.value:.0f}", f"{score.high:.0f}"
    return value if value == high else f"{value}-{high}"


def score_text(score: Score | None) -> str:
    """``46`` where it is settled, ``46 (46-71)`` where unknowns leave room, ``-`` where nothing applies."""
    if score is None:
        return "-"
    value, high = f"{score.value:.0f}", f"{score.high:.0f}"
    return value if value == high else f"{value} ({value}-{high})"
