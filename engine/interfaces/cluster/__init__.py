"""Many cases over many machines: a batch whose parts are written by the workers of a Dask scheduler."""

from .scheduler import is_address, is_local
from .spread import Incomplete, run

__all__ = ["Incomplete", "is_address", "is_local", "run"]
