"""Named propositions on a card: what a rubric's ``check`` can ask. They carry no framework's meaning.

Each proposition is a factory. It takes the parameter from the rubric and the rubric's sets, and gives a function from the
facts to what was found: a state and the reasons for it. A parameter that makes no sense raises :class:`BadParameter`.
"""

from __future__ import annotations

from collections.abc import Mapping

from .common import BadParameter, Factory, Found, LicenseList, Probe, Sets
from .data import access_known, covers, data_access, datasets_licensed, datasets_open, described, listed, located, not_restrictive, shared
from .lineage import states
from .release import base_released, released, states_that
from .terms import covered_by_free_terms, free_access, osi_approved_license, released_under, terms_grant, terms_stated, terms_tolerable

__all__ = ["PROPOSITIONS", "BadParameter", "Found", "LicenseList", "Probe", "Sets"]

PROPOSITIONS: Mapping[str, Factory] = {
    "released": released,
    "base_released": base_released,
    "released_under": released_under,
    "states_that": states_that,
    "described": described,
    "covers": covers,
    "listed": listed,
    "located": located,
    "shared": shared,
    "access_known": access_known,
    "data_access": data_access,
    "datasets_licensed": datasets_licensed,
    "datasets_open": datasets_open,
    "osi_approved_license": osi_approved_license,
    "terms_grant": terms_grant,
    "terms_stated": terms_stated,
    "terms_tolerable": terms_tolerable,
    "covered_by_free_terms": covered_by_free_terms,
    "terms_not_restrictive": not_restrictive,
    "free_access": free_access,
    "states": states,
}
"""Every proposition by its name."""
