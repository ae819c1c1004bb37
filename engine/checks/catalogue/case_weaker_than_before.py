"""With `--since`: each saved case is there, is the same patient, and expects no less of an alarm."""

from collections.abc import Iterator

from ...case import Answer, Case, Members, Range
from ...errors import Place, Problem
from ...record import json_of
from ...rulebook import Rulebook, Term
from ..finding import Finding
from ..sample import SAMPLE
from ..subject import Subject

ASKED = "tried"
WEIGHT = 3
REMEDY = "Restore the case. If it was wrong, say so in the release note; a case that was right is not changed to pass."
DARK = SAMPLE["cases/dark.yaml"]
INVALID = {"cases/dark.yaml": DARK.replace("light: no", "light: yes").replace("fault: bulb", "fault: none")}
VALID = {"cases/dark.yaml": DARK.replace("says: Dark.", "says: It is dark.")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each saved case that is gone, with other answers, or with a lower expectation."""
    cases = subject.rulebook.cases
    patients = [case.facts for case in cases.values()]
    for old in subject.before.cases.values() if subject.before else ():
        place = old.place or Place("")
        case = cases.get(old.id)
        if case is None:
            if old.facts not in patients:
                yield Finding(Problem(Place(place.file), f"the saved case {old.id!r} is gone", "the case, as it was"))
        elif changed := [name for name, value in old.facts.items() if case.facts.get(name) != value]:
            answers = [(name, case.facts.get(name, "not answered"), old.facts[name]) for name in changed]
            listed_answers = "; ".join(f"{name}: {now} (before: {before})" for name, now, before in answers)
            there = f"the saved case {old.id!r} is another patient than before: {listed_answers}"
            yield Finding(Problem(case.place or place, there, "the answers that it had, or a new case for others"))
        else:
            yield from (Finding(one) for one in _lower(subject.rulebook, old, case))


def _lower(rulebook: Rulebook, old: Case, case: Case) -> Iterator[Problem]:
    for term in rulebook.conclusions:
        before, now = ((one.expected or {}).get(term.name) for one in (old, case))
        if before is not None and before != now and (now is None or _rank(term, now) < _rank(term, before)):
            expected = "nothing" if now is None else f"{term.name}: {json_of(now)}"
            there = f"the saved case {old.id!r} expects {expected}, and did expect {json_of(before)}"
            expected = f"{term.name}: {json_of(before)}, or a reason in the release note"
            yield Problem(case.place or Place(""), there, expected)


def _rank(term: Term, answer: Answer) -> int:
    """How high an alarm is: its step on a scale, or whether it is one at all."""
    if isinstance(answer, Members):
        return sum(value in term.alarms for value in answer.inside)
    least = answer.low if isinstance(answer, Range) else answer
    if term.takes_highest and term.alarms:
        return term.domain.values.index(str(least))
    return int(least in term.alarms)
