"""Single edits of rules: that each kind is made, that what changes nothing is known, and what notices the rest."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import truth
from engine.case import Decision
from engine.check import as_json, check, in_one_line, in_words
from engine.check.apart import apart
from engine.check.by_examples import Examples
from engine.check.edits import edits
from engine.check.hanging import Hanging
from engine.check.noticed import Watch
from engine.check.proved import prover_of
from engine.check.score import Score, TriedEdits, tried_edits
from engine.check.told import example_text
from engine.check.trials import state_of
from engine.language import Condition
from engine.load import load_files
from engine.rulebook import Example, Rule, Rulebook

from .rulebooks import NOWHERE, case, conditions, facts, findings, rulebooks
from .test_load import FILES, encoded

EXAMPLES = "tables/steps.examples.csv"
HEADER = "example,leg pain,age,=>,urgency,holds,waits\n"


class Truth:
    """Decides by the meaning itself."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook

    def decide(self, case: Any) -> Decision:
        return truth.decide(self.rulebook, case)


def words(rulebook: Rulebook, rule: str) -> list[str]:
    return [edit.words for edit in edits(rulebook, rulebook.rules[rule])]


def with_card(condition: str, examples: str = "", files: Mapping[str, str] | None = None) -> Rulebook:
    """A small knowledge base with one card more; `examples` are lines of its list."""
    card = (
        f"rule: tried\nsays: Tried.\n{condition}\nthen: [{{red flag: yes}}]\nbecause: It is so.\n"
        f"source: [{{BOOK: page 2}}]\nstatus: draft\n{f'examples:{chr(10)}{examples}' if examples else ''}"
    )
    return load_files(encoded(FILES | {"rules/back/tried.yaml": card} | dict(files or {})))


def tried(rulebook: Rulebook) -> TriedEdits:
    decisions = [truth.decide(rulebook, one) for one in rulebook.cases.values()]
    return tried_edits(rulebook, decisions, prover_of(rulebook))[0]


def unseen(rulebook: Rulebook, rule: str = "tried") -> list[str]:
    return [one.edit.words for one in tried(rulebook).unnoticed if one.edit.rule.id == rule]


def undecided(rulebook: Rulebook) -> list[str]:
    return [one.line.term for one in tried(rulebook).undecided if one.rule.id == "tried"]


# --- edits -----------------------------------------------------------------------------------------------------------


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
def test_every_single_edit_of_a_condition_is_made(condition: str, expected: list[str]) -> None:
    concluded = ["`red flag: yes` not concluded", "`red flag: no` instead of `red flag: yes`"]
    assert words(with_card(condition), "tried") == [*expected, *concluded]


def test_conclusions_and_ranks_are_edited_and_a_row_has_no_unless() -> None:
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
@settings(max_examples=25)
def test_an_edit_is_one_change_that_the_language_can_say(rulebook: Rulebook) -> None:
    for rule in rulebook.rules.values():
        for edit in edits(rulebook, rule):
            assert edit.edited != rule
            changed = [edit.edited.condition != rule.condition, edit.edited.then != rule.then]
            assert sum([*changed, edit.edited.outranks != rule.outranks]) == 1
            for part in edit.edited.condition.lines + edit.edited.condition.unless:
                assert getattr(part, "values", True), "an empty list of values"
                assert getattr(part, "least", 1) <= len(getattr(part, "lines", (part,)))


# --- what changes nothing --------------------------------------------------------------------------------------------


def marks(rulebook: Rulebook, given: Mapping[str, Any], *conditions: Condition) -> list[int]:
    state = state_of(rulebook, given)
    return [truth.mark_condition(condition, state) for condition in conditions]


@st.composite
def pairs_on_findings(draw: Any) -> tuple[Rulebook, Condition, Condition]:
    """A condition on findings, and an edited one."""
    rulebook = Rulebook(draw(findings()), {})
    rule = Rule("rule", "", draw(conditions(rulebook.terms)), (), "", (), NOWHERE)
    made = [edit.edited.condition for edit in edits(rulebook, rule)]
    return rulebook, rule.condition, draw(st.sampled_from(made)) if made else rule.condition


@given(pairs_on_findings())
@settings(max_examples=30)
def test_two_conditions_are_apart_where_trying_everything_finds_a_difference(
    pair: tuple[Rulebook, Condition, Condition],
) -> None:
    rulebook, first, second = pair
    names = sorted(first.terms() | second.terms())
    domains = [rulebook.terms[name].domain for name in names]
    values = [[None, *(one.values or range(one.low, one.high + 1))] for one in domains]
    differing = []
    for chosen in product(*values):
        known = {name: value for name, value in zip(names, chosen, strict=True) if value is not None}
        one, other = marks(rulebook, known, first, second)
        if one != other:
            differing.append(len(known))
    found = apart(rulebook, first, second)
    assert (found is None) == (not differing)
    if found is not None:
        assert found.given is not None
        assert len(found.given) == min(differing)
        assert marks(rulebook, found.given, first, second) == [found.first, found.second]


