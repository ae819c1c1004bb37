"""Drawn patients as tables of cases: first visits and next ones, some answers unknown."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ...circuit import CompiledRulebook
from ...population import Population
from ..findings import dtype_of
from ..frame import CASE
from .answers import Patients
from .sampler import Draw, Sampler
from .visits import NextVisit

SIZE = 1 << 16
"""Patients drawn at a time."""
MOST_BLOCKS = 100
"""So many times as many patients are drawn as are wanted to come back; by then nobody does."""
BOTH, FIRST, NEXT = "both", "first", "follow-up"
VISIT = "visit"
"""The finding that stays known where a visit is asked for, as `--visits` names it."""


@dataclass(frozen=True)
class Drawn:
    """Which cases: how many, by which seed, the share of unknown findings, which visits, and hidden facts or not."""

    count: int
    seed: int = 0
    unknown: float = 0.0
    visits: str = BOTH
    hidden: bool = False


def cases(compiled: CompiledRulebook, population: Population, drawn: Drawn) -> Iterator[pl.DataFrame]:
    """Tables of drawn cases; of a patient who comes back there is the next visit instead of the first."""
    maker = _Maker(compiled, population, drawn)
    made = block = 0
    while made < drawn.count and block < MOST_BLOCKS + drawn.count // SIZE:
        left = drawn.count - made
        patients = maker.patients(min(SIZE, left if drawn.visits != NEXT else drawn.count), block)
        patients = patients.at(np.arange(min(left, patients.count)))
        if patients.count:
            yield maker.table(patients, made, block)
        made, block = made + patients.count, block + 1


def columns_of(compiled: CompiledRulebook, population: Population, drawn: Drawn) -> dict[str, pl.DataType]:
    """The columns of the tables, with their types."""
    findings = {term.name: dtype_of(term) for term in compiled.rulebook.findings}
    hidden = {name: pl.Enum(domain.values) for name, domain in population.hidden.items()} if drawn.hidden else {}
    return {CASE: pl.String(), **findings, **hidden}


class _Maker:
    """Draws patients, and makes tables of them."""

    def __init__(self, compiled: CompiledRulebook, population: Population, drawn: Drawn) -> None:
        self.drawn = drawn
        self.columns = columns_of(compiled, population, drawn)
        self.domains = {term.name: term.domain for term in compiled.rulebook.findings}
        self.hidden = population.hidden if drawn.hidden else {}
        self.sampler = Sampler(compiled, population)
        later = population.follow_up
        self.next_visit = NextVisit(compiled, self.sampler, later) if later and drawn.visits != FIRST else None

    def patients(self, count: int, block: int) -> Patients:
        """Patients at the visits that are wanted."""
        draw = Draw(self.drawn.seed, block)
        patients = self.sampler.patients(count, draw)
        if self.next_visit is None:
            return patients
        later, comes = self.next_visit.of(patients, draw)
        if self.drawn.visits == NEXT:
            return later.at(np.flatnonzero(comes))
        for name in later.answers:
            patients.answers.setdefault(name, replace(later.answers[name], known=np.zeros(count, np.bool_)))
        rows = np.flatnonzero(comes)
        patients.put(rows, later.at(rows))
        return patients

    def table(self, patients: Patients, first: int, block: int) -> pl.DataFrame:
        """A table of patients, who get the next ids."""
        choose = np.random.default_rng([self.drawn.seed, block, 2])
        numbers = pl.int_range(first + 1, first + patients.count + 1)
        made = [pl.select(pl.format(f"{self.drawn.seed}-{{}}", numbers).alias(CASE)).to_series()]
        for name, domain in {**self.domains, **self.hidden}.items():
            answer = patients.answers.get(name)
            if answer is None:
                made.append(pl.Series(name, [None] * patients.count, self.columns[name]))
                continue
            known = answer.known
            if name in self.domains and not (name == VISIT and self.drawn.visits != BOTH):
                known = known & (choose.random(patients.count) >= self.drawn.unknown)
            made.append(self._series(name, answer.values, known, domain.values))
        return pl.DataFrame(made)

    def _series(
        self, name: str, values: NDArray[np.int32], known: NDArray[np.bool_], named: tuple[str, ...]
    ) -> pl.Series:
        column = pl.Series(name, values)
        if named:
            column = pl.Series(name, named, self.columns[name]).gather(column)
        return pl.select(pl.when(pl.Series(known)).then(column).alias(name)).to_series()
