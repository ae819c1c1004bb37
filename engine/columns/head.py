"""The head of a table: the record with the names of the columns, wherever it stands among the first ones."""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Place, Problem
from ..facts import tidy
from .piece import Spot, Unusable
from .text import Source

SEPARATORS = ",;\t|"
MOST = 1 << 20  # bytes of a head with all that stands above it
LOOKED_AT = 50  # lines
SHOWN = 3  # first lines, where there is no head
BOM = b"\xef\xbb\xbf"
_SEP_LINE = re.compile(rb"sep=(.)\r?\n", re.IGNORECASE)
_VALUE = re.compile(r"[+-]?\d+([.,]\d+)?|yes|no|true|false|unknown", re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """The names of the columns, what separates them, and where the rows begin."""

    columns: tuple[str, ...]
    separator: str
    start: Spot


@dataclass(frozen=True)
class _Candidate:
    fields: tuple[str, ...]
    separator: str
    first: int
    after: int
    known: int


def head_of(
    source: Source, known: Collection[str] = (), types: Mapping[str, Any] | None = None, separator: str = ""
) -> Head:
    """The head of a source that stands at its start; raises Unusable.

    `known` are names that columns may have, `types` those of findings; a row above the head is refused. `separator` is
    what separates the columns, where that is said.
    """
    data = source.read(MOST)
    skipped = len(BOM) if data.startswith(BOM) else 0
    separator_line = _SEP_LINE.match(data, skipped)
    skipped, above = (separator_line.end(), 1) if separator_line else (skipped, 0)
    if len(data) == MOST and b"\n" not in data[skipped:]:
        raise Unusable(
            Problem(Place(source.name, above + 1), "a first line that has no end", "the names of the columns")
        )
    if data[skipped:].lstrip(b" \t\r\n").startswith((b"{", b"[")):
        raise Unusable(Problem(Place(source.name), "JSON", "CSV, or a name that ends in .ndjson or .json"))
    lines = _lines(data[skipped:])
    found = _found(
        lines,
        separator or (separator_line[1].decode("latin-1") if separator_line else SEPARATORS),
        {name.casefold() for name in known},
    )
    if found is None or (known and not found.known and any(map(_VALUE.fullmatch, found.fields))):
        damaged = Problem(Place(source.name), source.cut, "the whole file")
        nothing = _no_head(source.name, lines, found.first + above if found else above)
        raise Unusable(damaged if source.cut and not any(map(bytes.strip, lines)) else nothing)
    line = above + found.first + 1
    if any(_is_no_text(field) for field in found.fields):
        raise Unusable(Problem(Place(source.name, line), "a head that is not UTF-8", "it saved as CSV UTF-8"))
    refuse_twice(found.fields, Place(source.name, line))
    titles = _candidates(lines[: found.first], found.separator, ())
    refuse_rows_above([(above + one.first, one.fields) for one in titles], found.fields, types or {}, source.name)
    size = sum(map(len, lines[: found.after]))
    return Head(found.fields, found.separator, Spot(skipped + size, above + found.after))


def head_row(rows: Sequence[tuple[int, Sequence[str]]], name: str, known: Collection[str]) -> int:
    """Which of the numbered rows of a sheet that are not empty is its head; raises Unusable."""
    wanted = {one.casefold() for one in known}
    counts = {number: sum(cell.casefold() in wanted for cell in cells) for number, cells in rows[:LOOKED_AT]}
    most = max(counts.values(), default=0)
    first = next((number for number, count in counts.items() if count * 2 >= most), -1)
    cells = dict(rows[:LOOKED_AT]).get(first, ())
    if not cells or (known and not most and any(map(_VALUE.fullmatch, cells))):
        lines = [" ".join(filter(None, cells)).encode() for _, cells in rows[:SHOWN]]
        raise Unusable(_no_head(name, lines, max(first, 0)))
    return first


def refuse_rows_above(
    rows: Iterable[tuple[int, Sequence[str]]], head: Sequence[str], types: Mapping[str, Any], name: str
) -> None:
    """Refuse rows above a head, where a title may stand and no case; raises Unusable."""
    wanted = sum(map(bool, head))
    by_name = {column.casefold(): dtype for column, dtype in types.items()}
    dtypes = [by_name.get(column.casefold()) for column in head]
    found = [
        (number, cells)
        for number, cells in rows
        if 1 < wanted == sum(map(bool, cells)) or any(map(_is_value, cells, dtypes))
    ]
    if found:
        shown = ", ".join(repr(" ".join(filter(None, cells))[:60]) for _, cells in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        there = f"{'a row' if len(found) == 1 else 'rows'} above the head: {shown}{more}"
        raise Unusable(
            Problem(Place(name, found[0][0] + 1), there, "the head above all rows, and above it a title only")
        )


def _is_value(cell: str, dtype: Any) -> bool:
    """Whether a cell is a value of a finding of this type."""
    if dtype is None or not cell:
        return False
    categories = getattr(dtype, "categories", None)
    own = categories is not None and cell.casefold() in {one.casefold() for one in categories}
    return own or _VALUE.fullmatch(cell) is not None


def is_head(cells: Sequence[str], names: Collection[str]) -> bool:
    """Whether a row has names in most of its cells, and in two at least; `names` are in small letters."""
    named = sum(cell.strip().casefold() in names for cell in cells)
    return named > 1 and named * 2 > sum(map(bool, cells))


def another_head(place: Place, cells: Sequence[str]) -> Problem:
    """That another table begins in the middle of a file."""
    return Problem(place, f"another head: {' '.join(cells)[:60]!r}", "one table in a file, under one head")


def refuse_twice(columns: Sequence[str], place: Place) -> None:
    """Refuse columns of the same name, as all entrances have it; raises Unusable."""
    seen: set[str] = set()
    for column in map(tidy, columns):
        if column and column in seen:
            raise Unusable(Problem(place, f"two columns {column[:80]!r}", "each column once"))
        seen.add(column)


def names_of(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns, those without a name called by their number."""
    return tuple(column or f"column {number}" for number, column in enumerate(columns, 1))


def _lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n", LOOKED_AT)
    whole = [line + b"\n" for line in lines[:-1]]
    return whole if len(lines) > LOOKED_AT or not lines[-1] else [*whole, lines[-1]]


def _no_head(name: str, lines: Sequence[bytes], line: int) -> Problem:
    shown = [text[:60] for text in (line.decode(errors="replace").strip() for line in lines) if text][:SHOWN]
    begins = f": it begins with {', '.join(map(repr, shown))}" if shown else ""
    return Problem(Place(name, line + 1), f"no head{begins}", "a first line with the names of the columns")


def _is_no_text(field: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in field)


def _found(lines: Sequence[bytes], separators: str, known: Collection[str]) -> _Candidate | None:
    """The first record that names about as much as any, else the first that is not blank and no comment."""
    some = [one for separator in separators for one in _candidates(lines, separator, known)]
    most = max((one.known for one in some), default=0)
    some = [one for one in some if one.known * 2 >= max(most, 1)] if most else some
    first = min((one.first for one in some), default=0)
    return max((one for one in some if one.first == first), key=lambda one: (one.known, len(one.fields)), default=None)


def _candidates(lines: Sequence[bytes], separator: str, known: Collection[str]) -> Iterator[_Candidate]:
    """The records of the first lines."""
    texts = [line.decode(errors="surrogateescape") for line in lines]
    first = 0
    while first < len(texts):
        reader = csv.reader(texts[first:], delimiter=separator, strict=True)
        try:
            fields = tuple(field.strip() for field in next(reader, []))
        except csv.Error:
            fields = ()
        after = first + max(reader.line_num if fields else 1, 1)
        count = sum(field.casefold() in known for field in fields)
        if any(fields) and (count or not fields[0].startswith("#")):
            yield _Candidate(fields, separator, first, after, count)
        first = after
