"""Boxes in rows, each below those that lead to it, and the lines between them: a layered layout (Sugiyama, 1981).

Every box gets a row; a line that passes a row gets a lane there, which all lines of one box share, so that no line
runs through a box; rows are ordered to cross little (barycentres), and moved to run straight (isotonic regression).
The same boxes and lines always come out the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from itertools import pairwise

LANE = 4.0
BESIDE, APART, CLOSE, BETWEEN = 22.0, 12.0, 7.0, 40.0  # box from box, box from lane, lane from lane, row from row
SWEEPS = 12
Point = tuple[float, float]
Spot = tuple[str, int]  # a box (row -1), or the lane of a box in a row


@dataclass(frozen=True)
class Link:
    """A piece of a line: which box it comes from, which boxes it leads to, its bend and its end."""

    start: str
    ends: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Layout:
    """Where the boxes stand (left, top), the rows from top to bottom, the pieces of lines, and the size of it all."""

    places: Mapping[str, Point]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[Link, ...]
    width: float
    height: float


def lay_out(
    sizes: Mapping[str, Point], edges: Iterable[tuple[str, str]], across: int, stages: Mapping[str, int] | None = None
) -> Layout:
    """Boxes of these sizes (width, height), at most so many across; an edge leads from an upper box to a lower one.

    Where each box has a stage, those of one stage stand above all of the next.
    """
    below: dict[str, list[str]] = {box: [] for box in sizes}
    for upper, lower in dict.fromkeys(edges):
        below[upper].append(lower)
    row_of = _rows(below, across) if stages is None else _rows_of_stages(below, across, stages)
    net = _Net(sizes, below, row_of)
    net.order()
    left = net.spread()
    return net.layout(left)


def needed(edges: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The edges without those that a longer path implies."""
    below: dict[str, list[str]] = {}
    for upper, lower in dict.fromkeys(edges):
        below.setdefault(upper, []).append(lower)
    reach: dict[str, set[str]] = {}
    for box in TopologicalSorter(below).static_order():
        reach[box] = {box}.union(*(reach[lower] for lower in below.get(box, ())))
    return [
        (upper, lower)
        for upper, lowers in below.items()
        for lower in lowers
        if not any(lower in reach[other] for other in lowers if other != lower)
    ]


def _rows(below: Mapping[str, Sequence[str]], across: int) -> dict[str, int]:
    """The row of each box: the first that lies below all that lead to it and has room (Coffman and Graham, 1972)."""
    waiting = dict.fromkeys(below, 0)
    for lowers in below.values():
        for lower in lowers:
            waiting[lower] += 1
    turn = {box: place for place, box in enumerate(below)}
    earliest = dict.fromkeys(below, 0)
    ready = [(0, turn[box], box) for box in below if not waiting[box]]
    filled: dict[int, int] = {}
    row_of: dict[str, int] = {}
    while ready:
        row, _, box = heappop(ready)
        while filled.get(row, 0) >= across:
            row += 1
        filled[row] = filled.get(row, 0) + 1
        row_of[box] = row
        for lower in below[box]:
            waiting[lower] -= 1
            earliest[lower] = max(earliest[lower], row + 1)
            if not waiting[lower]:
                heappush(ready, (earliest[lower], turn[lower], lower))
    return row_of


