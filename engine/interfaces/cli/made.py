"""The cases that `make-cases` makes: drawn from a population, or uniform."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from .options import compiled_of

if TYPE_CHECKING:
    from ...columns.synthetic import Tables
    from ...rulebook import Rulebook

Made = tuple["Tables", Mapping[str, Any]]


def tables_of(
    rulebook: "Rulebook", count: int, *, seed: int, unknown: float, visits: str, uniform: bool, hidden: bool
) -> Made:
    """The tables, and the types of their columns."""
    if rulebook.population is None and not uniform:
        click.echo(f"{rulebook.directory} describes no patients: the cases are uniform", err=True)
    if rulebook.population is None or uniform:
        if hidden:
            raise click.UsageError("--hidden goes with patients drawn from population/")
        return _uniform(rulebook, count, seed, unknown, visits)
    from ...columns.population import Drawn, cases, columns_of

    compiled, population = compiled_of(rulebook), rulebook.population
    drawn = Drawn(count, seed, unknown, visits, hidden)
    return lambda: cases(compiled, population, drawn), columns_of(compiled, population, drawn)


def _uniform(rulebook: "Rulebook", count: int, seed: int, unknown: float, visits: str) -> Made:
    from ...columns import synthetic

    common = {} if visits == "both" else {"visit": visits}
    if not common.keys() <= rulebook.terms.keys():
        raise click.UsageError(f"the knowledge base {rulebook.directory} has no finding `visit`")
    order = synthetic.Order(count, seed, unknown, common)
    return lambda: synthetic.made_up(rulebook, order), synthetic.schema_of(rulebook)
