"""What the questions about an answer cost over the decision itself, with the whole knowledge base."""

import statistics
import time
from collections.abc import Callable

import pytest

from engine import explain, truth
from engine.case import Case, Decision
from engine.explain import Plan
from engine.rulebook import Rulebook

pytestmark = pytest.mark.bench


def spent(work: Callable[[Decision], object], decisions: list[Decision]) -> str:
    """The CPU time of one question: the median and the longest, in milliseconds."""
    found = []
    for decision in decisions:
        start = time.process_time()
        work(decision)
        found.append((time.process_time() - start) * 1000)
    return f"{statistics.median(found):6.0f}   {max(found):7.0f}"


def test_the_questions_about_an_answer(bundled: Rulebook) -> None:
    whole = [truth.decide(bundled, case) for case in list(bundled.cases.values())[::3]]
    halves = [
        truth.decide(bundled, Case(one.case.id, dict(list(one.case.facts.items())[:: 1 + place % 3])))
        for place, one in enumerate(whole)
    ]
    start = time.process_time()
    plan = Plan(bundled)
    print(f"\nthe plan, once for a rulebook: {(time.process_time() - start) * 1000:.0f} ms")
    first, pattern = "exercise direction", "working pattern"
    questions: dict[str, tuple[Callable[[Decision], object], list[Decision]]] = {
        "why": (lambda one: explain.why(bundled, one, first), whole),
        "why not (extension)": (lambda one: explain.why_not(plan, one, first, ("extension",)), whole),
        "for and against": (lambda one: explain.weigh(bundled, one, pattern), whole),
        "next, without proof": (lambda one: explain.what_next(plan, one, prove=False), halves),
        "next, with proof": (lambda one: explain.what_next(plan, one), halves),
        "compare": (lambda one: explain.compare(plan, one, whole[0]), whole),
        "what would change": (lambda one: explain.what_would_change(plan, one), whole),
        "enough": (lambda one: explain.enough(plan, one), whole),
    }
    print("question               median ms   longest")
    for name, (work, decisions) in questions.items():
        print(f"{name:20}   {spent(work, decisions)}")
