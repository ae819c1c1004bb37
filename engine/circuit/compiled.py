"""A rulebook ready for questions: its circuit, the nodes that decide each conclusion, the classes of its numbers."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from math import prod

from ..case import Value
from ..language import Against
from ..rulebook import Rulebook, Term
from .compiler import Compiler, marks_of
from .evaluate import Evaluation, Facts, holds_against, transitive_inputs
from .nodes import ALWAYS, NEVER, Pair

WIDEST = 300
"""The longest range of numbers of which each is tried, where one number is held against another."""


@dataclass(frozen=True)
class Option:
    """An answer that a finding could have instead of the one it has, or of none; None takes its answer back."""

    term: str
    value: Value | None


class CompiledRulebook:
    """A rulebook as a circuit, compiled when it is first needed; one serves every case, table, question and proof.

    Questions add nodes to the circuit, and change none. A copy has a circuit of its own to add to.
    """

    def __init__(self, rulebook: Rulebook, onto: Compiler | None = None) -> None:
        """Of a rulebook that is compared with another, `onto` is the circuit of the other: equal nodes are shared."""
        self.rulebook = rulebook
        self._onto = onto
        self._deciding: dict[str, tuple[int, ...]] = {}
        self._nodes: dict[tuple[str, ...], tuple[int, ...]] = {}
        self._order: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._classes: dict[str, tuple[tuple[int, int], ...]] = {}

    def __reduce__(self) -> tuple[type["CompiledRulebook"], tuple[Rulebook]]:
        """For another process: built again there of its rulebook."""
        return type(self), (self.rulebook,)

    def __copy__(self) -> "CompiledRulebook":
        found = CompiledRulebook(self.rulebook)
        found.circuit = copy(self.circuit)
        found.circuit.nodes, found.circuit.places = list(self.circuit.nodes), dict(self.circuit.places)
        return found

    @cached_property
    def circuit(self) -> Compiler:
        """The circuit, with every rule and conclusion.

        The nodes that decide a conclusion follow its marks at once, so that a reading in this order has them at hand.
        """
        circuit = Compiler(self.rulebook)
        if self._onto is not None:
            circuit = Compiler(self.rulebook, self._onto.nodes, self._onto.places)
        for term in circuit.settled():
            self._deciding[term.name] = tuple(_deciding(circuit, term.name))
        return circuit

    # --- nodes -------------------------------------------------------------------------------------------------------

    def order(self, nodes: tuple[int, ...]) -> tuple[int, ...]:
        """The nodes and all that they rest on, each after its inputs."""
        if nodes not in self._order:
            self._order[nodes] = tuple(transitive_inputs(self.circuit.nodes, nodes))
        return self._order[nodes]

    @cached_property
    def impossible(self) -> int:
        """Whether no such patient is possible."""
        return self.circuit.any_of(self.circuit.bare(law.condition)[0] for law in self.rulebook.impossible.values())

    @cached_property
    def lawless(self) -> int:
        """Whether a law is broken."""
        return self.circuit.any_of(self.circuit.breaks(law.condition) for law in self.rulebook.laws.values())

    @cached_property
    def not_asked(self) -> Mapping[str, int]:
        """For each finding with a gate, whether its question does not apply."""
        return {name: self.circuit.applies(name)[1] for name in self.rulebook.gates}

    def nodes_for(self, terms: Sequence[str]) -> tuple[int, ...]:
        """All nodes that say anything of some conclusions, and whether there can be such a patient."""
        key = tuple(terms)
        if key not in self._nodes:
            nodes = (node for term in terms for pair in (self.deciding(term), *self.pairs(term)) for node in pair)
            self._nodes[key] = (*dict.fromkeys(nodes), self.impossible, *self.not_asked.values())
        return self._nodes[key]

    def deciding(self, term: str) -> tuple[int, ...]:
        """The nodes that decide a conclusion: its outcome is the same where they are, and nowhere else."""
        circuit = self.circuit
        if term not in self._deciding:
            self._deciding[term] = tuple(_deciding(circuit, term))
        return self._deciding[term]

    def pairs(self, term: str) -> tuple[Pair, ...]:
        """The marks of a conclusion: of each value, member, step of a scale, or number that a tally reaches."""
        return tuple(marks_of(self.circuit, term).values())

    def goal(self, term: str, values: Sequence[str]) -> int:
        """The node that is true where the answer to a conclusion is one of the values (or has them for a member)."""
        circuit, found = self.circuit, self.rulebook.terms[term]
        if found.domain.kind == "tally":
            steps = [ALWAYS, *circuit.counts[term], NEVER]
            numbers = [min(int(value), len(steps) - 1) for value in values]
            return circuit.any_of(self._ends_at(steps[n], steps[n + 1]) for n in numbers if n + 1 < len(steps))
        pairs = dict(zip(found.domain.values, self.pairs(term), strict=True))
        if found.takes_highest:
            above = dict(zip(pairs, [*list(pairs.values())[1:], NEVER], strict=True))
            return circuit.any_of(self._ends_at(pairs[value], above[value]) for value in values)
        undisputed = circuit.negation(circuit.any_of(circuit.all_of(pair) for pair in pairs.values()))
        return circuit.all_of((undisputed, circuit.any_of(pairs[value][0] for value in values)))

    def _ends_at(self, step: Pair, above: Pair) -> int:
        """Whether a scale or a tally has come to a step and no further, and no rule disputes it."""
        not_disputed = (self.circuit.negation(step[1]), self.circuit.negation(above[0]))
        return self.circuit.all_of((step[0], above[1], *not_disputed))

    def nodes_that_would_differ(self, term: str, evaluation: Evaluation) -> tuple[int, ...]:
        """The nodes of which each alone shows another answer than now; that it is no longer known shows none."""
        open_now = [pair for pair in self.pairs(term) if not evaluation.mark(pair[0])]
        turned = (
            [pair for pair in self.pairs(term) if evaluation.mark(pair[0])] if term not in self.circuit.values else []
        )
        return tuple(holds for holds, _ in open_now) + tuple(fails for _, fails in turned if not evaluation.mark(fails))

    def findings_beneath(self, nodes: Iterable[int]) -> set[str]:
        """The findings that nodes can depend on."""
        atoms = (self.circuit.nodes[place].atom for place in self.order(tuple(nodes)))
        return {name for atom in atoms if atom is not None for name in atom.reads}

    def related(self, nodes: Iterable[int]) -> set[str]:
        """The findings that nodes can depend on, and those without which these could not be answered so."""
        found = self.findings_beneath(nodes)
        laws = [law.condition.terms() for law in self.rulebook.impossible.values()]
        while True:
            gates = [set(self.rulebook.applies_to(term)) for term in found]
            more = set().union(*gates, *(terms for terms in laws if terms & found)) - found
            if not more:
                return found
            found |= more

    # --- variants of a case ------------------------------------------------------------------------------------------

    def variants(self, facts: Facts, count: int = 1) -> Evaluation:
        """So many variants of a case, none of which has another answer yet."""
        return Evaluation(self.circuit.nodes, facts, count)

    def variants_with(self, facts: Facts, sets: Sequence[Sequence[Option]]) -> Evaluation:
        """A case with each of some sets of other answers: bit n is the n-th set."""
        variants = self.variants(facts, len(sets))
        bits: dict[Option, bytearray] = {}
        for place, options in enumerate(sets):
            for option in options:
                if option not in bits:
                    bits[option] = bytearray(len(sets) // 8 + 1)
                bits[option][place >> 3] |= 1 << (place & 7)
        for option, found in bits.items():
            variants.choose(option.term, option.value, int.from_bytes(found, "little"))
        return variants

    def combinations(self, facts: Facts, axes: Sequence[Sequence[Option]]) -> Evaluation:
        """A case with each combination of options, one of each axis: bit n is the n-th of their `product`."""
        period = count = prod(map(len, axes))
        variants = self.variants(facts, count)
        for options in axes:
            run = period // len(options)
            for place, option in enumerate(options):
                bits = "0" * (period - run * (place + 1)) + "1" * run + "0" * (run * place)
                variants.choose(option.term, option.value, int(bits * (count // period), 2))
            period = run
        return variants

    def possible(self, variants: Evaluation) -> int:
        """The variants that no assumption about patients rules out, and in which every other answer is asked for."""
        allowed = variants.full & ~variants.mark(self.impossible)
        for term in variants.chosen:
            if term in self.not_asked:
                allowed &= ~(variants.changed(term) & variants.mark(self.not_asked[term]))
        return allowed

    # --- numbers -----------------------------------------------------------------------------------------------------

    @cached_property
    def edges(self) -> Mapping[str, tuple[int, ...]]:
        """For each number, where the rulebook begins to distinguish it from the number below."""
        self.impossible  # noqa: B018 (what no patient can be distinguishes numbers too, and is compiled with this)
        found: dict[str, set[int]] = {}
        for gate in self.circuit.nodes:
            atom = gate.atom
            if atom is None or self.rulebook.terms[atom.term].domain.kind != "number":
                continue
            if atom.line is None:
                found.setdefault(atom.term, set()).add(atom.number)
            else:
                for name in (atom.line.term, atom.line.other):
                    domain = self.rulebook.terms[name].domain
                    narrow = domain.high - domain.low <= WIDEST
                    edges = range(domain.low, domain.high + 1) if narrow else (domain.low + 1, domain.high)
                    found.setdefault(name, set()).update(edges)
        return {name: tuple(sorted(edges)) for name, edges in found.items()}

    def classes(self, term: Term) -> tuple[tuple[int, int], ...]:
        """The ranges of a number within which the rulebook distinguishes nothing, whatever it is held against."""
        if term.name not in self._classes:
            self._classes[term.name] = _ranges(term, self.edges.get(term.name, ()))
        return self._classes[term.name]

    @cached_property
    def _wide(self) -> Mapping[str, tuple[Against, ...]]:
        """The lines that hold a number of a long range against another, for each of the two."""
        self.impossible  # noqa: B018 (as for the edges)
        found: dict[str, dict[Against, None]] = {}
        for line in (gate.atom.line for gate in self.circuit.nodes if gate.atom is not None):
            for name in (line.term, line.other) if line is not None else ():
                domain = self.rulebook.terms[name].domain
                if line is not None and domain.high - domain.low > WIDEST:
                    found.setdefault(name, {})[line] = None
        return {name: tuple(lines) for name, lines in found.items()}

    def _classes_beside(self, term: Term, facts: Facts) -> tuple[tuple[int, int], ...]:
        """The classes of a number, where what is known of others distinguishes more of it."""
        edges = [edge for line in self._wide.get(term.name, ()) for edge in _turning_points(term, line, facts)]
        return _ranges(term, {*self.edges.get(term.name, ()), *edges}) if edges else self.classes(term)

    def class_of(self, term: Term, number: int) -> tuple[int, int]:
        """The range of numbers that the rulebook does not distinguish from this one."""
        return next((low, high) for low, high in self.classes(term) if low <= number <= high)

    def options(self, term: Term, facts: Facts) -> tuple[Option, ...]:
        """The other answers that a finding could have; of each class of numbers the one nearest to what is there.

        The nearest come first.
        """
        current = facts.get(term.name)
        if term.domain.values:
            return tuple(Option(term.name, value) for value in term.domain.values if value != current)
        near = int(current) if current is not None else term.middle
        nearest = sorted(
            (min(max(near, low), high) for low, high in self._classes_beside(term, facts)),
            key=lambda one: (abs(one - near), one),
        )
        return tuple(Option(term.name, value) for value in nearest if value != current)

    def node_of(self, option: Option) -> int:
        """Whether a finding is answered so; of a number, or as any other that is not distinguished from it."""
        term = self.rulebook.terms[option.term]
        if option.value is None:
            return self.circuit.negation(self.circuit.known(term))
        if term.domain.values:
            return self.circuit.given(term, option.value)
        low, high = self.class_of(term, int(option.value))
        at_least, over = (self.circuit.number_at_least(term.name, edge) for edge in (low, high + 1))
        return self.circuit.all_of((at_least[0], over[1]))

    @cached_property
    def readers(self) -> Mapping[str, tuple[str, ...]]:
        """For each term, the rules whose condition reads it."""
        found: dict[str, list[str]] = {}
        for rule in self.rulebook.rules.values():
            for term in rule.condition.terms():
                found.setdefault(term, []).append(rule.id)
        return {term: tuple(rules) for term, rules in found.items()}


def _ranges(term: Term, edges: Iterable[int]) -> tuple[tuple[int, int], ...]:
    low, high = term.domain.low, term.domain.high
    starts = [low, *sorted(edge for edge in edges if low < edge <= high)]
    return tuple(zip(starts, [*(start - 1 for start in starts[1:]), high], strict=True))


def _turning_points(term: Term, line: Against, facts: Facts) -> Iterator[int]:
    """The numbers from which on a line is another, where what the number is held against is known."""
    beside = line.other if line.term == term.name else line.term
    known = facts.get(beside)
    if not isinstance(known, int) or beside == term.name:
        return
    if line.relation == "same as":
        yield from (known, known + 1)
        return

    def holds(number: int) -> bool:
        return holds_against(line, number, known) if line.term == term.name else holds_against(line, known, number)

    numbers = range(term.domain.low, term.domain.high + 1)
    yield numbers[0] + bisect_left(numbers, True, key=lambda number: holds(number) != holds(numbers[0]))


def _deciding(circuit: Compiler, term: str) -> Iterator[int]:
    pairs = marks_of(circuit, term).values()
    yield from (holds for holds, _ in pairs)
    if term in circuit.values:
        yield circuit.disputed(term)
        yield circuit.all_of(fails for _, fails in pairs)
    elif term in circuit.members:
        yield circuit.disputed(term)
        yield from (circuit.any_of(pair) for pair in pairs)
    else:
        yield from (fails for _, fails in pairs)
