"""Mutation testing: that each kind of mutant is made, which are equivalent, and what kills the others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Decision
from engine.checks import check
from engine.checks.mutation import (
    Mutant,
    MutationReport,
    MutationScore,
    as_json,
    example_text,
    in_one_line,
    in_words,
    mutants,
    mutation_test,
)
from engine.checks.mutation.killed_by_cases import WholeCases
from engine.checks.mutation.killed_by_examples import Examples
from engine.checks.saved_cases import answer_terms
from engine.circuit import CompiledRulebook
from engine.loader import load_files
from engine.proof.prover import Prover
from engine.rulebook import Example, Rulebook
from tests.conftest import tries

from .rulebooks import NOWHERE, case, facts, laws, rulebooks, with_assumptions
from .test_load import FILES, encoded

EXAMPLES = "tables/steps.examples.csv"
HEADER = "example,leg pain,age,=>,urgency,holds,waits\n"


class Truth:
    """Decides by the meaning itself."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook

    def decide(self, case: Any) -> Decision:
        return semantics.decide(self.rulebook, case)


def words(rulebook: Rulebook, rule: str) -> list[str]:
    return [mutant.change for mutant in mutants(rulebook, rulebook.rules[rule])]


def with_card(condition: str, examples: str = "", files: Mapping[str, str] | None = None) -> Rulebook:
    """A small knowledge base with one card more; `examples` are lines of its list."""
    card = (
        f"rule: tried\nsays: Tried.\n{condition}\nthen: [{{red flag: yes}}]\nbecause: It is so.\n"
        f"source: [{{BOOK: page 2}}]\n{f'examples:{chr(10)}{examples}' if examples else ''}"
    )
    return load_files(encoded(FILES | {"rules/back/tried.yaml": card} | dict(files or {})))


def report_of(rulebook: Rulebook) -> MutationReport:
    return mutation_test(rulebook, Prover(CompiledRulebook(rulebook)))


def survived(rulebook: Rulebook, rule: str = "tried") -> list[str]:
    return [one.mutant.change for one in report_of(rulebook).survivors if one.mutant.rule.id == rule]


def not_covered(rulebook: Rulebook) -> list[str]:
    return [one.line.term for one in report_of(rulebook).not_covered if one.rule.id == "tried"]


def every_mutant(rulebook: Rulebook) -> list[Mutant]:
    return [mutant for rule in rulebook.rules.values() for mutant in mutants(rulebook, rule)]


def with_mutant(rulebook: Rulebook, mutant: Mutant) -> Rulebook:
    return replace(rulebook, rules={**rulebook.rules, mutant.rule.id: mutant.mutated})


# --- mutants ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (
            "if: [{leg pain: no}]",
            [
                "`leg pain: no` under `unless`, not `if`",
                "`leg pain: no` left out",
                "`leg pain: yes` instead of `leg pain: no`",
                "`leg pain: no or yes` instead of `leg pain: no`",
            ],
        ),
        (
            "if: always\nunless: [{leaning back: worse or better}]",
            [
                "`leaning back: worse or better` under `if`, not `unless`",
                "`leaning back: worse or better` left out",
                "`leaning back: better` instead of `leaning back: worse or better`",
                "`leaning back: no effect or better` instead of `leaning back: worse or better`",
                "`leaning back: worse` instead of `leaning back: worse or better`",
                "`leaning back: worse or no effect` instead of `leaning back: worse or better`",
                "`leaning back: worse or better or no effect` instead of `leaning back: worse or better`",
            ],
        ),
        (
            "if: [{age: 0 to 60}]",
            [
                "`age: 0 to 60` under `unless`, not `if`",
                "`age: 0 to 60` left out",
                "`age: 1 to 60` instead of `age: 0 to 60`",
                "`age: 0 to 59` instead of `age: 0 to 60`",
                "`age: 0 to 61` instead of `age: 0 to 60`",
            ],
        ),
        (
            "if: [{for disc: over for disc}]",
            [
                "`for disc: over for disc` under `unless`, not `if`",
                "`for disc: over for disc` left out",
                "`for disc: at least for disc` instead of `for disc: over for disc`",
                "`for disc: at least 2 above for disc` instead of `for disc: over for disc`",
            ],
        ),
        (
            "if: [at least 2 of: [{leg pain: no}, {age: 120}, {age: at least 1% below age}]]",
            [
                "`at least 2 of …` under `unless`, not `if`",
                "`at least 2 of …` left out",
                "`any of` instead of `at least 2 of`",
                "`at least 3 of` instead of `at least 2 of`",
                "`leg pain: no` left out",
                "`leg pain: yes` instead of `leg pain: no`",
                "`leg pain: no or yes` instead of `leg pain: no`",
                "`age: 120` left out",
                "`age: 119` instead of `age: 120`",
                "`age: at least 1% below age` left out",
                "`age: at least 2% below age` instead of `age: at least 1% below age`",
            ],
        ),
    ],
    ids=["yes or no", "values under unless", "bounds", "number against number", "a group"],
)
def test_every_mutant_of_a_condition_is_made(condition: str, expected: list[str]) -> None:
    concluded = ["`red flag: yes` not concluded", "`red flag: no` instead of `red flag: yes`"]
    assert words(with_card(condition), "tried") == [*expected, *concluded]


