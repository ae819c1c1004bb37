"""How far the alarms of many cases with faults reach: the figures of engine/alarms.py, in two passes over columns."""

from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from ..alarms import scales_of
from ..circuit import CompiledRulebook
from .doubts import AtFault
from .findings import dtype_of, findings_of
from .plan import Plan
from .program import CASE


class Reach:
    """The scales of a rulebook that have alarms, ready for cases with problems."""

    def __init__(self, compiled: CompiledRulebook) -> None:
        self.compiled, self.rulebook = compiled, compiled.rulebook
        self.scales = scales_of(self.rulebook)

    @cached_property
    def _steps(self) -> tuple[Plan, dict[str, list[int]]]:
        """The work behind the steps of the scales, and the node of each step but the lowest."""
        circuit = self.compiled.circuit
        steps = {term.name: [holds for holds, _ in circuit.scales[term.name].values()][1:] for term in self.scales}
        return Plan(self.rulebook.terms, circuit.nodes, [node for nodes in steps.values() for node in nodes]), steps

    def figures(
        self, findings: pl.DataFrame, at_fault: AtFault, unread: pl.Series
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The steps reached at least, null where nothing could be read, and those reached at most."""
        if not self.scales:
            return pl.DataFrame(), pl.DataFrame()
        least = self._reached(_filled(findings, at_fault.meant), None)
        most = self._reached(findings, self._doubted(at_fault.doubted, unread))
        return least.with_columns(pl.when(~unread).then(pl.all()).name.keep()), most

    def _doubted(self, doubted: pl.DataFrame, unread: pl.Series) -> pl.DataFrame:
        """Of what could not be read, everything is in doubt."""
        if unread.any():
            none = pl.lit(False)
            doubted = doubted.select(
                ((pl.col(name) if name in doubted.columns else none) | unread).alias(name)
                for name in self.rulebook.finding_names
            )
        return doubted

    def _reached(self, findings: pl.DataFrame, doubted: pl.DataFrame | None) -> pl.DataFrame:
        plan, steps = self._steps
        height = findings.height
        found = plan.run(findings_of(findings, self.rulebook.findings, doubted), height)
        columns = []
        for term in self.scales:
            place: Any = np.zeros(height, np.uint32)
            for number, node in enumerate(steps[term.name], 1):
                place[np.unpackbits(found[node], count=height, bitorder="little").astype(np.bool_)] = number
            values = pl.Series(term.domain.values, dtype=dtype_of(term))
            columns.append(values.gather(pl.Series(place)).alias(term.name))
        return pl.DataFrame(columns)

    def levels(self, least: pl.DataFrame, most: pl.DataFrame) -> Any:
        """How urgent, to be sorted by: first what is reached at least, then what is reached at most.

        The highest steps of all scales stand equal; what could not be read has reached nothing for sure.
        """
        height = max((len(term.domain.values) for term in self.scales), default=1)
        return self._highest(least, height) * (height + 1) + self._highest(most, height)

    def _highest(self, reached: pl.DataFrame, height: int) -> Any:
        found: Any = np.zeros(reached.height, np.int64)
        for term in self.scales:
            places = reached[term.name].to_physical().cast(pl.Int64) + (height - len(term.domain.values))
            found = np.maximum(found, places.fill_null(0).to_numpy())
        return found


def _filled(findings: pl.DataFrame, meant: pl.DataFrame) -> pl.DataFrame:
    """The findings with what is meant where they have nothing."""
    names = [name for name in meant.columns if name != CASE]
    return findings.with_columns(
        pl.coalesce(findings[name], meant[name]).alias(name) if name in findings.columns else meant[name]
        for name in names
    )
