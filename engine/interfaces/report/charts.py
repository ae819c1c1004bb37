"""Charts as Vega-Lite specifications and as pictures without script; only this file imports altair and vl-convert.

A chart is as wide as a telephone. A label stands above its bar, so that it may be long; every bar says its number, and
differs from its neighbours by lightness and outline, so that no reader needs colour.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import altair as alt
import vl_convert

from ...display import visible

Spec = dict[str, Any]
WIDTH, REACH = 350, 235  # of a chart, and of its longest bar: the rest is for the number
LETTERS, LINE, BAR, GAP = 56, 15, 12, 8
CELL, HEIGHT, HEAD = 31, 34, 24
FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
INK, PAPER = "#1a1a1a", "#ffffff"
TONES: Mapping[str, str] = {"full": "#0b4f7d", "light": "#b9dcf2", "grey": "#dcdcdc"}


@dataclass(frozen=True)
class Bar:
    """A row of a chart: its label, its pieces (tone, count, what the piece is) and the text behind its end."""

    label: str
    pieces: tuple[tuple[str, int, str], ...]
    end: str

    @property
    def length(self) -> int:
        """The count of all pieces."""
        return sum(count for _, count, _ in self.pieces)


def bar_chart(bars: Sequence[Bar], longest: int) -> Spec:
    """The bars one below the other, on a scale up to the longest bar of this and its sister charts."""
    rows, height = _rows(bars)
    pieces = [piece for bar, y in rows for piece in _pieces(bar, y)]
    ends = [{"x": bar.length, "y": _top(bar, y) + BAR - 2, "text": bar.end} for bar, y in rows]
    labels = [{"x": 0, "y": y + 11, "text": "\n".join(_lines(bar))} for bar, y in rows]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, max(longest, 1)], range=[0, REACH]))
    y = alt.Y("y:Q", axis=None, scale=_down(height))
    rects = alt.Chart(_data(pieces)).mark_rect(stroke=INK, strokeWidth=0.75)
    layers = [
        rects.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=_tones(), description="says:N"),
        _texts(labels).encode(x=x, y=y, text="text:N"),
        _texts(ends, dx=6).encode(x=x, y=y, text="text:N"),
    ]
    return _whole(layers, WIDTH, height)


def _rows(bars: Sequence[Bar]) -> tuple[list[tuple[Bar, int]], int]:
    """Each bar with the height at which it begins, and where the last one ends."""
    rows, y = [], 0
    for bar in bars:
        rows.append((bar, y))
        y = _top(bar, y) + BAR + GAP
    return rows, max(y, 1)


def _lines(bar: Bar) -> list[str]:
    return textwrap.wrap(bar.label, LETTERS) or [""]


def _top(bar: Bar, y: int) -> int:
    """Where the bar itself begins, below its label."""
    return y + len(_lines(bar)) * LINE + 2


def _pieces(bar: Bar, y: int) -> Iterator[Spec]:
    start, top = 0, _top(bar, y)
    for tone, count, says in bar.pieces:
        if count:
            told = f"{bar.label}: {says}"
            yield {"x": start, "x2": start + count, "y": top, "y2": top + BAR, "tone": tone, "says": told}
        start += count


def matrix_chart(labels: Sequence[str], counts: Mapping[tuple[str, str], int]) -> Spec:
    """A row for each expected label, its name above it; a column for each answered one, by its letter; a cell's shade
    is its share of the row, and what agrees is framed.
    """
    longest = max((len(f"{count:,}") for count in counts.values()), default=1)
    size = max(CELL, 7 * longest + 8, (WIDTH - 4) // max(len(labels), 1))
    expected = [label for label in labels if any(pair[0] == label for pair in counts)]
    step = LINE + HEIGHT + GAP
    cells = [
        _cell(expected.index(row) * step + HEAD + LINE + 2, labels.index(column) * size + 2, size, row, column, counts)
        for row in expected
        for column in labels
    ]
    heads = [{"x": place * size + size / 2, "y": 14, "text": letter(place)} for place in range(len(labels))]
    names = [
        {"x": 2, "y": place * step + HEAD + 11, "text": f"{letter(labels.index(label))}  {label}"}
        for place, label in enumerate(expected)
    ]
    width, height = max(WIDTH, len(labels) * size + 4), HEAD + len(expected) * step
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], range=[0, width], nice=False))
    y = alt.Y("y:Q", axis=None, scale=_down(height))
    shade = alt.Color(
        "share:Q", scale=alt.Scale(domain=[0, 1], range=[PAPER, TONES["full"]], interpolate="rgb"), legend=None
    )
    base = alt.Chart(_data(cells))
    numbers = base.mark_text(align="center", baseline="alphabetic", font=FONT, fontSize=12, aria=False, dy=4)
    ink = alt.Color("ink:N", scale=None, legend=None)
    layers = [
        base.mark_rect(stroke=INK).encode(
            x=x, x2="x2:Q", y=y, y2="y2:Q", color=shade, strokeWidth=alt.StrokeWidth("frame:Q", scale=None),
            description="says:N",
        ),
        numbers.encode(x=alt.X("middle:Q", axis=None), y=alt.Y("centre:Q", axis=None), text="text:N", color=ink),
        _texts(heads, align="center", fontWeight="bold").encode(x=x, y=y, text="text:N"),
        _texts(names).encode(x=x, y=y, text="text:N"),
    ]  # fmt: skip
    return _whole(layers, width, height)


def letter(place: int) -> str:
    """The letter of a column: A to Z, then AA, AB and so on."""
    return (letter(place // 26 - 1) if place > 25 else "") + chr(ord("A") + place % 26)


def _cell(top: int, left: int, size: int, row: str, column: str, counts: Mapping[tuple[str, str], int]) -> Spec:
    count = counts.get((row, column), 0)
    share = count / sum(other for pair, other in counts.items() if pair[0] == row)
    place = {"x": left + 1.5, "x2": left + size - 1.5, "y": top, "y2": top + HEIGHT}
    middle = {"middle": left + size / 2, "centre": top + HEIGHT / 2}
    told = {"text": f"{count:,}" if count else "", "says": f"expected {row}, answered {column}: {count:,}"}
    ink = PAPER if share > 0.5 else INK
    return place | middle | told | {"share": share, "ink": ink, "frame": 3 if row == column else 0.5}


def _texts(values: list[Spec], **style: Any) -> Any:
    chart = alt.Chart(_data(values))
    told: Spec = {"align": "left", "baseline": "alphabetic", "color": INK, "font": FONT, "fontSize": 12, "aria": False}
    return chart.mark_text(lineBreak="\n", **(told | style))


def _data(values: list[Spec]) -> alt.InlineData:
    """Marks with their words, in which everything can be seen."""
    return alt.InlineData(
        values=[
            {key: visible(value) if isinstance(value, str) else value for key, value in one.items()} for one in values
        ]
    )


def _down(height: int) -> alt.Scale:
    return alt.Scale(domain=[0, height], range=[0, height], nice=False, zero=False)


def _tones() -> alt.Color:
    return alt.Color("tone:N", scale=alt.Scale(domain=list(TONES), range=list(TONES.values())), legend=None)


def _whole(layers: list[Any], width: int, height: int) -> Spec:
    chart = alt.layer(*layers).properties(width=width, height=height, padding=0)
    chart = chart.properties(autosize=alt.AutoSizeParams(type="none")).configure_view(stroke=None)
    spec: Spec = chart.to_dict(validate=False)  # a second for every chart; the tests do it
    return spec


# --- pictures --------------------------------------------------------------------------------------------------------


def picture(spec: Spec, says: str) -> str:
    """The SVG of a specification, for a page: read out as `says`, each mark with its own words as a tooltip."""
    drawn = vl_convert.vegalite_to_svg(spec, vl_version=alt.SCHEMA_VERSION.rpartition(".")[0])
    root = ElementTree.fromstring(re.sub(r' xmlns(:\w+)?="[^"]*"', "", drawn))
    for mark in list(root.iter()):
        told = mark.attrib.pop("aria-label", "")
        for name in [name for name in mark.attrib if name == "role" or name.startswith("aria-")]:
            del mark.attrib[name]
        if told:
            ElementTree.SubElement(mark, "title").text = told
    height = root.attrib.pop("height")
    width = root.attrib["width"]
    root.attrib.pop("version", None)
    root.attrib |= {"role": "img", "aria-label": visible(says), "style": f"min-width:min({width}px,{WIDTH}px)"}
    root.attrib["viewBox"] = f"0 0 {width} {height}"
    return ElementTree.tostring(root, encoding="unicode")
