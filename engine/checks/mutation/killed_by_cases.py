"""Whole cases: which mutants the saved cases kill, and which are equivalent because no possible case would.

The mutant is built into the circuit of the rulebook, conclusion by conclusion in the order of work. What does not
differ is the same node. What differs as a node is asked about, of the saved cases or of all possible ones, and where it
is never other than it was, it stays as it was. So each question is a small one (one question about the whole mutant was
measured too: a third of them stayed undecided).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import zip_longest

from ...circuit import FALSE, NEVER, Compiler, Pair, marks_of
from ...language import Line, terms_of
from ...proof.pool import Pool
from ...proof.prover import Prover
from ...proof.verdicts import Limits, Unsat
from ...rulebook import Law, Rule, Rulebook, RuleFor, Term
from ..saved_cases import answer_terms
from .killed_by_examples import not_covered
from .mutants import Mutant

LIMITS = Limits(conflicts=20_000)
MARKS = ("values", "members", "scales", "counts")
Differ = Callable[[Sequence[Pair], Sequence[Pair]], bool]


class WholeCases:
    """The saved cases and all possible ones.

    A case kills a mutant where an answer is not what it was, or a conclusion is newly disputed, or a law newly broken.
    """

    def __init__(self, rulebook: Rulebook, prover: Prover) -> None:
        self.rulebook = rulebook
        self.prover = prover
        self.circuit = prover.circuit
        self.mutated = Compiler(rulebook, self.circuit.nodes, self.circuit.places)
        self.saved = Pool(self.circuit.nodes, [case.facts for case in rulebook.cases.values()])
        self.answer = frozenset(answer_terms(rulebook))
        self.stages = [(frozenset(stage.rules), frozenset(stage.terms)) for stage in rulebook.stages]
        self.readers: dict[str, list[str]] = {}
        for rule in rulebook.rules.values():
            for name in rule.condition.terms():
                self.readers.setdefault(name, []).append(rule.id)
        self.lines: dict[str, list[Line]] = {}
        for line in self.circuit.lines:
            for name in terms_of(line):
                self.lines.setdefault(name, []).append(line)

    def killed(self, mutant: Mutant) -> bool:
        """Whether a saved case kills a mutant."""
        return any(self.saved.true_in(node) for node in self._killing(mutant, self._differ_in_saved))

    def equivalent(self, mutant: Mutant) -> bool:
        """Whether it is proved that no possible case kills a mutant; what is undecided is not proved."""
        return all(
            isinstance(self.prover.believed(node, limits=LIMITS), Unsat)
            for node in self._killing(mutant, self._can_differ)
        )

    def not_covered(self, rule: Rule) -> Iterator[int]:
        """The places of the lines of a rule that decide in no saved case."""
        return not_covered(self.circuit, self.saved, rule.condition)

    # --- what differs ------------------------------------------------------------------------------------------------

    def _differ_in_saved(self, before: Sequence[Pair], after: Sequence[Pair]) -> bool:
        true_in = self.saved.true_in
        return any(
            one != other and true_in(one) != true_in(other)
            for pair in zip(before, after, strict=True)
            for one, other in zip(*pair, strict=True)
        )

    def _can_differ(self, before: Sequence[Pair], after: Sequence[Pair]) -> bool:
        node = self.prover.differs(before, after)
        return node != FALSE and self._possible(node)

    def _possible(self, node: int) -> bool:
        """Whether it is not proved that the node is true in no case that could exist."""
        return not isinstance(self.prover.believed(node, limits=LIMITS), Unsat)

    def _killing(self, mutant: Mutant, differ: Differ) -> Iterator[int]:
        """Nodes of "a case kills the mutant", as far as `differ` follows what differs."""
        self._begin()
        changed: list[str] = []
        unsettled = set() if mutant.of_condition else {name for name, _ in mutant.rule.then}
        unmarked = {mutant.rule.id} if mutant.of_condition else set()
        for rules, names in self.stages:
            for rule in unmarked & rules:
                own = mutant.mutated if rule == mutant.rule.id else self.rulebook.rules[rule]
                if self._marked_otherwise(own, differ):
                    unsettled.update(name for name, _ in own.then)
            for name in unsettled & names:
                term = self.rulebook.terms[name]
                pairs = self._settled_otherwise(term, mutant, differ)
                if pairs is not None:
                    changed.append(name)
                    unmarked.update(self.readers.get(name, ()))
                    for line in self.lines.get(name, ()):
                        self.mutated.lines.pop(line, None)
                    yield from self._in_conclusion(term, *pairs)
        laws = {law.id: law for name in changed for law in self._laws.get(name, ())}
        for law in laws.values():
            yield from self._newly(*(circuit.breaks(law.condition) for circuit in (self.circuit, self.mutated)))

    def _begin(self) -> None:
        self.changed: set[str] = set()
        for room in ("lines", "rules", "support", *MARKS):
            setattr(self.mutated, room, dict(getattr(self.circuit, room)))

    def _marked_otherwise(self, rule: Rule, differ: Differ) -> bool:
        """Whether the condition of a rule, which is mutated or reads what has changed, comes to another mark."""
        before, after = self.circuit.rules[rule.id], self.mutated.condition(rule.condition)
        if before == after or not differ([before], [after]):
            return False
        self.mutated.rules[rule.id] = after
        self.changed.add(rule.id)
        return True

    def _settled_otherwise(
        self, term: Term, mutant: Mutant, differ: Differ
    ) -> tuple[Sequence[Pair], Sequence[Pair]] | None:
        """The marks of a conclusion before and after, where they differ; where not, it is left as it was."""
        if mutant.of_condition:
            self.mutated.settle(term, changed=self.changed)
        else:
            self.mutated.settle(term, self._support(term, mutant))
        both = [list(marks_of(circuit, term.name).values()) for circuit in (self.circuit, self.mutated)]
        before, after = zip(*zip_longest(*both, fillvalue=NEVER), strict=True) if any(both) else ((), ())
        if before != after and differ(before, after):
            return before, after
        for room in MARKS:
            marks: Mapping[str, object] = getattr(self.circuit, room)
            if term.name in marks:
                getattr(self.mutated, room)[term.name] = marks[term.name]
        return None

    def _support(self, term: Term, mutant: Mutant) -> list[RuleFor]:
        """The rules for a conclusion, where what one of them concludes or outranks is mutated."""
        rule, mutated = mutant.rule.id, mutant.mutated
        values = [value for name, value in mutated.then if name == term.name]
        found = []
        for entry in self.rulebook.support[term.name]:
            if entry.rule == rule:
                found += [replace(entry, value=value) for value in values]
            elif rule in entry.outrankers and not (values and entry.rule in mutated.outranks):
                found.append(replace(entry, outrankers=tuple(one for one in entry.outrankers if one != rule)))
            else:
                found.append(entry)
        return list(dict.fromkeys(found))

    # --- what kills --------------------------------------------------------------------------------------------------

    def _in_conclusion(self, term: Term, before: Sequence[Pair], after: Sequence[Pair]) -> Iterator[int]:
        if term.name in self.answer:
            other = [pairs for pairs in zip(before, after, strict=True) if pairs[0] != pairs[1]]
            yield self.prover.differs(*(list(map(self._shown(term), pairs)) for pairs in zip(*other, strict=True)))
        yield from self._newly(*(circuit.disputed(term.name) for circuit in (self.circuit, self.mutated)))

    def _shown(self, term: Term) -> Callable[[Pair], Pair]:
        """What the answer shows of a mark: of a single value whether it holds alone, else also whether it is open."""

        def alone(one: int, other: int) -> int:
            return self.circuit.all_of((one, self.circuit.negation(other)))

        return lambda pair: (alone(*pair), FALSE) if term.single else (pair[0], alone(pair[1], pair[0]))

    def _newly(self, before: int, after: int) -> Iterator[int]:
        if before != after:
            yield self.circuit.all_of((after, self.circuit.negation(before)))

    @cached_property
    def _laws(self) -> Mapping[str, Sequence[Law]]:
        """For each term, the laws that speak of it."""
        found: dict[str, list[Law]] = {}
        for law in self.rulebook.laws.values():
            for name in law.condition.terms():
                found.setdefault(name, []).append(law)
        return found
