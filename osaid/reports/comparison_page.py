"""Models side by side, as a page: a few in words, a column each; many with a mark for each, in blocks that fit the width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..document.common import one_line
from ..licenses.knowledge import FREEDOMS
from ..messages import sentence
from ..results.comparison import Comparison, Lack, Model, Row, Weights
from ..results.sentences import range_text
from .diff_page import outcome_word, reached_text
from .pages import Grid, Item, Section

__all__ = ["page"]

_NAME = 40
_IN_WORDS = 3  # so many models have a column of words each
_TITLES = 52  # the most columns for the titles of criteria beside their marks
_MARK = 4  # columns for a mark and what is between it and the next
_MARKS = {"met": "+", "partly_met": "~", "not_met": "-", "unknown": "?", "not_applicable": "."}
_GRANTED = "free"
_FREEDOMS = {
    "use": "compare.freedom-use",
    "study": "compare.freedom-study",
    "modify": "compare.freedom-modify",
    "share": "compare.freedom-share",
}
_LACKS = {"not_met": "compare.lacks-not-met", "partly_met": "compare.lacks-partly-met", "unknown": "compare.lacks-unknown"}


def page(comparisons: Iterable[Comparison], whole: bool, width: int) -> Iterator[Section]:
    """The sections, rubric by rubric; with ``whole`` every criterion, and not only those on which the models differ."""
    for comparison in comparisons:
        yield from _Page(comparison, whole, width).sections()


class _Page:
    def __init__(self, comparison: Comparison, whole: bool, width: int) -> None:
        self.comparison = comparison
        self.whole = whole
        self.few = len(comparison.models) <= _IN_WORDS
        self.blocks = _blocks(len(comparison.models), max(_IN_WORDS, (width - _TITLES) // _MARK))
        self.names = [_told_apart(comparison.models, position) for position in range(len(comparison.models))]

    def sections(self) -> Iterator[Section]:
        found = self.comparison
        params = {"count": str(len(found.models)), "rubric": one_line(found.rubric_title, 80), "id": one_line(found.rubric_id, _NAME)}
        texts = () if found.one_rubric else (sentence("compare.rubrics-differ"),)
        yield Section(sentence("compare.title", params), texts, top=True)
        yield Section(sentence("compare.overview"), grid=self._overview())
        yield from self._pillars()
        yield from self._levels()
        yield from self._criteria()
        yield Section(sentence("compare.lacks"), items=tuple(self._lacks()))
        yield Section(sentence("compare.weights"), items=tuple(self._weights()))

    def _overview(self) -> Grid:
        """A row a model, with its number where the other tables show that."""
        versions = not self.comparison.one_rubric
        names = ["compare.model", "compare.verdict", "compare.score", "compare.as-of"]
        header = [sentence(code) for code in [*([] if self.few else ["compare.number"]), *names]]
        rows = []
        for position, model in enumerate(self.comparison.models):
            cells = [self.names[position], _verdict(model), range_text(model.score), one_line(model.subject.as_of, 10)]
            cells += [f"{one_line(model.rubric.version, 20)} {model.rubric.sha256[:8]}"] if versions else []
            rows.append(tuple(cells if self.few else [str(position + 1), *cells]))
        header += [sentence("compare.rubric-version")] if versions else []
        return Grid(tuple(header), tuple(rows))

    def _pillars(self) -> Iterator[Section]:
        """Few models a column each; many a row each, as there are more of them than pillars."""
        pillars = self.comparison.pillars
        cells = [[range_text(score) for score in pillar.scores] for pillar in pillars]
        yield self._table("compare.pillars", "compare.pillar", [one_line(pillar.label, _NAME) for pillar in pillars], cells)

    def _levels(self) -> Iterator[Section]:
        levels = self.comparison.levels
        if levels:
            cells = [[reached_text(reached) for reached in level.reached] for level in levels]
            yield self._table("compare.levels", "compare.level", [one_line(level.label, _NAME) for level in levels], cells)

    def _table(self, heading: str, corner: str, labels: list[str], cells: list[list[str]]) -> Section:
        if self.few:
            rows = [(label, *row) for label, row in zip(labels, cells, strict=True)]
            return Section(sentence(heading), grid=Grid((sentence(corner), *self.names), tuple(rows)))
        turned = [(self.names[position], *(row[position] for row in cells)) for position in range(len(self.names))]
        return Section(sentence(heading), grid=Grid((sentence("compare.model"), *labels), tuple(turned)))

    def _criteria(self) -> Iterator[Section]:
        rows = [row for row in self.comparison.criteria if row.differs or self.whole]
        heading = sentence("compare.all" if self.whole else "compare.differ", {"count": str(len(rows))})
        agreed = len(self.comparison.criteria) - len(rows)
        texts = [sentence("compare.agree", {"count": str(agreed)})] if agreed else []
        if not rows:
            yield Section(heading, (sentence("compare.none-differ"), *texts))
        elif self.few:
            cells = tuple((_title(row), *map(outcome_word, row.outcomes)) for row in rows)
            yield Section(heading, tuple(texts), Grid((sentence("compare.criterion"), *self.names), cells))
        else:
            legend = ", ".join(f"{mark} {outcome_word(outcome)}" for outcome, mark in _MARKS.items())
            for number, block in enumerate(self.blocks):
                header = (sentence("compare.criterion"), *(str(position + 1) for position in block))
                marks = tuple((_title(row), *(_MARKS.get(row.outcomes[position] or "", "") for position in block)) for row in rows)
                first = (sentence("compare.marks", {"marks": legend}), *texts)
                yield Section(heading if not number else "", first if not number else (), Grid(header, marks))

    def _lacks(self) -> Iterator[Item]:
        by_model: dict[int, dict[str, list[Lack]]] = {}
        for lack in self.comparison.lacks:
            by_model.setdefault(lack.model, {}).setdefault(lack.outcome, []).append(lack)
        for position, name in enumerate(self.names):
            found = by_model.get(position)
            if found is None:
                yield (sentence("compare.lacks-nothing", {"model": name}),)
                continue
            told = [sentence(code, {"titles": "; ".join(map(self._lack, found[kind]))}) for kind, code in _LACKS.items() if kind in found]
            yield (sentence("compare.lacks-items", {"model": name}), *told)

    def _lack(self, lack: Lack) -> str:
        """Of two models it is plain which one has what the other lacks; of many the table shows it."""
        title = one_line(lack.title, 120)
        if len(self.names) == _IN_WORDS and len(lack.met_by) == 1:
            return sentence("compare.met-by", {"title": title, "models": self.names[lack.met_by[0]]})
        return title

    def _weights(self) -> Iterator[Item]:
        """By terms, as many models may share them."""
        by_terms: dict[tuple[Weights, ...], list[str]] = {}
        for name, model in zip(self.names, self.comparison.models, strict=True):
            by_terms.setdefault(model.weights, []).append(name)
        for terms, names in by_terms.items():
            told = "; ".join(map(_terms, terms)) if terms else sentence("compare.weights-untold")
            yield (sentence("compare.lacks-items", {"model": ", ".join(names)}), told)


def _blocks(count: int, most: int) -> list[range]:
    """Positions in as few blocks as possible, all of about the same size."""
    size = -(-count // -(-count // most))
    return [range(start, min(start + size, count)) for start in range(0, count, size)]


def _terms(terms: Weights) -> str:
    license = one_line(terms.license, 120)
    grants = dict(zip(FREEDOMS, terms[1:], strict=True))
    if all(grant == _GRANTED for grant in grants.values()):
        return sentence("compare.weights-free", {"license": license})
    freedoms = ", ".join(sentence(_FREEDOMS[name], {"grant": sentence(f"grant.{grant}")}) for name, grant in grants.items())
    return sentence("compare.weights-not-free", {"license": license, "freedoms": freedoms})


def _verdict(model: Model) -> str:
    """The verdict in words; where it is open, those still possible."""
    label = one_line(model.verdict.label, _NAME)
    if model.verdict.id in model.verdict.possible:
        return label
    still = ", ".join(one_line(verdict, _NAME) for verdict in model.verdict.possible)
    return sentence("compare.possible", {"verdict": label, "possible": still})


def _told_apart(models: Sequence[Model], position: int) -> str:
    """A model's name; with its version, or where it was read from, where another one has the same."""
    model = models[position].subject
    same = [other.subject for other in models if other.subject.name == model.name]
    name = one_line(model.name, _NAME)
    if len(same) == 1:
        return name
    for more in ("id", "version", "as_of", "path"):
        if len({getattr(other, more) for other in same}) == len(same):
            return sentence("diff.named", {"name": name, "id": one_line(getattr(model, more) or "", _NAME)})
    return sentence("diff.named", {"name": name, "id": str(position + 1)})


def _title(row: Row) -> str:
    return one_line(row.title, 120)
