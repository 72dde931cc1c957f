"""osaid: grade AI model cards against the Open Source AI Definition 1.0.

>>> import osaid
>>> card = osaid.load_card("model_cards/pythia-6.9b.yaml")
>>> assessment = osaid.assess(card)
>>> assessment.verdict.id
'conforms'

Nothing heavy is imported here: names load what they need when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import assess, assess_all
    from .cards.exporters import export
    from .cards.model import Card
    from .cards.reader import LoadedCard, from_mapping, load_card, parse_card
    from .errors import CardError, DocumentError, OsaidError, PolicyError, Problem, RubricError, UsageError
    from .licenses.expression import Terms, terms
    from .lineage import Library
    from .outcome import Outcome
    from .policy.decision import decide
    from .policy.policy import load_policy
    from .rubrics.assessment import Assessment
    from .rubrics.rubric import Rubric, load_rubric

__all__ = [
    "Assessment",
    "Card",
    "CardError",
    "DocumentError",
    "Library",
    "LoadedCard",
    "OsaidError",
    "Outcome",
    "PolicyError",
    "Problem",
    "Rubric",
    "RubricError",
    "Terms",
    "UsageError",
    "__version__",
    "assess",
    "assess_all",
    "decide",
    "export",
    "from_mapping",
    "load_card",
    "load_policy",
    "load_rubric",
    "parse_card",
    "terms",
]

_HOMES = {
    "assess": ".api",
    "assess_all": ".api",
    "export": ".cards.exporters",
    "Card": ".cards.model",
    "LoadedCard": ".cards.reader",
    "from_mapping": ".cards.reader",
    "load_card": ".cards.reader",
    "parse_card": ".cards.reader",
    "CardError": ".errors",
    "DocumentError": ".errors",
    "OsaidError": ".errors",
    "PolicyError": ".errors",
    "Problem": ".errors",
    "RubricError": ".errors",
    "UsageError": ".errors",
    "Terms": ".licenses.expression",
    "terms": ".licenses.expression",
    "Library": ".lineage",
    "Outcome": ".outcome",
    "decide": ".policy.decision",
    "load_policy": ".policy.policy",
    "Assessment": ".rubrics.assessment",
    "Rubric": ".rubrics.rubric",
    "load_rubric": ".rubrics.rubric",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'osaid' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
