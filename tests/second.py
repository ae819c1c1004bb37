"""The meaning a second time, for z3, straight from truth: one Boolean a value, numbers and counts as integers."""

from collections.abc import Callable, Sequence
from typing import Any

import z3

from engine.language import Against, Condition, Group, Is, Line, Unsettled, Within
from engine.rulebook import COMPLETE, SCREENED, Law, Rulebook, RuleFor, Term

Mark = tuple[Any, Any]
Ends = tuple[Any, Any, Any]
YES, NO = z3.BoolVal(True), z3.BoolVal(False)


def count(bits: Sequence[Any]) -> Any:
    return z3.Sum([z3.If(bit, 1, 0) for bit in bits]) if bits else z3.IntVal(0)


def so_many(least: int, bits: Sequence[Any]) -> Any:
    if least == len(bits):
        return z3.And(*bits)
    return z3.Or(*bits) if least == 1 else z3.AtLeast(*bits, least) if 0 < least < len(bits) else z3.BoolVal(least <= 0)


class Second:
    """A rulebook as formulas; `facts` says what a case may be."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.facts: list[Any] = []
        self.solver: Any = None
        self.given: dict[str, dict[str, Any]] = {}
        self.numbers: dict[str, tuple[Any, Any]] = {}
        self.single: dict[str, dict[str, Mark]] = {}
        self.members: dict[str, dict[str, Mark]] = {}
        self.scales: dict[str, dict[str, Mark]] = {}
        self.counts: dict[str, tuple[Any, Any]] = {}
        self.rules: dict[str, Mark] = {}
        for term in book.findings:
            self._ask(term)
        self._built_in()
        for stage in book.stages:
            for rule in stage.rules:
                self.rules[rule] = self.condition(book.rules[rule].condition)
            for name in stage.terms:
                self._settle(book.terms[name])
        self.facts += [z3.Not(self.bare(law.condition)[0]) for law in book.impossible.values()]

    def breaks(self, law: Law) -> Any:
        true = [self.part(part)[0] for part in law.condition.lines]
        return z3.And(*true, *(z3.Not(self.part(part)[0]) for part in law.condition.unless))

    def possible(self, *wanted: Any) -> bool:
        if self.solver is None:
            self.solver = z3.Solver()
            self.solver.add(*self.facts)
        found = self.solver.check(*wanted)
        assert found != z3.unknown
        return bool(found == z3.sat)

    def _ask(self, term: Term) -> None:
        if term.domain.values:
            given = self.given[term.name] = {value: z3.Bool(f"{term.name}: {value}") for value in term.domain.values}
            self.facts.append(z3.AtMost(*given.values(), 1))
        else:
            number, known = z3.Int(term.name), z3.Bool(f"{term.name} known")
            self.numbers[term.name] = number, known
            self.facts += [number >= term.domain.low, number <= term.domain.high]

    def known(self, name: str) -> Any:
        return z3.Or(*self.given[name].values()) if name in self.given else self.numbers[name][1]

    def _built_in(self) -> None:
        done = {
            term.name: z3.Or(self.known(term.name), NO if term.asked_if is None else self.condition(term.asked_if)[1])
            for term in self.book.findings
        }
        for name, asked in ((COMPLETE, done), (SCREENED, [t.name for t in self.book.findings if t.screening])):
            whole = z3.And(*(done[one] for one in asked))
            self.single[name] = {"yes": (whole, NO), "no": (NO, whole)}

    # --- conditions --------------------------------------------------------------------------------------------------

    def condition(self, condition: Condition) -> Mark:
        return self._all(condition, self.line)

    def bare(self, condition: Condition) -> Mark:
        return self._all(condition, self.own)

    def _all(self, condition: Condition, line: Callable[[Line], Mark]) -> Mark:
        marks = [self.part(part, line) for part in condition.lines]
        marks += [self.part(part, line)[::-1] for part in condition.unless]
        return self._at_least(len(marks), marks)

    def _at_least(self, least: int, marks: Sequence[Mark]) -> Mark:
        return so_many(least, [one[0] for one in marks]), so_many(len(marks) - least + 1, [one[1] for one in marks])

    def part(self, part: Line | Group, line: Callable[[Line], Mark] | None = None) -> Mark:
        line = line or self.line
        if isinstance(part, Group):
            return self._at_least(part.least, [line(one) for one in part.lines])
        return line(part)

    def line(self, line: Line) -> Mark:
        own = self.own(line)
        if isinstance(line, Unsettled):
            return own
        names = (line.term, line.other) if isinstance(line, Against) else (line.term,)
        gates = [self.condition(gate) for name in names if (gate := self.book.terms[name].asked_if)]
        return z3.And(own[0], *(gate[0] for gate in gates)), z3.Or(own[1], *(gate[1] for gate in gates))

    def own(self, line: Line) -> Mark:
        match line:
            case Is():
                return self._is(line)
            case Within():
                low, high, known = self._ends(line.term)
                low_mark = (low >= line.low, high < line.low) if line.low is not None else (YES, NO)
                high_mark = (high <= line.high, low > line.high) if line.high is not None else (YES, NO)
                holds, fails = self._at_least(2, (low_mark, high_mark))
                return z3.And(known, holds), z3.And(known, fails)
            case Against():
                return self._against(line)
            case Unsettled():
                return self._unsettled(line), NO

    def _is(self, line: Is) -> Mark:
        if line.term in self.given:
            given = self.given[line.term]
            inside = z3.Or(*(given[value] for value in line.values))
            return inside, z3.And(self.known(line.term), z3.Not(inside))
        if line.term in self.scales:
            steps = [*self.scales[line.term].values(), (NO, YES)]
            inside = [value in line.values for value in self.scales[line.term]]
            firsts = [n for n, here in enumerate(inside) if here and not (n and inside[n - 1])]
            afters = [n + 1 for n, here in enumerate(inside) if here and not any(inside[n + 1 : n + 2])]
            ends = list(zip(firsts, afters, strict=True))
            holds = z3.Or(*(z3.And(steps[first][0], steps[after][1]) for first, after in ends))
            return holds, z3.And(*(z3.Or(steps[first][1], steps[after][0]) for first, after in ends))
        marks = self.single.get(line.term) or self.members[line.term]
        return z3.Or(*(marks[value][0] for value in line.values)), z3.And(*(marks[value][1] for value in line.values))

    def _ends(self, name: str) -> Ends:
        if name in self.counts:
            return (*self.counts[name], YES)
        number, known = self.numbers[name]
        return number, number, known

    def _against(self, line: Against) -> Mark:
        low, high, known = self._ends(line.term)
        other_low, other_high, other_known = self._ends(line.other)
        both, more = z3.And(known, other_known), line.amount

        def not_under(upper: tuple[Any, Any], lower: tuple[Any, Any], by: int) -> Mark:
            return upper[0] >= lower[1] + by, upper[1] < lower[0] + by

        mine, other = (low, high), (other_low, other_high)
        match line.relation:
            case "over" | "at least" | "above":
                holds, fails = not_under(mine, other, 1 if line.relation == "over" else more)
            case "under" | "at most" | "below":
                holds, fails = not_under(other, mine, 1 if line.relation == "under" else more)
            case "same as":
                holds, fails = self._at_least(2, (not_under(mine, other, 0), not_under(other, mine, 0)))
            case _:
                holds = z3.And(other_low > 0, 100 * (other_low - high) >= more * other_low)
                fails = z3.Not(z3.And(other_high > 0, 100 * (other_high - low) >= more * other_high))
        return z3.And(both, holds), z3.And(both, fails)

    def _unsettled(self, line: Unsettled) -> Any:
        standing = self.single.get(line.term) or self.members.get(line.term, {})
        if line.word == "disputed":
            standing = standing or self.scales.get(line.term, {})
            if line.term in self.counts:
                return self.counts[line.term][0] > self.counts[line.term][1]
            return z3.Or(*(z3.And(*pair) for pair in standing.values()))
        if line.term in self.single:
            return z3.Not(z3.Or(*(pair[0] for pair in standing.values())))
        if line.term in self.counts:
            return self.counts[line.term][0] < self.counts[line.term][1]
        steps = self.scales.get(line.term) or standing
        if steps:
            return z3.Or(*(z3.Not(z3.Or(*pair)) for pair in steps.values()))
        return z3.Not(self.known(line.term))

    # --- what follows ------------------------------------------------------------------------------------------------

    def _status(self, entry: RuleFor) -> Mark:
        own, above = self.rules[entry.rule], [self.rules[rule] for rule in entry.outrankers]
        fires = z3.And(own[0], *(one[1] for one in above))
        return fires, z3.Or(own[1], *(one[0] for one in above))

    def _settle(self, term: Term) -> None:
        given = [(entry.value, self._status(entry)) for entry in self.book.support[term.name]]
        values = term.domain.values

        def of(wanted: Sequence[str]) -> Mark:
            return self._at_least(1, [mark for value, mark in given if value in wanted])

        if term.domain.kind == "tally":
            marks = [mark for _, mark in given]
            self.counts[term.name] = count([one[0] for one in marks]), len(marks) - count([one[1] for one in marks])
        elif term.takes_highest:
            steps = {value: of(values[place:]) for place, value in enumerate(values)}
            self.scales[term.name] = steps | {values[0]: (YES, NO)}
        elif term.domain.kind == "several":
            self.members[term.name] = {value: of((value,)) for value in values}
        else:
            self.single[term.name] = self._values(term, {value: of((value,)) for value in values}, given)

    def _values(self, term: Term, marks: dict[str, Mark], given: Sequence[tuple[str | None, Mark]]) -> dict[str, Mark]:
        holds = {value: mark[0] for value, mark in marks.items()}
        if term.otherwise is not None:
            holds[term.otherwise] = z3.Or(holds[term.otherwise], z3.And(*(mark[1] for _, mark in given)))
        return {
            value: (
                holds[value],
                z3.Or(*(holds[other] for other in holds if other != value), NO if value == term.otherwise else mark[1]),
            )
            for value, mark in marks.items()
        }
