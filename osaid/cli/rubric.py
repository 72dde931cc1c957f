"""``osaid rubric``: list, show and check rubrics."""

from __future__ import annotations

import sys

import click

from ..errors import OsaidError
from ..reports.text import plain, shown
from ..rubrics.rubric import DEFAULT_RUBRIC, Rubric, load_rubric, rubric_ids
from .common import EXIT_USAGE, complain_of, fail


@click.group("rubric")
def command() -> None:
    """List, show and check rubrics."""


@command.command("list")
def list_() -> None:
    """List the bundled rubrics: what each answers, and for whom."""
    for identifier in rubric_ids():
        rubric = load_rubric(identifier)
        default = " (default)" if identifier == DEFAULT_RUBRIC else ""
        click.echo(f"{identifier}{default}: {rubric.title}, {len(rubric.criteria)} criteria")
        click.echo(f"    {rubric.answers}\n    For: {rubric.audience}\n")


@command.command("show")
@click.argument("name", metavar="ID|FILE", default=DEFAULT_RUBRIC)
def show(name: str) -> None:
    """Show a rubric: its criteria by pillar, with their weight, and its verdicts."""
    try:
        rubric = load_rubric(name)
    except OsaidError as error:
        fail(error)
    _show(shown(rubric))


def _show(rubric: Rubric) -> None:
    framework = rubric.framework
    click.echo(f"{rubric.title} ({rubric.id} {rubric.version})")
    click.echo(f"{rubric.answers}")
    click.echo(f"Framework: {framework['name']} {framework['version']}, {framework['publisher']}, {framework['url']}")
    click.echo(f"sha256: {rubric.sha256}")
    total = sum(criterion.weight for criterion in rubric.criteria) or 1
    wide = max(len(criterion.id) for criterion in rubric.criteria)
    for pillar, title in rubric.pillars.items():
        of_pillar = [criterion for criterion in rubric.criteria if criterion.pillar == pillar]
        share = 100 * sum(criterion.weight for criterion in of_pillar) / total
        click.echo(f"\n{title} ({share:.0f}% of the score)")
        for criterion in of_pillar:
            marks = [criterion.role] if criterion.role != "required" else []
            marks += ["mended by other terms"] if criterion.kind == "terms" else []
            told = f" ({', '.join(marks)})" if marks else ""
            click.echo(f"  {criterion.id:<{wide}}  weight {criterion.weight}  {criterion.title}{told}")
    click.echo("\nVerdicts")
    for rule in rubric.verdicts:
        click.echo(f"  {rule.id}: {rule.summary}")
    click.echo(f"  {rubric.undetermined[0]}: {rubric.undetermined[2]}")
    click.echo("\nosaid explain CRITERION says more about each.")


@command.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def check(files: tuple[str, ...]) -> None:
    """Check rubric files, and say what is wrong, and where."""
    broken = False
    for file in files:
        try:
            rubric = load_rubric(file)
        except OsaidError as error:
            broken = True
            complain_of(error, file)
        else:
            click.echo(f"{plain(file)}: valid ({len(rubric.criteria)} criteria, {len(rubric.verdicts) + 1} verdicts)")
    if broken:
        sys.exit(EXIT_USAGE)
