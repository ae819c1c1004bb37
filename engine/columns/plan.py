"""The work behind some nodes of a circuit, on bitmaps of one bit a case."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..circuit import TRUE, Atom, Gate
from ..rulebook import Term
from .findings import Bits, Block, Given

BLOCK = 1 << 17  # cases at a time: few calls, and what is in hand stays in the processor's cache
LINE = 64  # bytes that the processor's cache keeps together

Join = Callable[[Bits, Bits, Bits], Any]
JOINS: Mapping[str, Join] = {"and": np.bitwise_and, "or": np.bitwise_or}


class Plan:
    """The work behind the wanted nodes: atoms to read, then joins of two bitmaps each, block by block.

    What is wanted is written where it is given back from; what only leads there goes into the rows of a small memory,
    used again as soon as they are free.
    """

    def __init__(self, terms: Mapping[str, Term], nodes: Sequence[Gate], wanted: Sequence[int]) -> None:
        self.terms = terms
        work = _Work(nodes, wanted)
        kept = dict.fromkeys(work.numbers[node] for node in wanted)
        self.places = {number: place for place, number in enumerate(kept)}
        self.wanted = {node: self.places[work.numbers[node]] for node in wanted}
        self.atoms = work.atoms
        self.constants = [(self.wanted[node], node == TRUE) for node in self.wanted if nodes[node].kind == "constant"]
        self.spare, self.steps = _arranged(work, self.places)

    def run(self, findings: Mapping[str, Given], height: int) -> dict[int, Bits]:
        """The bitmap of every wanted node, for so many cases."""
        size = -(-height // 8)
        found = np.empty((len(self.places), _stride(size)), np.uint8)
        memory = np.empty((self.spare, BLOCK // 8), np.uint8)
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
        return {node: found[place, :size] for node, place in self.wanted.items()}


def _stride(size: int) -> int:
    """Bytes from one row to the next: an odd number of lines, or the rows would crowd in one part of the cache."""
    return ((size + LINE) // LINE | 1) * LINE


class _Work:
    """What the wanted nodes need: atoms, numbered from 0, then joins of two numbers each, numbered on.

    A gate of many inputs is divided where the numbers of its nodes part, so that gates that share most of their inputs
    (for each value of a conclusion: that another one holds) share most of the work.
    """

    def __init__(self, nodes: Sequence[Gate], wanted: Sequence[int]) -> None:
        needed = set(wanted)
        for node in range(len(nodes) - 1, -1, -1):
            if node in needed:
                needed.update(nodes[node].inputs)
        self.atoms: list[Atom] = []
        self.joins: dict[tuple[str, int, int], int] = {}
        self.numbers: dict[int, int] = {}
        for node in sorted(needed):
            if (atom := nodes[node].atom) is not None:
                self.numbers[node] = len(self.atoms)
                self.atoms.append(atom)
        for node in sorted(needed):
            if nodes[node].kind == "constant":
                self.numbers[node] = -1 - node
            elif nodes[node].inputs:
                self.numbers[node] = self._join(nodes[node].kind, nodes[node].inputs)

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
    last = {number: step for step, key in enumerate(work.joins) for number in key[1:]}
    rows = {number: number for number in range(kept)}
    free: list[int] = []
    memory = kept + len(places)
    steps = []
    end = memory
    for step, ((kind, first, second), number) in enumerate(work.joins.items()):
        if number in places:
            rows[number] = kept + places[number]
        elif free:
            rows[number] = free.pop()
        else:
            rows[number], end = end, end + 1
        steps.append((JOINS[kind], rows[first], rows[second], rows[number]))
        free += [rows[one] for one in {first, second} if last[one] == step and rows[one] >= memory]
    return end - memory, steps
