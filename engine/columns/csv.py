"""Separated text (CSV) as spreadsheets write it: tables of text, every broken line by its number, and no other lost.

numpy finds the lines that are in order, and Polars reads them; the standard library reads the odd ones, one by one.
"""

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from ..errors import Place, Problem
from ..facts import UNKNOWN
from .head import MOST, Head, another_head, is_head, names_of, refuse_twice
from .piece import Lines, Rows, Spot, Unusable
from .program import CASE
from .text import Records, Source

CELL = 1 << 20  # letters of a cell of several lines; what is longer is a quote that was never closed
SIGNS = 3  # names of the head by which another one is found
PATIENCE = 3  # blocks with a text that does not fit, then all are read as text first
QUOTE, LINE, RETURN, NOTHING = b'"\n\r\0'
MISQUOTED = "quotes around a whole field, doubled within"
csv.field_size_limit(max(CELL, csv.field_size_limit()))


class Table(Records):
    """The rows of a source that has a head."""

    def __init__(
        self, source: Source, head: Head, types: Mapping[str, Any] | None = None, known: Collection[str] = ()
    ) -> None:
        self.source = source
        self.name = source.name
        self.names = names_of(head.columns)
        refuse_twice(self.names, Place(source.name))
        self.start = head.start
        self.separator = head.separator
        self.schema = dict.fromkeys(self.names, pl.String())
        self.types = {column: dtype for column, dtype in (types or {}).items() if column in self.schema}
        self.failed, self.unknown = 0, ""
        self.counting = False
        self.head = [column.casefold() for column in head.columns]
        self.heads = {name.casefold() for name in known} | {*self.head} - {""} if known else set()
        own = sorted({name for name in self.head if name in self.heads}, key=len)
        self.shows_heads = bool(self.types) and sum(map(self._may_be_name, self.schema)) < 2
        self.signs = [name.encode() for name in {*own[-SIGNS:], *(one for one in own if one == CASE)}]

    def _may_be_name(self, column: str) -> bool:
        """Whether a cell of the column may be a name of a head and yet be read in the column's type."""
        dtype = self.types.get(column)
        if isinstance(dtype, pl.Enum):
            return not self.heads.isdisjoint(text.strip().casefold() for text in (*dtype.categories, UNKNOWN))
        return dtype is None or any(name == UNKNOWN or not name[:1].isalpha() for name in self.heads)

    def extents(self, spot: Spot, most: int) -> Iterator[tuple[Spot, int]]:
        """As of all records; no cell is read for it."""
        self.counting = True
        return super().extents(spot, most)

    def _begin(self, spot: Spot) -> Spot:
        return spot if spot.offset else self.start

    def _take(self, data: bytes, line: int, last: bool) -> tuple[int, Callable[[], Rows], int]:
        block = _Block(self, data, line, last)
        return block.used, block.rows, block.count

    # --- cells -------------------------------------------------------------------------------------------------------

    def table(self, data: bytes, rows: int, typed: bool = True) -> pl.DataFrame:
        """The table of so many records that are in order; `typed`, the types are tried first."""
        if not rows:
            return pl.DataFrame(schema=self.schema)
        found = self.in_types(data, rows) if typed else None
        if found is None:
            found = self._as(data, rows, {})
        return found if found is not None else self._by_hand(data)

    def in_types(self, data: bytes, rows: int) -> pl.DataFrame | None:
        """The table with every finding in its type; None where a text does not fit, or several did not before."""
        if self.failed >= PATIENCE or not self.types:
            return None
        found = self._as(data, rows, self.types, self.unknown)
        if found is None and not self.unknown:  # a word that is looked for in each cell costs a twentieth more
            self.unknown = UNKNOWN
            found = self._as(data, rows, self.types, self.unknown)
        self.failed += found is None
        return found

    def _as(self, data: bytes, rows: int, types: Mapping[str, Any], unknown: str = "") -> pl.DataFrame | None:
        """The table with some columns in their type and the rest as text; None where a text does not fit."""
        quoted = b'"' in data
        nulls: Any = dict.fromkeys(types, unknown) if unknown else None if types else ""
        try:
            table = pl.read_csv(
                data,
                has_header=False,
                schema={**self.schema, **types},
                separator=self.separator,
                quote_char='"' if quoted else None,
                null_values=nulls,
            )
        except (pl.exceptions.PolarsError, UnicodeDecodeError):
            return None
        if types and quoted and b'""' in data:
            table = table.with_columns(pl.col(pl.String).replace("", None))
        return table if table.height == rows else None

    def _by_hand(self, data: bytes) -> pl.DataFrame:
        """The same by the standard library, should Polars ever see it otherwise."""
        texts = data.decode().split("\n")
        records = csv.reader((f"{text}\n" for text in texts if text), delimiter=self.separator)
        return pl.DataFrame([[field or None for field in one] for one in records], schema=self.schema, orient="row")


