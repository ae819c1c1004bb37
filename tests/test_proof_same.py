"""Two small rulebooks asked of every case one by one: what is said to differ does, and what is said to be equal is."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Case, Decision
from engine.proof import Patient, Unknown, Unsat
from engine.proof.equivalence import Two
from engine.proof.verdicts import Facts
from engine.rulebook import Rulebook, Term
from tests.conftest import tries
from tests.rulebooks import with_assumptions
from tests.test_check_kept import changes
from tests.test_proof_whole import World, world


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
        assert_shown(two.rule(rule), [one for one, other in both if one.marks[rule] != other.marks[rule]], after)
    for term in small.book.conclusions:
        apart = [one for one, other in both if answer(one, term) != answer(other, term)]
        shown: list[Facts] = []
        while isinstance(found := two.difference(term.name, shown), Patient):
            if not shown:  # another one may differ in a way in which no whole patient does
                assert_shown(found, apart, after)
            assert found.facts in [one.case.facts for one in apart if one.case.facts not in shown]
            shown.append(found.facts)
        assert (type(found), bool(shown)) == (Unsat, bool(apart))


def answer(decision: Decision, term: Term) -> object:
    """What is told of a conclusion: of a single value, not which others are ruled out."""
    name, marked = term.name, decision.marked
    if not term.single:
        return standing(marked, name)
    return marked.conclusions[name], marked.disputed.get(name, {}).keys(), name in marked.gaps


def assert_shown(found: Patient | Unsat | Unknown, apart: list[Decision], after: Rulebook) -> None:
    """A whole patient where one differs, else one of those with the fewest answers; none where nobody does."""
    if not apart:
        assert isinstance(found, Unsat)
        return
    assert isinstance(found, Patient)
    facts = [one.case.facts for one in apart]
    assert found.facts in facts
    whole = [one for one in facts if not semantics.decide(after, Case("one", one)).ask]
    if whole:
        assert found.facts in whole
    else:
        assert len(found.facts) == min(map(len, facts))
