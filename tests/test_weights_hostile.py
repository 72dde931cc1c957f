"""Weight files that are damaged or made to do harm: a problem each, within bounds; never a hang, a crash, or a call."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import weight_files as files
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT, environment
from weight_files import Counted

from osaid.audit.source import AuditError
from osaid.audit.weights import Header, format_of, read_header
from osaid.audit.weights.common import MOST_CALLS, MOST_READ
from osaid.errors import Place, Problem

HUGE = 1 << 40


class Endless:
    """A file of 1 TB: a beginning, and then the same bytes again and again."""

    def __init__(self, path: str, head: bytes, unit: bytes = b"\0") -> None:
        self.path, self.size = path, HUGE
        self._head, self._unit = head, unit
        self.bytes = self.calls = 0

    def read(self, start: int, length: int) -> bytes:
        self.bytes += length
        self.calls += 1
        found = self._head[start : start + length]
        rest, skipped = length - len(found), max(0, start - len(self._head)) % len(self._unit)
        return found + (self._unit * ((rest + skipped) // len(self._unit) + 1))[skipped : skipped + rest]


def check(reader: Counted | Endless) -> Header:
    """The header of a file that is not as it should be. Its problems can be said, and stand where the file does."""
    found = read_header(reader)
    assert found is not None
    for problem in found.problems:
        assert problem.place == Place(reader.path)
        assert len(str(problem)) < 2500
        assert "{" not in problem.message or "{" in str(problem.params)
    assert reader.bytes <= MOST_READ
    assert reader.calls <= MOST_CALLS
    assert len(found.problems) <= 22
    return found


def codes(reader: Counted | Endless) -> set[str]:
    return {problem.code for problem in check(reader).problems}


# --- safetensors ----------------------------------------------------------------------------------------------------


def entry(**changes: object) -> dict[str, object]:
    return {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changes}


@pytest.mark.parametrize(
    ("header", "size", "expected"),
    [
        ({"a": entry(), "b": entry(data_offsets=[4, 12])}, 12, "weights.overlap"),
        ({"a": entry(data_offsets=[8, 0])}, 8, "weights.bad-entry"),
        ({"a": entry(data_offsets=[-8, 0])}, 8, "weights.bad-entry"),
        ({"a": entry(data_offsets=[0, 8, 9])}, 8, "weights.bad-entry"),
        ({"a": entry(data_offsets=[0.0, 8.0])}, 8, "weights.bad-entry"),
        ({"a": entry(shape=[-2])}, 8, "weights.bad-entry"),
        ({"a": entry(shape=[True, 2])}, 8, "weights.bad-entry"),
        ({"a": entry(shape=[1] * 40)}, 8, "weights.bad-entry"),
        ({"a": entry(shape=["2"])}, 8, "weights.bad-entry"),
        ({"a": entry(shape=[1 << 62, 1 << 62])}, 8, "weights.shape"),
        ({"a": entry(shape=[3])}, 8, "weights.size-differs"),
        ({"a": entry(dtype="F33")}, 8, "weights.unknown-dtype"),
        ({"a": entry(dtype=["F32"])}, 8, "weights.bad-entry"),
        ({"a": 3}, 0, "weights.bad-entry"),
        ({"a": entry(more={"nested": {}})}, 8, "weights.header-syntax"),
        ({"a": entry(data_offsets=[0, 8 << 40], shape=[2 << 40])}, 8, "weights.incomplete"),
        ({"a": entry()}, 9, "weights.trailing"),
        ({"__metadata__": {"a": {"b": "c"}}}, 0, "weights.header-syntax"),
        ({"a": entry(shape=[10**30])}, 8, "weights.header-syntax"),
    ],
)
def test_bad_safetensors(header: dict[str, object], size: int, expected: str) -> None:
    raw = files.with_length(json.dumps(header).encode()) + bytes(size)
    reader = Counted("a.safetensors", raw)
    assert expected in codes(reader)
    assert (check(reader).parameters is None) == (expected != "weights.trailing")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "weights.empty"),
        (b"\1", "weights.incomplete"),
        (b"\xff" * 8 + b"{", "weights.too-long"),
        (b"<html><body>not found", "weights.other-format"),
        (bytes(4096), "weights.other-format"),
        (b"\x20" + bytes(7) + b'{"a":', "weights.incomplete"),
        (files.with_length(b'{"a": {"dtype":"F32","dtype":"F16","shape":[],"data_offsets":[0,4]}}') + bytes(4), "weights.header-syntax"),
        (files.with_length(b'{"__metadata__":{}, "__metadata__":{}}'), "weights.duplicate"),
        (files.with_length(b'{"\\ud800": 1}'), "weights.bad-entry"),
        (files.with_length(b'{"\xff": 1}'), "weights.header-syntax"),
        (files.with_length(b'{"a": NaN}'), "weights.header-syntax"),
        (files.with_length(b"{} {}"), "weights.header-syntax"),
        (files.with_length(b'{"a":' + b"[" * 100_000), "weights.header-syntax"),
        (files.with_length(b'{"' + b"k" * 100_000 + b'": 1}'), "weights.header-syntax"),
        (files.with_length(b'{"__metadata__":{"a":"' + b'\\"' * 100_000), "weights.header-syntax"),
    ],
)
def test_no_safetensors(raw: bytes, expected: str) -> None:
    assert codes(Counted("a.safetensors", raw)) == {expected}


def test_long_texts_are_cut() -> None:
    texts = {"ss_tags": "\\" * 500_000, "\n" * 300: "\u4e2d" * 5000, "b\ud800": "\u202e"}
    found = read_header(Counted("a.safetensors", files.with_length(json.dumps({"__metadata__": texts}).encode())))
    assert found is not None
    assert found.problems == ()
    assert all(len(key) <= 200 and len(value) <= 1000 for key, value in found.metadata.items())
    assert len(found.metadata) == 3
    json.dumps(found.metadata).encode()
    "".join(found.metadata).encode()


def test_many_entries_of_a_header() -> None:
    many = {"__metadata__": {}, **{f"t{number}": entry(data_offsets=[8 * number, 8 * number + 8]) for number in range(20_000)}}
    reader = Counted("a.safetensors", files.with_length(json.dumps(many).encode()), size=HUGE)
    assert {problem.code for problem in check(reader).problems} == {"weights.trailing"}
    for raw in (b'{"a":{},' * 300_000, b'{"__metadata__":{' + b'"a":"",' * 200_000):
        assert codes(Counted("a.safetensors", files.with_length(raw)))


# --- GGUF -----------------------------------------------------------------------------------------------------------


def gguf(body: bytes, *, tensors: int = 0, keys: int = 1, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys) + body


def named(key: bytes, kind: int, *numbers: int) -> bytes:
    """A key with a value of a type, and what follows: types as u32, lengths as u64, in turns."""
    forms = "IQ" * len(numbers)
    return struct.pack("<Q", len(key)) + key + struct.pack("<I", kind) + b"".join(map(struct.pack, ["<" + form for form in forms], numbers))


def tensor(name: bytes, shape: list[int], kind: int = 0, offset: int = 0) -> bytes:
    return struct.pack("<Q", len(name)) + name + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"GGUF", "weights.incomplete"),
        (b"GGML" + bytes(100), "weights.other-format"),
        (gguf(b"", version=9), "weights.version"),
        (gguf(b"", version=0), "weights.version"),
        (gguf(b"", tensors=1 << 63), "weights.too-many"),
        (gguf(b"", keys=(1 << 64) - 1), "weights.too-many"),
        (gguf(named(b"a", 8) + struct.pack("<Q", 1 << 63)), "weights.incomplete"),
        (gguf(struct.pack("<Q", 1 << 63)), "weights.too-long"),
        (gguf(named(b"a", 77)), "weights.value-type"),
        (gguf(named(b"a", 9, 77, 1)), "weights.value-type"),
        (gguf(named(b"a", 9, 4, 1 << 62)), "weights.incomplete"),
        (gguf(named(b"a", 9, 8, 1 << 62)), "weights.incomplete"),
        (gguf(named(b"a", 9, 9, 1, 9, 1, 9, 1, 9, 1, 9, 1, 9, 1)), "weights.nesting"),
        (gguf(named(b"general.alignment", 4) + struct.pack("<I", 0)), "weights.alignment"),
        (gguf(named(b"general.alignment", 4) + struct.pack("<I", 48)), "weights.alignment"),
        (gguf(tensor(b"t", [1] * 5), tensors=1, keys=0), "weights.dimensions"),
        (gguf(tensor(b"t", [1 << 40, 1 << 40]), tensors=1, keys=0), "weights.shape"),
        (gguf(tensor(b"t", [4], kind=99), tensors=1, keys=0), "weights.unknown-dtype"),
        (gguf(tensor(b"t", [33], kind=2), tensors=1, keys=0), "weights.bad-entry"),
        (gguf(tensor(b"t", [4], offset=7), tensors=1, keys=0), "weights.bad-entry"),
        (gguf(tensor(b"t", [4], offset=(1 << 64) - 32), tensors=1, keys=0) + bytes(64), "weights.incomplete"),
        (gguf(tensor(b"t", [4]) + tensor(b"t", [4], offset=32), tensors=2, keys=0) + bytes(128), "weights.duplicate"),
        (gguf(tensor(b"t", [40]) + tensor(b"u", [4], offset=32), tensors=2, keys=0) + bytes(300), "weights.overlap"),
        (gguf(tensor(b"t", [400]), tensors=1, keys=0) + bytes(100), "weights.incomplete"),
        (gguf(tensor(b"n" * 600, [4]), tensors=1, keys=0), "weights.too-long"),
    ],
)
def test_bad_gguf(raw: bytes, expected: str) -> None:
    reader = Counted("a.gguf", raw)
    assert expected in codes(reader)
    assert check(reader).parameters is None


# --- files without end -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "head", "unit"),
    [
        ("a.gguf", gguf(named(b"a", 9, 8, 2_900_000)), struct.pack("<Q", 100_000)),
        ("a.gguf", gguf(named(b"a", 9, 9, 1 << 62)), struct.pack("<IQ", 4, 1 << 30)),
        ("a.gguf", gguf(named(b"a", 9, 9, 1 << 62)), struct.pack("<IQ", 9, 1 << 62)),
        ("a.gguf", gguf(b"", keys=0, tensors=150_000), b"\0"),
        ("a.safetensors", b"", b"\0"),
        ("a.safetensors", struct.pack("<Q", 20_000_000) + b"{", b"\n"),
        ("a.onnx", b"\x08\x01", b"\x3a\x80\x80\x01" + bytes(1 << 14)),
        ("a.onnx", b"\x08\x01", b"\x3a\xff\xff\xff\xff\xff\x0f"),
        ("a.onnx", b"\x08\x01\x3a\xff\xff\xff\xff\x0f", b"\x2a\x02\x08\x01"),
        ("a.msgpack", b"\xdf\xff\xff\xff\xff", b"\x01\xc6\0\1\0\0" + bytes(1 << 16)),
        ("a.msgpack", b"\xdf\xff\xff\xff\xff", b"\x01\xdf\xff\xff\xff\xff"),
        ("a.pt", b"PK\3\4", b"PK\5\6"),
        ("a.pt", b"PK\3\4", b"\0"),
        ("a.pt", b"\x80\x02", b"("),
        ("a.pt", b"\x80\x02", b"\x8e\0\0\1\0\0\0\0\0"),
        ("a.pt", b"\x80\x02cos\n", b"x"),
        ("a.npy", b"\x93NUMPY\2\0\xff\xff\xff\xff", b" "),
        ("a.npz", b"PK\3\4", b"PK\1\2"),
    ],
)
def test_files_without_end(name: str, head: bytes, unit: bytes) -> None:
    assert codes(Endless(name, head, unit))


# --- memory -------------------------------------------------------------------------------------------------------

MEASURED = """
import re, sys
sys.path.insert(0, "tests")
from support import ROOT, environment
from weight_files import Counted
from osaid.audit.weights import read_header
from osaid.audit.weights.index import read_index
found = read_index(open(sys.argv[1], "rb").read()) if sys.argv[1].endswith(".json") else read_header(Counted(sys.argv[1]))
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1], *(problem.code for problem in found.problems))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the most memory that was used is told by Linux")
def test_memory(tmp_path: Path) -> None:
    """What is made to fill the memory fills at most 200 MB of it, the program included."""
    many = {f"t{number}": entry() for number in range(150_000)}
    shown = b'{"weight_map": {' + b",".join(b'"%d":"b"' % number for number in range(400_000)) + b"}}"
    views = b"\x80\x02](" + files.Pickler().tensor("0", "F32", [1]) + b"q\0" + b"h\0" * 1_100_000 + b"e."
    paths = [
        files.torch_zip(tmp_path / "tuples.pt", {}, pickled=(b"\x80\x04N" + b"\x85" * 1_190_000 + b".", {})),
        files.torch_zip(tmp_path / "views.pt", {}, pickled=(views, {})),
        files.torch_zip(tmp_path / "maps.pt", {}, pickled=(b"\x80\x04" + b"}\x94" * 400_000 + b".", {})),
        files.torch_zip(tmp_path / "words.pt", {}, pickled=(b"\x80\x04" + b"\x8c\x10" * 1_190_000, {})),
        files.write(tmp_path / "many.safetensors", files.with_length(json.dumps(many).encode()), 0),
        files.write(tmp_path / "deep.safetensors", files.with_length(b'{"a":' + b"[" * 24_000_000), 0),
        files.write(tmp_path / "text.safetensors", files.with_length(b'{"__metadata__":{"a":"' + b'\\"' * 12_000_000), 0),
        files.write(tmp_path / "model.safetensors.index.json", shown, 0),
        files.write(tmp_path / "deep.bin.index.json", b'{"weight_map": ' + b"[" * 30_000_000, 0),
        files.zip_file(tmp_path / "many.npz", [(f"{number}.npy", b"") for number in range(60_000)]),
    ]
    for path in paths:
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, path], cwd=ROOT, capture_output=True, text=True, check=True, env=environment()
        )
        peak, *told = done.stdout.split()
        assert int(peak) < 200_000, path.name
        assert told or path.name in ("tuples.pt", "maps.pt")


