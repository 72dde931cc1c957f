"""From the command line's CARD arguments to cards: files, folders, standard input, ids of bundled cards."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .. import document
from ..cards.reader import LoadedCard, read_card
from ..document import DEFAULT_LIMITS, Document
from ..errors import CardError, DocumentError, OsaidError, Place, Problem, UsageError
from ..reports import Failure
from ..resources import bundled_ids, bundled_path
from ..shapes import closest

__all__ = ["Input", "expand", "index"]

_ENDINGS = (".yaml", ".yml", ".json", ".md")


class Input(NamedTuple):
    """One input by the name it is shown under, and what reads it by that name."""

    name: str
    read: Callable[[str], Document]

    def document(self) -> Document:
        """Read it. Raises OsaidError."""
        return self.read(self.name)

    def card(self) -> LoadedCard:
        """Read it as a card. Raises OsaidError."""
        return read_card(self.document())


def expand(arguments: Iterable[str]) -> tuple[list[Input], bool]:
    """All inputs that the arguments name, sorted by name, each once; and whether a single one was asked for.

    Raises UsageError for a name that is neither a file, a folder, ``-`` nor a bundled card.
    """
    found: dict[str, Input] = {}
    one = True
    problems: list[Problem] = []
    arguments = list(dict.fromkeys(arguments))
    for argument in arguments:
        if argument == "-":
            found["-"] = _standard_input()
        elif os.path.isdir(argument):
            one = False
            found.update((item.name, item) for item in _folder(argument))
        elif os.path.lexists(argument):
            found[argument] = _file(argument)
        elif (path := bundled_path("model_cards", argument)) is not None:
            found["bundled:" + argument] = _bundled(argument, path)
        elif os.sep in argument or argument.endswith(_ENDINGS):
            found[argument] = _file(argument)  # reading it gives the error, and the others are still read
        else:
            ids = bundled_ids("model_cards")
            near = closest(argument, ids)
            params = {"name": argument, "near": near or "", "known": ", ".join(ids)}
            problems.append(Problem("card.unknown-near" if near else "card.unknown", params))
    if problems:
        raise UsageError(problems)
    return [found[name] for name in sorted(found)], one and len(found) == 1


def index(inputs: list[Input]) -> Callable[[str], LoadedCard | None]:
    """A look-up of cards by model id among the inputs. Nothing is read before the first call, and only ids are kept."""
    ids: dict[str, Input] | None = None

    def find(identifier: str) -> LoadedCard | None:
        nonlocal ids
        if ids is None:
            ids = {}
            for item in inputs:
                try:
                    model = item.document().data["model"]["id"]
                except (OsaidError, KeyError, TypeError):
                    continue
                if isinstance(model, str):
                    ids.setdefault(model, item)
        try:
            return ids[identifier].card() if identifier in ids else None
        except OsaidError:
            return None

    return find


def failure(item: Input, error: OsaidError) -> Failure:
    """The result for an input that cannot be read."""
    return Failure(item.name, error.problems)


def _file(path: str) -> Input:
    return Input(path, document.load)


def _bundled(identifier: str, path: str) -> Input:
    return Input("bundled:" + identifier, lambda name: document.parse(document.read_file(path), path=name, format="yaml"))


def _standard_input() -> Input:
    read: list[bytes] = []

    def load(name: str) -> Document:
        if sys.stdin is None:
            raise DocumentError(Problem("file.unreadable", {"detail": "standard input is closed"}, Place(name)))
        if not read:
            read.append(sys.stdin.buffer.read(DEFAULT_LIMITS.bytes + 1))
        return document.parse(read[0], path=name)

    return Input("-", load)


def _broken(name: str, problem: Problem) -> Input:
    def load(name: str) -> Document:
        raise DocumentError(problem)

    return Input(name, load)


def _folder(folder: str) -> Iterator[Input]:
    """Every file in a folder that can be a card, folders in it too; links to folders are not followed."""
    errors: list[OSError] = []
    count = 0
    for directory, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = os.path.join(directory, name)
            if name.startswith(".") or not name.lower().endswith(_ENDINGS):
                continue
            if name.lower().endswith(".md") and not _has_card_front_matter(path):
                continue
            count += 1
            yield _file(path)
    for error in errors:
        count += 1
        name = str(error.filename or folder)
        code = "file.no-permission" if isinstance(error, PermissionError) else "file.unreadable"
        yield _broken(name, Problem(code, {"detail": error.strerror or str(error)}, Place(name)))
    if not count:
        yield _broken(folder, Problem("card.none-in-folder", {}, Place(folder)))


def _has_card_front_matter(path: str) -> bool:
    """Whether a Markdown file in a folder is a card of ours; a README beside the cards is not an error."""
    try:
        return "osaid_card" in (document.load(path).data or {})
    except (CardError, DocumentError):
        return False
