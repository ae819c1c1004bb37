"""Made-up cases, whole columns at a time: plausible random answers, for trials and measurements.

The engine knows nothing of the field; what is usual, when a question applies and what cannot be are said by the
knowledge base.
"""

import errno
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.io.plugins import register_io_source

from ..atomic_write import replacing
from ..circuit import Compiler
from ..rulebook import Law, Rulebook, Term
from .findings import Column, Given, dtype_of, packed
from .frame import CASE
from .json_lines import lines
from .plan import Plan

# How often a finding has what is usual; else it has any of its values, all alike. One answer to one of many screening
# questions is enough for an alarm: at 0.9 about half of the cases have none. The others may vary more.
USUAL = {"screening": 0.9, "other": 0.7}
MANY = 100  # a finding of so many numbers has some that nobody has, such as an age of 119
SIZE = 1 << 18  # cases made at a time: what bounds the memory of making many
ROUNDS = 30  # after drawing a case so many times that cannot be, what makes it impossible is left unanswered
SUFFIXES = (".parquet", ".csv", ".ndjson")
Tables = Callable[[], Iterator[pl.DataFrame]]


@dataclass(frozen=True)
class Order:
    """What cases are wanted: how many, by which seed, the share of unknown findings, and what all have in common."""

    count: int
    seed: int = 0
    unknown: float = 0.0
    common: Mapping[str, str] | None = None


@dataclass(frozen=True)
class _Answers:
    """A finding of many cases: places of values, or numbers; and whether it applies."""

    values: Column
    known: np.ndarray[Any, np.dtype[np.bool_]]

    def put(self, rows: Column, others: "_Answers") -> None:
        """Put the answers of other cases into these rows."""
        self.values[rows], self.known[rows] = others.values, others.known


Answers = dict[str, _Answers]


def made_up(rulebook: Rulebook, order: Order) -> Iterator[pl.DataFrame]:
    """Tables of made-up cases, as many as are ordered; the same order makes the same cases.

    No case is impossible, and no finding is answered that does not apply.
    """
    maker = _Maker(rulebook, order)
    for number, first in enumerate(range(0, order.count, SIZE)):
        choose = np.random.default_rng([order.seed, number])
        yield maker.table(choose, first, min(SIZE, order.count - first))


def write(rulebook: Rulebook, order: Order, path: Path) -> None:
    """Write made-up cases to a file, which appears whole or not at all; its suffix is one of SUFFIXES."""
    write_tables(lambda: made_up(rulebook, order), schema_of(rulebook), path)


def schema_of(rulebook: Rulebook) -> dict[str, pl.DataType]:
    """The columns of made-up cases, with their types."""
    return {CASE: pl.String(), **{term.name: dtype_of(term) for term in rulebook.findings}}


def write_tables(tables: Tables, schema: Mapping[str, pl.DataType], path: Path) -> None:
    """Write tables to a file, which appears whole or not at all; its suffix is one of SUFFIXES."""
    source = register_io_source(lambda *_: tables(), schema=dict(schema))
    try:
        with replacing(path) as part:
            if path.suffix == ".parquet":
                source.sink_parquet(part)
            elif path.suffix == ".csv":
                source.sink_csv(part)
            else:
                with part.open("wb") as file:
                    print_tables(tables(), file)
    except pl.exceptions.PolarsError as error:
        raise OSError(errno.EIO, str(error).strip().partition("\n")[0], str(path)) from error


def print_tables(tables: Iterable[pl.DataFrame], out: BinaryIO) -> None:
    """Write tables to an open file as NDJSON; what is unknown is left out."""
    for table in tables:
        out.writelines(lines(table))


