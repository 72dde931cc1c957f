"""Folders of strangers, on a real disk: what is in them is listed and read safely, and what is left out is told."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT

from osaid.audit.disk import pointed_to
from osaid.audit.folder import Bounds, Folder
from osaid.audit.journal import Journal
from osaid.audit.origin import cached, clean_address, git_config, hub_name, of_files
from osaid.audit.source import AuditError, Origin, Source

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "89abcdef0123456789abcdef0123456789abcdef"
ETAG = "a" * 64
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'b' * 64}\nsize 5000000000\n"
ROOT_USER = hasattr(os, "geteuid") and os.geteuid() == 0


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
def test_what_somebody_else_may_not_read(folder: Path) -> None:
    """The same in a process of a user who is nobody."""
    put(folder, "a", "x").chmod(0)
    put(folder, "b/c", "x").parent.chmod(0)
    put(folder, "d")
    for above in (folder, *folder.parents):
        if above.stat().st_uid == 0 and str(above).startswith("/tmp/"):
            above.chmod(0o755)
    code = (
        "import os, sys\n"
        "from osaid.audit.folder import Folder\n"
        "from osaid.audit.source import AuditError\n"
        "import osaid.messages; osaid.messages.catalogue()\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "source = Folder(sys.argv[1])\n"
        "print([entry.path for entry in source.entries()], [(p.code, n) for p, n in source.skipped])\n"
        "for path in ('a', 'b/c'):\n"
        "    try: source.read(path)\n"
        "    except AuditError as error: print(error.problems[0].code)\n"
        "try: Folder(sys.argv[1] + '/b')\n"
        "except AuditError as error: print(error.problems[0].code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False)
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


# --- where it is from ---------------------------------------------------------------------------------------------


def git(folder: Path, config: str, head: str = "ref: refs/heads/main\n", **refs: str) -> Origin:
    put(folder, ".git/config", config)
    put(folder, ".git/HEAD", head)
    for name, commit in refs.items():
        put(folder, f".git/refs/heads/{name}", commit + "\n")
    return Folder(str(folder)).origin


def test_a_git_checkout(folder: Path) -> None:
    config = (
        '[core]\n\tbare = false\n[remote "other"]\n\turl = https://x\n[remote "origin"]\n\turl = https://me:secret@github.com/o/r.git\n'
    )
    assert git(folder, config, main=COMMIT) == Origin("", "https://github.com/o/r", COMMIT, ".git/config")
    put(folder, ".git/refs/heads/main", "nonsense")
    put(folder, ".git/packed-refs", f"# pack-refs with: peeled\n{OTHER} refs/heads/main2\n{COMMIT} refs/heads/main\n^{OTHER}\n")
    (folder / ".git/refs/heads/main").unlink()
    assert Folder(str(folder)).origin.revision == COMMIT
    assert git(folder, "", COMMIT) == Origin("", "", COMMIT, ".git/HEAD")
    assert git(folder, '[remote "origin"] url = https://huggingface.co/owner/name', COMMIT).hub == "owner/name"


def test_a_git_program_writes_what_is_read(folder: Path) -> None:
    def run(*arguments: str) -> str:
        settings = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "init.defaultBranch=main")
        return subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()

    try:
        run("init", "-q")
    except FileNotFoundError:
        pytest.skip("no git here")
    run("remote", "add", "origin", "https://u:p@example.org:8443/o/r.git")
    put(folder, "a")
    run("add", "a")
    run("commit", "-qm", "a")
    commit = run("rev-parse", "HEAD")
    assert Folder(str(folder)).origin == Origin("", "https://example.org:8443/o/r", commit, ".git/config")
    run("pack-refs", "--all")
    assert Folder(str(folder)).origin.revision == commit
    run("checkout", "-q", "--detach")
    assert Folder(str(folder)).origin.revision == commit


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://user:token@github.com/o/r.git", "https://github.com/o/r"),
        ("https://token@github.com/o/r", "https://github.com/o/r"),
        ("https://u:p@ss@example.org/r", "https://example.org/r"),
        ("https://example.org/r?private_token=x#y", "https://example.org/r"),
        ("git@github.com:o/r.git", "https://github.com/o/r"),
        ("ssh://git@example.org:2222/o/r.git", "ssh://example.org:2222/o/r"),
        ("git@example.org:o/r.git", "ssh://example.org/o/r"),
        ("git+ssh://git@example.org/o/r", "ssh://example.org/o/r"),
        ("git@hf.co:o/n", "https://hf.co/o/n"),
        ("/home/me/r.git", ""),
        ("../r", ""),
        ("file:///home/me/r.git", ""),
        ("C:\\Users\\me\\r", ""),
        ("https://", ""),
        ("https://example.org", ""),
        ("https://example.org/\x1b[2J", ""),
        ("https://example.org/a b", ""),
        ("https://[::1/r", ""),
        ("https://example.org:port/r", ""),
        ("javascript:alert(1)", "ssh://javascript/alert(1)"),
        ("https://example.org/" + "r" * 600, ""),
        ("ext::sh -c x", ""),
        ("https://example.org/u%3Ap%40x/r", ""),
    ],
)
def test_addresses_of_remotes(url: str, clean: str) -> None:
    assert clean_address(url) == clean


def test_names_on_the_hub() -> None:
    assert [hub_name(address) for address in ("https://huggingface.co/o/n", "https://hf.co/gpt2")] == ["o/n", "gpt2"]
    for other in (
        "https://huggingface.co/datasets/o/n",
        "https://huggingface.co/o/n/tree/main",
        "https://github.com/o/n",
        "ssh://hf.co/o/n",
        "",
    ):
        assert hub_name(other) == ""


def test_hostile_git_folders(folder: Path, tmp_path: Path) -> None:
    secret = put(tmp_path, "refs/secret", COMMIT)
    put(tmp_path, "gitdir/HEAD", COMMIT)
    put(folder, ".git", f"gitdir: {tmp_path}/gitdir\n")
    assert Folder(str(folder)).origin == Origin()
    (folder / ".git").unlink()
    os.symlink(tmp_path / "gitdir", folder / ".git")
    assert Folder(str(folder)).origin == Origin()
    (folder / ".git").unlink()
    for head in (
        f"ref: ../../{secret}",
        "ref: refs/../../../refs/secret",
        "ref: refs/heads/main",
        "ref: ",
        "\0",
        "x" * 5000,
        "ref: /etc/passwd",
    ):
        assert git(folder, "", head) == Origin()
    put(folder, ".git/refs/heads/main", "ref: refs/heads/main")
    assert Folder(str(folder)).origin == Origin()
    (folder / ".git/HEAD").unlink()
    os.mkfifo(folder / ".git/HEAD")
    assert Folder(str(folder)).origin == Origin()
    put(folder, ".git/config", '[remote "origin"]\n url = x' + "\\\n" * 100_000)
    assert Folder(str(folder)).origin == Origin()
    (folder / ".git/config").unlink()
    os.symlink(secret, folder / ".git/config")
    assert Folder(str(folder)).origin == Origin()


@given(st.text(max_size=500) | st.lists(st.sampled_from([*'[]"\\=#;\n \t', "remote", "origin", "url", "https://a/b"])).map("".join))
def test_any_text_as_a_git_configuration(text: str) -> None:
    for key, value in git_config(text).items():
        assert "." in key
        assert clean_address(value).count("@") == 0
    of_files(lambda path, most: text.encode("utf-8", "surrogatepass")[:most], lambda path: [text])


def test_values_of_a_git_configuration() -> None:
    text = '; c\n[A "b \\"c\\""]\nKey = "x # y" ; z\n flag\n[a.d]k=1\\\n2\n[e]\nurl = one\nurl = two\n[broken\nq = 1\n'
    assert git_config(text) == {'a.b "c".key': "x # y", 'a.b "c".flag': "", "a.d.k": "12", "e.url": "one", "e.q": "1"}


# --- the Hub's cache ----------------------------------------------------------------------------------------------


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    model = tmp_path / "hub" / "models--owner--name"
    made = model / "snapshots" / COMMIT
    (made / "sub").mkdir(parents=True)
    put(model, f"blobs/{ETAG}", "weights")
    put(model, f"blobs/{OTHER}", "text")
    os.symlink(f"../../blobs/{ETAG}", made / "model.safetensors")
    os.symlink(f"../../../blobs/{OTHER}", made / "sub" / "config.json")
    return made


def test_a_snapshot_in_the_hubs_cache(snapshot: Path) -> None:
    source = Folder(str(snapshot))
    assert source.origin == Origin("owner/name", "", COMMIT, f"models--owner--name/snapshots/{COMMIT}")
    assert (source.name, source.address("sub/config.json")) == ("name", "name/sub/config.json")
    assert [tuple(entry) for entry in source.entries()] == [("model.safetensors", 7, ETAG, False), ("sub/config.json", 4, "", False)]
    assert source.skipped == ()
    assert (source.read("model.safetensors"), source.read("sub/config.json")) == (b"weights", b"text")
    below = Folder(str(snapshot / "sub"))
    assert [entry.path for entry in below.entries()] == ["config.json"]
    assert below.origin.hub == "owner/name"


def test_blobs_that_models_share(snapshot: Path) -> None:
    """As huggingface_hub writes them since 2.0."""
    shared = "cd" + "e" * 62
    put(snapshot.parents[2], f"blobs/cd/{shared}", "shared")
    os.symlink(f"../../blobs/cd/{shared}", snapshot.parents[1] / "blobs" / ("f" * 64))
    os.symlink("../../blobs/" + "f" * 64, snapshot / "shared.safetensors")
    source = Folder(str(snapshot))
    assert source.read("shared.safetensors") == b"shared"
    assert ("shared.safetensors", 6, "f" * 64, False) in [tuple(entry) for entry in source.entries()]


def test_nothing_looser_than_the_hubs_layout(snapshot: Path, tmp_path: Path) -> None:
    model = snapshot.parents[1]
    put(tmp_path, "secret", "secret")
    put(model, "blobs/readable-name", "x")
    put(model, f"blobs/sub/{ETAG}", "x")
    os.symlink(tmp_path / "secret", model / "blobs" / ("d" * 40))
    os.symlink("../../../secret", model / "blobs" / ("e" * 40))
    other = tmp_path / "hub" / "models--other--name"
    put(other, f"blobs/{ETAG}", "other")
    put(model, "refs/main", COMMIT)
    for name, target in {
        "a": "../../blobs/readable-name",
        "b": f"../../blobs/sub/{ETAG}",
        "c": "../../blobs/" + "d" * 40,
        "d": "../../blobs/" + "e" * 40,
        "e": f"../../../models--other--name/blobs/{ETAG}",
        "f": "../../refs/main",
        "g": str(model / "blobs" / ETAG),
        "h": f"../../../blobs/{ETAG}",
        "i": f"../../blobs/../blobs/{ETAG}",
        "j": "../../blobs",
        "k": "../../blobs/" + "9" * 64,
    }.items():
        os.symlink(target, snapshot / name)
    source = Folder(str(snapshot))
    assert paths(source) == ["model.safetensors", "sub/config.json"]
    assert sum(told(source).values()) == 11
    for name in "abcdefghijk":
        assert refused(source, name) == "folder.not-listed", name


def test_a_model_in_the_hubs_cache(snapshot: Path) -> None:
    model = snapshot.parents[1]
    assert Folder(str(model)).origin.revision == COMMIT, "the only one"
    put(model / "snapshots" / OTHER, "README.md")
    with pytest.raises(AuditError) as caught:
        Folder(str(model))
    assert COMMIT in caught.value.problems[0].message
    put(model, "refs/main", COMMIT)
    assert Folder(str(model)).origin.revision == COMMIT
    put(model, "refs/main", "../../..")
    with pytest.raises(AuditError):
        Folder(str(model))
    outside = put(model.parents[1] / "outside" / COMMIT, "secret").parents[1]
    (model / "snapshots").rename(model / "moved")
    os.symlink(outside, model / "snapshots")
    assert "secret" not in "".join(paths(Folder(str(model))))
    (model / "snapshots").unlink()
    (model / "moved").rename(model / "snapshots")
    (model / "refs/main").unlink()
    os.mkfifo(model / "refs/main")
    with pytest.raises(AuditError):
        Folder(str(model))


def test_other_layouts_are_no_cache(tmp_path: Path) -> None:
    for parts in (
        ["models--o--n", "snapshots"],
        ["models--o--n", "snapshots", "main"],
        ["datasets--o--n", "snapshots", COMMIT],
        ["models--o--n--x", "snapshots", COMMIT],
        ["models--", "snapshots", COMMIT],
        ["models--o--n", "blobs", COMMIT],
    ):
        assert cached(["x", *parts]) is None, parts
    found = cached(["x", "models--gpt2", "snapshots", COMMIT, "y"])
    assert found is not None
    assert (found[0], found[1].hub) == (3, "gpt2")


def test_a_download_from_the_hub_to_a_folder(folder: Path) -> None:
    put(folder, "config.json", "{}")
    put(folder, ".cache/huggingface/download/config.json.metadata", f"{COMMIT}\n{OTHER}\n1712656091.123\n")
    put(folder, ".cache/huggingface/download/model.safetensors.metadata", f"{COMMIT}\n{ETAG}\n1712656091.123\n")
    put(folder, ".cache/huggingface/download/config.json.lock", "")
    shown = ".cache/huggingface/download/config.json.metadata"
    assert Folder(str(folder)).origin == Origin("", "", COMMIT, shown)
    put(folder, ".cache/huggingface/download/other.metadata", f"{OTHER}\n{ETAG}\n1712656091.123\n")
    assert Folder(str(folder)).origin == Origin(), "files of two commits are no copy of either"


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
