"""The bundled knowledge base: its checks, its laws on made-up patients, and what no case may come to."""

import random
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Case, Decision, Range, Value
from engine.chain import Chain
from engine.checks import check
from engine.checks.as_expected import deviating
from engine.checks.saved_cases import answer_terms
from engine.circuit import CompiledRulebook
from engine.reviewed import Reviewable, reviewed
from engine.rulebook import Rulebook, Term
from tests.conftest import tries

VOCABULARY_VALUES = {
    "working pattern": 11,
    "urgency": 5,
    "adjustment": 6,
    "exercise direction": 7,
    "test direction": 4,
}
ORDINARY: Mapping[str, Value] = {
    "leaning back": "worse",
    "leg weakness": "none",
    "bladder change": "none",
    "bowel change": "none",
    "osteoporosis": "none",
    "trauma": "none",
    "night pain": "none",
    "pain changes with posture": "yes",
    "pregnant": "no",
}


@pytest.mark.slow
@pytest.mark.no_cover  # it takes long, and every check is tried elsewhere
def test_nothing_is_to_be_mended(bundled: Rulebook, chain: Chain) -> None:
    report = check(bundled, chain.decide)
    assert [str(found.problem) for found in report.errors] == []
    assert report.mutation is not None
    assert report.counts["saved cases"] >= 30
    assert report.counts["claims"] == 15
    assert report.mutation.whole.percent >= 95
    assert report.mutation.alarms.percent == 100
    assert report.mutation.not_covered == ()


@pytest.mark.parametrize("term", VOCABULARY_VALUES)
def test_the_saved_cases_show_every_value(bundled: Rulebook, term: str) -> None:
    seen = {(case.expected or {}).get(term) for case in bundled.cases.values()}
    assert len(bundled.terms[term].domain.values) == VOCABULARY_VALUES[term]
    assert set(bundled.terms[term].domain.values) <= seen


def test_the_saved_cases_are_first_visits_and_follow_ups(bundled: Rulebook) -> None:
    visits = [case.facts.get("visit") for case in bundled.cases.values()]
    assert visits.count("first") >= 15
    assert visits.count("follow-up") >= 15


def test_nothing_is_reviewed_until_a_clinician_has_reviewed_it(bundled: Rulebook) -> None:
    assert not bundled.reviews
    things: list[Reviewable] = [*bundled.rules.values(), *bundled.laws.values(), *bundled.impossible.values()]
    assert {reviewed(bundled, thing).state for thing in things} == {"not reviewed"}


def test_no_screening_question_is_carried_over_from_an_earlier_visit(bundled: Rulebook) -> None:
    assert not [term.name for term in bundled.findings if term.screening and term.lasts]


# --- made-up patients ------------------------------------------------------------------------------------------------


def patient(book: Rulebook, choose: random.Random, alarming: float) -> dict[str, Value]:
    """A possible patient who answers every question that applies; with few alarms, so that all rules get their turn."""
    known: dict[str, Value] = {}
    for _ in range(3):
        state = semantics.State(known)
        for term in book.findings:
            if term.name not in known and not semantics.answered(term, state):
                known[term.name] = _answer(term, choose, alarming)
        for law in semantics.impossibilities(book, known):
            for name in law.condition.terms():
                known.pop(name, None)
    return known


def _answer(term: Term, choose: random.Random, alarming: float) -> Value:
    domain = term.domain
    if term.screening and choose.random() > alarming:
        if term.name in ORDINARY:
            return ORDINARY[term.name]
        if domain.kind == "yes/no":
            return "no"
    if domain.values:
        return choose.choice(domain.values)
    return choose.randint(domain.low, min(domain.high, 90))


def patients(book: Rulebook, count: int, seed: int) -> Iterator[dict[str, Value]]:
    choose = random.Random(seed)
    made = 0
    while made < count:
        known = patient(book, choose, choose.choice([0.0, 0.02, 0.1]))
        if not semantics.impossibilities(book, known) and not semantics.begin(book, known).unanswered:
            made += 1
            yield known


def some_of(known: Mapping[str, Value], choose: random.Random) -> dict[str, Value]:
    share = choose.random()
    return {name: known[name] for name in known if choose.random() < share}


@pytest.fixture(scope="module")
def count(whole: bool) -> int:
    """So many patients are made up; the laws are also proved for all."""
    return 800 if whole else 80


@pytest.fixture(scope="module")
def complete(bundled: Rulebook, count: int) -> list[Decision]:
    return [semantics.decide(bundled, Case(str(n), known)) for n, known in enumerate(patients(bundled, count, 7))]


def test_a_complete_case_leaves_nothing_unknown(complete: list[Decision]) -> None:
    for decision in complete:
        assert decision.waiting == ()
        assert decision.gaps == ()
        assert not any(isinstance(answer, Range) for answer in decision.conclusions.values())


def test_no_patient_is_disputed(complete: list[Decision]) -> None:
    assert [decision.disputed for decision in complete if decision.disputed] == []


