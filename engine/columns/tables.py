"""Tables of cases: columns of any type as typed findings, where they are odd, and the answers with all they say."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from ..case import Value
from ..errors import Place, Problem
from ..expected import answer_text, read_expected
from ..facts import EXPECTED, Misnamed, Misspelt, read_name, text_of, tidy
from ..none_of_these import NONE_OF_THESE
from ..rulebook import Law, Rulebook, Term
from .doubts import AtFault, Doubts, FolderFault, with_folder
from .facts import is_plain, loose, read_column, says_something
from .flags import ASK
from .frame import Rows
from .impossible import Impossible
from .lists import as_text_list
from .none_of_these import Groups, with_texts
from .piece import REPEATED
from .program import BROKEN_LAWS, Program, dtype_of
from .program import CASE as CASE

Table = pl.DataFrame
ASIDE = ("says", "source")  # a case may have them, and no answer rests on them
GIVEN = " (given)"
Odd = Mapping[int, Any]
NOTHING_ODD: Mapping[str, Odd] = {}
NO_FOLDER: Mapping[str, str | None] = {}
_EXACT = 1 << 53  # whole numbers beyond which a float leaves some out
_UNSHOWN = r"[\p{C}\p{Z}&&[^ ]]|  |^ | $"


@dataclass(frozen=True)
class Typed:
    """A table read: as it is written, the typed findings with their ids, what is passed through, and what is wrong.

    `faults` has for a column, and `impossible` for one of the `laws` about patients, a truth for each row; `unknown`
    names the columns that are no findings, and are passed through; `odd` has by column and row what stands in cells
    without a text; `folder` is what is wrong with the names of folders.
    """

    raw: pl.DataFrame
    findings: pl.DataFrame
    passed: pl.DataFrame
    faults: Mapping[str, pl.Series]
    impossible: Mapping[str, pl.Series]
    laws: Mapping[str, Law]
    unknown: tuple[str, ...]
    odd: Mapping[str, Odd]
    at_fault: AtFault
    folder: Sequence[FolderFault] = ()


class Reading:
    """A rulebook's findings, ready to be read from tables."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.impossible = Impossible(rulebook) if rulebook.impossible else None
        self.findings = {term.name: term for term in rulebook.findings}
        self.types = {term.name: dtype_of(term) for term in rulebook.findings}

    def read(
        self,
        raw: pl.DataFrame,
        stem: str,
        lines: Any,
        refuse: bool = False,
        odd: Mapping[str, Odd] = NOTHING_ODD,
        folder: Mapping[str, str | None] = NO_FOLDER,
    ) -> Typed:
        """The typed table of a raw one; a case without an id is named after its file and line.

        `refuse` makes a fault of what stands in columns that are no findings, as always in those that were split;
        `odd` has by column and row what stands in cells without a text, which are faults; `folder` is what the names of
        folders say of all rows.
        """
        beside = {name: text for name, text in folder.items() if name not in self.findings}
        raw, beside_folder = _beside_folder(with_texts(_named(raw)), beside)
        ids, strange = _ids(raw[CASE], stem, lines) if CASE in raw.columns else (numbered(stem, lines), None)
        columns = _Columns(self.rulebook, raw.height, odd, refuse)
        columns.fault(CASE, strange)
        for name in raw.columns:
            if name in self.findings:
                columns.finding(self.findings[name], raw[name])
            elif name == NONE_OF_THESE or name.startswith(EXPECTED):
                typed, wrong = self._beside(raw[name], odd.get(name, {}))
                columns.passed.append(typed)
                columns.fault(name, wrong)
            elif name in self.rulebook.terms:
                columns.fault(name, says_something(raw[name]))
            elif name not in (CASE, *ASIDE):
                columns.not_a_finding(name, raw[name])
        typed_so_far = pl.DataFrame([ids, *columns.findings])
        findings, at_fault, in_rows = with_folder(self.findings, *columns.doubts.settle(typed_so_far), folder)
        findings, no_groups = self._groups_answered(findings, at_fault, raw)
        return Typed(
            raw,
            findings,
            passed=pl.DataFrame(columns.passed),
            faults=columns.faults | no_groups,
            impossible=self._impossible(findings),
            laws=self.rulebook.impossible,
            unknown=tuple(columns.unknown),
            odd=odd,
            at_fault=at_fault,
            folder=(*beside_folder, *in_rows),
        )

    def _groups_answered(
        self, findings: pl.DataFrame, at_fault: AtFault, raw: pl.DataFrame
    ) -> tuple[pl.DataFrame, dict[str, pl.Series]]:
        """The findings with what "none of these" adds, and where it has what is not a group."""
        if NONE_OF_THESE not in raw.columns:
            return findings, {}
        findings, wrong = self.groups.answer(findings, at_fault.doubted, raw[NONE_OF_THESE])
        return findings, {} if wrong is None else {NONE_OF_THESE: wrong}

    @cached_property
    def groups(self) -> Groups:
        """The groups of questions, made ready when a table first says "none of these"."""
        return Groups(self.rulebook)

    def _impossible(self, found: pl.DataFrame) -> dict[str, pl.Series]:
        """Which rows contradict which assumption about patients."""
        return {} if self.impossible is None else self.impossible.contradicted(found)

    def _beside(self, column: pl.Series, odd: Odd) -> tuple[pl.Series, pl.Series]:
        """What is passed through as text: an expected answer, or groups, which are read when all findings are."""
        if column.name == NONE_OF_THESE:
            return column, pl.repeat(False, len(column), dtype=pl.Boolean, eager=True)
        return self._expected(column, odd)

    def _expected(self, column: pl.Series, odd: Odd) -> tuple[pl.Series, pl.Series]:
        """What the answer should be, as text; odd where the conclusion has no such value."""
        term = self.rulebook.terms.get(column.name.removeprefix(EXPECTED))
        there = loose(column).is_not_null().scatter(list(odd), True)
        if term is None or term.finding or term.built_in:
            return as_text(column), there
        if is_plain(column) and not odd:
            column = loose(column)
            different = column.drop_nulls().unique()
            return _gathered(column, different, [_expected_text(term, one) for one in different.to_list()])
        rows = pl.Series(range(len(column)), dtype=pl.Int64)
        given = [odd.get(row, value) for row, value in enumerate(column.to_list())]
        return _gathered(rows.alias(column.name), rows, [_expected_text(term, one) for one in given])


