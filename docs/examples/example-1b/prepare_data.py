"""Makes the training data of the example model from its corpus."""

from __future__ import annotations

from datasets import load_dataset
from transformers import AutoTokenizer


def main() -> None:
    """Take short texts out, and write the others as tokens."""
    tokenizer = AutoTokenizer.from_pretrained("example/tokenizer")
    raw = load_dataset("example/corpus", split="train")
    raw = raw.filter(lambda row: len(row["text"]) > 200)
    raw.map(lambda row: tokenizer(row["text"]), batched=True).save_to_disk("tokenized")
