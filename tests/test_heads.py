"""What stands above a head, and heads below it: no row is lost, and none is read under the head of another table."""

import gzip
from pathlib import Path

import pytest

from engine.columns import inputs
from engine.columns.csv import Table
from engine.columns.piece import Piece, Spot, Unusable
from tests.reading import broken, cases_of, reader, rows, said
from tests.test_excel import write_workbook

ABOVE = [["ann", "44", "yes", "none"], ["ben", "50", "no", "none"], ["case", "age", "saddle numbness", "leg weakness"]]
CONCATENATED = [["case", "fever", "saddle numbness"], ["ann", "yes", "no"], ["case", "saddle numbness", "fever"]]


def written(path: Path, table: list[list[str]]) -> Path:
    if path.suffix == ".xlsx":
        write_workbook(path, table)
    else:
        path.write_text("".join(f"{';'.join(row)}\n" for row in table))
    return path


def until(path: Path, most: int = 1 << 18, spot: Spot = Spot()) -> tuple[list[Piece], str]:  # noqa: B008 (frozen)
    kind = "excel" if path.suffix == ".xlsx" else "csv"
    found: list[Piece] = []
    with pytest.raises(Unusable) as caught:
        found.extend(inputs.pieces(path, kind, spot, most, reader()._vocabulary(path.name)))
    return found, str(caught.value.problem)


@pytest.mark.parametrize("name", ["in.csv", "in.xlsx"])
def test_rows_above_the_head_are_refused_and_shown(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, [*ABOVE, ["cleo", "60", "no", "none"]])
    assert "rows above the head: 'ann 44 yes none', 'ben 50 no none'" in said(path)


@pytest.mark.parametrize("name", ["in.csv", "in.xlsx"])
def test_a_single_answer_above_its_head_is_refused(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, [["ann", "", "Yes", ""], ABOVE[-1], ["cleo", "60", "no", "none"]])
    assert "a row above the head: 'ann Yes'" in said(path)


@pytest.mark.parametrize("name", ["in.csv", "in.xlsx"])
def test_another_head_ends_a_table_and_rows_above_it_are_kept(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, [*CONCATENATED, ["ben", "yes", "no"]])
    found, problem = until(path)
    assert rows(found) == [(2, ("ann", "yes", "no"))]
    assert f"{name}:3" in problem
    assert "another head: 'case saddle numbness fever'" in problem
    again, problem_again = until(path, spot=found[-1].after)
    assert (again, problem_again) == ([], problem)


def test_another_head_may_be_wider(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("case,fever\nann,yes\n\n CASE ,age,fever\nben,50,no\n")
    found, problem = until(path)
    assert [line for line, _ in rows(found)] == [2]
    assert f"{path}:4: another head" in problem


def test_the_same_head_again_is_told_and_reading_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path / "in.csv", [*CONCATENATED[:2], CONCATENATED[0], ["ben", "yes", "no"]])
    found = cases_of(path)
    assert [row[0] for _, row in rows(found)] == ["ann", "ben"]
    assert broken(found) == [3]


def test_a_note_of_the_name_of_a_finding_is_no_head(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("case,fever,note\nann,yes,fever\nben,,fever\ncase,no,\n")
    assert len(rows(cases_of(path))) == 3


def test_a_packed_file_that_is_damaged_is_told_as_such(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(b"case,age\nann,44\n"))
    data[-8] ^= 1  # of its checksum
    (tmp_path / "in.csv.gz").write_bytes(data)
    assert "the packed file is damaged" in said(tmp_path / "in.csv.gz")


def piece_by_piece(path: Path, most: int) -> tuple[list[list[str]], list[int], str]:
    """What the pieces say as text, the lines that are broken, and the problem at which reading ends, if any."""
    found: list[Piece] = []
    try:
        found.extend(inputs.pieces(path, "csv", Spot(), most, reader()._vocabulary(path.name)))
        problem = ""
    except Unusable as error:
        problem = str(error.problem)
    return [[str(line), *map(str, cells)] for line, cells in rows(found)], broken(found), problem


@pytest.mark.parametrize("below", [["age", "case", "fever"], ["case", "age", "fever"], ["", "age", "fever"]])
@pytest.mark.parametrize("note", ["", ";note"])
def test_a_head_below_is_found_though_cells_are_read_in_their_types(
    tmp_path: Path, below: list[str], note: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.csv"
    more = ";x" if note else ""
    cases = [f"{number};{number};yes{more}\n" for number in range(1, 40)]
    path.write_text(f"case;age;fever{note}\n{''.join(cases)}{';'.join(below)}{note}\nben;50;no{more}\n")
    found = piece_by_piece(path, 7)
    monkeypatch.setattr(Table, "in_types", lambda *_: None)  # as text, where every head is looked for
    assert piece_by_piece(path, 7) == found
    same = below == ["case", "age", "fever"]
    assert (found[2] == "") == same
    assert len(found[0]) == (40 if same else 39)


def test_cells_that_are_names_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A column may have values that are names of findings, so that a row may be a head and fit the types."""
    path = tmp_path / "in.csv"
    path.write_text("case;age;5;unknown\n1;1;2;3\ncase;5;;unknown\n2;2;2;2\n")
    found = piece_by_piece(path, 7)
    monkeypatch.setattr(Table, "in_types", lambda *_: None)
    assert piece_by_piece(path, 7) == found
    assert "another head" in found[2]
