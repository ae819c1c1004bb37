"""Parquet, and parts of a store of cases, as pieces of just so many rows; damaged files are reported, not printed."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import polars as pl

from ..errors import Place, Problem
from ..facts import tidy
from . import encoding
from .head import names_of, refuse_twice
from .nested import Names, found_in_table
from .piece import Piece, Spot, Unusable, for_polars

UNREADABLE = (OSError, EOFError, pl.exceptions.PolarsError, pl.exceptions.PanicException)
Some = TypeVar("Some")
_ONE = Lock()


def shown(path: Path) -> str:
    """A path as text that can be printed."""
    return str(path).encode(errors="backslashreplace").decode()


def guarded(name: str, work: Callable[[], Some]) -> Some:
    """What the work gives; raises Unusable where it meets a file that cannot be read."""
    try:
        with without_panic():
            return work()
    except UNREADABLE as error:
        raise Unusable(Problem(Place(name), f"cannot be read ({_first(error)})")) from None


def _first(error: BaseException) -> str:
    if isinstance(error, pl.exceptions.PanicException):
        return "damaged"
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]


@contextmanager
def without_panic() -> Iterator[None]:
    """Keeps off standard error what Polars itself prints there of a file so damaged that one of its threads panics.

    All else that is printed meanwhile follows; while one thread does so, others go without.
    """
    try:
        real = os.dup(2) if _ONE.acquire(blocking=False) else None
    except OSError:  # there is no standard error
        _ONE.release()
        real = None
    if real is None:
        yield
        return
    with TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(real, 2)
            os.close(real)
            _ONE.release()
            kept.seek(0)
            said = kept.read()
            if said and b" panicked at " not in said:
                os.write(2, said)


def columns(path: Path) -> tuple[str, ...]:
    """The names of the columns."""
    return names_of(tuple(map(tidy, _scan(path).collect_schema().names())))


def rows_of(path: Path) -> int:
    """How many rows a Parquet file has; 0 where it cannot be read."""
    try:
        with without_panic():
            return _count(_scan(path))
    except UNREADABLE:
        return 0


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(for_polars(path), hive_partitioning=False)


def _count(table: pl.LazyFrame) -> int:
    return int(table.select(pl.len()).collect().item())


def extents(path: Path, spot: Spot, most: int) -> Iterator[tuple[Spot, int]]:
    """Where each of `pieces` ends and how many cases it has."""
    table = pl.scan_ipc(for_polars(path)) if path.suffix == encoding.SUFFIX else _scan(path)
    refuse_twice(names_of(table.collect_schema().names()), Place(shown(path)))
    rows = _count(table)
    for first in range(spot.row, rows, most):
        after = min(first + most, rows)
        yield Spot(row=after), after - first


def pieces(path: Path, spot: Spot, most: int, findings: Names) -> Iterator[Piece]:
    """The rows of a Parquet file from a spot on, none read ahead: another may be at those that come next."""
    rows = _scan(path)
    for after, count in extents(path, spot, most):
        first = after.row - count
        table = rows.slice(first, count).collect()
        table = table.rename(dict(zip(table.columns, names_of([*map(tidy, table.columns)]), strict=True)))
        found = piece(table, first)
        yield replace(found, more=found_in_table(table, findings))
        if found.after.row < after.row:  # a damaged file can end without a word
            place = Place(shown(path), found.after.row + 1)
            raise Unusable(Problem(place, f"rows that cannot be read, of {rows_of(path):,}"))


def stored(path: Path, spot: Spot, most: int) -> Iterator[Piece]:
    """The rows of a part of a store from a spot on."""
    table = encoding.read(path)
    for first in range(spot.row, table.height, most):
        yield piece(table.slice(first, most), first)


def piece(table: pl.DataFrame, first: int) -> Piece:
    """Rows with so many before them, numbered from 1."""
    done = first + table.height
    lines: Any = np.arange(first + 1, done + 1)
    return Piece(table, lines, [], Spot(row=done))
