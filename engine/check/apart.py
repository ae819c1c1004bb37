"""Whether two conditions ever come to different marks, decided for every way in which their terms can stand.

A condition counts: how many lines of each part hold, how many fail. What each term adds to those counts does not hang
on the other terms, but where a number is held against another. So the terms are taken one by one, and only the counts
are carried on, each with the least that leads there; a pair of numbers is tried value by value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from .. import truth
from ..language import Against, Condition, Group, Line, terms_of
from ..rulebook import Rulebook
from .standings import HIDDEN, Standing, standings

State = tuple[tuple[int, int], tuple[tuple[int, int], ...]]
"""The marks of both conditions as far as their parts are ended, and of the other parts how many lines hold and fail."""


@dataclass(frozen=True)
class Apart:
    """The smallest facts under which two conditions differ, and the mark of each there.

    `given` is None where they differ only in what no example can give, such as a conclusion that is half open.
    """

    given: Mapping[str, Any] | None
    first: int
    second: int


@dataclass(frozen=True)
class Path:
    """The cheapest way to some counts, as a chain of standings."""

    cost: int
    last: Standing | None = None
    before: "Path | None" = None

    def then(self, standing: Standing) -> "Path":
        """The way with one more standing."""
        return Path(self.cost + standing.cost, standing, self)

    def given(self) -> dict[str, Any]:
        """The facts on the way."""
        found = self.before.given() if self.before else {}
        if self.last and self.last.value is not None:
            found[self.last.term] = self.last.value
        return found


def apart(rulebook: Rulebook, first: Condition, second: Condition) -> Apart | None:
    """Where two conditions differ; None where they come to the same mark always."""
    best: Path | None = None
    found: Apart | None = None
    for (marks, _), path in _Pair(first, second).ends(rulebook):
        if marks[0] != marks[1] and (best is None or path.cost < best.cost):
            best, found = path, Apart(None if path.cost >= HIDDEN else path.given(), *marks)
    return found


class _Pair:
    """The parts of two conditions, each counted once, and the terms that they read, in the order they are taken."""

    def __init__(self, first: Condition, second: Condition) -> None:
        self.conditions = (first, second)
        self.parts = list(dict.fromkeys(_group(part) for one in self.conditions for part in one.lines + one.unless))
        self.lines = list(dict.fromkeys(line for part in self.parts for line in part.lines))
        self.hubs = _hubs(self.lines)
        read = dict.fromkeys(term for line in self.lines for term in terms_of(line))
        self.terms = [*self.hubs, *(term for term in read if term not in self.hubs)]

    def ends(self, rulebook: Rulebook) -> Iterator[tuple[State, Path]]:
        """What both conditions can come to, each with a cheapest way."""
        ways = {
            term: list(standings(rulebook, rulebook.terms[term], [one for one in self.lines if term in terms_of(one)]))
            for term in self.terms
        }
        steps = [self._step(number) for number in range(len(self.terms))]
        for held in product(*(ways[hub] for hub in self.hubs)):
            fixed = {standing.term: standing for standing in held}
            reached: dict[State, Path] = {self._start(): Path(0)}
            for term, step in zip(self.terms, steps, strict=True):
                reached = step.taken(reached, [fixed[term]] if term in fixed else ways[term], fixed)
            yield from reached.items()

    def _start(self) -> State:
        return (truth.HOLDS, truth.HOLDS), tuple((0, 0) for _ in self.parts)

    def _step(self, number: int) -> "_Step":
        """What is settled with this term: the lines that read it and none that comes later, and the parts they end."""
        known, before = set(self.terms[: number + 1]), set(self.terms[:number])
        settled = [line for line in self.lines if known >= set(terms_of(line)) and not before >= set(terms_of(line))]
        ended = []
        for place, part in enumerate(self.parts):
            reads = {term for line in part.lines for term in terms_of(line)}
            if known >= reads and not before >= reads:
                ended.append((place, part, tuple(_signs(condition, part) for condition in self.conditions)))
        adds = [(line, [(n, part.lines.count(line)) for n, part in enumerate(self.parts)]) for line in settled]
        return _Step(adds, ended, self.parts)


@dataclass(frozen=True)
class _Step:
    """One term taken: the lines that it settles, with how often each part has them, and the parts that end here."""

    adds: Sequence[tuple[Line, Sequence[tuple[int, int]]]]
    ended: Sequence[tuple[int, Group, tuple[tuple[bool, ...], ...]]]
    parts: Sequence[Group]

    def taken(
        self, reached: Mapping[State, Path], ways: Iterable[Standing], fixed: Mapping[str, Standing]
    ) -> dict[State, Path]:
        """What can be reached with the term standing in each of the ways."""
        told_apart: dict[tuple[int, ...], Standing] = {}
        for standing in ways:
            marks = self._marks(standing, fixed)
            if marks not in told_apart or standing.cost < told_apart[marks].cost:
                told_apart[marks] = standing
        found: dict[State, Path] = {}
        for state, path in reached.items():
            for marks, standing in told_apart.items():
                new, cost = self._after(state, marks), path.cost + standing.cost
                if new not in found or cost < found[new].cost:
                    found[new] = Path(cost, standing, path)
        return found

    def _marks(self, standing: Standing, fixed: Mapping[str, Standing]) -> tuple[int, ...]:
        state = truth.State({})
        for one in (*fixed.values(), standing):
            one.put(state)
        return tuple(truth.mark_line(line, state) for line, _ in self.adds)

    def _after(self, state: State, marks: tuple[int, ...]) -> State:
        (first, second), before = state
        counts = list(before)
        for mark, (_, places) in zip(marks, self.adds, strict=True):
            for place, times in places if mark else ():
                holding, failing = counts[place]
                holding += times * (mark & truth.HOLDS)
                failing += times * (mark & truth.FAILS) // truth.FAILS
                counts[place] = holding, failing
        for place, part, (signs, others) in self.ended:
            holding, failing = counts[place]
            counts[place] = (0, 0)
            mark = truth.mark(holding >= part.least, failing >= len(part.lines) - part.least + 1)
            first = _joined(first, mark, signs)
            second = _joined(second, mark, others)
        return (first, second), tuple(counts)


def _joined(mark: int, part: int, signs: Iterable[bool]) -> int:
    for turned in signs:
        mark = truth.at_least(2, (mark, truth.opposite(part) if turned else part))
    return mark


def _signs(condition: Condition, part: Group) -> tuple[bool, ...]:
    """How often the condition has the part, and each time whether under `unless`."""
    parts = [_group(one) for one in condition.lines + condition.unless]
    return tuple(number >= len(condition.lines) for number, one in enumerate(parts) if one == part)


def _group(part: Line | Group) -> Group:
    return part if isinstance(part, Group) else Group(1, (part,))


def _hubs(lines: Iterable[Line]) -> list[str]:
    """Numbers such that every line that holds one number against another has one of them."""
    left = [set(terms_of(line)) for line in lines if isinstance(line, Against) and line.term != line.other]
    found: list[str] = []
    while left:
        names = sorted({name for pair in left for name in pair})
        found.append(max(names, key=lambda name: sum(name in pair for pair in left)))
        left = [pair for pair in left if found[-1] not in pair]
    return found
