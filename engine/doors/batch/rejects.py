"""Cases that are set apart: what is wrong with each, and the least that the rest of it gives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...case import Case, Value
from ...errors import Place, Problem
from ...language import Domain
from ...load.cards import value_of
from ...load.cases import BLANK, EXPECTED, Entry, make_case, scalar
from ...load.fields import Desk
from ...rulebook import Rulebook, Term

BROKEN, WRONG, IMPOSSIBLE, TWICE = "broken", "wrong value", "impossible", "id used twice"
RANGE = " to "


@dataclass(frozen=True)
class Reject:
    """A case set apart, and why in a word."""

    case: Case
    reason: str

    def as_json(self, least: Mapping[str, Value | None]) -> dict[str, Any]:
        """The reject as a line of rejects.ndjson."""
        first = _told(self.case.problems[0])
        more = {"problems": [_told(problem) for problem in self.case.problems]} if len(self.case.problems) > 1 else {}
        facts = dict(self.case.facts)
        return {"case": self.case.id, **first, "reason": self.reason, "at least": dict(least), "facts": facts} | more


def _told(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "file": place.file,
        "line": place.line,
        "there": problem.there,
        "expected": problem.expected,
        "suggestion": problem.suggestion,
    }


class Quiet(Desk):
    """A desk that looks for no suggestion: whether a text is a value is all that is asked."""

    def nearest(self, word: str, known: Iterable[str]) -> str:  # noqa: ARG002
        return ""


class Judge:
    """What a single text of a table is worth, as it would be in a case of its own."""

    def __init__(self, rulebook: Rulebook, wrong: type[Exception]) -> None:
        self.terms = rulebook.terms
        self.wrong = wrong

    def __call__(self, name: str, raw: Any) -> Value | None:
        """The value; None where nothing is told; raises the exception it was given where it is no value."""
        term = self.terms[name.removeprefix(EXPECTED)]
        text = scalar(raw)
        if text is None:
            raise self.wrong
        if text in BLANK:
            return None
        if name.startswith(EXPECTED) and term.domain.kind == "several":
            return text
        if name.startswith(EXPECTED) and _ranges(term) and RANGE in text:
            return RANGE.join(str(self._value(term, end)) for end in text.split(RANGE, 1))
        return self._value(term, text)

    def _value(self, term: Term, text: str) -> Value:
        value = value_of(Quiet(), term.name, _domain(term), text, Place(""))
        if value is None:
            raise self.wrong
        return value


def _ranges(term: Term) -> bool:
    return term.takes_highest or term.domain.kind == "tally"


def _domain(term: Term) -> Domain:
    return term.domain


class Sorting:
    """Finds out what is wrong with a case."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.assumptions = tuple(law.says for law in rulebook.impossible.values())

    def case_of(self, row: Mapping[str, Any], place: Place, name: str, unknown: Sequence[str]) -> Case:
        """The case of a row of a table; extra columns and expected texts are not looked at again."""
        entries = [
            Entry(key, value, place)
            for key, value in row.items()
            if value is not None and value == value and key not in unknown and not self._joined(key, value)
        ]
        return make_case(entries, self.rulebook, place, name)

    def _joined(self, key: str, value: Any) -> bool:
        """Whether the text stands for several values or for a range, which tables have as one text."""
        term = self.rulebook.terms.get(key.removeprefix(EXPECTED)) if key.startswith(EXPECTED) else None
        return term is not None and (
            term.domain.kind == "several" or (_ranges(term) and RANGE in str(value)) or isinstance(value, list | dict)
        )

    def reject(self, case: Case) -> Reject:
        """A case with problems as a reject."""
        first = case.problems[0]
        if not case.facts and case.id == str(first.place):
            return Reject(case, BROKEN)
        impossible = first.there.startswith(self.assumptions) if self.assumptions else False
        return Reject(case, IMPOSSIBLE if impossible else WRONG)

    def broken(self, problem: Problem) -> Reject:
        """A line or file that could not be read."""
        return Reject(Case(id=str(problem.place), facts={}, place=problem.place, problems=(problem,)), BROKEN)

    def twice(self, case: Case, times: int, where: str) -> Reject:
        """A case whose id is used by others."""
        place = case.place or Place("")
        problem = Problem(place, f"the id {case.id[:80]!r} is used {times} times {where}", "an id of its own")
        return Reject(replace(case, problems=(problem, *case.problems)), TWICE)
