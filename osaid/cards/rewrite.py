"""A card's text with other data in it: what has not changed keeps its lines, comments, order and style, byte for byte.

Only texts are rewritten that our own reader has accepted. The nodes of the YAML tell where each value stands; a value that changed is
put in the place of the old one, and what is new goes after its neighbour. What comes out is read again and has to be just the data:
else the whole card is written anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import document
from ..document import Document
from ..document.common import UNSAFE
from ..errors import DocumentError
from .exporters.osaid import as_yaml
from .yaml_text import block, inline

if TYPE_CHECKING:
    import yaml

__all__ = ["Rewritten", "rewrite"]

_BOM = "\ufeff"


class Rewritten(NamedTuple):
    """The new text. ``kept``: what did not change stands as it stood; else the card was written anew."""

    raw: bytes
    kept: bool


class _CannotSplice(Exception):
    """This value cannot be mended piece by piece; the one that it is a part of can be put in its place."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def rewrite(source: Document, data: Mapping[str, Any]) -> Rewritten:
    """The text of a card in our format (YAML, JSON, or Markdown with front matter) with ``data`` in it.

    ``source`` is the document that the card was read from. Line ends and a byte order mark stay as they are.
    """
    if source.data == data:
        return Rewritten(source.raw, True)
    text = source.raw.decode("utf-8")
    bom = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    if source.format == "json":
        return Rewritten((bom + _as_json(text, data)).encode(), True)
    start, end = _yaml_part(source, text)
    newline = "\r\n" if "\r\n" in text[start:end] else "\n"
    for whole in (False, True):
        made = _spliced(text[start:end], source.data, data, newline, whole)
        if made is not None:
            raw = (bom + text[:start] + made + text[end:]).encode()
            if _reads_as(raw, source, data):
                return Rewritten(raw, True)
    return Rewritten((bom + text[:start] + as_yaml(data).replace("\n", newline) + text[end:]).encode(), False)


def _yaml_part(source: Document, text: str) -> tuple[int, int]:
    """Where the YAML stands in the text: all of it, or the front matter."""
    if source.format != "markdown":
        return 0, len(text)
    fences = list(re.finditer(r"^(---|\.\.\.)[ \t]*\r?$", text, re.MULTILINE))
    start = text.index("\n", fences[0].start()) + 1
    return start, fences[1].start()


def _reads_as(raw: bytes, source: Document, data: Mapping[str, Any]) -> bool:
    try:
        return bool(document.parse(raw, format=source.format).data == data)
    except DocumentError:
        return False


def _as_json(text: str, data: Mapping[str, Any]) -> str:
    """JSON with the indent of the old text."""
    found = re.match(r"\s*\{\r?\n?([ \t]*)", text)
    indent: str | None = found[1] if found is not None and "\n" in found[0] else None
    made = json.dumps(data, ensure_ascii=False, indent=indent)
    made = UNSAFE.sub(lambda match: json.dumps(match[0])[1:-1].replace("\x7f", "\\u007f"), made)
    made += text[len(text.rstrip()) :].replace("\r\n", "\n")
    return made.replace("\n", "\r\n") if "\r\n" in text else made


