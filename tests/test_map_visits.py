"""A row for each answer, and visits that take over what lasts from the one before."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("polars")


from engine.case import Value
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import CLINIC
from tests.test_batch import agree, rejects
from tests.test_map_apply import read_by, told

Facts = dict[str, dict[str, Value]]


def test_two_answers_to_one_item_are_a_fault_and_a_row_without_an_item_is_told(
    clinic: Rulebook, tmp_path: Path
) -> None:
    rows = "1,age,44,\n1,age,45,\n2,age,51,x\n2,age,51,x\n3,,7,\n4,color,red,\n"
    (tmp_path / "a.csv").write_text(f"id,q,a,who\n{rows}")
    mapping = "id: id\nlong: {item: q, value: a}\ncolumns: {age: age}\n"
    summary = read_by(clinic, tmp_path, tmp_path / "a.csv", mapping)
    assert told(summary, "unmapped columns") == ({"color": 1, "who": 2},)
    agree(clinic, tmp_path / "out", {"2": {"age": 51}, "4": {}})
    found = {one["line"]: one["there"] for one in rejects(tmp_path / "out")}
    assert found == {2: "'age' has two answers, '44' and '45'", 6: "no 'id' or no 'q'"}


@pytest.fixture
def lasting(tmp_path: Path) -> Rulebook:
    """A clinic in which two findings last."""
    base = tmp_path / "base"
    shutil.copytree(CLINIC, base)
    for path in (base / "terms").glob("*.yaml"):
        text = path.read_text()
        text = text.replace("age at onset: {kind", "age at onset: {lasts: yes, kind").replace(
            "onset: {kind: choice", "onset: {lasts: yes, kind: choice"
        )
        path.write_text(text)
    book = load(base)
    assert {term.name for term in book.findings if term.lasts} == {"age at onset", "onset"}
    return book


VISITS = "pat,day,onset_age,onset,pain,fever\n" + "\n".join(
    (
        "a,02.03.2026,,,2,",
        "b,01.01.2026,30,gradual,5,yes",
        "a,05.01.2026,25,gradual,7,no",
        "a,30.03.2026,26,,1,",
        "b,01.02.2026,x,,3,",
        "c,2026,40,,3,",
    )
)
BY_DAY = """\
id: pat
visit: {date: day, written: day.month.year, takes over: yes}
columns: {onset_age: age at onset, onset: onset, pain: pain score, fever: fever}
"""


def test_a_later_visit_takes_over_what_lasts_and_nothing_else(lasting: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(VISITS)
    summary = read_by(lasting, tmp_path, tmp_path / "a.csv", BY_DAY)
    assert told(summary, "taken over") == ({"age at onset": 1, "onset": 3},)
    cases: Facts = {
        "a 05.01.2026": {"age at onset": 25, "onset": "gradual", "pain score": 7, "fever": "no"},
        "a 02.03.2026": {"age at onset": 25, "onset": "gradual", "pain score": 2},
        "a 30.03.2026": {"age at onset": 26, "onset": "gradual", "pain score": 1},
        "b 01.01.2026": {"age at onset": 30, "onset": "gradual", "pain score": 5, "fever": "yes"},
    }
    agree(lasting, tmp_path / "out", cases)
    found = {one["case"]: one["there"] for one in rejects(tmp_path / "out")}
    assert found["b 01.02.2026"].startswith("'x' is not a value of 'age at onset'")  # what is wrong is not filled up
    assert found["c 2026"] == "'case' has '2026' in the column 'day'"


def test_visits_by_event_are_in_the_order_of_the_mapping(lasting: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("pat,when,onset\na,late,\na,early,gradual\nb,never,gradual\n")
    mapping = "id: pat\nvisit: {column: when, order: [early, late], takes over: yes}\ncolumns: {onset: onset}\n"
    read_by(lasting, tmp_path, tmp_path / "a.csv", mapping)
    agree(lasting, tmp_path / "out", {"a early": {"onset": "gradual"}, "a late": {"onset": "gradual"}})
    assert [one["expected"] for one in rejects(tmp_path / "out")] == ["early, late"]


def test_a_year_of_two_digits_orders_nothing(lasting: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("pat,day,onset_age,onset,pain,fever\na,31.12.99,40,,,\na,01.01.00,,,5,\n")
    summary = read_by(lasting, tmp_path, tmp_path / "a.csv", BY_DAY)
    assert told(summary, "taken over") == ({},)
    expected = {one["expected"] for one in rejects(tmp_path / "out")}
    assert expected == {"a day, written day.month.year, its year with four digits"}


def test_patients_without_an_id_are_not_one_patient(lasting: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "pat,day,onset_age,onset,pain,fever\n-99,01.01.2026,40,,,\n-99,02.01.2026,,,5,\nNA,03.01.2026,,,6,\n"
    )
    summary = read_by(lasting, tmp_path, tmp_path / "a.csv", f"{BY_DAY}missing: [-99, NA]\n")
    assert told(summary, "taken over") == ({},)
    assert (summary["cases"], rejects(tmp_path / "out")) == (3, [])

    long = tmp_path / "long"
    long.mkdir()
    (long / "a.csv").write_text("id,q,a\n-99,age,44\n-99,fever,yes\n1,age,45\n")
    mapping = "id: id\nlong: {item: q, value: a}\ncolumns: {age: age, fever: fever}\nmissing: [-99]\n"
    read_by(lasting, long, long / "a.csv", mapping)
    agree(lasting, long / "out", {"1": {"age": 45}})
    assert {one["there"] for one in rejects(long / "out")} == {"no 'id' or no 'q'"}
