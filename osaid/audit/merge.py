"""What an audit found, merged into a card that is there already. What a person said stays; docs/cards.md has the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Literal, NamedTuple, get_args

from ..cards.importers.common import MOST_BASES, MOST_DATASETS, MOST_WHERE
from ..cards.leaves import FactChange, Steps, by_name, dotted, fact_changes
from ..cards.marks import MARK, SEEN, is_audits_own
from ..cards.reader import LoadedCard
from ..cards.vocabulary import LISTING_OF, vocabulary
from .agree import agree, folded_address, names_of_set, says_less, says_nothing
from .evidence import Evidence, Found
from .walk import OF_STAGE, in_its_order, in_order, inside, prune, said_by_claims, text_of, value_at

__all__ = ["Change", "Conflict", "Kind", "Merged", "Rule", "merge"]

Rule = Literal["merge.filled", "merge.replaced", "merge.supported", "merge.evidence", "merge.as-of"]
Kind = Literal["merge.other-model", "merge.says-less", "merge.considered", "merge.differs", "merge.unlisted", "merge.no-room"]
_KINDS = get_args(Kind)  # in this order they are told
_MAIN = ("release", "level", "answer", "relation")
_NO_VALUE = ("evidence", "note", "where")
_IDENTITY = ("id", "name")


class Change(NamedTuple):
    """A value of the card that the merge changed: the way to it, what it was and is (None: not there), by which rule, and the evidence.

    ``rule`` is merge.filled (the card left it open), merge.replaced (an audit had said it), merge.supported (a person's claim had no
    evidence), merge.evidence (evidence that an audit wrote) or merge.as-of.
    """

    path: str
    before: str | None
    after: str | None
    rule: Rule
    evidence: tuple[str, ...]


class Conflict(NamedTuple):
    """Something that the card says otherwise, and that was left as it is.

    ``kind`` is one of merge.other-model, merge.says-less (the files show more), merge.considered (a person left it unknown, and says
    why), merge.differs, merge.unlisted (a list that a person wrote does not have it) and merge.no-room. ``at`` is the way to it in
    the card, ``evidence`` the ids in what was found.
    """

    path: str
    said: str
    found: str
    kind: Kind
    evidence: tuple[str, ...]
    at: Steps


class Merged(NamedTuple):
    """The data of the merged card and what is to be told: ``unseen`` are claims of an earlier audit that this one says nothing of.

    The evidence of changes stands in ``data``, that of conflicts in what was found.
    """

    data: dict[str, Any]
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    unseen: tuple[str, ...]


def merge(card: LoadedCard, found: Mapping[str, Any]) -> Merged:
    """Merge the data of a card that an audit made into a card. Neither is changed; the same facts merged again change nothing."""
    return _Merge(card.data, found).run()


class _Merge:
    def __init__(self, before: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        self.before = before
        self.found = found
        self.card: dict[str, Any] = deepcopy(dict(before))
        self.rules: list[tuple[str, Rule, tuple[Found, ...]]] = []  # a way as one word, the rule, what it rests on
        self.conflicts: list[Conflict] = []
        self.unseen: list[str] = []
        self.seen: set[Steps] = set()  # claims of the card that something was found of
        self.evidence = Evidence(found.get("evidence", {}))

    def run(self) -> Merged:
        if self._other_model():
            return Merged(self.card, (), tuple(self.conflicts), ())
        self._model()
        self._licenses()
        for part in ("components", "statements"):
            self._maps((part,), self.found.get(part, {}))
        self._training_data()
        self._left()
        evidence = self.evidence.settle(self.card)
        if evidence or "evidence" in self.before:
            self.card["evidence"] = evidence
        self._as_of()
        self.card = in_order(self.card, self.before)
        changes = tuple(map(self._change, in_its_order(fact_changes(self.before, self.card), self.card)))
        conflicts = tuple(sorted(self.conflicts, key=lambda conflict: _KINDS.index(conflict.kind)))
        return Merged(self.card, changes, conflicts, tuple(self.unseen))

    # --- the parts of a card ------------------------------------------------------------------------------------------

    def _other_model(self) -> bool:
        """Whether this is another model: then nothing is merged."""
        said, found = (data["model"].get("links", {}).get("huggingface", "") for data in (self.before, self.found))
        if not said or not found or folded_address(said) == folded_address(found):
            return False
        at = ("model", "links", "huggingface")
        self.conflicts.append(Conflict(dotted(at), said, found, "merge.other-model", (), at))
        return True

    def _model(self) -> None:
        mine, theirs = self.card["model"], self.found["model"]
        for key, value in theirs.items():
            if key in (*_IDENTITY, "links", "derived_from") or says_nothing(value):
                continue
            self._field(("model", key), mine, key, value)
        for key, value in theirs.get("links", {}).items():
            self._field(("model", "links", key), mine.setdefault("links", {}), key, value)
        if theirs.get("derived_from"):
            self._bases(mine, theirs["derived_from"])

    def _field(self, at: Steps, mine: dict[str, Any], key: str, value: Any) -> None:
        """A value that names no evidence: a person's, once it is there."""
        if says_nothing(mine.get(key)):
            mine[key] = deepcopy(value)
            self._rule(dotted(at), "merge.filled", ())
        elif not agree(key, mine[key], value):
            self._conflict("merge.differs", dotted(at), mine[key], value, (), at)

    def _bases(self, model: dict[str, Any], found: list[Mapping[str, Any]]) -> None:
        """A person's list of bases is taken as whole: another one is told, since it may be one of them by another name."""
        if model.get("derived_from") == []:
            names = ", ".join(base["model"] for base in found)
            evidence = tuple(dict.fromkeys(item for base in found for item in base.get("evidence", ())))
            at = ("model", "derived_from")
            self._conflict("merge.says-less", dotted(at), "[]", names, evidence, at)
            return
        bases = model.setdefault("derived_from", [])
        settled = any(not is_audits_own(base) for base in bases)
        for base in found:
            name = base["model"]
            index = next((number for number, mine in enumerate(bases) if agree("model", mine["model"], name)), None)
            path = ("model", "derived_from", name if index is None else bases[index]["model"])
            if index is not None:
                given = {**base, "model": bases[index]["model"]}
                bases[index] = self._claim(path, ("model", "derived_from", index), bases[index], given)
            elif settled:
                self._conflict("merge.unlisted", dotted(path[:2]), "", name, base.get("evidence", ()), path[:2])
            elif len(bases) < MOST_BASES:
                bases.append(self._claim(path, None, None, base))
                self.seen.add((*path[:2], len(bases) - 1))

    def _licenses(self) -> None:
        theirs = self.found.get("licenses", {})
        for scope, given in theirs.items():
            mine = self.card.setdefault("licenses", {})
            at = ("licenses", scope)
            claim = {"license": given} if isinstance(given, str) else given
            said = mine.get(scope)
            was_text = isinstance(said, str)
            made = self._claim(at, at, {"license": said} if was_text else said, claim)
            if made:
                mine[scope] = made["license"] if was_text and set(made) == {"license"} else made
        if not self.card.get("licenses", True) and "licenses" not in self.before:
            del self.card["licenses"]

    def _maps(self, at: Steps, theirs: Mapping[str, Any]) -> None:
        """Claims by their names, at a place of the card."""
        for name, claim in theirs.items():
            holder = inside(self.card, at)
            made = self._claim((*at, name), (*at, name), holder.get(name), claim)
            if made:
                holder[name] = made
            prune(self.card, at, self.before)

    def _training_data(self) -> None:
        """A card that has stages has all of them, as far as a person knows: another one would be a stage of which nothing is known."""
        mine = self.card.get("training_data", {})
        for stage, theirs in self.found.get("training_data", {}).items():
            at = ("training_data", stage)
            if mine and stage not in mine:
                self._elsewhere(stage, theirs)
                continue
            for part in ("description", "listing"):
                self._maps((*at, part), theirs.get(part, {}))
            self._maps(at, {name: theirs[name] for name in ("covers_all_data", "access") if name in theirs})
            if "license" in theirs:
                holder = inside(self.card, at)
                own = {key: theirs[key] for key in OF_STAGE if key in theirs}
                made = self._claim(at, at, {key: holder.pop(key) for key in OF_STAGE if key in holder}, own)
                self.card["training_data"][stage] = {**holder, **made}
            if theirs.get("datasets"):
                self._datasets(at, theirs["datasets"])
            prune(self.card, at, self.before)

    def _elsewhere(self, stage: str, theirs: Mapping[str, Any]) -> None:
        """What was found of a stage that the card does not have: data sets that another stage names are there already."""
        stages: Mapping[str, Any] = self.card["training_data"]
        known = {name for said in stages.values() for dataset in said.get("datasets", ()) for name in names_of_set(dataset)}
        at: Steps = ("training_data",)
        for dataset in theirs.get("datasets", ()):
            if known.isdisjoint(names_of_set(dataset)):
                self._conflict("merge.unlisted", dotted((*at, stage)), "", dataset["name"], dataset.get("evidence", ()), at)
        for name in theirs:
            if name not in ("datasets", "evidence", "note"):
                self._conflict("merge.unlisted", dotted((*at, stage)), "", name, theirs.get("evidence", ()), at)

    def _datasets(self, at: Steps, found: list[Mapping[str, Any]]) -> None:
        stage = inside(self.card, at)
        mine: list[dict[str, Any]] = stage.setdefault("datasets", [])
        known = {name: number for number, dataset in reversed(list(enumerate(mine))) for name in names_of_set(dataset)}
        for dataset in found:
            index = next((known[name] for name in names_of_set(dataset) if name in known), None)
            path = (*at, "datasets", dataset["name"] if index is None else mine[index]["name"])
            if index is not None:
                given = {**dataset, "name": mine[index]["name"]}
                mine[index] = self._claim(path, (*at, "datasets", index), mine[index], given)
                continue
            place: Steps = (*at, "listing", LISTING_OF.get(dataset.get("access", ""), ""))
            listing = value_at(self.before, place) or {}
            if listing.get("level") == "no-such-step" and not is_audits_own(listing):
                self._conflict("merge.says-less", dotted(place), "no-such-step", dataset["name"], dataset.get("evidence", ()), place)
            elif len(mine) < MOST_DATASETS:
                mine.append(self._claim(path, None, None, dataset))
                self.seen.add((*at, "datasets", len(mine) - 1))
                known.update(dict.fromkeys(names_of_set(dataset), len(mine) - 1))
            else:
                self._conflict("merge.no-room", dotted((*at, "datasets")), "", dataset["name"], (), (*at, "datasets"))
        if not mine and value_at(self.before, (*at, "datasets")) is None:
            del stage["datasets"]

    # --- one claim ----------------------------------------------------------------------------------------------------

    def _claim(self, path: Steps, at: Steps | None, mine: Mapping[str, Any] | None, theirs: Mapping[str, Any]) -> dict[str, Any]:
        """A claim of the card with what was found of it. ``path`` names it, ``at`` leads to it (None: it is new)."""
        mine = dict(mine or {})
        if at in self.seen:  # found twice: the first counts
            return mine
        said = {key: value for key, value in theirs.items() if key not in _NO_VALUE and not says_nothing(value)}
        if at is not None:
            self.seen.add(at)
        if "license" in said and "license" not in mine and (default := self._default(path)) is not None:
            if not agree("license", default, said["license"]):
                self._conflict("merge.differs", dotted((*path, "license")), default, said["license"], theirs.get("evidence", ()), path)
            del said["license"]
        if set(said) <= {"name", "model"} and at is not None and not theirs.get("where"):
            return mine
        evidence = tuple(theirs.get("evidence", ()))
        if all(map(says_nothing, mine.values())):
            said |= {key: theirs[key] for key in ("relation",) if key in theirs}  # a base needs one, said or not
            made = {**mine, **said, **{key: deepcopy(theirs[key]) for key in ("where", "note") if theirs.get(key)}}
            made = {key: value for key, value in made.items() if key != "evidence"}
            ours = [Found(MARK, name) for name in evidence]
            if evidence:
                made["evidence"] = ours
            self._rule(dotted(path), "merge.filled", tuple(ours))
            return made
        if is_audits_own(mine):
            return self._renewed(path, mine, said, theirs)
        return self._filled(path, at or path, mine, said, theirs)

    def _renewed(self, path: Steps, mine: dict[str, Any], said: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
        """An audit's own claim: what was found now takes its place. What was not found again is kept, with its evidence."""
        evidence = tuple(Found(MARK, name) for name in theirs.get("evidence", ()))
        made = dict(mine)
        for key, value in said.items():
            settled = key in ("release", "level") and value != mine.get(key) and agree(key, mine.get(key), value)
            if not settled:
                made[key] = value
        moved = any(made[key] != mine.get(key) for key in said)
        for key in ("where", "note"):
            if theirs.get(key):
                made[key] = deepcopy(theirs[key])
            elif key == "note" and moved:
                made.pop(key, None)
        gone = [key for key, value in mine.items() if key not in (*_NO_VALUE, "name", "model", *said) and not says_nothing(value)]
        self.unseen += [dotted((*path, key)) for key in gone]
        if evidence:
            made["evidence"] = list(dict.fromkeys([*evidence, *(mine["evidence"] if gone else ())]))[:MOST_WHERE]
        self._rule(dotted(path), "merge.replaced", evidence)
        return made

    def _filled(self, path: Steps, at: Steps, mine: dict[str, Any], said: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
        """A person's claim: what it leaves out is filled, and what it says stays."""
        evidence = tuple(theirs.get("evidence", ()))
        given = tuple(Found(SEEN, name) for name in evidence)
        filled, agreed, differs = {}, False, False
        considered = bool(mine.get("note") or mine.get("evidence"))
        for key, value in said.items():
            where = dotted((*path, key))
            before = mine.get(key)
            if says_nothing(before) and key in _MAIN and considered:
                differs = True
                self._conflict("merge.considered", where, before or "unknown", value, evidence, (*at, key))
            elif says_nothing(before):
                filled[key] = value
            elif agree(key, before, value):
                agreed = agreed or key not in ("name", "model")
            else:
                differs = True
                kind: Kind = "merge.says-less" if says_less(key, before, value) else "merge.differs"
                self._conflict(kind, where, before, value, evidence, (*at, key))
        if differs:
            return mine
        made = {**mine, **filled}
        known = {folded_address(item) for item in mine.get("where", ())}
        new = [item for item in theirs.get("where", ()) if folded_address(item) not in known]
        if new and len(mine.get("where", ())) < MOST_WHERE:
            made["where"] = [*mine.get("where", ()), *new][:MOST_WHERE]
            self._rule(dotted((*path, "where")), "merge.filled", given)
        for key in filled:
            self._rule(dotted((*path, key)), "merge.filled", given)
        if given and (filled or (agreed and not mine.get("evidence"))):
            made["evidence"] = [*mine.get("evidence", ()), *given][:MOST_WHERE]
            if not filled:
                self._rule(dotted(path), "merge.supported", given)
        return made

    def _default(self, path: Steps) -> str | None:
        """The terms that a person gave to the whole release, where a licence of a part of it would overrule them."""
        scopes: tuple[str, ...] = ()
        if path[0] == "components":
            scopes = (vocabulary().components[str(path[1])]["kind"], "distribution")
        elif path[0] == "licenses" and path[1] != "distribution":
            scopes = ("distribution",)
        for scope in scopes:
            given = self.before.get("licenses", {}).get(scope)
            if given is not None:
                if not isinstance(given, str) and is_audits_own(given):
                    return None
                return str(given if isinstance(given, str) else given["license"])
        return None

    # --- what is left ---------------------------------------------------------------------------------------------------

    def _left(self) -> None:
        """Claims of an earlier audit that nothing was found of this time: absence proves nothing."""
        for at, claim in said_by_claims(self.before):
            if at not in self.seen and is_audits_own(claim):
                self.unseen.append(dotted(by_name(self.before, at)))

    def _as_of(self) -> None:
        """The card's day moves if something changed and no claim is a person's: what a person checked was not checked again."""
        day, card = self.found["as_of"], self.card
        if card == self.before or not (card["as_of"] == "unknown" or day > card["as_of"]):
            return
        if card["model"].get("derived_from") != [] and all(is_audits_own(claim) for _, claim in said_by_claims(card)):
            card["as_of"] = day
            self._rule("as_of", "merge.as-of", ())

    def _rule(self, path: str, rule: Rule, evidence: tuple[Found, ...]) -> None:
        self.rules.append((path, rule, evidence))

    def _conflict(self, kind: Kind, path: str, said: Any, found: Any, evidence: Iterable[str], at: Steps) -> None:
        self.conflicts.append(Conflict(path, text_of(said), text_of(found), kind, tuple(evidence), at))

    def _change(self, change: FactChange) -> Change:
        """A change with the rule that made it: that of the longest way that leads to it."""
        rules = [item for item in self.rules if change.path == item[0] or change.path.startswith(item[0] + ".")]
        if change.path.startswith("evidence.") or not rules:
            return Change(*change, "merge.evidence", ())
        _, rule, evidence = max(rules, key=lambda item: len(item[0]))
        if rule == "merge.replaced" and change.before is None:
            rule = "merge.filled"
        return Change(*change, rule, tuple(dict.fromkeys(name for item in evidence if (name := self.evidence.name(item)))))
