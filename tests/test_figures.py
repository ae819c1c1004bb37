"""The two figures of a case with faults: no slip of the pen hides an alarm, in one case, in many, or in their order."""

import json
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.alarms import AlarmFigures, Alarms
from engine.case import Case, Value
from engine.circuit import CompiledRulebook
from engine.columns import tables
from engine.columns.doubts import at_fault_of
from engine.columns.reach import Reach
from engine.errors import Place
from engine.interfaces import files
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import CLINIC, edit, tries
from tests.rulebooks import LEVELS, facts, rulebooks
from tests.test_batch import batch, rejects


@st.composite
def with_alarms(draw: Any) -> Rulebook:
    """A random rulebook in which every scale has alarms."""
    book: Rulebook = draw(rulebooks())
    terms = {
        name: replace(term, screening_for=LEVELS[1:]) if term.takes_highest else term
        for name, term in book.terms.items()
    }
    return replace(book, terms=terms)


@st.composite
def cases_at_fault(draw: Any, book: Rulebook) -> Case:
    """Some answers, and up to three findings at fault, some of which may be meant for a value."""
    known = draw(facts(book))
    names = draw(st.lists(st.sampled_from(book.finding_names), max_size=3, unique=True))
    meant = {name: draw(st.sampled_from([None, draw(st.sampled_from(_values(book, name)))])) for name in names}
    return Case("x", {name: value for name, value in known.items() if name not in meant}, at_fault=meant)


def _values(book: Rulebook, name: str) -> list[Value]:
    return sorted(book.allowed[name], key=str)


def reached(book: Rulebook, known: dict[str, Value]) -> dict[str, int]:
    """How far each scale has come for certain, by the judge of all readings."""
    scales = semantics.decide(book, Case("x", known)).state.scales
    return {
        name: max(place for place, mark in enumerate(steps.values()) if mark & semantics.HOLDS)
        for name, steps in scales.items()
    }


def steps(figures: dict[str, Any]) -> dict[str, int]:
    return {name: LEVELS.index(str(value)) for name, value in figures.items()}


@tries(150)
@given(st.data())
def test_no_true_answer_leads_below_the_one_figure_or_above_the_other(data: st.DataObject) -> None:
    book = data.draw(with_alarms())
    case = data.draw(cases_at_fault(book))
    figures = Alarms(CompiledRulebook(book)).figures(case)
    meant = {name: value for name, value in case.at_fault.items() if value is not None}
    assert steps(dict(figures.at_least)) == reached(book, {**case.facts, **meant})
    unknown = steps(
        dict(Alarms(CompiledRulebook(book)).figures(replace(case, at_fault=dict.fromkeys(case.at_fault))).at_least)
    )
    most = steps(dict(figures.at_most))
    for answers in product(*([None, *_values(book, name)] for name in case.at_fault)):
        true = {name: value for name, value in zip(case.at_fault, answers, strict=True) if value is not None}
        for name, place in reached(book, {**case.facts, **true}).items():
            assert unknown[name] <= place <= most[name]


@tries(100)
@given(st.data())
def test_many_cases_have_the_figures_of_each(data: st.DataObject) -> None:
    book = data.draw(with_alarms())
    cases = data.draw(st.lists(cases_at_fault(book), min_size=1, max_size=12))
    unread = [data.draw(st.booleans()) if not case.facts and not case.at_fault else False for case in cases]
    cases = [replace(case, unread=one) for case, one in zip(cases, unread, strict=True)]
    findings = tables.table_of(book, [case.id for case in cases], [case.facts for case in cases])
    reach = Reach(CompiledRulebook(book))
    least, most = reach.figures(findings, at_fault_of(book.terms, cases), pl.Series(unread))
    alarms = Alarms(CompiledRulebook(book))
    if not reach.scales:
        assert not least.width
        return
    for case, low, high in zip(cases, least.rows(named=True), most.rows(named=True), strict=True):
        assert alarms.figures(case) == AlarmFigures(low, high)


# --- what stands in a file -------------------------------------------------------------------------------------------


