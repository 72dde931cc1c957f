"""Gathers the layers of a rubric and compiles them, with everything that is wrong told at its place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from ..document import Document
from ..errors import Problem, RubricError
from ..outcome import State, all_of, any_of
from ..shapes import at, closest
from .checks import Check, all_checks, any_check, at_least_checks, not_check, nothing, on_facts, refer
from .conditions import Condition, States, every, every_at_last, names_in, not_fully, reached, reached_so_far
from .definition import Criterion, LevelRule, Rubric, VerdictRule
from .probes import PROPOSITIONS, BadParameter, LicenseList, Sets

__all__ = ["Builder"]

_KINDS = ("presence", "terms", "presence-and-terms")

_NO_LIST = LicenseList(frozenset(), False)

_Path = tuple[str | int, ...]


class _Entry(NamedTuple):
    data: dict[str, Any]
    document: Document
    path: _Path


class _Rung(NamedTuple):
    """A level that asks for criteria: the atoms of it and of those below, and all that they ask for."""

    atoms: tuple[str, ...]
    asks: frozenset[str]
    stand_in: Mapping[str, str]


_GROUND = _Rung((), frozenset(), {})


class Builder:
    """Gathers the layers of a rubric, then compiles them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.sources: dict[str, Any] = {}
        self.pillars: dict[str, str] = {}
        self.pillar_questions: dict[str, str] = {}
        self.sets: dict[str, _Entry] = {}
        self.criteria: dict[str, _Entry] = {}
        self.verdicts: list[_Entry] = []
        self.levels: list[_Entry] = []
        self.license_lists: dict[str, LicenseList] = {}
        self.silence = "open"
        self.undetermined: tuple[str, str, str] | None = None
        self.rungs: dict[str, _Rung] = {}  # levels that ask for criteria
        self.named: set[str] = set()  # the atoms that conditions of verdicts name
        self.atoms: dict[str, Condition] = {}
        self.last: dict[str, Condition] = {}

    def bad(self, code: str, entry: _Entry, path: _Path = (), *, key: bool = False, **params: str) -> None:
        """Note a problem at its place."""
        self.problems.append(Problem(code, params, at(entry.document, (*entry.path, *path), key=key)))

    def add(self, layer: Document) -> None:
        """Take in a layer: the rubric that is extended first."""
        data = layer.data
        self._refuse_twins(layer)
        for name, source in data.get("sources", {}).items():
            self.sources[name] = source
            if not isinstance(source, dict) or not all(isinstance(source.get(key), str) and source[key] for key in ("title", "url")):
                self.bad("rubric.bad-source", _Entry(source, layer, ("sources", name)), name=name)
        self.pillars.update((pillar["id"], pillar["title"]) for pillar in data.get("pillars", ()))
        self.pillar_questions.update((pillar["id"], pillar.get("about", "")) for pillar in data.get("pillars", ()))
        for name, members in data.get("sets", {}).items():
            self.sets[name] = _Entry({"members": members}, layer, ("sets", name))
        for index, criterion in enumerate(data.get("criteria", ())):
            self.criteria[criterion["id"]] = _Entry(criterion, layer, ("criteria", index))
        for name, into in (("verdicts", self.verdicts), ("levels", self.levels)):
            if name in data:
                into[:] = [_Entry(item, layer, (name, index)) for index, item in enumerate(data[name])]
        for name, given in data.get("license_lists", {}).items():
            before = self.license_lists.get(name, _NO_LIST)
            ids = frozenset(given["ids"]) if "ids" in given else before.ids
            if not ids:
                self.bad("rubric.empty-license-list", _Entry(given, layer, ("license_lists", name)), name=name)
            exact = given["spelling"] == "exact" if "spelling" in given else before.exact
            self.license_lists[name] = LicenseList(ids, exact)
        self.silence = data.get("silence", self.silence)
        if "undetermined" in data:
            given = data["undetermined"]
            self.undetermined = (given["id"], given["label"], given["summary"])

    def _refuse_twins(self, layer: Document) -> None:
        for part in ("pillars", "criteria", "verdicts", "levels"):
            seen: set[str] = set()
            for index, item in enumerate(layer.data.get(part, ())):
                if item["id"] in seen:
                    code = "rubric.duplicate-criterion" if part == "criteria" else "rubric.duplicate-id"
                    self.bad(code, _Entry(item, layer, (part, index)), ("id",), id=item["id"], part=part)
                seen.add(item["id"])

    def build(self, source: Document, digest: str) -> Rubric:
        """Compile what was gathered. Raises RubricError with everything that is wrong."""
        sets = self._sets()
        criteria = [self._criterion(entry, sets) for entry in self.criteria.values()]
        order = self._order(criteria)
        whole = _Entry(source.data, source, ())
        levels = self._levels(criteria)
        verdicts = []
        for index, entry in enumerate(self.verdicts):
            rule, last = entry.data, index == len(self.verdicts) - 1
            if ("otherwise" in rule) != last or ("when" in rule) == ("otherwise" in rule):
                self.bad("rubric.verdict-otherwise", entry, id=rule["id"])
            condition = self._condition(rule["when"], entry, ("when",), criteria) if "when" in rule else None
            tone = rule.get("tone") or ("good" if index == 0 else "poor" if last else "fair")
            verdicts.append(VerdictRule(rule["id"], rule["label"], rule["summary"], condition, tone))
            if self.undetermined is not None and rule["id"] == self.undetermined[0]:
                self.bad("rubric.duplicate-id", entry, ("id",), id=rule["id"], part="verdicts")
        deciding = tuple(name for name in self.atoms if name in self.named)
        for name, value in (("criteria", criteria), ("verdicts", verdicts), ("pillars", self.pillars), ("undetermined", self.undetermined)):
            if not value:
                self.bad("rubric.part-missing", whole, part=name)
        if self.problems:
            raise RubricError(sorted(self.problems, key=lambda problem: (problem.place.line or 0, problem.place.column or 0)))
        data = source.data
        return Rubric(
            data["id"],
            data["version"],
            data["title"],
            data.get("short", data["id"]),
            data["framework"],
            data.get("about", ""),
            data["answers"],
            data["audience"],
            self.sources,
            self.pillars,
            self.pillar_questions,
            tuple(criteria),
            order,
            tuple(verdicts),
            self.undetermined or ("", "", ""),
            tuple(levels),
            self.atoms,
            self.last,
            deciding,
            self.silence,
            source.path,
            digest,
            {},
            {},
        )

    def _sets(self) -> Sets:
        from ..cards.vocabulary import vocabulary

        known = vocabulary().components
        sets: dict[str, list[str]] = {}
        for name, entry in self.sets.items():
            members = entry.data["members"]
            if not isinstance(members, list) or not members:
                self.bad("rubric.bad-set", entry, name=name)
                continue
            for index, member in enumerate(members):
                if not isinstance(member, str) or member not in known:
                    self._unknown("rubric.unknown-component", member, known, entry, (index,))
            sets[name] = [member for member in members if isinstance(member, str) and member in known]
        return Sets(sets, self.license_lists)

    def _levels(self, criteria: list[Criterion]) -> list[LevelRule]:
        levels: list[LevelRule] = []
        for entry in self.levels:
            rule = entry.data
            given = {key for key in ("when", "asks", "after", "stand_in") if rule.get(key)}
            if not given & {"when", "asks"} or ("when" in given and len(given) > 1):
                self.bad("rubric.level-when", entry, id=rule["id"])
            elif "when" in rule:
                condition = self._condition(rule["when"], entry, ("when",), criteria)
                kinds, named = names_in(rule["when"], "every"), names_in(rule["when"], "criterion")
                required = tuple(item.id for item in criteria if item.id in named or (item.kind in kinds and item.role == "required"))
                if_used = tuple(item.id for item in criteria if item.id not in named and item.kind in kinds and item.role == "if-used")
                levels.append(LevelRule(rule["id"], rule["label"], condition, required, if_used))
            else:
                levels.append(self._rung(entry))
        self.named.clear()
        return levels

    def _rung(self, entry: _Entry) -> LevelRule:
        """A level that asks for criteria, perhaps after another one of that sort.

        Its atom is only what it asks for beside the levels below, so that what is open in one of them is open once.
        """
        rule = entry.data
        asks, stand_in, after = tuple(rule["asks"]), rule.get("stand_in", {}), rule.get("after", "")
        named: list[tuple[_Path, str, Mapping[str, Any]]] = [(("asks", index), name, self.criteria) for index, name in enumerate(asks)]
        named += [(("stand_in", name), name, dict.fromkeys(asks)) for name in stand_in]
        named += [(("stand_in", name), other, self.criteria) for name, other in stand_in.items()]
        for path, given, known in named:
            if given not in known:
                self._unknown("rubric.unknown-criterion", given, known, entry, path)
        if after and after not in self.rungs:
            self._unknown("rubric.unknown-level", after, self.rungs, entry, ("after",))
        if any(given not in self.criteria for _, given, _ in named):
            return LevelRule(rule["id"], rule["label"], _undecided, (), ())
        below = self.rungs.get(after, _GROUND)
        new = [name for name in asks if name not in below.asks or below.stand_in.get(name) != stand_in.get(name)]
        used = tuple(name for name in asks if self.criteria[name].data.get("role") == "if-used")
        required = tuple(name for name in asks if name not in used)
        own = tuple(name for name in new if name in required), tuple(name for name in new if name in used)
        atom = f"level {rule['id']}"
        self.atoms[atom] = partial(reached_so_far, *own, stand_in)
        self.last[atom] = partial(reached, (*own[0], *own[1]), stand_in) if own[1] else self.atoms[atom]
        self.rungs[rule["id"]] = _Rung((*below.atoms, atom), frozenset(asks) | below.asks, {**below.stand_in, **stand_in})
        return LevelRule(rule["id"], rule["label"], self._level(rule["id"]), required, used, after, stand_in)

    def _level(self, name: str) -> Condition:
        """Whether a level that asks for criteria is reached, with all below it."""
        atoms = self.rungs[name].atoms
        self.named.update(atoms)
        return lambda states: all_of(states[atom] for atom in atoms)

    def _criterion(self, entry: _Entry, sets: Sets) -> Criterion:
        data = entry.data
        if data["pillar"] not in self.pillars:
            self._unknown("rubric.unknown-pillar", data["pillar"], self.pillars, entry, ("pillar",))
        if data["clause"]["source"] not in self.sources:
            self._unknown("rubric.unknown-source", data["clause"]["source"], self.sources, entry, ("clause", "source"))
        refers_to: list[str] = []
        check = self._check(data["check"], entry, ("check",), sets, refers_to)
        return Criterion(
            data["id"],
            data["pillar"],
            data["kind"],
            data.get("role", "required"),
            int(data["weight"]),
            data["inherits"],
            {name: data[name] for name in ("title", "asks", "why", "how", "remedy", "question")},
            data["clause"],
            check,
            tuple(refers_to),
        )

    def _unknown(self, code: str, given: Any, known: Any, entry: _Entry, path: _Path, *, key: bool = False) -> None:
        told = _told(given)
        near = closest(told, known)
        self.bad(code + ("-near" if near else ""), entry, path, key=key, given=told, near=near or "", known=", ".join(known))

    # --- checks: all, any, not, at_least, criterion, and the propositions -----------------------------------------

    def _check(self, node: Any, entry: _Entry, path: _Path, sets: Sets, refers_to: list[str]) -> Check:
        if not isinstance(node, dict) or len(node) != 1:
            self.bad("rubric.one-key", entry, path)
            return nothing
        ((name, parameter),) = node.items()
        inner = (*path, name)
        if name in ("all", "any"):
            parts = self._checks(parameter, entry, inner, sets, refers_to)
            return all_checks(parts) if name == "all" else any_check(parts)
        if name == "not":
            return not_check(self._check(parameter, entry, inner, sets, refers_to))
        if name == "at_least" and _is_at_least(parameter):
            return at_least_checks(int(parameter["count"]), self._checks(parameter["of"], entry, (*inner, "of"), sets, refers_to))
        if name == "criterion" and isinstance(parameter, str) and parameter in self.criteria:
            refers_to.append(parameter)
            return refer(parameter, self.criteria[parameter].data["title"])
        if name in PROPOSITIONS:
            return self._proposition(name, parameter, entry, inner, sets)
        if name == "at_least":
            self.bad("rubric.bad-at-least", entry, inner)
        elif name == "criterion":
            self._unknown("rubric.unknown-criterion", parameter, self.criteria, entry, inner)
        else:
            known = [*PROPOSITIONS, "all", "any", "not", "at_least", "criterion"]
            self._unknown("rubric.unknown-proposition", name, known, entry, inner, key=True)
        return nothing

    def _proposition(self, name: str, parameter: Any, entry: _Entry, path: _Path, sets: Sets) -> Check:
        try:
            return on_facts(PROPOSITIONS[name](parameter, sets))
        except BadParameter as error:
            given = _told(error.given)
            near = closest(given, error.choices)
            known = ", ".join(error.choices)
            code = "rubric.bad-parameter-near" if near else "rubric.bad-parameter"
            self.bad(code, entry, path, proposition=name, given=given, near=near or "", known=known)
            return nothing

    def _checks(self, nodes: Any, entry: _Entry, path: _Path, sets: Sets, refers_to: list[str]) -> list[Check]:
        if not isinstance(nodes, list) or not nodes:
            self.bad("rubric.not-a-list", entry, path)
            return []
        return [self._check(node, entry, (*path, index), sets, refers_to) for index, node in enumerate(nodes)]

    def _order(self, criteria: list[Criterion]) -> tuple[int, ...]:
        """Criteria in an order in which each comes after those it refers to."""
        number = {criterion.id: index for index, criterion in enumerate(criteria)}
        order: list[int] = []
        placed: set[str] = set()
        waiting = list(criteria)
        while waiting:
            ready = [criterion for criterion in waiting if all(name in placed for name in criterion.refers_to)]
            if not ready:
                for criterion in waiting:
                    self.bad("rubric.criterion-cycle", self.criteria[criterion.id], ("check",), id=criterion.id)
                break
            order.extend(number[criterion.id] for criterion in ready)
            placed.update(criterion.id for criterion in ready)
            waiting = [criterion for criterion in waiting if criterion.id not in placed]
        return tuple(order)

    # --- conditions of verdicts and levels: all, any, not, at_least, every, criterion -----------------------------

    def _condition(self, node: Any, entry: _Entry, path: _Path, criteria: list[Criterion]) -> Condition:
        if not isinstance(node, dict) or len(node) != 1:
            self.bad("rubric.one-key", entry, path)
            return _undecided
        ((name, parameter),) = node.items()
        inner = (*path, name)
        if name in ("all", "any") and isinstance(parameter, list) and parameter:
            parts = [self._condition(part, entry, (*inner, index), criteria) for index, part in enumerate(parameter)]
            combine = all_of if name == "all" else any_of
            return lambda atoms: combine(part(atoms) for part in parts)
        if name == "not":
            part = self._condition(parameter, entry, inner, criteria)
            return lambda atoms: not_fully(part(atoms))
        if name == "every" and parameter in _KINDS:
            required = [criterion.id for criterion in criteria if criterion.kind == parameter and criterion.role == "required"]
            if_used = [criterion.id for criterion in criteria if criterion.kind == parameter and criterion.role == "if-used"]
            return self._atom(
                f"every {parameter}",
                partial(every, required=required, if_used=if_used),
                partial(every_at_last, required=required, if_used=if_used),
            )
        if name == "criterion" and isinstance(parameter, str) and parameter in self.criteria:
            return self._atom(parameter, lambda states: states[parameter])
        if name == "level" and isinstance(parameter, str) and parameter in self.rungs:
            return self._level(parameter)
        if name in ("all", "any"):
            self.bad("rubric.not-a-list", entry, inner)
        elif name == "level":
            self._unknown("rubric.unknown-level", parameter, self.rungs, entry, inner)
        elif name == "every":
            self._unknown("rubric.unknown-kind", parameter, _KINDS, entry, inner)
        elif name == "criterion":
            self._unknown("rubric.unknown-criterion", parameter, self.criteria, entry, inner)
        else:
            self._unknown("rubric.unknown-condition", name, ["all", "any", "not", "every", "criterion", "level"], entry, inner, key=True)
        return _undecided

    def _atom(self, name: str, work_out: Condition, at_last: Condition | None = None) -> Condition:
        """``at_last`` gives the atom once everything is known, where that is not the same."""
        self.named.add(name)
        self.atoms.setdefault(name, work_out)
        self.last.setdefault(name, at_last or work_out)
        return lambda atoms: atoms[name]


def _undecided(atoms: States) -> State:
    return State.UNKNOWN


def _told(given: Any) -> str:
    if isinstance(given, str):
        return given[:80]
    return "a map" if isinstance(given, dict) else "a list" if isinstance(given, list) else "nothing"


def _is_at_least(parameter: Any) -> bool:
    """A count that can be reached, and a list (what is no list is told by itself)."""
    if not isinstance(parameter, dict) or set(parameter) != {"count", "of"}:
        return False
    count, of = str(parameter["count"]), parameter["of"]
    most = len(of) if isinstance(of, list) else 1
    return count.isascii() and count.isdecimal() and len(count) <= 4 and 1 <= int(count) <= max(1, most)
