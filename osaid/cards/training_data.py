"""What the list of a stage's data sets shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["all_listed", "at_hand", "everything_is_there"]


def all_listed(stage: Mapping[str, Any]) -> bool:
    """Whether all public data is listed, and there is no other."""
    listing = {name: claim.get("level") for name, claim in stage.get("listing", {}).items()}
    return listing.get("public") == "full" and listing.get("third_party") == listing.get("unshareable") == "no-such-step"


def at_hand(dataset: Mapping[str, Any]) -> bool:
    """Whether anyone can get a data set today."""
    return dataset.get("access") in ("open", "public") and bool(dataset.get("where")) and dataset.get("state") == "available"


def everything_is_there(stage: Mapping[str, Any]) -> bool:
    """Whether all data of a stage can be had: by its own claim, or because all of it is listed and every set is at hand."""
    level = stage.get("access", {}).get("level", "unknown")
    if level != "unknown":
        return bool(level == "full")
    datasets = stage.get("datasets", ())
    return bool(datasets) and all_listed(stage) and all(map(at_hand, datasets))
