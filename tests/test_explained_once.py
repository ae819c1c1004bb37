"""Explanations are whole: what an output refers to stands in it, and none is too deep, too wide or too long to read."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import explain, render, semantics
from engine.case import Decision, Value
from engine.explain import CompiledRulebook
from engine.language import MAX_PARTS, Condition, Domain, Group, Is, Within
from engine.render import StyledLine
from engine.render.once import ABOVE, BELOW
from engine.render.pictures import page_of, page_of_sides
from engine.render.why import DEEPEST
from engine.rulebook import COMPLETE, SCREENED, Recommendation, Rule, Rulebook, Section, Term
from tests.conftest import tries
from tests.rulebooks import NOWHERE, case, facts, rulebooks
from tests.tags import whole

YES_NO = Domain("yes/no", ("yes", "no"))
REFERENCE = re.compile(r"(?P<what>.+) \((?P<where>explained above|explained below)\)")


def left_hanging(lines: Iterable[StyledLine]) -> Iterator[str]:
    """The references of an output that have no target where they say that it is."""
    told = [line.text for line in lines]
    for place, line in enumerate(told):
        if found := REFERENCE.fullmatch(line):
            part = told[:place] if found["where"] == "explained above" else told[place + 1 :]
            if not any(_explains(other, found["what"]) for other in part):
                yield line
        assert "told above" not in line


def _explains(line: str, what: str) -> bool:
    return line.startswith(what) and not REFERENCE.fullmatch(line)


def explanations(book: Rulebook, decision: Decision, plan: CompiledRulebook, term: str) -> Iterator[list[StyledLine]]:
    """Every output that may refer to itself: why and why not, at each length."""
    reason, missing = explain.why(book, decision, term), explain.why_not(plan, decision, term)
    for length in render.LENGTHS:
        yield list(render.why(reason, length))
        yield list(render.why_not(missing, length))
    for told in (reason.as_json(), missing.as_json()):
        assert not list(unexplained(told))
    tags = whole(page_of(book, decision.case, reason))  # each link of a page leads to a place in it
    assert len(tags.links) == sum(tags.text.count(where) for where in (ABOVE, BELOW))


def unexplained(told: dict[str, Any]) -> Iterator[Any]:
    """What an object of JSON refers to, and does not explain."""
    keys = ("term", "wanted", "aim")
    explained = [[one.get(key) for key in keys] for one in told["beneath"]]
    for found in objects(told):
        below = found.get("below", [])
        wanted = [[name, None, None] for name in below if isinstance(name, str)]
        wanted += [[goal[key] for key in keys] for one in below if not isinstance(one, str) for goal in one["goals"]]
        yield from (one for one in wanted if one not in explained)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    queue = [value]
    while queue:
        one = queue.pop()
        if isinstance(one, dict):
            yield one
        queue += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()


def test_what_an_explanation_refers_to_stands_in_it_for_saved_cases(either: Rulebook) -> None:
    plan = CompiledRulebook(either)
    for number, saved in enumerate(either.cases.values()):
        decision = semantics.decide(either, saved)
        for term in ("exercise direction", either.conclusions[number % len(either.conclusions)].name):
            for told in explanations(either, decision, plan, term):
                assert not list(left_hanging(told))


@tries(40)
@given(st.data())
def test_what_an_explanation_refers_to_stands_in_it(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    decision = semantics.decide(book, case(data.draw(facts(book))))
    plan = CompiledRulebook(book)
    for term in book.conclusions:
        for told in explanations(book, decision, plan, term.name):
            assert not list(left_hanging(told))


# --- a thousand conclusions in a row ---------------------------------------------------------------------------------

LONG = 1_000


def in_a_row(count: int) -> Rulebook:
    """As many conclusions, each of which rests on the one before; the first on a finding."""
    start = Term("start", YES_NO, True, NOWHERE, ask="Start?")
    steps = [Term(f"step {number}", YES_NO, False, NOWHERE, otherwise="no") for number in range(1, count + 1)]
    terms = {term.name: term for term in (start, *steps)}
    for name in (SCREENED, COMPLETE):
        terms[name] = Term(name, YES_NO, False, NOWHERE, built_in=True)
    rules = {
        f"rule_{place}": Rule(
            f"rule_{place}",
            f"Step {place} follows.",
            Condition((Is(before.name, ("yes",)),)),
            ((step.name, "yes"),),
            "",
            (),
            NOWHERE,
        )
        for place, (before, step) in enumerate(pairwise((start, *steps)), 1)
    }
    sections = (Section("Steps", (steps[-1].name,)),)
    return Rulebook(terms, rules, recommendation=Recommendation("", steps[-1].name, sections))


@pytest.fixture(scope="module")
def long() -> CompiledRulebook:
    return CompiledRulebook(in_a_row(LONG))


@pytest.mark.slow
def test_a_thousand_conclusions_in_a_row_are_explained_down_to_the_answer(long: CompiledRulebook) -> None:
    book, last = long.rulebook, f"step {LONG}"
    for known in ({"start": "yes"}, {"start": "no"}, dict[str, Value]()):
        decision = semantics.decide(book, case(known))
        for told in explanations(book, decision, long, last):
            assert not list(left_hanging(told))
            assert max(line.indent for line in told) < DEEPEST + 5
    decision = semantics.decide(book, case({"start": "yes"}))
    reason, missing = explain.why(book, decision, last), explain.why_not(long, semantics.decide(book, case({})), last)
    said = [line.text for line in render.why(reason)]
    assert sum(line == f"Step {place} follows." for line in said for place in range(1, LONG + 1)) == LONG
    assert "start: yes (met)" in said
    assert len(json.dumps(reason.as_json())) > LONG
    assert len(json.loads(json.dumps(missing.as_json()))["beneath"]) == LONG - 1
    assert missing.way
    assert [one.after for one in missing.way.answers] == ["yes"]
    assert all(f"Step {place} follows." in page_of(book, decision.case, reason) for place in (1, LONG))
    assert list(render.why_for_patient(book, decision, reason))


def test_every_question_is_answered_about_a_thousand_conclusions_in_a_row(long: CompiledRulebook) -> None:
    book, last = long.rulebook, f"step {LONG}"
    yes, no, unknown = (semantics.decide(book, case(known)) for known in ({"start": "yes"}, {"start": "no"}, {}))
    compared = explain.compare(long, yes, no)
    assert [(one.term, one.after) for one in compared.findings] == [("start", "no")]
    assert len(compared.steps) == LONG - 1
    assert explain.what_would_change(long, yes).hangs_on == ("start",)
    assert explain.enough(long, yes).needed == ("start",)
    asked = explain.what_next(long, unknown)
    assert [question.term.name for question in asked.asked] == ["start"]
    weighed = explain.weigh(book, yes, last)
    for told in (compared, explain.enough(long, yes), asked, weighed, explain.what_would_change(long, yes)):
        assert json.dumps(told.as_json())
    assert list(render.difference(compared, "everything"))
    page_of_sides(book, yes.case, weighed)


def test_as_many_lines_as_a_list_may_have_are_compiled() -> None:
    lines = tuple(Is("start", ("yes",)) for _ in range(MAX_PARTS))
    numbers = tuple(Within("size", number, None, f"{number} or more") for number in range(1, MAX_PARTS + 1))
    book = in_a_row(1)
    size = Term("size", Domain("number", low=0, high=2 * MAX_PARTS), True, NOWHERE)
    rule = replace(book.rules["rule_1"], condition=Condition((*lines[:1], Group(1, numbers), Group(2, numbers))))
    plan = CompiledRulebook(replace(book, terms={"size": size, **book.terms}, rules={"rule_1": rule}))
    decision = semantics.decide(plan.rulebook, case({"start": "yes", "size": 1}))
    found = explain.why_not(plan, decision, "step 1", ("yes",))
    assert found.way
    assert [(one.term, one.after) for one in found.way.answers] == [("size", 2)]
