"""Examples: the state in which one judges a condition."""

from collections.abc import Iterable

from .. import semantics
from ..language import Against, Condition, Line, Within
from ..rulebook import Example, Rulebook
from ..supposed import supposed


def tried_on_one_side(rulebook: Rulebook, condition: Condition, examples: Iterable[Example]) -> list[Line]:
    """The lines with a number that all examples meet, or that none does."""
    states = [supposed(rulebook, example.given) for example in examples]
    numbers = [line for line in condition.leaves() if isinstance(line, Within | Against)]
    both = {semantics.HOLDS, semantics.FAILS}
    return [line for line in numbers if not both <= {semantics.mark_line(line, state) for state in states}]
