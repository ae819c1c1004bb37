"""A rulebook as a program over columns of cases, 64 cases a word.

A column of answers becomes one bitmap for each of its values; every gate of the circuit is then one operation on
whole bitmaps; and the marks that come out are the columns of the answer, without ever looking at a single case.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nanoarrow
import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..circuit import Atom, Circuit, Pair, compile_rulebook
from ..rulebook import Rulebook, Term

Bits = NDArray[np.uint8]
Codes = NDArray[np.uint8]
Column = NDArray[Any]
BLOCK = 1 << 16  # cases at a time: what is in hand stays in the processor's cache
UNKNOWN_NUMBER = -1
CASE = "case"


def dtype_of(term: Term) -> pl.DataType:
    """The type of a finding's column: its values in order, or a whole number."""
    if term.domain.kind == "number":
        return pl.Int32()
    return pl.Enum(term.domain.values)


@dataclass(frozen=True)
class Step:
    """One gate at work: `kind` is and, or; rows are places in the block's memory."""

    kind: str
    inputs: tuple[int, ...]
    row: int


class Program:
    """A rulebook made ready for tables of cases; one for a thread."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.circuit = compile_rulebook(rulebook)
        self.outputs = _outputs(rulebook, self.circuit)
        wanted = tuple(dict.fromkeys(node for pair in self.outputs.values() for node in pair))
        self.plan = _Plan(self.circuit, wanted)

    def marks(self, table: pl.DataFrame) -> dict[str, tuple[Bits, Bits]]:
        """The two bitmaps (holds, fails) of every output, one bit a case; see `_outputs` for their names."""
        found = self.plan.run(_Reader(self.rulebook, table), table.height)
        return {name: (found[holds], found[fails]) for name, (holds, fails) in self.outputs.items()}

    def evaluate(self, table: pl.DataFrame) -> pl.DataFrame:
        """The answers to a table of cases, row for row.

        A finding is a column by its name (of any type that `dtype_of` can be cast to); what is null, or has no column,
        is unknown. The answer has `case`, every conclusion, what is disputed, the gaps, the screening questions that
        are open, and for every rule whether it fires (true), is ruled out (false) or waits (null).
        """
        return _Writer(self.rulebook, self.marks(table), table).frame()


def _outputs(rulebook: Rulebook, circuit: Circuit) -> dict[str, Pair]:
    """What is read off the circuit, by name: `term`, `term=value`, `term>=value`, `rule` and the findings answered."""
    outputs: dict[str, Pair] = {}
    for term in rulebook.conclusions:
        marks = circuit.values.get(term.name) or circuit.members.get(term.name) or {}
        outputs |= {f"{term.name}={value}": pair for value, pair in marks.items()}
        outputs |= {f"{term.name}>={value}": pair for value, pair in circuit.scales.get(term.name, {}).items()}
        outputs |= {f"{term.name}>={number}": pair for number, pair in enumerate(circuit.counts.get(term.name, ()), 1)}
    for rule in rulebook.rules.values():
        for name, _ in rule.then:
            outputs[f"{rule.id}>{name}"] = circuit.support[rule.id, name]
    outputs |= {f"?{term}": (node, node) for term, node in circuit.answered.items()}
    return outputs


# --- the work --------------------------------------------------------------------------------------------------------


class _Plan:
    """The gates in order, and the row of the block's memory that each puts its result in, used again when free."""

    def __init__(self, circuit: Circuit, wanted: Sequence[int]) -> None:
        self.wanted = wanted
        needed = _needed(circuit, wanted)
        last = {node: place for place, node in enumerate(needed) for node in (node, *circuit.nodes[node].inputs)}
        last |= dict.fromkeys(wanted, len(needed))
        rows: dict[int, int] = {}
        free: list[int] = []
        self.atoms: list[tuple[Atom, int]] = []
        self.steps: list[Step] = []
        count = 0
        for place, node in enumerate(needed):
            gate = circuit.nodes[node]
            if free:
                rows[node] = free.pop()
            else:
                rows[node], count = count, count + 1
            if gate.atom is not None:
                self.atoms.append((gate.atom, rows[node]))
                self.steps.append(Step("atom", (len(self.atoms) - 1,), rows[node]))
            elif gate.kind != "constant":
                self.steps.append(Step(gate.kind, tuple(rows[one] for one in gate.inputs), rows[node]))
            else:
                self.steps.append(Step("true" if node else "false", (), rows[node]))
            free += [rows[one] for one in {node, *gate.inputs} if last[one] == place]
        self.rows = [rows[node] for node in wanted]
        self.count = count

    def run(self, reader: "_Reader", height: int) -> dict[int, Bits]:
        """The bitmap of every wanted node, for all cases of the reader."""
        width = -(-height // 8)
        found = np.empty((len(self.wanted), width), np.uint8)
        memory = np.empty((self.count, BLOCK // 8), np.uint8)
        for start in range(0, height, BLOCK):
            stop = min(start + BLOCK, height)
            size = -(-(stop - start) // 8)
            self._block([row[:size] for row in memory], reader, start, stop)
            for place, row in enumerate(self.rows):
                found[place, start // 8 : start // 8 + size] = memory[row, :size]
        return dict(zip(self.wanted, found, strict=True))

    def _block(self, rows: list[Bits], reader: "_Reader", start: int, stop: int) -> None:
        reader.block(start, stop)
        for step in self.steps:
            out = rows[step.row]
            if step.kind == "atom":
                reader.atom(self.atoms[step.inputs[0]][0], out)
                continue
            if not step.inputs:
                out.fill(255 if step.kind == "true" else 0)
                continue
            join = np.bitwise_and if step.kind == "and" else np.bitwise_or
            first, second, *others = step.inputs
            join(rows[first], rows[second], out)
            for other in others:
                join(out, rows[other], out)


def _needed(circuit: Circuit, wanted: Sequence[int]) -> list[int]:
    """The nodes that the wanted ones rest on, each after what it needs."""
    found: set[int] = set()
    queue = list(wanted)
    while queue:
        node = queue.pop()
        if node not in found:
            found.add(node)
            queue += circuit.nodes[node].inputs
    return sorted(found)


class _Reader:
    """The answers of a table as bitmaps, block by block."""

    def __init__(self, rulebook: Rulebook, table: pl.DataFrame) -> None:
        self.terms = rulebook.terms
        self.columns = {term.name: _codes(table, term) for term in rulebook.findings if term.name in table.columns}
        self.codes = {
            (term.name, value): code for term in rulebook.findings for code, value in enumerate(term.domain.values)
        }
        self.here: dict[str, Column] = {}

    def block(self, start: int, stop: int) -> None:
        """Turn to the cases from start to stop."""
        self.here = {name: column[start:stop] for name, column in self.columns.items()}

    def atom(self, atom: Atom, out: Bits) -> None:
        """Put the bitmap of an atom into `out`."""
        column = self.here.get(atom.term)
        truth = None if column is None else self._true(atom, column)
        if truth is None:
            out.fill(0)
        else:
            out[:] = np.packbits(truth, bitorder="little")

    def _true(self, atom: Atom, column: Column) -> Column | None:
        if atom.kind == "is":
            return np.equal(column, self.codes[atom.term, atom.value])
        if atom.kind == "known":
            return column >= 0
        if atom.kind == "at least":
            return column >= atom.number
        if atom.kind == "under":
            return (column < atom.number) & (column >= 0)
        other = self.here.get(atom.line.other) if atom.line else None
        if other is None or atom.line is None:
            return None
        held = _RELATIONS[atom.line.relation](column, other, atom.line.amount)
        return (held if atom.kind == "holds" else ~held) & (column >= 0) & (other >= 0)


_RELATIONS: Mapping[str, Callable[[Column, Column, int], Column]] = {
    "over": lambda mine, other, _: mine > other,
    "under": lambda mine, other, _: mine < other,
    "at least": lambda mine, other, _: mine >= other,
    "at most": lambda mine, other, _: mine <= other,
    "same as": lambda mine, other, _: mine == other,
    "above": lambda mine, other, amount: mine >= other + amount,
    "below": lambda mine, other, amount: mine <= other - amount,
    "% below": lambda mine, other, amount: (100 * (other - mine) >= amount * other) & (other > 0),
}


def _codes(table: pl.DataFrame, term: Term) -> Column:
    """A column as small whole numbers: the place of a value among those of its term (255 unknown), or the number."""
    column = table.get_column(term.name).cast(dtype_of(term))
    if term.domain.kind == "number":
        return np.asarray(column.fill_null(UNKNOWN_NUMBER).to_numpy())
    return np.asarray(column.to_physical().cast(pl.UInt8).fill_null(255).to_numpy())


# --- the answer ------------------------------------------------------------------------------------------------------


class _Writer:
    """The columns of an answer, made of the marks."""

    def __init__(self, rulebook: Rulebook, marks: Mapping[str, tuple[Bits, Bits]], table: pl.DataFrame) -> None:
        self.rulebook = rulebook
        self.marks = marks
        self.table = table
        self.height = table.height

    def frame(self) -> pl.DataFrame:
        columns = [self.table.get_column(CASE)] if CASE in self.table.columns else []
        for term in self.rulebook.conclusions:
            columns += self._conclusion(term)
        columns += [self._rule(rule.id, [name for name, _ in rule.then]) for rule in self.rulebook.rules.values()]
        return pl.DataFrame(columns)

    def _conclusion(self, term: Term) -> Iterator[pl.Series]:
        values = term.domain.values
        if term.domain.kind == "tally":
            count = len(self.rulebook.support[term.name])
            low, high = self._ends([self.marks[f"{term.name}>={number}"] for number in range(1, count + 1)])
            yield pl.Series(f"{term.name} at least", low)
            yield pl.Series(f"{term.name} at most", high)
        elif term.takes_highest:
            low, high = self._ends([self.marks[f"{term.name}>={value}"] for value in values[1:]])
            yield self._named(f"{term.name} at least", low, values)
            yield self._named(f"{term.name} at most", high, values)
        elif term.domain.kind == "several":
            for value in values:
                yield self._flag(f"{term.name}: {value}", *self.marks[f"{term.name}={value}"])
        else:
            yield self._single(term)

    def _ends(self, steps: Sequence[tuple[Bits, Bits]]) -> tuple[Codes, Codes]:
        """How many steps of a scale or tally are reached, and how many may be; what is reached stands."""
        reached, ruled_out = (self._count([pair[side] for pair in steps]) for side in (0, 1))
        return reached, np.maximum(reached, len(steps) - ruled_out).astype(np.uint8)

    def _count(self, bitmaps: Sequence[Bits]) -> Codes:
        found = np.zeros(self.height, np.uint8)
        for bitmap in bitmaps:
            found += np.unpackbits(bitmap, count=self.height, bitorder="little")
        return found

    def _single(self, term: Term) -> pl.Series:
        """The value that holds; null where none does, or where two dispute it."""
        marks = [self.marks[f"{term.name}={value}"] for value in term.domain.values]
        disputed = np.bitwise_or.reduce([holds & fails for holds, fails in marks])
        codes = np.zeros(self.height, np.uint8)
        for plane in range(len(marks).bit_length()):
            bits = [holds for code, (holds, _) in enumerate(marks, 1) if code >> plane & 1]
            joined = np.bitwise_or.reduce(bits) & ~disputed
            codes |= np.unpackbits(joined, count=self.height, bitorder="little") << np.uint8(plane)
        return self._named(term.name, codes, (None, *term.domain.values))

    def _named(self, name: str, codes: Codes, values: Sequence[str | None]) -> pl.Series:
        known = [value for value in values if value is not None]
        return pl.Series(name, values, pl.Enum(known)).gather(pl.Series(codes))

    def _rule(self, rule: str, terms: Sequence[str]) -> pl.Series:
        pairs = [self.marks[f"{rule}>{term}"] for term in terms]
        fires = np.bitwise_or.reduce([pair[0] for pair in pairs])
        ruled_out = np.bitwise_and.reduce([pair[1] for pair in pairs])
        return self._flag(rule, fires, ruled_out)

    def _flag(self, name: str, holds: Bits, fails: Bits) -> pl.Series:
        """True where it holds, false where it fails, null where neither; no bit is unpacked."""
        flags = nanoarrow.c_array_from_buffers(nanoarrow.bool_(), self.height, [holds | fails, holds])
        return pl.Series(nanoarrow.Array(flags)).alias(name)
