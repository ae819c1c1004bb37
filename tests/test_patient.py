"""The reading for the patient: plain words, alarms first, nothing said of what is open, and never a diagnosis."""

import re

from engine import explain, render, semantics
from engine.case import Case, Decision
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import ROOT
from tests.test_cli import run
from tests.test_truth import decide, rulebook

JARGON = (
    "-type",
    "red flag",
    "pattern:",
    "exercise direction",
    "spondyl",
    "stenosis",
    "LR+",
    "urgency",
    "adjustment",
    "flexion",
)
NO_DIAGNOSIS = "This is no diagnosis, and it does not replace a clinician. If it and your clinician differ, trust your"
NOT_REVIEWED = "No clinician has reviewed the rules behind this yet."


def told(book: Rulebook, decision: Decision, term: str = "") -> list[str]:
    if not term:
        lines = render.recommendation_for_patient(book, decision)
    else:
        lines = render.why_for_patient(book, decision, explain.why(book, decision, term))
    return ["  " * line.indent + line.bullet + line.text for line in lines]


def test_no_jargon_and_no_rule_is_told_to_a_patient(bundled: Rulebook, some_cases: tuple[Case, ...]) -> None:
    for saved in some_cases:
        decision = semantics.decide(bundled, saved)
        for term in ("", "exercise direction", "urgency", "working pattern", "red flag"):
            text = "\n".join(told(bundled, decision, term))
            assert not [word for word in JARGON if word in text]
            assert not re.findall(r"\w+_\w+", text)  # as most rules are named
            assert NO_DIAGNOSIS in text
            assert NOT_REVIEWED in text


def test_every_value_that_is_a_name_has_a_short_sentence_for_patients(bundled: Rulebook) -> None:
    recommendation = bundled.recommendation
    assert recommendation is not None
    shown = [bundled.terms[name] for section in recommendation.sections_for_patients for name in section.terms]
    for term in (term for term in shown if term.domain.kind != "several" and term.name not in ("exercise", "dose")):
        assert set(term.for_patients) == set(term.domain.values)
    for term in bundled.terms.values():
        for text in term.for_patients.values():
            assert all(len(sentence.split()) <= 20 for sentence in text.split(". "))
            assert not re.search(r"\byou have\b", text)


def test_an_alarm_is_told_first(bundled: Rulebook) -> None:
    decision = semantics.decide(bundled, bundled.cases["only_saddle_numbness_told"])
    lines = list(render.recommendation_for_patient(bundled, decision))
    assert (lines[0].text, lines[1].text) == ("How soon to be seen", "Go to an emergency department now.")
    assert lines[1].style == "alarm"


def test_what_may_still_rise_is_never_told_as_if_it_were_settled(bundled: Rulebook) -> None:
    for saved in bundled.cases.values():
        if saved.expected and not isinstance(saved.expected["urgency"], str):
            decision = semantics.decide(bundled, saved)
            assert "  Nothing that you answered asks for a clinician soon." not in told(bundled, decision)


def test_an_unanswered_screening_question_is_asked_before_anything_is_advised(bundled: Rulebook) -> None:
    decision = semantics.decide(bundled, bundled.cases["bladder_question_unanswered"])
    assert told(bundled, decision)[:8] == [
        "How soon to be seen",
        "  Not known yet. Some questions are not answered.",
        "Answer this first",
        "  Until then nothing is advised that needs it.",
        "  ? Has anything changed in how you pass water since this pain began, or in the last two weeks?",
        "What to do",
        "  Not known yet. Some questions are not answered.",
        "What to leave for now",
    ]
    assert told(bundled, decision, "exercise direction")[:3] == [
        "Not known yet. Some questions are not answered.",
        "Not answered yet",
        "  ? Has anything changed in how you pass water since this pain began, or in the last two weeks?",
    ]


