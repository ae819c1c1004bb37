"""Draws patients: one uniform number a patient and finding, looked up in the shares of the first entry about them.

The number is the same whatever other findings say, so that two populations, or two rulebooks, are compared on the same
patients as far as they agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ...circuit import CompiledRulebook
from ...language import Condition
from ...population import UNKNOWN, Entry, Population, Step
from ...rulebook import Term
from ..plan import Plan
from .answers import Answer, Patients, Truth

ROUNDS = 30
"""After drawing a patient so many times who cannot be, what makes that impossible is left unanswered."""
MOST = 95.0
"""A share that is a guess is doubled up to this."""


@dataclass(frozen=True)
class Draw:
    """Which patients: the number of this draw, by what factor guesses are multiplied, what all have in common."""

    seed: int = 0
    block: int = 0
    factor: float = 1.0
    common: Mapping[str, str] | None = None


class Sampler:
    """Draws the patients of a knowledge base."""

    def __init__(self, compiled: CompiledRulebook, population: Population) -> None:
        self.rulebook = rulebook = compiled.rulebook
        self.population = population
        self.domains = {**{term.name: term.domain for term in rulebook.findings}, **population.hidden}
        self.impossible = _Impossible(compiled)
        later = population.follow_up
        drawn = {*population.first.entries, *((*later.step.entries, *later.carry) if later else ())}
        self.added = tuple(term for term in rulebook.findings if term.name not in drawn)
        self.first = _with_usual(population.first, self.added)
        self.redrawn = 0
        self.drawn = 0

    def shares(self) -> dict[str, float]:
        """How many of a hundred have each value of the hidden fact that tells who is ill."""
        illness = self.population.illness
        entry = self.population.first.entries[illness][-1]
        places = {low: share for (low, _), share in zip(entry.ranges, entry.shares, strict=True)}
        return {value: places.get(place, 0.0) for place, value in enumerate(self.domains[illness].values)}

    def patients(self, count: int, draw: Draw) -> Patients:
        """So many first visits, every finding that applies answered; who cannot be is drawn again."""
        patients = self._first(count, draw, 0)
        self.drawn += count
        held = self.impossible.held(patients)
        rows: NDArray[np.intp] = np.arange(count)
        for number in range(1, ROUNDS):
            wrong = np.flatnonzero(_any(held, len(rows)))
            if number == 1:
                self.redrawn += len(wrong)
            if not len(wrong):
                return patients
            rows = rows[wrong]
            again = self._first(len(rows), draw, number)
            patients.put(rows, again)
            held = self.impossible.held(again)
        for condition, here in held.items():
            for name in condition.terms():
                patients.answers[name].known[rows[here]] = False
        return patients

    def _first(self, count: int, draw: Draw, number: int) -> Patients:
        patients = Patients(self.domains, count)
        for name, entries in self.first.entries.items():
            patients.answers[name] = self.answer(patients, name, entries, draw, number)
        for term in self.rulebook.findings:
            if term.name not in patients.answers:
                nobody = np.zeros(count, np.bool_)
                patients.answers[term.name] = Answer(np.zeros(count, np.int32), nobody, nobody.copy())
        return patients

    def change(self, patients: Patients, step: Step, draw: Draw, label: str) -> Patients:
        """The patients with what one step changes: a line on the finding itself is about what it was."""
        changed = patients.copy()
        for name, entries in step.entries.items():
            changed.answers[name] = self.answer(changed, name, entries, draw, label)
        return changed

    def misreported(self, patients: Patients, draw: Draw) -> Patients:
        """The patients with the answers that they give instead of what is so, unless nobody could be like that."""
        changed = self.change(patients, self.population.wrong_answers, draw, "wrong")
        wrong = np.flatnonzero(self.ruled_out(changed))
        for name in self.population.wrong_answers.entries:
            before, now = patients.answers[name], changed.answers[name]
            now.put(wrong, before.at(wrong))
        return changed

    def ruled_out(self, patients: Patients) -> Truth:
        """Who cannot be."""
        return _any(self.impossible.held(patients), patients.count)

    def answer(
        self,
        patients: Patients,
        name: str,
        entries: Sequence[Entry],
        draw: Draw,
        label: object,
        otherwise: Answer | None = None,
    ) -> Answer:
        """What is answered to one finding: `otherwise`, or what was, where no entry is about a patient."""
        count, before = patients.count, otherwise or patients.answers.get(name)
        values = np.zeros(count, np.int32) if before is None else before.values.copy()
        so = np.zeros(count, np.bool_) if before is None else before.so.copy()
        gate = self.rulebook.gates.get(name)
        free = np.ones(count, np.bool_)
        applies = free if gate is None else patients.holds(gate)
        if draw.common and name in draw.common:
            place = self.domains[name].values.index(draw.common[name])
            return Answer(np.full(count, place, np.int32), applies.copy(), free)
        numbers = np.random.default_rng([draw.seed, draw.block, crc32(f"{label} {name}".encode())]).random(count)
        uncertain = {self.domains[name].values.index(value) for value in self.population.uncertain.get(name, ())}
        for entry in entries:
            here = free & patients.holds(entry.condition, unasked=True)
            free = free & ~here
            rows = np.flatnonzero(here)
            values[rows] = self._looked_up(patients, name, _scaled(entry, uncertain, draw.factor), rows, numbers[rows])
            so[rows] = values[rows] != UNKNOWN
        values[~so] = 0
        return Answer(values, so & applies, so)

    def _looked_up(
        self, patients: Patients, name: str, entry: Entry, rows: NDArray[np.intp], numbers: NDArray[np.float64]
    ) -> NDArray[np.int32]:
        """The values that uniform numbers stand for by the shares of an entry."""
        ends = np.cumsum(entry.shares) / 100
        places = np.minimum(np.searchsorted(ends, numbers, side="right"), len(ends) - 1)
        lows = np.array([low for low, _ in entry.ranges])
        widths = np.array([high - low + 1 for low, high in entry.ranges])
        sizes = np.maximum(np.array(entry.shares) / 100, 1e-12)
        inside = np.clip((numbers - (ends - sizes)[places]) / sizes[places], 0, 1 - 1e-9)
        values = lows[places] + np.floor(inside * widths[places]).astype(np.int64)
        if entry.start:
            domain = self.domains[name]
            start = patients.answers[entry.start]
            values = np.clip(values + start.values[rows], domain.low, domain.high)
            values = np.where(start.so[rows], values, UNKNOWN)
        return np.asarray(values, np.int32)


class _Impossible:
    """What no patient can be, as the circuit reads it."""

    def __init__(self, compiled: CompiledRulebook) -> None:
        rulebook, compiler = compiled.rulebook, compiled.circuit
        self.nodes = {law.condition: compiler.bare(law.condition)[0] for law in rulebook.impossible.values()}
        self.plan = Plan(rulebook.terms, compiler.nodes, list(self.nodes.values()))

    def held(self, patients: Patients) -> dict[Condition, Truth]:
        """Who cannot be, by each of the conditions."""
        found = self.plan.run(patients.given(), patients.count)
        return {condition: unpacked(found[node], patients.count) for condition, node in self.nodes.items()}


def unpacked(bits: NDArray[np.uint8], count: int) -> Truth:
    """A bitmap as truths."""
    return np.unpackbits(bits, count=count, bitorder="little").view(np.bool_)


def _any(held: Mapping[Condition, Truth], count: int) -> Truth:
    return np.asarray(np.any(np.array([np.zeros(count, np.bool_), *held.values()]), axis=0))


def _scaled(entry: Entry, uncertain: set[int], factor: float) -> Entry:
    """The entry with these answers so many times as frequent, where nobody has measured it; the others give way."""
    if factor == 1 or not entry.convention or entry.start:
        return entry
    mine = [low in uncertain for low, _ in entry.ranges]
    now = sum(share for share, one in zip(entry.shares, mine, strict=True) if one)
    if not 0 < now < 100:
        return entry
    wanted = max(now, min(now * factor, MOST)) if factor > 1 else now * factor
    ratios = [wanted / now if one else (100 - wanted) / (100 - now) for one in mine]
    return replace(entry, shares=tuple(share * ratio for share, ratio in zip(entry.shares, ratios, strict=True)))


def _with_usual(step: Step, added: Sequence[Term]) -> Step:
    """The step with what is usual of each finding that it does not have; without such, it stays unanswered."""
    entries = dict(step.entries)
    for term in added:
        usual = term.usual
        if isinstance(usual, str):
            usual = (term.domain.values.index(usual),) * 2
        if usual is not None:
            entries[term.name] = (Entry(Condition(), (usual,), (100.0,), term.place, label="convention"),)
    return Step(entries)
