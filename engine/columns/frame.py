"""The answers to a table of cases, made of bitmaps."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import nanoarrow
import numpy as np
import polars as pl

from ..circuit import CompiledRulebook, Compiler, Pair
from ..errors import KnowledgeError, Problem
from ..rulebook import Rulebook, Term
from .facts import check_table
from .findings import Bits, dtype_of, findings_of
from .flags import ASK, ASKED, IN, NOTHING, OPEN, Flags, is_pair, values_of, worded
from .plan import Plan

CASE = "case"
WAITS = " waits"
BROKEN_LAWS = "broken laws"
LISTS = ("disputed", "gaps", BROKEN_LAWS, ASK)
_TRUTH = nanoarrow.c_schema(nanoarrow.bool_())
Codes = Bits


class Frame:
    """The columns of an answer: the nodes of the circuit that they are made of, and how."""

    def __init__(self, compiled: CompiledRulebook) -> None:
        rulebook, gates = compiled.rulebook, compiled.circuit
        refuse_shared_names(rulebook)
        self.rulebook = rulebook
        self.screening = {term.name: gates.answered[term.name] for term in rulebook.findings if term.screening}
        self.fires: dict[str, int] = {}
        self.settled: dict[str, int] = {}
        self.values: dict[str, Mapping[str, Pair]] = {}
        self.disputed: dict[str, int] = {}
        self.failed: dict[str, int] = {}
        self.known: dict[Pair, int] = {}
        self.steps: dict[str, Sequence[Pair]] = {}
        for rule in rulebook.rules.values():
            marks = [gates.support[rule.id, name] for name, _ in rule.then]
            self.fires[rule.id] = gates.any_of(one for one, _ in marks)
            self.settled[rule.id] = gates.any_of((self.fires[rule.id], gates.all_of(out for _, out in marks)))
        for term in rulebook.conclusions:
            self._conclude(gates, term)
        self.broken = {law.id: gates.breaks(law.condition) for law in rulebook.laws.values()}
        self.plan = self._plan(gates)
        single = [term for term in rulebook.conclusions if term.single]
        self.single = [self._single(term, dtype_of(term), None) for term in single]
        self.form = Flags(rulebook)
        self.flags = [made for term in single for made in self._as_flags(term)]
        self.read = dict.fromkeys(node for term in single for node in self._nodes(term))

    def _nodes(self, term: Term) -> Iterator[int]:
        """What the value of a conclusion is read from: where it is disputed, and where each value holds."""
        yield self.disputed[term.name]
        yield from (holds for holds, _ in self.values[term.name].values())

    def _single(self, term: Term, dtype: pl.DataType, nothing: str | None) -> pl.Expr:
        """The value that holds, from columns named after their nodes; nothing where none does, or two dispute it."""
        disputed, *holds = (pl.col(str(node)) for node in self._nodes(term))
        none = pl.lit(nothing, dtype)
        expression: Any = pl.when(disputed).then(none)
        for value, here in zip(term.domain.values, holds, strict=True):
            expression = expression.when(here).then(pl.lit(value, dtype))
        return pl.Expr.alias(expression.otherwise(none), term.name)

    def _as_flags(self, term: Term) -> Iterator[pl.Expr]:
        """The value that holds as `Flags` has it, from the same columns."""
        if not is_pair(term):
            yield self._single(term, worded(term.domain.values), NOTHING)
            return
        disputed, *holds = (pl.col(str(node)) for node in self._nodes(term))
        yield from ((here & ~disputed).alias(name) for name, here in zip(values_of(term), holds, strict=True))

    def _conclude(self, gates: Compiler, term: Term) -> None:
        """Note the nodes behind the columns of a conclusion."""
        self.disputed[term.name] = gates.disputed(term.name)
        if term.takes_highest:
            self.steps[term.name] = [gates.scales[term.name][value] for value in term.domain.values[1:]]
        elif term.domain.kind == "tally":
            self.steps[term.name] = gates.counts[term.name]
        else:
            pairs = gates.values.get(term.name) or gates.members[term.name]
            self.values[term.name] = pairs
            self.failed[term.name] = gates.all_of(fails for _, fails in pairs.values())
            if not term.single:
                self.known |= {pair: gates.any_of(pair) for pair in pairs.values()}

    def _plan(self, gates: Compiler) -> Plan:
        wanted = [
            *self.fires.values(),
            *(holds for pairs in self.values.values() for holds, _ in pairs.values()),
            *self.disputed.values(),
            *self.failed.values(),
            *self.broken.values(),
            *(node for pairs in self.steps.values() for pair in pairs for node in pair),
        ]
        denied = [*self.settled.values(), *self.screening.values(), *self.known.values()]
        return Plan(self.rulebook.terms, gates.nodes, wanted, denied)

    def of(self, table: pl.DataFrame, restricted: bool = True) -> "Rows":
        """The answers to the cases of a table; raises CaseError where it has what is no fact.

        `restricted`, of a case that breaks a law the alarms alone.
        """
        check_table(self.rulebook, table, (CASE,))
        return Rows(self, table, restricted)


def columns_of(rulebook: Rulebook) -> dict[str, tuple[Term, str]]:
    """The columns of all conclusions in order, each with its term, and with the member or the end that it shows."""
    found: dict[str, tuple[Term, str]] = {}
    for term in rulebook.conclusions:
        if term.single:
            found[term.name] = term, ""
        elif term.domain.kind == "several":
            found |= {f"{term.name}: {value}": (term, value) for value in term.domain.values}
        else:
            found |= {f"{term.name} {end}": (term, end) for end in ("at least", "at most")}
    return found


def refuse_shared_names(rulebook: Rulebook) -> None:
    """Raise KnowledgeError where a table of answers would have two columns of one name."""
    kept = (CASE, *LISTS)
    conclusions = columns_of(rulebook)
    expected = "a name of its own: each conclusion and each rule is a column of the answers"
    problems = [
        Problem(term.place, f"the conclusion {name!r} is named as a column of every table of answers", expected)
        for name, (term, _) in conclusions.items()
        if name in kept
    ]
    for rule in rulebook.rules.values():
        if rule.id in conclusions or rule.id in kept:
            what = "a conclusion" if rule.id in conclusions else "a column of every table of answers"
            problems.append(Problem(rule.place, f"the rule {rule.id!r} is named as {what}", expected))
    if problems:
        raise KnowledgeError(problems)


class Rows:
    """The cases of one table, and every column of their answers."""

    def __init__(self, frame: Frame, table: pl.DataFrame, restricted: bool) -> None:
        self.frame = frame
        self.table = table
        self.height = table.height
        self.given = findings_of(table, frame.rulebook.findings)
        self.found = frame.plan.rows(self.given, table.height)
        length = self.found.size * 8
        self.whole = pl.Series(nanoarrow.c_array_from_buffers(_TRUTH, length, [None, self.found.reshape(-1)]))
        breaking = {name: self._bits(node) for name, node in frame.broken.items()}
        self.broken = {name: bits for name, bits in breaking.items() if restricted and self._any(bits)}
        self.lawful: Bits | None = ~reduce(np.bitwise_or, self.broken.values()) if self.broken else None

    @property
    def empty(self) -> int:
        """How many cases have no answer at all."""
        answered = reduce(np.bitwise_or, (one.known for one in self.given.values()), np.zeros(1, np.uint8))
        return self.height - int(np.count_nonzero(np.unpackbits(answered, bitorder="little")[: self.height]))

    def ids(self) -> list[pl.Series]:
        """The column of ids, if there is one."""
        return [self.table.get_column(CASE)] if CASE in self.table.columns else []

    def conclusions(self) -> Iterator[pl.Series]:
        """Every conclusion: its value (null where it has none or two), its two ends, or a column for each member.

        Null is also what a broken law withholds.
        """
        return self._conclusions() if self.lawful is None else self._alarms(self.lawful)

    def _alarms(self, lawful: Bits) -> Iterator[pl.Series]:
        """Every conclusion, of the cases that break a law the alarms alone."""
        shown = {column.name: column for column in self._conclusions()}
        spare = pl.Series(np.unpackbits(lawful, count=self.height, bitorder="little")).cast(pl.Boolean)
        for name, (term, value) in columns_of(self.frame.rulebook).items():
            column = shown[name]
            if term.domain.kind == "several":
                kept = spare | column if value in term.alarms else spare
            elif term.domain.kind == "tally":
                kept = spare
            else:
                least = shown[f"{term.name} at least"] if term.takes_highest else column
                kept = spare | least.cast(pl.String).is_in(list(term.alarms))
            yield pl.select(pl.when(kept).then(column).alias(name)).to_series()

    def _conclusions(self) -> Iterator[pl.Series]:
        single = self._read().select(self.frame.single)
        for term in self.frame.rulebook.conclusions:
            if term.single:
                yield single.get_column(term.name)
            elif term.domain.kind == "several":
                yield from self._members(term)
            else:
                yield from self._ends(term)

    def as_flags(self) -> Iterator[pl.Series]:
        """Every conclusion, and every screening question, as `Flags` has them."""
        if self.lawful is None:
            yield from self._conclusions_as_flags()
        else:
            yield from self.frame.form.written(pl.DataFrame([*self._alarms(self.lawful)])).get_columns()

    def _conclusions_as_flags(self) -> Iterator[pl.Series]:
        single = self._read().select(self.frame.flags)
        for term in self.frame.rulebook.conclusions:
            if term.single:
                yield from (single.get_column(name) for name in (values_of(term) if is_pair(term) else [term.name]))
            elif term.domain.kind == "several":
                for value, pair in self.frame.values[term.name].items():
                    yield self._flag(pair[0]).alias(f"{term.name}: {value}{IN}")
                    yield self._open(pair).alias(f"{term.name}: {value}{OPEN}")
            else:
                yield from self._ends(term)

    def asked(self) -> Iterator[pl.Series]:
        """For each screening question whether it is open, as `Flags` has it."""
        for name, node in self.frame.screening.items():
            yield self._at(self.frame.plan.denied[node]).alias(ASKED + name)

    def fires(self) -> Iterator[pl.Series]:
        """For each rule whether it fires."""
        for rule in self.frame.rulebook.rules:
            yield self._flag(self.frame.fires[rule]).alias(rule)

    def waits(self) -> Iterator[pl.Series]:
        """For each rule whether it waits for an answer."""
        for rule in self.frame.rulebook.rules:
            yield self._at(self.frame.plan.denied[self.frame.settled[rule]]).alias(rule + WAITS)

    def disputed(self) -> dict[str, Bits]:
        """For each conclusion in order, where it is disputed."""
        names = [term.name for term in self.frame.rulebook.conclusions]
        found = {name: self._bits(self.frame.disputed[name]) for name in names}
        lawful = self.lawful
        return found if lawful is None else {name: bits & self._kept(name, lawful) for name, bits in found.items()}

    def _kept(self, name: str, lawful: Bits) -> Bits:
        """Where a dispute over a conclusion is shown: no law is broken, or one of its sides is an alarm."""
        term = self.frame.rulebook.terms[name]
        if not term.takes_highest:
            alarms = (self._bits(self.frame.values[name][value][0]) for value in term.alarms)
            return reduce(np.bitwise_or, alarms, lawful)
        steps = dict(zip(term.domain.values[1:], self.frame.steps[name], strict=True))
        reached = (self._bits(steps[value][0]) if value in steps else ~(lawful & 0) for value in term.alarms[:1])
        return reduce(np.bitwise_or, reached, lawful)

    def gaps(self) -> dict[str, Bits]:
        """For each conclusion of one value, where none is left."""
        single = [term.name for term in self.frame.rulebook.conclusions if term.single]
        found = {name: self._bits(self.frame.failed[name]) & ~self._bits(self.frame.disputed[name]) for name in single}
        return found if self.lawful is None else {name: bits & self.lawful for name, bits in found.items()}

    def unanswered(self) -> dict[str, Bits]:
        """For each screening question, where it is open."""
        places = self.frame.plan.denied
        return {name: self._row(places[node]) for name, node in self.frame.screening.items()}

    # --- columns -----------------------------------------------------------------------------------------------------

    def _any(self, bits: Bits) -> bool:
        """Whether a bitmap has any of the cases; behind the last there may be more."""
        return bool(bits.any()) and bool(np.unpackbits(bits, count=self.height, bitorder="little").any())

    def _row(self, place: int) -> Bits:
        bits: Bits = self.found[place, : -(-self.height // 8)]
        return bits

    def _bits(self, node: int) -> Bits:
        return self._row(self.frame.plan.wanted[node])

    def _at(self, place: int) -> pl.Series:
        """A bitmap as a column, which shares its memory with all others."""
        column: pl.Series = self.whole.slice(place * self.found.shape[1] * 8, self.height)
        return column

    def _read(self) -> pl.DataFrame:
        """The columns that conclusions of one value are read from, named after their nodes."""
        return pl.DataFrame([self._flag(node).alias(str(node)) for node in self.frame.read])

    def _flag(self, node: int) -> pl.Series:
        return self._at(self.frame.plan.wanted[node])

    def _members(self, term: Term) -> Iterator[pl.Series]:
        """For each member whether it is in; null where that is open."""
        columns = [
            pl.when(~self._open(pair)).then(self._flag(pair[0])).alias(f"{term.name}: {value}")
            for value, pair in self.frame.values[term.name].items()
        ]
        yield from pl.select(columns)

    def _open(self, pair: Pair) -> pl.Series:
        """Whether it is open that a member is in."""
        return self._at(self.frame.plan.denied[self.frame.known[pair]])

    def _ends(self, term: Term) -> Iterator[pl.Series]:
        """What a scale or tally is at least and at most."""
        return self._scale(term) if term.takes_highest else self._tally(term)

    def _scale(self, term: Term) -> Iterator[pl.Series]:
        """The highest value that is reached, and the highest that may be; what is reached stands."""
        low: Any = pl
        high: Any = pl
        for value, (holds, fails) in reversed(self._steps(term)):
            reached = self._flag(holds)
            low = low.when(reached).then(value)
            high = high.when(reached | ~self._flag(fails)).then(value)
        lowest = pl.lit(term.domain.values[0], dtype_of(term))
        whole = pl.select(low.otherwise(lowest).alias("low"), high.otherwise(lowest).alias("high"))
        yield whole["low"].alias(f"{term.name} at least")
        yield whole["high"].alias(f"{term.name} at most")

    def _steps(self, term: Term) -> list[tuple[pl.Expr, Pair]]:
        values = [pl.lit(value, dtype_of(term)) for value in term.domain.values[1:]]
        return list(zip(values, self.frame.steps[term.name], strict=True))

    def _tally(self, term: Term) -> Iterator[pl.Series]:
        """How many rules fire, and how many may; those that fire stand."""
        pairs = [(self._bits(holds), self._bits(fails)) for holds, fails in self.frame.steps[term.name]]
        yield pl.Series(f"{term.name} at least", self._count([holds for holds, _ in pairs]))
        yield pl.Series(f"{term.name} at most", self._count([holds | ~fails for holds, fails in pairs]))

    def _count(self, steps: Sequence[Bits]) -> Codes:
        """How many steps are reached, each of which is only where the one before it is.

        A binary digit of that number is set where an odd number of the steps that turn it are reached.
        """
        found = np.zeros(self.height, np.uint8)
        for digit in range(len(steps).bit_length()):
            bits = reduce(np.bitwise_xor, steps[(1 << digit) - 1 :: 1 << digit])
            found |= np.unpackbits(bits, count=self.height, bitorder="little") << np.uint8(digit)
        return found
