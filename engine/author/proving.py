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


def prove_card(before: Rulebook, after: Rulebook, rule: Rule) -> Proved:
    """Ask about a card of `after` that `before` does not have; what was so before is not told."""
    subject = Subject(after)
    conflicts = tuple(_conflicts(subject.prover, rule))
    every_case = compare_every_case(Two(before, after), most=1)
    subsumed = tuple(_subsuming(subject.prover, rule)) if not conflicts else ()
    return Proved(tuple(_new(before, subject)), conflicts, every_case, subsumed)


def _subsuming(prover: Prover, rule: Rule) -> Iterator[str]:
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


def _new(before: Rulebook, after: Subject) -> Iterator[Problem]:
    """What `check` finds to mend over every possible case, and did not find before."""
    earlier = {_named(found) for found in _errors(Subject(before))}
    for found in _errors(after):
        if _named(found) not in earlier:
            shown = f", as for {patient_in_words(found.patient.facts)}" if found.patient else ""
            yield replace(found.problem, there=found.problem.there + shown)


def _errors(subject: Subject) -> list[Finding]:
    return [found for found in proved(subject) if found.blocks]


def _named(found: Finding) -> tuple[str, str]:
    """What tells two findings apart: not the patient, of whom there are many."""
    return found.problem.place.file, found.problem.there


def _conflicts(prover: Prover, rule: Rule) -> Iterator[Conflict]:
    for found in disputes(prover):
        if rule.id in found.rules and found.verdict.patient is not None:
            other = next(one for one in found.rules if one != rule.id)
            values = [entry.value for entry in prover.rulebook.support[found.term] if entry.rule == other]
            yield Conflict(found.term, other, values[0] or "", found.verdict.patient.facts)


def patient_in_words(facts: Facts) -> str:
    """A patient by all that is known of it."""
    return "a patient with " + ", ".join(f"{name}: {value}" for name, value in facts.items()) if facts else "everybody"
