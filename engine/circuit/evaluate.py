"""The circuit for one case, or for thousands at once: a mark is a whole number, of which bit n is the n-th case."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from operator import or_

from .. import semantics
from ..case import Value
from ..language import Against
from .nodes import Atom, Gate, satisfies

Facts = Mapping[str, Value]


class Evaluation:
    """Some cases, and for each node which of them make it true; a node is evaluated when it is first asked for.

    As it is made all cases have the same answers; `choose` gives some of them others. A case may be given several
    answers to a finding, and then says all of them at once: an upper bound of what any of them brings, for nodes that
    rest on no NOT. Of a finding that is `doubted` it says everything that it could say.
    """

    def __init__(
        self, nodes: Sequence[Gate], facts: Facts, count: int = 1, doubted: frozenset[str] = frozenset()
    ) -> None:
        self.nodes, self.facts, self.doubted = nodes, facts, doubted
        self.full = (1 << count) - 1
        self.chosen: dict[str, dict[Value | None, int]] = {}
        self.lines: dict[Against, tuple[int, int]] = {}
        self.marks: dict[int, int] = {0: 0, 1: self.full}

    @classmethod
    def of(cls, nodes: Sequence[Gate], cases: Sequence[Facts]) -> "Evaluation":
        """Cases that have nothing in common."""
        found = cls(nodes, {}, len(cases))
        for place, facts in enumerate(cases):
            for term, value in facts.items():
                found.choose(term, value, 1 << place)
        return found

    def choose(self, term: str, value: Value | None, bits: int) -> None:
        """Give this answer in these cases, or none; before any mark is asked for."""
        values = self.chosen.setdefault(term, {})
        values[value] = values.get(value, 0) | bits

    def mark(self, node: int) -> int:
        """The cases in which a node is true."""
        if node not in self.marks:
            self.settle(transitive_inputs(self.nodes, [node], self.marks))
        return self.marks[node]

    def any_of(self, nodes: Iterable[int]) -> int:
        """The cases in which one of the nodes is true."""
        return reduce(or_, map(self.mark, nodes), 0)

    def all_of(self, nodes: Iterable[int]) -> int:
        """The cases in which all of the nodes are true."""
        found = self.full
        for node in nodes:
            if not found:
                break
            found &= self.mark(node)
        return found

    def changed(self, term: str) -> int:
        """The cases that were given another answer to a finding."""
        return reduce(or_, self.chosen[term].values(), 0) if term in self.chosen else 0

    def settle(self, order: Iterable[int]) -> None:
        """Evaluate nodes, each after its inputs."""
        nodes, marks = self.nodes, self.marks
        for place in order:
            if place in marks:
                continue
            gate = nodes[place]
            if gate.kind == "and":
                found = self.full
                for one in gate.inputs:
                    found &= marks[one]
            elif gate.kind == "or":
                found = 0
                for one in gate.inputs:
                    found |= marks[one]
            elif gate.atom is None:
                found = self.full ^ marks[gate.inputs[0]]
            else:
                found = self._atom(gate.atom)
            marks[place] = found

    def _atom(self, atom: Atom) -> int:
        if not self.doubted.isdisjoint(atom.reads):
            return self._said(term for term in atom.reads if term not in self.doubted)
        if atom.line is not None:
            return self._compared(atom.line)[atom.kind == "fails"]
        found = 0
        for value, bits in self._answers(atom.term):
            if satisfies(atom, value):
                found |= bits
        return found

    def _said(self, terms: Iterable[str]) -> int:
        found = self.full
        for term in terms:
            found &= reduce(or_, (bits for value, bits in self._answers(term) if value is not None), 0)
        return found

    def _compared(self, line: Against) -> tuple[int, int]:
        """Where a number that is held against another holds, and where it fails."""
        if line not in self.lines:
            marks = [0, 0]
            others = [(int(other), bits) for other, bits in self._answers(line.other) if other is not None]
            for value, bits in self._answers(line.term):
                for other, more in others if value is not None else ():
                    if both := bits & more:
                        marks[not holds_against(line, int(value or 0), other)] |= both
            self.lines[line] = marks[0], marks[1]
        return self.lines[line]

    def _answers(self, term: str) -> Iterator[tuple[Value | None, int]]:
        """The answers to a finding, each with the cases that give it."""
        if term in self.chosen:
            yield from self.chosen[term].items()
        if term in self.facts:
            yield self.facts[term], self.full & ~self.changed(term)


@lru_cache(maxsize=1 << 16)
def holds_against(line: Against, value: int, other: int) -> bool:
    """Whether a number stands so to another."""
    return bool(semantics.mark_line(line, semantics.State({line.other: other, line.term: value})) & semantics.HOLDS)


def evaluate(nodes: Sequence[Gate], facts: Facts) -> list[bool]:
    """Every node for one case."""
    evaluation = Evaluation(nodes, facts)
    evaluation.settle(range(len(nodes)))
    return [bool(evaluation.marks[place]) for place in range(len(nodes))]


def transitive_inputs(nodes: Sequence[Gate], roots: Iterable[int], known: Container[int] = ()) -> list[int]:
    """Nodes and all that they rest on but what is known, each after its inputs."""
    found = {node for node in roots if node not in known}
    queue = list(found)
    while queue:
        for place in nodes[queue.pop()].inputs:
            if place not in known and place not in found:
                found.add(place)
                queue.append(place)
    return sorted(found)


def set_bits(bits: int) -> Iterator[int]:
    """The places of the bits that are set, from the lowest."""
    text = f"{bits:b}"[::-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)
