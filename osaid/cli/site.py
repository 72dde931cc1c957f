"""``osaid site``: a static site for a folder of cards."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile

import click

from .. import document
from ..errors import OsaidError, Place, Problem, UsageError
from ..lineage import Library
from ..messages import sentence
from ..reports.text import plain, web_address
from ..results.review import Review, review
from ..results.saved import SAVED_LIMITS
from ..rubrics.assessor import Assessor
from ..site.build import Site
from ..site.index import read_index
from .common import EXIT_INPUT, complain_of, fail, from_option
from .inputs import Input, expand, index
from .progress import with_progress
from .rubrics import leading_option, main_and_others


@click.command("site")
@click.argument("cards", nargs=-1, required=True, metavar="CARD...")
@click.option(
    "-o", "--output", "folder", metavar="FOLDER", required=True, help="Folder of the site. One that is there is brought up to date."
)
@leading_option
@click.option("--title", metavar="TEXT", help="Title of the site.")
@click.option("--base-url", metavar="ADDRESS", default="", help="Where the site will be found; for the feed, and for the badges to paste.")
@from_option
def command(cards: tuple[str, ...], folder: str, names: tuple[str, ...], title: str | None, base_url: str, source: str | None) -> None:
    """Write a static site: a table to sort, search and filter, a page and badges for each model.

    For each framework there is a table; a model's page is its report. index.json holds all verdicts for programs, and feed.xml tells what
    changed since the site in the folder was built. Nothing is fetched, neither now nor by the pages; they work without JavaScript.
    Files are replaced one by one, each whole or not at all; what is out of date is removed, and nothing else in the folder is touched.
    """
    try:
        rubrics = main_and_others(names)
        if base_url and not web_address(base_url):
            raise UsageError(Problem("site.base-url", {"address": base_url[:200]}))
        inputs = _outside(folder, cards, source)
        before = read_index(folder)
    except OsaidError as error:
        fail(error)
    library = Library(find=index(inputs))
    assessors = [Assessor(rubric, library) for rubric in rubrics]
    site = Site(
        rubrics,
        plain(title or sentence("site.title"), 200),
        base_url and base_url.rstrip("/") + "/",
        {item.name for item in inputs},
        before,
    )
    try:
        with _Writer(folder) as writer:
            failed = 0
            for item in with_progress(inputs):
                found = _reviewed(item, assessors, library)
                if found is None:
                    failed += 1
                    continue
                try:
                    files = site.add(found, writer.old)
                except OsaidError as error:
                    failed += 1
                    complain_of(error, item.name)
                    continue
                for path, text in files:
                    writer.write(path, text)
            if not site.entries:
                sys.exit(EXIT_INPUT)
            for path, text in site.finish(failed=failed > 0):
                writer.write(path, text)
            writer.remove(site.stale())
    except OsaidError as error:
        fail(error)
    count = len(site.entries)
    click.echo(sentence("site.done", {"count": str(count), "folder": plain(folder, 300), "written": str(writer.written)}), err=True)
    if failed:
        sys.exit(EXIT_INPUT)


def _reviewed(item: Input, assessors: list[Assessor], library: Library) -> Review | None:
    try:
        return review(item.card(), assessors, library)
    except OsaidError as error:
        complain_of(error, item.name)
        return None


def _outside(folder: str, cards: tuple[str, ...], source: str | None) -> list[Input]:
    """The inputs, without what an earlier build wrote into the folder. Raises UsageError if a card is asked for there."""
    place = os.path.join(os.path.realpath(folder), "")
    for card in cards:
        if os.path.join(os.path.realpath(card), "").startswith(place) and os.path.lexists(card):
            raise UsageError(Problem("site.cards-inside", {"card": card[:200]}, Place(folder)))
    inputs, _ = expand(cards, source)
    return [item for item in inputs if not (os.path.lexists(item.name) and os.path.realpath(item.name).startswith(place))]


class _Writer:
    """Writes files into a folder: those that changed, each into a folder of parts first, and from there to its place.

    It never follows a link out of the folder. Nothing is made before the first file.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.written = 0
        self._parts = ""
        self._last: str | None = None  # the folder that was found to be inside just now

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        if self._parts:
            shutil.rmtree(self._parts, ignore_errors=True)

    def old(self, path: str) -> bytes | None:
        """What a file of the site holds now, or None if there is none, or something else."""
        target = os.path.join(self.folder, path)
        try:
            if self._is_inside(path) and stat.S_ISREG(os.lstat(target).st_mode):
                return document.read_file(target, SAVED_LIMITS)
        except (OSError, OsaidError):
            pass
        return None

    def write(self, path: str, text: str) -> None:
        """Write a file of the site, unless it is there already as it should be. Raises UsageError."""
        raw, target = text.encode("utf-8", "replace"), os.path.join(self.folder, path)
        try:
            if os.path.dirname(path) != self._last:
                os.makedirs(os.path.dirname(target), exist_ok=True)
            if not self._is_inside(path):
                raise UsageError(Problem("site.link", {}, Place(os.path.dirname(target))))
            if not self._parts:
                self._parts = tempfile.mkdtemp(prefix=".osaid-", suffix=".part", dir=self.folder)
            if self.old(path) == raw:
                return
            part = os.path.join(self._parts, "part")
            with open(part, "wb") as file:
                file.write(raw)
            os.replace(part, target)
        except OSError as error:
            raise UsageError(Problem("file.unwritable", {"detail": error.strerror or str(error)}, Place(target))) from None
        self.written += 1

    def remove(self, paths: list[str]) -> None:
        """Remove files of an earlier build, and the folders that they leave empty. Raises UsageError."""
        for path in paths:
            target = os.path.join(self.folder, path)
            try:
                if self._is_inside(path) and stat.S_ISREG(os.lstat(target).st_mode):
                    os.unlink(target)
                    self.written += 1
                    self._tidy(os.path.dirname(target))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise UsageError(Problem("file.unwritable", {"detail": error.strerror or str(error)}, Place(target))) from None

    def _tidy(self, folder: str) -> None:
        while os.path.normpath(folder) != os.path.normpath(self.folder) and not os.listdir(folder):
            os.rmdir(folder)
            folder = os.path.dirname(folder)

    def _is_inside(self, path: str) -> bool:
        """Whether the folder of a file is where its name says, and no link that leads elsewhere."""
        folder = os.path.dirname(path)
        if folder != self._last:
            place = os.path.join(self.folder, folder)
            if os.path.realpath(place) != os.path.normpath(os.path.join(os.path.realpath(self.folder), folder)):
                return False
            self._last = folder if os.path.isdir(place) else None
        return True
