"""Files as UTF-8 text whose lines end in LF, from any offset of that text on: unpacked, out of UTF-16, without lone CR.

Of a file that is cut off or damaged there is all that can be unpacked; `cut` then says why there is no more.
"""

import codecs
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

import numpy as np
import polars as pl

from ..errors import Place, Problem
from .foreign import WORKBOOK, foreign, is_workbook
from .packed import packer_of, unpacked
from .piece import Piece, Rows, Spot, Unusable, cut, ends

BLOCK = 1 << 23
SNIFFED = 1 << 16  # bytes that are looked at to know a file
CHUNK = 1 << 20
_BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before that of UTF-16, with which it begins
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NO_TEXT = b"\xff"  # in no text of UTF-8
Take = Callable[[bytes, int, bool], tuple[int, Callable[[], Rows], int]]


class Source:
    """The text of a file, read in blocks; raises Unusable where it is something else.

    No line, and no record of several lines, may be longer than `longest` bytes.
    """

    def __init__(self, raw: BinaryIO, name: str, block: int = BLOCK, encoding: str = "") -> None:
        self.block, self.longest = block, max(2 * block, CHUNK)
        self.raw = raw
        self.name = name
        self.cut = ""
        self.packer = packer_of(raw.read(4))
        self.encoding, self.returns = "", False
        first = self._first()
        self._refuse(first)
        self.encoding = next((found for bom, found in _BOMS.items() if first.startswith(bom)), encoding)
        first = self._first() if self.encoding else first
        self.returns = b"\r" in first and b"\n" not in first.rstrip(b"\r\n")
        if first.count(0) * 4 > len(first):
            raise Unusable(Problem(Place(name), "binary data, or UTF-16 without its mark", "text in UTF-8"))
        self.seek(0)

    def _first(self) -> bytes:
        self.seek(0)
        return self.read(SNIFFED)

    def _refuse(self, first: bytes) -> None:
        found = foreign(first)
        if found is not None and not self.packer and is_workbook(self.raw):
            found = WORKBOOK, "it saved as CSV UTF-8, or a name that ends in .xlsx"
        if found is not None:
            raise Unusable(Problem(Place(self.name), *found))

    def seek(self, offset: int) -> None:
        """Go to an offset of the text."""
        plain = not self.packer and not self.encoding
        self.as_it_is = plain and not self.returns
        self.raw.seek(offset if plain else 0)
        self.cut, self.rest = "", b""
        self.chunks = self._chunks()
        while not plain and offset:
            some = self.read(min(offset, CHUNK))
            offset -= len(some) or offset

    def _chunks(self) -> Iterator[bytes]:
        raw: Iterable[bytes] = iter(lambda: self.raw.read(CHUNK), b"")
        chunks = unpacked(self.raw, self.packer, self._stopped) if self.packer else raw
        text = _decoded(chunks, self.encoding) if self.encoding else chunks
        return (chunk.replace(b"\r", b"\n") for chunk in text) if self.returns else iter(text)

    def _stopped(self, why: str) -> None:
        self.cut = why

    def read(self, size: int) -> bytes:
        """The next bytes of the text, as many as were asked for where there are so many."""
        if self.as_it_is:  # each copy of a block costs memory that is got anew
            return self.raw.read(size)
        parts, have = [self.rest], len(self.rest)
        while have < size and (chunk := next(self.chunks, None)) is not None:
            parts.append(chunk)
            have += len(chunk)
        data = b"".join(parts)
        self.rest = data[size:]
        return data[:size]


def _decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Text of another encoding in UTF-8; what is not text there is none here, a byte for a byte where it has one."""
    errors = "surrogatepass" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors=errors)
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode(errors=errors)
        yield decoder.decode(b"", True).encode(errors=errors)
    except UnicodeDecodeError:
        yield _NO_TEXT


def blocks(source: Source, spot: Spot, take: Take) -> Iterator[tuple[Callable[[], Rows], int, Spot, Spot]]:
    """Whole records in blocks: their rows, how many, where the block begins and where it ends.

    They end at the same places wherever reading began. `take` is given text, the lines before it, and whether it is the
    last; it gives back how many bytes it used, the rows, and their number. Raises Unusable at the end of what is cut.
    """
    rest, here = b"", Spot(spot.offset, spot.line)
    while True:
        wanted = source.block - (here.offset + len(rest)) % source.block
        block = source.read(wanted)
        data, last = rest + block, len(block) < wanted
        if last and source.cut:
            data = data[: data.rfind(b"\n") + 1]  # of the line that is cut off, nobody knows what it said
        used, rows, count = take(data, here.line, last) if data else (0, None, 0)
        if rows is not None and used:
            after = Spot(here.offset + used, here.line + lines_in(data, used))
            yield rows, count, here, after
            here = after
        rest = data[used:]
        if len(rest) >= source.longest and b"\n" not in rest:
            size, rest = _behind_line(source, rest)
            last = False
            after = Spot(here.offset + size, here.line + 1)
            yield too_long(source, here.line + 1), 1, here, after
            here = after
        if last and not (used and rest):  # where `take` stopped early, it is asked again
            break
    if source.cut:
        raise Unusable(Problem(Place(source.name, here.line + 1), f"{source.cut} here", "the whole file"))


class Records:
    """The records of a source from any spot on; what a record is, `_take` says, as `blocks` asks it."""

    source: Source

    def pieces(self, spot: Spot, most: int) -> Iterator[Piece]:
        """The cases from a spot on, in pieces of so many at most."""
        behind = 0
        for rows, _, here, after, skip in self._blocks(spot):
            behind, before = self.source.raw.tell(), behind
            yield from cut(rows(), here, after, skip, most, (before, behind))

    def extents(self, spot: Spot, most: int) -> Iterator[tuple[Spot, int]]:
        """Where each of `pieces` ends and how many cases it has."""
        for _, count, here, after, skip in self._blocks(spot):
            for end, place in ends(count, here, after, skip, most):
                yield place, end - max(skip, end - (end - 1) % most - 1)

    def _blocks(self, spot: Spot) -> Iterator[tuple[Callable[[], Rows], int, Spot, Spot, int]]:
        begin = self._begin(spot)
        self.source.seek(begin.offset)
        row, skip = begin.row - begin.skip, begin.skip
        for rows, count, here, after in blocks(self.source, begin, self._take):
            yield rows, count, Spot(here.offset, here.line, row), Spot(after.offset, after.line, row + count), skip
            row, skip = row + count, 0

    def _begin(self, spot: Spot) -> Spot:
        """Where the records from a spot on begin."""
        return spot

    def _take(self, data: bytes, line: int, last: bool) -> tuple[int, Callable[[], Rows], int]:
        raise NotImplementedError


def lines_in(data: bytes, end: int) -> int:
    """How many lines begin in some whole lines, up to an end."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8, end) == ord("\n"))) + (data[end - 1] != ord("\n"))


def _behind_line(source: Source, data: bytes) -> tuple[int, bytes]:
    """How many bytes a line has that begins with the data, and what was read behind its end."""
    size, block, end = len(data), data, 0
    while block and not end:
        block = source.read(CHUNK)
        end = block.find(b"\n") + 1
        size += end or len(block)
    return size, block[end:]


def too_long(source: Source, line: int) -> Callable[[], Rows]:
    """A line that has no end within reason, as a broken one."""
    problem = Problem(Place(source.name, line), f"a line longer than {source.longest:,} bytes", "a line a case")
    nothing, first = np.empty(0, np.int64), np.zeros(1, np.int64)
    return lambda: Rows(pl.DataFrame(), nothing, nothing, [problem], first)
