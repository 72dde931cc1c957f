"""What is claimed of what was seen: components with their terms and evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress

from ..cards.vocabulary import vocabulary
from ..messages import sentence
from .draft import Draft
from .folder import Folder
from .kinds import Inventory, Seen, kinds_with_words, look_into, shown_by, what_files_show, why
from .parameters import Weights, count_text, names_text, told
from .readme import Readme
from .source import AuditError, Entry, Gate, Source, Tick
from .terms import Terms

__all__ = ["BEHIND_A_GATE", "Claims"]

_MOST_EVIDENCE = 5  # pieces for one component
_MOST_NAMED = 5
_LEAST = 16  # bytes: a shorter file holds nothing, whatever its name
_MOST_DIGEST = 4 << 20  # bytes of a file that is read for its digest unasked
_ALL_OF_IT = ("tokenizer",)  # components of which a file is the whole
_ALIKE = 0.75  # a vocabulary that is counted twice makes a small model a third larger
_APART = ("weights",)  # claimed by more than their files' names
BEHIND_A_GATE = ("parameters", "code", "data")
"""The kinds of components that a gate of the Hub keeps: everything but the documents, which everybody can read."""


class Claims:
    """Claims components of one source in a draft, behind its gate if there is one."""

    def __init__(self, source: Source, draft: Draft, terms: Terms, gate: Gate | None) -> None:
        self._source, self._draft, self._terms, self._gate = source, draft, terms, gate

    def component(self, name: str, release: str, paths: Sequence[str], evidence: Iterable[str], note: str = "") -> None:
        """Claim a component that stands in some files, under the terms stated for them."""
        kind = vocabulary().components[name]["kind"]
        license, stated_in = self._terms.of(kind, paths)
        where = [self._source.page] if self._source.page else []
        shown = [*evidence, *stated_in]
        if self._gate is not None and release == "full" and kind in self._gate.kinds:
            release, shown = "gated", [*shown, self._gate.evidence]
        self._draft.component(name, release, shown, license=license or "", note=note, where=where)

    def terms(self) -> None:
        """Terms that speak of a kind of component by name, and of which nothing was seen here: a default of the card."""
        components = vocabulary().components
        seen = {components[name]["kind"] for name in self._draft.components}
        for kind in dict.fromkeys(kind for statement in self._terms.statements for kind in statement.kinds):
            license, evidence = self._terms.of(kind, [""])
            if kind not in seen and license is not None:
                self._draft.licenses.setdefault(kind, {"license": license, "evidence": list(evidence)})

    def files(self, inventory: Inventory, tick: Tick) -> None:
        """Claim every component that files show by their names, or by their names and words."""
        derived = bool(self._draft.model.get("derived_from"))
        with_words = kinds_with_words()
        for name in vocabulary().components:
            if name in _APART:
                continue
            seen: dict[str, tuple[Entry | Seen, str]] = {}  # by path: what was seen, and of which kind it is
            for kind in shown_by(name, derived=derived):
                found: Sequence[Entry | Seen] = self._look(inventory, kind, tick) if kind in with_words else self._named(inventory, kind)
                for item in found:
                    if (item if isinstance(item, Entry) else item.entry).size < _LEAST:
                        continue
                    seen.setdefault(item.path if isinstance(item, Entry) else item.entry.path, (item, kind))
            here = {path: found for path, found in seen.items() if not _pointer(found[0])}
            if seen and not here:
                release, note = "unknown", sentence("audit.note-pointers")
            else:
                seen, release = here, "full" if name in _ALL_OF_IT else "some"
                note = "" if release == "full" else self._note(name, list(seen))
            if seen:
                evidence = [self._evidence(item, kind) for item, kind in list(seen.values())[:_MOST_EVIDENCE]]
                self.component(name, release, list(seen), evidence, note)

    @staticmethod
    def _named(inventory: Inventory, kind: str) -> Sequence[Entry]:
        """Files of a kind by their names. A configuration counts at the top and beside weights: elsewhere it can be of anything."""
        entries = inventory.kinds[kind].first
        if kind != "config":
            return entries
        folders = {entry.path.rpartition("/")[0] for entry in inventory.kinds["weights"].first} | {""}
        return [entry for entry in entries if entry.path.rpartition("/")[0] in folders]

    @staticmethod
    def _note(name: str, paths: Sequence[str]) -> str:
        return sentence("audit.note-some", {"files": names_text(paths, _MOST_NAMED), "shown": sentence(what_files_show(name))})

    def _look(self, inventory: Inventory, kind: str, tick: Tick) -> Sequence[Seen]:
        looked = look_into(self._source, inventory, kind, tick=tick)
        for problem in looked.problems:
            self._draft.problem("note", problem)
        return looked.seen

    def _evidence(self, item: Entry | Seen, kind: str) -> str:
        if isinstance(item, Entry):
            return self._file(item, kind)
        return self._draft.evidence(
            f"{item.entry.path}#{item.line}",
            self._source.address(item.entry.path),
            locator=sentence("audit.at-line", {"line": str(item.line)}),
            says=sentence("audit.says-line", {"why": sentence(why(kind)), "words": item.words}),
            sha256=self._digest(item.entry),
        )

    def _digest(self, entry: Entry) -> str:
        """What the source says, or, of a small file on disk, what it is."""
        if entry.sha256 or not isinstance(self._source, Folder) or entry.size > _MOST_DIGEST:
            return entry.sha256
        with suppress(AuditError):
            raw = self._source.read(entry.path, 0, _MOST_DIGEST + 1)
            return hashlib.sha256(raw).hexdigest() if len(raw) <= _MOST_DIGEST else ""
        return ""

    def _file(self, entry: Entry, kind: str) -> str:
        says = sentence("audit.says-file", {"why": sentence(why(kind)), "size": f"{entry.size:,}"})
        address = self._source.address(entry.path)
        return self._draft.evidence(entry.path, address, locator=sentence("audit.whole-file"), says=says, sha256=self._digest(entry))

    def weights(self, groups: Sequence[Weights], adapters: Iterable[Entry] = (), unseen: int = 0) -> None:
        """Claim the weights: full if in every folder with weights there is one form of them that is whole, else some.

        ``adapters`` are the files of them that only adapt a model: their parameters are not the model's; ``unseen`` is how many files
        there are besides.
        """
        if not groups:
            return
        draft = self._draft
        for group in groups:
            if group.missing:
                draft.find("warning", "audit.shards-missing", group.paths[0], count=str(len(group.missing)), first=group.missing[0])
            if group.pointers:
                draft.find("warning", "audit.pointers", group.paths[0], count=str(group.pointers))
        whole = [group for group in groups if group.whole]
        evidence = [self._group(group) for group in (whole or groups)[:_MOST_EVIDENCE]]
        paths = [path for group in groups for path in group.paths]
        note = ""
        if unseen:
            release, note = "some", sentence("audit.note-unseen", {"count": str(unseen)})
        elif {group.folder for group in whole} == {group.folder for group in groups}:
            release = "full"
        elif all(group.pointers for group in groups):
            release, note = "unknown", sentence("audit.note-pointers")
        elif all(group.void or group.pointers for group in groups):
            release, note = "unknown", sentence("audit.note-senseless", {"files": names_text(paths, _MOST_NAMED)})
        else:
            lacking = [path for group in groups if not group.whole for path in (group.missing or group.paths)]
            release, note = "some", sentence("audit.note-shards", {"files": names_text(lacking, _MOST_NAMED)})
        self.component("weights", release, paths, evidence, note)
        apart = {entry.path for entry in adapters}
        counts: dict[str, list[int]] = {}
        for group in whole:
            if group.parameters is not None and group.paths[0] not in apart:
                counts.setdefault(group.folder, []).append(group.parameters)
        # Weights in several folders are parts of a model or copies of it: only the root's are taken for the model's. Of forms that
        # differ by more than buffers and tied tensors nobody knows which one is the model, or whether all are parts of it.
        found = counts.get("") or (next(iter(counts.values())) if len(counts) == 1 else [])
        if found and not unseen and min(found) >= _ALIKE * max(found):
            draft.model.setdefault("parameters", count_text(max(found)))

    def _group(self, group: Weights) -> str:
        first = group.files[0].entry
        locator = sentence("audit.header" if group.files[0].header is not None else "audit.whole-file")
        return self._draft.evidence(first.path, self._source.address(first.path), locator=locator, says=told(group), sha256=first.sha256)

    def readme(self, readme: Readme, *, of_model: bool) -> None:
        """Claim what a README is: a model's card, or what documents the code beside it."""
        if readme.tells:
            evidence = [readme.whole(self._source, self._draft)]
            if of_model:
                self.component("model_card", "full", [readme.path], evidence)
            else:
                self.component("code_documentation", "some", [readme.path], evidence, sentence("audit.note-readme"))
        if readme.front.get("model-index"):
            evidence = [readme.evidence(self._source, self._draft, "model-index")]
            self.component("evaluation_results", "some", [readme.path], evidence, sentence("audit.note-model-index"))


def _pointer(item: Entry | Seen) -> bool:
    return (item if isinstance(item, Entry) else item.entry).pointer
