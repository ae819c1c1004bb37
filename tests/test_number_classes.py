"""Which numbers are tried: one of each class that the rules, or what no patient can be, tell apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Case
from engine.explain import CompiledRulebook, what_next
from engine.language import RELATIONS, Against, Condition, Domain, Within
from engine.rulebook import COMPLETE, SCREENED, Law, Rule, Rulebook, Term
from tests.rulebooks import NOWHERE

NARROW, WIDE = 120, 1_000


def ages(high: int, impossible: Against | None = None) -> Rulebook:
    """Whether pain began young; `impossible` is what no patient can be."""
    finding = Domain("number", low=0, high=high)
    terms = {name: Term(name, finding, True, NOWHERE) for name in ("age", "age at onset")}
    built_in = Domain("yes/no", ("yes",))
    terms |= {name: Term(name, built_in, False, NOWHERE, built_in=True) for name in (SCREENED, COMPLETE)}
    terms["young"] = Term("young", Domain("yes/no", ("yes", "no")), False, NOWHERE, otherwise="no")
    under = Condition((Within("age at onset", None, 44, "under 45"),))
    rules = {"young": Rule("young", "", under, (("young", "yes"),), "", (), NOWHERE)}
    laws = {"law": Law("law", "", Condition((impossible,)), (), NOWHERE)} if impossible else {}
    return Rulebook(terms, rules, impossible=laws)


@pytest.mark.parametrize("high", [NARROW, WIDE])
@pytest.mark.parametrize("age", [0, 25, 44])
def test_a_question_of_which_most_answers_are_impossible_is_asked(high: int, age: int) -> None:
    book = ages(high, Against("age at onset", "over", "age"))
    decision = semantics.decide(book, Case("one", {"age": age}))
    for prove in (True, False):
        found = what_next(CompiledRulebook(book), decision, prove=prove)
        assert [question.term.name for question in found.asked] == ["age at onset"]


@given(
    st.sampled_from(sorted(RELATIONS)),
    st.sampled_from([NARROW, WIDE]),
    st.integers(0, 60),
    st.integers(0, NARROW),
    st.booleans(),
)
def test_the_numbers_that_are_tried_show_all_that_a_line_can_be(
    relation: str, high: int, amount: int, known: int, turned: bool
) -> None:
    names = ("age", "age at onset") if turned else ("age at onset", "age")
    line = Against(names[0], relation, names[1], amount)
    book = ages(high, line)

    def mark(number: int) -> int:
        return semantics.mark_line(line, semantics.State({"age": known, "age at onset": number}))

    tried = CompiledRulebook(book).options(book.terms["age at onset"], {"age": known})
    assert {mark(int(option.value or 0)) for option in tried} == {mark(number) for number in range(high + 1)}
