"""The text of a code file without what does nothing: comments, texts in quotes, what a shell script only prints."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

__all__ = ["LANGUAGES", "Bare", "bare"]

LANGUAGES = {
    **dict.fromkeys(("py", "ipynb"), "python"),
    **dict.fromkeys(("sh", "bash", "slurm", "sbatch"), "shell"),
    **dict.fromkeys(("yaml", "yml", "json", "toml", "ini", "cfg", "conf", "gin", "csv"), "settings"),
    **dict.fromkeys(("c", "cc", "cpp", "cu", "rs", "js", "ts", "go", "swift", "jl"), "clike"),
}
"""The language of a file by its ending, in the words of ``kinds.yaml``."""

_SILENT = {
    "python": re.compile(
        r'"""(?:[^\\]|\\.)*?(?:"""|\Z)|\'\'\'(?:[^\\]|\\.)*?(?:\'\'\'|\Z)|"(?:[^"\\\n]|\\.)*(?:"|$)|\'(?:[^\'\\\n]|\\.)*(?:\'|$)|#[^\n]*'
        r"|^[ \t]*[!%][^\n]*",  # commands to a notebook, and to its shell
        re.DOTALL | re.MULTILINE,
    ),
    "shell": re.compile(r"(?:^|(?<=[\s;]))#[^\n]*|^[ \t]*(?:echo|printf)\b[^\n]*", re.MULTILINE),
    "settings": re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE),
    "clike": re.compile(r'//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*(?:"|$)', re.DOTALL | re.MULTILINE),
}
_NOT_LINE_END = re.compile(r"[^\n]")


class Bare(NamedTuple):
    """A text, the same with blanks for what does nothing, and for each of its lines the line of the file."""

    text: str
    bare: str
    lines: tuple[int, ...] = ()

    def line(self, offset: int) -> tuple[int, str]:
        """The line of the file, counted from 1, and its text at an offset."""
        number = self.text.count("\n", 0, offset)
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return self.lines[number] if self.lines else number + 1, self.text[start : end if end >= 0 else len(self.text)]


def bare(raw: bytes, ending: str) -> Bare | None:
    """The text of a file of that ending (see :data:`LANGUAGES`); None if it is binary, or a notebook that cannot be read."""
    if b"\0" in raw[:8192]:
        return None
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines: tuple[int, ...] = ()
    if ending == "ipynb":
        cells = _cells(text)
        if cells is None:
            return None
        text, lines = cells
    silent = _SILENT[LANGUAGES[ending]]
    return Bare(text, silent.sub(lambda match: _NOT_LINE_END.sub(" ", match[0]), text), lines)


def _cells(text: str) -> tuple[str, tuple[int, ...]] | None:
    """The code of a notebook, and where its lines stand in the file: each is a text of JSON on a line of its own, as Jupyter writes it."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cells = data.get("cells") if isinstance(data, dict) else None
    sources = (
        [cell.get("source") for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
        if isinstance(cells, list)
        else []
    )
    code: list[str] = []
    for source in sources:
        joined = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list) else source
        if isinstance(joined, str):
            code += joined.replace("\r", "").split("\n")
    return "\n".join(code), _places(text, code)


def _places(text: str, code: list[str]) -> tuple[int, ...]:
    where: dict[str, list[int]] = {}
    for number, line in reversed(list(enumerate(text.split("\n"), 1))):
        written = line.strip().removesuffix(",")
        if written.startswith('"') and written.endswith('"'):
            try:
                where.setdefault(json.loads(written).rstrip("\n"), []).append(number)
            except ValueError:
                continue
    return tuple(numbers.pop() if len(numbers := where.get(line, [1])) > 1 else numbers[0] for line in code)
