"""Where the parts of a batch begin, worked out before any is read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...record import Json, JsonRecord
from ..batch.options import Input
from ..batch.parts import Position

TOGETHER = 1 << 26  # bytes of small inputs that are looked through in one go
FILES = 1000  # so many of them at most

Extents = Iterable[tuple[Position, Position, int]]  # start, end, cases


@dataclass(frozen=True)
class Planned(JsonRecord):
    """A part that is to come: where it begins, where it ends, and how many cases it should have."""

    start: Position
    after: Position
    cases: int

    @classmethod
    def of(cls, written: Json) -> "Planned":
        """The part that a plan or a record tells."""
        return cls(Position.of(written["start"]), Position.of(written["after"]), written["cases"])


def planned(extents: Extents, size: int) -> list[Planned]:
    """The parts of what comes, gathered as a batch on one machine gathers them."""
    parts: list[Planned] = []
    for start, after, count in extents:
        if parts and parts[-1].cases < size and parts[-1].cases + count <= size:
            parts[-1] = Planned(parts[-1].start, after, parts[-1].cases + count)
        elif count:
            parts.append(Planned(start, after, count))
    return parts


def groups(inputs: Sequence[Input], numbers: Iterable[int]) -> list[list[int]]:
    """The numbers of inputs that are looked through together: large ones alone, small ones in company."""
    found: list[list[int]] = []
    room = 0
    for number in numbers:
        size = inputs[number].bytes
        if size > room or len(found[-1]) == FILES:
            found.append([])
            room = TOGETHER
        found[-1].append(number)
        room -= size
    return found
