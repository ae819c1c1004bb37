"""A row of a table, and its examples, as cells that can be changed: every other row stays as it is written."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..loader.files import EXAMPLES

Cells = tuple[str, ...]
END = 2
"""The last columns of a table are the reason and the source, of its examples the rows that hold and those that wait."""


@dataclass(frozen=True)
class TableSheet:
    """The rows of a file that are shown: its columns, and by their place in the file those rows."""

    file: str
    columns: Cells
    rows: Mapping[int, Cells]


def sheets_of(texts: Mapping[str, str], file: str, row: str) -> tuple[TableSheet, TableSheet | None]:
    """A row of a table, and the examples that name it where there is a file of them."""
    columns, rows = _read(texts[file])
    table = TableSheet(file, columns, {place: cells for place, cells in rows.items() if cells[0].strip() == row})
    beside = examples_of(file)
    if beside not in texts:
        return table, None
    columns, rows = _read(texts[beside])
    named = {place: cells for place, cells in rows.items() if row in _names(cells)}
    return table, TableSheet(beside, columns, named)


def examples_of(file: str) -> str:
    """The file with the examples of a table."""
    return file.removesuffix(".csv") + EXAMPLES


def with_rows(text: str, changed: Mapping[int, Sequence[str]], added: Sequence[Sequence[str]] = ()) -> str:
    """The text of a table with other cells in some rows, by their place, and with rows more at its end."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    for place, (first, last, cells) in enumerate(_spans(text)):
        if place in changed and tuple(changed[place]) != cells:
            lines[first:last] = [_written(changed[place]), *[""] * (last - first - 1)]
    return "".join([*lines, *map(_written, added)])


def _written(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _spans(text: str) -> Iterator[tuple[int, int, Cells]]:
    """Each row with its first line and the one behind its last, the header first."""
    reader, first = csv.reader(io.StringIO(text, newline="")), 0
    for cells in reader:
        yield first, reader.line_num, tuple(cells)
        first = reader.line_num


def _read(text: str) -> tuple[Cells, dict[int, Cells]]:
    (_, _, head), *rest = _spans(text)
    return tuple(cell.strip() for cell in head), {place: cells for place, (_, _, cells) in enumerate(rest, 1) if cells}


def _names(cells: Cells) -> set[str]:
    return {name.strip() for cell in cells[-END:] for name in cell.split(";")}
