"""What a README states of its model: its front matter, read by the same importer that reads READMEs of the Hub."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .. import document
from ..cards.importers import huggingface
from ..cards.notes import Note
from ..document import Document
from ..document.common import one_line
from ..errors import OsaidError, Place, Problem
from ..licenses.knowledge import knowledge_base
from ..licenses.stated import stated
from ..messages import sentence
from .draft import Draft
from .source import AuditError, Source

__all__ = ["Readme", "read_readme"]

_MOST_BYTES = 2 << 20
_LEAST_WORDS = 30
_MOST_SAID, _MOST_LINE, _MOST_NAMED = 200_000, 600, 5
_ABOUT_TERMS = re.compile(r"\b(?:licen[cs]ed|released|distributed|available|published)\b.{0,40}\bunder\b", re.IGNORECASE)
_UNDER = re.compile(r"\bunder (?:the |a |an )?([A-Z][\w .+-]{1,60}?)(?: [Ll]icen[cs]e)?(?:\. |[.,;:]?$|,|;| \()")
_MARKUP = re.compile(r"[\[\]*_`]|\(https?://[^)\s]{1,300}\)")
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,2}|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)  # two signs of Chinese make a word


class Readme(NamedTuple):
    """A README as read. ``card`` is the card that its front matter makes, ``notes`` what there is to say besides."""

    path: str
    document: Document
    card: Mapping[str, Any]
    notes: tuple[Note, ...]
    words: int  # of its body

    @property
    def tells(self) -> bool:
        """Whether there is a text, and not only front matter or a headline."""
        return self.words >= _LEAST_WORDS

    @property
    def front(self) -> Mapping[str, Any]:
        """The front matter; empty if there is none."""
        data = self.document.data
        return data if isinstance(data, dict) else {}

    @property
    def restricting(self) -> Note | None:
        """A remark in the text that speaks of a limit of use."""
        return next((note for note in self.notes if note.code == "import.lead-restriction"), None)

    def named_terms(self) -> list[tuple[int, str]]:
        """The lines of the text that say by name what is licensed how, with the licence."""
        found: list[tuple[int, str]] = []
        lines = (self.document.body or "")[:_MOST_SAID].split("\n")
        for number, line in enumerate(lines, self.document.body_line):
            if len(line) < _MOST_LINE and _ABOUT_TERMS.search(line):
                license = _named_in(_MARKUP.sub("", line))
                if license is not None and len(found) < _MOST_NAMED:
                    found.append((number, license))
        return found

    def evidence(self, source: Source, draft: Draft, key: str) -> str:
        """Evidence for what a key of the front matter says."""
        line = self.document.place((key,), key=True).line or 1
        return draft.evidence(
            f"{self.path}#{key}",
            source.address(self.path),
            locator=sentence("audit.at-line", {"line": str(line)}),
            says=sentence("audit.says-front-matter", {"key": key, "value": _told(self.front.get(key))}),
            sha256=self.document.sha256,
        )

    def whole(self, source: Source, draft: Draft) -> str:
        """Evidence for the README itself."""
        return draft.evidence(
            self.path,
            source.address(self.path),
            locator=sentence("audit.whole-file"),
            says=sentence("audit.says-readme", {"words": str(self.words)}),
            sha256=self.document.sha256,
        )


def read_readme(source: Source, path: str, draft: Draft) -> Readme | None:
    """Read a README, or tell why it cannot be read and give None. Leads and doubts are told in the draft."""
    try:
        raw = source.read(path, 0, _MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise AuditError(Problem("audit.readme-too-long", {"limit": str(_MOST_BYTES)}, Place(path)))
        read = document.parse(raw, path=path, format="readme")
        imported = huggingface.read(read)
    except OsaidError as error:
        draft.trouble(error)
        return None
    for note in imported.notes:
        if note.kind in ("conflict", "unreadable") and note.code not in _HARMLESS:
            line = note.line if note.line is not None else read.place(note.at).line if note.at else None
            draft.problem("warning", Problem(note.code, note.params, Place(path, line)))
    return Readme(path, read, imported.data, imported.notes, len(_WORD.findall((read.body or "")[:200_000])))


_HARMLESS = ("document.no-front-matter",)


def _told(value: Any) -> str:
    """A value of front matter in a line."""
    if isinstance(value, (list, dict)):
        return one_line(", ".join(str(item) for item in value), 200)
    return one_line(str(value), 200)


def _named_in(line: str) -> str | None:
    """The licence that a line says something is under, by its name with or without the word license."""
    found = stated(line)
    if found is None and (match := _UNDER.search(line)) is not None:
        license = knowledge_base().find(match[1].strip(" ."))
        found = license.id if license is not None and not license.vague else None
    return found