def test_the_reasons_are_what_the_patient_told(bundled: Rulebook) -> None:
    decision = semantics.decide(bundled, bundled.cases["fever_and_a_weak_leg"])
    assert told(bundled, decision, "exercise direction")[:-2] == [
        "No exercise is advised for now.",
        "Why",
        "  - Something was found that may be serious. It must be looked into before any exercise.",
        "  This is what you told us:",
        "  - Do you have a fever or shaking chills? Yes.",
        "  - Do you feel ill in yourself, apart from the back pain? Yes.",
        "  - Have you had an infection in recent weeks? Yes.",
        "  - How many weeks ago did this back pain begin? 2.",
        "  - What is the pain like at night? Constant and unrelieved.",
        "    It is there all night, and no position eases it.",
        "  - Do you have diabetes? Yes.",
        "  - Is a leg or foot weak? Worsening.",
        "    It is growing.",
    ]


def test_a_follow_up_is_told_what_becomes_of_the_exercise(bundled: Rulebook) -> None:
    decision = semantics.decide(bundled, bundled.cases["followup_bending_spreads_down_the_leg"])
    lines = told(bundled, decision)
    start = lines.index("What to do")
    assert lines[start : start + 3] == [
        "What to do",
        "  The exercise has to be changed.",
        "  The movements have to be tested before an exercise is chosen.",
    ]


def test_a_dispute_is_told_without_taking_a_side() -> None:
    book = rulebook("r | if: [a: yes] | single: p", "s | if: [b: yes] | single: q")
    decision = decide(book, a="yes", b="yes")
    [title, line, *_] = told(book, decision)
    assert (title, line) == (
        "Your answers",
        "  Your answers point more than one way here. So nothing is said; let a clinician look.",
    )
    assert not any(re.search(r"\b[pq]\b", text) for text in told(book, decision))


def test_an_answer_by_default_is_told_by_what_speaks_for_nothing_else(bundled: Rulebook) -> None:
    decision = semantics.decide(bundled, bundled.cases["disc_centralises_on_extension"])
    assert told(bundled, decision, "red flag")[:2] == [
        "Taken together, your answers raise no alarm that forbids exercise.",
        "  Nothing that you answered speaks for anything else.",
    ]


def test_words_for_patients_are_of_values_that_exist() -> None:
    book = load(ROOT / "tests" / "bicycle")
    assert not any(term.for_patients for term in book.terms.values())
    assert told(book, semantics.decide(book, next(iter(book.cases.values()))))


WRONG = "saddle numbness: yes\npregnant: late\nsex: male\nage: old\n"


def test_a_patient_whose_answers_cannot_be_right_is_told_how_soon_to_be_seen_all_the_same() -> None:
    for question in ("decide", "why"):
        code, output, _ = run(question, "-", "--for", "patient", stdin=WRONG)
        said = " ".join(output.split())
        assert code == 1
        assert said.startswith(
            "Something in these answers cannot be right, so nothing is advised from them yet "
            "- 'old' is not a value of 'age'; expected a whole number, 0 to 120. "
            "- A male body is not pregnant. (pregnant: late; sex: male); expected another answer to 'pregnant' or "
            "'sex'. "
            "Go to an emergency department now. Please note"
        )
        assert NO_DIAGNOSIS in said
        assert NOT_REVIEWED in said


def test_a_wrong_answer_reassures_no_patient() -> None:
    _, output, _ = run("decide", "-", "--for", "patient", stdin="pain coughing: old\nfever: no\n")
    assert "Not known yet. Some questions are not answered." in output
    _, output, _ = run("decide", "-", "--for", "patient", stdin="age: old\nfever: no\n")
    assert "It may be more serious than it seems" in output


def test_who_asks_why_nothing_is_known_is_not_flooded_with_questions(bundled: Rulebook) -> None:
    lines = told(bundled, semantics.decide(bundled, Case("nobody", {})), "exercise direction")
    assert sum("? " in line for line in lines) == 12
    assert any(line.endswith(" other questions") for line in lines)


def test_every_list_has_its_name(bundled: Rulebook) -> None:
    decision = semantics.decide(bundled, bundled.cases["disc_centralises_on_extension"])
    for lines in (render.recommendation(bundled, decision), render.recommendation_for_patient(bundled, decision)):
        texts = [(line.indent, line.text.lower(), line.bullet) for line in lines]
        for name in ("avoid", "advice"):
            place = texts.index((1, f"{name}:", ""))
            assert texts[place + 1][0] == 2
            assert texts[place + 1][2] == "- "
    assert "  Avoid:" in told(bundled, decision)
