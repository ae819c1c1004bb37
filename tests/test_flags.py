"""Answers in Parquet: flags and words without nulls, which say what every other form of the same answers says."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl  # noqa: TID251 (tables are made here to be written)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case import Value
from engine.circuit import CompiledRulebook
from engine.columns import lookup
from engine.columns.flags import Flags
from engine.columns.lookup import FORMATS
from engine.columns.results import Answers
from engine.columns.tables import Answering, beside, table_of
from engine.rulebook import Rulebook
from tests.conftest import tries
from tests.rulebooks import facts, with_laws

SOME = st.data()


def table(book: Rulebook, cases: list[Mapping[str, Value]]) -> pl.DataFrame:
    return table_of(book, [f"{number}" for number in range(len(cases))], cases)


def cases_of(book: Rulebook, draw: st.DataObject) -> list[Mapping[str, Value]]:
    return draw.draw(st.lists(facts(book), min_size=1, max_size=12))


@tries(60)
@given(with_laws(), SOME)
def test_flags_are_the_plain_answers_without_nulls(book: Rulebook, draw: st.DataObject) -> None:
    some = table(book, cases_of(book, draw))
    program = Answering(CompiledRulebook(book))
    plain, flags = program.answers(some, "full"), program.flags(some, "full")
    form = Flags(book)
    assert flags.equals(form.written(plain), null_equal=True)
    assert set(flags.columns) == set(form.written(plain).columns)
    nulls = {name for name, count in zip(flags.columns, flags.null_count().row(0), strict=True) if count}
    withheld = {name for name in nulls if name.endswith((" at least", " at most"))}
    assert nulls <= withheld | {"disputed", "gaps", "broken laws"}
    for back in (form.read(flags), form.read(flags.lazy()).collect()):
        asked = plain if form.asked else plain.drop("ask")
        assert back.columns == asked.columns
        assert back.rows() == asked.rows()


def said(folder: Path, book: Rulebook) -> list[tuple[object, ...]]:
    """Everything that a folder of answers says, by its one table."""
    return Answers(folder, book).table().collect().rows()


@tries(25)
@given(with_laws(), SOME)
def test_every_form_says_the_same(book: Rulebook, draw: st.DataObject) -> None:
    some = table(book, cases_of(book, draw))
    program = Answering(CompiledRulebook(book))
    plain = program.answers(some, "fired")
    written = {form: program.flags(some, "fired") if form == "parquet" else plain for form in FORMATS}
    with TemporaryDirectory() as folder:
        found = {}
        for name, form, answers in [*((form, form, one) for form, one in written.items()), ("old", "parquet", plain)]:
            (Path(folder) / name / "answers").mkdir(parents=True)
            path = Path(folder) / name / "answers" / f"part-00000.{form}"
            lookup.write(answers, path, form)
            found[name] = said(Path(folder) / name, book)
            [row] = lookup.rows_of(path, form, "0", book)
            texts = {key: "" if value is None else str(value).lower() for key, value in row.items()}
            expected = {key: "" if one is None else str(one).lower() for key, one in plain.to_dicts()[0].items()}
            assert {"ask": ""} | texts == expected
    assert found["csv"] == found["ndjson"] == found["old"] == found["parquet"]


def extras() -> Iterator[pl.DataFrame]:
    """Columns of somebody's own with such names."""
    yield pl.DataFrame({"note (in)": ["a"], "note (open)": ["b"]})
    yield pl.DataFrame({"note (in)": [True], "note": [None]})
    yield pl.DataFrame(
        {"note (open)": [True], "ask: my own question": [True], "note: yes": [False], "note: no": [True]}
    )


@pytest.mark.parametrize("given_by_somebody", [*extras()], ids=["text", "no open", "no in"])
def test_other_columns_stay_as_they_are(given_by_somebody: pl.DataFrame, clinic: Rulebook) -> None:
    assert Flags(clinic).read(given_by_somebody).equals(given_by_somebody)


def test_a_column_of_somebody_cannot_be_taken_for_an_answer(clinic: Rulebook) -> None:
    flags = Answering(CompiledRulebook(clinic)).flags(table(clinic, [{"age": 50}]), "fired")
    theirs = pl.DataFrame({"ask": ["all well?"], "ask: fever": [False], "red flag": ["none"], "red flag: no": [True]})
    both = beside(flags, theirs, Flags(clinic).names)
    row = Flags(clinic).read(both).to_dicts()[0]
    assert [row[f"{name} (given)"] for name in theirs.columns] == [*theirs.row(0)]
    assert row["red flag"] is None
    assert "fever" in row["ask"].split("; ")


def test_in_files_of_before_a_column_of_somebody_cannot_be_taken_for_an_answer(
    tmp_path: Path, clinic: Rulebook
) -> None:
    plain = Answering(CompiledRulebook(clinic)).answers(table(clinic, [{"saddle numbness": "yes"}, {}]), "fired")
    theirs = pl.DataFrame({"ask: fever": [False] * 2, "red flag: yes": [False] * 2, "red flag: no": [True] * 2})
    before = plain.hstack(theirs)
    assert Flags(clinic).read(before).rows(named=True) == before.rows(named=True)
    for name, some in (("before", before), ("plain", plain)):
        (tmp_path / name / "answers").mkdir(parents=True)
        lookup.write(some, tmp_path / name / "answers" / "part-00000.parquet", "parquet")
    assert said(tmp_path / "before", clinic) == said(tmp_path / "plain", clinic)


def test_only_parquet_has_flags(clinic: Rulebook) -> None:
    program = Answering(CompiledRulebook(clinic))
    some = table(clinic, [{"saddle numbness": "yes"}, {}])
    flags, plain = program.flags(some, "fired"), program.answers(some, "fired")
    assert flags.select("red flag: yes", "red flag: no").rows() == [(True, False), (False, False)]
    assert flags["ask: saddle numbness"].to_list() == [False, True]
    assert flags["working pattern"].to_list()[1] == ""
    assert plain["red flag"].to_list() == ["yes", None]
    assert not set(flags.columns) & {"red flag", "ask"}
    assert not [name for name in plain.columns if name.startswith(("ask: ", "red flag: "))]
