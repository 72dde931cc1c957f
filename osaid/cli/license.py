"""``osaid license``: what terms grant, given as an expression or as the text of a licence."""

from __future__ import annotations

import os
import sys

import click

from ..document import Limits, read_file
from ..errors import OsaidError, Place, Problem, UsageError
from ..licenses.expression import NO_LICENSE, Terms, terms
from ..licenses.knowledge import FREEDOMS, knowledge_base
from ..reports.text import plain
from .common import EXIT_INPUT, EXIT_USAGE, fail

_LIMITS = Limits(bytes=16 * 1024 * 1024)
_LOOKS_LIKE_A_FILE = (".txt", ".md", ".rst", ".html", ".htm")

_SUMMARY = {
    "yes": "Everyone is free to use, study, modify and share under these terms.",
    "no": "These terms take freedoms away: what is under them is not Open Source AI.",
    "unknown": "It is not known what these terms grant. That counts neither as open nor as closed.",
}


@click.command("license")
@click.argument("expression", metavar="EXPRESSION|FILE", required=False)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="Form of the result. [default: table]")
@click.option("--list", "listing", is_flag=True, help="List all licences with a record.")
def command(expression: str | None, form: str, listing: bool) -> None:
    """Say what terms grant: the four freedoms, the restrictions, and why.

    EXPRESSION is an SPDX licence expression ('Apache-2.0 AND LicenseRef-Llama-2-Community'), or a name as people write it
    ('llama2', 'Apache 2.0'). Of a FILE (- for standard input) is said which licences its text is, what it has besides or lacks,
    and what that grants. A name that is a licence is taken for it: write ./MIT for a file of that name.
    """
    if listing:
        base = knowledge_base()
        for identifier in base:
            known = base.find(identifier)
            if known is not None:
                click.echo(
                    f"{identifier}  {' '.join(f'{name}:{grant}' for name, grant in zip(FREEDOMS, known.grants, strict=True))}  {known.name}"
                )
        return
    if expression is None:
        raise click.UsageError("Give a licence, or --list.")
    try:
        if _is_file(expression):
            _show_text(expression, form)
            return
    except OsaidError as error:
        fail(error, EXIT_INPUT)
    judged = terms(expression)
    if form == "json":
        from ..results.plain_data import lines

        click.echo(lines(terms_data(judged)))
    else:
        for line in table(judged):
            click.echo(line)
    if judged.problem is not None:
        sys.exit(EXIT_USAGE)


def _is_file(name: str) -> bool:
    """Whether an argument names a file and no licence. Raises UsageError for what looks like a path that leads nowhere."""
    if name == "-" or "\0" in name:
        return name == "-"
    if os.sep in name and os.path.lexists(name):
        return True
    judged = terms(name)
    if judged.expression == NO_LICENSE or (judged.stated and judged.problem is None and not judged.unknown):
        return False
    if os.path.lexists(name):
        return True
    if "://" not in name and "\n" not in name and (name.startswith((".", os.sep)) or name.lower().endswith(_LOOKS_LIKE_A_FILE)):
        raise UsageError(Problem("file.missing", {}, Place(name)))
    return False


def _show_text(path: str, form: str) -> None:
    """Say what a text is, and what that grants."""
    from ..licenses.texts import MOST_TEXT, identify
    from ..messages import sentence
    from ..reports.license_text import text_data, text_lines

    text = _decoded(sys.stdin.buffer.read(_LIMITS.bytes + 1) if path == "-" else _read(path), path)
    found = identify(text)
    name = sentence("license-file.standard-input") if path == "-" else path
    judged = terms(found.expression) if found.expression is not None else None
    if form == "json":
        from ..results.plain_data import lines

        click.echo(lines({**terms_data(judged or terms("NOASSERTION")), "text": text_data(found, path)}))
        return
    for line in text_lines(found, name, cut=len(text) > MOST_TEXT):
        click.echo(line)
    if judged is not None:
        shown = table(judged)
        click.echo(f"\n{sentence('license-file.heading-together', {'expression': shown[0]})}")
        for line in shown[1:]:
            click.echo(line)


