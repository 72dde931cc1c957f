"""Reading strangers' bytes: what is refused, where, and what is kept as it is written."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from osaid.document import DEFAULT_LIMITS, Document, Limits, load, parse
from osaid.errors import DocumentError, Place

ROOT = Path(__file__).resolve().parents[1]

FEW = Limits(bytes=10_000, depth=2, nodes=6)


def refused(raw: bytes, *, path: str | None = None, format: str | None = None, limits: Limits = DEFAULT_LIMITS) -> list[tuple[str, str]]:
    """The codes of everything wrong, with line:column."""
    with pytest.raises(DocumentError) as caught:
        parse(raw, path=path, format=format, limits=limits)
    assert str(caught.value)  # every problem has its sentence
    assert all(problem.place.path == path for problem in caught.value.problems)
    return [(problem.code, f"{problem.place.line}:{problem.place.column}") for problem in caught.value.problems]


YAML = [
    (b"a: 1\nb: 2\na: 3\n", ("document.duplicate-key", "3:1")),
    ("ä: {ö: 1, ö: 2}\n".encode(), ("document.duplicate-key", "1:11")),
    (b"a: 1\n'a': 2\n", ("document.duplicate-key", "2:1")),
    (b'a: 1\n"\\x61": 2\n', ("document.duplicate-key", "2:1")),
    (b"a: 1\n? \n: 2\n", ("document.empty-key", "2:2")),
    (b'a:\n  "": 2\n', ("document.empty-key", "2:3")),
    (b"a: 1\n[b]: 2\n", ("document.complex-key", "2:1")),
    (b"a: 1\n? {b: c}\n: 2\n", ("document.complex-key", "2:3")),
    (b"a:\n  b: c\n  <<: {d: e}\n", ("document.merge-key", "3:3")),
    (b"a: &x 1\n", ("document.anchor", "1:4")),
    (b"a: 1\nb: *x\n", ("document.alias", "2:4")),
    (b"a: 1\n*x : 2\n", ("document.alias", "2:1")),
    (b"a: !!str 1\n", ("document.tag", "1:4")),
    (b"- !!python/object/apply:os.system [echo]\n", ("document.tag", "1:3")),
    (b"- !mine x\n", ("document.tag", "1:3")),
    (b"! a\n", ("document.tag", "1:1")),
    (b"a: 1\n---\nb: 2\n", ("document.second", "2:1")),
    (b"---\na: 1\n...\n---\nb: 2\n", ("document.second", "4:1")),
    (b"---\na: 1\n...\nb: 2\n", ("document.syntax", "4:1")),
    (b"a: [1\nb: 2\n", ("document.syntax", "2:2")),
    (b"a: b: c\n", ("document.syntax", "1:5")),
    (b"a: 1\n\tb: 2\n", ("document.syntax", "2:1")),
    (b"a: @b\n", ("document.syntax", "1:4")),
    (b'a: "\n', ("document.open-quote", "1:4")),
    (b"a: 1\nbc: \x07\n", ("document.syntax", "2:5")),
    ("a: ä\x7f\n".encode(), ("document.syntax", "1:5")),
    ("a: 1\r\nb: ä\x90\r\n".encode(), ("document.syntax", "2:5")),
    ("a: 1\nb: \ufffe\n".encode(), ("document.syntax", "2:4")),
    (b'a: "\\ud800"\n', ("document.syntax", "1:7")),
]
JSON = [
    (b'{"a": 1,\n "b": {"c": 1, "c": 2}}', ("document.duplicate-key", "2:16")),
    (b'{"a": {"b": 1},\n "a": {"b": 1, "b": 2}}', ("document.duplicate-key", "2:2"), ("document.duplicate-key", "2:16")),
    (b'[{"a": 1}, {"a": 1}, [{"b": 1, "\\u0062": 2}]]', ("document.duplicate-key", "1:32")),
    ('{"ä": [],\r\n"": 1}'.encode(), ("document.empty-key", "2:1")),
    (b'{"a": "x",\n "b": "\\ud800"}', ("document.surrogate", "2:7")),
    (b'{"\\udc00": 1}', ("document.surrogate", "1:2")),
    (b'"\\ud800"', ("document.surrogate", "1:1")),
    (b'{"a": [1, NaN,\n-Infinity], "b": "NaN"}', ("document.json-constant", "1:11"), ("document.json-constant", "2:1")),
    (b'{"a": 1,\n "b": }', ("document.syntax-json", "2:7")),
    (b'{"a": 1} x', ("document.syntax-json", "1:10")),
    (b"{'a': 1}", ("document.syntax-json", "1:2")),
    (b'{"a": "\n"}', ("document.syntax-json", "1:8")),
    (b'{"a": 1, "a": 2, NaN}', ("document.syntax-json", "1:18")),
    (b'{"a": {"b": [["c"]]}}', ("document.too-deep", "1:14")),
    (b'{"a": true, "b": [1, 2,\n3, 4, 5, false, null, 6]}', ("document.too-many-nodes", "2:10")),
]
# Markdown with our key is a card of ours, and read strictly. Any other is a README, read as on the Hub (test_huggingface.py).
MARKDOWN = [
    (b"# A model\nosaid_card: 1\n", ("document.no-front-matter", "1:1")),
    (b"\n\ntext\n---\nosaid_card: 1\n---\n", ("document.no-front-matter", "3:1")),
    (b"\n---\nosaid_card: 1\n", ("document.front-matter-open", "2:1")),
    (b"---\na: 1\na: 2\nosaid_card: 1\n---\ntext\n", ("document.duplicate-key", "3:1")),
    (b"\r\n---\r\nosaid_card: 1\r\nb: [\r\n---\r\n", ("document.syntax", "5:1")),
    (b"---\na: 1\nb: &x 2\nosaid_card: 1\n---\n", ("document.anchor", "3:4")),
]
BYTES = [
    (b"", ("document.empty", "1:1")),
    (b" \r\n\t\n", ("document.empty", "1:1")),
    (b"\xef\xbb\xbf", ("document.empty", "1:1")),
    (b"# nothing but a comment\n", ("document.empty", "1:1")),
    ("a: 1".encode("utf-16"), ("document.encoding", "1:1")),
    ("a: 1".encode("utf-16-be"), ("document.nul", "1:1")),
    ("a: 1".encode("utf-16-le"), ("document.nul", "1:2")),
    ("a: 1".encode("utf-32"), ("document.encoding", "1:1")),
    ("name: ä\nb: café".encode("latin-1"), ("document.encoding", "1:7")),
    ("ä: 1\nöö: ".encode() + b"\xff", ("document.encoding", "2:5")),
    (b"a: \xed\xa0\x80\n", ("document.encoding", "1:4")),  # a surrogate, encoded
    (b"a: 1\nb: \x00\n", ("document.nul", "2:4")),
    (b"\xef\xbb\xbfa: \xff\n", ("document.encoding", "1:4")),
]


@pytest.mark.parametrize(("raw", "wanted"), YAML)
def test_yaml_is_refused_at_its_place(raw: bytes, wanted: tuple[str, str]) -> None:
    assert refused(raw, path="card.yaml") == [wanted]


@pytest.mark.parametrize(("raw", "wanted"), [(case[0], list(case[1:])) for case in JSON])
def test_json_is_refused_at_its_places(raw: bytes, wanted: list[tuple[str, str]]) -> None:
    limits = FEW if wanted[0][0] in ("document.too-deep", "document.too-many-nodes") else DEFAULT_LIMITS
    assert refused(raw, path="card.json", limits=limits) == wanted


@pytest.mark.parametrize(("raw", "wanted"), MARKDOWN)
def test_front_matter_is_refused_at_its_place_in_the_file(raw: bytes, wanted: tuple[str, str]) -> None:
    assert refused(raw, path="README.md") == [wanted]


@pytest.mark.parametrize("path", ["card.yaml", None])
@pytest.mark.parametrize(("raw", "wanted"), BYTES)
def test_bytes_are_refused_at_their_place(raw: bytes, wanted: tuple[str, str], path: str | None) -> None:
    assert refused(raw, path=path) == [wanted]


def test_everything_wrong_with_a_yaml_text_is_told_at_once() -> None:
    raw = b"a: &x 1\na: *x\nb: !t [1]\n<<: {}\nc: [1\n"
    assert [code.partition(".")[2] for code, _ in refused(raw)] == ["anchor", "duplicate-key", "alias", "tag", "merge-key", "syntax"]


@pytest.mark.parametrize("one", [b"- !a b\n", b"- &a b\n", b"- {a: 1, a: 2}\n", b"- {[]: 1}\n"])
def test_problems_are_counted_out_at_a_hundred(one: bytes) -> None:
    assert len(refused(one * 5000)) == 100
    assert len(refused(b'[{"a":0,"a":0}' + b',{"a":0,"a":0}' * 5000 + b"]")) == 100


@pytest.mark.parametrize("raw", [b"a: &" + b"x" * 100_000 + b" 1\n", b"k: 1\nk" + b"k" * 100_000 + b": 1\nk: 2", b"!" + b"x" * 100_000])
def test_a_message_does_not_repeat_a_hundred_thousand_characters(raw: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(raw)
    assert len(str(caught.value)) < 1000


# --- limits ---------------------------------------------------------------------------------------------------------

DEEP = [
    (b"[" * 100_000, "card.yaml", "1:34"),
    (b"[" * 100_000, "card.json", "1:34"),
    (b"[" * 100_000, None, "1:34"),
    (b"- " * 100_000, None, "1:67"),
    (b"- " * 100_000, "card.json", None),
    (b"{a: " * 25_000 + b"b" + b"}" * 25_000, "card.yaml", "1:133"),
    (b'{"a":' * 25_000 + b"1" + b"}" * 25_000, "card.json", "1:166"),
    (b"? " * 100_000, None, None),
    (b"".join(b" " * depth + b"a:\n" for depth in range(2_500)), "card.yaml", "34:34"),
    (b"---\n" + b"osaid_card: " + b"[" * 100_000 + b"\n---\n", "card.md", "2:45"),
    (b'{"b":[' + b"[" * 700 + b"1," * 100_000 + b"1" + b"]" * 701 + b"}", "card.json", "1:38"),
]


@pytest.mark.parametrize(("raw", "path", "place"), DEEP)
def test_deep_texts_are_refused_where_they_get_too_deep(raw: bytes, path: str | None, place: str | None) -> None:
    problems = refused(raw, path=path)
    if place is not None:
        assert problems == [("document.too-deep", place)]


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_limits_hold_alike_in_yaml_and_json(format: str) -> None:
    limits = Limits(bytes=40, depth=2, nodes=6)
    read = {"a": ["1", "2", "3"]}  # a map, a list and three values
    assert parse(b'{"a": ["1", "2", "3"]}', format=format, limits=limits).data == read
    assert refused(b"[[],[],[],[],[],[],[],[]]", format=format, limits=limits)[0][0] == "document.too-many-nodes"
    assert refused(b'{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0}', format=format, limits=limits)[0][0] == "document.too-many-nodes"
    assert parse(b'[[["x"]]]', format=format, limits=limits).data == [[["x"]]]
    assert refused(b'["", [[[]]]]', format=format, limits=limits) == [("document.too-deep", "1:8")]
    assert parse(b'["x"]'.ljust(40), format=format, limits=limits).data == ["x"]
    assert refused(b'["x"]'.ljust(41), format=format, limits=limits) == [("document.too-large", "None:None")]


def test_booleans_count_too() -> None:
    ((code, place),) = refused(b"[" + b"true," * 500_000 + b"true]")
    assert code == "document.too-many-nodes"
    assert 5 * 390_000 < int(place.partition(":")[2]) < 5 * 400_010


# --- what is kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word", ["1.10", "no", "yes", "on", "true", "False", "1:30", "0644", "0x1F", "1_000", "2026-11-21", ".inf", "1e3", "=", "Null2"]
)
def test_scalars_stay_as_they_are_written(word: str) -> None:
    for text in (word, f"'{word}'", f'"{word}"', f"|-\n  {word}", f">-\n  {word}"):
        assert parse(f"a: {text}\n".encode()).data == {"a": word}
    assert parse(f"{word}: x".encode()).data == {word: "x"}


def test_json_numbers_and_booleans_stay_as_they_are_written() -> None:
    raw = b'{"a": 1.10, "b": -0, "c": 1E400, "d": true, "e": [false, null], "f": 123456789012345678901234567890}'
    wanted = {"a": "1.10", "b": "-0", "c": "1E400", "d": "true", "e": ["false", None], "f": "123456789012345678901234567890"}
    assert parse(raw).data == wanted
    assert [parse(text).data for text in (b" [true]", b"[ ]", b"{}")] == [["true"], [], {}]
    assert [parse(text, format="json").data for text in (b"true", b"false", b"null", b"1.0", b'"x"')] == ["true", "false", None, "1.0", "x"]


def test_only_a_plain_null_is_nothing() -> None:
    for null in ("", "~", "null", "Null", "NULL"):
        assert parse(f"a: {null}\nb: 1".encode()).data == {"a": None, "b": "1"}
        assert parse(f"a: '{null}'\nb: 1".encode()).data == {"a": null, "b": "1"}


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    raw = "a: 1\nb:\n  - ü\n  - |\n    two\n    lines\n".encode()
    plain = parse(raw)
    for other in (b"\xef\xbb\xbf" + raw, raw.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n")):
        document = parse(other)
        assert document.data == plain.data
        assert document.place(("b", 0)) == plain.place(("b", 0)) == Place(None, 3, 5)
        assert document.sha256 == hashlib.sha256(other).hexdigest()
        assert document.raw == other
    json = parse(b'\xef\xbb\xbf{"a":\r\n "x"}')
    assert json.data == {"a": "x"}
    assert json.place(("a",)) == Place(None, 2, 2)


def test_front_matter() -> None:
    raw = "\n---\na: 1\nb: {c: ä}\nosaid_card: 1\n---\n# Title\n\n---\nbody ö\n".encode()
    for document in (parse(raw, path="x.md"), parse(raw), parse(raw.replace(b"\n", b"\r\n"), path="x.MARKDOWN")):
        assert document.format == "markdown"
        assert document.data == {"a": "1", "b": {"c": "ä"}, "osaid_card": "1"}
        assert document.body is not None
        assert document.body.splitlines() == ["# Title", "", "---", "body ö"]
        assert document.place(("b", "c"))[1:] == (4, 8)
    assert parse(b"---\nosaid_card: 1\n...\ntext", path="x.md").body == "text"


@pytest.mark.parametrize(
    ("raw", "path", "format"),
    [
        (b"a: 1", None, "yaml"),
        (b" \n{}", None, "json"),
        (b"[1]", None, "json"),
        (b"{}", "x.yml", "yaml"),
        (b"{}", "x.YAML", "yaml"),
        (b'{"a": 1}', "x.json", "json"),
        (b"[]", "x.txt", "json"),
        (b"---\na: 1\n", None, "yaml"),
        (b"---\na: 1\n---\ntext", None, "markdown"),
        (b"---\na: 1\n---", "x", "markdown"),
        (b"%YAML 1.1\n---\na: 1\n", None, "yaml"),
    ],
)
def test_the_format_is_found(raw: bytes, path: str | None, format: str) -> None:
    assert parse(raw, path=path).format == format


# --- places ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "format"),
    [
        (b'a: "x"\nb:\n  - "p"\n  - c: "q"\n    d: {}\n', "yaml"),
        (b'{"a": "x",\n "b": [\n  "p",\n  {"c": "q", "d": {}}]}', "json"),
    ],
)
def test_places_of_keys_and_values(raw: bytes, format: str) -> None:
    document = parse(raw, path="card", format=format)

    def text_at(place: Place) -> str:
        assert place.line is not None
        assert place.column is not None
        return raw.decode().splitlines()[place.line - 1][place.column - 1 :]

    assert text_at(document.place(("a",))).startswith('"x"')
    assert text_at(document.place(("a",), key=True)).lstrip('"').startswith("a")
    assert text_at(document.place(("b", 1, "c"))).startswith('"q"')
    assert text_at(document.place(("b", 1, "d"), key=True)).lstrip('"').startswith("d")
    assert text_at(document.place(("b", 0), key=True)).startswith('"p"')
    # what is not there is placed at what it would stand in
    assert document.place(("b", 1, "z", 4, "y"), key=True) == document.place(("b", 1))
    assert document.place(("b", 7)) == document.place(("b",))
    assert document.place(("z",)) == document.place() == Place("card", 1, 1)
    assert str(document.place(("a",))) == f"card:1:{4 if format == 'yaml' else 7}"


# --- files ----------------------------------------------------------------------------------------------------------


def file_refused(path: str | Path, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(DocumentError) as caught:
        load(str(path), limits)
    (problem,) = caught.value.problems
    assert problem.message
    assert problem.place == Place(str(path))
    return problem.code


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    with big.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    assert file_refused(tmp_path) == "file.directory"
    assert file_refused(tmp_path / "none.yaml") == "file.missing"
    assert file_refused(tmp_path / "big.yaml" / "x") == "file.unreadable"
    assert file_refused(loop) == "file.unreadable"
    assert file_refused("a\0b") == "file.unreadable"
    assert file_refused(big) == "document.too-large"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_and_devices_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert file_refused(tmp_path / "pipe.yaml") == "file.not-regular"
    assert file_refused("/dev/zero") == "file.not-regular"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    assert file_refused(path) == "file.no-permission"


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_bytes(b"a: 1\n")
    assert load(str(path), Limits(bytes=5)).data == {"a": "1"}
    assert file_refused(path, Limits(bytes=4)) == "document.too-large"


def test_without_libyaml_everything_is_read_alike() -> None:
    """PyYAML can be built without libyaml: the reader then takes the events from its Python parser."""
    program = """
import sys
sys.modules["yaml._yaml"] = None
from osaid.document import load, parse
from osaid.errors import DocumentError
document = load(sys.argv[1])
print(document.data)
print(document.place(("model", "name")))
for raw in (b"[" * 100_000, b"a: &x 1", "a: 1\\nb: \\x07".encode(), b"a: [", b"a: 1\\n---\\nb: 2", b""):
    try:
        parse(raw, format="yaml")
    except DocumentError as error:
        print([(problem.code, problem.place[1:]) for problem in error.problems if problem.code != "document.syntax"])
"""
    card = ROOT / "model_cards" / "mixtral-8x7b.yaml"
    texts = [
        subprocess.run([sys.executable, "-c", code, str(card)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout
        for code in (program, program.replace('sys.modules["yaml._yaml"] = None', ""))
    ]
    assert texts[0] == texts[1]
    document: Document = load(str(card))
    assert texts[0].startswith(str(document.data))
