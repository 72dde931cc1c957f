"""Archives and pickles of PyTorch and NumPy that are damaged or made to do harm. Nothing in them is called; what would be is told."""

from __future__ import annotations

import pickletools
import struct
import zlib
from pathlib import Path

import pytest
import weight_files as files
from test_weights_hostile import check, codes
from weight_files import Counted

from osaid.audit.weights import Header
from osaid.errors import Problem


def torch(tmp_path: Path, raw: bytes, *, name: str = "m.pt") -> Header:
    return check(Counted(files.torch_zip(tmp_path / name, {}, pickled=(raw, {}))))


def problem_of(found: Header, code: str) -> Problem:
    (problem,) = (problem for problem in found.problems if problem.code == code)
    return problem


def call(name: bytes) -> bytes:
    return b"c" + name + b"\n(X\x04\0\0\0true\x85R"


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize(
    ("raw", "code", "names"),
    [
        (b"\x80\x02cos\nsystem\n(X\x04\0\0\0truetR.", "weights.pickle-program", "os.system"),
        (b"\x80\x02c__builtin__\neval\n(X\x01\0\0\x001tR.", "weights.pickle-program", "builtins.eval"),
        (b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.", "weights.pickle-program", "posix.system"),
        (b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x940h\0h\1\x93N\x85R.", "weights.pickle-program", "posix.system"),
        (b"(S'true'\nios\nsystem\n.", "weights.pickle-program", "os.system"),
        (b"\x80\x02(cos\nsystem\nX\x04\0\0\0trueo.", "weights.pickle-program", "os.system"),
        (b"\x80\x02csubprocess\nPopen\n)\x81.", "weights.pickle-program", "subprocess.Popen"),
        (b"\x80\x02ctorch.storage\n_load_from_bytes\n(C\x01xtR.", "weights.pickle-program", "torch.storage._load_from_bytes"),
        (b"\x80\x02ctorch\nstorage.FloatStorage.from_file\n)R.", "weights.pickle-name", "torch.storage.FloatStorage.from_file"),
        (b"\x80\x02cargparse\nNamespace\n)\x81}b.", "weights.pickle-name", "argparse.Namespace"),
        (
            b"\x80\x02ctransformers.training_args\nTrainingArguments\n)\x81.",
            "weights.pickle-name",
            "transformers.training_args.TrainingArguments",
        ),
        (b"\x80\x04\x8c\x02osN\x85\x93N\x85R.", "weights.pickle-hidden", None),
        (b"\x80\x02\x82\x01N\x85R.", "weights.pickle-hidden", None),
        (b"\x80\x02cos\nsystem\n(X\x04\0\0\0truetR\xff", "weights.pickle-program", "os.system"),
    ],
)
def test_what_a_pickle_calls_is_told(tmp_path: Path, raw: bytes, code: str, names: str | None, legacy: bool) -> None:
    alone = legacy and raw.startswith(b"\x80")
    found = check(Counted("m.pt", raw)) if alone else torch(tmp_path, raw)
    problem = problem_of(found, code)
    assert problem.params.get("names") == names
    assert problem.hint


def test_calls_in_other_pickles_of_the_archive(tmp_path: Path) -> None:
    plain, storages = files.torch_pickle({"w": ("F32", [2])})
    members: list[tuple[str, bytes | int]] = [
        ("a/data.pkl", plain),
        ("a/data/0", 8),
        ("a/constants.pkl", b"\x80\x02" + call(b"os\nsystem") + b"."),
    ]
    found = check(Counted(files.zip_file(tmp_path / "m.pt", members)))
    assert problem_of(found, "weights.pickle-program").params["names"] == "os.system"
    assert storages == {"0": 8}


def test_many_calls_are_told_shortly(tmp_path: Path) -> None:
    raw = b"\x80\x02" + b"".join(call(b"os\n" + b"x" * 300 + str(number).encode()) for number in range(900)) + b"."
    found = torch(tmp_path, raw)
    assert len(problem_of(found, "weights.pickle-program").params["names"]) <= 500


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "weights.incomplete"),
        (b"\x80\x02", "weights.incomplete"),
        (b"\x80\x02.", "weights.pickle-syntax"),
        (b"\x80\x02h\0.", "weights.pickle-syntax"),
        (b"\x80\x02\x85.", "weights.pickle-syntax"),
        (b"\x80\x02}(Nu.", "weights.pickle-syntax"),
        (b"\x80\x02\xfe.", "weights.pickle-syntax"),
        (b"\x80\x02t.", "weights.pickle-syntax"),
        (b"\x80\x02\x8b\xff\xff\xff\xff.", "weights.pickle-syntax"),
        (b"\x80\x02Ixyz\n.", "weights.pickle-syntax"),
        (b"\x80\x02X\xff\xff\xff\xff.", "weights.incomplete"),
        (b"\x80\x02" + b"(" * 5000, "weights.pickle-syntax"),
        (b"\x80\x02" + b"}" * 600_000 + b".", "weights.pickle-too-long"),
        (b"\x80\x04N" + b"2\x86" * 700_000 + b".", "weights.pickle-too-long"),
        (b"\x80\x04N" + b"2\x94" * 700_000 + b".", "weights.pickle-too-long"),
        (
            b"\x80\x04]\x94(" + b"N" * 90_000 + b"e\x85\x94ccollections\nOrderedDict\n\x940" + b"h\2h\1R" * 10_000 + b".",
            "weights.pickle-too-long",
        ),
        (b"\x80\x02" + b"".join(b"ca%d\nb\n" % number for number in range(2000)) + b".", "weights.pickle-too-long"),
        (b"\x80\x02c" + b"x" * 5000 + b"\nb\n.", "weights.too-long"),
    ],
)
def test_bad_pickles(tmp_path: Path, raw: bytes, expected: str) -> None:
    found = torch(tmp_path, raw)
    assert expected in {problem.code for problem in found.problems}
    assert found.parameters is None


