"""What of a folder cannot be read: special files, permissions, files swapped meanwhile, names, depths."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import folders
import pytest
from folders import paths, put, refused, told
from support import ROOT

from osaid.audit.folder import Bounds, Folder
from osaid.audit.source import AuditError

ROOT_USER = hasattr(os, "geteuid") and os.geteuid() == 0
folder = folders.folder


# --- what cannot be read ------------------------------------------------------------------------------------------


def test_pipes_and_sockets_do_not_make_it_wait(folder: Path) -> None:
    os.mkfifo(folder / "pipe.safetensors")
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(folder)
    try:
        server.bind("socket")
    finally:
        os.chdir(here)
    put(folder, "z")
    source = Folder(str(folder))
    assert paths(source) == ["z"]
    assert told(source) == {"skipped-special": 2}
    assert refused(source, "pipe.safetensors") == refused(source, "socket") == "folder.not-listed"
    server.close()


def test_devices(folder: Path) -> None:
    try:
        os.mknod(folder / "zero", 0o20666, os.makedev(1, 5))
    except (PermissionError, OSError, AttributeError):
        pytest.skip("devices cannot be made here")
    source = Folder(str(folder))
    assert (paths(source), told(source)) == ([], {"skipped-special": 1})
    assert refused(source, "zero") == "folder.not-listed"


@pytest.mark.skipif(ROOT_USER, reason="root may read everything")
def test_what_may_not_be_read(folder: Path) -> None:
    put(folder, "a", "x").chmod(0)
    put(folder, "b/c", "x").parent.chmod(0)
    put(folder, "d")
    source = Folder(str(folder))
    assert (paths(source), told(source)) == (["d"], {"skipped-unreadable": 2})
    assert refused(source, "a") == "folder.unreadable"
    (folder / "b").chmod(0o700)
    closed = folder / "b"
    closed.chmod(0)
    with pytest.raises(AuditError) as caught:
        Folder(str(closed))
    assert caught.value.problems[0].code == "folder.no-permission"
    closed.chmod(0o700)


@pytest.mark.skipif(not ROOT_USER, reason="only root can become somebody else")
def test_what_somebody_else_may_not_read() -> None:
    """The same in a process of a user who is nobody, in a folder of its own: others may not enter those of pytest."""
    code = (
        "import os, sys\n"
        "from osaid.audit.folder import Folder\n"
        "from osaid.audit.source import AuditError\n"
        "import osaid.messages; osaid.messages.catalogue()\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "os.listdir(sys.argv[1])\n"
        "source = Folder(sys.argv[1])\n"
        "print([entry.path for entry in source.entries()], [(p.code, n) for p, n in source.skipped])\n"
        "for path in ('a', 'b/c'):\n"
        "    try: source.read(path)\n"
        "    except AuditError as error: print(error.problems[0].code)\n"
        "try: Folder(sys.argv[1] + '/b')\n"
        "except AuditError as error: print(error.problems[0].code)\n"
    )
    with tempfile.TemporaryDirectory() as own:
        folder = Path(own)
        folder.chmod(0o755)
        put(folder, "a", "x").chmod(0)
        put(folder, "b/c", "x").parent.chmod(0)
        put(folder, "d")
        done = subprocess.run([sys.executable, "-c", code, own], cwd=ROOT, capture_output=True, text=True, check=False)
    if "folder.no-permission" not in done.stdout and "PermissionError" in done.stderr:
        pytest.skip("nobody may not read the checkout or the temporary folder")
    assert done.stdout.splitlines() == [
        "['d'] [('folder.skipped-unreadable', 2)]",
        "folder.unreadable",
        "folder.unreadable",
        "folder.no-permission",
    ], done.stderr


def test_a_file_that_is_swapped_after_the_walk(folder: Path, tmp_path: Path) -> None:
    """For a pipe, for a link out; and a folder above it for a link out. Nothing waits, nothing leads out."""
    secret = put(tmp_path, "out/c", "secret").parent
    for name in ("a", "b/c", "d"):
        put(folder, name, "fine")
    source = Folder(str(folder))
    walk = source.entries()
    assert next(walk).path == "a"
    (folder / "a").unlink()
    os.mkfifo(folder / "a")
    (folder / "d").unlink()
    os.symlink(secret / "c", folder / "d")
    (folder / "b/c").unlink()
    (folder / "b").rmdir()
    os.symlink(secret, folder / "b")
    assert list(walk) == []
    assert told(source) == {"skipped-special": 1, "skipped-link-out": 2}
    assert {refused(source, path) for path in ("a", "b/c", "d")} == {"folder.not-listed"}


def test_swapping_without_end(folder: Path, tmp_path: Path) -> None:
    """Another thread swaps a file for a link out while it is read: the secret never comes back."""
    put(tmp_path, "secret", "secret")
    put(folder, "file", "fine")
    put(folder, "sub/file", "fine")
    os.symlink(tmp_path / "secret", folder / "link")
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            os.symlink(tmp_path / "secret", folder / "new")
            os.replace(folder / "new", folder / "file")
            put(folder, "newer", "fine")
            os.replace(folder / "newer", folder / "file")

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        source = Folder(str(folder))
        for _ in range(500):
            try:
                assert source.read("file") in (b"fine", b"")
            except AuditError:
                continue
    finally:
        done.set()
        thread.join()


def test_names_that_cannot_be_told(folder: Path) -> None:
    raw = os.fsencode(folder)
    for name in (b"\xff\xfe", b"a\nb", b"\x1b[2J", "\u202egnp".encode(), b"tab\t", b"a\\..\\b", b"del\x7f"):
        with open(os.path.join(raw, name), "wb") as file:
            file.write(b"x")
    put(folder, "fine")
    put(folder, "n" * 255)
    source = Folder(str(folder))
    assert paths(source) == ["fine", "n" * 255]
    assert told(source) == {"skipped-name": 7}
    ((problem, _),) = source.skipped
    assert problem.place.path is not None
    assert problem.place.path.isprintable()
    deep = folder
    for _ in range(14):
        deep = deep / ("d" * 255)
    os.makedirs(deep)
    put(deep, "f")
    assert paths(Folder(str(folder), bounds=Bounds(path=1000))) == ["fine", "n" * 255]


def test_twins_but_for_capitals(folder: Path) -> None:
    for name in ("README.md", "readme.md", "Sub/a", "sub/a", "Café", "cafe\u0301", "CAFÉ"):
        put(folder, name)
    if len(os.listdir(folder)) < 7:
        pytest.skip("this disk does not tell capitals apart")
    source = Folder(str(folder))
    assert paths(source) == ["CAFÉ", "README.md", "Sub/a"]
    assert told(source) == {"skipped-twin": 4}


def test_bounds(folder: Path) -> None:
    for number in range(50):
        put(folder, f"{number:02}.txt")
    put(folder, "sub/sub/sub/file")
    source = Folder(str(folder), bounds=Bounds(names=20))
    assert len(paths(source)) <= 20
    assert told(source)["skipped-many"] >= 1
    source = Folder(str(folder), bounds=Bounds(depth=3))
    assert len(paths(source)) == 50
    assert told(source) == {"skipped-deep": 1}
    assert refused(source, "sub/sub/sub/file") == "folder.not-listed"
    assert "sub/sub/sub/file" in paths(Folder(str(folder), bounds=Bounds(depth=4)))


def test_a_folder_nested_hundreds_deep(folder: Path) -> None:
    here = os.getcwd()
    try:
        os.chdir(folder)
        for _ in range(300):
            os.mkdir("d")
            os.chdir("d")
        put(Path(), "f")
    finally:
        os.chdir(here)
    assert told(Folder(str(folder))) == {"skipped-deep": 1}


def test_nothing_stays_open(folder: Path) -> None:
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("no list of open files here")
    for number in range(20):
        put(folder, f"a/b{number}/c")
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        source = Folder(str(folder))
        walk = source.entries()
        next(walk)
        walk.close()  # type: ignore[attr-defined]
        paths(source)
        source.read("a/b1/c")
        refused(source, "a/b1/none")
        refused(source, "a/none/c")
        source.digest("a/b1/c")
        del source, walk
    gc.collect()  # the traces of what was refused
    assert len(os.listdir("/proc/self/fd")) == before
