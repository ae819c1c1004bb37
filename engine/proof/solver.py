"""The SAT solver behind the room: glucose, asked in short turns, so that limits and an interrupt are heard between.

The only file that imports pysat, and only where a solver is made: loading it takes 40 ms.
"""

import time
import weakref
from collections.abc import Iterable, Sequence

from ..case import Value
from .encoding import Encoding
from .verdicts import Limits, Sat, Unknown, Unsat

TURN = 500  # conflicts


class Solver:
    """One solver with the clauses of one encoding; what is learned for a question serves the next."""

    def __init__(self, encoding: Encoding) -> None:
        from pysat.solvers import Glucose4

        self.encoding = encoding
        self.solver = Glucose4()
        weakref.finalize(self, self.solver.delete)  # at exit it would run too late, and complain
        self.taken = 0

    def ask(self, nodes: Iterable[int], limits: Limits, more: Sequence[int] = ()) -> Sat | Unsat | Unknown:
        """A case in which all the nodes are true, and all literals in `more`."""
        nodes_by_literal = {self.encoding.literal(node): node for node in nodes}
        done = self.satisfiable([*nodes_by_literal, *more], limits)
        if done is None:
            return Unknown(limits.reached)
        if done:
            return Sat(self.case())
        return Unsat(frozenset(nodes_by_literal[one] for one in self.failed() if one in nodes_by_literal))

    def satisfiable(self, literals: Sequence[int], limits: Limits) -> bool | None:
        """Whether all the literals can be true together; None where the limits were reached."""
        self._take()
        deadline = time.monotonic() + limits.seconds
        for start in range(0, limits.conflicts, TURN):
            self.solver.conf_budget(min(TURN, limits.conflicts - start))
            done: bool | None = self.solver.solve_limited(literals, expect_interrupt=True)
            if done is not None or time.monotonic() > deadline:
                return done
        return None

    def case(self) -> dict[str, Value]:
        """The case that was found last."""
        return self.encoding.facts(self.solver.get_model() or ())

    def failed(self) -> frozenset[int]:
        """Of the literals that were asked for last, some that cannot be true together."""
        return frozenset(self.solver.get_core() or ())

    def _take(self) -> None:
        clauses = self.encoding.clauses
        self.solver.append_formula(clauses[self.taken :] if self.taken else clauses)
        self.taken = len(clauses)

    def prefer(self, nodes: Iterable[int]) -> None:
        """Let nodes be true in the cases that are found, where nothing speaks against it."""
        literals = [self.encoding.literal(node) for node in nodes]
        self._take()
        self.solver.set_phases(literals)

    def bar(self, guard: int, nodes: Iterable[int]) -> None:
        """Never let all of these nodes be true where the guard, a literal, is asked for."""
        self.encoding.clauses.append([-guard, *(-self.encoding.literal(node) for node in nodes)])

    def never(self, node: int, assumed: Iterable[int]) -> None:
        """Tell the solver what was proved: that the node is never true where all that was assumed is."""
        self.encoding.clauses.append([-self.encoding.literal(one) for one in (node, *assumed)])

    def at_most(self, literals: Sequence[int], most: int) -> list[int]:
        """For each number from 0 to `most`, a literal to ask that so many of these literals are true and no more."""
        from pysat.card import ITotalizer

        counter = ITotalizer(list(literals), ubound=most, top_id=self.encoding.top)
        self.encoding.top = max(self.encoding.top, counter.top_id)
        self.encoding.clauses += [list(clause) for clause in counter.cnf.clauses]
        ends = [-one for one in counter.rhs[: most + 1]]
        counter.delete()
        return ends + [1] * (most + 1 - len(ends))  # of fewer literals no more can be true

    def close(self) -> None:
        """Give the memory back."""
        self.solver.delete()
