"""Links are asked within bounds, answers are kept in a journal, and a run that is stopped goes on later."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import link_site
import pytest
from link_site import BODY, DAY, QUICK, SHA, ask, ask_one, note, site
from servers import Served, answer, serving
from support import environment

from osaid.audit.journal import Journal
from osaid.audit.links import Answer, check

served_site = link_site.served_site


# --- bounds and the journal ---------------------------------------------------------------------------------------------


def test_the_number_of_addresses_is_bounded(served: Served) -> None:
    asked = [served.at(f"/ok?{number}") for number in range(5)]
    found = ask(*asked, bounds=QUICK._replace(addresses=2))
    assert [(item.address, item.answer, note(item)) for item in found.values()] == [
        (asked[0], "answers", ""),
        (asked[1], "answers", ""),
        *((address, "not-asked", "link.over") for address in asked[2:]),
    ]


def test_the_time_of_all_is_bounded(served: Served) -> None:
    found = ask(*(served.at(f"/ok?{number}") for number in range(50)), bounds=QUICK._replace(total=0))
    assert {(item.answer, note(item)) for item in found.values()} == {("not-asked", "link.time-over")}


def test_the_time_of_all_ends_what_is_under_way() -> None:
    held = threading.Event()
    with serving(lambda connection, method, path: held.wait(60)) as served:
        names = [f"h{number}.example" for number in range(20)]
        asked = [served.at(f"/{number}", name) for name in names for number in range(3)]
        found = ask(*asked, bounds=QUICK._replace(total=1, seconds=60, hosts=4), resolve=lambda host, port: ["127.0.0.1"])
        told = [note(item) for item in found.values()]
        assert (told.count("link.time"), told.count("link.time-over")) == (4, 56)
        held.set()


def test_what_was_asked_lately_is_not_asked_again(tmp_path: Path) -> None:
    path = str(tmp_path / "journal")
    with serving(site) as served:
        asked = [served.at(name) for name in ("/ok", "/gone", "/closed", "/teapot")]

        def again(day: str, **options: Any) -> tuple[list[Answer], int]:
            before = len(served.requests)
            settings = {"bounds": QUICK, "allow_private": True, **options}
            found = sorted(check(asked, day=day, journal=Journal(path), **settings), key=lambda item: asked.index(item.address))
            return found, len(served.requests) - before

        first, requests = again(DAY)
        assert requests == 8
        assert again(DAY) == (first, 0)
        later, requests = again("2026-11-28")
        assert requests == 2, "what failed may be a matter of the day"
        assert later[:3] == first[:3]
        assert later[3] == first[3]._replace(checked="2026-11-28")
        assert again("2026-11-29")[1] == 8
        assert again("2026-11-29", bounds=QUICK._replace(days=0))[1] == 8
        assert again("2026-11-29", bounds=QUICK._replace(body=0))[1] > 0, "asked in another way"
        refused, requests = again("2026-11-29", allow_private=False)
        assert (requests, {item.answer for item in refused}) == (0, {"not-asked"})


FACTS: list[Any] = [
    *(None, 1, "x", [], ["x"] * 7, {"a": 1}, [DAY, "answers", "200", "", "", "", None]),
    *([DAY, "fine", "200", "", "", "", {}], [DAY, "answers", 200, "", "", "", {}], ["yesterday", "answers", "200", "", "", "", {}]),
    *([DAY, "answers", "200", "http://x/\x1b[2J", "", "", {}], [DAY, "answers", "200", "", "zz", "", {}], [[], [], [], [], [], [], []]),
    *(
        [DAY, "failed", "", "", "", "no.such-code", {}],
        [DAY, "failed", "", "", "", "link.tls", {}],
        [DAY, "failed", "", "", "", "link.tls", 3],
    ),
]


def test_what_is_no_answer_of_ours_in_a_journal_is_not_believed(served: Served) -> None:
    for fact in FACTS:
        journal = Journal()
        journal.put(f"link+private+digest:{served.at('/ok')}", fact)
        found = ask_one(served.at("/ok"), journal=journal)
        if fact != [DAY, "answers", "200", "", "", "", None]:
            assert found.sha256 == SHA, fact


STOPPED = """\
import sys
from osaid.audit.journal import Journal
from osaid.audit.links import Bounds, check
for found in check(sys.argv[2:], day="2026-11-22", journal=Journal(sys.argv[1]), bounds=Bounds(pause=0), allow_private=True):
    print(found.address, found.answer, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for one process on Windows")
def test_a_run_that_is_stopped_ends_at_once_and_goes_on_later(tmp_path: Path) -> None:
    held, waiting = threading.Event(), threading.Event()

    def talk(connection: socket.socket, method: str, path: str) -> None:
        if path == "/hangs" and not held.is_set():
            waiting.set()
            held.wait(60)
        connection.sendall(answer("200 OK", body=BODY, head=method == "HEAD"))

    with serving(talk) as served:
        asked = [served.at("/quick", "localhost"), served.at("/hangs")]
        command = [sys.executable, "-c", STOPPED, str(tmp_path / "journal"), *asked]
        with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{asked[0]} answers\n"
            assert waiting.wait(30)
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=8)  # it waits twenty seconds for an address
        assert told.rstrip().endswith("KeyboardInterrupt")
        held.set()
        before = len(served.requests)
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout.splitlines() == [f"{address} answers" for address in asked]
        assert {request.split()[1] for request in served.requests[before:]} == {"/hangs"}


def test_who_stops_listening_stops_the_asking() -> None:
    held = threading.Event()

    def talk(connection: socket.socket, method: str, path: str) -> None:
        if path != "/quick":
            held.wait(60)
        connection.sendall(answer("200 OK", body=BODY, head=method == "HEAD"))

    with serving(talk) as served:
        asked = [served.at("/quick", "localhost"), *(served.at(f"/{number}") for number in range(30))]
        found = check(asked, day=DAY, bounds=QUICK._replace(seconds=20), allow_private=True)
        assert next(found).address == asked[0]
        found.close()
        for thread in threading.enumerate():
            if thread.name.startswith("osaid"):
                thread.join(8)  # an address may take twenty seconds
                assert not thread.is_alive()
        held.set()


def test_progress_is_told(served: Served) -> None:
    told: list[tuple[str, int]] = []
    ask(served.at("/ok"), served.at("/gone"), tick=lambda address, read: told.append((address, read)))
    assert sorted(told) == sorted([(served.at("/ok"), len(BODY)), (served.at("/gone"), 0)])
