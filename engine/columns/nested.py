"""Names of findings within cells that are passed through: keys and texts of lists and mappings, fields of structs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from ..errors import WITHIN

Names = Mapping[str, str]


def plain(name: str) -> str:
    """A name as it is compared: in small letters, a space for `_` and `-`."""
    return name.casefold().replace("_", " ").replace("-", " ")


def names_from(findings: Iterable[str]) -> Names:
    """The names of findings by what they are compared as."""
    return {plain(name): name for name in findings}


def found_in(column: str, value: Any, names: Names) -> list[str]:
    """The findings in a list or mapping, each after the name of its column."""
    return [f"{column}{WITHIN}{names[text]}" for text in dict.fromkeys(map(plain, _texts(value))) if text in names]


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield from map(str, one)
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str):
            yield one


def found_in_table(table: pl.DataFrame, names: Names) -> list[str]:
    """The findings in the nested columns of a table."""
    return [
        one
        for column in table.get_columns()
        if column.dtype.is_nested() and column.name not in names.values()
        for one in found_in(column.name, list(_leaves(column.drop_nulls(), names)), names)
    ]


def _leaves(column: pl.Series, names: Names) -> Iterator[str]:
    """Texts of a column, and fields of its structs, as far as they may be names."""
    if isinstance(column.dtype, pl.Struct):
        for name in column.struct.fields:
            leaf = column.struct.field(name).drop_nulls()
            if len(leaf):
                yield name
                yield from _leaves(leaf, names)
    elif isinstance(column.dtype, pl.List | pl.Array):
        yield from _leaves(column.explode().drop_nulls(), names)
    elif column.dtype in (pl.String, pl.Categorical, pl.Enum):
        texts = column.cast(pl.String).unique()
        same = texts.str.to_lowercase().str.replace_all("[_-]", " ").is_in(list(names))
        yield from texts.filter(same).to_list()
