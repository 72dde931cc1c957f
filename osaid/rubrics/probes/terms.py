"""Propositions on terms: what the licences of published components grant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ...cards.vocabulary import vocabulary
from ...licenses.expression import NO_LICENSE, Terms, on_terms
from ...licenses.knowledge import FREEDOMS, knowledge_base
from ...outcome import State, all_of, both
from ..assessment import Reason
from ..facts import Facts, License
from .common import BY_LEVEL, PUBLISHED, BadParameter, Found, Group, LicenseList, Probe, Sets, evidence_of, group, word, words
from .release import released

__all__ = [
    "covered_by_free_terms",
    "free_access",
    "name_of",
    "on_list",
    "osi_approved_license",
    "released_under",
    "terms_grant",
    "terms_stated",
    "terms_tolerable",
]

Judgement = tuple[str, State, Mapping[str, str]]
_MOST_CASES = 256
_SILENT: Judgement = ("terms.silent", State.UNKNOWN, {})


class _Group(NamedTuple):
    """Published components under the same terms, told in one reason."""

    components: str
    first: str
    license: License
    parameters: bool  # are these model parameters?
    evidence: tuple[str, ...]


class _Published(NamedTuple):
    groups: tuple[_Group, ...]
    untold: tuple[Reason, ...]  # of components that may be published for all that is known
    nothing: Found  # what to say where there is neither
    alone: str  # a component that every model has, if it is all that the group asks for and may be published


def name_of(terms: Terms) -> str:
    """Terms by a name for people: the SPDX expression, or the name of a licence that SPDX does not list."""
    if len(terms.leaves) == 1 and terms.leaves[0].license is not None and terms.leaves[0].license.id.startswith("LicenseRef-"):
        return terms.leaves[0].license.name
    return terms.expression


class _Standing(NamedTuple):
    """How a component stands as to its terms: published, withheld, perhaps published, or absent."""

    status: str
    key: tuple[str, str, bool]  # equal for components that one reason can speak of
    license: License


_NO_KEY = ("", "", False)


def _standing(facts: Facts, name: str) -> _Standing:
    known: _Standing | None = facts.memo.get(("standing", name))
    if known is None:
        known = facts.memo["standing", name] = _work_out_standing(facts, name)
    return known


def _work_out_standing(facts: Facts, name: str) -> _Standing:
    release = facts.component(name).get("release")
    if release in PUBLISHED:
        license = facts.license(name)
        stated = license.terms is not None and license.terms.stated
        written = license.terms.expression if license.terms is not None else ""
        is_parameter = vocabulary().components[name]["kind"] == "parameters"
        return _Standing("published", (written, license.default, is_parameter and not stated), license)
    status = "withheld" if release == "none" else "absent" if facts.settled_absence(name) else "perhaps"
    return _Standing(status, _NO_KEY, License(None))


def _published(facts: Facts, group: Group) -> _Published:
    """The published components of a group, by their terms. Worked out once for each card and group."""
    known: _Published | None = facts.memo.get(group)
    if known is not None:
        return known
    members: dict[tuple[str, str, bool], list[str]] = {}
    withheld: dict[str, None] | None = None
    untold: list[str] = []
    for name in (*group.of, *group.if_published, *group.if_stated):
        status, key, _ = _standing(facts, name)
        if name in group.if_stated and "license" not in facts.component(name):
            continue
        if status == "published":
            members.setdefault(key, []).append(name)
        elif status == "withheld":
            withheld = {**(withheld or {}), **dict.fromkeys(evidence_of(facts.component(name)))}
        elif status == "perhaps" and name in group.of:
            untold.append(name)
    groups = tuple(_group(facts, names, key) for key, names in members.items())
    alone = untold[0] if untold and len(group.of) == 1 and vocabulary().components[untold[0]].get("exists") == "always" else ""
    made = _Published(groups, tuple(_untold(facts, untold)), _nothing(group.of, withheld), alone)
    facts.memo[group] = made
    return made


def _untold(facts: Facts, names: list[str]) -> Iterator[Reason]:
    """Components that may be published, by the terms that are stated for them."""
    by_terms: dict[str, list[str]] = {}
    for name in names:
        terms = facts.license(name).terms
        by_terms.setdefault(name_of(terms) if terms is not None and terms.stated else "", []).append(name)
    for license, members in by_terms.items():
        code = "terms.untold-under" if license else "terms.untold"
        yield Reason(code, {"components": ", ".join(members), "license": license}, State.UNKNOWN)


def _group(facts: Facts, names: list[str], key: tuple[str, str, bool]) -> _Group:
    licenses = [_standing(facts, name).license for name in names]
    supported = all(license.evidence for license in licenses)
    evidence = dict.fromkeys(item for license in licenses for item in license.evidence) if supported else ()
    return _Group(", ".join(names), names[0], licenses[0], key[2], tuple(evidence))


def _nothing(names: tuple[str, ...], withheld: dict[str, None] | None) -> Found:
    """Absence is the business of ``released``; but where nothing of a group is published, no freedom can be exercised."""
    what = ", ".join(names)
    if withheld is None:
        return Found(State.UNKNOWN, (Reason("terms.nothing-known", {"components": what}, State.UNKNOWN),))
    reason = Reason("terms.nothing-published", {"components": what}, State.NOT_MET, tuple(withheld), "", True)
    return Found(State.NOT_MET, (reason,))


def _on_terms(group: Group, judge: Callable[[Terms], Judgement]) -> Probe:
    """A test on the terms of every published component."""

    def probe(facts: Facts) -> Found:
        published = _published(facts, group)
        if not published.groups and not published.untold:
            return published.nothing
        if published.alone and (found := _either_way(facts, published.alone, judge)) is not None:
            return found
        reasons = list(published.untold)
        for members in published.groups:
            terms = members.license.terms
            code, state, params = _unstated(terms, members.parameters) or judge(terms) if terms is not None else _SILENT
            params = {**params, "components": members.components, "scope": members.license.default}
            reasons.append(Reason(code, params, state, members.evidence, "", terms is not None, at=("components", members.first)))
        return Found(all_of([reason.state for reason in reasons]), tuple(reasons))

    return probe


def _either_way(facts: Facts, name: str, judge: Callable[[Terms], Judgement]) -> Found | None:
    """Not met, if terms fail whether the component is published (the terms take freedom away) or not (there is nothing to be free)."""
    license = facts.license(name)
    if license.terms is None or not license.terms.stated or judge(license.terms)[1] is not State.NOT_MET:
        return None
    params = {"components": name, "license": name_of(license.terms)}
    return Found(State.NOT_MET, (Reason("terms.restricts-if-any", params, State.NOT_MET, license.evidence, "", True),))


def _unstated(terms: Terms, parameters: bool) -> Judgement | None:
    """What to say where no terms are stated. Code without a licence may not be copied or changed; for parameters the law is not settled."""
    if terms.stated:
        return None
    if terms.expression != NO_LICENSE:
        return _SILENT
    return ("terms.none-on-parameters", State.UNKNOWN, {}) if parameters else ("terms.none", State.NOT_MET, {})


def osi_approved_license(parameter: Any, sets: Sets) -> Probe:
    """Every published component of a group is under an OSI-approved licence."""
    found = {
        "yes": ("terms.approved", State.MET),
        "no": ("terms.not-approved", State.NOT_MET),
        "unknown": ("terms.not-known", State.UNKNOWN),
    }
    return _on_terms(group(parameter, sets), lambda terms: (*found[terms.osi_approved], {"license": name_of(terms)}))


def terms_grant(parameter: Any, sets: Sets) -> Probe:
    """The terms of every published component of a group grant a freedom."""
    if not isinstance(parameter, dict) or "freedom" not in parameter:
        raise BadParameter(parameter, ["freedom", *Group._fields])
    freedom = word(parameter["freedom"], FREEDOMS)
    members = group({key: value for key, value in parameter.items() if key != "freedom"}, sets)
    index = FREEDOMS.index(freedom)
    found = {
        "free": ("terms.grants", State.MET),
        "restricted": ("terms.restricts", State.NOT_MET),
        "denied": ("terms.denies", State.NOT_MET),
        "unknown": ("terms.not-known", State.UNKNOWN),
    }

    def judge(terms: Terms) -> Judgement:
        params = {"license": name_of(terms), "freedom": freedom, "restrictions": ", ".join(terms.restrictions)}
        return *found[terms.grants[index]], params

    return _on_terms(members, judge)


def terms_tolerable(parameter: Any, sets: Sets) -> Probe:
    """The terms grant freedoms, or restrict them only in ways of which it is open whether they matter (``open_question``)."""
    if not isinstance(parameter, dict) or not {"freedoms", "open_question"} < set(parameter):
        raise BadParameter(parameter, ["freedoms", "open_question", *Group._fields])
    asked = words(parameter["freedoms"], FREEDOMS)
    undecided = frozenset(words(parameter["open_question"], knowledge_base().restrictions()))
    members = group({key: value for key, value in parameter.items() if key not in ("freedoms", "open_question")}, sets)

    def judge(terms: Terms) -> Judgement:
        grants = [terms.freedoms[freedom] for freedom in asked]
        limiting = [kind for kind in terms.restrictions if not set(asked).isdisjoint(knowledge_base().kind(kind).limits)]
        params = {"license": name_of(terms), "restrictions": ", ".join(limiting)}
        if all(grant == "free" for grant in grants):
            return "terms.tolerable", State.MET, params
        if all(grant in ("free", "unknown") for grant in grants):
            return "terms.not-known", State.UNKNOWN, params
        if limiting and undecided.issuperset(limiting):
            return "terms.perhaps-tolerable", State.UNKNOWN, params
        return "terms.not-tolerable", State.NOT_MET, params

    return _on_terms(members, judge)


def on_list(terms: Terms, allowed: LicenseList) -> State:
    """Whether terms are on a list of licences: met, not met or unknown."""
    if terms.written in allowed.ids:
        return State.MET
    if allowed.exact and terms.stated:
        return State.NOT_MET
    return on_terms(terms, lambda license: license.id in allowed.ids)


_ON_LIST = {State.MET: "terms.on-list", State.NOT_MET: "terms.not-on-list", State.UNKNOWN: "terms.list-unknown"}


def released_under(parameter: Any, sets: Sets) -> Probe:
    """A component is published, under a licence of a list that the rubric names: ``{component: weights, licenses: LIST}``."""
    if not isinstance(parameter, dict) or set(parameter) != {"component", "licenses"}:
        raise BadParameter(parameter, ["component", "licenses"])
    component, name = word(parameter["component"], vocabulary().components), word(parameter["licenses"], sets.licenses)
    allowed = sets.licenses[name]
    is_released = released(component, sets)
    is_parameter = vocabulary().components[component]["kind"] == "parameters"
    known: dict[Any, Found] = {}  # files of a register say the same of many components: each case is worked out once

    def judge(found: Found, license: License) -> Found:
        terms = license.terms
        params: Mapping[str, str] = {}
        if terms is None:
            code, state = "terms.silent", State.UNKNOWN
        elif unstated := _unstated(terms, is_parameter):
            code, state, _ = unstated
        else:
            state = on_list(terms, allowed)
            code, params = _ON_LIST[state], {"license": terms.written[:80]}
            if state is State.NOT_MET and terms.expression in allowed.ids:
                code, params = "terms.spelt-otherwise", {**params, "id": terms.expression}
        params = {**params, "components": component, "scope": license.default}
        reason = Reason(code, params, state, license.evidence, "", terms is not None, at=("components", component))
        return Found(both(found.state, state), (*found.reasons, reason), True)

    def probe(facts: Facts) -> Found:
        said = facts.component(component)
        release = said.get("release")
        if release not in PUBLISHED:
            return is_released(facts)
        license = facts.license(component)
        written = license.terms.written if license.terms is not None else None
        case = release, said.get("note"), evidence_of(said), written, license.evidence, license.default
        found = known.get(case)
        if found is None:
            if len(known) >= _MOST_CASES:
                known.clear()
            found = known[case] = judge(is_released(facts), license)
        return found

    return probe


_COVERED = {State.MET: "coverage.free-yes", State.NOT_MET: "coverage.free-no", State.UNKNOWN: "coverage.free-unknown"}


def covered_by_free_terms(parameter: Any, sets: Sets) -> Probe:
    """Free terms cover the release: all of it, a part, or nothing.

    The card's own claim on coverage comes first; without one, the terms of the published components of a group show it.
    """
    members = group(parameter, sets)

    def probe(facts: Facts) -> Found:
        claim = facts.coverage
        if "level" in claim:
            state = BY_LEVEL[claim["level"]]
            code = f"coverage.{claim['level']}"
            claimed = claim["level"] != "unknown"
            reason = Reason(code, {}, state, evidence_of(claim), claim.get("note", ""), claimed, at=("licenses", "coverage"))
            return Found(state, (reason,))
        published = _published(facts, members)
        if not published.groups:
            return published.nothing if not published.untold else Found(State.UNKNOWN, published.untold)
        reasons = list(published.untold)
        for item in published.groups:
            terms = item.license.terms
            free = terms.free if terms is not None and terms.stated else "unknown"
            params = {"license": name_of(terms) if terms is not None else "", "components": item.components}
            state = {"yes": State.MET, "no": State.NOT_MET, "unknown": State.UNKNOWN}[free]
            reasons.append(Reason(_COVERED[state], params, state, item.evidence, "", free != "unknown"))
        states = {reason.state for reason in reasons}
        # A part is covered as soon as something is free and something is not.
        worst = 2 if states == {State.MET} else 1 if State.MET in states else 0
        best = 1 if State.NOT_MET in states else 2
        best = 0 if states == {State.NOT_MET} else best
        return Found(State(3 * worst + best), tuple(reasons))

    return probe


def terms_stated(parameter: Any, sets: Sets) -> Probe:
    """The terms of every published component of a group are stated."""
    on_terms = _on_terms(group(parameter, sets), lambda terms: ("terms.stated", State.MET, {"license": name_of(terms)}))

    def probe(facts: Facts) -> Found:
        found = on_terms(facts)
        reasons = tuple(_as_statement(reason) for reason in found.reasons)
        return Found(all_of([reason.state for reason in reasons]), reasons)

    return probe


def _as_statement(reason: Reason) -> Reason:
    if reason.code in ("terms.none", "terms.none-on-parameters"):
        return reason._replace(code="terms.not-stated", state=State.NOT_MET)
    if reason.code == "terms.stated" and reason.params["scope"]:
        return reason._replace(code="terms.stated-by-default")
    return reason


def free_access(parameter: Any, sets: Sets) -> Probe:
    """No published component of a group is gated. With ``gate: open_question`` a gate leaves it unknown."""
    at_gate = State.NOT_MET
    if isinstance(parameter, dict) and "gate" in parameter:
        word(parameter["gate"], ["open_question"])
        at_gate, parameter = State.UNKNOWN, {key: value for key, value in parameter.items() if key != "gate"}
    members = group(parameter, sets)

    def probe(facts: Facts) -> Found:
        sides: dict[bool, tuple[list[str], dict[str, None]]] = {}
        for name in (*members.of, *members.if_published):
            component = facts.component(name)
            if component.get("release") in PUBLISHED:
                names, evidence = sides.setdefault(component["release"] == "gated", ([], {}))
                names.append(name)
                evidence.update(dict.fromkeys(evidence_of(component)))
        published = _published(facts, members)
        if not sides and not published.untold:
            return published.nothing
        reasons = list(published.untold)
        for is_gated, (names, evidence) in sides.items():
            code, state = ("access.gated", at_gate) if is_gated else ("access.open", State.MET)
            reasons.append(Reason(code, {"components": ", ".join(names)}, state, tuple(evidence), "", True, at=("components", names[0])))
        return Found(all_of([reason.state for reason in reasons]), tuple(reasons))

    return probe
