"""Mutants of a condition by itself, and which are equivalent."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.checks.mutation import (
    Mutant,
    mutants,
)
from engine.checks.mutation.equivalent_mutants import smallest_example
from engine.checks.mutation.killed_by_cases import WholeCases
from engine.checks.mutation.killed_by_examples import Examples
from engine.circuit import CompiledRulebook
from engine.language import Condition, Group
from engine.proof.prover import Prover
from engine.rulebook import Example, Rulebook
from engine.supposed import supposed
from tests.conftest import tries
from tests.test_mutation import every_mutant, report_of, survived, with_card, words

from .rulebooks import NOWHERE, rulebooks
from .test_load import FILES

# --- a condition by itself -------------------------------------------------------------------------------------------


def marks(rulebook: Rulebook, given: Mapping[str, Any], *conditions: Condition) -> list[int]:
    state = supposed(rulebook, given)
    return [semantics.mark_condition(condition, state) for condition in conditions]


def values(rulebook: Rulebook, name: str) -> list[Any]:
    """All that an example can give for a term, and nothing."""
    term = rulebook.terms[name]
    match term.domain.kind:
        case "several":
            both = [[None, value] for value in term.domain.values]
            return [None, *(tuple(value for value in inside if value) for inside in product(*both))]
        case "tally":
            return [None, *range(len(rulebook.support[name]) + 1)]
    return [None, *(term.domain.values or range(term.domain.low, term.domain.high + 1))]


@given(rulebooks(), st.data())
@tries(30)
def test_there_is_an_example_where_trying_everything_finds_one_and_it_is_as_small(
    rulebook: Rulebook, data: st.DataObject
) -> None:
    made = [mutant for mutant in every_mutant(rulebook) if mutant.of_condition]
    for mutant in data.draw(st.lists(st.sampled_from(made), max_size=4, unique_by=id) if made else st.just([])):
        both = mutant.rule.condition, mutant.mutated.condition
        names = sorted(both[0].terms() | both[1].terms())
        if prod(len(values(rulebook, name)) for name in names) > 3_000:
            continue
        differing = []
        for chosen in product(*(values(rulebook, name) for name in names)):
            known = {name: value for name, value in zip(names, chosen, strict=True) if value is not None}
            if len(set(marks(rulebook, known, *both))) > 1:
                members = (len(value) for value in known.values() if isinstance(value, tuple))
                differing.append(len(known) + sum(members))
        found = smallest_example(rulebook, *both)
        assert (found is None) == (not differing)
        if found is not None:
            assert len(set(marks(rulebook, found, *both))) == 2
            members = (len(value) for value in found.values() if isinstance(value, tuple))
            assert len(found) + sum(members) == min(differing)


@given(rulebooks(), st.data())
@tries(25)
def test_an_example_kills_what_comes_to_another_mark_and_covers_what_would_turn(
    rulebook: Rulebook, data: st.DataObject
) -> None:
    rule = data.draw(st.sampled_from(list(rulebook.rules.values())) if rulebook.rules else st.none())
    if rule is None:
        return
    names = sorted(rule.condition.terms())
    drawn = st.fixed_dictionaries({name: st.sampled_from(values(rulebook, name)) for name in names})
    given = [
        {name: value for name, value in one.items() if value is not None}
        for one in data.draw(st.lists(drawn, max_size=3))
    ]
    ruled = replace(rule, examples=tuple(Example("one", one, "waits", NOWHERE) for one in given))
    examples = Examples(rulebook, [ruled])
    for mutant in mutants(rulebook, ruled):
        both = ruled.condition, mutant.mutated.condition
        assert examples.kill(mutant) == any(len(set(marks(rulebook, one, *both))) > 1 for one in given), mutant.change
    single = ruled.condition.lines and not isinstance(ruled.condition.lines[0], Group)
    if single:
        turned = Condition(ruled.condition.lines[1:], (*ruled.condition.unless, ruled.condition.lines[0]))
        covered = any(len(set(marks(rulebook, one, ruled.condition, turned))) > 1 for one in given)
        assert (0 in examples.not_covered(ruled)) == (not covered)


# --- what is equivalent ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "equivalent"),
    [
        ("if: [any of: [{age: over 40}, {age: over 50}]]", {"`age: over 49` instead of `age: over 50`"}),
        ("if: [{screening complete: yes}]", {"`screening complete: yes or no` instead of `screening complete: yes`"}),
    ],
)
def test_what_is_subsumed_or_cannot_be_is_not_counted(condition: str, equivalent: set[str]) -> None:
    rulebook = with_card(condition)
    assert equivalent <= set(words(rulebook, "tried")) - set(survived(rulebook))
    assert report_of(rulebook).whole.equivalent >= len(equivalent)


def test_what_shows_only_in_a_half_open_conclusion_has_no_example_and_only_a_saved_case_kills_it() -> None:
    lines = "if: [any of: [{urgency: soon}, {urgency: now}]]"
    shown = FILES["recommendation.yaml"].replace("[pattern, avoid]", "[pattern, avoid, red flag]")
    rulebook = with_card(lines, files={"recommendation.yaml": shown})
    joined = with_card("if: [{urgency: soon or now}]").rules["tried"]
    mutant = Mutant(rulebook.rules["tried"], joined, "the values in one line", NOWHERE)
    assert smallest_example(rulebook, mutant.rule.condition, joined.condition) is None
    assert not WholeCases(rulebook, Prover(CompiledRulebook(rulebook))).equivalent(mutant)
