"""The work behind some nodes of a circuit, on bitmaps of one bit a case."""

import weakref
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..circuit import FALSE, TRUE, Atom, Gate
from ..rulebook import Term
from .findings import Bits, Block, Given

BLOCK = 1 << 18  # cases at a time: few calls, and what is in hand stays in the processor's cache
LINE = 64  # bytes that the processor's cache keeps together

Join = Callable[[Bits, Bits, Bits], Any]


def _opposite(one: Bits, _: Bits, out: Bits) -> None:
    np.invert(one, out)


JOINS: Mapping[str, Join] = {"and": np.bitwise_and, "or": np.bitwise_or, "not": _opposite}


class Plan:
    """The work behind the wanted nodes: atoms to read, then joins of two bitmaps each, block by block.

    What is wanted is written where it is given back from; what only leads there goes into the rows of a small memory,
    used again as soon as they are free. Of a denied node the opposite is wanted.
    """

    def __init__(
        self, terms: Mapping[str, Term], nodes: Sequence[Gate], wanted: Sequence[int], denied: Sequence[int] = ()
    ) -> None:
        self.terms = terms
        work = _Work(nodes, wanted, denied)
        numbers = {node: work.numbers[node] for node in wanted}
        opposites = {node: work.opposites[node] for node in denied}
        kept = dict.fromkeys([*numbers.values(), *opposites.values()])
        self.places = {number: place for place, number in enumerate(kept)}
        self.wanted = {node: self.places[number] for node, number in numbers.items()}
        self.denied = {node: self.places[number] for node, number in opposites.items()}
        self.atoms = work.atoms
        self.constants = [(place, number == -1 - TRUE) for number, place in self.places.items() if number < 0]
        self.spare, self.steps = _arranged(work, self.places)
        self.rooms = _Rooms()

    def run(self, findings: Mapping[str, Given], height: int) -> dict[int, Bits]:
        """The bitmap of every wanted node, for so many cases."""
        found = self.rows(findings, height)
        return {node: found[place, : -(-height // 8)] for node, place in self.wanted.items()}

    def rows(self, findings: Mapping[str, Given], height: int) -> Bits:
        """The bitmaps as rows, in the places that `wanted` and `denied` have; there are a few bytes after each."""
        size = -(-height // 8)
        found = self.rooms.rows(len(self.places), _stride(size))
        memory = self.rooms.rows(self.spare, min(_stride(size), BLOCK // 8))
        for place, true in self.constants:
            found[place] = 255 if true else 0
        for start in range(0, height, BLOCK):
            stop = min(start + BLOCK, height)
            here = slice(start // 8, -(-stop // 8))
            read = list(Block(self.terms, findings, start, stop).bitmaps(self.atoms))
            rows = [*read, *found[:, here], *memory[:, : here.stop - here.start]]
            for number, bitmap in enumerate(read):
                if number in self.places:
                    found[self.places[number], here] = bitmap
            for join, first, second, out in self.steps:
                join(rows[first], rows[second], rows[out])
        return found


def _stride(size: int) -> int:
    """Bytes from one row to the next: an odd number of lines, or the rows would crowd in one part of the cache."""
    return ((size + LINE) // LINE | 1) * LINE


class _Rooms:
    """Memory that is used again as soon as nobody looks at it: to get it anew costs more than to fill it."""

    def __init__(self) -> None:
        self.free: list[Bits] = []

    def rows(self, count: int, stride: int) -> Bits:
        """So many rows of so many bytes, with anything in them."""
        wanted = count * stride
        place = next((place for place, room in enumerate(self.free) if wanted <= len(room) <= 2 * wanted), None)
        if place is None:
            self.free.clear()
        room = np.empty(wanted, np.uint8) if place is None else self.free.pop(place)
        found = np.frombuffer(room.data, np.uint8, wanted)
        weakref.finalize(found, self.free.append, room).atexit = False
        return found.reshape(count, stride)


class _Work:
    """What the wanted nodes need: atoms, numbered from 0, then joins of two numbers each, numbered on.

    A gate of many inputs is divided where the numbers of its nodes part, so that gates that share most of their inputs
    (for each value of a conclusion: that another one holds) share most of the work.
    """

    def __init__(self, nodes: Sequence[Gate], wanted: Sequence[int], denied: Sequence[int]) -> None:
        needed = {*wanted, *denied}
        turned = set(denied)
        for node in range(len(nodes) - 1, -1, -1):
            if node in needed:
                needed.update(nodes[node].inputs)
        self.atoms: list[Atom] = []
        self.joins: dict[tuple[str, int, int], int] = {}
        self.numbers: dict[int, int] = {}
        self.opposites: dict[int, int] = {}
        for node in sorted(needed):
            if (atom := nodes[node].atom) is not None:
                self.numbers[node] = len(self.atoms)
                self.atoms.append(atom)
        for node in sorted(needed):
            if nodes[node].kind == "constant":
                self.numbers[node] = -1 - node
            elif nodes[node].kind == "not":
                self.numbers[node] = self._opposite(nodes[node].inputs[0])
            elif nodes[node].inputs:
                self.numbers[node] = self._join(nodes[node].kind, nodes[node].inputs)
            if node in turned:
                self.opposites[node] = self._opposite(node)

    def _opposite(self, node: int) -> int:
        """The number of what is set where the node is not."""
        if node in (FALSE, TRUE):
            return -1 - (TRUE if node == FALSE else FALSE)
        number = self.numbers[node]
        return self.joins.setdefault(("not", number, number), len(self.atoms) + len(self.joins))

    def _join(self, kind: str, inputs: tuple[int, ...]) -> int:
        first, last = inputs[0], inputs[-1]
        if first == last:
            return self.numbers[first]
        highest = (first ^ last).bit_length() - 1
        middle = bisect_left(inputs, last >> highest << highest)
        key = (kind, self._join(kind, inputs[:middle]), self._join(kind, inputs[middle:]))
        return self.joins.setdefault(key, len(self.atoms) + len(self.joins))


def _arranged(work: _Work, places: Mapping[int, int]) -> tuple[int, list[tuple[Join, int, int, int]]]:
    """How many rows of memory the joins take, and the joins with the rows they read and write.

    The rows are those of the atoms, of what is kept, and of the memory, in this order.
    """
    kept = len(work.atoms)
    joins = _in_turn(work, sorted(places))
    last = {number: step for step, key in enumerate(joins.values()) for number in key[1:]}
    rows = {number: number for number in range(kept)}
    free: list[int] = []
    memory = kept + len(places)
    steps = []
    end = memory
    for step, (number, (kind, first, second)) in enumerate(joins.items()):
        if number in places:
            rows[number] = kept + places[number]
        elif free:
            rows[number] = free.pop()
        else:
            rows[number], end = end, end + 1
        steps.append((JOINS[kind], rows[first], rows[second], rows[number]))
        free += [rows[one] for one in {first, second} if last[one] == step and rows[one] >= memory]
    return end - memory, steps


def _in_turn(work: _Work, wanted: Iterable[int]) -> dict[int, tuple[str, int, int]]:
    """The joins, each only when what it leads to is made, so that little waits in memory."""
    keys = {number: key for key, number in work.joins.items()}
    found: dict[int, tuple[str, int, int]] = {}
    waiting = list(wanted)[::-1]
    while waiting:
        number = waiting[-1]
        left = [one for one in keys[number][1:] if one in keys and one not in found] if number in keys else []
        if number in found or not left:
            waiting.pop()
            if number in keys:
                found.setdefault(number, keys[number])
        else:
            waiting += left
    return found
