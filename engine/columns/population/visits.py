"""The next visit of drawn patients: who comes back after what was advised, and what has changed."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ...circuit import CompiledRulebook
from ...population import FollowUp
from ..plan import Plan
from .answers import Answer, Patients, Truth
from .sampler import Draw, Sampler, unpacked

NONE = -1


class NextVisit:
    """Draws follow-ups: the first visit is decided, and the next one carries over what was advised."""

    def __init__(self, compiled: CompiledRulebook, sampler: Sampler, follow_up: FollowUp) -> None:
        self.sampler = sampler
        self.follow_up = follow_up
        self.terms = compiled.rulebook.terms
        self.returns = compiled.circuit.condition(follow_up.returns)[0]
        self.carried = dict(self._carried(compiled))
        nodes = [self.returns, *(node for values in self.carried.values() for node in values.values())]
        self.plan = Plan(compiled.rulebook.terms, compiled.circuit.nodes, nodes)

    def _carried(self, compiled: CompiledRulebook) -> Iterator[tuple[str, Mapping[int, int]]]:
        """For each finding that takes over a conclusion, the node of each value that it can take."""
        circuit = compiled.circuit
        for finding, source in self.follow_up.carry.items():
            if not self.terms[source].finding:
                marks = circuit.values.get(source) or circuit.scales.get(source) or {}
                places = ((self._place(finding, value), holds) for value, (holds, _) in marks.items())
                yield finding, {place: holds for place, holds in places if place != NONE}

    def _place(self, finding: str, value: str) -> int:
        """What the value of a conclusion is to a finding; NONE where it has no such value."""
        domain = self.terms[finding].domain
        if domain.values:
            return domain.values.index(value) if value in domain.values else NONE
        return int(value) if value.isdecimal() and domain.low <= int(value) <= domain.high else NONE

    def of(self, patients: Patients, draw: Draw) -> tuple[Patients, Truth]:
        """The same patients at their next visit, and who of them comes."""
        count = patients.count
        found = {node: unpacked(bits, count) for node, bits in self.plan.run(patients.given(), count).items()}
        later = patients.copy()
        for finding, source in self.follow_up.carry.items():
            taken = self.carried.get(finding)
            later.answers[finding] = patients.answers[source] if taken is None else self._taken(taken, found, patients)
        for name, entries in self.follow_up.step.entries.items():
            if name in self.follow_up.carry:
                continue
            first = self.sampler.first.entries.get(name)
            again = self.sampler.answer(later.without(name), name, first, draw, 0) if first else None
            later.answers[name] = self.sampler.answer(later, name, entries, draw, "next", again)
        for name, entries in self.sampler.first.entries.items():
            if name not in self.follow_up.step.entries and name not in self.follow_up.carry:
                later.answers[name] = self.sampler.answer(later, name, entries, draw, 0)
        numbers = np.random.default_rng([draw.seed, draw.block, 1]).random(count)
        possible = ~self.sampler.ruled_out(later)
        return later, found[self.returns] & possible & (numbers * 100 < self.follow_up.share)

    @staticmethod
    def _taken(values: Mapping[int, int], found: Mapping[int, Truth], patients: Patients) -> Answer:
        taken: NDArray[np.int32] = np.full(patients.count, NONE, np.int32)
        for place, node in values.items():
            taken[found[node]] = place
        has = taken != NONE
        return Answer(np.maximum(taken, 0), has, has.copy())
