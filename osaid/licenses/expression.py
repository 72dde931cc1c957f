"""What terms grant: SPDX licence expressions judged freedom by freedom.

``OR`` offers a choice, so the freest branch counts, taken as a whole (one cannot use under one branch and share under
another). ``AND`` adds terms up, so the strictest counts. ``WITH`` adds an exception, which for those on the SPDX list
only adds permissions. What is not known stays unknown.

Source of the grammar: SPDX specification, annex on licence expressions. Parsing is our own (and checked against
license-expression by a test): it gives the column of an error, takes names of several words and never recurses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from ..errors import OsaidError, Place, Problem
from ..outcome import State, all_of, any_of
from .knowledge import FREEDOMS, GRANTS, Grant, License, knowledge_base

__all__ = ["NO_LICENSE", "Leaf", "Terms", "on_terms", "terms"]

NO_LICENSE = "NONE"
_NO_ASSERTION = "NOASSERTION"
_MOST_LEAVES = 64
_MOST_TEXT = 4000
_BINDING = {"OR": 1, "AND": 2, "WITH": 3}
_RANK = {grant: rank for rank, grant in enumerate(GRANTS)}
_UNKNOWN = _RANK["unknown"]
_APPROVED = ("no", "unknown", "yes")


class Leaf(NamedTuple):
    """One licence in an expression: as written, and the licence it was found to mean (None: not known)."""

    written: str
    license: License | None

    @property
    def resolved(self) -> bool:
        """Whether the name had to be resolved, that is, was not the id itself."""
        return self.license is not None and self.license.id != self.written


class Terms(NamedTuple):
    """The judgement of one licence text."""

    written: str
    expression: str  # with every name that was found replaced by its id
    grants: tuple[Grant, Grant, Grant, Grant]  # in the order of FREEDOMS
    osi_approved: str  # yes | no | unknown
    leaves: tuple[Leaf, ...]  # all licences, in order
    chosen: tuple[License, ...]  # those of the branch that counts
    stated: bool  # False for NONE and NOASSERTION
    problem: Problem | None = None  # why the text could not be read as an expression

    @property
    def freedoms(self) -> dict[str, str]:
        """Each freedom with what the terms say of it."""
        return dict(zip(FREEDOMS, self.grants, strict=True))

    @property
    def free(self) -> str:
        """Whether all four freedoms are granted: yes, no or unknown."""
        worst = min(_RANK[grant] for grant in self.grants)
        return "yes" if worst == len(GRANTS) - 1 else "unknown" if worst == _UNKNOWN else "no"

    @property
    def restrictions(self) -> tuple[str, ...]:
        """The kinds of restriction in the branch that counts, each once."""
        return tuple(dict.fromkeys(kind for license in self.chosen for kind in license.restrictions))

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names that no licence is known for."""
        return tuple(leaf.written for leaf in self.leaves if leaf.license is None)

    @property
    def resolved(self) -> tuple[tuple[str, str], ...]:
        """Names that were taken to mean a licence: as written, and its id."""
        return tuple((leaf.written, leaf.license.id) for leaf in self.leaves if leaf.resolved and leaf.license is not None)


class _Branch(NamedTuple):
    """A way to satisfy an expression: rank per freedom, rank of approval, and the leaves it takes."""

    grants: tuple[int, ...]
    approved: int
    taken: tuple[int, ...]

    @property
    def merit(self) -> tuple[int, int, int]:
        return min(self.grants), sum(self.grants), self.approved


@lru_cache(maxsize=4096)
def terms(text: str) -> Terms:
    """Judge a licence text: an SPDX expression, a name as people write it, ``NONE``, or words that mean nothing to us.

    Never raises: what cannot be read is unknown, and ``problem`` says why.
    """
    written = " ".join(text.split())
    if written.upper() in (NO_LICENSE, _NO_ASSERTION, ""):
        known = "no" if written.upper() == NO_LICENSE else "unknown"
        return Terms(text, written.upper() or _NO_ASSERTION, ("unknown",) * 4, known, (), (), False)
    whole = knowledge_base().find(written) if len(written) <= 300 else None
    if whole is not None and whole.id == NO_LICENSE:  # "no license", "unlicensed": as good as NONE
        return Terms(text, NO_LICENSE, ("unknown",) * 4, "no", (Leaf(written, whole),), (), False)
    if whole is not None:
        return Terms(text, whole.id, whole.grants, whole.osi_approved, (Leaf(written, whole),), (whole,), True)
    try:
        return _judge(text, written)
    except OsaidError as error:
        return Terms(text, written, ("unknown",) * 4, "unknown", (Leaf(written, None),), (), True, error.problems[0])


