"""What the readers of all formats share: a file that is read within bounds, and what is counted of it."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterable
from math import prod

from ...document.common import encodable, one_line, short
from ...errors import Place, Problem
from ...messages import sentence
from . import Header, Reader

__all__ = ["MOST_CALLS", "MOST_READ", "MOST_STEPS", "MOST_TENSORS", "Cursor", "File", "Refused", "Tally"]

MOST_READ = 64 << 20
"""Bytes of one file that are read at most."""
MOST_CALLS = 20_000
"""How often one file is read from: each time is a request where it is far away."""
MOST_TENSORS = 200_000
"""Tensors of one file. The largest models of 2026 have about as many in all their files together."""
MOST_STEPS = 1_200_000
"""Opcodes of all pickles of one file."""
MOST_PROBLEMS = 20
MOST_TEXT = 1000
_MOST_METADATA = 100
_MOST_ELEMENTS = 1 << 63
_HEAD = 4096
_MOST_AHEAD = 1 << 20


class Refused(Exception):
    """A file that cannot be read any further."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem)


class File:
    """A file of which only a little is read, and never more than :data:`MOST_READ` bytes in :data:`MOST_CALLS` calls."""

    def __init__(self, reader: Reader, size: int | None = None) -> None:
        self.path = reader.path
        self.size = max(0, reader.size if size is None else size)
        self._reader = reader
        self._left = MOST_READ
        self._calls = MOST_CALLS
        self._head: bytes | None = None

    def error(self, code: str, **params: str) -> Refused:
        """An exception to be raised: the file cannot be read any further."""
        return Refused(Problem(code, params, Place(self.path)))

    def head(self) -> bytes:
        """The first bytes: 4096 of them, if there are as many."""
        if self._head is None:
            self._head = self.read(0, min(_HEAD, self.size))
        return self._head

    def spend(self, length: int) -> None:
        """Count bytes that are read, or unpacked from those. Raises Refused if they are too many."""
        self._left -= length
        if self._left < 0 or self._calls < 0:
            raise self.error("weights.too-much", limit=str(MOST_READ), calls=str(MOST_CALLS))

    def read(self, start: int, length: int) -> bytes:
        """Exactly these bytes. Raises Refused: the file is shorter, or the bounds are reached; and AuditError from the reader."""
        if length <= 0:
            return b""
        if start < 0 or start + length > self.size:
            raise self.error("weights.incomplete", size=str(self.size), needed=str(start + length))
        if self._head is not None and start + length <= len(self._head):
            return self._head[start : start + length]
        self._calls -= 1
        self.spend(length)
        got = self._reader.read(start, length)
        while 0 < len(got) < length and self._calls > 0:  # a reader may give less at a time
            self._calls -= 1
            more = self._reader.read(start + len(got), length - len(got))
            if not more:
                break
            got += more
        if len(got) < length:
            raise self.error("weights.incomplete", size=str(start + len(got)), needed=str(start + length))
        return got[:length]


class Cursor:
    """Goes through a file from ``at`` to ``end``. It reads ahead: little after a jump, more the longer it goes straight on."""

    def __init__(self, file: File, at: int = 0, end: int | None = None) -> None:
        self.file = file
        self.at = at
        self.end = file.size if end is None else end
        self._window = b""
        self._start = at
        self._ahead = 512

    def take(self, length: int) -> bytes:
        """The next bytes. Raises Refused where the end comes first."""
        begin = self.at - self._start
        if begin + length > len(self._window):
            self._fill(length)
            begin = 0
        self.at += length
        return self._window[begin : begin + length]

    def _fill(self, length: int) -> None:
        if length > self.end - self.at:
            raise self.file.error("weights.incomplete", size=str(self.file.size), needed=str(self.at + length))
        over = self._start + len(self._window) - self.at  # what is left of the window
        kept = self._window[-over:] if over > 0 else b""
        self._ahead = min(2 * self._ahead, _MOST_AHEAD) if over >= -self._ahead else 1024
        wanted = min(max(length, self._ahead) - len(kept), self.end - self.at - len(kept))
        self._window = kept + self.file.read(self.at + len(kept), wanted)
        self._start = self.at

    def skip(self, length: int) -> None:
        """Go on without reading. Raises Refused where the end comes first."""
        if length > self.end - self.at:
            raise self.file.error("weights.incomplete", size=str(self.file.size), needed=str(self.at + length))
        self.at += length

    def unpack(self, form: str) -> int:
        """The next number, by a form of :mod:`struct`."""
        value: int = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return value

    def line(self, most: int = 2000) -> bytes:
        """The bytes up to the end of a line, which is passed. Raises Refused for a line longer than ``most``."""
        found = bytearray()
        while (byte := self.take(1)) != b"\n":
            found += byte
            if len(found) > most:
                raise self.file.error("weights.too-long", what=sentence("weights.part-line"), size=f"> {most}", limit=str(most))
        return bytes(found)


# --- what tensors are by their names -------------------------------------------------------------------------------

