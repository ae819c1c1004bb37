"""A mapping applied to tables, column by column: what each distinct text of a column says is asked once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import and_
from typing import Any

import polars as pl

from ..case import Value
from ..errors import as_written, listed
from ..facts import Misspelt, is_missing, read_value, text_of
from ..language import Domain
from ..mapping import ROW, TICKED, ColumnMapping, folded
from ..rulebook import Rulebook, Term
from .facts import is_plain, loose, says_something
from .findings import dtype_of
from .piece import Strange
from .program import CASE
from .tables import as_text, numbered, texts_of_ids

SHOWN = 8  # texts that a mapping has for a finding, as a problem names them
KEPT = 20  # distinct texts of a column that nothing is said of, by which they are counted
WHOLE = "a whole number"
BOX = "1 or 0; Checked or Unchecked"
NOT_SAID = object()
_TICKS = Domain("yes/no", ("yes", "no"))
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")
Odd = dict[int, Any]


@dataclass
class MappingNotes:
    """What a mapping says nothing of: in how many rows a column says something, and how often a text stands in one.

    `absent` names the columns that it speaks of and that are not there; `taken_over` has for a finding how many visits
    have it from the one before.
    """

    columns: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[str, int]] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    taken_over: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class MappedTable:
    """A table under the names of the knowledge base; `odd` has by column and row what stands where no answer is."""

    table: pl.DataFrame
    odd: Mapping[str, Odd]
    notes: MappingNotes


@dataclass(frozen=True)
class _Read:
    """What a column says of a finding: its facts, where it says what is no answer, and that, by row."""

    facts: pl.Series
    wrong: pl.Series
    odd: Odd
    raw: pl.Series


class Mapper:
    """A mapping made ready for a rulebook's findings."""

    def __init__(self, mapping: ColumnMapping, rulebook: Rulebook) -> None:
        self.mapping = mapping
        self.rulebook = rulebook
        self.terms = {term.name: term for term in rulebook.findings}
        self.lasting = [name for name in mapping.findings if name in self.terms and self.terms[name].lasts]

    def table(self, raw: pl.DataFrame, stem: str, lines: Any, odd: Mapping[str, Mapping[int, Any]]) -> MappedTable:
        """The table under the names of the knowledge base, with all that the mapping says and nothing else.

        `raw` has its columns as `tidy` names them, and `odd` what stands in cells of it that have no single text.
        """
        of_rows = (self.mapping.long.item, self.mapping.long.value) if self.mapping.long else ()
        heads = {*raw.columns, *of_rows}  # a long table has no longer what it was made wide by
        notes = MappingNotes(absent=tuple(name for name in self.mapping.read if name not in heads))
        columns = [self._ids(raw, stem, lines)]
        found: dict[str, Odd] = {}
        for target, sources in self.mapping.findings.items():
            there = [name for name in sources if name in raw.columns]
            if target in self.terms and there:
                read = self._finding(self.terms[target], raw, there, odd, notes)
                columns.append(_with_what_is_wrong(read))
                if read.odd:
                    found[target] = read.odd
            elif there:
                columns.append(raw[there[0]].alias(target))
                if there[0] in odd:
                    found[target] = dict(odd[there[0]])
        columns += [raw[name] for name in self.mapping.passed if name in raw.columns and name not in self.terms]
        notes.columns |= self.unnamed(raw, odd)
        return MappedTable(pl.DataFrame(columns), found, notes)

    def unnamed(self, raw: pl.DataFrame, odd: Mapping[str, Mapping[int, Any]]) -> dict[str, int]:
        """The columns that the mapping does not name, each with the number of rows in which it says something."""
        found = {}
        for name in raw.columns:
            if name not in self.mapping.named:
                said = int(says_something(raw[name]).sum()) if is_plain(raw[name]) else raw[name].count()
                found[name] = said + len(odd.get(name, ()))
        return {name: said for name, said in found.items() if said}

    def _ids(self, raw: pl.DataFrame, stem: str, lines: Any) -> pl.Series:
        """The ids: of a patient, and of a visit behind it where there are several."""
        mapping = self.mapping
        if mapping.id == ROW or mapping.id not in raw.columns:
            return numbered(stem, lines)
        if mapping.visit is None:
            return raw[mapping.id].alias(CASE)
        name = mapping.visit.column or mapping.visit.date
        own = texts_of_ids(loose(raw[mapping.id]))
        if name not in raw.columns:
            return own.alias(CASE)
        frame = pl.DataFrame({"id": own, "visit": as_text(raw[name]).replace("", None)})
        behind = pl.when(pl.col("id") != "").then(pl.concat_str("id", "visit", separator=" ", ignore_nulls=True))
        return frame.select(behind.alias(CASE)).to_series()

    # --- findings ----------------------------------------------------------------------------------------------------

    def _finding(
        self,
        term: Term,
        raw: pl.DataFrame,
        names: Sequence[str],
        odd: Mapping[str, Mapping[int, Any]],
        notes: MappingNotes,
    ) -> _Read:
        """What all columns of a finding say; where two say different things, that is odd."""
        boxes = [name for name in names if name in self.mapping.checkboxes]
        reads = [self._column(term, name, raw[name], odd.get(name, {}), notes) for name in names if name not in boxes]
        reads += self._boxes(term, boxes, raw, odd, notes) if boxes else []
        return reduce(lambda one, other: _both(one, other, names), reads)

    def _column(self, term: Term, name: str, column: pl.Series, odd: Mapping[int, Any], notes: MappingNotes) -> _Read:
        """What a column says of its finding."""
        if not is_plain(column) and column.dtype != pl.Null:
            column = as_text(column)
        different = loose(column).unique()
        meanings = {one: self.meaning(term, one) for one in different.to_list()}
        said = self.mapping.values.get(term.name)
        expected = f"{listed(list(said), SHOWN)}, as the mapping has them" if said else ""
        if not said and term.domain.kind == "number" and self.mapping.decimal == ",":
            expected = WHOLE
        return _looked_up(term, name, column, meanings, odd, notes, expected)

    def meaning(self, term: Term, raw: object) -> Value | object | None:
        """What a text of a column says of its finding: a value, None for nothing, NOT_SAID where that is not known."""
        text = text_of(raw)
        if text is None:
            return None if raw is None else NOT_SAID
        key, said = folded(text), self.mapping.values.get(term.name, {})
        if key in said:
            return said[key]
        if key in self.mapping.missing or is_missing(text):
            return None
        if term.domain.kind == "number" and any(value is not None for value in said.values()):
            return NOT_SAID
        if term.domain.kind == "number" and isinstance(raw, str):  # a number of a table has its point
            text = with_point(text, self.mapping.decimal)
        value = read_value(term, text)
        return NOT_SAID if isinstance(value, Misspelt) else value

    def _boxes(
        self,
        term: Term,
        names: Sequence[str],
        raw: pl.DataFrame,
        odd: Mapping[str, Mapping[int, Any]],
        notes: MappingNotes,
    ) -> Iterator[_Read]:
        """What ticks say of a finding; that none is ticked says something only where each box says what."""
        empty: list[pl.Series] = []
        answers: list[pl.Series] = []
        for name in names:
            box = self.mapping.checkboxes[name]
            ticked: Term = Term(name, _TICKS, True, term.place)
            column = raw[name] if is_plain(raw[name]) else as_text(raw[name])
            meanings = {one: self.ticked(one) for one in loose(column).unique().to_list()}
            read = _looked_up(ticked, name, column, meanings, odd.get(name, {}), notes, BOX)
            is_ticked, is_empty = (read.facts == "yes").fill_null(False), (read.facts == "no").fill_null(False)
            value = _constant(term, box.ticked[term.name], raw.height).set(~is_ticked, None)
            yield _Read(value, read.wrong, read.odd, value)
            said = None if box.unticked is None else box.unticked.get(term.name)
            empty.append(is_empty & pl.Series([said is not None]).new_from_index(0, raw.height))
            answers.append(_constant(term, said, raw.height))
        every = [name for name in self.mapping.findings[term.name] if name in self.mapping.checkboxes]
        none = reduce(and_, empty)
        if none.any() and len(names) == len(every):  # of a box that is not there nobody knows whether it is ticked
            value = pl.select(pl.coalesce(answers)).to_series().alias(term.name).set(~none, None)
            yield _Read(value, none & ~none, {}, value)

    def ticked(self, raw: object) -> Value | object | None:
        """What a text of a checkbox says: yes, no, None for nothing, NOT_SAID where that is not known."""
        text = text_of(raw)
        if text is None or is_missing(text) or folded(text) in self.mapping.missing:
            return None
        found = TICKED.get(folded(text))
        return NOT_SAID if found is None else "yes" if found else "no"


