"""Two rulebooks in one circuit: what is the same in every case, and patients where it is not."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from .. import semantics
from ..case import Case
from ..circuit import FALSE, TRUE, CompiledRulebook, Compiler, Pair, evaluate, marks_of
from ..errors import InternalError
from ..language import Condition, Domain
from ..rulebook import Rulebook, Term
from .prover import Prover
from .verdicts import Facts, Limits, Patient, Unknown, Unsat, Verdict, verdict

MOST = 5


def same_condition(prover: Prover, one: Condition, other: Condition, assuming: bool = True) -> Verdict:
    """Whether two conditions of a rulebook hold and fail in the same cases."""
    node = prover.differs([prover.circuit.condition(one)], [prover.circuit.condition(other)])
    return verdict(prover.patient(node, assuming=assuming))


class Two:
    """A rulebook before and after a change; what does not differ is one node, and what is proved the same is merged.

    The cases are those that both can read and that neither says to be impossible.
    """

    def __init__(self, before: Rulebook, after: Rulebook, limits: Limits | None = None) -> None:
        self.before, self.after = before, after
        compiled = CompiledRulebook(before)
        self.circuit = CompiledRulebook(after, compiled.circuit).circuit
        self.prover = Prover(compiled, limits, terms=_merged(before.terms, after.terms))
        for case in after.cases.values():
            self.prover.pool.add(case.facts)
        barred = [self.circuit.bare(law.condition)[0] for law in after.impossible.values()]
        self.common = [*map(self.circuit.negation, barred), *self._readable_by_both()]
        self._merge()

    def rule(self, name: str) -> Verdict:
        """Whether the condition of a rule of both holds and fails in the same cases."""
        return self._same([self.prover.circuit.rules[name]], [self.circuit.rules[name]])

    def conclusion(self, name: str) -> Verdict:
        """Whether a conclusion of both has the same answer in every case."""
        return verdict(self._patient(*self._rows(name)))

    def differences(self, name: str, most: int = MOST) -> Iterator[Patient | Unknown]:
        """Patients for whom a conclusion of both differs, each in another way: from another answer, or to another."""
        rows = self._rows(name)
        excluded: list[int] = []
        while len(excluded) < most:
            found = self._patient(*rows, *excluded, shows=name)
            if isinstance(found, Unsat):
                return
            yield found
            if isinstance(found, Unknown):
                return
            excluded.append(self.prover.circuit.negation(self._as_in(found.facts, rows)))

    def lost(self, name: str, value: str) -> Patient | Unsat | Unknown:
        """A patient who had this value of a conclusion before (on a scale at least this), and has it no more."""
        before, after = self.prover.marks(name), marks_of(self.circuit, name)
        gone = self.circuit.negation(after[value][0] if value in after else FALSE)
        return self.prover.patient(before[value][0], gone, *self.common)

    def _rows(self, name: str) -> tuple[list[Pair], list[Pair]]:
        before, after = self.prover.marks(name), marks_of(self.circuit, name)
        names = dict.fromkeys((*before, *after))
        never: Pair = (FALSE, TRUE)  # a count that too few rules could reach, or a value that is not there
        return [before.get(one, never) for one in names], [after.get(one, never) for one in names]

    def _same(self, one: list[Pair], other: list[Pair]) -> Verdict:
        return verdict(self._patient(one, other))

    def _patient(
        self, one: list[Pair], other: list[Pair], *excluded: int, shows: str = ""
    ) -> Patient | Unsat | Unknown:
        node = self.prover.differs(one, other)
        found = self.prover.patient(node, *excluded, *self.common)
        if (
            shows
            and isinstance(found, Patient)
            and self.answer(self.before, found.facts, shows) == self.answer(self.after, found.facts, shows)
        ):
            raise InternalError.of(f"{shows!r} does not differ in truth for {dict(found.facts)}")
        return found

    def answer(self, rulebook: Rulebook, facts: Facts, name: str) -> tuple[object, ...]:
        """A conclusion of a case under one of the two rulebooks, with its marks."""
        known = {one: value for one, value in facts.items() if one in rulebook.terms}
        state = semantics.decide(rulebook, Case("a patient", known)).state
        return tuple(marks.get(name) for marks in (state.values, state.members, state.scales, state.counts))

    def _as_in(self, facts: Facts, rows: tuple[list[Pair], list[Pair]]) -> int:
        """The node of "these marks are as they are in this case"."""
        circuit = self.prover.circuit
        nodes, true = {node for row in rows for pair in row for node in pair}, evaluate(circuit.nodes, facts)
        return circuit.all_of(node if true[node] else circuit.negation(node) for node in nodes)

    def _merge(self) -> None:
        """Rule by rule, by name and in the order of work: what is proved the same is made the same in the solver."""
        for stage in self.after.stages:
            for rule in stage.rules:
                if rule in self.before.rules:
                    self._equate([self.prover.circuit.rules[rule]], [self.circuit.rules[rule]])
            for name in stage.terms:
                if name in self.prover.circuit.rulebook.support and _alike(
                    self.before.terms[name], self.after.terms[name]
                ):
                    self._equate(*self._rows(name))

    def _equate(self, one: list[Pair], other: list[Pair]) -> None:
        pairs = [nodes for pair in zip(one, other, strict=True) for nodes in zip(*pair, strict=True)]
        for first, second in pairs:
            node = self.prover.unequal(first, second)
            if node != FALSE and isinstance(self.prover.believed(node, *self.common), Unsat):
                self.prover.solver.never(node, (*self.common, *self.prover.assumptions.values()))

    def _readable_by_both(self) -> Iterator[int]:
        """That a finding of both is answered, if at all, as both know it."""
        circuit = self.prover.circuit
        for term in self.before.findings:
            other = self.after.terms.get(term.name)
            if other is None or not other.finding or term.domain == other.domain:
                continue
            for odd in set(term.domain.values) ^ set(other.domain.values):
                owner = self.prover.circuit if odd in term.domain.values else self.circuit
                yield circuit.negation(owner.given(owner.rulebook.terms[term.name], odd))
            if term.domain.kind != other.domain.kind:
                yield from (one.negation(one.known(one.rulebook.terms[term.name])) for one in (circuit, self.circuit))
            elif term.domain.kind == "number":
                yield from _within(circuit, self.circuit, term, other)


def _within(before: Compiler, after: Compiler, term: Term, other: Term) -> Iterator[int]:
    """That a number lies in both ranges, if it is known."""
    for compiler, narrow in ((before, other), (after, term)):
        known = compiler.known(compiler.rulebook.terms[term.name])
        edges = narrow.domain.low, narrow.domain.high + 1
        low, high = (compiler.number_at_least(term.name, edge) for edge in edges)
        yield compiler.any_of((compiler.negation(known), compiler.all_of((low[0], high[1]))))


def _alike(one: Term, other: Term) -> bool:
    return one.domain.kind == other.domain.kind and one.takes_highest == other.takes_highest


def _merged(before: Mapping[str, Term], after: Mapping[str, Term]) -> dict[str, Term]:
    """The terms of both; what a finding may be is what either says."""
    terms = dict(after)
    for name, term in before.items():
        if name in terms and terms[name].domain != term.domain:
            one, other = term.domain, terms[name].domain
            values = tuple(dict.fromkeys((*one.values, *other.values)))
            domain = Domain(one.kind, values, min(one.low, other.low), max(one.high, other.high))
            terms[name] = replace(term, domain=domain)
        else:
            terms[name] = term
    return terms
