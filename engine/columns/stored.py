"""Answers as files, and what is read back of them: one case, the ids that stand there twice."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from .program import CASE

FORMATS = ("parquet", "ndjson", "csv")
AT_ONCE = 1 << 23  # ids sorted at a time


def write(table: pl.DataFrame, path: Path, form: str, rulebook: str = "") -> None:
    """A table as a file of a form; Parquet keeps the digest of the rulebook with it."""
    if form == "parquet":
        table.write_parquet(
            path, compression="zstd", compression_level=1, statistics=False, metadata={"rulebook": rulebook}
        )
    elif form == "ndjson":
        table.write_ndjson(path)
    else:
        nested = [name for name, dtype in table.schema.items() if dtype.is_nested()]
        table.with_columns(pl.col(name).map_elements(str, pl.String) for name in nested).write_csv(path)


def row_of(path: Path, form: str, case: str) -> dict[str, Any] | None:
    """The row of a case in a file of answers or findings, if it is there."""
    if form == "csv":
        rows = pl.scan_csv(path, infer_schema=False)
    else:
        rows = pl.scan_parquet(path) if form == "parquet" else pl.read_ndjson(path, infer_schema_length=None).lazy()
    found = rows.filter(pl.col(CASE) == case).collect()
    return found.row(0, named=True) if found.height else None


def marks_of(ids: pl.Series) -> Any:
    """A number of 64 bits for each id; equal ids have equal numbers."""
    return ids.hash(seed=0).to_numpy()


def twice(marks: Sequence[Path], ranges: Iterable[tuple[int, int, int]]) -> Any:
    """The numbers that stand more than once in files of them; `ranges` are (file, from, to), a stretch each.

    They are sorted in shares that fit into memory, by their highest bits.
    """
    stretches = list(ranges)
    count = sum(stop - start for _, start, stop in stretches)
    shares = max(1, -(-count // AT_ONCE)) if count else 1
    bits = (shares - 1).bit_length()
    found = []
    for share in range(1 << bits):
        parts = []
        for file, start, stop in stretches:
            part = np.fromfile(marks[file], np.uint64, stop - start, offset=8 * start)
            parts.append(part[part >> np.uint64(64 - bits) == share] if bits else part)
        values = np.sort(np.concatenate(parts)) if parts else np.empty(0, np.uint64)
        found.append(np.unique(values[1:][values[1:] == values[:-1]]))
    return np.concatenate(found)


def write_marks(parts: Sequence[Any], path: Path) -> None:
    """Numbers one after the other as a file."""
    with path.open("wb") as file:
        for part in parts:
            part.tofile(file)


def any_among(marks: Path, start: int, stop: int, wanted: Any) -> bool:
    """Whether a stretch of a file of numbers has one of the wanted."""
    return bool(np.isin(np.fromfile(marks, np.uint64, stop - start, offset=8 * start), wanted).any())


def those_among(ids: pl.Series, wanted: Any) -> list[str]:
    """The ids whose number is one of the wanted."""
    found: list[str] = ids.filter(pl.Series(np.isin(marks_of(ids), wanted))).to_list()
    return found
