"""Cases that are rejected, and what is said of each."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ...case import Case, Value
from ...columns.piece import REPEATED, Strange
from ...columns.rejects import BROKEN, IMPOSSIBLE, TWICE, WRONG, Rejects, reasons_of, rejects_of
from ...columns.tables import ASIDE, CASE
from ...errors import Place, Problem, listed
from ...facts import EXPECTED, cannot_be, differs
from ...loader.cases import CaseEntry, fault_of
from ...mapping import ColumnMapping
from ...rulebook import Law, Rulebook

MANY = 1 << 16  # values of which it is kept what is wrong with them


class Sorting:
    """Finds out what is wrong with cases, and tells it."""

    def __init__(self, rulebook: Rulebook, unique: bool, mapping: ColumnMapping | None = None) -> None:
        self.rulebook = rulebook
        self.columns = mapping.findings if mapping else {}
        self.assumptions = tuple(law.says for law in rulebook.impossible.values())
        self.where = "in the inputs" if unique else "in this file"
        self.fault: Callable[[str, Any], str] = lru_cache(MANY, typed=True)(self.read_fault)

    def rows_of(self, file: str) -> "Rows":
        """What is said of the rows of a file."""
        return Rows(self, file)

    def read_fault(self, name: str, value: object) -> str:
        """What is wrong with a value that stands in a column."""
        if value is REPEATED:
            return _inside(Problem(Place(""), f"{name[:80]!r} stands here twice", "each key once"))
        if isinstance(value, Strange):
            return _inside(Problem(Place(""), f"{name[:80]!r} has {value.there}", value.expected))
        if name in (CASE, *ASIDE):
            return _inside(Problem(Place(""), f"`{name}` is not text", "one text"))
        problem = fault_of(CaseEntry(name, value, Place("")), self.rulebook)
        assert problem is not None, f"{name}: {value!r} was found to be a fault, and is none"
        columns = [repr(column[:80]) for column in self.columns.get(name, ()) if column != name]
        return _inside(
            replace(problem, there=f"{problem.there}, in the column {listed(columns)}") if columns else problem
        )

    def cases(self, cases: Sequence[Case], times: Sequence[int]) -> tuple[list[Case], Rejects]:
        """The good ones of cases that were read one by one, and those set apart; `times`: how often each id is used."""
        judged = [self._judged(case, number) for case, number in zip(cases, times, strict=True)]
        good = [case for case, (_, problems) in zip(cases, judged, strict=True) if not problems]
        bad = [case for case, (_, problems) in zip(cases, judged, strict=True) if problems]
        rows = [(reason, [_whole(problem) for problem in problems]) for reason, problems in judged if problems]
        return good, rejects_of(self.rulebook, bad, reasons_of(rows))

    def broken(self, problems: Sequence[Problem]) -> Rejects:
        """Lines or files that could not be read."""
        rows = [(BROKEN, [_whole(problem)]) for problem in problems]
        unread = [Case(str(problem.place), {}, unread=True) for problem in problems]
        return rejects_of(self.rulebook, unread, reasons_of(rows))

    def _judged(self, case: Case, times: int) -> tuple[str, tuple[Problem, ...]]:
        if case.unread:
            return BROKEN, case.problems
        if times:
            return TWICE, (replace(self.used(case.id, times), place=case.place or Place("")), *case.problems)
        first = case.problems[0].there if case.problems else ""
        return IMPOSSIBLE if self.assumptions and first.startswith(self.assumptions) else WRONG, case.problems

    def used(self, name: str, times: int) -> Problem:
        """That an id is used by several cases."""
        return Problem(Place(""), f"the id {name[:80]!r} is used {times} times {self.where}", "an id of its own")


class Rows:
    """Tells what is wrong with rows of one file, as JSON has it."""

    def __init__(self, sorting: Sorting, file: str) -> None:
        self.sorting = sorting
        self.file = json.dumps(file, ensure_ascii=False)
        self.kept: dict[tuple[object, ...], str] = {}

    def fault(self, name: str, value: object) -> str:
        """What is wrong with a value that stands in a column; lists and the like are all wrong alike."""
        if not isinstance(value, list | dict):
            return self.sorting.fault(name, value)
        return self.sorting.read_fault(name, value) if name.startswith(EXPECTED) else self.sorting.fault(name, ())

    def differs(self, name: str, own: object, text: str) -> str:
        """That a row says another thing than the name of its folder."""
        return _inside(differs(name, own, text, Place("")))

    def impossible(self, law: Law, facts: Mapping[str, Value]) -> str:
        """What is wrong with facts that cannot be."""
        key = (law.id, *facts.items())
        if key not in self.kept:
            self.kept[key] = _inside(cannot_be(law, facts, Place("")))
        return self.kept[key]

    def twice(self, name: str, times: int) -> str:
        """That an id is used so many times."""
        return _inside(self.sorting.used(name, times))

    def placed(self, line: int, problem: str) -> str:
        """A problem with its place in the file."""
        return f'"file": {self.file}, "line": {line}, "column": 0, {problem}'


def _whole(problem: Problem) -> str:
    """The inside of the JSON object that a problem is."""
    return json.dumps(problem.as_json(), ensure_ascii=False)[1:-1]


def _inside(problem: Problem) -> str:
    """The same without the place."""
    body = problem.as_json()
    return json.dumps({key: body[key] for key in ("there", "expected", "suggestion")}, ensure_ascii=False)[1:-1]
