"""What "none of these" says in a column of a table: the answers that engine/none_of_these.py adds to one case."""

from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any

import numpy as np
import polars as pl

from ..circuit import Compiler
from ..errors import Place
from ..none_of_these import NONE_OF_THESE, SEPARATOR, in_order, read_groups
from ..rulebook import Rulebook, Term
from .findings import dtype_of, findings_of
from .plan import Plan


def with_texts(raw: pl.DataFrame) -> pl.DataFrame:
    """The table with the groups of each row as one text; null where there are none."""
    if NONE_OF_THESE not in raw.columns:
        return raw
    column = raw[NONE_OF_THESE]
    if not column.dtype.is_nested():
        return raw.with_columns(column.cast(pl.String))
    rows = [_text(row) for row in column.to_list()]
    return raw.with_columns(pl.Series(NONE_OF_THESE, rows, pl.String))


def _text(row: Any) -> str | None:
    return f"{SEPARATOR} ".join(map(str, row)) if isinstance(row, list) else None if row is None else str(row)


class Groups:
    """The groups of a rulebook, ready to answer the rows of tables."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.circuit = Compiler(rulebook)
        terms = in_order(rulebook, rulebook.groups)
        self.layers = [list(layer) for _, layer in groupby(terms, key=lambda term: len(rulebook.gating(term.name)))]
        self.fails = {term.name: self.circuit.applies(term.name)[1] for term in terms if term.asked_if}

    def answer(
        self, findings: pl.DataFrame, doubted: pl.DataFrame, texts: pl.Series
    ) -> tuple[pl.DataFrame, pl.Series | None]:
        """The findings with what "none of these" adds, and where a text has what is not a group."""
        different = texts.drop_nulls().unique()
        read = {text: read_groups(self.rulebook, text, Place("")) for text in different.to_list()}
        said = {group for groups, _ in read.values() for group in groups}
        rows = {group: texts.is_in([text for text, (groups, _) in read.items() if group in groups]) for group in said}
        for layer in self.layers:
            findings = self._layer(findings, doubted, [term for term in layer if term.group in said], rows)
        wrong = [text for text, (_, problems) in read.items() if problems]
        return findings, texts.is_in(wrong).fill_null(False) if wrong else None

    def _layer(
        self, findings: pl.DataFrame, doubted: pl.DataFrame, terms: list[Term], rows: dict[str, pl.Series]
    ) -> pl.DataFrame:
        """What is added to findings that do not decide about each other."""
        wanted = [self.fails[term.name] for term in terms if term.name in self.fails]
        plan = Plan(self.rulebook.terms, self.circuit.nodes, wanted) if wanted else None
        known = findings_of(findings, self.rulebook.findings)
        fails = plan.run(known, findings.height) if plan else {}
        columns = []
        for term in terms:
            there = [frame[term.name] for frame in (doubted,) if term.name in frame.columns]
            there += [findings[term.name].is_not_null()] if term.name in findings.columns else []
            if term.name in self.fails:
                bits: Any = np.unpackbits(fails[self.fails[term.name]], count=findings.height, bitorder="little")
                there.append(pl.Series(bits.astype(np.bool_)))
            free = rows[term.group].fill_null(False)
            where = free & ~reduce(or_, there) if there else free
            now = pl.col(term.name) if term.name in findings.columns else pl.lit(None, dtype_of(term))
            columns.append(pl.when(where).then(pl.lit(term.none, dtype_of(term))).otherwise(now).alias(term.name))
        return findings.with_columns(columns)
