"""Making a stranger's text safe for an output, and the sentences of an assessment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ..messages import sentence
from ..outcome import Outcome
from ..rubrics.assessment import CriterionResult, Reason, Score
from ..rubrics.rubric import Rubric

__all__ = ["LINEAGE_WORDS", "OUTCOME_WORDS", "UNSAFE", "at_start", "markdown", "plain", "reason_text", "score_text", "shown", "spreadsheet"]

# Control characters (terminal escapes among them), characters that turn the direction of text or cannot be seen,
# and code points that are no characters.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()|~&])")
_AT_START = re.compile(r"^([0-9]*)([#+=.-])")  # what means something at the start of a line only

LINEAGE_WORDS = {"missing": "no card", "cycle": "made from this model in its turn"}
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


def reason_text(reason: Reason) -> str:
    """A reason as a sentence, followed by the card's own remark."""
    text = sentence(reason.code, reason.params)
    return f"{text} {reason.note}" if reason.note else text


def reasons_text(result: CriterionResult) -> str:
    """All reasons of a criterion in one paragraph."""
    return " ".join(reason_text(reason) for reason in result.reasons)


def score_text(score: Score | None) -> str:
    """``46`` where it is settled, ``46 (46-71)`` where unknowns leave room, ``-`` where nothing applies."""
    if score is None:
        return "-"
    value, high = f"{score.value:.0f}", f"{score.high:.0f}"
    return value if value == high else f"{value} ({value}-{high})"
