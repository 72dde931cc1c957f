"""What the tests of rubrics, engine, outputs and command line share: a runner, small cards and small rubrics as text."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from osaid import LoadedCard, __version__, parse_card
from osaid.cards.vocabulary import vocabulary
from osaid.document import parse
from osaid.rubrics.rubric import Rubric, parse_rubric

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"


class Ran(NamedTuple):
    """What a run of the command line gave."""

    code: int
    stdout: str
    stderr: str


def run(*arguments: str | Path, stdin: bytes | None = None, cwd: str | Path | None = None, env: Mapping[str, str] | None = None) -> Ran:
    """Run ``osaid`` as a process of its own, with pipes for outputs."""
    done = subprocess.run(
        [sys.executable, "-m", "osaid", *map(str, arguments)],
        input=stdin if stdin is not None else b"",
        capture_output=True,
        cwd=cwd or ROOT,
        env=environment(env),
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a run: it finds the checkout from any folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **(more or {})}


def steady(text: str) -> str:
    """An output without what changes with every version: the version itself, style sheet and script, and the digests of rubrics."""
    text = re.sub(r"<(style|script)>.*?</\1>", r"<\1></\1>", text, flags=re.DOTALL)
    text = re.sub(r"sha256-[A-Za-z0-9+/=]{44}", "sha256-DIGEST", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text)
    return unversioned(text)


def unversioned(text: str) -> str:
    """An output without the version of osaid."""
    return re.sub(rf'(osaid |"(?:semanticV|v)ersion":"|generator version="){re.escape(__version__)}', r"\1VERSION", text)


def golden(path: Path, text: str) -> None:
    """Hold a text against a golden file; with OSAID_UPDATE_GOLDEN=1 the file is written anew."""
    if os.environ.get("OSAID_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


# --- cards --------------------------------------------------------------------------------------------------------


def full_card(identifier: str = "full-1b", **model: Any) -> dict[str, Any]:
    """A card on which everything is there, free and supported, as plain data."""
    words = vocabulary()
    claim = {"level": "full", "evidence": ["paper"]}
    return {
        "osaid_card": "1",
        "as_of": "2026-01-31",
        "model": {"id": identifier, "name": identifier.upper(), "developer": "Test Lab", "derived_from": [], **model},
        "licenses": {"distribution": {"license": "Apache-2.0", "evidence": ["repo"]}},
        "components": {name: {"release": "full", "evidence": ["repo"]} for name in words.components},
        "training_data": {
            "training": {
                "description": {topic: dict(claim) for topic in words.topics},
                "covers_all_data": dict(claim),
                "listing": {
                    "public": dict(claim),
                    "third_party": {"level": "no-such-step", "evidence": ["paper"]},
                    "unshareable": {"level": "no-such-step", "evidence": ["paper"]},
                },
                "license": "CC-BY-4.0",
                "evidence": ["paper"],
                "datasets": [
                    {
                        "name": "Corpus",
                        "access": "open",
                        "where": ["https://example.org/corpus"],
                        "state": "available",
                        "evidence": ["paper"],
                    }
                ],
            }
        },
        "evidence": {
            "paper": {"source": "https://example.org/paper", "locator": "section 2", "retrieved": "2026-01-31", "says": "All of it."},
            "repo": {"source": "https://example.org/repo", "locator": "LICENSE", "retrieved": "2026-01-31", "says": "Apache-2.0."},
        },
    }


def small_card(identifier: str = "small-1b", **model: Any) -> dict[str, Any]:
    """A card that says next to nothing, as plain data."""
    return {"osaid_card": "1", "as_of": "2026-01-31", "model": {"id": identifier, "name": identifier.upper(), **model}}


def as_yaml(data: Any, indent: int = 0) -> str:
    """Plain data as YAML text, block style, every scalar quoted as in JSON."""
    pad = "  " * indent
    if isinstance(data, dict) and data:
        return "".join(f"{pad}{json.dumps(key)}:{_value(value, indent)}" for key, value in data.items())
    if isinstance(data, list) and data:
        return "".join(f"{pad}-{_value(item, indent)}" for item in data)
    return f"{pad}{json.dumps(data)}\n"


def _value(value: Any, indent: int) -> str:
    if isinstance(value, (dict, list)) and value:
        return "\n" + as_yaml(value, indent + 1)
    return f" {json.dumps(value)}\n"


def load(data: Mapping[str, Any], path: str | None = None) -> LoadedCard:
    """Plain data as a card, by way of the reader."""
    return parse_card(as_yaml(data).encode(), path=path)


def write(folder: Path, *cards: Mapping[str, Any]) -> list[Path]:
    """Cards as YAML files in a folder, named by their ids."""
    paths = [folder / f"{card['model']['id']}.yaml" for card in cards]
    for path, card in zip(paths, cards, strict=True):
        path.write_text(as_yaml(card), encoding="utf-8")
    return paths


def three_cards(folder: Path) -> Path:
    """A folder with three cards: one conforms, one says nothing, one does not conform."""
    folder.mkdir()
    worst = full_card("worst-1b")
    worst["components"]["training_code"] = {"release": "none", "evidence": ["repo"]}
    write(folder, full_card("best-1b"), small_card("open-1b"), worst)
    return folder


# --- rubrics ------------------------------------------------------------------------------------------------------


def criterion(identifier: str, check: str, **keys: str) -> str:
    """A criterion as a line of YAML; ``check`` as it is written."""
    texts = {name: f'"{name} of {identifier}"' for name in ("title", "asks", "why", "how", "remedy", "question")}
    given = {"pillar": "one", "kind": "presence", "weight": "1", "inherits": "to-derive", "clause": "{source: DEF, section: One}", **texts}
    given.update(keys)
    return f"  - {{id: {identifier}, {', '.join(f'{key}: {value}' for key, value in given.items())}, check: {check}}}\n"


HEAD = """\
osaid_rubric: "1"
id: test-rubric
version: 1.0.0
title: Test
framework: {name: Test, version: "1", publisher: Test, url: "https://example.org"}
answers: Does it pass?
audience: Tests.
"""
SOURCES = """\
sources:
  DEF: {title: Definition, url: "https://example.org/definition"}
"""
PILLARS = """\
pillars:
  - {id: one, title: One}
"""
VERDICTS = """\
verdicts:
  - {id: good, label: good, summary: Good., when: {all: [every: presence, every: terms]}}
  - {id: fair, label: fair, summary: Fair., when: {all: [every: presence, not: {every: terms}]}}
  - {id: bad, label: bad, summary: Bad., otherwise: "yes"}
undetermined: {id: open, label: open, summary: Open.}
"""
CRITERIA = criterion("T-WEIGHTS", "{released: weights}") + criterion("T-CODE", "{released: training_code}")


def rubric_text(
    criteria: str = CRITERIA, *, verdicts: str = VERDICTS, pillars: str = PILLARS, sources: str = SOURCES, more: str = ""
) -> str:
    """A whole small rubric as YAML text."""
    return HEAD + sources + pillars + more + "criteria:\n" + criteria + verdicts


def rubric(text: str, path: str | None = "test-rubric.yaml") -> Rubric:
    """A rubric from its text."""
    return parse_rubric(parse(text.encode(), path=path, format="yaml"))
