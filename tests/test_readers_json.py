"""What the reader of JSON lines makes of each: what a single case would be, whatever stands in the others."""

import io
import json
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.columns import inputs
from engine.columns.ndjson import COLUMNS, MORE, JsonLines
from engine.columns.piece import REPEATED, Piece, Spot
from engine.columns.text import Source
from engine.errors import Place
from engine.interfaces import files
from tests.conftest import tries
from tests.reading import BLOCKS, BOOK, broken, cases_of, reader

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
    problems = [problem for problem in alone.problems if "'note' is not a finding" not in problem.there]
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


def test_an_unknown_key_that_stands_twice_is_a_fault_of_its_line() -> None:
    first = json.dumps({f"k{number}": 1 for number in range(COLUMNS)}).encode()
    data = first + b'\n{"case": "p2", "late": 1, "late": 2}\n{"case": "p3", "late": 1}\n'
    source = Source(io.BytesIO(data), "in.ndjson")
    (piece,) = JsonLines(source, reader()._vocabulary("in.ndjson")).pieces(Spot(), 10)
    typed = reader().reading.read(piece.table, "in", piece.lines, False, piece.odd)
    assert {name: truth.to_list() for name, truth in typed.faults.items()} == {MORE: [False, True, False]}


def keys_that_never_repeat(lines: int) -> bytes:
    made = ({"age": 50, **{f"k{line}_{key}": key for key in range(100)}} for line in range(lines))
    return "".join(json.dumps(line) + "\n" for line in made).encode()


@pytest.mark.slow
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


@tries(60)
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
