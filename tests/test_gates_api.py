"""What the gates of the Python API refuse: cases with faults, and what no term allows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine import explain, truth
from engine.case import Case, Decision
from engine.chain import Chain
from engine.errors import CaseError, Place, Problem
from engine.rulebook import Rulebook

FAULTS: list[dict[str, Any]] = [
    {"problems": (Problem(Place("a.yaml", 2), "'yess' is no value of 'saddle numbness'"),)},
    {"at_fault": {"saddle numbness": "yes"}},
    {"unread": True},
]


def readings(rulebook: Rulebook) -> list[Callable[[Case], Decision]]:
    return [lambda case: truth.decide(rulebook, case), Chain(rulebook).decide]


@pytest.mark.parametrize("fault", FAULTS, ids=["problems", "at fault", "unread"])
def test_a_case_in_which_something_was_wrong_gets_no_advice(bundled: Rulebook, fault: dict[str, Any]) -> None:
    for decide in readings(bundled):
        with pytest.raises(CaseError) as caught:
            decide(Case("x", {"fever": "no"}, **fault))
        assert caught.value.problems == fault.get("problems", caught.value.problems)
        assert caught.value.problems


def test_other_answers_to_a_case_with_problems_get_no_advice_either(bundled: Rulebook) -> None:
    decision = truth.decide(bundled, Case("x", {"fever": "no"}))
    doubted = replace(decision, case=replace(decision.case, **FAULTS[0]))
    with pytest.raises(CaseError, match="'yess'"):
        explain.what_if(explain.Plan(bundled), doubted, {"fever": "yes"})


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
def test_what_is_checked_is_what_is_decided(bundled: Rulebook, facts: dict[str, Any]) -> None:
    for decide in readings(bundled):
        with pytest.raises(CaseError, match="saddle numbness"):
            decide(Case("x", facts))


def test_a_decision_keeps_the_facts_that_it_was_made_of(bundled: Rulebook) -> None:
    for decide in readings(bundled):
        facts = Lying({"saddle numbness": "yes"})
        decision = decide(Case("x", facts))
        facts["saddle numbness"] = "no"
        assert type(decision.case.facts) is dict
        assert decision.case.facts == decision.state.facts == {"saddle numbness": "yes"}
