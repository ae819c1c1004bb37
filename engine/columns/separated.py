"""Separated text (CSV) as spreadsheets write it, read in blocks: tables of text, and every broken line by its number.

Polars parses what is in order; numpy finds what is not, so that one broken line costs that line and no other.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np
import polars as pl

from ..errors import Place, Problem

BLOCK = 1 << 23
LONGEST = 1 << 16  # letters in quotes; what is longer is a quote that was never closed
PATIENCE = 3  # blocks with a text that does not fit, then all are read as text first
SEPARATORS = b",;\t|"
Lines = np.ndarray[Any, np.dtype[np.int64]]
BOM = b"\xef\xbb\xbf"
QUOTE, LINE, RETURN = 34, 10, 13
PLUS = b"+"  # before a number it is a fault that Polars does not see
_SEP_LINE = re.compile(rb"sep=(.)\r?\n", re.IGNORECASE)


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
    bytes of the file, packed as it is, that were read so far.
    """

    table: pl.DataFrame
    lines: Lines
    broken: Sequence[Problem]
    after: Spot
    behind: int = 0


class Unusable(Exception):
    """A whole file that cannot be read, with the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Head:
    """The first record: its columns, what separates them, and where the rows begin."""

    columns: tuple[str, ...]
    separator: bytes
    start: Spot


def head_of(file: BinaryIO, name: str) -> Head:
    """The head of a file; raises Unusable."""
    start = file.read(BLOCK)
    skipped = len(BOM) if start.startswith(BOM) else 0
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unusable(Problem(Place(name), "text in UTF-16", "UTF-8; save it as CSV UTF-8"))
    line = 0
    told = _SEP_LINE.match(start, skipped)
    if told:
        skipped, line = told.end(), 1
    first = start[skipped:].partition(b"\n")[0]
    if len(first) > LONGEST * 16:
        raise Unusable(Problem(Place(name, line + 1), "a first line that has no end", "the names of the columns"))
    separator = told[1] if told else max((bytes([one]) for one in SEPARATORS), key=_outside(first).count)
    record = _record(start, skipped, separator)
    if isinstance(record, str) or not any(field.strip() for field in record[0]):
        raise Unusable(Problem(Place(name, line + 1), "no head", "a first line with the names of the columns"))
    fields, end = record
    try:
        columns = tuple(field.decode().strip() for field in fields)
    except UnicodeDecodeError:
        raise Unusable(Problem(Place(name, line + 1), "a head that is no UTF-8", "save it as CSV UTF-8")) from None
    if any("\r" in column for column in columns):
        raise Unusable(Problem(Place(name), "lines that end in a carriage return alone", "LF or CRLF")) from None
    _refuse_twice(columns, name, line + 1)
    return Head(columns, separator, Spot(end, line + start[skipped:end].count(b"\n")))


def _refuse_twice(columns: Sequence[str], name: str, line: int) -> None:
    for place, column in enumerate(columns):
        if column and column in columns[:place]:
            raise Unusable(Problem(Place(name, line), f"two columns {column[:80]!r}", "each column once"))


def _outside(line: bytes) -> bytes:
    return b"".join(line.split(b'"')[::2])


def _pattern(separator: bytes) -> "re.Pattern[bytes]":
    one = re.escape(separator)
    return re.compile(rb'(?:"((?:[^"]|""){0,%d})"|([^"\r\n%b][^\r\n%b]*|))(%b|\r?\n|\Z)' % (LONGEST, one, one, one))


def _record(data: bytes, start: int, separator: bytes) -> tuple[list[bytes], int] | str:
    """The fields of the record that begins there and where it ends; or what is wrong with it."""
    pattern, fields, place = _pattern(separator), list[bytes](), start
    while True:
        found = pattern.match(data, place)
        if found is None:
            return "quotes that do not fit" if b'"' in data[place : place + LONGEST] else "a line that cannot be read"
        quoted, bare, end = found.groups()
        fields.append(bare if quoted is None else quoted.replace(b'""', b'"'))
        place = found.end()
        if end != separator:
            return fields, place


class Separated:
    """The rows of a separated file."""

    def __init__(self, name: str, head: Head, types: Mapping[str, Any] | None = None) -> None:
        self.name = name
        self.head = head
        self.names = tuple(column or f"column {number}" for number, column in enumerate(head.columns, 1))
        self.schema = dict.fromkeys(self.names, pl.String())
        self.separator = head.separator
        self.types = {column: dtype for column, dtype in (types or {}).items() if column in self.names}
        self.failed = 0

    def pieces(self, file: BinaryIO, spot: Spot, most: int) -> Iterator[Piece]:
        """The rows from a spot on, in pieces of so many at most; the file stands at the spot's offset."""
        row, skip = spot.row - spot.skip, spot.skip
        for data, begin, after in self._blocks(file, spot):
            table, lines, broken = self._read(data, begin.line) if data else self._too_long(begin.line)
            here, row = replace(begin, row=row), row + table.height + len(broken)
            after = replace(after, row=row)
            yield from _cut(Piece(table, lines, broken, after), here, skip, most)
            skip = 0

    def extents(self, file: BinaryIO, spot: Spot, most: int) -> Iterator[tuple[Spot, int]]:
        """Where each of `pieces` ends and how many cases it has; parsed only where it must be."""
        row, skip = spot.row - spot.skip, spot.skip
        for data, begin, after in self._blocks(file, spot):
            here, count = replace(begin, row=row), self._count(data, begin.line) if data else 1
            row += count
            for done in range(most, count, most):
                if done > skip:
                    yield replace(here, row=here.row + done, skip=done), most
            if count > skip:
                yield replace(after, row=row), (count - 1) % most + 1
            skip = 0

    def _blocks(self, file: BinaryIO, spot: Spot) -> Iterator[tuple[bytes, Spot, Spot]]:
        """Whole records in blocks, where each begins and where it ends: at the same places wherever reading began.

        There is no text where a line has no end within reason.
        """
        rest, here = b"", replace(spot, row=0, skip=0)
        while True:
            block = file.read(BLOCK - (here.offset + len(rest)) % BLOCK)
            data = rest + block
            if not data:
                return
            end = _end(data) if block else len(data)
            whole, rest = data[:end], data[end:]
            if not end and len(data) > 2 * BLOCK:
                size, rest = _behind_line(file, data)
                after = Spot(here.offset + size, here.line + 1)
            elif end:
                after = Spot(here.offset + end, here.line + whole.count(b"\n"))
            else:
                continue
            yield whole, here, after
            here = after
            if not block:
                return

    def _count(self, data: bytes, line: int) -> int:
        """How many records that are not blank some whole lines have."""
        if b'"' not in data:
            ends: Any = np.flatnonzero(np.frombuffer(data, np.uint8) == LINE) + 1
            ends = ends if data.endswith(b"\n") else np.append(ends, len(data))
        else:
            found = _ends(data)
            if found is None or not _in_order(np.frombuffer(data, np.uint8), found[0], self.separator[0]):
                table, _, broken = self._read(data, line)
                return int(table.height) + len(broken)
            ends = found[1]
        return len(ends) - int(_blank(np.frombuffer(data, np.uint8), ends).sum())

    def _too_long(self, line: int) -> tuple[pl.DataFrame, Lines, list[Problem]]:
        """A line that has no end within reason, as a broken one."""
        problem = Problem(Place(self.name, line + 1), f"a line longer than {2 * BLOCK:,} bytes", "a line a case")
        return pl.DataFrame(schema=self.schema), np.empty(0, np.int64), [problem]

    def _read(self, data: bytes, line: int) -> tuple[pl.DataFrame, Lines, list[Problem]]:
        """The table of some whole lines, the line of each row, and what is broken."""
        rows = data.count(b"\n") + (not data.endswith(b"\n"))
        wanted = len(self.names) - 1
        if b'"' not in data and _times(data, self.separator) == rows * wanted and (wanted or b"\n\n" not in data):
            table = self._parsed(data, rows)
            if table is not None:
                return table, np.arange(line + 1, line + 1 + rows), []
        ends = _ends(data)
        found = None if ends is None else self._by_record(data, line, *ends)
        return found if found is not None else self._by_hand(data, line)

    def _parsed(self, data: bytes, rows: int) -> pl.DataFrame | None:
        if not rows:
            return pl.DataFrame(schema=self.schema)
        tried = self.failed < PATIENCE and PLUS not in data
        found = self._as(data, self.types) if tried else None
        if found is None:
            found = self._as(data, {})
            self.failed += tried and found is not None
        return found if found is not None and found.height == rows else None

    def _as(self, data: bytes, types: Mapping[str, Any]) -> pl.DataFrame | None:
        """The table with some columns in their type and the rest as text; None where a text does not fit."""
        unknown = dict.fromkeys(types, "unknown")
        schema = {**self.schema, **types}
        try:
            return pl.read_csv(
                data, has_header=False, schema=schema, separator=self.separator.decode(), null_values=unknown or None
            )
        except (pl.exceptions.PolarsError, UnicodeDecodeError):
            return None

    def _by_record(self, data: bytes, line: int, quotes: Any, ends: Any) -> Any:
        """Where the quotes are in order: the records with as many fields as the head, and the others."""
        buffer = np.frombuffer(data, np.uint8)
        if not _in_order(buffer, quotes, self.separator[0]):
            return None
        starts = np.concatenate(([0], ends[:-1]))
        separators = np.flatnonzero(buffer == self.separator[0])
        separators = separators[np.searchsorted(quotes, separators) % 2 == 0]
        counts = np.diff(np.searchsorted(separators, np.concatenate((starts, ends[-1:]))))
        breaks = np.flatnonzero(buffer == LINE)
        firsts = line + 1 + np.searchsorted(breaks, starts)
        blank = _blank(buffer, ends)
        fits = (counts == len(self.names) - 1) & ~blank
        good = np.flatnonzero(fits)
        kept = (
            data
            if fits.all()
            else b"".join(data[start:end] for start, end in zip(starts[fits], ends[fits], strict=True))
        )
        table = self._parsed(kept, len(good))
        if table is None:
            return None
        broken = [self._misfit(int(firsts[row]), int(counts[row]) + 1) for row in np.flatnonzero(~fits & ~blank)]
        return table, firsts[good], broken

    def _misfit(self, line: int, fields: int) -> Problem:
        return Problem(Place(self.name, line), f"{fields} fields in this line", f"{len(self.names)}, as in the head")

    def _by_hand(self, data: bytes, line: int) -> tuple[pl.DataFrame, Lines, list[Problem]]:
        """Record by record, where quotes do not fit or something is no text."""
        rows: list[list[str | None]] = []
        lines: list[int] = []
        broken: list[Problem] = []
        place, here = 0, line + 1
        while place < len(data):
            record = _record(data, place, self.separator)
            if isinstance(record, str):
                broken.append(Problem(Place(self.name, here), record, "quotes around a whole field, doubled within"))
                end = data.find(b"\n", place) + 1 or len(data)
            else:
                fields, end = record
                if fields != [b""]:
                    self._take(fields, here, rows, lines, broken)
            here += data.count(b"\n", place, end)
            place = end
        table = pl.DataFrame(rows, schema=self.schema, orient="row")
        return table, np.array(lines, np.int64), broken

    def _take(
        self, fields: list[bytes], line: int, rows: list[list[str | None]], lines: list[int], broken: list[Problem]
    ) -> None:
        if len(fields) != len(self.names):
            broken.append(self._misfit(line, len(fields)))
            return
        try:
            rows.append([field.decode() or None for field in fields])
            lines.append(line)
        except UnicodeDecodeError:
            broken.append(Problem(Place(self.name, line), "no UTF-8 text", "save it as CSV UTF-8"))


