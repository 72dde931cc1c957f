"""Propositions on terms: what the licences of published components grant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ...cards.vocabulary import vocabulary
from ...licenses.expression import NO_LICENSE, Terms
from ...licenses.knowledge import FREEDOMS
from ...outcome import State, all_of
from ..assessment import Reason
from ..facts import Facts, License
from .common import PUBLISHED, BadParameter, Found, Group, Probe, Sets, evidence_of, group, word

__all__ = ["free_access", "name_of", "osi_approved_license", "terms_grant", "terms_stated"]

Judgement = tuple[str, State, Mapping[str, str]]
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
    reasons = (Reason("terms.untold", {"components": ", ".join(untold)}, State.UNKNOWN),) if untold else ()
    made = _Published(groups, reasons, _nothing(group.of, withheld))
    facts.memo[group] = made
    return made


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
        reasons = list(published.untold)
        for members in published.groups:
            terms = members.license.terms
            code, state, params = _unstated(terms, members.parameters) or judge(terms) if terms is not None else _SILENT
            params = {**params, "components": members.components, "scope": members.license.default}
            reasons.append(Reason(code, params, state, members.evidence, "", terms is not None, at=("components", members.first)))
        return Found(all_of([reason.state for reason in reasons]), tuple(reasons))

    return probe


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
    """No published component of a group is gated."""
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
            code, state = ("access.gated", State.NOT_MET) if is_gated else ("access.open", State.MET)
            reasons.append(Reason(code, {"components": ", ".join(names)}, state, tuple(evidence), "", True, at=("components", names[0])))
        return Found(all_of([reason.state for reason in reasons]), tuple(reasons))

    return probe
