"""What an audit found, as a page: the verdict so far, what is there, what does not fit, and what a person has to check."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..audit.gather import Gathered
from ..audit.parameters import told
from ..audit.terms import UNRECOGNISED, besides
from ..cards.notes import Note
from ..cards.vocabulary import vocabulary
from ..document.common import one_line
from ..messages import sentence
from ..results.audit import AuditResult, Doubt, Looked, TermsSeen
from ..results.questionnaire import Asked
from ..results.sentences import LINEAGE_WORDS, score_text
from ..results.updates import Update
from .pages import Grid, Item, Section
from .text import size_text
from .update_text import asked_page, explanation, update_lines

__all__ = ["page"]

_MOST_DOUBTS = 10
_MOST_QUESTIONS = 10
_MOST_LEADS = 10
_MOST_WEIGHTS = 3
_MOST_REASONS = 4
_SHOWN = 60
_SEEN = re.compile(r"components\.(\w+)\.release")
_FIRST = ("import.lead-restriction", "import.lead-heading")
_PAPER_OR_DATA = re.compile(r"arxiv\.org|doi\.org|openreview|aclanthology|zenodo|huggingface\.co/datasets")


def page(result: AuditResult, *, whole: bool = False, explain: bool = False) -> Iterator[Section]:
    """The sections of the page; ``whole``: with every question, doubt and lead, however many."""
    weights = [told(group) for item in _sources(result) for group in item.weights]
    shown = weights if whole else weights[:_MOST_WEIGHTS]
    if len(shown) < len(weights):
        shown.append(sentence("audit.weights-more", {"count": str(len(weights) - len(shown))}))
    texts = (*map(_looked, result.looked), *shown, *_verdict(result))
    yield Section(result.card.subject.name, texts, top=True)
    if result.update is not None and not explain:
        yield from _said_otherwise(result.update)
    yield from _doubts(result.doubts, None if whole else _MOST_DOUBTS)
    if result.update is not None:
        yield from _explained(result.update) if explain else _changes(result.update)
    if result.audit is not None:
        yield _parts(result)
    yield from _terms(result.terms)
    yield from _lineage(result)
    yield from _addresses(result.card.data.get("locations", {}), None if whole else _MOST_LEADS)
    yield from _questions(result, whole=whole)
    yield from _leads(result, None if whole else _MOST_LEADS)
    yield from _left_out(result.looked)


def _verdict(result: AuditResult) -> Iterator[str]:
    """The verdict, why it is that one, and what it can still turn out to be."""
    assessment, rubric = result.assessment, result.rubric
    label, summary = rubric.verdict_texts(assessment.verdict.id)
    possible = assessment.verdict.possible
    code = "audit.verdict-so-far" if len(possible) > 1 else "audit.verdict"
    yield sentence(code, {"rubric": rubric.title, "verdict": label.upper(), "summary": summary})
    results = {item.id: item for item in assessment.criteria}
    titles = {criterion.id: criterion.title for criterion in rubric.criteria}
    blocking = [gap.criterion for gap in assessment.gaps if gap.severity == "blocking"]
    if blocking:
        yield sentence("audit.reason-not-met", {"criteria": _some([titles[name] for name in blocking])})
        named = {base.model: base.name or base.model for base in result.lineage}
        bases = dict.fromkeys(named.get(base, base) for name in blocking for base in results[name].inherited_from)
        if bases:
            yield sentence("audit.reason-bases", {"bases": _some(list(bases))})
    open_ = [item for item in result.questions if item.blocks_alone]
    if open_:
        params = {"verdict": open_[0].if_bad.label, "count": str(len(open_)), "criteria": _some([item.title for item in open_])}
        yield sentence("audit.reason-open", params)
    score = sentence("audit.score", {"score": score_text(assessment.score)})
    if len(possible) > 1:
        still = f", {sentence('audit.or')} ".join(rubric.verdict_texts(name)[0] for name in possible)
        score = f"{sentence('audit.possible', {'verdicts': still})} {score}"
    yield score


def _some(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    text = "; ".join(one_line(name, _SHOWN) for name in names[:_MOST_REASONS])
    more = len(names) - _MOST_REASONS
    return sentence("audit.names-more", {"names": text, "more": str(more)}) if more > 0 else text


def _looked(item: Looked) -> str:
    text = sentence(
        "audit.looked-one" if item.files == 1 else "audit.looked",
        {"name": item.name, "files": f"{item.files:,}", "size": size_text(item.bytes)},
    )
    if item.hub not in ("", item.name) or item.repository:
        text += " " + sentence("audit.copy-of", {"what": item.repository or item.hub})
    if item.revision:
        text += " " + sentence("audit.at-commit", {"revision": item.revision})
    return text


def _parts(result: AuditResult) -> Section:
    components = vocabulary().components
    rows: list[tuple[str, ...]] = []
    of_terms = {statement.evidence for item in _sources(result) for statement in item.statements}
    claimed = result.card.data.get("components", {})
    for name, claim in claimed.items():
        named = [identifier for identifier in claim.get("evidence", ()) if identifier not in of_terms]
        seen = list(dict.fromkeys(identifier.partition(":")[2].partition("#")[0] for identifier in named))
        where = one_line(seen[0], _SHOWN) if seen else ""
        if len(seen) > 1:
            where = sentence("audit.names-others", {"names": where})  # evidence names the first few of them
        license = one_line(claim.get("license", "-"), _SHOWN)
        rows.append((components[name]["title"], sentence(f"audit.release-{claim['release']}"), license, where))
    header = tuple(sentence(f"audit.head-{name}") for name in ("part", "release", "terms", "seen"))
    if not rows:
        return Section(sentence("audit.parts"), (sentence("audit.nothing-seen"), sentence("audit.parts-about")))
    texts = [sentence("audit.parts-about")]
    if any(claim["release"] == "some" for claim in claimed.values()):
        texts.append(sentence("audit.some-about", {"some": sentence("audit.release-some")}))
    terms = {row[2] for row in rows}
    if len(rows) > 1 and len(terms) == 1 and terms != {"-"}:  # one set of terms for all needs no column
        texts.append(sentence("audit.terms-of-all", {"license": terms.pop()}))
        header, rows = (*header[:2], header[3]), [(*row[:2], row[3]) for row in rows]
    return Section(sentence("audit.parts"), (" ".join(texts),), Grid(header, tuple(rows)))


def _sources(result: AuditResult) -> tuple[Gathered, ...]:
    return result.audit.sources if result.audit is not None else ()


def _said_otherwise(update: Update) -> Iterator[Section]:
    """What a person has to look at first: claims of the card that were kept though the files show something else."""
    lines = tuple((line,) for line in update_lines(update._replace(changes=(), unseen=())))
    if lines:
        yield Section(sentence("update.kept-heading", {"count": str(len(lines))}), items=lines)


def _changes(update: Update) -> Iterator[Section]:
    items = tuple((line,) for line in update_lines(update._replace(kept=())))
    yield Section(sentence("audit.changes"), () if items else (sentence("update.nothing"),), None, items)


def _explained(update: Update) -> Iterator[Section]:
    """The explanation as parts of this page: each with a heading."""
    for section in explanation(update):
        yield section._replace(heading=section.heading or sentence("audit.verdict-heading"), top=False)


def _terms(files: Sequence[TermsSeen]) -> Iterator[Section]:
    if not files:
        return
    items = []
    for file in files:
        texts = [
            sentence(
                "audit.recognised-all" if found.exact else "audit.recognised-put-in" if found.covered >= 100 else "audit.recognised",
                {
                    "license": found.name,
                    "share": f"{int(10 * found.covered) / 10:g}",
                    "line": str(found.line),
                    "last": str(found.last_line),
                },
            )
            for found in file.recognised
        ] or [sentence("audit.recognised-none" if file.license == UNRECOGNISED else "audit.recognised-named")]
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


def _addresses(locations: Mapping[str, Mapping[str, str]], most: int | None) -> Iterator[Section]:
    """How the addresses of the card answered, and those of which that is not known. Those that are gone are among the doubts."""
    if not locations:
        return
    counts = Counter(entry["answer"] for entry in locations.values())
    items: list[Item] = [
        (sentence(f"audit.address-{entry['answer']}", {"address": address, "day": entry["checked"]}), *filter(None, [entry.get("note")]))
        for address, entry in locations.items()
        if entry["answer"] not in ("answers", "gone")
    ]
    if most is not None and len(items) > most:
        items = [*items[:most], (sentence("audit.more", {"count": str(len(items) - most)}),)]
    told = {kind: str(counts[kind]) for kind in ("answers", "gone", "refused", "failed")}
    text = sentence("audit.addresses-count", {**told, "left": str(counts["not-asked"])})
    yield Section(sentence("audit.addresses"), (text,), None, tuple(items))


def _doubts(found: Sequence[Doubt], most: int | None) -> Iterator[Section]:
    if not found:
        return
    items: list[Item] = []
    told = {""}
    for item in found[:most]:
        hint = item.hint or ""
        items.append((_doubt(item),) if hint in told else (_doubt(item), hint))  # a hint is given once
        told.add(hint)
    if most is not None and len(found) > most:
        items.append((sentence("audit.more", {"count": str(len(found) - most)}),))
    yield Section(sentence("audit.doubts", {"count": str(len(found))}), (), None, tuple(items))


def _doubt(item: Doubt) -> str:
    where = "" if item.path is None else f"{item.path}:{item.line}: " if item.line is not None else f"{item.path}: "
    return f"{where}{sentence(f'audit.severity-{item.severity}')}: {item.message}"


def _left_out(sources: Iterable[Looked]) -> Iterator[Section]:
    items = [
        (sentence("audit.left-out-item", {"message": item.message, "first": item.first}),) for source in sources for item in source.left_out
    ]
    if items:
        yield Section(sentence("audit.left-out"), (), None, tuple(items))


def _questions(result: AuditResult, *, whole: bool) -> Iterator[Section]:
    """The first questions in two lines each, or all of them with why each is open and what hangs on it."""
    if whole or not result.questions:
        yield from (section._replace(top=False) for section in asked_page(result.questions))
        return
    shown = result.questions[:_MOST_QUESTIONS]
    items: list[Item] = [_question(result, item) for item in shown]
    if len(shown) < len(result.questions):
        items.append((sentence("audit.questions-more", {"count": str(len(result.questions) - len(shown))}),))
    deciding = [item for item in result.questions if item.blocks_alone]
    about = ""
    if deciding:
        about = sentence("audit.questions-deciding", {"count": str(len(deciding)), "verdict": deciding[0].if_bad.label}) + " "
    heading = sentence("asked.heading", {"count": str(len(result.questions))})
    yield Section(heading, (about + sentence("audit.questions-about"),), None, tuple(items))


def _question(result: AuditResult, item: Asked) -> Item:
    text = sentence("asked.question", {"question": item.question, "id": one_line(item.criterion)})
    place = item.at[0] if item.at else ""
    seen = _SEEN.fullmatch(place)
    if seen is not None and result.card.data.get("components", {}).get(seen[1], {}).get("release") == "some":
        return text, sentence("audit.question-seen", {"at": place})
    if place:
        code = "audit.question-at-more" if len(item.at) > 1 else "audit.question-at"
        return text, sentence(code, {"at": one_line(place, 2 * _SHOWN), "count": str(len(item.at) - 1)})
    return text, sentence("asked.bases", {"bases": _some(item.bases)})


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
