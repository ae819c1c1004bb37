"""Outside values to facts by one table: each row of it, one by one and in columns, and nothing past it."""

import json
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np  # noqa: TID251 (what callers hand over)
import polars as pl  # noqa: TID251 (columns are made here to be read there)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Case, Members
from engine.chain import Chain
from engine.circuit import CompiledRulebook
from engine.columns.facts import read_column
from engine.columns.findings import dtype_of
from engine.columns.program import CASE, Program
from engine.errors import CaseError, Place
from engine.expected import answer_text, read_expected
from engine.facts import Misspelt, read_value, tidy
from engine.language import Domain
from engine.loader import case_from
from engine.rulebook import Rulebook, Term

HERE = Place("")
DOCS = Path(__file__).resolve().parent.parent / "docs"
FLAG = Term("saddle numbness", Domain("yes/no", ("yes", "no")), True, HERE)
CHOICE = Term("leaning back", Domain("choice", ("worse", "no effect", "Better", "1", "fièvre")), True, HERE)
NUMBER = Term("age", Domain("number", low=0, high=120), True, HERE)
TERMS = (FLAG, CHOICE, NUMBER)
OF_KIND = {"yes/no": FLAG, "choice": CHOICE, "number": NUMBER}


def value_of(term: Term, raw: Any) -> Any:
    found = read_value(term, raw)
    return "wrong" if isinstance(found, Misspelt) else found


def rows_of_the_table() -> list[tuple[str, str, str]]:
    """The table of docs/language.md: a kind, what stands there as JSON has it, and the fact as JSON has it."""
    page = (DOCS / "language.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (yes/no|choice|number|any) \| (.+) \| (.+) \|$", page, re.MULTILINE)
    return [(kind, raw, fact) for kind, raws, fact in rows for raw in re.findall(r"`([^`]+)`", raws) if raw != "unread"]


def test_the_table_in_the_docs_has_rows_of_every_kind() -> None:
    assert {kind for kind, _, _ in rows_of_the_table()} == {"yes/no", "choice", "number", "any"}


@pytest.mark.parametrize(("kind", "raw", "fact"), rows_of_the_table())
def test_each_row_of_the_table_in_the_docs_is_read_as_it_says(kind: str, raw: str, fact: str) -> None:
    expected = {"no answer": None, "refused": "wrong"}.get(fact, fact.strip("`"))
    outside = json.loads(raw)
    for term in TERMS if kind == "any" else [OF_KIND[kind]]:
        found = value_of(term, outside)
        assert (found if found is None else str(found)) == expected


@pytest.mark.parametrize(
    ("term", "raw", "fact"),
    [
        (FLAG, np.bool_(True), "yes"),
        (FLAG, np.bool_(False), "no"),
        (FLAG, np.str_("Yes"), "yes"),
        (FLAG, np.int64(1), "wrong"),
        (FLAG, np.array(True), "yes"),
        (FLAG, np.array([True]), "wrong"),
        (NUMBER, np.int64(70), 70),
        (NUMBER, np.uint8(70), 70),
        (NUMBER, np.float64(70), 70),
        (NUMBER, np.float32(70.5), "wrong"),
        (NUMBER, np.float64("nan"), None),
        (NUMBER, np.float32("inf"), "wrong"),
        (NUMBER, np.datetime64("NaT"), None),
        (NUMBER, Decimal("70.0"), 70),
        (NUMBER, Decimal("NaN"), None),
        (NUMBER, Decimal("Infinity"), "wrong"),
        (NUMBER, Fraction(140, 2), 70),
        (NUMBER, 10**600, "wrong"),
        (NUMBER, True, "wrong"),
        (NUMBER, np.bool_(True), "wrong"),
        (NUMBER, date(2026, 1, 1), "wrong"),
        (NUMBER, b"70", "wrong"),
        (NUMBER, {70}, "wrong"),
        (NUMBER, object(), "wrong"),
        (CHOICE, np.int64(1), "1"),
        (CHOICE, 1.0, "1"),
    ],
)
def test_a_value_of_python_and_numpy_is_read_as_what_it_is(term: Term, raw: Any, fact: Any) -> None:
    assert value_of(term, raw) == fact


