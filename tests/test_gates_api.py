"""What the gates of the Python API refuse: cases with faults, and what no term allows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be refused)
import pytest

from engine import explain, semantics
from engine.alarms import Alarms
from engine.case import Case, Decision
from engine.chain import Chain
from engine.circuit import CompiledRulebook
from engine.columns.diff import Compared
from engine.columns.program import Program
from engine.errors import CaseError, Place, Problem, QuestionError
from engine.language import Domain
from engine.loader import case_from
from engine.rulebook import Rulebook, Term

FAULTS: list[dict[str, Any]] = [
    {"problems": (Problem(Place("a.yaml", 2), "'yess' is not a value of 'saddle numbness'"),)},
    {"at_fault": {"saddle numbness": "yes"}},
    {"unread": True},
]


def readings(rulebook: Rulebook) -> list[Callable[[Case], Decision]]:
    return [lambda case: semantics.decide(rulebook, case), Chain(rulebook).decide]


@pytest.mark.parametrize("fault", FAULTS, ids=["problems", "at fault", "unread"])
def test_a_case_in_which_something_was_wrong_gets_no_advice(clinic: Rulebook, fault: dict[str, Any]) -> None:
    for decide in readings(clinic):
        with pytest.raises(CaseError) as caught:
            decide(Case("x", {"fever": "no"}, **fault))
        assert caught.value.problems == fault.get("problems", caught.value.problems)
        assert caught.value.problems


def test_other_answers_to_a_case_with_problems_get_no_advice_either(clinic: Rulebook) -> None:
    decision = semantics.decide(clinic, Case("x", {"fever": "no"}))
    doubted = replace(decision, case=replace(decision.case, **FAULTS[0]))
    with pytest.raises(CaseError, match="'yess'"):
        explain.what_if(explain.CompiledRulebook(clinic), doubted, {"fever": "yes"})


class Lying(dict[str, Any]):
    """Tells other items than it holds."""

    def items(self) -> Any:
        return {"fever": "no"}.items()


class Name(str):
    """A name that is equal to none."""

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return False


@pytest.mark.parametrize(
    "facts", [Lying({"saddle numbness": True}), {Name("saddle numbness"): "yes"}], ids=["other items", "other names"]
)
def test_what_is_checked_is_what_is_decided(clinic: Rulebook, facts: dict[str, Any]) -> None:
    for decide in readings(clinic):
        with pytest.raises(CaseError, match="saddle numbness"):
            decide(Case("x", facts))


def test_a_decision_keeps_the_facts_that_it_was_made_of(clinic: Rulebook) -> None:
    for decide in readings(clinic):
        facts = Lying({"saddle numbness": "yes"})
        decision = decide(Case("x", facts))
        facts["saddle numbness"] = "no"
        assert type(decision.case.facts) is dict
        assert decision.case.facts == decision.state.facts == {"saddle numbness": "yes"}


ODD: list[dict[str, Any]] = [
    {"facts": {"saddle numbness": True}},
    {"facts": {"sadle numbness": "yes"}},
    {"facts": {"age": True}},
    {"at_fault": {"sadle numbness": None}},
    {"at_fault": {"urgency": None}},
    {"at_fault": {"saddle numbness": True}},
    {"at_fault": {5: None}},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_no_figures_are_told_of_what_no_term_allows(clinic: Rulebook, odd: dict[str, Any]) -> None:
    with pytest.raises(CaseError):
        Alarms(CompiledRulebook(clinic)).figures(Case("x", odd.get("facts", {}), at_fault=odd.get("at_fault", {})))


@pytest.mark.parametrize(
    "table", [{"age": [True]}, {"age": [70.9]}, {"age": [700]}, {"agee": [70]}, {"saddle numbness": ["Yes"]}], ids=str
)
def test_no_bitmaps_are_made_of_what_no_term_allows(clinic: Rulebook, table: dict[str, Any]) -> None:
    program = Program(CompiledRulebook(clinic))
    for read in (program.marks, program.evaluate):
        with pytest.raises(CaseError, match=next(iter(table))):
            read(pl.DataFrame(table))


def test_a_finding_that_is_new_is_unknown_to_the_rulebook_before(clinic: Rulebook) -> None:
    new = Term("new", Domain("yes/no", ("yes", "no")), True, Place(""))
    compared = Compared(clinic, replace(clinic, terms={**clinic.terms, "new": new}), ["urgency"])
    compared.add(pl.DataFrame({"case": ["a"], "new": ["yes"], "saddle numbness": ["yes"]}))
    assert (compared.cases, compared.changed) == (1, 0)


ODD_ANSWERS: list[Any] = [{"sadle numbness": "yes"}, {"Saddle numbness": "yes"}, {"urgency": "emergency"}, {5: "yes"}]
ODD_ANSWERS += [{"age": True}, {"sadle numbness": None}]
ODD_ANSWERS += [{"movements tested": "no", "repeated extension": "worse and stays worse"}]


@pytest.mark.parametrize("answers", ODD_ANSWERS, ids=str)
def test_other_answers_are_facts_of_a_patient_that_can_be(bundled: Rulebook, answers: Any) -> None:
    decision = semantics.decide(bundled, Case("x", {"fever": "no"}))
    with pytest.raises(CaseError):
        explain.what_if(explain.CompiledRulebook(bundled), decision, answers)


def questions(rulebook: Rulebook, decision: Decision, terms: Any) -> list[Callable[[], object]]:
    plan, judged = explain.CompiledRulebook(rulebook), explain.Judged(rulebook, decision)
    return [
        lambda: explain.what_if(plan, decision, {"fever": "yes"}, terms),
        lambda: explain.what_would_change(plan, decision, terms),
        lambda: explain.enough(plan, decision, terms),
        lambda: explain.what_next(plan, decision, terms),
        lambda: explain.compare(plan, decision, decision, terms),
        lambda: explain.compare_rulebooks(judged, judged, terms),
        lambda: explain.why(rulebook, decision, *terms if isinstance(terms, tuple) else ("urgncy",)),
        lambda: explain.why_not(plan, decision, *terms if isinstance(terms, tuple) else ("urgncy",)),
        lambda: explain.weigh(rulebook, decision, *terms if isinstance(terms, tuple) else ("urgncy",)),
    ]


@pytest.mark.parametrize("terms", ["urgency", ["urgncy"], ["fever"], [5]], ids=str)
def test_no_question_is_asked_of_what_is_no_conclusion(clinic: Rulebook, terms: Any) -> None:
    decision = semantics.decide(clinic, Case("x", {"fever": "no"}))
    for ask in questions(clinic, decision, terms):
        with pytest.raises(QuestionError):
            ask()


@pytest.mark.parametrize("values", ["emergency", ("emergancy",), (4,)], ids=str)
def test_no_question_is_asked_of_what_is_no_value(clinic: Rulebook, values: Any) -> None:
    decision = semantics.decide(clinic, Case("x", {"fever": "no"}))
    with pytest.raises(QuestionError, match=r"not a value|one text"):
        explain.why_not(explain.CompiledRulebook(clinic), decision, "urgency", values)
    with pytest.raises(QuestionError, match=r"not a value|one text"):
        explain.weigh(clinic, decision, "urgency", values)


def test_a_decision_is_explained_by_its_own_rulebook_and_facts_alone(clinic: Rulebook) -> None:
    decision = semantics.decide(clinic, Case("x", {"fever": "no"}))
    changed = replace(decision, case=Case("x", {"fever": "yes"}))
    for odd in (replace(decision, rulebook="another"), changed):
        for ask in questions(clinic, odd, ("urgency",)):
            with pytest.raises(QuestionError):
                ask()


def test_a_number_of_a_tally_may_be_a_number_or_its_text(bundled: Rulebook) -> None:
    decision, plan = semantics.decide(bundled, Case("x", {"fever": "no"})), explain.CompiledRulebook(bundled)
    tally = next(term.name for term in bundled.conclusions if term.domain.kind == "tally")
    as_number: Any = (1,)
    assert explain.why_not(plan, decision, tally, as_number) == explain.why_not(plan, decision, tally, ("1",))
    with pytest.raises(QuestionError):
        explain.why_not(plan, decision, tally, ("many",))


def test_answers_that_no_patient_can_have_together_get_no_advice(bundled: Rulebook) -> None:
    facts: dict[str, Any] = {"movements tested": "no", "repeated extension": "worse and stays worse"}
    with pytest.raises(CaseError) as told:
        Chain(bundled).decide(Case("x", facts))
    with pytest.raises(CaseError) as read:
        case_from(bundled, facts, "x")
    assert [problem.words for problem in told.value.problems] == [problem.words for problem in read.value.problems]
    for name in facts:
        Chain(bundled).decide(Case("x", {name: facts[name]}))


@pytest.mark.parametrize("odd", [None, 5, {"fever": "yes"}, Case("x", None), Case("x", [("fever", "yes")])], ids=str)  # type: ignore[arg-type]
def test_what_is_no_case_is_told(clinic: Rulebook, odd: Any) -> None:
    for decide in (*readings(clinic), Alarms(CompiledRulebook(clinic)).figures):
        with pytest.raises(CaseError, match=r"a Case|a mapping"):
            decide(odd)


@pytest.mark.parametrize("odd", [None, 5, "urgency", {"urgency": "emergency"}], ids=str)
def test_no_question_is_asked_of_what_is_no_decision(clinic: Rulebook, odd: Any) -> None:
    rests: Callable[[], object] = lambda: explain.rests_on(clinic, odd, "urgency")  # noqa: E731
    for ask in [*questions(clinic, odd, ("urgency",)), rests]:
        with pytest.raises(QuestionError, match="is not a decision"):
            ask()


def test_what_an_answer_rests_on_is_asked_of_a_term_and_of_its_own_decision(clinic: Rulebook) -> None:
    decision = semantics.decide(clinic, Case("x", {"fever": "yes"}))
    assert explain.rests_on(clinic, decision, "urgency") == ("fever",)
    odd_terms: list[Any] = ["urgncy", 5, None, []]
    for term in odd_terms:
        with pytest.raises(QuestionError, match="is not a term"):
            explain.rests_on(clinic, decision, term)
    with pytest.raises(QuestionError, match="another"):
        explain.rests_on(clinic, replace(decision, rulebook="another"), "urgency")


def test_what_has_no_values_of_rules_is_not_weighed(bundled: Rulebook) -> None:
    decision = semantics.decide(bundled, Case("x", {"fever": "no"}))
    tally = next(term.name for term in bundled.conclusions if term.domain.kind == "tally")
    for term, values in ((tally, ()), (tally, ("1",)), ("complete", ()), ("screening complete", ("yes",))):
        with pytest.raises(QuestionError, match="has no values to weigh"):
            explain.weigh(bundled, decision, term, values)


@pytest.mark.parametrize("odd", [None, 5], ids=str)
def test_what_is_not_several_is_told(clinic: Rulebook, odd: Any) -> None:
    decision, plan = semantics.decide(clinic, Case("x", {"fever": "no"})), explain.CompiledRulebook(clinic)
    with pytest.raises(QuestionError, match="for terms; expected a tuple"):
        explain.enough(plan, decision, odd)
    for ask in (
        lambda: explain.why_not(plan, decision, "urgency", odd),
        lambda: explain.weigh(clinic, decision, "urgency", odd),
    ):
        with pytest.raises(QuestionError, match="for values; expected a tuple"):
            ask()
    with pytest.raises(CaseError, match="answers of type"):
        explain.what_if(plan, decision, odd)


def test_terms_that_can_be_looked_through_only_once_are_refused_and_not_taken_for_none(clinic: Rulebook) -> None:
    decision = semantics.decide(clinic, Case("x", {"saddle numbness": "yes"}))
    for number in range(6):
        once: Any = iter(("urgency",))
        with pytest.raises(QuestionError, match="for terms; expected a tuple"):
            questions(clinic, decision, once)[number]()


@pytest.mark.parametrize("most", [-1, "3", 1.5, True], ids=str)
def test_how_many_are_told_is_a_number(clinic: Rulebook, most: Any) -> None:
    decision = semantics.decide(clinic, Case("x", {"saddle numbness": "yes"}))
    with pytest.raises(QuestionError, match="of each size"):
        explain.what_would_change(explain.CompiledRulebook(clinic), decision, ("urgency",), most)


@pytest.mark.parametrize("at_fault", [None, ("age",), ["age"]], ids=str)
def test_what_is_at_fault_is_a_mapping(clinic: Rulebook, at_fault: Any) -> None:
    with pytest.raises(CaseError):
        Alarms(CompiledRulebook(clinic)).figures(Case("x", {}, at_fault=at_fault))
