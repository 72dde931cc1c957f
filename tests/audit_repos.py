"""Folders that mirror real repositories of models, built from scratch: what an audit has to make of each is golden."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from support import ROOT
from weight_files import gguf, safetensors, torch_zip

APACHE = (ROOT / "LICENSE").read_text(encoding="utf-8")
PROSE = """
# {name}

{name} is a language model that was made for this test. It writes short answers to short questions in plain English, and it should
not be used for anything that matters, because nobody has measured how often it is right. See https://arxiv.org/abs/0000.00000 for more.

## Training data

The model was trained on a corpus that is described in the paper.
"""
TENSORS = {
    "model.embed_tokens.weight": ("BF16", [64, 16]),
    "model.layers.0.mlp.weight": ("BF16", [16, 16]),
    "lm_head.weight": ("BF16", [64, 16]),
}
TRAIN = """\
import torch
from torch.utils.data import DataLoader


def main(model, data, steps):
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    for step, batch in zip(range(steps), DataLoader(data, batch_size=8)):
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
"""
PREPARE = """\
from datasets import load_dataset
from transformers import AutoTokenizer


def main():
    tokenizer = AutoTokenizer.from_pretrained("example/tokenizer")
    raw = load_dataset("example/corpus", split="train")
    raw = raw.filter(lambda row: len(row["text"]) > 200)
    raw.map(lambda row: tokenizer(row["text"]), batched=True).save_to_disk("tokenized")
"""
EVALUATE = """\
import lm_eval


def main():
    results = lm_eval.simple_evaluate(model="hf", model_args="pretrained=example/model", tasks=["hellaswag"])
    print(results["results"])
"""
GENERATE = """\
from transformers import AutoModelForCausalLM, AutoTokenizer


def main(prompt):
    model = AutoModelForCausalLM.from_pretrained("example/model")
    tokenizer = AutoTokenizer.from_pretrained("example/model")
    print(tokenizer.decode(model.generate(**tokenizer(prompt, return_tensors="pt"))[0]))
"""


def put(folder: Path, **files: str) -> None:
    """Write text files by their paths."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def readme(name: str, *front: str) -> str:
    """A README with front matter."""
    return "---\n" + "".join(line + "\n" for line in front) + "---\n" + PROSE.format(name=name)


def _model(folder: Path) -> None:
    put(
        folder,
        **{
            "config.json": json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16"}),
            "tokenizer.json": json.dumps({"version": "1.0", "model": {"type": "BPE"}}),
            "tokenizer_config.json": "{}",
        },
    )


def full_release(folder: Path) -> None:
    """Weights in two shards, code for every step, data card, results, checkpoints: all under one Apache licence."""
    _model(folder)
    front = ("license: apache-2.0", "datasets: [example/corpus]", "language: [en]")
    put(
        folder,
        **{
            "README.md": readme("Full 1B", *front),
            "LICENSE": APACHE,
            "train/train.py": TRAIN,
            "train/config.yaml": "learning_rate: 0.0003\nwarmup_steps: 100\nbatch_size: 8\nweight_decay: 0.1\n",
            "data/prepare_data.py": PREPARE,
            "eval/evaluate.py": EVALUATE,
            "generate.py": GENERATE,
            "DATA_CARD.md": "# Data card\n\n" + "The corpus holds public pages in English, gathered in 2025. " * 10,
            "model.safetensors.index.json": json.dumps(
                {
                    "metadata": {"total_size": 4608},
                    "weight_map": {
                        "model.embed_tokens.weight": "model-00001-of-00002.safetensors",
                        "model.layers.0.mlp.weight": "model-00001-of-00002.safetensors",
                        "lm_head.weight": "model-00002-of-00002.safetensors",
                    },
                }
            ),
        },
    )
    safetensors(folder / "model-00001-of-00002.safetensors", dict(list(TENSORS.items())[:2]))
    safetensors(folder / "model-00002-of-00002.safetensors", dict(list(TENSORS.items())[2:]))
    (folder / "checkpoints" / "step1000").mkdir(parents=True)
    safetensors(folder / "checkpoints" / "step1000" / "model.safetensors", TENSORS)


def weights_only(folder: Path) -> None:
    """Weights, config and tokenizer with a README of two words, and no word on terms."""
    _model(folder)
    put(folder, **{"README.md": "# Bare 1B\n"})
    safetensors(folder / "model.safetensors", TENSORS)