def test_conclusions_and_ranks_are_mutated_and_a_row_has_no_unless() -> None:
    rulebook = load_files(encoded(FILES))
    assert words(rulebook, "worse_back")[-4:] == [
        "`pattern: facet-type` not concluded",
        "`pattern: disc-type` instead of `pattern: facet-type`",
        "`for disc` not concluded",
        "`outranks: other` left out",
    ]
    assert words(rulebook, "steps.young") == [
        "`leg pain: no` left out",
        "`leg pain: yes` instead of `leg pain: no`",
        "`leg pain: no or yes` instead of `leg pain: no`",
        "`urgency: routine` not concluded",
        "`urgency: soon` instead of `urgency: routine`",
    ]


@given(rulebooks())
@tries(25)
def test_a_mutant_is_one_change_that_the_language_can_say(rulebook: Rulebook) -> None:
    for mutant in every_mutant(rulebook):
        rule, mutated = mutant.rule, mutant.mutated
        assert mutated != rule
        changed = [mutated.condition != rule.condition, mutated.then != rule.then, mutated.outranks != rule.outranks]
        assert sum(changed) == 1
        for part in mutated.condition.lines + mutated.condition.unless:
            assert getattr(part, "values", True), "an empty list of values"
            assert getattr(part, "least", 1) <= len(getattr(part, "lines", (part,)))


# --- what kills ------------------------------------------------------------------------------------------------------


def kills(before: Decision, after: Decision, rulebook: Rulebook) -> bool:
    """Whether a saved case fails: by another answer, a new dispute or a newly broken law."""
    answers = [[one.marked.conclusions[term] for term in answer_terms(rulebook)] for one in (before, after)]
    disputed = after.marked.disputed.keys() - before.marked.disputed.keys()
    broken = {law.id for law in after.broken} - {law.id for law in before.broken}
    return answers[0] != answers[1] or bool(disputed or broken)


@st.composite
def with_laws(draw: st.DrawFn) -> Rulebook:
    book = draw(with_assumptions())
    found = draw(st.lists(laws(book.terms), max_size=2))
    return replace(book, laws={law.id: law for law in found})


@given(with_laws(), st.data())
@tries(30)
def test_a_saved_case_kills_just_what_changes_its_answer(rulebook: Rulebook, data: st.DataObject) -> None:
    cases = {str(number): case(data.draw(facts(rulebook)), str(number)) for number in range(2)}
    rulebook = replace(rulebook, cases=cases)
    decisions = [semantics.decide(rulebook, one) for one in cases.values()]
    whole = WholeCases(rulebook, Prover(CompiledRulebook(rulebook)))
    made = every_mutant(rulebook)
    for mutant in data.draw(st.lists(st.sampled_from(made), max_size=12, unique_by=id) if made else st.just([])):
        mutated = with_mutant(rulebook, mutant)
        killed = any(kills(one, semantics.decide(mutated, one.case), rulebook) for one in decisions)
        assert whole.killed(mutant) == killed, mutant.change


@given(with_laws(), st.data())
@tries(25)
def test_no_possible_case_kills_what_is_proved_to_be_equivalent(rulebook: Rulebook, data: st.DataObject) -> None:
    whole = WholeCases(rulebook, Prover(CompiledRulebook(rulebook)))
    made = every_mutant(rulebook)
    known = [data.draw(facts(rulebook)) for _ in range(6)]
    possible = [semantics.decide(rulebook, case(one)) for one in known if not semantics.impossibilities(rulebook, one)]
    for mutant in data.draw(st.lists(st.sampled_from(made), max_size=8, unique_by=id) if made else st.just([])):
        mutated = with_mutant(rulebook, mutant)
        if whole.equivalent(mutant):
            for one in possible:
                assert not kills(one, semantics.decide(mutated, one.case), rulebook), mutant.change


def test_a_conclusion_that_another_rule_always_gives_as_well_is_not_counted() -> None:
    shown = FILES["recommendation.yaml"].replace("[pattern, avoid]", "[pattern, avoid, red flag]")
    wider = "rule: wider\nsays: W.\nif: [{age: 40 or more}]\nthen: [{red flag: yes}]\nbecause: B.\n"
    wider += "source: [{BOOK: page 2}]\n"
    files = {"recommendation.yaml": shown, "cases/first.yaml": "case: first\nage: 30\n"}
    assert "`red flag: yes` not concluded" in survived(with_card("if: [{age: 50 or more}]", files=files))
    beside = with_card("if: [{age: 50 or more}]", files=files | {"rules/back/wider.yaml": wider})
    assert "`red flag: yes` not concluded" not in survived(beside)
    assert "`red flag: no` instead of `red flag: yes`" in survived(beside)


