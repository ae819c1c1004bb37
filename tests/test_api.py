"""The public face: what `from engine import …` gives, used as a person would from another program."""

import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID251 (frames are what is tested)
import pytest

import cli
import engine
from engine import (
    Case,
    CaseError,
    Decision,
    Law,
    LumbarError,
    QuestionError,
    Range,
    Rejected,
    Rulebook,
    answers,
    case_from,
    cases_from_frame,
    check,
    compare,
    decide,
    diff,
    enough,
    for_and_against,
    load,
    next_questions,
    read_cases,
    what_if,
    what_would_change,
    why,
    why_not,
)
from engine.chain import Chain
from engine.columns.tables import Answering, table_of
from engine.explain import CompiledRulebook
from engine.explain import what_if as explained_what_if
from engine.frames import Frame
from engine.loader.stack import SHIPPED
from tests.conftest import BICYCLE, ROOT

RIDE = {"brakes hold": False, "noise": "squeal", "noise while": "braking"}


@pytest.fixture(scope="module")
def bicycle() -> Rulebook:
    return load(BICYCLE)


@pytest.fixture(scope="module")
def ride(bicycle: Rulebook) -> Decision:
    return decide(bicycle, case_from(bicycle, RIDE, "ride"))


# --- the names -------------------------------------------------------------------------------------------------------


def test_every_promised_name_is_there_and_listed() -> None:
    assert sorted(engine.__all__) == engine.__all__
    assert all(getattr(engine, name).__doc__ for name in engine.__all__)
    assert set(engine.__all__) <= set(dir(engine))
    assert not hasattr(engine, "nonsense")


def test_importing_the_face_imports_nothing_heavy() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, engine; from engine import load, decide, Decision; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"experta", "polars", "pandas", "pyarrow", "pysat", "ruamel.yaml", "engine.explain"} & set(
        told.stdout.split()
    )


def test_without_a_folder_the_knowledge_that_the_command_uses_is_loaded(bundled: Rulebook) -> None:
    assert load().digest == bundled.digest
    assert next(option.default for option in cli.lumbar.params if option.name == "knowledge") == str(SHIPPED)


@pytest.mark.slow
def test_a_script_that_uses_the_face_only_type_checks_where_lumbar_is_installed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    checked = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), script.name]
    done = subprocess.run(checked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        'script.py:16: error: Module has no attribute "nonsense"  [attr-defined]',
        'script.py:17: error: Incompatible types in assignment (expression has type "Decision", variable has type '
        '"str")  [assignment]',
        "Found 2 errors in 1 file (checked 1 source file)",
    ]


SCRIPT = """\
import engine
from engine import CaseError, Rejected, case_from, cases_from_frame, decide, load, next_questions, what_if, why

rulebook = load()
try:
    decision = decide(rulebook, case_from(rulebook, {"leg weakness": "new", "age": 44.0}))
except CaseError as error:
    raise SystemExit("; ".join(problem.there for problem in error.problems)) from error
for rule in why(rulebook, decision, "urgency").rules():
    print(rule.rule.says)
for question in next_questions(rulebook, decision).asked:
    print(question.term.ask)
print([change.term for change in what_if(rulebook, decision, {"leg weakness": "none"}).advice])
for decided in decide(rulebook, cases_from_frame(rulebook, {"age": [44, None]})):
    print(decided.problems if isinstance(decided, Rejected) else decided.conclusions)
engine.nonsense()
wrong: str = decide(rulebook, case_from(rulebook, {}))
"""


# --- decide ----------------------------------------------------------------------------------------------------------


def test_one_case_is_decided_as_by_the_chain(bicycle: Rulebook, ride: Decision) -> None:
    assert ride.conclusions["ride"] == "not at all"
    assert ride == Chain(bicycle).decide(case_from(bicycle, RIDE, "ride"))


def test_of_several_cases_none_is_lost_and_one_with_problems_keeps_its_alarms(bicycle: Rulebook) -> None:
    cases = cases_from_frame(bicycle, {"case": ["a", "b"], "brakes hold": ["no", "nope"]})
    first, second = decide(bicycle, cases)
    assert isinstance(first, Decision)
    assert first.conclusions["ride"] == "not at all"
    assert isinstance(second, Rejected)
    assert second.case.id == "b"
    assert [problem.suggestion for problem in second.problems] == ["no"]
    assert (second.at_least, second.at_most) == ({"ride": "not at all"}, {"ride": "not at all"})


