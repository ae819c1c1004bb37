"""The commands, by what they are about; each parses, calls and prints, and decides nothing."""

from .case import decide, why
from .check import check
from .knowledge import claims, show
from .many import batch, make_cases, report

COMMANDS = (batch, check, claims, decide, make_cases, report, show, why)

__all__ = ["COMMANDS"]
