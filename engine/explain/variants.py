"""A case with other answers, thousands of such at once: each is one bit of whole numbers that run through the circuit.

Trying every set of one or two other answers is then one pass, and what no set shows is proved by having tried them all.
Numbers are tried once for each class that the rulebook can tell apart.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any

from .. import truth
from ..case import Value
from ..circuit import ALWAYS, NEVER, Atom, Compiler, Pair, compiled, says
from ..rulebook import Rulebook, Term
from .outcomes import Outcome

WIDEST = 300
"""The longest range of numbers of which each is tried, where one number is held against another."""


@dataclass(frozen=True)
class Option:
    """An answer that a finding could have instead of the one it has, or of none; None takes its answer back."""

    term: str
    value: Value | None


def usual(term: Term) -> int:
    """The most usual number of a finding."""
    low, high = term.usual if isinstance(term.usual, tuple) else (term.domain.low, term.domain.high)
    return (low + high) // 2


def ordinary_value(term: Term) -> Value | None:
    """The most usual answer to a finding; None where the knowledge base names none."""
    if term.domain.values:
        return term.usual if isinstance(term.usual, str) else None
    return usual(term)


@dataclass(frozen=True)
class Told:
    """Answers to one question that do the same; of a number the ranges, and one value of each."""

    values: tuple[Value, ...]
    ranges: tuple[tuple[int, int], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The answers as an object; docs/schema describes it."""
        return {
            "values": list(self.values),
            "ranges": [{"at least": low, "at most": high} for low, high in self.ranges],
        }


