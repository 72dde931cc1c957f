"""Where a folder is from: what git and the Hub's cache left in it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import folders
import pytest
from folders import paths, put, refused, told
from hypothesis import given
from hypothesis import strategies as st

from osaid.audit.folder import Folder
from osaid.audit.origin import cached, clean_address, git_config, hub_name, of_files
from osaid.audit.source import AuditError, Origin

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "89abcdef0123456789abcdef0123456789abcdef"
ETAG = "a" * 64
folder = folders.folder


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
