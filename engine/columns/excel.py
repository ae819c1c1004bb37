"""The first sheet of an Excel workbook as a table of text; the only file that imports python_calamine."""

import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..errors import Place, Problem
from ..extras import missing
from .foreign import WORKBOOK
from .head import another_head, head_row, is_head, names_of, refuse_rows_above, refuse_twice
from .piece import Lines, Piece, Spot, Unusable, Vocabulary

LARGEST = 1 << 29  # bytes of a workbook when it is unpacked: all of it is in memory
CELLS = 20_000_000  # of a sheet up to its last row and column, whether filled or not: all of them are in memory too
_PLACE = re.compile(rb"<(?:\w+:)?(?:c|row)\s[^>]*?\br=[\"']([A-Z]{0,3})(\d{1,7})[\"']")
AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Sheet:
    """The rows below the head as `table`, the row of the sheet that each is, and what ends them before the end."""

    table: pl.DataFrame
    lines: Lines
    end: Problem | None


def table_of(path: Path, name: str, known: Collection[str], types: Mapping[str, Any] | None = None) -> Sheet:
    """The rows of a workbook below the head; raises Unusable."""
    sheet = [[_text(cell) for cell in row] for row in _sheet(path, name)]
    filled = [(number, [(cell or "").strip() for cell in row]) for number, row in enumerate(sheet) if any(row)]
    at = head_row(filled, name, known)
    head = next(cells for number, cells in filled if number == at)
    refuse_rows_above([one for one in filled if one[0] < at], head, types or {}, name)
    refuse_twice(names_of(head), Place(name, at + 1))
    names = {one.casefold() for one in (*known, *head)} - {""}
    below = [one for one in filled if one[0] > at]
    other = next((one for one in below if _is_other(one[1], head, names)), None)
    end = another_head(Place(name, other[0] + 1), other[1]) if other else None
    rows = [number for number, _ in below if other is None or number < other[0]]
    table = pl.DataFrame([sheet[number] for number in rows], dict.fromkeys(names_of(head), pl.String()), orient="row")
    return Sheet(table, np.array(rows, np.int64) + 1, end)


def _is_other(cells: Sequence[str], head: Sequence[str], names: Collection[str]) -> bool:
    return is_head(cells, names) and [*map(str.casefold, cells)] != [*map(str.casefold, head)]


def pieces(path: Path, name: str, spot: Spot, most: int, vocabulary: Vocabulary) -> Iterator[Piece]:
    """The rows from a spot on; raises Unusable where another table begins."""
    sheet = table_of(path, name, vocabulary.names, vocabulary.types)
    for first in range(spot.row, sheet.table.height, most):
        some = sheet.table.slice(first, most)
        yield Piece(some, sheet.lines[first : first + most], [], Spot(row=first + some.height))
    if sheet.end:
        raise Unusable(sheet.end)


def _sheet(path: Path, name: str) -> list[list[Any]]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
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
            if sum(one.file_size for one in archive.infolist()) > LARGEST:
                raise Unusable(Problem(Place(name), f"{WORKBOOK} of over {LARGEST:,} bytes", "it saved as CSV UTF-8"))
            for one in archive.infolist():
                if (cells := _cells(archive, one)) > CELLS:
                    there = f"{WORKBOOK} with a sheet of {cells:,} cells up to its last row and column"
                    raise Unusable(Problem(Place(name), there, f"at most {CELLS:,}, none far away; or CSV UTF-8"))
        return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, IndexError) as error:
        raise Unusable(
            Problem(Place(name), f"no Excel workbook that can be read ({error})", "it saved as CSV UTF-8")
        ) from None


def _cells(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> int:
    """How many cells a sheet has up to its last row and column; raises BadZipFile where a part is larger than told."""
    columns, last, rest = {b"A"}, 0, b""
    with archive.open(one) as part:
        while some := part.read(AT_ONCE):
            if one.filename.startswith("xl/worksheets/"):
                found = _PLACE.findall(rest + some)
                columns.update(column for column, _ in found)
                last = max([last, *(int(row) for _, row in found)])
                rest = some[-100:]
    return max(map(_number, columns)) * last


def _number(column: bytes) -> int:
    """The number of a column: A is 1, AA 27."""
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def _text(cell: Any) -> str | None:
    """A cell as CSV would have it: whole numbers without a point, true and false as yes and no."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell) or None
