"""The findings of a table as bitmaps, one bit a case: what was given, and whether it was."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import nanoarrow
import numpy as np
import polars as pl

from ..circuit import Atom
from ..language import Against
from ..rulebook import Term

Bits = np.ndarray[Any, np.dtype[np.uint8]]
Column = np.ndarray[Any, np.dtype[Any]]


def dtype_of(term: Term) -> pl.DataType:
    """The type of a finding's column: its values in order, or a whole number."""
    if term.domain.kind == "number":
        return pl.Int32()
    return _enum(term.domain.values)


@cache
def _enum(values: tuple[str, ...]) -> pl.Enum:
    """The type of these values; making one costs more than reading a short column."""
    return pl.Enum(values)


@dataclass(frozen=True)
class Given:
    """A finding of many cases: the places of its values among those of its term, or its numbers.

    `known` has one bit a case; where it is not set, what stands in `values` means nothing. Where `doubted` is set, the
    finding says everything at once that it could say.
    """

    values: Column
    known: Bits
    doubted: Bits | None = None

    def part(self, start: int, stop: int) -> "Given":
        """The cases from start to stop."""
        places = slice(start // 8, -(-stop // 8))
        doubted = None if self.doubted is None else self.doubted[places]
        return Given(self.values[start:stop], self.known[places], doubted)


def packed(truth: Column) -> Bits:
    """Truths as a bitmap."""
    return np.packbits(truth, bitorder="little")


def findings_of(table: pl.DataFrame, terms: Sequence[Term], doubted: pl.DataFrame | None = None) -> dict[str, Given]:
    """The findings that have a column in the table, without copying what need not be; some may be in doubt."""
    present = [term for term in terms if term.name in table.columns]
    columns = [pl.col(term.name).cast(dtype_of(term)).to_physical() for term in present]
    found = given_of(table.select(columns)) if present else {}
    if doubted is not None:
        for name in [term.name for term in terms if term.name in doubted.columns]:
            found[name] = _in_doubt(found.get(name), packed(doubted[name].to_numpy()), table.height)
    return found


def given_of(table: pl.DataFrame) -> dict[str, Given]:
    """Columns of whole numbers with nulls, without copying what need not be; none of a table without rows."""
    found: dict[str, Given] = {}
    for whole in nanoarrow.c_array_stream(table.rechunk()) if table.height else ():
        for name, column in zip(table.columns, whole.children, strict=True):
            start, stop = column.offset, column.offset + table.height
            known, values = (np.asarray(column.view().buffer(number)) for number in (0, 1))
            found[name] = Given(values[start:stop], _aligned(known, start, stop))
    return found


def _in_doubt(given: Given | None, doubted: Bits, height: int) -> Given:
    if given is None:
        return Given(np.zeros(height, np.int32), np.zeros(len(doubted), np.uint8), doubted)
    return Given(given.values, given.known, doubted)


def _aligned(bitmap: Bits, start: int, stop: int) -> Bits:
    """The bits from start to stop, beginning with a byte; no bitmap stands for bits that are all set."""
    if len(bitmap) == 0:
        return np.full(-(-(stop - start) // 8), 255, np.uint8)
    if start % 8 == 0:
        return bitmap[start // 8 : -(-stop // 8)]
    return packed(np.unpackbits(bitmap, count=stop, bitorder="little")[start:])


class Block:
    """The cases from start to stop, of which atoms are read; what several atoms rest on is read once."""

    def __init__(self, terms: Mapping[str, Term], findings: Mapping[str, Given], start: int, stop: int) -> None:
        self.terms = terms
        self.here = {name: given.part(start, stop) for name, given in findings.items()}
        self.nothing = np.zeros(-(-(stop - start) // 8), np.uint8)
        self.truth = np.empty(stop - start, np.bool_)
        self.values: dict[str, dict[str, Bits]] = {}
        self.found: dict[tuple[str, int] | Against, Bits] = {}

    def bitmaps(self, atoms: Sequence[Atom]) -> Iterator[Bits]:
        """The bitmap of each atom; not to be written to."""
        for atom in atoms:
            given = self.here.get(atom.term)
            if given is None:
                yield self.nothing
                continue
            doubted = self._doubted(atom)
            bits = self._said(atom, given)
            yield bits if doubted is None else bits | doubted

    def _said(self, atom: Atom, given: Given) -> Bits:
        if atom.line is not None:
            return self._against(atom.line, given, atom.kind)
        if atom.kind == "known":
            return given.known
        if atom.kind == "is":
            return self._is(self.terms[atom.term], given)[atom.value]
        reached = self._at_least(atom.term, atom.number, given)
        return reached if atom.kind == "at least" else given.known ^ reached

    def _doubted(self, atom: Atom) -> Bits | None:
        """Where a finding of the atom is in doubt, and none is unanswered: there the atom may be true."""
        given = [self.here.get(term) for term in atom.reads]
        doubts = [one.doubted for one in given if one is not None and one.doubted is not None]
        if not doubts:
            return None
        said = (self.nothing if one is None else one.known | self._or_nothing(one.doubted) for one in given)
        bits: Bits = reduce(np.bitwise_and, said, reduce(np.bitwise_or, doubts))
        return bits

    def _or_nothing(self, doubted: Bits | None) -> Bits:
        return self.nothing if doubted is None else doubted

    def _is(self, term: Term, given: Given) -> dict[str, Bits]:
        """The bitmap of each value; that of the first is what is known and none of the others."""
        if term.name not in self.values:
            first, *others = term.domain.values
            bitmaps = {}
            rest = given.known.copy()
            for code, value in enumerate(others, 1):
                bitmaps[value] = packed(np.equal(given.values, code, out=self.truth)) & given.known
                rest ^= bitmaps[value]
            self.values[term.name] = {first: rest, **bitmaps}
        return self.values[term.name]

    def _at_least(self, term: str, number: int, given: Given) -> Bits:
        if (term, number) not in self.found:
            reached = packed(np.greater_equal(given.values, number, out=self.truth))
            self.found[term, number] = reached & given.known
        return self.found[term, number]

    def _against(self, line: Against, mine: Given, kind: str) -> Bits:
        other = self.here.get(line.other)
        if other is None:
            return self.nothing
        known = mine.known & other.known
        if line not in self.found:
            self.found[line] = packed(_RELATIONS[line.relation](mine.values, other.values, line.amount)) & known
        return self.found[line] if kind == "holds" else known ^ self.found[line]


def _falls_by(mine: Column, other: Column, percent: int) -> Column:
    wide = other.astype(np.int64)
    return (100 * (wide - mine) >= percent * wide) & (wide > 0)


_RELATIONS: Mapping[str, Callable[[Column, Column, int], Column]] = {
    "over": lambda mine, other, _: mine > other,
    "under": lambda mine, other, _: mine < other,
    "at least": lambda mine, other, _: mine >= other,
    "at most": lambda mine, other, _: mine <= other,
    "same as": lambda mine, other, _: mine == other,
    "above": lambda mine, other, amount: mine.astype(np.int64) - other >= amount,
    "below": lambda mine, other, amount: other.astype(np.int64) - mine >= amount,
    "% below": _falls_by,
}
