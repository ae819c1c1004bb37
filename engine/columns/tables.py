"""Tables of cases: columns of any type as typed findings, where they are odd, and the answers with all they say."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from ..case import Answer, Value, plain
from ..errors import Place
from ..language import Domain
from ..rulebook import Law, Rule, Rulebook, Term
from .program import CASE as CASE
from .program import Program, dtype_of

Table = pl.DataFrame
Judge = Callable[[str, Any], Value | None]
EXPECTED = "expected "
ASIDE = ("says", "source")  # a case may have them, and no answer rests on them
IMPOSSIBLE = "impossible"
GROUP = 12  # so many names at a time become text by looking their pattern up
_PLAIN = (pl.String, pl.Enum, pl.Categorical, pl.Boolean)
_UNSHOWN = r"[\p{C}\p{Z}&&[^ ]]|  |^ | $"


class NoValue(Exception):
    """What stands there is no value of the term; raised by a judge."""


@dataclass(frozen=True)
class Typed:
    """A table read: the typed findings with their ids, columns passed through, and where something is wrong.

    `faults` has for a column, and `impossible` for one of the `laws` about patients, a truth for each row; `unknown`
    names the columns that are no findings, and are passed through.
    """

    findings: pl.DataFrame
    passed: pl.DataFrame
    faults: Mapping[str, pl.Series]
    impossible: Mapping[str, pl.Series]
    laws: Mapping[str, Law]
    unknown: tuple[str, ...]


class Reading:
    """A rulebook's findings, ready to be read from tables; `judge` says what a single text is worth."""

    def __init__(self, rulebook: Rulebook, judge: Judge) -> None:
        self.rulebook = rulebook
        self.judge = judge
        self.impossible = _impossible(rulebook)
        self.findings = {term.name: term for term in rulebook.findings}
        self.types = {term.name: dtype_of(term) for term in rulebook.findings}

    def read(self, raw: pl.DataFrame, stem: str, lines: Any, refuse: bool = False) -> Typed:
        """The typed table of a raw one; a case without an id is named after its file and line.

        `refuse` makes a fault of what stands in columns that are no findings.
        """
        columns = [_ids(raw[CASE], stem, lines) if CASE in raw.columns else numbered(stem, lines)]
        passed: list[pl.Series] = []
        unknown: list[str] = []
        faults: dict[str, pl.Series] = {}
        for name in raw.columns:
            if name in self.findings:
                typed, wrong = self._typed(raw[name], self.findings[name], dtype_of(self.findings[name]))
                columns.append(typed)
            elif name.startswith(EXPECTED):
                typed, wrong = self._expected(raw[name])
                passed.append(typed)
            elif name in self.rulebook.terms:
                wrong = loose(raw[name]).is_not_null()
            elif name in (CASE, *ASIDE):
                continue
            else:
                unknown.append(name)
                passed.append(raw[name])
                wrong = loose(raw[name]).is_not_null() if refuse else None
            if wrong is not None and wrong.any():
                faults[name] = wrong.fill_null(False)
        found = pl.DataFrame(columns)
        laws = self.rulebook.impossible
        return Typed(found, pl.DataFrame(passed), faults, self._impossible(found), laws, tuple(unknown))

    def _impossible(self, found: pl.DataFrame) -> dict[str, pl.Series]:
        """Which rows contradict which assumption about patients."""
        if self.impossible is None:
            return {}
        frame = self.impossible.evaluate(found).select(pl.col(self.rulebook.impossible).fill_null(False))
        return {name: truth for name, truth in frame.to_dict().items() if truth.any()}

    def _typed(self, column: pl.Series, term: Term, wanted: Any) -> tuple[pl.Series, pl.Series | None]:
        """The column with the values of its term, and where it has something that is no value."""
        dtype = column.dtype  # to ask for it costs more than to look at a short column
        if dtype == wanted and term.domain.kind != "number":
            return column, None
        if dtype == pl.Null:
            return pl.Series(term.name, [None] * len(column), wanted), None
        if not (column.dtype in _PLAIN or column.dtype.is_numeric()):
            return pl.Series(term.name, [None] * len(column), wanted), column.is_not_null()
        column = loose(column)
        quick = _quick(column, term, wanted)
        if quick.null_count() == column.null_count():
            return quick, None
        left = quick.is_null() & column.is_not_null()
        keys, values, faults = self._judged(term.name, column.filter(left).unique().to_list())
        if keys:
            told = column.replace_strict(keys, values, default=None, return_dtype=wanted)
            quick = quick.zip_with(~left, told)
        return quick, left & column.is_in(faults) if faults else None

    def _judged(self, name: str, raw: Sequence[Any]) -> tuple[list[Any], list[Value], list[Any]]:
        keys, values, faults = [], [], []
        for one in raw:
            try:
                value = self.judge(name, one)
            except NoValue:
                faults.append(one)
                continue
            if value is not None:
                keys.append(one)
                values.append(value)
        return keys, values, faults

    def _expected(self, column: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        """What the answer should be, as text; odd where the conclusion has no such value."""
        term = self.rulebook.terms.get(column.name.removeprefix(EXPECTED))
        if term is None or term.finding or term.built_in:
            return column.cast(pl.String, strict=False), loose(column).is_not_null()
        if not (column.dtype in _PLAIN or column.dtype.is_numeric()):
            return pl.Series(column.name, [told(value) for value in column.to_list()], pl.String), None
        column = loose(column)
        raw = column.drop_nulls().unique().to_list()
        keys, values, faults = self._judged(column.name, raw)
        keys, values = [*keys, *faults], [*(str(value) for value in values), *(str(one) for one in faults)]
        text = (
            column.replace_strict(keys, values, default=None, return_dtype=pl.String)
            if keys
            else (pl.Series(column.name, [None] * len(column), pl.String))
        )
        return text, column.is_in(faults) if faults else None


def numbered(stem: str, lines: Any) -> pl.Series:
    """The names of cases without an id: where they stand in their file."""
    names: pl.Series = pl.select((pl.lit(f"{stem}:") + pl.Series(lines).cast(pl.String)).alias(CASE)).to_series()
    return names


def told(value: Any) -> str | None:
    """An expected answer that is no single value, as one text."""
    if isinstance(value, dict):
        if {"at least", "at most"} <= set(value):
            return f"{value['at least']} to {value['at most']}"
        value = value.get("in")
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return None if value is None else str(value)


def told_answer(answer: Answer) -> str | None:
    """An expected answer as one text."""
    return told(plain(answer))


def loose(column: pl.Series) -> pl.Series:
    """The column in a type that a text can be compared with; what is not a number is nothing."""
    number: pl.Series = column.cast(pl.Float64) if column.dtype.is_decimal() else column
    return number.fill_nan(None) if number.dtype.is_float() else number


def _quick(column: pl.Series, term: Term, wanted: Any) -> pl.Series:
    """The values that need no judge; null where there is none, or where it is not sure."""
    if column.dtype == wanted and term.domain.kind != "number":
        return column
    if term.domain.kind != "number" and column.dtype in (pl.String, pl.Enum, pl.Categorical):
        value: pl.Series = column.cast(pl.String).cast(wanted, strict=False)
        return value
    if term.domain.kind == "number" and column.dtype == pl.String:
        written: pl.Series = column.cast(pl.Int32, strict=False)
        plain = written.is_between(term.domain.low, term.domain.high) & ~column.str.contains("+", literal=True)
        return written.set(~plain.fill_null(False), None)
    if term.domain.kind == "number" and column.dtype.is_numeric():
        number: pl.Series = column.cast(pl.Int32, strict=False)
        inside = number.is_between(term.domain.low, term.domain.high)
        same = inside if column.dtype.is_integer() else inside & (number.cast(column.dtype) == column)
        sure: pl.Series = number if same.all() else number.set(~same.fill_null(False), None)
        return sure
    return pl.Series(column.name, [None] * len(column), wanted)


def _ids(column: pl.Series, stem: str, lines: Any) -> pl.Series:
    """The ids as text on one line, as a single case has it; the name where there is none."""
    column = loose(column)
    if column.dtype.is_float() and bool((column == column.floor()).all()):
        column = column.cast(pl.Int64, strict=False)
    text = column.cast(pl.String, strict=False)
    strange = text.str.contains(_UNSHOWN).fill_null(False)
    if strange.any():
        shown = text.filter(strange).map_elements(_shown, pl.String)
        text = text.scatter(strange.arg_true(), shown)
    if column.null_count() or bool((text == "").any()):
        text = text.zip_with((text != "").fill_null(False), numbered(stem, lines))
    named: pl.Series = text.alias(CASE)
    return named


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))


