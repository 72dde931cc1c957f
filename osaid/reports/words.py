"""What a report says about a model, in words: plain text, to be made safe by the output that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

from ..document.common import short
from ..messages import sentence
from ..outcome import Outcome
from ..results.outlook import Step
from ..results.questionnaire import Question
from ..results.review import Judged, Review
from ..results.sentences import (
    HEADINGS,
    NOTE_HEADINGS,
    NOTE_KINDS,
    OUTCOME_WORDS,
    as_of_text,
    only_bases_to_blame,
    range_text,
    remedy_text,
)
from ..rubrics.assessment import CriterionResult, Gap, PillarScore, Score
from ..rubrics.definition import Criterion
from .side_by_side import progress_text
from .terms_words import base_verdict, terms_restrictions

__all__ = [
    "asked_by",
    "at_best",
    "byline",
    "clause",
    "contents",
    "counts_words",
    "further_questions",
    "gap_groups",
    "gaps",
    "levels_words",
    "name",
    "notes",
    "of_pillar",
    "outlook_words",
    "plain_words",
    "rubric_words",
    "score_sentence",
    "score_words",
    "side_by_side",
    "still_possible",
    "subject_words",
    "verdict_label",
    "verdict_summary",
]

_MOST_NAME = 160
_MOST_TITLES = 3
_UNCOUNTED = ("conflict", "unreadable", "lead")
_MOST_TEXT = 60


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- the model and its verdict ------------------------------------------------------------------------------------


def name(item: Review) -> str:
    """The model's name, cut where it is no longer one."""
    return short(item.card.subject.name, _MOST_NAME)


def byline(item: Review) -> list[str]:
    """Who made it, which version, and when the facts were true."""
    subject = item.card.subject
    day = sentence("report.as-of", {"date": subject.as_of}) if subject.as_of != "unknown" else sentence("report.no-date")
    return [part for part in (short(subject.developer, _MOST_NAME), short(subject.version, _MOST_NAME), day) if part]


def verdict_label(judged: Judged, verdict: str | None = None) -> str:
    """A verdict in a few words: the assessment's own, or the one named."""
    return _capital(judged.rubric.verdict_texts(verdict or judged.assessment.verdict.id)[0])


def verdict_summary(judged: Judged) -> str:
    """What the verdict means, in a sentence or two."""
    return judged.rubric.verdict_texts(judged.assessment.verdict.id)[1]


def still_possible(judged: Judged) -> str:
    """What the verdict can still turn out to be, as a sentence; empty where it is settled."""
    verdict = judged.assessment.verdict
    if verdict.id == judged.rubric.undetermined[0]:
        return sentence("report.still-possible", {"verdicts": _labels(judged, verdict.possible)})
    others = [other for other in verdict.possible if other != verdict.id]
    return sentence("report.may-become", {"verdicts": _labels(judged, others)}) if others else ""


def _labels(judged: Judged, verdicts: Iterable[str]) -> str:
    labels = (judged.rubric.verdict_texts(verdict)[0] for verdict in verdicts)
    return reduce(lambda one, other: sentence("words.or", {"one": one, "other": other}), labels)


def at_best(judged: Judged) -> str:
    """Where the verdict is undetermined: what it can be."""
    verdict = judged.assessment.verdict
    return _labels(judged, verdict.possible) if verdict.id == judged.rubric.undetermined[0] else ""


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
    """How many criteria of a pillar have which outcome, the best first."""
    order = (Outcome.MET, Outcome.PARTLY_MET, Outcome.NOT_MET, Outcome.UNKNOWN)
    counts = dict(zip(Outcome, pillar.counts, strict=True))
    if sum(counts.values()) and counts[Outcome.MET] + counts[Outcome.NOT_APPLICABLE] == sum(counts.values()):
        return sentence("report.all-met")
    return sentence(
        "report.counts", {"counts": ", ".join(f"{counts[outcome]} {OUTCOME_WORDS[outcome]}" for outcome in order if counts[outcome])}
    )


