"""Two rulebooks in one circuit: what is the same in every case, and patients where it is not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ..circuit import FALSE, NEVER, TRUE, CompiledRulebook, Compiler, Evaluation, Pair, marks_of
from ..language import Domain
from ..rulebook import COMPLETE, Rulebook, Term
from .ordinary import Ordinary
from .prover import Prover
from .verdicts import Facts, Limits, Patient, Sat, Unknown, Unsat

SIGNS = (" holds", " fails")


def _absent(name: str) -> int:
    """What is marked of a value that is not there, or a count that too few rules could reach: it always fails."""
    return TRUE if name.endswith(SIGNS[1]) else FALSE


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
        self.whole = [one.values[COMPLETE]["yes"][0] for one in (self.prover.circuit, self.circuit)]

    @cached_property
    def ordinary(self) -> Ordinary:
        """What fills in the usual answers around the few that show a difference."""
        return Ordinary((self.before, self.after), self.prover.terms)

    @cached_property
    def merged(self) -> bool:
        """That rules and conclusions which are proved the same are the same in the solver; done when first asked."""
        self._merge()
        return True

    def rule(self, name: str) -> Patient | Unsat | Unknown:
        """A patient for whom the condition of a rule of both is marked differently."""
        old, new = self.prover.circuit.rules[name], self.circuit.rules[name]
        return self._patient(self.prover.differs([old], [new]))

    def reach(self, name: str) -> tuple[bool, bool]:
        """Whether the condition of a rule held for somebody before and does not now, and the other way round."""
        old, new = self.prover.circuit.rules[name][0], self.circuit.rules[name][0]
        circuit = self.prover.circuit
        lost, gained = ((old, circuit.negation(new)), (new, circuit.negation(old)))
        return self._can_be(*lost), self._can_be(*gained)

    def _can_be(self, *nodes: int) -> bool:
        return not isinstance(self.prover.believed(*nodes, *self.common), Unsat)

    def difference(self, name: str, shown: Sequence[Facts] = ()) -> Patient | Unsat | Unknown:
        """A patient for whom a conclusion of both differs, and in another way than for those shown.

        The patient is whole and ordinary where such a one differs, and else has the fewest answers.
        """
        pairs = self._answers(name)
        circuit = self.prover.circuit
        differs = circuit.any_of(self.prover.unequal(*pair) for pair in pairs)
        if differs == FALSE:
            return Unsat()
        assert self.merged
        seen = Evaluation.of(circuit.nodes, shown)
        nodes = {node for pair in pairs for node in pair}
        unlike_those_shown = [
            circuit.negation(
                circuit.all_of(node if seen.mark(node) >> place & 1 else circuit.negation(node) for node in nodes)
            )
            for place in range(len(shown))
        ]
        return self._patient(differs, *unlike_those_shown)

    def through(self, rule: str, names: Iterable[str]) -> Patient | Unsat | Unknown:
        """A patient for whom one of these conclusions differs, and to whom a changed, new or gone rule applies."""
        circuit = self.prover.circuit
        old, new = (one.rules.get(rule) for one in (circuit, self.circuit))
        same = self.before.rules.get(rule), self.after.rules.get(rule)
        if old and new and same[0] and same[1] and same[0].condition != same[1].condition:
            turned = self.prover.differs([old], [new])
        else:
            turned = circuit.negation((new or old or NEVER)[1])
        pairs = [pair for name in names for pair in self._answers(name)]
        differs = circuit.any_of(self.prover.unequal(*pair) for pair in pairs)
        assert self.merged
        return Unsat() if FALSE in (turned, differs) else self._patient(turned, differs)

    def _answers(self, name: str) -> list[tuple[int, int]]:
        """The nodes that an answer depends on, before and after."""
        before, after = self._answer(self.prover.circuit, name), self._answer(self.circuit, name)
        names = dict.fromkeys((*before, *after))
        return [(before.get(one, _absent(one)), after.get(one, _absent(one))) for one in names]

    def breaking(self) -> Patient | Unsat | Unknown:
        """A patient for whom another law is broken than before, so that other advice is withheld."""
        old, new = self.before.laws, self.after.laws
        nodes = []
        for name in dict.fromkeys((*old, *new)):
            pair = [
                one.breaks(laws[name].condition) if name in laws else FALSE
                for one, laws in ((self.prover.circuit, old), (self.circuit, new))
            ]
            nodes.append(self.prover.unequal(*pair))
        node = self.prover.circuit.any_of(nodes)
        return Unsat() if node == FALSE else self._patient(node)

    def _answer(self, circuit: Compiler, name: str) -> dict[str, int]:
        """The nodes that an answer hangs on; of a single value it is not said which others are ruled out."""
        marks = marks_of(circuit, name)
        if name not in circuit.values:
            return {
                f"{value}{sign}": node for value, pair in marks.items() for sign, node in zip(SIGNS, pair, strict=True)
            }
        none = circuit.negation(circuit.any_of(holds for holds, _ in marks.values()))
        gap = circuit.all_of([none, *(fails for _, fails in marks.values())])
        held = {f"{value}{SIGNS[0]}": holds for value, (holds, _) in marks.items()}
        return {**held, "none given": gap, "disputed": circuit.disputed(name)}

    def _patient(self, *nodes: int) -> Patient | Unsat | Unknown:
        """A whole and ordinary patient, or where there is none the one with the fewest answers."""
        asked = [*nodes, *self.common]
        found = self.prover.believed(*asked, *self.whole)
        if isinstance(found, Sat):
            true = (*asked, *self.whole, *self.prover.assumptions.values())
            facts = self.ordinary.like(found.facts, lambda cases: self._show(cases, true))
            if self._show([facts], true)[0]:
                self.prover.pool.add(facts)
                return Patient(facts)
        return self.prover.patient(*asked)

    def _show(self, cases: Sequence[Facts], nodes: Sequence[int]) -> list[bool]:
        found = Evaluation.of(self.prover.circuit.nodes, cases).all_of(nodes)
        return [bool(found >> place & 1) for place in range(len(cases))]

    def differing(self, names: Iterable[str], cases: Sequence[Facts]) -> list[int]:
        """The places of those cases, which both can read, of which a mark of these conclusions differs."""
        seen = Evaluation.of(self.prover.circuit.nodes, cases)
        found = 0
        for name in names:
            before, after = self._rows(name)
            for one, other in zip(before, after, strict=True):
                for first, second in zip(one, other, strict=True):
                    if first != second:
                        found |= seen.mark(first) ^ seen.mark(second)
        return [place for place in range(len(cases)) if found >> place & 1]

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