def _impossible(rulebook: Rulebook) -> Program | None:
    """A small program whose rules are the assumptions about patients: one fires for a case that contradicts it."""
    if not rulebook.impossible:
        return None
    counted = Term(IMPOSSIBLE, Domain("tally"), False, Place(""))
    rules = {
        law.id: Rule(law.id, law.says, law.condition, ((IMPOSSIBLE, None),), "", (), law.place)
        for law in rulebook.impossible.values()
    }
    terms = {term.name: term for term in rulebook.findings}
    return Program(Rulebook({**terms, IMPOSSIBLE: counted}, rules))


# --- tables of cases that are there already --------------------------------------------------------------------------


def table_of(rulebook: Rulebook, ids: Sequence[str], facts: Sequence[Mapping[str, Value]]) -> pl.DataFrame:
    """The typed table of cases that are read already."""
    present = [term for term in rulebook.findings if any(term.name in case for case in facts)]
    columns = [pl.Series(term.name, [case.get(term.name) for case in facts], dtype_of(term)) for term in present]
    return pl.DataFrame([pl.Series(CASE, ids, pl.String), *columns])


def texts_of(columns: Mapping[str, Sequence[str | None]]) -> pl.DataFrame:
    """A table of texts."""
    return pl.DataFrame({name: pl.Series(name, values, pl.String) for name, values in columns.items()})