class _Block:
    """Some text of a table: `used` bytes of it are whole records."""

    def __init__(self, table: Table, data: bytes, line: int, last: bool) -> None:
        self.of = table
        self.data = data
        self.line = line
        self.last = last
        self.wanted = len(table.names) - 1
        end = len(data) if last else data.rfind(b"\n") + 1
        self.buffer = np.frombuffer(data, np.uint8, end)
        stops: Any = np.flatnonzero(self.buffer == LINE) + 1
        self.stops = stops if not end or (len(stops) and stops[-1] == end) else np.append(stops, end)
        self.starts = np.concatenate(([0], self.stops[:-1])) if end else self.stops
        self.odd = np.zeros(len(self.stops), np.bool_)
        self.fields = self._separators()
        self._find_odd()
        first = self.buffer[self.starts]
        self.blank = (first == LINE) | ((first == RETURN) & (self.stops - self.starts <= 2) & ~self.odd)
        self.fits = ~self.odd & ~self.blank & (self.fields == self.wanted)
        self.read: dict[int, tuple[int, bytes | Problem]] = {}
        self.in_types = self._in_types(end)
        whole = len(self.stops) if self.in_types is not None else self._to_another_head(self._read_odd())
        self.used = int(self.starts[whole]) if whole < len(self.starts) else end
        self.is_record = ~self.blank
        for place, (count, _) in self.read.items():
            self.is_record[place + 1 : place + count] = False
        self.is_record = self.is_record[:whole]
        self.count = int(np.count_nonzero(self.is_record))

    # --- which lines are odd -----------------------------------------------------------------------------------------

    def _separators(self) -> Any:
        """How many separators each line has, those within quotes left out where its quotes are in order."""
        is_one = self.buffer == ord(self.of.separator)
        quotes = np.flatnonzero(self.buffer == QUOTE) if b'"' in self.data else self.buffer[:0]
        if not len(quotes):
            return _sums(is_one, self.starts)
        before = np.cumsum(is_one, dtype=np.int32)
        per_line = np.diff(before[self.stops - 1], prepend=0)
        edges = np.searchsorted(quotes, self.stops)
        number = np.diff(edges, prepend=0)
        line_of = np.repeat(np.arange(len(number)), number)
        opens = (np.arange(len(quotes)) - (edges - number)[line_of]) % 2 == 0
        earlier, later = self.buffer[quotes - 1], self.buffer[np.minimum(quotes + 1, len(self.buffer) - 1)]
        well_opened = (quotes == self.starts[line_of]) | (earlier == QUOTE) | is_one[quotes - 1]
        well_closed = (later == QUOTE) | (later == LINE) | (later == RETURN) | (quotes == len(self.buffer) - 1)
        well_closed |= is_one[np.minimum(quotes + 1, len(self.buffer) - 1)]
        self.odd |= number % 2 == 1
        self.odd[line_of[~np.where(opens, well_opened, well_closed)]] = True
        regular = ~self.odd[line_of]
        opening, closing = quotes[opens & regular], quotes[~opens & regular]
        inside = before[closing] - before[opening]
        return per_line - np.bincount(line_of[opens & regular], inside, len(number)).astype(np.int64)

    def _find_odd(self) -> None:
        """Mark lines with a lone carriage return, a zero byte, or what is not text."""
        if b"\r" in self.data:
            returns = np.flatnonzero(self.buffer == RETURN)
            lone = returns[self.buffer[np.minimum(returns + 1, len(self.buffer) - 1)] != LINE]
            self._mark(lone)
        if b"\0" in self.data:
            self._mark(np.flatnonzero(self.buffer == NOTHING))
        if not self.data.isascii() and not _is_text(self.data[: len(self.buffer)]):
            for place in np.unique(np.searchsorted(self.stops, np.flatnonzero(self.buffer > 127), side="right")):
                self.odd[place] |= not _is_text(self.data[self.starts[place] : self.stops[place]])

    def _mark(self, places: Any) -> None:
        self.odd[np.searchsorted(self.stops, places, side="right")] = True

    def _in_types(self, end: int) -> pl.DataFrame | None:
        """The table of a block whose lines are all in order, where that alone shows that no line is another head."""
        self.tried = self.of.shows_heads and not self.of.counting and bool(len(self.stops)) and bool(self.fits.all())
        return self.of.in_types(self.data[:end], len(self.stops)) if self.tried else None

    # --- heads -------------------------------------------------------------------------------------------------------

    def _to_another_head(self, whole: int) -> int:
        """How many lines stand above another head, which begins another table; the same head again is a problem.

        Raises Unusable where the other head is the first line.
        """
        data = self.data.lower() if self.of.signs else b""
        hits = [hit for sign in self.of.signs for hit in _places(data, sign, self.of.separator)]
        within = {place + more for place, (count, _) in self.read.items() for more in range(count)} if hits else ()
        for place in np.unique(np.searchsorted(self.stops, np.array(hits, np.int64), side="right")).tolist():
            fields = [] if place >= whole or place in within else self._fields(place)
            if not is_head(fields, self.of.heads):
                continue
            if [field.strip().casefold() for field in fields] == self.of.head:
                self.fits[place] = False
                self.read[place] = 1, self._problem(place, "the head again", "it once, above all rows")
            elif self.blank[:place].all():
                raise Unusable(another_head(Place(self.of.name, self.line + place + 1), fields))
            else:
                self.read = {row: found for row, found in self.read.items() if row < place}
                return int(place)
        return whole

    def _fields(self, place: int) -> list[str]:
        """The fields of a line, none where it is too long for a head."""
        line = self.data[self.starts[place] : self.stops[place]]
        text = line.decode(errors="replace") if len(line) <= MOST else ""
        return next(csv.reader([text], delimiter=self.of.separator), [])

    # --- odd lines ---------------------------------------------------------------------------------------------------

    def _read_odd(self) -> int:
        """Read each odd line, with those it goes on in; gives back how many lines are whole records."""
        behind = 0
        for place in np.flatnonzero(self.odd).tolist():
            if place < behind:
                continue
            found = self._record(place)
            if found is None:
                return int(place)
            self.read[place] = found
            behind = place + found[0]
        return len(self.stops)

    def _record(self, place: int) -> tuple[int, bytes | Problem] | None:
        """How many lines the record has that begins there, and its text or problem; None where more text is needed."""
        texts = _Texts(self.data, self.starts, self.stops, place)
        try:
            fields = next(csv.reader(texts, delimiter=self.of.separator, strict=True))
        except csv.Error as error:
            waits = texts.over and not self.last and len(self.data) - int(self.starts[place]) < self.of.source.longest
            return None if waits else (1, self._problem(place, _said(error), MISQUOTED))
        count = texts.place - place
        if not fields:
            self.blank[place] = True
            return 1, b""
        if len(fields) != self.wanted + 1:
            if self.fits[place + 1 : place + count].any():  # a quote that was never closed took them in
                return 1, self._problem(place, "quotes that do not fit", MISQUOTED)
            return count, self._misfit(place, len(fields))
        text = self.of.separator.join(f'"{field}"' for field in (field.replace('"', '""') for field in fields))
        try:
            data = text.encode()
        except UnicodeEncodeError:
            return count, self._problem(place, "no UTF-8 text", "it saved as CSV UTF-8")
        if b"\0" in data:
            return count, self._problem(place, "binary data", "text in UTF-8")
        return count, data + b"\n"

    def _problem(self, place: int, there: str, expected: str) -> Problem:
        return Problem(Place(self.of.name, self.line + place + 1), there, expected)

    def _misfit(self, place: int, fields: int) -> Problem:
        there = f"{fields} field{'s' * (fields != 1)} in this line"
        return self._problem(place, there, f"{self.wanted + 1}, as in the head")

    # --- rows --------------------------------------------------------------------------------------------------------

    def rows(self) -> Rows:
        """All records, the cells of the readable ones as a table."""
        good = self.fits[: len(self.is_record)] & self.is_record
        bad: dict[int, Problem] = {}
        for place in np.flatnonzero(self.is_record & ~good).tolist():
            found = self.read.get(place)
            if found is None:
                bad[place] = self._misfit(place, int(self.fields[place]) + 1)
            elif isinstance(found[1], Problem):
                bad[place] = found[1]
            else:
                good[place] = True
        records = np.flatnonzero(self.is_record)
        places = np.flatnonzero(good)
        table = self.in_types
        if table is None:
            table = self.of.table(self._text(good), len(places), typed=not self.tried)
        broken = np.array(list(bad), np.int64)
        return Rows(
            table,
            places + (self.line + 1),
            np.searchsorted(records, places),
            list(bad.values()),
            np.searchsorted(records, broken),
        )

    def _text(self, good: Lines) -> bytes:
        """The good records, each odd one as it is understood."""
        if good.all() and not self.read:
            return self.data[: self.used]
        edges = np.flatnonzero(np.diff(good & ~self.odd[: len(good)], prepend=False, append=False)).tolist()
        runs = [(start, self.data[self.starts[start] : self.stops[stop - 1]]) for start, stop in _pairs(edges)]
        odd = [(place, text) for place, (_, text) in self.read.items() if isinstance(text, bytes)]
        return b"".join(text for _, text in sorted([*runs, *odd]))


