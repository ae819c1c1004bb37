"""Sets of three and more other answers that change something, all of a size: a solver finds them, and proves the rest.

A case that it finds names the findings of a set; which of their answers do it is then tried. What was found is barred,
and asked again, until there is no more of that size.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import product
from math import prod
from operator import and_

from ..case import Value
from ..proof.prover import Prover
from .bit_parallel import Variants, places, trying
from .plan import Option, Plan, ordinary_value
from .sat_queries import SECONDS, answered_otherwise, ask, prover_of

OptionSet = tuple[Option, ...]
MOST_TRIED = 3_000
"""So many answers to the findings of one set are tried."""
MOST_FOUND = 10_000
"""Where there are more sets of a size they are left at that."""


class Larger:
    """Looks, size by size, for the sets of other answers that make one of the aims true, and have no smaller one in it.

    Where it is given up, `reason` says why, and of `size` it is not known whether there are more, nor of any above.
    """

    def __init__(self, plan: Plan, facts: Mapping[str, Value], aims: Iterable[int], options: Iterable[Option]) -> None:
        self.plan, self.facts, self.aims = plan, facts, tuple(aims)
        self.options: dict[str, list[Option]] = {}
        for option in options:
            self.options.setdefault(option.term, []).append(option)
        self.smaller: list[OptionSet] = []
        self.ends: list[int] = []
        self.size, self.reason = 0, ""

    def sizes(self, size: int, smaller: Iterable[OptionSet]) -> Iterator[tuple[int, list[OptionSet]]]:
        """Each size from this one on with its sets, until it is proved that there is none larger, or it is given up.

        `smaller` are all sets of the sizes below.
        """
        self.size = size
        self._begin(prover_of(self.plan), smaller)
        while not self.reason and self._ask([self.guard]) is not None:
            yield self.size, self._all_of(self.size)
            self.size += not self.reason

    def _begin(self, prover: Prover, smaller: Iterable[OptionSet]) -> None:
        self.prover, self.solver = prover, prover.solver
        self.deadline = time.monotonic() + SECONDS
        self.changed, self.hard = answered_otherwise(self.plan, prover, self.facts, self.options)
        self.hard.append(self.plan.compiler.any_of(self.aims))
        usual = {name: ordinary_value(self.plan.rulebook.terms[name]) for name in self.options}
        self.solver.prefer(prover.facts({name: value for name, value in usual.items() if value is not None}))
        self.guard = self.solver.encoding.variable()
        for one in smaller:
            self._bar(one)

    def _bar(self, found: OptionSet) -> None:
        """Ask no more for this set, nor for one that has it in it."""
        self.smaller.append(found)
        self.solver.bar(self.guard, [self._node(option) for option in found])

    def _node(self, option: Option) -> int:
        """Whether a finding is answered so; of a number, or as any other that is not told apart from it."""
        circuit, term = self.plan.compiler, self.plan.rulebook.terms[option.term]
        if option.value is None or term.domain.values:
            return self.prover.facts({option.term: option.value})[0]
        low, high = self.plan.class_of(term, int(option.value))
        at_least, over = (circuit.number_at_least(term.name, edge) for edge in (low, high + 1))
        return circuit.all_of((at_least[0], over[1]))

    def _all_of(self, size: int) -> list[OptionSet]:
        """The sets of so many answers, all of them where there is no reason to stop."""
        literals = [self.solver.encoding.literal(node) for node in self.changed.values()]
        if size >= len(self.ends):
            self.ends = self.solver.at_most(literals, min(2 * size, len(literals)))
        guard, found = self.solver.encoding.variable(), list[OptionSet]()
        while (case := self._ask([self.guard, guard, *self.ends[size : size + 1]])) is not None:
            names = [name for name in self.changed if case.get(name) != self.facts.get(name)]
            found += self._that_do(names, case)
            self.reason = self.reason or (f"the search ends at {MOST_FOUND:,}" if len(found) > MOST_FOUND else "")
            self.solver.bar(guard, [self.changed[name] for name in names])
        for one in found if not self.reason else ():
            self._bar(one)
        return found

    def _that_do(self, names: Sequence[str], case: Mapping[str, Value]) -> list[OptionSet]:
        """The answers to these findings that do it, of which none can be left as it is; where many, those of a case."""
        axes = [self.options[name] for name in names]
        if prod(map(len, axes)) > MOST_TRIED:
            self.reason = f"there are too many answers to {len(names)} questions to try them all"
            axes = [[one for one in self.options[name] if self._is(one, case[name])] for name in names]
        sets = list(product(*axes))
        variants = trying(self.plan, self.facts, sets)
        hits = variants.any_of(self.aims) & variants.possible() & ~self._with_a_smaller(variants)
        if not hits:
            self.reason = "numbers are held against each other that have too many values"
        return [sets[place] for place in places(hits)]

    def _with_a_smaller(self, variants: Variants) -> int:
        """The variants that have in them a set that does it already."""
        found, chosen = 0, variants.chosen
        for one in self.smaller:
            if all(option.term in chosen for option in one):
                found |= reduce(and_, (chosen[option.term].get(option.value, 0) for option in one))
        return found

    def _is(self, option: Option, value: Value) -> bool:
        term = self.plan.rulebook.terms[option.term]
        if term.domain.values or option.value is None:
            return option.value == value
        return self.plan.class_of(term, int(option.value)) == self.plan.class_of(term, int(value))

    def _ask(self, more: Sequence[int]) -> Mapping[str, Value] | None:
        left = self.deadline - time.monotonic()
        found = ask(self.prover, self.hard, left, more) if left > 0 and not self.reason else None
        if found is None and left <= 0:
            self.reason = self.reason or f"not finished within {SECONDS:g} seconds"
        if isinstance(found, str):
            self.reason, found = found, None
        return found
