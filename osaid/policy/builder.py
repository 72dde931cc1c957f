"""Compiles a policy from a document whose shape is right, with everything that is wrong told at its place."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable
from typing import Any

from ..cards.vocabulary import vocabulary
from ..document import Document
from ..document.common import MOST_PROBLEMS
from ..errors import OsaidError, PolicyError, Problem
from ..licenses.knowledge import knowledge_base
from ..resources import bundled_path
from ..rubrics.rubric import Rubric, load_rubric, rubric_ids
from ..shapes import closest
from . import checks, terms
from .definition import PASSED, Case, Check, Found, Policy, Rule, Waiver

__all__ = ["KINDS", "Builder"]

KINDS = ("verdict", "level", "score", "criteria", "restrictions", "licenses", "age", "evidence")
"""What a rule can ask: exactly one of these."""

_Path = tuple[str | int, ...]


def _nothing(case: Case, met: frozenset[str]) -> Found:
    """What stands in for a check that could not be compiled."""
    return Found(PASSED)


class Builder:
    """Compiles one policy."""

    def __init__(self, source: Document) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.rubrics: dict[str, Rubric] = {}
        self.unusable: set[str] = set()

    def build(self) -> Policy:
        """The policy. Raises PolicyError with everything that is wrong, in order of place."""
        data = self.source.data
        rules = tuple(self._rule(item, ("rules", index)) for index, item in enumerate(data["rules"]))
        self._refuse_twins([rule.id for rule in rules])
        waivers = tuple(
            self._waiver(item, ("waivers", index), [rule.id for rule in rules]) for index, item in enumerate(data.get("waivers", ()))
        )
        applies = data.get("applies_to", {})
        if "applies_to" in data and not applies:
            self._bad("policy.applies-to-nothing", ("applies_to",))
        if self.problems:
            raise PolicyError(sorted(self.problems, key=lambda problem: (problem.place.line or 0, problem.place.column or 0)))
        return Policy(
            data["id"],
            data["version"],
            data["title"],
            data.get("about", ""),
            tuple(applies.get("models", ())),
            tuple(applies.get("developers", ())),
            rules,
            waivers,
            self.rubrics,
            self.source.path,
            self.source.sha256,
        )

    def _bad(self, code: str, path: _Path, /, **params: str) -> None:
        if not self._enough():
            self.problems.append(Problem(code, params, self.source.place(path)))

    def _enough(self) -> bool:
        """Whether no more can be told: a stranger's policy may have a hundred thousand wrong words."""
        return len(self.problems) >= MOST_PROBLEMS

    def _unknown(self, code: str, given: str, known: Iterable[str], path: _Path) -> None:
        if self._enough():
            return
        known = list(known)
        near = closest(given, known)
        self._bad(code + ("-near" if near else ""), path, given=given[:80], near=near or "", known=", ".join(known))

    def _refuse_twins(self, ids: list[str]) -> None:
        for index, identifier in enumerate(ids):
            if identifier in ids[:index]:
                self._bad("policy.duplicate-rule", ("rules", index, "id"), id=identifier)

    def _rule(self, data: dict[str, Any], path: _Path) -> Rule:
        given = [kind for kind in KINDS if kind in data]
        check: Check = _nothing
        if len(given) != 1:
            self._bad("policy.one-check", path, id=data["id"], known=", ".join(KINDS))
        else:
            check = self._check(given[0], data[given[0]], (*path, given[0]))
        return Rule(
            data["id"],
            data["title"],
            data.get("why", ""),
            data.get("remedy", ""),
            data.get("severity", "error"),
            data.get("unknown", "fails"),
            check,
        )

    # --- checks -------------------------------------------------------------------------------------------------------

    def _check(self, kind: str, data: dict[str, Any], path: _Path) -> Check:
        if kind == "age":
            return checks.age(int(data["most_days"]))
        if kind == "restrictions":
            known = knowledge_base().restrictions()
            return terms.restrictions(
                frozenset(self._words("policy.unknown-restriction", data["forbid"], known, (*path, "forbid"))), self._on(data, path)
            )
        if kind == "licenses":
            return self._licenses(data, path)
        rubric = self._rubric(data["rubric"], (*path, "rubric"))
        return self._on_rubric(kind, data, path, rubric) if rubric is not None else _nothing

    def _on_rubric(self, kind: str, data: dict[str, Any], path: _Path, rubric: Rubric) -> Check:
        name = data["rubric"]
        if kind == "score":
            return checks.score(name, rubric, float(data["at_least"]))
        if kind == "evidence":
            return checks.evidence(name, rubric, data.get("first_hand") == "yes")
        if kind == "criteria":
            known = [criterion.id for criterion in rubric.criteria]
            return checks.criteria(name, self._words("policy.unknown-criterion", data["met"], known, (*path, "met")))
        if kind == "level":
            if self._words("policy.unknown-level", [data["reached"]], [rule.id for rule in rubric.levels], (*path,), "reached"):
                return checks.level(name, rubric, data["reached"])
        elif self._words("policy.unknown-verdict", [data["at_least"]], [rule.id for rule in rubric.verdicts], (*path,), "at_least"):
            return checks.verdict(name, rubric, data["at_least"], settled=data.get("settled") == "yes")
        return _nothing

    def _rubric(self, name: str, path: _Path) -> Rubric | None:
        """A bundled rubric, or a file beside the policy. Each is read once, and what is wrong with it is told once."""
        if name in self.rubrics or name in self.unusable:
            return self.rubrics.get(name)
        self.unusable.add(name)
        where = bundled_path("rubrics", name)
        if where is None and self.source.path is not None:
            where = os.path.join(os.path.dirname(self.source.path), name)
        if where is None or not os.path.isfile(where):
            self._unknown("policy.unknown-rubric", name, rubric_ids(), path)
            return None
        try:
            rubric = load_rubric(name if bundled_path("rubrics", name) is not None else where)
        except OsaidError as error:
            for problem in error.problems:
                self._bad("policy.bad-rubric", path, name=name[:80], detail=str(problem)[:500])
            return None
        self.rubrics[name] = rubric
        return rubric

    def _licenses(self, data: dict[str, Any], path: _Path) -> Check:
        if ("allow" in data) == ("deny" in data):
            self._bad("policy.allow-or-deny", path)
        lists: dict[str, frozenset[str]] = {"allow": frozenset(), "deny": frozenset()}
        for key in lists:
            found = {}
            for index, name in enumerate(data.get(key, ())):
                license = knowledge_base().find(name)
                if license is None and not self._enough():
                    near = knowledge_base().near(name)
                    code = "policy.unknown-license-near" if near else "policy.unknown-license"
                    self._bad(code, (*path, key, index), given=name[:80], near=near or "")
                elif license is not None:
                    found[license.id] = True
            lists[key] = frozenset(found)
        return terms.licenses(lists["allow"], lists["deny"], self._on(data, path))

    def _on(self, data: dict[str, Any], path: _Path) -> tuple[str, ...]:
        return self._words("policy.unknown-component", data.get("on", ()), vocabulary().components, (*path, "on"))

    def _words(self, code: str, given: Iterable[str], known: Iterable[str], path: _Path, key: str = "") -> tuple[str, ...]:
        """Those of the words given that are known; the others are told. ``key``: the one word stands under it, and in no list."""
        known = list(known)
        kept = []
        for index, word in enumerate(given):
            if word in known:
                kept.append(word)
            else:
                self._unknown(code, word, known, (*path, key or index))
        return tuple(dict.fromkeys(kept))

    # --- waivers ------------------------------------------------------------------------------------------------------

    def _waiver(self, data: dict[str, Any], path: _Path, rules: list[str]) -> Waiver:
        if ("criterion" in data) == ("rule" in data):
            self._bad("policy.criterion-or-rule", path)
        elif "rule" in data:
            self._words("policy.unknown-rule", [data["rule"]], rules, path, "rule")
        elif not self.unusable - set(self.rubrics):  # with a rubric missing nobody knows its criteria
            known = dict.fromkeys(criterion.id for rubric in self.rubrics.values() for criterion in rubric.criteria)
            self._words("policy.unknown-criterion", [data["criterion"]], known, path, "criterion")
        expires = datetime.date.min
        try:
            expires = datetime.date.fromisoformat(data["expires"])
        except ValueError:
            self._bad("policy.impossible-date", (*path, "expires"), value=data["expires"])
        return Waiver(data.get("criterion", ""), data.get("rule", ""), data["model"], data["reason"], data["owner"], expires)
