"""The lines that make a patient at the edge of a rule what it is, and what they would say if it were otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..language import Condition, Group, Is, Line, Within, show_line
from ..rulebook import Example, Rulebook
from ..semantics import FAILS, HOLDS, UNKNOWN, mark_part, opposite
from ..supposed import supposed

Kind = Literal["if", "unless"]
WANTED = {"holds": HOLDS, "fails": FAILS, "waits": UNKNOWN}


@dataclass(frozen=True)
class Deciding:
    """A part of a condition by which an example is what it is: the field, its place there, and another text for it.

    `instead` is empty where the part can only be taken out, or something be added.
    """

    kind: Kind
    number: int
    part: Line | Group
    instead: str = ""


def deciding(rulebook: Rulebook, condition: Condition, example: Example) -> tuple[Deciding, ...]:
    """The parts that an author has to change where an example is not right.

    Of one that fails or waits, the parts that make it so; of one that holds, those that could be narrower.
    """
    return tuple(_deciding(rulebook, condition, example))


def _deciding(rulebook: Rulebook, condition: Condition, example: Example) -> Iterator[Deciding]:
    state, wanted = supposed(rulebook, example.given), WANTED[example.mark]
    both: tuple[tuple[Kind, tuple[Line | Group, ...]], ...] = (("if", condition.lines), ("unless", condition.unless))
    for kind, parts in both:
        for number, part in enumerate(parts):
            mark = mark_part(part, state)
            if (mark if kind == "if" else opposite(mark)) != wanted:
                continue
            instead = _instead(rulebook, part, example, wider=(mark == FAILS)) if mark in (HOLDS, FAILS) else ""
            if wanted != HOLDS or instead:
                yield Deciding(kind, number, part, instead)


def _instead(rulebook: Rulebook, part: Line | Group, example: Example, wider: bool) -> str:
    """A line that is true of an example, or no longer is, where it is the other way round; empty where none is near."""
    value = example.given.get(part.term) if not isinstance(part, Group) else None
    if isinstance(part, Is) and isinstance(value, str) and not part.besides:
        domain = rulebook.terms[part.term].domain
        values = [one for one in domain.values if (one in part.values or one == value) and (wider or one != value)]
        return show_line(Is(part.term, tuple(values))) if values and len(values) < len(domain.values) else ""
    if isinstance(part, Within) and isinstance(value, int):
        low, high = _bounds(part, value, wider)
        return f"{part.term}: {_phrase(low, high)}" if (low, high) != (part.low, part.high) else ""
    return ""


def _bounds(line: Within, value: int, wider: bool) -> tuple[int | None, int | None]:
    low, high = line.low, line.high
    if wider:
        return (value if low is not None and value < low else low), (
            value if high is not None and value > high else high
        )
    if value == low and low != high:
        return low + 1, high
    if value == high and low != high:
        return low, high - 1
    return low, high


def _phrase(low: int | None, high: int | None) -> str:
    if high is None:
        return f"{low} or more"
    return f"at most {high}" if low is None else f"{low} to {high}"
