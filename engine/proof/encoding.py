"""The circuit as clauses: every node a literal, every case that could exist a model, and no other."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence

from ..case import Value
from ..circuit import Atom, Gate, transitive_inputs
from ..language import Against
from ..rulebook import Term

WIDEST = 20_000
"""The longest range of numbers that is compared with another value by value."""

Interval = tuple[int | None, int | None]


class Encoding:
    """Clauses for the nodes that are asked about, and for what stands beneath them.

    A finding of values has a variable for each, at most one of them true; a number has one for "known" and one for "at
    least" each constant that occurs, in a chain. All are false where the finding is unknown. New clauses gather in
    `clauses`, for whoever takes them.
    """

    def __init__(self, nodes: Sequence[Gate], terms: Mapping[str, Term]) -> None:
        self.nodes = nodes
        self.terms = terms
        self.top = 1
        self.clauses: list[list[int]] = [[1]]
        self.literals: dict[int, int] = {0: -1, 1: 1}
        self.values: dict[str, dict[str, int]] = {}
        self.answers: dict[str, int] = {}
        self.steps: dict[str, dict[int, int]] = {}
        self.edges: dict[str, list[int]] = {}
        self.lines: dict[Against, tuple[int, int]] = {}
        self.loose: set[str] = set()
        self.spans: dict[str, tuple[int, int]] = {}

    def literal(self, node: int) -> int:
        """The literal of a node; its clauses, and those of all beneath it, are added once."""
        if node not in self.literals:
            for number in transitive_inputs(self.nodes, [node], self.literals):
                self.literals[number] = self._node(self.nodes[number])
        return self.literals[node]

    def variable(self) -> int:
        """A variable that nothing speaks of yet."""
        self.top += 1
        return self.top

    def _node(self, gate: Gate) -> int:
        if gate.atom is not None:
            return self._atom(gate.atom)
        inputs = [self.literals[place] for place in gate.inputs]
        if gate.kind == "not":
            return -inputs[0]
        return -self._all([-one for one in inputs]) if gate.kind == "or" else self._all(inputs)

    def _all(self, inputs: list[int]) -> int:
        whole = self.variable()
        self.clauses += ([-whole, one] for one in inputs)
        self.clauses.append([whole, *(-one for one in inputs)])
        return whole

    # --- findings ----------------------------------------------------------------------------------------------------

    def _atom(self, atom: Atom) -> int:
        if atom.line is not None:
            return self._compared(atom.line)[atom.kind == "fails"]
        if atom.kind == "is":
            return self._is(self.terms[atom.term])[atom.value]
        if atom.kind == "known":
            return self.known(atom.term)
        reached = self._reached(atom.term, atom.number)
        return reached if atom.kind == "at least" else self._all([self.known(atom.term), -reached])

    def known(self, name: str) -> int:
        """The literal of "this finding is answered"."""
        if self.terms[name].domain.values:
            if name not in self.answers:
                self.answers[name] = -self._all([-one for one in self._is(self.terms[name]).values()])
        elif name not in self.answers:
            self.answers[name] = self.variable()
            self.steps[name] = {}
        return self.answers[name]

    def _is(self, term: Term) -> dict[str, int]:
        if term.name not in self.values:
            given = self.values[term.name] = {value: self.variable() for value in term.domain.values}
            self.clauses += self._at_most_one(list(given.values()))
        return self.values[term.name]

    def _at_most_one(self, literals: list[int]) -> Iterator[list[int]]:
        return ([-one, -other] for place, one in enumerate(literals) for other in literals[:place])

    def _reached(self, name: str, edge: int) -> int:
        """The literal of "known, and at least so much"."""
        known, domain = self.known(name), self.terms[name].domain
        if edge <= domain.low:
            return known
        if edge > domain.high:
            return -1
        steps, edges = self.steps.setdefault(name, {}), self.edges.setdefault(name, [])
        if edge not in steps:
            steps[edge] = self.variable()
            place = bisect_left(edges, edge)
            insort(edges, edge)
            lower = steps[edges[place - 1]] if place else known
            self.clauses += self._chain(lower, steps[edge])
            if place + 1 < len(edges):
                self.clauses += self._chain(steps[edge], steps[edges[place + 1]])
        return steps[edge]

    def _chain(self, lower: int, higher: int) -> list[list[int]]:
        return [[-higher, lower]]

    # --- a number against another ------------------------------------------------------------------------------------

    def _compared(self, line: Against) -> tuple[int, int]:
        """The literals of "the line holds" and "it fails": one of the two where both numbers are known, else none."""
        if line not in self.lines:
            holds, fails = self.lines[line] = self.variable(), self.variable()
            both = self._all([self.known(line.term), self.known(line.other)])
            self.clauses += [[-holds, both], [-fails, both], [-holds, -fails], [-both, holds, fails]]
            domain = self.terms[line.other].domain
            if domain.high - domain.low < WIDEST:
                for value in range(domain.low, domain.high + 1):
                    self.clauses += self._at_value(line, value, holds, fails)
            else:
                self.loose.add(f"{line.term} against {line.other}")
        return self.lines[line]

    def _at_value(self, line: Against, value: int, holds: int, fails: int) -> Iterator[list[int]]:
        """What the line says of its number where the other one is `value`."""
        here = [-self._reached(line.other, value), self._reached(line.other, value + 1)]
        interval = fitting(line, value)
        if interval is None:
            yield [*here, -holds]
            return
        low, high = interval
        under = -1 if low is None else -self._reached(line.term, low)
        over = -1 if high is None else self._reached(line.term, high + 1)
        yield [*here, -holds, -under]
        yield [*here, -holds, -over]
        yield [*here, -fails, under, over]

    # --- models ------------------------------------------------------------------------------------------------------

    def facts(self, model: Sequence[int]) -> dict[str, Value]:
        """The case that a model is: of a number, what lies nearest to its usual values.

        `spans` then has the numbers, from lowest to highest, that are the same to all that was asked.
        """
        self.spans = {}

        def true(literal: int) -> bool:
            return literal > 0 and model[literal - 1] > 0

        found: dict[str, Value] = {}
        for name, given in self.values.items():
            for value, literal in given.items():
                if true(literal):
                    found[name] = value
        for name, steps in self.steps.items():
            if true(self.answers[name]):
                domain = self.terms[name].domain
                low = max((edge for edge, literal in steps.items() if true(literal)), default=domain.low)
                high = min((edge - 1 for edge, literal in steps.items() if not true(literal)), default=domain.high)
                self.spans[name] = low, high
                found[name] = min(max(self.terms[name].middle, low), high)
        return found

    def unusual(self, name: str) -> int | None:
        """The literal of "answered, and not as is usual"; None where the term says nothing of it."""
        term = self.terms[name]
        if term.usual is None:
            return None
        if isinstance(term.usual, str):
            return self._all([self.known(name), -self._is(term)[term.usual]])
        low, high = term.usual
        return self._all([self.known(name), -self._all([self._reached(name, low), -self._reached(name, high + 1)])])


def fitting(line: Against, other: int) -> Interval | None:
    """The numbers for which the line holds against this one, from the lowest to the highest; None where none does."""
    match line.relation:
        case "over":
            return other + 1, None
        case "at least" | "above":
            return other + line.amount, None
        case "under":
            return None, other - 1
        case "at most" | "below":
            return None, other - line.amount
        case "same as":
            return other, other
    return (None, other * (100 - line.amount) // 100) if other > 0 else None
