"""Files of cases as pieces, each a table of what is written: Parquet, separated text, lines of JSON; packed or not."""

import gzip
import io
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import Any, BinaryIO, cast

import numpy as np
import polars as pl
import zstandard

from ..document import MAX_BYTES
from ..errors import Place, Problem
from . import codes
from .program import CASE
from .separated import BLOCK, Head, Piece, Separated, Spot, Unusable, head_of
from .tables import EXPECTED, told

UNREADABLE = (
    *(OSError, EOFError, zlib.error, zstandard.ZstdError),
    *(pl.exceptions.PolarsError, pl.exceptions.PanicException),
)
Breaker = Callable[[bytes, int], Problem]
PACKED = (".gz", ".zst")
PACKED_BYTES = 1 << 12  # unpacked at a time: at the very worst they become 128 MiB
_ONE = Lock()
LINES = 1 << 15  # lines of JSON in a piece, at most


def columns_of(path: Path, kind: str) -> tuple[str, ...]:
    """The columns of a Parquet or separated file; raises Unusable."""
    name = shown(path)
    if kind == "parquet":
        return tuple(_guarded(name, lambda: pl.scan_parquet(path, hive_partitioning=False).collect_schema().names()))
    with _guarded(name, lambda: path.open("rb")) as raw:
        head: Head = _guarded(name, lambda: head_of(_unpacking(raw, path), name))
        return Separated(name, head).names


def unpacked(path: Path, most: int) -> bytes:
    """What a packed file has, so many bytes of it at most; raises Unusable."""
    name = shown(path)
    with _guarded(name, lambda: path.open("rb")) as raw:
        return cast(bytes, _guarded(name, lambda: _unpacking(raw, path).read(most)))


def rows_of(path: Path) -> int:
    """How many rows a Parquet file has; 0 where it cannot be read."""
    try:
        with without_panic():
            return int(pl.scan_parquet(path, hive_partitioning=False).select(pl.len()).collect().item())
    except UNREADABLE:
        return 0


def shown(path: Path) -> str:
    """A path as text that can be printed."""
    return str(path).encode(errors="backslashreplace").decode()


def _first(error: BaseException) -> str:
    if isinstance(error, pl.exceptions.PanicException):
        return "damaged"
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]


def _guarded(name: str, work: Callable[[], Any]) -> Any:
    try:
        with without_panic():
            return work()
    except UNREADABLE as error:
        raise Unusable(Problem(Place(name), f"cannot be read ({_first(error)})")) from None


@contextmanager
def without_panic() -> Iterator[None]:
    """Keeps off standard error what Polars itself prints there of a file so damaged that one of its threads panics.

    All else that is printed meanwhile follows; while one thread does so, others go without.
    """
    try:
        real = os.dup(2) if _ONE.acquire(blocking=False) else None
    except OSError:  # there is no standard error
        _ONE.release()
        real = None
    if real is None:
        yield
        return
    with TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(real, 2)
            os.close(real)
            _ONE.release()
            kept.seek(0)
            said = kept.read()
            if said and b" panicked at " not in said:
                os.write(2, said)


def pieces(path: Path, kind: str, spot: Spot, most: int, breaks: Breaker, types: Mapping[str, Any]) -> Iterator[Piece]:
    """The cases of a file from a spot on; raises Unusable where the rest of it cannot be read.

    `breaks` tells what is wrong with a line of JSON that cannot be read, given its text and number; `types` are those
    that columns of separated text mostly fit.
    """
    name = shown(path)
    if kind in ("parquet", "store"):
        found = _packed(path, spot, most) if kind == "store" else _parquet(path, spot, most)
    else:
        found = _text(path, kind, spot, most, breaks, types)
    while True:
        piece = _guarded(name, lambda: next(found, None))
        if piece is None:
            return
        yield piece