def joined(tables: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The tables one after the other; a column that one lacks is null there, and differing types become text."""
    found = [table for table in tables if table.width]
    if not found:
        return pl.DataFrame()
    types: dict[str, set[Any]] = {}
    for table in found:
        for name, dtype in table.schema.items():
            types.setdefault(name, set()).add(dtype)
    mixed = [name for name, kinds in types.items() if len(kinds) > 1]
    if mixed:
        found = [table.with_columns(as_text(table[name]) for name in mixed if name in table.columns) for table in found]
    return pl.concat(found, how="diagonal")


def as_text(column: pl.Series) -> pl.Series:
    """The column as text, whatever its type."""
    if column.dtype.is_nested() or column.dtype == pl.Binary:
        return pl.Series(column.name, [None if value is None else str(value) for value in column.to_list()], pl.String)
    text: pl.Series = column.cast(pl.String)
    return text


def beside(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Two tables of the same rows as one; a name that the first has already is told apart."""
    renamed = {name: f"{name} (given)" for name in second.columns if name in first.columns}
    return first.hstack(second.rename(renamed)) if second.width else first


# --- the answers -----------------------------------------------------------------------------------------------------


class Answering(Program):
    """A program whose answers say also what is disputed, which conclusions have a gap, and what to ask first."""

    def answers(self, table: pl.DataFrame, trace: str) -> pl.DataFrame:
        """The answers of `evaluate` with `disputed`, `gaps` and `ask` before the rules; which wait if all is traced."""
        rows = self.frame.of(table)
        told = {"disputed": rows.disputed(), "gaps": rows.gaps(), "ask": rows.unanswered()}
        lists = [_names(column, bitmaps, table.height) for column, bitmaps in told.items()]
        waits = rows.waits() if trace == "full" else ()
        return pl.DataFrame([*rows.ids(), *rows.conclusions(), *lists, *rows.fires(), *waits])


def _names(column: str, bitmaps: Mapping[str, Any], height: int) -> pl.Series:
    """For each case the names whose bit is set, joined by "; "; null where there are none."""
    found = {name: bits for name, bits in bitmaps.items() if bits.any()}  # perhaps of no case: there is more at the end
    present = [(name, np.unpackbits(bits, count=height, bitorder="little")) for name, bits in found.items()]
    present = [(name, bits) for name, bits in present if bits.any()]
    parts = []
    for start in range(0, len(present), GROUP):
        group = present[start : start + GROUP]
        codes = np.zeros(height, np.uint32)
        for place, (_, bits) in enumerate(group):
            codes |= bits.astype(np.uint32) << np.uint32(place)
        parts.append(_texts(tuple(name for name, _ in group)).gather(pl.Series(f"{start}", codes)).alias(f"{start}"))
    if len(parts) < 2:
        return (parts[0] if parts else pl.repeat(None, height, dtype=pl.String, eager=True)).alias(column)
    listed = pl.any_horizontal(pl.all().is_not_null())
    text = pl.concat_str(pl.all(), separator="; ", ignore_nulls=True)
    return pl.DataFrame(parts).select(pl.when(listed).then(text).alias(column)).to_series()


@lru_cache(64)
def _texts(names: tuple[str, ...]) -> pl.Series:
    """For every set of these names, by the bits of its number, the names as one text; null for none."""
    texts = [""]
    for name in names:
        texts += [f"{text}; {name}" if text else name for text in texts]
    return pl.Series([text or None for text in texts], dtype=pl.String)
