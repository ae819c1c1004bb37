"""How common gaps are among plausible patients."""

from collections.abc import Iterable

import polars as pl

from ..circuit import CompiledRulebook
from .program import Program
from .synthetic import Order, made_up

CASES = 20_000


def shares(compiled: CompiledRulebook, terms: Iterable[str]) -> dict[str, float]:
    """For each single-valued conclusion the share of made-up complete cases (0 to 1) that end without an answer."""
    rulebook = compiled.rulebook
    frame = Program(compiled).evaluate(pl.concat(made_up(rulebook, Order(CASES))), restricted=False)
    found = {}
    for name in terms:
        term, column = rulebook.terms[name], frame[name]
        without = column == term.otherwise if term.gap and term.otherwise is not None else column.is_null()
        found[name] = float(without.sum()) / frame.height
    return found
