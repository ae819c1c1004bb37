"""Many variants of a case at once, what is known of all of them together, and the solver that goes beyond them."""

from itertools import combinations, islice, product

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import explain
from engine.case import Value
from engine.explain import Plan
from engine.explain.bit_parallel import Pairs, Variants, places, trying
from engine.explain.bounds import Bounds
from engine.explain.correction_sets import Larger
from engine.explain.counterfactual import options_of
from engine.explain.plan import Option
from tests.rulebooks import facts
from tests.test_questions import Answers, FactSet, books, decide, possible_facts, that_change, values


@settings(max_examples=40)
@given(st.data())
def test_what_may_not_be_is_never_so_whatever_the_free_findings_are_answered(data: st.DataObject) -> None:
    book = data.draw(books())
    known, plan = data.draw(facts(book)), Plan(book)
    options = {term.name: [option.value for option in plan.options(term, known)] for term in book.findings}
    free = [name for name in options if data.draw(st.booleans())]
    bounds = Bounds(plan, known, options, 2)
    for name in set(options) - set(free):
        bounds.fix(name, 0b10)
    answers = {name: data.draw(st.sampled_from(values(book, name))) for name in free if data.draw(st.booleans())}
    then = Variants(plan, {**known, **answers})
    nodes = [plan.goal(term.name, term.domain.values) for term in book.conclusions if term.domain.values]
    nodes += [node for term in book.conclusions for pair in plan.pairs(term.name) for node in pair]
    for node in nodes:
        sure, may = bounds.mark(node) & 0b11, bounds.mark(node) >> 2
        assert may == 0b11 & (may | sure)
        if then.mark(node):
            assert may == 0b11
        else:
            assert sure == 0


@settings(max_examples=25)
@given(st.data())
def test_a_pair_is_tried_as_it_would_be_by_itself(data: st.DataObject) -> None:
    book = data.draw(books())
    known, plan = data.draw(facts(book)), Plan(book)
    options = [option for term in book.findings for option in plan.options(term, known)]
    every = [pair for pair in combinations(options, 2) if pair[0].term != pair[1].term]
    pairs, variants = Pairs(plan, known, options), trying(plan, known, every)
    assert list(pairs.at(pairs.full)) == every
    for node in (node for term in book.conclusions for node in plan.telling(term.name)):
        hits = [every[place] for place in places(variants.mark(node) & variants.possible())]
        assert list(pairs.at(pairs.mark(node) & pairs.possible())) == hits


@settings(max_examples=25)
@given(st.data())
def test_a_solver_finds_just_the_sets_of_a_size_that_change_the_advice(data: st.DataObject) -> None:
    book = data.draw(books())
    now = decide(book, data.draw(possible_facts(book)))
    plan = Plan(book)
    as_it_is = Variants(plan, now.case.facts)
    aims = [node for name in explain.shown(book) for node in plan.otherwise(name, as_it_is)]
    larger = Larger(plan, now.case.facts, aims, options_of(plan, now.case.facts, aims))
    tried: set[FactSet] = set()
    found = dict(islice(larger.sizes(1, ()), 3))
    for size in (1, 2, 3):
        told = {
            frozenset((option.term, number) for option, number in zip(one, chosen, strict=True))
            for one in found.get(size, ())
            for chosen in product(*(alike(plan, option, now.case.facts) for option in one))
        }
        wanted = that_change(book, now, size, tried)
        assert told == wanted
        tried |= wanted
    assert not larger.reason


def alike(plan: Plan, option: Option, known: Answers) -> list[Value | None]:
    """All answers that an option stands for."""
    term = plan.rulebook.terms[option.term]
    if term.domain.values or option.value is None:
        return [option.value]
    low, high = plan.class_of(term, int(option.value))
    return [number for number in range(low, high + 1) if number != known.get(option.term)]
