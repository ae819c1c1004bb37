"""Every entrance gives the same answer: names of folders and columns, ids, ends of lines."""

import gzip
import io
import json
import os
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest

from engine.alarms import Alarms
from engine.circuit import CompiledRulebook
from engine.document import MAX_BYTES
from engine.errors import CaseError
from engine.interfaces.batch import is_amiss
from engine.interfaces.batch.recognised import unheard
from engine.interfaces.files import read, read_stream
from engine.loader import case_from
from engine.rulebook import Rulebook
from tests.test_batch import answers, rejects
from tests.test_batch_inputs import batch, problems
from tests.test_cli import run as lumbar

pytestmark = pytest.mark.usefixtures("in_the_clinic")


def in_folder(folder: Path, *lines: str, name: str = "x.ndjson") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("folder", "row", "least"),
    [
        ("saddle numbness=yes", '"saddle numbness": "ja"', "emergency"),
        ("saddle numbness=yes", '"saddle numbness": ["no"]', "emergency"),
        ("saddle numbness=yes", '"saddle numbness": "no", "saddle numbness": "no"', "emergency"),
        ("saddle numbness=yes", '"saddle numbness": "nno"', "emergency"),
        ("saddle numbness=yes", '"saddle numbness": "no"', "self-care"),
        ("saddle numbness=ja", '"saddle numbness": "no"', "self-care"),
        ("saddle numbness=ja", '"saddle numbness": "yes"', "emergency"),
        ("saddle numbness=yess", '"age": 44', "emergency"),
        ("saddle numbness=yess", '"saddle numbness": "yess"', "self-care"),
    ],
)
def test_a_fault_in_a_row_leaves_what_its_folder_says(
    clinic: Rulebook, tmp_path: Path, folder: str, row: str, least: str
) -> None:
    path = in_folder(tmp_path / folder, f'{{"case": "ann", {row}}}')
    [case] = read(path, clinic)
    figures = Alarms(CompiledRulebook(clinic)).figures(case)
    assert case.problems
    assert (figures.at_least["urgency"], figures.at_most["urgency"]) == (least, "emergency")
    batch(clinic, tmp_path / "out", path)
    [reject] = rejects(tmp_path / "out")
    assert (reject["at least"]["urgency"], reject["at most"]["urgency"]) == (least, "emergency")
    assert len(reject.get("problems", [reject])) == len(case.problems)


def test_a_packed_document_hears_its_folder(clinic: Rulebook, tmp_path: Path) -> None:

    folder = tmp_path / "saddle numbness=yes"
    folder.mkdir()
    (folder / "x.json.gz").write_bytes(gzip.compress(b'{"case": "ann", "age": 44}'))
    batch(clinic, tmp_path / "out", folder / "x.json.gz")
    assert answers(tmp_path / "out")["ann"]["urgency at least"] == "emergency"


def test_a_near_name_of_a_folder_is_told(bundled: Rulebook, tmp_path: Path) -> None:
    for name in ("Saddle Numbness=yes", "leg_weakness=new", "bladder=new retention"):
        path = in_folder(tmp_path / name, "case,age", "ann,44", name="x.csv")
        assert is_amiss(batch(bundled, tmp_path / f"out {name}", path), "keep")
        [case] = read(in_folder(tmp_path / name, "case: ann", "age: 44", name="x.yaml"), bundled)
        assert case.problems


def test_a_folder_that_names_no_finding_is_not_asked(clinic: Rulebook, tmp_path: Path) -> None:
    path = in_folder(tmp_path / "site=north" / "year=2026", "case,age", "ann,44", name="x.csv")
    assert not is_amiss(batch(clinic, tmp_path / "out", path), "keep")


@pytest.mark.parametrize(("folder", "row"), [("case=zed", "ann,44,north"), ("site=south", "ann,44,north")])
def test_a_row_that_contradicts_its_folder_is_a_fault_and_makes_no_text(
    clinic: Rulebook, tmp_path: Path, folder: str, row: str
) -> None:
    in_folder(tmp_path / "in" / folder, "case,age,site", row, name="x.csv")
    summary = batch(clinic, tmp_path / "out", tmp_path / "in")
    assert (summary["decided"], summary["rejects"]) == (0, 1)
    [reject] = rejects(tmp_path / "out")
    assert reject["case"] == "ann"
    assert "in the name of its folder" in reject["there"]


