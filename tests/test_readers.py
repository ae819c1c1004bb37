"""What readers make of files: well-formed ones exactly, damaged ones line by line, others named for what they are."""

import codecs
import csv
import gzip
import io
import json
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be read)
import pytest
import zstandard  # noqa: TID251 (files are packed here)
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.columns import inputs
from engine.columns.csv import Table
from engine.columns.head import head_of
from engine.columns.ndjson import COLUMNS, MORE, JsonLines
from engine.columns.piece import REPEATED, Piece, Spot, Unusable, Vocabulary
from engine.columns.text import Source
from engine.doors import files
from engine.doors.batch.options import Options, kind_of
from engine.doors.batch.reader import Reader
from engine.errors import Place, Problem
from engine.load import load
from tests.conftest import ROOT

BOOK = load(ROOT / "knowledge")
BLOCKS = [16, 64, 997, 1 << 20]
CELLS = [
    "",
    "a",
    "yes",
    "44",
    "x y",
    "é",
    "日本",
    "a,b",
    'q"uo"te',
    '"',
    "two\nlines",
    "cr\r\nlf",
    "tab\tx",
    "semi;colon",
]
CELLS += ["pipe|", "  ", "x" * 40, '""', ",", "\n", "it's", "+4", "\\"]
KINDS = ["short", "long", "open", "latin", "zero", "return", "misquoted"]
Row = tuple[int, tuple[str | None, ...]]


def read(data: bytes, block: int, spot: Spot = Spot(), most: int = 7) -> list[Piece]:  # noqa: B008 (frozen)
    source = Source(io.BytesIO(data), "in.csv", block)
    return list(Table(source, head_of(source)).pieces(spot, most))


def rows(pieces: Sequence[Piece]) -> list[Row]:
    return [row for piece in pieces for row in zip(piece.lines.tolist(), piece.table.rows(), strict=True)]


def broken(pieces: Sequence[Piece]) -> list[int]:
    return [problem.place.line for piece in pieces for problem in piece.broken]


