"""A real browser for the tests of pages, a local server for it, and the checkers that come from npm. What is missing skips the test."""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support import ROOT

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def node_module(*path: str) -> Path:
    """A file of an npm package (``.ci/run`` installs them); skips where it is not there."""
    folder = Path(os.environ.get("OSAID_TEST_NODE") or ROOT / ".venv" / "node")
    found = folder.joinpath("node_modules", *path)
    if not found.exists():
        pytest.skip(f"the npm package {path[0]} is not installed; `make test-tools` installs it")
    return found


def browser_path() -> str:
    """The browser's program; skips where there is none."""
    found = os.environ.get("OSAID_TEST_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        pytest.skip("no Chromium or Chrome is installed (Debian: apt-get install chromium)")
    return found


@contextlib.contextmanager
def launched() -> Iterator[Any]:
    """A headless browser, driven by Playwright."""
    path = browser_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server for a folder, on this machine only."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


class Visit(NamedTuple):
    """An open page, and everything it did that a page of ours does not do."""

    page: Any
    requests: list[str]
    complaints: list[str]


@contextlib.contextmanager
def visit(browser: Any, address: str, **options: Any) -> Iterator[Visit]:
    """Open a page. Requests are noted, and so is what it writes to the console, errors, and dialogs."""
    context = browser.new_context(**options)
    page = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []

    def dismiss(dialog: Any) -> None:
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("dialog", dismiss)
    page.goto(address)
    yield Visit(page, requests, complaints)
    context.close()


def violations(page: Any) -> list[str]:
    """What axe-core finds wrong with a page."""
    page.evaluate(node_module("axe-core", "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{rule['id']}: {rule['help']}: {[node['html'][:200] for node in rule['nodes'][:3]]}" for rule in found["violations"]]
