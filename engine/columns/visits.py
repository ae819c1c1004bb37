"""Rows that cannot be read by themselves: tables with a row for each answer, and visits that take over what lasts."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from ..errors import Place, Problem, as_written
from ..facts import tidy
from ..mapping import Long, Visit, folded
from .findings import dtype_of
from .mapped import MappedTable, Mapper, Odd
from .piece import Piece, Spot, Strange, Unusable, between
from .program import CASE
from .tables import as_text, joined

AS_DATES = {
    "year-month-day": "%Y-%m-%d",
    "day.month.year": "%d.%m.%Y",
    "day/month/year": "%d/%m/%Y",
    "month/day/year": "%m/%d/%Y",
    "day-month-year": "%d-%m-%Y",
    "year/month/day": "%Y/%m/%d",
}
_LINE = "line of the file"
_YEAR = 1000  # the first of four digits: of two digits nobody knows the century


def gathered(pieces: Iterator[Piece]) -> Piece:
    """All pieces of a file as one."""
    tables, broken, odd, more = list[pl.DataFrame](), list[Problem](), dict[str, Odd](), dict[str, None]()
    lines: list[Any] = []
    rows = 0
    for piece in pieces:
        for name, cells in piece.odd.items():
            odd.setdefault(name, {}).update({row + rows: what for row, what in cells.items()})
        rows += piece.table.height
        tables.append(piece.table)
        lines.append(piece.lines)
        broken += piece.broken
        more |= dict.fromkeys(piece.more)
    every: Any = np.concatenate(lines) if lines else np.empty(0, np.int64)
    return Piece(joined(tables), every, broken, Spot(row=rows), odd=odd, more=[*more])


def sliced(piece: Piece, spot: Spot, most: int) -> Iterator[Piece]:
    """A whole file in pieces of so many cases at most, from a spot on; what is broken comes first."""
    count = piece.table.height + len(piece.broken)
    for first in range(spot.row, count, most):
        end = min(first + most, count)
        low, high = (max(place - len(piece.broken), 0) for place in (first, end))
        yield Piece(
            piece.table.slice(low, high - low),
            piece.lines[low:high],
            piece.broken[first:end],
            Spot(row=end),
            odd=between(piece.odd, low, high),
            more=piece.more,
        )


def widened(piece: Piece, long: Long, keys: tuple[str, ...], file: str) -> Piece:
    """A row for each case, of a table with a row for each answer; the keys tell the cases apart.

    Raises Unusable where a column for that is not there, or an item has the name of one.
    """
    lacking = [name for name in (*keys, long.item, long.value) if name not in piece.table.columns]
    if lacking:
        raise Unusable(Problem(Place(file), f"no column {lacking[0]!r}", "it, as the mapping says"))
    table = piece.table.select(as_text(piece.table[name]) for name in (*keys, long.item, long.value))
    names = {one: tidy(one) for one in table[long.item].drop_nulls().unique().to_list()}
    if taken := sorted({*keys, CASE} & {*names.values()}):
        raise Unusable(Problem(Place(file), f"an item {taken[0]!r}, as a column is called", "items of other names"))
    table = table.with_columns(
        pl.col(long.item).replace_strict(names, default=None, return_dtype=pl.String).replace("", None),
        pl.Series(_LINE, piece.lines),
    )
    whole = pl.all_horizontal(pl.col(keys[0], long.item).is_not_null() & (pl.col(keys[0], long.item) != ""))
    broken = [
        Problem(Place(file, line), f"no {keys[0]!r} or no {long.item!r}", "both in each row")
        for line in table.filter(~whole.fill_null(False))[_LINE].to_list()
    ]
    table = table.filter(whole.fill_null(False))
    wide = _wide(table, long, keys)
    odd = _twice(table, wide, long, keys)
    every: Any = wide[_LINE].to_numpy().astype(np.int64)
    return Piece(wide.drop(_LINE), every, [*piece.broken, *broken], Spot(row=wide.height), odd=odd)


def _wide(table: pl.DataFrame, long: Long, keys: tuple[str, ...]) -> pl.DataFrame:
    first = table.group_by(*keys, maintain_order=True).agg(pl.col(_LINE).first())
    answered = table.filter(pl.col(long.value).is_not_null())
    if not answered.height:
        return first
    wide = answered.pivot(long.item, index=[*keys], values=long.value, aggregate_function="first")
    return first.join(wide, on=[*keys], how="left", nulls_equal=True, maintain_order="left")


def _twice(table: pl.DataFrame, wide: pl.DataFrame, long: Long, keys: tuple[str, ...]) -> dict[str, Odd]:
    """Where a case has two different answers to one item."""
    several = table.group_by(*keys, long.item).agg(pl.col(long.value).drop_nulls().unique(maintain_order=True))
    several = several.filter(pl.col(long.value).list.len() > 1)
    if not several.height:
        return {}
    rows = wide.select(*keys, pl.int_range(pl.len()).alias(_LINE))
    odd: dict[str, Odd] = {}
    for found in several.join(rows, on=[*keys], how="left", nulls_equal=True).to_dicts():
        one, other = (as_written(text) for text in found[long.value][:2])
        odd.setdefault(found[long.item], {})[found[_LINE]] = Strange(f"two answers, {one} and {other}", "one of them")
    return odd


# --- visits ----------------------------------------------------------------------------------------------------------


def with_what_lasts(found: MappedTable, mapper: Mapper) -> MappedTable:
    """The visits of each patient in their order, each with what lasts from those before it, where it says nothing."""
    visit = mapper.mapping.visit
    if visit is None or not visit.takes_over or not found.table.height:
        return found
    when, odd = _order(found.table, visit)
    columns = []
    for name in mapper.lasting:
        if name in found.table.columns:
            own = found.table[name]
            filled = _filled(own.cast(dtype_of(mapper.terms[name]), strict=False), found.table[mapper.mapping.id], when)
            empty = own.is_null().scatter(list(found.odd.get(name, {})), False)
            taken = empty & filled.is_not_null()
            if taken.any():
                found.notes.taken_over[name] = int(taken.sum())
                columns.append(own.zip_with(~taken, filled.cast(own.dtype)))
    return MappedTable(found.table.with_columns(columns), _with(found.odd, odd), found.notes)


def as_days(texts: pl.Series, written: str) -> pl.Series:
    """The days that texts are, whose time of day does not matter; none for a year that has not four digits."""
    days = texts.str.strip_chars().str.extract(r"^([^ T]+)").str.to_date(AS_DATES[written], strict=False)
    return days.set(days.dt.year() < _YEAR, None)


def _order(table: pl.DataFrame, visit: Visit) -> tuple[pl.Series, Odd]:
    """A number for each row by which visits are ordered; and, by row, what stands where there should be one."""
    name = visit.date or visit.column
    texts = as_text(table[name])
    different = texts.drop_nulls().unique()
    if visit.date:
        days = as_days(different, visit.written)
        numbers = dict(zip(different.to_list(), days.cast(pl.Int32).to_list(), strict=True))
        expected = f"a day, written {visit.written}, its year with four digits"
    else:
        numbers = {one: visit.order.index(folded(one)) if folded(one) in visit.order else None for one in different}
        expected = ", ".join(visit.order)
    when = texts.replace_strict(list(numbers), list(numbers.values()), default=None, return_dtype=pl.Int32)
    wrong = when.is_null() & texts.is_not_null() & (texts != "")
    there = ((row, f"{as_written(texts[row])} in the column {name!r}") for row in wrong.arg_true().to_list())
    return when, {row: Strange(what, expected) for row, what in there}


def _filled(own: pl.Series, patient: pl.Series, when: pl.Series) -> pl.Series:
    """The last answer of each patient up to each visit; nothing where it is not known whose it is, or when."""
    frame = pl.DataFrame({"own": own, "patient": as_text(patient), "when": when}).with_row_index("row")
    known = frame.filter(pl.all_horizontal(pl.col("patient", "when").is_not_null()) & (pl.col("patient") != ""))
    filled = known.sort("patient", "when", maintain_order=True).with_columns(
        pl.col("own").forward_fill().over("patient")
    )
    whole = frame.select("row").join(filled.select("row", "own"), on="row", how="left", maintain_order="left")
    return whole["own"].alias(own.name)


def _with(odd: Mapping[str, Odd], days: Odd) -> dict[str, Odd]:
    return {**odd, CASE: {**odd.get(CASE, {}), **days}} if days else dict(odd)
