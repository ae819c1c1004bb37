"""Explanations are whole: what an output refers to stands in it, and none is too deep, too wide or too long to read."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import explain, truth, words
from engine.case import Decision
from engine.explain import Plan
from engine.rulebook import Rulebook
from engine.words import Said
from engine.words.once import ABOVE, BELOW
from engine.words.pictures import page_of
from tests.rulebooks import case, facts, rulebooks
from tests.test_pictures import whole

REFERENCE = re.compile(r"(?P<what>.+) \((?P<where>explained above|explained below)\)")


def left_hanging(lines: Iterable[Said]) -> Iterator[str]:
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


def explanations(book: Rulebook, decision: Decision, plan: Plan, term: str) -> Iterator[list[Said]]:
    """Every output that may refer to itself: why and why not, at each length."""
    reason, missing = explain.why(book, decision, term), explain.why_not(plan, decision, term)
    for length in words.LENGTHS:
        yield list(words.why(reason, length))
        yield list(words.why_not(missing, length))
    for told in (explain.as_json(reason), missing.as_json()):
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


def test_what_an_explanation_refers_to_stands_in_it_for_every_saved_case(bundled: Rulebook) -> None:
    plan = Plan(bundled)
    for number, saved in enumerate(bundled.cases.values()):
        decision = truth.decide(bundled, saved)
        for term in ("exercise direction", bundled.conclusions[number % len(bundled.conclusions)].name):
            for told in explanations(bundled, decision, plan, term):
                assert not list(left_hanging(told))


@settings(max_examples=40)
@given(st.data())
def test_what_an_explanation_refers_to_stands_in_it(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    decision = truth.decide(book, case(data.draw(facts(book))))
    plan = Plan(book)
    for term in book.conclusions:
        for told in explanations(book, decision, plan, term.name):
            assert not list(left_hanging(told))