@given(rulebooks(), st.data())
@tries(30)
def test_a_mutant_that_survived_is_killed_once_its_example_is_added(rulebook: Rulebook, data: st.DataObject) -> None:
    shown = [one for one in report_of(rulebook).survivors if one.given is not None]
    for one in data.draw(st.lists(st.sampled_from(shown), max_size=5) if shown else st.just([])):
        rule = one.mutant.rule
        example = Example("added", one.given or {}, one.mark, NOWHERE)
        assert not Examples(rulebook, [rule]).kill(one.mutant)
        assert Examples(rulebook, [replace(rule, examples=(example,))]).kill(one.mutant)


EACH_SIDE = """\
  - {name: fifty, given: {age: 50}, rule: holds}
  - {name: forty-nine, given: {age: 49}, rule: fails}
  - {name: not told, given: {}, rule: waits}
"""


def test_examples_on_each_side_of_a_number_leave_only_the_conclusion_to_saved_cases() -> None:
    alone = with_card("if: [{age: 50 or more}]", "  - {name: old, given: {age: 90}, rule: holds}\n")
    assert "`age: 51 or more` instead of `age: 50 or more`" in survived(alone)
    watched = survived(with_card("if: [{age: 50 or more}]", EACH_SIDE))
    assert not [edit for edit in watched if "age" in edit]


def test_a_conclusion_that_no_saved_case_shows_goes_survived() -> None:
    concluded = ["`red flag: yes` not concluded", "`red flag: no` instead of `red flag: yes`"]
    shown = FILES["recommendation.yaml"].replace("[pattern, avoid]", "[pattern, avoid, red flag]")
    never = with_card("if: [{age: 100 or more}]", files={"recommendation.yaml": shown})
    assert survived(never)[-2:] == concluded
    seen = with_card("if: [{age: 50 or more}]", files={"recommendation.yaml": shown})
    assert not [edit for edit in survived(seen) if "red flag" in edit]


def test_a_line_that_decides_in_no_example_is_not_covered() -> None:
    lines = "if: [{leg pain: yes}, any of: [{age: over 60}, {leaning back: worse}]]"
    one = "  - {name: both, given: {leg pain: yes, age: 61, leaning back: worse}, rule: holds}\n"
    another = "  - {name: young, given: {leg pain: yes, age: 60, leaning back: worse}, rule: holds}\n"
    assert not_covered(with_card(lines, one)) == ["age", "leaning back"]
    assert not_covered(with_card(lines, one + another)) == ["age"]
    assert not_covered(with_card(lines)) == ["leg pain", "age", "leaning back"]


# --- the score -------------------------------------------------------------------------------------------------------


def test_a_share_is_never_rounded_up() -> None:
    assert MutationScore(10_001, 1, 9_999).percent == 99.9
    assert MutationScore(3, 3, 0).percent == 100.0


def test_rules_behind_an_alarm_are_counted_apart() -> None:
    terms = FILES["terms/all.yaml"].replace(
        "otherwise: no, says: a red", "otherwise: no, screening for: yes, says: a red"
    )
    card = "rule: {0}\nsays: T.\nif: [{{{1}}}]\nthen: [{{{2}}}]\nbecause: B.\nsource: [{{BOOK: p}}]\n"
    rulebook = load_files(
        encoded(
            FILES
            | {
                "terms/all.yaml": terms,
                "rules/alarm.yaml": card.format("alarm", "urgency: now", "red flag: yes"),
            }
        )
    )
    behind = ("alarm", "other", "steps.old", "steps.young")
    assert report_of(rulebook).alarms.mutants == sum(len(words(rulebook, rule)) for rule in behind)


def test_the_advice_is_no_error_and_names_file_line_and_change() -> None:
    rulebook = with_card("if: [{age: 50 or more}]", EACH_SIDE.replace("49", "40"))
    report = check(rulebook)
    assert report.mutation is not None
    assert not [one for one in report.errors if "tried" in one.problem.place.file]
    assert "`lumbar check --mutants` lists" in in_one_line(report.mutation)
    lines = list(in_words(rulebook, report.mutation))
    place = lines.index(
        "rules/back/tried.yaml:3:7: no example catches `age: 49 or more` instead of `age: 50 or more`. Add this one:"
    )
    assert lines[place + 1] == "  - {name: age 49, given: {age: 49}, rule: fails}"
    found = [one for one in as_json(rulebook, report.mutation)["survived"] if one["change"].startswith("`age: 49")]
    assert [(one["rule"], one["given"], one["mark"], one["instead"]) for one in found] == [
        ("tried", {"age": 49}, "fails", "holds")
    ]


def test_the_examples_proposed_for_a_card_can_be_pasted() -> None:
    group = "any of: [{age: over 60}, {for disc: 1 or more}]"
    lines = f"if: [{{leaning back: worse}}, {{pattern: disc-type}}, {{avoid: sitting}}, {group}]"
    bare = with_card(lines)
    proposed = [one for one in report_of(bare).survivors if one.mutant.rule.id == "tried" and one.given is not None]
    text = "\n".join(line for one in proposed for line in example_text(bare, one))
    pasted = with_card(lines, text + "\n")
    assert not [one for one in check(pasted).errors if "the example" in one.problem.there]
    left = [one for one in report_of(pasted).survivors if one.mutant.rule.id == "tried" and one.mutant.of_condition]
    assert left == []
