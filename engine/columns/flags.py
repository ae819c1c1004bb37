"""Members of conclusions in Parquet: two flags without nulls, which cost a fourth of one flag with nulls to write.

`avoid: x` is `avoid: x (in)` and `avoid: x (open)` there; none has the plain name, under which open would look like no.
"""

from collections.abc import Collection
from typing import TypeVar

import polars as pl

IN, OPEN = " (in)", " (open)"
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def as_two_flags(table: pl.DataFrame, members: Collection[str]) -> pl.DataFrame:
    """A table in which each of these columns of yes, no and nothing is two columns of yes and no."""
    columns: list[pl.Series] = []
    for column in table.get_columns():
        if column.name in members:
            columns += [column.fill_null(False).alias(column.name + IN), column.is_null().alias(column.name + OPEN)]
        else:
            columns.append(column)
    return pl.DataFrame(columns)


def as_one_flag(table: Frame) -> Frame:
    """The same table with one column for each member again, null where it is open."""
    schema = table.collect_schema()
    flags = {name for name, kind in schema.items() if kind == pl.Boolean()}
    both = {name.removesuffix(IN) for name in flags if name.endswith(IN) and name.removesuffix(IN) + OPEN in flags}
    columns = []
    for name in schema.names():
        if name.endswith(IN) and name.removesuffix(IN) in both:
            member = name.removesuffix(IN)
            columns.append(pl.when(~pl.col(member + OPEN)).then(pl.col(name)).alias(member))
        elif not (name.endswith(OPEN) and name.removesuffix(OPEN) in both):
            columns.append(pl.col(name))
    return table.select(columns)