def as_csv_reads(text: str, separator: str) -> list[Row]:
    """The rows with the physical line of each, as the standard library reads a whole text."""
    lines = text.split("\n")
    taken = 0

    def each() -> Iterator[str]:
        nonlocal taken
        for line in lines:
            taken += 1
            yield f"{line}\n"

    reader, found = csv.reader(each(), delimiter=separator, strict=True), list[Row]()
    while True:
        first = taken + 1
        fields = next(reader, None)
        if fields is None:
            return found[1:]
        if fields:
            found.append((first, tuple(field or None for field in fields)))


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    """A well-formed CSV with its separator."""
    width = draw(st.integers(1, 5))
    separator = draw(st.sampled_from(",;\t|")) if width > 1 else ","
    line = draw(st.sampled_from(["\n", "\r\n"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    cells = st.lists(st.sampled_from(CELLS), min_size=width, max_size=width)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=line, quoting=quoting)
    writer.writerow([f"c{number}" for number in range(width)])
    for row in draw(st.lists(st.one_of(cells, st.none()), max_size=25)):
        if row is None:
            text.write(line)
        else:
            writer.writerow(row)
    whole = text.getvalue()
    return whole.removesuffix(line) if draw(st.booleans()) else whole, separator


@settings(max_examples=150)
@given(
    texts(),
    st.sampled_from(["plain", "mark", "gzip", "zstd", "utf-16"]),
    st.sampled_from(BLOCKS),
    st.sampled_from([1, 3, 7, 1000]),
    st.integers(0, 1000),
)
def test_a_well_formed_text_is_read_exactly_and_from_every_spot_again(
    written: tuple[str, str], form: str, block: int, most: int, place: int
) -> None:
    text, separator = written
    data = {
        "plain": lambda: text.encode(),
        "mark": lambda: codecs.BOM_UTF8 + text.encode(),
        "gzip": lambda: gzip.compress(text.encode()),
        "zstd": lambda: zstandard.ZstdCompressor().compress(text.encode()),
        "utf-16": lambda: text.encode("utf-16"),
    }[form]()
    found = read(data, block, most=most)
    assert (rows(found), broken(found)) == (as_csv_reads(text, separator), [])
    if found:
        place %= len(found)
        again = read(data, block, found[place].after, most)
        assert rows(again) == rows(found[place + 1 :])
        assert [piece.after for piece in again] == [piece.after for piece in found[place + 1 :]]
    source = Source(io.BytesIO(data), "in.csv", block)
    extents = list(Table(source, head_of(source)).extents(Spot(), most))
    assert extents == [(piece.after, piece.table.height) for piece in found]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[bytes, dict[int, tuple[str | None, ...]], list[int]]:
    """A CSV with damaged lines in it, its good rows by line, and the lines that are damaged."""
    width, separator = draw(st.integers(2, 5)), draw(st.sampled_from(",;\t|"))
    line = draw(st.sampled_from(["\n", "\r\n"]))
    quoted = [f'"a{separator}b"', '"two\nlines"', '"q""q"', '""', '"x"']
    cell = st.sampled_from(["yes", "no", "", "44", "é", *(quoted if draw(st.booleans()) else [])])
    text = separator.join(f"c{number}" for number in range(width)) + line
    good: dict[int, tuple[str | None, ...]] = {}
    bad: list[int] = []
    for number in range(draw(st.integers(1, 40))):
        cells = [f"id{number}", *(draw(cell) for _ in range(width - 1))]
        here = text.count("\n") + 1
        if draw(st.integers(0, 5)):
            good[here] = tuple((one.strip('"') if one != '"q""q"' else 'q"q') or None for one in cells)
        else:
            kind, plain = draw(st.sampled_from(KINDS)), [one if '"' not in one else "no" for one in cells]
            changed = {"open": '"open', "latin": "\udce9x", "zero": "a\0b", "return": "a\rb", "misquoted": '"a"b'}
            plain[1] = changed.get(kind, plain[1])
            cells = plain[:-1] if kind == "short" else [*plain, "more"] if kind == "long" else plain
            bad.append(here)
        text += separator.join(cells) + line
    return text.encode(errors="surrogateescape"), good, bad


@settings(max_examples=150)
@given(damaged(), st.sampled_from(BLOCKS[1:]), st.sampled_from([1, 3, 7, 1000]))
def test_of_a_damaged_text_no_good_row_is_lost_or_made_up_and_each_damaged_line_is_told(
    made: tuple[bytes, dict[int, tuple[str | None, ...]], list[int]], block: int, most: int
) -> None:
    data, good, bad = made
    found = read(data, block, most=most)
    assert dict(rows(found)) == good
    assert broken(found) == bad


# --- files that are something else, or begin with something else -----------------------------------------------------


def reader() -> Reader:
    return Reader(BOOK, [], Options())


def cases_of(path: Path, most: int = 1 << 18) -> list[Piece]:
    kind = kind_of(path)
    assert kind is not None
    return list(inputs.pieces(path, kind, Spot(), most, reader()._vocabulary(path.name)))


def said(path: Path) -> str:
    with pytest.raises(Unusable) as error:
        cases_of(path)
    return error.value.problem.words


def workbook() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\n\n<!DOCTYPE html><html>Login</html>\n", "an HTML page"),
        (b"<?xml version='1.0'?><a/>", "an XML document"),
        (workbook(), "an Excel workbook"),
        (b"PK\x03\x04 and more", "a zip archive"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "an old Excel workbook"),
        (b"BZh91AY", "packed by bzip2"),
        (b"PAR1", "a Parquet table"),
        (b"%PDF-1.7", "a PDF"),
        (gzip.compress(gzip.compress(b"case,age\n")), "packed by gzip twice"),
        ("case,age\n1,50\n".encode("utf-16-le"), "UTF-16 without its mark"),
        (b'{"case": "1"}\n', "JSON"),
        (b"", "no head"),
        (b"\n \n\r\n", "no head"),
        (b"ann,44,male\nben,50,female\n", "no head: it begins with 'ann,44,male', 'ben,50,female'"),
        ("case,größe\n".encode("latin-1"), "a head that is no UTF-8"),
        (b"case,age,age\n", "two columns 'age'"),
        (b"case,age\rx\n1,50\n", "no head"),
    ],
)
def test_a_file_that_is_something_else_is_named_for_what_it_is(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "in.csv").write_bytes(data)
    assert words in said(tmp_path / "in.csv")


