"""Boxes with letters in them, and whole pictures as SVG: what is said by colour is said by line, shape and word too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from .layers import BESIDE, Layout, Link
from .text_width import FONT, clean, width, wrap

Kind = Literal["asked", "reached", "default", "open", "disputed", "alarm", "aside"]
Mark = Literal["", "met", "not met", "unknown", "disputed", "for", "against"]
State = Literal["", "fires", "waits", "ruled out", "disputed"]
INK, SOFT, PAPER = "#1a1a1a", "#4a4a4a", "#ffffff"
DARK, LIGHT, GREY, RED = "#0b4f7d", "#b9dcf2", "#efefef", "#9c1c00"
SIZE, LEAD, PAD, MARKED, CELL, MARGIN = 13.0, 17.0, 9.0, 18.0, 12.0, 12.0
# What each kind of box looks like: its head's colour and letters, its line's width and dashes, its corners.
LOOKS: Mapping[Kind, tuple[str, str, float, str, float]] = {
    "asked": (DARK, PAPER, 2.5, "", 0),
    "reached": (LIGHT, INK, 1.5, "", 0),
    "default": (GREY, INK, 1, "", 14),
    "open": (PAPER, INK, 1.5, "6 4", 0),
    "disputed": (PAPER, INK, 1.5, "", 0),
    "alarm": (PAPER, RED, 2.5, "", 0),
    "aside": (PAPER, SOFT, 1, "2 3", 0),
}


@dataclass(frozen=True)
class Row:
    """A line of words in a box: `mark` before it, `soft` where it matters less, `ruled` with a line above it."""

    text: str
    bold: bool = False
    soft: bool = False
    mark: Mark = ""
    ruled: bool = False


@dataclass(frozen=True)
class Cell:
    """A small square that stands for a rule: filled where it fires, a dot where it waits, empty where ruled out."""

    state: State
    says: str


@dataclass(frozen=True)
class Box:
    """A box of a kind: rows in its head and in its body, squares below; what is read out for it, where it leads to."""

    name: str
    kind: Kind
    head: tuple[Row, ...]
    body: tuple[Row, ...] = ()
    says: str = ""
    target: str = ""
    wide: float = 250.0
    cells: tuple[Cell, ...] = ()

    @property
    def across(self) -> int:
        """How many squares stand beside each other."""
        return int((self.wide - 2 * PAD) / CELL)

    @property
    def size(self) -> tuple[float, float]:
        """How wide and how high it is."""
        head, body = (sum(len(lines) for _, lines in self.lettered(part)) for part in (self.head, self.body))
        ruled = sum(PAD for row in self.body[1:] if row.ruled)
        cells = CELL * -(-len(self.cells) // self.across)
        return self.wide, LEAD * (head + body) + PAD * (2 if body or cells else 1) + ruled + cells

    def lettered(self, rows: Iterable[Row]) -> list[tuple[Row, list[str]]]:
        """The rows with the lines that each of them wraps to."""
        room = self.wide - 2 * PAD - (10 if self.kind == "alarm" else 0)
        return [(row, wrap(row.text, room - (MARKED if row.mark else 0), SIZE, row.bold)) for row in rows]


@dataclass
class Picture:
    """An SVG that grows downwards; `title` and `says` are read out for it."""

    title: str
    says: str
    width: float
    height: float = MARGIN
    root: Element = field(default_factory=lambda: Element("svg"))

    def text(self, at: tuple[float, float], line: str, row: Row | None = None, parent: Element | None = None) -> None:
        """One line of words, as wide as it was measured in whatever letters are at hand."""
        row = row or Row(line)
        told = SubElement(self.root if parent is None else parent, "text", {"x": _number(at[0]), "y": _number(at[1])})
        told.text = line
        if line:
            told.attrib |= {"textLength": _number(width(line, SIZE, row.bold)), "lengthAdjust": "spacingAndGlyphs"}
        if row.bold:
            told.set("font-weight", "bold")
        if row.soft:
            told.set("fill", SOFT)

    def graph(self, boxes: Sequence[Box], layout: Layout, lit: Iterable[str] | None = None) -> None:
        """Boxes and lines as they were laid out; lines from a box that is not lit are thin and pale."""
        shining = None if lit is None else set(lit)
        origin = MARGIN + max(0.0, (self.width - 2 * MARGIN - layout.width) / 2), self.height
        for link in sorted(layout.links, key=lambda link: shining is None or link.start in shining):
            self._link(link, origin, shining is None or (link.start in shining and not shining.isdisjoint(link.ends)))
        for box in boxes:
            left, top = layout.places[box.name]
            self.box(box, (left + origin[0], top + origin[1]))
        self.height += layout.height + MARGIN

    def _link(self, link: Link, origin: tuple[float, float], lit: bool) -> None:
        (x1, y1), (x2, y2), (x3, y3) = ((x + origin[0], y + origin[1]) for x, y in link.points)
        middle = (y2 + y3) / 2
        way = " ".join(map(_number, (x1, y1)))
        bend = " ".join(map(_number, (x2, middle, x3, middle, x3, y3)))
        look = {"stroke": INK if lit else "#a8a8a8", "stroke-width": "1.5" if lit else "1"}
        SubElement(self.root, "path", {"d": f"M{way}V{_number(y2)}C{bend}", "fill": "none", **look})

    # --- a box -------------------------------------------------------------------------------------------------------

    def box(self, box: Box, at: tuple[float, float]) -> None:
        """One box, its left upper corner there."""
        group = SubElement(self.root, "g", {"data-box": clean(box.name)})
        SubElement(group, "title").text = clean(box.says or _read_out(box))
        inside = group
        if box.target:
            inside = SubElement(group, "a", {"href": f"#{box.target}"})
        head = self._frame(box, at, inside)
        indent = 10 if box.kind == "alarm" else 0
        y = at[1] + PAD / 2
        for row, lines in box.lettered(box.head):
            y = self._row(row, lines, (at[0] + PAD + indent, y), inside, LOOKS[box.kind][1])
        y = at[1] + head + PAD / 2
        for number, (row, lines) in enumerate(box.lettered(box.body)):
            if row.ruled and number:
                edge = {"x1": _number(at[0]), "x2": _number(at[0] + box.wide)} | dict.fromkeys(
                    ("y1", "y2"), _number(y + 3)
                )
                SubElement(inside, "line", {**edge, "stroke": "#767676", "stroke-width": "0.75"})
                y += PAD
            y = self._row(row, lines, (at[0] + PAD + indent, y), inside)
        for number, cell in enumerate(box.cells):
            down, right = divmod(number, box.across)
            _square(inside, cell, (at[0] + PAD + indent + CELL * right, y + 1 + CELL * down))

    def _frame(self, box: Box, at: tuple[float, float], group: Element) -> float:
        """The frame and its head; how high the head is."""
        fill, ink, stroke, dashes, corner = LOOKS[box.kind]
        wide, high = box.size
        head = LEAD * sum(len(lines) for _, lines in box.lettered(box.head)) + PAD
        shape = {"rx": _number(corner)} if corner else {}
        line = {"stroke": ink if box.kind in ("alarm", "aside") else INK, "stroke-width": _number(stroke)}
        line |= {"stroke-dasharray": dashes} if dashes else {}
        _rect(group, at, (wide, high), {**shape, **line, "fill": fill if corner else PAPER})
        if fill != PAPER and not corner:
            within = (wide - stroke, min(head, high) - stroke)
            _rect(group, (at[0] + stroke / 2, at[1] + stroke / 2), within, {"fill": fill})
        if box.kind == "disputed":
            _rect(group, (at[0] + 3.5, at[1] + 3.5), (wide - 7, high - 7), {"fill": "none", "stroke": INK})
        if box.kind == "alarm":
            _rect(group, at, (10, high), {"fill": RED})
        return head

    def _row(self, row: Row, lines: Sequence[str], at: tuple[float, float], group: Element, ink: str = INK) -> float:
        x, y = at
        if row.mark:
            _sign(group, row.mark, x, y)
            x += MARKED
        for line in lines:
            y += LEAD
            self.text((x, y - 4), line, row, group)
            if ink != INK and not row.soft:
                group[-1].set("fill", ink)
        return y

    def row(self, row: Row, at: tuple[float, float], room: float) -> float:
        """Words outside of any box, wrapped to the room; where they end."""
        lines = wrap(row.text, room - (MARKED if row.mark else 0), SIZE, row.bold)
        return self._row(row, lines, at, self.root)

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A thin line, to set something apart."""
        _line(self.root, start, end, {"stroke": "#a8a8a8", "stroke-dasharray": "1 3"})

    def words(self, rows: Iterable[Row]) -> None:
        """Words across the whole picture, below what is there."""
        for row in rows:
            self.height = self.row(row, (MARGIN, self.height), self.width - 2 * MARGIN)
        self.height += PAD

    def key(self, kinds: Mapping[Kind, str], marks: Mapping[Mark, str], cells: Mapping[State, str]) -> None:
        """What the boxes and signs mean, side by side below what is there."""
        at = MARGIN
        signs: list[tuple[Kind | None, Mark, State, str]] = [(kind, "", "", says) for kind, says in kinds.items()]
        signs += [(None, mark, "", says) for mark, says in marks.items()]
        signs += [(None, "", state, says) for state, says in cells.items()]
        for kind, mark, state, says in signs:
            indent = 40 if kind else MARKED
            wide = indent + width(says, SIZE) + BESIDE
            if at > MARGIN and at + wide > self.width:
                at, self.height = MARGIN, self.height + LEAD + PAD
            group = SubElement(self.root, "g")
            if kind:
                self._sample(kind, (at, self.height), group)
            elif mark:
                _sign(group, mark, at, self.height)
            else:
                _square(group, Cell(state, says), (at, self.height + 4))
            self.text((at + indent, self.height + LEAD - 4), says, Row(says), group)
            at += wide
        self.height += LEAD + MARGIN

    def _sample(self, kind: Kind, at: tuple[float, float], group: Element) -> None:
        fill, ink, stroke, dashes, corner = LOOKS[kind]
        look = {"fill": fill, "stroke": RED if kind == "alarm" else INK, "stroke-width": _number(stroke)}
        look |= ({"stroke-dasharray": dashes} if dashes else {}) | ({"rx": "7"} if corner else {})
        _rect(group, at, (32, 16), look)
        if kind == "disputed":
            _rect(group, (at[0] + 3, at[1] + 3), (26, 10), {"fill": "none", "stroke": ink})
        if kind == "alarm":
            _rect(group, at, (8, 16), {"fill": RED})

    def svg(self) -> str:
        """The picture as text."""
        size = {"width": _number(self.width), "height": _number(self.height)}
        self.root.attrib |= {
            "xmlns": "http://www.w3.org/2000/svg", **size, "viewBox": f"0 0 {size['width']} {size['height']}",
            "role": "img", "aria-labelledby": "picture-title picture-says",
            "font-family": FONT, "font-size": _number(SIZE), "fill": INK,
        }  # fmt: skip
        title, says, paper = (
            Element("title", {"id": "picture-title"}),
            Element("desc", {"id": "picture-says"}),
            Element("rect"),
        )
        title.text, says.text = clean(self.title), clean(self.says)
        paper.attrib |= {**size, "fill": PAPER}
        self.root[:0] = [title, says, paper]
        return ElementTree.tostring(self.root, encoding="unicode")


