"""What the names of folders say of the cases below them: heard by every entrance alike, beside what the case says."""

import json
import os
import re
from pathlib import Path

import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest

from engine.alarms import Alarms
from engine.interfaces.batch import is_amiss
from engine.interfaces.batch.report_text import unheard
from engine.interfaces.files import read
from engine.rulebook import Rulebook
from tests.test_batch import answers, rejects
from tests.test_batch_inputs import batch, problems


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
    bundled: Rulebook, tmp_path: Path, folder: str, row: str, least: str
) -> None:
    path = in_folder(tmp_path / folder, f'{{"case": "ann", {row}}}')
    [case] = read(path, bundled)
    figures = Alarms(bundled).figures(case)
    assert case.problems
    assert (figures.at_least["urgency"], figures.at_most["urgency"]) == (least, "emergency")
    batch(bundled, tmp_path / "out", path)
    [reject] = rejects(tmp_path / "out")
    assert (reject["at least"]["urgency"], reject["at most"]["urgency"]) == (least, "emergency")
    assert len(reject.get("problems", [reject])) == len(case.problems)


def test_a_packed_document_hears_its_folder(bundled: Rulebook, tmp_path: Path) -> None:
    import gzip

    folder = tmp_path / "saddle numbness=yes"
    folder.mkdir()
    (folder / "x.json.gz").write_bytes(gzip.compress(b'{"case": "ann", "age": 44}'))
    batch(bundled, tmp_path / "out", folder / "x.json.gz")
    assert answers(tmp_path / "out")["ann"]["urgency at least"] == "emergency"


def test_a_near_name_of_a_folder_is_told(bundled: Rulebook, tmp_path: Path) -> None:
    for name in ("Saddle Numbness=yes", "leg_weakness=new", "bladder=new retention"):
        path = in_folder(tmp_path / name, "case,age", "ann,44", name="x.csv")
        assert is_amiss(batch(bundled, tmp_path / f"out {name}", path), "keep")
        [case] = read(in_folder(tmp_path / name, "case: ann", "age: 44", name="x.yaml"), bundled)
        assert case.problems


def test_a_folder_that_names_no_finding_is_not_asked(bundled: Rulebook, tmp_path: Path) -> None:
    path = in_folder(tmp_path / "site=north" / "year=2026", "case,age", "ann,44", name="x.csv")
    assert not is_amiss(batch(bundled, tmp_path / "out", path), "keep")


@pytest.mark.parametrize(("folder", "row"), [("case=zed", "ann,44,north"), ("site=south", "ann,44,north")])
def test_a_row_that_contradicts_its_folder_is_a_fault_and_makes_no_text(
    bundled: Rulebook, tmp_path: Path, folder: str, row: str
) -> None:
    in_folder(tmp_path / "in" / folder, "case,age,site", row, name="x.csv")
    summary = batch(bundled, tmp_path / "out", tmp_path / "in")
    assert (summary["decided"], summary["rejects"]) == (0, 1)
    [reject] = rejects(tmp_path / "out")
    assert reject["case"] == "ann"
    assert "in the name of its folder" in reject["there"]


def test_what_a_folder_says_fills_the_cells_that_say_nothing(bundled: Rulebook, tmp_path: Path) -> None:
    in_folder(tmp_path / "in" / "site=south", "case,age,site", "ann,44,", "bob,45,south", name="x.csv")
    batch(bundled, tmp_path / "out", tmp_path / "in")
    assert {name: row["site"] for name, row in answers(tmp_path / "out").items()} == {"ann": "south", "bob": "south"}


def test_one_file_in_two_folders_that_say_other_things_is_told(bundled: Rulebook, tmp_path: Path) -> None:
    path = in_folder(tmp_path / "in" / "saddle numbness=no", '{"case": "ann", "age": 44}')
    (tmp_path / "in" / "saddle numbness=yes").mkdir()
    os.link(path, tmp_path / "in" / "saddle numbness=yes" / "x.ndjson")
    summary = batch(bundled, tmp_path / "out", tmp_path / "in")
    assert is_amiss(summary, "keep")
    assert "the same file as" in problems(summary)[0]
    assert [case.unread for case in read(tmp_path / "in", bundled)] == [False, True]


# --- the id of documents ---------------------------------------------------------------------------------------------


def test_the_chosen_id_is_that_of_documents_too(bundled: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"pid": 1, "case": "x", "age": 44}, {"pid": 2, "age": 45}]')
    (tmp_path / "b.yaml").write_text("pid: three\nage: 46\n")
    summary = batch(bundled, tmp_path / "out", tmp_path / "a.json", tmp_path / "b.yaml", id="pid")
    assert set(answers(tmp_path / "out")) == {"1", "2", "three"}
    assert not is_amiss(summary, "keep")


def test_documents_of_rows_are_called_by_their_places(bundled: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"case": "x", "age": 44}, {"case": "x", "age": 45}]')
    batch(bundled, tmp_path / "out", tmp_path / "a.json", id="row")
    assert set(answers(tmp_path / "out")) == {"a:1", "a:2"}


def test_a_chosen_id_that_a_document_lacks_is_told(bundled: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"case": "x", "age": 44}]')
    summary = batch(bundled, tmp_path / "out", tmp_path / "a.json", id="pid")
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
    assert unheard(summary) == MEANT


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_ordinary_columns_are_passed_through(bundled: Rulebook, tmp_path: Path, form: str) -> None:
    assert not is_amiss(batch(bundled, tmp_path / "out", table_with(tmp_path, ORDINARY, form), id="case"), "keep")


def table_with(folder: Path, names: list[str], form: str) -> Path:
    path = folder / f"x.{form}"
    row = {"case": "ann", "age": 44, **dict.fromkeys(names, "x")}
    if form == "parquet":
        pl.DataFrame([row]).write_parquet(path)
    else:
        path.write_text(json.dumps(row) if form == "ndjson" else pl.DataFrame([row]).write_csv())
    return path
