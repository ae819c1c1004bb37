"""A flow chart: from which answer to which, each ribbon as wide as its count, with every count in words too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from htpy import Element, Node, figure, g, path, rect, svg, title, tspan
from htpy import text as text_of

from .text_width import FONT, clean, wrap

WIDE, ROOM = 900, 270  # of the drawing, and of the words at each side of it
BAR, GAP, LEAST, TALL = 14, 10, 20, 260  # width of an answer, between two, its least height, and of all together
SIZE, LINE = 14, 17  # of the letters


@dataclass(frozen=True)
class _Place:
    """Where an answer is: its top, its height, and how many cases it has."""

    top: float
    height: float
    count: int


def flow_chart(name: str, flows: Mapping[tuple[str, str], int], order: Sequence[str] = ()) -> Element:
    """Answers of before at the left and of now at the right, joined by ribbons; `order` is that of the answers."""
    left = _places(_sums((before, count) for (before, _), count in flows.items()), order)
    right = _places(_sums((after, count) for (_, after), count in flows.items()), order)
    tall = max(place.top + place.height for side in (left, right) for place in side.values()) + GAP
    used: tuple[dict[str, float], dict[str, float]] = ({}, {})
    ribbons = [
        _ribbon(before, after, flows[before, after], left[before], right[after], used)
        for before in left
        for after in right
        if (before, after) in flows
    ]
    words = "; ".join(f"{before} → {after}: {count:,}" for (before, after), count in flows.items())
    return figure(".flow")[
        svg(viewBox=f"0 0 {WIDE} {tall:.0f}", role="img", aria_label=clean(f"{name}: {words}"), font_family=FONT)[
            g(".ribbons")[ribbons],
            [_answer(answer, place, 0) for answer, place in left.items()],
            [_answer(answer, place, 1) for answer, place in right.items()],
        ]
    ]


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for answer, count in pairs:
        found[answer] = found.get(answer, 0) + count
    return found


def _places(counts: Mapping[str, int], order: Sequence[str]) -> dict[str, _Place]:
    """The answers below each other, in their order, then the most frequent first."""
    known = {answer: number for number, answer in enumerate(order)}
    answers = sorted(counts, key=lambda answer: (known.get(answer, len(known)), -counts[answer], answer))
    whole = sum(counts.values())
    top, found = float(GAP), {}
    for answer in answers:
        height = max(LEAST, len(_lines(answer, counts[answer])) * LINE, TALL * counts[answer] / whole)
        found[answer] = _Place(top, height, counts[answer])
        top += height + GAP
    return found


def _lines(answer: str, count: int) -> list[str]:
    return wrap(f"{answer} ({count:,})", ROOM - 12, SIZE)[:3]


def _answer(answer: str, place: _Place, side: int) -> Node:
    """A bar with its words outside."""
    x = (WIDE - ROOM - BAR) if side else ROOM
    at, anchor = (x + BAR + 8, "start") if side else (x - 8, "end")
    lines = _lines(answer, place.count)
    y = place.top + place.height / 2 - (len(lines) - 1) * LINE / 2 + SIZE / 3
    spans = [tspan(x=f"{at}", y=f"{y + number * LINE:.1f}")[line] for number, line in enumerate(lines)]
    return [
        rect(class_="full", x=f"{x}", y=f"{place.top:.1f}", width=f"{BAR}", height=f"{place.height:.1f}"),
        text_of(text_anchor=anchor, font_size=f"{SIZE}")[spans],
    ]


def _ribbon(
    before: str, after: str, count: int, start: _Place, end: _Place, used: tuple[dict[str, float], dict[str, float]]
) -> Node:
    """The way of some cases from one answer to another; as wide at each end as their share there."""
    wide = [place.height * count / place.count for place in (start, end)]
    tops = [place.top + one.get(key, 0.0) for place, one, key in zip((start, end), used, (before, after), strict=True)]
    for one, key, width in zip(used, (before, after), wide, strict=True):
        one[key] = one.get(key, 0.0) + width
    x, far = ROOM + BAR, WIDE - ROOM - BAR
    middle = (x + far) / 2
    there = f"M{x} {tops[0]:.1f} C{middle} {tops[0]:.1f} {middle} {tops[1]:.1f} {far} {tops[1]:.1f}"
    ends = [top + width for top, width in zip(tops, wide, strict=True)]
    back = f"L{far} {ends[1]:.1f} C{middle} {ends[1]:.1f} {middle} {ends[0]:.1f} {x} {ends[0]:.1f} Z"
    return path(class_="ribbon", d=f"{there} {back}")[title[clean(f"{before} → {after}: {count:,}")]]
