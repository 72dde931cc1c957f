"""Which terms the files of a source state, and for which of its parts.

A licence's text speaks of its folder and what is below, unless a nearer one does; one whose name speaks of the model, the code or
the data speaks of these alone. A declaration (front matter, a header of weights, the Hub) speaks of the whole source. What is
stated in several places counts together: it is joined by AND, so that the answer is never freer than any statement.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple

from ..cards.importers.bom_terms import joined
from ..document.common import one_line
from ..licenses.expression import NO_LICENSE, terms
from ..licenses.knowledge import knowledge_base
from ..licenses.riders import record_of
from ..licenses.texts import Identified, Passage, identify
from ..messages import sentence
from .draft import Draft
from .source import AuditError, Source

__all__ = ["UNRECOGNISED", "LicenseFile", "Statement", "Terms", "besides", "names_nothing_else", "read_license"]

UNRECOGNISED = "LicenseRef-Unrecognised-Text"
"""The record that stands for a licence's text that is not known: nothing is known of what it grants."""

_MOST_TEXT = 400_000
_MOST_SHOWN = 300
_MOST_LIMITS, _MOST_UNREAD = 5, 3
_OF_MODEL = ("parameters",)
_SPEAKS_OF = (
    (re.compile(r"(?:^|[^a-z])(?:model|weights?|checkpoints?)(?:[^a-z]|$)", re.IGNORECASE), _OF_MODEL),
    (re.compile(r"(?:^|[^a-z])(?:code|software)(?:[^a-z]|$)", re.IGNORECASE), ("code",)),
    (re.compile(r"(?:^|[^a-z])(?:data|datasets?)(?:[^a-z]|$)", re.IGNORECASE), ("data",)),
    (re.compile(r"(?:^|[^a-z])(?:docs?|documentation)(?:[^a-z]|$)", re.IGNORECASE), ("documents",)),
)
_PLAIN = re.compile(r"(?:licen[cs]e|copying)(?:\.[a-z]+)?", re.IGNORECASE)
_AGREEMENT = re.compile(r"agreement", re.IGNORECASE)
_ONLY_OR_LATER = re.compile(r"-(?:only|or-later)$")


class LicenseFile(NamedTuple):
    """A file that holds terms, what was recognised in it, and the kinds of components that its name speaks of (none: all)."""

    path: str
    role: str  # license, notice or use_policy
    kinds: tuple[str, ...]
    found: Identified
    license: str  # the terms as an expression
    sha256: str


class Statement(NamedTuple):
    """Terms that are stated for a folder and what is below it; ``kinds`` are those of components, none means all."""

    license: str
    evidence: str
    where: str  # for people: a path, with a line if there is one
    folder: str = ""
    kinds: tuple[str, ...] = ()
    text: bool = False  # a licence's text, and no declaration
    adds: bool = False  # a use policy: it applies besides the licence, and takes the place of none


def read_license(source: Source, path: str, role: str) -> LicenseFile:
    """Identify a file that holds terms. Raises AuditError if it cannot be read."""
    raw = source.read(path, 0, 4 * _MOST_TEXT)
    sha256 = hashlib.sha256(raw).hexdigest() if len(raw) < 4 * _MOST_TEXT else ""
    found = identify(raw.decode("utf-8", "replace")[:_MOST_TEXT])
    kinds = _kinds(path)
    return LicenseFile(path, role, _OF_MODEL if role == "use_policy" else kinds, found, found.expression or UNRECOGNISED, sha256)


def _kinds(path: str) -> tuple[str, ...]:
    """The kinds of components that a file's name speaks of."""
    name = re.sub(r"\.[A-Za-z]+$", "", path.rpartition("/")[2])
    return next((kinds for pattern, kinds in _SPEAKS_OF if pattern.search(name)), ())


