"""The store of cases: their findings as small codes without nulls, which are read many times faster; 0 is unknown.

A code is the place of a value among those of its term, or how far a number is above the lowest one, and one more. The
terms and their values stand beside the codes, so that they are read right by a rulebook that has others.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ..errors import Place, Problem
from ..rulebook import Rulebook
from .findings import Given, given_of
from .piece import Unusable, for_polars
from .program import CASE

DOMAINS = "domains.json"
SUFFIX = ".arrow"
Domains = Mapping[str, Any]


def domains_of(rulebook: Rulebook) -> dict[str, Any]:
    """What the findings of a rulebook may be, as JSON: the values in order, or the lowest and the highest number."""
    return {
        term.name: list(term.domain.values) or {"low": term.domain.low, "high": term.domain.high}
        for term in rulebook.findings
    }


def write(table: pl.DataFrame, path: Path, domains: Domains) -> None:
    """Write typed findings, and whatever stands beside them, as a part of a store."""
    names = [name for name in table.columns if name in domains]
    nothing = Given(np.zeros(table.height, np.uint8), np.zeros(-(-table.height // 8), np.uint8))
    given = given_of(table.select(pl.col(names).to_physical())) if names else {}
    codes = [_code(name, given.get(name, nothing), domains[name], table.height) for name in names]
    with path.open("wb") as file:  # Polars knows no path that is not UTF-8
        table.with_columns(codes).write_ipc(file, compression="uncompressed")


def _code(name: str, given: Given, domain: Any, height: int) -> pl.Series:
    """The codes of a finding; where it is not known, what stands in its place becomes 0."""
    low, count = (0, len(domain)) if isinstance(domain, list) else (domain["low"], domain["high"] - domain["low"] + 1)
    width = np.uint8 if count < 256 else np.uint16 if count < 65536 else np.uint32
    codes = given.values.astype(width)
    codes += width((1 - low) % (np.iinfo(width).max + 1))
    codes *= np.unpackbits(given.known, count=height, bitorder="little")
    return pl.Series(name, codes)


def read(path: Path) -> pl.DataFrame:
    """The typed findings of a part of a store, and what stands beside them; raises Unusable."""
    try:
        domains = json.loads((path.parent / DOMAINS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _unusable(path, "a part of a store of cases, alone", f"{DOMAINS} beside it") from None
    table = pl.read_ipc(for_polars(path))
    names = [name for name in table.columns if name in domains]
    highest = table.select(pl.col(name).max() for name in names).row(0) if table.height else ()
    for name, code in zip(names, highest, strict=False):
        domain = domains[name]
        count = len(domain) if isinstance(domain, list) else domain["high"] - domain["low"] + 1
        if code > count:
            raise _unusable(path, f"a code of {name!r} that stands for nothing", f"0 to {count}")
    return table.with_columns(_value(name, domains[name]).alias(name) for name in names)


def _unusable(path: Path, there: str, expected: str) -> Unusable:
    return Unusable(Problem(Place(str(path)), there, expected))


def _value(name: str, domain: Any) -> pl.Expr:
    code = pl.col(name)
    if not isinstance(domain, list):
        return pl.when(code > 0).then(code.cast(pl.Int32) + (domain["low"] - 1))
    *others, last = (pl.lit(value, pl.Enum(domain)) for value in domain)
    decoded = last
    for number, value in reversed(list(enumerate(others, 1))):  # a cast of codes to an Enum takes ten times as long
        decoded = pl.when(code == number).then(value).otherwise(decoded)
    return pl.when(code > 0).then(decoded)


def rows_of(path: Path, case: str) -> list[dict[str, Any]]:
    """The rows of a part of a store that have the id of a case."""
    found: list[dict[str, Any]] = read(path).filter(pl.col(CASE) == case).to_dicts()
    return found
