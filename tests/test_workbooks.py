"""Excel workbooks that would need more memory than there is: refused by their size, whatever they say of it."""

import json
import re
import struct
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("polars")
pytest.importorskip("python_calamine")

import cli
from engine.columns import excel
from engine.columns.piece import Unusable
from engine.rulebook import Rulebook
from tests.test_batch import batch
from tests.test_batch import rejects as rejected

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="{TYPE}.'
    f'sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(path: Path, cells: dict[str, str], more: str = "") -> Path:
    """A workbook of one sheet with these cells, each in a row of its own."""
    rows = ""
    for place, text in cells.items():
        row = re.sub(r"\D", "", place)
        rows += f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{more}</worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, text)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(Unusable) as caught:
        excel.table_of(path, "w.xlsx", ["age"])
    return caught.value.problem.there


def test_a_workbook_is_read(tmp_path: Path) -> None:
    found = excel.table_of(workbook(tmp_path / "w.xlsx", {"A1": "age", "A3": "44", "A9": "50"}), "w", ["age"])
    assert found.table.rows() == [("44",), ("50",)]
    assert found.lines.tolist() == [3, 9]


@pytest.mark.parametrize("more", ["", "<!-- - -->" * 300_000])
def test_a_cell_far_away_is_told_and_its_sheet_not_laid_out(more: str, tmp_path: Path) -> None:
    path = workbook(tmp_path / "w.xlsx", {"A1": "age", "XFD1048576": "44"}, more)
    assert path.stat().st_size < 20_000
    assert "with a sheet of 17,179,869,184 cells up to its last row and column" in refusal(path)


def test_a_part_that_is_larger_than_it_says_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "w.xlsx", {"A1": "age", "A2": "44"}, "<!-- - -->" * 300_000)
    data = bytearray(path.read_bytes())
    entry = data.rfind(b"xl/worksheets/sheet1.xml") - 46  # its entry in the directory at the end of the file
    assert data[entry : entry + 4] == b"PK\x01\x02"
    struct.pack_into("<I", data, entry + 24, 500)
    path.write_bytes(data)
    assert refusal(path).startswith("no Excel workbook that can be read (Bad CRC-32")


def sheet_of(rows: str, more: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{more}</worksheet>'


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


HEAD = f'<row r="1">{text("A1", "case")}{text("B1", "saddle numbness")}</row>'


def write(path: Path, sheets: list[tuple[str, str]]) -> Path:
    """A workbook of several sheets, each with its state."""
    names = "".join(
        f'<sheet name="S{number}" sheetId="{number}" state="{state}" r:id="rId{number}"/>'
        for number, (state, _) in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    parts = PARTS | {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
    }
    parts |= {f"xl/worksheets/sheet{number}.xml": sheet for number, (_, sheet) in enumerate(sheets, 1)}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


def rejects(path: Path) -> dict[str, str]:
    """What a batch tells of the cases that it set apart."""
    out = path.parent / "out"
    assert CliRunner().invoke(cli.lumbar, ["batch", str(path), "--out", str(out)]).exit_code == 1
    lines = map(json.loads, (out / "rejects.ndjson").read_text().splitlines())
    return {line["case"]: line["there"] for line in lines}


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('<c r="B2" t="e"><v>#N/A</v></c>', "an error of Excel"),
        ('<c t="e" r="B2"><f>VLOOKUP(1,2)</f><v>#REF!</v></c>', "an error of Excel"),
        ('<c r="B2"><f>A1</f></c>', "a formula without its result"),
        ('<c r="B2"><f>A1</f><v/></c>', "a formula without its result"),
        ('<c r="B2"><f t="shared" si="0"/><v></v></c>', "a formula without its result"),
    ],
)
def test_a_cell_without_a_value_to_be_read_is_a_fault_of_its_case(tmp_path: Path, cell: str, words: str) -> None:
    rows = f'{HEAD}<row r="2">{text("A2", "ann")}{cell}</row><row r="3">{text("A3", "ben")}{text("B3", "no")}</row>'
    hidden = sheet_of('<row r="3"><c r="B3" t="e"><v>#N/A</v></c></row>')
    found = rejects(write(tmp_path / "w.xlsx", [("hidden", hidden), ("visible", sheet_of(rows))]))
    assert found == {"ann": f"'saddle numbness' has {words}"}


def test_a_formula_whose_result_is_an_empty_text_is_no_answer(tmp_path: Path) -> None:
    rows = f'{HEAD}<row r="2">{text("A2", "ann")}<c r="B2" t="str"><f>""</f><v></v></c></row>'
    found = excel.table_of(write(tmp_path / "w.xlsx", [("visible", sheet_of(rows))]), "w", ["case", "saddle numbness"])
    assert found.table.rows() == [("ann", None)]
    assert found.odd == {"case": {}, "saddle numbness": {}}


def test_a_merged_cell_is_a_fault_of_the_rows_that_it_covers(tmp_path: Path) -> None:
    rows = f'{HEAD}<row r="2">{text("A2", "ann")}{text("B2", "yes")}</row>'
    rows += "".join(f'<row r="{number}">{text(f"A{number}", f"p{number}")}</row>' for number in (3, 4))
    merged = '<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>'
    found = rejects(write(tmp_path / "w.xlsx", [("visible", sheet_of(rows, merged))]))
    assert found == dict.fromkeys(["ann", "p3"], "'saddle numbness' has one of several merged cells")


def test_one_visible_sheet_is_read_and_of_several_none(tmp_path: Path) -> None:
    full = sheet_of(f'{HEAD}<row r="2">{text("A2", "ann")}{text("B2", "yes")}</row>')
    other = sheet_of(f'<row r="1">{text("A1", "draft")}</row>')
    empty = sheet_of("")
    path = write(tmp_path / "w.xlsx", [("veryHidden", other), ("visible", empty), ("visible", full), ("hidden", other)])
    assert excel.table_of(path, "w", ["case"]).table.rows() == [("ann", "yes")]
    assert (
        refusal(write(tmp_path / "v.xlsx", [("visible", full), ("visible", full)])) == "cells in 2 sheets: 'S1', 'S2'"
    )
    assert refusal(write(tmp_path / "h.xlsx", [("hidden", full), ("visible", empty)])).startswith("no head")


def test_a_head_that_is_repeated_within_a_sheet_is_rejected_and_reading_goes_on(
    clinic: Rulebook, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "w.xlsx", {"A1": "age", "A2": "44", "A3": "age", "A4": "50"})
    summary = batch(clinic, tmp_path / "out", path)
    assert (summary["decided"], summary["rejects"]) == (2, 1)
    assert [one["line"] for one in rejected(tmp_path / "out")] == [3]
