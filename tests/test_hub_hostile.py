"""Servers that are sick, slow, lying or hostile: each gives an error with a hint or a bounded skip."""

from __future__ import annotations

import contextlib
import json
import tracemalloc
from pathlib import Path
from typing import Any

import hub_audit
import pytest
from hub_audit import FILE, FILES, INFO, TIGHT, TREE, audit, hub, refused
from hub_kinds import KINDS
from hub_server import HubServer, Repo

from osaid.audit.hub import dataset, open_model
from osaid.audit.journal import Journal
from osaid.audit.source import AuditError

server = hub_audit.server


def test_the_server_is_well(server: HubServer) -> None:
    with hub(server) as asked:
        assert audit(asked) == b"w" * 10 + bytes(10)


COMMON = {
    "drip": "hub.too-slow",
    "drip-headers": "hub.too-slow",
    "silent": "hub.silent",
    "endless-headers": "hub.broke-off",
    "endless-continue": "hub.too-slow|hub.too-large",
    "gzip-bomb": "hub.encoded",
    "short": "hub.broke-off",
    "wrong-length": "hub.broke-off",
    "two-lengths": "hub.broke-off",
    "not-http": "hub.broke-off",
    "hang-up": "hub.broke-off",
    "other-commit": "hub.other-commit",
    "401": "hub.not-found",
    "403": "hub.forbidden",
    "404": "hub.not-found",
    "429": "hub.busy",
    "500": "hub.status",
    "503": "hub.status",
    "418": "hub.status",
    "gated": "hub.gated",
    "disabled": "hub.disabled",
    "bad-token": "hub.bad-token",
}
OF_JSON = {
    "endless": "hub.too-large",
    "huge": "hub.too-large",
    "deep": "hub.not-the-api",
    "not-json": "hub.not-the-api",
    "nonsense": "hub.not-the-api",
    "null": "hub.not-the-api",
    "list": "hub.not-the-api",
    "wrong-types": "hub.not-the-api",
}
OF_TREES = {"endless-pages": "hub.too-many-requests", "wrong-tree": "hub.not-the-api"}
OF_FILES = {"other-range": "hub.other-range", "no-range": "hub.other-range", "whole-file": "hub.no-ranges"}
CASES = [
    *((kind, where, code) for kind, code in COMMON.items() for where in (INFO, TREE, FILE) if (kind, where) != ("other-commit", INFO)),
    *((kind, where, code) for kind, code in OF_JSON.items() for where in (INFO + "$", TREE)),
    *((kind, TREE, code) for kind, code in OF_TREES.items()),
    *((kind, FILE, code) for kind, code in OF_FILES.items()),
]


# Where only the clock ends it.
IMPATIENT: dict[str, Any] = {
    "drip": {"seconds": 1.5},
    "drip-headers": {"seconds": 1.5},
    "endless-continue": {"seconds": 1.5},
    "silent": {"idle": 0.8},
}


@pytest.mark.parametrize(("kind", "where", "code"), CASES)
def test_every_misbehaviour_ends_in_an_error(server: HubServer, kind: str, where: str, code: str) -> None:
    server.misbehave(kind, only=where)
    with hub(server, TIGHT._replace(**IMPATIENT.get(kind, {}))) as asked:
        assert refused(asked) in code.split("|")
        assert asked.requests <= 2 + TIGHT.requests
    server.behave()
    with hub(server, journal=asked.journal) as asked:
        assert audit(asked) == b"w" * 10 + bytes(10), "and the next one is not harmed"


def test_every_kind_is_tried() -> None:
    rest = {"endless-file", "full-pages", "deep-card", "redirect", "echo"}
    assert {kind for kind, _, _ in CASES} | rest == set(KINDS)


def test_a_file_without_end_is_read_as_far_as_it_was_asked_for(server: HubServer) -> None:
    server.misbehave("endless-file", only=FILE)
    with hub(server) as asked:
        model = open_model(asked, "lab/small")
        assert model.read("weights.bin", 0, 10) == b" " * 10
        assert model.read("README.md") == b" " * len(FILES["README.md"])
        assert asked.received < TIGHT.answer + TIGHT.passed_over


def test_where_ranges_are_ignored_the_beginning_can_be_read(server: HubServer) -> None:
    server.add(Repo("lab/text", {"a.txt": b"0123456789" * 1000}))
    server.misbehave("whole-file", only=FILE)
    with hub(server, TIGHT._replace(ahead=16)) as asked:
        model = open_model(asked, "lab/text")
        assert model.read("a.txt", 5000, 15) == b"012345678901234"


def test_pages_of_files_without_end_are_cut(server: HubServer) -> None:
    server.misbehave("full-pages", only=TREE)
    with hub(server) as asked:
        model = open_model(asked, "lab/small")
        assert len(list(model.entries())) == TIGHT.files
        assert [problem.code for problem, _ in model.skipped] == ["hub.skipped-many"]


def test_a_card_that_is_nested_without_reason_is_cut(server: HubServer, tmp_path: Path) -> None:
    server.misbehave("deep-card")
    with hub(server, journal=Journal(str(tmp_path / "j"))) as asked:
        card = open_model(asked, "lab/small").facts.card
    assert 2 <= json.dumps(card).count("{") <= 20


