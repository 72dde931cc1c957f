"""Named propositions on a card: what a rubric's ``check`` can ask. They carry no framework's meaning.

Each proposition is a factory. It takes the parameter from the rubric and the rubric's sets, and gives a function from the
facts to what was found: a state and the reasons for it. A parameter that makes no sense raises :class:`BadParameter`.
"""

from __future__ import annotations

from collections.abc import Mapping

from .common import BadParameter, Factory, Found, Probe, Sets
from .data import access_known, covers, described, listed, located, not_restrictive, shared
from .lineage import states
from .release import released
from .terms import free_access, osi_approved_license, terms_grant, terms_stated

__all__ = ["PROPOSITIONS", "BadParameter", "Found", "Probe", "Sets"]

PROPOSITIONS: Mapping[str, Factory] = {
    "released": released,
    "described": described,
    "covers": covers,
    "listed": listed,
    "located": located,
    "shared": shared,
    "access_known": access_known,
    "osi_approved_license": osi_approved_license,
    "terms_grant": terms_grant,
    "terms_stated": terms_stated,
    "terms_not_restrictive": not_restrictive,
    "free_access": free_access,
    "states": states,
}
"""Every proposition by its name."""
