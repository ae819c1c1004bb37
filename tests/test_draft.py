"""A card as a draft that any front end fills, and what it rests on."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.author.baseline import SavedCases, with_rule
from engine.author.draft import Draft, offers
from engine.author.examples import mark_given, propose
from engine.author.goal import lines_that_differ, touched_by, wanted
from engine.author.impact import changes
from engine.author.parse_input import Refused
from engine.errors import KnowledgeError
from engine.language import Condition
from engine.loader import load, load_files
from engine.loader.assemble import with_files
from engine.loader.files import read_folder
from engine.rulebook import Rulebook
from tests.conftest import CLINIC, tries
from tests.test_new import CLICK, WRITTEN

from .rulebooks import case, conditions, facts, rulebooks
from .test_load import FILES as SMALL
from .test_load import encoded

# --- the draft by itself ---------------------------------------------------------------------------------------------


def test_a_front_end_fills_a_draft_field_by_field(shed: Path) -> None:
    book, draft = load(shed), Draft()
    fields = ("rule", "says", "if", "if", "then", "because", "source")
    for name, text in zip(fields, [text for text in CLICK if text], strict=True):
        draft = draft.filled(book, name, text)
    draft = draft.with_examples(book)
    assert (draft.file, draft.text) == ("rules/crank_clicks.yaml", WRITTEN)
    with pytest.raises(Refused, match="'squeal' is not a rule; expected the name of a rule"):
        draft.filled(book, "outranks", "squeal")
    assert draft.filled(book, "outranks", "squeal_on_braking").rule.outranks == ("squeal_on_braking",)


OFFERS = [
    ("if", "nois", ["noise", "noise while"]),
    ("if", "noise: cl", ["noise: click"]),
    ("if", "noise: click or sq", ["noise: click or squeal"]),
    ("if", "unless any of: noise: click; brakes", ["unless any of: noise: click; brakes hold"]),
    ("then", "fault: glaz", ["fault: glazed pads"]),
    ("source", "SH", ["SHED: "]),
]


@pytest.mark.parametrize(("name", "text", "expected"), OFFERS)
def test_what_may_be_meant_is_offered(shed: Path, name: str, text: str, expected: list[str]) -> None:
    assert [word for word, _ in offers(load(shed), name, text)] == expected


# --- what it rests on ------------------------------------------------------------------------------------------------


@given(st.data())
@tries(60)
def test_a_proposed_example_comes_to_what_it_says(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    condition = data.draw(conditions(book.terms))
    examples = propose(book, condition)
    assert len({example.name for example in examples}) == len(examples)
    for example in examples:
        assert semantics.NAMES[mark_given(book, condition, dict(example.given))] == example.mark


def test_every_rule_of_a_knowledge_base_gets_examples_of_each_kind(either: Rulebook) -> None:
    for rule in either.rules.values():
        marks = {example.mark for example in propose(either, rule.condition)}
        assert marks == ({"holds", "fails", "waits"} if rule.condition != Condition() else {"holds"}), rule.id


@given(st.data())
@tries(40)
def test_saved_cases_beside_one_more_rule_are_what_deciding_them_all_says(data: st.DataObject) -> None:
    book = data.draw(rulebooks().filter(_removable))
    last = data.draw(st.sampled_from(_removable(book)))
    before = replace(book, rules={name: rule for name, rule in book.rules.items() if name != last})
    cases = {f"case_{number}": case(data.draw(facts(book)), f"case_{number}") for number in range(4)}
    saved = SavedCases(replace(before, cases=cases))
    after = with_rule(saved.rulebook, book.rules[last])
    assert list(saved.changes(after, book.rules[last])) == list(changes(saved.rulebook, after, cases.values()))


def _removable(book: Rulebook) -> list[str]:
    """The rules that no other one outranks."""
    return [name for name in book.rules if all(name not in rule.outranks for rule in book.rules.values())]


def test_a_card_put_beside_a_rulebook_is_as_if_the_folder_were_read_again(clinic: Rulebook) -> None:
    files = read_folder(CLINIC)
    name = "rules/fever.yaml"
    text = files[name].decode().replace("fever: yes", "fever: no", 1)
    beside, whole = with_files(clinic, {name: text}), load_files(files | {name: text.encode()}, clinic.directory)
    assert (dict(beside.rules), dict(beside.cases), beside.stages) == (
        dict(whole.rules),
        dict(whole.cases),
        whole.stages,
    )


@pytest.mark.parametrize(("old", "new"), [("leg pain: yes", "leg pane: yes"), ("rule: worse", "rule: worst")])
def test_a_card_at_fault_is_refused_beside_a_rulebook_in_the_same_words(old: str, new: str) -> None:
    name = "rules/back/worse_back.yaml"
    text = SMALL[name].replace(old, new, 1)
    with pytest.raises(KnowledgeError) as beside:
        with_files(load_files(encoded(SMALL)), {name: text})
    with pytest.raises(KnowledgeError) as whole:
        load_files(encoded(SMALL | {name: text}))
    assert beside.value.problems == whole.value.problems


def test_difference_lists_name_only_what_tells_the_patient_apart(bundled: Rulebook) -> None:
    few = {name: bundled.cases[name] for name in list(bundled.cases)[::10]}
    saved = SavedCases(replace(bundled, cases=few))
    goal = wanted(bundled, bundled.cases["facet_by_three_of_five"], "exercise direction: neutral only")
    touched = touched_by(saved, goal, Condition())
    for line, count in lines_that_differ(saved, goal, touched)[:20]:
        assert semantics.mark_line(line, goal.decision.state) == semantics.HOLDS
        states = [saved.decisions[change.case.id].state for change in touched]
        assert sum(semantics.mark_line(line, state) == semantics.FAILS for state in states) == count > 0
