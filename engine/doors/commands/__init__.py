"""The commands, by what they are about; each parses, calls and prints, and decides nothing."""

from .authoring import new, schema
from .case import decide, why
from .changes import diff, impact
from .check import check
from .knowledge import claims, show
from .many import batch, make_cases, report

COMMANDS = (batch, check, claims, decide, diff, impact, make_cases, new, report, schema, show, why)

__all__ = ["COMMANDS"]
