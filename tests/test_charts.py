"""The charts of a page of results, read as data and as pictures."""

from collections.abc import Mapping
from typing import Any

import altair as alt  # noqa: TID251 (its schema is asked whether a specification is one)

from engine.columns.results import OPEN
from engine.interfaces.report.charts import Bar, bar_chart, letter, matrix_chart, picture


def values(spec: Mapping[str, Any], layer: int) -> list[dict[str, Any]]:
    """The rows that a layer of a chart draws."""
    data = spec["layer"][layer]["data"]
    rows: list[dict[str, Any]] = data["values"] if "values" in data else spec["datasets"][data["name"]]
    return rows


def test_a_bar_is_as_long_as_its_count_and_says_it() -> None:
    bars = [
        Bar("gently", (("full", 3, "settled in 3 cases"), ("light", 2, "open in 2")), "3 + 2"),
        Bar("word " * 30, (("full", 0, ""), ("light", 9, "open in 9")), "0 + 9"),
    ]
    spec = bar_chart(bars, 20)
    alt.LayerChart.from_dict(spec, validate=True)
    assert [(one["x"], one["x2"], one["tone"]) for one in values(spec, 0)] == [
        (0, 3, "full"),
        (3, 5, "light"),
        (0, 9, "light"),
    ]
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 20]
    assert [one["text"] for one in values(spec, 2)] == ["3 + 2", "0 + 9"]
    assert values(spec, 1)[1]["text"].count("\n") == 2
    assert values(spec, 0)[2]["y2"] <= spec["height"]


def test_a_matrix_has_every_count_and_frames_what_agrees() -> None:
    counts = {("yes", "yes"): 1200, ("yes", "no"): 300, ("no", OPEN): 7}
    spec = matrix_chart(["yes", "no", OPEN], counts)
    alt.LayerChart.from_dict(spec, validate=True)
    cells = {one["says"]: one for one in values(spec, 0)}
    assert len(cells) == 6
    assert cells["expected yes, answered yes: 1,200"]["share"] == 0.8
    assert cells["expected no, answered not known yet: 7"]["text"] == "7"
    assert cells["expected no, answered no: 0"]["text"] == ""
    assert [one["frame"] > 1 for one in cells.values()] == [True, False, False, False, True, False]


def test_columns_have_letters_however_many_there_are() -> None:
    assert [letter(place) for place in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


def test_a_picture_is_read_out_and_every_mark_has_its_words() -> None:
    drawn = picture(bar_chart([Bar("a & b", (("full", 3, "3 <cases>"),), "3")], 3), 'what "it" says')
    assert 'role="img" aria-label="what &quot;it&quot; says"' in drawn
    assert "<title>a &amp; b: 3 &lt;cases&gt;</title>" in drawn
    assert "xmlns" not in drawn