class Plan:
    """A rulebook as a circuit, with the nodes that tell how its conclusions stand; built once, used for every case."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.compiler = compiled(Compiler(rulebook))
        ruled_out = (self.compiler.condition(law.condition)[0] for law in rulebook.impossible.values())
        self.impossible = self.compiler.any_of(ruled_out)
        self.barred = {
            term.name: self.compiler.condition(term.asked_if)[1] for term in rulebook.findings if term.asked_if
        }
        self._telling: dict[str, tuple[int, ...]] = {}

    def telling(self, term: str) -> tuple[int, ...]:
        """The nodes that tell how a conclusion stands: equal nodes, equal outcome."""
        if term not in self._telling:
            self._telling[term] = tuple(self._tell(self.rulebook.terms[term]))
        return self._telling[term]

    def _tell(self, term: Term) -> Iterable[int]:
        circuit = self.compiler
        if term.name in circuit.values:
            pairs = circuit.values[term.name].values()
            yield from (holds for holds, _ in pairs)
            yield from (circuit.all_of(pair) for pair in pairs)
            yield circuit.all_of(fails for _, fails in pairs)
        else:
            for pair in self.pairs(term.name):
                yield from pair

    def pairs(self, term: str) -> tuple[tuple[int, int], ...]:
        """The marks of a conclusion: of each value, member, step of a scale, or number that a tally reaches."""
        circuit = self.compiler
        named = circuit.values.get(term) or circuit.members.get(term) or circuit.scales.get(term)
        return tuple(named.values()) if named else circuit.counts[term]

    def goal(self, term: str, wanted: Sequence[str]) -> int:
        """The node that is true where the answer to a conclusion is one of the values (or has them for a member)."""
        circuit, found = self.compiler, self.rulebook.terms[term]
        if found.domain.kind == "tally":
            steps = [ALWAYS, *circuit.counts[term], NEVER]
            numbers = [min(int(value), len(steps) - 1) for value in wanted]
            return circuit.any_of(self._ends_at(steps[n], steps[n + 1]) for n in numbers if n + 1 < len(steps))
        pairs = dict(zip(found.domain.values, self.pairs(term), strict=True))
        if found.takes_highest:
            above = dict(zip(pairs, [*list(pairs.values())[1:], NEVER], strict=True))
            return circuit.any_of(self._ends_at(pairs[value], above[value]) for value in wanted)
        undisputed = circuit.negation(circuit.any_of(circuit.all_of(pair) for pair in pairs.values()))
        return circuit.all_of((undisputed, circuit.any_of(pairs[value][0] for value in wanted)))

    def _ends_at(self, step: Pair, above: Pair) -> int:
        """Whether a scale or a tally has come to a step and no further: what a disputed rule reaches stands."""
        return self.compiler.all_of((step[0], above[1], self.compiler.negation(above[0])))

    def otherwise(self, term: str, now: "Variants") -> tuple[int, ...]:
        """The nodes of which each alone shows another answer than now; that it is no longer known shows none."""
        open_now = [pair for pair in self.pairs(term) if not now.mark(pair[0])]
        turned = [pair for pair in self.pairs(term) if now.mark(pair[0])] if term not in self.compiler.values else []
        return tuple(holds for holds, _ in open_now) + tuple(fails for _, fails in turned if not now.mark(fails))

    @cached_property
    def readers(self) -> Mapping[str, tuple[str, ...]]:
        """For each term, the rules whose condition reads it."""
        found: dict[str, list[str]] = {}
        for rule in self.rulebook.rules.values():
            for term in rule.condition.terms():
                found.setdefault(term, []).append(rule.id)
        return {term: tuple(rules) for term, rules in found.items()}

    @cached_property
    def edges(self) -> Mapping[str, tuple[int, ...]]:
        """For each number, where the rulebook begins to tell it apart from the one below."""
        found: dict[str, set[int]] = {}
        for gate in self.compiler.nodes:
            atom = gate.atom
            if atom is None or self.rulebook.terms[atom.term].domain.kind != "number":
                continue
            if atom.line is None:
                found.setdefault(atom.term, set()).add(atom.number)
            else:
                for name in (atom.line.term, atom.line.other):
                    domain = self.rulebook.terms[name].domain
                    narrow = domain.high - domain.low <= WIDEST
                    found.setdefault(name, set()).update(range(domain.low, domain.high + 1) if narrow else ())
        return {name: tuple(sorted(edges)) for name, edges in found.items()}

    def classes(self, term: Term) -> tuple[tuple[int, int], ...]:
        """The ranges of a number within which the rulebook tells nothing apart."""
        domain = term.domain
        starts = [domain.low, *(edge for edge in self.edges.get(term.name, ()) if domain.low < edge <= domain.high)]
        return tuple(zip(starts, [*(start - 1 for start in starts[1:]), domain.high], strict=True))

    def class_of(self, term: Term, number: int) -> tuple[int, int]:
        """The range of numbers that the rulebook does not tell apart from this one."""
        return next((low, high) for low, high in self.classes(term) if low <= number <= high)

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

    def ranges(self, term: Term, numbers: Sequence[Value]) -> tuple[tuple[int, int], ...]:
        """The ranges that some numbers stand for, those side by side as one; of a finding with values, none."""
        found: list[tuple[int, int]] = []
        whole = [] if term.domain.values else sorted(int(number) for number in numbers)
        for low, high in (self.class_of(term, number) for number in whole):
            joined = found and found[-1][1] + 1 == low
            found[-1:] = [(found[-1][0], high)] if joined else [*found[-1:], (low, high)]
        return tuple(found)

    def told(self, term: Term, values: Sequence[Value | None], near: Value | None) -> "Told":
        """Answers as they are told: of numbers the ranges they stand for, and of each the number nearest to this."""
        given = tuple(value for value in values if value is not None)
        ranges = self.ranges(term, given)
        middle = usual(term) if near is None else int(near) if ranges else 0
        return Told(tuple(min(max(middle, low), high) for low, high in ranges) or given, ranges)

    def outcome(self, term: str, marked: Callable[[int], bool]) -> Outcome:
        """How a conclusion stands where these nodes are marked."""
        found, state = self.rulebook.terms[term], truth.State({})
        marks = [truth.mark(marked(holds), marked(fails)) for holds, fails in self.pairs(term)]
        named = dict(zip(found.domain.values, marks, strict=False))
        if found.domain.kind == "tally":
            state.counts[term] = sum(one & truth.HOLDS for one in marks), sum(not one & truth.FAILS for one in marks)
        elif found.takes_highest:
            state.scales[term] = named
        elif found.domain.kind == "several":
            state.members[term] = named
        else:
            state.values[term] = named
        disputed = tuple(value for value, one in named.items() if one & truth.HOLDS)
        is_disputed = truth.disputed(found, state)
        return Outcome(truth.answer(found, state), disputed if is_disputed else (), truth.gap(found, state))

    def findings_beneath(self, nodes: Iterable[int]) -> set[str]:
        """The findings that nodes can depend on."""
        seen = set(nodes)
        queue = list(seen)
        found: set[str] = set()
        while queue:
            gate = self.compiler.nodes[queue.pop()]
            if gate.atom is not None:
                found.update((gate.atom.term, gate.atom.line.other) if gate.atom.line else (gate.atom.term,))
            queue += [place for place in gate.inputs if place not in seen]
            seen.update(gate.inputs)
        return found

    def options(self, term: Term, facts: Mapping[str, Value]) -> tuple[Option, ...]:
        """The other answers that a finding could have; of each class of numbers the one nearest to what is there.

        The nearest come first.
        """
        now = facts.get(term.name)
        if term.domain.values:
            return tuple(Option(term.name, value) for value in term.domain.values if value != now)
        near = int(now) if now is not None else usual(term)
        nearest = sorted(
            (min(max(near, low), high) for low, high in self.classes(term)), key=lambda one: (abs(one - near), one)
        )
        return tuple(Option(term.name, value) for value in nearest if value != now)


class Variants:
    """One case, and as many variants of it as there are sets of other answers; bit n of a mark is the n-th set.

    `mark` gives the marks of a node over all variants, worked out when it is asked for.
    """

    def __init__(self, plan: Plan, facts: Mapping[str, Value], sets: Sequence[Sequence[Option]]) -> None:
        self.plan = plan
        self.facts = facts
        self.full = (1 << len(sets)) - 1
        self.chosen: dict[str, dict[Value | None, int]] = {}
        self.marks: dict[int, int] = {0: 0, 1: self.full}
        bits: dict[Option, bytearray] = {}
        for place, options in enumerate(sets):
            for option in options:
                if option not in bits:
                    bits[option] = bytearray(len(sets) // 8 + 1)
                bits[option][place >> 3] |= 1 << (place & 7)
        for option, found in bits.items():
            self.choose(option, int.from_bytes(found, "little"))

    def choose(self, option: Option, bits: int) -> None:
        """Give another answer in these variants too; before any mark is asked for."""
        values = self.chosen.setdefault(option.term, {})
        values[option.value] = values.get(option.value, 0) | bits

    def mark(self, node: int) -> int:
        """Over all variants, whether the node is true."""
        if node not in self.marks:
            for place in self._new_beneath(node):
                self.marks[place] = self._evaluated(place)
        return self.marks[node]

    def any_of(self, nodes: Iterable[int]) -> int:
        """Over all variants, whether one of the nodes is true."""
        return reduce(or_, (self.mark(node) for node in nodes), 0)

    def _new_beneath(self, node: int) -> list[int]:
        nodes, found, queue = self.plan.compiler.nodes, {node}, [node]
        while queue:
            for place in nodes[queue.pop()].inputs:
                if place not in self.marks and place not in found:
                    found.add(place)
                    queue.append(place)
        return sorted(found)

    def _evaluated(self, place: int) -> int:
        gate = self.plan.compiler.nodes[place]
        if gate.atom is not None:
            return self._saying(gate.atom)
        inputs = (self.marks[one] for one in gate.inputs)
        if gate.kind == "not":
            return self.full ^ next(inputs)
        return reduce(or_ if gate.kind == "or" else and_, inputs)

    def _saying(self, atom: Atom) -> int:
        if atom.line is not None and atom.line.other != atom.term:
            return self._compared(atom, atom.line.other)
        given = self._given(atom.term)
        return reduce(or_, (bits for value, bits in given if self.says(atom, {atom.term: value})), 0)

    @staticmethod
    def says(atom: Atom, facts: dict[str, Any]) -> bool:
        """Whether answers make an atom true."""
        return says(truth.State(facts), atom)

    def _compared(self, atom: Atom, other: str) -> int:
        found = 0
        for value, bits in self._given(atom.term):
            for against, more in self._given(other):
                if bits & more and self.says(atom, {atom.term: value, other: against}):
                    found |= bits & more
        return found

    def _given(self, term: str) -> list[tuple[Value | None, int]]:
        """The values that a finding has, each with the variants in which it has it."""
        chosen = self.chosen.get(term, {})
        given = list(chosen.items())
        if term in self.facts:
            given.append((self.facts[term], self.full & ~reduce(or_, chosen.values(), 0)))
        return given

    def possible(self) -> int:
        """The variants that no assumption about patients rules out, and in which every other answer is asked for."""
        allowed = self.full & ~self.mark(self.plan.impossible)
        for term, values in self.chosen.items():
            if term in self.plan.barred:
                allowed &= ~(reduce(or_, values.values(), 0) & self.mark(self.plan.barred[term]))
        return allowed


def places(bits: int) -> Iterator[int]:
    """The places of the bits that are set, from the lowest."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
