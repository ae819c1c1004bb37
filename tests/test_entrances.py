"""What programs and folders hand over: no value is taken for another, no case is missed, no error is lost."""

import json
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np  # noqa: TID251 (values of numpy are handed over)
import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest

from engine.errors import CaseError
from engine.interfaces.files import read
from engine.loader import case_from
from engine.rulebook import Rulebook
from tests.test_cli import run

pytestmark = pytest.mark.usefixtures("in_the_clinic")


def test_what_numpy_masks_is_no_answer_and_a_time_is_no_number(clinic: Rulebook) -> None:
    masked = np.ma.masked_invalid([float("nan"), 4.0])
    assert dict(case_from(clinic, {"age": masked[0], "fever": masked[0], "pain score": masked[1]}).facts) == {
        "pain score": 4
    }
    assert not case_from(clinic, {"age": np.ma.array(3, mask=True)}).facts
    for odd in (np.timedelta64(70, "ns"), np.datetime64(70, "ns"), np.datetime64("2026-06") - np.datetime64("2026-01")):
        with pytest.raises(CaseError, match="age"):
            case_from(clinic, {"age": odd})
    assert not case_from(clinic, {"age": np.datetime64("NaT")}).facts


def test_an_error_can_be_sent_to_another_process(clinic: Rulebook) -> None:
    with pytest.raises(CaseError) as told:
        case_from(clinic, {"age": "seventy", "fever": "ja"})
    again = pickle.loads(pickle.dumps(told.value))
    assert (type(again), again.problems, str(again)) == (CaseError, told.value.problems, str(told.value))


@pytest.mark.parametrize(("name", "text"), [(7, "7"), ("row 7", "row 7"), (np.int64(3), "3")])
def test_the_name_of_a_case_is_a_text(clinic: Rulebook, name: Any, text: str) -> None:
    assert case_from(clinic, {"age": 70}, name).id == text
    with pytest.raises(CaseError, match="age"):
        case_from(clinic, {"age": "old"}, name)


def test_a_name_that_is_no_text_is_refused(clinic: Rulebook) -> None:
    for odd in (None, float("nan"), b"x", ["x"]):
        with pytest.raises(CaseError, match="the id of a case"):
            case_from(clinic, {"age": 70}, odd)  # type: ignore[arg-type]