def _read(path: str) -> bytes:
    try:
        return read_file(path, _LIMITS)
    except OsaidError as error:
        if error.problems[0].code == "document.too-large":
            raise _bad("license-file.too-large", path, limit=f"{_LIMITS.bytes:,}") from None
        raise


def _decoded(raw: bytes, path: str) -> str:
    """The text of a file: UTF-8, or UTF-16 with its mark. Raises UsageError for what is none."""
    if len(raw) > _LIMITS.bytes:
        raise _bad("license-file.too-large", path, limit=f"{_LIMITS.bytes:,}")
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        code = "license-file.binary" if b"\0" in raw else "license-file.encoding"
        params = {} if b"\0" in raw else {"offset": str(error.start + 1), "found": f"0x{raw[error.start]:02X}"}
        raise UsageError(Problem(code, params, Place(path))) from None
    if "\0" in text:
        raise _bad("license-file.binary", path)
    if not text.strip():
        raise _bad("license-file.empty", path)
    return text


def _bad(code: str, path: str, **params: str) -> UsageError:
    return UsageError(Problem(code, params, Place(path)))


def terms_data(judged: Terms) -> dict[str, object]:
    """Plain data on terms. ``text`` is what a file was found to be, None for an expression."""
    kind = knowledge_base().kind
    return {
        "schema_version": "1",
        "written": judged.written,
        "expression": judged.expression,
        "freedoms": judged.freedoms,
        "free": judged.free,
        "osi_approved": judged.osi_approved,
        "restrictions": [{"id": name, "title": kind(name).title, "why": kind(name).why} for name in judged.restrictions],
        "resolved": [{"written": written, "id": identifier} for written, identifier in judged.resolved],
        "unknown": list(judged.unknown),
        "licenses": [
            {
                "written": leaf.written,
                "id": leaf.license.id if leaf.license else None,
                "name": leaf.license.name if leaf.license else None,
                "freedoms": dict(zip(FREEDOMS, leaf.license.grants, strict=True)) if leaf.license else None,
                "osi_approved": leaf.license.osi_approved if leaf.license else "unknown",
                "restrictions": list(leaf.license.restrictions) if leaf.license else [],
                "conditions": list(leaf.license.conditions) if leaf.license else [],
                "note": leaf.license.note if leaf.license else "",
                "source": leaf.license.source if leaf.license else "",
                "basis": leaf.license.basis if leaf.license else "",
                "confidence": leaf.license.confidence if leaf.license else "",
            }
            for leaf in judged.leaves
        ],
        "problem": None
        if judged.problem is None
        else {"code": judged.problem.code, "message": judged.problem.message, "column": judged.problem.place.column},
        "text": None,
    }


def table(judged: Terms) -> list[str]:
    """What terms grant, as lines for people."""
    kind = knowledge_base().kind
    found = [plain(judged.expression)]
    for written, identifier in judged.resolved:
        found.append(f"  {plain(written)} is taken to mean {identifier}.")
    if judged.problem is not None:
        found.append(f"  This is no licence expression (column {judged.problem.place.column}): {plain(judged.problem.message)}")
    found.append("")
    if not judged.stated:
        found.append(
            "  No licence is stated. For code that means: nobody may copy or change it. For parameters and data the law is not settled."
        )
    found += [f"  {name:<7} {grant}" for name, grant in judged.freedoms.items()]
    found.append(f"  OSI-approved licence: {judged.osi_approved}")
    found += ["", f"  {_SUMMARY[judged.free]}"]
    if judged.restrictions:
        found += ["", "  Restrictions"]
        found += [f"  - {kind(name).title}: {kind(name).why}" for name in judged.restrictions]
    for name in judged.unknown if judged.problem is None else ():
        near = knowledge_base().near(name)
        found.append(f"  {plain(name)} is not a licence or exception that is known here.{f' Did you mean {near}?' if near else ''}")
    for leaf in judged.leaves:
        if leaf.license is not None:
            license = leaf.license
            found += ["", f"  {license.id}: {license.name}"]
            if license.note:
                found.append(f"    {license.note}")
            found.append(f"    Source: {license.source} ({license.basis}, confidence {license.confidence})")
    return found