def on_terms(found: Terms, test: Callable[[License], bool | None]) -> State:
    """Whether a test on licences holds for terms: ``OR`` for one branch, ``AND`` for all.

    Not known where a name is not known, or the test gives None.
    """
    if not found.stated:
        return State.NOT_MET if found.expression == NO_LICENSE else State.UNKNOWN
    if found.problem is not None or len(found.leaves) == 1:
        return _tested(found.leaves[0], test)
    postfix, _ = _parse(found.written)
    stack: list[State] = []
    for word in postfix:
        if isinstance(word, int):
            stack.append(_tested(found.leaves[word], test))
            continue
        right, left = stack.pop(), stack.pop()
        if word == "WITH":  # one on the SPDX list only adds permissions; one that is not known can take some away
            stack.append(all_of((left, right)) if right is State.UNKNOWN else left)
        else:
            stack.append(any_of((left, right)) if word == "OR" else all_of((left, right)))
    return stack.pop()


def _tested(leaf: Leaf, test: Callable[[License], bool | None]) -> State:
    holds = None if leaf.license is None else test(leaf.license)
    return State.UNKNOWN if holds is None else State.MET if holds else State.NOT_MET


def _judge(text: str, written: str) -> Terms:
    postfix, names = _parse(text)
    leaves = [Leaf(name, _exception_or_license(name, exception)) for name, exception in names]
    stack: list[list[_Branch]] = []
    for word in postfix:
        if isinstance(word, int):
            stack.append([_branch(word, leaves[word])])
            continue
        right, left = stack.pop(), stack.pop()
        if word == "OR":
            stack.append(_prune(left + right))
        elif word == "AND":
            stack.append(_prune([_both(a, b) for a in left for b in right]))
        else:
            stack.append([_with(base, right[0], leaves) for base in left])
    branches = stack.pop()
    best = branches[0]
    chosen = tuple(license for number in best.taken if (license := leaves[number].license) is not None)
    use, study, modify, share = (GRANTS[rank] for rank in best.grants)
    ids = {leaf.written: leaf.license.id for leaf in leaves if leaf.license is not None}
    return Terms(
        text,
        _respell(written, ids),
        (use, study, modify, share),
        _APPROVED[max(branch.approved for branch in branches)],
        tuple(leaves),
        chosen,
        True,
    )


def _branch(number: int, leaf: Leaf) -> _Branch:
    if leaf.license is None:
        return _Branch((_UNKNOWN,) * 4, _APPROVED.index("unknown"), (number,))
    return _Branch(tuple(_RANK[grant] for grant in leaf.license.grants), _APPROVED.index(leaf.license.osi_approved), (number,))


def _both(a: _Branch, b: _Branch) -> _Branch:
    return _Branch(tuple(map(min, a.grants, b.grants)), min(a.approved, b.approved), tuple(dict.fromkeys(a.taken + b.taken)))


def _with(base: _Branch, exception: _Branch, leaves: list[Leaf]) -> _Branch:
    if leaves[exception.taken[0]].license is None:
        return _Branch((_UNKNOWN,) * 4, _APPROVED.index("unknown"), base.taken + exception.taken)
    return base


def _prune(branches: list[_Branch]) -> list[_Branch]:
    """The best branches first, without those that another one equals or betters in everything."""
    kept: list[_Branch] = []
    for branch in sorted(branches, key=lambda branch: branch.merit, reverse=True):
        if not any(
            other.approved >= branch.approved and all(a >= b for a, b in zip(other.grants, branch.grants, strict=True)) for other in kept
        ):
            kept.append(branch)
    return kept


# --- grammar ------------------------------------------------------------------------------------------------------

_BRACKETS = ("(", ")")


class _Token(NamedTuple):
    text: str
    column: int
    operator: bool  # or a bracket


def _parse(text: str) -> tuple[list[str | int], dict[tuple[str, bool], int]]:
    """Numbers of names and operators in postfix order; every name, with whether it is an exception, and its number.

    Raises OsaidError.
    """
    if len(text) > _MOST_TEXT:
        raise _bad("license.too-long", 1, most=str(_MOST_TEXT))
    postfix: list[str | int] = []
    names: dict[tuple[str, bool], int] = {}
    waiting: list[_Token] = []
    before: _Token | None = None  # None: a name or an opening bracket has to come
    for token in _tokens(text):
        after_name = before is not None and (not before.operator or before.text == ")")
        if token.text.upper() in (NO_LICENSE, _NO_ASSERTION):
            raise _bad("license.none-alone", token.column, found=token.text.upper())
        if not token.operator:
            if after_name:
                raise _bad("license.expects-operator", token.column, found=token.text)
            name = token.text, before is not None and before.text == "WITH"
            postfix.append(names.setdefault(name, len(names)))
        elif (token.text == "(") == after_name or (token.text == "(" and before is not None and before.text == "WITH"):
            raise _bad("license.expects-operator" if after_name else "license.expects-name", token.column, found=token.text)
        elif token.text == ")":
            _close(waiting, postfix, token)
        else:
            _operator(token, before, waiting, postfix)
        before = token
    if before is None or (before.operator and before.text != ")"):
        raise _bad("license.expects-name", len(text.rstrip()) + 1, found="the end")
    while waiting:
        if waiting[-1].text == "(":
            raise _bad("license.unbalanced", waiting[-1].column)
        postfix.append(waiting.pop().text)
    if len(names) > _MOST_LEAVES:
        raise _bad("license.too-many", 1, most=str(_MOST_LEAVES))
    return postfix, names


