"""What an audit keeps of its work: never more than it has room for."""

from __future__ import annotations

from pathlib import Path

import pytest

from osaid.audit import journal
from osaid.audit.journal import Journal


@pytest.mark.parametrize("kept", [True, False])
def test_a_journal_takes_so_much_and_no_more(kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_MOST_BYTES", 1000)
    path = tmp_path / "journal"
    facts = Journal(str(path)) if kept else Journal()
    for number in range(20):
        facts.put(f"fact {number}", "x" * 100)
    assert [number for number in range(20) if facts.get(f"fact {number}") is not None] == list(range(8))
    if kept:
        assert path.stat().st_size <= 1000
        again = Journal(str(path))
        assert again.get("fact 7") == "x" * 100
        assert again.get("fact 8") is None