def adapter(folder: Path) -> None:
    """A LoRA adapter: its own small weights, and settings that name the base."""
    put(
        folder,
        **{
            "README.md": readme("Adapter", "license: mit", "base_model: mistralai/Mistral-7B-v0.1", "library_name: peft"),
            "adapter_config.json": json.dumps({"base_model_name_or_path": "mistralai/Mistral-7B-v0.1", "peft_type": "LORA", "r": 8}),
        },
    )
    safetensors(folder / "adapter_model.safetensors", {"base_model.model.layers.0.lora_A.weight": ("F32", [8, 16])})


def quantised(folder: Path) -> None:
    """A GGUF copy of somebody else's model, with the base in front matter and header."""
    front = ("license: llama2", "base_model: meta-llama/Llama-2-7b", "base_model_relation: quantized")
    put(folder, **{"README.md": readme("Llama 2 7B GGUF", *front)})
    metadata = {
        "general.architecture": "llama",
        "general.name": "Llama 2 7B",
        "general.license": "llama2",
        "general.base_model.count": 1,
        "general.base_model.0.repo_url": "https://huggingface.co/meta-llama/Llama-2-7b",
    }
    gguf(folder / "llama-2-7b.Q8_0.gguf", metadata, {"token_embd.weight": ("Q8_0", [32, 64])})


def gated(folder: Path) -> None:
    """A download of a model that its README says is gated."""
    _model(folder)
    front = (
        "license: other",
        "license_name: example-research",
        "license_link: LICENSE.txt",
        'gated: "manual"',
        "extra_gated_prompt: Research only.",
    )
    put(
        folder,
        **{
            "README.md": readme("Gated 1B", *front),
            "LICENSE.txt": "Example Research Licence\n\nYou may use the model for non-commercial research purposes only.\n"
            "You may not pass it on to anybody else without our written permission.\n",
        },
    )
    safetensors(folder / "model.safetensors", TENSORS)


def license_conflict(folder: Path) -> None:
    """The front matter declares MIT, and the licence file is Apache-2.0."""
    _model(folder)
    put(folder, **{"README.md": readme("Torn 1B", "license: mit"), "LICENSE": APACHE})
    torch_zip(folder / "pytorch_model.bin", TENSORS)


def rider(folder: Path) -> None:
    """An Apache licence with a sentence put in that rules commerce out."""
    _model(folder)
    text = APACHE.replace(
        "END OF TERMS AND CONDITIONS", "10. The Work may be used for non-commercial purposes only.\n\n   END OF TERMS AND CONDITIONS"
    )
    put(folder, **{"README.md": readme("Rider 1B", "license: apache-2.0"), "LICENSE": text})
    safetensors(folder / "model.safetensors", TENSORS)


def code_only(folder: Path) -> None:
    """A repository of code without any weights."""
    put(
        folder,
        **{
            "README.md": PROSE.format(name="Trainer"),
            "LICENSE": APACHE,
            "src/train.py": TRAIN,
            "src/prepare_data.py": PREPARE,
            "tests/test_train.py": TRAIN,
            "requirements.txt": "torch\ndatasets\n",
        },
    )


def merge(folder: Path) -> None:
    """Two models put together with mergekit."""
    _model(folder)
    front = ("license: apache-2.0", "base_model:", "- mistralai/Mistral-7B-v0.1", "- example/Other-7B", "tags: [mergekit, merge]")
    put(
        folder,
        **{
            "README.md": readme("Merge 7B", *front),
            "mergekit_config.yml": "slices:\n- sources:\n  - model: mistralai/Mistral-7B-v0.1\n    layer_range: [0, 32]\n"
            "  - model: example/Other-7B\n    layer_range: [0, 32]\n"
            "merge_method: slerp\nbase_model: mistralai/Mistral-7B-v0.1\ndtype: bfloat16\n",
        },
    )
    safetensors(folder / "model.safetensors", TENSORS)


REPOS: dict[str, Callable[[Path], None]] = {
    "full-release": full_release,
    "weights-only": weights_only,
    "adapter": adapter,
    "quantised": quantised,
    "gated": gated,
    "license-conflict": license_conflict,
    "rider": rider,
    "code-only": code_only,
    "merge": merge,
}
"""Every repository by its name."""
