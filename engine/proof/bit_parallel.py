"""Cases at hand, all run through the circuit at once: what one of them shows needs no solver."""

from collections.abc import Container, Iterable, Sequence
from functools import reduce
from itertools import product
from operator import and_

from ..case import Value
from ..circuit import Atom, Gate, says
from ..semantics import State
from .verdicts import Facts

BATCH = 16


class Pool:
    """Cases, and for each node which of them make it true: bit n of a whole number is the n-th case.

    Nodes are worked out when they are asked about; new cases wait until there are a few.
    """

    def __init__(self, nodes: Sequence[Gate], cases: Iterable[Facts] = ()) -> None:
        self.nodes = nodes
        self.cases: list[Facts] = []
        self.seen: set[frozenset[tuple[str, object]]] = set()
        self.taken = 0
        self.said: dict[str, dict[Value, int]] = {}
        self.marks: dict[int, int] = {0: 0, 1: 0}
        for facts in cases:
            self.add(facts)

    def add(self, facts: Facts) -> None:
        """Keep a case; it is run with the next few."""
        key = frozenset(facts.items())
        if key not in self.seen:
            self.seen.add(key)
            self.cases.append(facts)

    def find(self, nodes: Iterable[int]) -> Facts | None:
        """A case in which all the nodes are true, if one is at hand."""
        if len(self.cases) >= self.taken + BATCH or (self.cases and not self.taken):
            self._take_in()
        found = self._in_which(nodes)
        return self.cases[(found & -found).bit_length() - 1] if found else None

    def true_in(self, node: int) -> int:
        """The cases in which a node is true: bit n of a whole number is the n-th case."""
        if self.cases and not self.taken:
            self._take_in()
        return self._mark(node)

    def _in_which(self, nodes: Iterable[int]) -> int:
        found = (1 << self.taken) - 1
        for node in nodes:
            if not found:
                break
            found &= self._mark(node)
        return found

    def _take_in(self) -> None:
        for place, facts in enumerate(self.cases[self.taken :], self.taken):
            for name, value in facts.items():
                answers = self.said.setdefault(name, {})
                answers[value] = answers.get(value, 0) | 1 << place
        self.taken = len(self.cases)
        self.marks = {0: 0, 1: (1 << self.taken) - 1}

    def _mark(self, node: int) -> int:
        if node not in self.marks:
            for place in beneath(self.nodes, [node], self.marks):
                self.marks[place] = self._worked_out(place)
        return self.marks[node]

    def _worked_out(self, place: int) -> int:
        gate, marks = self.nodes[place], self.marks
        if gate.atom is not None:
            return self._saying(gate.atom)
        if gate.kind == "not":
            return marks[1] ^ marks[gate.inputs[0]]
        joined = marks[gate.inputs[0]]
        for one in gate.inputs[1:]:
            joined = joined | marks[one] if gate.kind == "or" else joined & marks[one]
        return joined

    def _saying(self, atom: Atom) -> int:
        """The cases that say what an atom says, from which of them give each answer."""
        found = 0
        for answers in product(*(self.said.get(name, {}).items() for name in atom.reads)):
            cases = reduce(and_, (given for _, given in answers))
            if cases and says(State(dict(zip(atom.reads, (value for value, _ in answers), strict=True))), atom):
                found |= cases
        return found


def beneath(nodes: Sequence[Gate], wanted: Iterable[int], known: Container[int] = ()) -> list[int]:
    """Nodes and all that they rest on but what is known, each after its inputs."""
    found = {node for node in wanted if node not in known}
    queue = list(found)
    while queue:
        for place in nodes[queue.pop()].inputs:
            if place not in known and place not in found:
                found.add(place)
                queue.append(place)
    return sorted(found)


def true_in(nodes: Sequence[Gate], wanted: Iterable[int], cases: Sequence[Facts]) -> list[bool]:
    """Of each case, whether all the nodes are true in it."""
    pool = Pool(nodes)
    pool.cases = list(cases)
    pool._take_in()
    found = pool._in_which(wanted)
    return [bool(found >> place & 1) for place in range(len(cases))]
