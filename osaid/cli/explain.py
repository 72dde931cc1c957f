"""``osaid explain``: what a criterion asks, or what a licence grants."""

from __future__ import annotations

import textwrap

import click

from ..errors import OsaidError, Problem, UsageError
from ..licenses.expression import terms
from ..reports.text import shown
from ..rubrics.rubric import Criterion, Rubric, load_rubric, rubric_ids
from ..shapes import closest
from .common import fail, width
from .license import table as license_lines

_ROLES = {
    "required": "Required for the verdict.",
    "if-used": "Counts for the verdict only where its outcome is known: the definition asks for it if the step was used.",
    "optional": "Never counts against a model.",
    "information": "Told for information: it neither counts nor makes a gap.",
    "summary": "Adds up other criteria; counts in the score, not again in the verdict.",
}
_INHERITS = {
    "to-derive": "A model made from others meets it only if they do.",
    "to-run": "A model that needs its base to run meets it only if the base does.",
    "never": "Not handed down from base models.",
}


@click.command("explain")
@click.argument("name", metavar="CRITERION|LICENSE")
@click.option("--rubric", "rubric_name", metavar="ID|FILE", help="Look in this rubric only.")
def command(name: str, rubric_name: str | None) -> None:
    """Explain a criterion (OSAID-CODE-TRAINING) or a licence (LicenseRef-Llama-2-Community).

    For a criterion: what it asks, why, how it is checked, how to mend it, and which clause of the definition it stands for.
    """
    try:
        rubrics = [load_rubric(rubric_name)] if rubric_name else [load_rubric(identifier) for identifier in rubric_ids()]
        for rubric in rubrics:
            for criterion in rubric.criteria:
                if criterion.id.lower() == name.lower():
                    _explain(criterion, rubric)
                    return
        judged = terms(name)
        if judged.problem is None and (not judged.unknown or len(judged.leaves) > 1):
            for line in license_lines(judged):
                click.echo(line)
            return
        ids = [criterion.id for rubric in rubrics for criterion in rubric.criteria]
        near = closest(name, ids)
        code = "usage.explain-unknown-near" if near else "usage.explain-unknown"
        raise UsageError(Problem(code, {"name": name, "near": near or ""}))
    except OsaidError as error:
        fail(error)


def _explain(criterion: Criterion, rubric: Rubric) -> None:
    rubric = shown(rubric)
    criterion = rubric.criterion(criterion.id)
    texts, clause = criterion.texts, criterion.clause
    source = rubric.sources[clause["source"]]
    requirement = f" (requirement {clause['requirement']})" if clause.get("requirement") else ""
    click.echo(f"{criterion.id}: {criterion.title}\n")
    for heading, text in (
        ("Asks", texts["asks"]),
        ("Why", texts["why"]),
        ("Checked by", texts["how"]),
        ("Remedy", texts["remedy"]),
        ("Question", texts["question"]),
        ("Clause", f"{source['title']}: {clause['section']}{requirement}. {source['url']}"),
        ("Counts", f"{_ROLES[criterion.role]} Weight {criterion.weight} in the score. {_INHERITS[criterion.inherits]}"),
        ("Rubric", f"{rubric.title} ({rubric.id} {rubric.version}), pillar {rubric.pillars[criterion.pillar]}"),
    ):
        indent = " " * 12
        for line in textwrap.wrap(
            text, width(), initial_indent=f"{heading:<12}", subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
        ):
            click.echo(line)