@pytest.mark.parametrize(
    ("name", "data", "lines"),
    [
        ("blank_lines.csv", b"\n\r\n\ncase,age\n1,50\n\n2,51\n", [5, 7]),
        ("title.csv", b"Clinic, export;;\n\nPrinted by: admin;;\ncase;age;sex\n1;50;male\n2;51;\n", [5, 6]),
        ("title_quoted.csv", b'"Report\nof May",\ncase,age\n1,50\n2,51\n', [4, 5]),
        ("comment.csv", b"# made, by a program, on a day\ncase,age\n1,50\n2,51\n", [3, 4]),
        ("told.csv", b"\xef\xbb\xbfsep=;\r\ncase;age\r\n1;50\r\n2;51\r\n", [3, 4]),
        ("returns.csv", b"case,age\r1,50\r2,51\r", [2, 3]),
        ("packed.csv", gzip.compress(b"case,age\n1,50\n2,51\n"), [2, 3]),
        ("plain.csv.gz", b"case,age\n1,50\n2,51\n", [2, 3]),
        ("padded.csv.gz", gzip.compress(b"case,age\n1,50\n") + gzip.compress(b"2,51\n") + bytes(90), [2, 3]),
        ("wide.csv", "case\tage\r\n1\t50\r\n2\t51\r\n".encode("utf-16"), [2, 3]),
        ("quoted_head.csv", b'"case",age,"a\nnote"\n1,50,\n2,51,""\n', [3, 4]),
        ("returns.ndjson", b'{"case": 1, "age": 50}\r{"case": 2, "age": 51}\r', [1, 2]),
        ("mark.ndjson", b'\xef\xbb\xbf{"case": 1, "age": 50}\n\n{"case": 2, "age": 51}', [1, 3]),
    ],
)
def test_what_stands_around_the_rows_is_passed_by(tmp_path: Path, name: str, data: bytes, lines: list[int]) -> None:
    (tmp_path / name).write_bytes(data)
    found = cases_of(tmp_path / name)
    table = pl.concat([piece.table for piece in found])
    assert [line for piece in found for line in piece.lines.tolist()] == lines
    assert table["case"].to_list() == ["1", "2"]
    assert table["age"].cast(pl.Int32).to_list() == [50, 51]
    assert not broken(found)


def test_a_column_alone_may_have_what_separates_others(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"case\na;b\n\nc\n")
    assert rows(cases_of(tmp_path / "in.csv")) == [(2, ("a;b",)), (4, ("c",))]


@pytest.mark.parametrize("letters", [70_000, 3_000_000])
def test_a_note_may_be_long(tmp_path: Path, letters: int) -> None:
    note = "x" * letters
    (tmp_path / "in.csv").write_text(f'case,note,age\n1,"{note}, y",50\n2,{note},51\n3,"{note[:900_000]}\n""",52\n')
    found = cases_of(tmp_path / "in.csv")
    assert not broken(found)
    assert [len(row[1] or "") for _, row in rows(found)] == [letters + 3, letters, min(letters, 900_000) + 2]


def test_a_quote_that_is_never_closed_costs_its_line_and_the_limit_is_told(tmp_path: Path) -> None:
    good = "".join(f"{number},50,x\n" for number in range(200_000))
    (tmp_path / "in.csv").write_text(f'case,age,note\na,50,"open\n{good}')
    found = cases_of(tmp_path / "in.csv")
    assert sum(piece.table.height for piece in found) == 200_000
    (problem,) = (problem for piece in found for problem in piece.broken)
    assert problem.place.line == 2
    assert "longer than 1,048,576 letters" in problem.there