def without_missing_ids(table: pl.DataFrame, mapping: ColumnMapping) -> pl.DataFrame:
    """The table with no id where a text stands for no answer: patients of whom it stands are not one patient."""
    if not mapping.missing or mapping.id not in table.columns:
        return table
    texts = texts_of_ids(loose(table[mapping.id]))
    none = [text for text in texts.drop_nulls().unique().to_list() if folded(text) in mapping.missing]
    return table.with_columns(pl.when(~texts.is_in(none).fill_null(False)).then(pl.col(mapping.id))) if none else table


def with_point(text: str, decimal: str) -> str:
    """A number as it is written with a point, thousands not set apart, where its decimal sign is a comma."""
    if decimal != ",":
        return text
    return (text.replace(".", "") if _THOUSANDS.fullmatch(text) else text).replace(",", ".")


def _looked_up(
    term: Term,
    name: str,
    column: pl.Series,
    meanings: Mapping[Any, Any],
    odd: Mapping[int, Any],
    notes: MappingNotes,
    expected: str,
) -> _Read:
    """The meanings of a column, row by row; `expected` are the texts that alone are taken, where it is not empty."""
    column = loose(column)
    known = {raw: value for raw, value in meanings.items() if raw is not None and type(value) in (str, int)}
    unsaid = [raw for raw, value in meanings.items() if value is NOT_SAID]
    keys = pl.Series(list(known), dtype=column.dtype)
    facts = column.replace_strict(keys, list(known.values()), default=None, return_dtype=dtype_of(term))
    wrong = column.is_in(pl.Series(unsaid, dtype=column.dtype).implode()).fill_null(False)
    cells = dict(odd)
    if unsaid:
        counts = column.filter(wrong).value_counts(sort=True).rows()
        notes.values[name] = {text_of(raw) or "": count for raw, count in counts}
        for row in wrong.arg_true().to_list() if expected else ():
            cells[row] = _strange(name, text_of(column[row]) or "", expected)
    if odd:
        notes.values.setdefault(name, {})
        wrong = wrong.scatter(list(odd), True)
    return _Read(facts.alias(term.name), wrong, cells, column.alias(term.name))


