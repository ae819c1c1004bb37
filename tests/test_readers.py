"""What readers make of files: well-formed ones exactly, damaged ones line by line, others named for what they are."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

import polars as pl  # noqa: TID251 (tables are made here to be read)
import pytest
import zstandard  # noqa: TID251 (files are packed here)
from hypothesis import given
from hypothesis import strategies as st

from engine.columns import inputs
from engine.columns.csv import Table
from engine.columns.head import head_of
from engine.columns.piece import Piece, Spot, Unusable
from engine.columns.text import Source
from engine.interfaces.batch.options import kind_of
from tests.conftest import every, tries
from tests.reading import BLOCKS, Row, broken, cases_of, reader, rows, said, workbook

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


def read(data: bytes, block: int, spot: Spot = Spot(), most: int = 7) -> list[Piece]:  # noqa: B008 (frozen)
    source = Source(io.BytesIO(data), "in.csv", block)
    return list(Table(source, head_of(source)).pieces(spot, most))


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
    cells = st.lists(st.sampled_from(CELLS), min_size=width, max_size=width)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=line)
    if draw(st.booleans()):
        writer = csv.writer(text, delimiter=separator, lineterminator=line, quoting=csv.QUOTE_ALL)
    writer.writerow([f"c{number}" for number in range(width)])
    for row in draw(st.lists(st.one_of(cells, st.none()), max_size=25)):
        if row is None:
            text.write(line)
        else:
            writer.writerow(row)
    whole = text.getvalue()
    return whole.removesuffix(line) if draw(st.booleans()) else whole, separator


@tries(150)
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


@tries(150)
@given(damaged(), st.sampled_from(BLOCKS[1:]), st.sampled_from([1, 3, 7, 1000]))
def test_of_a_damaged_text_no_good_row_is_lost_or_made_up_and_each_damaged_line_is_told(
    made: tuple[bytes, dict[int, tuple[str | None, ...]], list[int]], block: int, most: int
) -> None:
    data, good, bad = made
    found = read(data, block, most=most)
    assert dict(rows(found)) == good
    assert broken(found) == bad


# --- files that are something else, or begin with something else -----------------------------------------------------


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)  # a test is named after its bytes, which no clock may change


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
        (packed(packed(b"case,age\n")), "packed by gzip twice"),
        ("case,age\n1,50\n".encode("utf-16-le"), "UTF-16 without its mark"),
        (b'{"case": "1"}\n', "JSON"),
        (b"", "no head"),
        (b"\n \n\r\n", "no head"),
        (b"ann,44,male\nben,50,female\n", "no head: it begins with 'ann,44,male', 'ben,50,female'"),
        ("case,größe\n".encode("latin-1"), "a head that is not UTF-8"),
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
        ("packed.csv", packed(b"case,age\n1,50\n2,51\n"), [2, 3]),
        ("plain.csv.gz", b"case,age\n1,50\n2,51\n", [2, 3]),
        ("padded.csv.gz", packed(b"case,age\n1,50\n") + packed(b"2,51\n") + bytes(90), [2, 3]),
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


@pytest.mark.parametrize("suffix", every(3, [".csv.gz", ".csv.zst", ".ndjson.gz", ".ndjson.zst"]))
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


def test_unknown_is_no_answer_wherever_it_first_stands(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("case,age,fever,note\n" + "".join(f"{n},50,yes,a\n" for n in range(9)) + 'x,unknown,"unknown",\n')
    for most in (3, 100):
        found = list(inputs.pieces(path, "csv", Spot(), most, reader()._vocabulary(path.name)))
        assert rows(found)[-1] == (11, ("x", None, None, None))
        assert {table["fever"].dtype for table in (piece.table for piece in found)} != {pl.String()}
