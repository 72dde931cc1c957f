"""No card claims more than its files show, and what is plainly there is seen: repositories as they are met."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from audit_repos import APACHE, GENERATE, PROSE, TENSORS, TRAIN, put, readme
from support import run
from weight_files import safetensors, torch_zip

MIT = """MIT License

Copyright (c) 2025 Example

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"
LARGER = {**TENSORS, "model.layers.1.mlp.weight": ("BF16", [64, 64])}
CONVERT = "import torch\n\nwith torch.no_grad():\n    model = AutoModel.from_pretrained('x')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "model"
    made.mkdir()
    return made


def audit(folder: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]], set[str]]:
    """The model and the components of the card, and the codes of all doubts."""
    options = ("--date", "2026-01-31", "--state", folder.parent / "state", "--format", "json")
    done = run("audit", folder.name, *options, cwd=folder.parent)
    assert done.code == 0, done.stderr
    result = json.loads(done.stdout)
    card = result["cards"][0]
    return card["model"], card.get("components", {}), {doubt["code"] for doubt in result["doubts"]}


def test_a_readme_is_read_before_a_model_card(folder: Path) -> None:
    put(folder, **{"README.md": readme("X", "license: mit"), "MODEL_CARD.md": PROSE.format(name="X"), "README": "x"})
    safetensors(folder / "model.safetensors", TENSORS)
    _, components, _ = audit(folder)
    assert components["weights"]["license"] == "MIT"
    assert {"audit:README.md", "audit:MODEL_CARD.md"} <= set(components["model_card"]["evidence"])


def test_a_model_card_beside_code_is_one(folder: Path) -> None:
    put(folder, **{"README.md": PROSE.format(name="X"), "Example_v1_Model_Card.md": PROSE.format(name="X"), "train.py": TRAIN})
    _, components, _ = audit(folder)
    assert components["model_card"]["release"] == "some"
    assert "audit:README.md" in components["code_documentation"]["evidence"]


def test_a_pointer_shows_no_file(folder: Path) -> None:
    """A git clone without LFS: it is known that there is such a file, and not that it can be got."""
    names = ("model.safetensors", "tokenizer.model", "paper.pdf", "training_args.bin")
    put(folder, **{name: POINTER.format(f"{number}" * 64, 10**6) for number, name in enumerate(names)})
    _, components, _ = audit(folder)
    assert {name: claim["release"] for name, claim in components.items()} == dict.fromkeys(
        ("weights", "tokenizer", "research_paper", "model_metadata"), "unknown"
    )
    put(folder, **{"config.json": '{"model_type": "llama"}'})
    _, components, _ = audit(folder)
    assert components["model_metadata"]["evidence"] == ["audit:config.json"]


def test_parameters_of_an_adapter_are_not_those_of_the_model(folder: Path) -> None:
    safetensors(folder / "adapter_model.safetensors", TENSORS)
    assert "parameters" not in audit(folder)[0]


def test_parameters_of_different_weights_side_by_side_are_not_chosen_from(folder: Path) -> None:
    safetensors(folder / "small.safetensors", TENSORS)
    assert audit(folder)[0]["parameters"] == "2.3K (2304)"
    torch_zip(folder / "small.pth", TENSORS)
    assert audit(folder)[0]["parameters"] == "2.3K (2304)"
    safetensors(folder / "large.safetensors", LARGER)
    assert "parameters" not in audit(folder)[0]


def test_weights_without_a_tensor_are_not_whole(folder: Path) -> None:
    torch_zip(folder / "pytorch_model.bin", {})
    model, components, _ = audit(folder)
    assert components["weights"]["release"] == "unknown"
    assert "parameters" not in model


def test_a_use_policy_adds_to_the_license_and_contradicts_none(folder: Path) -> None:
    policy = "Acceptable Use Policy\n\nYou agree you will not use the model to break the law or to harm others.\n"
    put(folder, **{"LICENSE": APACHE, "USE_POLICY.md": policy})
    safetensors(folder / "model.safetensors", TENSORS)
    _, components, doubts = audit(folder)
    assert components["weights"]["license"] == "LicenseRef-Unrecognised-Text AND Apache-2.0"
    assert "audit.use-policy" in doubts
    assert "audit.license-conflict" not in doubts
    put(folder, **{"USE_POLICY.md": MIT})  # one whose text is known
    assert audit(folder)[1]["weights"]["license"] == "MIT AND Apache-2.0"