# --- anything at all ------------------------------------------------------------------------------------------------


def samples(folder: Path) -> list[Path]:
    tensors = {"embed.weight": ("BF16", [32, 3]), "norm.weight": ("F32", [32])}
    return [
        files.safetensors(folder / "a.safetensors", tensors, {"format": "pt"}),
        files.gguf(folder / "a.gguf", {"general.name": "x", "tokenizer.ggml.tokens": ["a", "b"]}, {"t": ("Q4_0", [32, 16])}),
        files.torch_zip(folder / "a.pt", tensors),
        files.torch_zip(folder / "b.pt", tensors, deflate=True, zip64=True),
        files.torch_legacy(folder / "c.pt", tensors),
        files.write(folder / "a.npy", files.npy_head("<f4", [3, 4]), 48),
        files.zip_file(folder / "a.npz", [("a.npy", files.npy_head("<f4", [3, 4]) + bytes(48))], deflate=True),
        files.write(folder / "a.msgpack", files.msgpack({"params": {"k": ((3, 4), "float32", 48)}}), 0),
        files.write(folder / "a.onnx", files.onnx([files.onnx_tensor("w", 1, [3, 4], 48)], [files.onnx_tensor("c", 7, [2], 16)]), 0),
    ]


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in samples(tmp_path_factory.mktemp("valid"))]


