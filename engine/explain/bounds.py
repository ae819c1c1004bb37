"""What must be and what may be where some answers are left open: one pass tells what no answer to them can bring."""

from collections.abc import Mapping, Sequence

from ..case import Value
from ..circuit import Atom, is_so
from ..language import Against
from .bit_parallel import Variants
from .plan import Option, Plan

MOST_PAIRS = 16
"""So many pairs of numbers that are held against each other are looked at one by one."""


class Bounds(Variants):
    """Readings of one case, in each of which some findings are free: of these each atom is taken by itself.

    Bit n of a mark tells that a node is true in the n-th reading for sure, and bit (count + n) that it may be true.
    What may not be is never so; what may be is not always, as one finding cannot be two things.
    """

    OPEN = 0b10
    """The mark in a single reading of what is not so for sure, and may be."""

    def __init__(
        self,
        plan: Plan,
        facts: Mapping[str, Value],
        values: Mapping[str, Sequence[Value | None]],
        count: int = 1,
    ) -> None:
        super().__init__(plan, facts, 2 * count)
        self.count, self.values = count, values
        self.sure = (1 << count) - 1
        self.free = dict.fromkeys(values, self.full)

    def fix(self, term: str, readings: int) -> None:
        """Leave a finding as it is in these readings; before any mark is asked for."""
        self.free[term] &= ~(readings | readings << self.count)

    def choose(self, option: Option, bits: int) -> None:
        """Give an answer in these readings; before any mark is asked for."""
        super().choose(option, bits | bits << self.count)
        self.fix(option.term, bits)

    def may(self, node: int) -> int:
        """The readings in which a node may be true, of a patient that there may be."""
        return self.mark(node) >> self.count & ~self.mark(self.plan.impossible) & self.sure

    def _opposite(self, mark: int) -> int:
        """What is not so for sure may be otherwise, and what may not be is otherwise for sure."""
        opposite = self.full ^ mark
        return opposite >> self.count | (opposite & self.sure) << self.count

    def _saying(self, atom: Atom) -> int:
        free = 0
        for term in atom.reads:
            free |= self.free.get(term, 0)
        return super()._saying(atom) & ~free | self._open(atom) & free if free else super()._saying(atom)

    def _open(self, atom: Atom) -> int:
        """What an atom may be where its finding is free; what it is whatever the answer is so for sure."""
        may = self.full ^ self.sure
        if atom.line is not None:
            found = self._compared_open(atom.line, atom.kind == "holds")
        else:
            found = {is_so(atom, value) for value in self._answers(atom.term)}
        return (may if True in found else 0) | (self.sure if False not in found else 0)

    def _answers(self, term: str) -> tuple[Value | None, ...]:
        """The answers that a finding may have."""
        return (self.facts.get(term), *self.values.get(term, ()))

    def _compared_open(self, line: Against, holds: bool) -> set[bool]:
        """What a number held against another may be; of many pairs of numbers, either."""
        mine, others = self._answers(line.term), self._answers(line.other)
        if len(mine) * len(others) > MOST_PAIRS:
            return {True, False}
        pairs = ((one, other) for one in mine for other in others)
        return {
            one is not None and other is not None and self.plan.holds_against(line, int(one), int(other)) == holds
            for one, other in pairs
        }
