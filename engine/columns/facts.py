"""Columns of outside values to facts, by the table of engine/facts.py: asked once for each value that stands there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from ..case import Value
from ..errors import CaseError, Place, Problem, listed
from ..facts import MISSING, Misnamed, Misspelt, read_name, read_value
from ..rulebook import Rulebook, Term
from .findings import dtype_of

PLAIN = (pl.String, pl.Enum, pl.Categorical, pl.Boolean)
SHOWN = 12  # values that are shown of a column that was not read


@dataclass(frozen=True)
class ReadColumn:
    """The facts of a column; where it has something that is not a value, and what that may be a slip of the pen for.

    `wrong` and `meant` are None where there is nothing of the kind.
    """

    facts: pl.Series
    wrong: pl.Series | None = None
    meant: pl.Series | None = None


def read_column(term: Term, column: pl.Series) -> ReadColumn:
    """What a column says of a term, value for value as `read_value` has it."""
    wanted, dtype = dtype_of(term), column.dtype
    if dtype == wanted and term.domain.kind != "number":
        return ReadColumn(column.alias(term.name))
    nothing = pl.Series(term.name, [None], wanted).new_from_index(0, len(column))
    if dtype == pl.Null:
        return ReadColumn(nothing)
    if not is_plain(column):
        return ReadColumn(nothing, _if_any(column.is_not_null()))
    column = loose(column)
    quick = _quick(column, term, wanted).alias(term.name)
    if quick.null_count() == column.null_count():
        return ReadColumn(quick)
    left = quick.is_null() & column.is_not_null()
    facts, meant, faults = _read_each(term, column.filter(left).unique())
    return ReadColumn(
        quick.zip_with(~left, _looked_up(column, facts, wanted)) if facts else quick,
        left & column.is_in(pl.Series(faults, dtype=column.dtype).implode()) if faults else None,
        _looked_up(column, meant, wanted).alias(term.name) if meant else None,
    )


def _read_each(term: Term, raw: pl.Series) -> tuple[dict[Any, Value], dict[Any, Value], list[Any]]:
    """Of different values the facts, what others may be meant for, and all that are no value."""
    facts: dict[Any, Value] = {}
    meant: dict[Any, Value] = {}
    faults = []
    for one in raw.to_list():
        value = read_value(term, one)
        if isinstance(value, Misspelt):
            faults.append(one)
            if value.meant is not None:
                meant[one] = value.meant
        elif value is not None:
            facts[one] = value
    return facts, meant, faults


def _looked_up(column: pl.Series, known: dict[Any, Value], wanted: Any) -> pl.Series:
    keys = pl.Series(list(known), dtype=column.dtype)
    found: pl.Series = column.replace_strict(keys, list(known.values()), default=None, return_dtype=wanted)
    return found


def _if_any(truth: pl.Series) -> pl.Series | None:
    return truth if truth.any() else None


def is_plain(column: pl.Series) -> bool:
    """Whether each value of the column is a text, a number or a truth."""
    return column.dtype in PLAIN or column.dtype.is_numeric()


def loose(column: pl.Series) -> pl.Series:
    """The column in a type that a text can be compared with; what is not a number is nothing."""
    number: pl.Series = column
    if column.dtype in (pl.Enum, pl.Categorical):
        number = column.cast(pl.String)
    return number.fill_nan(None) if number.dtype.is_float() else number


def says_something(column: pl.Series) -> pl.Series:
    """Where a column has anything but what stands for no answer."""
    column = loose(column)
    if column.dtype != pl.String:
        return column.is_not_null()
    words = column.str.replace_all("[\x1c-\x1f]", " ").str.strip_chars().str.to_lowercase()  # spaces, as `tidy` has it
    found: pl.Series = column.is_not_null() & ~words.is_in(MISSING).fill_null(True)
    return found


def _quick(column: pl.Series, term: Term, wanted: Any) -> pl.Series:
    """The values that need no table, being facts already; null where there is none, or where it is not sure."""
    if term.domain.kind != "number" and column.dtype == pl.String:
        value: pl.Series = column.cast(wanted, strict=False)
        return value
    if term.domain.kind == "number" and column.dtype == pl.String:
        written: pl.Series = column.cast(pl.Int32, strict=False)
        plain = written.is_between(term.domain.low, term.domain.high) & ~column.str.contains("+", literal=True)
        return written.set(~plain.fill_null(False), None)
    if term.domain.kind == "number" and column.dtype.is_numeric():
        number: pl.Series = column.cast(pl.Int32, strict=False)
        inside = number.is_between(term.domain.low, term.domain.high)
        same = inside if column.dtype.is_integer() else inside & (number.cast(column.dtype) == column)
        sure: pl.Series = number if same.all() else number.set(~same.fill_null(False), None)
        return sure
    return pl.Series(column.name, [None] * len(column), wanted)


# --- the last gate ---------------------------------------------------------------------------------------------------


def check_table(rulebook: Rulebook, table: pl.DataFrame, aside: tuple[str, ...]) -> None:
    """Raise CaseError, with every problem, unless each column is a finding's and has but facts that its term allows.

    What stands in the columns `aside` is not looked at.
    """
    problems = [
        problem for column in table.get_columns() if column.name not in aside for problem in _refused(rulebook, column)
    ]
    if problems:
        raise CaseError(problems)


def _refused(rulebook: Rulebook, column: pl.Series) -> Iterator[Problem]:
    place = Place("table")
    term = read_name(rulebook, column.name, place)
    if isinstance(term, Misnamed):
        yield term.problem
    elif not _allowed(term, column):
        allowed = rulebook.allowed[term.name]
        odd = (one for one in column.drop_nulls().to_list() if type(one) not in (str, int) or one not in allowed)
        values = listed(list(dict.fromkeys(repr(one)[:80] for one in odd)) or ["nothing"], SHOWN)
        expected = f"facts as engine.columns.facts.read_column gives them: {dtype_of(term)}"
        yield Problem(place, f"a column {term.name!r} of {column.dtype} with {values}", expected)


def _allowed(term: Term, column: pl.Series) -> bool:
    """Whether a column has nothing but facts of its finding; one of the finding's own values needs no look."""
    if column.dtype in (dtype_of(term), pl.Null) and term.domain.values:
        return True
    if term.domain.values:
        ours = column.dtype in (pl.String, pl.Enum, pl.Categorical)
        return ours and bool(column.cast(pl.String).drop_nulls().is_in(term.domain.values).all())
    low, high = (term.domain.low, term.domain.high)
    return column.dtype == pl.Null or (
        column.dtype.is_integer() and bool(column.drop_nulls().is_between(low, high).all())
    )