@pytest.mark.parametrize("suffix", [".csv.gz", ".csv.zst", ".ndjson.gz", ".ndjson.zst"])
def test_of_a_packed_file_that_is_cut_off_every_whole_row_is_read(tmp_path: Path, suffix: str) -> None:
    form = '{{"case": "q{0}", "age": {1}}}\n' if "ndjson" in suffix else "q{0},{1}\n"
    text = "".join(form.format(number, number % 97) for number in range(100_000)).encode()
    text = text if "ndjson" in suffix else b"case,age\n" + text
    whole = gzip.compress(text) if suffix.endswith("gz") else zstandard.ZstdCompressor().compress(text)
    for cut in (whole[: len(whole) // 2], whole[:-1]):
        path = tmp_path / f"in{suffix}"
        path.write_bytes(cut)
        there = (
            zlib_text(cut) if suffix.endswith("gz") else zstandard.ZstdDecompressor().decompressobj().decompress(cut)
        )
        kind, found = kind_of(path), list[Row]()
        assert kind is not None
        pieces = inputs.pieces(path, kind, Spot(), 1 << 18, reader()._vocabulary("in"))
        with pytest.raises(Unusable) as error:
            found.extend(row for piece in pieces for row in rows([piece]))
        assert len(found) == there.count(b"\n") - ("ndjson" not in suffix)
        assert found[-1][1][0] == f"q{len(found) - 1}"
        assert error.value.problem.place.line == there.count(b"\n") + 1
        assert error.value.problem.words == "the packed file is cut off here; expected the whole file"


def zlib_text(data: bytes) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(data)


# --- lines of JSON ---------------------------------------------------------------------------------------------------


LINES = [
    b'{"case": "p1", "sex": "male", "age": 50}',
    b'{"case": ["p3"], "sex": {"v": 1}, "age": 50}',
    b'{"case": "x", "case": "y", "sex": "male"}',
    b'{"case": 1.50, "age": 5.0e1, "note": "at 12:30 [of] {day}"}',
    b'{"case": 12345678901234567890123, "age": 17.5}',
    b'{"case": "a\\ud800b", "sex": "\\udfff"}',
    b'{"age": NaN}',
    b'{"age": 1,}',
    b'{"age": 1e400}',
    b'{"age": 1e999999}',
    b'{"age": -0, "case": -0.0}',
    b'{"age": 050}',
    b"[1]",
    b"5",
    b'{"age": "\xff"}',
    b'{"age": 50} x',
    b'{"sex": true, "age": false, "case": true}',
    b'{"age ": 50, "age": 51}',
    b'{"a\\u0067e": 50}',
    b'{"age": 50, "note": null, "case": null}',
    b'{"sex": "male", "says": ["x"]}',
    b'{"age": ' + b"1" * 5000 + b"}",
    b'{"age":' + b"[" * 3000 + b"]" * 3000 + b"}",
    b'{"age": 50, "case": "\\u0000"}',
    b'\xef\xbb\xbf{"age": 50}',
]


@pytest.mark.parametrize("line", LINES, ids=[str(number) for number in range(len(LINES))])
def test_a_line_of_json_is_read_as_a_single_case_is_and_no_other_changes(line: bytes) -> None:
    """A line between two others gives the facts, the id and the faults that `decide` gives, but for extra keys."""
    other = b'{"case": "p0", "sex": "female", "age": 44, "note": "\xc3\xa4"}'
    data = b"\n".join([other, line, other, b""])
    vocabulary = reader()._vocabulary("in.ndjson")
    found = list(JsonLines(Source(io.BytesIO(data), "in.ndjson"), vocabulary).pieces(Spot(), 10))
    alone = files.read_line(line, Place("in.ndjson", 2), BOOK)
    typed = reader().reading.read(found[0].table, "in", found[0].lines, False, found[0].odd)
    facts = [
        {name: value for name, value in row.items() if value is not None} for row in typed.findings.rows(named=True)
    ]
    assert [facts[0], facts[-1]] == [{"case": "p0", "sex": "female", "age": 44}] * 2
    wrong = {name for name, truth in typed.faults.items() if len(facts) == 3 and truth[1]}
    if len(facts) == 2:
        assert alone.id.startswith("in.ndjson:2")
        assert alone.facts == {}
        assert [problem.there for problem in found[0].broken] == [alone.problems[0].there]
        return
    problems = [problem for problem in alone.problems if "'note' is no finding" not in problem.there]
    assert facts[1] == {"case": alone.id, **alone.facts}
    assert bool(wrong) == bool(problems)


def test_a_list_is_a_fault_of_its_cell_alone() -> None:
    data = b'{"case": "p1", "sex": "male", "age": 44}\n{"case": ["p2"], "sex": ["male"], "note": ["x", 1.5]}\n'
    data += b'{"case": "p3", "sex": "male", "sex": "female"}\n'
    source = Source(io.BytesIO(data), "in.ndjson")
    (piece,) = JsonLines(source, reader()._vocabulary("in.ndjson")).pieces(Spot(), 10)
    assert piece.table.to_dict(as_series=False) == {
        "case": ["p1", None, "p3"],
        "sex": ["male", None, None],
        "age": ["44", None, None],
        "note": [None, '["x", 1.5]', None],
    }
    assert piece.odd == {"case": {1: ["p2"]}, "sex": {1: ["male"], 2: REPEATED}}


def keys_that_never_repeat(lines: int) -> bytes:
    made = ({"age": 50, **{f"k{line}_{key}": key for key in range(100)}} for line in range(lines))
    return "".join(json.dumps(line) + "\n" for line in made).encode()


def test_of_keys_without_end_the_first_have_columns_and_the_others_share_one(tmp_path: Path) -> None:
    path = tmp_path / "in.ndjson"
    path.write_bytes(keys_that_never_repeat(300))
    tracemalloc.start()
    found = cases_of(path, most=50)
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()
    first, last = found[0].table, found[-1].table
    assert first.width == last.width == len(["case", "age"]) + COLUMNS + len([MORE])
    assert first["k0_7"].to_list()[:2] == ["7", None]
    assert json.loads(last[MORE][-1])["k299_99"] == "99"
    assert found[-1].more[0] == "k10_0"
    again = list(inputs.pieces(path, "ndjson", found[2].after, 50, reader()._vocabulary("in.ndjson")))
    assert [piece.table.columns for piece in again] == [piece.table.columns for piece in found[3:]]
    assert all(left.table.equals(right.table) for left, right in zip(again, found[3:], strict=True))


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from([*(line for line in LINES[:22] if b"note" not in line), b"", b" \t"]), max_size=30),
    st.sampled_from(BLOCKS[1:]),
    st.sampled_from([1, 3, 7, 1000]),
    st.integers(0, 1000),
)
def test_lines_of_json_are_the_same_in_blocks_of_any_size_and_from_every_spot(
    lines: list[bytes], block: int, most: int, place: int
) -> None:
    data = b"\n".join(lines)

    def pieces(block: int, spot: Spot) -> list[Piece]:
        return list(JsonLines(Source(io.BytesIO(data), "in.ndjson", block), vocabulary).pieces(spot, most))

    def told(found: Sequence[Piece]) -> list[tuple[int, Any]]:
        good = [
            (line, {name: cell for name, cell in row.items() if cell is not None})
            for piece in found
            for line, row in zip(piece.lines.tolist(), piece.table.rows(named=True), strict=True)
        ]
        return sorted([*good, *((line, {}) for line in broken(found))], key=lambda one: one[0])

    vocabulary = reader()._vocabulary("in.ndjson")
    found = pieces(block, Spot())
    assert told(found) == told(pieces(1 << 20, Spot()))
    assert [line for line, _ in told(found)] == [number for number, line in enumerate(lines, 1) if line.strip()]
    if found:
        place %= len(found)
        assert told(pieces(block, found[place].after)) == told(found[place + 1 :])


# --- workbooks -------------------------------------------------------------------------------------------------------


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
    assert "whose first sheet is empty" in said(tmp_path / "none.xlsx")


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


def test_nothing_is_read_of_a_table_without_a_parser_of_lines() -> None:
    nothing = Vocabulary(lambda *_: Problem(Place(""), "not asked"))
    (piece,) = JsonLines(Source(io.BytesIO(b'{"case": "1"}\n'), "in"), nothing).pieces(Spot(), 5)
    assert piece.table["case"].to_list() == ["1"]