def extents(path: Path, kind: str, spot: Spot, most: int) -> Iterator[tuple[Spot, int]]:
    """Where each of `pieces` ends and how many cases it has, read no more than need be; raises Unusable."""
    name = shown(path)
    found = _rows(path, spot, most) if kind in ("parquet", "store") else _texts(path, kind, spot, most)
    while (extent := _guarded(name, lambda: next(found, None))) is not None:
        yield extent


def _rows(path: Path, spot: Spot, most: int) -> Iterator[tuple[Spot, int]]:
    table = pl.scan_ipc(path) if path.suffix == codes.SUFFIX else pl.scan_parquet(path, hive_partitioning=False)
    rows = table.select(pl.len()).collect().item()
    for first in range(spot.row, rows, most):
        after = min(first + most, rows)
        yield Spot(row=after), after - first


def _texts(path: Path, kind: str, spot: Spot, most: int) -> Iterator[tuple[Spot, int]]:
    with path.open("rb") as raw:
        if kind == "csv":
            head = head_of(_unpacking(raw, path), shown(path))
            here = spot if spot.offset else head.start
            yield from Separated(shown(path), head).extents(_at(here.offset, raw, path), here, most)
        else:
            yield from _extents_of_lines(_at(spot.offset, raw, path), spot, most)


def _parquet(path: Path, spot: Spot, most: int) -> Iterator[Piece]:
    """Just so many rows at a time, and none ahead: another may be at the rows that come next."""
    rows = pl.scan_parquet(path, hive_partitioning=False)
    for after, count in _rows(path, spot, most):
        first = after.row - count
        piece = _piece(rows.slice(first, count).collect(), first)
        yield piece
        if piece.after.row < after.row:  # a damaged file can end without a word
            place = Place(shown(path), piece.after.row + 1)
            raise Unusable(Problem(place, f"rows that cannot be read, of {rows_of(path):,}"))


def _packed(path: Path, spot: Spot, most: int) -> Iterator[Piece]:
    table = codes.read(path)
    for first in range(spot.row, table.height, most):
        yield _piece(table.slice(first, most), first)


def _piece(table: pl.DataFrame, first: int) -> Piece:
    done = first + table.height
    return Piece(table, np.arange(first + 1, done + 1), [], Spot(row=done))


def _text(path: Path, kind: str, spot: Spot, most: int, breaks: Breaker, types: Mapping[str, Any]) -> Iterator[Piece]:
    name = shown(path)
    with path.open("rb") as raw:
        file = _unpacking(raw, path)
        if kind == "csv":
            head = head_of(file, name)
            here = spot if spot.offset else head.start
            found = Separated(name, head, types).pieces(_at(here.offset, raw, path), here, most)
        else:
            found = _Lines(breaks).pieces(_at(spot.offset, raw, path), spot, most)
        for piece in found:
            yield replace(piece, behind=raw.tell())


def _at(offset: int, raw: BinaryIO, path: Path) -> BinaryIO:
    """The file at an offset of its unpacked text."""
    raw.seek(0)
    file = _unpacking(raw, path)
    if file.seekable():
        file.seek(offset)
    else:
        while offset:
            offset -= len(file.read(min(offset, BLOCK))) or offset
    return file


def _unpacking(raw: BinaryIO, path: Path) -> BinaryIO:
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    return io.BufferedReader(_Unpacked(raw)) if suffix == ".zst" else raw


class _Unpacked(io.RawIOBase):
    """What a file packed by zstd has, frame after frame; raises EOFError where the last one is cut off."""

    def __init__(self, raw: BinaryIO) -> None:
        self.raw = raw
        self.frame: Any = None
        self.packed = b""
        self.rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.rest:
            packed = self.packed or self.raw.read(PACKED_BYTES)
            if not packed:
                if self.frame is not None and not self.frame.eof:
                    raise EOFError("it is cut off")
                return 0
            if self.frame is None or self.frame.eof:
                self.frame = zstandard.ZstdDecompressor().decompressobj()
            self.rest = self.frame.decompress(packed)
            self.packed = self.frame.unused_data
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size


