"""JUnit XML, as Jenkins and other CI servers read it: a suite for each card, a case for each thing checked.

Only what fails a gate or blocks is a failure; what is waived, warned of or open is skipped, with what there is to say.
There are no measured times in it, so that equal inputs give equal bytes: the timestamp is the day of the gate, or of the card.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from . import Failure
from .findings_sheet import Checked, Entry, Sheet, local
from .text import plain

__all__ = ["emit"]

_NO_DAY = "1970-01-01"
_MOST_NAME = 300


def emit(sheet: Sheet) -> Iterator[str]:
    """The document, suite by suite."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    number = 0
    for number, row in enumerate(sheet.rows, 1):
        yield from _unread(row, number - 1, sheet) if isinstance(row, Failure) else _suite(row, number - 1, sheet)
    remarks = sheet.remarks()
    if remarks:
        failed = sum(remark.level == "error" for remark in remarks)
        yield _open(sheet.id, sheet, sheet.date, number, 1, failed, 0)
        case = f"    <testcase{_names(sheet.id, sheet.id)}"
        texts = [remark.text for remark in remarks if remark.level == "error"]
        yield f"{case}>\n{_tag('failure', texts[0])}    </testcase>\n" if texts else f"{case}/>\n"
        yield _close("\n".join(plain(remark.text) for remark in remarks))
    yield "</testsuites>\n"


def _suite(row: Checked, number: int, sheet: Sheet) -> Iterator[str]:
    failures = sum(_fails(entry) for entry in row.entries)
    path = local(row.subject.path, sheet.folder)
    yield _open(path, sheet, sheet.date or row.subject.as_of, number, len(row.entries), failures, 0)
    for entry in row.entries:
        item = sheet.items[entry.item]
        case = f"    <testcase{_names(f'{item.id}: {item.title}', f'{sheet.id}.{row.subject.id}')}"
        if entry.status == "passed":
            yield case + "/>\n"
            continue
        text = " ".join((_at(entry), entry.message, *entry.excuses)).strip()
        yield f"{case}>\n{_tag('failure', text) if _fails(entry) else _skipped(text)}    </testcase>\n"
    yield _close("")


def _unread(row: Failure, number: int, sheet: Sheet) -> Iterator[str]:
    path = local(row.path, sheet.folder)
    yield _open(path, sheet, sheet.date, number, 1, 0, 1)
    told = " ".join(str(problem) for problem in row.problems)
    yield f"    <testcase{_names(path, sheet.id)}>\n{_tag('error', told)}    </testcase>\n"
    yield _close("")


def _fails(entry: Entry) -> bool:
    return entry.status == "failed" and entry.level == "error"


def _at(entry: Entry) -> str:
    place = entry.place._replace(path="")
    return f"{str(place)[1:]}:" if place.line is not None else ""


def _open(name: str, sheet: Sheet, day: str, number: int, tests: int, failures: int, errors: int) -> str:
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        day = _NO_DAY
    return (
        f'  <testsuite name={_attribute(name)} package={_attribute(sheet.id)} id="{number}" timestamp="{day}T00:00:00" '
        f'hostname="localhost" tests="{tests}" failures="{failures}" errors="{errors}" time="0">\n'
        f'    <properties>\n      <property name="title" value={_attribute(sheet.title)}/>\n    </properties>\n'
    )


def _close(told: str) -> str:
    return f"    <system-out>{escape(told)}</system-out>\n    <system-err></system-err>\n  </testsuite>\n"


def _names(name: str, group: str) -> str:
    return f' name={_attribute(name)} classname={_attribute(group)} time="0"'


def _tag(kind: str, text: str) -> str:
    shown = plain(text)
    return f'      <{kind} type="osaid" message={_attribute(shown)}>{escape(shown)}</{kind}>\n'


def _skipped(text: str) -> str:
    # Without attributes: not every schema of JUnit's XML gives it some.
    return f"      <skipped>{escape(plain(text))}</skipped>\n"


def _attribute(text: str) -> str:
    return quoteattr(plain(text, _MOST_NAME) or "-")
