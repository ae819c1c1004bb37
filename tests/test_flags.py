"""Members as two flags in Parquet: the same answers come back, and no column says only half of it."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl  # noqa: TID251 (tables are made here to be written)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.columns import lookup
from engine.columns.flags import as_one_flag, as_two_flags
from tests.conftest import tries

FLAGS = st.lists(st.sampled_from([True, False, None]), max_size=20)


@tries(100)
@given(FLAGS)
def test_what_is_written_as_two_flags_is_read_as_one(flags: list[bool | None]) -> None:
    table = pl.DataFrame({"case": [f"{n}" for n in range(len(flags))], "avoid: x": pl.Series(flags, dtype=pl.Boolean)})
    two = as_two_flags(table, {"avoid: x"})
    assert two.columns == ["case", "avoid: x (in)", "avoid: x (open)"]
    assert sum(two.null_count().row(0)) == 0
    assert as_one_flag(two).equals(table)
    assert as_one_flag(two.lazy()).collect().equals(table)


def extras() -> Iterator[pl.DataFrame]:
    """Columns of somebody's own with such names."""
    yield pl.DataFrame({"note (in)": ["a"], "note (open)": ["b"]})
    yield pl.DataFrame({"note (in)": [True], "note": [None]})
    yield pl.DataFrame({"note (open)": [True]})


@pytest.mark.parametrize("table", [*extras()], ids=["text", "no open", "no in"])
def test_other_columns_stay_as_they_are(table: pl.DataFrame) -> None:
    assert as_one_flag(table).equals(table)


def test_only_parquet_has_two(tmp_path: Path) -> None:
    table = pl.DataFrame({"case": ["a", "b"], "avoid: x": [True, None]})
    for form in ("parquet", "csv", "ndjson"):
        lookup.write(table, tmp_path / f"a.{form}", form, "", {"avoid: x"})
        row = lookup.row_of(tmp_path / f"a.{form}", form, "a")
        assert row is not None
        assert str(row["avoid: x"]).lower() == "true"
    assert pl.read_parquet(tmp_path / "a.parquet").columns == ["case", "avoid: x (in)", "avoid: x (open)"]
    assert pl.read_csv(tmp_path / "a.csv").columns == ["case", "avoid: x"]
