"""Sets of other answers that bring something about, the smallest first, by a solver: minimal correction sets.

To bring it about, one answer at least has to change of every core (answers that cannot stay together); so the smallest
such sets are the smallest hitting sets of the cores. This is the duality of Reiter (1987), and a way to MaxSAT (Davies
and Bacchus 2011).
"""

import time
from collections.abc import Iterable, Mapping, Sequence

from ..case import Value
from ..proof import Limits, Unknown
from ..proof.hitting_sets import HittingSets
from ..proof.prover import Prover
from .sat_queries import SECONDS

TRIMMED = 3
"""So many times a core is asked for: it may come back smaller."""


class CorrectionSets:
    """Looks for the fewest findings that have to be answered otherwise for some nodes to be true.

    `free` has for each finding that may change the node that it is as it was; of sets as small, where `ranked`, the one
    with the earlier findings comes first. `hard` are the nodes that are true in any case. What was barred is not found
    again, nor what has it in it.
    """

    def __init__(self, prover: Prover, hard: Iterable[int], free: Mapping[str, int], ranked: bool = True) -> None:
        self.prover = prover
        self.solver = prover.solver
        literal = self.solver.encoding.literal
        self.free = {literal(node): name for name, node in free.items()}
        self.guard = self.solver.encoding.variable()
        self.hard = [self.guard, *dict.fromkeys(map(literal, hard))]
        self.conflicts = prover.limits.conflicts
        self.deadline = time.monotonic() + SECONDS
        self.sets = HittingSets(list(self.free), ranked)

    def smallest(self, most: int | None = None) -> tuple[str, ...] | Unknown | None:
        """The findings of the smallest set that is not barred; None where there is none, or none of `most` findings.

        Where that is not known, why.
        """
        found = self.sets.smallest(self._core, most)
        if isinstance(found, tuple) and self.sets.ranked:
            self._core(found)  # the case of this set, where others were tried after it
        return tuple(self.free[one] for one in found) if isinstance(found, tuple) else found

    def case(self) -> Mapping[str, Value]:
        """The case of the set that was found last."""
        return self.solver.case()

    def can_be(self, changed: Iterable[str], facts: Mapping[str, Value]) -> bool:
        """Whether some case has these answers, the findings changed otherwise, and all others as they are."""
        changing = set(changed)
        unchanged = [one for one, name in self.free.items() if name not in changing]
        given = map(self.solver.encoding.literal, self.prover.facts(facts))
        return self.solver.satisfiable([*self.hard, *unchanged, *given], Limits(self.conflicts, SECONDS)) is True

    def any_case(self) -> Mapping[str, Value] | None:
        """A case in which any findings may be answered otherwise, if one is found."""
        found = self.solver.satisfiable(self.hard, Limits(self.conflicts, SECONDS))
        return self.solver.case() if found else None

    def bar(self, nodes: Iterable[int]) -> None:
        """Look no more for a case in which all of the nodes are true."""
        self.solver.bar(self.guard, nodes)

    def _core(self, changed: Sequence[int]) -> list[int] | Unknown | None:
        """Of the others, which are left as they are, some that cannot be so together; None where all can."""
        changing = set(changed)
        core = [one for one in self.free if one not in changing]
        for _ in range(TRIMMED):
            limits = Limits(self.conflicts, self.deadline - time.monotonic())
            found = self.solver.satisfiable([*self.hard, *core], limits)
            if found is not False:
                return None if found else Unknown(limits.reached)
            failed = self.solver.failed()
            smaller = [one for one in core if one in failed]
            if len(smaller) in (0, 1, len(core)):
                return smaller
            core = smaller
        return core
