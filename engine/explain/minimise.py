"""Leaves out of some things what is not needed, many at a time (ddmin: Zeller and Hildebrandt, 2002)."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")
First = Callable[[Sequence[Sequence[Thing]]], int | None]


def minimise(things: Sequence[Thing], first: First[Thing]) -> tuple[Thing, ...]:
    """Some of the things, which bring the same by themselves, and of which none can be left out.

    `first` tells the first of some sets that brings it.
    """
    kept, size = list(things), max(len(things) // 2, 1)
    while True:
        before, starts = len(kept), range(0, len(kept), size)
        while (found := first([kept[:start] + kept[start + size :] for start in starts])) is not None:
            kept[starts[found] : starts[found] + size] = []
            starts = range(starts[found], len(kept), size)
        if size == 1 and len(kept) == before:
            return tuple(kept)
        size = max(size // 2, 1)
