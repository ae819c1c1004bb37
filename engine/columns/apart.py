"""Rows set apart from the good ones: what is told of each fault is found once for each value that stands there."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import polars as pl

from ..case import Value
from ..rulebook import Law, Rulebook
from .facts import loose
from .lines import as_bytes, objects
from .program import CASE, Program
from .tables import Typed, beside, joined, table_of

BROKEN, WRONG, IMPOSSIBLE, TWICE = "broken", "wrong value", "impossible", "id used twice"
AT_ONCE = 1 << 14  # rejects that are text at a time


@dataclass(frozen=True)
class Apart:
    """Cases set apart: `findings` has their ids and what stands of them.

    `told` has for each the reason, its first problem as the inside of a JSON object, and where there are several all of
    them as a JSON list.
    """

    findings: pl.DataFrame
    told: pl.DataFrame

    @property
    def count(self) -> int:
        """How many cases."""
        return int(self.told.height)

    def reasons(self) -> dict[str, int]:
        """How many for which reason."""
        return dict(self.told["reason"].value_counts().iter_rows())


class Teller(Protocol):
    """Tells what is wrong, as the inside of a JSON object without the place."""

    def fault(self, name: str, value: Any) -> str:
        """What is wrong with a value that stands in a column."""

    def impossible(self, law: Law, facts: Mapping[str, Value]) -> str:
        """What is wrong with facts that cannot be."""

    def twice(self, name: str, times: int) -> str:
        """That an id is used so many times."""

    def placed(self, line: int, told: str) -> str:
        """A problem with its place in the file."""


def parted(typed: Typed, lines: Any, times: Any, extra: bool, tell: Teller) -> tuple[pl.DataFrame, Apart]:
    """The good rows with what is passed through, and those set apart.

    `lines` has the line of each row, and `times` how often its id is used.
    """
    whole = beside(typed.findings, typed.passed if extra else typed.passed.drop(typed.unknown))
    odd: Any = np.zeros(whole.height, np.bool_)
    for truth in (*typed.faults.values(), *typed.impossible.values()):
        odd |= truth.to_numpy()
    odd |= times > 0
    rows: Any = np.flatnonzero(odd)
    if not len(rows):
        return whole, Apart(pl.DataFrame(), told_of([]))
    seen = _Seen(typed, rows)
    problems: list[list[str]] = [[] for _ in rows]
    reasons = [IMPOSSIBLE] * len(rows)
    for place in np.flatnonzero(times[rows] > 0).tolist():
        problems[place].append(tell.twice(seen.findings[CASE][place], int(times[rows[place]])))
        reasons[place] = TWICE
    for place, name, value in seen.faults():
        problems[place].append(tell.fault(name, value))
        reasons[place] = WRONG if reasons[place] == IMPOSSIBLE else reasons[place]
    for place, law, facts in seen.impossible(typed.laws):
        problems[place].append(tell.impossible(law, facts))
    numbers = lines[rows].tolist()
    placed = [[tell.placed(line, one) for one in some] for line, some in zip(numbers, problems, strict=True)]
    return whole.filter(pl.Series(~odd)), Apart(seen.left(typed.laws), told_of(zip(reasons, placed, strict=True)))


def told_of(cases: Iterable[tuple[str, Sequence[str]]]) -> pl.DataFrame:
    """The table of what is told of cases: for each a reason and its problems as the insides of JSON objects."""
    rows = [
        (reason, problems[0], f"[{', '.join(f'{{{one}}}' for one in problems)}]" if len(problems) > 1 else None)
        for reason, problems in cases
    ]
    return pl.DataFrame(rows, schema={"reason": pl.String, "first": pl.String, "all": pl.String}, orient="row")


def apart_of(rulebook: Rulebook, ids: Sequence[str], facts: Sequence[Mapping[str, Value]], told: pl.DataFrame) -> Apart:
    """Cases that were read one by one."""
    return Apart(table_of(rulebook, ids, facts), told)


class _Seen:
    """The odd rows of a table."""

    def __init__(self, typed: Typed, rows: Any) -> None:
        stays = pl.Series(rows)
        self.raw = {name: loose(typed.raw[name]).gather(stays) for name in typed.faults}
        self.odd = {name: {row: cells.get(row) for row in rows.tolist()} for name, cells in typed.odd.items()}
        self.rows = rows
        self.found = {name: truth.gather(stays) for name, truth in typed.faults.items()}
        self.laws = {name: truth.gather(stays) for name, truth in typed.impossible.items()}
        self.findings = typed.findings[stays]

    def faults(self) -> Iterator[tuple[int, str, Any]]:
        for name, found in self.found.items():
            places, odd = found.arg_true(), self.odd.get(name, {})
            for place, value in zip(places.to_list(), self.raw[name].gather(places).to_list(), strict=True):
                yield place, name, odd.get(int(self.rows[place]), value)

    def impossible(self, laws: Mapping[str, Law]) -> Iterator[tuple[int, Law, dict[str, Value]]]:
        for name, holds in self.laws.items():
            law, places = laws[name], holds.arg_true()
            terms = law.condition.terms()
            facts = self.findings.select([term for term in self.findings.columns if term in terms])[places]
            for place, row in zip(places.to_list(), facts.rows(named=True), strict=True):
                yield place, law, {term: value for term, value in row.items() if value is not None}

    def left(self, laws: Mapping[str, Law]) -> pl.DataFrame:
        """The findings without those that together cannot be."""
        at_fault: dict[str, pl.Series] = {}
        for name, holds in self.laws.items():
            if holds.any():
                for term in laws[name].condition.terms() & set(self.findings.columns):
                    at_fault[term] = at_fault[term] | holds if term in at_fault else holds
        return self.findings.with_columns(
            pl.when(~pl.Series(truth)).then(pl.col(term)).alias(term) for term, truth in at_fault.items()
        )


# --- as lines --------------------------------------------------------------------------------------------------------


class Rejected:
    """Writes cases that are set apart, the most urgent first."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.scales = [term for term in program.rulebook.conclusions if term.takes_highest]

    def write(self, some: Sequence[Apart], path: Path) -> list[list[int]]:
        """Write the rejects as lines; gives back where those of each level stand: level, start, length."""
        levels: dict[int, list[int]] = {}
        with path.open("wb") as file:
            if some:
                told, findings = pl.concat([one.told for one in some]), joined([one.findings for one in some])
                least = self._least(findings)
                level = self._level(findings, least)
                for number in np.unique(level)[::-1].tolist():
                    start = file.tell()
                    rows = np.flatnonzero(level == number)
                    for first in range(0, len(rows), AT_ONCE):
                        group = pl.Series(rows[first : first + AT_ONCE])
                        file.write(
                            as_bytes(_lines(findings[group], told[group], least[group] if least.width else least))
                        )
                    levels[number] = [start, file.tell() - start]
        return [[number, *place] for number, place in levels.items()]

    def _least(self, findings: pl.DataFrame) -> pl.DataFrame:
        """The lower end of every scale; null where nothing is known of a case."""
        frame = self.program.evaluate(findings, restricted=False).select(
            pl.col(f"{term.name} at least").alias(term.name) for term in self.scales
        )
        known = findings.select(pl.any_horizontal(False, pl.all().exclude(CASE).is_not_null())).to_series()
        return frame.with_columns(pl.when(known).then(pl.all()).name.keep()) if self.scales else pl.DataFrame()

    def _level(self, findings: pl.DataFrame, least: pl.DataFrame) -> Any:
        """How urgent: twice the place of the highest value; what nothing is known of stands above the lowest."""
        level = np.zeros(findings.height, np.int64)
        for term in self.scales:
            places = least[term.name].to_physical().cast(pl.Int64) * 2
            level = np.maximum(level, places.fill_null(1).to_numpy())
        return level


def _lines(findings: pl.DataFrame, told: pl.DataFrame, least: pl.DataFrame) -> pl.Series:
    nothing = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: null" for name in least.columns)
    nobody = pl.Series(["{}"] * told.height)
    ends = objects(least).replace("{}", f"{{{nothing}}}") if least.width else nobody
    texts = {
        "case": objects(findings.select(CASE)).str.head(-1),
        "first": told["first"],
        "reason": objects(told.select("reason")).str.slice(1).str.head(-1),
        "least": '"at least": ' + ends,
        "facts": '"facts": ' + (objects(findings.drop(CASE)) if findings.width > 1 else nobody),
        "all": '"problems": ' + told["all"],
    }
    inside = pl.concat_str(pl.all(), separator=", ", ignore_nulls=True)
    return pl.DataFrame(texts).select(pl.concat_str(inside, pl.lit("}"))).to_series()
