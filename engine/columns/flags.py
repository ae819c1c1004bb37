"""Answers in Parquet: as flags and words without nulls, which cost a fifth of the same with nulls to write.

A member `avoid: x` is `avoid: x (in)` and `avoid: x (open)` there; none has the plain name, under which open would look
like no. A conclusion of two values is a flag for each, `worn: yes` and `worn: no`, and neither where it has no
value; one of more values has an empty text there. The list `ask` is a flag for each screening question, `ask: fever`.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

import polars as pl

from ..rulebook import Rulebook, Term

IN, OPEN = " (in)", " (open)"
ASK, ASKED = "ask", "ask: "
NOTHING = ""
SEPARATOR = "; "
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


class Flags:
    """The columns of a rulebook's answers in Parquet, and the plain ones of every other form."""

    def __init__(self, rulebook: Rulebook) -> None:
        several = [term for term in rulebook.conclusions if term.domain.kind == "several"]
        single = [term for term in rulebook.conclusions if term.single]
        self.members = [f"{term.name}: {value}" for term in several for value in term.domain.values]
        self.pairs = {term.name: values_of(term) for term in single if is_pair(term)}
        self.words = {term.name: term.domain.values for term in single if not is_pair(term)}
        self.asked = {ASKED + term.name: term.name for term in rulebook.findings if term.screening}
        flags = [*(name + end for name in self.members for end in (IN, OPEN)), *self.asked]
        flags += [name for values in self.pairs.values() for name in values]
        self.names = frozenset([*flags, *self.members, *self.pairs, *self.words, ASK])

    def written(self, table: pl.DataFrame) -> pl.DataFrame:
        """A plain table as Parquet has it."""
        found: list[pl.Expr] = []
        for name in table.columns:
            column = pl.col(name)
            if name in self.members:
                found += [column.fill_null(False).alias(name + IN), column.is_null().alias(name + OPEN)]
            elif name in self.pairs:
                found += [(column == value).fill_null(False).alias(key) for key, value in self.pairs[name].items()]
            elif name in self.words:
                found.append(column.cast(worded(self.words[name])).fill_null(NOTHING))
            elif name == ASK:
                found += [asks(question).alias(key) for key, question in self.asked.items()]
            else:
                found.append(column)
        return table.select(found)

    def read(self, table: Frame) -> Frame:
        """The plain table again; the list of questions costs much, and is to be read of few rows."""
        found = self.answers(table)
        columns = found.collect_schema().names()
        present = [name for name in columns if name in self.asked]
        if not present or ASK in columns:
            return found
        texts = [pl.when(pl.col(name)).then(pl.lit(self.asked[name])) for name in present]
        text = pl.concat_str(texts, separator=SEPARATOR, ignore_nulls=True)
        asked = pl.when(pl.any_horizontal(present)).then(text).alias(ASK)
        return found.select(
            asked if name == present[0] else pl.col(name) for name in columns if name not in present[1:]
        )

    def answers(self, table: Frame) -> Frame:
        """The same table with plain columns of answers, and a flag for each question.

        Where it has the list `ask`, it was written before there were flags for questions and pairs, and they stay so.
        """
        return table.select(self._plain(table.collect_schema()))

    def _plain(self, schema: Mapping[str, pl.DataType]) -> Iterator[pl.Expr]:
        flags = {name for name, kind in schema.items() if kind == pl.Boolean()}
        members = {name + IN: name for name in self.members if {name + IN, name + OPEN} <= flags}
        pairs = {name: values for name, values in self.pairs.items() if values.keys() <= flags and ASK not in schema}
        first = {next(iter(values)): name for name, values in pairs.items()}
        dropped = {name + OPEN for name in members.values()} | {key for values in pairs.values() for key in values}
        for name, kind in schema.items():
            if name in members:
                member = members[name]
                yield pl.when(~pl.col(member + OPEN)).then(pl.col(name)).alias(member)
            elif name in first:
                yield self._of_pair(first[name])
            elif name in self.words and kind == worded(self.words[name]):
                yield pl.col(name).cast(pl.Enum(self.words[name]), strict=False)
            elif name not in dropped:
                yield pl.col(name)

    def _of_pair(self, name: str) -> pl.Expr:
        dtype = pl.Enum(list(self.pairs[name].values()))
        values = (pl.when(pl.col(key)).then(pl.lit(value, dtype)) for key, value in self.pairs[name].items())
        return pl.coalesce(*values).alias(name)


def is_pair(term: Term) -> bool:
    """Whether a conclusion of one value has so few that each is a flag."""
    return len(term.domain.values) <= 2


def values_of(term: Term) -> dict[str, str]:
    """The flags of a conclusion of two values, each with its value."""
    return {f"{term.name}: {value}": value for value in term.domain.values}


def worded(values: tuple[str, ...]) -> pl.Enum:
    """The type of a conclusion of more values, with an empty text for none."""
    return pl.Enum([NOTHING, *values])


def asks(question: str) -> pl.Expr:
    """Whether the list of questions has one."""
    listed = SEPARATOR + pl.col(ASK) + SEPARATOR
    return listed.str.contains(f"{SEPARATOR}{question}{SEPARATOR}", literal=True).fill_null(False)
