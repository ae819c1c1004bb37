"""What docs/questions.md claims in passing, over random rulebooks: orders, defaults, and what is left alone."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from engine import explain, semantics
from engine.case import Decision, Members
from engine.explain import CompiledRulebook
from engine.rulebook import Rulebook
from tests.conftest import tries
from tests.rulebooks import facts
from tests.test_questions import any_rulebooks, books, can_be, decide, is_another, others, possible_facts


@tries(40)
@given(st.data())
def test_the_advice_hangs_on_each_finding_of_which_one_other_answer_changes_it(data: st.DataObject) -> None:
    book = data.draw(books())
    known = data.draw(possible_facts(book))
    now = decide(book, known)
    told = explain.what_would_change(CompiledRulebook(book), now)
    alone = set[str]()
    for changed in others(book, known, 1):
        after = {**known, **changed}
        if can_be(book, after, changed) and is_another(book, now, decide(book, after)):
            alone |= set(changed)
    assert set(told.hangs_on) == alone
    assert set(told.left_alone) == {term.name for term in book.findings if term.fixed and term.name in known}


@tries(40)
@given(st.data())
def test_unknown_takes_an_answer_back(data: st.DataObject) -> None:
    book = data.draw(books())
    known = data.draw(possible_facts(book))
    now, plan = decide(book, known), CompiledRulebook(book)
    for name in known:
        rest = {other: value for other, value in known.items() if other != name}
        again = explain.what_if(plan, now, {name: None}).after
        assert (dict(again.case.facts), again.marks) == (rest, decide(book, rest).marks)


def settled_at_once(question: explain.OpenQuestion) -> int:
    """How many conclusions, of several values not only which are out, one answer to a question settles at the most."""
    told = [
        [one for one in effect.settles.values() if not isinstance(one.answer, Members)] for effect in question.effects
    ]
    return max(map(len, told), default=0)


@tries(60)
@given(st.data())
def test_screening_is_asked_before_all_then_what_settles_most_and_each_gate_before_what_it_gates(
    data: st.DataObject,
) -> None:
    book = data.draw(books())
    asked = explain.what_next(CompiledRulebook(book), decide(book, data.draw(possible_facts(book)))).asked
    names = [question.term.name for question in asked]
    for place, name in enumerate(names):
        assert not book.gating(name) & set(names[place + 1 :])
    gates = set[str]().union(*(book.gating(name) for name in names))
    free = [question for question in asked if question.term.name not in gates and not book.gating(question.term.name)]
    order = [(not question.term.screening, -settled_at_once(question)) for question in free]
    assert order == sorted(order)


def with_tallies(book: Rulebook, term: str) -> Iterator[str]:
    """The values of a conclusion of which a rule reads a tally; random rulebooks lay out no recommendation."""
    for entry in book.support[term]:
        lines = book.rules[entry.rule].condition.leaves()
        names = [name for line in lines for name in (line.term, getattr(line, "other", line.term))]
        if entry.value and any(book.terms[name].domain.kind == "tally" for name in names):
            yield entry.value


def alive(book: Rulebook, now: Decision, term: str) -> set[str | None]:
    """The values that a rule gives or still may, and the `otherwise`."""
    told = {one.value for one in book.support[term] if semantics.status(one, now.marks) != semantics.FAILS}
    return {*told, book.terms[term].otherwise} - {None}


@tries(60)
@given(st.data())
def test_without_a_value_those_with_tallies_are_weighed_or_those_that_may_still_be(data: st.DataObject) -> None:
    book = data.draw(any_rulebooks)
    now = decide(book, data.draw(facts(book)))
    for term in book.conclusions:
        if term.domain.kind == "tally":
            continue
        weighed = {one.value for one in explain.weigh(book, now, term.name).values}
        counted = set(with_tallies(book, term.name))
        assert weighed == (counted or alive(book, now, term.name) or set(term.domain.values))