def test_one_case_with_problems_raises(bicycle: Rulebook) -> None:
    (case,) = cases_from_frame(bicycle, {"brakes hold": ["nope"]})
    with pytest.raises(CaseError, match="row 1"):
        decide(bicycle, case)


def test_a_chain_is_made_once_for_a_rulebook_and_for_what_is_changed_anew(bicycle: Rulebook) -> None:
    without = replace(bicycle, rules={"no_brakes": replace(bicycle.rules["no_brakes"], id="no_brakes")})
    changed = replace(without, rules={})
    case = case_from(bicycle, RIDE)
    assert decide(bicycle, case).conclusions["ride"] == "not at all"
    assert decide(changed, case).fired == ()
    assert decide(bicycle, case).conclusions["ride"] == "not at all"


def test_files_are_read_as_by_the_command(bicycle: Rulebook) -> None:
    (case,) = read_cases(bicycle, BICYCLE / "cases")
    assert case.id == "old_chain"
    assert [case.id for case in read_cases(bicycle, [BICYCLE / "cases" / "old_chain.yaml"])] == ["old_chain"]


def decided(rulebook: Rulebook, cases: list[Case]) -> list[Decision | Rejected]:
    return decide(rulebook, cases)


def test_what_is_needed_to_decide_can_be_sent_to_another_process(bicycle: Rulebook) -> None:
    cases = [case_from(bicycle, {"brakes hold": value}, f"{value}") for value in (True, False)]
    with ProcessPoolExecutor(1) as pool:
        there = [pool.submit(decided, bicycle, cases).result() for _ in range(2)]
    assert there == [decide(bicycle, cases)] * 2
    assert pickle.loads(pickle.dumps(bicycle)) == bicycle


# --- data frames -----------------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, list[object]] = {
    "case": ["a", None, "c", "d"],
    "brakes hold": [True, False, None, True],
    "noise": ["squeal", "", "unknown", "none"],
    "noise while": ["braking", None, None, None],
    "chain length": [120, None, 121, 122],
    "colour": ["red", "blue", None, "red"],
}


def frame_of(kind: str, columns: Mapping[str, Sequence[object]]) -> Any:
    """A data frame of one of the libraries, which the extra `test` brings."""
    library = pytest.importorskip(kind)
    return library.table(columns) if kind == "pyarrow" else library.DataFrame(columns)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_the_rows_of_a_frame_are_cases_and_the_answers_go_back_into_one(bicycle: Rulebook, kind: str) -> None:
    cases = cases_from_frame(bicycle, frame_of(kind, COLUMNS))
    assert [(case.id, dict(case.facts), case.problems) for case in cases] == [
        ("a", {"brakes hold": "yes", "noise": "squeal", "noise while": "braking", "chain length": 120}, ()),
        ("row 2", {"brakes hold": "no"}, ()),
        ("c", {"chain length": 121}, ()),
        ("d", {"brakes hold": "yes", "noise": "none", "chain length": 122}, ()),
    ]
    found = frame_of(kind, answers(bicycle, cases))
    assert list(found["ride at least"]) == list(
        frame_of(kind, {"it": ["as you like", "not at all", "as you like", "as you like"]})["it"]
    )


def test_the_answers_are_those_of_batch_and_of_decide(clinic: Rulebook) -> None:
    cases = list(clinic.cases.values())[:20]
    told = answers(clinic, cases, rules=True)
    problems = told.pop("problems")
    table = table_of(clinic, [case.id for case in cases], [case.facts for case in cases])
    assert told == Answering(CompiledRulebook(clinic)).answers(table, "fired").to_dict(as_series=False)
    assert set(problems) == {None}
    for place, decision in enumerate(decide(clinic, cases)):
        assert isinstance(decision, Decision)
        urgency = decision.conclusions["urgency"]
        ends = (urgency.low, urgency.high) if isinstance(urgency, Range) else (urgency, urgency)
        assert (told["urgency at least"][place], told["urgency at most"][place]) == ends
        assert {rule for rule in clinic.rules if told[rule][place]} == set(decision.fired)


