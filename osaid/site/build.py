"""Builds a site model by model: of each only its entry is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from ..errors import Place, Problem, UsageError
from ..reports.text import plain
from ..results.review import Review
from ..rubrics.rubric import Rubric
from .changes import News, added, because, changed, in_order, removed
from .entry import Entry, entry_of, entry_of_old
from .index import FEED, INDEX, framework_path, index_text, paths_of, result_path
from .pages import feed, files_of_model, table_page

__all__ = ["Site"]

_MOST = 500

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
        self._index: Mapping[str, Any] = self._before
        self._lost: Collection[str] = ()

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
        return files_of_model(item, self.base_url, self._paths)

    def finish(self, *, failed: bool = False) -> Iterator[tuple[str, str]]:
        """The files that need all models: tables, feed, index and, last, the front page.

        Where cards ``failed``, it is not known which models they are about: those of the earlier build stay as they were.
        """
        if failed:
            self._lost = self._old.keys() - self._entries.keys()
            old = (entry_of_old(model, self.rubrics) for name, model in self._old.items() if name not in self._entries)
            self._entries.update((entry.id, entry) for entry in old if entry is not None)
        day = max((entry.as_of for entry in self._entries.values() if entry.as_of != "unknown"), default="unknown")
        gone = [removed(model, day) for name, model in self._old.items() if name not in self._entries and not failed]
        changes = in_order([*self._changes, *gone, *(_kept(change) for change in self._before["changes"])])
        entries = self.entries
        yield FEED, feed(self.title, self.base_url, changes, day)
        index = index_text(self.title, self.base_url, self.rubrics, entries, changes)
        self._index = json.loads(index)
        yield INDEX, index
        for number, rubric in reversed(list(enumerate(self.rubrics))):
            path = framework_path(rubric.id, leads=number == 0)
            yield path, table_page(self.title, self.rubrics, number, entries, changes)

    def stale(self) -> list[str]:
        """The files of the earlier build that are no part of this one; never those of a model that may only be unreadable.

        Only once it is finished.
        """
        models = [model for model in self._before["models"] if model["id"] not in self._lost]
        return sorted(paths_of({**self._before, "models": models}) - paths_of(self._index))

    def _note(self, entry: Entry, item: Review, old: Read) -> None:
        """What changed about a model since the earlier build."""
        before = self._old.get(entry.id)
        if before is None:
            self._changes.append(added(entry))
            return
        rubric = {rubric["id"]: rubric["sha256"] for rubric in self._before["rubrics"]}.get(self.rubrics[0].id)
        mark = before["marks"][0]
        now = entry.marks[0]
        same = (mark["verdict"], mark["score"]) == (now.verdict, now.score._asdict())  # a base model's card can change it as well
        if mark["rubric"] != now.rubric or (same and before["sha256"] == entry.sha256 and rubric == self.rubrics[0].sha256):
            return  # another framework leads, or nothing changed
        self._changes.append(changed(before, entry, because(old(result_path(entry.id)), item.main)))


def _kept(change: Mapping[str, Any]) -> News:
    """News of an earlier index, which can be a stranger's."""
    told: dict[str, Any] = {key: plain(value, _MOST) if isinstance(value, str) else value for key, value in change.items()}
    return News(**{**told, "because": tuple(plain(name, _MOST) for name in change["because"])})