def test_cut_off_at_every_byte(valid: list[tuple[str, bytes]]) -> None:
    """A file that is not whole is never said to be."""
    for name, raw in valid:
        whole = check(Counted(name, raw))
        assert (whole.problems, whole.parameters is not None) == ((), True), name
        for length in range(len(raw)):
            found = read_header(Counted(name, raw[:length]))
            if found is not None:
                assert found.problems, (name, length)
                assert found.parameters is None, (name, length)


@settings(max_examples=400)
@given(data=st.data())
def test_changed_anywhere(valid: list[tuple[str, bytes]], data: st.DataObject) -> None:
    name, raw = data.draw(st.sampled_from(valid))
    changes = data.draw(st.lists(st.tuples(st.integers(0, len(raw) - 1), st.binary(min_size=1, max_size=9)), max_size=4))
    for at, new in changes:
        raw = raw[:at] + new + raw[at + len(new) :]
    found = read_header(Counted(name, raw))
    assert found is None or isinstance(check(Counted(name, raw)), Header)


@settings(max_examples=400)
@given(
    name=st.sampled_from(["a.safetensors", "a.gguf", "a.pt", "a.bin", "a.npy", "a.npz", "a.msgpack", "a.onnx", "a.h5", "saved_model.pb"]),
    begin=st.sampled_from(
        [b"", b"GGUF\3\0\0\0", b"PK\3\4", b"\x80\x02", b"\x93NUMPY\1\0", b"\xdf\0\0\0\x03", b"\x08\x01", b"\x08\0\0\0\0\0\0\0"]
    ),
    rest=st.binary(max_size=300),
)
def test_random_bytes(name: str, begin: bytes, rest: bytes) -> None:
    assert format_of(name)
    if read_header(Counted(name, begin + rest)) is not None:
        check(Counted(name, begin + rest))


