"""No two rules give one patient two answers to one question."""

from collections.abc import Iterator

from ...case import Case
from ...errors import Problem
from ...proof.rules import disputes
from ..finding import Finding, Witness
from ..sample import card
from ..subject import Subject

ASKED = "proved"
WEIGHT = 2
REMEDY = "Add `outranks` to one of them, or lines so that only one of them holds."
INVALID = {"rules/recognise/new.yaml": card("new", "{hours: at most 950}", "{fault: none}", "")}


def find(subject: Subject) -> Iterator[Finding]:
    """Each pair of rules that can dispute, with a patient."""
    for dispute in disputes(subject.prover):
        rules, (first, second) = subject.rulebook.rules, dispute.rules
        if dispute.verdict.kind == "undecided" or not second:
            place = rules[second].place if second else subject.rulebook.terms[dispute.term].place
            what = f"{dispute.term!r} may be disputed"
            there = f"{what} ({dispute.verdict.reason})" if dispute.verdict.reason else what
        else:
            place, values = rules[second].place, [dict(rules[name].then)[dispute.term] for name in (second, first)]
            there = (
                f"{second!r} gives {dispute.term}: {values[0]}, and can fire together with {first!r} "
                f"({rules[first].place}), which gives {values[1]}"
            )
        problem = Problem(place, there, "`outranks` in one of them, or lines that keep them apart")
        says = f"{first} and {second} both fire for {dispute.term}."
        patient = subject.patient(f"{second}_against_{first}", says, dispute.verdict)
        yield Finding(problem, patient=patient, trials=(_trial(patient, dispute.term),) if patient else ())


def _trial(case: Case, term: str) -> Witness:
    return Witness(case, lambda decision: term in decision.disputed)
