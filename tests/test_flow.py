"""A flow chart read as data: ribbons are as wide as their counts, and every count is there in words."""

import re
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drawing.flow import LEAST, TALL, flow_chart
from tests.conftest import tries

FLOWS = {("emergency", "same day"): 30, ("emergency", "self-care"): 10, ("same day", "self-care"): 60}
ORDER = ("emergency", "same day", "self-care")


def drawn(flows: dict[tuple[str, str], int], order: tuple[str, ...] = ()) -> Element:
    return ElementTree.fromstring(str(flow_chart("urgency", flows, order)))


def ends(ribbon: Element) -> tuple[float, float]:
    """How wide a ribbon is at its left and its right end."""
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", ribbon.attrib["d"])]
    ys = numbers[1::2]
    return abs(ys[-1] - ys[0]), abs(ys[4] - ys[3])


def test_ribbons_are_as_wide_as_their_share_of_each_end() -> None:
    ribbons = {one.findtext("title"): ends(one) for one in drawn(FLOWS, ORDER).iter("path")}
    assert set(ribbons) == {"emergency → same day: 30", "emergency → self-care: 10", "same day → self-care: 60"}
    left = TALL * 0.4
    assert ribbons["emergency → same day: 30"][0] == pytest.approx(left * 30 / 40, abs=0.2)
    assert ribbons["emergency → self-care: 10"][0] == pytest.approx(left * 10 / 40, abs=0.2)
    assert ribbons["emergency → self-care: 10"][1] == pytest.approx(TALL * 0.7 * 10 / 70, abs=0.2)


def test_answers_stand_in_their_order_with_their_counts() -> None:
    words = ["".join(one.itertext()) for one in drawn(FLOWS, ORDER).iter("text")]
    assert words == ["emergency (40)", "same day (60)", "same day (30)", "self-care (70)"]


def test_the_picture_says_in_words_what_it_shows() -> None:
    picture = drawn(FLOWS, ORDER).find("svg")
    assert picture is not None
    assert picture.attrib["role"] == "img"
    assert "emergency → same day: 30; emergency → self-care: 10" in picture.attrib["aria-label"]
    assert "<b>" in drawn({("<b>", "&"): 1}).find("svg").attrib["aria-label"]  # type: ignore[union-attr]


@tries(50)
@given(st.dictionaries(st.tuples(st.text(max_size=60), st.text(max_size=60)), st.integers(1, 10**7), min_size=1))
def test_whatever_changed_nothing_lies_over_another(flows: dict[tuple[str, str], int]) -> None:
    bars: dict[str, list[tuple[float, float]]] = {}
    for one in drawn(flows).iter("rect"):
        bars.setdefault(one.attrib["x"], []).append((float(one.attrib["y"]), float(one.attrib["height"])))
    for side in bars.values():
        assert all(height >= LEAST - 0.1 for _, height in side)
        assert all(y + height < following for (y, height), (following, _) in pairwise(side))