def test_a_value_of_pandas_is_read_as_what_it_is() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"age": [70, None], "flag": pandas.array([True, pandas.NA], dtype="boolean")})
    assert [value_of(NUMBER, one) for one in frame["age"]] == [70, None]
    assert [value_of(FLAG, one) for one in frame["flag"]] == ["yes", None]
    assert value_of(FLAG, pandas.NaT) is None
    assert value_of(NUMBER, pandas.Series([70])) == "wrong"


@pytest.mark.parametrize("name", ["NAType", "NaTType"])
def test_what_pandas_has_for_nothing_is_known_by_its_name(name: str) -> None:
    assert value_of(FLAG, type(name, (), {})()) is None


def test_two_values_that_differ_in_letter_case_alone_are_told_apart_and_no_other_spelling_is_taken() -> None:
    term = Term("grade", Domain("choice", ("a", "A", "b")), True, HERE)
    assert [value_of(term, raw) for raw in ("a", "A", "B")] == ["a", "A", "b"]
    pair = Term("grade", Domain("choice", ("ab", "aB")), True, HERE)
    assert value_of(pair, "AB") == "wrong"


def test_a_slip_of_the_pen_has_one_meaning_or_none() -> None:
    def meant(term: Term, raw: Any) -> Any:
        found = read_value(term, raw)
        assert isinstance(found, Misspelt)
        return found.meant

    assert meant(FLAG, "yess") == "yes"
    assert meant(CHOICE, "wrose") == "worse"
    assert meant(FLAG, "ja") is None
    assert meant(FLAG, 1) is None
    assert meant(FLAG, '["yes"]') is None
    assert meant(NUMBER, "fourty") is None
    either = Term("x", Domain("choice", ("one leg", "ten leg")), True, HERE)
    assert meant(either, "onn leg") in ("one leg", None)


def test_an_invisible_sign_in_a_value_is_told_by_its_name() -> None:
    found = read_value(FLAG, "y\u200bes")
    assert isinstance(found, Misspelt)
    assert "ZERO WIDTH SPACE (U+200B)" in str(found.problem)
    assert value_of(CHOICE, "\u00a0no\u00a0effect") == "no effect"
    assert value_of(CHOICE, "fie\u0300vre") == "fièvre"


# --- columns ---------------------------------------------------------------------------------------------------------

texts = st.one_of(
    st.sampled_from(["yes", "Yes", "YES ", "no", "True", "false", "worse", "NO  effect", "better", "1", "0", "1.0"]),
    st.sampled_from(["", " ", "unknown", "Unknown", "\u00a0", "4.0", "-0", "1e1", "+7", "007", "120.5", "121", "NaN"]),
    st.sampled_from(
        ["fie\u0300vre", "yess", "wrose", "y\u200bes", "٤", "1_0", "0x1", "nan", "inf", ".5", "5.", "null"]
    ),
    st.text(max_size=5),
)
numbers = st.one_of(st.integers(-5, 130), st.floats(), st.sampled_from([4.0, -0.0, 1e1, 120.0, 121.0, 1.0]))


@given(st.data())
def test_a_column_is_read_value_for_value(data: st.DataObject) -> None:
    term = data.draw(st.sampled_from(TERMS))
    kind = data.draw(st.sampled_from([texts, st.booleans(), st.integers(-5, 2**40), st.floats(), st.floats(width=32)]))
    raws = data.draw(st.lists(st.one_of(st.none(), kind), min_size=1, max_size=12))
    column = pl.Series(data.draw(st.sampled_from(["age", "other"])), raws)
    if kind is texts:
        column = column.cast(data.draw(st.sampled_from([pl.String(), pl.Categorical()])))
    read = read_column(term, column)
    single = [read_value(term, raw) for raw in column.to_list()]
    assert read.facts.dtype == dtype_of(term)
    assert read.facts.to_list() == [None if isinstance(one, Misspelt) else one for one in single]
    assert (read.wrong.to_list() if read.wrong is not None else [False] * len(raws)) == [
        isinstance(one, Misspelt) for one in single
    ]
    assert (read.meant.to_list() if read.meant is not None else [None] * len(raws)) == [
        one.meant if isinstance(one, Misspelt) else None for one in single
    ]


@given(st.text())
def test_a_tidy_text_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


# --- the last gate ---------------------------------------------------------------------------------------------------

