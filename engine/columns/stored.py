"""Answers as files, and what is read back of them: one case."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from ..errors import LumbarError, Place, Problem
from .piece import Unusable
from .program import CASE
from .tables import as_text

FORMATS = ("parquet", "ndjson", "csv")


def write(table: pl.DataFrame, path: Path, form: str, rulebook: str = "") -> None:
    """A table as a file of a form; Parquet keeps the digest of the rulebook with it. Raises OSError."""
    try:
        _write(table, path, form, rulebook)
    except pl.exceptions.PolarsError as error:
        raise OSError(errno.EIO, str(error).strip(), str(path)) from error


def _write(table: pl.DataFrame, path: Path, form: str, rulebook: str) -> None:
    if form == "parquet":
        table.write_parquet(
            path, compression="zstd", compression_level=1, statistics=False, metadata={"rulebook": rulebook}
        )
    else:
        odd = [
            name for name, dtype in table.schema.items() if dtype == pl.Binary or (dtype.is_nested() and form == "csv")
        ]
        plain = table.with_columns(as_text(table[name]) for name in odd)
        plain.write_ndjson(path) if form == "ndjson" else plain.write_csv(path)


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Tell files in the folder of a batch that are not as they were written; raises LumbarError."""
    try:
        yield
    except Unusable as error:
        raise LumbarError([error.problem]) from error
    except (pl.exceptions.PolarsError, OSError, ValueError, RecursionError) as error:
        there = f"files that cannot be read ({' '.join(str(error).split())[:200]})"
        raise LumbarError([Problem(Place(str(folder)), there, "them as `lumbar batch` wrote them")]) from error


def row_of(path: Path, form: str, case: str) -> dict[str, Any] | None:
    """The row of a case in a file of answers or findings, if it is there."""
    if form == "csv":
        rows = pl.scan_csv(path, infer_schema=False)
    else:
        rows = pl.scan_parquet(path) if form == "parquet" else pl.read_ndjson(path, infer_schema_length=None).lazy()
    found = rows.filter(pl.col(CASE) == case).collect()
    return found.row(0, named=True) if found.height else None
