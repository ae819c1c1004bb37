"""Laws at every decision: what breaks one is not told, but its alarms are; held to the meaning in every reading."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Case, Decision, Members
from engine.chain import Chain
from engine.explain import CompiledRulebook, advice
from engine.explain.answers import outcome_where
from engine.language import Domain
from engine.rulebook import Term
from tests.conftest import tries
from tests.rulebooks import NOWHERE, facts, with_laws
from tests.test_columns import agrees, agrees_with_chain


def test_on_a_scale_the_lowest_value_that_is_screened_for_and_all_above_are_alarms() -> None:
    scale = Term("urgency", Domain("choice", ("low", "middle", "high")), False, NOWHERE, takes_highest=True)
    assert replace(scale, screening_for=("middle",)).alarms == ("middle", "high")
    assert replace(scale, takes_highest=False, screening_for=("middle",)).alarms == ("middle",)
    assert scale.alarms == ()


@tries(150)
@given(st.data())
def test_all_readings_agree_on_the_laws_broken_and_on_what_is_withheld(data: st.DataObject) -> None:
    book = data.draw(with_laws())
    cases = data.draw(st.lists(facts(book), min_size=1, max_size=12))
    agrees(book, cases)
    agrees_with_chain(book, Chain(book), cases)
    for known in cases:
        case = Case("made up", known)
        assert semantics.decide(book, case) == Chain(book).decide(case)


@tries(150)
@given(st.data())
def test_of_a_decision_that_breaks_a_law_nothing_but_alarms_is_told(data: st.DataObject) -> None:
    book = data.draw(with_laws())
    decision = semantics.decide(book, Case("made up", data.draw(facts(book))))
    whole = replace(semantics.decide(replace(book, laws={}), decision.case), rulebook=decision.rulebook)
    assert [law.id for law in decision.broken] == [
        law.id for law in book.laws.values() if semantics.breaks(law, whole.state)
    ]
    if not decision.broken:
        assert decision == whole
        return
    assert decision.marked == whole
    assert (decision.marks, decision.fired, decision.gaps) == (whole.marks, whole.fired, ())
    for term in book.conclusions:
        told, answer = decision.conclusions[term.name], whole.conclusions[term.name]
        alarms = {value for value in term.alarms if _holds(term, value, whole)}
        if isinstance(told, Members):
            assert set(told.inside) == alarms
        elif told is not None:
            assert alarms
            assert told == answer
        elif term.name in decision.disputed:
            assert set(decision.disputed[term.name]) == alarms
        else:
            assert not alarms


def _holds(term: Term, value: str, decision: Decision) -> bool:
    """Whether a value has been reached."""
    state = decision.state
    marks = state.values.get(term.name) or state.members.get(term.name) or state.scales[term.name]
    return bool(marks[value] & semantics.HOLDS)


@tries(80)
@given(st.data())
def test_the_questions_withhold_of_other_answers_what_the_decision_would(data: st.DataObject) -> None:
    book = data.draw(with_laws())
    decision = semantics.decide(book, Case("made up", data.draw(facts(book))))
    compiled, terms = CompiledRulebook(book), [term.name for term in book.conclusions]
    variants = compiled.variants(decision.case.facts)
    for name, outcome in advice(decision, terms).items():
        found = outcome_where(compiled, name, lambda node: bool(variants.mark(node)))
        assert found == outcome
        assert found.withheld == outcome.withheld