class Terms:
    """All statements of a source."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self.statements: list[Statement] = []
        self.files: list[LicenseFile] = []
        self._told: set[tuple[str, str]] = set()

    def read(self, source: Source, path: str, role: str) -> None:
        """Take the terms of a file, and tell what is doubtful about it."""
        draft = self._draft
        try:
            file = read_license(source, path, role)
        except AuditError as error:
            draft.trouble(error)
            return
        self.files.append(file)
        if role == "notice":
            self._notice(source, file)
            return
        told = _in_words(file.found)
        evidence = draft.evidence(path, source.address(path), locator=sentence("audit.whole-file"), says=told, sha256=file.sha256)
        self._besides(file)
        if file.found.left_out:
            draft.find("warning", "audit.license-words-missing", path, file.found.left_out[0], license=_named(file.found))
        elif file.found.altered and not any(passage.kind != "plain" for passage in file.found.passages):
            draft.find("warning", "audit.license-altered", path, license=_named(file.found))
        if file.found.expression is None and role == "license":
            near = file.found.near
            if near is None:
                draft.find("warning", "audit.license-unrecognised", path)
            else:
                code = "audit.license-near" if near.covered else "audit.license-titled"
                draft.find("warning", code, path, license=near.name, share=f"{near.covered:.0%}")
        policy = role == "use_policy"
        if policy and file.found.expression is None:
            draft.find("warning", "audit.use-policy", path)
        self.statements.append(Statement(file.license, evidence, path, path.rpartition("/")[0], file.kinds, not policy, policy))

    def _notice(self, source: Source, file: LicenseFile) -> None:
        """A notice holds no terms of its own, but for words that limit: these apply as well."""
        limits: dict[str, None] = {}
        for (line, text), kinds in besides(file.found.passages, recognised=False).items():
            limits.update(dict.fromkeys(kinds))
            restriction = "; ".join(knowledge_base().kind(kind).title for kind in kinds)
            self._draft.find("warning", "audit.notice-limits", file.path, line, restriction=restriction, text=text)
        if limits:
            says = sentence("audit.says-license-none")
            evidence = self._draft.evidence(
                file.path, source.address(file.path), locator=sentence("audit.whole-file"), says=says, sha256=file.sha256
            )
            license = " AND ".join(map(record_of, limits))
            self.statements.append(Statement(license, evidence, file.path, file.path.rpartition("/")[0], adds=True))

    def pass_over(self, source: Source, path: str) -> None:
        """Take a licence's file that is not read: what it grants is not known, and nothing from further up counts in its place."""
        says = sentence("audit.says-license-unread")
        evidence = self._draft.evidence(path, source.address(path), locator=sentence("audit.whole-file"), says=says)
        self.statements.append(Statement(UNRECOGNISED, evidence, path, path.rpartition("/")[0], _kinds(path), True))

    def _besides(self, file: LicenseFile) -> None:
        """Tell what stands besides the licences of a file: what limits, and only else what is not known."""
        found = besides(file.found.passages, recognised=bool(file.found.matches))
        limiting = [item for item in found.items() if set(item[1]) - {"terms", "choice"}]
        named = _named(file.found)
        for (line, text), kinds in limiting[:_MOST_LIMITS]:
            restriction = "; ".join(knowledge_base().kind(kind).title for kind in kinds if kind not in ("terms", "choice"))
            if file.found.matches:
                self._draft.find("warning", "audit.rider", file.path, line, restriction=restriction, text=text, license=named)
            else:
                self._draft.find("note", "audit.limit-seen", file.path, line, restriction=restriction, text=text)
        for (line, text), kinds in [] if limiting else list(found.items())[:_MOST_UNREAD]:
            if "choice" in kinds:
                self._draft.find("note", "audit.choice", file.path, line, text=text)
            else:
                self._draft.find("warning", "audit.rider-unread", file.path, line, text=text, license=named)

    def declare(self, license: str, evidence: str, where: str, kinds: tuple[str, ...] = (), folder: str = "") -> None:
        """Take a declaration for a folder and what is below it."""
        found = terms(license)
        named = license if found.unknown or found.problem is not None else found.expression
        self.statements.append(Statement(named, evidence, where, folder, kinds))

    def of(self, kind: str, paths: Iterable[str]) -> tuple[str | None, tuple[str, ...]]:
        """The terms of files of a kind, as one expression (None: nothing is stated), with the evidence. Contradictions are told."""
        applying: dict[Statement, None] = {}
        for folder in dict.fromkeys(path.rpartition("/")[0] for path in paths):
            applying.update(dict.fromkeys(self._for_folder(kind, folder)))
        texts = [item for item in applying if item.text]
        declared = [item for item in applying if not item.text and not (texts and _says_nothing(item.license))]
        self._contradiction(declared, texts)
        self._two_minds(declared)
        kept = [*declared, *(item for item in texts if not any(_agree(item, other) for other in declared))]
        parts = dict.fromkeys(part for item in kept for part in _parts(item.license))
        return joined(parts), tuple(dict.fromkeys(item.evidence for item in applying))

    def _for_folder(self, kind: str, folder: str) -> Iterator[Statement]:
        """What is said of files of a kind in a folder: declarations, and the texts that are nearest."""
        speaking = [item for item in self.statements if (not item.kinds or kind in item.kinds) and _holds(item.folder, folder)]
        yield from (item for item in speaking if not item.text)
        texts = [item for item in speaking if item.text]
        nearest = max((len(item.folder) for item in texts), default=0)
        near = [item for item in texts if len(item.folder) == nearest]
        yield from [item for item in near if item.kinds] or near

    def sort_out(self) -> None:
        """An agreement beside a plain LICENSE speaks of the model: so it is with Qwen, where code and model have terms of their own."""
        plain = {item.folder for item in self.statements if item.text and _PLAIN.fullmatch(item.where.rpartition("/")[2])}
        for number, item in enumerate(self.statements):
            if item.text and not item.kinds and item.folder in plain and _AGREEMENT.search(item.where.rpartition("/")[2]):
                self.statements[number] = item._replace(kinds=_OF_MODEL)

    def _contradiction(self, declared: list[Statement], texts: list[Statement]) -> None:
        for one, other in product((item for item in declared if not item.adds), texts):
            # What is added to the licence that is declared is told as that; of several that are declared each has its text.
            apart = not _agree(one, other) and one.license not in _parts(other.license) and other.license not in _named_in(one.license)
            beside = _holds(one.folder, other.folder) or _holds(other.folder, one.folder)
            if apart and beside and (one.where, other.where) not in self._told:
                self._told.add((one.where, other.where))
                self._draft.find(
                    "warning",
                    "audit.license-conflict",
                    other.where,
                    declared=one.license,
                    where=one.where,
                    found=other.license,
                )

    def _two_minds(self, declared: list[Statement]) -> None:
        """Declarations that name different terms: front matter and the header of weights, for instance."""
        for one, other in combinations([item for item in declared if not item.adds and not _says_nothing(item.license)], 2):
            same = _agree(one, other) or names_nothing_else(one.license, other.license) or names_nothing_else(other.license, one.license)
            if not same and one.folder == other.folder and (one.where, other.where) not in self._told:
                self._told.add((one.where, other.where))
                self._draft.find(
                    "warning", "audit.terms-differ", declared=one.license, where=one.where, found=other.license, other=other.where
                )


