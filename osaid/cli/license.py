"""``osaid license``: what terms grant."""

from __future__ import annotations

import sys

import click

from ..licenses.expression import Terms, terms
from ..licenses.knowledge import FREEDOMS, knowledge_base
from ..reports.text import plain
from .common import EXIT_USAGE

_SUMMARY = {
    "yes": "Everyone is free to use, study, modify and share under these terms.",
    "no": "These terms take freedoms away: what is under them is not Open Source AI.",
    "unknown": "It is not known what these terms grant. That counts neither as open nor as closed.",
}


@click.command("license")
@click.argument("expression", required=False)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="Form of the result. [default: table]")
@click.option("--list", "listing", is_flag=True, help="List all licences with a record.")
def command(expression: str | None, form: str, listing: bool) -> None:
    """Say what terms grant: the four freedoms, the restrictions, and why.

    EXPRESSION is an SPDX licence expression ('Apache-2.0 AND LicenseRef-Llama-2-Community'), or a name as people write it
    ('llama2', 'Apache 2.0').
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
    judged = terms(expression)
    if form == "json":
        from ..results.plain_data import lines

        click.echo(lines(terms_data(judged)))
    else:
        for line in table(judged):
            click.echo(line)
    if judged.problem is not None:
        sys.exit(EXIT_USAGE)


def terms_data(judged: Terms) -> dict[str, object]:
    """Plain data on terms."""
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
