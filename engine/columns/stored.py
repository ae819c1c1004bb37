"""Answers as files, and what is read back of them: one case."""

import errno
from pathlib import Path
from typing import Any

import polars as pl

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


def row_of(path: Path, form: str, case: str) -> dict[str, Any] | None:
    """The row of a case in a file of answers or findings, if it is there."""
    if form == "csv":
        rows = pl.scan_csv(path, infer_schema=False)
    else:
        rows = pl.scan_parquet(path) if form == "parquet" else pl.read_ndjson(path, infer_schema_length=None).lazy()
    found = rows.filter(pl.col(CASE) == case).collect()
    return found.row(0, named=True) if found.height else None
