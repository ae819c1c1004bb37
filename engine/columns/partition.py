"""What the names of folders say of all rows of a table, as columns; the id column; rows without any answer."""

from collections.abc import Mapping

import polars as pl

from .program import CASE
from .tables import Reading, as_text

GIVEN = f"{CASE} (given)"


def with_names(table: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """The table with other names of columns, as far as it has them; ids that are all missing make room."""
    if CASE in names and CASE in table.columns and table[CASE].null_count() == table.height:
        table = table.drop(CASE)
    return table.rename({old: new for old, new in names.items() if old in table.columns})


def with_partition(table: pl.DataFrame, said: Mapping[str, str | None], reading: Reading) -> pl.DataFrame:
    """The table with what is said of all its rows; where one says otherwise itself, its cell has both, a fault."""
    for name, value in said.items():
        column = pl.Series(name, [value] * table.height, pl.String)
        if name in table.columns:
            column = _both(table[name], column, reading)
        table = table.with_columns(column)
    return table


def _both(own: pl.Series, said: pl.Series, reading: Reading) -> pl.Series:
    """Of two columns the one value of each row, or both as one text."""
    if not len(said) or said[0] is None:
        return own
    mine, theirs = _read(own, reading), _read(said, reading)
    differs = (mine != theirs).fill_null(False)
    if not differs.any() and not mine.null_count():
        return own
    text = as_text(own)
    both = pl.select(pl.format("{} in its row and {} in the name of its folder", text, said)).to_series()
    empty = text.is_null() | (text.str.strip_chars() == "").fill_null(False)
    whole: pl.Series = text.zip_with(~empty, said).zip_with(~differs, both).alias(own.name)
    return whole


def _read(column: pl.Series, reading: Reading) -> pl.Series:
    """What a column says, as text, whatever its type; nothing where that is no value."""
    if column.name not in reading.findings:
        return as_text(column)
    typed = reading.read(pl.DataFrame([column]), "", [0] * len(column)).findings
    text: pl.Series = typed[column.name].cast(pl.String)
    return text


def without_answer(findings: pl.DataFrame) -> int:
    """How many rows of typed findings have no answer at all."""
    answered = pl.any_horizontal(False, pl.all().exclude(CASE).is_not_null())
    return int(findings.select((~answered).sum()).item()) if findings.height else 0
