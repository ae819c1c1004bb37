"""The beginning of the page about many cases: who needs a person, what has to be fixed, and what is not known."""

import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from engine import semantics
from engine.alarms import scales_of
from engine.case import Case, Range, Value
from engine.columns.results import Answers
from engine.columns.summary import summarise
from engine.drawing.charts import STYLE
from engine.errors import LumbarError
from engine.interfaces.report import report
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import BICYCLE, CLINIC, ROOT
from tests.outcomes import outcome, rides
from tests.test_batch import batch
from tests.test_knowledge import patients, some_of
from tests.test_report import told

HEATING = ROOT / "tests" / "heating"
GAS: dict[str, Value] = {"smell of gas": "yes", "gas alarm": "no", "water": "dry"}
DRY: dict[str, Value] = {"smell of gas": "no", "gas alarm": "no", "water": "dry"}


def beginning(page: str) -> str:
    """The words of a page above its details."""
    assert page.count('id="details"') == 1
    return told(page.partition('id="details"')[0])


def cold_houses(count: int) -> list[Case]:
    """Houses, every second of them with gas in the air, and every fourth with nothing known."""
    kinds: tuple[dict[str, Value], ...] = (GAS, DRY, GAS, {})
    return [Case(f"house {number}", kinds[number % 4]) for number in range(count)]


def test_who_has_an_alarm_is_named_first_with_the_reason_and_the_others_are_counted(tmp_path: Path) -> None:
    words = beginning(report(outcome(tmp_path / "out", HEATING, [cold_houses(30), cold_houses(30)])))
    _, _, first = words.partition("What needs a person ")
    ids = " , ".join(f"house {number}" for number in range(0, 20, 2))
    assert first.startswith(f"danger: leave the house in 30 cases {ids} and 20 more: in answers/, all with “leave the")
    assert "under “danger at least”" in first
    assert "house 0 LEAVE THE HOUSE: " in first
    assert first.index("danger: leave the house") < first.index("May still become an alarm")


def test_the_most_urgent_alarms_and_rejected_rows_come_first(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "case,age,saddle numbness,leg weakness\nodd,x,no,none\nbad,x,yes,none\nill,50,yes,none\n"
    )
    batch(load(CLINIC), tmp_path / "out", tmp_path / "in.csv")
    words = beginning(report(tmp_path / "out"))
    assert words.index("emergency in 1 case ill") < words.index("Rejected: 2 cases") < words.index("bad ")
    assert words.index("bad ") < words.index("odd ")
    assert "in.csv:3: 'x' is not a value of 'age'; expected a whole number, 0 to 120. urgency: emergency" in words


def test_few_rejected_rows_are_in_sight_and_the_file_is_named_for_the_rest(tmp_path: Path) -> None:
    rejects = [{"there": f"{number} is odd", "reason": "wrong value"} for number in range(60)]
    page = report(outcome(tmp_path / "out", BICYCLE, [], rejects=rejects))
    assert "46 more" in page
    assert "rejects.ndjson has all 60." in page
    assert "49 is odd" in page
    assert "50 is odd" not in page.partition('id="details"')[0]


def test_what_is_not_known_is_a_sentence_and_no_bar(tmp_path: Path) -> None:
    page = report(outcome(tmp_path / "out", BICYCLE, [[Case(f"{number}", {}) for number in range(9)]]))
    assert "9 (100%) of 9 cases have an answer that is still open: fault in 9 (100%)" in beginning(page)
    assert "Not known yet in 9 (100%)." in page
    assert 'class="bars"' not in page.partition('id="details"')[2].partition("<h2>Screening")[0]


def test_the_question_that_would_settle_most_is_asked(tmp_path: Path) -> None:
    known: dict[str, Value] = {"smell of gas": "no", "gas alarm": "no"}
    cases = [Case("a", known), Case("b", known), Case("c", {"water": "dry"})]
    words = beginning(report(outcome(tmp_path / "out", HEATING, [cases])))
    assert "would settle most Does water leak? It is the only screening question still open in 2 cases." in words


def test_where_nothing_needs_a_person_the_page_says_so(tmp_path: Path) -> None:
    known: dict[str, Value] = {"radiators": "cold", "where": "upstairs", "pressure": 15, "pressure last week": 15}
    case = Case("a", DRY | known | {"boiler": "runs", "noise": "gurgles"})
    words = beginning(report(outcome(tmp_path / "out", HEATING, [[case]])))
    assert "Nothing: every case has all its answers, and none is an alarm." in words


def test_where_no_case_was_decided_it_is_not_said_that_all_is_well(tmp_path: Path) -> None:
    words = beginning(report(outcome(tmp_path / "out", HEATING, [])))
    assert "No case was decided, so nothing can be said of any." in words
    assert "Nothing: every" not in words


@pytest.mark.parametrize(
    ("gone", "says"), [("answers/part-00000.parquet", "0 cases; expected 1"), ("rejects.ndjson", "0 cases; expected 2")]
)
def test_a_folder_of_which_something_is_gone_is_not_reported(tmp_path: Path, gone: str, says: str) -> None:
    (tmp_path / "in.csv").write_text("case,age,saddle numbness\nodd,x,no\nbad,x,yes\nill,50,yes\n")
    batch(load(CLINIC), tmp_path / "out", tmp_path / "in.csv")
    report(tmp_path / "out")
    (tmp_path / "out" / gone).unlink()
    with pytest.raises(LumbarError) as raised:
        report(tmp_path / "out")
    [problem] = raised.value.problems
    assert says in str(problem)


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson"])
def test_alarms_are_counted_as_they_are_decided(tmp_path: Path, form: str, either: Rulebook) -> None:
    choose = Random(5)
    people = [some_of(one, choose) if choose.random() < 0.5 else one for one in patients(either, 40, 7)]
    cases = [Case(str(number), facts) for number, facts in enumerate(people)]
    folder = outcome(tmp_path / "out", Path(either.directory), [cases], form)
    summary = summarise(Answers(folder, either), [])
    on, may = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for case in cases:
        certain, possible = reached(either, case)
        on.update(certain)
        may.update(possible)
    assert {alarm: count for alarm, count in summary.alarms.items() if count} == on
    assert {alarm: count for alarm, count in summary.may_alarm.items() if count} == may


def reached(book: Rulebook, case: Case) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The alarms of a case: those for certain, and what a scale may still reach where none is."""
    decision = semantics.decide(book, case)
    certain, possible = list[tuple[str, str]](), list[tuple[str, str]]()
    for term in scales_of(book):
        answer = decision.conclusions[term.name]
        low, high = (answer.low, answer.high) if isinstance(answer, Range) else (answer, answer)
        if low in term.alarms:
            certain.append((term.name, str(low)))
        elif high in term.alarms:
            possible.append((term.name, str(high)))
    if not certain:
        certain = [
            (term.name, value)
            for term in book.conclusions
            for value in term.alarms
            if not term.takes_highest and decision.conclusions[term.name] == value
        ]
    return certain, [] if any(name in {one.name for one in scales_of(book)} for name, _ in certain) else possible


def test_the_page_obeys_a_policy_without_inline_style(tmp_path: Path) -> None:
    page = report(outcome(tmp_path / "out", BICYCLE, [rides(31)], rejects=[{"there": "odd", "reason": "wrong value"}]))
    _, _, body = page.partition("<body>")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", body)
    head, _, rest = page.partition("<style>")
    assert STYLE in rest
    assert "<style" not in head