def test_what_a_folder_says_fills_the_cells_that_say_nothing(clinic: Rulebook, tmp_path: Path) -> None:
    in_folder(tmp_path / "in" / "site=south", "case,age,site", "ann,44,", "bob,45,south", name="x.csv")
    batch(clinic, tmp_path / "out", tmp_path / "in")
    assert {name: row["site"] for name, row in answers(tmp_path / "out").items()} == {"ann": "south", "bob": "south"}


def test_one_file_in_two_folders_that_say_other_things_is_told(clinic: Rulebook, tmp_path: Path) -> None:
    path = in_folder(tmp_path / "in" / "saddle numbness=no", '{"case": "ann", "age": 44}')
    (tmp_path / "in" / "saddle numbness=yes").mkdir()
    os.link(path, tmp_path / "in" / "saddle numbness=yes" / "x.ndjson")
    summary = batch(clinic, tmp_path / "out", tmp_path / "in")
    assert is_amiss(summary, "keep")
    assert "the same file as" in problems(summary)[0]
    assert [case.unread for case in read(tmp_path / "in", clinic)] == [False, True]


# --- the id of documents ---------------------------------------------------------------------------------------------


def test_the_chosen_id_is_that_of_documents_too(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"pid": 1, "case": "x", "age": 44}, {"pid": 2, "age": 45}]')
    (tmp_path / "b.yaml").write_text("pid: three\nage: 46\n")
    summary = batch(clinic, tmp_path / "out", tmp_path / "a.json", tmp_path / "b.yaml", id="pid")
    assert set(answers(tmp_path / "out")) == {"1", "2", "three"}
    assert not is_amiss(summary, "keep")


def test_documents_of_rows_are_called_by_their_places(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"case": "x", "age": 44}, {"case": "x", "age": 45}]')
    batch(clinic, tmp_path / "out", tmp_path / "a.json", id="row")
    assert set(answers(tmp_path / "out")) == {"a:1", "a:2"}


def test_a_chosen_id_that_a_document_lacks_is_told(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"case": "x", "age": 44}]')
    summary = batch(clinic, tmp_path / "out", tmp_path / "a.json", id="pid")
    assert problems(summary) == ["a.json: no column 'pid'"]


# --- names -----------------------------------------------------------------------------------------------------------

MEANT = re.findall(
    r"\S+",
    """saddle_num saddlenu saddle bladder bowel leg.weak Saddle_Numbness LegWeakness weakness_leg weakness_of_leg
    numbness_saddle sadle_numb weight_loss cancer_history""",
)
ORDINARY = re.findall(
    r"\S+",
    """name date notes age_group weight sex_at_birth comment site clinic id phone email height bmi dob gender
    date_of_birth visit_date diagnosis remarks treatment therapist city ward stage history record_date status""",
)


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
def test_a_column_that_is_surely_meant_for_a_finding_is_no_success(
    bundled: Rulebook, tmp_path: Path, form: str
) -> None:
    path = table_with(tmp_path, MEANT, form)
    summary = batch(bundled, tmp_path / "out", path)
    assert unheard(summary["extra columns"]) == MEANT


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_ordinary_columns_are_passed_through(clinic: Rulebook, tmp_path: Path, form: str) -> None:
    assert not is_amiss(batch(clinic, tmp_path / "out", table_with(tmp_path, ORDINARY, form), id="case"), "keep")


def table_with(folder: Path, names: list[str], form: str) -> Path:
    path = folder / f"x.{form}"
    row = {"case": "ann", "age": 44, **dict.fromkeys(names, "x")}
    if form == "parquet":
        pl.DataFrame([row]).write_parquet(path)
    else:
        path.write_text(json.dumps(row) if form == "ndjson" else pl.DataFrame([row]).write_csv())
    return path


