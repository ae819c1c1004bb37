"""Examples: the state in which one judges a condition."""

from collections.abc import Iterable, Mapping
from typing import Any

from .. import semantics
from ..language import Against, Condition, Line, Within
from ..rulebook import Example, Rulebook, Term


def tried_on_one_side(rulebook: Rulebook, condition: Condition, examples: Iterable[Example]) -> list[Line]:
    """The lines with a number that all examples meet, or that none does."""
    states = [example_state(rulebook, example) for example in examples]
    numbers = [line for line in condition.leaves() if isinstance(line, Within | Against)]
    both = {semantics.HOLDS, semantics.FAILS}
    return [line for line in numbers if not both <= {semantics.mark_line(line, state) for state in states}]


def example_state(rulebook: Rulebook, example: Example) -> semantics.State:
    """The state in which an example judges its card: its facts, and the conclusions that it gives."""
    return state_of(rulebook, example.given)


def state_of(rulebook: Rulebook, given: Mapping[str, Any]) -> semantics.State:
    """The state in which some facts are known, and conclusions among them are settled so."""
    state = semantics.State({})
    for name, value in given.items():
        _give(rulebook.terms[name], value, state)
    return state


def _give(term: Term, value: Any, state: semantics.State) -> None:
    values = term.domain.values
    if term.finding:
        state.facts[term.name] = value
    elif term.domain.kind == "tally":
        state.counts[term.name] = (value, value)
    elif term.takes_highest:
        reached = values.index(value)
        state.scales[term.name] = {
            one: semantics.HOLDS if place <= reached else semantics.FAILS for place, one in enumerate(values)
        }
    else:
        held = value if isinstance(value, tuple) else (value,)
        marks = {one: semantics.HOLDS if one in held else semantics.FAILS for one in values}
        (state.members if term.domain.kind == "several" else state.values)[term.name] = marks
