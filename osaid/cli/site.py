"""``osaid site``: a static site for a folder of cards."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile

import click

from ..errors import OsaidError, Place, Problem, UsageError
from ..lineage import Library
from ..messages import sentence
from ..reports.text import plain, web_address
from ..results.review import Review, review
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
        inputs, _ = expand(cards, source)
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
                    for path, text in site.add(found, writer.old):
                        writer.write(path, text)
                except OsaidError as error:
                    failed += 1
                    complain_of(error, item.name)
            if not site.entries:
                sys.exit(EXIT_INPUT)
            for path, text in site.finish():
                writer.write(path, text)
            writer.remove(site.stale())
    except OSError as error:
        fail(UsageError(Problem("file.unwritable", {"detail": error.strerror or str(error)}, Place(str(error.filename or folder)))))
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


class _Writer:
    """Writes files into a folder: those that changed, each into a folder of parts first, and from there to its place."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.written = 0
        self._parts = ""

    def __enter__(self) -> _Writer:
        os.makedirs(self.folder, exist_ok=True)
        self._parts = tempfile.mkdtemp(prefix=".osaid-", suffix=".part", dir=self.folder)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._parts, ignore_errors=True)

    def old(self, path: str) -> bytes | None:
        """What a file of the site holds now, or None."""
        try:
            with open(os.path.join(self.folder, path), "rb") as file:
                return file.read()
        except OSError:
            return None

    def write(self, path: str, text: str) -> None:
        """Write a file of the site, unless it is there already as it should be."""
        raw = text.encode("utf-8", "replace")
        if self.old(path) == raw:
            return
        part, target = os.path.join(self._parts, "part"), os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(part, "wb") as file:
            file.write(raw)
        os.replace(part, target)
        self.written += 1

    def remove(self, paths: list[str]) -> None:
        """Remove files of an earlier build, and the folders that they leave empty."""
        for path in paths:
            target = os.path.join(self.folder, path)
            if os.path.isfile(target) or os.path.islink(target):
                os.unlink(target)
                self.written += 1
            folder = os.path.dirname(target)
            if folder != self.folder and os.path.isdir(folder) and not os.listdir(folder):
                os.rmdir(folder)
