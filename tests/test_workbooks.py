"""Excel workbooks that would need more memory than there is: refused by their size, whatever they say of it."""

import re
import struct
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("polars")
pytest.importorskip("python_calamine")

from engine.columns import excel
from engine.columns.piece import Unusable

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
