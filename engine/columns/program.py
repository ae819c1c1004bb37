"""A rulebook as a program over columns of cases, 64 cases a word.

A column of answers becomes one bitmap for each of its values; every gate of the circuit is then one operation on
whole bitmaps; and the marks that come out are the columns of the answer, without ever looking at a single case.
"""

from functools import cached_property

import polars as pl

from ..circuit import CompiledRulebook, Pair
from .facts import check_table
from .findings import Bits, dtype_of, findings_of
from .frame import BROKEN_LAWS, CASE, WAITS, Frame
from .plan import Plan

__all__ = ["BROKEN_LAWS", "CASE", "WAITS", "Program", "dtype_of"]


class Program:
    """A rulebook made ready for tables of cases."""

    def __init__(self, compiled: CompiledRulebook) -> None:
        self.compiled, self.rulebook = compiled, compiled.rulebook

    @cached_property
    def outputs(self) -> dict[str, Pair]:
        """The nodes behind the marks."""
        return _outputs(self.compiled)

    @cached_property
    def plan(self) -> Plan:
        """The work behind the marks."""
        nodes = self.compiled.circuit.nodes
        return Plan(self.rulebook.terms, nodes, [node for pair in self.outputs.values() for node in pair])

    @cached_property
    def frame(self) -> Frame:
        """The work behind the table of answers."""
        return Frame(self.compiled)

    def marks(self, table: pl.DataFrame) -> dict[str, tuple[Bits, Bits]]:
        """The two bitmaps (holds, fails) of every output, one bit a case; see `_outputs` for their names.

        Raises CaseError where the table has what is no fact.
        """
        check_table(self.rulebook, table, (CASE,))
        found = self.plan.run(findings_of(table, self.rulebook.findings), table.height)
        return {name: (found[holds], found[fails]) for name, (holds, fails) in self.outputs.items()}

    def evaluate(self, table: pl.DataFrame, restricted: bool = True) -> pl.DataFrame:
        """The answers to a table of cases, row for row; `restricted`, a case that breaks a law has its alarms alone.

        A finding is a column by its name (of any type that `dtype_of` can be cast to); what is null, or has no column,
        is unknown. The answer has `case`, every conclusion, for every rule whether it fires, and for every rule, in a
        column of its own, whether it waits; what does neither is ruled out.
        """
        rows = self.frame.of(table, restricted)
        return pl.DataFrame([*rows.ids(), *rows.conclusions(), *rows.fires(), *rows.waits()])


def _outputs(compiled: CompiledRulebook) -> dict[str, Pair]:
    """What is read off the circuit, by name: `term=value`, `term>=value`, `rule>term` and the findings answered."""
    rulebook, circuit = compiled.rulebook, compiled.circuit
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