def test_a_single_path_may_be_read(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("age: 70\n", encoding="utf-8")
    for path in (tmp_path / "one.yaml", str(tmp_path / "one.yaml")):
        assert [case.id for case in read(path, clinic)] == ["one"]


def test_ids_are_texts_whatever_their_column_holds(tmp_path: Path) -> None:
    large = [Decimal("12345678901234567890"), Decimal("12345678901234567999")]
    pl.DataFrame({"case": pl.Series(large, dtype=pl.Decimal(38, 0)), "age": [44, 50]}).write_parquet(
        tmp_path / "a.parquet"
    )
    pl.DataFrame({"case": [1.5, float("nan"), float("nan")], "age": [44, 50, 700]}).write_parquet(
        tmp_path / "b.parquet"
    )
    assert run("batch", str(tmp_path / "a.parquet"), "--out", str(tmp_path / "a"))[0] == 0
    found = pl.read_parquet(tmp_path / "a" / "answers" / "part-00000.parquet")["case"].to_list()
    assert found == [str(number) for number in large]
    assert run("batch", str(tmp_path / "b.parquet"), "--out", str(tmp_path / "b"))[0] == 1
    assert pl.read_parquet(tmp_path / "b" / "answers" / "part-00000.parquet")["case"].to_list() == ["1.5", "b:2"]
    [line] = (tmp_path / "b" / "rejects.ndjson").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["case"] == "b:3"


def test_an_input_without_a_case_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("case,age\nann,44\n", encoding="utf-8")
    (tmp_path / "head.csv").write_text("case,age\n", encoding="utf-8")
    (tmp_path / "blank.ndjson").write_text("\n\n", encoding="utf-8")
    for name in ("head.csv", "blank.ndjson"):
        paths = [str(tmp_path / "good.csv"), str(tmp_path / name)]
        code, output, error = run("batch", *paths, "--out", str(tmp_path / f"out {name}"))
        assert code == 1
        assert name in output + error


def test_the_ids_are_in_no_finding(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age,saddle numbness\nann,44,yes\n", encoding="utf-8")
    for name in ("saddle numbness", "age"):
        code, _, error = run("batch", str(tmp_path / "in.csv"), "--id", name, "--out", str(tmp_path / "out"))
        assert code == 1
        assert "a column that is not a finding" in error


def test_a_folder_is_heard_by_the_files_that_are_in_it_alone(tmp_path: Path, clinic: Rulebook) -> None:
    inside, other = tmp_path / "saddle numbness=yes", tmp_path / "other"
    inside.mkdir()
    other.mkdir()
    (other / "x.csv").write_text("case,age\nann,44\n", encoding="utf-8")
    (other / "x.yaml").write_text("age: 44\n", encoding="utf-8")
    [case] = read([inside / ".." / "other" / "x.yaml"], clinic)
    assert "saddle numbness" not in case.facts
    out = tmp_path / "out"
    assert run("batch", str(inside / ".." / "other" / "x.csv"), "--out", str(out))[0] == 0
    assert "saddle numbness" not in pl.read_parquet(out / "answers" / "part-00000.parquet").columns
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["inputs"][0]["partition"] == {}


def test_what_stands_under_a_strange_name_may_raise_the_alarm(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{"case": "ann", "alarms": {"saddle numbness": "yes"}}', encoding="utf-8")
    code, output, _ = run("decide", str(tmp_path / "one.json"))
    assert code == 1
    assert "a value whose name is like no finding may raise it" in " ".join(output.split())
    assert "cannot raise it" not in output


def test_of_two_cases_with_one_id_none_is_explained_for_the_other(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("case,age,saddle numbness\n1,44,no\n2,50,no\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("case,age,saddle numbness\n1,44,yes\n", encoding="utf-8")
    out = str(tmp_path / "out")
    assert run("batch", str(tmp_path / "a.csv"), str(tmp_path / "b.csv"), "--out", out)[0] == 0
    code, output, error = run("why", out, "--case", "1", "urgency")
    assert code == 1
    assert "2 cases with the id '1'" in output + error
    assert run("why", out, "--case", "2", "urgency")[0] == 0


def test_a_number_without_end_is_refused_at_once(clinic: Rulebook) -> None:
    for odd in (Decimal("1E+1000000"), Decimal("Infinity"), float("inf")):
        with pytest.raises(CaseError, match="age"):
            case_from(clinic, {"age": odd})


def test_a_sign_that_counts_as_a_space_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age,red flag\nann,44,\x1c\n", encoding="utf-8")
    assert run("batch", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out"))[0] == 0


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"expected urgency": ["emergency"]}, "has no single value"),
        ({"expected urgency": {"at least": "emergency"}}, "is not a single value"),
        ({"expected urgency": {"at least": "self-care", "at most": None}}, "lacks one of its ends"),
        (
            {"expected urgency": {"at least": "emergency", "at most": "self-care"}},
            "emergency at least and self-care at",
        ),
        ({"expected urgency": "emergency to self-care"}, "emergency at least and self-care at most"),
        ({"expected urgency": "self-care to emrgency"}, "'emrgency' is not a value"),
        ({"expected advice": True}, "'true' is not a value"),
        ({"expected advice": {"inside": []}}, "is not a list"),
        ({"expected advice": "resst"}, "'resst' is not a value"),
        ({"expected advise": "rest"}, "is not a conclusion"),
    ],
)
def test_an_expected_answer_that_cannot_be_is_a_fault_in_every_form(
    clinic: Rulebook, tmp_path: Path, answer: dict[str, Any], told: str
) -> None:
    row = {"case": "ann", "age": 44, **answer}
    (tmp_path / "x.json").write_text(json.dumps(row), encoding="utf-8")
    (tmp_path / "x.ndjson").write_text(json.dumps(row) + "\n", encoding="utf-8")
    pl.DataFrame([row]).write_parquet(tmp_path / "x.parquet")
    with pytest.raises(CaseError, match=told):
        case_from(clinic, answer)
    for form in ("json", "ndjson", "parquet"):
        assert run("batch", str(tmp_path / f"x.{form}"), "--out", str(tmp_path / form))[0] == 1
        [line] = (tmp_path / form / "rejects.ndjson").read_text(encoding="utf-8").splitlines()
        assert told in json.loads(line)["there"]


def test_an_expected_answer_is_the_same_in_every_form(clinic: Rulebook, tmp_path: Path) -> None:
    row = {"case": "ann", "age": 44, "expected urgency": {"at least": "self-care", "at most": "emergency"}}
    advice = clinic.terms["advice"].domain.values[:2]
    text = row | {"expected urgency": "self-care to emergency", "expected advice": "; ".join(advice)}
    for name, one in (("a", row | {"expected advice": list(advice)}), ("b", text)):
        assert case_from(clinic, one).expected == case_from(clinic, text).expected
        (tmp_path / f"{name}.ndjson").write_text(json.dumps(one) + "\n", encoding="utf-8")
        pl.DataFrame([one]).write_parquet(tmp_path / f"{name}.parquet")
        (tmp_path / f"{name}.json").write_text(json.dumps(one), encoding="utf-8")
    for path in sorted(tmp_path.glob("*.*")):
        assert run("batch", str(path), "--out", str(tmp_path / f"out {path.name}"))[0] == 0
        [found] = pl.read_parquet(tmp_path / f"out {path.name}" / "answers" / "part-00000.parquet").to_dicts()
        assert {key: found[key] for key in text if key.startswith("expected")} == {
            key: text[key] for key in text if key.startswith("expected")
        }


@pytest.mark.parametrize("source", [None, float("nan"), np.nan])
def test_a_source_that_is_missing_is_none(clinic: Rulebook, source: Any) -> None:
    assert case_from(clinic, {"age": 44, "source": source}).sources == ()
