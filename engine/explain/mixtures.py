"""Which of the findings in which two cases differ make the difference, and which of the others can undo it.

A mixture of two cases has some of the differing findings as after, and the others as before. A solver is asked for the
fewest with which it has the advice after, and then for the fewest with which it has that whatever the others are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..case import Value
from ..circuit import CompiledRulebook
from ..minimise import minimise
from ..proof import Sat, Unknown
from ..proof.hitting_sets import HittingSets
from .correction_sets import CorrectionSets
from .findings import FindingChange, with_changes
from .sat_queries import prover_of

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
    compiled: CompiledRulebook,
    before: Mapping[str, Value],
    differing: Sequence[FindingChange],
    terms: Sequence[str],
) -> Decisive:
    """The fewest changes that bring how the terms stand after, and those with which nothing else matters."""
    nodes = tuple(dict.fromkeys(node for term in terms for node in compiled.deciding(term)))
    read = compiled.findings_beneath(nodes)
    mixtures = _Mixtures(compiled, before, [change for change in differing if change.term in read], nodes)
    made, smallest = mixtures.made()
    also = mixtures.also(made)
    return Decisive(made, also, smallest, mixtures.without(made, also))


class _Mixtures:
    """The mixtures of two cases, and in which of them the advice is that of the case after.

    A mixture need be no patient that there can be.
    """

    def __init__(
        self,
        compiled: CompiledRulebook,
        before: Mapping[str, Value],
        changes: Sequence[FindingChange],
        nodes: tuple[int, ...],
    ) -> None:
        self.compiled, self.before, self.changes = compiled, before, tuple(changes)
        self.prover, circuit = prover_of(compiled), compiled.circuit
        after = compiled.variants(with_changes(before, changes))
        after.settle(compiled.order(nodes))
        self.as_after = [node if after.mark(node) else circuit.negation(node) for node in nodes]
        self.differs = circuit.any_of(map(circuit.negation, self.as_after))
        self.old = {one.term: self.prover.facts({one.term: one.before})[0] for one in changes}
        self.new = {one.term: self.prover.facts({one.term: one.after})[0] for one in changes}
        others = [term.name for term in compiled.rulebook.findings if term.name not in self.old]
        self.base = [*self.prover.facts({name: before.get(name) for name in others})]
        self.base += [circuit.any_of((self.old[name], self.new[name])) for name in self.old]

    def made(self) -> tuple[Changes, bool]:
        """The changes that bring the advice after by themselves, and whether no smaller set of them does."""
        found = CorrectionSets(self.prover, [*self.base, *self.as_after], self.old).smallest()
        if isinstance(found, tuple):
            return tuple(change for change in self.changes if change.term in found), True
        return minimise(self.changes, lambda sets: [self._brings(chosen) for chosen in sets]), False

    def _brings(self, chosen: Sequence[FindingChange]) -> bool:
        mixture = self.compiled.variants(with_changes(self.before, chosen))
        return bool(mixture.all_of(self.as_after))

    def also(self, made: Changes) -> Changes:
        """The fewest other changes with which none of the rest can undo it; all of them where that is not known."""
        rest = [change for change in self.changes if change not in made]
        self.prover.solver.prefer(self.new.values())
        found = HittingSets(rest).smallest(lambda part: self._undoing((*made, *part)))
        return found if isinstance(found, tuple) else tuple(rest)

    def without(self, made: Changes, also: Changes) -> dict[FindingChange, Changes]:
        """For each of those in `also` a mixture with the others that has another advice, where one is found."""
        found: dict[FindingChange, Changes] = {}
        for change in also:
            left = self._undoing((*made, *(one for one in also if one != change)))
            if isinstance(left, list):
                found[change] = tuple(one for one in self.changes if one not in left)
        return found

    def _undoing(self, taken: Changes) -> list[FindingChange] | Unknown | None:
        """The changes left out in a mixture that has those taken, and another advice; None where there is none."""
        asked = [*self.base, self.differs, *(self.new[change.term] for change in taken)]
        found = self.prover.solver.ask(dict.fromkeys(asked), self.prover.limits)
        if not isinstance(found, Sat):
            return found if isinstance(found, Unknown) else None
        return [change for change in self.changes if found.facts.get(change.term) != change.after]
