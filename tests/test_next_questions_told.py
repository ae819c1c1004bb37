"""What to ask next, in words: which question, what its answers would settle, and when nothing more can change."""

from engine import explain, render
from engine.explain import CompiledRulebook
from tests.test_questions_told import CARDS, GATED, book, text
from tests.test_truth import decide, gated


def test_what_tells_whether_a_question_applies_is_asked_before_it_and_what_does_not_apply_never() -> None:
    rules = gated(GATED, "r | if: [c: one] | other: yes", "s | if: [x: over 3, b: yes] | other: yes")
    plan = CompiledRulebook(rules)
    asked = [question.term.name for question in explain.what_next(plan, decide(rules)).asked]
    assert [name for name in asked if name in GATED] == ["a", "b", "c"]
    found = explain.what_next(plan, decide(rules, a="no"))
    assert not {"b", "c"} & {question.term.name for question in found.asked}
    assert not {"b", "c"} & set(found.needless)


def test_an_answer_that_does_not_apply_is_told_where_it_came_in() -> None:
    rules = gated(GATED, "r | if: [c: one] | other: yes")
    told = text(render.difference(explain.what_if(CompiledRulebook(rules), decide(rules, a="no"), {"c": "one"})))
    assert told[:3] == ["c: the same advice", "Answered, and not used: these questions do not apply", "  c"]


def test_what_holds_for_everybody_needs_no_answer() -> None:
    rules = book(*CARDS)
    nothing = explain.enough(CompiledRulebook(rules), decide(rules), ("single",))
    assert text(render.enough(nothing, "line")) == ["This holds for everybody, as nothing is answered yet"]
    needless = explain.enough(CompiledRulebook(rules), decide(rules, y=5), ("other",))
    assert text(render.enough(needless, "line")) == ["This holds for everybody: no answer is needed for it"]


def test_the_next_question_says_what_its_answers_would_settle() -> None:
    rules = book(*CARDS[:1])
    found = explain.what_next(CompiledRulebook(rules), decide(rules, a="yes"), ("other",))
    assert text(render.questions(found)) == [
        "1 question can still change the advice of c; first: x",
        "1. x",
        "  ? X",
        "  if at most 3: other: no",
        "  if 4 or more: other: yes",
        "Not answered, and can change nothing any more",
        "  b, c, y",
    ]
    assert "  rules that wait for it: hidden" in text(render.questions(found, "everything"))


def test_screening_is_asked_before_all() -> None:
    rules = book(*CARDS)
    asked = [
        question.term.name for question in explain.what_next(CompiledRulebook(rules), decide(rules, a="yes")).asked
    ]
    assert asked[:2] == ["b", "c"]


def test_that_nothing_can_change_it_any_more_is_said_with_its_proof() -> None:
    rules = book(*CARDS)
    told = explain.what_next(CompiledRulebook(rules), decide(rules, a="no"), ("other",))
    assert told.settled
    assert text(render.questions(told, "line")) == [
        "No answer can change the advice of c any more. Proved: nothing in it depends on what is not answered."
    ]