def test_no_law_is_broken_by_a_complete_case(complete: list[Decision]) -> None:
    for decision in complete:
        assert [law.id for law in decision.broken] == []


def test_no_law_is_broken_and_nothing_disputed_where_answers_are_missing(bundled: Rulebook, count: int) -> None:
    choose = random.Random(11)
    for known in patients(bundled, count, 13):
        decision = semantics.decide(bundled, Case("some", some_of(known, choose)))
        assert [law.id for law in decision.broken] == []
        assert not decision.disputed


def test_every_saved_case_has_its_answers_and_breaks_no_law(bundled: Rulebook, compiled: CompiledRulebook) -> None:
    assert deviating(compiled, [*bundled.cases.values()]) == []


def test_while_a_screening_question_is_open_nothing_is_advised_that_rests_on_it(bundled: Rulebook, count: int) -> None:
    screening = [term.name for term in bundled.findings if term.screening and term.asked_if is None]
    choose = random.Random(17)
    for known in patients(bundled, count // 4, 19):
        del known[choose.choice(screening)]
        decision = semantics.decide(bundled, Case("open", known))
        assert bundled.terms[decision.ask[0]].screening
        for term in ("exercise direction", "exercise", "dose", "adjustment", "test direction"):
            assert decision.conclusions[term] is None
            assert term not in decision.gaps


@tries(60)
@given(st.randoms(use_true_random=False))
def test_the_chain_equals_truth_on_made_up_patients(bundled: Rulebook, chain: Chain, choose: random.Random) -> None:
    known = some_of(patient(bundled, choose, 0.1), choose)
    case = Case("made up", known)
    assert chain.decide(case) == semantics.decide(bundled, case)


# --- safety ----------------------------------------------------------------------------------------------------------

ALARMS: list[tuple[dict[str, Value], str]] = [
    ({"saddle numbness": "yes"}, "emergency"),
    ({"bladder change": "new"}, "emergency"),
    ({"bladder change": "worsening"}, "emergency"),
    ({"bowel change": "new"}, "emergency"),
    ({"bowel change": "worsening"}, "emergency"),
    ({"new sexual dysfunction": "yes"}, "emergency"),
    ({"nerve loss in both legs": "yes"}, "emergency"),
    ({"saddle tingling on walking": "yes", "saddle symptom onset": "sudden"}, "emergency"),
    ({"saddle tingling on walking": "yes", "saddle symptom onset": "gradual"}, "same day"),
    ({"tingling in both legs on walking": "yes", "symptoms in both legs for": "up to two weeks"}, "emergency"),
    (
        {"leg pain": "below the knee", "leg pain side": "both", "symptoms in both legs for": "up to two weeks"},
        "emergency",
    ),
    (
        {"leg pain": "below the knee", "leg pain side": "both", "symptoms in both legs for": "two to six weeks"},
        "urgent review",
    ),
    ({"leg weakness": "new"}, "same day"),
    ({"leg weakness": "worsening"}, "same day"),
    ({"leg weakness": "severe"}, "same day"),
    ({"collapse": "yes"}, "emergency"),
    ({"pulsating abdominal mass": "yes"}, "emergency"),
    ({"sex": "female", "age": 30, "bleeding in pregnancy": "yes"}, "emergency"),
    ({"trauma": "major"}, "same day"),
    ({"signs beyond the lumbar spine": "yes"}, "same day"),
    ({"flank colic": "yes", "pain changes with posture": "no"}, "same day"),
    ({"aneurysm": "known", "belly pain": "yes"}, "emergency"),
    (
        {
            "history of cancer": "yes",
            "kind of cancer": "one that often spreads to bone",
            "unexplained weight loss": "yes",
        },
        "same day",
    ),
    ({"fever": "yes", "feels unwell": "yes"}, "same day"),
    ({"fever": "yes", "leg weakness": "new"}, "emergency"),
]


@pytest.mark.parametrize(("known", "urgency"), ALARMS)
def test_an_alarm_alone_is_shown_at_once(bundled: Rulebook, known: dict[str, Value], urgency: str) -> None:
    decision = semantics.decide(bundled, Case("alarm", known))
    answer = decision.conclusions["urgency"]
    assert (answer.low if isinstance(answer, Range) else answer) == urgency
    assert decision.conclusions["red flag"] == "yes"
    assert decision.conclusions["exercise direction"] is None


def test_an_alarm_is_never_lowered_by_more_answers(bundled: Rulebook, complete: list[Decision], whole: bool) -> None:
    order = bundled.terms["urgency"].domain.values
    for decision in complete[: 60 if whole else 20]:
        for alarm, urgency in ALARMS[:7]:
            answer = semantics.decide(bundled, Case("alarm", {**decision.case.facts, **alarm})).conclusions["urgency"]
            assert isinstance(answer, str)
            assert order.index(answer) >= order.index(urgency)


def test_the_answer_is_what_the_recommendation_shows(bundled: Rulebook) -> None:
    shown = answer_terms(bundled)
    assert {"urgency", "exercise direction", "exercise", "dose", "avoid", "advice", "working pattern"} <= set(shown)