def _sums(is_one: Any, starts: Lines) -> Any:
    """How many are set from each start to the next one; counted in few bits, in a third of the time, where all fit."""
    longest = int(np.diff(starts, append=len(is_one)).max(initial=0))
    width = np.uint16 if longest < 1 << 16 else np.int64
    counts = np.add.reduceat(is_one.view(np.uint8), starts, dtype=width) if len(starts) else starts
    return counts.astype(np.int64)


def _places(data: bytes, sign: bytes, separator: str) -> Iterator[int]:
    """Where a text stands alone in a field, as far as the letters beside it tell."""
    beside = separator.encode() + b'"\r\n '
    at = data.find(sign)
    while at >= 0:
        end = at + len(sign)
        if data[at - 1 : at] in beside and data[end : end + 1] in beside:
            yield at
        at = data.find(sign, end)


def _pairs(edges: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(edges[::2], edges[1::2], strict=True)


def _said(error: csv.Error) -> str:
    if "limit" in str(error):
        return f"a quote that is never closed, or a text in quotes longer than {CELL:,} letters"
    if "new-line" in str(error):
        return "a carriage return within a line"
    return "quotes that do not fit"


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Texts:
    """Lines as text from a place on; `over` when there are no more."""

    def __init__(self, data: bytes, starts: Lines, stops: Lines, place: int) -> None:
        self.data, self.starts, self.stops, self.place = data, starts, stops, place
        self.over = False

    def __iter__(self) -> "_Texts":
        return self

    def __next__(self) -> str:
        if self.place == len(self.stops):
            self.over = True
            raise StopIteration
        text = self.data[self.starts[self.place] : self.stops[self.place]].decode(errors="surrogateescape")
        self.place += 1
        return text