def names_nothing_else(license: str, stated: str) -> bool:
    """Whether a licence says nothing besides what is stated: it is one of the licences there, or no licence by its name."""
    found = terms(license)
    return _says_nothing(license) or found.expression == terms(stated).expression or found.expression in _named_in(stated)


def _holds(above: str, folder: str) -> bool:
    return not above or folder == above or folder.startswith(above + "/")


def _parts(license: str) -> list[str]:
    """The licences that all apply; an expression that says more than that stays whole."""
    return [license] if any(sign in license for sign in ("(", " OR ", " WITH ")) else license.split(" AND ")


def _named_in(license: str) -> set[str]:
    """The licences that an expression names, if it names several."""
    leaves = terms(license).leaves
    return {leaf.license.id for leaf in leaves if leaf.license is not None} if len(leaves) > 1 else set()


def _says_nothing(license: str) -> bool:
    """Whether a declaration leaves open which licence it is: "other", or a name that stands for several texts."""
    found = terms(license)
    known = [leaf.license for leaf in found.leaves if leaf.license is not None]
    return found.expression != NO_LICENSE and (license.lower() in ("other", "unknown") or (bool(known) and all(one.vague for one in known)))


def _agree(one: Statement, other: Statement) -> bool:
    """Whether two statements name the same terms. A text cannot tell whether later versions may be used."""
    first, second = terms(one.license), terms(other.license)
    if first.unknown or second.unknown:  # a name that nobody knows can be that of a text that nobody knows
        return one.license == other.license or (bool(first.unknown) and other.license == UNRECOGNISED)
    return _ONLY_OR_LATER.sub("", first.expression) == _ONLY_OR_LATER.sub("", second.expression)


def besides(passages: Sequence[Passage], *, recognised: bool) -> dict[tuple[int, str], list[str]]:
    """What stands besides licences and may mean something: line and text, and the kinds that its words speak of.

    Of a text in which no licence was recognised only what limits, the first of it.
    """
    passed_over = ("plain",) if recognised else ("plain", "terms", "choice")
    told: dict[tuple[int, str], list[str]] = {}
    for passage in passages:
        if passage.kind not in passed_over and (recognised or len(told) < _MOST_LIMITS):
            told.setdefault((passage.line, _shown(passage)), []).append(passage.kind)
    return told


def _named(found: Identified) -> str:
    return ", ".join(match.name for match in found.matches) or "-"


def _in_words(found: Identified) -> str:
    """What a text was found to be, for the evidence."""
    if found.expression is None:
        return sentence("audit.says-license-none")
    if not found.matches:
        return sentence("audit.says-license-named", {"license": found.expression})
    told = "; ".join(
        sentence("audit.says-license-all", {"license": match.license})
        if match.exact
        else sentence("audit.says-license-share", {"license": match.license, "share": f"{match.covered:.0%}"})
        for match in found.matches
    )
    limits = [passage for passage in found.passages if passage.kind != "plain"]
    if limits:
        return sentence("audit.says-license-besides", {"told": told, "line": str(limits[0].line), "text": _shown(limits[0])})
    return sentence("audit.says-license", {"told": told})


def _shown(passage: Passage) -> str:
    return one_line(passage.text, _MOST_SHOWN)
