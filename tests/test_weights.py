"""What the headers of weight files say, of files as the libraries write them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import weight_files as files
from weight_files import Counted

from osaid.audit.weights import FORMATS, Header, format_of, read_header
from osaid.audit.weights.index import read_index

STATE = {"embed.weight": ("BF16", [4, 3]), "norm.weight": ("F32", [3])}


def header(path: Path) -> Header:
    found = read_header(Counted(path))
    assert found is not None
    return found


def sound(path: Path) -> Header:
    found = header(path)
    assert found.problems == ()
    return found


# --- safetensors ----------------------------------------------------------------------------------------------------


def test_safetensors(tmp_path: Path) -> None:
    found = sound(files.safetensors(tmp_path / "model.safetensors", STATE, {"format": "pt"}))
    assert found == Header("safetensors", 2, 15, {"BF16": 12, "F32": 3}, {"format": "pt"})


def test_half_a_terabyte_costs_a_header(tmp_path: Path) -> None:
    tensors = {f"layers.{number}.weight": ("BF16", [8192, 8192, 64]) for number in range(60)}
    reader = Counted(files.safetensors(tmp_path / "model-00001-of-00001.safetensors", tensors, sparse=True))
    found = read_header(reader)
    assert found is not None
    assert (reader.size > 500_000_000_000, found.parameters, found.problems) == (True, 60 * 8192 * 8192 * 64, ())
    assert reader.bytes < 20_000
    assert reader.calls < 4


def test_types_smaller_than_a_byte_count_by_their_shape(tmp_path: Path) -> None:
    found = sound(files.safetensors(tmp_path / "a.safetensors", {"w": ("F4", [4, 8]), "scalar": ("F32", []), "none": ("F32", [0, 5])}))
    assert (found.parameters, found.dtypes) == (33, {"F32": 1, "F4": 32})


@pytest.mark.parametrize(
    ("tensors", "parameters", "left_out", "packed"),
    [
        ({"a.weight": ("F16", [2, 2]), "a.rotary_emb.inv_freq": ("F32", [8]), "position_ids": ("I64", [1, 9])}, 4, {"buffer": 17}, False),
        ({"h.0.attn.bias": ("F32", [1, 1, 8, 8]), "h.0.attn.c_attn.bias": ("F32", [6])}, 6, {"buffer": 64}, False),
        ({"bn.running_mean": ("F32", [7]), "bn.num_batches_tracked": ("I64", [])}, 7, {"buffer": 1}, False),
        ({"q.qweight": ("I32", [2, 8]), "q.qzeros": ("I32", [1]), "q.scales": ("F16", [8])}, None, {}, True),  # GPTQ, AWQ
        ({"q.weight": ("U8", [32, 1]), "q.weight.absmax": ("F32", [1])}, None, {}, True),  # bitsandbytes, four bits
        ({"q.weight": ("I8", [4, 4]), "q.SCB": ("F32", [4])}, 16, {"scale": 4}, False),  # bitsandbytes, eight bits
        ({"q.weight": ("F8_E4M3", [4, 4]), "q.weight_scale_inv": ("F32", [1])}, 16, {"scale": 1}, False),
        ({"mlp.up_proj_blocks": ("U8", [4, 16]), "mlp.up_proj_scales": ("U8", [4])}, None, {}, True),  # MXFP4
        ({"q.weight": ("U32", [4, 4]), "q.scales": ("F16", [4]), "q.biases": ("F16", [4])}, None, {}, True),  # MLX
        ({"q.weight_packed": ("I32", [4]), "q.weight_scale": ("F16", [1])}, None, {"scale": 1}, True),
        ({"w": ("F32", [3]), "optimizer.state.w.exp_avg": ("F32", [3])}, 3, {"optimizer": 3}, False),
    ],
)
def test_what_counts_as_a_parameter(
    tmp_path: Path, tensors: files.Tensors, parameters: int | None, left_out: dict[str, int], packed: bool
) -> None:
    found = sound(files.safetensors(tmp_path / "a.safetensors", tensors))
    assert (found.parameters, found.left_out, found.packed) == (parameters, left_out, packed)
    assert found.tensors == len(tensors)
    assert parameters is None or sum(found.dtypes.values()) == parameters
    if packed:
        assert found.dtypes


# --- GGUF -----------------------------------------------------------------------------------------------------------

GENERAL = {
    "general.architecture": "llama",
    "general.name": "Small",
    "general.license": "apache-2.0",
    "general.license.link": "https://example.org/license",
    "general.file_type": 15,
    "general.base_model.count": 1,
    "general.base_model.0.name": "Base",
    "general.base_model.0.repo_url": "https://huggingface.co/example/base",
    "general.quantized_by": "Somebody",
    "general.size_label": "7B",
    "general.tags": ["text-generation", "en"],
}


@pytest.mark.parametrize(("version", "order"), [(1, "<"), (2, "<"), (3, "<"), (3, ">")])
def test_gguf(tmp_path: Path, version: int, order: str) -> None:
    tensors = {"token_embd.weight": ("Q4_K", [256, 10]), "output_norm.weight": ("F32", [256]), "rope_freqs.weight": ("F32", [64])}
    path = files.gguf(tmp_path / "small.gguf", GENERAL | {"llama.block_count": 3}, tensors, version=version, order=order)
    found = sound(path)
    assert (found.parameters, found.dtypes, found.left_out) == (2816, {"F32": 256, "Q4_K": 2560}, {"buffer": 64})
    kept = {key: str(value) for key, value in GENERAL.items() if key != "general.tags"}
    assert found.metadata == kept | {"general.tags": "text-generation, en"}


def test_a_vocabulary_is_passed_over(tmp_path: Path) -> None:
    vocabulary = {
        "tokenizer.ggml.tokens": [f"token {number}" for number in range(30_000)],
        "tokenizer.ggml.scores": [0.5] * 500_000,
        "tokenizer.chat_template": "x" * 9_000_000,
        "general.name": "After it",
    }
    reader = Counted(files.gguf(tmp_path / "m.gguf", vocabulary, {"t": ("F16", [2])}))
    found = read_header(reader)
    assert found is not None
    assert (found.parameters, found.metadata, found.problems) == (2, {"general.name": "After it"}, ())
    assert reader.bytes < 2_000_000 < reader.size


def test_gguf_under_another_name(tmp_path: Path) -> None:
    assert header(files.gguf(tmp_path / "ggml-model.bin", {}, {"t": ("F16", [2])})).format == "gguf"


def test_sparse_gguf_with_its_own_alignment(tmp_path: Path) -> None:
    tensors = {f"blk.{number}.weight": ("Q8_0", [4096, 4096, 64]) for number in range(40)} | {"odd": ("F32", [3])}
    reader = Counted(files.gguf(tmp_path / "m.gguf", {"general.alignment": 4096}, tensors, sparse=True))
    found = read_header(reader)
    assert found is not None
    assert (found.parameters, found.problems) == (40 * (1 << 30) + 3, ())
    assert reader.bytes < 30_000


# --- PyTorch --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pytorch_model.bin", "pytorch_model-00001-of-00002.bin", "model.pt", "consolidated.00.pth", "last.ckpt"])
@pytest.mark.parametrize("options", [{}, {"deflate": True}, {"zip64": True}, {"sparse": True}])
def test_torch(tmp_path: Path, name: str, options: dict[str, bool]) -> None:
    found = sound(files.torch_zip(tmp_path / name, STATE, **options))  # type: ignore[arg-type]
    assert found == Header("pytorch", 2, 15, {"BF16": 12, "F32": 3})


def test_torch_before_archives(tmp_path: Path) -> None:
    assert sound(files.torch_legacy(tmp_path / "pytorch_model.bin", STATE)) == Header("pytorch", 2, 15, {"BF16": 12, "F32": 3})
    path = files.torch_legacy(tmp_path / "old.pt", STATE)
    path.write_bytes(path.read_bytes()[:-1])
    assert [problem.code for problem in header(path).problems] == ["weights.incomplete"]


def test_large_torch_archives_cost_a_directory_and_a_pickle(tmp_path: Path) -> None:
    tensors = {f"layers.{number}.weight": ("BF16", [100_000, 5_000]) for number in range(50)}
    reader = Counted(files.torch_zip(tmp_path / "pytorch_model.bin", tensors, sparse=True))
    found = read_header(reader)
    assert found is not None
    assert (found.parameters, found.problems) == (25_000_000_000, ())
    assert reader.bytes < 200_000
    assert reader.calls < 12


def test_tied_weights_count_once(tmp_path: Path) -> None:
    found = sound(files.torch_zip(tmp_path / "m.pt", STATE, tied={"lm_head.weight": "embed.weight"}))
    assert found.parameters == 15


def test_views_of_a_storage(tmp_path: Path) -> None:
    pickler = files.Pickler()
    items = {
        "first": pickler.tensor("0", "F32", [4], count=10),
        "second": pickler.tensor("0", "F32", [6], count=10, offset=4),
        "all": pickler.tensor("0", "F32", [10], count=10),
        "expanded": pickler.tensor("1", "F32", [1000, 1000], count=1),
        "slice": pickler.tensor("2", "F32", [3], count=1000),
    }
    path = files.torch_zip(tmp_path / "m.pt", {}, pickled=(pickler.done(pickler.map(items)), pickler.storages))
    assert sound(path).parameters == 10 + 1 + 3


def test_a_checkpoint_with_its_optimizer(tmp_path: Path) -> None:
    pickler = files.Pickler()
    moments = pickler.map({"exp_avg": pickler.tensor("1", "F32", [5]), "step": pickler.tensor("2", "F32", [])})
    whole = pickler.map(
        {
            "model": pickler.map({"w": pickler.tensor("0", "BF16", [5])}, ordered=True),
            "optimizer_state_dict": pickler.map({"state": b"}(" + pickler.number(0) + moments + b"u"}),
        }
    )
    found = sound(files.torch_zip(tmp_path / "checkpoint.pt", {}, pickled=(pickler.done(whole), pickler.storages)))
    assert (found.parameters, found.left_out, found.dtypes) == (5, {"optimizer": 6}, {"BF16": 5})
    alone = pickler.map({"state": b"}(" + pickler.number(0) + moments + b"u", "param_groups": b"]"})
    found = sound(files.torch_zip(tmp_path / "optimizer.pt", {}, pickled=(pickler.done(alone), pickler.storages)))
    assert (found.parameters, found.left_out) == (0, {"optimizer": 6})


def test_parameters_wrapped(tmp_path: Path) -> None:
    """nn.Parameter, a tensor of a class of its own, and a tensor of the newest form."""
    pickler = files.Pickler()
    parameter = b"ctorch._utils\n_rebuild_parameter\n(" + pickler.tensor("0", "F32", [2, 2]) + b"\x88ccollections\nOrderedDict\n)RtR"
    v3 = (
        b"ctorch._utils\n_rebuild_tensor_v3\n((" + pickler.text("storage") + b"ctorch.storage\nUntypedStorage\n" + pickler.text("1")
        + pickler.text("cpu") + pickler.number(6) + b"tQK\x00(K\x06tK\x01\x85\x89ccollections\nOrderedDict\n)Rctorch\nfloat8_e4m3fn\ntR"
    )  # fmt: skip
    pickler.storages["1"] = 6
    typed = (
        b"ctorch._tensor\n_rebuild_from_type_v2\n("
        + pickler.tensor("2", "F32", [3])
        .replace(b"\n(", b"\n(", 1)[:-1]
        .replace(b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch._utils\n_rebuild_tensor_v2\nctorch\nTensor\n", 1)
        + b"}tR"
    )
    raw = pickler.done(pickler.map({"p": parameter, "v3": v3, "typed": typed}))
    found = sound(files.torch_zip(tmp_path / "m.pt", {}, pickled=(raw, pickler.storages)))
    assert (found.parameters, found.dtypes) == (13, {"F32": 7, "F8_E4M3": 6})


# --- the others -----------------------------------------------------------------------------------------------------


def test_numpy(tmp_path: Path) -> None:
    assert sound(files.write(tmp_path / "a.npy", files.npy_head("<f2", [3, 4]), 24)).dtypes == {"F16": 12}
    members = [(f"{name}.npy", files.npy_head(descr, [5]) + bytes(5 * int(descr[-1]))) for name, descr in {"a": "<f4", "b": "|i1"}.items()]
    for deflate in (False, True):
        found = sound(files.zip_file(tmp_path / "a.npz", members, deflate=deflate))
        assert (found.tensors, found.parameters, found.dtypes) == (2, 10, {"F32": 5, "I8": 5})


def test_flax(tmp_path: Path) -> None:
    data = {
        "params": {"dense": {"kernel": ((3, 4), "float32", 48), "bias": ((4,), "bfloat16", 8)}},
        "opt_state": {"mu": ((4,), "float32", 16)},
    }
    found = sound(files.write(tmp_path / "flax_model.msgpack", files.msgpack(data), 0))
    assert (found.format, found.parameters, found.left_out) == ("flax", 16, {"optimizer": 4})
    assert found.dtypes == {"BF16": 4, "F32": 12}


def test_onnx(tmp_path: Path) -> None:
    inside = files.onnx_tensor("w", 1, [300, 400], 480_000)
    model = files.onnx(
        [inside, files.onnx_tensor("far", 10, [30, 4], None), files.onnx_tensor("q_weight_Q4", 2, [8], 8)],
        [files.onnx_tensor("shape", 7, [2], 16), files.onnx_tensor("c", 1, [5], 20)],
    )
    reader = Counted(tmp_path / "model.onnx", model)
    found = read_header(reader)
    assert found is not None
    assert (found.problems, found.packed, found.left_out) == ((), True, {"buffer": 2})
    assert found.dtypes == {"F16": 120, "F32": 120_005, "U8": 8}
    assert found.metadata == {"producer_name": "pytorch", "producer_version": "2.5"}
    assert reader.bytes < 20_000


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("model.h5", b"\x89HDF\r\n\x1a\n", "hdf5"),
        ("data.h5", b"something else", None),
        ("model.tflite", b"\x1c\0\0\0TFL3", "tflite"),
        ("saved_model.pb", b"\x08\x01", "tensorflow"),
        ("variables/variables.data-00000-of-00001", b"\0", "tensorflow"),
        ("ggml-model-q4_0.bin", b"tjgg\1\0\0\0", "ggml"),
        ("a.mlpackage/Data/com.apple.CoreML/weights/weight.bin", b"\2\0\0\0", "coreml"),
        ("openvino_model.bin", b"\0\0\0\0", "openvino"),
        ("openvino_model.xml", b"<?xml", "openvino"),
        ("model.onnx_data", b"\0", "onnx-data"),
        ("archive.pt", bytes(257) + b"ustar", "pytorch"),
        ("train.bin", b"\0\1\2\3", None),
        ("checkpoint/__0_0.distcp", b"\0", "pytorch-distributed"),
        ("model.nemo", b"\0", "nemo"),
        ("model.pdparams", b"\x80\x02}.", "paddle"),
        ("site-packages/distutils-precedence.pth", b"import os; os.path", None),
        ("README.md", b"# Title", None),
        ("config.json", b"{}", None),
        ("noending", b"GGUF", None),
        ("", b"", None),
    ],
)
def test_recognised_by_name_and_beginning(name: str, raw: bytes, expected: str | None) -> None:
    found = read_header(Counted(name, raw))
    assert (found and found.format) == expected
    assert found is None or (found.parameters is None and found.problems == ())


def test_names() -> None:
    assert format_of("a/b/model-00001-of-00002.safetensors") == "safetensors"
    assert format_of("MODEL.GGUF") == "gguf"
    assert format_of("pytorch_model.bin") == "pytorch"
    assert format_of("x" * 4000 + ".onnx") == "onnx"
    assert [format_of(name) for name in ("README.md", "config.json", "", "/", ".", "a.data-1-of-2")] == [None] * 6


def test_every_format_has_its_module() -> None:
    assert len({one.name for one in FORMATS}) == len(FORMATS)
    for one in FORMATS:
        assert one.endings or one.shared
        if one.module:
            assert callable(import_module(f"osaid.audit.weights.{one.module}").read)


def test_a_pointer_is_no_file_of_weights() -> None:
    raw = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"
    for name in ("model.safetensors", "pytorch_model.bin", "m.gguf"):
        found = read_header(Counted(name, raw))
        assert found is not None
        assert [(problem.code, problem.place.path) for problem in found.problems] == [("weights.pointer", name)]


# --- the index ------------------------------------------------------------------------------------------------------


def test_index(tmp_path: Path) -> None:
    path = files.index(tmp_path / "model.safetensors.index.json", {"b.safetensors": ["x", "y"], "a.safetensors": ["z"]}, 123)
    found = read_index(path.read_bytes(), str(path))
    assert found == (("a.safetensors", "b.safetensors"), 123, 3, ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"weight_map": {"a": "../b", "c": "/etc/passwd", "d": "e/f", "g": "ok"}}', "weights.shard-name"),
        ('{"weight_map": {"a": "ok", "a": "ok"}}', "weights.duplicate"),
        ('{"weight_map": {"a": "ok"}', "weights.header-syntax"),
        ('{"weight_map": {"a": "ok"}, "more": [[1]]}', "weights.header-syntax"),
        ('{"weight_map": {"a": "ok"}} trailing', "weights.header-syntax"),
        ('{"weight_map": {"a": "ok",}}', "weights.header-syntax"),
        ('{"weight_map": {"a": "ok", "b": 1}}', "weights.header-syntax"),
        ('{"weight_map": {"a": "ok"}, "metadata": {"total_size": NaN}}', "weights.header-syntax"),
        ("", "weights.header-syntax"),
        ("\ufeff{}", "weights.header-syntax"),
    ],
)
def test_a_bad_index(text: str, code: str) -> None:
    found = read_index(text.encode(), "model.safetensors.index.json")
    assert {problem.code for problem in found.problems} == {code}
    assert set(found.shards) <= {"ok"}
    assert found.total_size is None


def test_a_large_index() -> None:
    for raw in (b'{"weight_map": {' + b'"a":"b",' * 310_000, b" " * (33 << 20), b'{"weight_map": {"' + b"a" * 9000 + b'":"b"}}'):
        assert read_index(raw, "i.json").problems
