"""What pickles of weights are made of: stand-ins for values."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

__all__ = ["OTHER", "SIZES", "Call", "Map", "Name", "Storage", "Tensor", "apply", "storage"]


class _Other:
    """Something of which nothing needs to be known."""

    __slots__ = ()


OTHER = _Other()


class Map(list[Any]):
    """A map: key, value, key, value. No dict: a stranger's keys could all fall together."""

    __slots__ = ()


class Name(NamedTuple):
    """Something that is looked up when a pickle is loaded."""

    full: str


class Call:
    """A call that is not made: what would be called, and what it gets, then and later."""

    __slots__ = ("given", "target")

    def __init__(self, target: Any, given: list[Any]) -> None:
        self.target = target
        self.given = given


class Storage(NamedTuple):
    """Where tensors lie: an id, the type of its elements and how many they are (bytes, if the type is U8 of an untyped storage)."""

    key: str
    dtype: str
    size: int


class Tensor(NamedTuple):
    """A part of a storage."""

    storage: Storage
    dtype: str
    offset: int
    shape: tuple[int, ...]


_STORAGES = {
    "Double": "F64", "Float": "F32", "Half": "F16", "BFloat16": "BF16", "Long": "I64", "Int": "I32", "Short": "I16", "Char": "I8",
    "Byte": "U8", "Bool": "BOOL", "ComplexFloat": "C64", "ComplexDouble": "C128", "QInt8": "QI8", "QUInt8": "QU8", "QInt32": "QI32",
    "QUInt4x2": "QU4", "QUInt2x4": "QU2", "Untyped": "", "_Untyped": "", "Typed": "", "_Typed": "",
}  # fmt: skip
_DTYPES = {
    "float64": "F64", "double": "F64", "float32": "F32", "float": "F32", "float16": "F16", "half": "F16", "bfloat16": "BF16",
    "int64": "I64", "long": "I64", "int32": "I32", "int": "I32", "int16": "I16", "short": "I16", "int8": "I8", "uint8": "U8",
    "uint16": "U16", "uint32": "U32", "uint64": "U64", "bool": "BOOL", "complex64": "C64", "complex128": "C128", "cfloat": "C64",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e4m3fnuz": "F8_E4M3FNUZ", "float8_e5m2fnuz": "F8_E5M2FNUZ",
    "float8_e8m0fnu": "F8_E8M0", "float4_e2m1fn_x2": "F4_X2", "qint8": "QI8", "quint8": "QU8", "qint32": "QI32",
}  # fmt: skip
SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1, "C64": 8, "C128": 16}
SIZES |= {"U16": 2, "U32": 4, "U64": 8, "QI8": 1, "QU8": 1, "QI32": 4}
"""Bytes of an element, where it is known."""

_STORAGE = re.compile(r"torch\.(?:cuda\.|storage\.|xpu\.|hpu\.)?(\w+?)Storage", re.ASCII)

# --- calls --------------------------------------------------------------------------------------------------------------

_FROM_STORAGE = {"torch._utils._rebuild_" + name for name in ("tensor", "tensor_v2", "tensor_v3", "qtensor")}
_FROM_VALUE = {"torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state", "torch.nn.parameter.Parameter"}
_MAPS = {"collections.OrderedDict", "builtins.dict", "collections.defaultdict", "collections.Counter"}


def apply(target: Any, given: Any) -> Any:
    """What a call stands for: a tensor, a map, a size; anything else is a :class:`Call`."""
    name = target.full if isinstance(target, Name) else ""
    if not isinstance(given, tuple):
        return Call(target, [given])
    if name == "torch._tensor._rebuild_from_type_v2" and len(given) >= 3 and given[0] != target:
        return apply(given[0], given[2])  # no deeper: what is in a tuple was made before, and never holds its own call
    if name in _FROM_STORAGE and (tensor := _tensor(name, given)) is not None:
        return tensor
    if name in _FROM_VALUE and given:
        return given[0]
    if name == "torch.Size" and given and isinstance(given[0], tuple):
        return given[0]
    if name in _MAPS:
        return Map(_pairs(given[0])) if given and isinstance(given[0], list) and not isinstance(given[0], Map) else Map()
    return Call(target, [given])


def _pairs(items: list[Any]) -> list[Any]:
    found = []
    for item in items:
        if isinstance(item, (tuple, list)) and len(item) == 2:
            found += [item[0], item[1]]
    return found


def _tensor(name: str, given: tuple[Any, ...]) -> Tensor | None:
    if len(given) < 3 or not isinstance(given[0], Storage) or not _number(given[1]) or not isinstance(given[2], tuple):
        return None
    storage, offset, shape = given[0], given[1], given[2]
    if len(shape) > 64 or not all(_number(item) for item in shape):
        return None
    dtype = storage.dtype
    if name.endswith("_v3") and len(given) > 6 and isinstance(given[6], Name):
        dtype = _DTYPES.get(given[6].full.removeprefix("torch."), "")
    return Tensor(storage, dtype, offset, shape)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def storage(identifier: Any) -> Any:
    """What a persistent id stands for: a storage, as torch writes it, or something else."""
    if isinstance(identifier, tuple) and len(identifier) >= 5 and identifier[0] == "storage" and isinstance(identifier[1], Name):
        kind = _STORAGE.fullmatch(identifier[1].full)
        key, count = identifier[2], identifier[4]
        if kind and kind[1] in _STORAGES and isinstance(key, (str, int)) and _number(count):
            return Storage(str(key)[:200], _STORAGES[kind[1]], count)
    return OTHER