def _rows_of_stages(boxes: Iterable[str], across: int, stages: Mapping[str, int]) -> dict[str, int]:
    row_of: dict[str, int] = {}
    for stage in sorted(set(stages.values())):
        first = max(row_of.values(), default=-1) + 1
        of_stage = [box for box in boxes if stages[box] == stage]
        rows = -(-len(of_stage) // across)
        row_of |= {box: first + place * rows // len(of_stage) for place, box in enumerate(of_stage)}
    return row_of


class _Net:
    """The rows with their boxes and lanes, and the links from each row to the next."""

    def __init__(
        self, sizes: Mapping[str, Point], below: Mapping[str, Sequence[str]], row_of: Mapping[str, int]
    ) -> None:
        self.sizes, self.below, self.row_of = sizes, below, row_of
        self.rows: list[list[Spot]] = [[] for _ in range(max(row_of.values(), default=-1) + 1)]
        self.down: dict[Spot, list[Spot]] = {}
        self.up: dict[Spot, list[Spot]] = {}
        for box in sizes:
            self.rows[row_of[box]].append((box, -1))
            for row in range(row_of[box] + 1, max((row_of[lower] for lower in below[box]), default=0)):
                self.rows[row].append((box, row))
        for box in sizes:
            self._link(box)

    def _link(self, box: str) -> None:
        for lower in self.below[box]:
            for row in range(self.row_of[box] + 1, self.row_of[lower] + 1):
                upper_end = (box, -1) if row == self.row_of[box] + 1 else (box, row - 1)
                lower_end = (lower, -1) if row == self.row_of[lower] else (box, row)
                if lower_end not in self.down.setdefault(upper_end, []):
                    self.down[upper_end].append(lower_end)
                    self.up.setdefault(lower_end, []).append(upper_end)

    def width_of(self, spot: Spot) -> float:
        return self.sizes[spot[0]][0] if spot[1] < 0 else LANE

    # --- the order within the rows -----------------------------------------------------------------------------------

    def order(self) -> None:
        """Sweep down and up, each spot moving to the mean of its neighbours; keep the order that crosses least."""
        best, least = [list(row) for row in self.rows], self._crossings()
        for sweep in range(SWEEPS):
            downward = sweep % 2 == 0
            rows, near = (self.rows, self.up) if downward else (self.rows[::-1], self.down)
            for before, row in pairwise(rows):
                place = {spot: number for number, spot in enumerate(before)}
                keys = {spot: _mean([place[other] for other in near.get(spot, ())]) for spot in row}
                own = {spot: number * len(before) / len(row) for number, spot in enumerate(row)}
                row.sort(key=lambda spot, keys=keys, own=own: own[spot] if keys[spot] is None else keys[spot])  # type: ignore[misc]
            if (count := self._crossings()) < least:
                best, least = [list(row) for row in self.rows], count
        self.rows = best

    def _crossings(self) -> int:
        count = 0
        for upper, lower in pairwise(self.rows):
            place = {spot: number for number, spot in enumerate(lower)}
            ends = [place[end] for spot in upper for end in sorted(self.down.get(spot, ()), key=place.__getitem__)]
            count += sum(one > other for number, one in enumerate(ends) for other in ends[number + 1 :])
        return count

    # --- the places ---------------------------------------------------------------------------------------------------

    def spread(self) -> dict[Spot, float]:
        """The left edge of each spot: as near above or below its neighbours as the order lets it."""
        room = max(sum(self.width_of(spot) for spot in row) + sum(_gaps(row)) for row in self.rows)
        middle: dict[Spot, float] = {}
        for row in self.rows:
            packed = self._packed(row, [room / 2] * len(row), room)
            middle |= dict(zip(row, packed, strict=True))
        for sweep in range(SWEEPS):
            rows, near = (self.rows, self.up) if sweep % 2 == 0 else (self.rows[::-1], self.down)
            for row in rows:
                wanted = [_mean([middle[other] for other in near.get(spot, ())]) for spot in row]
                wish = [middle[spot] if one is None else one for spot, one in zip(row, wanted, strict=True)]
                packed = self._packed(row, wish, room)
                middle |= dict(zip(row, packed, strict=True))
        return {spot: centre - self.width_of(spot) / 2 for spot, centre in middle.items()}

    def _packed(self, row: Sequence[Spot], wish: Sequence[float], room: float) -> list[float]:
        return _packed([self.width_of(spot) for spot in row], _gaps(row), wish, room)

    def layout(self, left: Mapping[Spot, float]) -> Layout:
        """The places of the boxes and the pieces of the lines."""
        heights = [max((self.sizes[box][1] for box, row in spots if row < 0), default=0.0) for spots in self.rows]
        tops = [sum(heights[:number]) + BETWEEN * number for number in range(len(heights))]
        places = {box: (round(left[box, -1], 1), round(tops[row], 1)) for box, row in self.row_of.items()}
        links = [
            self._piece(upper, lower, left, tops, heights)
            for row in self.rows
            for upper in row
            for lower in self.down.get(upper, ())
        ]
        width = max(left[spot] + self.width_of(spot) for row in self.rows for spot in row)
        boxes = tuple(tuple(box for box, row in spots if row < 0) for spots in self.rows)
        return Layout(places, boxes, tuple(links), round(width, 1), round(tops[-1] + heights[-1], 1))

    def _piece(
        self, upper: Spot, lower: Spot, left: Mapping[Spot, float], tops: Sequence[float], heights: Sequence[float]
    ) -> Link:
        """From the foot of a box (or the top of a lane) down to the end of its row, and over to the next row."""
        row = self.row_of[upper[0]] if upper[1] < 0 else upper[1]
        start = tops[row] + (self.sizes[upper[0]][1] if upper[1] < 0 else 0)
        from_x, to_x = (left[spot] + self.width_of(spot) / 2 for spot in (upper, lower))
        points = ((from_x, start), (from_x, tops[row] + heights[row]), (to_x, tops[row + 1]))
        ends = (lower[0],) if lower[1] < 0 else tuple(self._reached(lower))
        return Link(upper[0], ends, tuple((round(x, 1), round(y, 1)) for x, y in points))

    def _reached(self, lane: Spot) -> Iterable[str]:
        return (lower for lower in self.below[lane[0]] if self.row_of[lower] > lane[1])


def _mean(numbers: Sequence[float]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None


def _gaps(row: Sequence[Spot]) -> list[float]:
    """How far each spot stands from the one before it."""
    lanes = [spot[1] >= 0 for spot in row]
    return [0.0, *({0: BESIDE, 1: APART, 2: CLOSE}[one + other] for one, other in pairwise(lanes))]


def _packed(widths: Sequence[float], gaps: Sequence[float], wish: Sequence[float], room: float) -> list[float]:
    """Middles in order, without overlap, within the room, as near to the wish as can be (pool adjacent violators)."""
    offsets, at = [], 0.0
    for width, gap in zip(widths, gaps, strict=True):
        offsets.append(at + gap + width / 2)
        at += gap + width
    pools: list[tuple[float, int]] = []  # the mean of what each pool wants for its start, and how many are in it
    for centre, offset in zip(wish, offsets, strict=True):
        pools.append((centre - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, count), (other, more) = pools.pop(), pools.pop()
            pools.append(((mean * count + other * more) / (count + more), count + more))
    starts = [min(max(mean, 0.0), room - at) for mean, count in pools for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=True)]
