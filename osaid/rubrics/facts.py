"""What a card says, as the propositions ask for it: plain look-ups, with silence as silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..cards.stated import Stated, stated, stated_by_default
from ..cards.vocabulary import vocabulary
from ..licenses.expression import Terms, terms

__all__ = ["Facts", "License"]

_SILENT: Mapping[str, Any] = {}


class License(NamedTuple):
    """The terms that apply to something, and where the card says so."""

    terms: Terms | None  # None: the card says nothing
    evidence: tuple[str, ...] = ()
    default: str = ""  # the default it comes from: distribution, code, ...; empty if its own


class Facts:
    """A checked card's data, read-only."""

    __slots__ = (
        "_components",
        "_defaults",
        "_statements",
        "coverage",
        "derived_from",
        "evidence",
        "memo",
        "no_training_of_its_own",
        "stages",
    )

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._components: Mapping[str, Mapping[str, Any]] = data.get("components", _SILENT)
        self._defaults: Mapping[str, Any] = data.get("licenses", _SILENT)
        self._statements: Mapping[str, Mapping[str, Any]] = data.get("statements", _SILENT)
        self.coverage: Mapping[str, Any] = self._defaults.get("coverage", _SILENT)
        self.evidence: Mapping[str, Mapping[str, str]] = data.get("evidence", _SILENT)
        said: Mapping[str, Mapping[str, Any]] = data.get("training_data", _SILENT)
        # In the order of the vocabulary: the order of a card's keys must not matter.
        self.stages: Mapping[str, Mapping[str, Any]] = (
            said if len(said) < 2 else {name: said[name] for name in vocabulary().stages if name in said}
        )
        self.derived_from: list[Mapping[str, Any]] | None = data["model"].get("derived_from")
        self.memo: dict[Any, Any] = {}  # for propositions that share work on this card
        relations = vocabulary().relations
        # A merge or a quantised copy is made without further training, so silence about training is no open question.
        self.no_training_of_its_own = bool(self.derived_from) and all(
            relations[base["relation"]]["trains"] == "no" for base in self.derived_from or ()
        )

    def component(self, name: str) -> Mapping[str, Any]:
        """What the card says of a component; empty if nothing."""
        return self._components.get(name, _SILENT)

    def statement(self, name: str) -> Mapping[str, Any]:
        """What the card says of a statement; empty if nothing."""
        return self._statements.get(name, _SILENT)

    def settled_absence(self, name: str) -> bool:
        """Whether it is settled that there is no such component: its step did not happen, or belongs to a training there was not."""
        release = self.component(name).get("release")
        if release is None:
            return self.no_training_of_its_own and vocabulary().components[name].get("step") == "training"
        return release == "no-such-step" and not vocabulary().has_to_exist(name, bool(self.derived_from))

    def license(self, name: str) -> License:
        """A component's terms: its own, else those of its kind, else the distribution's, else nothing."""
        return _judged(stated(self._components, self._defaults, name))

    def default_license(self, kind: str) -> License:
        """The terms stated for a kind of component, else for the distribution, else nothing."""
        return _judged(stated_by_default(self._defaults, kind))


def _judged(given: Stated | None) -> License:
    return License(terms(given.license), given.evidence, given.default) if given is not None else License(None)
