"""Which of the findings in which two cases differ make the difference, and which of the others can undo it.

A mixture of two cases has some of the differing findings as after, and the others as before. Where there are few, all
mixtures are tried at once. Where there are many, sets are tried by size, and what can undo the difference is found by
bounds, which never claim too much; then for each finding of it a mixture is looked for that needs it, and where trying
finds none a solver is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations
from math import comb
from operator import and_

from ..case import Value
from .bit_parallel import Variants, places, trying
from .bounds import Bounds
from .findings import FindingChange, with_changes
from .minimise import minimise
from .plan import Option, Plan
from .sat_queries import mixture_in_which

FEW = 13
"""Of so many differing findings every mixture is tried: they are 8,192."""
MOST_SETS = 8_000
"""Of more, so many sets are tried, the smallest first, before findings are left out one by one."""

Changes = tuple[FindingChange, ...]


@dataclass(frozen=True)
class Decisive:
    """The changes that bring the advice after by themselves; with those in `also`, whatever the others are.

    `smallest` where no smaller set brings it. `without` has for a change in `also` a mixture in which the others of
    both are taken over and the advice is another: it cannot be left out.
    """

    changes: Changes = ()
    also: Changes = ()
    smallest: bool = True
    without: Mapping[FindingChange, Changes] = field(default_factory=dict)

    @property
    def minimal(self) -> bool:
        """Whether none of those in `also` can be left out."""
        return self.without.keys() == set(self.also)


def decisive(
    plan: Plan, before: Mapping[str, Value], differing: Sequence[FindingChange], terms: Sequence[str]
) -> Decisive:
    """The fewest changes that bring how the terms stand after, and those with which nothing else matters."""
    nodes = tuple(dict.fromkeys(node for term in terms for node in plan.telling(term)))
    read = plan.findings_beneath(nodes)
    mixtures = _Mixtures(plan, before, [change for change in differing if change.term in read], nodes)
    return mixtures.all_tried() if len(mixtures.changes) <= FEW else mixtures.some_tried()


class _Mixtures:
    """The mixtures of two cases, and in which of them the advice is that of the case after."""

    def __init__(
        self, plan: Plan, before: Mapping[str, Value], changes: Sequence[FindingChange], nodes: tuple[int, ...]
    ) -> None:
        self.plan, self.before, self.changes, self.nodes = plan, before, tuple(changes), nodes
        after = Variants(plan, with_changes(before, changes))
        after.settle(nodes)
        self.aim = {node: bool(after.mark(node)) for node in nodes}

    # --- few: every mixture ------------------------------------------------------------------------------------------

    def all_tried(self) -> Decisive:
        """What decides, by trying every mixture; bit n of each mark is the mixture that has the n-th set of changes."""
        count = len(self.changes)
        variants = Variants(self.plan, self.before, 1 << count)
        taken = [_alternating(place, variants.full) for place in range(count)]
        for change, bits in zip(self.changes, taken, strict=True):
            variants.choose(Option(change.term, change.after), bits)
        as_after = self._as_after(variants)
        made = min(places(as_after), key=int.bit_count)
        decides = as_after  # of a set: every mixture that has it, and perhaps more, is as after
        for place, bits in enumerate(taken):
            decides &= decides >> (1 << place) | bits
            decides &= bits if made >> place & 1 else variants.full
        whole = min(places(decides), key=int.bit_count)
        without: dict[FindingChange, Changes] = {}
        for one in places(whole & ~made):
            others = reduce(and_, (taken[place] for place in places(whole) if place != one), variants.full)
            without[self.changes[one]] = self._at(next(places(others & ~as_after)))
        return Decisive(self._at(made), self._at(whole & ~made), True, without)

    def _at(self, bits: int) -> Changes:
        return tuple(self.changes[place] for place in places(bits))

    def _as_after(self, variants: Variants) -> int:
        """The variants in which all that was asked about stands as after."""
        variants.settle(self.nodes)
        found = variants.full
        for node, true in self.aim.items():
            found &= variants.mark(node) if true else ~variants.mark(node)
        return found

    # --- many --------------------------------------------------------------------------------------------------------

    def some_tried(self) -> Decisive:
        """What decides, and for each change that is needed beside it a mixture, as far as one is found."""
        made, smallest = self._made()
        rest = [change for change in self.changes if change not in made]
        also = list(minimise(rest, lambda sets: self._first_that_decides([(*made, *chosen) for chosen in sets])))
        without: dict[FindingChange, Changes] = {}
        for change in tuple(also):
            taken = (*made, *(one for one in also if one != change))
            tried = self._tried(taken)
            mixture = self._asked(taken) if tried is None else tried
            if mixture is None:
                also.remove(change)
            elif not isinstance(mixture, str):
                without[change] = mixture
        return Decisive(made, tuple(also), smallest, without)

    def _made(self) -> tuple[Changes, bool]:
        """The changes that bring the advice after by themselves, and whether no smaller set of them does."""
        tried = -1
        for sets in _by_size(self.changes, MOST_SETS):
            tried = len(sets[0])
            found = self._first_that_brings(sets)
            if found is not None:
                return sets[found], True
        made = minimise(self.changes, self._first_that_brings)
        return made, len(made) <= tried + 1

    def _first_that_brings(self, sets: Sequence[Sequence[FindingChange]]) -> int | None:
        """The first of some sets of changes that brings the advice after by itself."""
        options = [[Option(one.term, one.after) for one in chosen] for chosen in sets]
        return next(places(self._as_after(trying(self.plan, self.before, options))), None)

    def _first_that_decides(self, sets: Sequence[Sequence[FindingChange]]) -> int | None:
        """The first of some sets of changes of which bounds show that nothing beside it matters."""
        values = {change.term: [change.after] for change in self.changes}
        bounds = Bounds(self.plan, self.before, values, len(sets))
        for place, chosen in enumerate(sets):
            for change in chosen:
                bounds.choose(Option(change.term, change.after), 1 << place)
        bounds.settle(self.nodes)
        found = bounds.sure
        for node, true in self.aim.items():
            mark = bounds.mark(node)
            found &= mark if true else ~(mark >> bounds.count)
        return next(places(found & bounds.sure), None)

    def _tried(self, taken: Changes) -> Changes | None:
        """A mixture that has these changes, and in which the advice is another; None where trying finds none."""
        sets = [(*taken, *more) for more in self._more(taken)]
        options = [[Option(one.term, one.after) for one in chosen] for chosen in sets]
        other = trying(self.plan, self.before, options)
        return next((sets[place] for place in places(other.full & ~self._as_after(other))), None)

    def _more(self, taken: Changes) -> Iterator[Changes]:
        """Some of the ways to take over other changes: none, all, one, all but one, and two."""
        rest = tuple(change for change in self.changes if change not in taken)
        yield from ((), rest)
        yield from ((one,) for one in rest)
        yield from (tuple(other for other in rest if other != one) for one in rest)
        yield from ((one, two) for place, one in enumerate(rest) for two in rest[place + 1 :])

    def _asked(self, taken: Changes) -> Changes | str | None:
        """The same by a solver; None where it proves that there is none, or why it does not tell."""
        found = mixture_in_which(self.plan, self.before, self.changes, taken, self.aim)
        if not isinstance(found, frozenset):
            return found
        return tuple(change for change in self.changes if change.term in found)


def _by_size(changes: Changes, most: int) -> Iterator[list[Changes]]:
    """The sets of changes, those of one size at a time, while there are not too many to try."""
    tried = 0
    for size in range(len(changes) + 1):
        tried += comb(len(changes), size)
        if tried > most:
            return
        yield list(combinations(changes, size))


def _alternating(place: int, full: int) -> int:
    """The numbers of which the bit of this place is set, as bits."""
    period = (1 << (2 << place)) - 1
    return full // period * (((1 << (1 << place)) - 1) << (1 << place)) if period <= full else 0
