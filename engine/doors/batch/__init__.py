"""Many cases in, many answers out: `lumbar batch`."""

from .answered import Stored, stored_case
from .options import FORMATS, Options, Refused
from .run import Progress, run
from .stream import tables_of
from .told import in_words, unheard

__all__ = [
    "FORMATS",
    "Options",
    "Progress",
    "Refused",
    "Stored",
    "in_words",
    "run",
    "stored_case",
    "tables_of",
    "unheard",
]
