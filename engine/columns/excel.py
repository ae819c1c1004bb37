"""The first sheet of an Excel workbook as a table of text; the only file that imports python_calamine."""

import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..errors import Place, Problem
from ..extras import missing
from .foreign import WORKBOOK
from .head import head_row, names_of, refuse_twice
from .piece import Piece, Spot, Unusable

LARGEST = 1 << 29  # bytes of a workbook when it is unpacked: all of it is in memory
CELLS = 20_000_000  # of a sheet up to its last row and column, whether filled or not: all of them are in memory too
_PLACE = re.compile(rb"<(?:\w+:)?(?:c|row)\s[^>]*?\br=[\"']([A-Z]{0,3})(\d{1,7})[\"']")
AT_ONCE = 1 << 20


def table_of(path: Path, name: str, known: Collection[str]) -> tuple[pl.DataFrame, Any]:
    """The rows below the head, and the row of the sheet that each is; raises Unusable."""
    sheet = [[_text(cell) for cell in row] for row in _sheet(path, name)]
    filled = [number for number, row in enumerate(sheet) if any(row)]
    at = head_row([(number, [cell or "" for cell in sheet[number]]) for number in filled], name, known)
    head = [(cell or "").strip() for cell in sheet[at]]
    refuse_twice(names_of(head), Place(name, at + 1))
    rows = [number for number in filled if number > at]
    table = pl.DataFrame([sheet[number] for number in rows], dict.fromkeys(names_of(head), pl.String()), orient="row")
    return table, np.array(rows, np.int64) + 1


def pieces(path: Path, name: str, spot: Spot, most: int, known: Collection[str]) -> Iterator[Piece]:
    """The rows from a spot on."""
    table, lines = table_of(path, name, known)
    for first in range(spot.row, table.height, most):
        some = table.slice(first, most)
        yield Piece(some, lines[first : first + most], [], Spot(row=first + some.height))


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
