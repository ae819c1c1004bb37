"""A rulebook as the questions ask about it: a circuit, its nodes for each conclusion, the classes of its numbers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .. import semantics
from ..case import Value
from ..circuit import ALWAYS, NEVER, Compiler, Pair, compiled, marks_of
from ..language import Against
from ..proof.bit_parallel import beneath
from ..proof.prover import Prover
from ..rulebook import Rulebook, Term
from ..withheld import withholds
from .answers import Outcome

if TYPE_CHECKING:
    from .bit_parallel import Variants

WIDEST = 300
"""The longest range of numbers of which each is tried, where one number is held against another."""


@dataclass(frozen=True)
class Option:
    """An answer that a finding could have instead of the one it has, or of none; None takes its answer back."""

    term: str
    value: Value | None


def ordinary_value(term: Term) -> Value | None:
    """The most usual answer to a finding; None where the knowledge base names none."""
    if term.domain.values:
        return term.usual if isinstance(term.usual, str) else None
    return term.middle


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
        ruled_out = (self.compiler.bare(law.condition)[0] for law in rulebook.impossible.values())
        self.impossible = self.compiler.any_of(ruled_out)
        self.lawless = self.compiler.any_of(self.compiler.breaks(law.condition) for law in rulebook.laws.values())
        self.barred = {name: self.compiler.applies(name)[1] for name in rulebook.gates}
        self.prover: Prover | None = None
        self._telling: dict[str, tuple[int, ...]] = {}
        self._standing: dict[tuple[str, ...], tuple[int, ...]] = {}
        self._beneath: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._against: dict[Against, dict[tuple[int, int], bool]] = {}
        self._classes: dict[str, tuple[tuple[int, int], ...]] = {}

    def __reduce__(self) -> tuple[type["Plan"], tuple[Rulebook]]:
        """For another process: built again there of its rulebook."""
        return type(self), (self.rulebook,)

    def beneath(self, nodes: tuple[int, ...]) -> tuple[int, ...]:
        """The nodes and all that they rest on, each after its inputs."""
        if nodes not in self._beneath:
            self._beneath[nodes] = tuple(beneath(self.compiler.nodes, nodes))
        return self._beneath[nodes]

    def asked_of(self, nodes: Iterable[int]) -> tuple[int, ...]:
        """The nodes with those that tell whether there can be such a patient."""
        return (*nodes, self.impossible, *self.barred.values())

    def standing(self, terms: Sequence[str]) -> tuple[int, ...]:
        """All nodes that say anything of some conclusions, and whether there can be such a patient."""
        known = tuple(terms)
        if known not in self._standing:
            nodes = (node for term in terms for pair in (self.telling(term), *self.pairs(term)) for node in pair)
            self._standing[known] = self.asked_of(dict.fromkeys(nodes))
        return self._standing[known]

    def telling(self, term: str) -> tuple[int, ...]:
        """The nodes that tell how a conclusion stands: where they are equal the outcome is, and nowhere else."""
        if term not in self._telling:
            self._telling[term] = tuple(self._tell(self.rulebook.terms[term]))
        return self._telling[term]

    def _tell(self, term: Term) -> Iterable[int]:
        circuit, pairs = self.compiler, self.pairs(term.name)
        yield from (holds for holds, _ in pairs)
        if term.name in circuit.values:
            yield circuit.disputed(term.name)
            yield circuit.all_of(fails for _, fails in pairs)
        elif term.name in circuit.members:
            yield circuit.disputed(term.name)
            yield from (circuit.any_of(pair) for pair in pairs)
        else:
            yield from (fails for _, fails in pairs)

    def pairs(self, term: str) -> tuple[tuple[int, int], ...]:
        """The marks of a conclusion: of each value, member, step of a scale, or number that a tally reaches."""
        return tuple(marks_of(self.compiler, term).values())

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
        """Whether a scale or a tally has come to a step and no further, and no rule disputes it."""
        not_disputed = (self.compiler.negation(step[1]), self.compiler.negation(above[0]))
        return self.compiler.all_of((step[0], above[1], *not_disputed))

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
        if term.name not in self._classes:
            low, high = term.domain.low, term.domain.high
            starts = [low, *(edge for edge in self.edges.get(term.name, ()) if low < edge <= high)]
            self._classes[term.name] = tuple(zip(starts, [*(start - 1 for start in starts[1:]), high], strict=True))
        return self._classes[term.name]

    def holds_against(self, line: Against, value: int, other: int) -> bool:
        """Whether a number holds against another."""
        known = self._against.setdefault(line, {})
        if (value, other) not in known:
            state = semantics.State({line.other: other, line.term: value})
            known[value, other] = bool(semantics.mark_line(line, state) & semantics.HOLDS)
        return known[value, other]

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
        middle = term.middle if near is None else int(near) if ranges else 0
        return Told(tuple(min(max(middle, low), high) for low, high in ranges) or given, ranges)

    def outcome(self, term: str, marked: Callable[[int], bool]) -> Outcome:
        """How a conclusion stands where these nodes are marked."""
        found, state = self.rulebook.terms[term], semantics.State({})
        marks = [semantics.mark(marked(holds), marked(fails)) for holds, fails in self.pairs(term)]
        named = dict(zip(found.domain.values, marks, strict=False))
        if found.domain.kind == "tally":
            state.counts[term] = (
                sum(one & semantics.HOLDS for one in marks),
                sum(not one & semantics.FAILS for one in marks),
            )
        elif found.takes_highest:
            state.scales[term] = named
        elif found.domain.kind == "several":
            state.members[term] = named
        else:
            state.values[term] = named
        answer = semantics.answer(found, state)
        disputed = semantics.disputed_values(found, state) if semantics.disputed(found, state) else ()
        withheld = marked(self.lawless) and withholds(found, answer, disputed)
        return Outcome(answer, disputed, semantics.gap(found, state), withheld)

    def findings_beneath(self, nodes: Iterable[int]) -> set[str]:
        """The findings that nodes can depend on."""
        atoms = (self.compiler.nodes[place].atom for place in self.beneath(tuple(nodes)))
        return {name for atom in atoms if atom is not None for name in atom.reads}

    def options(self, term: Term, facts: Mapping[str, Value]) -> tuple[Option, ...]:
        """The other answers that a finding could have; of each class of numbers the one nearest to what is there.

        The nearest come first.
        """
        now = facts.get(term.name)
        if term.domain.values:
            return tuple(Option(term.name, value) for value in term.domain.values if value != now)
        near = int(now) if now is not None else term.middle
        nearest = sorted(
            (min(max(near, low), high) for low, high in self.classes(term)), key=lambda one: (abs(one - near), one)
        )
        return tuple(Option(term.name, value) for value in nearest if value != now)
