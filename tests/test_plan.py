"""Where parts begin: known before they are read, and the same wherever reading begins."""

import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.columns.csv import Table
from engine.columns.head import head_of
from engine.columns.piece import Spot
from engine.columns.text import BLOCK, Source
from engine.interfaces.batch.options import Options, inputs_of
from engine.interfaces.batch.parts import Part, Position
from engine.interfaces.batch.reader import Reader, Some, together
from engine.interfaces.batch.run import Batch
from engine.interfaces.batch.store import Store
from engine.interfaces.cluster.plan import Planned, groups, planned
from engine.loader import load
from tests.conftest import ROOT, tries

BOOK = load(ROOT / "tests" / "bicycle")
LINES = ["a,50,male", "", '"b\nc",51,', "d,52", 'e"x,53,', '"f,54,male', ",,", "\r", "g,5O,x", '"h""",55,"male"']


def reader_of(folder: Path, size: int) -> Reader:
    return Reader(BOOK, inputs_of([str(folder)], folder / "out", BOOK).files, Options(size=size))


def agree(folder: Path, size: int) -> None:
    """What is planned of a folder is what comes of it, and comes again from the begin of each part on."""
    reader = reader_of(folder, size)
    extents = [one for number in range(len(reader.inputs)) for one in reader.extents(number, Position(number))]
    stream = [(some.start, some.after, some.count) for some in reader.stream(Position())]
    if any(count > size for _, _, count in stream):
        return  # more broken lines than a part may have stay together, which nobody plans
    assert [one for one in extents if one[2]] == [one for one in stream if one[2]]
    batch = Batch(BOOK, reader, Store(folder / "out", "parquet"), {}, lambda _cases, _share: None)
    parts = [Planned(part.start, part.after, part.cases) for part in batch.parts(Position(), 0)]
    plan = planned(extents, size)
    assert plan == parts
    assert sum(part.cases for part in plan) == sum(some[2] for some in stream)
    for number, part in enumerate(plan):
        again = next(batch.parts(part.start, number))
        assert (again.start, again.after, again.cases) == (part.start, part.after, part.cases)


def added(reader: Reader, several: Iterable[Some]) -> dict[str, object]:
    """What a part has, to which all of it was added."""
    part = Part(0, Position(), Position())
    for some in several:
        reader.add(part, some, None)
    rows = [row for table in part.found for row in table.rows(named=True)]
    rejects = [row for one in part.rejects for row in one.reasons.rows()]
    marks = [mark for some in part.marks for mark in some.tolist()]
    return {"rows": rows, "rejects": rejects, "marks": marks, "cases": part.cases, "noticed": part.noticed}


@tries(40)
@given(st.lists(st.lists(st.sampled_from(LINES[:1] + LINES), max_size=30), min_size=1, max_size=3), st.integers(1, 9))
def test_what_is_read_at_once_is_what_is_read_piece_by_piece(inputs: list[list[str]], size: int) -> None:
    with TemporaryDirectory() as name:
        for number, lines in enumerate(inputs):
            (Path(name) / f"{number}.csv").write_text("\n".join(["case,chain length,noise", *lines]), newline="")
        reader = reader_of(Path(name), size)
        stream = [*reader.stream(Position())]
        once = [*together(stream)]
        assert sum(some.count for some in once) == sum(some.count for some in stream)
        assert len(once) <= len(stream)
        assert added(reader, once) == added(reader, stream)


def test_pieces_that_are_alike_are_read_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("case,chain length\n" + "".join(f"{n},{n + 50}\n" for n in range(20)))
    (tmp_path / "b.csv").write_text("case,chain length\n" + "".join(f"b{n},{n + 50}\n" for n in range(20)))
    reader = reader_of(tmp_path, 4)
    assert [some.count for some in reader.stream(Position())] == [4] * 10
    assert [some.count for some in together([*reader.stream(Position())])] == [20, 20]


@tries(60)
@given(
    st.lists(st.lists(st.sampled_from(LINES), max_size=30), min_size=1, max_size=3),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n"]),
    st.integers(4, 20),
)
def test_the_parts_of_separated_text_are_known_before_it_is_read(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]], line: str, last: str, size: int
) -> None:
    folder = tmp_path_factory.mktemp("in")
    for number, lines in enumerate(files):
        (folder / f"{number}.csv").write_bytes((line.join(["case,age,sex", *lines]) + last).encode())
    agree(folder, size)


@pytest.mark.parametrize("size", [3, 7, 50])
def test_the_parts_of_other_files_are_known_too(tmp_path: Path, size: int) -> None:
    (tmp_path / "a.ndjson").write_text('{"case": "1"}\n\n{"case": \n[1]\n{"age": NaN}\n{"case": "2"}')
    (tmp_path / "b.json").write_text(json.dumps([{"case": str(number)} for number in range(5)]))
    (tmp_path / "c.yaml").write_text("case: x\nage: [\n")
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"case,age\n5,50\n" * 40)[:-9])
    (tmp_path / "e.parquet").write_bytes(b"PAR1 no more")
    (tmp_path / "f.csv").write_text("")
    (tmp_path / "g.ndjson.gz").write_bytes(gzip.compress(b'{"age": 51}\n' * 7))
    agree(tmp_path, size)


@pytest.mark.slow
@pytest.mark.parametrize("quoted", [False, True])
def test_blocks_of_a_large_file_end_at_the_same_lines_wherever_reading_begins(tmp_path: Path, quoted: bool) -> None:
    choose, path = random.Random(8), tmp_path / "in.csv"
    texts = ['"two\nlines ""x"""', '"one, line"'] if quoted else ["plain", ""]
    with path.open("w") as text:
        text.write("case,note,more\n")
        text.writelines(
            f"{number},{choose.choice(texts)},{'x' * choose.randint(90, 200)}\n" for number in range(160_000)
        )
    assert path.stat().st_size > 2 * BLOCK
    with path.open("rb") as file:
        source = Source(file, "in.csv")
        reading = Table(source, head_of(source))

        def at(spot: Spot) -> list[tuple[Spot, int]]:
            return [(piece.after, piece.table.height) for piece in reading.pieces(spot, 30_000)]

        whole = at(reading.start)
        assert len(whole) > 5
        for place in (0, 1, 3):
            assert at(whole[place][0]) == whole[place + 1 :]
        assert list(reading.extents(reading.start, 30_000)) == whole


def test_small_inputs_are_looked_through_together_and_large_ones_alone(tmp_path: Path) -> None:
    for number, size in enumerate([1, 1, 70, 1, 40, 40]):
        with (tmp_path / f"{number}.csv").open("wb") as file:
            file.truncate(size << 20)
    assert groups(reader_of(tmp_path, 1).inputs, range(6)) == [[0, 1], [2], [3, 4], [5]]
