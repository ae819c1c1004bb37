"""Tables of SAS, Stata and SPSS, with what they say of their columns; the only file that imports pyreadstat."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl

from ..errors import Place, Problem
from ..extras import missing
from ..facts import text_of, tidy
from .head import names_of, refuse_twice
from .parquet import shown
from .piece import Piece, Spot, Unusable

READERS = {
    ".sav": "read_sav",
    ".zsav": "read_sav",
    ".por": "read_por",
    ".dta": "read_dta",
    ".sas7bdat": "read_sas7bdat",
    ".xpt": "read_xport",
}


@dataclass(frozen=True)
class Labels:
    """What a table says of a column: a sentence about it, and of its codes what each means."""

    label: str
    codes: Mapping[str, str]


def _pyreadstat(path: Path) -> ModuleType:
    try:
        import pyreadstat
    except ImportError:
        expected = f"it saved as CSV UTF-8; {missing('pyreadstat', 'formats')}"
        raise Unusable(Problem(Place(shown(path)), "a table of SAS, Stata or SPSS", expected)) from None
    module: ModuleType = pyreadstat
    return module


def _read(path: Path, **how: Any) -> tuple[pl.DataFrame, Any]:
    module = _pyreadstat(path)
    try:
        table, meta = getattr(module, READERS[path.suffix.lower()])(str(path), output_format="polars", **how)
    except (module.ReadstatError, module.PyreadstatError, OSError, ValueError) as error:
        there = f"no table of SAS, Stata or SPSS that can be read ({str(error)[:120]})"
        raise Unusable(Problem(Place(shown(path)), there, "it saved as CSV UTF-8")) from None
    names = names_of([*map(tidy, table.columns)])
    refuse_twice(names, Place(shown(path)))
    return table.rename(dict(zip(table.columns, names, strict=True))), meta


def columns(path: Path) -> tuple[str, ...]:
    """The names of the columns."""
    return tuple(_read(path, metadataonly=True)[0].columns)


def labels_of(path: Path) -> dict[str, Labels]:
    """What the table says of its columns, by their names."""
    _, meta = _read(path, metadataonly=True)
    found = {}
    for name, label in meta.column_names_to_labels.items():
        codes = meta.variable_value_labels.get(name, {})
        found[tidy(name)] = Labels(label or "", {text_of(code) or str(code): text for code, text in codes.items()})
    return found


def pieces(path: Path, spot: Spot, most: int) -> Iterator[Piece]:
    """The rows from a spot on, in pieces of so many at most."""
    table, _ = _read(path)
    for first in range(spot.row, table.height, most):
        some = table.slice(first, most)
        lines: Any = np.arange(first + 1, first + some.height + 1)
        yield Piece(some, lines, [], Spot(row=first + some.height))
