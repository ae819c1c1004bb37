"""Many cases in, many answers out: `lumbar batch`."""

from .lookup import Stored, stored_case, stored_findings, stored_rulebook
from .options import FORMATS, Options, Refused
from .report_text import in_words, is_amiss
from .run import Progress, run
from .stream import Beside, tables_of

__all__ = [
    "FORMATS",
    "Beside",
    "Options",
    "Progress",
    "Refused",
    "Stored",
    "in_words",
    "is_amiss",
    "run",
    "stored_case",
    "stored_findings",
    "stored_rulebook",
    "tables_of",
]