UNREAD = [
    ({"saddle numbness": True}, "True for 'saddle numbness' was not read"),
    ({"saddle numbness": "Yes"}, "'Yes' for 'saddle numbness' was not read"),
    ({"saddle numbness": "yes "}, "'yes ' for 'saddle numbness' was not read"),
    ({"saddle numbness": 1}, "'1' is not a value of 'saddle numbness'"),
    ({"saddle numbness": "ja"}, "'ja' is not a value of 'saddle numbness'"),
    ({"saddle numbness": ["yes"]}, "'saddle numbness' has no single value"),
    ({"saddle numbness": None}, "None for 'saddle numbness' was not read"),
    ({"Saddle numbness": "yes"}, "'Saddle numbness' is not a finding"),
    ({"urgency": "emergency"}, "'urgency' is a conclusion"),
    ({"age": "70"}, "'70' for 'age' was not read"),
    ({"age": 70.0}, "70.0 for 'age' was not read"),
    ({"age": float("nan")}, "nan for 'age' was not read"),
    ({"age": 500}, "500 is outside the range of 'age'"),
    ({"age": np.int64(70)}, "np.int64(70) for 'age' was not read"),
    ({70: "age"}, "70 is not a finding"),
]


@pytest.mark.parametrize(("facts", "message"), UNREAD, ids=[message for _, message in UNREAD])
def test_no_reading_decides_a_case_made_by_hand_of_what_no_term_allows(
    clinic: Rulebook, facts: dict[Any, Any], message: str
) -> None:
    for decide in (lambda case: semantics.decide(clinic, case), Chain(clinic).decide):
        with pytest.raises(CaseError, match=re.escape(message)):
            decide(Case("x", {"fever": "no", **facts}))


def test_everything_that_is_wrong_with_a_case_made_by_hand_is_told_at_once(clinic: Rulebook) -> None:
    with pytest.raises(CaseError) as caught:
        semantics.decide(
            clinic, Case("x", {"saddle numbness": True, "age": "70", "fevr": "yes", "urgency": "emergency"})
        )
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("saddle numbness", [True, None]),
        pl.Series("saddle numbness", ["Yes", "no"]),
        pl.Series("saddle numbness", [1, 0]),
        pl.Series("saddle numbness", [["yes"], None]),
        pl.Series("Saddle numbness", ["yes", "no"]),
        pl.Series("urgency", ["emergency", None]),
        pl.Series("age", ["70", None]),
        pl.Series("age", [70.0, float("nan")]),
        pl.Series("age", [500, 70]),
    ],
)
def test_columns_refuse_what_no_term_allows(clinic: Rulebook, column: pl.Series) -> None:
    with pytest.raises(CaseError, match=column.name):
        Program(CompiledRulebook(clinic)).evaluate(pl.DataFrame([pl.Series(CASE, ["a", "b"]), column]))


# --- from a mapping to a case ----------------------------------------------------------------------------------------


def test_a_case_is_made_of_a_mapping_of_what_programs_have(bundled: Rulebook) -> None:
    answers = {"case": 7, "saddle numbness": np.bool_(True), "age": 70.0, "fever": "No ", "collapse": float("nan")}
    case = case_from(bundled, answers)
    assert (case.id, dict(case.facts)) == ("7", {"age": 70, "saddle numbness": "yes", "fever": "no"})
    assert Chain(bundled).decide(case).conclusions["urgency"] == "emergency"


def test_a_mapping_that_no_case_can_be_made_of_is_refused_with_every_problem(clinic: Rulebook) -> None:
    answers = {"Saddle numbness": True, "age": "seventy", "urgency": "emergency", "fever": [True]}
    with pytest.raises(CaseError) as caught:
        case_from(clinic, answers)
    assert {problem.there for problem in caught.value.problems} == {
        "'Saddle numbness' is not a finding",
        "'seventy' is not a value of 'age'",
        "'urgency' is a conclusion",
        "'fever' has no single value",
    }


def test_members_are_read_back_as_a_batch_stores_them(bundled: Rulebook) -> None:
    several = [term for term in bundled.conclusions if term.domain.kind == "several"]
    assert any(";" in value for term in several for value in term.domain.values)
    for term in several:
        values = term.domain.values
        for some in (values, values[::2], *((value,) for value in values)):
            assert read_expected(term, answer_text(Members(tuple(some)))) == Members(tuple(some))
