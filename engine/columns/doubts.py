"""What is at fault in the findings of a table, finding by finding, as engine/loader/cases.py has it for one case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from ..case import Case
from ..facts import Misnamed, Misspelt, read_name, read_value
from ..rulebook import Rulebook, Term
from .facts import read_column
from .findings import dtype_of
from .program import CASE


@dataclass(frozen=True)
class AtFault:
    """For some cases, by finding: what stands there wrongly may be `meant` for; and which are `doubted`, a truth each.

    Both have the ids of the cases as their first column.
    """

    meant: pl.DataFrame
    doubted: pl.DataFrame

    def of(self, rows: pl.Series) -> "AtFault":
        """The same of some of the rows."""
        return AtFault(self.meant[rows], self.doubted[rows])

    def also(self, doubted: pl.Series, meant: pl.Series | None) -> "AtFault":
        """The same with more rows of a finding in doubt, and perhaps all that it is meant for there."""
        name = doubted.name
        before = self.doubted[name] if name in self.doubted.columns else ~doubted & doubted
        meant_now = self.meant if meant is None else self.meant.with_columns(meant.alias(name))
        return AtFault(meant_now, self.doubted.with_columns((before | doubted).alias(name)))


def at_fault_of(terms: Mapping[str, Term], cases: Sequence[Case]) -> AtFault:
    """What is at fault in cases that were read one by one."""
    names = dict.fromkeys(name for case in cases for name in case.at_fault)
    ids = pl.Series(CASE, [case.id for case in cases], pl.String)
    meant = [pl.Series(name, [case.at_fault.get(name) for case in cases], dtype_of(terms[name])) for name in names]
    doubted = [pl.Series(name, [name in case.at_fault for case in cases], pl.Boolean) for name in names]
    return AtFault(pl.DataFrame([ids, *meant]), pl.DataFrame([ids, *doubted]))


class Doubts:
    """Gathers what is wrong in the columns of a table, then takes it out of the findings.

    `odd` has by column where no single value stands: a list, a mapping, or what a key has that is there twice.
    """

    def __init__(self, rulebook: Rulebook, odd: Mapping[str, pl.Series]) -> None:
        self.terms = {term.name: term for term in rulebook.findings}
        self.found: dict[str, list[tuple[pl.Series, pl.Series | None]]] = {}
        self.perhaps: list[tuple[str, pl.Series]] = []
        for name, wrong in odd.items():
            term = read_name(rulebook, name)
            if isinstance(term, Misnamed):
                self.perhaps += [(meant, wrong) for meant in term.meant]
            else:
                self.value(name, wrong)

    def value(self, name: str, wrong: pl.Series, meant: pl.Series | None = None) -> None:
        """Note where a finding has something wrong, and what that may be meant for."""
        self.found.setdefault(name, []).append((wrong, meant))

    def name(self, misnamed: Misnamed, column: pl.Series, wrong: pl.Series) -> None:
        """Note where something stands in a column that no finding has the name of."""
        if len(misnamed.meant) == 1:
            read = read_column(self.terms[misnamed.meant[0]], column)
            meant = read.facts if read.meant is None else read.facts.zip_with(read.meant.is_null(), read.meant)
            self.value(misnamed.meant[0], wrong, meant)
        else:
            self.perhaps += [(name, wrong) for name in misnamed.meant]

    def settle(self, findings: pl.DataFrame) -> tuple[pl.DataFrame, AtFault]:
        """The findings without what is at fault; and what that is."""
        meant, doubted = [findings[CASE]], {CASE: findings[CASE]}
        for name, entries in self.found.items():
            known = _known(findings, name)
            doubted[name] = reduce(or_, (wrong for wrong, _ in entries)).alias(name)
            times: pl.Series = reduce(lambda one, other: one + other, (wrong.cast(pl.UInt8) for wrong, _ in entries))
            alone = (times == 1) & ~known
            taken = [values.set(~(wrong & alone), None) for wrong, values in entries if values is not None]
            if taken:
                meant.append(pl.select(pl.coalesce(taken).cast(dtype_of(self.terms[name])).alias(name)).to_series())
            if (known & doubted[name]).any():
                findings = findings.with_columns(pl.when(~doubted[name]).then(pl.col(name)).alias(name))
        for name, wrong in self.perhaps:
            open_ = wrong & ~_known(findings, name)
            doubted[name] = (doubted[name] | open_ if name in doubted else open_).alias(name)
        return findings, AtFault(pl.DataFrame(meant), pl.DataFrame(list(doubted.values())))


@dataclass(frozen=True)
class FolderFault:
    """Where what the name of a folder says of a column is at fault: no value, or another than the row's `own`."""

    name: str
    wrong: pl.Series
    text: str
    own: pl.Series | None = None


def with_folder(
    terms: Mapping[str, Term], findings: pl.DataFrame, at_fault: AtFault, folder: Mapping[str, str | None]
) -> tuple[pl.DataFrame, AtFault, list[FolderFault]]:
    """Settled findings with what the names of folders say of all rows, as engine/loader/cases.py has it for one."""
    faults = []
    for name in [name for name in folder if name in terms]:
        value, text = read_value(terms[name], folder[name]), str(folder[name])
        before = at_fault.doubted[name] if name in at_fault.doubted.columns else _none(findings)
        if isinstance(value, Misspelt):
            every = (~_none(findings)).alias(name)
            faults.append(FolderFault(name, every, text))
            meant = pl.Series(name, [value.meant], dtype_of(terms[name])).new_from_index(0, findings.height)
            at_fault = at_fault.also(every, meant.set(before, None))
        elif value is not None:
            by_folder = pl.Series(name, [value], dtype_of(terms[name])).new_from_index(0, findings.height)
            in_row = findings[name] if name in findings.columns else by_folder
            wrong = (in_row != by_folder).fill_null(False).alias(name)
            findings = findings.with_columns(in_row.fill_null(by_folder).set(wrong, None).alias(name))
            if wrong.any():
                faults.append(FolderFault(name, wrong, text, in_row))
                at_fault = at_fault.also(wrong, None)
    return findings, at_fault, faults


def _none(findings: pl.DataFrame) -> pl.Series:
    return pl.repeat(False, findings.height, dtype=pl.Boolean, eager=True)


def _known(findings: pl.DataFrame, name: str) -> pl.Series:
    if name in findings.columns:
        return findings[name].is_not_null()
    return pl.repeat(False, findings.height, dtype=pl.Boolean, eager=True)
