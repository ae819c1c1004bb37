"""Charts as HTML: bars below their labels, and a table of expected and given answers.

Every bar says its number, and differs from its neighbours by lightness and outline, so that no reader needs colour.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from htpy import Element, Node, div, figcaption, figure, li, p, rect, span, svg, table, td, th, title, tr, ul

LONGEST = 65  # of the width, for the longest bar: the rest is for its number
LONG = 14  # bars that stand below each other in one column
SHADES = (0, 9, 18, 27, 36, 45, 54, 76, 84, 92, 100)
"""How dark a cell of the table is for each tenth of its row; from the seventh on its number is white."""
STYLE = """
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; padding: 0; }
.tiles li { list-style: none; border: 1px solid #767676; padding: 8px 12px; }
.tiles strong { display: block; font-size: 1.6rem; line-height: 1.2; }
.flow svg { display: block; width: 100%; max-width: 900px; } .flow text { fill: var(--ink); }
.ribbon { fill: var(--light); stroke: var(--dark); stroke-width: .75px; fill-opacity: .75; }
@media screen and (min-width: 700px) { .narrow { display: none; } }
@media screen and (max-width: 699px) { .flow { display: none; } }
@media print { .narrow { display: none; } }
.figures { columns: 350px; column-gap: 36px; }
figure { padding: 0 0 20px; break-inside: avoid; }
figure.long { column-span: all; break-inside: auto; } .long .bars { max-width: none; columns: 350px; column-gap: 36px; }
figcaption { font-weight: bold; margin-bottom: 6px; break-after: avoid; }
.keys { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 8px; padding: 0; font-size: .875rem; }
.bars { list-style: none; margin: 0; padding: 0; font-size: .8125rem; line-height: 1.3; max-width: 470px; }
.bars li { margin: 0 0 8px; break-inside: avoid; }
.bars div { display: flex; align-items: center; } .bars svg { flex: none; overflow: visible; }
.bars span { margin-left: 6px; }
.keys li { list-style: none; } .keys svg { margin-right: 6px; overflow: visible; }
.full { fill: var(--dark); } .light { fill: var(--light); } .grey { fill: var(--grey); }
rect { stroke: var(--ink); stroke-width: .75px; }
table { border-collapse: collapse; font-size: .875rem; } .wide { overflow-x: auto; padding: 2px 0 6px; }
td { min-width: 2.4em; border: 1px solid #767676; text-align: center; padding: 5px; }
th { padding: 5px 8px; text-align: left; font-weight: normal; overflow-wrap: normal; }
th[scope=col] { text-align: center; } th span { font-weight: bold; display: inline-block; min-width: 1.4em; }
.agrees { outline: 3px solid var(--ink); outline-offset: -2px; }
.dark-ground { color: #fff; }
.first { border-left: 10px solid var(--line); padding-left: 12px; margin: 10px 0; }
.first.now { border-color: var(--red); } .first details { margin: 0; }
.first h3, .first p { margin: 4px 0; } .first ul { margin: 4px 0; padding-left: 20px; }
details .figures { margin: 8px 0 16px; } figure summary { font-weight: normal; font-size: .875rem; }
@media print { .figures { columns: 300px; column-gap: 24px; } }
""" + "".join(
    f".shade-{step} {{ background: color-mix(in srgb, var(--dark) {shade}%, var(--paper)); }}\n"
    for step, shade in enumerate(SHADES)
)


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


def bar_chart(name: str, bars: Sequence[Bar], keys: Mapping[str, str] | None = None, below: Node = None) -> Element:
    """Bars below each other with their name, the meaning of their tones, and a note below."""
    longest = max((bar.length for bar in bars), default=0)
    used = {tone for bar in bars for tone, count, _ in bar.pieces if count}
    marks = [li[_rect(tone, "14"), says] for tone, says in (keys or {}).items() if tone in used]
    return figure(class_="long" if len(bars) > LONG else None)[
        figcaption[name],
        ul(".keys")[marks] if marks else None,
        ul(".bars")[[li[bar.label, div[_bar(bar, longest), span[bar.end]]] for bar in bars]] if bars else None,
        below,
    ]


def _bar(bar: Bar, longest: int) -> Node:
    """The pieces of a bar beside each other; each as wide as its share of the longest bar."""
    return [
        _rect(tone, f"{LONGEST * count / longest:.2f}%", f"{bar.label}: {says}")
        for tone, count, says in bar.pieces
        if count
    ]


def _rect(tone: str, width: str, says: str = "") -> Element:
    """A filled rectangle; without what it says it is for the eye alone."""
    hidden = None if says else "true"
    return svg(width=width, height="12", aria_hidden=hidden)[
        rect(class_=tone, width="100%", height="100%")[title[says] if says else None]
    ]


def matrix(name: str, says: str, labels: Sequence[str], counts: Mapping[tuple[str, str], int]) -> Element:
    """A row for each expected label, a column for each answered one; a cell is as dark as its share of the row."""
    expected = [label for label in labels if any(pair[0] == label for pair in counts)]
    heads = [th(scope="col")[letter(place)] for place in range(len(labels))]
    rows = [
        tr[th(scope="row")[span[letter(labels.index(row))], f" {row}"], _cells(row, labels, counts)] for row in expected
    ]
    others = "; ".join(f"{letter(place)} {label}" for place, label in enumerate(labels) if label not in expected)
    region = div(".wide", tabindex="0", role="region", aria_label=f"{name}, expected and answered")
    return figure[
        figcaption[says], region[table[tr[th, heads], rows]], p(".muted")[f"Columns: {others}"] if others else None
    ]


def _cells(row: str, labels: Iterable[str], counts: Mapping[tuple[str, str], int]) -> list[Element]:
    whole = sum(count for pair, count in counts.items() if pair[0] == row)
    found = []
    for column in labels:
        count = counts.get((row, column), 0)
        step = round(10 * count / whole)
        looks = {f"shade-{step}": True, "dark-ground": step > 6, "agrees": row == column}
        says = f"expected {row}, answered {column}: {count:,}"
        found.append(td(class_=looks, title=says)[f"{count:,}" if count else ""])
    return found


def share(count: int, whole: int) -> str:
    """A count with its share: 12 (3%)."""
    if not count or not whole:
        return f"{count:,}"
    percent = 100 * count / whole
    return f"{count:,} (" + ("<1%)" if percent < 1 else f"{percent:.0f}%)")


def letter(place: int) -> str:
    """The letter of a column: A to Z, then AA, AB and so on."""
    return (letter(place // 26 - 1) if place > 25 else "") + chr(ord("A") + place % 26)
