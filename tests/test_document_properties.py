"""Reading held against other writers and readers, on generated data, arbitrary bytes and mutilated cards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from osaid.cards.findings import findings
from osaid.cards.reader import parse_card
from osaid.document import FORMATS, Document, Limits, load, parse
from osaid.errors import OsaidError, Place
from osaid.licenses.expression import terms

ROOT = Path(__file__).resolve().parents[1]
CARD = (ROOT / "model_cards" / "mixtral-8x7b.yaml").read_bytes()
CARD_AS_JSON = json.dumps(load(str(ROOT / "model_cards" / "grok-1.yaml")).data, indent=1).encode()

WORDS = ["no", "1.10", "~", "null", "- a", "a: b", "#", "\n", " x ", '"', "'", "\\", "é\u2028", "\x85", "<<", "😀"]
texts = st.text(max_size=12) | st.sampled_from(WORDS)
keys = texts.filter(lambda key: key not in ("", "<<"))


def trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Maps and lists, one in the other, over leaves."""
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)


class Quoting(yaml.SafeDumper):
    """Writes every scalar in quotes, and everything out in full."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def every(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    """Every value with the way to it."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [(path, data), *(found for key, item in inner for found in every(item, (*path, key)))]


def text_at(raw: bytes, place: Place) -> str:
    assert place.line is not None
    assert place.column is not None
    lines = raw.decode("utf-8-sig").split("\n")
    return "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])


def first_scalar(text: str) -> str:
    for token in yaml.scan(text):
        if isinstance(token, yaml.ScalarToken):
            return str(token.value)
    raise AssertionError("no scalar here")


@given(
    trees(texts),
    st.booleans() | st.none(),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(2, 6),
    st.booleans(),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"---\n"]),
)
def test_yaml_gives_back_what_was_written_and_where(
    data: Any, flow: bool | None, line_break: str, indent: int, unicode: bool, start: bytes
) -> None:
    text = yaml.dump(
        data,
        Dumper=Quoting,
        default_style='"',
        default_flow_style=flow,
        allow_unicode=unicode,
        line_break=line_break,
        indent=indent,
        width=10_000,
        sort_keys=False,
    )
    raw = start + text.encode()
    document = parse(raw, format="yaml")
    assert document.data == data
    for path, value in every(data):
        if isinstance(value, str):
            assert text_at(raw, document.place(path)).startswith('"')
            assert first_scalar(text_at(raw, document.place(path))) == value
        elif text_at(raw, document.place(path))[0] not in "[{?":  # a block: it starts with its first key or item
            inner = next(iter(value)) if isinstance(value, dict) else 0
            child = document.place((*path, inner), key=True)
            assert (document.place(path) == child) if isinstance(value, dict) else text_at(raw, document.place(path)).startswith("-")
        if path and isinstance(path[-1], str):
            assert first_scalar(text_at(raw, document.place(path, key=True))) == path[-1]


def as_written(value: Any) -> Any:
    """What a JSON value is to us: text as it is written."""
    if isinstance(value, dict):
        return {key: as_written(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_written(item) for item in value]
    return value if value is None or isinstance(value, str) else json.dumps(value)


@given(
    trees(texts | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)),
    st.sampled_from([None, 0, 1, 3, "\t"]),
    st.booleans(),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\n\r\n "]),
)
def test_json_gives_back_what_was_written_and_where(data: Any, indent: int | str | None, ascii: bool, start: bytes) -> None:
    raw = start + json.dumps(data, indent=indent, ensure_ascii=ascii).encode()
    document = parse(raw, format="json")
    assert document.data == as_written(data)
    decoder = json.JSONDecoder()
    for path, value in every(data):
        assert decoder.raw_decode(text_at(raw, document.place(path)))[0] == value
        if path:
            key = decoder.raw_decode(text_at(raw, document.place(path, key=True)))[0]
            assert key == (path[-1] if isinstance(path[-1], str) else value)


@given(trees(texts), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40))
def test_front_matter_reads_as_the_yaml_in_it(data: Any, body: str) -> None:
    text = yaml.dump({"data": data}, Dumper=Quoting, default_style='"', width=10_000, sort_keys=False)
    for key in ("", "osaid_card: 1\n"):  # as on the Hub, and strictly
        alone = parse((text + key).encode(), format="yaml")
        fenced = parse(f"\n---\n{text}{key}---\n{body}".encode(), format="markdown")
        assert fenced.data == alone.data
        assert alone.data["data"] == data
        assert fenced.body == body
        assert fenced.problems == ()
        for path, _ in every(alone.data):
            place = alone.place(path)
            assert place.line is not None
            assert fenced.place(path) == place._replace(line=place.line + 2)


