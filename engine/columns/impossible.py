"""Which cases of a table contradict the assumptions about patients: a circuit of them alone, before any rule."""

import numpy as np
import polars as pl

from ..circuit import Compiler
from ..rulebook import Rulebook
from .findings import findings_of
from .plan import Plan


class Impossible:
    """The assumptions of a rulebook about patients, ready for tables; the bare answers are read."""

    def __init__(self, rulebook: Rulebook) -> None:
        compiler = Compiler(rulebook)
        self.laws = {law.id: compiler.bare(law.condition)[0] for law in rulebook.impossible.values()}
        self.plan = Plan(rulebook.terms, compiler.nodes, [*self.laws.values()])
        read = {name for atom in self.plan.atoms for name in atom.reads}
        self.read = [term for term in rulebook.findings if term.name in read]

    def contradicted(self, table: pl.DataFrame) -> dict[str, pl.Series]:
        """For each assumption that some case of a typed table contradicts, which cases do."""
        height = table.height
        found = self.plan.run(findings_of(table, self.read), height)
        truths = {law: np.unpackbits(found[node], count=height, bitorder="little") for law, node in self.laws.items()}
        return {law: pl.Series(law, truth).cast(pl.Boolean) for law, truth in truths.items() if truth.any()}
