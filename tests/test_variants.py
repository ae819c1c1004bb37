"""Many variants of a case at once, each as it would be by itself; and several answers at once as an upper bound."""

from hypothesis import given
from hypothesis import strategies as st

from engine.circuit import CompiledRulebook, Evaluation, evaluate
from tests.conftest import tries
from tests.rulebooks import facts
from tests.test_questions import books, values


@tries(40)
@given(st.data())
def test_each_of_many_variants_is_evaluated_as_it_would_be_by_itself(data: st.DataObject) -> None:
    book = data.draw(books())
    known, compiled = data.draw(facts(book)), CompiledRulebook(book)
    options = [option for term in book.findings for option in compiled.options(term, known)]
    sets = data.draw(st.lists(st.lists(st.sampled_from(options), unique_by=lambda one: one.term), max_size=12))
    variants = compiled.variants_with(known, sets)
    cases = [{**known, **{one.term: one.value for one in chosen if one.value is not None}} for chosen in sets]
    together = Evaluation.of(compiled.circuit.nodes, cases)
    for place, case in enumerate(cases):
        for node, true in enumerate(evaluate(compiled.circuit.nodes, case)):
            assert variants.mark(node) >> place & 1 == true
            assert together.mark(node) >> place & 1 == true


@tries(40)
@given(st.data())
def test_several_answers_at_once_bring_whatever_any_of_them_brings(data: st.DataObject) -> None:
    book = data.draw(books())
    known, compiled = data.draw(facts(book)), CompiledRulebook(book)
    at_once = compiled.variants(known)
    answers = {}
    for term in book.findings:
        if term.name not in known and data.draw(st.booleans()):
            for value in values(book, term.name):
                at_once.choose(term.name, value, 1)
            answers[term.name] = data.draw(st.sampled_from([None, *values(book, term.name)]))
    then = compiled.variants({**known, **{name: value for name, value in answers.items() if value is not None}})
    for term in book.conclusions:
        for node in (node for pair in compiled.pairs(term.name) for node in pair):
            assert not then.mark(node) or at_once.mark(node)
