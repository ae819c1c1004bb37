"""The answers in the folder of a batch: read lazily, part by part, whatever they were written as."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from ..alarms import scales_of
from ..case import Value
from ..expected import RANGE as RANGE
from ..rulebook import Rulebook, Term
from . import encoding
from .flags import ASK, SEPARATOR, Flags, asks
from .piece import for_polars
from .program import BROKEN_LAWS, CASE

EXPECTED = "expected "
BLANK = ("", "unknown")
OPEN, DISPUTED, GAP, WITHHELD = "not known yet", "disputed", "none given", "withheld"
SUFFIXES = (".parquet", ".ndjson", ".csv")
FRAMED = ("disputed", "gaps", BROKEN_LAWS)


@dataclass(frozen=True)
class Row:
    """One case of the answers: where it stands, its answer to one conclusion, and what was expected, if given."""

    part: Path
    number: int
    case: str
    answer: str
    expected: str | None = None


class Answers:
    """All parts of the answers in a folder, seen as one table that is never in memory as a whole."""

    def __init__(self, folder: Path, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.folder = folder
        self.flags = Flags(rulebook)
        found = sorted(path for path in (folder / "answers").glob("part-*") if path.suffix in SUFFIXES)
        self.parts = [path for path in found if path.stat().st_size]  # NDJSON of no case is an empty file

    @cached_property
    def expected(self) -> tuple[str, ...]:
        """The conclusions of one value that some part says the expected answer of, in the order of the rulebook."""
        columns = {name for part in self.parts for name in _columns(part)}
        terms = [term for term in self.rulebook.conclusions if term.single or term.takes_highest]
        return tuple(term.name for term in terms if EXPECTED + term.name in columns)

    def table(self) -> pl.LazyFrame:
        """Every part below the other: the cases with all conclusions, lists, rules, and expected answers as text.

        Each screening question is a flag, as `Flags` names it: whether it is open.
        """
        nobody = self._selected(pl.LazyFrame(schema={CASE: pl.String()}), {}).head(0)
        return pl.concat(list(self._tables.values()) or [nobody], how="vertical")

    @cached_property
    def _tables(self) -> dict[Path, pl.LazyFrame]:
        return {path: self._table(path) for path in self.parts}

    def _table(self, path: Path) -> pl.LazyFrame:
        return self._selected(*self._scan(path))

    def _selected(self, table: pl.LazyFrame, schema: "Schema") -> pl.LazyFrame:
        texts = [CASE, *(EXPECTED + name for name in self.expected)]
        columns = [_text(name, schema).alias(name) for name in texts]
        columns += [_framed(name, schema) for name in FRAMED]
        for term in self.rulebook.conclusions:
            if term.single:
                columns.append(_value(term.name, term, schema))
            elif term.takes_highest:
                columns += [_value(f"{term.name} {end}", term, schema) for end in ("at least", "at most")]
            elif term.domain.kind == "several":
                columns += [_flag(f"{term.name}: {value}", schema) for value in term.domain.values]
        asked = (_asked(name, question, schema) for name, question in self.flags.asked.items())
        return table.select(*columns, *asked, *(_flag(rule, schema) for rule in self.rulebook.rules))

    def _scan(self, path: Path) -> tuple[pl.LazyFrame, "Schema"]:
        if path.suffix == ".parquet":
            table = self.flags.answers(pl.scan_parquet(for_polars(path)))
        elif path.suffix == ".csv":
            table = pl.scan_csv(for_polars(path), infer_schema=False)
        else:
            flags = {*self.rulebook.rules, *self.flags.members}
            types = {name: pl.Boolean() if name in flags else pl.String() for name in _columns(path)}
            table = pl.scan_ndjson(for_polars(path), schema=types)
        return table, table.collect_schema()

    def differing(self, term: str, limit: int) -> tuple[Row, ...]:
        """The first cases whose answer is another than the expected one."""
        expected = expected_of(term)
        return self._rows(term, expected.is_not_null() & (expected != answer_of(self.rulebook.terms[term])), limit)

    def disputed(self, term: str, limit: int) -> tuple[Row, ...]:
        """The first cases in which the conclusion is disputed."""
        return self._rows(term, listed("disputed", term), limit)

    def breaking(self, law: str, limit: int) -> tuple[Row, ...]:
        """The first cases that break a law."""
        return self._rows("", listed(BROKEN_LAWS, law), limit)

    def alarmed(self, term: str, value: str, limit: int) -> tuple[Row, ...]:
        """The first cases that have an alarm for certain."""
        return self._rows(term, alarm_is_on(self.rulebook, term, value), limit)

    def _rows(self, term: str, wanted: pl.Expr, limit: int) -> tuple[Row, ...]:
        found: list[Row] = []
        expected = expected_of(term) if term in self.expected else pl.lit(None, pl.String)
        one = bool(term) and self.rulebook.terms[term].domain.kind != "several"
        answer = answer_of(self.rulebook.terms[term]) if one else pl.lit("" if term else WITHHELD)
        columns = {"case": pl.col(CASE), "answer": answer, "expected": expected}
        for path, table in self._tables.items():
            if len(found) == limit:
                break
            rows = table.with_row_index("number").filter(wanted)
            rows = rows.select("number", *(made.alias(name) for name, made in columns.items()))
            chosen = rows.head(limit - len(found)).collect(engine="streaming")
            found += [Row(path, *values) for values in chosen.select("number", *columns).iter_rows()]
        return tuple(found)

    def facts(self, rows: Sequence[Row]) -> dict[Row, dict[str, Value]]:
        """The findings that each of these cases rests on; a case whose findings were not kept is not there."""
        by_part: dict[Path, list[Row]] = {}
        for row in rows:
            by_part.setdefault(row.part, []).append(row)
        found: dict[Row, dict[str, Value]] = {}
        for part, wanted in by_part.items():
            path = self.folder / "findings" / part.with_suffix(encoding.SUFFIX).name
            if path.exists():
                found |= _facts(path, wanted, self.rulebook)
        return found


def _facts(path: Path, rows: Iterable[Row], rulebook: Rulebook) -> Iterator[tuple[Row, dict[str, Value]]]:
    table = encoding.read(path)
    for row in rows:
        values = table.row(row.number, named=True) if row.number < table.height else {}
        if values.get(CASE) == row.case:
            known = {term.name: values.get(term.name) for term in rulebook.findings}
            yield row, {name: value for name, value in known.items() if value is not None}


# --- columns ---------------------------------------------------------------------------------------------------------


def answer_of(term: Term) -> pl.Expr:
    """The answer to a conclusion of one value as text: the value, how far it is open, or why there is none."""
    if term.takes_highest:
        low, high = (pl.col(f"{term.name} {end}").cast(pl.String) for end in ("at least", "at most"))
        ends = pl.when(low == high).then(low).otherwise(pl.format("{}" + RANGE + "{}", low, high))
        return pl.when(low.is_null()).then(pl.lit(WITHHELD)).otherwise(ends)
    nothing = pl.when(breaking()).then(pl.lit(WITHHELD)).otherwise(pl.lit(OPEN))
    value = pl.col(term.name).cast(pl.String).fill_null(nothing)
    answer = pl.when(listed("gaps", term.name)).then(pl.lit(GAP)).otherwise(value)
    return pl.when(listed("disputed", term.name)).then(pl.lit(DISPUTED)).otherwise(answer)


def expected_of(term: str) -> pl.Expr:
    """The expected answer as text; null where there is none."""
    expected = pl.col(EXPECTED + term)
    return pl.when(~expected.is_in(BLANK)).then(expected)


def listed(column: str, name: str) -> pl.Expr:
    """Whether a framed list of names has the name."""
    return pl.col(column).str.contains(f"{SEPARATOR}{name}{SEPARATOR}", literal=True).fill_null(False)


def open_questions(answers: Answers) -> pl.Expr:
    """How many screening questions are open."""
    flags = [pl.col(name).cast(pl.UInt32) for name in answers.flags.asked]
    return pl.sum_horizontal(flags) if flags else pl.lit(0, pl.UInt32)


def breaking() -> pl.Expr:
    """Whether a case breaks a law, so that what is no alarm is withheld."""
    return pl.col(BROKEN_LAWS).is_not_null()


# --- alarms ----------------------------------------------------------------------------------------------------------


def alarms_of(rulebook: Rulebook) -> list[tuple[str, str]]:
    """Every alarm as a conclusion and its value: those of scales first, the worst before the others."""
    terms = sorted((term for term in rulebook.conclusions if term.alarms), key=lambda term: not term.takes_highest)
    return [
        (term.name, value) for term in terms for value in (term.alarms[::-1] if term.takes_highest else term.alarms)
    ]


def alarm_is_on(rulebook: Rulebook, name: str, value: str) -> pl.Expr:
    """Whether a case has an alarm for certain; where a scale says how bad it is, that alone counts."""
    term = rulebook.terms[name]
    return _reached(term, value) if term.takes_highest else _reached(term, value) & ~_on_a_scale(rulebook)


def alarm_may_come(rulebook: Rulebook, name: str, value: str) -> pl.Expr:
    """Whether a case has no alarm for certain, and this one at most, once all that is open is answered."""
    term = rulebook.terms[name]
    if term.takes_highest:
        return (pl.col(f"{name} at most") == value).fill_null(False) & ~_on_a_scale(rulebook)
    if any(one.takes_highest for one in rulebook.conclusions if one.alarms):
        return pl.lit(False)  # a scale says it
    if term.domain.kind == "several":
        return pl.col(f"{name}: {value}").is_null() & ~breaking()
    return pl.col(name).is_null() & ~listed("disputed", name) & ~listed("gaps", name) & ~breaking()


def _on_a_scale(rulebook: Rulebook) -> pl.Expr:
    reached = (_reached(term, value) for term in scales_of(rulebook) for value in term.alarms)
    return pl.any_horizontal(pl.lit(False), *reached)


def _reached(term: Term, value: str) -> pl.Expr:
    """Whether a value, a member or a step of a scale is reached for certain."""
    if term.domain.kind == "several":
        return pl.col(f"{term.name}: {value}").fill_null(False)
    name = f"{term.name} at least" if term.takes_highest else term.name
    return (pl.col(name) == value).fill_null(False)


def laws_broken(answers: pl.DataFrame) -> dict[str, int]:
    """How many cases of a table of answers break each law, and under the empty name how many break any."""
    broken = answers.get_column(BROKEN_LAWS).drop_nulls()
    names = broken.str.split(SEPARATOR).explode().value_counts(sort=True) if len(broken) else pl.DataFrame()
    return {**dict(names.iter_rows()), "": len(broken)} if len(broken) else {}


def _framed(name: str, schema: "Schema") -> pl.Expr:
    """A list of names with a separator at each end too; null, and so quick to look through, where it has none."""
    return pl.concat_str(pl.lit(SEPARATOR), _text(name, schema), pl.lit(SEPARATOR)).alias(name)


Schema = Mapping[str, pl.DataType]


def _columns(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return list(pl.read_parquet_schema(for_polars(path)))
    if path.suffix == ".csv":
        return pl.scan_csv(for_polars(path), infer_schema=False).collect_schema().names()
    return pl.read_ndjson(for_polars(path), n_rows=1).columns


def _text(name: str, schema: Schema) -> pl.Expr:
    """A column as text; a column of true and false says yes and no; one that is not there is null."""
    if name not in schema:
        return pl.lit(None, pl.String).alias(name)
    if schema[name] == pl.Boolean():
        return pl.when(pl.col(name)).then(pl.lit("yes")).when(~pl.col(name)).then(pl.lit("no"))
    return pl.col(name).cast(pl.String)


def _value(name: str, term: Term, schema: Schema) -> pl.Expr:
    return (pl.col(name) if name in schema else pl.lit(None)).cast(pl.Enum(term.domain.values)).alias(name)


def _flag(name: str, schema: Schema) -> pl.Expr:
    if name not in schema:
        return pl.lit(None, pl.Boolean).alias(name)
    return pl.col(name) if schema[name] == pl.Boolean() else pl.col(name) == "true"


def _asked(name: str, question: str, schema: Schema) -> pl.Expr:
    """Whether a question is open: a flag in Parquet, elsewhere and in files of before in a list."""
    if ASK in schema:
        return asks(question).alias(name)
    return pl.col(name) if schema.get(name) == pl.Boolean() else pl.lit(False).alias(name)
