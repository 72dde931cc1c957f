"""An empty card with every field, made from the vocabulary."""

from __future__ import annotations

import json
import re

from .vocabulary import vocabulary

__all__ = ["template"]

_LEVELS = "full | partial | none | no-such-step | unknown"
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _quoted(text: str) -> str:
    """Text in double quotes, with what YAML allows or would change in escapes only."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(text, ensure_ascii=False))


def template(identifier: str, name: str, as_of: str) -> str:
    """The text of a card in which everything is still unknown. It is valid as it stands."""
    words = vocabulary()
    lines = [
        'osaid_card: "1"',
        f"as_of: {as_of}                # the day on which this was true",
        "model:",
        f"  id: {_quoted(identifier)}",
        f"  name: {_quoted(name)}",
        "  # version: ...                # the exact version, if the name leaves it open",
        "  # developer: ...",
        "  # released: 2026-01-31        # a year, a month or a day",
        "  # parameters: 7B",
        "  # modality: [text]",
        "  # links: {huggingface: ..., repository: ..., paper: ..., homepage: ..., documentation: ...}",
        "  # derived_from: []            # [] says: trained from scratch. Left out: unknown. Else for example:",
        f"  #   - {{model: base-model-id, relation: {' | '.join(words.relations)}, evidence: [...]}}",
        "",
        "# Terms: SPDX expressions or LicenseRef-...; NONE if you looked and none is stated. A component's own license comes first.",
        "# licenses: {distribution: ..., code: ..., data: ..., documents: ..., parameters: ...}",
        "",
        "# release: full | partial | some | gated | none | no-such-step | unknown. What you leave out is unknown.",
        "components:",
    ]
    for component, entry in words.components.items():
        lines.append(f"  {component}: {{release: unknown}}   # {entry['about']}")
    lines += [
        '  # weights: {release: full, license: Apache-2.0, where: ["https://..."], evidence: [my-evidence]}',
        "",
        f"# One entry a stage: {' | '.join(words.stages)}. level: {_LEVELS}",
        "training_data:",
        "  training:",
        "    description:",
    ]
    for topic, entry in words.topics.items():
        lines.append(f"      {topic}: {{level: unknown}}   # {entry['about']}")
    lines += ["    covers_all_data: {level: unknown}   # Is the description of all the data, and not of a sample?", "    listing:"]
    for listing, entry in words.listings.items():
        lines.append(f"      {listing}: {{level: unknown}}   # {entry['about']}")
    lines += [
        "    # license: CC-BY-4.0       # terms of the data information itself: paper, data sheet, data card",
        "    # evidence: [my-evidence]  # where those terms are stated",
        "    datasets: []",
        "    # - {name: ..., access: open | public | obtainable | unshareable, where: [...], license: ...,",
        "    #    state: available | gone, evidence: [...]}",
        "",
        "# Every claim names its evidence by these ids.",
        "evidence: {}",
        '# my-evidence: {source: "https://...", locator: section 2, retrieved: 2026-01-31, says: what it says in your words}',
        "",
        "# locations: whether these addresses still answer. `osaid audit --check-links` writes it, and no verdict depends on it.",
        "",
    ]
    return "\n".join(lines)
