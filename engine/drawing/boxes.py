"""Boxes with words in them, and whole pictures as SVG: what is said by colour is said by line, shape and word too."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, NamedTuple

import htpy as h

from .layers import BESIDE, Layout, Link, Point
from .text_width import FONT, clean, width, wrap

Look = Literal["dark", "light", "round", "dashed", "double", "alarm", "dotted"]
Sign = Literal["tick", "cross", "question", "torn", "plus", "minus"]
Fill = Literal["", "full", "dot", "empty", "torn"]
INK, SOFT, PAPER, LINE = "#1a1a1a", "#4a4a4a", "#ffffff", "#a8a8a8"
DARK, LIGHT, GREY, RED = "#0b4f7d", "#b9dcf2", "#efefef", "#9c1c00"
SIZE, LEAD, PAD, SIGN, SQUARE, MARGIN, BAR = 13.0, 17.0, 9.0, 18.0, 12.0, 12.0, 10.0


class _Style(NamedTuple):
    """How a box looks: the colour of its head, of the words in it and of its line; the line's width and dashes."""

    head: str
    words: str
    line: str
    stroke: float
    dashes: str = ""


_STYLES: Mapping[Look, _Style] = {
    "dark": _Style(DARK, "white", INK, 2.5),
    "light": _Style(LIGHT, INK, INK, 1.5),
    "round": _Style(GREY, INK, INK, 1),
    "dashed": _Style(PAPER, INK, INK, 1.5, "6 4"),
    "double": _Style(PAPER, INK, INK, 1.5),
    "alarm": _Style(PAPER, RED, RED, 2.5),
    "dotted": _Style(PAPER, SOFT, SOFT, 1, "2 3"),
}
# Drawn, for not every set of letters has them.
_SIGNS: Mapping[Sign, str] = {
    "tick": "M1 7l4 4l7-9",
    "cross": "M2 2l9 9M11 2l-9 9",
    "question": "M3 4.5c0-5 7-5 7-1c0 3-3.5 2.5-3.5 5.5M6.5 11.5v1.5",
    "torn": "M0 7l3 3l4-7M8 4l5 6M13 4l-5 6",
    "plus": "M1 7h11M6.5 1.5v11",
    "minus": "M1 7h11",
}


@dataclass(frozen=True)
class Row:
    """A line of words in a box: a sign before it, `soft` where it matters less, `ruled` with a line above it."""

    text: str
    bold: bool = False
    soft: bool = False
    sign: Sign | None = None
    ruled: bool = False

    def lines(self, room: float) -> list[str]:
        """The lines that it wraps to in that room."""
        return wrap(self.text, room - (SIGN if self.sign else 0), SIZE, self.bold)


@dataclass(frozen=True)
class Square:
    """A small square: filled, with a dot, or empty; and what is read out for it."""

    fill: Fill
    says: str


