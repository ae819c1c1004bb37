"""Bitmaps of names as one column of text: for each case the names whose bit is set."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import polars as pl

from .findings import Bits
from .flags import SEPARATOR

GROUP = 12  # so many names at a time become text by looking their pattern up


def as_text_list(column: str, bitmaps: Mapping[str, Bits], height: int) -> pl.Series:
    """For each case the names whose bit is set, joined by "; "; null where there are none."""
    found = {name: bits for name, bits in bitmaps.items() if bits.any()}  # perhaps of no case: there is more at the end
    present = [(name, np.unpackbits(bits, count=height, bitorder="little")) for name, bits in found.items()]
    present = [(name, bits) for name, bits in present if bits.any()]
    parts = []
    for start in range(0, len(present), GROUP):
        group = present[start : start + GROUP]
        codes = np.zeros(height, np.uint32)
        for place, (_, bits) in enumerate(group):
            codes |= bits.astype(np.uint32) << np.uint32(place)
        parts.append(_texts(tuple(name for name, _ in group)).gather(pl.Series(f"{start}", codes)).alias(f"{start}"))
    if len(parts) < 2:
        return (parts[0] if parts else pl.repeat(None, height, dtype=pl.String, eager=True)).alias(column)
    listed = pl.any_horizontal(pl.all().is_not_null())
    text = pl.concat_str(pl.all(), separator=SEPARATOR, ignore_nulls=True)
    return pl.DataFrame(parts).select(pl.when(listed).then(text).alias(column)).to_series()


@lru_cache(64)
def _texts(names: tuple[str, ...]) -> pl.Series:
    """For every set of these names, by the bits of its number, the names as one text; null for none."""
    texts = [""]
    for name in names:
        texts += [f"{text}{SEPARATOR}{name}" if text else name for text in texts]
    return pl.Series([text or None for text in texts], dtype=pl.String)