def test_several_licenses_declared_each_with_its_text_are_no_conflict(folder: Path) -> None:
    put(folder, **{"README.md": readme("X", "license: [apache-2.0, mit]"), "LICENSE-APACHE": APACHE, "LICENSE-MIT": MIT})
    safetensors(folder / "model.safetensors", TENSORS)
    _, components, doubts = audit(folder)
    assert components["weights"]["license"] == "Apache-2.0 AND MIT"
    assert "audit.license-conflict" not in doubts


def test_the_name_of_another_license_is_its_evidence(folder: Path) -> None:
    put(folder, **{"README.md": readme("X", "license: other", "license_name: nvidia-open-model-license")})
    safetensors(folder / "model.safetensors", TENSORS)
    _, components, _ = audit(folder)
    assert components["weights"]["license"] == "LicenseRef-NVIDIA-Open-Model"
    assert "audit:README.md#license_name" in components["weights"]["evidence"]


def test_two_models_in_two_folders_have_terms_of_their_own(folder: Path) -> None:
    for name, license in (("small", "mit"), ("large", "apache-2.0")):
        put(folder, **{f"{name}/README.md": readme(name, f"license: {license}")})
        safetensors(folder / name / "model.safetensors", TENSORS if name == "small" else LARGER)
    put(folder, **{"large/LICENSE": APACHE})
    model, components, doubts = audit(folder)
    assert components["weights"]["license"] == "Apache-2.0 AND MIT"
    assert "audit.license-conflict" not in doubts, "the one folder's terms say nothing of the other"
    assert "parameters" not in model


def test_a_chinese_readme_is_a_text_and_its_limits_are_seen(folder: Path) -> None:
    text = "本模型是一个大型语言模型，基于海量中文语料训练而成，支持多轮对话、文本生成与代码补全等多种任务。" * 2
    put(folder, **{"README.md": f"---\nlicense: apache-2.0\n---\n# 模型\n\n{text}\n\n## 协议\n\n本模型仅供研究使用，禁止用于商业用途。\n"})
    safetensors(folder / "model.safetensors", TENSORS)
    _, components, doubts = audit(folder)
    assert "model_card" in components
    assert "audit.restricting-words" in doubts


@pytest.mark.parametrize("text", ["仅限学术研究使用", "不得用于任何商业目的", "僅供學術研究", "严禁商用"])
def test_chinese_words_of_a_limit(folder: Path, text: str) -> None:
    put(folder, **{"README.md": readme("X", "license: mit") + text})
    safetensors(folder / "model.safetensors", TENSORS)
    assert "audit.restricting-words" in audit(folder)[2]


def test_chinese_words_that_allow_are_no_limit(folder: Path) -> None:
    put(folder, **{"README.md": readme("X", "license: mit") + "本模型对学术研究完全开放，并支持免费商用。\n"})
    safetensors(folder / "model.safetensors", TENSORS)
    assert "audit.restricting-words" not in audit(folder)[2]


@pytest.mark.parametrize(
    ("path", "text", "component"),
    [
        ("src/examples/convert_checkpoint_from_hf.py", CONVERT, "inference_code"),
        ("data/datasets_processing_scripts/01_generate_ideas.py", GENERATE, "inference_code"),
        ("models/test_data/model-info.txt", "name: 1\n" * 20, "evaluation_data"),
        ("modules/ema.py", "class Ema(nn.Module):\n    def forward(self, x):\n        return x\n", "model_architecture"),
        ("model/monkey_patch.py", "class A(nn.Module):\n    def forward(self, x):\n        return x\n", "model_architecture"),
        ("scripts/test_readme_train.sh", "python train.py --learning_rate 2e-5 --batch_size 4\n", "training_configuration"),
    ],
)
def test_what_only_looks_like_it(folder: Path, path: str, text: str, component: str) -> None:
    """Each was claimed of a real repository."""
    put(folder, **{path: text})
    assert component not in audit(folder)[1]


def test_code_that_transcribes_runs_a_model(folder: Path) -> None:
    put(folder, **{"whisper/transcribe.py": "def cli(name):\n    model = load_model(name)\n    print(transcribe(model, 'a.wav'))\n"})
    assert audit(folder)[1]["inference_code"]["release"] == "some"


def test_code_that_counts_right_answers_evaluates(folder: Path) -> None:
    text = (
        "def main(model, rows):\n    cors = [ask(model, row) for row in rows]\n    weighted_acc = np.mean(cors)\n    print(weighted_acc)\n"
    )
    put(folder, **{"evaluation/evaluate_mmlu.py": text})
    assert audit(folder)[1]["evaluation_code"]["release"] == "some"
