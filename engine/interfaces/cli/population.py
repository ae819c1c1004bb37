"""What `check --population` does."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..terminal import needing, say_json
from .options import compiled_of

if TYPE_CHECKING:
    from ...rulebook import Rulebook

MOST_REDRAWN = 1.0
"""Per cent of the draws that may be impossible; more, and it is another population than the one described."""


def tell_population(rulebook: "Rulebook", options: dict[str, Any], as_json: bool, whole: bool) -> bool:
    """Draw the population of a knowledge base, decide it, and tell what the rules make of it; whether all is well."""
    if rulebook.population is None:
        there = f"the knowledge base {rulebook.directory} describes no patients"
        raise click.UsageError(f"{there}; expected files in population/ (docs/population.md)")
    with needing("batch"):
        from ...columns.population import Wanted, figures
    from .. import population as text

    wanted = Wanted(
        options["patients"],
        options["seed"],
        wrong_answers=options["wrong_answers"],
        next_visit=options["next_visit"],
    )
    runs = figures(compiled_of(rulebook), rulebook.population, wanted, options["span"])
    body = text.as_json(runs, rulebook.digest)
    against = options["against"]
    if as_json:
        say_json(body)
    else:
        lines = text.changes(_read(against), body) if against else text.in_words(runs, whole)
        click.echo("\n".join(lines))
    believable = runs[0].redrawn <= MOST_REDRAWN
    if not believable:
        there = f"{runs[0].redrawn:.1f} % of the drawn patients were impossible"
        click.echo(f"{there}; expected at most {MOST_REDRAWN:g} %: see impossible/ and population/", err=True)
    return believable


def _read(path: Path) -> dict[str, Any]:
    """What an earlier run printed with --json."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        body["figures"]["groups"]["all"]["parts"], body["rulebook"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        there = f"{path} is not what `lumbar check --population --json` prints"
        raise click.UsageError(there) from error
    return dict(body)