@dataclass(frozen=True)
class Box:
    """A box: rows in its head and in its body, squares below; what is read out for it, where it leads to."""

    name: str
    look: Look
    head: tuple[Row, ...]
    body: tuple[Row, ...] = ()
    says: str = ""
    target: str = ""
    wide: float = 250.0
    squares: tuple[Square, ...] = ()

    @property
    def indent(self) -> float:
        """How far its words stand from its left edge."""
        return PAD + (BAR if self.look == "alarm" else 0)

    @property
    def room(self) -> float:
        """How wide its words may be."""
        return self.wide - self.indent - PAD

    @property
    def head_height(self) -> float:
        """How high its head is."""
        return LEAD * sum(len(row.lines(self.room)) for row in self.head) + PAD

    @property
    def size(self) -> Point:
        """How wide and how high it is."""
        body = LEAD * sum(len(row.lines(self.room)) for row in self.body) + PAD * sum(r.ruled for r in self.body[1:])
        squares = SQUARE * -(-len(self.squares) // self.across)
        return self.wide, self.head_height + body + squares + (PAD if body or squares else 0)

    @property
    def across(self) -> int:
        """How many squares stand beside each other."""
        return int(self.room / SQUARE)


@dataclass
class Picture:
    """An SVG that grows downwards; `title` and `says` are read out for it."""

    title: str
    says: str
    width: float
    height: float = MARGIN
    parts: list[h.Element] = field(default_factory=list)
    leads: bool = False  # whether a box leads somewhere

    def graph(self, boxes: Sequence[Box], layout: Layout, lit: Iterable[str] | None = None) -> None:
        """Boxes and lines as they were laid out; lines from or to a box that is not lit are thin and pale."""
        shining = None if lit is None else set(lit)
        left, top = MARGIN + max(0.0, (self.width - 2 * MARGIN - layout.width) / 2), self.height

        def moved(point: Point) -> Point:
            return point[0] + left, point[1] + top

        def bright(link: Link) -> bool:
            return shining is None or (link.start in shining and not shining.isdisjoint(link.ends))

        for link in sorted(layout.links, key=bright):
            self.parts.append(_link(map(moved, link.points), bright(link)))
        self.leads |= any(box.target for box in boxes)
        self.parts += [_box(box, moved(layout.places[box.name])) for box in boxes]
        self.height += layout.height + MARGIN

    def line(self, height: float, label: str) -> None:
        """A thin line across the picture, with a label below its left end."""
        self.parts.append(_line(MARGIN, self.width - MARGIN, height, stroke=LINE, stroke_dasharray="1 3"))
        self.parts += _row(Row(label, bold=True, soft=True), [label], (MARGIN, height + LEAD + 3))

    def words(self, *rows: Row) -> None:
        """Words across the whole picture, below what is there."""
        for row in rows:
            lines = row.lines(self.width - 2 * MARGIN)
            self.parts += _row(row, lines, (MARGIN, self.height))
            self.height += LEAD * len(lines)
        self.height += PAD

    def key(self, looks: Mapping[Look, str], signs: Mapping[Sign, str], squares: Mapping[Fill, str]) -> None:
        """What boxes, signs and squares mean, side by side below what is there."""
        samples: list[tuple[str, float, Callable[[Point], h.Node]]] = []
        samples += [(says, 40, partial(_frame, look, size=(32, 16), head=16)) for look, says in looks.items()]
        samples += [(says, SIGN, partial(_sign, sign)) for sign, says in signs.items()]
        samples += [(says, SIGN, partial(_square, Square(fill, says))) for fill, says in squares.items()]
        at = MARGIN
        for says, indent, sample in samples:
            wide = indent + width(says, SIZE) + BESIDE
            if at > MARGIN and at + wide > self.width:
                at, self.height = MARGIN, self.height + LEAD + PAD
            self.parts.append(h.g[sample((at, self.height)), _row(Row(says), [says], (at + indent, self.height))])
            at += wide
        self.height += LEAD + MARGIN

    def svg(self) -> h.Element:
        """The picture as it stands in a page: an image, unless its boxes lead somewhere."""
        size = {"width": _number(self.width), "height": _number(self.height)}
        return h.svg(
            {"xmlns": "http://www.w3.org/2000/svg", **size, "viewBox": f"0 0 {size['width']} {size['height']}"},
            role="group" if self.leads else "img", aria_labelledby="picture-title picture-says",
            font_family=FONT, font_size=_number(SIZE), fill=INK,
        )[
            h.title("#picture-title")[clean(self.title)],
            h.desc("#picture-says")[clean(self.says)],
            h.rect(size, fill=PAPER),
            self.parts,
        ]  # fmt: skip


def _box(box: Box, at: Point) -> h.Element:
    """One box, its left upper corner there."""
    x, y = at[0] + box.indent, at[1] + PAD / 2
    parts: list[h.Node] = [_frame(box.look, at, box.size, box.head_height)]
    for row in box.head:
        lines = row.lines(box.room)
        parts += _row(row, lines, (x, y), _STYLES[box.look].words)
        y += LEAD * len(lines)
    y += PAD
    for number, row in enumerate(box.body):
        if row.ruled and number:
            parts.append(_line(at[0], at[0] + box.wide, y + 3, stroke="#767676", stroke_width="0.75"))
            y += PAD
        lines = row.lines(box.room)
        parts += _row(row, lines, (x, y))
        y += LEAD * len(lines)
    for number, square in enumerate(box.squares):
        down, right = divmod(number, box.across)
        parts.append(_square(square, (x + SQUARE * right, y + 1 + SQUARE * down)))
    says = box.says or ". ".join(row.text.rstrip(".") for row in (*box.head, *box.body))
    inside = h.a(href=f"#{box.target}")[parts] if box.target else parts
    return h.g(data_box=clean(box.name))[h.title[clean(says)], inside]


def _frame(look: Look, at: Point, size: Point, head: float) -> Iterator[h.Element]:
    """The frame of a box, and its head."""
    style, round_ = _STYLES[look], look == "round"
    line = {"stroke": style.line, "stroke-width": _number(style.stroke), "stroke-dasharray": style.dashes or None}
    yield _rect(
        at, size, 0, fill=GREY if round_ else PAPER, rx=_number(min(14, size[1] / 2)) if round_ else None, **line
    )
    if style.head != PAPER and not round_:
        yield _rect(at, (size[0], min(head, size[1])), style.stroke / 2, fill=style.head)
    if look == "double":
        yield _rect(at, size, 3.5, fill="none", stroke=INK)
    if look == "alarm":
        yield _rect(at, (BAR, size[1]), 0, fill=RED)


def _row(row: Row, lines: Iterable[str], at: Point, ink: str = INK) -> Iterator[h.Element]:
    """Lines of words one below the other, each as wide as it was measured in whatever letters are at hand."""
    x, y = at
    if row.sign:
        yield _sign(row.sign, at)
        x += SIGN
    ink = SOFT if row.soft else ink
    look = {"font-weight": "bold" if row.bold else None, "fill": None if ink == INK else ink}
    for line in filter(None, lines):
        y += LEAD
        measured = _number(width(line, SIZE, row.bold))
        yield h.text(look, x=_number(x), y=_number(y - 4), textLength=measured, lengthAdjust="spacingAndGlyphs")[line]


def _link(points: Iterable[Point], lit: bool) -> h.Element:
    (x1, y1), (x2, y2), (x3, y3) = points
    middle = (y2 + y3) / 2
    bend = " ".join(map(_number, (x2, middle, x3, middle, x3, y3)))
    way = f"M{_number(x1)} {_number(y1)}V{_number(y2)}C{bend}"
    return h.path(d=way, fill="none", stroke=INK if lit else LINE, stroke_width="1.5" if lit else "1")


def _sign(sign: Sign, at: Point) -> h.Element:
    stroke = "2" if sign in ("tick", "plus", "minus") else "1.5"
    place = f"translate({_number(at[0])} {_number(at[1] + 2)})"
    return h.path(d=_SIGNS[sign], transform=place, fill="none", stroke=INK, stroke_width=stroke)


def _square(square: Square, at: Point) -> h.Element:
    filled = square.fill in ("full", "torn")
    fill, line = (DARK if filled else PAPER if square.fill else LIGHT), "#767676" if square.fill == "empty" else INK
    dot = h.circle(cx=_number(at[0] + 4.5), cy=_number(at[1] + 4.5), r="2", fill="white" if filled else INK)
    frame = _rect(at, (9, 9), 0, fill=fill, stroke=line)
    return h.g[h.title[clean(square.says)], frame, dot if square.fill in ("dot", "torn") else None]


def _rect(at: Point, size: Point, inset: float, **look: str | None) -> h.Element:
    """A rectangle, so far within that place and size."""
    sides = (at[0] + inset, at[1] + inset, size[0] - 2 * inset, size[1] - 2 * inset)
    return h.rect(dict(zip(("x", "y", "width", "height"), map(_number, sides), strict=True)), look)


def _line(left: float, right: float, y: float, **look: str) -> h.Element:
    return h.line(x1=_number(left), x2=_number(right), y1=_number(y), y2=_number(y), **look)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