class _Columns:
    """The columns of one table, each read by what its name is: what they say, and the faults in them."""

    def __init__(self, rulebook: Rulebook, height: int, odd: Mapping[str, Odd], refuse: bool) -> None:
        self.rulebook, self.refuse = rulebook, refuse
        self.findings, self.passed, self.unknown = list[pl.Series](), list[pl.Series](), list[str]()
        self.faults = {
            name: pl.Series(np.isin(np.arange(height), list(cells)))
            for name, cells in odd.items()
            if not name.startswith(EXPECTED)
        }
        about_patient = {name: wrong for name, wrong in self.faults.items() if not _is_aside(name)}
        self.doubts = Doubts(rulebook, about_patient)

    def fault(self, name: str, wrong: pl.Series | None) -> None:
        """Note where a column is wrong, beside where it was already."""
        if wrong is not None and wrong.any():
            wrong = wrong.fill_null(False)
            self.faults[name] = self.faults[name] | wrong if name in self.faults else wrong

    def finding(self, term: Term, column: pl.Series) -> None:
        """Read the answers to a question."""
        read = read_column(term, column)
        self.findings.append(read.facts)
        if read.wrong is not None:
            self.doubts.value(term.name, read.wrong, read.meant)
        self.fault(term.name, read.wrong)

    def not_a_finding(self, name: str, column: pl.Series) -> None:
        """Pass a column through; where it must not be ignored, what stands in it is a fault.

        No answer under a finding's former name is ignored, and no name that is nearly a finding's is trusted.
        """
        self.unknown.append(name)
        self.passed.append(column)
        if not self.refuse and name not in self.rulebook.names_of_before:
            return
        wrong = says_something(column)
        if wrong.any() and isinstance(found := read_name(self.rulebook, name), Misnamed):
            self.doubts.name(found, column, wrong)
        self.fault(name, wrong)


def _gathered(
    column: pl.Series, keys: pl.Series, texts: Sequence[str | Misspelt | None]
) -> tuple[pl.Series, pl.Series]:
    """What is found of some keys, for each row; and where that is a fault."""
    if not len(keys):
        return pl.Series(column.name, [None] * len(column), pl.String), pl.Series([False] * len(column))
    values = [None if isinstance(text, Misspelt) else text for text in texts]
    found = column.replace_strict(keys, values, default=None, return_dtype=pl.String)
    bad = [isinstance(text, Misspelt) for text in texts]
    return found, column.replace_strict(keys, bad, default=False, return_dtype=pl.Boolean)


def _expected_text(term: Term, raw: Any) -> str | Misspelt | None:
    """An expected answer as text, or what is wrong with it."""
    if raw is REPEATED:
        return Misspelt(Problem(Place(""), "stands here twice"))
    answer = read_expected(term, raw)
    return answer if isinstance(answer, Misspelt) else answer_text(answer)


def _is_aside(name: str) -> bool:
    """Whether a column says nothing of the patient: the id, the words about the case, what was expected."""
    return name in (CASE, *ASIDE) or name.startswith(EXPECTED)


def _named(raw: pl.DataFrame) -> pl.DataFrame:
    """The table with the names of its columns as `tidy` has them."""
    names = {name: tidy(name) for name in raw.columns}
    return raw.rename({name: new for name, new in names.items() if new != name})


