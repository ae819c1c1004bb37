"""Whether a law still forbids all that it forbade before, as far as its lines show."""

from collections.abc import Iterable

from ..language import Condition, Group, Is, Line, Within
from ..proof.laws import Part


def weakened_by(before: Condition, after: Condition) -> tuple[Part, ...] | None:
    """The parts by which a law lets through what it forbade before; None if it forbids at least as much.

    A law is weaker if a line was added or narrowed, or an exception added or widened.
    """
    added = tuple(part for part in after.lines if not _follows(part, before.lines))
    excused = tuple(part for part in after.unless if not any(_implies(part, one) for one in before.unless))
    return (*added, *excused) or None


def _follows(part: Part, known: Iterable[Part]) -> bool:
    """Whether a line is true wherever all of these are."""
    return any(_implies(one, part) for one in known)


def _implies(one: Part, other: Part) -> bool:
    """Whether the second line is true wherever the first is, as far as their words show."""
    if isinstance(one, Group) or isinstance(other, Group):
        return _implies_group(one, other)
    if isinstance(one, Is) and isinstance(other, Is):
        return one.term == other.term and set(one.values) <= set(other.values)
    if isinstance(one, Within) and isinstance(other, Within):
        return one.term == other.term and _inside(one, other)
    return one == other


def _implies_group(one: Part, other: Part) -> bool:
    if not isinstance(other, Group):
        return isinstance(one, Group) and all(_implies(line, other) for line in one.lines) and one.least > 0
    if isinstance(one, Group):
        kept = sum(_within(line, other) for line in one.lines)
        return one.least - (len(one.lines) - kept) >= other.least
    return other.least == 1 and _within(one, other)


def _within(line: Line, group: Group) -> bool:
    return any(_implies(line, other) for other in group.lines)


def _inside(one: Within, other: Within) -> bool:
    low = other.low is None or (one.low is not None and one.low >= other.low)
    return low and (other.high is None or (one.high is not None and one.high <= other.high))
