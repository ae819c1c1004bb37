"""A new card before every possible case: the laws it breaks, the rules it disputes with, whether it can fire."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import Place, Problem
from ..proof import Prover
from ..proof.laws import prove
from ..proof.rules import dead, disputes
from ..proof.verdicts import Facts
from ..rulebook import Rule, Rulebook
from .everywhere import Everywhere, compare_everywhere


@dataclass(frozen=True)
class Quarrel:
    """A rule that can fire together with the new one, and gives a conclusion another value; and such a patient."""

    term: str
    rule: str
    value: str
    facts: Facts


@dataclass(frozen=True)
class Proved:
    """What was found out about a new card: what is to be mended, its quarrels, and the answers that it changes."""

    problems: tuple[Problem, ...]
    quarrels: tuple[Quarrel, ...]
    everywhere: Everywhere


def prove_card(before: Rulebook, after: Rulebook, rule: Rule) -> Proved:
    """Ask about a card of `after` that `before` does not have; what was so before is not told."""
    prover, earlier = Prover(after, keep=True), Prover(before, keep=True)
    quarrels = tuple(_quarrels(prover, rule))
    problems = [*_broken(prover, earlier), *_dead(prover, earlier, rule)]
    if not quarrels:
        problems += _disputes(prover, earlier)
    for one in (prover, earlier):
        one.save()
    return Proved(tuple(problems), quarrels, compare_everywhere(before, after, most=1))


def _broken(prover: Prover, earlier: Prover) -> Iterator[Problem]:
    """Laws that the card breaks, or that can no longer be proved."""
    for law in prover.rulebook.laws.values():
        found = prove(prover, law)
        if found.proved or not prove(earlier, law).proved:
            continue
        if found.patient is None:
            yield Problem(law.place, f"the law {law.id!r} could not be proved ({found.reason})", "a proof")
        else:
            yield Problem(
                law.place, f"the law {law.id!r} is broken for {patient_in_words(found.patient.facts)}", law.says
            )


def _dead(prover: Prover, earlier: Prover, rule: Rule) -> Iterator[Problem]:
    """Rules that can never fire with the card, itself among them."""
    known = {one.rule for one in dead(earlier)}
    for one in dead(prover):
        if one.rule not in known:
            place = rule.place if one.rule == rule.id else prover.rulebook.rules[one.rule].place
            by = f", being outranked by {' and '.join(one.outranked_by)}" if one.outranked_by else ""
            yield Problem(place, f"{one.rule!r} can never fire{by}", "a patient for whom it does")


def _quarrels(prover: Prover, rule: Rule) -> Iterator[Quarrel]:
    for found in disputes(prover):
        if rule.id in found.rules and found.verdict.patient is not None:
            other = next(one for one in found.rules if one != rule.id)
            values = [entry.value for entry in prover.rulebook.support[found.term] if entry.rule == other]
            yield Quarrel(found.term, other, values[0] or "", found.verdict.patient.facts)


def _disputes(prover: Prover, earlier: Prover) -> Iterator[Problem]:
    """Disputes that the card brings about without being a side of them."""
    known = {(found.term, found.rules) for found in disputes(earlier)}
    for found in disputes(prover):
        if (found.term, found.rules) not in known:
            shown = patient_in_words(found.verdict.patient.facts) if found.verdict.patient else found.verdict.reason
            rules = " and ".join(name for name in found.rules if name) or "its rules"
            there = f"{rules} now dispute {found.term}, for {shown}"
            yield Problem(Place("every case"), there, "one answer")


def patient_in_words(facts: Facts) -> str:
    """A patient by all that is known of it."""
    return "a patient with " + ", ".join(f"{name}: {value}" for name, value in facts.items()) if facts else "everybody"
