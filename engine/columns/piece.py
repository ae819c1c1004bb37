"""Pieces of a file: the cases that could be read as a table, those that could not, and where reading goes on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..errors import LumbarError, Problem
from ..facts import tidy

Lines = np.ndarray[Any, np.dtype[np.int64]]
Parsed = Mapping[str, Any] | Problem


def for_polars(path: Path) -> Path | BytesIO:
    """A file as Polars can open it, which knows no path that is not UTF-8; that one is read whole."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return BytesIO(path.read_bytes())
    return path


class Repeated:
    """Stands where a key has several values in one line of JSON."""


REPEATED = Repeated()


@dataclass(frozen=True)
class Strange:
    """Stands where a cell has something, and no value: what there is, and what was expected."""

    there: str
    expected: str


@dataclass(frozen=True)
class Spot:
    """Where reading goes on: so many bytes, lines and rows are behind; `skip` rows of what comes are behind too."""

    offset: int = 0
    line: int = 0
    row: int = 0
    skip: int = 0


@dataclass(frozen=True)
class Piece:
    """Some cases as they are written: `table` has the readable ones, `lines` the line of each in its file, from 1.

    `broken` are lines that could not be read, a case each; `after` is where the next piece begins; `behind` are the
    bytes of the file, packed as it is, that were read so far. `odd` has, by column and row of the table, what stands in
    a cell that holds no single text: a list, a mapping, REPEATED, Strange; the cell itself is null. `more` names keys
    that have no column of their own.
    """

    table: pl.DataFrame
    lines: Lines
    broken: Sequence[Problem]
    after: Spot
    behind: int = 0
    odd: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    more: Sequence[str] = ()


@dataclass(frozen=True)
class Written:
    """How a text file is written, where that is said: its encoding, and what separates its columns."""

    encoding: str = ""
    separator: str = ""


AS_USUAL = Written()


@dataclass(frozen=True)
class Vocabulary:
    """What readers know of a knowledge base: names that are no extra ones, the types of findings.

    `parse` reads a line of JSON as a single case is read, given its bytes and number; it has the last word on a line.
    `written` is how text is written.
    """

    parse: Callable[[bytes, int], Parsed]
    names: frozenset[str] = frozenset()
    types: Mapping[str, Any] = field(default_factory=dict)
    written: Written = AS_USUAL


class Unusable(LumbarError):
    """A file, or the rest of it, that cannot be read, with the problem."""


@dataclass(frozen=True)
class Rows:
    """All records of a block in order: `good` and `bad` are the numbers among them of the rows and of the problems."""

    table: pl.DataFrame
    lines: Lines
    good: Lines
    broken: Sequence[Problem]
    bad: Lines
    odd: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    more: Sequence[str] = ()


def tidied(piece: Piece) -> Piece:
    """The piece with its columns named as `tidy` has them."""
    names: Mapping[str, str] = {name: tidy(name) for name in piece.table.columns if tidy(name) != name}
    if not names:
        return piece
    odd = {names.get(name, name): cells for name, cells in piece.odd.items()}
    return replace(piece, table=piece.table.rename(names), odd=odd)


def are_alike(one: Piece, other: Piece) -> bool:
    """Whether two pieces have the same columns, and nothing but rows."""
    only_rows = not any((some.broken or some.odd or some.more) for some in (one, other))
    return only_rows and one.table.columns == other.table.columns


def as_one(pieces: Sequence[Piece]) -> Piece | None:
    """Pieces that are alike, one after the other, as one; None where their columns have other types."""
    try:
        table = pl.concat([piece.table for piece in pieces], rechunk=True)
    except pl.exceptions.PolarsError:  # to compare all types costs more
        return None
    return replace(pieces[-1], table=table, lines=np.concatenate([piece.lines for piece in pieces]))


def between(odd: Mapping[str, Mapping[int, Any]], first: int, end: int) -> dict[str, dict[int, Any]]:
    """What stands where no answer is, by column and row, of some of the rows, counted from the first of them."""
    some = {
        name: {row - first: what for row, what in cells.items() if first <= row < end} for name, cells in odd.items()
    }
    return {name: cells for name, cells in some.items() if cells}


def cut(rows: Rows, here: Spot, after: Spot, skip: int, most: int, behind: tuple[int, int] = (0, 0)) -> Iterator[Piece]:
    """A block that begins here, in pieces of so many records at most, without the first ones that are behind.

    `behind` are the bytes of the file that were read before the block, and with it.
    """
    count = len(rows.good) + len(rows.bad)
    for end, spot in ends(count, here, after, skip, most):
        start = max(skip, end - (end - 1) % most - 1)
        (first, last), (low, high) = (np.searchsorted(some, (start, end)).tolist() for some in (rows.good, rows.bad))
        yield Piece(
            rows.table.slice(first, last - first),
            rows.lines[first:last],
            rows.broken[low:high],
            spot,
            behind[0] + (behind[1] - behind[0]) * end // max(count, 1),
            odd=between(rows.odd, first, last),
            more=rows.more,
        )


def ends(count: int, here: Spot, after: Spot, skip: int, most: int) -> Iterator[tuple[int, Spot]]:
    """After how many of its records each piece of a block ends, and the spot there."""
    for end in [*range(most, count, most), count]:
        if end > skip:
            yield end, after if end == count else replace(here, row=here.row + end, skip=end)