def _behind_line(file: BinaryIO, data: bytes) -> tuple[int, bytes]:
    """How many bytes a line has that begins with the data, and what was read behind its end."""
    size, block, end = len(data), data, 0
    while block and not end:
        block = file.read(BLOCK)
        end = block.find(b"\n") + 1
        size += end or len(block)
    return size, block[end:]


def _blank(buffer: Any, ends: Any) -> Any:
    """Which of the records are blank."""
    starts = np.concatenate(([0], ends[:-1]))
    first = buffer[starts]
    return (first == LINE) | ((first == RETURN) & (ends - starts == 2))


def _cut(piece: Piece, here: Spot, skip: int, most: int) -> Iterator[Piece]:
    """A piece in parts of so many rows at most, without the rows that are behind; broken lines come with the first."""
    first = len(piece.broken)
    starts = [0, *range(max(most - first, 0), piece.table.height, most)] if first + piece.table.height > most else [0]
    starts = sorted(set(starts))
    done = 0
    for start, stop in zip(starts, [*starts[1:], piece.table.height], strict=True):
        broken = piece.broken if not start and not done else []
        done += len(broken) + stop - start
        if done <= skip:
            continue
        last = stop == piece.table.height
        after = piece.after if last else replace(here, row=here.row + done, skip=done)
        yield Piece(piece.table.slice(start, stop - start), piece.lines[start:stop], broken, after)


