"""What a report says about a model, in words: plain text, to be made safe by the output that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..cards.vocabulary import vocabulary
from ..licenses.knowledge import GRANTS, knowledge_base
from ..messages import sentence
from ..outcome import Outcome
from ..results.outlook import Step
from ..results.review import Ancestor, Judged, Question, Review
from ..results.sentences import HEADINGS, LINEAGE_WORDS, NOTE_HEADINGS, OUTCOME_WORDS, as_of_text, range_text
from ..results.terms_table import TermsRow
from ..rubrics.assessment import CriterionResult, Gap, PillarScore, Score
from ..rubrics.definition import Criterion
from .side_by_side import progress_text

__all__ = [
    "asked_by",
    "at_best",
    "base_name",
    "base_verdict",
    "byline",
    "clause",
    "contents",
    "counts_words",
    "from_scratch",
    "gaps",
    "grants",
    "letter",
    "levels_words",
    "name",
    "notes",
    "of_pillar",
    "outlook_words",
    "plain_words",
    "possible_labels",
    "relation",
    "rubric_words",
    "score_sentence",
    "score_words",
    "subject_words",
    "terms_license",
    "terms_parts",
    "terms_restrictions",
    "verdict_label",
    "verdict_summary",
]

_MOST_NAME = 160
_MOST_PARTS = 12
_MOST_TITLES = 3
_MOST_TEXT = 60


def _cut(text: str, most: int = _MOST_NAME) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- the model and its verdict ------------------------------------------------------------------------------------


def name(item: Review) -> str:
    """The model's name, cut where it is no longer one."""
    return _cut(item.card.subject.name)


def byline(item: Review) -> str:
    """Who made it, which version, and when the facts were true."""
    subject = item.card.subject
    told = [_cut(subject.developer), _cut(subject.version), _capital(as_of_text(subject))]
    return " · ".join(part for part in told if part)


def verdict_label(judged: Judged, verdict: str | None = None) -> str:
    """A verdict in a few words: the assessment's own, or the one named."""
    return _capital(judged.rubric.verdict_texts(verdict or judged.assessment.verdict.id)[0])


def verdict_summary(judged: Judged) -> str:
    """What the verdict means, in a sentence or two."""
    return judged.rubric.verdict_texts(judged.assessment.verdict.id)[1]


def possible_labels(judged: Judged) -> str:
    """The verdicts still possible."""
    return sentence("words.or").join(judged.rubric.verdict_texts(verdict)[0] for verdict in judged.assessment.verdict.possible)


def at_best(judged: Judged) -> str:
    """Where the verdict is undetermined: what it can be."""
    if judged.assessment.verdict.id != judged.rubric.undetermined[0]:
        return ""
    return possible_labels(judged)


def score_words(score: Score | None) -> str:
    """A score read out."""
    if score is None:
        return sentence("report.bar-none")
    low, high = f"{score.low:.0f}", f"{score.high:.0f}"
    return sentence("report.bar", {"low": low}) if low == high else sentence("report.bar-range", {"low": low, "high": high})


def score_sentence(judged: Judged) -> str:
    """The score with what it is good for."""
    score = judged.assessment.score
    code = "report.score-settled" if f"{score.low:.0f}" == f"{score.high:.0f}" else "report.score-open"
    return sentence(code, {"score": range_text(score), "low": f"{score.low:.0f}", "high": f"{score.high:.0f}"})


def counts_words(pillar: PillarScore) -> str:
    """How many criteria of a pillar have which outcome, the worst first."""
    order = (Outcome.NOT_MET, Outcome.PARTLY_MET, Outcome.UNKNOWN, Outcome.MET, Outcome.NOT_APPLICABLE)
    counts = dict(zip(Outcome, pillar.counts, strict=True))
    if sum(counts.values()) and counts[Outcome.MET] + counts[Outcome.NOT_APPLICABLE] == sum(counts.values()):
        return sentence("report.all-met")
    return sentence(
        "report.counts", {"counts": ", ".join(f"{counts[outcome]} {OUTCOME_WORDS[outcome]}" for outcome in order if counts[outcome])}
    )


def levels_words(judged: Judged) -> str:
    """The levels reached, and the next one with its progress."""
    return sentence("report.levels", {"levels": progress_text(judged.assessment)})


