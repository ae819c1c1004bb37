"""With `--since`: each alarm is given to every possible patient to whom it was given before."""

from collections.abc import Iterator

from ... import semantics
from ...case import Case
from ...errors import Place, Problem
from ...proof.equivalence import Two
from ...proof.verdicts import Patient, Unsat
from ...rulebook import Rulebook, Term, facts_in_order
from ..finding import Finding
from ..sample import TERMS
from ..subject import Subject, file_name

ASKED = "proved"
WEIGHT = 3
REMEDY = "Restore the rule. If it is meant, say in the release note which patients are no longer warned, and why."
INVALID = {"terms/lamp.yaml": TERMS.replace("screening for: yes, ", "")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each value that is no alarm any more, and each alarm that somebody has lost."""
    if subject.before is None:
        return
    kept: list[tuple[Term, str]] = []
    for term in subject.before.conclusions:
        now = subject.rulebook.terms.get(term.name)
        for value in term.alarms:
            if now is not None and value in now.alarms:
                kept.append((term, value))
            else:
                place = now.place if now else Place(term.place.file)
                yield Finding(Problem(place, f"{term.name}: {value} is not an alarm any more", "the alarm, as before"))
    yield from _lost(subject.before, subject.rulebook, kept)


def _lost(before: Rulebook, after: Rulebook, alarms: list[tuple[Term, str]]) -> Iterator[Finding]:
    """The alarms that a patient had by the rules as they were, and has no more; what did not change is not asked of."""
    if before.digest == after.digest:
        return
    two = Two(before, after)
    for term, value in alarms:
        found = two.lost(term.name, value)
        if isinstance(found, Patient):
            case = Case(file_name(f"lost_{term.name}_{value}"), facts_in_order(before, found.facts))
            there = f"{term.name}: {value} is given to fewer patients than before"
            problem = Problem(_place(before, after, term, value, case), there, "the alarm for this patient too")
            yield Finding(problem, patient=case)
            return  # on a scale the next may be lost with it
        if not isinstance(found, Unsat):
            there = f"undecided whether {term.name}: {value} is given to fewer patients ({found.reason})"
            yield Finding(Problem(after.terms[term.name].place, there))


def _place(before: Rulebook, after: Rulebook, term: Term, value: str, case: Case) -> Place:
    """The rule that gave it, as it is now, or the file that it was in."""
    marks = semantics.decide(before, case).marks
    for entry in before.support[term.name]:
        if entry.value == value and semantics.status(entry, marks) & semantics.HOLDS:
            rule = after.rules.get(entry.rule)
            return rule.place if rule else Place(before.rules[entry.rule].place.file)
    return after.terms[term.name].place
