"""Headers of weight files, one module a format. A header is read and never executed; tensors are not read at all.

A format is a module with ``read(file, tally)`` and a line in :data:`FORMATS`. What a file holds beyond the bounds of :mod:`.common`
is not read: that is a problem of the header, as is everything that is wrong with the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple, Protocol

from ...errors import Place, Problem

__all__ = ["FORMATS", "Format", "Header", "Reader", "format_of", "read_header"]


class Reader(Protocol):
    """Random access to a file of which only a little is read."""

    path: str
    size: int

    def read(self, start: int, length: int) -> bytes:
        """At most ``length`` bytes from ``start`` on; fewer at the end of the file. Raises AuditError."""
        ...


class Header(NamedTuple):
    """What the header of a weight file says.

    ``tensors`` is how many there are. ``parameters`` counts the elements of the weights among them: of all tensors, without those in
    ``left_out``. It is None where the header does not tell: the format is only recognised, the file is damaged, or several weights
    are packed into one element. ``dtypes`` tells how many stored elements are of which type (names as in safetensors: F32, BF16, I8;
    GGUF's own names for its blocks: Q4_K); their sum is ``parameters``, unless that is None. ``metadata`` holds short texts that
    the file states of itself, by its own keys. ``problems`` are what is wrong with it: then the rest may be incomplete.
    ``left_out`` counts elements that are no weights, by what they are: buffer (positions, masks), scale (of a quantisation),
    optimizer; ``packed`` tells that weights are packed.
    """

    format: str
    tensors: int = 0
    parameters: int | None = None
    dtypes: Mapping[str, int] = {}
    metadata: Mapping[str, str] = {}
    problems: tuple[Problem, ...] = ()
    left_out: Mapping[str, int] = {}
    packed: bool = False


class Format(NamedTuple):
    """How a format is recognised.

    ``endings`` (the last part of a name; a whole name stands without a dot in front) are its own. ``shared`` endings say little, so the
    first bytes decide (``begins``, each with its offset), or a name in which ``named`` is found.
    ``module`` reads it; without one it is recognised only.
    """

    name: str
    module: str = ""
    endings: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    begins: tuple[tuple[int, bytes], ...] = ()
    named: str = ""


_PICKLES = tuple((0, b"\x80" + bytes([protocol])) for protocol in range(2, 6))
FORMATS = (
    Format("safetensors", "safetensors", (".safetensors",)),
    Format("openvino", "", ("openvino_model.xml",), (".bin",), (), r"(^|/)openvino_[^/]*model[^/]*\.bin$"),
    Format("coreml", "", (".mlmodel",), (".bin",), (), r"\.mlpackage/([^/]*/)*weight\.bin$"),
    Format(
        "pytorch",
        "pytorch",
        (),
        (".bin", ".pt", ".pth", ".ckpt", ".ot"),
        ((0, b"PK\3\4"), *_PICKLES, (257, b"ustar")),
        r"(^|/)((diffusion_)?pytorch|adapter)_model\b[^/]*\.bin$|\.(pt|pth|ckpt)$",
    ),
    Format("gguf", "gguf", (".gguf",), (".bin", ".ggml"), ((0, b"GGUF"),)),
    Format("ggml", "", (), (".ggml", ".bin"), tuple((0, magic) for magic in (b"lmgg", b"fmgg", b"tjgg", b"algg"))),
    Format("onnx", "onnx", (".onnx",)),
    Format("onnx-data", "", (".onnx_data",)),
    Format("numpy", "numpy_arrays", (".npy", ".npz")),
    Format("flax", "flax", (".msgpack",)),
    Format("tensorflow", "", ("saved_model.pb",), (), (), r"\.data-\d{5}-of-\d{5}$"),
    Format("keras", "", (".keras",)),
    Format("hdf5", "", (), (".h5", ".hdf5"), ((0, b"\x89HDF\r\n\x1a\n"),), r"(^|/)(tf_|keras_)model[^/]*\.h5$|\.weights\.h5$"),
    Format("paddle", "pytorch", (".pdparams",)),
    Format("pytorch-distributed", "", (".distcp",)),
    Format("nemo", "", (".nemo",)),
    Format("tflite", "", (".tflite",), (), ((4, b"TFL3"),)),
)
"""The formats. Where several share a name, and first bytes do not decide, the first of them counts."""

_MOST_NAME = 300  # of a path's end that is looked at
_POINTER = b"version https://git-lfs.github.com/spec/"
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\xff]")


class _Candidate(NamedTuple):
    format: Format
    sure: bool  # the name is enough
    shared: bool  # its ending is used for other things too


def _candidates(path: str) -> list[_Candidate]:
    """The formats that a file can be of by its name: first those of which the name is enough."""
    text = path[-_MOST_NAME:].lower()
    name = text.rpartition("/")[2]
    ending = "." + name.rpartition(".")[2]
    found = []
    for one in _by_ending().get(name) or _by_ending().get(ending, ()):
        own = ending in one.endings or name in one.endings
        found.append(_Candidate(one, own or bool(one.named and re.search(one.named, text)), not own))
    if not found and name[-1:].isdigit():
        found = [_Candidate(one, True, False) for one in FORMATS if one.named and re.search(one.named, text)]
    return sorted(found, key=lambda candidate: not candidate.sure)


@lru_cache(maxsize=1)
def _by_ending() -> dict[str, tuple[Format, ...]]:
    found: dict[str, tuple[Format, ...]] = {}
    for one in FORMATS:
        for ending in one.endings + one.shared:
            found[ending] = (*found.get(ending, ()), one)
    return found


def format_of(path: str) -> str | None:
    """The format that a file's name speaks of, or None.

    Of endings that many use (.bin, .pt, .h5) it is the most likely one, and the file itself has to tell: see :func:`read_header`.
    """
    found = _candidates(path)
    return found[0].format.name if found else None


def read_header(reader: Reader) -> Header | None:
    """What the header of a weight file says; None for a file that is none by its name and first bytes.

    What is wrong with the file is in ``problems``. At most 64 MiB are read of it, mostly some kB. Raises AuditError from the reader only.
    """
    from .common import File, Refused, Tally

    candidates = _candidates(reader.path)
    if not candidates:
        return None
    file, tally = File(reader), Tally(reader.path)
    try:
        head = file.head()
    except Refused as reason:
        return Header(candidates[0].format.name, problems=(reason.problem,))
    if head.startswith(_POINTER):
        return Header(candidates[0].format.name, problems=(Problem("weights.pointer", {}, Place(reader.path)),))
    chosen = next((candidate.format for candidate in candidates if _begins(candidate.format, head)), None)
    if chosen is None:
        chosen = candidates[0].format
        if not candidates[0].sure or (candidates[0].shared and head and not _BINARY.search(head[:512])):
            return None
    try:
        if not head:
            raise file.error("weights.empty")
        if chosen.begins and not _begins(chosen, head):
            raise file.error("weights.other-format", format=chosen.name)
        if chosen.module:
            import_module(f".{chosen.module}", __name__).read(file, tally)
    except Refused as reason:
        tally.refuse(reason.problem)
    return tally.header(chosen.name, counted=bool(chosen.module))


def _begins(one: Format, head: bytes) -> bool:
    return any(head[at : at + len(sign)] == sign for at, sign in one.begins)
