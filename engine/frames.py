"""Data frames to cases, and the answers to many cases as columns; no library of frames is imported for the former."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from .case import Case, Value
from .errors import SURELY, CaseError, Place, Problem, listed, nearest
from .facts import EXPECTED, is_missing, text_of, tidy
from .loader.cases import CaseEntry, make_case
from .none_of_these import NONE_OF_THESE
from .rulebook import Rulebook

if TYPE_CHECKING:
    from .columns.tables import Answering

CASE = "case"
PROBLEMS = "problems"
HERE = Place("data frame")
ASIDE = (CASE, "says", "source", NONE_OF_THESE)
TO_LIST = ("to_pylist", "to_list", "tolist")
"""How a column gives its values as a list: of Arrow, of Polars and pandas, of numpy."""
Cell = str | int | bool | None
Figures = Mapping[str, Value | None]


class Frame(Protocol):
    """What is asked of a data frame: its columns by name. Those of pandas, Polars and Arrow give them."""

    def __getitem__(self, name: str, /) -> Iterable[object]: ...


# --- in --------------------------------------------------------------------------------------------------------------


def cases_of(rulebook: Rulebook, frame: Frame | Mapping[str, Sequence[object]], id: str) -> list[Case]:
    """The cases of a frame, one a row; raises CaseError where its columns cannot be read."""
    columns = _columns(frame)
    ids = columns.pop(id, None)
    columns.pop(CASE, None)
    known = rulebook.terms.keys() | rulebook.names_of_before
    read = {name: column for name, column in columns.items() if name in known or _is_said(name)}
    _check_names(rulebook, [name for name in columns if name not in read], list(columns))
    found = []
    for row in range(max(map(len, columns.values()), default=0)):
        place = Place(f"{HERE.file}, row {row + 1}")
        entries = [CaseEntry(name, column[row], place) for name, column in read.items() if not is_missing(column[row])]
        name = text_of(ids[row]) if ids is not None else None
        found.append(make_case(entries, rulebook, place, name or f"row {row + 1}"))
    return found


def _is_said(name: str) -> bool:
    """Whether a column says something of the case, and not of the patient."""
    return name in ASIDE or name.startswith(EXPECTED)


def _check_names(rulebook: Rulebook, others: Sequence[str], names: Sequence[str]) -> None:
    """Raise CaseError where no column is a finding, or one is not read whose name is surely meant for a finding."""
    findings = (*rulebook.finding_names, *sorted(rulebook.names_of_before))
    meant = {name: nearest(name, findings, SURELY) for name in others}
    expected = "a finding; rename the column, or leave it out"
    problems = [
        Problem(HERE, f"the column {name!r} is not a finding", expected, near) for name, near in meant.items() if near
    ]
    if not problems and not any(name in findings for name in names):
        shown = listed([repr(name[:80]) for name in names]) or "no columns"
        problems = [Problem(HERE, f"no column is a finding: {shown}", "columns named as findings are")]
    if problems:
        raise CaseError(problems)


def _columns(frame: Frame | Mapping[str, Sequence[object]]) -> dict[str, list[object]]:
    """Each column as a list, by its name as `tidy` has it."""
    if callable(getattr(frame, "collect", None)):
        raise CaseError(Problem(HERE, "a lazy frame, without rows", "the frame that its `collect()` gives"))
    names = frame if isinstance(frame, Mapping) else getattr(frame, "column_names", getattr(frame, "columns", ()))
    found: dict[str, list[object]] = {}
    for name in (name for name in names if isinstance(name, str)):
        if (key := tidy(name)) in found:
            raise CaseError(Problem(HERE, f"two columns {key[:80]!r}", "each column once"))
        found[key] = _values(frame[name])
    if len(lengths := {len(column) for column in found.values()}) > 1:
        raise CaseError(Problem(HERE, f"columns of {listed(list(map(str, sorted(lengths))))} rows", "one length"))
    return found


def _values(column: Iterable[object]) -> list[object]:
    give = next((getattr(column, name) for name in TO_LIST if hasattr(column, name)), None)
    return list(give() if give else column)


# --- and back --------------------------------------------------------------------------------------------------------


def answers_of(
    program: Answering, cases: Sequence[Case], rejected: Mapping[int, tuple[Figures, Figures]], rules: bool
) -> dict[str, list[Cell]]:
    """The answers to cases as columns, a row for each; `rejected` has the two figures of some, by their place."""
    from .columns.tables import table_of

    good = [case for place, case in enumerate(cases) if place not in rejected]
    table = table_of(program.rulebook, [case.id for case in good], [case.facts for case in good])
    columns: dict[str, list[Cell]] = program.answers(table, "fired").to_dict(as_series=False)
    for name in program.rulebook.rules if not rules else ():
        del columns[name]
    columns[PROBLEMS] = [None] * len(good)
    for place in sorted(rejected):
        row = _rejected(cases[place], *rejected[place])
        for name, column in columns.items():
            column.insert(place, row.get(name))
    return columns


def _rejected(case: Case, least: Figures, most: Figures) -> dict[str, Cell]:
    ends = {f"{name} at least": value for name, value in least.items()}
    ends |= {f"{name} at most": value for name, value in most.items()}
    return {CASE: case.id, **ends, PROBLEMS: "; ".join(map(str, case.problems))}