@given(rulebooks(), st.data())
@settings(max_examples=40)
def test_an_edit_that_changes_nothing_agrees_in_every_case_gaps_and_disputes_too(
    rulebook: Rulebook, data: st.DataObject
) -> None:
    made = [edit for rule in rulebook.rules.values() for edit in edits(rulebook, rule) if edit.part is not None]
    chosen = data.draw(st.lists(st.sampled_from(made), max_size=8) if made else st.just([]))
    states = [truth.decide(rulebook, case(data.draw(facts(rulebook)))).state for _ in range(6)]
    for edit in chosen:
        found = apart(rulebook, edit.rule.condition, edit.edited.condition)
        both = edit.rule.condition, edit.edited.condition
        if found is None:
            for state in states:
                assert len({truth.mark_condition(condition, state) for condition in both}) == 1
        elif found.given is not None:
            assert marks(rulebook, found.given, *both) == [found.first, found.second]


@pytest.mark.parametrize(
    ("condition", "unchanging"),
    [
        ("if: [any of: [{age: over 40}, {age: over 50}]]", {"`age: over 49` instead of `age: over 50`"}),
        ("if: [{screening complete: yes}]", {"`screening complete: yes or no` instead of `screening complete: yes`"}),
    ],
)
def test_what_is_subsumed_or_cannot_be_is_not_counted(condition: str, unchanging: set[str]) -> None:
    rulebook = with_card(condition)
    missed = {edit.words for edit in edits(rulebook, rulebook.rules["tried"])} - set(unseen(rulebook))
    assert unchanging <= missed
    assert tried(rulebook).whole.unchanging >= len(unchanging)


def test_what_shows_only_in_a_half_open_conclusion_has_no_example() -> None:
    rulebook = with_card("if: [{leg pain: yes}]")
    scale = "urgency: routine", "urgency: soon or now"
    told_apart = with_card(f"if: [any of: [{{{scale[0]}}}, {{{scale[1]}}}]]").rules["tried"].condition
    told_as_one = with_card("if: [{urgency: routine or soon or now}]").rules["tried"].condition
    found = apart(rulebook, told_apart, told_as_one)
    assert found is not None
    assert (found.given, found.first, found.second) == (None, truth.UNKNOWN, truth.HOLDS)


# --- what is noticed -------------------------------------------------------------------------------------------------


@given(rulebooks(), st.data())
@settings(max_examples=30)
def test_a_saved_case_notices_just_what_changes_its_answer(rulebook: Rulebook, data: st.DataObject) -> None:
    cases = [case(data.draw(facts(rulebook)), str(number)) for number in range(2)]
    decisions = [truth.decide(rulebook, one) for one in cases]
    watch = Watch(rulebook, decisions)
    made = [edit for rule in rulebook.rules.values() for edit in edits(rulebook, rule)]
    for edit in data.draw(st.lists(st.sampled_from(made), max_size=12, unique_by=id) if made else st.just([])):
        edited = replace(rulebook, rules={**rulebook.rules, edit.rule.id: edit.edited})
        after = [truth.decide(edited, one) for one in cases]
        changed = [
            one.conclusions != before.conclusions or bool(one.disputed.keys() - before.disputed.keys())
            for one, before in zip(after, decisions, strict=True)
        ]
        assert (watch.noticing(edit) is not None) == any(changed), edit.words


@given(rulebooks(), st.data())
@settings(max_examples=20)
def test_what_is_proved_of_every_case_to_change_nothing_changes_no_answer(
    rulebook: Rulebook, data: st.DataObject
) -> None:
    hanging = Hanging(rulebook, prover_of(rulebook))
    made = [edit for rule in rulebook.rules.values() for edit in edits(rulebook, rule) if edit.part is None]
    known = [case(data.draw(facts(rulebook))) for _ in range(4)]
    for edit in data.draw(st.lists(st.sampled_from(made), max_size=6, unique_by=id) if made else st.just([])):
        if hanging.nothing(edit):
            edited = replace(rulebook, rules={**rulebook.rules, edit.rule.id: edit.edited})
            for one in known:
                assert truth.decide(edited, one).conclusions == truth.decide(rulebook, one).conclusions


def test_a_conclusion_that_another_rule_always_gives_as_well_is_not_counted() -> None:
    shown = FILES["recommendation.yaml"].replace("[pattern, avoid]", "[pattern, avoid, red flag]")
    wider = "rule: wider\nsays: W.\nif: [{age: 40 or more}]\nthen: [{red flag: yes}]\nbecause: B.\n"
    wider += "source: [{BOOK: page 2}]\nstatus: draft\n"
    files = {"recommendation.yaml": shown, "cases/first.yaml": "case: first\nage: 30\n"}
    assert "`red flag: yes` not concluded" in unseen(with_card("if: [{age: 50 or more}]", files=files))
    beside = with_card("if: [{age: 50 or more}]", files=files | {"rules/back/wider.yaml": wider})
    assert "`red flag: yes` not concluded" not in unseen(beside)
    assert "`red flag: no` instead of `red flag: yes`" in unseen(beside)


