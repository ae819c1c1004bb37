"""From a rulebook to its circuit: every condition, conclusion, law and question becomes nodes, each built once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Literal

from ..case import Value
from ..language import Against, Condition, Group, Is, Line, Unsettled, Within, runs, terms_of
from ..rulebook import COMPLETE, SCREENED, Rulebook, RuleFor, Term
from .nodes import ALWAYS, FALSE, NEVER, TRUE, Atom, Gate, Pair

Kind = Literal["and", "or", "not"]


@dataclass
class Compiler:
    """Builds nodes, each once: what was built before is found again.

    Each pair is (holds, fails): `rules` are the marks of conditions; `support` whether each rule fires for each of its
    conclusions, or is ruled out there; `values` and `members` the marks of each value; `scales` those of "at least"
    each value; `counts` those of "at least k", k from 1; `answered` is a single node for each finding.
    """

    rulebook: Rulebook
    nodes: list[Gate] = field(default_factory=lambda: [Gate("constant"), Gate("constant")])
    places: dict[Atom | tuple[Kind, tuple[int, ...]], int] = field(default_factory=dict)
    lines: dict[Line, Pair] = field(default_factory=dict)
    rules: dict[str, Pair] = field(default_factory=dict)
    support: dict[tuple[str, str], Pair] = field(default_factory=dict)
    values: dict[str, dict[str, Pair]] = field(default_factory=dict)
    members: dict[str, dict[str, Pair]] = field(default_factory=dict)
    scales: dict[str, dict[str, Pair]] = field(default_factory=dict)
    counts: dict[str, tuple[Pair, ...]] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        findings = self.rulebook.findings
        self.answered = {term.name: self._answered(term) for term in findings}
        for name, asked in ((SCREENED, [term for term in findings if term.screening]), (COMPLETE, list(findings))):
            done = self.all_of(self.answered[term.name] for term in asked)
            self.values[name] = {"yes": (done, FALSE), "no": (FALSE, done)}

    # --- gates -------------------------------------------------------------------------------------------------------

    def _node(self, kind: Kind, inputs: tuple[int, ...]) -> int:
        place = self.places.get((kind, inputs))  # a tuple is found faster than a gate
        if place is None:
            place = self.places[kind, inputs] = len(self.nodes)
            self.nodes.append(Gate(kind, inputs))
        return place

    def all_of(self, nodes: Iterable[int]) -> int:
        """The AND of nodes."""
        return self._join("and", nodes, TRUE, FALSE)

    def any_of(self, nodes: Iterable[int]) -> int:
        """The OR of nodes."""
        return self._join("or", nodes, FALSE, TRUE)

    def _join(self, kind: Kind, nodes: Iterable[int], neutral: int, deciding: int) -> int:
        inputs = tuple(sorted(set(nodes) - {neutral}))
        if deciding in inputs:
            return deciding
        if len(inputs) < 2:
            return inputs[0] if inputs else neutral
        return self._node(kind, inputs)

    def negation(self, node: int) -> int:
        """The NOT of a node; for questions only."""
        if node in (FALSE, TRUE):
            return TRUE - node
        gate = self.nodes[node]
        return gate.inputs[0] if gate.kind == "not" else self._node("not", (node,))

    def at_least(self, least: int, nodes: Sequence[int]) -> int:
        """At least so many of the nodes, in the order of the nodes, so that equal counts share their parts."""
        if least == 1:
            return self.any_of(nodes)
        if least == len(nodes):
            return self.all_of(nodes)
        ordered = sorted(nodes)
        known: dict[tuple[int, int], int] = {}

        def from_here(start: int, needed: int) -> int | None:
            if needed <= 0:
                return TRUE
            return FALSE if needed > len(ordered) - start else known.get((start, needed))

        left = [(0, least)]
        while from_here(0, least) is None:
            start, needed = left[-1]
            with_it, without = (start + 1, needed - 1), (start + 1, needed)
            if (rest := from_here(*with_it)) is None:
                left.append(with_it)
                continue
            taken = self.all_of((ordered[start], rest))
            if (rest := from_here(*without)) is None:
                left.append(without)
                continue
            known[left.pop()] = self.any_of((taken, rest))
        return from_here(0, least) or FALSE

    def _count(self, least: int, pairs: Sequence[Pair]) -> Pair:
        holds = self.at_least(least, [pair[0] for pair in pairs])
        return holds, self.at_least(len(pairs) - least + 1, [pair[1] for pair in pairs])

    def _atom(self, atom: Atom) -> int:
        place = self.places.get(atom)
        if place is None:
            place = self.places[atom] = len(self.nodes)
            self.nodes.append(Gate("atom", atom=atom))
        return place

    # --- conditions --------------------------------------------------------------------------------------------------

    def condition(self, condition: Condition) -> Pair:
        """All of `lines` and none of `unless`."""
        return self._all_parts(condition, self._line)

    def bare(self, condition: Condition) -> Pair:
        """The same on the bare answers, whether or not their questions apply."""
        return self._all_parts(condition, self._own)

    def _all_parts(self, condition: Condition, line: Callable[[Line], Pair]) -> Pair:
        pairs = [self._part(part, line) for part in condition.lines]
        pairs += [self._part(part, line)[::-1] for part in condition.unless]
        return self._count(len(pairs), pairs)

    def part(self, part: Line | Group) -> Pair:
        """A line, or a group of them."""
        return self._part(part, self._line)

    def _part(self, part: Line | Group, line: Callable[[Line], Pair]) -> Pair:
        if isinstance(part, Group):
            return self._count(part.least, [line(one) for one in part.lines])
        return line(part)

    def _line(self, line: Line) -> Pair:
        """A line, which stands for itself and for the gates of its findings."""
        if line not in self.lines:
            named = () if isinstance(line, Unsettled) else terms_of(line)
            gates = [self.applies(name) for name in named if name in self.rulebook.gates]
            self.lines[line] = self._count(len(gates) + 1, [self._own(line), *gates])
        return self.lines[line]

    def applies(self, finding: str) -> Pair:
        """The marks of what a finding is asked if."""
        gate = self.rulebook.gates.get(finding)
        return ALWAYS if gate is None else self.condition(gate)

    def _own(self, line: Line) -> Pair:
        match line:
            case Is():
                return self._is(line)
            case Within():
                low = self.number_at_least(line.term, line.low) if line.low is not None else ALWAYS
                high = self.number_at_least(line.term, line.high + 1) if line.high is not None else NEVER
                return self._count(2, (low, high[::-1]))
            case Against() if self.rulebook.terms[line.term].finding:
                kinds: tuple[Literal["holds"], Literal["fails"]] = ("holds", "fails")
                holds, fails = (self._atom(Atom(kind, line.term, line=line)) for kind in kinds)
                return holds, fails
            case Against():
                return self._tallies(line)
            case Unsettled():
                return self._unsettled(line), FALSE

    def _is(self, line: Is) -> Pair:
        term = self.rulebook.terms[line.term]
        if term.finding:
            given = {value: self._atom(Atom("is", term.name, value)) for value in term.domain.values}
            others = (given[value] for value in given if value not in line.values)
            return self.any_of(given[value] for value in line.values), self.any_of(others)
        if term.takes_highest:
            steps = [*self.scales[term.name].values(), NEVER]  # nothing is above the highest value
            found = [(steps[first], steps[end][::-1]) for first, end in runs(line.values, term.domain.values)]
            return self._count(1, [self._count(2, run) for run in found])
        marks = self.values.get(term.name) or self.members[term.name]
        pairs = [marks[value] for value in line.values]
        return self.any_of(pair[0] for pair in pairs), self.all_of(pair[1] for pair in pairs)

    def number_at_least(self, term: str, edge: int) -> Pair:
        """The marks of "the number is at least the edge"."""
        if term in self.counts:
            return self._at_least_count(term, edge)
        domain = self.rulebook.terms[term].domain
        known = self._atom(Atom("known", term))
        if edge <= domain.low:
            return known, FALSE
        if edge > domain.high:
            return FALSE, known
        return self._atom(Atom("at least", term, number=edge)), self._atom(Atom("under", term, number=edge))

    def _at_least_count(self, term: str, edge: int) -> Pair:
        steps = self.counts[term]
        if edge <= 0:
            return ALWAYS
        return steps[edge - 1] if edge <= len(steps) else NEVER

    def _tallies(self, line: Against) -> Pair:
        mine, other = line.term, line.other
        match line.relation:
            case "over" | "at least" | "above":
                return self._not_under(mine, other, 1 if line.relation == "over" else line.amount)
            case "under" | "at most" | "below":
                return self._not_under(other, mine, 1 if line.relation == "under" else line.amount)
            case "same as":
                return self._count(2, (self._not_under(mine, other), self._not_under(other, mine)))
        return self._falls_by(line.amount, mine, other)

    def _not_under(self, upper: str, lower: str, more: int = 0) -> Pair:
        """The marks of "upper is at least lower plus more": some number lies between what both are known to be."""
        numbers = range(len(self.counts[lower]) + 1)
        at_least = self._at_least_count
        holds = (self.all_of((at_least(lower, n + 1)[1], at_least(upper, n + more)[0])) for n in numbers)
        fails = (self.all_of((at_least(lower, n)[0], at_least(upper, n + more)[1])) for n in numbers)
        return self.any_of(holds), self.any_of(fails)

    def _falls_by(self, percent: int, mine: str, other: str) -> Pair:
        edges = {n: n * (100 - percent) // 100 + 1 for n in range(1, len(self.counts[other]) + 1)}
        at_least = self._at_least_count
        holds = [self.all_of((at_least(other, n)[0], at_least(mine, edge)[1])) for n, edge in edges.items()]
        fails = [self.all_of((at_least(other, n + 1)[1], at_least(mine, edge)[0])) for n, edge in edges.items()]
        return self.any_of(holds), self.any_of([at_least(other, 1)[1], *fails])

    # --- laws --------------------------------------------------------------------------------------------------------

    def breaks(self, condition: Condition) -> int:
        """Whether every line of a law is true and no `unless` line is."""
        true = [self.part(part)[0] for part in condition.lines]
        return self.all_of([*true, *(self.negation(self.part(part)[0]) for part in condition.unless)])

    def _unsettled(self, line: Unsettled) -> int:
        term = self.rulebook.terms[line.term]
        if line.word == "disputed":
            return FALSE if term.finding else self.disputed(term.name)
        if term.finding:
            return self.negation(self.known(term))
        if term.name in self.values:
            return self.negation(self.any_of(holds for holds, _ in self.values[term.name].values()))
        return self.any_of(self.negation(self.any_of(pair)) for pair in marks_of(self, term.name).values())

    def disputed(self, term: str) -> int:
        """Whether a conclusion is disputed: one of its marks both holds and fails."""
        return self.any_of(self.all_of(pair) for pair in marks_of(self, term).values())

    # --- what follows ------------------------------------------------------------------------------------------------

    def known(self, term: Term) -> int:
        """Whether a finding is given."""
        if term.domain.kind == "number":
            return self._atom(Atom("known", term.name))
        return self.any_of(self._atom(Atom("is", term.name, value)) for value in term.domain.values)

    def given(self, term: Term, value: Value) -> int:
        """Whether a finding is given with this value."""
        if term.domain.kind == "number":
            low, high = (self.number_at_least(term.name, edge) for edge in (int(value), int(value) + 1))
            return self.all_of((low[0], high[1]))
        return self._atom(Atom("is", term.name, str(value)))

    def _answered(self, term: Term) -> int:
        return self.any_of((self.known(term), self.applies(term.name)[1]))

    def _status(self, entry: RuleFor) -> Pair:
        own, above = self.rules[entry.rule], [self.rules[rule] for rule in entry.outrankers]
        fires = self.all_of([own[0], *(fails for _, fails in above)])
        return fires, self.any_of([own[1], *(holds for holds, _ in above)])

    def settled(self) -> Iterator[Term]:
        """Every conclusion, as soon as its marks are there; nothing is compiled until the next one is asked for."""
        for stage in self.rulebook.stages:
            for rule in stage.rules:
                self.rules[rule] = self.condition(self.rulebook.rules[rule].condition)
            for name in stage.terms:
                self.settle(self.rulebook.terms[name])
                yield self.rulebook.terms[name]

    def settle(self, term: Term, entries: Sequence[RuleFor] | None = None, changed: Set[str] | None = None) -> None:
        """The marks of a conclusion, from those of its rules, or of these rules for it.

        If it is known which rules have `changed`, whether the others fire is taken as it is.
        """
        entries = self.rulebook.support[term.name] if entries is None else entries
        for entry in entries:
            if changed is None or not changed.isdisjoint((entry.rule, *entry.outrankers)):
                self.support[entry.rule, term.name] = self._status(entry)
        given = [(entry.value, self.support[entry.rule, term.name]) for entry in entries]
        values = term.domain.values

        def of(chosen: Sequence[str]) -> Pair:
            return self._count(1, [pair for value, pair in given if value in chosen])

        if term.domain.kind == "tally":
            pairs = [pair for _, pair in given]
            self.counts[term.name] = tuple(self._count(least, pairs) for least in range(1, len(pairs) + 1))
        elif term.takes_highest:
            self.scales[term.name] = {value: of(values[place:]) for place, value in enumerate(values)} | {
                values[0]: ALWAYS
            }
        elif term.domain.kind == "several":
            self.members[term.name] = {value: of((value,)) for value in values}
        else:
            self.values[term.name] = self._values(term, {value: of((value,)) for value in values}, given)

    def _values(
        self, term: Term, marks: Mapping[str, Pair], given: Sequence[tuple[str | None, Pair]]
    ) -> dict[str, Pair]:
        holds = {value: pair[0] for value, pair in marks.items()}
        if term.otherwise is not None:
            all_out = self.all_of(pair[1] for _, pair in given)
            holds[term.otherwise] = self.any_of((holds[term.otherwise], all_out))
        found = {}
        for value in marks:
            another = [holds[other] for other in marks if other != value]
            own = [] if value == term.otherwise else [marks[value][1]]
            found[value] = (holds[value], self.any_of([*another, *own]))
        return found


def marks_of(circuit: Compiler, term: str) -> dict[str, Pair]:
    """The marks that make up a conclusion: of each value, of "at least" each step of a scale, of each count."""
    if term in circuit.counts:
        return {str(number): pair for number, pair in enumerate(circuit.counts[term], 1)}
    return dict(circuit.values.get(term) or circuit.members.get(term) or circuit.scales[term])
