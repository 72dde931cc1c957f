"""Named propositions on a card: what a rubric's ``check`` can ask. They carry no framework's meaning.

Each proposition is a factory in :data:`PROPOSITIONS`. It takes the parameter from the rubric and gives a function from
the facts to what was found: a state and the reasons for it. A parameter that makes no sense raises :class:`BadParameter`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ..cards.vocabulary import vocabulary
from ..licenses.expression import NO_LICENSE, Terms
from ..licenses.knowledge import FREEDOMS
from ..outcome import State, all_of
from .assessment import Reason
from .facts import Facts, License

__all__ = ["PROPOSITIONS", "BadParameter", "Found", "Probe", "Sets"]


class Found(NamedTuple):
    """What a proposition found: its state, and why."""

    state: State
    reasons: tuple[Reason, ...]


Probe = Callable[[Facts], Found]
Sets = Mapping[str, list[str]]

_BY_RELEASE = {
    "full": State.MET,
    "gated": State.MET,
    "partial": State.PARTLY_MET,
    "none": State.NOT_MET,
    "no-such-step": State.NOT_APPLICABLE,
    "unknown": State.UNKNOWN,
}
_PUBLISHED = ("full", "partial", "gated")
_LISTING_OF = {"open": "public", "public": "public", "obtainable": "third_party", "unshareable": "unshareable"}


class BadParameter(Exception):
    """A parameter that a proposition cannot take: what was given, and what can be."""

    def __init__(self, given: Any, choices: Iterable[str]) -> None:
        self.given = given
        self.choices = tuple(choices)
        super().__init__(given, self.choices)


def _word(parameter: Any, choices: Iterable[str]) -> str:
    if not isinstance(parameter, str) or parameter not in choices:
        raise BadParameter(parameter, choices)
    return parameter


def _words(parameter: Any, choices: Iterable[str]) -> list[str]:
    if not isinstance(parameter, list) or not parameter:
        raise BadParameter(parameter, choices)
    return [_word(item, choices) for item in parameter]


def _components(parameter: Any, sets: Sets) -> list[str]:
    known = vocabulary().components
    names = _words(parameter, [*known, *sets])
    return list(dict.fromkeys(member for name in names for member in sets.get(name, [name])))


def _evidence(claim: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(claim.get("evidence", ()))


# --- what is published --------------------------------------------------------------------------------------------


def _released(parameter: Any, sets: Sets) -> Probe:
    """A component is published."""
    name = _word(parameter, vocabulary().components)
    entry = vocabulary().components[name]
    params = {"component": entry["title"]}
    silent = Found(State.UNKNOWN, (Reason("released.silent", params, State.UNKNOWN),))
    untrained = Found(State.NOT_APPLICABLE, (Reason("lineage.no-training", {}, State.NOT_APPLICABLE),))
    of_training = entry.get("step") == "training"

    def probe(facts: Facts) -> Found:
        component = facts.component(name)
        release = component.get("release")
        if release is None:
            return untrained if of_training and facts.no_training_of_its_own else silent
        state = _BY_RELEASE[release]
        reason = Reason("released." + release, params, state, _evidence(component), component.get("note", ""), release != "unknown")
        return Found(state, (reason,))

    return probe


# --- what is disclosed about training data ------------------------------------------------------------------------


def _in_stages(code: str, title: str, claim_of: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Probe:
    """A claim with a level, in every stage of training."""
    silent = Found(State.UNKNOWN, (Reason(code + ".silent", {"what": title, "stage": ""}, State.UNKNOWN),))
    untrained = Found(State.NOT_APPLICABLE, (Reason("lineage.no-training", {}, State.NOT_APPLICABLE),))

    def probe(facts: Facts) -> Found:
        if not facts.stages:
            return untrained if facts.no_training_of_its_own else silent
        reasons = []
        for stage, said in facts.stages.items():
            claim = claim_of(said)
            level = claim.get("level")
            params = {"what": title, "stage": f" ({vocabulary().stages[stage]['title']})" if len(facts.stages) > 1 else ""}
            if level is None:
                reasons.append(Reason(code + ".silent", params, State.UNKNOWN))
            else:
                reasons.append(
                    Reason(f"{code}.{level}", params, _BY_RELEASE[level], _evidence(claim), claim.get("note", ""), level != "unknown")
                )
        return Found(all_of(reason.state for reason in reasons), tuple(reasons))

    return probe


def _described(parameter: Any, sets: Sets) -> Probe:
    """A topic of the training data is described."""
    topic = _word(parameter, vocabulary().topics)
    return _in_stages("described", vocabulary().topics[topic]["title"], lambda stage: stage.get("description", {}).get(topic, {}))


def _covers(parameter: Any, sets: Sets) -> Probe:
    """The description covers all training data."""
    _word(parameter, ["all_data"])
    return _in_stages("covers", "", lambda stage: stage.get("covers_all_data", {}))


def _listed(parameter: Any, sets: Sets) -> Probe:
    """All training data of a kind is listed."""
    listing = _word(parameter, vocabulary().listings)
    return _in_stages("listed", vocabulary().listings[listing]["title"], lambda stage: stage.get("listing", {}).get(listing, {}))


def _datasets(parameter: Any, judge: Callable[[Mapping[str, Any]], Reason]) -> Probe:
    """Every data set of some kinds of access passes a test. With none of them, the listing says whether there are any."""
    accesses = _words(parameter, _LISTING_OF)
    listings = sorted({_LISTING_OF[access] for access in accesses})
    title = " and ".join(vocabulary().listings[listing]["title"] for listing in listings)
    untrained = Found(State.NOT_APPLICABLE, (Reason("lineage.no-training", {}, State.NOT_APPLICABLE),))

    def empty(stage: Mapping[str, Any]) -> Reason:
        claims = [stage.get("listing", {}).get(listing, {}) for listing in listings]
        evidence = tuple(item for claim in claims for item in _evidence(claim))
        levels = {claim.get("level", "unknown") for claim in claims}
        if levels == {"no-such-step"} or (levels == {"full"} and stage.get("datasets")):
            return Reason("datasets.no-such", {"what": title}, State.NOT_APPLICABLE, evidence, "", True)
        if levels <= {"none", "no-such-step"}:
            return Reason("datasets.none-listed", {"what": title}, State.NOT_MET, evidence, "", True)
        return Reason("datasets.silent", {"what": title}, State.UNKNOWN)

    def probe(facts: Facts) -> Found:
        if not facts.stages:
            return untrained if facts.no_training_of_its_own else Found(State.UNKNOWN, (empty({}),))
        reasons: list[Reason] = []
        for stage in facts.stages.values():
            chosen = [dataset for dataset in stage.get("datasets", ()) if dataset.get("access") in accesses]
            reasons.extend(judge(dataset) for dataset in chosen)
            if not chosen:
                reasons.append(empty(stage))
        return Found(all_of(reason.state for reason in reasons), tuple(reasons))

    return probe


def _located(parameter: Any, sets: Sets) -> Probe:
    """It is said where every data set of these kinds of access can be got."""

    def judge(dataset: Mapping[str, Any]) -> Reason:
        gone = dataset.get("state") == "gone"
        code, state = ("datasets.located-gone" if gone else "datasets.located", State.MET)
        if not dataset.get("where"):
            code, state = "datasets.not-located", State.NOT_MET
        return Reason(code, {"dataset": dataset["name"]}, state, _evidence(dataset), dataset.get("note", ""), True)

    return _datasets(parameter, judge)


def _shared(parameter: Any, sets: Sets) -> Probe:
    """Every data set of these kinds of access can be got today."""

    def judge(dataset: Mapping[str, Any]) -> Reason:
        found = dataset.get("state", "unknown")
        state = {"available": State.MET, "gone": State.NOT_MET, "unknown": State.UNKNOWN}[found]
        if not dataset.get("where") and state is State.MET:
            state, found = State.UNKNOWN, "unknown"
        return Reason(
            "datasets." + found, {"dataset": dataset["name"]}, state, _evidence(dataset), dataset.get("note", ""), found != "unknown"
        )

    return _datasets(parameter, judge)


# --- terms --------------------------------------------------------------------------------------------------------


def _on_published(names: list[str], judge: Callable[[License, str], tuple[str, State, Mapping[str, str]]], *, gated: bool = False) -> Probe:
    """A test on every published component of a group; equal findings are told in one reason.

    Absence is the business of :func:`_released`; but where nothing of the group is published, no freedom can be exercised.
    """
    titles = {name: vocabulary().components[name]["title"] for name in names}
    kinds = {name: vocabulary().components[name]["kind"] for name in names}

    def probe(facts: Facts) -> Found:
        groups: dict[tuple[str, str], tuple[State, dict[str, str], list[str], dict[str, None], bool]] = {}
        withheld: dict[str, None] = {}
        any_withheld = False
        for name in names:
            component = facts.component(name)
            release = component.get("release")
            if release not in _PUBLISHED:
                if release == "none":
                    any_withheld = True
                    withheld.update(dict.fromkeys(_evidence(component)))
                continue
            license = facts.license(name)
            if gated:
                code = "access.gated" if release == "gated" else "access.open"
                state, params = (State.NOT_MET if release == "gated" else State.MET), {}
                evidence, claimed = _evidence(component), True
            else:
                code, state, found = judge(license, kinds[name])
                params, evidence, claimed = dict(found), license.evidence, license.terms is not None
            group = groups.setdefault((code, params.get("license", "")), (state, params, [], {}, claimed and bool(evidence)))
            group[2].append(titles[name])
            group[3].update(dict.fromkeys(evidence))
            if claimed and not evidence:
                groups[(code, params.get("license", ""))] = (*group[:4], False)
        if not groups:
            state = State.NOT_MET if any_withheld else State.UNKNOWN
            code = "terms.nothing-published" if any_withheld else "terms.nothing-known"
            what = ", ".join(titles[name] for name in names[:3]) + (", ..." if len(names) > 3 else "")
            return Found(state, (Reason(code, {"components": what}, state, tuple(withheld), "", any_withheld),))
        reasons = tuple(
            Reason(
                code, {**params, "components": ", ".join(members)}, state, tuple(evidence) if supported else (), "", "silent" not in code
            )
            for (code, _), (state, params, members, evidence, supported) in groups.items()
        )
        return Found(all_of(reason.state for reason in reasons), reasons)

    return probe


def _name(terms: Terms) -> str:
    if len(terms.leaves) == 1 and terms.leaves[0].license is not None:
        license = terms.leaves[0].license
        return license.name if license.id.startswith("LicenseRef-") else license.id
    return terms.expression


def _known_or(terms: Terms | None, kind: str) -> tuple[str, State] | None:
    """What to say where there are no terms to judge; None where there are."""
    if terms is None:
        return "terms.silent", State.UNKNOWN
    if terms.stated:
        return None
    if terms.expression != NO_LICENSE:
        return "terms.silent", State.UNKNOWN
    # Code without a licence may not be copied or changed; for parameters the law is not settled.
    return ("terms.none-on-parameters", State.UNKNOWN) if kind == "parameters" else ("terms.none", State.NOT_MET)


def _osi_approved(parameter: Any, sets: Sets) -> Probe:
    """Every published component of a group is under an OSI-approved licence."""

    def judge(license: License, kind: str) -> tuple[str, State, Mapping[str, str]]:
        instead = _known_or(license.terms, kind)
        if instead is not None or license.terms is None:
            return *(instead or ("terms.silent", State.UNKNOWN)), {}
        code, state = {
            "yes": ("terms.approved", State.MET),
            "no": ("terms.not-approved", State.NOT_MET),
            "unknown": ("terms.not-known", State.UNKNOWN),
        }[license.terms.osi_approved]
        return code, state, {"license": _name(license.terms)}

    return _on_published(_components(parameter, sets), judge)


def _terms_grant(parameter: Any, sets: Sets) -> Probe:
    """The terms of every published component of a group grant a freedom."""
    if not isinstance(parameter, dict) or set(parameter) != {"freedom", "of"}:
        raise BadParameter(parameter, ["freedom", "of"])
    freedom = _word(parameter["freedom"], FREEDOMS)
    index = FREEDOMS.index(freedom)

    def judge(license: License, kind: str) -> tuple[str, State, Mapping[str, str]]:
        instead = _known_or(license.terms, kind)
        if instead is not None or license.terms is None:
            return *(instead or ("terms.silent", State.UNKNOWN)), {}
        grant = license.terms.grants[index]
        code, state = {
            "free": ("terms.grants", State.MET),
            "restricted": ("terms.restricts", State.NOT_MET),
            "denied": ("terms.denies", State.NOT_MET),
            "unknown": ("terms.not-known", State.UNKNOWN),
        }[grant]
        return code, state, {"license": _name(license.terms), "freedom": freedom, "restrictions": _restrictions(license.terms, freedom)}

    return _on_published(_components(parameter["of"], sets), judge)


def _restrictions(terms: Terms, freedom: str) -> str:
    from ..licenses.knowledge import knowledge_base

    kind = knowledge_base().kind
    return "; ".join(kind(identifier).title for identifier in terms.restrictions) or "its terms"


def _terms_stated(parameter: Any, sets: Sets) -> Probe:
    """The terms of every published component of a group are stated."""

    def judge(license: License, kind: str) -> tuple[str, State, Mapping[str, str]]:
        if license.terms is None or (not license.terms.stated and license.terms.expression != NO_LICENSE):
            return "terms.silent", State.UNKNOWN, {}
        if not license.terms.stated:
            return "terms.not-stated", State.NOT_MET, {}
        code = "terms.stated-by-default" if license.default else "terms.stated"
        return code, State.MET, {"license": _name(license.terms), "scope": license.default}

    return _on_published(_components(parameter, sets), judge)


def _free_access(parameter: Any, sets: Sets) -> Probe:
    """No published component of a group is gated."""
    return _on_published(_components(parameter, sets), lambda license, kind: ("", State.MET, {}), gated=True)


def _not_restrictive(parameter: Any, sets: Sets) -> Probe:
    """The data information of every stage is not under terms that restrict; stating no licence is noted only."""
    _word(parameter, ["data_information"])
    untrained = Found(State.NOT_APPLICABLE, (Reason("lineage.no-training", {}, State.NOT_APPLICABLE),))

    def probe(facts: Facts) -> Found:
        from ..licenses.expression import terms as judge

        if not facts.stages:
            silent = Found(State.UNKNOWN, (Reason("data-information.silent", {"license": ""}, State.UNKNOWN),))
            return untrained if facts.no_training_of_its_own else silent
        reasons = []
        for stage in facts.stages.values():
            default = facts.default_license("documents")
            given = judge(stage["license"]) if "license" in stage else default.terms
            evidence = _evidence(stage) if "license" in stage else default.evidence
            if given is None or (not given.stated and given.expression != NO_LICENSE):
                code, state = "data-information.silent", State.UNKNOWN
            elif not given.stated:
                code, state = "data-information.no-license", State.MET
            else:
                code, state = {
                    "yes": ("data-information.free", State.MET),
                    "no": ("data-information.restricted", State.NOT_MET),
                    "unknown": ("data-information.not-known", State.UNKNOWN),
                }[given.free]
            params = {"license": _name(given) if given is not None else ""}
            reasons.append(Reason(code, params, state, evidence, stage.get("note", ""), given is not None))
        return Found(all_of(reason.state for reason in reasons), tuple(reasons))

    return probe


# --- lineage ------------------------------------------------------------------------------------------------------


def _states(parameter: Any, sets: Sets) -> Probe:
    """It is said which models this one was made from."""
    _word(parameter, ["derived_from"])
    silent = Found(State.UNKNOWN, (Reason("lineage.silent", {}, State.UNKNOWN),))
    scratch = Found(State.MET, (Reason("lineage.from-scratch", {}, State.MET),))

    def probe(facts: Facts) -> Found:
        if facts.derived_from is None:
            return silent
        if not facts.derived_from:
            return scratch
        relations = vocabulary().relations
        reasons = tuple(
            Reason(
                "lineage.stated",
                {"base": base["model"], "relation": relations[base["relation"]]["title"]},
                State.MET,
                _evidence(base),
                base.get("note", ""),
                True,
            )
            for base in facts.derived_from
        )
        return Found(State.MET, reasons)

    return probe


PROPOSITIONS: Mapping[str, Callable[[Any, Sets], Probe]] = {
    "released": _released,
    "described": _described,
    "covers": _covers,
    "listed": _listed,
    "located": _located,
    "shared": _shared,
    "osi_approved_license": _osi_approved,
    "terms_grant": _terms_grant,
    "terms_stated": _terms_stated,
    "terms_not_restrictive": _not_restrictive,
    "free_access": _free_access,
    "states": _states,
}
"""Every proposition by its name: a function from the rubric's parameter and sets to a probe."""
