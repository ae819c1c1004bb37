"""Small rulebooks asked of every case one by one: each verdict, each smallest patient and each idle part compared."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Decision, Value
from engine.circuit import CompiledRulebook
from engine.language import Condition, Group
from engine.proof import Patient
from engine.proof.gaps import gaps
from engine.proof.laws import Part, prove, prove_without
from engine.proof.prover import Prover
from engine.proof.rules import Idle, dead, disputes
from engine.rulebook import COMPLETE, Rulebook, Term
from tests.conftest import tries
from tests.rulebooks import case, laws, with_assumptions


@dataclass
class World:
    """A rulebook with a decision for every case that there is, those that are impossible apart."""

    book: Rulebook
    everything: list[Decision]
    possible: list[Decision]


def world(book: Rulebook) -> World:
    small = {
        term.name: replace(term, domain=replace(term.domain, high=3)) for term in book.findings if term.domain.high
    }
    book = replace(book, terms={**book.terms, **small})
    everything = [semantics.decide(book, case(facts)) for facts in cases(book)]
    return World(book, everything, [one for one in everything if not semantics.impossibilities(book, one.case.facts)])


def cases(book: Rulebook) -> Iterator[dict[str, Value]]:
    """Every case of a rulebook, each finding unknown or any of its values."""
    for answers in product(*((None, *values(term)) for term in book.findings)):
        yield {term.name: answer for term, answer in zip(book.findings, answers, strict=True) if answer is not None}


def values(term: Term) -> tuple[Value, ...]:
    return term.domain.values or tuple(range(term.domain.low, term.domain.high + 1))


def smallest(found: list[Decision]) -> int | None:
    return min((len(one.case.facts) for one in found), default=None)


def told(patient: Patient | None) -> int | None:
    """How many answers a patient has that is said to have the fewest."""
    assert patient is None or patient.smallest
    return None if patient is None else len(patient.facts)


def marks(decision: Decision) -> tuple[object, ...]:
    state = decision.state
    built_in = {name: state.values[name] for name in state.values if name.startswith("conclusion")}
    return built_in, state.members, state.scales, state.counts


def changed(book: Rulebook, rule: str, condition: Condition | None) -> Rulebook:
    """The rulebook with another condition of a rule, or without the rule."""
    rules = {name: one for name, one in book.rules.items() if name != rule or condition is not None}
    if condition is not None:
        rules[rule] = replace(rules[rule], condition=condition)
    return replace(book, rules=rules)


def same_in_all(one: World, other: Rulebook) -> bool:
    return all(marks(decision) == marks(semantics.decide(other, decision.case)) for decision in one.possible)


@tries(8)
@given(st.data())
def test_every_verdict_on_a_law_and_every_smallest_patient_is_right(data: st.DataObject) -> None:
    all_of_it = world(data.draw(with_assumptions()))
    prover = Prover(CompiledRulebook(all_of_it.book))
    for _ in range(6):
        law = data.draw(laws(all_of_it.book.terms))
        breaking = [one for one in all_of_it.possible if semantics.breaks(law, one.state)]
        assert told(prove(prover, law).patient) == smallest(breaking)
        breaking = [one for one in all_of_it.everything if semantics.breaks(law, one.state)]
        assert told(prove_without(prover, law).patient) == smallest(breaking)


def fired_for(book: Rulebook, decision: Decision, rule: str, term: str) -> bool:
    (entry,) = (one for one in book.support[term] if one.rule == rule)
    return bool(semantics.status(entry, decision.marks) & semantics.HOLDS)


@tries(8)
@given(st.data())
def test_every_dead_rule_dispute_and_gap_is_found_and_no_other(data: st.DataObject) -> None:
    all_of_it = world(data.draw(with_assumptions()))
    book, prover = all_of_it.book, Prover(CompiledRulebook(all_of_it.book))
    fired = {rule for one in all_of_it.possible for rule in one.fired}
    assert {one.rule for one in dead(prover)} == book.rules.keys() - fired
    assert {(one.term, one.rules): told(one.verdict.patient) for one in disputes(prover)} == disputed(all_of_it)
    gapped = {term for one in all_of_it.possible for term in one.gaps if one.state.values[COMPLETE]["yes"]}
    assert {one.term for one in gaps(prover, tuple(term.name for term in book.conclusions))} == gapped


def disputed(all_of_it: World) -> dict[tuple[str, tuple[str, str]], int | None]:
    """The pairs of rules that dispute where nothing earlier does, each with the fewest answers it takes."""
    book = all_of_it.book
    found: dict[tuple[str, tuple[str, str]], int | None] = {}
    left = all_of_it.possible
    for stage in book.stages:
        for term in stage.terms:
            for place, one in enumerate(book.support[term] if book.terms[term].single else ()):
                for other in book.support[term][:place]:
                    both = [x for x in left if all(fired_for(book, x, rule, term) for rule in (other.rule, one.rule))]
                    if one.value != other.value and both:
                        found[term, (other.rule, one.rule)] = smallest(both)
        left = [one for one in left if not any(term in one.disputed for term in stage.terms)]
    return found


@tries(8)
@given(st.data())
def test_what_is_called_idle_can_be_left_out_and_nothing_else_can(data: st.DataObject) -> None:
    all_of_it = world(data.draw(with_assumptions()))
    book, idle = all_of_it.book, Idle(Prover(CompiledRulebook(all_of_it.book)))
    found, rules = set(idle.lines()), set(idle.rules())
    for rule in list(book.rules)[-3:]:
        assert (rule in rules) == same_in_all(all_of_it, changed(book, rule, None))
        condition = book.rules[rule].condition
        parts = [*condition.lines, *condition.unless]
        for part in parts:
            if [*parts, *condition.leaves()].count(part) > (1 if isinstance(part, Group) else 2):
                continue  # the same line twice: which of the two is meant cannot be told
            without = changed(book, rule, left_out(condition, part))
            assert ((rule, part) in found) == same_in_all(all_of_it, without)


def left_out(condition: Condition, part: Part) -> Condition:
    lines, unless = ([one for one in parts if one != part] for parts in (condition.lines, condition.unless))
    return Condition(tuple(lines), tuple(unless))


@tries(8)
@given(st.data())
def test_a_finding_is_idle_where_taking_it_away_changes_nothing(data: st.DataObject) -> None:
    all_of_it = world(data.draw(with_assumptions()))
    book = all_of_it.book
    found = set(Idle(Prover(CompiledRulebook(book))).findings())
    by_facts = {frozenset(one.case.facts.items()): marks(one) for one in all_of_it.everything}
    for term in book.findings:
        gate = any(term.name in book.applies_to(other.name) for other in book.findings)
        same = all(
            marks(one) == by_facts[frozenset(fact for fact in one.case.facts.items() if fact[0] != term.name)]
            for one in all_of_it.possible
        )
        assert (term.name in found) == (same and not gate and bool(book.readers(term.name)))