def _close(waiting: list[_Token], postfix: list[str | int], bracket: _Token) -> None:
    while waiting and waiting[-1].text != "(":
        postfix.append(waiting.pop().text)
    if not waiting:
        raise _bad("license.unbalanced", bracket.column)
    waiting.pop()


def _operator(token: _Token, before: _Token | None, waiting: list[_Token], postfix: list[str | int]) -> None:
    """Put off an operator or an opening bracket until what binds tighter is done."""
    if token.text == "WITH" and (before is None or before.operator or (waiting and waiting[-1].text == "WITH")):
        raise _bad("license.with", token.column)
    while token.text != "(" and waiting and _BINDING.get(waiting[-1].text, 0) >= _BINDING[token.text]:
        postfix.append(waiting.pop().text)
    waiting.append(token)


def _tokens(text: str) -> list[_Token]:
    """Operators, brackets and names. A name may have several words.

    Operators are upper case, or lower case where that leaves only names that are known ("v2.1 or later" is no operator). Beside a lower
    case "and" a single word may be unknown, as it makes nothing freer; beside "or" it may not ("mit or similar").
    """
    tokens = _split(text, _UPPER)
    if not any(token.text in _BINDING for token in tokens):
        lower = [token._replace(text=token.text.upper()) if token.operator else token for token in _split(text, _LOWER)]
        a_choice = any(token.operator and token.text == "OR" for token in lower)
        if len(lower) > 1 and all(_is_known(token, before, a_choice) for before, token in zip([None, *lower], lower, strict=False)):
            return lower
    return tokens


def _is_known(token: _Token, before: _Token | None, a_choice: bool) -> bool:
    """Whether a token is an operator, a bracket, or a name that means a licence or, after WITH, an exception."""
    if token.operator or knowledge_base().find(token.text) is not None:
        return True
    if not a_choice and " " not in token.text and token.text not in ("later", "newer", "above", "any"):
        return True
    return before is not None and before.text == "WITH" and token.text.lower() in exceptions()


_UPPER = re.compile(r"(?:(?<!\S)|(?<=[()]))(?:AND|OR|WITH)(?=[\s()]|$)|[()]|[^\s()]+")
_LOWER = re.compile(r"(?:(?<!\S)|(?<=[()]))(?:and|or|with)(?=[\s()]|$)|[()]|[^\s()]+")


def _split(text: str, pattern: re.Pattern[str]) -> list[_Token]:
    operators = (*_BRACKETS, *_BINDING) if pattern is _UPPER else (*_BRACKETS, "and", "or", "with")
    tokens: list[_Token] = []
    for match in pattern.finditer(text):
        word = match.group()
        if word in operators:
            tokens.append(_Token(word, match.start() + 1, True))
        elif tokens and not tokens[-1].operator:
            tokens[-1] = tokens[-1]._replace(text=f"{tokens[-1].text} {word}")
        else:
            tokens.append(_Token(word, match.start() + 1, False))
    return tokens


def _respell(text: str, ids: dict[str, str]) -> str:
    """The expression with every name that was found replaced by its id."""
    words = " ".join(token.text if token.operator else ids.get(token.text, token.text) for token in _tokens(text))
    return words.replace("( ", "(").replace(" )", ")")


def _exception_or_license(name: str, exception: bool) -> License | None:
    if not exception:
        return knowledge_base().find(name)
    known = exceptions().get(name.lower())
    if known is None:
        return None
    return License(known, known, ("free",) * 4, "yes", source=f"https://spdx.org/licenses/{known}.html")


@lru_cache(maxsize=1)
def exceptions() -> dict[str, str]:
    """The exceptions on the SPDX list, by their id in lower case."""
    from license_expression import get_license_index

    ids = [entry["spdx_license_key"] for entry in get_license_index() if entry.get("is_exception")]
    return {identifier.lower(): identifier for identifier in ids if identifier and not identifier.startswith("LicenseRef-")}


def _bad(code: str, column: int, **params: str) -> OsaidError:
    return OsaidError(Problem(code, params, Place(None, 1, column)))
