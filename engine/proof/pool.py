"""Cases at hand, all evaluated at once: what one of them shows needs no solver."""

from collections.abc import Iterable, Sequence

from ..circuit import Evaluation, Gate
from .verdicts import Facts

BATCH = 16


class Pool:
    """Cases, and for each node which of them make it true: bit n of a whole number is the n-th case.

    New cases wait until there are a few.
    """

    def __init__(self, nodes: Sequence[Gate], cases: Iterable[Facts] = ()) -> None:
        self.nodes = nodes
        self.cases: list[Facts] = []
        self.seen: set[frozenset[tuple[str, object]]] = set()
        self.taken = 0
        self.evaluation = Evaluation.of(nodes, [])
        for facts in cases:
            self.add(facts)

    def add(self, facts: Facts) -> None:
        """Keep a case; it is evaluated with the next few."""
        key = frozenset(facts.items())
        if key not in self.seen:
            self.seen.add(key)
            self.cases.append(facts)

    def find(self, nodes: Iterable[int]) -> Facts | None:
        """A case in which all the nodes are true, if one is at hand."""
        if len(self.cases) >= self.taken + BATCH:
            self._take_in()
        self._begin()
        found = self.evaluation.all_of(nodes)
        return self.cases[(found & -found).bit_length() - 1] if found else None

    def true_in(self, node: int) -> int:
        """The cases in which a node is true: bit n of a whole number is the n-th case."""
        self._begin()
        return self.evaluation.mark(node)

    def _begin(self) -> None:
        if self.cases and not self.taken:
            self._take_in()

    def _take_in(self) -> None:
        self.taken = len(self.cases)
        self.evaluation = Evaluation.of(self.nodes, self.cases)
