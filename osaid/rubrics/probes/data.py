"""Propositions on what is disclosed about training data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...cards.training_data import at_hand, everything_is_there
from ...cards.vocabulary import LISTING_OF, vocabulary
from ...licenses.expression import NO_LICENSE, terms
from ...outcome import State, all_of
from ..assessment import Reason
from ..facts import Facts, License
from .common import BY_LEVEL, UNTRAINED, Found, Probe, Sets, evidence_of, word, words
from .terms import name_of, on_list

_Way = tuple[str | int, ...]

__all__ = [
    "access_known",
    "covers",
    "data_access",
    "datasets_licensed",
    "datasets_open",
    "described",
    "listed",
    "located",
    "not_restrictive",
    "shared",
]


def _all_datasets(facts: Facts) -> Iterator[tuple[_Way, Mapping[str, Any]]]:
    """Every data set of every stage, with the way to it."""
    for name, stage in facts.stages.items():
        for index, dataset in enumerate(stage.get("datasets", ())):
            yield ("training_data", name, "datasets", index), dataset


def _nothing(facts: Facts) -> Found:
    """What is found where no data set is named."""
    return UNTRAINED if facts.no_training_of_its_own else _SAYS_NOTHING


def _in_stages(code: str, title: str, *way: str) -> Probe:
    """A claim with a level, in every stage of training; ``way`` leads to it within a stage."""
    silent = Found(State.UNKNOWN, (Reason(code + ".silent", {"what": title, "stage": ""}, State.UNKNOWN),))

    def probe(facts: Facts) -> Found:
        if not facts.stages:
            return UNTRAINED if facts.no_training_of_its_own else silent
        reasons = []
        for stage, said in facts.stages.items():
            claim: Mapping[str, Any] = said
            for step in way:
                claim = claim.get(step, {})
            level = claim.get("level")
            params = {"what": title, "stage": stage if len(facts.stages) > 1 else ""}
            if level is None:
                reasons.append(Reason(code + ".silent", params, State.UNKNOWN))
            else:
                told = (f"{code}.{level}", params, BY_LEVEL[level], evidence_of(claim), claim.get("note", ""), level != "unknown")
                reasons.append(Reason(*told, at=("training_data", stage, *way)))
        return Found(all_of(reason.state for reason in reasons), tuple(reasons))

    return probe


def described(parameter: Any, sets: Sets) -> Probe:
    """A topic of the training data is described."""
    topic = word(parameter, vocabulary().topics)
    return _in_stages("described", topic, "description", topic)


def covers(parameter: Any, sets: Sets) -> Probe:
    """The description covers all training data."""
    word(parameter, ["all_data"])
    return _in_stages("covers", "", "covers_all_data")


def listed(parameter: Any, sets: Sets) -> Probe:
    """All training data of a kind is listed."""
    listing = word(parameter, vocabulary().listings)
    in_stages = _in_stages("listed", listing, "listing", listing)

    def probe(facts: Facts) -> Found:
        found = in_stages(facts)
        for name, stage in facts.stages.items():
            if stage.get("listing", {}).get(listing, {}).get("level") == "no-such-step":
                for dataset in stage.get("datasets", ()):
                    if LISTING_OF.get(dataset.get("access", "")) == listing:
                        params = {"what": listing, "dataset": dataset["name"], "stage": ""}
                        reason = Reason("listed.contradicted", params, State.UNKNOWN, evidence_of(dataset), claimed=True)
                        reason = reason._replace(at=("training_data", name, "listing", listing))
                        return Found(State.UNKNOWN, (reason,))
        return found

    return probe


def access_known(parameter: Any, sets: Sets) -> Probe:
    """It is said of every data set how it can be had."""
    word(parameter, ["all_datasets"])

    def probe(facts: Facts) -> Found:
        datasets = list(_all_datasets(facts))
        reasons = tuple(
            Reason("datasets.access-unknown", {"dataset": item["name"]}, State.UNKNOWN, evidence_of(item), item.get("note", ""), at=at)
            for at, item in datasets
            if item.get("access", "unknown") == "unknown"
        )
        if not reasons:
            state = State.MET if datasets else State.NOT_APPLICABLE
            code = "datasets.access-known" if datasets else "datasets.no-datasets"
            reasons = (Reason(code, {}, state),)
        return Found(all_of([reason.state for reason in reasons]), reasons)

    return probe


def _datasets(parameter: Any, judge: Callable[[Mapping[str, Any], _Way], Reason]) -> Probe:
    """Every data set of some kinds of access passes a test. With none of them, the listing says whether there are any."""
    accesses = words(parameter, LISTING_OF)
    listings = sorted({LISTING_OF[access] for access in accesses})
    title = ", ".join(listings)

    def empty(stage: Mapping[str, Any]) -> Reason:
        claims = [stage.get("listing", {}).get(listing, {}) for listing in listings]
        evidence = tuple(item for claim in claims for item in evidence_of(claim))
        levels = {claim.get("level", "unknown") for claim in claims}
        if levels == {"no-such-step"}:
            return Reason("datasets.no-such", {"what": title}, State.NOT_APPLICABLE, evidence, "", True)
        if levels <= {"full", "no-such-step"}:
            return Reason("datasets.unnamed", {"what": title}, State.UNKNOWN, evidence, "", True)
        if levels <= {"none", "no-such-step"}:
            return Reason("datasets.none-listed", {"what": title}, State.NOT_MET, evidence, "", True)
        return Reason("datasets.silent", {"what": title}, State.UNKNOWN)

    def probe(facts: Facts) -> Found:
        if not facts.stages:
            return UNTRAINED if facts.no_training_of_its_own else Found(State.UNKNOWN, (empty({}),))
        reasons: list[Reason] = []
        for name, stage in facts.stages.items():
            at = ("training_data", name)
            chosen = [(index, item) for index, item in enumerate(stage.get("datasets", ())) if item.get("access") in accesses]
            reasons.extend(judge(item, (*at, "datasets", index)) for index, item in chosen)
            if not chosen:
                reasons.append(empty(stage)._replace(at=at))
        return Found(all_of(reason.state for reason in reasons), tuple(reasons))

    return probe


def located(parameter: Any, sets: Sets) -> Probe:
    """It is said where every data set of these kinds of access can be got."""

    def judge(dataset: Mapping[str, Any], at: _Way) -> Reason:
        gone = dataset.get("state") == "gone"
        code, state = ("datasets.located-gone" if gone else "datasets.located", State.MET)
        if not dataset.get("where"):
            code, state = "datasets.not-located", State.NOT_MET
        return Reason(code, {"dataset": dataset["name"]}, state, evidence_of(dataset), dataset.get("note", ""), True, at=at)

    return _datasets(parameter, judge)


def shared(parameter: Any, sets: Sets) -> Probe:
    """Every data set of these kinds of access can be got today."""

    def judge(dataset: Mapping[str, Any], at: _Way) -> Reason:
        found = dataset.get("state", "unknown")
        state = {"available": State.MET, "gone": State.NOT_MET, "unknown": State.UNKNOWN}[found]
        if not dataset.get("where") and state is State.MET:
            state, found = State.UNKNOWN, "unknown"
        told = ("datasets." + found, {"dataset": dataset["name"]}, state, evidence_of(dataset), dataset.get("note", ""), found != "unknown")
        return Reason(*told, at=at)

    return _datasets(parameter, judge)


_NO_TERMS = License(None)


def _is_spoken_of(stage: Mapping[str, Any]) -> bool:
    claims = [*stage.get("description", {}).values(), *stage.get("listing", {}).values(), stage.get("covers_all_data", {})]
    return any(claim.get("level") in ("full", "partial") for claim in claims)


def not_restrictive(parameter: Any, sets: Sets) -> Probe:
    """The data information of every stage is not under terms that restrict; stating no licence is noted only."""
    word(parameter, ["data_information"])

    def probe(facts: Facts) -> Found:
        if not facts.stages:
            silent = Found(State.UNKNOWN, (Reason("data-information.silent", {"license": ""}, State.UNKNOWN),))
            return UNTRAINED if facts.no_training_of_its_own else silent
        reasons = []
        for name, stage in facts.stages.items():
            # Terms of the documents say something here only if some document is known to speak of the data.
            default = facts.default_license("documents") if _is_spoken_of(stage) else _NO_TERMS
            given = terms(stage["license"]) if "license" in stage else default.terms
            evidence = evidence_of(stage) if "license" in stage else default.evidence
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
            params = {"license": name_of(given) if given is not None else ""}
            reasons.append(Reason(code, params, state, evidence, stage.get("note", ""), given is not None, at=("training_data", name)))
        return Found(all_of(reason.state for reason in reasons), tuple(reasons))

    return probe


_STAGES_OF = {"all": None, "pretraining": ("training", "pretraining", "midtraining"), "posttraining": ("posttraining",)}


def data_access(parameter: Any, sets: Sets) -> Probe:
    """The training data itself can be had: of all stages, before tuning (pretraining), or of tuning (posttraining).

    A stage's own claim ``access`` comes first; without one its list of data sets shows it. Where nothing is said of tuning, it is
    the same as before tuning.
    """
    stages = _STAGES_OF[word(parameter, _STAGES_OF)]

    def probe(facts: Facts) -> Found:
        chosen = {name: stage for name, stage in facts.stages.items() if stages is None or name in stages}
        if not chosen and parameter == "posttraining":
            chosen = dict(facts.stages)
        if not chosen:
            return _nothing(facts)
        reasons = tuple(_access(stage, ("training_data", name)) for name, stage in chosen.items())
        return Found(all_of(reason.state for reason in reasons), reasons)

    return probe


_SAYS_NOTHING = Found(State.UNKNOWN, (Reason("data-access.silent", {}, State.UNKNOWN),))


def _access(stage: Mapping[str, Any], at: _Way) -> Reason:
    claim = stage.get("access", {})
    if claim.get("level", "unknown") != "unknown":
        state = BY_LEVEL[claim["level"]]
        return Reason(f"data-access.{claim['level']}", {}, state, evidence_of(claim), claim.get("note", ""), True, at=(*at, "access"))
    listing = {name: stage.get("listing", {}).get(name, {}).get("level", "unknown") for name in vocabulary().listings}
    sets = stage.get("datasets", ())
    evidence = tuple(dict.fromkeys(item for entry in sets for item in evidence_of(entry)))
    # What is shown to be out of reach keeps it from being all; what is shown to be at hand keeps it from being nothing.
    public = any(entry.get("access", "unknown") in ("open", "public", "unknown") for entry in sets)
    gone = any(entry.get("state") == "gone" for entry in sets if entry.get("access") in ("open", "public"))
    withheld = any(entry.get("access") in ("obtainable", "unshareable") for entry in sets)
    withheld = withheld or any(listing[name] in ("full", "partial") for name in ("third_party", "unshareable"))
    nothing_public = not public and (listing["public"] in ("none", "no-such-step") or (withheld and listing["public"] == "full"))
    worst = 2 if everything_is_there(stage) else 1 if any(map(at_hand, sets)) else 0
    best = 0 if nothing_public else 1 if gone or withheld or (worst and listing["public"] == "partial") else 2
    state = State(3 * worst + best)
    return Reason(_FOUND[state], {}, state, evidence, "", bool(sets) and state is not State.UNKNOWN, at=at)


_FOUND = {
    State.MET: "data-access.full",
    State.PARTLY_MET: "data-access.partial",
    State.NOT_MET: "data-access.none",
    State.PARTLY_OR_MET: "data-access.at-least-partial",
    State.NOT_OR_PARTLY: "data-access.not-all",
    State.UNKNOWN: "data-access.silent",
}


_ON_LIST = {State.MET: "datasets.on-list", State.NOT_MET: "datasets.not-on-list", State.UNKNOWN: "datasets.list-unknown"}


def datasets_licensed(parameter: Any, sets: Sets) -> Probe:
    """Every data set is under a licence of a list."""
    allowed = sets.licenses[word(parameter, sets.licenses)]

    def judge(dataset: Mapping[str, Any], at: _Way) -> Reason:
        if "license" not in dataset:
            code, state, params = "datasets.no-license", State.UNKNOWN, {"dataset": dataset["name"]}
        else:
            judged = terms(dataset["license"])
            state = on_list(judged, allowed)
            code, params = _ON_LIST[state], {"dataset": dataset["name"], "license": dataset["license"][:80]}
            if not judged.stated:
                code, params = "datasets.no-license", {"dataset": dataset["name"]}
        return Reason(code, params, state, evidence_of(dataset), dataset.get("note", ""), True, at=at)

    def probe(facts: Facts) -> Found:
        reasons = tuple(judge(dataset, at) for at, dataset in _all_datasets(facts))
        return Found(all_of(reason.state for reason in reasons), reasons) if reasons else _nothing(facts)

    return probe


def datasets_open(parameter: Any, sets: Sets) -> Probe:
    """Everyone may copy, change and share on every data set."""
    word(parameter, ["all_datasets"])

    def probe(facts: Facts) -> Found:
        by_code: dict[str, list[tuple[_Way, Mapping[str, Any]]]] = {}
        for at, dataset in _all_datasets(facts):
            access = dataset.get("access", "unknown")
            code = "datasets.access-unknown" if access == "unknown" else "datasets.open" if access == "open" else "datasets.not-open"
            by_code.setdefault(code, []).append((at, dataset))
        reasons = []
        for code, state in (
            ("datasets.open", State.MET),
            ("datasets.not-open", State.NOT_MET),
            ("datasets.access-unknown", State.UNKNOWN),
        ):
            if chosen := by_code.get(code):
                evidence = tuple(dict.fromkeys(item for _, dataset in chosen for item in evidence_of(dataset)))
                params = {"dataset": "; ".join(dataset["name"] for _, dataset in chosen)}
                reasons.append(Reason(code, params, state, evidence, "", state is not State.UNKNOWN, at=chosen[0][0]))
        return Found(all_of(reason.state for reason in reasons), tuple(reasons)) if reasons else _nothing(facts)

    return probe