def levels_words(judged: Judged) -> str:
    """The levels of a ladder that are reached, and the next one with its progress; empty where there is no ladder."""
    if not any(rule.after for rule in judged.rubric.levels):
        return ""
    return sentence("report.levels", {"levels": progress_text(judged.assessment)})


def plain_words(item: Review) -> list[str]:
    """The answer for somebody who wants to use the model: what the terms allow, what is missing, what it was made from, what is open."""
    found = [_terms_of_weights(item)]
    missing = [criterion for gap, _, criterion in gaps(item, "blocking") if not gap.terms]
    if missing:
        missing.sort(key=lambda criterion: -criterion.weight)
        titles = "; ".join(criterion.title for criterion in missing[:_MOST_TITLES])
        many = len(missing) > _MOST_TITLES
        found.append(
            sentence("report.plain-missing-many", {"count": str(len(missing)), "titles": titles})
            if many
            else sentence("report.plain-missing", {"titles": titles})
        )
    for base in item.lineage:
        if base.depth == 0:
            found.append(
                sentence(
                    "report.plain-base", {"base": short(base.name or base.model, _MOST_NAME), "verdict": base_verdict(base, item.main)}
                )
            )
    asked = [criterion.texts["question"] for _, _, criterion in gaps(item, "question")]
    if asked:
        many = len(asked) > _MOST_TITLES
        found.append(
            sentence("report.plain-questions", {"count": str(len(asked))})
            if many
            else sentence("report.plain-questions-named", {"questions": " ".join(asked)})
        )
    uncounted = sum(note.kind in _UNCOUNTED for note in item.card.notes)
    if uncounted:
        found.append(sentence("report.plain-notes", {"count": str(uncounted)}))
    return found


def _terms_of_weights(item: Review) -> str:
    row = item.weights
    if not row.license or row.terms is None:
        return sentence("report.plain-weights-withheld" if row.status == "withheld" else "report.plain-weights-silent")
    params = {"license": short(row.license, _MOST_NAME), "restrictions": terms_restrictions(row)}
    if row.terms.free == "no":
        return sentence("report.plain-weights-restricted" if params["restrictions"] else "report.plain-weights-not-free", params)
    return sentence("report.plain-weights-free" if row.terms.free == "yes" else "report.plain-weights-unknown", params)


def outlook_words(item: Review) -> list[str]:
    """What would change the verdict, a sentence each."""
    judged, now = item.main, item.main.assessment.verdict.id
    if len(judged.rubric.verdicts) == 1:
        return [sentence("report.change-no-verdict")]
    best = now == judged.rubric.verdicts[0].id
    found = [_step(step, judged, now) for step in item.outlook.steps if not best or step.kind == "answers"]
    titles = {criterion.id: criterion.title for criterion in judged.rubric.criteria}
    for step in item.outlook.alone:
        params = {"criterion": titles[step.criteria[0]], "verdict": judged.rubric.verdict_texts(step.verdict)[0]}
        found.append(sentence("report.change-alone", params))
    inherited = [result for severity in ("blocking", "question") for _, result, _ in gaps(item, severity) if result.inherited_from]
    if found and inherited:
        bases = dict.fromkeys(short(base) for result in inherited for base in result.inherited_from)
        found.append(sentence("report.change-bases", {"points": _points(len(inherited)), "bases": ", ".join(bases)}))
    return found or [sentence("report.change-nothing")]


def _step(step: Step, judged: Judged, now: str) -> str:
    points = _points(len(step.criteria))
    if step.kind == "answers" and now == judged.rubric.verdicts[0].id:
        return sentence("report.change-answers-keep", {"points": points})
    others = [verdict for verdict in step.possible if verdict != step.verdict]
    label = judged.rubric.verdict_texts(step.verdict)[0]
    if step.verdict == judged.rubric.undetermined[0]:
        label = sentence("report.change-open", {"verdict": label, "verdicts": _labels(judged, step.possible)})
    elif others:
        label = sentence("report.change-unless", {"verdict": label, "verdicts": _labels(judged, others)})
    return sentence(_CHANGES[step.kind][step.verdict == now], {"points": points, "verdict": label})


