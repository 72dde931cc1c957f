"""Builds a site model by model: of each only its entry is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..errors import Place, Problem, UsageError
from ..results.review import Review
from ..rubrics.rubric import Rubric
from .changes import News, added, because, changed, in_order, removed
from .entry import Entry, entry_of
from .index import FEED, INDEX, framework_path, index_text, paths_of, result_path
from .pages import feed, files_of_model, table_page

__all__ = ["Site"]

Read = Callable[[str], "bytes | None"]
"""Reads a file of the earlier build by its path in the site."""


class Site:
    """A site in the making, of the cards read from ``paths``. ``before`` is the index of the earlier build, if there was one."""

    def __init__(
        self, rubrics: Sequence[Rubric], title: str, base_url: str, paths: Collection[str], before: Mapping[str, Any] | None
    ) -> None:
        self.rubrics = rubrics
        self.title = title
        self.base_url = base_url
        self._paths = paths
        self._entries: dict[str, Entry] = {}
        self._before: Mapping[str, Any] = before or {"rubrics": [], "models": [], "changes": []}
        self._old = {model["id"]: model for model in self._before["models"]}
        self._changes: list[News] = []
        self._made: set[str] = set()

    @property
    def entries(self) -> list[Entry]:
        """The models so far, best first by the leading framework."""
        return sorted(self._entries.values(), key=lambda entry: entry.marks[0].standing)

    def add(self, item: Review, old: Read) -> Iterator[tuple[str, str]]:
        """Take in a model: the files of its own, with their paths. Raises UsageError if another one had its id."""
        entry = entry_of(item)
        if entry.id in self._entries:
            raise UsageError(Problem("site.same-id", {"id": entry.id}, Place(item.card.subject.path)))
        self._entries[entry.id] = entry
        self._note(entry, item, old)
        return self._seen(files_of_model(item, self.base_url, self._paths))

    def finish(self) -> Iterator[tuple[str, str]]:
        """The files that need all models: tables, feed and, last, the index: it is replaced once all it names is there."""
        day = max((entry.as_of for entry in self._entries.values() if entry.as_of != "unknown"), default="unknown")
        gone = [removed(model, day) for name, model in self._old.items() if name not in self._entries]
        changes = in_order([*self._changes, *gone, *(_kept(change) for change in self._before["changes"])])
        entries = self.entries
        for number, rubric in reversed(list(enumerate(self.rubrics))):
            path = framework_path(rubric.id, leads=number == 0)
            yield from self._seen([(path, table_page(self.title, self.rubrics, number, entries, changes))])
        yield from self._seen([(FEED, feed(self.title, self.base_url, changes, day))])
        yield from self._seen([(INDEX, index_text(self.title, self.base_url, self.rubrics, entries, changes))])

    def stale(self) -> list[str]:
        """The files of the earlier build that are no part of this one."""
        return sorted(paths_of(self._before) - self._made)

    def _seen(self, files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for path, text in files:
            self._made.add(path)
            yield path, text

    def _note(self, entry: Entry, item: Review, old: Read) -> None:
        """What changed about a model since the earlier build."""
        before = self._old.get(entry.id)
        if before is None:
            self._changes.append(added(entry))
            return
        rubric = {rubric["id"]: rubric["sha256"] for rubric in self._before["rubrics"]}.get(self.rubrics[0].id)
        mark = before["marks"][0]
        if mark["rubric"] != self.rubrics[0].id or (before["sha256"] == entry.sha256 and rubric == self.rubrics[0].sha256):
            return  # another framework leads, or nothing changed
        self._changes.append(changed(before, entry, because(old(result_path(entry.id)), item.main)))


def _kept(change: Mapping[str, Any]) -> News:
    return News(**{**change, "because": tuple(change["because"])})
