"""Making a stranger's text safe for an output, and the sentences of an assessment."""

from __future__ import annotations

import re

from ..messages import sentence
from ..outcome import Outcome
from ..rubrics.assessment import CriterionResult, Reason, Score

__all__ = ["OUTCOME_WORDS", "markdown", "plain", "reason_text", "score_text", "spreadsheet"]

# Control characters (terminal escapes among them), characters that turn the direction of text or cannot be seen,
# and code points that are no characters.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")

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
        text = _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
        if len(text) > most:
            text = text[: most - 1] + "…"
    return text


def markdown(text: str, most: int = 2000) -> str:
    """Text that Markdown shows as it is, also within a table."""
    return _MARKDOWN.sub(r"\\\1", plain(text, most))


def spreadsheet(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    text = plain(text, 10_000)
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text


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
