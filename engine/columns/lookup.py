"""Answers as files, and what is read back of them: one case."""

import errno
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from ..atomic_write import replacing
from ..errors import LumbarError, Place, Problem
from ..rulebook import Rulebook
from .flags import Flags
from .piece import for_polars
from .program import CASE
from .tables import as_text

FORMATS = ("parquet", "ndjson", "csv")
QUOTE = "'"
ROWS = 4_096  # that are written at a time
_NOT_IN_CSV = (pl.Binary, pl.Duration, pl.List, pl.Array, pl.Struct)
_RUNS = r"^'*[=+\-@\t\r\n＝＋－＠]"  # how a text begins that a spreadsheet runs, or that stands for one
_NUMBER = r"^[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?$"


def write(table: pl.DataFrame, path: Path, form: str, rulebook: str = "") -> None:
    """A table as a file of a form; Parquet keeps the digest of the rulebook with it. Raises OSError."""
    try:
        _write(table, path, form, rulebook)
    except pl.exceptions.PolarsError as error:
        raise OSError(errno.EIO, str(error).strip(), str(path)) from error


def _write(table: pl.DataFrame, path: Path, form: str, rulebook: str) -> None:
    """Through an open file, for Polars knows no path that is not UTF-8."""
    with path.open("wb") as file:
        if form == "parquet":
            table.write_parquet(
                file, compression="zstd", compression_level=1, statistics=False, metadata={"rulebook": rulebook}
            )
            return
        odd = _odd(table, (pl.Binary,) if form == "ndjson" else _NOT_IN_CSV)
        plain = table.with_columns(as_text(table[name]) for name in odd)
        plain.write_ndjson(file) if form == "ndjson" else harmless(plain).write_csv(file)


def _odd(table: pl.DataFrame, unwritten: tuple[type[pl.DataType], ...]) -> list[str]:
    """The columns of types that a form of file has no way to write."""
    return [name for name, dtype in table.schema.items() if dtype.base_type() in unwritten]


def harmless(table: pl.DataFrame) -> pl.DataFrame:
    """The table with an apostrophe before each text that a spreadsheet would run as a formula (CWE-1236), and before
    those that would look so; names of columns too. Numbers stay, those that are text as well.
    """
    columns = []
    for name, dtype in table.schema.items():
        if dtype in (pl.String, pl.Categorical) or isinstance(dtype, pl.Enum):
            text = table[name].cast(pl.String)
            runs = text.str.contains(_RUNS) & ~text.str.contains(_NUMBER)
            if runs.any():
                columns.append(pl.select(pl.when(runs).then(QUOTE + text).otherwise(text).alias(name)).to_series())
    names = {name: quoted(name) for name in table.columns}
    return table.with_columns(columns).rename({old: new for old, new in names.items() if old != new})


def quoted(text: str) -> str:
    """A text as `harmless` writes it."""
    return QUOTE + text if re.search(_RUNS, text) and not re.search(_NUMBER, text) else text


def unquoted(text: Any) -> Any:
    """What `harmless` wrote, as it was."""
    return text[1:] if isinstance(text, str) and text.startswith(QUOTE) and re.search(_RUNS, text) else text


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Tell files in the folder of a batch that are not as they were written; raises LumbarError."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError, ValueError, RecursionError) as error:
        there = f"files that cannot be read ({' '.join(str(error).split())[:200]})"
        raise LumbarError([Problem(Place(str(folder)), there, "them as `lumbar batch` wrote them")]) from error


def rows_of(path: Path, form: str, case: str, rulebook: Rulebook) -> list[dict[str, Any]]:
    """The rows of a file of answers that have the id of a case, with their plain columns."""
    if form == "csv":
        rows = pl.scan_csv(for_polars(path), infer_schema=False)
    elif form == "parquet":
        rows = pl.scan_parquet(for_polars(path))
    else:
        rows = pl.read_ndjson(for_polars(path), infer_schema_length=None).lazy()
    wanted = quoted(case) if form == "csv" else case
    found = rows.filter(pl.col(CASE) == wanted).collect()
    if form == "parquet":
        found = Flags(rulebook).read(found)
    if form != "csv":
        return found.to_dicts()
    return [{unquoted(name): unquoted(value) for name, value in row.items()} for row in found.to_dicts()]


def as_csv(paths: Sequence[Path], rulebook: Rulebook) -> Iterator[bytes]:
    """Answers in files of Parquet as one CSV, a few thousand rows at a time, without the columns of the rules.

    A text that a spreadsheet would run is made harmless.
    """
    without, flags = rulebook.rules, Flags(rulebook)
    tables = [flags.read(pl.scan_parquet(for_polars(path))) for path in paths]
    names = dict.fromkeys(name for table in tables for name in table.collect_schema().names())
    columns = [name for name in names if name not in without]
    yield pl.DataFrame({name: [] for name in map(quoted, columns)}).write_csv().encode()
    for rows in tables:
        missing = [pl.lit(None, pl.String).alias(name) for name in columns if name not in rows.collect_schema().names()]
        table = rows.with_columns(missing).select(columns)
        start = 0
        while (some := table.slice(start, ROWS).collect()).height:
            plain = some.with_columns(as_text(some[name]) for name in _odd(some, _NOT_IN_CSV))
            yield harmless(plain).write_csv(include_header=False).encode()
            start += ROWS


def as_one_parquet(paths: Sequence[Path], target: Path) -> None:
    """Files of Parquet as one, which is never in memory as a whole."""
    with replacing(target) as part:
        tables = [pl.scan_parquet(for_polars(path)) for path in paths]
        pl.concat(tables, how="diagonal_relaxed").sink_parquet(
            for_polars(part), compression="zstd", compression_level=1
        )
