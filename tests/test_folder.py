"""Folders of strangers, on a real disk: what is in them is listed and read safely, and what is left out is told."""

from __future__ import annotations

import os
from pathlib import Path

import folders
import pytest
from folders import paths, put, refused, told

from osaid.audit.folder import Folder
from osaid.audit.source import AuditError, Origin, Source

folder = folders.folder


# --- what is listed -----------------------------------------------------------------------------------------------


def test_a_folder_is_a_source(folder: Path) -> None:
    source: Source = Folder(str(folder))
    assert list(source.entries()) == []
    assert (source.name, source.origin, source.skipped) == ("model", Origin(), ())


def test_files_are_sorted_by_their_whole_path(folder: Path) -> None:
    names = ["b.txt", "a/z", "a-b/c", "a.txt", "a/b/c", "Z", "é/ü", "a b"]
    for name in names:
        put(folder, name)
    source = Folder(str(folder))
    assert paths(source) == sorted(names) == sorted(paths(source))
    assert source.skipped == ()
    assert paths(source) == paths(source)


def test_sizes_and_parts_of_files(folder: Path) -> None:
    put(folder, "a/b.bin", bytes(range(256)) * 10)
    source = Folder(str(folder) + "/")
    assert [(entry.path, entry.size, entry.pointer) for entry in source.entries()] == [("a/b.bin", 2560, False)]
    assert source.read("a/b.bin", 256 + 10, 5) == bytes(range(10, 15))
    assert source.read("a/b.bin", 2558) == bytes([254, 255])
    assert source.read("a/b.bin", 9999) == b""


def test_what_is_no_folder(folder: Path, tmp_path: Path) -> None:
    os.symlink("loop", tmp_path / "loop")
    for path, code in (
        (tmp_path / "none", "missing"),
        (put(folder, "file"), "is-file"),
        (put(folder, "file") / "below", "is-file"),
        ("", "missing"),
        ("a\0b", "missing"),
        (tmp_path / "loop", "unreadable"),
    ):
        with pytest.raises(AuditError) as caught:
            Folder(str(path))
        assert caught.value.problems[0].code == f"folder.{code}"


def test_the_argument_may_be_a_link_or_a_point(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, "README.md")
    os.symlink(folder, tmp_path / "link")
    assert (paths(Folder(str(tmp_path / "link"))), Folder(str(tmp_path / "link")).name) == (["README.md"], "model")
    monkeypatch.chdir(folder)
    assert (paths(Folder(".")), Folder(".").name, Folder(".").address("README.md")) == (["README.md"], "model", "model/README.md")


def test_addresses(folder: Path) -> None:
    assert Folder(str(folder)).address() == "model"
    assert Folder(str(folder)).address("a/b") == "model/a/b"
    published = Folder(str(folder), address="https://example.org/x/")
    assert (published.address(), published.address("a b/c#d")) == ("https://example.org/x", "https://example.org/x/a%20b/c%23d")
    assert Folder(str(folder), address="s3://bucket/x").address("a b") == "s3://bucket/x/a b"


def test_caches_and_histories_are_left_out_and_told(folder: Path) -> None:
    put(folder, "README.md")
    for name in (".git/config", "a/__pycache__/x.pyc", "node_modules/m/index.js", ".venv/lib/x.py", ".cache/x"):
        put(folder, name)
    source = Folder(str(folder))
    assert paths(source) == ["README.md"]
    ((problem, count),) = source.skipped
    assert (problem.code, count) == ("folder.left-out", 5)
    assert ".cache, .git, .venv, __pycache__, node_modules" in problem.message
    assert problem.place.path is not None
    assert problem.place.path.startswith("model/")
    assert refused(source, ".git/config") == "folder.not-listed"


# --- links --------------------------------------------------------------------------------------------------------


def test_links(folder: Path, tmp_path: Path) -> None:
    put(folder, "real/file.txt", "inside")
    secret = put(tmp_path, "secret.txt", "secret")
    put(folder, ".git/config", "[remote]")
    links = {
        "good": "real/file.txt",
        "good-absolute": str(folder / "real" / "file.txt"),
        "through": "good",
        "round": "../model/real/file.txt",
        "out": "../secret.txt",
        "out-absolute": str(secret),
        "out-by-link": "out",
        "README.md": ".git/config",
        "to-folder": "real",
        "up": "..",
        "self": ".",
        "nowhere": "none",
        "loop-a": "loop-b",
        "loop-b": "loop-a",
        "loop": "loop",
        "device": "/dev/zero",
    }
    for name, target in links.items():
        os.symlink(target, folder / name)
    os.symlink("..", folder / "real" / "back")
    source = Folder(str(folder))
    good = {"good", "good-absolute", "through", "round"}
    assert set(paths(source)) == {"real/file.txt", *good}
    assert told(source) == {"left-out": 1, "skipped-broken-link": 4, "skipped-link-out": 6, "skipped-link-to-folder": 3}
    for name in good:
        assert source.read(name) == b"inside"
    for name in (*(links.keys() - good), "to-folder/file.txt", "self/real/file.txt", "up/secret.txt", "real/back/good"):
        assert refused(source, name) == "folder.not-listed"


def test_a_chain_of_thousands_of_links_ends(folder: Path) -> None:
    put(folder, "f0")
    for number in range(1, 3000):
        os.symlink(f"f{number - 1}", folder / f"f{number}")
    source = Folder(str(folder))
    assert len(paths(source)) == 41
    assert told(source) == {"skipped-broken-link": 2959}
    os.mkdir(folder / "d")
    os.symlink("d/" + "../d/" * 700, folder / "long")
    assert told(source)["skipped-broken-link"] == 2960


def test_what_is_no_path_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    put(folder, "a/b", "x")
    put(tmp_path, "secret")
    source = Folder(str(folder))
    for path in (
        "../secret",
        "a/../a/b",
        "/etc/passwd",
        str(folder / "a/b"),
        "",
        ".",
        "a",
        "a/",
        "a//b",
        "./a/b",
        "none",
        "a/b/c",
        "x" * 5000,
        "a\0b",
    ):
        assert refused(source, path) == "folder.not-listed", path
    with pytest.raises(AuditError):
        source.digest("../secret")
