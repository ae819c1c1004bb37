"""Rejected rows: the problem of a value is worded once for each distinct value of a column."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import polars as pl

from ..case import Case, Value
from ..circuit import CompiledRulebook
from ..rulebook import Law, Rulebook
from .doubts import AtFault, at_fault_of
from .facts import loose
from .json_lines import as_bytes, objects
from .program import CASE
from .reach import Reach
from .tables import Typed, beside, joined, table_of

BROKEN, WRONG, IMPOSSIBLE, TWICE = "broken", "wrong value", "impossible", "id used twice"
AT_ONCE = 1 << 14  # rejects that are text at a time


@dataclass(frozen=True)
class Rejects:
    """Rejected cases: `findings` has their ids and the answers that could be read, `at_fault` those with problems.

    `reasons` has for each the reason, its first problem as the inside of a JSON object, and where there are several
    all of them as a JSON list.
    """

    findings: pl.DataFrame
    reasons: pl.DataFrame
    at_fault: AtFault

    @property
    def count(self) -> int:
        """How many cases."""
        return int(self.reasons.height)

    def counts(self) -> dict[str, int]:
        """How many for which reason."""
        return dict(self.reasons["reason"].value_counts().iter_rows())


class Descriptions(Protocol):
    """Words for what is wrong, as the inside of a JSON object without the place."""

    def fault(self, name: str, value: Any) -> str:
        """What is wrong with a value that stands in a column."""

    def differs(self, name: str, own: Any, text: str) -> str:
        """That a row says another thing than the name of its folder."""

    def impossible(self, law: Law, facts: Mapping[str, Value]) -> str:
        """What is wrong with facts that cannot be."""

    def twice(self, name: str, times: int) -> str:
        """That an id is used so many times."""

    def placed(self, line: int, problem: str) -> str:
        """A problem with its place in the file."""


def split_rejects(
    typed: Typed, lines: Any, times: Any, extra: bool, describe: Descriptions
) -> tuple[pl.DataFrame, Rejects]:
    """The good rows with what is passed through, and the rejected ones.

    `lines` has the line of each row, and `times` how often its id is used.
    """
    whole = beside(typed.findings, typed.passed if extra else typed.passed.drop(typed.unknown))
    odd: Any = np.zeros(whole.height, np.bool_)
    in_folders = (fault.wrong for fault in typed.folder)
    for truth in (*typed.faults.values(), *typed.impossible.values(), *in_folders):
        odd |= truth.to_numpy()
    odd |= times > 0
    rows: Any = np.flatnonzero(odd)
    if not len(rows):
        return whole, Rejects(pl.DataFrame(), reasons_of([]), typed.at_fault.of(pl.Series(rows)))
    seen = _Seen(typed, rows)
    problems: list[list[str]] = [[] for _ in rows]
    reasons = [IMPOSSIBLE] * len(rows)
    for place in np.flatnonzero(times[rows] > 0).tolist():
        problems[place].append(describe.twice(seen.findings[CASE][place], int(times[rows[place]])))
        reasons[place] = TWICE
    for place, name, value in seen.faults():
        problems[place].append(describe.fault(name, value))
        reasons[place] = WRONG if reasons[place] == IMPOSSIBLE else reasons[place]
    for place, name, text, own in seen.in_folders():
        problems[place].append(describe.differs(name, own, text) if own is not None else describe.fault(name, text))
        reasons[place] = WRONG if reasons[place] == IMPOSSIBLE else reasons[place]
    for place, law, facts in seen.impossible(typed.laws):
        problems[place].append(describe.impossible(law, facts))
    numbers = lines[rows].tolist()
    placed = [[describe.placed(line, one) for one in some] for line, some in zip(numbers, problems, strict=True)]
    return whole.filter(pl.Series(~odd)), Rejects(*seen.left(typed.laws, reasons_of(zip(reasons, placed, strict=True))))


def reasons_of(cases: Iterable[tuple[str, Sequence[str]]]) -> pl.DataFrame:
    """The table of why cases are rejected: for each a reason and its problems as the insides of JSON objects."""
    rows = [
        (reason, problems[0], f"[{', '.join(f'{{{one}}}' for one in problems)}]" if len(problems) > 1 else None)
        for reason, problems in cases
    ]
    return pl.DataFrame(rows, schema={"reason": pl.String, "first": pl.String, "all": pl.String}, orient="row")


def rejects_of(rulebook: Rulebook, cases: Sequence[Case], reasons: pl.DataFrame) -> Rejects:
    """Cases that were read one by one."""
    findings = table_of(rulebook, [case.id for case in cases], [case.facts for case in cases])
    return Rejects(findings, reasons, at_fault_of(rulebook.terms, cases))


class _Seen:
    """The odd rows of a table."""

    def __init__(self, typed: Typed, rows: Any) -> None:
        stays = pl.Series(rows)
        self.raw = {name: loose(typed.raw[name]).gather(stays) for name in typed.faults}
        self.odd = typed.odd
        self.rows = rows
        self.found = {name: truth.gather(stays) for name, truth in typed.faults.items()}
        self.laws = {name: truth.gather(stays) for name, truth in typed.impossible.items()}
        self.folder = typed.folder
        self.findings = typed.findings[stays]
        self.at_fault = typed.at_fault.of(stays)

    def faults(self) -> Iterator[tuple[int, str, Any]]:
        for name, found in self.found.items():
            places, odd = found.arg_true(), self.odd.get(name, {})
            for place, value in zip(places.to_list(), self.raw[name].gather(places).to_list(), strict=True):
                yield place, name, odd.get(int(self.rows[place]), value)

    def in_folders(self) -> Iterator[tuple[int, str, str, Any]]:
        for fault in self.folder:
            for place in np.flatnonzero(fault.wrong.to_numpy()[self.rows]).tolist():
                yield place, fault.name, fault.text, None if fault.own is None else fault.own[int(self.rows[place])]

    def impossible(self, laws: Mapping[str, Law]) -> Iterator[tuple[int, Law, dict[str, Value]]]:
        for name, holds in self.laws.items():
            law, places = laws[name], holds.arg_true()
            terms = law.condition.terms()
            facts = self.findings.select([term for term in self.findings.columns if term in terms])[places]
            for place, row in zip(places.to_list(), facts.rows(named=True), strict=True):
                yield place, law, {term: value for term, value in row.items() if value is not None}

    def left(self, laws: Mapping[str, Law], reasons: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, AtFault]:
        """The findings without those that together cannot be, with their reasons, and what has a problem."""
        withheld: dict[str, pl.Series] = {}
        for name, holds in self.laws.items():
            for term in laws[name].condition.terms() & set(self.findings.columns) if holds.any() else ():
                wrong = holds & self.findings[term].is_not_null()
                withheld[term] = withheld[term] | wrong if term in withheld else wrong
        findings = self.findings.with_columns(
            pl.when(~truth).then(pl.col(term)).alias(term) for term, truth in withheld.items()
        )
        doubted = self.at_fault.doubted
        doubted = doubted.with_columns(
            (truth | doubted[term] if term in doubted.columns else truth).alias(term)
            for term, truth in withheld.items()
        )
        return findings, reasons, AtFault(self.at_fault.meant, doubted)


# --- as lines --------------------------------------------------------------------------------------------------------


class RejectsWriter:
    """Writes rejected cases, the worst first."""

    def __init__(self, compiled: CompiledRulebook) -> None:
        self.reach = Reach(compiled)

    def write(self, some: Sequence[Rejects], path: Path) -> list[list[int]]:
        """Write the rejects as lines; gives back where those of each level stand: level, start, length."""
        levels: dict[int, list[int]] = {}
        with path.open("wb") as file:
            if some:
                reasons, findings = pl.concat([one.reasons for one in some]), joined([one.findings for one in some])
                least, most = self.reach.figures(findings, _all(some), reasons["reason"] == BROKEN)
                level = self.reach.levels(least, most) if self.reach.scales else np.zeros(reasons.height, np.int64)
                for number in np.unique(level)[::-1].tolist():
                    start = file.tell()
                    rows = np.flatnonzero(level == number)
                    for first in range(0, len(rows), AT_ONCE):
                        group = pl.Series(rows[first : first + AT_ONCE])
                        ends = (_ends(one, group) for one in (least, most))
                        file.write(as_bytes(_lines(findings[group], reasons[group], *ends)))
                    levels[number] = [start, file.tell() - start]
        return [[number, *place] for number, place in levels.items()]


def _all(some: Sequence[Rejects]) -> AtFault:
    doubted = joined([one.at_fault.doubted for one in some])
    return AtFault(
        joined([one.at_fault.meant for one in some]), doubted.with_columns(pl.all().exclude(CASE).fill_null(False))
    )


def _ends(reached: pl.DataFrame, rows: pl.Series) -> pl.Series:
    """The step of each scale as a JSON object, null where it is not known."""
    if not reached.width:
        return pl.Series(["{}"] * len(rows))
    nothing = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: null" for name in reached.columns)
    texts: pl.Series = objects(reached[rows]).replace("{}", f"{{{nothing}}}")
    return texts


def _lines(findings: pl.DataFrame, reasons: pl.DataFrame, least: pl.Series, most: pl.Series) -> pl.Series:
    nobody = pl.Series(["{}"] * reasons.height)
    texts = {
        "case": objects(findings.select(CASE)).str.head(-1),
        "first": reasons["first"],
        "reason": objects(reasons.select("reason")).str.slice(1).str.head(-1),
        "least": '"at least": ' + least,
        "most": '"at most": ' + most,
        "facts": '"facts": ' + (objects(findings.drop(CASE)) if findings.width > 1 else nobody),
        "all": '"problems": ' + reasons["all"],
    }
    inside = pl.concat_str(pl.all(), separator=", ", ignore_nulls=True)
    return pl.DataFrame(texts).select(pl.concat_str(inside, pl.lit("}"))).to_series()
