"""Plain data as pieces of YAML, in the style of our cards: short lists and claims in one line, everything else line by line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ..document.common import UNSAFE

__all__ = ["block", "inline"]

_WIDTH = 140
_SHORT = 100


@lru_cache(maxsize=1)
def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        """A day stands as it is; every other text that a reader could take for a number or the like stands in quotes."""

    rules = yaml.SafeDumper.yaml_implicit_resolvers.items()
    Dumper.yaml_implicit_resolvers = {key: [rule for rule in known if not rule[0].endswith(":timestamp")] for key, known in rules}
    return Dumper


def inline(value: Any, flow: bool = True) -> str:
    """A value in one line; ``flow``: it stands within brackets, where more signs mean something."""
    import yaml

    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(key)}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    text = str(value)
    style = '"' if "\n" in text else None
    as_it_is = not UNSAFE.search(text)
    made: str = yaml.dump([text], Dumper=_dumper(), default_flow_style=flow, allow_unicode=as_it_is, width=1 << 20, default_style=style)
    return made.strip()[1:-1] if flow else made.strip()[2:]


def block(value: Any, column: int) -> str:
    """A map or a list as lines, each with its line end, indented to a column."""
    pad = " " * column
    if isinstance(value, Mapping):
        return "".join(f"{pad}{inline(key, False)}:{_below(item, column)}" for key, item in value.items())
    lines = []
    for item in value:
        if isinstance(item, dict) and item and not _is_short(item, column):
            lines.append(f"{pad}- {block(item, column + 2)[column + 2 :]}")
        else:
            lines.append(f"{pad}- {inline(item, False)}\n")
    return "".join(lines)


def _below(value: Any, column: int) -> str:
    """What comes after a key: a value on its line, or lines below it."""
    if isinstance(value, dict) and value and not _is_short(value, column):
        return "\n" + block(value, column + 2)
    if (
        isinstance(value, list)
        and value
        and (len(made := inline(value)) + column > _WIDTH - 20 or any(isinstance(item, dict) for item in value))
    ):
        return "\n" + block(value, column + 2)
    made = inline(value, False)
    if isinstance(value, str) and len(made) + column > _WIDTH and "\n" not in value:
        return _folded(value, column + 2) or f" {made}\n"
    return f" {made}\n"


def _is_short(value: Mapping[str, Any], column: int) -> bool:
    """Whether a map goes into one line: a claim with a word and its evidence."""
    return len(value) <= 3 and all(not isinstance(item, dict) for item in value.values()) and len(inline(dict(value))) + column <= _SHORT


def _folded(text: str, column: int) -> str:
    """A long text as a folded block; empty where folding could change it."""
    if UNSAFE.search(text) or text != " ".join(text.split()):
        return ""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > _WIDTH - column:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    pad = " " * column
    return " >-\n" + "".join(f"{pad}{item}\n" for item in [*lines, line])