def figures_of(clinic: Rulebook, text: str) -> tuple[str | None, str]:
    case = files.read_line(text.encode(), Place("in", 1), clinic)
    assert case.problems
    figures = Alarms(CompiledRulebook(clinic)).figures(case)
    return figures.at_least["urgency"], figures.at_most["urgency"]  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ('{"saddle numbness": "yess"}', "emergency", "emergency"),
        ('{"Saddle numbness": "Yes"}', "emergency", "emergency"),
        ('{"saddle_numbness": true}', "emergency", "emergency"),
        ('{"saddle numbnes": "yes"}', "emergency", "emergency"),
        ('{"saddle numbness": "ja"}', "self-care", "emergency"),
        ('{"saddle numbness": 1}', "self-care", "emergency"),
        ('{"saddle numbness": "yes", "saddle numbness": "no"}', "self-care", "emergency"),
        ('{"saddle numbness": ["yes"]}', "self-care", "emergency"),
        ('{"saddle numbness": "no", "Saddle numbness": "yes"}', "self-care", "emergency"),
        ('{"favourite colour": "yes"}', "self-care", "self-care"),
        ('{"urgency": "emergency"}', "self-care", "self-care"),
        ('{"age": 40, "fever": "yes", "ag": 4, "urgency": "emergency"}', "same day", "same day"),
        ('{"saddle numbness"', None, "emergency"),
    ],
)
def test_what_is_wrong_in_a_case_hides_no_alarm(
    clinic: Rulebook, text: str, at_least: str | None, at_most: str
) -> None:
    assert figures_of(clinic, text) == (at_least, at_most)


def test_answers_that_cannot_be_are_at_fault_together(clinic: Rulebook) -> None:
    case = files.read_line(b'{"age": 30, "age at onset": 40, "fever": "no"}', Place("in", 1), clinic)
    assert case.problems
    assert dict(case.at_fault) == {"age": None, "age at onset": None}
    assert dict(case.facts) == {"fever": "no"}


def test_rejects_are_sorted_by_what_is_reached_at_least_and_then_at_most(clinic: Rulebook, tmp_path: Path) -> None:
    rows = [
        "low,no,fourty,no",
        "hidden,ja,50,no",
        "sure,yes,fivty,no",
        "meant,yess,50,no",
        "fever,no,fivty,yes",
        "both,ja,fivty,yes",
    ]
    (tmp_path / "in.csv").write_text("\n".join(["case,saddle numbness,age,fever", *rows]))
    batch(clinic, tmp_path / "out", tmp_path / "in.csv")
    found = rejects(tmp_path / "out")
    assert [one["case"] for one in found] == ["sure", "meant", "both", "fever", "hidden", "low"]
    ends = [(one["at least"]["urgency"], one["at most"]["urgency"]) for one in found]
    assert ends[:2] == [("emergency", "emergency")] * 2
    assert ends[4] == ("self-care", "emergency")


def test_a_column_of_ones_and_noughts_hides_no_emergency_among_its_rows(clinic: Rulebook, tmp_path: Path) -> None:
    rows = [f"r{number},{number % 2},{'yes' if number == 7 else 'no'}" for number in range(20)]
    (tmp_path / "in.csv").write_text("\n".join(["case,fever,saddle numbness", *rows]))
    batch(clinic, tmp_path / "out", tmp_path / "in.csv", size=6)
    found = rejects(tmp_path / "out")
    assert found[0]["case"] == "r7"
    assert {one["at least"]["urgency"] for one in found[1:]} == {"self-care"}


def test_cases_are_rejected_where_no_conclusion_has_alarms_on_a_scale(tmp_path: Path) -> None:
    without = shutil.copytree(CLINIC, tmp_path / "without")
    edit(without / "terms" / "all.yaml", "    screening for: urgent review or same day or emergency\n", "")
    (tmp_path / "in.ndjson").write_text('{"case": "k", "fever": "maybe"}\n')
    batch(load(without), tmp_path / "out", tmp_path / "in.ndjson")
    told = json.loads((tmp_path / "out" / "rejects.ndjson").read_text())
    assert (told["at least"], told["at most"]) == ({}, {})