def _beside_folder(raw: pl.DataFrame, folder: Mapping[str, str | None]) -> tuple[pl.DataFrame, list[FolderFault]]:
    """The table with what folders say of columns that are no findings, and where its rows say otherwise."""
    faults = []
    for name, text in folder.items():
        by_folder = pl.Series(name, [text], pl.String).new_from_index(0, raw.height)
        if name not in raw.columns:
            raw = raw.with_columns(by_folder)
        elif text is not None:
            in_row = as_text(raw[name])
            empty = ~says_something(in_row)
            if empty.any():
                raw = raw.with_columns(in_row.zip_with(~empty, by_folder))
            wrong = ~empty & (in_row != by_folder).fill_null(False)
            faults += [FolderFault(name, wrong, text, in_row)] if wrong.any() else []
    return raw, faults


def numbered(stem: str, lines: Any) -> pl.Series:
    """The names of cases without an id: where they stand in their file."""
    names: pl.Series = pl.select((pl.lit(f"{stem}:") + pl.Series(lines).cast(pl.String)).alias(CASE)).to_series()
    return names


def _ids(column: pl.Series, stem: str, lines: Any) -> tuple[pl.Series, pl.Series | None]:
    """The ids as text on one line, as a single case has it, the name where there is none; and where one is not text."""
    if not (is_plain(column) or column.dtype.is_temporal() or column.dtype == pl.Null):
        return numbered(stem, lines), column.is_not_null()
    exact = column.map_elements(text_of, pl.String) if column.dtype.is_decimal() else loose(column)
    text = texts_of_ids(exact)
    strange = text.str.contains(_UNSHOWN).fill_null(False)
    if strange.any():
        shown = text.filter(strange).map_elements(_shown, pl.String)
        text = text.scatter(strange.arg_true(), shown)
    if text.null_count() or bool((text == "").any()):
        text = text.zip_with((text != "").fill_null(False), numbered(stem, lines))
    return text.alias(CASE), None


def texts_of_ids(column: pl.Series) -> pl.Series:
    """Ids as text, a whole number without a point, in composed Unicode."""
    if column.dtype.is_float():
        if bool(((column == column.floor()) & (column.abs() < _EXACT)).all()):
            column = column.cast(pl.Int64)
        else:
            column = column.map_elements(text_of, pl.String)
    text: pl.Series = column.cast(pl.String, strict=False)
    plain = bool((text.str.len_bytes() == text.str.len_chars()).all())
    composed: pl.Series = text if plain else text.str.normalize("NFC")
    return composed


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))


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
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Duration):
        return pl.Series(column.name, [None if value is None else str(value) for value in column.to_list()], pl.String)
    text: pl.Series = column.cast(pl.String)
    return text


def beside(first: pl.DataFrame, second: pl.DataFrame, kept: Collection[str] = ()) -> pl.DataFrame:
    """Two tables of the same rows as one; a name that the first has already, or that is kept for it, is changed."""
    taken = {*first.columns, *second.columns, *kept}
    own = {*first.columns, *kept}
    renamed = {name: given_name(name, taken) for name in second.columns if name in own}
    return first.hstack(second.rename(renamed)) if second.width else first


def given_name(name: str, taken: Collection[str]) -> str:
    """How a column is called that was given, and may not keep its name."""
    name = f"{name}{GIVEN}"
    return given_name(name, taken) if name in taken else name


# --- the answers -----------------------------------------------------------------------------------------------------


class Answering(Program):
    """A program whose answers say also what is disputed, the gaps, which laws are broken, and what to ask first."""

    def answers(self, table: pl.DataFrame, trace: str) -> pl.DataFrame:
        """The answers of `evaluate` with four lists of names before the rules; which wait if all is traced."""
        return plain_answers(self.frame.of(table), trace)

    def flags(self, table: pl.DataFrame, trace: str) -> pl.DataFrame:
        """The same answers in the columns that `Flags` has of them."""
        return flag_answers(self.frame.of(table), trace)


def plain_answers(rows: Rows, trace: str) -> pl.DataFrame:
    """What `Answering.answers` gives, of cases that are decided."""
    ask = as_text_list(ASK, rows.unanswered(), rows.height)
    return pl.DataFrame([*rows.ids(), *rows.conclusions(), *_lists(rows), ask, *_rules(rows, trace)])


def flag_answers(rows: Rows, trace: str) -> pl.DataFrame:
    """What `Answering.flags` gives, of cases that are decided."""
    return pl.DataFrame([*rows.ids(), *rows.as_flags(), *_lists(rows), *rows.asked(), *_rules(rows, trace)])


def _lists(rows: Rows) -> Iterator[pl.Series]:
    """What is disputed, the gaps, and the broken laws."""
    listed = {"disputed": rows.disputed(), "gaps": rows.gaps(), BROKEN_LAWS: rows.broken}
    return (as_text_list(column, bitmaps, rows.height) for column, bitmaps in listed.items())


def _rules(rows: Rows, trace: str) -> Iterator[pl.Series]:
    """Which rules fire; which wait if all is traced."""
    yield from rows.fires()
    if trace == "full":
        yield from rows.waits()
