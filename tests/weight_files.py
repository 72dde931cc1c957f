"""Writers of weight files, by hand: no library of theirs is needed, and hostile ones can be written too.

A tensor is a type and a shape: ``{"name": ("BF16", [2, 3])}``. With ``sparse`` what tensors hold is a hole in the file: a file of 500 GB
takes a few kB.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from pathlib import Path

Tensors = Mapping[str, tuple[str, Sequence[int]]]

BITS = {
    "F64": 64,
    "I64": 64,
    "F32": 32,
    "I32": 32,
    "U32": 32,
    "F16": 16,
    "BF16": 16,
    "I16": 16,
    "F8_E4M3": 8,
    "U8": 8,
    "I8": 8,
    "BOOL": 8,
    "F4": 4,
}
GGUF_TYPES = {
    "F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q8_0": (8, 32, 34), "Q4_K": (12, 256, 144), "Q6_K": (14, 256, 210),
    "BF16": (30, 1, 2), "MXFP4": (39, 32, 17),
}  # fmt: skip
STORAGES = {"F32": "Float", "F16": "Half", "BF16": "BFloat16", "I64": "Long", "I32": "Int", "U8": "Byte", "I8": "Char", "F64": "Double"}


def write(path: Path, head: bytes, size: int, tail: bytes = b"", *, sparse: bool = False) -> Path:
    """A file of a beginning, ``size`` bytes of zeros and an end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.write(head)
        if sparse:
            file.truncate(len(head) + size)
            file.seek(len(head) + size)
        else:
            file.write(bytes(size))
        file.write(tail)
    return path


def size_of(dtype: str, shape: Sequence[int]) -> int:
    return BITS[dtype] * prod(shape) // 8


# --- safetensors ----------------------------------------------------------------------------------------------------


def safetensors_head(tensors: Tensors, metadata: Mapping[str, str] | None = None) -> tuple[bytes, int]:
    """The header, and how many bytes follow it."""
    entries: dict[str, object] = {} if metadata is None else {"__metadata__": dict(metadata)}
    at = 0
    for name, (dtype, shape) in tensors.items():
        end = at + size_of(dtype, shape)
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, end]}
        at = end
    return with_length(json.dumps(entries, separators=(",", ":")).encode()), at


def with_length(header: bytes) -> bytes:
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header


def safetensors(path: Path, tensors: Tensors, metadata: Mapping[str, str] | None = None, *, sparse: bool = False) -> Path:
    head, size = safetensors_head(tensors, metadata)
    return write(path, head, size, sparse=sparse)


def index(path: Path, shards: Mapping[str, Iterable[str]], total_size: int) -> Path:
    """The index of weights in several files: their names, with the names of their tensors."""
    names = {tensor: shard for shard, tensors in shards.items() for tensor in tensors}
    path.write_text(json.dumps({"metadata": {"total_size": total_size}, "weight_map": names}, indent=2), encoding="utf-8")
    return path


# --- GGUF -----------------------------------------------------------------------------------------------------------


