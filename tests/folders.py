"""What the tests of folders share: one on disk, and what a source tells of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from osaid.audit.folder import Folder
from osaid.audit.source import AuditError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "model"
    made.mkdir()
    return made


def put(folder: Path, path: str, content: str | bytes = "x") -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def paths(source: Folder) -> list[str]:
    return [entry.path for entry in source.entries()]


def told(source: Folder) -> dict[str, int]:
    list(source.entries())
    for problem, _ in source.skipped:
        assert problem.message
    return {problem.code.partition(".")[2]: count for problem, count in source.skipped}


def refused(source: Folder, path: str) -> str:
    with pytest.raises(AuditError) as caught:
        source.read(path)
    (problem,) = caught.value.problems
    assert str(problem)
    return problem.code