# --- columns that stand in each other's way --------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson"])
def test_columns_named_as_answers_are_passed_through(clinic: Rulebook, tmp_path: Path, form: str) -> None:
    (tmp_path / "x.csv").write_text("pid,case,case (given),age,ask,ask (given)\nann,1,2,44,a,b\n")
    summary = batch(clinic, tmp_path / "out", tmp_path / "x.csv", id="pid", form=form)
    assert (summary["decided"], summary["rejects"]) == (1, 0)
    if form == "parquet":
        row = answers(tmp_path / "out")["ann"]
        assert (row["ask (given)"], row["ask (given) (given)"]) == ("b", "a")
        assert (row["case (given)"], row["case (given) (given)"]) == ("2", "1")


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson"])
def test_a_column_of_durations_is_passed_through(clinic: Rulebook, tmp_path: Path, form: str) -> None:
    pl.DataFrame({"case": ["ann"], "age": [44], "stay": [timedelta(days=2)]}).write_parquet(tmp_path / "x.parquet")
    assert batch(clinic, tmp_path / "out", tmp_path / "x.parquet", form=form)["decided"] == 1


def test_cases_without_an_id_beside_a_column_of_ids_are_told(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("case,patient_id,age\nann,7,44\n,8,45\n")
    summary = batch(clinic, tmp_path / "out", tmp_path / "x.csv")
    assert problems(summary) == ["x.csv: some cases without a 'case', and 'patient_id' may have the ids"]
    assert not problems(batch(clinic, tmp_path / "rows", tmp_path / "x.csv", id="row"))


def test_a_decimal_is_read_as_it_is_written(clinic: Rulebook, tmp_path: Path) -> None:
    ages = [Decimal("44.00000000000000000001"), Decimal("45"), None, Decimal("-1")]
    table = {"case": list("abcd"), "age": pl.Series(ages, dtype=pl.Decimal(38, 20)), "fever": ["no"] * 4}
    pl.DataFrame(table).write_parquet(tmp_path / "x.parquet")
    batch(clinic, tmp_path / "out", tmp_path / "x.parquet")
    assert set(answers(tmp_path / "out")) == {"b", "c"}
    for age, told in ((ages[0], "is not a value of 'age'"), (ages[3], "outside the range")):
        with pytest.raises(CaseError, match=told):
            case_from(clinic, {"age": age})
    assert case_from(clinic, {"age": ages[1]}).facts == {"age": 45}


# --- ends of lines, and standard input -------------------------------------------------------------------------------


@pytest.mark.slow
def test_lines_that_end_in_cr_alone_are_read(clinic: Rulebook, tmp_path: Path) -> None:
    lines = b'{"case": "ann", "age": 44}\r{"case": "bob", "age": 45}\r'
    (tmp_path / "x.ndjson").write_bytes(lines)
    assert [case.id for case in read(tmp_path / "x.ndjson", clinic)] == ["ann", "bob"]
    assert [case.id for case in read_stream(io.BytesIO(lines), "standard input", clinic)] == ["ann", "bob"]
    many = b"\r".join(b'{"case": "%d", "age": 44}' % number for number in range(60_000))
    assert len(many) > MAX_BYTES
    found = list(read_stream(io.BytesIO(many), "standard input", clinic))
    assert [case.id for case in found] == [str(number) for number in range(60_000)]


@pytest.mark.parametrize(
    "text",
    [
        '[{"case": "ann", "age": 44}, {"case": "bob", "age": 45}]',
        '[\r\n {"case": "ann", "age": 44},\r\n {"case": "bob", "age": 45}\r\n]',
        '{"case": "ann", "age": 44}\r{"case": "bob", "age": 45}',
        '{"case": "ann", "age": 44}\n{"case": "bob", "age": 45}\n',
        '\n{"case": "ann",\n "age": 44}\n',
    ],
)
def test_standard_input_of_json_is_read_by_every_entrance(tmp_path: Path, text: str) -> None:
    code, _, _ = lumbar("batch", "-", "--out", str(tmp_path / "out"), stdin=text)
    assert code == 0
    assert set(answers(tmp_path / "out")) == {"ann", "bob"} & set(re.findall("ann|bob", text))
    assert lumbar("decide", "-", "--brief", stdin=text)[0] == 0