def gguf_head(metadata: Mapping[str, object], tensors: Tensors, *, version: int = 3, order: str = "<") -> tuple[bytes, int]:
    """The header up to the tensors, and how many bytes those have. Numbers of metadata are u32, lists are of texts or of u32."""
    length = "I" if version == 1 else "Q"

    def number(form: str, value: int) -> bytes:
        return struct.pack(order + form, value)

    def text(value: str) -> bytes:
        return number(length, len(value.encode())) + value.encode()

    def value(item: object) -> tuple[int, bytes]:
        if isinstance(item, str):
            return 8, text(item)
        if isinstance(item, bool):
            return 7, number("?", item)
        if isinstance(item, int):
            return 4, number("I", item)
        if isinstance(item, float):
            return 6, struct.pack(order + "f", item)
        assert isinstance(item, list)
        items = [value(part) for part in item]
        return 9, number("I", items[0][0] if items else 4) + number(length, len(items)) + b"".join(raw for _, raw in items)

    parts = [b"GGUF", number("I", version), number(length, len(tensors)), number(length, len(metadata))]
    for key, item in metadata.items():
        kind, raw = value(item)
        parts += [text(key), number("I", kind), raw]
    alignment = metadata.get("general.alignment", 32)
    assert isinstance(alignment, int)
    at = 0
    for name, (dtype, shape) in tensors.items():
        kind, block, size = GGUF_TYPES[dtype]
        dimensions = b"".join(number(length, item) for item in shape)
        parts += [text(name), number("I", len(shape)), dimensions, number("I", kind), number("Q", at)]
        at += -(-(prod(shape) // block * size) // alignment) * alignment
    head = b"".join(parts)
    return head + bytes(-len(head) % alignment), at


def gguf(path: Path, metadata: Mapping[str, object], tensors: Tensors, *, version: int = 3, order: str = "<", sparse: bool = False) -> Path:
    head, size = gguf_head(metadata, tensors, version=version, order=order)
    return write(path, head, size, sparse=sparse)


# --- archives -------------------------------------------------------------------------------------------------------


def zip_file(
    path: Path, members: Sequence[tuple[str, bytes | int]], *, deflate: bool = False, zip64: bool = False, sparse: bool = False
) -> Path:
    """An archive as torch and numpy write it. A number instead of bytes stands for as many zeros, which ``sparse`` leaves out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = []
    with open(path, "wb") as file:
        for name, raw in members:
            offset, title = file.tell(), name.encode()
            size = raw if isinstance(raw, int) else len(raw)
            packed = zlib.compress(raw, 9)[2:-4] if deflate and isinstance(raw, bytes) else raw
            length = packed if isinstance(packed, int) else len(packed)
            method = 8 if deflate and isinstance(raw, bytes) else 0
            long = zip64 or size >= 0xFFFFFFFF or offset >= 0xFFFFFFFF
            sizes = (0xFFFFFFFF, 0xFFFFFFFF) if long else (length, size)
            extra = struct.pack("<HHQQ", 1, 16, size, length) if long else b""
            file.write(struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, method, 0, 0, 0, *sizes, len(title), len(extra)) + title + extra)
            if not isinstance(packed, int):
                file.write(packed)
            elif sparse:
                file.seek(packed, 1)
            else:
                file.write(bytes(packed))
            extra = struct.pack("<HHQQQ", 1, 24, size, length, offset) if long else b""
            entries.append(
                struct.pack(
                    "<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, method, 0, 0, 0, *sizes, len(title), len(extra), 0, 0, 0, 0,
                    0xFFFFFFFF if long else offset,
                ) + title + extra
            )  # fmt: skip
        start, directory = file.tell(), b"".join(entries)
        file.write(directory)
        if zip64 or start >= 0xFFFFFFFF:
            record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, len(entries), len(entries), len(directory), start)
            file.write(record + struct.pack("<4sIQI", b"PK\6\7", 0, start + len(directory), 1))
            start, count = 0xFFFFFFFF, 0xFFFF
        else:
            count = len(entries)
        file.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), start, 0))
    return path


# --- PyTorch --------------------------------------------------------------------------------------------------------


class Pickler:
    """Opcodes as torch.save writes them, protocol 2."""

    def __init__(self) -> None:
        self.raw = b"\x80\x02"
        self.storages: dict[str, int] = {}  # bytes by key

    def text(self, value: str) -> bytes:
        return b"X" + struct.pack("<I", len(value.encode())) + value.encode()

    def number(self, value: int) -> bytes:
        if value < 1 << 31:
            return b"J" + struct.pack("<i", value)
        return b"\x8a\x09" + value.to_bytes(9, "little")

    def sizes(self, values: Sequence[int]) -> bytes:
        return b"(" + b"".join(map(self.number, values)) + b"t"

    def tensor(
        self, key: str, dtype: str, shape: Sequence[int], *, count: int | None = None, offset: int = 0, legacy: bool = False
    ) -> bytes:
        """A tensor in the storage ``key``, which has ``count`` elements."""
        count = prod(shape) if count is None else count
        self.storages[key] = max(self.storages.get(key, 0), count * BITS[dtype] // 8)
        identifier = (
            b"(" + self.text("storage") + f"ctorch\n{STORAGES[dtype]}Storage\n".encode() + self.text(key) + self.text("cpu")
            + self.number(count) + (b"N" if legacy else b"") + b"tQ"
        )  # fmt: skip
        rest = self.number(offset) + self.sizes(shape) + self.sizes([1] * len(shape)) + b"\x89ccollections\nOrderedDict\n)R"
        return b"ctorch._utils\n_rebuild_tensor_v2\n(" + identifier + rest + b"tR"

    def map(self, items: Mapping[str, bytes], *, ordered: bool = False) -> bytes:
        start = b"ccollections\nOrderedDict\n)R" if ordered else b"}"
        return start + b"(" + b"".join(self.text(key) + value for key, value in items.items()) + b"u"

    def done(self, value: bytes) -> bytes:
        return self.raw + value + b"."


def torch_pickle(tensors: Tensors, tied: Mapping[str, str] | None = None, more: bytes = b"") -> tuple[bytes, dict[str, int]]:
    """The pickle of a state dict, and the bytes of each storage. ``tied`` names share the storage of another; ``more`` is run first."""
    pickler, items = Pickler(), {}
    for key, (name, (dtype, shape)) in enumerate(tensors.items()):
        items[name] = pickler.tensor(str(key), dtype, shape)
    for name, other in (tied or {}).items():
        items[name] = items[other]
    return pickler.done(more + pickler.map(items, ordered=True)), pickler.storages


def torch_zip(
    path: Path,
    tensors: Tensors,
    *,
    tied: Mapping[str, str] | None = None,
    more: bytes = b"",
    pickled: tuple[bytes, Mapping[str, int]] | None = None,
    sparse: bool = False,
    deflate: bool = False,
    zip64: bool = False,
) -> Path:
    """What ``torch.save`` writes of a state dict, or of another pickle with its storages."""
    raw, storages = torch_pickle(tensors, tied, more) if pickled is None else pickled
    members: list[tuple[str, bytes | int]] = [("archive/data.pkl", raw), ("archive/byteorder", b"little")]
    members += [(f"archive/data/{key}", size) for key, size in storages.items()]
    return zip_file(path, [*members, ("archive/version", b"3\n")], sparse=sparse, deflate=deflate, zip64=zip64)


def torch_legacy(path: Path, tensors: Tensors, *, sparse: bool = False) -> Path:
    """What ``torch.save`` wrote before version 1.6."""
    pickler = Pickler()
    items = {name: pickler.tensor(str(key), dtype, shape, legacy=True) for key, (name, (dtype, shape)) in enumerate(tensors.items())}
    machine = b"\x80\x02}(" + pickler.text("protocol_version") + pickler.number(1001) + pickler.text("little_endian") + b"\x88u."
    keys = b"\x80\x02](" + b"".join(map(pickler.text, pickler.storages)) + b"e."
    head = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03." + machine + pickler.done(pickler.map(items)) + keys
    return write(path, head, sum(8 + size for size in pickler.storages.values()), sparse=sparse)


# --- NumPy, Flax, ONNX ----------------------------------------------------------------------------------------------


def npy_head(descr: str, shape: Sequence[int]) -> bytes:
    dimensions = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({dimensions}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode()


def msgpack(value: object) -> bytes:
    """Maps, and arrays as ``(shape, name of the type, bytes of it)``."""
    if isinstance(value, dict):
        return b"\xdf" + struct.pack(">I", len(value)) + b"".join(msgpack(key) + msgpack(item) for key, item in value.items())
    if isinstance(value, str):
        return b"\xdb" + struct.pack(">I", len(value.encode())) + value.encode()
    if isinstance(value, int):
        return b"\xce" + struct.pack(">I", value)
    assert isinstance(value, tuple)
    shape, dtype, size = value
    inner = b"\x93" + bytes([0x90 | len(shape)]) + b"".join(map(msgpack, shape)) + msgpack(dtype)
    inner += b"\xc6" + struct.pack(">I", size) + bytes(size)
    return b"\xc9" + struct.pack(">I", len(inner)) + b"\x01" + inner


def varint(value: int) -> bytes:
    found = b""
    while value >= 0x80:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def onnx_tensor(name: str, dtype: int, shape: Sequence[int], size: int | None) -> bytes:
    """A tensor of ``size`` bytes; without a size its bytes are in another file."""
    raw = b"".join(field(1, item) for item in shape) + field(2, dtype) + field(8, name.encode())
    if size is None:
        return raw + field(13, field(1, b"location") + field(2, b"model.onnx_data")) + field(14, 1)
    return raw + field(9, bytes(size))


def onnx(tensors: Sequence[bytes], constants: Sequence[bytes] = ()) -> bytes:
    """A model whose graph begins with tensors, and whose nodes hold more."""
    nodes = b"".join(field(1, field(4, b"Constant") + field(5, field(1, b"value") + field(5, raw))) for raw in constants)
    graph = nodes + field(2, b"main") + b"".join(field(5, raw) for raw in tensors)
    return field(1, 8) + field(2, b"pytorch") + field(3, b"2.5") + field(7, graph) + field(8, field(2, 17))


# --- reading --------------------------------------------------------------------------------------------------------


class Counted:
    """A reader of a file, or of bytes under a name, that counts what is read."""

    def __init__(self, path: Path | str, raw: bytes | None = None, size: int | None = None) -> None:
        self.path = str(path)
        self._raw = raw
        self.size = size if size is not None else Path(path).stat().st_size if raw is None else len(raw)
        self.bytes = 0
        self.calls = 0

    def read(self, start: int, length: int) -> bytes:
        assert start >= 0
        assert length >= 0
        if self._raw is not None:
            found = self._raw[start : start + length]
        else:
            with open(self.path, "rb") as file:
                file.seek(start)
                found = file.read(length)
        self.bytes += len(found)
        self.calls += 1
        return found
