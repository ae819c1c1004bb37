"""Many cases: the circuit over columns; polars, numpy and nanoarrow live in this room alone."""

from .program import CASE, Program, dtype_of

__all__ = ["CASE", "Program", "dtype_of"]