def _points(count: int) -> str:
    return sentence("words.point" if count == 1 else "words.points", {"count": str(count)})


_CHANGES = {
    "answers": ("report.change-answers", "report.change-answers-not"),
    "terms": ("report.change-terms", "report.change-terms-not"),
    "releases": ("report.change-releases", "report.change-releases-not"),
    "mended": ("report.change-mended", "report.change-mended-not"),
    "all": ("report.change-all", "report.change-all-not"),
}


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


def further_questions(item: Review) -> list[Question]:
    """The questions that only the other frameworks ask."""
    return [question for question in item.questions if question.rubrics[0] is not item.main.rubric]


def gap_groups(item: Review, severity: str) -> list[tuple[str, str, list[tuple[Gap, CriterionResult, Criterion]]]]:
    """The gaps of a severity by pillar, and those that only base models are to blame for by these: heading, remedy for all, gaps."""
    of_pillars: dict[str, list[tuple[Gap, CriterionResult, Criterion]]] = {}
    of_bases: dict[tuple[str, ...], list[tuple[Gap, CriterionResult, Criterion]]] = {}
    for found in gaps(item, severity):
        bases = only_bases_to_blame(found[1])
        if bases:
            of_bases.setdefault(bases, []).append(found)
        else:
            of_pillars.setdefault(found[2].pillar, []).append(found)
    groups = [(item.main.rubric.pillars[pillar], "", members) for pillar, members in of_pillars.items()]
    for bases, members in of_bases.items():
        heading = sentence("report.because-of", {"bases": ", ".join(short(base, _MOST_TEXT) for base in bases)})
        groups.append((heading, remedy_text(*members[0][1:]), members))
    return groups


def contents(item: Review) -> Iterator[tuple[str, str]]:
    """The sections of a report: where they stand, and their headings."""
    yield from ((section, sentence(_HEADINGS[section])) for section in ("parts", "change", "terms", "lineage"))
    yield from ((severity, heading) for severity, heading in HEADINGS.items() if gaps(item, severity))
    for section in ("frameworks", "questions", "criteria", "evidence", "method"):
        if (section != "questions" or further_questions(item)) and (section != "evidence" or item.sources):
            yield section, sentence(_HEADINGS[section])


_HEADINGS = {
    "parts": "report.parts",
    "change": "report.change",
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
    for part, heading in NOTE_HEADINGS.items():
        told = [sentence(note.code, note.params) for note in item.card.notes if note.kind in NOTE_KINDS[part]]
        if told:
            yield heading, told
    remarks = list(item.card.data.get("notes", ()))
    if remarks:
        yield sentence("report.remarks"), remarks


# --- what it rests on ---------------------------------------------------------------------------------------------


def subject_words(item: Review) -> str:
    """Which card was read: the model's id, the format, the day and the digest."""
    subject = item.card.subject
    params = {"id": short(subject.id, _MOST_NAME), "format": subject.format, "as_of": as_of_text(subject), "sha256": subject.sha256}
    return sentence("report.card-words", params)


def rubric_words(judged: Judged) -> str:
    """Which rubric was used: id, version and digest."""
    return f"{judged.rubric.id} {judged.rubric.version}, sha256 {judged.rubric.sha256}"


def side_by_side(items: Sequence[Review], pillar: str) -> list[tuple[Criterion, list[CriterionResult]]]:
    """The criteria of a pillar, each with the results of all models."""
    columns = [of_pillar(item.main, pillar) for item in items]
    return [(rows[0][1], [result for result, _ in rows]) for rows in zip(*columns, strict=True)]
