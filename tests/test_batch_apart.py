"""Cases that are set apart, many at once: told as a single one would be, and ids used twice found however many."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np  # noqa: TID251 (numbers are made here to be looked up there)
import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case import Value
from engine.columns import duplicates
from engine.columns import json_lines as lines
from engine.errors import Place
from engine.interfaces import files
from engine.loader import load
from engine.rulebook import Rulebook
from tests.test_batch import answers, batch, rejects

WRONG = ["yess", "5O", "-3", "1000", "maybe", "0.5", "Nein"]


def wild(book: Rulebook, choose: random.Random) -> dict[str, Value]:
    """Answers at random, some of them no values, some of them impossible together."""
    found: dict[str, Value] = {}
    for term in book.findings:
        if choose.random() < 0.3:
            values = term.domain.values or [str(choose.randint(term.domain.low, term.domain.high))]
            found[term.name] = choose.choice(WRONG) if choose.random() < 0.03 else choose.choice(values)
    return found


@pytest.mark.parametrize("suffix", [".csv", ".ndjson", ".parquet"])
def test_a_row_set_apart_is_told_as_a_single_case_would_be(clinic: Rulebook, tmp_path: Path, suffix: str) -> None:
    choose = random.Random(31)
    cases = [{"case": f"c{number}", **wild(clinic, choose)} for number in range(400)]
    table = pl.DataFrame(cases, infer_schema_length=None)
    path = tmp_path / f"in{suffix}"
    write: Any = {".csv": table.write_csv, ".ndjson": table.write_ndjson, ".parquet": table.write_parquet}[suffix]
    write(path)
    batch(clinic, tmp_path / "out", path, size=150)
    found = {told["case"]: told for told in rejects(tmp_path / "out")}
    first = {".csv": 2, ".ndjson": 1, ".parquet": 1}[suffix]
    reasons = set()
    for number, row in enumerate(table.rows(named=True), first):
        place = Place(str(path), number)
        text = json.dumps({name: value for name, value in row.items() if value is not None})
        case = files.read_line(text.encode(), place, clinic)
        told = found.pop(case.id, None)
        assert (told is None) == (not case.problems)
        if told is not None:
            assert told["facts"] == case.facts
            assert told.get("problems", [{key: told[key] for key in case.problems[0].as_json()}]) == [
                problem.as_json() for problem in case.problems
            ]
            reasons.add(told["reason"])
    assert not found
    assert reasons == {"wrong value", "impossible"}


@pytest.mark.parametrize(
    ("values", "there"),
    [
        ([[1, 2], None], "'age' has no single value"),
        ([{"a": 1}, None], "'age' has no single value"),
        ([b"50", None], "'age' has no single value"),
        ([50.5, None], "'50.5' is not a value of 'age'"),
        ([500.0, float("nan")], "500 is outside the range of 'age'"),
        ([True, None], "'true' is not a value of 'age'"),
    ],
)
def test_a_column_of_any_type_is_told_by_what_stands_there(
    clinic: Rulebook, tmp_path: Path, values: list[Any], there: str
) -> None:
    pl.DataFrame({"case": ["1", "2"], "age": pl.Series(values)}).write_parquet(tmp_path / "a.parquet")
    batch(clinic, tmp_path / "out", tmp_path / "a.parquet")
    assert [(told["case"], told["there"]) for told in rejects(tmp_path / "out")] == [("1", there)]
    assert set(answers(tmp_path / "out")) == {"2"}


def test_an_expected_answer_that_no_conclusion_has_is_told(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "case,age,expected urgency,expected wisdom\n"
        "1,50,same day to emergency,\n2,50,same day,\n3,50,same day to nowhere,\n4,50,same dai,\n5,50,same day,yes\n"
    )
    batch(clinic, tmp_path / "out", tmp_path / "in.csv")
    assert {(told["case"], told["there"]) for told in rejects(tmp_path / "out")} == {
        ("3", "'nowhere' is not a value of 'urgency'"),
        ("4", "'same dai' is not a value of 'urgency'"),
        ("5", "'wisdom' is not a conclusion"),
    }
    assert set(answers(tmp_path / "out")) == {"1", "2"}


# --- ids -------------------------------------------------------------------------------------------------------------


@given(st.data())
def test_ids_used_twice_are_found_with_how_often(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Small shares, and first numbers that are the same for different ids: what chance brings once in a lifetime."""
    folder = tmp_path_factory.mktemp("ids")
    numbers = st.sampled_from([0, 1, 2, (1 << 63) + 1, (1 << 64) - 1])
    parts = data.draw(st.lists(st.lists(st.tuples(numbers, numbers), max_size=12), min_size=1, max_size=4))
    paths = [folder / str(number) for number in range(len(parts))]
    marks = [np.array(part, np.uint64).reshape(-1, 2) for part in parts]
    for path, some in zip(paths, marks, strict=True):
        duplicates.write_marks([some], path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates, "AT_ONCE", data.draw(st.sampled_from([1, 3, 100])))
        twice = duplicates.find_twice(paths, folder / "twice")
    counted = Counter(pair for part in parts for pair in part)
    for part, some in zip(parts, marks, strict=True):
        assert twice.times(some).tolist() == [counted[pair] if counted[pair] > 1 else 0 for pair in part]


