"""Two small rulebooks asked of every case one by one: what is said to differ does, and what is said to be equal is."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Decision
from engine.proof import Patient
from engine.proof.equivalence import Two
from engine.rulebook import Rulebook
from tests.conftest import tries
from tests.rulebooks import with_assumptions
from tests.test_check_kept import changes
from tests.test_proof_whole import World, smallest, told, world


@st.composite
def pairs(draw: st.DrawFn) -> tuple[World, Rulebook]:
    """A rulebook, and the same after a change of a rule, a law or an assumption; or with more that may be answered."""
    small = world(draw(with_assumptions()))
    after = draw(changes(small.book))
    if draw(st.booleans()):
        colour, size = (after.terms[name] for name in ("colour", "size"))
        values = replace(colour.domain, values=(*colour.domain.values, "violet"))
        wider = {"colour": replace(colour, domain=values), "size": replace(size, domain=replace(size.domain, high=4))}
        after = replace(after, terms={**after.terms, **wider})
    return small, after


def standing(decision: Decision, name: str) -> tuple[object, ...]:
    state = decision.state
    return tuple(marks.get(name) for marks in (state.values, state.members, state.scales, state.counts))


@tries(20)
@given(pairs())
def test_what_is_said_to_differ_differs_and_what_is_said_to_be_equal_is_equal(pair: tuple[World, Rulebook]) -> None:
    small, after = pair
    two = Two(small.book, after)
    possible = [one for one in small.possible if not semantics.impossibilities(after, one.case.facts)]
    both = [(one, semantics.decide(after, one.case)) for one in possible]
    for rule in small.book.rules:
        apart = [one for one, other in both if one.marks[rule] != other.marks[rule]]
        assert told(two.rule(rule).patient) == smallest(apart)
    for term in small.book.conclusions:
        apart = [one for one, other in both if standing(one, term.name) != standing(other, term.name)]
        found = two.conclusion(term.name)
        assert (found.proved, told(found.patient)) == (not apart, smallest(apart))
        shown = list(two.differences(term.name))
        assert bool(shown) == bool(apart)
        for patient in shown:
            assert isinstance(patient, Patient)
            assert patient.facts in [one.case.facts for one in apart]
