"""The answers to a table of cases, made of bitmaps."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import nanoarrow
import numpy as np
import polars as pl

from ..rulebook import Rulebook, Term
from .findings import Bits, dtype_of

CASE = "case"
_TRUTH = nanoarrow.c_schema(nanoarrow.bool_())
Codes = Bits


class Frame:
    """The columns of an answer, made of the marks."""

    def __init__(self, rulebook: Rulebook, marks: Mapping[str, tuple[Bits, Bits]], table: pl.DataFrame) -> None:
        self.rulebook = rulebook
        self.marks = marks
        self.table = table
        self.height = table.height

    def frame(self) -> pl.DataFrame:
        columns = [self.table.get_column(CASE)] if CASE in self.table.columns else []
        single = pl.select([self._single(term) for term in self.rulebook.conclusions if term.single])
        for term in self.rulebook.conclusions:
            columns += [single.get_column(term.name)] if term.single else self._several(term)
        columns += [self._rule(rule.id, [name for name, _ in rule.then]) for rule in self.rulebook.rules.values()]
        return pl.DataFrame(columns)

    def _several(self, term: Term) -> Iterator[pl.Series]:
        """The columns of a conclusion that is not one value: the two ends of it, or one for each member."""
        values = term.domain.values
        if term.domain.kind == "tally":
            count = len(self.rulebook.support[term.name])
            low, high = self._ends([self.marks[f"{term.name}>={number}"] for number in range(1, count + 1)])
            yield pl.Series(f"{term.name} at least", low)
            yield pl.Series(f"{term.name} at most", high)
        elif term.takes_highest:
            low, high = self._ends([self.marks[f"{term.name}>={value}"] for value in values[1:]])
            steps = pl.Series(values, dtype=dtype_of(term))
            yield steps.gather(pl.Series(low)).alias(f"{term.name} at least")
            yield steps.gather(pl.Series(high)).alias(f"{term.name} at most")
        else:
            for value in values:
                yield self._flag(f"{term.name}: {value}", *self.marks[f"{term.name}={value}"])

    def _ends(self, steps: Sequence[tuple[Bits, Bits]]) -> tuple[Codes, Codes]:
        """How many steps of a scale or tally are reached, and how many may be; what is reached stands."""
        reached, ruled_out = (self._count([pair[side] for pair in steps]) for side in (0, 1))
        return reached, np.maximum(reached, len(steps) - ruled_out).astype(np.uint8)

    def _count(self, bitmaps: Sequence[Bits]) -> Codes:
        found = np.zeros(self.height, np.uint8)
        for bitmap in bitmaps:
            found += np.unpackbits(bitmap, count=self.height, bitorder="little")
        return found

    def _single(self, term: Term) -> pl.Expr:
        """The value that holds; null where none does, or where two dispute it."""
        marks = [self.marks[f"{term.name}={value}"] for value in term.domain.values]
        settled = ~_any_of([holds & fails for holds, fails in marks])
        values = [pl.lit(value, dtype_of(term)) for value in term.domain.values]
        told: Any = pl
        for value, (holds, _) in zip(values, marks, strict=True):
            told = told.when(self._flag("", holds & settled)).then(value)
        return pl.Expr.alias(told, term.name)

    def _rule(self, rule: str, terms: Sequence[str]) -> pl.Series:
        pairs = [self.marks[f"{rule}>{term}"] for term in terms]
        return self._flag(rule, _any_of([fires for fires, _ in pairs]), _all_of([out for _, out in pairs]))

    def _flag(self, name: str, holds: Bits, fails: Bits | None = None) -> pl.Series:
        """True where it holds, false where it fails (or everywhere else), null where neither; no bit is unpacked."""
        known = None if fails is None else holds | fails
        return pl.Series(nanoarrow.c_array_from_buffers(_TRUTH, self.height, [known, holds])).alias(name)


def _any_of(bitmaps: Sequence[Bits]) -> Bits:
    return reduce(np.bitwise_or, bitmaps)


def _all_of(bitmaps: Sequence[Bits]) -> Bits:
    return reduce(np.bitwise_and, bitmaps)
