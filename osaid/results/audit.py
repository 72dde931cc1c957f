"""What an audit found, as typed values: for JSON, and for the page that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..audit.gather import Audit, Gathered
from ..audit.merge import Merged
from ..audit.parameters import Weights
from ..audit.session import Audited, Bases
from ..audit.source import PASSING
from ..audit.terms import LicenseFile
from ..cards.findings import Finding, findings
from ..cards.reader import LoadedCard
from ..errors import Problem
from ..licenses.texts import Passage
from ..lineage import Library, lineage_findings
from ..rubrics.assessment import Assessment
from ..rubrics.assessor import Assessor
from ..rubrics.rubric import Rubric
from .plain_data import assessment_data, lines, plain, problem_data, row
from .questionnaire import Asked, questionnaire
from .review import Base, up_the_line
from .updates import Update, update

__all__ = [
    "AUDIT_VERSION",
    "AuditResult",
    "Doubt",
    "LeftOut",
    "Looked",
    "Recognised",
    "TermsSeen",
    "TypeCount",
    "WeightsSeen",
    "audited",
    "doubts",
    "parts",
]

_OF_LOCATIONS = ("finding.location-gone", "finding.location-not-gone", "finding.location-changed", "finding.dataset-gone")
AUDIT_VERSION = "1"
"""Version of the result's form."""


class LeftOut(NamedTuple):
    """Why files were left out, how often, and the first of them."""

    code: str
    message: str
    times: int
    first: str


class Looked(NamedTuple):
    """A source that was looked at. ``hub``, ``repository`` and ``revision`` are empty where it does not show them."""

    name: str
    hub: str
    repository: str
    revision: str
    files: int
    bytes: int
    left_out: tuple[LeftOut, ...]


class Recognised(NamedTuple):
    """A licence whose text was recognised: its share in percent, and whether all of it is there with nothing put in between."""

    license: str
    name: str
    covered: float
    exact: bool
    line: int
    last_line: int


class TermsSeen(NamedTuple):
    """A file that holds terms, and what it was found to be; ``license`` is the expression that counts."""

    source: str
    path: str
    role: str
    license: str
    altered: bool
    recognised: tuple[Recognised, ...]
    besides: tuple[Passage, ...]


class TypeCount(NamedTuple):
    """A type of number, and how many parameters are of it."""

    type: str
    parameters: int


class WeightsSeen(NamedTuple):
    """Weight files that belong together, and the digest of each as far as it is known (see --digests).

    ``parameters`` is null where they could not be counted.
    """

    source: str
    files: tuple[str, ...]
    sha256: tuple[str | None, ...]
    format: str
    parameters: int | None
    types: tuple[TypeCount, ...]
    missing: tuple[str, ...]


class Doubt(NamedTuple):
    """Something doubtful: error, warning or note; path and line are null where there is none."""

    severity: str
    code: str
    message: str
    hint: str | None
    path: str | None
    line: int | None


class AuditResult(NamedTuple):
    """All that an audit gives: the card, the judgement of it, what was seen, and what a person has to find out."""

    card: LoadedCard
    assessment: Assessment
    rubric: Rubric
    audit: Audit | None  # None: only the addresses of a card were asked
    looked: tuple[Looked, ...]
    terms: tuple[TermsSeen, ...]
    weights: tuple[WeightsSeen, ...]
    doubts: tuple[Doubt, ...]
    questions: tuple[Asked, ...]
    update: Update | None
    lineage: tuple[Base, ...]
    errors: tuple[tuple[str, Problem], ...]  # sources that could not be looked at, and why

    @property
    def passing(self) -> bool:
        """Whether something was left open that may fare better when the same audit is run again."""
        return not PASSING.isdisjoint([*(problem.code for _, problem in self.errors), *(doubt.code for doubt in self.doubts)])


def audited(found: Audited | None, card: LoadedCard, rubric: Rubric, old: LoadedCard | None, merged: Merged | None) -> AuditResult:
    """Judge the card that an audit made or changed; ``old`` is the card that it was merged into.

    ``found`` is None where only the addresses of a card were asked.
    """
    audit, bases = (found.audit, found.bases) if found is not None else (None, Bases())
    library = Library(bases.cards)
    assessor = Assessor(rubric, library)
    assessment = assessor.assess(card)
    change = None
    if audit is not None and old is not None and merged is not None:
        change = update(old, audit.card.data, merged, [(rubric, assessor.assess(old), assessment)])
    doubtful = [*(audit.findings if audit is not None else ()), *bases.findings, *lineage_findings(card, library)]
    doubtful += [item for item in findings(card) if item.severity == "error" or item.problem.code in _OF_LOCATIONS]
    return AuditResult(
        card,
        assessment,
        rubric,
        audit,
        tuple(map(_looked, audit.sources)) if audit is not None else (),
        tuple(_terms(item.source.name, file) for item in audit.sources for file in item.licenses) if audit is not None else (),
        tuple(_weights(item.source.name, group) for item in audit.sources for group in item.weights) if audit is not None else (),
        doubts(doubtful),
        questionnaire(assessment, rubric, card),
        change,
        tuple(up_the_line(card, assessor, library)),
        found.errors if found is not None else (),
    )


def parts(result: AuditResult) -> Iterator[tuple[str, Any]]:
    """The parts of the result as JSON."""
    yield "cards", iter([lines(dict(result.card.data))])
    yield "assessments", iter([lines(assessment_data(result.assessment, result.rubric))])
    for key in ("looked", "terms", "weights", "lineage", "doubts", "questions"):
        yield key, (row(plain(value)) for value in getattr(result, key))
    yield "updates", (lines(plain(value)) for value in ([result.update] if result.update is not None else []))
    yield "errors", (row(problem_data(problem, target)) for target, problem in result.errors)


def _looked(item: Gathered) -> Looked:
    origin = item.source.origin
    left_out = tuple(_left_out(item.skipped))
    return Looked(item.source.name, origin.hub, origin.repository, origin.revision, item.inventory.files, item.inventory.bytes, left_out)


def _left_out(skipped: Iterable[tuple[Problem, int]]) -> Iterable[LeftOut]:
    for problem, count in skipped:
        yield LeftOut(problem.code, problem.message, count, problem.place.path or "")


def _terms(source: str, file: LicenseFile) -> TermsSeen:
    found = file.found
    return TermsSeen(
        source,
        file.path,
        file.role,
        file.license,
        found.altered,
        tuple(
            Recognised(match.license, match.name, round(100 * match.covered, 1), match.exact, match.line, match.last_line)
            for match in found.matches
        ),
        found.passages,
    )


def _weights(source: str, group: Weights) -> WeightsSeen:
    types = tuple(TypeCount(name, count) for name, count in group.dtypes.items())
    digests = tuple(file.entry.sha256 or None for file in group.files)
    return WeightsSeen(source, tuple(group.paths), digests, group.format, group.parameters, types, group.missing)


def doubts(findings: Iterable[Finding]) -> tuple[Doubt, ...]:
    """What is doubtful, the worst first; otherwise in the order in which it was found."""
    order = ("error", "warning", "note")
    return tuple(
        Doubt(item.severity, item.problem.code, item.problem.message, item.problem.hint, item.problem.place.path, item.problem.place.line)
        for item in sorted(findings, key=lambda item: order.index(item.severity))
    )