def test_equal_ids_have_equal_marks_in_one_scope_only() -> None:
    same, other = (duplicates.marks_of(pl.Series(["a", "b", "a"]), scope) for scope in (0, 1))
    assert (same[0] == same[2]).all()
    assert not (same[0] == same[1]).any()
    assert not (same[0] == other[0]).any()


def test_every_copy_of_an_id_is_set_apart_with_how_often_it_is_used(clinic: Rulebook, tmp_path: Path) -> None:
    cases = [f"{number % 40},{20 + number % 50}" for number in range(100)]
    (tmp_path / "in.csv").write_text("\n".join(["case,age", *cases, "alone,50"]))
    (tmp_path / "more.yaml").write_text("[{case: same, age: 50}, {case: same, age: 5O}, {case: other}, {age: [}]")
    (tmp_path / "most.json").write_text('[{"case": "same"}, {"case": "same", "age": 50}, {"case": "two"}, 3]')
    summary = batch(clinic, tmp_path / "out", tmp_path, size=7)
    told = Counter((one["case"], one["there"]) for one in rejects(tmp_path / "out") if one["reason"] == "id used twice")
    assert told == {
        **{(f"{number}", f"the id '{number}' is used 3 times in this file"): 3 for number in range(20)},
        **{(f"{number}", f"the id '{number}' is used 2 times in this file"): 2 for number in range(20, 40)},
        ("same", "the id 'same' is used 2 times in this file"): 2,
    }
    assert set(answers(tmp_path / "out")) == {"alone", "two"}
    assert summary["cases"] == summary["decided"] + summary["empty"] + summary["rejects"] == 100 + 1 + 1 + 4


# --- lines of what is known ------------------------------------------------------------------------------------------


def test_a_line_tells_what_is_known_and_nothing_else() -> None:
    table = pl.DataFrame(
        {
            "case": ['a\n"ü\u0001', None, "\u2028x\\"],
            'of "values"': pl.Series(["x", None, 'ö"'], dtype=pl.Enum(["x", 'ö"'])),
            "number": [1, 2, None],
            "truth": [True, None, False],
            "list": [[1], None, []],
            "nothing": [None, None, None],
        }
    )
    found = [json.loads(line) for line in b"".join(lines.lines(table)).split(b"\n")[:-1]]
    assert found == [{name: value for name, value in row.items() if value is not None} for row in table.to_dicts()]


def test_without_a_scale_a_row_set_apart_is_told_as_ever(tmp_path: Path) -> None:
    files = {
        "terms/t.yaml": "findings:\n  a: {kind: yes/no, ask: A, help: a}\nconclusions:\n  c: {kind: yes/no, says: s}\n",
        "rules/r.yaml": "rule: r\nsays: s\nif: [a: yes]\nthen: [c: yes]\nbecause: b\nsource: [S: s]\n",
        "sources.yaml": "S: {citation: s, seen: s}\n",
    }
    for name, text in files.items():
        (tmp_path / "knowledge" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "knowledge" / name).write_text(text)
    book = load(tmp_path / "knowledge")
    (tmp_path / "in.ndjson").write_text('{"case": "k", "a": "maybe"}\n{"case": "z", "a": "yes"}\n')
    summary = batch(book, tmp_path / "out", tmp_path / "in.ndjson")
    assert (summary["decided"], summary["rejects"]) == (1, 1)
    assert [(row["case"], row["at least"]) for row in rejects(tmp_path / "out")] == [("k", {})]