def plain_words(item: Review) -> list[str]:
    """The answer for somebody who wants to use the model: what the weights' terms allow, what is missing, how much is not known."""
    found = [_terms_of_weights(item)]
    missing = [criterion for gap, _, criterion in gaps(item, "blocking") if not gap.terms]
    if missing:
        missing.sort(key=lambda criterion: -criterion.weight)
        titles = "; ".join(criterion.title for criterion in missing[:_MOST_TITLES])
        code = "report.plain-missing" if len(missing) <= _MOST_TITLES else "report.plain-missing-many"
        found.append(sentence(code, {"count": str(len(missing)), "titles": titles}))
    unanswered = len(gaps(item, "question"))
    if unanswered:
        found.append(sentence("report.plain-question" if unanswered == 1 else "report.plain-questions", {"count": str(unanswered)}))
    return found


def _terms_of_weights(item: Review) -> str:
    row = item.weights
    if not row.license or row.terms is None:
        return sentence("report.plain-weights-withheld" if row.status == "withheld" else "report.plain-weights-silent")
    params = {"license": _cut(row.license), "restrictions": terms_restrictions(row)}
    if row.terms.free == "no":
        return sentence("report.plain-weights-restricted" if params["restrictions"] else "report.plain-weights-not-free", params)
    return sentence("report.plain-weights-free" if row.terms.free == "yes" else "report.plain-weights-unknown", params)


def outlook_words(item: Review) -> list[str]:
    """What would change the verdict, a sentence each."""
    judged, now = item.main, item.main.assessment.verdict.id
    found = [_step(step, judged, now) for step in item.outlook.steps]
    titles = {criterion.id: criterion.title for criterion in judged.rubric.criteria}
    for step in item.outlook.alone:
        params = {"criterion": titles[step.criteria[0]], "verdict": judged.rubric.verdict_texts(step.verdict)[0]}
        found.append(sentence("report.change-alone", params))
    return found or [sentence("report.change-nothing")]


def _step(step: Step, judged: Judged, now: str) -> str:
    count = len(step.criteria)
    label = judged.rubric.verdict_texts(step.verdict)[0]
    codes = {
        "answers": ("report.change-answers", "report.change-answers-not"),
        "terms": ("report.change-terms", "report.change-terms-not"),
        "releases": ("report.change-releases", "report.change-releases-not"),
        "mended": ("report.change-mended", "report.change-mended-not"),
        "all": ("report.change-all", "report.change-all-not"),
    }
    code = codes[step.kind][step.verdict == now]
    return sentence(code, {"points": sentence("words.point" if count == 1 else "words.points", {"count": str(count)}), "verdict": label})


# --- gaps, criteria, questions ------------------------------------------------------------------------------------


def gaps(item: Review, severity: str) -> list[tuple[Gap, CriterionResult, Criterion]]:
    """The gaps of a severity with their results and criteria."""
    assessment, rubric = item.main
    known = {result.id: (result, criterion) for result, criterion in zip(assessment.criteria, rubric.criteria, strict=True)}
    return [(gap, *known[gap.criterion]) for gap in assessment.gaps if gap.severity == severity]


def of_pillar(judged: Judged, pillar: str) -> list[tuple[CriterionResult, Criterion]]:
    """The criteria of a pillar with their results."""
    pairs = zip(judged.assessment.criteria, judged.rubric.criteria, strict=True)
    return [(result, criterion) for result, criterion in pairs if criterion.pillar == pillar]


def clause(judged: Judged, criterion: Criterion) -> str:
    """The part of the definition that a criterion stands for."""
    source = judged.rubric.sources[criterion.clause["source"]]
    return sentence("report.clause", {"source": source["title"], "section": criterion.clause["section"]})


def asked_by(question: Question) -> str:
    """The frameworks that ask a question."""
    return ", ".join(rubric.short for rubric in question.rubrics)


def letter(item: Review) -> str:
    """The open questions as a text to send to whoever published the model."""
    subject = item.card.subject
    lines = [sentence("report.letter-intro", {"model": _cut(subject.name)}), ""]
    lines += [f"{number}. {question.text}" for number, question in enumerate(item.questions, 1)]
    return "\n".join([*lines, "", sentence("report.letter-end")])


def contents(item: Review) -> Iterator[tuple[str, str]]:
    """The sections of a report: where they stand, and their headings."""
    yield from ((severity, heading) for severity, heading in HEADINGS.items() if gaps(item, severity))
    for section in ("terms", "lineage", "frameworks", "questions", "criteria", "evidence", "method"):
        if (section != "questions" or item.questions) and (section != "evidence" or item.sources):
            yield section, sentence(_HEADINGS[section])


