"""A new card before every possible case: the laws it breaks, the rules it disputes with, whether it can fire."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..checks import Finding, Subject, proved
from ..errors import Problem
from ..proof.equivalence import Two
from ..proof.prover import Prover
from ..proof.rules import disputes
from ..proof.verdicts import Facts, Unsat
from ..rulebook import Rule, Rulebook
from .equivalence import EveryCase, compare_every_case


@dataclass(frozen=True)
class Conflict:
    """A rule that can fire together with the new one, and gives a conclusion another value; and such a patient."""

    term: str
    rule: str
    value: str
    facts: Facts


@dataclass(frozen=True)
class Proved:
    """What was found out about a new card: what is to be mended, its conflicts, and the answers that it changes.

    `subsumed` names the rules that give all that it gives to every patient for whom it holds.
    """

    problems: tuple[Problem, ...]
    conflicts: tuple[Conflict, ...]
    every_case: EveryCase
    subsumed: tuple[str, ...] = ()


Earlier = frozenset[tuple[str, str]]
"""What tells the findings of an earlier state apart."""


def prove_card(before: Rulebook, subject: Subject, rule: Rule) -> Proved:
    """Ask about a card of a rulebook that `before` has otherwise or not at all; what was so before is not reported."""
    found = tuple(conflicts(subject.prover, rule))
    every_case = compare_every_case(Two(before, subject.rulebook), most=1)
    problems = tuple(found.problem for found in new_errors(subject, earlier_errors(before)))
    return Proved(problems, found, every_case, () if found else tuple(subsuming(subject.prover, rule)))


def subsuming(prover: Prover, rule: Rule) -> Iterator[str]:
    """The rules that hold whenever a rule does, and give all that it gives; each in a tally counts for itself."""
    rules, circuit = prover.rulebook.rules, prover.circuit
    if any(value is None for _, value in rule.then):
        return
    for other in rules.values():
        if other.id == rule.id or not set(rule.then) <= set(other.then):
            continue
        alone = prover.believed(circuit.rules[rule.id][0], circuit.negation(circuit.rules[other.id][0]))
        if isinstance(alone, Unsat):
            yield other.id


def earlier_errors(before: Rulebook) -> Earlier:
    """What there is to fix in a rulebook over every possible case, so that it is not put down to a change of it."""
    return frozenset(_named(found) for found in proved(Subject(before)) if found.blocks)


def new_errors(after: Subject, earlier: Earlier) -> Iterator[Finding]:
    """What `check` finds to fix over every possible case, and did not find before; each names its patient."""
    for found in proved(after):
        if found.blocks and _named(found) not in earlier:
            shown = f", as for {patient_in_words(found.patient.facts)}" if found.patient else ""
            yield replace(found, problem=replace(found.problem, there=found.problem.there + shown))


def _named(found: Finding) -> tuple[str, str]:
    """What tells two findings apart: not the patient, of whom there are many."""
    return found.problem.place.file, found.problem.there


def conflicts(prover: Prover, rule: Rule) -> Iterator[Conflict]:
    """The rules that can fire together with a rule, and give a conclusion another value."""
    for found in disputes(prover):
        if rule.id in found.rules and found.verdict.patient is not None:
            other = next(one for one in found.rules if one != rule.id)
            values = [entry.value for entry in prover.rulebook.support[found.term] if entry.rule == other]
            yield Conflict(found.term, other, values[0] or "", found.verdict.patient.facts)


def patient_in_words(facts: Facts) -> str:
    """A patient by all that is known of it."""
    return "a patient with " + ", ".join(f"{name}: {value}" for name, value in facts.items()) if facts else "everybody"
