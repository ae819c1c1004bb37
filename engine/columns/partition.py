"""Columns under other names, so that the ids are in `case`; rows without any answer."""

from collections.abc import Mapping

import polars as pl

from .program import CASE


def with_names(table: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """The table with other names of columns, as far as it has them; ids that are all missing make room."""
    if CASE in names and CASE in table.columns and table[CASE].null_count() == table.height:
        table = table.drop(CASE)
    return table.rename({old: new for old, new in names.items() if old in table.columns})


def without_answer(findings: pl.DataFrame) -> int:
    """How many rows of typed findings have no answer at all."""
    if findings.width <= 1 or not findings.height:  # nothing but the ids
        return findings.height
    answered = pl.any_horizontal(pl.all().exclude(CASE).is_not_null())
    return int(findings.select((~answered).sum()).item())
