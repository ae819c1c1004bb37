"""Tables as lines of JSON that say what is known and leave out what is not, as a person would write them."""

import json
from collections.abc import Iterator

import polars as pl

AT_ONCE = 1 << 14  # rows that are text at a time


def lines(table: pl.DataFrame) -> Iterator[bytes]:
    """The rows as NDJSON, so many at a time."""
    for start in range(0, table.height, AT_ONCE):
        yield as_bytes(objects(table.slice(start, AT_ONCE)))


def as_bytes(texts: pl.Series) -> bytes:
    """Texts as lines."""
    return "".join(f"{text}\n" for text in texts.to_list()).encode(errors="backslashreplace")


def objects(table: pl.DataFrame) -> pl.Series:
    """Each row as a JSON object."""
    columns = [_pairs(column) for column in table.get_columns()]
    inside = pl.concat_str(columns, separator=", ", ignore_nulls=True)
    whole: pl.Series = pl.select(pl.concat_str(pl.lit("{"), inside, pl.lit("}"))).to_series()
    return whole


def _pairs(column: pl.Series) -> pl.Series:
    """The column's name with each value; null where it has none."""
    key = json.dumps(column.name, ensure_ascii=False)
    if isinstance(column.dtype, pl.Enum):
        pairs = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for value in column.dtype.categories.to_list()]
        texts: pl.Series = pl.Series(pairs, dtype=pl.String).gather(column.to_physical())
        return texts
    if column.dtype.is_integer():
        number: pl.Series = pl.select(pl.concat_str(pl.lit(f"{key}: "), column)).to_series()
        return number
    nameless = column.alias("").to_frame().select(pl.struct(pl.all()).struct.json_encode()).to_series()
    value = nameless.str.slice(len('{"":')).str.head(-1)
    pair: pl.Series = pl.select(pl.concat_str(pl.lit(f"{key}: "), value)).to_series()
    return pl.select(pl.when(column.is_not_null()).then(pair)).to_series().cast(pl.String)  # type: ignore[no-any-return]