# --- nothing but OsaidError -----------------------------------------------------------------------------------------


def problems_of(error: OsaidError) -> None:
    """What an error has to keep to, whatever it is about."""
    assert error.problems
    assert list(error.problems) == sorted(error.problems, key=lambda problem: (problem.place.line or 0, problem.place.column or 0))
    for problem in error.problems:
        assert problem.message
        assert problem.hint is None or problem.hint
        assert (problem.place.line is None) == (problem.place.column is None)
        assert (problem.place.line or 1) >= 1
        assert (problem.place.column or 1) >= 1


def read_or_refuse(raw: bytes, format: str | None, limits: Limits) -> Document | None:
    try:
        document = parse(raw, format=format, limits=limits, path="x")
    except OsaidError as error:
        problems_of(error)
        return None
    for path, _ in every(document.data):
        assert (document.place(path).line or 0) >= 1
    return document


SIGNS = "- |? |: |[|]|{|}|,|&a |*a|!x |>-\n|\n|\r| |\t|'|\"|\\|#|---\n|...|<<|%|@|\x00|\ufeff|\x85|\u2028|a|1|null|true|NaN|a: b\n"
PIECES = (
    *SIGNS.split("|"),
    "|\n",
    '"\\ud800"',
)
pieces = st.sampled_from([piece.encode() for piece in PIECES]) | st.just(b"\xff")


@settings(max_examples=400)
@given(
    st.binary(max_size=60) | st.lists(pieces, max_size=25).map(b"".join) | st.text(max_size=40).map(str.encode),
    st.sampled_from([None, *FORMATS]),
    st.sampled_from([Limits(), Limits(bytes=30, depth=2, nodes=5)]),
)
@example(b'{"a": 1, "a": NaN}', "json", Limits())
@example(b"{[a]: 1}", "yaml", Limits())
def test_any_bytes_are_read_or_refused(raw: bytes, format: str | None, limits: Limits) -> None:
    read_or_refuse(raw, format, limits)


@st.composite
def mutilated(draw: st.DrawFn, raw: bytes) -> bytes:
    """A card after some accidents."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 30)))
        new = draw(pieces | st.binary(max_size=4) | st.just(raw[start:end] * 2) | st.just(b""))
        raw = raw[:start] + new + raw[end:]
    return raw


def check_card(raw: bytes, format: str) -> None:
    document = read_or_refuse(raw, format, Limits())
    if document is None:
        return
    try:
        card = parse_card(raw, path=f"card.{format}")
    except OsaidError as error:
        problems_of(error)
    else:
        assert card.facts.model.id == card.subject.id
        assert all(found.problem.message for found in findings(card))


@given(mutilated(CARD))
def test_a_mutilated_yaml_card_is_read_or_refused(raw: bytes) -> None:
    check_card(raw, "yaml")


@given(mutilated(CARD_AS_JSON))
def test_a_mutilated_json_card_is_read_or_refused(raw: bytes) -> None:
    check_card(raw, "json")


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_a_document_of_nothing_but_a_word_is_no_card(format: str) -> None:
    with pytest.raises(OsaidError) as caught:
        parse_card({"yaml": b"word", "json": b'"word"'}[format], path=f"x.{format}")
    assert [problem.code for problem in caught.value.problems] == ["card.not-a-card"]


WRITTEN = ["MIT", "(", ")", " AND ", " or ", " WITH ", "+", "++", "NONE", " ", "-", "\u3000"]


@given(st.text(max_size=60) | st.lists(st.sampled_from(WRITTEN)).map("".join))
@example("a" + "+" * 3000)
@example("MIT AND a" + "+" * 3000)
@example("(" * 3000)
@example("MIT" + "-" * 400 + "for non-commercial use only")
def test_any_text_as_a_licence_gets_a_judgement(text: str) -> None:
    judged = terms(text)
    assert judged.written == text
    assert judged.free in ("yes", "no", "unknown")
    assert len(judged.grants) == 4
    if judged.problem is not None:
        assert judged.free == "unknown"
        assert judged.problem.message
