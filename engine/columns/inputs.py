"""Files of cases as pieces, each a table of what is written: Parquet, CSV, lines of JSON, workbooks, statistics."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import Place, Problem
from . import excel, parquet, statistics
from .csv import Table
from .head import head_of, names_of
from .ndjson import JsonLines
from .nested import names_from
from .packed import SUFFIXES as SUFFIXES
from .parquet import guarded
from .parquet import rows_of as rows_of
from .parquet import shown as shown
from .piece import AS_USUAL, Piece, Spot, Unusable, Vocabulary, Written
from .text import Source


def columns_of(path: Path, kind: str, known: Collection[str] = (), written: Written = AS_USUAL) -> tuple[str, ...]:
    """The columns of a Parquet file, of separated text, of a workbook or a table of statistics; raises Unusable."""
    name = shown(path)
    if kind == "parquet":
        return guarded(name, lambda: parquet.columns(path))
    if kind == "excel":
        return tuple(excel.table_of(path, name, known).table.columns)
    if kind == "statistics":
        return guarded(name, lambda: statistics.columns(path))
    with _opened(path, written) as source:
        return guarded(name, lambda: names_of(head_of(source, known, separator=written.separator).columns))


def unpacked(path: Path, most: int) -> bytes:
    """What a packed file has, so many bytes of it at most; raises Unusable."""
    with _opened(path) as source:
        data = guarded(source.name, lambda: source.read(most))
        if source.cut:
            raise Unusable(Problem(Place(source.name), source.cut, "the whole file"))
        return data


@contextmanager
def _opened(path: Path, written: Written = AS_USUAL) -> Iterator[Source]:
    name = shown(path)
    with guarded(name, lambda: path.open("rb")) as raw:
        yield guarded(name, lambda: Source(raw, name, encoding=written.encoding))


def pieces(path: Path, kind: str, spot: Spot, most: int, vocabulary: Vocabulary) -> Iterator[Piece]:
    """The cases of a file from a spot on; raises Unusable where the rest of it cannot be read."""
    name = shown(path)
    found = _pieces(path, kind, spot, most, vocabulary)
    while (piece := guarded(name, lambda: next(found, None))) is not None:
        yield piece


def _pieces(path: Path, kind: str, spot: Spot, most: int, vocabulary: Vocabulary) -> Iterator[Piece]:
    if kind == "parquet":
        yield from parquet.pieces(path, spot, most, names_from(vocabulary.types))
    elif kind == "store":
        yield from parquet.stored(path, spot, most)
    elif kind == "excel":
        yield from excel.pieces(path, shown(path), spot, most, vocabulary)
    elif kind == "statistics":
        yield from statistics.pieces(path, spot, most)
    else:
        with _opened(path, vocabulary.written) as source:
            yield from _reader(source, kind, vocabulary).pieces(spot, most)


def _reader(source: Source, kind: str, vocabulary: Vocabulary) -> Table | JsonLines:
    if kind == "csv":
        head = head_of(source, vocabulary.names, vocabulary.types, vocabulary.written.separator)
        return Table(source, head, vocabulary.types, vocabulary.names)
    return JsonLines(source, vocabulary)


def extents(path: Path, kind: str, spot: Spot, most: int, vocabulary: Vocabulary) -> Iterator[tuple[Spot, int]]:
    """Where each of `pieces` ends and how many cases it has, read no more than need be; raises Unusable."""
    name = shown(path)
    found = _extents(path, kind, spot, most, vocabulary)
    while (extent := guarded(name, lambda: next(found, None))) is not None:
        yield extent


def _extents(path: Path, kind: str, spot: Spot, most: int, vocabulary: Vocabulary) -> Iterator[tuple[Spot, int]]:
    if kind in ("parquet", "store"):
        yield from parquet.extents(path, spot, most)
    elif kind == "excel":
        found = excel.pieces(path, shown(path), spot, most, vocabulary)
        yield from ((piece.after, piece.table.height) for piece in found)
    elif kind == "statistics":
        yield from ((piece.after, piece.table.height) for piece in statistics.pieces(path, spot, most))
    else:
        with _opened(path, vocabulary.written) as source:
            yield from _reader(source, kind, vocabulary).extents(spot, most)