@given(rulebooks(), st.data())
@settings(max_examples=30)
def test_an_edit_reported_unseen_is_noticed_once_its_example_is_added(rulebook: Rulebook, data: st.DataObject) -> None:
    shown = [one for one in tried(rulebook).unnoticed if one.given is not None]
    for one in data.draw(st.lists(st.sampled_from(shown), max_size=5) if shown else st.just([])):
        rule = rulebook.rules[one.edit.rule.id]
        example = Example("added", one.given or {}, one.mark, NOWHERE)
        fuller = replace(rulebook, rules={**rulebook.rules, rule.id: replace(rule, examples=(example,))})
        assert not Examples(rulebook, [rule]).notice(one.edit)
        assert Examples(fuller, [fuller.rules[rule.id]]).notice(one.edit)


EACH_SIDE = """\
  - {name: fifty, given: {age: 50}, rule: holds}
  - {name: forty-nine, given: {age: 49}, rule: fails}
  - {name: not told, given: {}, rule: waits}
"""


def test_examples_on_each_side_of_a_number_leave_only_the_conclusion_to_saved_cases() -> None:
    alone = with_card("if: [{age: 50 or more}]", "  - {name: old, given: {age: 90}, rule: holds}\n")
    assert "`age: 51 or more` instead of `age: 50 or more`" in unseen(alone)
    watched = unseen(with_card("if: [{age: 50 or more}]", EACH_SIDE))
    assert not [edit for edit in watched if "age" in edit]


def test_a_conclusion_that_no_saved_case_shows_goes_unseen() -> None:
    concluded = ["`red flag: yes` not concluded", "`red flag: no` instead of `red flag: yes`"]
    shown = FILES["recommendation.yaml"].replace("[pattern, avoid]", "[pattern, avoid, red flag]")
    never = with_card("if: [{age: 100 or more}]", files={"recommendation.yaml": shown})
    assert unseen(never)[-2:] == concluded
    seen = with_card("if: [{age: 50 or more}]", files={"recommendation.yaml": shown})
    assert not [edit for edit in unseen(seen) if "red flag" in edit]


def test_a_line_that_no_example_turns_is_told() -> None:
    lines = "if: [{leg pain: yes}, any of: [{age: over 60}, {leaning back: worse}]]"
    one = "  - {name: both, given: {leg pain: yes, age: 61, leaning back: worse}, rule: holds}\n"
    another = "  - {name: young, given: {leg pain: yes, age: 60, leaning back: worse}, rule: holds}\n"
    assert undecided(with_card(lines, one)) == ["age", "leaning back"]
    assert undecided(with_card(lines, one + another)) == ["age"]
    assert undecided(with_card(lines)) == ["leg pain", "age", "leaning back"]


# --- the score -------------------------------------------------------------------------------------------------------


def test_a_share_is_never_rounded_up() -> None:
    assert Score(10_001, 1, 9_999).percent == 99.9
    assert Score(3, 3, 0).percent == 100.0


def test_rules_behind_an_alarm_are_counted_apart() -> None:
    terms = FILES["terms/all.yaml"].replace(
        "otherwise: no, says: a red", "otherwise: no, screening for: yes, says: a red"
    )
    card = "rule: {0}\nsays: T.\nif: [{{{1}}}]\nthen: [{{{2}}}]\nbecause: B.\nsource: [{{BOOK: p}}]\nstatus: draft\n"
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
    assert tried(rulebook).alarms.made == sum(len(words(rulebook, rule)) for rule in behind)


def test_the_advice_is_no_error_and_names_file_line_and_edit() -> None:
    rulebook = with_card("if: [{age: 50 or more}]", EACH_SIDE.replace("49", "40"))
    report = check(rulebook, Truth(rulebook))
    assert not [error for error in report.errors if "tried" in error.place.file]
    assert "`lumbar check --edits` lists" in in_one_line(report.edits)
    lines = list(in_words(rulebook, report.edits))
    place = lines.index(
        "rules/back/tried.yaml:3:7: `age: 49 or more` instead of `age: 50 or more` would go unseen; "
        "this in its examples would notice it:"
    )
    assert lines[place + 1] == "  - {name: age 49, given: {age: 49}, rule: fails}"
    found = [one for one in as_json(rulebook, report.edits)["unseen"] if one["edit"].startswith("`age: 49")]
    assert [(one["rule"], one["given"], one["mark"], one["instead"]) for one in found] == [
        ("tried", {"age": 49}, "fails", "holds")
    ]


def test_the_examples_proposed_for_a_card_can_be_pasted() -> None:
    group = "any of: [{age: over 60}, {for disc: 1 or more}]"
    lines = f"if: [{{leaning back: worse}}, {{pattern: disc-type}}, {{avoid: sitting}}, {group}]"
    bare = with_card(lines)
    proposed = [one for one in tried(bare).unnoticed if one.edit.rule.id == "tried" and one.given is not None]
    text = "\n".join(line for one in proposed for line in example_text(bare, one))
    pasted = with_card(lines, text + "\n")
    assert not [error for error in check(pasted, Truth(pasted)).errors if "the example" in error.there]
    left = [one for one in tried(pasted).unnoticed if one.edit.rule.id == "tried" and one.edit.part is not None]
    assert left == []
