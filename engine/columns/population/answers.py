"""The answers of many patients, and of whom a condition holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...language import Against, Condition, Domain, Group, Is, Line, Unsettled, Within
from ..findings import Column, Given, packed

Truth = NDArray[np.bool_]
Compare = Callable[[Column, Column, int], Any]
COMPARED: Mapping[str, Compare] = {
    "over": lambda mine, other, _: mine > other,
    "under": lambda mine, other, _: mine < other,
    "at least": lambda mine, other, _: mine >= other,
    "at most": lambda mine, other, _: mine <= other,
    "same as": lambda mine, other, _: mine == other,
    "above": lambda mine, other, amount: mine - other >= amount,
    "below": lambda mine, other, amount: other - mine >= amount,
    "% below": lambda mine, other, amount: (100 * (other - mine) >= amount * other) & (other > 0),
}


@dataclass(frozen=True)
class Answer:
    """A finding of many patients: places of values, or numbers; whether it is answered, and whether it is so unasked.

    Where a question does not apply, `so` still says that there is a value.
    """

    values: NDArray[np.int32]
    known: Truth
    so: Truth

    def at(self, rows: NDArray[np.intp]) -> "Answer":
        """The answers of some of the patients."""
        return Answer(self.values[rows], self.known[rows], self.so[rows])

    def put(self, rows: NDArray[np.intp], others: "Answer") -> None:
        """Give some of the patients the answers of others."""
        self.values[rows], self.known[rows], self.so[rows] = others.values, others.known, others.so


Answers = dict[str, Answer]


class Patients:
    """Patients with their answers, hidden facts among them."""

    def __init__(self, domains: Mapping[str, Domain], count: int) -> None:
        self.domains = domains
        self.count = count
        self.answers: Answers = {}

    def copy(self) -> "Patients":
        """The same patients, who may get other answers."""
        made = Patients(self.domains, self.count)
        made.answers = dict(self.answers)
        return made

    def without(self, name: str) -> "Patients":
        """The same patients, one finding of whom is not yet asked."""
        made = self.copy()
        made.answers.pop(name, None)
        return made

    def at(self, rows: NDArray[np.intp]) -> "Patients":
        """Some of the patients."""
        made = Patients(self.domains, len(rows))
        made.answers = {name: answer.at(rows) for name, answer in self.answers.items()}
        return made

    def put(self, rows: NDArray[np.intp], others: "Patients") -> None:
        """Give these patients the answers of others."""
        for name, answer in self.answers.items():
            answer.put(rows, others.answers[name])

    def given(self) -> dict[str, Given]:
        """The answers as the circuit reads them."""
        return {name: Given(answer.values, packed(answer.known)) for name, answer in self.answers.items()}

    # --- conditions --------------------------------------------------------------------------------------------------

    def holds(self, condition: Condition, unasked: bool = False) -> Truth:
        """In whom every part of a condition is known to hold, and no `unless` does.

        `unasked`, also by what is so where a question does not apply.
        """
        found = np.ones(self.count, np.bool_)
        for part in condition.lines:
            found &= self._part(part, unasked)
        for part in condition.unless:
            found &= ~self._part(part, unasked)
        return found

    def _part(self, part: Line | Group, unasked: bool) -> Truth:
        if isinstance(part, Group):
            counts = reduce(np.add, (self._line(line, unasked).astype(np.uint8) for line in part.lines))
            return np.asarray(counts >= part.least)
        return self._line(part, unasked)

    def _line(self, line: Line, unasked: bool) -> Truth:
        mine = self.answers.get(line.term)
        if mine is None or isinstance(line, Unsettled):
            return np.zeros(self.count, np.bool_)
        known = mine.so if unasked else mine.known
        match line:
            case Is():
                chosen = np.array([value in line.values for value in self.domains[line.term].values])
                return np.asarray(chosen[mine.values] & known)
            case Within():
                low = line.low if line.low is not None else -(1 << 31)
                high = line.high if line.high is not None else (1 << 31) - 1
                return np.asarray((mine.values >= low) & (mine.values <= high) & known)
            case Against():
                return self._against(line, mine, known, unasked)

    def _against(self, line: Against, mine: Answer, known: Truth, unasked: bool) -> Truth:
        other = self.answers.get(line.other)
        if other is None:
            return np.zeros(self.count, np.bool_)
        compared = COMPARED[line.relation](mine.values.astype(np.int64), other.values.astype(np.int64), line.amount)
        return np.asarray(compared & known & (other.so if unasked else other.known))
