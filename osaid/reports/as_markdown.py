"""Markdown for a repository or a review: the same content as the table, with links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..messages import sentence
from ..outcome import Outcome
from ..results.sentences import (
    HEADINGS,
    LINEAGE_WORDS,
    NOTE_HEADINGS,
    NOTE_KINDS,
    OUTCOME_WORDS,
    outcome_text,
    reasons_text,
    remedy_text,
    score_text,
)
from ..rubrics.assessment import Assessment, Basis
from . import Context, Failure, Result
from .ranking import Standing, standing, summary
from .side_by_side import grid_summary, many_cards, one_card, progress_text
from .text import at_start, markdown, shown, web_address


def render(results: Iterable[Result], context: Context) -> Iterator[str]:
    """One input by one rubric as a page, several inputs or rubrics as a table."""
    context = context._replace(rubrics=tuple(shown(rubric, markdown) for rubric in context.rubrics))
    if context.one:
        assessments = [result for result in results if not isinstance(result, Failure)]
        if len(context.rubrics) > 1 and assessments:
            yield from _one_by_many(assessments, context)
        for assessment in assessments if len(context.rubrics) == 1 else ():
            yield from _one(assessment, context)
    elif len(context.rubrics) > 1:
        grid = many_cards(results, context, markdown)
        if grid.rows:
            yield from _table(grid.header, grid.rows)
            yield "\n"
        yield grid_summary(grid, context) + "\n"
    else:
        yield from _many(results, context)


def _one_by_many(assessments: list[Assessment], context: Context) -> Iterator[str]:
    subject = assessments[0].subject
    yield f"# {markdown(subject.name)} under {len(assessments)} frameworks\n\n"
    yield f"- As of: {subject.as_of}\n- Card: sha256 {subject.sha256[:12]}\n\n"
    grid = one_card(assessments, context)
    yield from _table(grid.header, grid.rows)
    yield "\n"
    for assessment in assessments:
        rubric = context.rubric_of(assessment)
        yield f"- **{rubric.title}** ({rubric.id} {rubric.version}): {rubric.answers}\n"


def _table(header: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(header) + " |\n|" + "---|" * len(header) + "\n"
    yield from ("| " + " | ".join(row) + " |\n" for row in rows)


def _one(assessment: Assessment, context: Context) -> Iterator[str]:
    rubric, subject = context.rubric_of(assessment), assessment.subject
    label, said = rubric.verdict_texts(assessment.verdict.id)
    yield f"# {markdown(subject.name)}: {label}\n\n{at_start(said)}\n\n"
    if len(assessment.verdict.possible) > 1:
        yield f"Still possible: {', '.join(rubric.verdict_texts(verdict)[0] for verdict in assessment.verdict.possible)}.\n\n"
    yield f"- Model: {markdown(subject.name)}{', ' + markdown(subject.version) if subject.version else ''}\n"
    if subject.developer:
        yield f"- Developer: {markdown(subject.developer)}\n"
    yield f"- As of: {subject.as_of}\n"
    yield f"- Rubric: {rubric.title} ({rubric.id} {rubric.version}, sha256 {rubric.sha256[:12]})\n"
    yield f"- Card: sha256 {subject.sha256[:12]}\n"
    yield f"- Score: {score_text(assessment.score)} of 100 (advisory)\n"
    if any(rule.after for rule in rubric.levels):
        yield f"- Levels: {progress_text(assessment)}\n"
    for step in assessment.lineage:
        known = rubric.verdict_texts(step.verdict)[0] if step.verdict else LINEAGE_WORDS[step.status]
        yield f"- Made from {markdown(step.model)}: {known}\n"
    yield "\n"
    yield "| Pillar | Score | " + " | ".join(OUTCOME_WORDS[outcome] for outcome in Outcome) + " |\n"
    yield "|---|---" + "|---" * len(Outcome) + "|\n"
    for pillar in assessment.pillars:
        yield f"| {rubric.pillars[pillar.id]} | {score_text(pillar.score)} | " + " | ".join(map(str, pillar.counts)) + " |\n"
    evidence = {basis.id: basis for basis in assessment.evidence}
    results = {result.id: (result, criterion) for result, criterion in zip(assessment.criteria, rubric.criteria, strict=True)}
    for severity, heading in HEADINGS.items():
        gaps = [gap for gap in assessment.gaps if gap.severity == severity]
        if not gaps:
            continue
        yield f"\n## {heading}\n\n"
        for gap in gaps:
            result, criterion = results[gap.criterion]
            yield f"- **{criterion.title}** ({gap.criterion}): {outcome_text(result)}. {markdown(reasons_text(result))}\n"
            if severity == "question":
                yield f"  Ask: {criterion.texts['question']}\n"
            else:
                yield f"  Remedy: {markdown(remedy_text(result, criterion))}\n"
            if result.evidence:
                yield "  Evidence: " + ", ".join(_link(evidence[item]) for item in result.evidence) + "\n"
    yield "\n## All criteria\n\n| Criterion | Outcome | Evidence |\n|---|---|---|\n"
    for result, criterion in zip(assessment.criteria, rubric.criteria, strict=True):
        links = ", ".join(_link(evidence[item]) for item in result.evidence)
        yield f"| {criterion.title} ({result.id}) | {OUTCOME_WORDS[result.outcome]} | {links} |\n"
    for part, heading in NOTE_HEADINGS.items():
        notes = [note for note in assessment.notes if note.kind in NOTE_KINDS[part]]
        if notes:
            yield f"\n## {heading}\n\n"
        for note in notes:
            where = f" (line {note.line})" if note.line is not None else ""
            yield f"- {note.kind}: {markdown(sentence(note.code, note.params), 300)}{where}\n"


def _link(basis: Basis) -> str:
    name = markdown(basis.id, 80)
    address = web_address(basis.source)
    return f"[{name}]({address})" if address else name


def _many(results: Iterable[Result], context: Context) -> Iterator[str]:
    (rubric,) = context.rubrics
    rows: list[tuple[Standing, list[str]]] = []
    verdicts: dict[str, int] = {}
    failures = 0
    for result in results:
        if isinstance(result, Failure):
            failures += 1
            continue
        verdicts[result.verdict.id] = verdicts.get(result.verdict.id, 0) + 1
        cells = [
            markdown(result.subject.name, 80),
            markdown(result.subject.developer, 60),
            rubric.verdict_texts(result.verdict.id)[0],
            score_text(result.score),
            *(score_text(pillar.score) for pillar in result.pillars),
        ]
        rows.append((standing(result, rubric), cells))
    if rows:
        header = ["Model", "Developer", "Verdict", "Score", *rubric.pillars.values()]
        yield from _table(header, [cells for _, cells in sorted(rows)])
        yield "\n"
    yield summary(verdicts, failures, rubric) + "\n"
