"""Leaves out of some things what is not needed (delta debugging: Zeller and Hildebrandt 2002)."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import TypeVar

Thing = TypeVar("Thing")
Brings = Callable[[Sequence[Sequence[Thing]]], Sequence[bool]]
"""Of each of some sets of things, whether it still brings what is wanted; to ask many at once may cost little more."""


def minimise(things: Sequence[Thing], brings: Brings[Thing]) -> tuple[Thing, ...]:
    """Some of the things, which bring the same by themselves, and of which none can be left out."""
    kept, size = list(things), max(len(things) // 2, 1)
    while True:
        before = len(kept)
        kept = _without_needless(kept, [kept[start : start + size] for start in range(0, len(kept), size)], brings)
        if size == 1 and len(kept) == before:
            return tuple(kept)
        size = max(size // 2, 1)


def _without_needless(kept: list[Thing], parts: Sequence[Sequence[Thing]], brings: Brings[Thing]) -> list[Thing]:
    """The things without those parts that can be left out alone, and then as many of these as go together."""
    while parts:
        fewer = [_without(kept, part) for part in parts]
        parts = [part for part, needless in zip(parts, brings(fewer), strict=True) if needless]
        fewer = [_without(kept, [*chain.from_iterable(parts[: place + 1])]) for place in range(len(parts))]
        together = [place for place, needless in enumerate(brings(fewer)) if needless]
        if together:
            kept, parts = fewer[together[-1]], parts[together[-1] + 1 :]
    return kept


def _without(things: Sequence[Thing], part: Sequence[Thing]) -> list[Thing]:
    return [thing for thing in things if thing not in part]
