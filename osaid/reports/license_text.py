"""What a licence text was found to be, as lines for people and as plain data."""

from __future__ import annotations

from collections.abc import Iterator

from ..licenses.knowledge import knowledge_base
from ..licenses.texts import MOST_TEXT, Identified, Match, Passage
from ..messages import sentence
from .text import plain

__all__ = ["text_data", "text_lines"]

_MOST_SHOWN = 12  # passages without meaning are told by their lines


def text_data(found: Identified, name: str) -> dict[str, object]:
    """Plain data on a text."""
    return {
        "name": name,
        "matches": [match._asdict() for match in found.matches],
        "passages": [passage._asdict() for passage in found.passages],
        "altered": found.altered,
        "left_out": list(found.left_out),
        "choice": found.choice,
        "near": found.near._asdict() if found.near is not None else None,
    }


def text_lines(found: Identified, name: str, *, cut: bool = False) -> Iterator[str]:
    """What a text is, where, and what stands there besides."""
    yield sentence("license-file.first", {"name": plain(name), "what": _what(found)})
    yield ""
    yield f"  {_headline(found)}"
    if found.near is not None and not found.near.covered:
        yield f"  {sentence('license-file.titled', {'name': plain(found.near.name), 'id': found.near.license})}"
    elif found.near is not None:
        params = {"name": plain(found.near.name), "id": found.near.license, "share": _share(found.near)}
        yield f"  {sentence('license-file.near', params)}"
    if cut:
        yield f"  {sentence('license-file.cut', {'most': f'{MOST_TEXT:,}'})}"
    if found.matches:
        yield from ("", f"  {sentence('license-file.heading-matches')}")
        for match in found.matches:
            yield f"  - {_match(match)}"
        if found.left_out:
            yield f"  {sentence('license-file.left-out', {'lines': ', '.join(map(str, found.left_out[:_MOST_SHOWN]))})}"
    yield from _passages(found)


def _what(found: Identified) -> str:
    """The licences in a few words: their ids."""
    ids = list(dict.fromkeys(match.license for match in found.matches)) or ([found.expression] if found.expression is not None else [])
    if not ids:
        return sentence("license-file.first-none")
    told = ", ".join(ids[:_MOST_SHOWN]) + (", …" if len(ids) > _MOST_SHOWN else "")
    riders = any(part.startswith("LicenseRef-Rider-") for part in (found.expression or "").split(" AND "))
    return sentence("license-file.first-more", {"ids": told}) if riders and found.matches else told


def _headline(found: Identified) -> str:
    matter = found.altered or any(passage.kind not in ("plain", "choice") for passage in found.passages)
    if found.expression is None and found.matches:
        return sentence("license-file.exception", {"name": plain(found.matches[0].name), "id": found.matches[0].license})
    if found.expression is None:
        return sentence("license-file.nothing")
    if not found.matches:
        return sentence("license-file.by-name", {"id": found.expression})
    ids = {match.license for match in found.matches}
    if len(ids) > 1:
        return sentence("license-file.not-plain-several" if matter else "license-file.several", {"count": str(len(ids))})
    first = {"name": plain(found.matches[0].name), "id": found.matches[0].license}
    if matter and "LicenseRef-Rider-" not in str(found.expression):
        return sentence("license-file.reworded", first)
    if matter:
        return sentence("license-file.not-plain", first)
    return sentence("license-file.unchanged" if all(match.exact for match in found.matches) else "license-file.near-enough", first)


def _match(match: Match) -> str:
    if match.exact:
        how = sentence("license-file.match-exact")
    elif match.covered >= 1:
        how = sentence("license-file.match-put-in")
    else:
        how = sentence("license-file.match-most", {"share": _share(match)})
    where = _where(match.line, match.last_line)
    return sentence("license-file.match", {"where": where, "name": plain(match.name), "id": match.license, "how": how})


def _share(match: Match) -> str:
    return f"{int(match.covered * 1000) / 10:g}%"  # never rounded up to all


def _where(line: int, last: int) -> str:
    if line == last:
        return sentence("license-file.line", {"line": str(line)})
    return sentence("license-file.lines", {"line": str(line), "last": str(last)})


def _passages(found: Identified) -> Iterator[str]:
    known = found.expression is not None
    told = [item for item in found.passages if item.kind != "plain" and (known or item.kind not in ("terms", "choice"))]
    rest = [passage for passage in found.passages if passage.kind == "plain"] if found.matches else []
    if told or rest:
        yield from ("", f"  {sentence('license-file.heading-passages' if known else 'license-file.heading-limits')}")
    places: dict[tuple[int, int, str], list[str]] = {}
    for passage in told:
        places.setdefault((passage.line, passage.last_line, passage.text), []).append(_kind(passage))
    for (line, last, text), kinds in places.items():
        yield f"  - {sentence('license-file.passage', {'where': _where(line, last), 'what': '; '.join(kinds)})}"
        yield f'    "{plain(text, 300)}"'
    if rest:
        lines = ", ".join(str(passage.line) for passage in rest[:_MOST_SHOWN]) + (", …" if len(rest) > _MOST_SHOWN else "")
        yield f"  - {sentence('license-file.plain-pieces', {'count': str(len(rest)), 'lines': lines})}"


def _kind(passage: Passage) -> str:
    if passage.kind == "choice":
        return sentence("license-file.kind-choice")
    return sentence("license-file.kind-terms") if passage.kind == "terms" else knowledge_base().kind(passage.kind).title
