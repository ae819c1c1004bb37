"""Excel workbooks: the first sheet read as a table, or told in one line why not."""

import zipfile
from pathlib import Path
from typing import Any

from engine.columns import inputs
from tests.reading import cases_of, reader, said, workbook


def test_the_first_sheet_of_a_workbook_is_read(tmp_path: Path) -> None:
    write_workbook(
        tmp_path / "in.xlsx", [["Clinic"], [], ["case", "age", "sex"], ["p1", 44, "male"], [], ["p2", 51.5, True]]
    )
    (piece,) = cases_of(tmp_path / "in.xlsx")
    assert piece.table.rows() == [("p1", "44", "male"), ("p2", "51.5", "yes")]
    assert piece.lines.tolist() == [4, 6]
    assert inputs.columns_of(tmp_path / "in.xlsx", "excel", reader().names) == ("case", "age", "sex")


def test_a_workbook_that_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "in.xlsx").write_bytes(workbook())
    assert "no Excel workbook that can be read" in said(tmp_path / "in.xlsx")
    write_workbook(tmp_path / "none.xlsx", [])
    assert "no head" in said(tmp_path / "none.xlsx")
    write_workbook(tmp_path / "values.xlsx", [["ann", 44], ["ben", 50]])
    assert said(tmp_path / "values.xlsx").startswith("no head: it begins with 'ann 44', 'ben 50'")


def write_workbook(path: Path, sheet: list[list[Any]]) -> None:
    """The least that a workbook has, with its texts in the cells."""

    def cell(row: int, column: int, value: Any) -> str:
        place = f"{chr(65 + column)}{row}"
        if isinstance(value, bool):
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        if isinstance(value, str):
            return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
        return f'<c r="{place}"><v>{value}</v></c>'

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    rows = "".join(
        f'<row r="{number}">{"".join(cell(number, place, value) for place, value in enumerate(row))}</row>'
        for number, row in enumerate(sheet, 1)
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Cases" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        )