def _spliced(text: str, old: Any, new: Any, newline: str, whole: bool) -> str | None:
    """The text with the changes put in; with ``whole`` each part of the card that changed is written anew. None: it cannot be done."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if re.search("\r(?!\n)", text):  # a line end for YAML, and none for us
        return None
    try:
        splicer = _Splicer(text, newline)
        splicer.mapping(yaml.compose(text, Loader=loader), old, new, whole)
    except (yaml.YAMLError, _CannotSplice):
        return None
    return splicer.done()


class _Splicer:
    """Gathers edits of a text."""

    def __init__(self, text: str, newline: str) -> None:
        self.text = text
        self.newline = newline
        self.edits: list[_Edit] = []

    def done(self) -> str:
        """The text with all edits made."""
        parts, here = [], 0
        for _, edit in sorted(enumerate(self.edits), key=lambda item: (item[1].start, item[1].end, item[0])):
            parts += [self.text[here : edit.start], edit.text]
            here = max(here, edit.end)
        return "".join(parts) + self.text[here:]

    def _value(self, node: Any, old: Any, new: Any, flow: bool) -> None:
        """Turn a value into another one. Raises _CannotSplice where its parent has to."""
        if old == new:
            return
        many = isinstance(old, (dict, list)) and isinstance(new, type(old)) and old and new
        if many:
            before = len(self.edits)
            try:
                self.mapping(node, old, new) if isinstance(old, dict) else self._list(node, old, new)
            except _CannotSplice:
                del self.edits[before:]
            else:
                return
        scalars = not isinstance(old, (dict, list)) and not isinstance(new, (dict, list)) and node.style not in ("|", ">")
        if scalars or (getattr(node, "flow_style", False) and (flow or node.value)):
            self._put(node.start_mark.index, self._end(node), inline(new, flow))
        else:
            raise _CannotSplice

    # --- maps ---------------------------------------------------------------------------------------------------------

    def mapping(self, node: Any, old: Mapping[str, Any], new: Mapping[str, Any], whole: bool = False) -> None:
        """Turn a map into another one; ``whole``: write each entry that changed anew. Raises _CannotSplice where its parent has to."""
        entries = {key.value: (key, value) for key, value in node.value}
        if entries.keys() != old.keys():
            raise _CannotSplice
        for key, (name, value) in entries.items():
            if key not in new:
                self._remove(node, name, value)
                continue
            if old[key] == new[key]:
                continue
            before = len(self.edits)
            try:
                if whole:
                    raise _CannotSplice
                self._value(value, old[key], new[key], node.flow_style)
            except _CannotSplice:
                del self.edits[before:]
                self._entry(node, name, value, key, new[key])
        earlier: str | None = None
        waiting: list[str] = []
        for key in new:
            if key in entries:
                self._add(node, entries, earlier, waiting, new)
                earlier, waiting = key, []
            else:
                waiting.append(key)
        self._add(node, entries, earlier, waiting, new)

    def _entry(self, node: Any, name: yaml.Node, value: yaml.Node, key: str, new: Any) -> None:
        """Write a key with its value anew. What stands behind the old value on its line stays."""
        if node.flow_style:
            self._put(value.start_mark.index, self._end(value), inline(new))
            return
        column = name.start_mark.column
        colon = self._end(name)
        empty = getattr(value, "flow_style", None) and not value.value
        if empty and isinstance(new, (dict, list)):  # "evidence: {}  # a remark": the remark stays, and lines come below it
            start = value.start_mark.index
            while self.text[start - 1] in " \t":
                start -= 1
            self._put(start, self._end(value), "")
            self._lines_after(self._end(value), block({key: new}, column).split("\n", 1)[1])
            return
        made = block({key: new}, column).rstrip("\n")[column + len(inline(key, False)) :]
        rest = self.text.index(":", colon)
        self._put(rest, self._end(value), made.replace("\n", self.newline))

    def _remove(self, node: Any, name: yaml.Node, value: yaml.Node) -> None:
        start, end = name.start_mark.index, self._end(value)
        if node.flow_style:
            before = self.text.rfind(",", node.start_mark.index, start)
            after = self.text.find(",", end)
            if before >= 0 and not self.text[before + 1 : start].strip():
                self._put(before, end, "")
            elif after >= 0 and not self.text[end:after].strip():
                stop = after + 1
                while self.text[stop : stop + 1] in (" ", "\t"):
                    stop += 1
                self._put(start, stop, "")
            else:
                raise _CannotSplice
            return
        self._put(self._line_of(start), self._line_end(end), "")

    def _add(self, node: Any, entries: Mapping[str, Any], earlier: str | None, keys: list[str], new: Mapping[str, Any]) -> None:
        """Add entries after one that is there; before the first, where there is none."""
        if not keys:
            return
        if node.flow_style:
            told = ", ".join(f"{inline(key)}: {inline(new[key])}" for key in keys)
            if earlier is None:
                self._put(node.start_mark.index + 1, node.start_mark.index + 1, told + ", ")
            else:
                end = self._end(entries[earlier][1])
                self._put(end, end, ", " + told)
            return
        lines = block({key: new[key] for key in keys}, node.start_mark.column)
        if earlier is None:
            start = self._line_of(node.start_mark.index)
            self._put(start, start, lines.replace("\n", self.newline))
        else:
            self._lines_after(self._end(entries[earlier][1]), lines)

    # --- lists --------------------------------------------------------------------------------------------------------

    def _list(self, node: Any, old: list[Any], new: list[Any]) -> None:
        """Items are matched from the start; more of them come after the last."""
        if len(node.value) != len(old) or len(new) < len(old):
            raise _CannotSplice
        for item, before, after in zip(node.value, old, new, strict=False):
            self._value(item, before, after, node.flow_style)
        more = new[len(old) :]
        if not more:
            return
        end = self._end(node.value[-1])
        if node.flow_style:
            self._put(end, end, "".join(", " + inline(item) for item in more))
        else:
            self._lines_after(end, block(more, node.start_mark.column))

    # --- places in the text ---------------------------------------------------------------------------------------------

    def _put(self, start: int, end: int, text: str) -> None:
        self.edits.append(_Edit(start, end, text))

    def _lines_after(self, end: int, lines: str) -> None:
        """Put lines below the one that a value ends on."""
        at = self._line_end(end)
        lead = "" if self.text[at - 1] == "\n" else self.newline
        made = lines.replace("\n", self.newline)
        self._put(at, at, lead + (made.removesuffix(self.newline) if lead else made))

    def _line_of(self, index: int) -> int:
        """Where a line begins on which nothing but spaces stands before the index."""
        start = self.text.rfind("\n", 0, index) + 1
        if self.text[start:index].strip(" "):
            raise _CannotSplice
        return start

    def _line_end(self, index: int) -> int:
        found = self.text.find("\n", index)
        return len(self.text) if found < 0 else found + 1

    def _end(self, node: Any) -> int:
        """Where the text of a node ends. Of block collections the marks say only where the next thing begins."""
        while isinstance(node.value, list) and not node.flow_style and node.value:
            last = node.value[-1]
            node = last[1] if isinstance(last, tuple) else last
        end: int = node.end_mark.index
        if isinstance(node.value, str):
            end = node.start_mark.index + len(self.text[node.start_mark.index : end].rstrip())
        return end
