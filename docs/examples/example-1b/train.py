"""Trains the example model."""

from __future__ import annotations

import torch
from torch.utils.data import DataLoader


def main(model: torch.nn.Module, data: torch.utils.data.Dataset, steps: int) -> None:
    """Train for a number of steps."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    for _, batch in zip(range(steps), DataLoader(data, batch_size=8), strict=False):
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
