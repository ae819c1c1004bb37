"""A condition tried in one state, part by part; and the states that examples make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import truth
from ..language import Condition
from ..rulebook import Rulebook, Term
from .edits import Edit


@dataclass(frozen=True)
class Trial:
    """A condition tried in one state: the mark of each part, turned under `unless`, and what they come to."""

    state: truth.State
    parts: tuple[int, ...]
    mark: int

    def spares(self, part: int) -> bool:
        """Whether the condition fails here whatever one of its parts may be."""
        return any(mark == truth.FAILS for number, mark in enumerate(self.parts) if number != part)

    def tells(self, edit: Edit) -> bool:
        """Whether the edited condition comes to another mark here."""
        number = edit.part
        if number is None or self.spares(number):
            return False
        before, after = edit.rule.condition, edit.edited.condition
        if len(after.lines) == len(before.lines) and len(after.unless) == len(before.unless):
            return self.with_part(number, _part_mark(after, number, self.state)) != self.mark
        if len(after.lines) + len(after.unless) == len(self.parts):
            return self.with_part(number, truth.opposite(self.parts[number])) != self.mark
        return self.with_part(number, truth.HOLDS) != self.mark  # as if it were not there

    def with_part(self, number: int, mark: int) -> int:
        """What the condition comes to with another mark of one part."""
        return truth.at_least(len(self.parts), [*self.parts[:number], mark, *self.parts[number + 1 :]])


def _part_mark(condition: Condition, number: int, state: truth.State) -> int:
    mark = truth.mark_part((condition.lines + condition.unless)[number], state)
    return mark if number < len(condition.lines) else truth.opposite(mark)


def tried(condition: Condition, state: truth.State) -> Trial:
    """The condition tried in a state."""
    parts = tuple(_part_mark(condition, n, state) for n in range(len(condition.lines) + len(condition.unless)))
    return Trial(state, parts, truth.at_least(len(parts), parts))


def failing_parts(condition: Condition, state: truth.State) -> int:
    """How many parts make a condition fail: none, 1, or 2 for more."""
    failing = 0
    for number in range(len(condition.lines) + len(condition.unless)):
        failing += _part_mark(condition, number, state) == truth.FAILS
        if failing > 1:
            break
    return failing


# --- states ----------------------------------------------------------------------------------------------------------


def state_of(rulebook: Rulebook, given: Mapping[str, Any]) -> truth.State:
    """The state in which some facts are known, and conclusions among them are settled so."""
    state = truth.State({})
    for name, value in given.items():
        _give(rulebook.terms[name], value, state)
    return state


def _give(term: Term, value: Any, state: truth.State) -> None:
    values = term.domain.values
    if term.finding:
        state.facts[term.name] = value
    elif term.domain.kind == "tally":
        state.counts[term.name] = (value, value)
    elif term.takes_highest:
        reached = values.index(value)
        state.scales[term.name] = {
            one: truth.HOLDS if place <= reached else truth.FAILS for place, one in enumerate(values)
        }
    else:
        held = value if isinstance(value, tuple) else (value,)
        marks = {one: truth.HOLDS if one in held else truth.FAILS for one in values}
        (state.members if term.domain.kind == "several" else state.values)[term.name] = marks
