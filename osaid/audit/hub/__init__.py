"""The Hugging Face Hub as a source: models pinned to a commit, their data sets and base models.

    with Hub(journal) as hub:
        model = open_model(hub, "hf:owner/name@revision")
        for entry in model.entries(): ...
        for step in chain(hub, model.name, model.facts.bases): ...
        for name in model.facts.datasets: dataset(hub, name)

huggingface_hub is an extra and takes a while to load: only :class:`Hub`, :func:`offline` and :func:`cached_snapshot` load it.
"""

from __future__ import annotations

from .bounds import Bounds
from .chain import Step, chain
from .datasets import DatasetFacts, dataset
from .facts import Base, RepoFacts
from .model import HubModel, open_model
from .names import Name, parse_name
from .session import Hub, cached_snapshot, offline

__all__ = [
    "Base",
    "Bounds",
    "DatasetFacts",
    "Hub",
    "HubModel",
    "Name",
    "RepoFacts",
    "Step",
    "cached_snapshot",
    "chain",
    "dataset",
    "offline",
    "open_model",
    "parse_name",
]
