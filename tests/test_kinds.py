"""What files are: by their names, and of code by the words that stand in it. Nothing counts that only looks like it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osaid.audit.code import LANGUAGES, bare
from osaid.audit.kinds import (
    MOST_KEPT,
    Bounds,
    Inventory,
    Looked,
    kinds,
    kinds_with_words,
    look_into,
    shown_by,
    take_stock,
    what_files_show,
    why,
)
from osaid.audit.source import AuditError, Entry, Origin
from osaid.cards.vocabulary import vocabulary
from osaid.errors import Problem
from osaid.messages import sentence
from osaid.resources import read_data

DATA = read_data("audit", "kinds.yaml")


class Files:
    """A source of files in memory, as the Hub is one: it counts what is read."""

    name = "files"
    origin = Origin()
    page = ""
    skipped: tuple[tuple[Problem, int], ...] = ()

    def __init__(self, files: Mapping[str, str | bytes | int]) -> None:
        self.files = files
        self.bytes_read = 0

    def entries(self) -> Iterator[Entry]:
        for path in sorted(self.files):
            content = self.files[path]
            yield Entry(path, content if isinstance(content, int) else len(content))

    def read(self, path: str, start: int = 0, length: int = 1 << 20) -> bytes:
        content = self.files[path]
        if isinstance(content, int):
            raise AuditError(Problem("folder.unreadable", {"detail": "a test"}))
        raw = content.encode() if isinstance(content, str) else content
        self.bytes_read += len(raw[start : start + length])
        return raw[start : start + length]

    def address(self, path: str = "") -> str:
        return path


def stock(*paths: str) -> Inventory:
    return take_stock(Files(dict.fromkeys(paths, "x")))


def of(inventory: Inventory, kind: str) -> list[str]:
    return [entry.path for entry in inventory.kinds[kind].first]


def kinds_of(path: str) -> set[str]:
    return {kind for kind, held in stock(path).kinds.items() if held.files}


BOUNDS = Bounds()


def looked(files: Mapping[str, str | bytes | int], kind: str, bounds: Bounds = BOUNDS) -> Looked:
    source = Files(files)
    return look_into(source, take_stock(source), kind, bounds=bounds)


def seen(files: Mapping[str, str | bytes | int], kind: str) -> dict[str, tuple[int, str]]:
    return {item.entry.path: (item.line, item.words) for item in looked(files, kind).seen}


# --- the data -----------------------------------------------------------------------------------------------------


def test_the_rules_are_whole() -> None:
    """No list, kind or language is named that is not there; no expression is wrong."""
    lists = {*DATA["folders"], "top"}
    for kind, entry in DATA["kinds"].items():
        assert set(entry) <= {"rules", "telling"}, kind
        told = entry.get("telling", {})
        told = DATA["kinds"][told]["telling"] if isinstance(told, str) else told
        for rule in entry["rules"]:
            assert set(rule) <= {"ext", "names", "match", "not", "in", "not_in", "top", "beside", "format"}, kind
            assert {*rule.get("in", ()), *rule.get("not_in", ())} <= lists, kind
            assert rule.get("names") or rule.get("match"), kind
            assert ("format" in rule) == (kind == "weights"), kind
            for expression in (*rule.get("match", ()), *rule.get("not", ())):
                assert re.compile(expression)
                assert expression == expression.casefold(), "names are folded"
            if told:
                assert {LANGUAGES[ending] for ending in rule["ext"]} <= set(told), kind
        for language, groups in told.items():
            assert language in {*LANGUAGES.values(), "unless"}
            assert all(
                re.compile(expression, re.MULTILINE) for group in groups for expression in ([group] if isinstance(group, str) else group)
            )


def test_every_kind_and_every_component_has_its_sentence() -> None:
    for kind in kinds():
        assert sentence(why(kind))
    for component in vocabulary().components:
        assert sentence(what_files_show(component))


def test_what_shows_components() -> None:
    components = vocabulary().components
    assert set(DATA["components"]) <= set(components)
    for component in components:
        assert set(shown_by(component, derived=True)) <= set(kinds())
    silent = {component for component in components if not shown_by(component, derived=True)}
    assert silent == {"base_weights", "peer_reviewed_paper", "supporting_libraries", "usage_information"}
    assert all(sentence(what_files_show(component)).startswith("No file shows this") for component in silent)
    assert "finetuning_code" in shown_by("training_code", derived=True)
    assert "finetuning_code" not in shown_by("training_code", derived=False)
    assert shown_by("no-such-component", derived=True) == ()


# --- by name ------------------------------------------------------------------------------------------------------

NAMES: dict[str, set[str]] = {
    "README.md": {"readme"},
    "readme.rst": {"readme"},
    "README_CN.md": {"readme"},
    "sub/README.md": {"readme"},
    "data/README.md": {"readme", "data_readme"},
    "MODEL_CARD.md": {"model_card"},
    "Example_v1_Model_Card.md": {"model_card"},
    "model_card_template.md": set(),
    "LICENSE": {"license"},
    "LICENSE.txt": {"license"},
    "License.pdf": {"license"},
    "LICENCE": {"license"},
    "COPYING": {"license"},
    "COPYING.LESSER": {"license"},
    "MODEL_LICENSE": {"license"},
    "LICENSE-MODEL": {"license"},
    "LICENSE_CODE": {"license"},
    "LICENSE-2.0.txt": {"license"},
    "LICENSES/Apache-2.0.txt": {"license"},
    "Llama-3-LICENSE.txt": {"license"},
    "license.py": set(),
    "license_plate.txt": set(),
    "licenses/README.md": {"readme"},
    "third_party/LICENSE": set(),
    "NOTICE": {"notice"},
    "NOTICE.txt": {"notice"},
    "USE_POLICY.md": {"use_policy"},
    "ACCEPTABLE_USE_POLICY.md": {"use_policy"},
    "model.safetensors": {"weights"},
    "model-00001-of-00003.safetensors": {"weights"},
    "unet/diffusion_pytorch_model.fp16.safetensors": {"weights"},
    "pytorch_model-00001-of-00002.bin": {"weights"},
    "consolidated.00.pth": {"weights"},
    "model.Q4_K_M.gguf": {"weights"},
    "ggml-vocab.gguf": set(),
    "tf_model.h5": {"weights"},
    "data.h5": set(),
    "flax_model.msgpack": {"weights"},
    "onnx/model.onnx": {"weights"},
    "yolov8n.pt": {"weights"},
    "train_data.pt": set(),
    "random.bin": set(),
    "tests/model.safetensors": set(),
    "examples/tiny.onnx": set(),
    "model.safetensors.index.json": {"weights_index"},
    "pytorch_model.bin.index.json": {"weights_index"},
    "adapter_model.safetensors": {"adapter_weights"},
    "adapter_model.bin": {"adapter_weights"},
    "pytorch_lora_weights.safetensors": {"adapter_weights"},
    "adapter_config.json": {"adapter_config"},
    "optimizer.pt": {"optimizer_state"},
    "global_step1000/bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt": {"optimizer_state"},
    "checkpoint-500/optimizer.pt": {"optimizer_state"},
    "checkpoint-500/scheduler.pt": set(),
    "training_args.bin": {"training_arguments"},
    "trainer_state.json": {"training_logs"},
    "runs/events.out.tfevents.1700000000.host": {"training_logs"},
    "config.json": {"config", "training_configuration"},
    "generation_config.json": {"config"},
    "params.json": {"config"},
    "quantize_config.json": {"config", "quantization_config"},
    "mergekit_config.yml": {"merge_config"},
    "tokenizer.json": {"tokenizer"},
    "tokenizer.model": {"tokenizer"},
    "spiece.model": {"tokenizer"},
    "sentencepiece.bpe.model": {"tokenizer"},
    "qwen.tiktoken": {"tokenizer"},
    "tekken.json": {"tokenizer"},
    "vocab.txt": {"tokenizer"},
    "tokenizer_config.json": set(),
    "special_tokens_map.json": set(),
    "vocab.json": set(),
    "merges.txt": set(),
    "tokenization_qwen.py": {"tokenizer_code"},
    "DATA_CARD.md": {"data_card"},
    "datasheet.pdf": {"data_card"},
    "datacard.md": {"data_card"},
    "technical_report.pdf": {"technical_report"},
    "Model_Tech-Report.pdf": {"technical_report"},
    "2307.09288.pdf": {"research_paper"},
    "paper.pdf": {"research_paper"},
    "manual.pdf": set(),
    "CITATION.cff": {"citation"},
    "copyright_policy.md": {"copyright_policy"},
    "COPYRIGHT": {"license"},
    "public_summary_of_training_content.pdf": {"training_content_summary"},
    "training-data-summary.md": {"training_content_summary"},
    "sample_outputs/1.txt": {"sample_outputs"},
    "docs/guide.md": {"code_documentation"},
    "requirements.txt": {"requirements"},
    "pyproject.toml": {"requirements"},
    ".eval_results/mmlu.yaml": {"evaluation_results"},
    "eval_results.json": {"evaluation_results"},
    "results/model/results_2024-01-01.json": {"evaluation_results"},
    "evaluation_data/questions.jsonl": {"evaluation_data"},
    "data/train-00000-of-00010.parquet": {"training_data"},
    ".github/ISSUE_TEMPLATE/config.yml": set(),
    "x": set(),
    ".": set(),
    "...": set(),
}


@pytest.mark.parametrize("path", NAMES)
def test_names(path: str) -> None:
    assert kinds_of(path) == NAMES[path]


def test_two_files_that_are_a_tokenizer_only_together() -> None:
    assert of(stock("vocab.json", "merges.txt"), "tokenizer") == ["vocab.json", "merges.txt"]
    assert of(stock("a/vocab.json", "b/merges.txt"), "tokenizer") == []
    assert of(stock("a/Vocab.json", "a/x/y", "a/MERGES.txt", "merges.txt"), "tokenizer") == ["a/Vocab.json", "a/MERGES.txt"]


def test_checkpoints() -> None:
    both = stock("model.safetensors", "checkpoint-500/model.safetensors", "checkpoint-500/optimizer.pt")
    assert (of(both, "weights"), of(both, "intermediate_checkpoints")) == (["model.safetensors"], ["checkpoint-500/model.safetensors"])
    two = stock("step1000/model.safetensors", "step2000/model.safetensors")
    assert (of(two, "weights"), len(of(two, "intermediate_checkpoints"))) == ([], 2)
    one = stock("checkpoint-500/model.safetensors", "checkpoint-500/optimizer.pt")
    assert (of(one, "weights"), of(one, "intermediate_checkpoints")) == (["checkpoint-500/model.safetensors"], [])
    assert one.formats["safetensors"].files == 1
    named = stock("intermediate_checkpoints/model.safetensors")
    assert (of(named, "weights"), len(of(named, "intermediate_checkpoints"))) == ([], 1)


def test_formats_of_weights() -> None:
    found = stock("a.gguf", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "pytorch_model.bin", "onnx/model.onnx")
    assert {name: held.files for name, held in found.formats.items()} == {"gguf": 1, "onnx": 1, "pytorch": 1, "safetensors": 2}
    assert list(found.formats) == sorted(found.formats)


def test_empty_files_and_pointers() -> None:
    class WithPointer(Files):
        def entries(self) -> Iterator[Entry]:
            yield Entry("LICENSE", 0)
            yield Entry("model.safetensors", 10**10, "a" * 64, True)
            yield Entry("train.py", 500, "a" * 64, True)

    source = WithPointer({})
    found = take_stock(source)
    assert (found.files, found.bytes, found.empty, found.pointers) == (3, 10**10 + 500, 1, 2)
    assert (found.kinds["license"].files, found.kinds["weights"].bytes) == (0, 10**10)
    assert [problem.code for problem in look_into(source, found, "training_code").problems] == ["stock.not-looked-at"]


def test_the_likeliest_are_kept() -> None:
    many = {f"sub/{number:05}.safetensors": "x" for number in range(5000)}
    found = take_stock(Files({**many, "zz.safetensors": "x", "sub/README.md": "x", "README.md": "x", "README_CN.md": "x"}))
    assert (found.kinds["weights"].files, len(found.kinds["weights"].first)) == (5001, MOST_KEPT)
    assert found.kinds["weights"].first[0].path == "zz.safetensors"
    assert of(found, "readme") == ["README.md", "README_CN.md", "sub/README.md"]
    again = take_stock(Files({**many, "zz.safetensors": "x", "sub/README.md": "x", "README.md": "x", "README_CN.md": "x"}))
    assert found == again


def test_every_kind_is_there_and_files_are_told() -> None:
    ticks: list[tuple[str, int]] = []
    found = take_stock(Files({"a": "x", "b/c": "y"}), lambda path, count: ticks.append((path, count)))
    assert tuple(found.kinds) == kinds()
    assert ticks == [("a", 0), ("b/c", 0)]


@given(st.lists(st.text(min_size=1, max_size=60) | st.sampled_from(sorted(NAMES)), max_size=8).map("/".join))
def test_any_name(path: str) -> None:
    for content in ("x", "class A(Module):\n  def forward(self"):
        source = Files({path: content})
        found = take_stock(source)
        for kind in kinds_with_words():
            look_into(source, found, kind)


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
