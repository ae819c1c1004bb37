"""Cases at hand, all run through the circuit at once: what one of them shows needs no solver."""

from collections.abc import Iterable, Sequence

from ..circuit import Atom, Gate, says
from ..truth import State
from .verdicts import Facts

BATCH = 16


class Pool:
    """Cases, and for each node which of them make it true: bit n of a whole number is the n-th case."""

    def __init__(self, nodes: Sequence[Gate]) -> None:
        self.nodes = nodes
        self.cases: list[Facts] = []
        self.seen: set[frozenset[tuple[str, object]]] = set()
        self.marks: list[int] = []
        self.done = 0

    def add(self, facts: Facts) -> None:
        """Keep a case; it is run with the next few."""
        key = frozenset(facts.items())
        if key not in self.seen:
            self.seen.add(key)
            self.cases.append(facts)

    def find(self, nodes: Iterable[int]) -> Facts | None:
        """A case in which all the nodes are true, if one is at hand."""
        if len(self.cases) >= self.done + BATCH or not self.done:
            self._run()
        self._grow()
        found = (1 << self.done) - 1
        for node in nodes:
            found &= self.marks[node]
        return self.cases[(found & -found).bit_length() - 1] if found else None

    def _run(self) -> None:
        """Run the new cases through the nodes that are known."""
        fresh = self.cases[self.done :]
        known = len(self.marks)
        marks = self._evaluated([], fresh, known)
        self.marks = [mark | new << self.done for mark, new in zip(self.marks, marks, strict=True)]
        self.done += len(fresh)

    def _grow(self) -> None:
        """Run the cases through the new nodes."""
        if len(self.marks) < len(self.nodes):
            self.marks = self._evaluated(self.marks, self.cases[: self.done], len(self.nodes))

    def _evaluated(self, marks: list[int], cases: Sequence[Facts], end: int) -> list[int]:
        everything = (1 << len(cases)) - 1
        states = [State(dict(facts)) for facts in cases]
        found = list(marks)
        for gate in self.nodes[len(marks) : end]:
            if gate.atom is not None:
                found.append(_saying(states, gate.atom))
            elif gate.kind == "constant":
                found.append(everything if found else 0)
            elif gate.kind == "not":
                found.append(everything ^ found[gate.inputs[0]])
            else:
                joined = found[gate.inputs[0]]
                for place in gate.inputs[1:]:
                    joined = joined | found[place] if gate.kind == "or" else joined & found[place]
                found.append(joined)
        return found


def _saying(states: Sequence[State], atom: Atom) -> int:
    return sum(1 << place for place, state in enumerate(states) if atom.term in state.facts and says(state, atom))


def true_in(nodes: Sequence[Gate], wanted: Iterable[int], facts: Facts) -> bool:
    """Whether all the nodes are true in one case."""
    pool = Pool(nodes)
    pool.add(facts)
    return pool.find(wanted) is not None