def _read_out(box: Box) -> str:
    return ". ".join(row.text.rstrip(".") for row in (*box.head, *box.body))


def _rect(group: Element, at: tuple[float, float], size: tuple[float, float], look: Mapping[str, str]) -> None:
    place = dict(zip(("x", "y", "width", "height"), map(_number, (*at, *size)), strict=True))
    SubElement(group, "rect", {**place, **look})


def _line(group: Element, start: tuple[float, float], end: tuple[float, float], look: Mapping[str, str]) -> None:
    ends = dict(zip(("x1", "y1", "x2", "y2"), map(_number, (*start, *end)), strict=True))
    SubElement(group, "line", {**ends, **look})


def _square(group: Element, cell: Cell, at: tuple[float, float]) -> None:
    square = SubElement(group, "g")
    SubElement(square, "title").text = clean(cell.says)
    fill = {"fires": DARK, "disputed": DARK, "": LIGHT}.get(cell.state, PAPER)
    _rect(square, at, (9, 9), {"fill": fill, "stroke": "#767676" if cell.state == "ruled out" else INK})
    if cell.state in ("waits", "disputed"):
        colour = INK if cell.state == "waits" else PAPER
        SubElement(square, "circle", {"cx": _number(at[0] + 4.5), "cy": _number(at[1] + 4.5), "r": "2", "fill": colour})


def _sign(group: Element, mark: Mark, x: float, y: float) -> None:
    """A tick, a cross, a question mark and the like, drawn: not every set of letters has them."""
    ways = {
        "met": "M1 7l4 4l7-9",
        "not met": "M2 2l9 9M11 2l-9 9",
        "unknown": "M3 4.5c0-5 7-5 7-1c0 3-3.5 2.5-3.5 5.5M6.5 11.5v1.5",
        "disputed": "M0 7l3 3l4-7M8 4l5 6M13 4l-5 6",
        "for": "M1 7h11M6.5 1.5v11",
        "against": "M1 7h11",
    }
    look = {"fill": "none", "stroke": INK, "stroke-width": "2" if mark in ("met", "for", "against") else "1.5"}
    SubElement(group, "path", {"d": ways[mark], "transform": f"translate({_number(x)} {_number(y + 2)})", **look})


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
