"""Values as results write them, for the annotations of typed values: published schemas are made from these."""

from __future__ import annotations

from typing import Annotated, Literal

from ..schemas import Between

__all__ = ["Outcome", "Percent"]

Outcome = Literal["met", "partly_met", "not_met", "unknown", "not_applicable"]
Percent = Annotated[float, Between(0, 100)]