def test_a_row_with_problems_stays_in_its_place_with_its_figures(bicycle: Rulebook) -> None:
    told = answers(
        bicycle, cases_from_frame(bicycle, {"brakes hold": ["yes", "perhaps", "no"], "chain length": [1, 120, 120]})
    )
    assert told["case"] == ["row 1", "row 2", "row 3"]
    assert told["ride at least"] == ["as you like", "as you like", "not at all"]
    assert told["ride at most"] == ["as you like", "not at all", "not at all"]
    assert told["parts: pads"][:2] == [None, None]
    assert [text is None for text in told["problems"]] == [False, False, True]
    assert str(told["problems"][0]).startswith("data frame, row 1: 1 is outside the range of 'chain length'")


def test_no_case_gives_columns_without_rows(bicycle: Rulebook) -> None:
    told = answers(bicycle, [])
    assert "ride at least" in told
    assert set(map(len, told.values())) == {0}


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        ({"brakes_hold": ["no"]}, "the column 'brakes_hold' is not a finding.*did you mean 'brakes hold'"),
        ({"colour": ["red"]}, "no column is a finding: 'colour'"),
        ({}, "no column is a finding"),
        ({"noise": ["click"], "noise ": ["squeal"]}, "two columns 'noise'"),
        ({"noise": ["click"], "case": []}, "columns of 0, 1 rows"),
        (pl.LazyFrame({"noise": ["click"]}), "a lazy frame"),
    ],
)
def test_a_frame_that_cannot_be_meant_is_refused(bicycle: Rulebook, frame: Frame, told: str) -> None:
    with pytest.raises(CaseError, match=told):
        cases_from_frame(bicycle, frame)


def test_another_column_may_have_the_ids(bicycle: Rulebook) -> None:
    cases = cases_from_frame(bicycle, {"patient": [7, 8.0], "case": ["x", "y"], "noise": ["click", None]}, id="patient")
    assert [case.id for case in cases] == ["7", "8"]


# --- the questions ---------------------------------------------------------------------------------------------------


def test_every_question_has_its_answer(bicycle: Rulebook, ride: Decision) -> None:
    other = decide(bicycle, case_from(bicycle, {"brakes hold": True}))
    assert [rule.rule.id for rule in why(bicycle, ride, "ride").rules()] == ["no_brakes"]
    assert why(bicycle, ride).term == bicycle.conclusions[0]
    assert why_not(bicycle, ride, "ride", "gently").goal.values == ("gently",)
    assert {weighed.value for weighed in for_and_against(bicycle, ride, "fault").values} >= {"glazed pads"}
    assert what_would_change(bicycle, ride, "ride").counts[1] == 1
    assert enough(bicycle, ride, "ride").needed == ("brakes hold",)
    assert [question.term.name for question in next_questions(bicycle, other, "fault").asked][:1] == ["chain length"]
    assert [change.term for change in compare(bicycle, ride, other, "ride").findings] == ["brakes hold"]


def test_what_if_reads_answers_as_a_case_is_read(bicycle: Rulebook, ride: Decision) -> None:
    found = what_if(bicycle, ride, {"brakes hold": True, "chain length": "125"}, "ride")
    facts: dict[str, str | int | None] = {"brakes hold": "yes", "chain length": 125}
    assert found == explained_what_if(CompiledRulebook(bicycle), ride, facts, ("ride",))
    assert what_if(bicycle, ride, {"noise": None}).after.case.facts == {"brakes hold": "no", "noise while": "braking"}
    with pytest.raises(CaseError, match="'brake hold' is not a finding"):
        what_if(bicycle, ride, {"brake hold": True})


def test_two_rulebooks_are_compared_over_one_case(bicycle: Rulebook, ride: Decision) -> None:
    after = replace(bicycle, rules={name: rule for name, rule in bicycle.rules.items() if name != "squeal_on_braking"})
    found = compare(bicycle, ride, decide(after, ride.case), "parts", other=after)
    assert [(change.name, change.how) for change in found.knowledge] == [("squeal_on_braking", "gone")]