class _Maker:
    """Draws cases of a rulebook."""

    def __init__(self, rulebook: Rulebook, order: Order) -> None:
        self.rulebook = rulebook
        self.order = order
        self.common = order.common or {}
        compiler = Compiler(rulebook)
        self.laws = {law: compiler.bare(law.condition)[0] for law in rulebook.impossible.values()}
        fails = {name: compiler.applies(name)[1] for name in rulebook.gates}
        self.impossible = Plan(rulebook.terms, compiler.nodes, list(self.laws.values()))
        self.layers = []
        for layer in _layers(rulebook):
            gates = {term.name: fails[term.name] for term in layer if term.name in fails}
            self.layers.append((layer, gates, Plan(rulebook.terms, compiler.nodes, list(gates.values()))))

    def table(self, choose: np.random.Generator, first: int, count: int) -> pl.DataFrame:
        """So many possible cases, some answers unknown."""
        columns = [
            pl.select(pl.format(f"{self.order.seed}-{{}}", pl.int_range(first + 1, first + count + 1)).alias(CASE))
        ]
        answers = self._possible(choose, count)
        for term in self.rulebook.findings:
            found = answers[term.name]
            known = found.known
            if term.name not in self.common:
                known = known & (choose.random(count, np.float32) >= self.order.unknown)
            values = pl.Series(term.name, found.values)
            if term.domain.values:
                values = pl.Series(term.name, term.domain.values, dtype_of(term)).gather(values)
            columns.append(pl.select(pl.when(pl.Series(known)).then(values).alias(term.name)))
        return pl.concat(columns, how="horizontal")

    def _possible(self, choose: np.random.Generator, count: int) -> Answers:
        """Cases whose every finding that applies is answered; an impossible one is drawn again."""
        answers = self._drawn(choose, count)
        held = self._held(answers, count)
        rows: NDArray[np.intp] = np.arange(count)
        for _ in range(ROUNDS):
            wrong = np.flatnonzero(np.any(np.array([np.zeros(len(rows), np.bool_), *held.values()]), axis=0))
            if not len(wrong):
                return answers
            rows = rows[wrong]
            again = self._drawn(choose, len(rows))
            for name, found in answers.items():
                found.put(rows, again[name])
            held = self._held(again, len(rows))
        for law, holds in held.items():
            for name in law.condition.terms():
                answers[name].known[rows[holds]] = False
        return answers

    def _held(self, answers: Answers, count: int) -> dict[Law, Column]:
        """Which cases each assumption about patients says to be impossible."""
        found = self.impossible.run(_given(answers), count)
        return {law: _unpacked(found[node], count) for law, node in self.laws.items()}

    def _drawn(self, choose: np.random.Generator, count: int) -> Answers:
        answers: Answers = {}
        for layer, gates, plan in self.layers:
            fails = plan.run(_given(answers), count) if gates else {}
            for term in layer:
                known = (
                    np.ones(count, np.bool_) if term.name not in gates else ~_unpacked(fails[gates[term.name]], count)
                )
                answers[term.name] = _Answers(self._values(term, choose, count), known)
        return answers

    def _values(self, term: Term, choose: np.random.Generator, count: int) -> Column:
        domain = term.domain
        low, high = (0, len(domain.values) - 1) if domain.values else self._numbers(term)
        dtype = np.uint8 if high < 256 and domain.values else np.int32
        if term.name in self.common:
            return np.full(count, domain.values.index(self.common[term.name]), dtype)
        any_value = choose.integers(low, high, count, dtype, endpoint=True)
        if term.usual is None:
            return any_value
        ends = (domain.values.index(term.usual),) * 2 if isinstance(term.usual, str) else term.usual
        usual = choose.random(count, np.float32) < USUAL["screening" if term.screening else "other"]
        return np.where(usual, choose.integers(*ends, count, dtype, endpoint=True), any_value)

    def _numbers(self, term: Term) -> tuple[int, int]:
        """The least and the greatest number of a finding; of very many those that anybody in the population has."""
        low, high, population = term.domain.low, term.domain.high, self.rulebook.population
        if population is None or high - low < MANY:
            return low, high
        entries = population.first.entries.get(term.name, ())
        ranges = [one for entry in entries if not entry.start for one in entry.ranges]
        lows, highs = [one for one, _ in ranges if one >= low], [one for _, one in ranges if one >= low]
        return min(lows, default=low), max(highs, default=high)


def _layers(rulebook: Rulebook) -> list[list[Term]]:
    """The findings, those first that no other decides about, then those that these decide about, and so on."""
    layers: list[list[Term]] = []
    left = list(rulebook.findings)
    while left:
        names = {term.name for term in left}
        layer = [term for term in left if not names.intersection(rulebook.applies_to(term.name))]
        layers.append(layer or left)  # what decides about each other in a circle is drawn at once
        left = [term for term in left if term not in layers[-1]]
    return layers


def _given(answers: Answers) -> dict[str, Given]:
    return {name: Given(found.values, packed(found.known)) for name, found in answers.items()}


def _unpacked(bits: Column, count: int) -> Column:
    return np.unpackbits(bits, count=count, bitorder="little").view(np.bool_)
