"""A rule as it is written, looked at by a program: the same as the page says, as JSON."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from engine.interfaces.web.app import make_app
from engine.interfaces.web.served import Served
from tests.authoring import CRANK, Idle, words
from tests.conftest import BICYCLE
from tests.sheets import post
from tests.test_new import CLICK, SAYS, WRITTEN

RULE = {
    "name": "crank_clicks",
    "says": CLICK[1],
    "if": ["noise: click", "noise while: pedalling"],
    "then": ["ride: gently"],
    "because": "The bolt works loose under load.",
    "source": ["SHED: twice this year"],
}


@pytest.fixture
def page(shed: Path) -> TestClient:
    """The page of bicycles."""
    return TestClient(make_app(Served(shed), Idle(BICYCLE)))


def look(page: TestClient, **asked: object) -> Any:
    answer = page.post("/api/rules/look", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_it_says_what_the_page_says(page: TestClient) -> None:
    told = look(page, **RULE)
    shown = words(post(page, "/rules/look", CRANK))
    assert told["card"] == WRITTEN
    assert told["can be tried"]
    assert all(line in shown for line in told["reads"])
    assert f"It holds in {told['saved cases']['holds']} of 1 saved case" in shown
    assert [one["rule"] for one in told["examples"]] == ["holds", "fails", "fails", "waits"]
    assert look(page, card=WRITTEN)["card"] == WRITTEN
    assert look(page, card=WRITTEN)["reads"] == told["reads"]


def test_a_saved_case_that_would_change_is_named_with_its_answers(page: TestClient) -> None:
    told = look(page, **{**RULE, "if": ["noise: squeal"], "then": ["parts: crank bolt"]})
    (changed,) = told["saved cases"]["changed"]
    assert told["saved cases"]["changes"] == 1
    assert changed["case"] == "old_chain"
    assert "crank bolt" in changed["answers"]["parts"]["after"]["in"]


def test_what_is_wrong_is_told_with_its_field_and_entry(page: TestClient) -> None:
    told = look(page, **{**RULE, "if": ["noise: click", "noise while: pedaling hard"], "source": []})
    assert [(one["field"], one["entry"]) for one in told["refused"]] == [("if", 1)]
    assert told["missing"] == ["source"]
    assert told["saved cases"] is None
    assert not told["can be tried"]
    (problem,) = look(page, card=WRITTEN.replace("noise: click\n", "noise: clikc\n"))["refused"]
    assert (problem["field"], problem["entry"]) == ("card", 4)
    assert "did you mean 'click'?" in problem["says"]


def test_a_new_word_counts(page: TestClient) -> None:
    asked = {**RULE, "then": ["parts: grease"]}
    assert [one["field"] for one in look(page, **asked)["refused"]] == ["then"]
    told = look(page, **asked, words=[{"word": "value", "term": "parts", "value": "grease"}])
    assert told["refused"] == []
    assert told["can be tried"]
    told = look(page, **asked, words=[{"word": "value", "term": "parts", "value": "pads"}])
    assert [one["field"] for one in told["refused"]] == ["then", "words"]


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("[]", "no object"),
        ('{"if": "noise: click"}', "`if` is not a list of texts"),
        ('{"says": 1}', "`says` is not a text"),
        ('{"sais": "x"}', "`sais` is not a field of a rule"),
        ('{"says": "x", "says": "y"}', "`says` stands here twice"),
        ('{"words": [{"word": "rule"}]}', "not a new word"),
        ('{"words": [{"word": ["value"]}]}', "not a new word"),
    ],
)
def test_what_is_no_rule_is_refused(page: TestClient, asked: str, there: str) -> None:
    answer = page.post("/api/rules/look", content=asked)
    assert answer.status_code == 400
    assert any(there in one["there"] for one in answer.json()["problems"]) or there == "no object"


def test_rules_that_cannot_be_read_are_told(shed: Path) -> None:
    page = TestClient(make_app(Served(shed), Idle(BICYCLE)))
    (shed / "rules" / "no_brakes.yaml").write_text(f"rule: no_brakes\nsays: {SAYS}\n", encoding="utf-8")
    answer = page.post("/api/rules/look", json=RULE)
    assert answer.status_code == 422
    assert {one["file"] for one in answer.json()["problems"]} == {"rules/no_brakes.yaml"}