def test_harmless_bombs_of_pickles(tmp_path: Path) -> None:
    """Lists in themselves, and lists doubled again and again: loading the second would take the memory of the machine to print."""
    doubled = b"\x80\x02]" + b"2\x86" * 64 + b"."
    itself = b"\x80\x02}q\0X\x01\0\0\0ah\0s."
    long = b"\x80\x02\x8b\x40\x42\x0f\0" + b"\x7f" * 1_000_000 + b"0L" + b"9" * 1900 + b"L\n."
    for raw in (doubled, itself, long):
        assert torch(tmp_path, raw).problems == ()


def test_missing_and_short_storages(tmp_path: Path) -> None:
    raw, _ = files.torch_pickle({"w": ("F32", [2]), "v": ("F32", [2])})
    members: list[tuple[str, bytes | int]] = [("a/data.pkl", raw), ("a/data/0", 4)]
    found = check(Counted(files.zip_file(tmp_path / "m.pt", members)))
    assert {problem.code for problem in found.problems} == {"weights.storage-missing", "weights.size-differs"}
    assert found.parameters is None


def changed(path: Path, old: bytes, new: bytes, count: int = 1) -> Counted:
    raw = path.read_bytes()
    assert old in raw
    return Counted("m.pt", raw.replace(old, new, count))


def test_bad_archives(tmp_path: Path) -> None:
    raw, storages = files.torch_pickle({"w": ("F32", [2])})
    path = files.torch_zip(tmp_path / "m.pt", {}, pickled=(raw, storages))
    whole = path.read_bytes()
    directory = whole.index(b"PK\1\2")
    end = whole.rindex(b"PK\5\6")
    assert codes(Counted("m.pt", whole[:-1])) == {"weights.zip-no-directory"}
    assert codes(Counted("m.pt", whole + b"\0")) == {"weights.zip-no-directory"}
    assert codes(changed(path, b"archive/data.pkl", b"archive/other.pl")) == {"weights.zip-names"}
    assert codes(Counted("m.pt", whole[: directory + 8] + b"\1" + whole[directory + 9 :])) == {"weights.zip-encrypted"}
    assert codes(Counted("m.pt", whole[: end + 12] + b"\xff\xff\xff\x7f" + whole[end + 16 :])) == {"weights.too-long"}
    assert codes(Counted("m.pt", whole[: end + 16] + b"\xff\xff\xff\x7f" + whole[end + 20 :])) == {"weights.zip-directory"}
    assert codes(Counted("m.pt", whole[: end + 10] + b"\xff\x7f" + whole[end + 12 :])) == {"weights.zip-directory"}
    far = whole[: directory + 42] + b"\xff\xff\xff\x7f" + whole[directory + 46 :]
    assert codes(Counted("m.pt", far)) == {"weights.zip-overlap", "weights.incomplete"}
    other = files.zip_file(tmp_path / "other.pt", [("a/readme.txt", b"hello")])
    assert codes(Counted(other)) == {"weights.other-format"}
    twice = files.zip_file(tmp_path / "twice.pt", [("a/data.pkl", raw), ("a/data.pkl", raw), ("a/data/0", 8)])
    assert codes(Counted(twice)) == {"weights.zip-duplicate"}


def test_archive_bombs(tmp_path: Path) -> None:
    bomb = files.zip_file(tmp_path / "m.pt", [("a/data.pkl", b"}" * 30_000_000)], deflate=True)
    assert codes(Counted(bomb)) == {"weights.too-long"}
    raw = bomb.read_bytes()
    small = raw.replace(struct.pack("<I", 30_000_000), struct.pack("<I", 1000))
    assert codes(Counted("m.pt", small)) == {"weights.zip-data"}
    packed = zlib.compress(b"}" * 30_000_000)[2:-4]
    assert codes(Counted("m.pt", raw.replace(packed[:100], bytes(100)))) <= {"weights.zip-data", "weights.too-long"}


def test_many_bombs_in_one_archive(tmp_path: Path) -> None:
    """What is unpacked is counted for all members together, and so are the steps of all pickles."""
    objects = files.npy_head("|O", [1])
    bombs: list[tuple[str, bytes | int]] = [(f"{number}.npy", objects + b"\x80\x04" + b"N0" * 1_000_000 + b"N.") for number in range(40)]
    assert codes(Counted(files.zip_file(tmp_path / "a.npz", bombs, deflate=True))) == {"weights.pickle-too-long"}
    wide: list[tuple[str, bytes | int]] = [
        (f"{number}.npy", objects + b"\x80\x04\x8e" + struct.pack("<Q", 9_000_000) + bytes(9_000_000) + b".") for number in range(12)
    ]
    assert codes(Counted(files.zip_file(tmp_path / "b.npz", wide, deflate=True))) == {"weights.too-much"}


def test_our_pickles_are_pickles() -> None:
    """The writer of these tests writes what Python's own tools can follow."""
    raw, _ = files.torch_pickle({"a": ("BF16", [2, 3]), "b": ("F32", [])}, {"c": "a"})
    assert sum(1 for _ in pickletools.genops(raw)) > 50
