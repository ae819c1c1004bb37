"""Every way in which a term can stand, as far as the lines of a condition can tell one way from another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from .. import truth
from ..language import Against, Condition, Is, Line, Within
from ..rulebook import Rulebook, Term

FACT, HIDDEN = 100, 1_000_000
NOTHING: Any = None


@dataclass(frozen=True)
class Standing:
    """How a term stands: the value that an example gives, and what it puts into a state.

    `cost` tells the ordinary from the rare: nothing known costs nothing, a usual value less than another, and what no
    example can give (a conclusion half open, a gap, a dispute) more than any number of facts. `applies` marks whether
    the question applies; examples take it that it does.
    """

    term: str
    value: Any
    cost: int
    room: str = ""
    marks: Any = None
    applies: int = truth.HOLDS

    def put(self, state: truth.State) -> None:
        """Let the term stand so in a state."""
        if self.room:
            getattr(state, self.room)[self.term] = self.marks
        if self.applies != truth.HOLDS:
            state.gates = {**state.gates, self.term: Condition()}
            state.applying[self.term] = self.applies


def standings(rulebook: Rulebook, term: Term, lines: Sequence[Line]) -> Iterator[Standing]:
    """The ways in which the term can stand, that nothing is known of it first."""
    yield from _applying(rulebook, term, lines)
    if term.asked_if is not None:
        yield Standing(term.name, NOTHING, HIDDEN, applies=truth.FAILS)
        for standing in _applying(rulebook, term, lines):
            yield replace(standing, value=NOTHING, cost=HIDDEN, applies=truth.UNKNOWN)


def _applying(rulebook: Rulebook, term: Term, lines: Sequence[Line]) -> Iterator[Standing]:
    yield Standing(term.name, NOTHING, 0)
    if term.built_in:
        yield _settled(term, "values", {"yes": truth.HOLDS, "no": truth.FAILS}, "yes")
    elif term.domain.kind == "number":
        for number in _numbers(term, lines):
            yield Standing(term.name, number, FACT + _rarity(term, number), "facts", number)
    elif term.finding:
        for value in term.domain.values:
            yield Standing(term.name, value, FACT + (value != term.usual), "facts", value)
    elif term.domain.kind == "tally":
        yield from _tallies(term, len(rulebook.support[term.name]))
    elif term.takes_highest:
        yield from _scales(term)
    elif term.domain.kind == "several":
        yield from _several(term, _classes(term, lines))
    else:
        yield from _single(term, _classes(term, lines))


def _settled(term: Term, room: str, marks: Any, value: Any) -> Standing:
    return Standing(term.name, value, FACT + (value != term.otherwise), room, marks)


def _hidden(term: Term, room: str, marks: Any) -> Standing:
    return Standing(term.name, NOTHING, HIDDEN, room, marks)


def _numbers(term: Term, lines: Sequence[Line]) -> Sequence[int]:
    """All numbers where one is held against another; else those on each side of a bound."""
    low, high = term.domain.low, term.domain.high
    if any(isinstance(line, Against) for line in lines):
        return range(low, high + 1)
    found = {low, high}
    for line in lines:
        if isinstance(line, Within):
            found |= {edge + step for edge in (line.low, line.high) if edge is not None for step in (-1, 0, 1)}
    return sorted(number for number in found if low <= number <= high)


def _rarity(term: Term, number: int) -> int:
    if isinstance(term.usual, tuple) and not term.usual[0] <= number <= term.usual[1]:
        return 2
    return int(number in (term.domain.low, term.domain.high))


def _tallies(term: Term, most: int) -> Iterator[Standing]:
    for low in range(most + 1):
        yield Standing(term.name, low, FACT, "counts", (low, low))
        for high in range(most + 1):  # under the low one where rules dispute
            if high != low:
                yield _hidden(term, "counts", (low, high))


def _scales(term: Term) -> Iterator[Standing]:
    values = term.domain.values
    for low, high in product(range(len(values)), repeat=2):  # the high end is under the low one where rules dispute
        marks = {value: truth.mark(place <= low, place > high) for place, value in enumerate(values)}
        yield _settled(term, "scales", marks, values[low]) if low == high else _hidden(term, "scales", marks)


def _classes(term: Term, lines: Sequence[Line]) -> list[list[str]]:
    """The values in groups that no line tells apart, the usual one of each first; those no line names come last."""
    found: dict[tuple[bool, ...], list[str]] = {}
    for value in sorted(term.domain.values, key=lambda value: value != term.otherwise):
        named = tuple(isinstance(line, Is) and value in line.values for line in lines if line.term == term.name)
        found.setdefault(named, []).append(value)
    return [found[named] for named in sorted(found, reverse=True)]


def _single(term: Term, classes: Sequence[Sequence[str]]) -> Iterator[Standing]:
    """One value holds; or none does and some are ruled out; or two hold, and all are ruled out by one another."""
    values = term.domain.values
    for first in (group[0] for group in classes):
        marks = {value: truth.HOLDS if value == first else truth.FAILS for value in values}
        yield _settled(term, "values", marks, first)
    for out in product((False, True), repeat=len(classes)):
        gone = {value for group, ruled_out in zip(classes, out, strict=True) if ruled_out for value in group}
        if gone:
            yield _hidden(term, "values", {value: truth.FAILS if value in gone else truth.UNKNOWN for value in values})
    for held in product((False, True), repeat=len(classes)):
        both = {group[0] for group, holds in zip(classes, held, strict=True) if holds}
        if both:
            yield _hidden(term, "values", {value: truth.DISPUTED if value in both else truth.FAILS for value in values})


def _several(term: Term, classes: Sequence[Sequence[str]]) -> Iterator[Standing]:
    """The first member of each group in or out, and the rest out; or, where nobody can say it, open or disputed."""
    for marks in product((truth.FAILS, truth.HOLDS, truth.UNKNOWN, truth.DISPUTED), repeat=len(classes)):
        members: dict[str, int] = {}
        for group, mark in zip(classes, marks, strict=True):
            members |= dict.fromkeys(group, truth.UNKNOWN if mark == truth.UNKNOWN else truth.FAILS)
            members[group[0]] = mark
        if set(marks) <= {truth.HOLDS, truth.FAILS}:
            inside = tuple(value for value in term.domain.values if members[value] == truth.HOLDS)
            yield Standing(term.name, inside, FACT + len(inside), "members", members)
        else:
            yield _hidden(term, "members", members)
