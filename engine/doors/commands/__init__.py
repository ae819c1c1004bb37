"""The commands, by what they are about; each parses, calls and prints, and decides nothing."""

from .authoring import new, schema
from .case import decide, why
from .changes import diff, impact
from .check import check
from .consult import consult
from .drawn import map_
from .knowledge import claims, show
from .many import batch, make_cases, report
from .questions import compare, enough, next_question, weigh, whatif, whynot

COMMANDS = (
    *(batch, check, claims, compare, consult, decide, diff, enough, impact, make_cases, map_, new, next_question),
    *(report, schema, show, weigh, whatif, why, whynot),
)

__all__ = ["COMMANDS"]