def test_texts_of_the_hub_can_be_written_down(server: HubServer) -> None:
    server.add(Repo("lab/half", author="\ud800x", card={"\udfff": ["\ud83d", "\U0001f600"]}))
    with hub(server) as asked:
        facts = open_model(asked, "lab/half").facts
    assert (facts.author, facts.card) == ("?x", {"?": ["?", "\U0001f600"]})


def test_memory_stays_bounded(server: HubServer) -> None:
    with hub(server) as asked:
        audit(asked)  # what is loaded is not counted
    tracemalloc.start()
    for kind, where in (("huge", INFO), ("endless", TREE), ("endless-file", FILE), ("gzip-bomb", INFO)):
        server.misbehave(kind, only=where)
        with hub(server, TIGHT._replace(seconds=20)) as asked, contextlib.suppress(AuditError):
            audit(asked)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The server runs in the same process, and holds 20 MB for its gzip bomb.
    assert peak < 60 << 20


ODD = [
    {"type": "file", "oid": "0", "size": 1, "path": path}
    for path in (
        "../../etc/passwd",
        "/etc/passwd",
        "a/../b",
        "a//b",
        "./a",
        "a\\b",
        "",
        "a\nb",
        "\x1b[2J",
        "\u202egnp",
        "x" * 5000,
        "C:\\x",
    )
]
SIZES = [{"type": "file", "oid": "0", "size": size, "path": f"s{index}"} for index, size in enumerate((-1, 1 << 60, 1.5, "7", None, True))]
GOOD = {"type": "file", "oid": "0", "size": 3, "path": "good.txt"}


def test_lists_of_files_with_names_and_sizes_that_cannot_be(server: HubServer) -> None:
    folder = {"type": "directory", "oid": "0", "path": "a"}
    lfs = {**GOOD, "path": "lfs.bin", "lfs": {"oid": "../x", "size": 9, "pointerSize": 1}}
    server.add(Repo("lab/odd", tree=[*ODD, *SIZES, GOOD, {**GOOD, "size": 4}, folder, lfs]))
    with hub(server) as asked:
        model = open_model(asked, "lab/odd")
        assert [(entry.path, entry.size, entry.sha256) for entry in model.entries()] == [("good.txt", 3, ""), ("lfs.bin", 9, "")]
        told = {problem.code: count for problem, count in model.skipped}
        assert told == {"hub.skipped-name": len(ODD), "hub.skipped-size": len(SIZES), "hub.skipped-twice": 1}
        assert all(len(str(problem)) < 600 for problem, _ in model.skipped)


def test_a_list_that_says_more_than_the_file_has(server: HubServer) -> None:
    server.add(Repo("lab/odd", {"good.txt": b"abc"}, tree=[{**GOOD, "size": 1000}]))
    with hub(server) as asked, pytest.raises(AuditError) as error:
        open_model(asked, "lab/odd").read("good.txt")
    assert [problem.code for problem in error.value.problems] == ["hub.short"]


def test_a_commit_that_is_asked_for_is_the_one_that_answers(server: HubServer) -> None:
    server.misbehave("other-commit", only=INFO)
    with hub(server) as asked, pytest.raises(AuditError) as error:
        open_model(asked, "lab/small", revision="a" * 40)
    assert [problem.code for problem in error.value.problems] == ["hub.other-commit"]


# --- a busy server --------------------------------------------------------------------------------------------------


def test_a_busy_server_is_asked_again_a_few_times(server: HubServer) -> None:
    for kind, tries in (("429", 3), ("503", 3), ("500", 3), ("404", 1), ("403", 1), ("hang-up", 3)):
        server.log.clear()
        server.misbehave(kind)
        with hub(server, TIGHT._replace(tries=3)) as asked:
            refused(asked)
        assert len(server.log) == tries, kind


def test_a_server_that_wants_to_be_left_alone_for_long_is(server: HubServer) -> None:
    server.retry_after = "3600"
    server.misbehave("429")
    with hub(server) as asked:
        assert refused(asked) == "hub.busy"
    assert len(server.log) == 1
    for odd in ("-1", "x", "9" * 400, "\u0663", "Wed, 21 Oct 2015 07:28:00 GMT"):
        server.retry_after = odd if odd.isascii() else "1e9"
        with hub(server) as asked:
            assert refused(asked) == "hub.busy"


def test_all_tasks_together_have_bounds_too(server: HubServer) -> None:
    with hub(server, TIGHT._replace(requests_in_all=2)) as asked:
        assert refused(asked) == "hub.too-many-requests"
    with hub(server, TIGHT._replace(bytes_in_all=1000)) as asked:
        assert refused(asked) == "hub.too-large"
    server.misbehave("drip", only=FILE)
    with hub(server, TIGHT._replace(seconds_in_all=1.5)) as asked:
        assert refused(asked) == "hub.too-slow"
        server.behave()
        server.log.clear()
        assert refused(asked) == "hub.too-slow"
        assert dataset(asked, "lab/data").status == "unclear"
    assert server.log == []