@given(st.text(max_size=400))
def test_any_name(name: str) -> None:
    found = read_header(Counted(name, b"GGUF"))
    assert found is None or format_of(name)


# --- readers that lie -----------------------------------------------------------------------------------------------


def test_a_reader_that_gives_less_or_nothing(valid: list[tuple[str, bytes]]) -> None:
    class Slow(Counted):
        def read(self, start: int, length: int) -> bytes:
            return super().read(start, min(length, 7))

    class Liar(Counted):
        def read(self, start: int, length: int) -> bytes:
            return b""

    for name, raw in valid:
        assert read_header(Slow(name, raw)) == read_header(Counted(name, raw))
        assert codes(Liar(name, raw)) == {"weights.incomplete"}
        assert codes(Counted(name, raw, size=0)) == {"weights.empty"} if not name.endswith(".pt") else True
        longer = check(Counted(name, raw, size=len(raw) + 5000))
        assert longer.problems or name == "a.gguf" or name.endswith(".npy"), name


def test_errors_of_the_reader_come_through() -> None:
    class Broken(Counted):
        def read(self, start: int, length: int) -> bytes:
            raise AuditError(Problem("file.unreadable", {"detail": "x"}, Place(self.path)))

    with pytest.raises(AuditError):
        read_header(Broken("a.gguf", b"GGUF"))
