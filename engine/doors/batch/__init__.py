"""Many cases in, many answers out: `lumbar batch`."""

from .answered import Stored, stored_case
from .options import FORMATS, Options, Refused
from .run import Progress, run

__all__ = ["FORMATS", "Options", "Progress", "Refused", "Stored", "run", "stored_case"]
