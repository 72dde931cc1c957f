"""``osaid schema``: print a JSON Schema."""

from __future__ import annotations

import json

import click

from ..cards.schema import current_schema
from ..schemas import NAMES, read_schema


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES))
def command(name: str) -> None:
    """Print a JSON Schema: of a card, a rubric, or an assessment (the result of score --format json)."""
    schema = current_schema() if name == "card" else read_schema(name)
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