def _times(data: bytes, byte: bytes) -> int:
    """How often a byte is there; where that is often, `bytes.count` takes five times as long."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == byte[0]))


def _end(data: bytes) -> int:
    """Where the last whole record of a block ends; 0 where none does."""
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    found = _ends(data, whole=False)
    if found is not None and len(found[1]) and len(data) - int(found[1][-1]) < BLOCK:
        return int(found[1][-1])
    return data.rfind(b"\n") + 1 if len(data) > BLOCK else 0


def _ends(data: bytes, whole: bool = True) -> tuple[Any, Any] | None:
    """The places of all quotes, and where each record ends; None where a quote is left open."""
    buffer = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(buffer == QUOTE)
    if whole and len(quotes) % 2:
        return None
    breaks = np.flatnonzero(buffer == LINE)
    ends = breaks[np.searchsorted(quotes, breaks) % 2 == 0] + 1
    if whole and (not len(ends) or ends[-1] != len(data)):
        ends = np.append(ends, len(data))
    return quotes, ends


def _in_order(buffer: Any, quotes: Any, separator: int) -> bool:
    """Whether every quote opens at the begin of a field and closes at its end, or is doubled."""
    if not len(quotes):
        return True
    opening, closing = quotes[::2], quotes[1::2]
    before = buffer[np.maximum(opening - 1, 0)]
    starts = (opening == 0) | np.isin(before, (separator, LINE, QUOTE))
    after = buffer[np.minimum(closing + 1, len(buffer) - 1)]
    stops = (closing == len(buffer) - 1) | np.isin(after, (separator, LINE, RETURN, QUOTE))
    return bool(starts.all() and stops.all() and (closing - opening).max() < LONGEST)
