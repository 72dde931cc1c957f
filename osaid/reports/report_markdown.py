"""A report as Markdown: the same content as the page, for a repository, a wiki or an issue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .. import __version__
from ..licenses.knowledge import FREEDOMS
from ..messages import sentence
from ..results.review import Review
from ..results.sentences import HEADINGS, outcome_text, range_text, reasons_text, remedy_text
from ..results.terms_table import TermsRow
from . import Failure, terms_words, words
from .ranking import in_order, summary_of
from .text import at_start, markdown, web_address

__all__ = ["render"]


def render(reviews: Sequence[Review], failures: Sequence[Failure]) -> Iterator[str]:
    """A page on one model, or tables of several and a section on each."""
    if len(reviews) == 1:
        yield from _report(reviews[0])
    else:
        yield from _comparison(in_order(reviews), failures)


def _report(item: Review) -> Iterator[str]:
    judged = item.main
    yield from _head(item, "#")
    if judged.rubric.about:
        yield f"## {markdown(sentence('report.about', {'framework': judged.rubric.title}))}\n\n{_line(judged.rubric.about)}\n\n"
    yield f"## {sentence('report.parts')}\n\n"
    yield _line(sentence("report.bars")) + "\n\n"
    rows = [
        [
            judged.rubric.pillars[pillar.id],
            range_text(pillar.score),
            " ".join(filter(None, (judged.rubric.pillar_questions[pillar.id], words.counts_words(pillar)))),
        ]
        for pillar in judged.assessment.pillars
    ]
    yield from _table(["report.terms-what", "report.score", "report.outcomes"], rows)
    yield _line(words.score_sentence(judged)) + "\n\n"
    yield from _outlook(item, "##")
    yield f"## {sentence('report.terms')}\n\n{_line(sentence('report.terms-about'))}\n\n"
    yield from _terms(item)
    for heading, remarks in words.notes(item):
        yield f"## {heading}\n\n" + "".join(f"- {markdown(text, 600)}\n" for text in remarks) + "\n"
    yield f"## {sentence('report.lineage')}\n\n"
    yield from _lineage(item)
    for severity, heading in HEADINGS.items():
        yield from _gaps(item, severity, heading)
    yield from _frameworks(item)
    further = words.further_questions(item)
    if further:
        yield f"## {sentence('report.questions')} ({len(further)})\n\n{_line(sentence('report.questions-more'))}\n\n"
        for number, question in enumerate(further, 1):
            yield f"{number}. {markdown(question.text)} ({markdown(words.asked_by(question))})\n"
        yield "\n"
    yield f"## {sentence('report.criteria')}\n\n"
    for pillar, title in judged.rubric.pillars.items():
        yield f"### {markdown(title)}\n\n"
        for result, criterion in words.of_pillar(judged, pillar):
            yield f"- **{markdown(criterion.title)}** ({criterion.id}): {outcome_text(result)}. {markdown(criterion.texts['asks'])}"
            yield f" {markdown(reasons_text(result), 1500)}{_cited(item, result.evidence)} {markdown(words.clause(judged, criterion))}\n"
        yield "\n"
    yield from _evidence(item)
    yield from _method([item])


def _comparison(items: Sequence[Review], failures: Sequence[Failure]) -> Iterator[str]:
    rubric = items[0].main.rubric
    yield f"# {sentence('report.heading-many', {'count': str(len(items))})}\n\n{_line(summary_of(items, failures))}\n\n"
    if rubric.about:
        yield f"## {markdown(sentence('report.about', {'framework': rubric.title}))}\n\n{_line(rubric.about)}\n\n"
    yield f"## {sentence('report.overview')}\n\n"
    rows = [
        [
            words.name(item),
            words.verdict_label(item.main),
            range_text(item.main.assessment.score),
            *(range_text(pillar.score) for pillar in item.main.assessment.pillars),
        ]
        for item in items
    ]
    yield from _table(["report.model", "report.verdict", "report.score"], rows, list(rubric.pillars.values()))
    yield f"## {sentence('report.frameworks-many')}\n\n"
    rows = [
        [words.name(item), *(f"{words.verdict_label(judged)} {range_text(judged.assessment.score)}" for judged in item.all)]
        for item in items
    ]
    yield from _table(["report.model"], rows, [judged.rubric.short for judged in items[0].all])
    yield f"## {sentence('report.criteria')}\n\n"
    rows = [
        [f"{criterion.title} ({criterion.id})", *map(outcome_text, results)]
        for pillar in rubric.pillars
        for criterion, results in words.side_by_side(items, pillar)
    ]
    yield from _table(["report.criterion"], rows, [words.name(item) for item in items])
    for item in items:
        yield from _head(item, "##")
        yield from _outlook(item, "###")
        for severity in ("blocking", "question"):
            yield from _short_gaps(item, severity)
        yield f"### {sentence('report.terms')}\n\n"
        yield from _terms(item)
        yield from _evidence(item, "###")
    if failures:
        broken = [str(problem) for failure in failures for problem in failure.problems]
        yield f"## {sentence('report.failures')}\n\n" + "".join(f"- {markdown(text, 600)}\n" for text in broken) + "\n"
    yield from _method(items)


def _head(item: Review, level: str) -> Iterator[str]:
    judged = item.main
    yield f"{level} {markdown(words.name(item))}: {markdown(words.verdict_label(judged))}\n\n{_line(' · '.join(words.byline(item)))}\n\n"
    told = [judged.rubric.answers, words.verdict_summary(judged), words.still_possible(judged)]
    yield _line(" ".join(filter(None, told))) + "\n\n"
    yield _line(sentence("report.caveat")) + "\n\n"
    yield "".join(f"- {markdown(text)}\n" for text in words.plain_words(item)) + "\n"
    yield _line(sentence("report.next")) + "\n\n"


def _outlook(item: Review, level: str) -> Iterator[str]:
    yield f"{level} {sentence('report.change')}\n\n" + "".join(f"- {markdown(text)}\n" for text in words.outlook_words(item)) + "\n"


def _gaps(item: Review, severity: str, heading: str) -> Iterator[str]:
    groups = words.gap_groups(item, severity)
    if groups:
        yield f"## {heading} ({sum(len(members) for _, _, members in groups)})\n\n"
        if severity == "question":
            yield _line(sentence("report.questions-about")) + "\n\n"
    for title, together, members in groups:
        yield f"### {markdown(title)} ({len(members)})\n\n"
        if together:
            yield _line(f"{sentence('report.remedy')} {together}") + "\n\n"
        for _, result, criterion in members:
            yield f"- **{markdown(criterion.title)}** ({criterion.id}): {outcome_text(result)}. {markdown(reasons_text(result), 1500)}"
            yield _cited(item, result.evidence) + "\n"
            if severity == "question":
                yield f"  {sentence('report.ask')} {markdown(criterion.texts['question'])}\n"
            elif not together:
                yield f"  {sentence('report.remedy')} {markdown(remedy_text(result, criterion))}\n"
        yield "\n"


def _short_gaps(item: Review, severity: str) -> Iterator[str]:
    """The gaps of one of several models, a line each."""
    found = words.gaps(item, severity)
    if found:
        yield f"### {HEADINGS[severity]} ({len(found)})\n\n"
    for _, result, criterion in found:
        told = criterion.texts["question"] if severity == "question" else f"{criterion.title}: {outcome_text(result)}"
        yield f"- {markdown(told)}\n"
    if found:
        yield "\n"


def _terms(item: Review) -> Iterator[str]:
    freedoms = [f"report.freedom-{freedom}" for freedom in FREEDOMS]
    for training in (False, True):
        rows = [_terms_cells(item, row) for row in item.terms if row.of_training is training]
        if rows and training:
            yield _line(sentence("report.terms-training")) + "\n\n"
        if rows:
            yield from _table(["report.terms-what", "report.terms-license", *freedoms, "report.terms-restrictions", "report.see"], rows)


def _terms_cells(item: Review, row: TermsRow) -> list[str]:
    part, license = terms_words.terms_parts(row), terms_words.terms_license(row)
    if row.status != "published":
        part = sentence("words.aside", {"text": part, "aside": sentence(f"report.status-{row.status}")})
    if row.scope:
        license = sentence("words.aside", {"text": license, "aside": sentence(f"report.scope-{row.scope}")})
    granted = [sentence(f"grant.{grant}") for grant in terms_words.grants(row)]
    return [part, license, *granted, terms_words.terms_restrictions(row), ", ".join(str(item.numbers[name]) for name in row.evidence)]


def _lineage(item: Review) -> Iterator[str]:
    if not item.lineage:
        yield _line(sentence("report.lineage-scratch" if terms_words.from_scratch(item) else "report.lineage-unknown")) + "\n"
    for base in item.lineage:
        told = f"{terms_words.base_name(base)} ({terms_words.relation(base)}): {terms_words.base_verdict(base, item.main)}"
        yield f"{'  ' * base.depth}- {markdown(told)}\n"
    yield "\n"


def _frameworks(item: Review) -> Iterator[str]:
    yield f"## {sentence('report.frameworks')}\n\n{_line(sentence('report.frameworks-about'))}\n\n"
    rows = []
    for judged in item.all:
        verdict = words.verdict_label(judged)
        if words.at_best(judged):
            verdict = sentence("words.aside", {"text": verdict, "aside": words.at_best(judged)})
        answers = " ".join(filter(None, (judged.rubric.answers, words.levels_words(judged))))
        rows.append([judged.rubric.title, verdict, range_text(judged.assessment.score), answers])
    yield from _table(["report.framework", "report.verdict", "report.score", "report.answers"], rows)


def _evidence(item: Review, level: str = "##") -> Iterator[str]:
    if item.sources:
        yield f"{level} {sentence('report.evidence')}\n\n"
    for number, basis in enumerate(item.sources, 1):
        address = web_address(basis.source)
        source = f"<{address}>" if address and "\\" not in address else markdown(basis.source, 400)
        told = [source, markdown(basis.locator, 300)] if basis.locator else [source]
        if basis.retrieved:
            told.append(sentence("report.retrieved", {"date": basis.retrieved}))
        hearsay = " " + sentence("report.second-hand") if basis.basis != "read" else ""
        yield f"{number}. {', '.join(told)}.{hearsay} {markdown(basis.says, 600)}\n"
    yield "\n"


def _cited(item: Review, evidence: Iterable[str]) -> str:
    numbers = [str(item.numbers[name]) for name in evidence]
    return f" {sentence('report.see')} {', '.join(numbers)}." if numbers else ""


def _method(items: Sequence[Review]) -> Iterator[str]:
    told = " ".join(sentence(code) for code in ("report.method-facts", "report.method-unknown", "report.method-score"))
    yield f"## {sentence('report.method')}\n\n{_line(told)}\n\n"
    yield "".join(f"- {sentence('report.card')}: {markdown(words.subject_words(item))}\n" for item in items)
    for judged in items[0].all:
        yield f"- {sentence('report.rubric')}: {markdown(judged.rubric.title)}, {markdown(words.rubric_words(judged))}\n"
    yield f"- {sentence('report.program')}: osaid {markdown(__version__)}\n\n{_line(sentence('page.no-advice'))}\n"


def _table(codes: Sequence[str], rows: Sequence[Sequence[str]], more: Sequence[str] = ()) -> Iterator[str]:
    header = [*map(sentence, codes), *more]
    yield "| " + " | ".join(map(markdown, header)) + " |\n|" + "---|" * len(header) + "\n"
    yield from ("| " + " | ".join(markdown(cell, 400) for cell in row) + " |\n" for row in rows)
    yield "\n"


def _line(text: str) -> str:
    return at_start(markdown(text, 4000))
