"""A case with other answers, thousands of such at once: each is one bit of whole numbers that run through the circuit.

Trying every set of one or two other answers is then one pass, and what no set shows is proved by having tried them all.
Numbers are tried once for each class that the rulebook can tell apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

from ..case import Value
from ..circuit import Atom, is_so
from ..language import Against
from ..proof.bit_parallel import beneath
from .plan import Option, Plan


class Variants:
    """One case, and so many variants of it; bit n of a mark is the n-th. As it is made, none has any other answer.

    `choose` gives other answers; `mark` the marks of a node over all variants, worked out when it is asked for.
    """

    def __init__(self, plan: Plan, facts: Mapping[str, Value], count: int = 1) -> None:
        self.plan = plan
        self.facts = facts
        self.full = (1 << count) - 1
        self.chosen: dict[str, dict[Value | None, int]] = {}
        self.lines: dict[Against, tuple[int, int]] = {}
        self.marks: dict[int, int] = {0: 0, 1: self.full}

    def choose(self, option: Option, bits: int) -> None:
        """Give another answer in these variants; before any mark is asked for."""
        values = self.chosen.setdefault(option.term, {})
        values[option.value] = values.get(option.value, 0) | bits

    def mark(self, node: int) -> int:
        """Over all variants, whether the node is true."""
        if node not in self.marks:
            self._work_out(beneath(self.plan.compiler.nodes, [node], self.marks))
        return self.marks[node]

    def settle(self, nodes: tuple[int, ...]) -> None:
        """Work out nodes that all will be asked for, in one pass; for nodes that are asked for again and again."""
        self._work_out(place for place in self.plan.beneath(nodes) if place not in self.marks)

    def any_of(self, nodes: Iterable[int]) -> int:
        """Over all variants, whether one of the nodes is true."""
        return reduce(or_, (self.mark(node) for node in nodes), 0)

    def possible(self) -> int:
        """The variants that no assumption about patients rules out, and in which every other answer is asked for."""
        allowed = self.full & ~self.mark(self.plan.impossible)
        for term in self.chosen:
            if term in self.plan.barred:
                allowed &= ~(self._changed(term) & self.mark(self.plan.barred[term]))
        return allowed

    def _work_out(self, places: Iterable[int]) -> None:
        nodes, marks = self.plan.compiler.nodes, self.marks
        for place in places:
            gate = nodes[place]
            if gate.kind == "and":
                found = self.full
                for one in gate.inputs:
                    found &= marks[one]
            elif gate.kind == "or":
                found = 0
                for one in gate.inputs:
                    found |= marks[one]
            elif gate.atom is None:
                found = self._opposite(marks[gate.inputs[0]])
            else:
                found = self._saying(gate.atom)
            marks[place] = found

    def _opposite(self, mark: int) -> int:
        return self.full ^ mark

    def _saying(self, atom: Atom) -> int:
        if atom.line is not None:
            holds, known = self._compared(atom.line)
            return holds if atom.kind == "holds" else known & ~holds
        found = 0
        for value, bits in self._given(atom.term):
            if is_so(atom, value):
                found |= bits
        return found

    def _compared(self, line: Against) -> tuple[int, int]:
        """Where a number holds against another, and where both are known."""
        if line not in self.lines:
            mine, others = (
                [(int(value), bits) for value, bits in self._given(term) if value is not None]
                for term in (line.term, line.other)
            )
            holds = 0
            for value, bits in mine:
                for other, more in others:
                    if bits & more and self.plan.holds_against(line, value, other):
                        holds |= bits & more
            known = [reduce(or_, (bits for _, bits in given), 0) for given in (mine, others)]
            self.lines[line] = holds, known[0] & known[1]
        return self.lines[line]

    def _given(self, term: str) -> Iterator[tuple[Value | None, int]]:
        """The values that a finding has, each with the variants in which it has it."""
        if term in self.chosen:
            yield from self.chosen[term].items()
        if term in self.facts:
            yield self.facts[term], self.full & ~self._changed(term)

    def _changed(self, term: str) -> int:
        """The variants in which a finding has another answer."""
        return reduce(or_, self.chosen[term].values()) if term in self.chosen else 0


class Pairs(Variants):
    """A case with two more of some options in each variant: bit n·(count of options) + m has the n-th and the m-th.

    Each pair stands once, in `apart`: the n-th before the m-th, and of another finding.
    """

    def __init__(self, plan: Plan, facts: Mapping[str, Value], options: Sequence[Option]) -> None:
        self.options = options
        count = len(options)
        super().__init__(plan, facts, count * count)
        row = (1 << count) - 1
        column = self.full // row if row else 0
        alike: dict[str, int] = {}
        for place, option in enumerate(options):
            alike[option.term] = alike.get(option.term, 0) | 1 << place
            self.choose(option, row << place * count | column << place)
        self.apart = 0
        for place, option in enumerate(options):
            self.apart |= (row & ~((2 << place) - 1) & ~alike[option.term]) << place * count

    def at(self, bits: int) -> Iterator[tuple[Option, Option]]:
        """The pairs that stand in these bits."""
        for place in places(bits & self.apart):
            first, second = divmod(place, len(self.options))
            yield self.options[first], self.options[second]


def trying(plan: Plan, facts: Mapping[str, Value], sets: Sequence[Sequence[Option]]) -> Variants:
    """A case with each of some sets of other answers: bit n is the n-th set."""
    variants = Variants(plan, facts, len(sets))
    bits: dict[Option, bytearray] = {}
    for place, options in enumerate(sets):
        for option in options:
            if option not in bits:
                bits[option] = bytearray(len(sets) // 8 + 1)
            bits[option][place >> 3] |= 1 << (place & 7)
    for option, found in bits.items():
        variants.choose(option, int.from_bytes(found, "little"))
    return variants


def places(bits: int) -> Iterator[int]:
    """The places of the bits that are set, from the lowest."""
    text = f"{bits:b}"[::-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)
