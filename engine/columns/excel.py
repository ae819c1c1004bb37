"""The one visible sheet of an Excel workbook as a table of text; the only file that imports python_calamine."""

import zipfile
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..errors import Place, Problem, listed
from ..extras import missing
from ..facts import tidy
from .foreign import WORKBOOK
from .head import another_head, head_row, is_head, names_of, refuse_rows_above, refuse_twice
from .piece import Lines, Piece, Spot, Strange, Unusable, Vocabulary
from .sheets import parts_of, scanned

LARGEST = 1 << 29  # bytes of a workbook when it is unpacked: all of it is in memory
CELLS = 20_000_000  # of a sheet up to its last row and column, whether filled or not: all of them are in memory too
SHEETS = 5  # that are named
MERGED = Strange("one of several merged cells", "cells that are not merged, each with its value")
At = tuple[int, int]  # row and column, from 0


@dataclass(frozen=True)
class Sheet:
    """The rows below the head as `table`, the row of the sheet that each is, and what ends them before the end."""

    table: pl.DataFrame
    lines: Lines
    odd: Mapping[str, Mapping[int, Strange]]
    end: Problem | None


@dataclass(frozen=True)
class _Cells:
    """What a sheet has: all of its cells, those that cannot be read, and the corners of those that are merged."""

    rows: list[list[str | None]]
    strange: Mapping[At, Strange]
    merged: Sequence[tuple[At, At]]


def table_of(path: Path, name: str, known: Collection[str], types: Mapping[str, Any] | None = None) -> Sheet:
    """The rows of a workbook below the head; raises Unusable."""
    cells = _sheet(path, name)
    sheet, odd_rows = cells.rows, {row for row, _ in cells.strange}
    filled = [
        (number, [(cell or "").strip() for cell in row])
        for number, row in enumerate(sheet)
        if any(row) or number in odd_rows
    ]
    at = head_row(filled, name, known)
    head = next(cells for number, cells in filled if number == at)
    refuse_rows_above([one for one in filled if one[0] < at], head, types or {}, name)
    refuse_twice(names_of(head), Place(name, at + 1))
    names = {one.casefold() for one in (*known, *head)} - {""}
    below = [one for one in filled if one[0] > at]
    other = next((one for one in below if _is_other(one[1], head, names)), None)
    end = another_head(Place(name, other[0] + 1), other[1]) if other else None
    rows = [number for number, _ in below if other is None or number < other[0]]
    odd = _odd(cells, rows, head, known)
    table = pl.DataFrame([sheet[number] for number in rows], dict.fromkeys(names_of(head), pl.String()), orient="row")
    return Sheet(table, np.array(rows, np.int64) + 1, odd, end)


def _odd(
    cells: _Cells, rows: Sequence[int], head: Sequence[str], known: Collection[str]
) -> dict[str, dict[int, Strange]]:
    """By column and row of the table what stands in cells that have no value of their own, as far as it matters."""
    odd: dict[str, dict[int, Strange]] = {column: {} for column in map(tidy, head) if column in known}
    columns = {place: odd[tidy(column)] for place, column in enumerate(head) if tidy(column) in odd}
    for (top, left), (bottom, right) in cells.merged:
        if cells.rows[top : top + 1] and any(cells.rows[top][left : left + 1]):
            places = range(bisect_left(rows, top), bisect_left(rows, bottom + 1))
            for column in columns.keys() & range(left, right + 1):
                columns[column].update(dict.fromkeys(places, MERGED))
    at = {row: place for place, row in enumerate(rows)}
    for (row, column), what in cells.strange.items():
        if row in at and column in columns:
            columns[column][at[row]] = what
    for column, found in columns.items():
        for place in found:
            cells.rows[rows[place]][column] = None
    return odd


def _is_other(cells: Sequence[str], head: Sequence[str], names: Collection[str]) -> bool:
    return is_head(cells, names) and [*map(str.casefold, cells)] != [*map(str.casefold, head)]


def pieces(path: Path, name: str, spot: Spot, most: int, vocabulary: Vocabulary) -> Iterator[Piece]:
    """The rows from a spot on; raises Unusable where another table begins."""
    sheet = table_of(path, name, vocabulary.names, vocabulary.types)
    for first in range(spot.row, sheet.table.height, most):
        some = sheet.table.slice(first, most)
        places = range(first, first + some.height)
        odd = {
            column: {row - first: what for row, what in found.items() if row in places}
            for column, found in sheet.odd.items()
        }
        odd = {column: found for column, found in odd.items() if found}
        yield Piece(some, sheet.lines[first : first + most], [], Spot(row=first + some.height), odd=odd)
    if sheet.end:
        raise Unusable(sheet.end)


def _sheet(path: Path, name: str) -> _Cells:
    try:
        from python_calamine import CalamineError
    except ImportError:
        raise Unusable(
            Problem(
                Place(name),
                WORKBOOK,
                f"it saved as CSV UTF-8; {missing('python_calamine', 'formats')}",
            )
        ) from None
    try:
        with zipfile.ZipFile(path) as archive:
            strange = _looked_at(archive, name)
        return _visible(path, name, strange)
    except (CalamineError, zipfile.BadZipFile, OSError, IndexError) as error:
        raise Unusable(
            Problem(Place(name), f"no Excel workbook that can be read ({error})", "it saved as CSV UTF-8")
        ) from None


def _looked_at(archive: zipfile.ZipFile, name: str) -> dict[int, dict[At, Strange]]:
    """The cells of each sheet, by its place, that cannot be read; raises Unusable where a sheet is too large."""
    if sum(one.file_size for one in archive.infolist()) > LARGEST:
        raise Unusable(Problem(Place(name), f"{WORKBOOK} of over {LARGEST:,} bytes", "it saved as CSV UTF-8"))
    parts, strange = parts_of(archive), dict[int, dict[At, Strange]]()
    for one in archive.infolist():
        found = scanned(archive, one)
        if found.cells > CELLS:
            there = f"{WORKBOOK} with a sheet of {found.cells:,} cells up to its last row and column"
            raise Unusable(Problem(Place(name), there, f"at most {CELLS:,}, none far away; or CSV UTF-8"))
        if one.filename in parts:
            strange[parts[one.filename]] = found.strange
    return strange


def _visible(path: Path, name: str, strange: Mapping[int, Mapping[At, Strange]]) -> _Cells:
    """The one sheet that is visible and not empty; raises Unusable where there are several."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    workbook = CalamineWorkbook.from_path(path)
    found: dict[str, _Cells] = {}
    for number, one in enumerate(workbook.sheets_metadata):
        if one.visible != SheetVisibleEnum.Visible or one.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_index(number)
        rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        if any(map(any, rows)):
            found[one.name] = _Cells(rows, strange.get(number, {}), sheet.merged_cell_ranges or ())
    if len(found) > 1:
        there = f"cells in {len(found)} sheets: {listed([repr(one[:80]) for one in found], SHEETS)}"
        raise Unusable(Problem(Place(name), there, "one sheet with cells (others may be hidden); or each saved as CSV"))
    return next(iter(found.values()), _Cells([], {}, ()))


def _text(cell: Any) -> str | None:
    """A cell as CSV would have it: whole numbers without a point, true and false as yes and no."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell) or None
