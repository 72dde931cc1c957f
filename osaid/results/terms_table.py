"""The terms of what a card speaks of, part by part: what each leaves everyone free to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..cards.vocabulary import vocabulary
from ..licenses.expression import Terms
from ..licenses.expression import terms as judge
from ..rubrics.facts import Facts
from ..rubrics.probes.common import PUBLISHED
from ..rubrics.probes.terms import name_of

__all__ = ["KINDS", "TermsRow", "terms_table"]

KINDS = ("parameters", "code", "data", "documents", "data-information", "datasets")
"""The kinds of parts, in the order of the table: four of components, the information about training data, and the data sets."""

_WEIGHTS = "weights"


class TermsRow(NamedTuple):
    """Parts of a kind under the same terms. ``parts`` are components' ids, stages' ids or data sets' names, by the kind.

    ``status`` is published, gated, withheld or unknown; ``terms`` None where nothing is stated; ``scope`` the default that the terms come
    from (empty: their own).
    """

    kind: str
    parts: tuple[str, ...]
    status: str
    terms: Terms | None
    scope: str
    evidence: tuple[str, ...]

    @property
    def of_training(self) -> bool:
        """Whether it is about what the model was trained on, and not about what one receives."""
        return self.kind in ("data-information", "datasets")

    @property
    def license(self) -> str:
        """The terms by name; empty where none are stated."""
        return name_of(self.terms) if self.terms is not None and self.terms.stated else ""


def terms_table(facts: Facts) -> tuple[TermsRow, ...]:
    """The rows: everything that is published, everything with terms of its own, and the weights in any case."""
    rows: dict[tuple[str, str, str | None, str], list[tuple[str, tuple[str, ...], Terms | None]]] = {}
    for kind, part, status, terms, scope, evidence in _parts(facts):
        key = kind, status, terms.expression if terms is not None else None, scope
        rows.setdefault(key, []).append((part, evidence, terms))
    found = [
        TermsRow(
            kind,
            tuple(part for part, _, _ in members),
            status,
            members[0][2],
            scope,
            tuple(dict.fromkeys(item for _, evidence, _ in members for item in evidence if item in facts.evidence)),
        )
        for (kind, status, _, scope), members in rows.items()
    ]
    return tuple(sorted(found, key=lambda row: KINDS.index(row.kind)))


def _parts(facts: Facts) -> Iterator[tuple[str, str, str, Terms | None, str, tuple[str, ...]]]:
    for name, entry in vocabulary().components.items():
        component = facts.component(name)
        release = component.get("release")
        if release in PUBLISHED or "license" in component or name == _WEIGHTS:
            license = facts.license(name)
            status = (
                "gated" if release == "gated" else "published" if release in PUBLISHED else "withheld" if release == "none" else "unknown"
            )
            yield entry["kind"], name, status, license.terms, license.default, license.evidence
    for stage, said in facts.stages.items():
        if "license" in said:
            yield "data-information", stage, "published", judge(said["license"]), "", tuple(said.get("evidence", ()))
    for said in facts.stages.values():
        for dataset in said.get("datasets", ()):
            terms = judge(dataset["license"]) if "license" in dataset else None
            status = _BY_ACCESS.get(dataset.get("access", ""), "unknown")
            yield "datasets", dataset["name"], status, terms, "", tuple(dataset.get("evidence", ()))


_BY_ACCESS = {"open": "published", "public": "published", "obtainable": "gated", "unshareable": "withheld"}
