"""What an audit found, as a page: the verdict so far, what is there, what does not fit, and what a person has to check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..audit.gather import Gathered
from ..audit.parameters import told
from ..audit.terms import besides
from ..cards.notes import Note
from ..cards.vocabulary import vocabulary
from ..document.common import one_line
from ..messages import sentence
from ..results.audit import AuditResult, Doubt, Looked, TermsSeen
from ..results.sentences import LINEAGE_WORDS, score_text
from ..results.updates import Update
from .pages import Grid, Item, Section
from .text import size_text
from .update_text import asked_page, explanation, update_lines

__all__ = ["page"]

_MOST_DOUBTS = 40
_MOST_QUESTIONS = 12
_MOST_LEADS = 15
_SHOWN = 60
_FIRST = ("import.lead-restriction", "import.lead-heading")
_PAPER_OR_DATA = re.compile(r"arxiv\.org|doi\.org|openreview|aclanthology|zenodo|huggingface\.co/datasets")


def page(result: AuditResult, *, whole: bool = False, explain: bool = False) -> Iterator[Section]:
    """The sections of the page; ``whole``: with every question, doubt and lead, however many."""
    card, assessment, rubric = result.card, result.assessment, result.rubric
    label, summary = rubric.verdict_texts(assessment.verdict.id)
    texts = [_looked(item) for item in result.looked]
    texts.append(sentence("audit.verdict", {"rubric": rubric.title, "verdict": label, "summary": summary}))
    if len(assessment.verdict.possible) > 1:
        still = f", {sentence('audit.or')} ".join(rubric.verdict_texts(name)[0] for name in assessment.verdict.possible)
        texts.append(sentence("audit.possible", {"verdicts": still}))
    texts.append(sentence("audit.score", {"score": score_text(assessment.score)}))
    yield Section(card.subject.name, tuple(texts), top=True)
    if result.update is not None:
        yield from explanation(result.update) if explain else _changes(result.update)
    yield _parts(result)
    yield from _terms(result.terms)
    yield from _lineage(result)
    yield from _doubts(result.doubts, None if whole else _MOST_DOUBTS)
    yield from _left_out(result.looked)
    yield from _questions(result, None if whole else _MOST_QUESTIONS)
    yield from _leads(result, None if whole else _MOST_LEADS)


def _looked(item: Looked) -> str:
    text = sentence("audit.looked", {"name": item.name, "files": f"{item.files:,}", "size": size_text(item.bytes)})
    if item.hub not in ("", item.name) or item.repository:
        text += " " + sentence("audit.copy-of", {"what": item.repository or item.hub})
    if item.revision:
        text += " " + sentence("audit.at-commit", {"revision": item.revision})
    return text


def _parts(result: AuditResult) -> Section:
    components = vocabulary().components
    card = result.card.data
    rows = []
    of_terms = {statement.evidence for item in _sources(result) for statement in item.statements}
    for name, claim in card.get("components", {}).items():
        named = [identifier for identifier in claim.get("evidence", ()) if identifier not in of_terms]
        seen = ", ".join(dict.fromkeys(identifier.partition(":")[2].partition("#")[0] for identifier in named))
        license = claim.get("license", "-")
        rows.append(
            (components[name]["title"], sentence(f"audit.release-{claim['release']}"), one_line(license, _SHOWN), one_line(seen, _SHOWN))
        )
    header = tuple(sentence(f"audit.head-{name}") for name in ("part", "release", "terms", "seen"))
    texts = tuple(told(group) for item in _sources(result) for group in item.weights[:_MOST_LEADS])
    if not rows:
        texts = (*texts, sentence("audit.nothing-seen"))
    return Section(sentence("audit.parts"), (*texts, sentence("audit.parts-about")), Grid(header, tuple(rows)))


def _sources(result: AuditResult) -> tuple[Gathered, ...]:
    return result.audit.sources if result.audit is not None else ()


def _changes(update: Update) -> Iterator[Section]:
    items = tuple((line,) for line in update_lines(update))
    yield Section(sentence("audit.changes"), () if items else (sentence("update.nothing"),), None, items)


def _terms(files: Sequence[TermsSeen]) -> Iterator[Section]:
    if not files:
        return
    items = []
    for file in files:
        texts = [
            sentence(
                "audit.recognised-all" if found.exact else "audit.recognised",
                {"license": found.name, "share": f"{found.covered:.0f}", "line": str(found.line), "last": str(found.last_line)},
            )
            for found in file.recognised
        ] or [sentence("audit.recognised-none")]
        below = []
        for (line, text), kinds in besides(file.besides, recognised=bool(file.recognised)).items():
            code = "audit.besides-limit" if set(kinds) - {"terms", "choice"} else "audit.besides-terms"
            below.append(sentence(code, {"line": str(line), "text": text}))
        items.append((f"{file.path}: {' '.join(texts)} {sentence('audit.counts-as', {'license': file.license})}", *below))
    yield Section(sentence("audit.terms"), (), None, tuple(items))


def _lineage(result: AuditResult) -> Iterator[Section]:
    relations = vocabulary().relations
    items = []
    for base in result.lineage:
        verdict = result.rubric.verdict_texts(base.verdict)[0] if base.verdict is not None else LINEAGE_WORDS[base.status]
        params = {
            "base": base.name or base.model,
            "relation": relations[base.relation]["title"],
            "verdict": verdict,
            "depth": str(base.depth),
        }
        items.append((sentence("audit.base" if not base.depth else "audit.base-above", params),))
    if items:
        yield Section(sentence("audit.bases"), (), None, tuple(items))


def _doubts(found: Sequence[Doubt], most: int | None) -> Iterator[Section]:
    if not found:
        return
    items = [_doubt(item) for item in found[:most]]
    if most is not None and len(found) > most:
        items.append((sentence("audit.more", {"count": str(len(found) - most)}),))
    yield Section(sentence("audit.doubts", {"count": str(len(found))}), (), None, tuple(items))


def _doubt(item: Doubt) -> Item:
    where = "" if item.path is None else f"{item.path}:{item.line}: " if item.line is not None else f"{item.path}: "
    text = f"{where}{sentence(f'audit.severity-{item.severity}')}: {item.message}"
    return (text, item.hint) if item.hint else (text,)


def _left_out(sources: Iterable[Looked]) -> Iterator[Section]:
    items = [
        (sentence("audit.left-out-item", {"message": item.message, "count": f"{item.times:,}", "first": item.first}),)
        for source in sources
        for item in source.left_out
    ]
    if items:
        yield Section(sentence("audit.left-out"), (), None, tuple(items))


def _questions(result: AuditResult, most: int | None) -> Iterator[Section]:
    for section in asked_page(result.questions):
        items = section.items[:most]
        more = ((sentence("audit.more", {"count": str(len(section.items) - len(items))}),),) if len(items) < len(section.items) else ()
        yield section._replace(items=(*items, *more), top=False)


def _leads(result: AuditResult, most: int | None) -> Iterator[Section]:
    leads = [
        (item.readme, note) for item in _sources(result) if item.readme is not None for note in item.readme.notes if note.kind == "lead"
    ]
    leads.sort(key=lambda lead: _weight(lead[1]))
    if not leads:
        return
    items: list[Item] = []
    for readme, note in leads[:most]:
        line = f":{note.line}" if note.line is not None else ""
        items.append((f"{readme.path}{line}: {sentence(note.code, note.params)}",))
    if most is not None and len(leads) > most:
        items.append((sentence("audit.more", {"count": str(len(leads) - most)}),))
    yield Section(sentence("audit.leads"), (sentence("audit.leads-about"),), None, tuple(items))


def _weight(note: Note) -> int:
    """What tells most first: limits, headings, papers and data sets, other links."""
    if note.code != "import.lead-link":
        return _FIRST.index(note.code) if note.code in _FIRST else 2
    return 3 if _PAPER_OR_DATA.search(note.params["what"]) else 4