def _extents_of_lines(file: BinaryIO, spot: Spot, most: int) -> Iterator[tuple[Spot, int]]:
    offset, line, row = spot.offset, spot.line, spot.row
    while True:
        lines, size = _some_lines(file, min(most, LINES))
        if not lines:
            return
        count = sum(not _is_blank(text) for text in lines)
        offset, line, row = offset + size, line + len(lines), row + count
        yield Spot(offset, line, row), count


class _Lines:
    """Lines of JSON as tables of text."""

    def __init__(self, breaks: Breaker) -> None:
        self.breaks = breaks
        self.decoder = json.JSONDecoder(object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=_no)

    def pieces(self, file: BinaryIO, spot: Spot, most: int) -> Iterator[Piece]:
        """The lines from a spot on; the file stands there."""
        offset, line, row = spot.offset, spot.line, spot.row
        while True:
            lines, size = _some_lines(file, min(most, LINES))
            if not lines:
                return
            table, places, broken = self._read(lines, line)
            offset += size
            line, row = line + len(lines), row + table.height + len(broken)
            yield Piece(table, np.array(places, np.int64), broken, Spot(offset, line, row))

    def _decoded(self, text: str) -> Any:
        """What a line says; a half letter (such as \\ud800) is one that cannot be shown."""
        value = self.decoder.decode(text)
        if "\\u" in text:
            whole = json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass").decode(errors="replace")
            value = self.decoder.decode(whole)
        return value

    def _read(self, lines: list[bytes], before: int) -> tuple[pl.DataFrame, list[int], list[Problem]]:
        found: list[dict[str, Any]] = []
        places: list[int] = []
        broken: list[Problem] = []
        for number, line in enumerate(lines, before + 1):
            if _is_blank(line):
                continue
            try:
                if len(line) > MAX_BYTES:
                    raise ValueError
                value = self._decoded(line.decode("utf-8-sig" if number == 1 else "utf-8").strip())
                if not isinstance(value, dict):
                    raise ValueError
            except (ValueError, RecursionError):
                broken.append(self.breaks(line, number))
                continue
            found.append(value)
            places.append(number)
        names = dict.fromkeys([CASE, *(name for value in found for name in value)])
        return pl.DataFrame([_column(name, [value.get(name) for value in found]) for name in names]), places, broken


def _is_blank(line: bytes) -> bool:
    return line.isspace() and len(line) <= MAX_BYTES


def _some_lines(file: BinaryIO, most: int) -> tuple[list[bytes], int]:
    """The next lines, and how long they are; of one over the limit only the beginning is kept."""
    lines, size, kept = list[bytes](), 0, 0
    while len(lines) < most and kept < BLOCK:
        line = more = file.readline(MAX_BYTES + 1)
        if not line:
            break
        lines.append(line)
        kept += len(line)
        size += len(line)
        while len(more) > MAX_BYTES and not more.endswith(b"\n"):
            more = file.readline(MAX_BYTES + 1)
            size += len(more)
    return lines, size


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError
    return made


def _no(word: str) -> Any:
    raise ValueError(word)


def _column(name: str, values: list[Any]) -> pl.Series:
    """The values of a key: text, true and false as yes and no; anything else stays an object, for a person to see."""
    try:
        return pl.Series(name, values, pl.String, strict=True)
    except (TypeError, pl.exceptions.PolarsError):
        flags = {True: "yes", False: "no"}
        plain = [flags[value] if isinstance(value, bool) else value for value in values]
    if name.startswith(EXPECTED):
        plain = [told(value) for value in plain]
    if all(value is None or isinstance(value, str) for value in plain):
        return pl.Series(name, plain, pl.String)
    return pl.Series(name, [None if value is None else json.dumps(value) for value in plain], pl.String)
