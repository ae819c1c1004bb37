"""The commands, by what they are about; each parses, calls and prints, and decides nothing."""

from .across_files import answer, rename, retire
from .authoring import new, schema
from .batch import batch, make_cases, report
from .burden import burden
from .case import decide, why
from .check import check
from .consult import consult
from .diff import diff, impact
from .init import init
from .knowledge import claims, show
from .mapping import map_file
from .output import draw
from .questions import compare, enough, next_question, weigh, whatif, whynot
from .review import review
from .serve import serve
from .upgrade import upgrade

COMMANDS = (
    *(answer, batch, burden, check, claims, compare, consult, decide, diff, draw, enough, impact, init),
    *(
        make_cases,
        map_file,
        new,
        next_question,
        rename,
        report,
        retire,
        review,
        schema,
        serve,
        show,
        upgrade,
        weigh,
        whatif,
        why,
        whynot,
    ),
)

__all__ = ["COMMANDS"]
