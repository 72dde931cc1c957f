"""Holds our results against what others published: ``make conformance``.

Reads the folder of reference data beside the checkout (``../shared/data``). Without it there is nothing to compare with: it
says so and ends well. Otherwise the exit status is 1 if anything differs.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from osaid import LoadedCard, OsaidError, assess, load_card, load_rubric, parse_card, terms
from osaid.cards.exporters import FORMATS, export
from osaid.resources import bundled_ids, bundled_path
from osaid.rubrics.assessment import Assessment

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
CLOSE = 1e-9


class Compared(NamedTuple):
    """Files of a kind: how many, how many agree, and the largest difference of a number."""

    name: str
    files: int
    agree: int
    largest: float
    told: list[str]


def rows(path: Path) -> Iterator[dict[str, str]]:
    """A table with its header."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def progress(assessment: Assessment) -> dict[str, float]:
    """The progress of each level."""
    return {level.id: level.progress for level in assessment.levels}


def mof(part: str) -> Compared:
    """Class and progress against those of the Model Openness Tool's own evaluator."""
    rubric = load_rubric("mof-1.0")
    told, agree, largest, files = [], 0, 0.0, 0
    for row in rows(DATA / "mot" / f"expected-{part}.csv"):
        files += 1
        assessment = assess(load_card(str(DATA / "mot" / part / row["file"])), rubric)
        wanted = "unclassified" if row["class"] == "0" else f"class-{row['class']}"
        found = progress(assessment)
        difference = max(abs(found[f"class-{number}"] - float(row[f"progress{number}"])) for number in (1, 2, 3))
        largest = max(largest, difference)
        if assessment.verdict.id == wanted and difference <= CLOSE:
            agree += 1
        else:
            told.append(f"{row['file']}: theirs {wanted}, ours {assessment.verdict.id}, progress differs by {difference:g}")
    return Compared(f"MOF {part}", files, agree, largest, told)


def spellings() -> list[str]:
    """Files whose result would be another one if licences counted in any spelling: both values."""
    exact, lenient = load_rubric("mof-1.0"), load_rubric(str(ROOT / "docs" / "examples" / "mof-any-spelling.yaml"))
    told = []
    for path in sorted((DATA / "mot").glob("*/*.yml")):
        card = load_card(str(path))
        one, other = assess(card, exact), assess(card, lenient)
        if (one.verdict.id, progress(one)) != (other.verdict.id, progress(other)):
            found = {
                (reason.params["license"], reason.params["id"]) for item in one.criteria for reason in item.reasons if "id" in reason.params
            }
            names = ", ".join(f"{written!r} is {identifier}" for written, identifier in sorted(found))
            told.append(f"{path.name}: as the tool spells {_in_short(one)}; in any spelling {_in_short(other)} ({names})")
    return told


def _in_short(assessment: Assessment) -> str:
    return f"{assessment.verdict.id} {'/'.join(f'{share:.2f}' for share in progress(assessment).values())}"


def osai() -> Compared:
    """Score and category means against those that the index's website computes."""
    rubric = load_rubric("osai-index-2026")
    told, agree, largest, files = [], 0, 0.0, 0
    for row in rows(DATA / "osai-index" / "expected-scores.csv"):
        files += 1
        assessment = assess(load_card(str(DATA / "osai-index" / row["file"])), rubric)
        pairs = [(assessment.score.value, row["score"])]
        pairs += [(pillar.score.value if pillar.score else 0.0, row[pillar.id]) for pillar in assessment.pillars]
        difference = max(abs(ours / 100 - float(theirs)) for ours, theirs in pairs)
        largest = max(largest, difference)
        if difference <= CLOSE:
            agree += 1
        else:
            told.append(f"{row['file']}: differs by {difference:g}")
    return Compared("European index", files, agree, largest, told)


def hub() -> tuple[Counter[str], list[str]]:
    """What is found of the terms that READMEs of the Hub state, and the files that cannot be read."""
    found: Counter[str] = Counter()
    told = []
    for path in sorted((DATA / "hf-cards").glob("*.md")):
        try:
            card = load_card(str(path))
        except OsaidError as error:
            told.append(f"{path.name}: {error}")
            continue
        license = card.data.get("licenses", {}).get("parameters", {}).get("license")
        found[{"yes": "free", "no": "not free", "unknown": "unknown"}[terms(license).free] if license else "not stated"] += 1
    return found, told


def round_trips() -> list[list[str]]:
    """The OSAID verdict of every bundled card before, and after it went through each format."""
    table = []
    for identifier in bundled_ids("model_cards"):
        path = bundled_path("model_cards", identifier)
        assert path is not None
        card = load_card(path)
        table.append([identifier, assess(card).verdict.id, *(_after(card, form) for form in FORMATS)])
    return table


def _after(card: LoadedCard, form: str) -> str:
    text = export(card, form).text
    verdict = assess(parse_card(text.encode(), path="card.md" if form == "huggingface" else None)).verdict
    before = assess(card).verdict.id
    if verdict.id == before:
        return "same"
    return f"open, {before} possible" if before in verdict.possible and len(verdict.possible) > 1 else f"DIFFERS: {verdict.id}"


def show(lines: list[str]) -> None:
    """Print lines, indented."""
    for line in lines:
        print(f"  {line}")


def main() -> int:
    """Print the tables."""
    from tabulate import tabulate

    if not DATA.is_dir():
        print(f"The reference data is not here ({DATA.relative_to(ROOT.parent)} beside the checkout), so nothing is compared.")
        return 0
    compared = [mof("models"), mof("test-files"), mof("probes"), osai()]
    print("Against published results: class, verdict and numbers, equal to 1e-9\n")
    table = [[item.name, item.files, item.agree, f"{item.largest:.1e}"] for item in compared]
    print(tabulate(table, ["", "files", "agree", "largest difference"], tablefmt="simple"))
    show([line for item in compared for line in item.told])
    print("\nFiles in which another spelling of a licence would change the result (progress of class III/II/I):\n")
    show(spellings())
    found, unread = hub()
    print("\nREADMEs of the Hub, by the terms that they state:\n")
    print(tabulate(sorted(found.items()), ["terms", "files"], tablefmt="simple"))
    show([f"not read: {line}" for line in unread])
    trips = round_trips()
    print("\nBundled cards through each format and back: the verdict by osaid-1.0\n")
    print(tabulate(trips, ["card", "before", *FORMATS], tablefmt="simple"))
    return 1 if any(item.told for item in compared) or any("DIFFERS" in cell for row in trips for cell in row) else 0


if __name__ == "__main__":
    sys.exit(main())