def test_what_a_broken_law_withholds_is_not_explained(bicycle: Rulebook) -> None:
    rule = bicycle.rules["no_brakes"]
    law = Law("never_without_brakes", "Nobody rides.", rule.condition, (), rule.place)
    rulebook = replace(bicycle, laws={law.id: law})
    decision = decide(rulebook, case_from(rulebook, RIDE))
    assert [one.id for one in decision.broken] == [law.id]
    for ask in (why, why_not, for_and_against, enough, next_questions, what_would_change):
        with pytest.raises(QuestionError, match="fault is withheld, because the decision breaks the law never_without"):
            ask(rulebook, decision, "fault")
    assert [rule.rule.id for rule in why(rulebook, decision, "ride").rules()] == ["no_brakes"]


def test_a_question_about_nothing_is_refused(bicycle: Rulebook, ride: Decision) -> None:
    with pytest.raises(QuestionError, match="did you mean 'ride'"):
        why_not(bicycle, ride, "rides")


def test_what_is_no_case_no_decision_and_no_term_is_refused_in_words(bicycle: Rulebook, ride: Decision) -> None:
    given: Any = {"noise": "click"}
    with pytest.raises(CaseError, match="expected a Case; `case_from` makes one of a mapping"):
        decide(bicycle, given)
    nothing: Any = None
    for ask in (why, why_not, for_and_against, enough, next_questions, what_would_change):
        with pytest.raises(QuestionError, match="None is not a decision"):
            ask(bicycle, nothing, "ride")
    with pytest.raises(QuestionError, match="None is not a decision"):
        what_if(bicycle, nothing, {"noise": "click"})
    several: Any = ["ride"]
    with pytest.raises(QuestionError, match=r"\['ride'\] is not a conclusion"):
        enough(bicycle, ride, several)
    with pytest.raises(CaseError, match="a mapping of findings to values"):
        what_if(bicycle, ride, several)


# --- the knowledge ---------------------------------------------------------------------------------------------------


def test_a_knowledge_base_is_checked(bicycle: Rulebook) -> None:
    report = check(bicycle)
    assert report.errors == ()
    assert report.counts["cards"] == 3
    broken = replace(bicycle.rules["no_brakes"], examples=())
    assert check(replace(bicycle, rules={**bicycle.rules, "no_brakes": broken})).errors


def test_two_rulebooks_differ_by_meaning(bicycle: Rulebook) -> None:
    assert not diff(bicycle, bicycle)
    other = replace(bicycle, rules={name: rule for name, rule in bicycle.rules.items() if name != "no_brakes"})
    found = diff(bicycle, other)
    assert found
    [gone] = found.differences
    assert (gone.kind, gone.name, gone.how) == ("rule", "no_brakes", "removed")
    assert gone.less_safe == "it no longer gives the alarm ride: not at all"


# --- records ---------------------------------------------------------------------------------------------------------


def test_records_are_short_at_a_prompt(bicycle: Rulebook, bundled: Rulebook) -> None:
    assert repr(bicycle) == f"Rulebook(4 rules, {len(bicycle.terms)} terms, {bicycle.digest})"
    assert repr(Case("a", {"x": 1, "y": 2, "z": 3, "w": 4, "v": 5})) == (
        "Case(id='a', facts={'x': 1, 'y': 2, 'z': 3, and 2 more})"
    )
    whole = decide(bundled, next(iter(bundled.cases.values())))
    for record in (bundled, whole, why(bundled, whole), enough(bundled, whole)):
        assert len(repr(record)) < 1000


def test_records_are_pages_in_a_notebook(bicycle: Rulebook, ride: Decision) -> None:
    shown = ride._repr_html_()
    assert shown is not None
    assert "ride: not at all" in shown
    reason = why(bicycle, ride, "ride")._repr_html_()
    assert reason is not None
    assert "Without brakes it stays at home." in reason
    assert (
        Case("<b>", {})._repr_html_()
        == '<div style="margin-left: 0.0em; font-weight: bold; margin-top: 0.6em">Case &lt;b&gt;</div>'
    )


def test_without_the_extra_the_error_says_what_installs_it() -> None:
    hidden = "import sys; sys.modules['polars'] = None; import engine; b = engine.load(sys.argv[1])\n"
    hidden += "try:\n    engine.answers(b, [])\nexcept engine.LumbarError as error:\n    print(error)"
    told = subprocess.run(
        [sys.executable, "-c", hidden, str(BICYCLE)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "polars is not installed; install it with: " in told.stdout
    assert issubclass(CaseError, LumbarError)
