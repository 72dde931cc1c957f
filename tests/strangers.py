"""Texts of strangers that try to act where they are shown, cards full of them, and what an output of them must look like."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from support import full_card

TEXTS = {
    "ansi": "\033[2J\033[31mred\033[0m \033]0;title\007 \033]8;;https://evil.example\007link\033]8;;\007",
    "c1": "\x9b31m \x90 \x7f \x85 \x08\x08",
    "bidi": "\u202egnp.exe \u2066x\u2069 \u200f\u061c",
    "invisible": "a\u200bb\u00adc\ufeffd\u2060e\U000e0041\u180e",
    "lines": "one\ntwo\r\nthree\u2028four\x0bfive\x1csix\n\n# heading\n- item",
    "pipes": "a | b || c \\| d",
    "markdown": "`code` ```fence``` **bold** _it_ ~~x~~ [text](javascript:alert(1)) ![i](https://evil.example/p.png) <b> &lt;",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "formula": '=HYPERLINK("https://evil.example","x")',
    "formula plus": "+1+1",
    "formula minus": "-2+3+cmd|' /C calc'!A0",
    "formula at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula behind": " \t\n=1+1",
    "formula wide": "\uff1d1+1",
    "quotes": "\"a\",'b';c",
    "nul": "a\x00b",
    "other scripts": "\u6a21\u578b \u0645\u0648\u062f\u0644 \U0001f600",
    "verdict": "conforms does not conform undetermined",
    "braces": "{0} {name} {{}} %s %(x)s",
    "long": "x" * 4000,
    "long words": "word " * 799,
}
LINES_OF_MARKDOWN_TABLES = re.compile(r"^\|.*\|$", re.MULTILINE)


def hostile(identifier: str, text: str) -> dict[str, Any]:
    """A card with a text wherever a card takes any."""
    name = text[:180]  # of a piece of evidence
    card = full_card(identifier, name=text, developer=text, version=text)
    for component in card["components"].values():
        component.update(evidence=[name], note=text)
    card["components"]["weights"]["release"] = "partial"
    card["components"]["training_code"].update(release="none", where=[text])
    card["components"]["tokenizer"].update(license=text)
    stage = card["training_data"]["training"]
    stage["description"]["scope"] = {"level": "partial", "evidence": [name, "paper"], "note": text}
    stage["datasets"] = [{"name": text, "access": "open", "note": text, "evidence": [name]}]
    card["evidence"][name] = {"source": "https://example.org/" + text[:3000], "locator": text, "says": text, "note": text}
    card["evidence"]["paper"]["source"] = text
    return card


def visible(text: str) -> bool:
    """Nothing in it but line ends and characters that are seen as they are."""
    return all(character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn") for character in text)


def cells(line: str) -> int:
    """The number of cells in a line of a Markdown table."""
    return len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) - 1
