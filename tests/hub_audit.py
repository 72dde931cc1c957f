"""A small audit of a small model on the Hub, by small bounds: what the tests of servers that misbehave share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hub_server import HubServer, Repo, Sparse

from osaid.audit.hub import Bounds, Hub, open_model
from osaid.audit.journal import Journal
from osaid.audit.source import AuditError

# Small, so that every bound is met at once.
TIGHT = Bounds(
    answer=1 << 18, piece=1 << 16, passed_over=1 << 14, files=500, requests=20, redirects=3, tries=2, pause=0.01, idle=10, seconds=20
)
FILES: dict[str, bytes | Sparse] = {"README.md": b"# Small\n", "weights.bin": Sparse(b"w" * 100, 10 << 30)}
INFO, TREE, FILE = r"^/api/models/lab/small", r"/tree/", r"/resolve/"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with HubServer() as running:
        running.add(Repo("lab/small", FILES))
        yield running


def hub(server: HubServer, bounds: Bounds = TIGHT, journal: Journal | None = None, **more: Any) -> Hub:
    return Hub(journal or Journal(), bounds, endpoint=server.endpoint, **{"token": "", **more})


def audit(asked: Hub) -> bytes:
    """All kinds of tasks."""
    model = open_model(asked, "lab/small")
    assert [entry.path for entry in model.entries()] == sorted(FILES)
    return model.read("weights.bin", 0, 10) + model.read("weights.bin", 5 << 30, 10)


def refused(asked: Hub) -> str:
    """The code of the problem that an audit ends with."""
    with pytest.raises(AuditError) as error:
        audit(asked)
    (problem,) = error.value.problems
    assert problem.message
    assert "\033" not in str(error.value)
    return problem.code
