"""What files are, by their names. Nothing counts that only looks like it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_files import DATA, Files, kinds_of, of, stock

from osaid.audit.code import LANGUAGES
from osaid.audit.kinds import MOST_KEPT, kinds, kinds_with_words, look_into, shown_by, take_stock, what_files_show, why
from osaid.audit.source import Entry
from osaid.cards.vocabulary import vocabulary
from osaid.messages import sentence

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
