"""What code is, by the words that stand in it; and no more is read of it than is allowed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_files import DATA, Files, looked, seen

from osaid.audit.code import LANGUAGES, bare
from osaid.audit.kinds import Bounds, kinds_with_words, look_into, take_stock

# --- by words -----------------------------------------------------------------------------------------------------

TRAIN = """\
import torch
optimizer = torch.optim.AdamW(p)
for batch in loader:
    loss = model(batch)
    loss.backward()
    optimizer.step()
"""


def notebook(*cells: str, kind: str = "code") -> str:
    made: list[dict[str, Any]] = [{"cell_type": "markdown", "source": ["# Train: loss.backward() optimizer"], "metadata": {}}]
    made += [{"cell_type": kind, "source": cell.splitlines(keepends=True), "metadata": {}, "outputs": []} for cell in cells]
    return json.dumps({"cells": made, "nbformat": 4}, indent=1)


def test_training_code_by_name_and_words() -> None:
    assert seen({"train.py": TRAIN}, "training_code") == {"train.py": (5, "loss.backward()")}
    for path in ("pretrain.py", "src/train_gpt.py", "scripts/run_clm.py", "training/loop.py", "main.py", "a/trainer.py"):
        assert seen({path: TRAIN}, "training_code"), path


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_train.py",
        "test/train.py",
        "third_party/x/train.py",
        "vendor/train.py",
        "transformers/training/train.py",
        "examples/train.py",
        "docs/train.py",
        "constraint.py",
        "helper.py",
        "finetune.py",
        "finetune/train.py",
        "train_lora.py",
        "train_tokenizer.py",
        "sub/main.py",
        "train.txt",
        "train.md",
    ],
)
def test_no_training_code_by_its_place_or_name(path: str) -> None:
    assert seen({path: TRAIN}, "training_code") == {}


@pytest.mark.parametrize(
    "text",
    [
        'print("training ...")\nprint("loss.backward() with an optimizer")\n',
        "# loss.backward()\n# optimizer.step()\n",
        '"""\nloss.backward()\noptimizer.step()\n"""\n',
        "'''loss.backward() optimizer",
        "raise NotImplementedError('the optimizer and loss.backward() are not published')\n",
        "from library import train\ntrain(config)\n",
        "loss.backward()  # optimizer\n",
        "import pytest\n" + TRAIN,
        "import unittest\n" + TRAIN,
        "class Trainer:\n    def _inner_training_loop(self):\n        loss.backward()\n        self.optimizer.step()\n",
        "",
        "\0" + TRAIN,
    ],
)
def test_no_training_code_by_its_words(text: str) -> None:
    assert seen({"train.py": text}, "training_code") == {}


def test_notebooks() -> None:
    train = notebook("import torch\n", "opt = torch.optim.Adam(p)\nloss.backward()\n")
    (path, (line, words)) = next(iter(seen({"train.ipynb": train}, "training_code").items()))
    assert (path, words) == ("train.ipynb", "loss.backward()")
    assert "loss.backward()" in train.splitlines()[line - 1]
    assert "cell_type" not in train.splitlines()[line - 1]
    for other in (
        notebook("from transformers import pipeline\npipe = pipeline('x')\npipe('hello')\n"),
        notebook("!python train.py --optimizer adam\n%run loss.backward()\n"),
        notebook("loss.backward()\noptimizer.step()\n", kind="markdown"),
        train[:-40],
        "[" * 100_000,
        "[]",
        '{"cells": 7}',
        '{"cells": [7, {"cell_type": "code"}, {"cell_type": "code", "source": [1, {}]}]}',
    ):
        assert seen({"train.ipynb": other}, "training_code") == {}
    example = {"notebooks/inference_example.ipynb": notebook("from transformers import pipeline\npipe = pipeline('x')\n")}
    assert seen(example, "training_code") == seen(example, "finetuning_code") == {}
    assert set(seen(example, "inference_code")) == {"notebooks/inference_example.ipynb"}


def test_code_for_finetuning_is_told_apart() -> None:
    for path in ("finetune.py", "sft.py", "scripts/train_lora.py", "finetune/train.py"):
        assert set(seen({path: TRAIN}, "finetuning_code")) == {path}
        assert seen({path: TRAIN}, "training_code") == {}
    assert seen({"train.py": TRAIN}, "finetuning_code") == {}


def test_training_settings() -> None:
    good = {
        "configs/7b.yaml": "model: x\noptimizer:\n  name: adamw\n  learning_rate: 3.0e-4\n",
        "train_config.json": '{"lr": 0.0002, "train_batch_size": 8}',
        "train.toml": "[a]\nlearning_rate = 1e-4\nmax_steps = 10\n",
        "config/train_gpt2.py": "batch_size = 12\nlearning_rate = 6e-4\n",
        "run.sh": "torchrun train.py \\\n  --lr 2e-4 \\\n  --batch-size 4\n",
    }
    assert set(seen(good, "training_configuration")) == set(good)
    assert seen(good, "training_configuration")["configs/7b.yaml"] == (4, "learning_rate: 3.0e-4")
    bad = {
        "config.json": '{"hidden_size": 8, "vocab_size": 9}',
        "configs/model.yaml": "# learning_rate: 3e-4\n# batch_size: 3\nhidden: 8\n",
        "ds_config.json": '{"optimizer": {"lr": "auto"}, "train_batch_size": "auto"}',
        "configs/a.yaml": "warmup_min_lr: 0\nbatch_size: 3\n",
        "trainer_state.json": '{"learning_rate": 0.1, "max_steps": 3}',
        "run2.sh": "echo --lr 2e-4 --batch-size 4\n# torchrun --lr 2e-4 --batch-size 4\n",
        "finetune/run.sh": "torchrun train.py --lr 2e-4 --batch-size 4\n",
        "tests/train.yaml": "lr: 1\nbatch_size: 3\n",
    }
    assert seen(bad, "training_configuration") == {}
    assert set(seen(bad, "finetuning_configuration")) == {"finetune/run.sh"}


GOOD: dict[str, dict[str, str]] = {
    "training_launch": {"train.sh": "torchrun --nproc 8 \\\n  train.py --x\n", "run.slurm": "srun python pretrain_gpt.py\n"},
    "model_code": {"modeling_x.py": "class A(nn.Module):\n    def forward(self, x):\n        return x\n"},
    "data_processing_code": {
        "prepare_data.py": "ds = load_dataset(x)\nds.save_to_disk(y)\n",
        "dedup.py": "from datatrove import a\nMinHashDedup(x)\n",
    },
    "validation_code": {"train.py": TRAIN + "val_loss = 1\n"},
    "testing_code": {"test.py": "test_loader = x\nmodel(test_loader)\n"},
    "hyperparameter_search_code": {"sweep.py": "wandb.sweep(x)\n", "sweep.yaml": "method: bayes\nparameters:\n  lr: 1\n"},
    "evaluation_code": {
        "eval.py": "import lm_eval\nlm_eval.simple_evaluate(model)\n",
        "evaluate.sh": "lm_eval --model hf --tasks mmlu\n",
        "evaluation/mmlu.py": "accuracy = right / all\nmodel(x)\n",
    },
    "evaluation_results": {"eval_results.json": '{"eval_loss": 1.5}', "results/a.json": '{"results": {"mmlu": {"acc,none": 0.5}}}'},
    "inference_code": {
        "inference.py": "model = A.from_pretrained(x)\nmodel.generate(y)\n",
        "run.c": "int main() { read_checkpoint(p); forward(t); }\n",
        "examples/chat.py": "m = load_model(x)\nm.chat(y)\n",
    },
}
BAD: dict[str, dict[str, str]] = {
    "training_launch": {
        "train.sh": "# torchrun train.py\necho torchrun train.py\npython eval.py --split train\n",
        "build.sh": "python train.py\n",
    },
    "model_code": {
        "model.py": "class A(BaseModel):\n    x: int\n",
        "modeling_x.py": "from transformers import LlamaModel\nclass A(LlamaModel):\n    pass\n",
        "models/config.py": "x = 1\n",
    },
    "data_processing_code": {
        "prepare_data.py": "print('to_parquet( load_dataset(')\n",
        "preprocess.py": "def resize(image):\n    return image\n",
        "tests/test_preprocess.py": "ds = load_dataset(x)\nds.save_to_disk(y)\n",
    },
    "validation_code": {
        "train.py": TRAIN,
        "validate.py": "def validate(schema):\n    return True\n",
        "trainer.py": "eval_dataset=None\n" + TRAIN,
    },
    "testing_code": {"tests/test_model.py": "test_loader = x\nmodel(x)\n", "test_model.py": "import pytest\ntest_loader = x\nmodel(x)\n"},
    "hyperparameter_search_code": {
        "finetune.py": "optuna.create_study()\n",
        "tune.py": "print('optuna.create_study()')\n",
        "sweep.yaml": "x: 1\n",
    },
    "evaluation_code": {
        "eval.py": "print('accuracy of the model')\n",
        "tests/eval.py": "import lm_eval\nmodel\n",
        "evaluate.sh": "echo lm_eval --model x --tasks y\n",
        "retrieval.py": "accuracy = model\n",
    },
    "evaluation_results": {"results/a.json": '{"files": ["a", "b"]}', "results/b.json": "[1, 2, 3]"},
    "inference_code": {
        "inference.py": "print('model.generate( from_pretrained(')\n",
        "generate.py": "def generate(seed):\n    return seed\n",
        "generate_data.py": "m = load_model(x)\nm.generate(y)\n",
        "tests/test_inference.py": "m = load_model(x)\nm.generate(y)\n",
        "run.py": "m = load_model(x)\nm.generate(y)\nloss.backward()\n",
    },
}


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_of_a_kind(kind: str) -> None:
    assert set(seen(GOOD[kind], kind)) == set(GOOD[kind])


@pytest.mark.parametrize("kind", BAD)
def test_what_only_looks_like_it(kind: str) -> None:
    assert seen(BAD[kind], kind) == {}


def test_every_kind_with_words_is_tested() -> None:
    assert set(GOOD) | {"training_code", "finetuning_code", "training_configuration", "finetuning_configuration"} == set(kinds_with_words())


def test_weights_alone_show_no_code() -> None:
    """What most repositories on the Hub hold."""
    files = {
        "README.md": "x",
        "LICENSE": "x",
        "config.json": '{"model_type": "llama", "torch_dtype": "bfloat16"}',
        "generation_config.json": '{"max_length": 4096}',
        "model-00001-of-00002.safetensors": "x",
        "model-00002-of-00002.safetensors": "x",
        "model.safetensors.index.json": "{}",
        "special_tokens_map.json": "{}",
        "tokenizer.json": "{}",
        "tokenizer_config.json": "{}",
    }
    source = Files(files)
    found = take_stock(source)
    assert {kind for kind, held in found.kinds.items() if held.files} - {"training_configuration"} == {
        "readme",
        "license",
        "config",
        "weights",
        "weights_index",
        "tokenizer",
    }
    assert all(look_into(source, found, kind).seen == () for kind in kinds_with_words())


# --- bounds -------------------------------------------------------------------------------------------------------


def test_no_more_is_read_than_allowed() -> None:
    files: dict[str, str | int] = {f"train_{number:03}.py": TRAIN + "#" * 1000 for number in range(50)}
    for bounds in (Bounds(files=10), Bounds(bytes=10_000), Bounds(each=100)):
        source = Files(files)
        result = look_into(source, take_stock(source), "training_code", bounds=bounds)
        assert source.bytes_read == result.bytes <= min(bounds.bytes + bounds.each, 50 * bounds.each)
        assert result.files <= bounds.files
        left = 50 - result.files
        assert [problem.code for problem in result.problems] == (["stock.not-looked-at"] if left else [])
        for problem in result.problems:
            assert str(left) in problem.message
    ticks: list[tuple[str, int]] = []
    source = Files({"train.py": TRAIN})
    look_into(source, take_stock(source), "training_code", tick=lambda path, count: ticks.append((path, count)))
    assert ticks == [("train.py", len(TRAIN))]


def test_files_that_cannot_be_read_are_told() -> None:
    result = looked({"train.py": 500, "train_b.py": TRAIN}, "training_code")
    assert [item.entry.path for item in result.seen] == ["train_b.py"]
    assert [(problem.code, problem.params["left"]) for problem in result.problems] == [("stock.not-readable", "1")]


@pytest.mark.parametrize(
    "piece",
    [
        "trainer",
        "Trainer.",
        "srun ",
        "python \\\n",
        "class A(",
        "'",
        '"""',
        "\\",
        "/*",
        "val_",
        "[{,",
        " " * 50,
        "\t",
        "model",
        "a_b_",
        "--lr",
        "'''\\",
    ],
)
def test_hostile_texts_come_to_an_end(piece: str) -> None:
    text = piece * ((128 << 10) // len(piece))
    for ending in LANGUAGES:
        if ending != "ipynb":
            assert bare(text.encode(), ending) is not None
    for kind in kinds_with_words():
        for rule in DATA["kinds"][kind]["rules"][:1]:
            for path in (f"train.{rule['ext'][0]}", f"modeling_train_eval_sweep.{rule['ext'][-1]}"):
                looked({path: text}, kind)


@given(st.text(max_size=300), st.sampled_from(sorted(LANGUAGES)))
def test_any_text_as_code(text: str, ending: str) -> None:
    made = bare(text.encode("utf-8", "surrogatepass"), ending)
    if made is not None:
        assert len(made.text) == len(made.bare)
        assert made.text.count("\n") == made.bare.count("\n")
        for offset in range(len(made.text)):
            line, words = made.line(offset)
            assert line >= 1
            assert "\n" not in words


def test_the_words_of_a_stranger_are_inert() -> None:
    ((_, words),) = seen({"train.py": "optimizer\n" + " " * 9 + "loss.backward()\x1b[2J\u202e" + "x" * 500}, "training_code").values()
    assert words.isprintable()
    assert len(words) <= 200
