"""What the questions about an answer cost over the decision itself, with the whole knowledge base."""

import random
import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial

import pytest

from engine import explain, semantics
from engine.case import Case, Decision
from engine.explain import CompiledRulebook
from engine.rulebook import Rulebook

pytestmark = pytest.mark.bench


def spent(work: Callable[..., object], samples: Iterable[tuple[object, ...]]) -> str:
    """The CPU time of one question: how often it was asked, the median, the 90th percentile and the longest, in ms."""
    found = []
    for sample in samples:
        start = time.process_time()
        work(*sample)
        found.append((time.process_time() - start) * 1000)
    ninth = statistics.quantiles(found, n=10, method="inclusive")[-1]
    return f"{len(found):4}   {statistics.median(found):9.0f}   {ninth:11.0f}   {max(found):7.0f}"


def part(decision: Decision, bundled: Rulebook, step: int) -> Decision:
    """The case with every so many of its answers alone."""
    return semantics.decide(bundled, Case(decision.case.id, dict(list(decision.case.facts.items())[::step])))


def test_the_questions_about_an_answer(bundled: Rulebook) -> None:
    whole = [semantics.decide(bundled, case) for case in list(bundled.cases.values())[::3]]
    halves = [part(one, bundled, 1 + place % 3) for place, one in enumerate(whole)]
    begun = [
        semantics.decide(bundled, Case(one.case.id, dict(list(one.case.facts.items())[: place % 40])))
        for place, one in enumerate(whole)
    ]
    choose, terms = random.Random(1), [term for term in bundled.conclusions if term.domain.values]
    wanted = [
        (decision, term.name, (choose.choice(term.domain.values),))
        for decision in (*whole, *halves, *begun)
        for term in choose.sample(terms, 4)
    ]
    start = time.process_time()
    compiled = CompiledRulebook(bundled)
    print(f"\nthe circuit, once for a rulebook: {(time.process_time() - start) * 1000:.0f} ms")
    start = time.process_time()
    explain.what_next(compiled, begun[-1])
    print(f"the first question that a solver is asked: {(time.process_time() - start) * 1000:.0f} ms")
    questions: dict[str, tuple[Callable[..., object], list[tuple[object, ...]]]] = {
        "why": (partial(explain.why, bundled), [(one, "exercise direction") for one in whole]),
        "for and against": (partial(explain.weigh, bundled), [(one, "working pattern") for one in whole]),
        "why not": (partial(explain.why_not, compiled), list(wanted)),
        "next, without proof": (
            partial(explain.what_next, compiled, prove=False),
            [(one,) for one in (*halves, *begun)],
        ),
        "next, with proof": (partial(explain.what_next, compiled), [(one,) for one in (*halves, *begun)]),
        "compare": (partial(explain.compare, compiled), [(one, whole[0]) for one in whole]),
        "what would change": (partial(explain.what_would_change, compiled), [(one,) for one in (*whole, *begun)]),
        "of one conclusion": (
            partial(explain.what_would_change, compiled),
            [(decision, (term,)) for decision, term, _ in wanted[::4]],
        ),
        "enough": (partial(explain.enough, compiled), [(one,) for one in whole]),
    }
    print("question              asked   median ms   9th tenth ms   longest")
    for name, (work, samples) in questions.items():
        print(f"{name:20}   {spent(work, samples)}")
