"""What a report says about terms and base models, in words: plain text, to be made safe by the output that shows it."""

from __future__ import annotations

from ..cards.vocabulary import vocabulary
from ..document.common import short
from ..licenses.knowledge import GRANTS, knowledge_base
from ..messages import sentence
from ..results.review import Base, Judged, Review
from ..results.sentences import LINEAGE_WORDS
from ..results.terms_table import TermsRow

__all__ = [
    "base_name",
    "base_verdict",
    "from_scratch",
    "grants",
    "relation",
    "terms_license",
    "terms_parts",
    "terms_restrictions",
]

_MOST_NAME = 160
_MOST_PARTS = 12
_MOST_TEXT = 60


def terms_parts(row: TermsRow) -> str:
    """What a row of the table of terms is about."""
    words = vocabulary()
    titles = {"data-information": words.stages, "datasets": {}}.get(row.kind, words.components)
    parts = [titles[part]["title"] if part in titles else short(part, _MOST_TEXT) for part in row.parts]
    more = len(parts) - _MOST_PARTS
    told = ", ".join(parts[:_MOST_PARTS])
    if more > 0:
        told = sentence("words.more", {"items": told, "count": str(more)})
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
        return short(row.license, _MOST_NAME)
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
        told.append(sentence("report.license-unknown", {"names": ", ".join(short(name, _MOST_TEXT) for name in row.terms.unknown)}))
    return "; ".join(told)


def base_name(base: Base) -> str:
    """A base model by name and id."""
    return (
        f"{short(base.name, _MOST_NAME)} ({short(base.model, _MOST_NAME)})"
        if base.name and base.name != base.model
        else short(base.model, _MOST_NAME)
    )


def relation(base: Base) -> str:
    """How a model was made from its base."""
    return vocabulary().relations[base.relation]["title"]


def base_verdict(base: Base, judged: Judged) -> str:
    """The verdict on a base model, or why there is none."""
    return judged.rubric.verdict_texts(base.verdict)[0] if base.verdict is not None else LINEAGE_WORDS[base.status]


def from_scratch(item: Review) -> bool:
    """Whether the card says that the model was made from no other."""
    return bool(item.card.data["model"].get("derived_from") == [])
