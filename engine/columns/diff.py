"""Many cases under two rulebooks: which answers differ, counted by what they were and what they become."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import polars as pl

from ..case import Value
from ..circuit import CompiledRulebook
from ..rulebook import Rulebook, Term
from .findings import Bits
from .program import CASE, Program, dtype_of

FEW = 3
MOST = 100_000  # so many ids of cases that differ are kept


@dataclass
class Kind:
    """A way in which an answer differs: how many cases, the ids of a few, and what the first of them says."""

    column: str
    before: str
    after: str
    count: int = 0
    cases: list[str] = field(default_factory=list)
    facts: Mapping[str, Value] = field(default_factory=dict)


class Compared:
    """Two rulebooks made ready for tables of cases, which are typed for the rulebook after the change."""

    def __init__(self, before: Rulebook, after: Rulebook, terms: Sequence[str]) -> None:
        self.before, self.after = (Program(CompiledRulebook(one)) for one in (before, after))
        both = [name for name in terms if name in before.support and name in after.support]
        self.terms = [name for name in both if before.terms[name].domain.kind == after.terms[name].domain.kind]
        old = {term.name: term for term in before.findings}
        self.findings_before = frozenset(old)
        self.narrowed = [
            (term, old[term.name])
            for term in after.findings
            if term.name in old and old[term.name].domain != term.domain
        ]
        self.ids: list[str] = []
        self.kinds: dict[tuple[str, str, str], Kind] = {}
        self.cases = self.changed = 0

    def add(self, table: pl.DataFrame) -> None:
        """Compare the answers to a table of cases."""
        self._add(table, self._as_before(table))

    def add_stored(
        self, table: pl.DataFrame, names: Mapping[str, str], values: Mapping[str, Mapping[str, str]]
    ) -> None:
        """Compare the answers to a table that is typed for the rulebook before, whose names may be old ones.

        What else was stored beside the findings, such as columns of the clinic's own, is left out.
        """
        own = [name for name in table.columns if name == CASE or names.get(name, name) in self.findings_before]
        earlier = table.select(own).rename({old: new for old, new in names.items() if old in own})
        terms = self.before.rulebook.terms
        renamed = [_renamed(earlier[name], values[name], terms[name]) for name in values if name in earlier.columns]
        earlier = earlier.with_columns(renamed)
        columns = [_narrow(earlier[old.name], new) for new, old in self.narrowed if old.name in earlier.columns]
        gone = set(earlier.columns) - {CASE, *self.after.rulebook.finding_names}
        self._add(earlier.with_columns(columns).drop(gone), earlier)

    def _add(self, table: pl.DataFrame, earlier: pl.DataFrame) -> None:
        self.cases += table.height
        bits = self._differing(self.before.marks(earlier), self.after.marks(table), table.height)
        rows = np.flatnonzero(np.unpackbits(bits, count=table.height, bitorder="little"))
        if len(rows):
            self._count(table[rows], earlier[rows])

    def _as_before(self, table: pl.DataFrame) -> pl.DataFrame:
        """The table as the rulebook before can read it: a finding or a value that it does not have is unknown to it."""
        columns = [_narrow(table[new.name], old) for new, old in self.narrowed if new.name in table.columns]
        new = set(table.columns) - {CASE, *self.before.rulebook.finding_names}
        return table.with_columns(columns).drop(new)

    def _differing(
        self, before: Mapping[str, tuple[Bits, Bits]], after: Mapping[str, tuple[Bits, Bits]], height: int
    ) -> Bits:
        """One bit a case: whether any mark of the conclusions differs; a value that is not there always fails."""
        size = -(-height // 8)
        never = (np.zeros(size, np.uint8), np.full(size, 255, np.uint8))
        found = np.zeros(size, np.uint8)
        heads = tuple(f"{name}{sign}" for name in self.terms for sign in ("=", ">="))
        for name in dict.fromkeys((*before, *after)):
            if name.startswith(heads):
                for one, other in zip(before.get(name, never), after.get(name, never), strict=True):
                    found |= one ^ other
        return found

    def _count(self, table: pl.DataFrame, earlier: pl.DataFrame) -> None:
        """Count the answers that differ in a table of cases, most of which have one."""
        before, after = self.before.evaluate(earlier, False), self.after.evaluate(table, False)
        there = set(before.columns)
        columns = [name for name in after.columns if name in there and self._shown(name)]
        any_differs = []
        for name in columns:
            pair = pl.DataFrame({"before": _as_words(before[name]), "after": _as_words(after[name])})
            differs = pair["before"] != pair["after"]
            if differs.any():
                any_differs.append(differs)
                self._count_column(name, pair.with_row_index("row").filter(differs), table)
        if any_differs:
            differing = reduce(lambda one, other: one | other, any_differs)
            self.changed += int(differing.sum())
            self.ids += table[CASE].filter(differing).head(MOST - len(self.ids)).to_list()

    def _shown(self, column: str) -> bool:
        return any(column in (name, f"{name} at least", f"{name} at most") for name in self.terms) or column.startswith(
            tuple(f"{name}: " for name in self.terms)
        )

    def _count_column(self, name: str, pairs: pl.DataFrame, table: pl.DataFrame) -> None:
        grouped = pairs.group_by("before", "after", maintain_order=True).agg(
            pl.len().alias("count"), pl.col("row").head(FEW)
        )
        for old, new, count, rows in grouped.iter_rows():
            key = (name, old, new)
            if key not in self.kinds:
                self.kinds[key] = Kind(name, old, new, facts=self._facts(table.row(rows[0], named=True)))
            kind = self.kinds[key]
            kind.count += count
            kind.cases += table[CASE].gather(rows).to_list()[: FEW - len(kind.cases)]

    def _facts(self, row: Mapping[str, Any]) -> dict[str, Value]:
        findings = self.after.rulebook.findings
        return {term.name: row[term.name] for term in findings if row.get(term.name) is not None}

    def found(self) -> Iterator[Kind]:
        """Every way in which answers differ, by conclusion, the most frequent first."""
        places = {name: place for place, name in enumerate(self.terms)}

        def place(kind: Kind) -> int:
            return next((at for name, at in places.items() if kind.column.startswith(name)), len(places))

        yield from sorted(self.kinds.values(), key=lambda kind: (place(kind), -kind.count))


def _narrow(column: pl.Series, term: Term) -> pl.Series:
    """The column with what a term may be; what it may not be is null."""
    wanted = dtype_of(term)
    if term.domain.kind == "number" and column.dtype.is_numeric():
        within = column.is_between(term.domain.low, term.domain.high)
        return _series(pl.select(pl.when(within).then(column).cast(wanted).alias(column.name)))
    if term.domain.kind == "number":
        return pl.Series(column.name, [None] * len(column), wanted)
    return _series(pl.select(column.cast(pl.String).cast(wanted, strict=False)))


def _renamed(column: pl.Series, values: Mapping[str, str], term: Term) -> pl.Series:
    """The column with the new names of values."""
    new: pl.Series = column.cast(pl.String).replace(list(values), list(values.values()))
    typed: pl.Series = new.cast(dtype_of(term)).alias(column.name)
    return typed


def _as_words(column: pl.Series) -> pl.Series:
    """Answers as text: members are in, out or open."""
    if column.dtype == pl.Boolean:
        state = pl.when(column).then(pl.lit("in")).otherwise(pl.lit("out"))
        return _series(pl.select(pl.when(column.is_null()).then(pl.lit("open")).otherwise(state)))
    return _series(pl.select(column.cast(pl.String).fill_null("not known")))


def _series(table: pl.DataFrame) -> pl.Series:
    """The one column of a table."""
    return table.to_series()
