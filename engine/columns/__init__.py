"""Many cases: the circuit over columns; polars, numpy and nanoarrow live in this room alone."""

from .program import CASE, WAITS, Program, dtype_of

__all__ = ["CASE", "WAITS", "Program", "dtype_of"]
