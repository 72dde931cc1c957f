"""``osaid schema``: print a JSON Schema, or hold files against it."""

from __future__ import annotations

import json
import sys

import click

from ..cards.schema import current_schema
from ..document import Limits, read_file
from ..errors import OsaidError
from ..reports.text import plain
from ..schemas import NAMES, read_schema
from .common import EXIT_INPUT, complain_of

_LARGE = 1 << 30


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES))
@click.option("--check", "files", multiple=True, metavar="FILE", help="Hold a JSON file against the schema instead. Can be given again.")
def command(name: str, files: tuple[str, ...]) -> None:
    """Print a JSON Schema: of cards, rubrics, policies and results.

    assessment is the result of score --format json, gate that of gate --format json, site the index.json of a site.

    With --check, saved results are held against it: osaid schema assessment --check result.json
    """
    schema = current_schema() if name == "card" else read_schema(name)
    if not files:
        click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
        return
    broken = [file for file in files if not _fits(schema, file)]
    if broken:
        sys.exit(EXIT_INPUT)


def _fits(schema: dict[str, object], file: str) -> bool:
    from jsonschema import Draft202012Validator

    try:
        data = json.loads(read_file(file, Limits(bytes=_LARGE)))
    except OsaidError as error:
        complain_of(error, file)
        return False
    except (ValueError, RecursionError) as reason:
        click.echo(f"{plain(file)}: error: not JSON: {plain(str(reason), 200)}", err=True)
        return False
    errors = sorted(Draft202012Validator(schema).iter_errors(data), key=lambda item: item.json_path)
    for item in errors[:20]:
        click.echo(f"{plain(file)}: error: {plain(item.json_path, 200)}: {plain(item.message, 300)}", err=True)
    if not errors:
        click.echo(f"{plain(file)}: valid")
    return not errors