_HEADINGS = {
    "terms": "report.terms",
    "lineage": "report.lineage",
    "frameworks": "report.frameworks",
    "questions": "report.questions",
    "criteria": "report.criteria",
    "evidence": "report.evidence",
    "method": "report.method",
}


def notes(item: Review) -> Iterator[tuple[str, list[str]]]:
    """What reading a file in another format left to say, under its headings; then the card's own remarks."""
    for heading, kinds in NOTE_HEADINGS.items():
        told = [sentence(note.code, note.params) for note in item.card.notes if note.kind in kinds]
        if told:
            yield heading, told
    remarks = list(item.card.data.get("notes", ()))
    if remarks:
        yield sentence("report.remarks"), remarks


# --- terms and lineage --------------------------------------------------------------------------------------------


def terms_parts(row: TermsRow) -> str:
    """What a row of the table of terms is about."""
    words = vocabulary()
    titles = {"data-information": words.stages, "datasets": {}}.get(row.kind, words.components)
    parts = [titles[part]["title"] if part in titles else _cut(part, _MOST_TEXT) for part in row.parts]
    more = len(parts) - _MOST_PARTS
    told = ", ".join(parts[:_MOST_PARTS]) + (sentence("words.more", {"count": str(more)}) if more > 0 else "")
    return sentence(_PARTS[row.kind], {"parts": told})


_PARTS = {
    "parameters": "report.kind-parameters",
    "code": "report.kind-code",
    "data": "report.kind-data",
    "documents": "report.kind-documents",
    "data-information": "report.kind-data-information",
    "datasets": "report.kind-datasets",
}


def terms_license(row: TermsRow) -> str:
    """The terms of a row by name."""
    if row.license:
        return _cut(row.license)
    stated_none = row.terms is not None and row.terms.expression == "NONE"
    return sentence("report.license-none" if stated_none else "report.license-silent")


def grants(row: TermsRow) -> tuple[str, ...]:
    """What the terms of a row say of each freedom. Where nothing is stated, that is unknown; code without a licence grants nothing."""
    if row.terms is None:
        return ("unknown",) * 4
    if row.terms.expression == "NONE" and row.kind == "code":
        return (GRANTS[0],) * 4
    return row.terms.grants


def terms_restrictions(row: TermsRow) -> str:
    """The restrictions of a row's terms, and what of them is not known."""
    if row.terms is None:
        return ""
    told = [knowledge_base().kind(kind).title for kind in row.terms.restrictions]
    if row.terms.unknown:
        told.append(sentence("report.license-unknown", {"names": ", ".join(_cut(name, _MOST_TEXT) for name in row.terms.unknown)}))
    return "; ".join(told)


def base_name(base: Ancestor) -> str:
    """A base model by name and id."""
    return f"{_cut(base.name)} ({_cut(base.model)})" if base.name and base.name != base.model else _cut(base.model)


def relation(base: Ancestor) -> str:
    """How a model was made from its base."""
    return vocabulary().relations[base.relation]["title"]


def base_verdict(base: Ancestor, judged: Judged) -> str:
    """The verdict on a base model, or why there is none."""
    return judged.rubric.verdict_texts(base.verdict)[0] if base.verdict is not None else LINEAGE_WORDS[base.status]


def from_scratch(item: Review) -> bool:
    """Whether the card says that the model was made from no other."""
    return bool(item.card.data["model"].get("derived_from") == [])


# --- what it rests on ---------------------------------------------------------------------------------------------


def subject_words(item: Review) -> str:
    """Which card was read: the model's id, the format, the day and the digest."""
    subject = item.card.subject
    params = {"id": _cut(subject.id), "format": subject.format, "as_of": as_of_text(subject), "sha256": subject.sha256}
    return sentence("report.card-words", params)


def rubric_words(judged: Judged) -> str:
    """Which rubric was used: id, version and digest."""
    return f"{judged.rubric.id} {judged.rubric.version}, sha256 {judged.rubric.sha256}"


def side_by_side(items: Sequence[Review], pillar: str) -> list[tuple[Criterion, list[CriterionResult]]]:
    """The criteria of a pillar, each with the results of all models."""
    columns = [of_pillar(item.main, pillar) for item in items]
    return [(rows[0][1], [result for result, _ in rows]) for rows in zip(*columns, strict=True)]