@lru_cache(1 << 12)
def _strange(name: str, text: str, expected: str) -> Strange:
    return Strange(f"{as_written(text)} in the column {name[:80]!r}", expected)


def _both(one: _Read, other: _Read, names: Sequence[str]) -> _Read:
    """What two columns say of one finding; an answer of one and what is wrong in the other is wrong."""
    differ = (one.facts != other.facts).fill_null(False)
    odd = one.odd | other.odd
    for row in differ.arg_true().to_list():
        there = f"two answers, {one.facts[row]} and {other.facts[row]}, in the columns {listed(list(names), SHOWN)}"
        odd[row] = Strange(there, "one of them")
    for read in (one, other):
        for row in read.wrong.arg_true().to_list():
            odd.setdefault(row, Strange(as_written(text_of(read.raw[row]) or ""), "a value"))
    facts = one.facts.zip_with(one.facts.is_not_null(), other.facts)
    return _Read(facts, one.wrong | other.wrong | differ, odd, one.raw.cast(pl.String, strict=False))


def _with_what_is_wrong(read: _Read) -> pl.Series:
    """The facts of a finding, with what is not an answer as it is written, so that it is reported."""
    left = read.wrong.scatter(list(read.odd), False) if read.odd else read.wrong
    facts: pl.Series = read.facts.set(read.wrong, None) if read.odd else read.facts
    if not left.any():
        return facts
    text: pl.Series = as_text(facts).zip_with(~left, as_text(read.raw)).alias(read.facts.name)
    return text


def _constant(term: Term, value: Value | None, height: int) -> pl.Series:
    column: pl.Series = pl.Series(term.name, [value], dtype_of(term)).new_from_index(0, height)
    return column
