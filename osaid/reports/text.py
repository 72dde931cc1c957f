"""Making a stranger's text safe for an output, and the sentences of an assessment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from ..cards.subject import Subject
from ..cards.vocabulary import vocabulary
from ..document.common import UNSAFE
from ..licenses.knowledge import knowledge_base
from ..messages import sentence
from ..outcome import Outcome, State
from ..rubrics.assessment import CriterionResult, Reason, Score
from ..rubrics.definition import Criterion, Rubric

__all__ = [
    "HEADINGS",
    "LINEAGE_WORDS",
    "NOTE_HEADINGS",
    "OUTCOME_WORDS",
    "UNSAFE",
    "as_of_text",
    "at_start",
    "in_words",
    "markdown",
    "message",
    "outcome_text",
    "plain",
    "range_text",
    "reasons_text",
    "remedy_text",
    "score_text",
    "shown",
    "spreadsheet",
]

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()|~&])")
_AT_START = re.compile(r"^([0-9]*)([#+=.-])")  # what means something at the start of a line only

NOTE_HEADINGS = {
    "How the file was read": ("unreadable", "conflict", "rule"),
    "Said by the file besides, and not counted": ("unmapped", "lead"),
}
"""The notes of an import: their heading and the kinds under it."""

HEADINGS = {
    "blocking": "What stands in the way",
    "question": "Open questions",
    "advice": "What would make it better",
}
"""Gaps by their severity, the most severe first."""
LINEAGE_WORDS = {"missing": "no card", "unusable": "its card cannot be used", "cycle": "made from this model in its turn"}
OUTCOME_WORDS = {
    Outcome.MET: "met",
    Outcome.PARTLY_MET: "partly met",
    Outcome.NOT_MET: "not met",
    Outcome.UNKNOWN: "unknown",
    Outcome.NOT_APPLICABLE: "not applicable",
}


def plain(text: str, most: int = 2000) -> str:
    """One line of text that a terminal shows as it is: nothing that moves the cursor, hides or turns text around."""
    if not text.isprintable() or len(text) > most:
        text = UNSAFE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
        if len(text) > most:
            text = text[: most - 1] + "…"
    return text


def markdown(text: str, most: int = 2000) -> str:
    """Text that Markdown shows as it is within a line, also within a table. See :func:`at_start`."""
    return _MARKDOWN.sub(r"\\\1", plain(text, most))


def at_start(text: str) -> str:
    """Markdown that also means nothing at the start of a line."""
    return _AT_START.sub(r"\1\\\2", text)


def spreadsheet(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    text = plain(text, 10_000)
    return "'" + text if text.lstrip()[:1] in _FORMULA and text != "-" else text


def shown(rubric: Rubric, make: Callable[[str], str] = plain) -> Rubric:
    """A rubric with all its texts made safe: a rubric can be a stranger's file too."""

    def texts(given: Mapping[str, str]) -> dict[str, str]:
        return {key: make(value) for key, value in given.items()}

    undetermined, label, summary = rubric.undetermined
    return rubric._replace(
        version=make(rubric.version),
        title=make(rubric.title),
        framework=texts(rubric.framework),
        answers=make(rubric.answers),
        audience=make(rubric.audience),
        sources={key: texts(source) for key, source in rubric.sources.items()},
        pillars=texts(rubric.pillars),
        criteria=tuple(item._replace(texts=texts(item.texts), clause=texts(item.clause)) for item in rubric.criteria),
        verdicts=tuple(rule._replace(label=make(rule.label), summary=make(rule.summary)) for rule in rubric.verdicts),
        undetermined=(undetermined, make(label), make(summary)),
        levels=tuple(rule._replace(label=make(rule.label)) for rule in rubric.levels),
    )


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
