"""A rulebook as one Boolean circuit: each mark one bit, every gate an AND or an OR, equal parts shared.

The atoms are what a case says: a value is given, a number is known and at least so much. The circuit says what
`semantics` says, and both the reading of many cases and that of every case are made from it. Only what asks about a
rulebook (laws, proofs) may say NOT: no mark of a rulebook ever rests on one.
"""

from .compiled import CompiledRulebook, Option
from .compiler import Compiler, marks_of
from .evaluate import Evaluation, evaluate, set_bits, transitive_inputs
from .nodes import ALWAYS, FALSE, NEVER, TRUE, Atom, Gate, Pair
from .regated import Regated

__all__ = [
    "ALWAYS",
    "FALSE",
    "NEVER",
    "TRUE",
    "Atom",
    "CompiledRulebook",
    "Compiler",
    "Evaluation",
    "Gate",
    "Option",
    "Pair",
    "Regated",
    "evaluate",
    "marks_of",
    "set_bits",
    "transitive_inputs",
]
