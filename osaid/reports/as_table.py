"""Text for people: one card in full, or many cards a line each, best first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from ..outcome import Outcome
from ..rubrics.assessment import Assessment, CriterionResult, Gap, Score
from ..rubrics.rubric import Criterion, Rubric
from . import Context, Failure, Result
from .ranking import Standing, standing, summary
from .text import LINEAGE_WORDS, OUTCOME_WORDS, plain, reasons_text, score_text, shown

_BAR = 20
_HEADINGS = {
    "blocking": "What stands in the way",
    "question": "Open questions",
    "advice": "What would make it better",
}
_STYLES = {"best": "\033[1;32m", "middle": "\033[1;33m", "worst": "\033[1;31m"}
_RESET = "\033[0m"


def render(results: Iterable[Result], context: Context) -> Iterator[str]:
    """One input is shown in full, several as a table."""
    context = context._replace(rubric=shown(context.rubric))
    if context.one:
        for result in results:
            if not isinstance(result, Failure):
                yield from one(result, context)
        return
    yield from many(results, context)


# --- one card -----------------------------------------------------------------------------------------------------


def one(assessment: Assessment, context: Context) -> Iterator[str]:
    """Verdict, score, pillars and gaps of one card."""
    rubric, subject = context.rubric, assessment.subject
    label, said = rubric.verdict_texts(assessment.verdict.id)
    by = f", {plain(subject.developer)}" if subject.developer else ""
    yield f"{plain(subject.name)}{by}\n"
    if subject.version:
        yield f"{plain(subject.version)}\n"
    yield "\n"
    yield from _wrapped(f"{rubric.title} ({rubric.id} {rubric.version}), as of {subject.as_of}. {rubric.answers}", context, "  ")
    yield "\n"
    yield f"  {_styled(label.upper(), assessment.verdict.id, context)}\n"
    yield from _wrapped(said, context, "  ")
    yield from _wrapped(_in_short(assessment, rubric), context, "  ")
    if len(assessment.verdict.possible) > 1:
        still = " or ".join(rubric.verdict_texts(verdict)[0] for verdict in assessment.verdict.possible)
        yield from _wrapped(f"Once the open questions are answered, it can be: {still}.", context, "  ")
    yield "\n"
    yield f"  Score {score_text(assessment.score)} of 100. It is advisory: the verdict asks for everything.\n"
    if assessment.score.low != assessment.score.high:
        yield "  The range leaves room for what is unknown.\n"
    yield "\n"
    titles = [rubric.pillars[pillar.id] for pillar in assessment.pillars]
    wide = max(map(len, titles))
    for pillar, title in zip(assessment.pillars, titles, strict=True):
        counts = ", ".join(f"{count} {OUTCOME_WORDS[outcome]}" for outcome, count in zip(Outcome, pillar.counts, strict=True) if count)
        yield f"  {title:<{wide}}  {_bar(pillar.score)}  {score_text(pillar.score):<11}  {counts}\n"
    if assessment.lineage:
        yield "\n  Made from\n"
        for step in assessment.lineage:
            known = rubric.verdict_texts(step.verdict)[0] if step.verdict else LINEAGE_WORDS[step.status]
            yield f"  - {plain(step.model)}: {known}\n"
    yield from _gaps(assessment, context)
    yield "\n"
    if assessment.gaps:
        yield f"More: osaid explain {assessment.gaps[0].criterion}\n"


def _in_short(assessment: Assessment, rubric: Rubric) -> str:
    counted: list[Outcome] = [
        result.outcome
        for result, criterion in zip(assessment.criteria, rubric.criteria, strict=True)
        if criterion.role in ("required", "if-used") and result.outcome is not Outcome.NOT_APPLICABLE
    ]
    parts = [f"{counted.count(outcome)} {OUTCOME_WORDS[outcome]}" for outcome in Outcome if counted.count(outcome)]
    return f"Of the {len(counted)} requirements that apply: {', '.join(parts)}."


def _gaps(assessment: Assessment, context: Context) -> Iterator[str]:
    rubric = context.rubric
    results = {result.id: (result, criterion) for result, criterion in zip(assessment.criteria, rubric.criteria, strict=True)}
    addresses = {basis.id: basis for basis in assessment.evidence}
    for severity, heading in _HEADINGS.items():
        gaps = [gap for gap in assessment.gaps if gap.severity == severity]
        if not gaps:
            continue
        yield f"\n  {heading} ({len(gaps)})\n"
        for number, gap in enumerate(gaps, 1):
            result, criterion = results[gap.criterion]
            yield f"\n  {number}. {criterion.title}: {OUTCOME_WORDS[result.outcome]}  [{gap.criterion}]\n"
            yield from _wrapped(plain(reasons_text(result), 1200), context, "     ")
            yield from _wrapped(_what_to_do(gap, criterion, result), context, "     ")
            cited = [addresses[item] for item in result.evidence[:3]]
            for basis in cited:
                where = f", {plain(basis.locator, 120)}" if basis.locator else ""
                hearsay = " (second-hand)" if basis.basis == "second-hand" else ""
                yield from _wrapped(f"See: {plain(basis.source, 200)}{where}{hearsay}", context, "     ")
            if len(result.evidence) > len(cited):
                yield f"     and {len(result.evidence) - len(cited)} more in the card\n"


def _what_to_do(gap: Gap, criterion: Criterion, result: CriterionResult) -> str:
    if gap.severity == "question":
        return f"Ask: {criterion.texts['question']}"
    if result.outcome is Outcome.MET:
        return "Remedy: Add evidence to this claim in the card."
    return f"Remedy: {criterion.texts['remedy']}"


def _bar(score: Score | None) -> str:
    if score is None:
        return " " * _BAR
    low, high = round(score.low * _BAR / 100), round(score.high * _BAR / 100)
    return "█" * low + "▒" * (high - low) + "░" * (_BAR - high)


def _wrapped(text: str, context: Context, indent: str) -> Iterator[str]:
    for line in textwrap.wrap(
        text, max(40, context.width), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    ):
        yield line + "\n"


def _styled(text: str, verdict: str, context: Context) -> str:
    if not context.color:
        return text
    return _STYLES[_tone(verdict, context.rubric)] + text + _RESET


def _tone(verdict: str, rubric: Rubric) -> str:
    if verdict == rubric.verdicts[0].id:
        return "best"
    return "worst" if verdict == rubric.verdicts[-1].id else "middle"


# --- many cards ---------------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    standing: Standing
    verdict: str
    cells: tuple[str, ...]


def many(results: Iterable[Result], context: Context) -> Iterator[str]:
    """A line for each card, best first, then a summary."""
    from tabulate import tabulate

    rubric = context.rubric
    rows: list[_Row] = []
    verdicts: dict[str, int] = {}
    failures = 0
    for result in results:
        if isinstance(result, Failure):
            failures += 1
            continue
        verdict = result.verdict.id
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        rows.append(
            _Row(
                standing(result, rubric),
                verdict,
                (
                    plain(result.subject.name, 40),
                    plain(result.subject.developer, 24),
                    rubric.verdict_texts(verdict)[0],
                    score_text(result.score),
                    *(score_text(pillar.score) for pillar in result.pillars),
                ),
            )
        )
    if rows:
        rows.sort()
        header = ["Model", "Developer", "Verdict", "Score", *(pillar.capitalize() for pillar in rubric.pillars)]
        table = tabulate([row.cells for row in rows], header, tablefmt="simple", disable_numparse=True)
        head, rule, *body = table.splitlines()
        yield f"{head}\n{rule}\n"
        for line, row in zip(body, rows, strict=True):
            label = row.cells[2]
            yield line.replace(label, _styled(label, row.verdict, context), 1) + "\n" if context.color else line + "\n"
        yield "\n"
    yield from chain(_wrapped(summary(verdicts, failures, rubric), context, ""))
