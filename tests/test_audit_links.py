"""`osaid audit --check-links` as a whole command, against a server on this machine."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import Served, answer, serving
from support import Ran, environment, run

from osaid import load_card

DAY = "2026-01-31"
RUNNER = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from osaid.cli import main; main()"
CARD = """\
# By hand.
osaid_card: "1"
as_of: 2025-12-01
model: {{id: m-1b, name: M 1B, links: {{homepage: "{gone}"}}}}   # ours
components:
  weights: {{release: full, where: ["{repo}", "{moved}"], evidence: [repo]}}
evidence:
  repo: {{source: "{repo}", retrieved: 2025-12-01}}
"""
ONLY_CARD = ("--update", "card.yaml", "--check-links")


def talk(connection: socket.socket, method: str, path: str) -> None:
    head = method == "HEAD"
    if path == "/gone":
        connection.sendall(answer("404 Not Found", head=head))
    elif path == "/moved":
        connection.sendall(answer("301 Moved", "Location: /repo", head=head))
    else:
        connection.sendall(answer("200 OK", body=b"hello", head=head))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(talk) as served:
        text = CARD.format(**{name: served.at(f"/{name}") for name in ("gone", "repo", "moved")})
        (tmp_path / "card.yaml").write_text(text, encoding="utf-8")
        yield served


def audit(folder: Path, *options: str) -> Ran:
    return run("audit", "--date", DAY, "--state", "state", *options, cwd=folder)


def test_the_addresses_of_a_card_without_a_folder(served: Served, tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    before = card.read_text(encoding="utf-8")
    done = audit(tmp_path, *ONLY_CARD, "--allow-private")
    assert (done.code, done.stderr) == (0, "")
    text = card.read_text(encoding="utf-8")
    assert text.startswith(before), "only locations are new"
    locations = load_card(str(card)).data["locations"]
    assert {address.rpartition("/")[2]: (entry["answer"], entry["status"]) for address, entry in locations.items()} == {
        "gone": ("gone", "404"),
        "repo": ("answers", "200"),
        "moved": ("answers", "200"),
    }
    assert locations[served.at("/moved")]["redirect"] == served.at("/repo")
    assert {entry["checked"] for entry in locations.values()} == {DAY}
    assert "2 answer, 1 gone, 0 refused, 0 failed, 0 not asked." in done.stdout
    assert "was gone on 2026-01-31" in done.stdout
    assert "By what the files show" not in done.stdout
    served.requests.clear()
    again = audit(tmp_path, *ONLY_CARD, "--allow-private")
    assert (again, card.read_text(encoding="utf-8"), served.requests) == (done, text, []), "what was asked today is not asked again"
    audit(tmp_path, *ONLY_CARD, "--allow-private", "--fresh")
    assert served.requests
    assert card.read_text(encoding="utf-8") == text


def test_private_addresses_are_not_asked_unless_that_is_allowed(served: Served, tmp_path: Path) -> None:
    done = audit(tmp_path, *ONLY_CARD)
    assert (done.code, served.requests) == (0, [])
    assert "0 answer, 0 gone, 0 refused, 0 failed, 3 not asked." in done.stdout
    assert {entry["answer"] for entry in load_card(str(tmp_path / "card.yaml")).data["locations"].values()} == {"not-asked"}
    audit(tmp_path, *ONLY_CARD, "--allow-private")
    assert {entry["answer"] for entry in load_card(str(tmp_path / "card.yaml")).data["locations"].values()} == {"answers", "gone"}


def test_nothing_is_asked_unless_it_is_wanted(served: Served, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "README.md").write_text(f"# Code\n\nSee {served.at('/repo')} for more.\n")
    assert audit(tmp_path, "code", "--update", "card.yaml", "--allow-private").code == 0
    assert served.requests == []
    done = audit(tmp_path, "code", "--update", "card.yaml", "--check-links", "--allow-private", "--format", "json")
    assert done.code == 0
    assert served.requests
    assert set(json.loads(done.stdout)["cards"][0]["locations"]) == {served.at(f"/{name}") for name in ("gone", "repo", "moved")}


def test_a_dry_run_asks_and_writes_nothing(served: Served, tmp_path: Path) -> None:
    before = (tmp_path / "card.yaml").read_bytes()
    done = audit(tmp_path, *ONLY_CARD, "--allow-private", "--dry-run")
    assert "2 answer, 1 gone" in done.stdout
    assert (tmp_path / "card.yaml").read_bytes() == before


def test_a_check_that_was_stopped_goes_on(tmp_path: Path) -> None:
    """Ctrl-C while a server keeps one waiting: the card stays as it is, and what had answered is not asked again."""
    asked, over = threading.Event(), threading.Event()

    def slow(connection: socket.socket, method: str, path: str) -> None:
        if path == "/moved" and not over.is_set():
            asked.set()
            over.wait(60)
            return
        talk(connection, method, path)

    card = tmp_path / "card.yaml"
    with serving(slow) as served:
        before = CARD.format(**{name: served.at(f"/{name}") for name in ("gone", "repo", "moved")})
        card.write_text(before, encoding="utf-8")
        command = [sys.executable, "-c", RUNNER, "audit", *ONLY_CARD, "--allow-private", "--date", DAY, "--state", "state"]
        with subprocess.Popen(command, env=environment(), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert asked.wait(60)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        over.set()
        assert (process.returncode, out) == (130, b"")
        assert b"The audit was stopped." in err
        assert b"Traceback" not in err
        assert card.read_text(encoding="utf-8") == before
        served.requests.clear()
        done = audit(tmp_path, *ONLY_CARD, "--allow-private")
        assert done.code == 0
        assert served.requests == ["HEAD /moved", "HEAD /repo", "GET /repo"]
        assert "2 answer, 1 gone" in done.stdout
