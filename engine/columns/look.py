"""What a file of somebody's own has in it, before anything is known of its columns: how it is written, its texts."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from ..errors import Place, Problem
from ..facts import text_of, tidy
from ..mapping import Long
from . import inputs, statistics, visits
from .facts import is_plain, loose, says_something
from .head import LOOKED_AT, SEPARATORS, names_of
from .parquet import guarded, shown
from .piece import Lines, Piece, Spot, Unusable, Vocabulary, Written, tidied
from .tables import as_text
from .text import Source

ROWS = 500_000  # that are looked at
TEXTS = 60  # distinct texts of a column that are kept, the most frequent ones
FURTHER = ":^~"  # separators that are tried where none of the usual ones fits
LATIN = "windows-1252"
_LIKE_A_DAY = re.compile(r"\s*\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")


@dataclass(frozen=True)
class SeenColumn:
    """A column: in how many rows it says something, its most frequent texts with their number, how many there are.

    `label` and `codes` are what the file itself says of it.
    """

    name: str
    filled: int
    texts: dict[str, int]
    distinct: int
    label: str = ""
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def all_texts(self) -> bool:
        """Whether each of its texts is among those kept."""
        return self.distinct == len(self.texts)


@dataclass(frozen=True)
class Look:
    """A file as it was seen: how its text is written, its columns, and its first rows as a table of text.

    `cut` says that it has more rows.
    """

    columns: tuple[SeenColumn, ...]
    rows: int
    written: Written
    table: pl.DataFrame
    lines: Lines
    cut: bool = False


def look(path: Path, kind: str, known: Collection[str], vocabulary: Vocabulary, written: Written | None = None) -> Look:
    """What is in a file; `known` are names that columns may have; `written` how it is written, where that is known.

    Raises Unusable.
    """
    if written is None:
        written = how_written(path) if kind in ("csv", "ndjson") else Written()
    head, written = _head(path, kind, known, written) if kind == "csv" else ((), written)
    readers = Vocabulary(vocabulary.parse, frozenset((*known, *head)), written=written)
    some: list[Piece] = []
    rows = 0
    cut = False
    for piece in inputs.pieces(path, kind, Spot(), 1 << 17, readers):
        if cut := rows >= ROWS:
            break
        some.append(piece)
        rows += piece.table.height
    whole = tidied(visits.gathered(iter(some)))
    table = whole.table
    if kind == "ndjson":
        table = table.select(column for column in table.get_columns() if column.null_count() < table.height)
    labels = statistics.labels_of(path) if kind == "statistics" else {}
    return Look(tuple(_columns(table, labels)), table.height, written, table, whole.lines, cut)


def look_long(seen: Look, long: Long, keys: tuple[str, ...], file: str) -> Look:
    """The same of a table with a row for each answer: its items as columns."""
    whole = Piece(seen.table, seen.lines, [], Spot())
    table = visits.widened(whole, long, keys, file).table
    return Look(tuple(_columns(table, {})), table.height, seen.written, table, seen.lines, seen.cut)


def _columns(table: pl.DataFrame, labels: dict[str, statistics.Labels]) -> Iterator[SeenColumn]:
    for column in table.get_columns():
        texts = loose(column) if is_plain(column) else as_text(column)
        said = texts.filter(says_something(texts).fill_null(False)) if len(texts) else texts
        counts = [
            (text_of(raw) or str(raw), count) for raw, count in said.value_counts(sort=True).head(2 * TEXTS).rows()
        ]
        kept = dict(sorted(counts, key=lambda one: (-one[1], one[0]))[:TEXTS])
        label = labels.get(column.name, statistics.Labels("", {}))
        yield SeenColumn(column.name, len(said), kept, said.n_unique(), label.label, dict(label.codes))


def is_unique(table: pl.DataFrame, columns: Sequence[str]) -> bool:
    """Whether no two rows of a table have the same texts in some columns."""
    return not table.select(columns).is_duplicated().any()


def in_order(seen: Look, column: str) -> list[str]:
    """The different texts of a column, as they come."""
    return [text for raw in seen.table[column].drop_nulls().unique(maintain_order=True) if (text := text_of(raw))]


def days_written(texts: Collection[str]) -> list[str]:
    """The ways of writing days in which all of some texts are one."""
    if not texts or not all(map(_LIKE_A_DAY.match, texts)):  # seldom are there any, and to ask Polars takes a while
        return []
    column = pl.Series(list(texts), dtype=pl.String)
    return [name for name in visits.AS_DATES if visits.as_days(column, name).null_count() == 0]


# --- how text is written ---------------------------------------------------------------------------------------------


def how_written(path: Path) -> Written:
    """The encoding of a text file where it is not UTF-8: then it is taken for the usual one of Windows."""
    name = shown(path)
    with guarded(name, lambda: path.open("rb")) as raw:
        source = guarded(name, lambda: Source(raw, name))
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            while data := source.read(1 << 20):
                decoder.decode(data)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return Written(LATIN)
    return Written()


def _head(path: Path, kind: str, known: Collection[str], written: Written) -> tuple[tuple[str, ...], Written]:
    """The names of the columns, and the separator where it is an unusual one."""
    try:
        found = inputs.columns_of(path, kind, known, written)
        lower = {name.casefold() for name in known}
        if len({tidy(name).casefold() for name in found} & lower) > 1 or written.separator:
            return found, written
    except Unusable:
        if written.separator:
            raise
    separator, head = _sniffed(path, written)
    if not head:
        raise Unusable(Problem(Place(shown(path)), "no head", "a line with the names of the columns"))
    return names_of(head), written if separator in SEPARATORS else Written(written.encoding, separator)


def _sniffed(path: Path, written: Written) -> tuple[str, tuple[str, ...]]:
    """The separator that gives most of the first lines the same number of fields, and the first of those lines."""
    with path.open("rb") as raw:
        source = Source(raw, shown(path), encoding=written.encoding)
        lines = source.read(1 << 20).removeprefix(codecs.BOM_UTF8).decode(errors="replace").split("\n")[:LOOKED_AT]
    for separators in (SEPARATORS, FURTHER):
        tried = [(separator, _fields(lines, separator)) for separator in separators]
        best = max(
            tried, key=lambda one: sum(len(fields) for fields in one[1] if len(fields) == len(one[1][0])), default=None
        )
        if best and best[1] and len(best[1][0]) > 1:
            return best[0], best[1][0]
    some = [line.strip() for line in lines if line.strip()]
    return ",", (some[0],) if some else ()


def _fields(lines: Sequence[str], separator: str) -> list[tuple[str, ...]]:
    """The records of some lines from the first that has as many fields as most have, and most of them filled."""
    records = [tuple(map(str.strip, fields)) for fields in csv.reader(lines, delimiter=separator) if any(fields)]
    usual = Counter(len(fields) for fields in records).most_common(1)
    count = usual[0][0] if usual else 0
    heads = (number for number, one in enumerate(records) if len(one) == count < 2 * sum(map(bool, one)))
    return records[next(heads, 0) :]
