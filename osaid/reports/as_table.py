"""Text for people: one card in full, or many cards a line each, best first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..messages import sentence
from ..outcome import Outcome
from ..resources import bundled_path
from ..results.sentences import (
    HEADINGS,
    LINEAGE_WORDS,
    NOTE_HEADINGS,
    NOTE_KINDS,
    OUTCOME_WORDS,
    as_of_text,
    in_words,
    message,
    only_bases_to_blame,
    outcome_text,
    range_text,
    reasons_text,
    remedy_text,
    score_text,
)
from ..rubrics.assessment import Assessment, Basis, CriterionResult, Gap, PillarScore, Reason, Score
from ..rubrics.rubric import DEFAULT_RUBRIC, Criterion, Rubric
from . import Context, Failure, Result
from .ranking import Standing, standing, summary
from .side_by_side import grid_summary, many_cards, one_card
from .text import plain, shown

_MOST_NOTES = 12
_BAR = 20
_NARROW = 72
_MOST_CITED = 4
_STYLES = {"good": "\033[1;32m", "fair": "\033[1;33m", "open": "\033[1;33m", "poor": "\033[1;31m", "plain": "\033[1m"}
_RESET = "\033[0m"


def render(results: Iterable[Result], context: Context) -> Iterator[str]:
    """One input by one rubric is shown in full, several inputs or rubrics as a table."""
    context = context._replace(rubrics=tuple(map(shown, context.rubrics)))
    if context.one:
        assessments = [result for result in results if not isinstance(result, Failure)]
        if len(context.rubrics) > 1 and assessments:
            yield from _one_by_many(assessments, context)
        for assessment in assessments if len(context.rubrics) == 1 else ():
            yield from _One(assessment, context).pieces()
    elif len(context.rubrics) > 1:
        yield from _many_by_many(results, context)
    else:
        yield from many(results, context)


# --- one card -----------------------------------------------------------------------------------------------------


class _One:
    """The answer for one card: verdict, why, then every gap and everything met, with numbered sources."""

    def __init__(self, assessment: Assessment, context: Context) -> None:
        self.assessment = assessment
        self.context = context
        self.rubric = context.rubric_of(assessment)
        self.results = {result.id: (result, criterion) for result, criterion in zip(assessment.criteria, self.rubric.criteria, strict=True)}
        self.sources: dict[str, int] = {}  # the evidence cited so far, with its number

    def pieces(self) -> Iterator[str]:
        yield from self._verdict()
        yield from self._levels()
        yield "\n  Why\n"
        for pillar in self.assessment.pillars:
            yield from self._pillar(pillar)
        yield from self._lineage()
        for severity in HEADINGS:
            yield from self._gaps(severity)
        yield from self._met()
        yield from self._information()
        yield from self._sources()
        for part, heading in NOTE_HEADINGS.items():
            yield from self._notes(heading, NOTE_KINDS[part])
        if self.assessment.gaps:
            other = f" --rubric {_asked_as(self.rubric)}" if self.rubric.id != DEFAULT_RUBRIC else ""
            yield f"\nMore on one of them: osaid explain {self.assessment.gaps[0].criterion}{other}\n"

    def _verdict(self) -> Iterator[str]:
        assessment, rubric, subject = self.assessment, self.rubric, self.assessment.subject
        label, said = rubric.verdict_texts(assessment.verdict.id)
        yield from self._wrap(plain(subject.name) + (f", {plain(subject.developer)}" if subject.developer else ""), "")
        if subject.version:
            yield from self._wrap(plain(subject.version), "")
        yield "\n"
        yield from self._wrap(f"{rubric.title} ({rubric.id} {rubric.version}), {as_of_text(subject)}. {rubric.answers}", "  ")
        yield f"\n  {_styled(label.upper(), assessment.verdict.id, self.rubric, self.context)}\n"
        yield from self._wrap(said, "  ")
        if len(assessment.verdict.possible) > 1:
            still = ", or ".join(rubric.verdict_texts(verdict)[0] for verdict in assessment.verdict.possible)
            yield from self._wrap(f"Once the open questions are answered, the verdict can be: {still}.", "  ")
        score = f"Score {score_text(assessment.score)} of 100, to compare models by; no verdict depends on it."
        if assessment.score.low != assessment.score.high:
            score += " The range is what the unknown answers can still change."
        yield from self._wrap(score, "  ")

    def _levels(self) -> Iterator[str]:
        """The rungs of a ladder, with how far each is reached."""
        if any(rule.after for rule in self.rubric.levels):
            yield "\n  Levels\n\n"
            wide = max(len(rule.label) for rule in self.rubric.levels)
            for level, rule in zip(self.assessment.levels, self.rubric.levels, strict=True):
                yield f"    {rule.label:<{wide}}  {level.progress:.0f}%\n"

    def _information(self) -> Iterator[str]:
        """What is told and counts for nothing."""
        found = [(result, criterion) for result, criterion in self.results.values() if criterion.role == "information"]
        if found:
            yield "\n  For information\n\n"
        for result, criterion in found:
            yield from self._wrap(f"- {criterion.title}: {outcome_text(result)}. {plain(reasons_text(result), 600)}", "  ", "    ")

    def _notes(self, heading: str, kinds: tuple[str, ...]) -> Iterator[str]:
        """What reading the file left to say."""
        notes = [note for note in self.assessment.notes if note.kind in kinds]
        if notes:
            yield f"\n  {heading}\n\n"
        for kind in kinds:
            found = [note for note in notes if note.kind == kind]
            if kind == "unmapped" and len(found) > 1:
                yield from self._wrap(f"- No place in a card: {', '.join(plain(note.params['what'], 60) for note in found)}.", "  ", "    ")
                continue
            for note in found[:_MOST_NOTES]:
                where = f" (line {note.line})" if note.line is not None else ""
                yield from self._wrap(f"- {plain(sentence(note.code, note.params), 300)}{where}", "  ", "    ")
            if len(found) > _MOST_NOTES:
                yield f"  - {len(found) - _MOST_NOTES} more; osaid validate shows them\n"

    def _pillar(self, pillar: PillarScore) -> Iterator[str]:
        title = self.rubric.pillars[pillar.id]
        wide = max(map(len, self.rubric.pillars.values()))
        bar = "" if self.context.width < _NARROW else f"  {_bar(pillar.score)}"
        yield f"\n    {title:<{wide}}{bar}  {score_text(pillar.score)}\n"
        of_pillar = [
            (result, criterion)
            for result, criterion in self.results.values()
            if criterion.pillar == pillar.id and criterion.role != "information"
        ]
        # A pillar of optional criteria alone shows them.
        found = [(result, criterion) for result, criterion in of_pillar if criterion.role != "optional"] or of_pillar
        for outcome in (Outcome.NOT_MET, Outcome.PARTLY_MET, Outcome.UNKNOWN):
            titles = [criterion.title for result, criterion in found if result.outcome is outcome]
            if titles:
                yield from self._wrap(f"{OUTCOME_WORDS[outcome].capitalize()}: {'; '.join(titles)}.", "      ")
        if all(result.outcome in (Outcome.MET, Outcome.NOT_APPLICABLE) for result, _ in found):
            yield from self._wrap("Everything asked for is met.", "      ")
        # What other terms would mend is short enough to be told here.
        terms = [reason for result, criterion in found if criterion.kind == "terms" for reason in result.reasons if reason.state.best < 2]
        causes: dict[str, str] = {}
        for reason in terms:
            # A restricting licence is told once, for all freedoms that it takes away.
            restricting = reason.params.get("restrictions") is not None
            causes.setdefault(
                reason.params["license"] if restricting else message(reason), _cause(reason) if restricting else message(reason)
            )
        for text in causes.values():
            yield from self._wrap(plain(text), "      ")

    def _lineage(self) -> Iterator[str]:
        if self.assessment.lineage:
            yield "\n  Made from\n"
        for step in self.assessment.lineage:
            known = self.rubric.verdict_texts(step.verdict)[0] if step.verdict else LINEAGE_WORDS[step.status]
            yield from self._wrap(f"- {plain(step.model)}: {known}", "    ")

    def _gaps(self, severity: str) -> Iterator[str]:
        """The gaps of a severity, each in full; but what only a base is to blame for, and what nobody said, in a line each."""
        gaps = [gap for gap in self.assessment.gaps if gap.severity == severity]
        if gaps:
            yield f"\n  {HEADINGS[severity]} ({len(gaps)})\n"
        in_full = [gap for gap in gaps if not self._of_base(gap) and not self._untold(gap)]
        for number, gap in enumerate(in_full, 1):
            result, criterion = self.results[gap.criterion]
            yield "\n"
            yield from self._wrap(f"{number}. {criterion.title}: {outcome_text(result)}  [{gap.criterion}]", "  ", "     ")
            yield from self._wrap(plain(reasons_text(result), 1200), "     ")
            to_do = f"Ask: {criterion.texts['question']}" if severity == "question" else f"Remedy: {remedy_text(result, criterion)}"
            yield from self._wrap(plain(to_do), "     ")
            if cited := self._cite(result):
                yield from self._wrap(f"See {cited}", "     ")
        for blamed in dict.fromkeys(self._of_base(gap) for gap in gaps if self._of_base(gap)):
            of_base = [self.results[gap.criterion] for gap in gaps if self._of_base(gap) == blamed]
            yield f"\n  Because of {plain(', '.join(blamed), 200)}, which it was made from ({len(of_base)})\n\n"
            for result, criterion in of_base:
                yield from self._wrap(f"- {criterion.title}: {outcome_text(result)}  [{criterion.id}]", "  ", "    ")
            yield from self._wrap(plain(f"Remedy: {remedy_text(*of_base[0])} Why: osaid score {blamed[0]}"), "  ", "    ")
        untold = [self.results[gap.criterion][1] for gap in gaps if self._untold(gap)]
        if untold:
            yield f"\n  Nobody says ({len(untold)})\n\n"
        for criterion in untold:
            yield from self._wrap(f"- {criterion.title}: {criterion.texts['question']}  [{criterion.id}]", "  ", "    ")

    def _of_base(self, gap: Gap) -> tuple[str, ...]:
        """The bases that alone are to blame for a gap."""
        result, _ = self.results[gap.criterion]
        return only_bases_to_blame(result)

    def _untold(self, gap: Gap) -> bool:
        """Whether a question rests on nothing that the card or its bases say."""
        result, _ = self.results[gap.criterion]
        return (
            gap.severity == "question"
            and all(not reason.claimed and not reason.at and not reason.params.get("license") for reason in result.reasons)
            and not result.inherited_from
        )

    def _met(self) -> Iterator[str]:
        met = [(result, criterion) for result, criterion in self.results.values() if _is_met(result, criterion)]
        if met:
            yield f"\n  What is met ({len(met)})\n\n"
        for result, criterion in met:
            cited = self._cite(result)
            yield from self._wrap(f"- {criterion.title}  [{result.id}]{'  ' + cited if cited else ''}", "  ", "    ")

    def _cite(self, result: CriterionResult) -> str:
        """Numbers of the sources of a criterion."""
        cited = result.evidence[:_MOST_CITED]
        for item in cited:
            self.sources.setdefault(item, len(self.sources) + 1)
        more = len(result.evidence) - len(cited)
        numbers = " ".join(f"({self.sources[item]})" for item in cited)
        return f"{numbers} and {more} more in the card" if more else numbers

    def _sources(self) -> Iterator[str]:
        known = {basis.id: basis for basis in self.assessment.evidence}
        if self.sources:
            yield "\n  Sources\n\n"
        for item, number in self.sources.items():
            yield from self._wrap(f"({number}) {_source(known[item])}", "  ", "      ")

    def _wrap(self, text: str, indent: str, later: str | None = None) -> Iterator[str]:
        return _wrapped(text, self.context.width, indent, indent if later is None else later)


def _is_met(result: CriterionResult, criterion: Criterion) -> bool:
    return result.outcome is Outcome.MET and criterion.role not in ("summary", "information")


def _cause(reason: Reason) -> str:
    """A restricting licence with its restrictions."""
    params = in_words(reason.params)
    return f"Because of {params['license']} ({params['components']}): {params['restrictions']}."


def _source(basis: Basis) -> str:
    where = f", {plain(basis.locator, 160)}" if basis.locator else ""
    hearsay = ". Second-hand" if basis.basis == "second-hand" else ""
    return f"{plain(basis.source, 300)}{where}{hearsay}"


def _bar(score: Score | None) -> str:
    if score is None:
        return " " * _BAR
    low, high = round(score.low * _BAR / 100), round(score.high * _BAR / 100)
    return "█" * low + "▒" * (high - low) + "░" * (_BAR - high)


def _wrapped(text: str, width: int, indent: str, later: str) -> Iterator[str]:
    for line in textwrap.wrap(
        text, max(40, width), initial_indent=indent, subsequent_indent=later, break_on_hyphens=False, break_long_words=False
    ):
        yield line + "\n"


def _styled(text: str, verdict: str, rubric: Rubric, context: Context) -> str:
    if not context.color:
        return text
    return _STYLES[rubric.tone(verdict)] + text + _RESET


# --- many cards ---------------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    standing: Standing
    verdict: str
    cells: tuple[str, ...]


def many(results: Iterable[Result], context: Context) -> Iterator[str]:
    """A line for each card, best first, then a summary."""
    (rubric,) = context.rubrics
    rows: list[_Row] = []
    verdicts: dict[str, int] = {}
    failures = 0
    for result in results:
        if isinstance(result, Failure):
            failures += 1
            continue
        verdict = result.verdict.id
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        cells = (
            plain(result.subject.name, 40),
            _in_short(result, rubric),
            range_text(result.score),
            plain(result.subject.developer, 24),
            *(range_text(pillar.score) for pillar in result.pillars),
        )
        rows.append(_Row(standing(result, rubric), verdict, cells))
    if rows:
        rows.sort()
        yield from _table(rows, ["Model", "Verdict", "Score", "Developer", *(pillar.capitalize() for pillar in rubric.pillars)], context)
        yield "\n"
    yield from _wrapped(summary(verdicts, failures, rubric), context.width, "", "")


def _in_short(assessment: Assessment, rubric: Rubric) -> str:
    """The verdict; where it is open and the best one is ruled out, the best that is left."""
    label = rubric.verdict_texts(assessment.verdict.id)[0]
    if assessment.verdict.id != rubric.undetermined[0] or rubric.verdicts[0].id in assessment.verdict.possible:
        return label
    return f"{label}, at best {rubric.verdict_texts(assessment.verdict.possible[0])[0]}"


def _table(rows: list[_Row], header: list[str], context: Context) -> Iterator[str]:
    """The table, without its last columns where a terminal is too narrow for them."""
    from tabulate import tabulate

    most = len(header)
    while True:
        table = tabulate([row.cells[:most] for row in rows], header[:most], tablefmt="simple", disable_numparse=True)
        head, rule, *body = table.splitlines()
        if len(rule) <= context.width or not context.fit or most <= 3:
            break
        most = 4 if most > 4 else 3
    yield f"{head}\n{rule}\n"
    for line, row in zip(body, rows, strict=True):
        label = row.cells[1]
        yield line.replace(label, _styled(label, row.verdict, context.rubrics[0], context), 1) + "\n" if context.color else line + "\n"
    if most < len(header):
        yield f"({len(header) - most} columns do not fit here: {', '.join(header[most:])})\n"


def _asked_as(rubric: Rubric) -> str:
    """How to ask for a rubric again: a bundled one by its id, any other by its file."""
    return rubric.id if rubric.path is None or bundled_path("rubrics", rubric.id) == rubric.path else plain(rubric.path, 200)


# --- several frameworks -------------------------------------------------------------------------------------------


def _one_by_many(assessments: list[Assessment], context: Context) -> Iterator[str]:
    """One card under several frameworks, and what each of them answers."""
    from tabulate import tabulate

    subject = assessments[0].subject
    yield from _wrapped(plain(subject.name) + (f", {plain(subject.developer)}" if subject.developer else ""), context.width, "", "")
    yield f"{as_of_text(subject)}\n\n"
    grid = one_card(assessments, context)
    widths = [None, 44, None, max(24, context.width - 90)]
    yield tabulate(grid.rows, grid.header, tablefmt="simple", disable_numparse=True, maxcolwidths=widths) + "\n\n"
    for assessment in assessments:
        rubric = context.rubric_of(assessment)
        yield from _wrapped(f"{rubric.id}: {rubric.answers}", context.width, "", "  ")
    last = _asked_as(context.rubric_of(assessments[-1]))
    yield f"\nMore on one of them: osaid score {plain(subject.path or 'CARD', 200)} --rubric {last}\n"


def _many_by_many(results: Iterable[Result], context: Context) -> Iterator[str]:
    from tabulate import tabulate

    grid = many_cards(results, context, plain)
    if grid.rows:
        widths = [None, *[24] * len(context.rubrics)]
        yield tabulate(grid.rows, grid.header, tablefmt="simple", disable_numparse=True, maxcolwidths=widths) + "\n\n"
    yield grid_summary(grid, context) + "\n"
