"""Scales and tallies over rules that dispute: shown with their lower end, listed as disputed, alike everywhere."""

import pytest

from engine import explain, render, semantics
from engine.case import Decision
from engine.columns.tables import Answering
from engine.explain import CompiledRulebook, Outcome
from engine.rulebook import Rulebook
from tests.outcomes import table
from tests.rulebooks import case
from tests.test_truth import decide, rulebook

CARDS = (
    "x | if: [a: yes] | single: p",
    "y | if: [b: yes] | single: q",
    "p | if: [single: p] | for it, scale: high",
)
CROSSED = {"for it": Outcome(1, ("0", "1")), "scale": Outcome("high", ("low", "middle", "high"))}


@pytest.fixture
def book() -> Rulebook:
    return rulebook(*CARDS)


@pytest.fixture
def both(book: Rulebook) -> Decision:
    return decide(book, a="yes", b="yes")


@pytest.mark.parametrize("term", CROSSED)
def test_every_question_takes_it_for_what_the_decision_says(book: Rulebook, both: Decision, term: str) -> None:
    plan = CompiledRulebook(book)
    [change] = explain.compare(plan, decide(book), both, (term,)).advice
    assert change.after == CROSSED[term]
    assert explain.enough(plan, both, (term,)).advice == {term: CROSSED[term]}
    [question] = explain.what_next(plan, decide(book, a="yes"), (term,)).asked
    assert [effect.settles[term] for effect in question.effects if effect.answers.values == ("yes",)] == [CROSSED[term]]
    assert explain.why(book, both, term).how == "disputed"


def test_no_question_is_asked_that_cannot_matter(book: Rulebook, both: Decision) -> None:
    assert explain.what_next(CompiledRulebook(book), both, tuple(CROSSED)).settled


def test_what_a_disputed_scale_has_reached_is_not_given_as_its_answer_without_the_dispute(
    book: Rulebook, both: Decision
) -> None:
    told = [line.text for line in render.recommendation(book, both)]
    assert "scale: high, disputed: low; middle; high (p)" in told
    assert "for it: 1, disputed: 0; 1 (p)" in told
    told = [line.text for line in render.recommendation_for_patient(book, both)]
    assert told[told.index("Scale: high.") + 1].startswith("Your answers point more than one way here.")


def test_the_columns_list_them_as_disputed(book: Rulebook, both: Decision) -> None:
    known = [{"a": "yes", "b": "yes"}, {"a": "yes"}, {}]
    rows = (
        Answering(CompiledRulebook(book))
        .answers(table(book, [case(facts) for facts in known]), "fired")
        .rows(named=True)
    )
    assert [row["disputed"] for row in rows] == ["; ".join(both.disputed), None, None]
    assert (rows[0]["scale at least"], rows[0]["scale at most"]) == ("high", "high")
    assert (rows[0]["for it at least"], rows[0]["for it at most"]) == (1, 1)
    assert set(both.disputed) == {"single", "for it", "scale"}


def test_why_not_answers_where_an_exclusion_names_every_value_of_a_scale() -> None:
    book = rulebook(
        "s | if: [a: yes] | scale: high",
        "q | if: [a: yes]\nunless: [at least 2 of: [scale: low or middle or high, b: yes]] | other: yes",
    )
    decision = semantics.decide(book, case({"a": "yes", "b": "yes"}))
    told = explain.why_not(CompiledRulebook(book), decision, "other", ("yes",))
    assert [one.reason.rule.id for one in told.rules] == ["q"]
    assert told.way is not None
    assert [(answer.term, answer.after) for answer in told.way.answers] == [("b", "no")]


def test_the_columns_list_disputes_in_the_order_of_the_terms_whatever_is_settled_first() -> None:
    book = rulebook(
        "a | if: [a: yes] | other: yes",
        "b | if: [a: yes] | other: no",
        "c | if: [other: yes] | single: p",
        "d | if: [other: yes] | single: q",
    )
    disputing = case({"a": "yes"})
    (told,) = Answering(CompiledRulebook(book)).answers(table(book, [disputing]), "fired")["disputed"].to_list()
    assert told == "; ".join(semantics.decide(book, disputing).disputed)
    assert told.count(";") == 1
