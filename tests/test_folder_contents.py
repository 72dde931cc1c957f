"""Pointers of Git LFS, digests that are kept, and a large folder in flat memory."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import folders
import pytest
from folders import put
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT

from osaid.audit.disk import pointed_to
from osaid.audit.folder import Folder
from osaid.audit.journal import Journal
from osaid.audit.source import AuditError

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'b' * 64}\nsize 5000000000\n"
folder = folders.folder


# --- pointers of Git LFS ------------------------------------------------------------------------------------------


def test_a_pointer_stands_for_its_file(folder: Path) -> None:
    put(folder, "model.safetensors", POINTER)
    put(folder, "text.txt", POINTER.replace("oid", "0id"))
    entries = {entry.path: entry for entry in Folder(str(folder)).entries()}
    assert entries["model.safetensors"] == ("model.safetensors", 5_000_000_000, "b" * 64, True)
    assert not entries["text.txt"].pointer
    assert pointed_to(POINTER.replace("\n", "\r\n").encode()) is None
    assert pointed_to(POINTER.replace("oid", f"ext-0-foo sha256:{'c' * 64}\noid").encode()) == ("b" * 64, 5_000_000_000)


@given(st.binary(max_size=1100) | st.text(max_size=300).map(lambda text: (POINTER + text).encode("utf-8", "surrogatepass")))
def test_bytes_of_a_pointer(raw: bytes) -> None:
    found = pointed_to(raw)
    if found is not None:
        assert len(raw) < 1024
        assert f"oid sha256:{found[0]}\n".encode() in raw
        assert f"size {found[1]}".encode() in raw or raw.count(b"size 0")


def test_a_pointer_that_goes_on_and_on() -> None:
    hostile = b"version https://git-lfs.github.com/spec/v1\n" + b"a a\n" * 240
    assert pointed_to(hostile) is None


# --- digests ------------------------------------------------------------------------------------------------------


def test_digests_are_kept(folder: Path, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    put(folder, "a.bin", content)
    journal = str(tmp_path / "journal")
    ticks: list[tuple[str, int]] = []
    source = Folder(str(folder), journal=Journal(journal))
    assert source.digest("a.bin", lambda path, count: ticks.append((path, count))) == hashlib.sha256(content).hexdigest()
    assert sum(count for _, count in ticks) == len(content)
    assert len(ticks) == 3
    ticks.clear()
    again = Folder(str(folder), journal=Journal(journal))
    assert again.digest("a.bin", lambda path, count: ticks.append((path, count))) == hashlib.sha256(content).hexdigest()
    assert ticks == []
    put(folder, "a.bin", content + b"x")
    assert again.digest("a.bin", lambda path, count: ticks.append((path, count))) == hashlib.sha256(content + b"x").hexdigest()
    assert ticks


def test_a_stopped_run_goes_on_with_the_next_file(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        put(folder, name, name * 10)
    journal = str(tmp_path / "journal")
    read: list[str] = []

    def stop_at_c(path: str, _: int) -> None:
        read.append(path)
        if path == "c" and len(read) < 4:
            raise KeyboardInterrupt

    source = Folder(str(folder), journal=Journal(journal))
    source.digest("a", stop_at_c)
    source.digest("b", stop_at_c)
    with pytest.raises(KeyboardInterrupt):
        source.digest("c", stop_at_c)
    source = Folder(str(folder), journal=Journal(journal))
    made = [source.digest(name, stop_at_c) for name in ("a", "b", "c")]
    assert read == ["a", "b", "c", "c"]
    assert made == [hashlib.sha256(name.encode() * 10).hexdigest() for name in ("a", "b", "c")]


def test_a_journal_of_somebody_else_is_not_believed(folder: Path, tmp_path: Path) -> None:
    put(folder, "a", "x")
    journal = Journal(str(tmp_path / "journal"))
    Folder(str(folder), journal=journal).digest("a")
    key = (tmp_path / "journal").read_text().split('"')[1]
    for fact in ("short", 7, None, ["x"], {"a": 1}):
        journal.put(key, fact)
        assert Folder(str(folder), journal=journal).digest("a") == hashlib.sha256(b"x").hexdigest()


def test_a_file_that_changes_meanwhile(folder: Path) -> None:
    file = put(folder, "a", "x" * 100)

    def write(path: str, count: int) -> None:
        file.write_text("y" * 200)

    with pytest.raises(AuditError) as caught:
        Folder(str(folder)).digest("a", write)
    assert caught.value.problems[0].code == "folder.changed"


# --- a large folder -----------------------------------------------------------------------------------------------


def test_a_hundred_thousand_files_in_flat_memory(tmp_path: Path) -> None:
    """And 500 GB of weights that are holes: of a thousand times the files little more is held, and no weight is read."""
    large, small = tmp_path / "large", tmp_path / "small"
    for folder, count in ((large, 1000), (small, 1)):
        for number in range(count):
            below = folder / "data" / f"{number:04}"
            os.makedirs(below)
            for name in range(100):
                os.close(os.open(below / f"{name:03}.txt", os.O_CREAT | os.O_WRONLY))
        for number in range(50):
            with open(folder / f"model-{number:05}-of-00050.safetensors", "wb") as file:
                file.truncate(10 << 30)
    code = (
        "import os, sys, tracemalloc\n"
        "from osaid.audit.folder import Folder\n"
        "from osaid.audit.kinds import take_stock\n"
        "read, real = [0], os.pread\n"
        "def counted(*given):\n"
        "    got = real(*given)\n"
        "    read[0] += len(got)\n"
        "    return got\n"
        "os.pread = counted\n"
        "take_stock(Folder(sys.argv[2]))\n"
        "tracemalloc.start()\n"
        "stock = take_stock(Folder(sys.argv[1]))\n"
        "print(stock.files, stock.bytes, stock.kinds['weights'].files, read[0], tracemalloc.get_traced_memory()[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(large), str(small)], cwd=ROOT, capture_output=True, text=True, check=True)
    shutil.rmtree(large)
    files, size, weights, read, peak = map(int, done.stdout.split())
    assert (files, size, weights, read) == (100_050, 50 * (10 << 30), 50, 0)
    assert peak < 4 << 20, "a hundred thousand paths alone would be more than that"
