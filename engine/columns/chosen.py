"""Cases of a batch that somebody looks for, the worst first, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from ..alarms import scales_of
from ..rulebook import Rulebook, Term
from .flags import ASKED
from .program import CASE
from .results import OPEN, Answers, alarm_is_on, answer_of, open_questions


@dataclass(frozen=True)
class Wanted:
    """Which cases are looked for: answers (a conclusion and its value), an open question, a part of the id."""

    answers: tuple[tuple[str, str], ...] = ()
    ask: str = ""
    case: str = ""


@dataclass(frozen=True)
class ChosenCase:
    """One case: its id, its answers to the terms asked for, and how many screening questions are open."""

    case: str
    answers: tuple[str, ...]
    open: int


def choose(
    answers: Answers, wanted: Wanted, shown: Sequence[Term], first: int, count: int
) -> tuple[int, list[ChosenCase]]:
    """How many cases are wanted, and some of them from a number on, the worst first, then as they came."""
    if not answers.parts:
        return 0, []
    rulebook = answers.rulebook
    table = answers.table().filter(pl.all_horizontal(pl.lit(True), *_conditions(rulebook, wanted)))
    found = table.select(pl.len()).collect(engine="streaming").item()
    scales = [pl.col(f"{term.name} {end}") for term in scales_of(rulebook) for end in ("at least", "at most")]
    columns = [answer_of(term).alias(f"answer {number}") for number, term in enumerate(shown)]
    asked = open_questions(answers).alias("open")
    keys = [scale.to_physical().alias(f"key {number}") for number, scale in enumerate(scales)]
    rows = table.select(pl.col(CASE), *columns, asked, *keys)
    if keys:
        names = [f"key {number}" for number in range(len(keys))]
        rows = rows.sort(names, descending=True, nulls_last=True, maintain_order=True)
    some = rows.slice(first, count).select(CASE, *(f"answer {number}" for number in range(len(shown))), "open")
    return found, [ChosenCase(row[0], tuple(row[1:-1]), row[-1]) for row in some.collect().iter_rows()]


def _conditions(rulebook: Rulebook, wanted: Wanted) -> Iterator[pl.Expr]:
    for name, value in wanted.answers:
        term = rulebook.terms[name]
        if term.domain.kind == "several":
            yield pl.col(f"{name}: {value}").fill_null(False)
        elif term.takes_highest and value in term.domain.values:
            yield (pl.col(f"{name} at least") == value).fill_null(False)
        elif (name, value) in {(name, one) for one in term.alarms}:
            yield alarm_is_on(rulebook, name, value)
        elif term.takes_highest and value == OPEN:
            yield (pl.col(f"{name} at least") != pl.col(f"{name} at most")).fill_null(False)
        else:
            yield answer_of(term) == value
    if wanted.ask:
        yield pl.col(ASKED + wanted.ask) if rulebook.terms[wanted.ask].screening else pl.lit(False)
    if wanted.case:
        yield pl.col(CASE).str.to_lowercase().str.contains(wanted.case.lower(), literal=True)
