"""The charts of a page of results, read as data."""

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from engine.columns.results import OPEN
from engine.drawing.charts import LONGEST, SHADES, Bar, bar_chart, letter, matrix
from engine.drawing.page import COLOURS
from tests.test_pages import contrast


def bars(chart: object) -> Iterator[list[tuple[str | None, str | None, str | None]]]:
    """For each bar of a chart, its pieces: tone, width and words."""
    for bar in ElementTree.fromstring(str(chart)).iterfind("ul[@class='bars']/li/div"):
        yield [(piece[0].get("class"), piece.get("width"), piece[0].findtext("title")) for piece in bar.iterfind("svg")]


def test_a_bar_is_as_long_as_its_count_and_says_it() -> None:
    chart = bar_chart(
        "ride",
        [
            Bar("gently", (("full", 3, "settled in 3 cases"), ("light", 2, "open in 2")), "3 + 2"),
            Bar("as you like", (("full", 0, ""), ("light", 10, "open in 10")), "0 + 10"),
        ],
    )
    assert list(bars(chart)) == [
        [
            ("full", f"{LONGEST * 0.3:.2f}%", "gently: settled in 3 cases"),
            ("light", f"{LONGEST * 0.2:.2f}%", "gently: open in 2"),
        ],
        [("light", f"{LONGEST:.2f}%", "as you like: open in 10")],
    ]
    assert [element.text for element in ElementTree.fromstring(str(chart)).iter("span")] == ["3 + 2", "0 + 10"]


def test_a_chart_has_the_keys_of_the_tones_in_it_and_no_others() -> None:
    chart = bar_chart(
        "ride", [Bar("gently", (("full", 3, "3 cases"), ("light", 0, "")), "3")], {"full": "a", "light": "b"}
    )
    assert "".join(ElementTree.fromstring(str(chart)).findall("ul")[0].itertext()) == "a"


def test_a_matrix_has_every_count_and_frames_what_agrees() -> None:
    counts = {("yes", "yes"): 1200, ("yes", "no"): 300, ("no", OPEN): 7}
    root = ElementTree.fromstring(str(matrix("ride", "most agree", ["yes", "no", OPEN], counts)))
    cells = {cell.attrib["title"]: cell for cell in root.iter("td")}
    assert len(cells) == 6
    assert cells["expected yes, answered yes: 1,200"].text == "1,200"
    assert cells["expected no, answered not known yet: 7"].text == "7"
    assert not cells["expected no, answered no: 0"].text
    assert [shade(cell) for cell in cells.values()] == [8, 2, 0, 0, 0, 10]
    assert ["agrees" in cell.attrib["class"] for cell in cells.values()] == [True, False, False, False, True, False]
    assert root.findtext("p") == f"Columns: C {OPEN}"


def shade(cell: Element) -> int:
    return int(cell.attrib["class"].split()[0].removeprefix("shade-"))


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("share", range(11))
def test_the_number_in_a_cell_can_be_read_on_every_shade(mode: int, share: int) -> None:
    root = ElementTree.fromstring(str(matrix("ride", "", ["a", "b"], {("a", "a"): share, ("a", "b"): 10 - share})))
    cell = next(root.iter("td"))
    words = "#ffffff" if "dark-ground" in cell.attrib["class"] else COLOURS["ink"][mode]
    part = SHADES[shade(cell)] / 100
    tones = [[int(COLOURS[name][mode][place : place + 2], 16) for place in (1, 3, 5)] for name in ("dark", "paper")]
    ground = "".join(f"{round(part * dark + (1 - part) * paper):02x}" for dark, paper in zip(*tones, strict=True))
    assert contrast(words, f"#{ground}") >= 4.5


def test_columns_have_letters_however_many_there_are() -> None:
    assert [letter(place) for place in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


def test_what_a_chart_says_is_never_markup() -> None:
    chart = bar_chart("a & b", [Bar("<b>", (("full", 3, "3 <cases>"),), "3")])
    assert ElementTree.fromstring(str(chart)).findtext("figcaption") == "a & b"
    assert next(bars(chart)) == [("full", f"{LONGEST:.2f}%", "<b>: 3 <cases>")]
