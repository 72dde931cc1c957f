"""The published schemas: closed throughout, and made from typed values where there are such."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

import jsonschema
import pytest

from osaid.schemas import NAMES, Between, published_schema, pydantic_type, read_schema


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every object that a schema describes key by key."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict) and "type" in node:
            yield node
        for item in node.values():
            yield from objects(item)


@pytest.mark.parametrize("name", NAMES)
def test_no_object_takes_keys_that_it_does_not_name(name: str) -> None:
    found = list(objects(read_schema(name)))
    assert found
    assert all(item["additionalProperties"] is False for item in found)
    if name not in ("card", "rubric", "policy"):  # what people write may leave things out; keys of a result never come and go
        assert all(item["required"] == list(item["properties"]) for item in found)


class Inner(NamedTuple):
    """One of them."""

    share: Annotated[float, "In percent.", Between(0, 100)]


class Outer(NamedTuple):
    """All of them."""

    kind: Literal["one", "many"]
    inner: Inner | None
    others: tuple[Inner, ...]
    said: Annotated[tuple[str | int, ...], "In their order."]


GOOD: dict[str, Any] = {"kind": "many", "inner": {"share": 0.5}, "others": [{"share": 0}, {"share": 100}], "said": ["a", 1]}


def test_a_named_tuple_as_a_schema() -> None:
    made: dict[Any, Any] = {}
    schema = published_schema(pydantic_type(Outer, made), "urn:test", "test")
    assert set(made) == {Inner, Outer}
    assert pydantic_type(Inner, made) is made[Inner], "there is one of each"
    assert (schema["description"], schema["properties"]["said"]["description"]) == ("All of them.", "In their order.")
    assert schema["$defs"]["Inner"]["description"] == "One of them."
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(GOOD)
    validator.validate({**GOOD, "inner": None, "others": [], "said": []})
    wrong: list[dict[str, Any]] = [{"kind": "two"}, {"others": None}, {"inner": {"share": 101}}, {"others": [{"share": -1}]}]
    wrong += [{"inner": {}}, {"inner": {"share": 1, "more": 1}}, {"more": 1}, {"said": [None]}, {"said": "a"}]
    for change in wrong:
        assert not validator.is_valid({**GOOD, **change}), change
    for key in GOOD:
        assert not validator.is_valid({name: value for name, value in GOOD.items() if name != key})


@pytest.mark.parametrize("kind", [dict[str, str], tuple[str, int], list[str]])
def test_what_results_do_not_use_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError, match="no schema is made of"):
        pydantic_type(kind, {})


@pytest.mark.parametrize("command", ["diff", "compare"])
def test_typed_values_need_no_pydantic(command: str) -> None:
    code = (
        "import sys\n"
        "from osaid.cli import main\n"
        "try: main([sys.argv[1], 'bloom', 'phi-2', '--format', 'json'])\n"
        "except SystemExit as done: assert done.code == 0, done.code\n"
        "assert not {'pydantic', 'pydantic_core', 'jsonschema', 'tabulate'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code, command], check=True, stdout=subprocess.DEVNULL)
