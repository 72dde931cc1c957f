"""Which licences a text is: found by its words, however it is wrapped and decorated, and what stands there besides.

A licence is named where at least four fifths of its words are there, in order. It counts as unchanged only where nothing that may
matter differs: no word is put in between its own but names in the places for names, copyright lines and list numbers; no word is left
out that by itself can take a grant away ("sell", "any", "not"); no more than three other words in a row, nor one in thirty of all.
Everything else is named all the same, with ``altered``. A term that nobody has judged is added where a licence that grants everything
may grant less by it: where something is put in, or a word is gone without which a grant reads on and is smaller; and, whatever the
licence, where more than six words in a row or one in thirty are changed. So changed terms are never taken for free; and a
licence that takes freedoms away stays what it is, with the warning, where a few words of it are lost.
What no licence covers is read by :mod:`.riders`.

A text does not tell "only" from "or any later version": the whole text of a GNU licence alone is taken for "only", which grants no less.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from .candidates import Candidates
from .expression import terms
from .index import GRANTING, OPTIONAL, VITAL, Aligned, Gap, Index, index
from .knowledge import License, fold, knowledge_base
from .riders import CHOICE, PLAIN, TERMS, UNREAD, filled_in, inside, kinds, licenses_named, record_of, signed
from .stated import heading, noticed, stated, whole_name
from .words import Words, pairs, read

__all__ = ["Identified", "Match", "Passage", "identify"]

MOST_TEXT = 400_000
"""Characters of a text that are looked at. A longer one is read up to there, and counts as altered."""

_MOST_MATCHES = 80
_MOST_PASSAGES, _MOST_PASSAGE = 60, 600
_MOST_READ = 60_000  # characters besides licences that are searched for riders; more is not known
_MOST_NAME = 300
_ENOUGH, _ENOUGH_SHORT, _CLOSE = 0.8, 0.9, 0.4
_SHORT = 40  # words of a licence that has to be there nearly whole
_RUN, _SHARE = 3, 30
_LONG_GAP = 30  # words put in between that may be another licence
_SPDX = re.compile(r"SPDX-License-Identifier:[ \t]*([^\n]{1,300})", re.IGNORECASE)
_PARAGRAPH = re.compile(r"\S.*?(?=\n[\s*#>/;-]*\n|\Z)", re.DOTALL)
_BREAK = re.compile(r"\n[\s*#>/;-]*\n")
_PAGE = re.compile(r"\W*(?:page\s)?\W*\d{1,3}(?:\W{1,4}(?:of\W{1,4})?\d{1,3})?\W*", re.IGNORECASE)  # a line that numbers a page
_CAN_TAKE = ("GPL", "LGPL", "AGPL", "Apache-2.0", "GFDL")  # what the exceptions of the SPDX list are made for


class Match(NamedTuple):
    """A licence that was found."""

    license: str  # its id
    name: str
    covered: float  # the share of its words that are there, in order
    exact: bool  # all of them, with nothing put in but what every licence is filled in with
    line: int
    last_line: int
    listed: str  # its id in the list that the texts are from: an SPDX id, or LicenseRef-scancode-…


class Passage(NamedTuple):
    """A piece of the text that no licence covers."""

    text: str  # its first 600 characters
    line: int
    last_line: int
    kind: str  # the id of a restriction, or "terms" (what it grants is not known), "choice", or "plain" (it names nothing of the kind)


class Identified(NamedTuple):
    """What a text was found to be."""

    matches: tuple[Match, ...]  # in order of place
    passages: tuple[Passage, ...]  # what they do not cover, in order of place
    expression: str | None  # the terms; None: no licence was recognised
    near: Match | None  # the licence that a heading names, if it is none of those found (covered is 0); or the closest, if none was
    altered: bool  # words of a licence were changed in a way that may matter, or the text was too long to be read whole
    left_out: tuple[int, ...] = ()  # lines at which words of a licence that may matter are missing
    choice: bool = False  # the text itself speaks of a choice; the expression joins with AND all the same


def identify(text: str, known: Index | None = None) -> Identified:
    """What licences a text is, by its words. Never raises on any text. ``known`` stands in for the bundled index."""
    cut = len(text) > MOST_TEXT
    words = read(text[:MOST_TEXT])
    known = index() if known is None else known
    found, near = _matches(words, known)
    reading = _Reading(words)
    for one in found:
        reading.take(one)
    named = list(dict.fromkeys([*_named(words, reading), *_noticed(words, reading)]))
    if not found and not named and (said := stated(words.text)) is not None:
        named = [said]
    matches = tuple(reading.match(one) for one in found)
    if not matches and not named:
        whole = whole_name(words.text)
        passages, _ = reading.passages()
        near = _titled(words.text, set()) or near
        return Identified((), passages, whole, near if whole is None else None, cut, (), any(one.kind == CHOICE for one in passages))
    ids = {match.license for match in matches} | set(named)
    passages, riders = reading.passages(ids)
    altered = cut or reading.altered
    if cut or reading.grants_less or (reading.put_in and not reading.riders):
        riders.append(UNREAD)
    parts, spare = _expression(found, matches)
    riders += [UNREAD] if spare else []
    parts = [part for part in parts if f"{part.removesuffix('-only')}-or-later" not in named]  # which a text by itself does not tell
    every = list(dict.fromkeys([*parts, *named, *reading.riders, *riders]))
    expression = " AND ".join(part if len(every) == 1 or " OR " not in part else f"({part})" for part in every) if parts or named else None
    choice = any(passage.kind == CHOICE for passage in passages)
    title = _titled(words.text, ids) if altered else None
    return Identified(matches, passages, expression, title, altered, tuple(sorted(set(reading.left_out))), choice)


# --- licences -------------------------------------------------------------------------------------------------------


def _matches(words: Words, known: Index) -> tuple[list[Aligned], Match | None]:
    """The licences that together cover the text, best first taken, in order of place; and the closest if there is none."""
    candidates = Candidates(pairs(words.words), known)
    found: list[Aligned] = []
    closest: Aligned | None = None
    while len(found) < _MOST_MATCHES:
        best: Aligned | None = None
        tried = candidates.best()
        for one in tried:
            if _share(one) >= (_ENOUGH if one.entry.required >= _SHORT else _ENOUGH_SHORT) and one.put_in <= one.found:
                if best is None or (one.merit, -one.entry.number) > (best.merit, -best.entry.number):
                    best = one
            elif closest is None or _share(one) > _share(closest):
                closest = one
        if best is None and tried:
            candidates.set_aside(tried)
            continue
        if best is None:
            break
        found.append(best)
        candidates.taken(_stretches(best))
    if not found and closest is not None and _share(closest) >= _CLOSE:
        return [], _Reading(words).match(closest)
    return sorted(found, key=lambda one: one.first), None


def _share(one: Aligned) -> float:
    return (one.entry.required - one.missing) / one.entry.required


def _stretches(one: Aligned) -> list[tuple[int, int]]:
    """The words of the text that a licence covers: all but what is put in between at length."""
    stretches, first = [], one.first
    for gap in one.gaps:
        if gap.put_end - gap.put >= _LONG_GAP:
            stretches.append((first, gap.put))
            first = gap.put_end
    return [*stretches, (first, one.end)]


def _id(one: Aligned) -> str:
    license = None if one.entry.exception else knowledge_base().find(one.entry.spdx)
    return license.id if license is not None else one.entry.spdx


def _expression(found: list[Aligned], matches: tuple[Match, ...]) -> tuple[list[str], bool]:
    """The parts of the expression, and whether an exception belongs to none of them."""
    parts = list(dict.fromkeys(match.license for one, match in zip(found, matches, strict=True) if not one.entry.exception))
    spare = False
    for one, match in zip(found, matches, strict=True):
        if one.entry.exception:
            at = next((number for number, part in enumerate(parts) if part.startswith(_CAN_TAKE) and " WITH " not in part), None)
            if at is None:
                spare = True
            else:
                parts[at] = f"{parts[at]} WITH {match.license}"
    return parts, spare


# --- what stands there by name ----------------------------------------------------------------------------------------


def _named(words: Words, reading: _Reading) -> list[str]:
    """The expressions of SPDX lines that can be read. Their words are covered; those that a licence itself holds say nothing."""
    found: dict[str, None] = {}
    for line in _SPDX.finditer(words.text):
        first, end = bisect_left(words.starts, line.start()), bisect_left(words.starts, line.end())
        judged = terms(line[1].strip(" \t*/#-<>"))
        if judged.stated and judged.problem is None and not judged.unknown and len(found) < _MOST_MATCHES and not reading.covers(first):
            found[judged.expression] = None
            reading.cover(first, end)
    return list(found)


def _noticed(words: Words, reading: _Reading) -> list[str]:
    """The licences that short notices name: the header of Apache files, "either version 3, or any later version". They are covered."""
    found: dict[str, None] = {}
    for first, end, name in noticed(words.words):
        if not reading.covers(first) and len(found) < _MOST_MATCHES:
            found[name] = None
            reading.cover(first, end)
    return list(found)


def _titled(text: str, ids: set[str]) -> Match | None:
    """What a heading names that was not found."""
    named = heading(text, ids)
    return Match(named[0].id, named[0].name, 0.0, False, named[1], named[1], named[0].id) if named is not None else None


# --- how a text differs -----------------------------------------------------------------------------------------------


def _other_terms(text: str, ids: set[str]) -> bool:
    """Whether a passage that limits nothing by itself names terms that are not those found: "under the Sparrow License"."""
    base = knowledge_base()
    found = [license for identifier in ids if (license := base.find(identifier)) is not None]
    own = [*map(fold, ids), *(fold(license.name) for license in found)]
    for name in licenses_named(text):
        if not any(f" {fold(name)} " in f" {other} " for other in own) and getattr(base.find(name), "id", None) not in ids:
            return True
    if not re.search("licen|terms|agreement|policy", text.lower()):
        return False
    words = re.findall(r"[^\s,;:()\"“”*#=]+", text)
    spans = (" ".join(words[at : at + size]).rstrip(".") for at in range(len(words)) for size in range(1, 7))
    return any(_limits(base.find(span), ids) and not any(f" {fold(span)} " in f" {other} " for other in own) for span in spans)


def _grants_all(one: Aligned) -> bool:
    """Whether a licence grants everything, so that changed words may take something away. An exception belongs to such a licence."""
    license = None if one.entry.exception else knowledge_base().find(one.entry.spdx)
    return one.entry.exception or (license is not None and set(license.grants) == {"free"})


def _limits(license: License | None, ids: set[str]) -> bool:
    return license is not None and license.id not in ids and not {"restricted", "denied"}.isdisjoint(license.grants)


class _Reading:
    """What the licences found leave over of a text, and what is changed in them."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._covered = bytearray(len(words.words))
        self._inner: dict[int, bool] = {}  # first words of what is put in between those of a licence; whether that counts as a term
        self._edges: set[int] = set()  # words at which a licence begins or ends short of some of its own
        self.altered = False
        self.grants_less = False  # words are left out, and it may grant less
        self.put_in = False  # words are put in that count as a term
        self.left_out: list[int] = []
        self.riders: list[str] = []

    def cover(self, first: int, end: int) -> None:
        self._covered[first:end] = b"\1" * (end - first)

    def covers(self, word: int) -> bool:
        return bool(self._covered[word : word + 1].strip(b"\0"))

    def match(self, one: Aligned) -> Match:
        words = self._words
        return Match(
            _id(one),
            one.entry.name,
            round(_share(one), 4),
            one.missing == 0 and not any(self._changes(one, gap) for gap in one.gaps),
            words.line(words.starts[one.first]),
            words.line(words.ends[one.end - 1]),
            one.entry.spdx,
        )

    def take(self, one: Aligned) -> None:
        """Take in a licence: cover its words, and note what is changed."""
        self.cover(one.first, one.end)
        whole = _grants_all(one)
        runs = [(0, one.before, one.first), *((gap.left, gap.left_end, gap.put) for gap in one.gaps), (one.after, one.entry.words, one.end)]
        for left, end, at in runs:
            lost = one.kinds[left:end]
            long = len(lost) - lost.count(OPTIONAL) > (_RUN if whole else 2 * _RUN)
            if long or VITAL in lost or GRANTING in lost:
                self._lost(at, long or (whole and GRANTING in lost))
        if one.missing > max(1, one.entry.required // _SHARE):
            self.grants_less = True
            if not self.left_out:
                self._lost(one.first, True)
        required = [any(kind != OPTIONAL for kind in kinds) for kinds in (one.kinds[: one.before], one.kinds[one.after :])]
        self._edges.update(word for word, short in zip((one.first, one.end), required, strict=True) if short)
        for gap in one.gaps:
            if self._changes(one, gap):
                self._covered[gap.put : gap.put_end] = bytes(gap.put_end - gap.put)
                counts = whole or gap.put_end - gap.put > 2 * _RUN
                self._inner[gap.put] = counts
                self.altered = True
                self.put_in |= counts

    def _lost(self, at: int, grants_less: bool) -> None:
        self.altered = True
        self.grants_less |= grants_less
        self.left_out.append(self._words.line(self._words.starts[min(at, len(self._words.starts) - 1)]))

    def _changes(self, one: Aligned, gap: Gap) -> bool:
        """Whether what is put in between the words of a licence may change it."""
        if gap.put == gap.put_end:
            return False
        put = self._words.words[gap.put : gap.put_end]
        lost = one.kinds[gap.left : gap.left_end]
        if (
            put == ["http"]
            or inside(put)
            or all(signed(line) for line in self._words.between(gap.put, gap.put_end).split("\n") if line.strip())
            or (
                not (lost.count(VITAL) or lost.count(GRANTING))
                and all(signed(line) for line in self._lines(gap.put, gap.put_end) if line.strip())
            )
        ):
            return False
        if all(len(word) <= 2 and not word.isalpha() for word in put) and not lost:
            return self._starts_line(gap.put) and not _PAGE.fullmatch("".join(self._lines(gap.put, gap.put_end)))
        if not lost and _PAGE.fullmatch("".join(self._lines(gap.put, gap.put_end))):
            return False
        near = lost or one.kinds[max(0, gap.left - 1) : gap.left + 1]
        blank = all(kind == OPTIONAL for kind in near) if lost else OPTIONAL in near
        return not (blank and filled_in(put))

    def _lines(self, first: int, end: int) -> list[str]:
        """The whole lines on which words stand."""
        words = self._words
        start = words.text.rfind("\n", 0, words.starts[first]) + 1
        stop = words.text.find("\n", words.ends[end - 1])
        return words.text[start : stop if stop >= 0 else len(words.text)].split("\n")

    def _starts_line(self, word: int) -> bool:
        start = self._words.starts[word]
        return not re.search(r"\w", self._words.text[self._words.text.rfind("\n", 0, start) + 1 : start])

    # --- what is left over --------------------------------------------------------------------------------------------

    def passages(self, ids: Iterable[str] = ()) -> tuple[tuple[Passage, ...], list[str]]:
        """What no licence covers, and the ids of the riders that it makes. What is put in goes to ``riders``."""
        words = self._words
        found: list[Passage] = []
        riders: list[str] = []
        read_so_far = 0
        for first, end in self._runs():
            inner = first in self._inner
            for start, stop in self._paragraphs(first, end):
                text = words.text[start:stop]
                read_so_far += len(text)
                strict = inner or self._at_edge(start, stop, first, end)
                said = (TERMS,) if read_so_far > _MOST_READ else self._said(text, set(ids), strict)
                for kind in said:
                    # A word or two put in, of which nothing is known, count where there is something to lose.
                    if kind not in (PLAIN, CHOICE) and (kind != TERMS or self._inner.get(first, True)):
                        (self.riders if strict else riders).append(record_of(kind))
                    if len(found) < _MOST_PASSAGES:
                        line = words.line(start)
                        found.append(Passage(" ".join(text[:_MOST_PASSAGE].split()), line, words.line(stop), kind))
        return tuple(found), list(dict.fromkeys(riders))

    def _at_edge(self, start: int, stop: int, first: int, end: int) -> bool:
        """Whether a passage goes on, or leads to, a sentence of a licence that lacks words there: they may be changed ones."""
        words = self._words
        after = first in self._edges and start == words.starts[first] and not _BREAK.search(words.text[words.ends[first - 1] : start])
        if not (first and after):
            after = False
        if end in self._edges and end < len(words.starts) and stop >= words.ends[end - 1]:
            return after or not _BREAK.search(words.text[words.ends[end - 1] : words.starts[end]])
        return after

    def _said(self, text: str, ids: set[str], inner: bool) -> tuple[str, ...]:
        said = kinds(text)
        if inner:
            return (TERMS,) if said in ((PLAIN,), (CHOICE,)) else said
        if said != (PLAIN,) or len(text) > _MOST_NAME * 3:
            return said
        return (TERMS,) if _other_terms(text, ids) else said

    def _runs(self) -> list[tuple[int, int]]:
        """The stretches of words that nothing covers."""
        runs, at = [], self._covered.find(b"\0")
        while at >= 0:
            end = self._covered.find(b"\1", at)
            end = len(self._covered) if end < 0 else end
            runs.append((at, end))
            at = self._covered.find(b"\0", end)
        return runs

    def _paragraphs(self, first: int, end: int) -> list[tuple[int, int]]:
        start, stop = self._words.starts[first], self._words.ends[end - 1]
        return [
            (match.start(), match.end())
            for match in _PARAGRAPH.finditer(self._words.text, start, stop)
            if bisect_right(self._words.starts, match.end()) > bisect_left(self._words.starts, match.start())
        ]