# What is worked out and not learnt: positions, angles, masks. The statistics of batch normalisation are learnt from data, and count.
_BUFFERS = {"inv_freq", "original_inv_freq", "position_ids", "token_type_ids", "cos_cached", "sin_cached", "masked_bias"}
_BUFFERS |= {"num_batches_tracked", "relative_position_index", "attn_mask", "causal_mask"}
_BUFFER_NAMES = {"rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"}  # of GGUF
_OPTIMIZER = re.compile(r"(?:^|[./])(?:optimizers?|optim|opt|optimizer_states?|optimizer_state_dict|opt_state|optim_state)(?:$|[./])")
_MOMENTS = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer"}
# Names under which weights are packed, by GPTQ, AWQ, bitsandbytes, compressed-tensors, HQQ, EXL2 and EXL3, AQLM, MLX.
_PACKED = {"qweight", "qzeros", "g_idx", "weight_packed", "absmax", "quant_map", "nested_absmax", "nested_quant_map", "q_weight"}
_PACKED |= {"W_q", "trellis", "codebooks", "codes", "scales", "q_scale", "q_groups"}
_PACKED_IN_BYTES = re.compile(r"_(?:blocks|scales|Q[1-7]\w*|[Bb]nb4|NF4|FP4)$")  # of MXFP4, and of ONNX
_PACKED_INTEGERS = {"U8", "U16", "U32", "U64", "I32", "I64"}
_COUNTED_WITH = {"I64", "U64", "BOOL"}  # positions, sizes, counters, masks: nothing is learnt in such types
_SCALES = {"weight_scale_inv", "weight_scale", "weight_scale_2", "input_scale", "output_scale", "k_scale", "v_scale", "SCB", "scale_inv"}


def _kind(name: str, dtype: str, shape: tuple[int, ...]) -> str:
    """What a tensor is: weight, packed, scale, buffer or optimizer."""
    last = re.split(r"[./]", name)[-1]
    if last in _MOMENTS or _OPTIMIZER.search(name):
        return "optimizer"
    if last in _BUFFERS or name in _BUFFER_NAMES:
        return "buffer"
    if last == "bias" and len(shape) == 4 and shape[:2] == (1, 1) and shape[2] == shape[3]:
        return "buffer"  # the causal mask of GPT-2 and its kin
    if last in _PACKED or ".quant_state." in name or (dtype == "U8" and _PACKED_IN_BYTES.search(last)):
        return "packed"
    if dtype in _PACKED_INTEGERS and last in ("weight", "kernel"):
        return "packed"  # MLX, bitsandbytes, NVFP4; I8 is one to one
    if dtype in _COUNTED_WITH:
        return "buffer"
    return "scale" if last in _SCALES or last.endswith("_zero_point") else "weight"


class Tally:
    """What is found in a file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.tensors = 0
        self.metadata: dict[str, str] = {}
        self.packed = False
        self.steps = MOST_STEPS  # that are left for pickles, of which a file can have many
        self.known = True  # whether all there is was counted
        self._dtypes: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._problems: list[Problem] = []
        self._codes: Counter[str] = Counter()
        self._more = 0

    def add(self, code: str, **params: str) -> None:
        """Tell that something is wrong. Of the same kind at most three are told, and at most 20 in all."""
        self._codes[code] += 1
        if self._codes[code] > 3 or len(self._problems) >= MOST_PROBLEMS:
            self._more += 1
        else:
            self._problems.append(
                Problem(code, {name: one_line(encodable(value), 500) for name, value in params.items()}, Place(self.path))
            )

    def refuse(self, problem: Problem) -> None:
        """Tell what ended the reading: nothing is known of how much there is in all."""
        self.known = False
        self._problems.append(problem)

    def text(self, key: str, value: str) -> None:
        """Keep a text that the file states of itself."""
        if len(self.metadata) < _MOST_METADATA and value.strip():
            self.metadata[short(encodable(key), 200)] = short(encodable(value), MOST_TEXT)

    def tensor(self, name: str, dtype: str, shape: Iterable[int], *, elements: int | None = None, optimizer: bool = False) -> bool:
        """Count a tensor; ``elements`` where they are fewer than its shape says (a view of what is stored once).

        False if there can be no such tensor: that is told.
        """
        dimensions = tuple(shape)
        count = prod(dimensions) if elements is None else elements
        self.tensors += 1
        if count < 0 or count >= _MOST_ELEMENTS:
            self.known = False
            self.add("weights.shape", name=name, shape=" x ".join(map(str, dimensions[:8])))
            return False
        kind = "optimizer" if optimizer else _kind(name, dtype, dimensions)
        self.packed = self.packed or kind == "packed"
        if kind in ("weight", "packed"):
            self._dtypes[dtype] += count
        else:
            self._left_out[kind] += count
        return True

    def header(self, form: str, *, counted: bool) -> Header:
        """What was found, as a header."""
        problems = self._problems
        if self._more:
            problems = [*problems, Problem("weights.more", {"count": str(self._more)}, Place(self.path))]
        whole = counted and self.known and not self.packed
        return Header(
            format=form,
            tensors=self.tensors,
            parameters=sum(self._dtypes.values()) if whole else None,
            dtypes=dict(sorted(self._dtypes.items())),
            metadata=self.metadata,
            problems=tuple(problems),
            left_out=dict(sorted(self._left_out.items())),
            packed=self.packed,
        )
