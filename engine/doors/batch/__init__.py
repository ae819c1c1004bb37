"""Many cases in, many answers out: `lumbar batch`."""

from .answered import Stored, stored_case
from .options import FORMATS, Options, Refused
from .run import Progress, run
from .stream import tables_of
from .told import in_words, is_amiss

__all__ = [
    "FORMATS",
    "Options",
    "Progress",
    "Refused",
    "Stored",
    "in_words",
    "is_amiss",
    "run",
    "stored_case",
    "tables_of",
]
