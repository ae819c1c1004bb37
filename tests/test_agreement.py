"""Every entrance gives the same answer, or refuses: the same cases in each form that can hold them."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rulebook import Rulebook
from tests.agreement import compare, knowledge, made_up
from tests.conftest import tries
from tests.test_batch import batch, rejects


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return knowledge(tmp_path_factory.mktemp("knowledge"))


@tries(8)
@given(choose=st.randoms(use_true_random=False))
def test_a_batch_says_of_each_case_what_a_single_reading_says_whatever_holds_it(book: Rulebook, choose: Random) -> None:
    """`python -m tests.agreement 30` tries it for 30 minutes."""
    with TemporaryDirectory() as folder:
        counts, found = compare(book, made_up(choose, book, 20), Path(folder))
    assert not found
    assert counts[".ndjson"] == counts[".yaml"] == counts[".json"]


@pytest.mark.parametrize("ids", [[b"a", b"b", None], [["a"], None, ["b"]], [{"id": "a"}, {"id": "b"}, {"id": "c"}]])
def test_an_id_that_is_no_text_is_a_fault_of_its_line(book: Rulebook, tmp_path: Path, ids: list[Any]) -> None:
    pl.DataFrame({"case": ids, "wet": ["yes", "no", "yes"]}).write_parquet(tmp_path / "in.parquet")
    summary = batch(book, tmp_path / "out", tmp_path / "in.parquet")
    told = [(one["line"], one["there"]) for one in rejects(tmp_path / "out")]
    assert sorted(told) == [(line, "`case` is not text") for line, one in enumerate(ids, 1) if one is not None]
    assert summary["decided"] == sum(one is None for one in ids)
