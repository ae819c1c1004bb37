"""What check does at once, or takes over from the last time, is what it would find case by case and from nothing."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.cache import Cached
from engine.case import Case
from engine.checks.as_expected import deviating
from engine.checks.saved_cases import differences
from engine.circuit import CompiledRulebook, Compiler, Regated, marks_of
from engine.errors import KnowledgeError
from engine.loader import load, load_files
from engine.loader.files import read_folder
from engine.loader.last_read import from_last
from engine.rulebook import Rulebook
from tests.conftest import edit, tries
from tests.rulebooks import facts, rulebooks, with_laws
from tests.test_check_kept import CARD, CHANGES

# --- the saved cases, all at once ------------------------------------------------------------------------------------


@given(st.one_of(rulebooks(), with_laws(), rulebooks(quarrel=True)), st.data())
@tries(40)
def test_the_circuit_names_just_the_cases_that_semantics_finds_fault_with(book: Rulebook, data: st.DataObject) -> None:
    cases = [data.draw(expecting(book, f"c{number}")) for number in range(3)]
    found = deviating(CompiledRulebook(book), cases)
    decided = [semantics.decide(book, case) for case in cases]
    assert found == [
        one.case for one in decided if one.broken or one.marked.disputed or any(True for _ in differences(book, one))
    ]


@st.composite
def expecting(draw: st.DrawFn, book: Rulebook, name: str) -> Case:
    """A case that expects its own answer, or that of another, or a part of it."""
    given_facts, others = draw(facts(book)), draw(facts(book))
    answered = semantics.decide(book, Case(name, draw(st.sampled_from([given_facts, others])))).marked.conclusions
    expected = {term: answer for term, answer in answered.items() if answer is not None}
    left_out = draw(st.sets(st.sampled_from(sorted(expected)), max_size=1)) if expected else set()
    return Case(name, given_facts, expected={term: expected[term] for term in expected if term not in left_out})


# --- without gates ---------------------------------------------------------------------------------------------------


@given(rulebooks(), st.data())
@tries(40)
def test_what_reads_no_gate_stays_and_all_else_is_built_as_from_nothing(book: Rulebook, data: st.DataObject) -> None:
    findings = data.draw(st.sets(st.sampled_from(sorted(book.finding_names)), min_size=1))
    wanted = data.draw(st.sets(st.sampled_from(sorted(term.name for term in book.conclusions)), min_size=1))
    whole = CompiledRulebook(book).circuit
    again = Regated(whole, wanted).without(findings)
    terms = {name: replace(term, asked_if=None) if name in findings else term for name, term in book.terms.items()}
    fresh = Compiler(replace(book, terms=terms), whole.nodes, whole.places)
    assert len([*fresh.settled()]) == len(book.conclusions)
    for name in wanted:
        assert marks_of(again, name) == marks_of(fresh, name)


# --- the state that was read last ------------------------------------------------------------------------------------


def same(one: Rulebook, other: Rulebook) -> bool:
    """Whether two rulebooks say the same in the same order."""
    orders = [[[*book.rules], [*book.cases], [*book.laws], book.stages, book.support] for book in (one, other)]
    return one == other and one.digest == other.digest and orders[0] == orders[1]


def test_after_each_change_what_is_read_again_is_what_all_files_say(shed: Path) -> None:
    load(shed)
    taken_over = 0
    for name, old, new in CHANGES.values():
        change(shed / name, old, new)
        files = read_folder(shed)
        again = from_last(files, str(shed))
        taken_over += again is not None
        assert again is None or same(again, load_files(files, str(shed)))
        assert same(load(shed), load_files(files, str(shed)))
    assert taken_over == sum(name.startswith(("rules/", "cases/")) for name, *_ in CHANGES.values())


def change(file: Path, old: str, new: str) -> None:
    """Put other words into a file, or write a new one."""
    if old:
        edit(file, old, new)
    else:
        file.parent.mkdir(exist_ok=True)
        file.write_text(new, encoding="utf-8")


def test_a_new_card_and_a_new_case_stand_where_their_names_put_them(shed: Path) -> None:
    load(shed)
    card, case = (shed / CARD).read_text(encoding="utf-8"), "case: a_first_one\nbrakes hold: no\n"
    (shed / "rules" / "a_first_one.yaml").write_text(card.replace("squeal_on_braking", "a_first_one"), encoding="utf-8")
    (shed / "cases" / "a_first_one.yaml").write_text(case, encoding="utf-8")
    files = read_folder(shed)
    again = from_last(files, str(shed))
    assert again is not None
    assert same(again, load_files(files, str(shed)))
    assert next(iter(again.rules)) == next(iter(again.cases)) == "a_first_one"


FAULTS: Mapping[str, Mapping[str, str]] = {
    "a line that cannot be read": {CARD: "rule: squeal_on_braking\nif: [noise]\n"},
    "the same rule in another folder": {"rules/more/squeal_on_braking.yaml": "the card"},
    "no text": {CARD: "\0"},
    "a saved case with a value that is none": {"cases/old_chain.yaml": "case: old_chain\nnoise: roar\n"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_told_as_when_all_is_read(shed: Path, fault: str) -> None:
    load(shed)
    card = (shed / CARD).read_text(encoding="utf-8")
    for name, text in FAULTS[fault].items():
        change(shed / name, "", card if text == "the card" else text)
    files = read_folder(shed)
    assert from_last(files, str(shed)) is None
    with pytest.raises(KnowledgeError) as found:
        load(shed)
    with pytest.raises(KnowledgeError) as wanted:
        load_files(files, str(shed))
    assert found.value.problems == wanted.value.problems


def test_a_card_that_is_gone_has_all_files_read(shed: Path) -> None:
    load(shed)
    (shed / "rules" / "long_chain.yaml").unlink()
    assert from_last(read_folder(shed), str(shed)) is None
    assert "long_chain" not in load(shed).rules


@pytest.mark.parametrize("name", ["", "../x.rulebook", "/etc/passwd", "none.rulebook"])
def test_a_record_that_is_told_by_its_name_lies_in_the_cache(name: str) -> None:
    assert Cached.named(Rulebook, name).read() is None
