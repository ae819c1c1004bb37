"""Pictures: nothing overlaps, nothing is cut, nothing is missing, and the same is always drawn alike."""

from collections.abc import Iterator
from itertools import combinations, pairwise, takewhile
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from hypothesis import given
from hypothesis import strategies as st

from engine import explain, semantics
from engine.case import Case
from engine.drawing.boxes import PAD
from engine.drawing.layers import lay_out, needed
from engine.drawing.text_width import clean, width, wrap
from engine.explain import Why
from engine.loader import load
from engine.render.pictures import (
    Map,
    page_of,
    page_of_sides,
    picture_of,
    picture_of_map,
    picture_of_sides,
)
from engine.rulebook import Rulebook
from tests.conftest import ROOT, tries
from tests.rulebooks import case, facts, rulebooks
from tests.tags import whole
from tests.test_truth import decide, rulebook

SVG = "{http://www.w3.org/2000/svg}"
CASES = Path(__file__).resolve().parent.parent / "knowledge" / "cases"
Place = tuple[float, float, float, float]


# --- where things stand -------------------------------------------------------------------------------------------


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, tuple[float, float]], list[tuple[str, str]], int]:
    """Boxes of some sizes, edges that lead from an earlier one to a later one, and how many may stand in a row."""
    names = [f"box {number}" for number in range(draw(st.integers(1, 12)))]
    sizes = {name: (draw(st.sampled_from((80.0, 120.0))), draw(st.sampled_from((20.0, 60.0, 200.0)))) for name in names}
    pairs = list(combinations(names, 2))
    return sizes, draw(st.lists(st.sampled_from(pairs), max_size=25)) if pairs else [], draw(st.integers(1, 5))


@tries(60)
@given(graphs())
def test_no_box_stands_on_another_and_no_line_runs_through_a_box(
    graph: tuple[dict[str, tuple[float, float]], list[tuple[str, str]], int],
) -> None:
    sizes, edges, across = graph
    layout = lay_out(sizes, edges, across)
    places = {name: (*layout.places[name], *sizes[name]) for name in sizes}
    for one, other in combinations(places.values(), 2):
        assert not _overlap(one, other)
    for left, top, wide, high in places.values():
        assert left >= 0
        assert top >= 0
        assert left + wide <= layout.width + 0.2
        assert top + high <= layout.height + 0.2
    for link in layout.links:
        (x, start), (_, bend), (end, foot) = link.points
        trunk, curve = (x, start, 0.0, bend - start), (min(x, end), bend, abs(end - x), foot - bend)
        assert not any(_overlap(trunk, place) or _overlap(curve, place) for place in places.values())
    assert layout == lay_out(sizes, edges, across)


@tries(60)
@given(graphs())
def test_every_edge_leads_down_along_lines_and_rows_are_not_too_long(
    graph: tuple[dict[str, tuple[float, float]], list[tuple[str, str]], int],
) -> None:
    sizes, edges, across = graph
    layout = lay_out(sizes, edges, across)
    row_of = {name: number for number, row in enumerate(layout.rows) for name in row}
    assert set(row_of) == set(sizes)
    assert all(len(row) <= across for row in layout.rows)
    assert all(row_of[upper] < row_of[lower] for upper, lower in edges)
    reached = {(link.start, end) for link in layout.links for end in link.ends}
    assert reached == set(edges)


@tries(60)
@given(graphs())
def test_an_edge_is_left_out_only_where_a_longer_way_tells_it(
    graph: tuple[dict[str, tuple[float, float]], list[tuple[str, str]], int],
) -> None:
    _, edges, _ = graph
    kept = needed(edges)
    assert set(kept) <= set(edges)
    assert _ways(kept) == _ways(edges)
    for edge in kept:
        assert _ways([other for other in kept if other != edge]) != _ways(edges)


def _ways(edges: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every pair that is joined by a way."""
    ways = set(edges)
    while more := {(a, d) for a, b in ways for c, d in ways if b == c} - ways:
        ways |= more
    return ways


def _overlap(one: Place, other: Place) -> bool:
    """Whether two rectangles (left, top, width, height) share more than an edge; a line has no width."""
    return all(
        one[axis] + one[axis + 2] > other[axis] + 0.2 and other[axis] + other[axis + 2] > one[axis] + 0.2
        for axis in (0, 1)
    )


# --- letters ------------------------------------------------------------------------------------------------------


@given(st.text(max_size=200), st.floats(30, 300), st.booleans())
def test_text_wraps_to_its_room_and_loses_no_letter(text: str, room: float, bold: bool) -> None:
    lines = wrap(text, room, 13, bold)
    assert "".join(lines).replace(" ", "") == clean(text).replace(" ", "")
    assert all(width(line, 13, bold) <= room for line in lines)


def test_a_long_name_is_broken_where_it_has_a_joint() -> None:
    assert wrap("exercise_direction.test_first_flexion_barred", 150, 13) == [
        "exercise_direction.test_",
        "first_flexion_barred",
    ]


def test_what_no_xml_may_hold_is_replaced() -> None:
    assert clean("a\x00b\x1b[1m\ufffe\ud800  c\nd") == "a\\u0000b\\u001b[1m\ufffd\\ud800 c d"


# --- whole pictures -----------------------------------------------------------------------------------------------


def boxes(root: Element) -> Iterator[tuple[str, Place, Element]]:
    """Each box of a picture: its name, its frame and its group."""
    for group in root.iter(f"{SVG}g"):
        if name := group.get("data-box"):
            frame = next(group.iter(f"{SVG}rect"))
            left, top, wide, high = (float(frame.attrib[side]) for side in ("x", "y", "width", "height"))
            yield name, (left, top, wide, high), group


def looked_at(svg: str) -> Element:
    """The root of a picture in which nothing overlaps and no text is cut."""
    root = ElementTree.fromstring(svg)
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])
    found = list(boxes(root))
    for (_, one, _), (_, other, _) in combinations(found, 2):
        assert not _overlap(one, other)
    for name, frame, group in found:
        for text in group.iter(f"{SVG}text"):
            assert _inside(text, frame), f"{text.text!r} in {name!r}"
    for text in root.iter(f"{SVG}text"):
        assert _inside(text, (0, 0, wide, high)), text.text
    rows = sorted((float(text.attrib["y"]), *_span(text)) for text in root.iter(f"{SVG}text"))
    for number, (y, left, right) in enumerate(rows):
        near = takewhile(lambda row, y=y: row[0] - y < 12, rows[number + 1 :])  # type: ignore[misc]
        assert all(right <= start + 0.2 or end <= left + 0.2 for _, start, end in near)
    return root


def _span(text: Element) -> tuple[float, float]:
    left = float(text.attrib["x"])
    return left, left + float(text.get("textLength", "0"))


def _inside(text: Element, frame: Place) -> bool:
    left, right = _span(text)
    y = float(text.attrib["y"])
    across = frame[0] <= left and right <= frame[0] + frame[2] - (PAD if frame[0] else 0) + 0.2
    return across and frame[1] + 9 <= y <= frame[1] + frame[3] - 3


def words_of(root: Element) -> str:
    return " ".join(text.text or "" for text in root.iter(f"{SVG}text"))


def told(reason: Why) -> Iterator[Why]:
    yield from (reason, *reason.beneath.values())


def test_the_picture_of_a_reason_has_every_conclusion_and_rule_of_it(either: Rulebook) -> None:
    for saved in either.cases.values():
        decision = semantics.decide(either, saved)
        for term in ("exercise direction", "urgency", "advice"):
            reason = explain.why(either, decision, term)
            root = looked_at(picture_of(either, saved, reason))
            names = {name for name, _, _ in boxes(root)}
            squeezed = words_of(root).replace(" ", "")
            assert {one.term.name for one in told(reason)} <= names
            for rule in reason.rules():
                assert f"rule{rule.rule.id}" in squeezed


@tries(25)
@given(st.data())
def test_any_reason_of_any_rulebook_can_be_drawn(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    known = case(data.draw(facts(book)))
    decision = semantics.decide(book, known)
    for term in book.conclusions:
        reason = explain.why(book, decision, term.name)
        svg = picture_of(book, known, reason)
        assert {one.term.name for one in told(reason)} <= {name for name, _, _ in boxes(looked_at(svg))}
        assert svg == picture_of(book, known, reason)
    looked_at(picture_of_map(Map(book, decision)))


def test_names_of_any_signs_are_drawn_as_they_are() -> None:
    book = rulebook("r | if: [a: yes] | single: p")
    decision = decide(book, a="yes")
    known = Case('<b>&"x"', {"a": "yes"}, says="5 < 6 & \x1b]0;x\x07 </svg><script>")
    reason = explain.why(book, decision, "single")
    svg, page = picture_of(book, known, reason), page_of(book, known, reason)
    assert 'Case <b>&"x"' in words_of(looked_at(svg))
    assert "<script" not in svg + page
    assert "\x1b" not in svg + page
    whole(page)


def test_how_an_answer_stands_is_said_by_shape_and_words_too() -> None:
    book = rulebook("r | if: [a: yes] | single: p", "s | if: [b: yes] | single: q")
    open_one, torn = decide(book, a="no"), decide(book, a="yes", b="yes")
    for decision, words in ((open_one, "not known yet"), (torn, "disputed")):
        svg = picture_of(book, decision.case, explain.why(book, decision, "single"))
        assert words in words_of(ElementTree.fromstring(svg))
    waits = picture_of(book, open_one.case, explain.why(book, open_one, "single"))
    assert "stroke-dasharray" in waits
    assert "waits for an answer to b" in words_of(ElementTree.fromstring(waits))


def test_a_picture_is_read_out_by_its_title_and_description(bundled: Rulebook) -> None:
    saved = bundled.cases["disc_centralises_on_extension"]
    reason = explain.why(bundled, semantics.decide(bundled, saved), "working pattern")
    root = ElementTree.fromstring(picture_of(bundled, saved, reason))
    assert root.get("role") == "img"
    assert root[0].text == "Why working pattern: disc-type, in the case disc_centralises_on_extension"
    assert (root[1].text or "").startswith("working pattern: disc-type, A disc response to repeated movement makes")
    assert all(group[0].tag == f"{SVG}title" for _, _, group in boxes(root))


def test_what_speaks_for_and_against_stands_side_by_side(either: Rulebook) -> None:
    for saved in list(either.cases.values())[::10]:
        told = explain.weigh(either, semantics.decide(either, saved), "working pattern")
        root = looked_at(picture_of_sides(either, saved, told))
        groups = {name: group for name, _, group in boxes(root)}
        for value in told.values:
            arguments = (*value.speaking_for, *value.speaking_against, *value.open_for, *value.open_against)
            squeezed = words_of(groups[value.value]).replace(" ", "")
            assert all(f"rule{argument.reason.rule.id};" in squeezed for argument in arguments)
            assert f"{len(value.speaking_for)} for, {len(value.speaking_against)} against" in words_of(
                groups[value.value]
            )
        whole(page_of_sides(either, saved, told))


def test_a_default_for_which_no_rule_speaks_is_said_to_be_one(bundled: Rulebook) -> None:
    saved = bundled.cases["disc_centralises_on_extension"]
    weighing = explain.weigh(bundled, semantics.decide(bundled, saved), "urgency")
    words = "For it: no rule; it is the answer where nothing else holds."
    assert words in words_of(looked_at(picture_of_sides(bundled, saved, weighing)))
    assert words in whole(page_of_sides(bundled, saved, weighing)).text


# --- the map ------------------------------------------------------------------------------------------------------


def test_the_map_has_every_conclusion_and_a_square_for_each_of_its_rules(bundled: Rulebook) -> None:
    root = looked_at(picture_of_map(Map(bundled)))
    for name, _, group in boxes(root):
        squares = [title.text or "" for title in group.iter(f"{SVG}title")][1:]
        assert [text.split(":")[0].split(" gives ")[0] for text in squares] == [
            entry.rule for entry in bundled.support[name]
        ]
    assert {name for name, _, _ in boxes(root)} == {term.name for term in bundled.conclusions}


def test_what_fires_for_a_case_is_lit_up_and_nothing_else(either: Rulebook) -> None:
    for saved in either.cases.values():
        decision = semantics.decide(either, saved)
        root = looked_at(picture_of_map(Map(either, decision)))
        squares = [title.text or "" for title in root.iter(f"{SVG}title")]
        lit = {text.split(" ")[0].rstrip(":") for text in squares if " (fires): " in text}
        assert lit == set(decision.fired)


def test_stages_of_the_map_stand_one_below_the_other(bundled: Rulebook) -> None:
    tops = {name: frame[1] for name, frame, _ in boxes(looked_at(picture_of_map(Map(bundled))))}
    stages = [stage.terms for stage in bundled.stages if stage.terms]
    for stage, following in pairwise(stages):
        assert max(tops[name] for name in stage) < min(tops[name] for name in following)


def test_the_map_is_lit_from_a_rule_by_what_it_reads_gives_and_changes() -> None:
    book = load(ROOT / "tests" / "heating")
    whole = Map(book, rule="gurgling")
    root = looked_at(picture_of_map(whole))
    words = " ".join(text.text or "" for text in root.iter() if text.text)
    assert "What gurgling reads, gives and changes" in words
    assert {term.name: whole.look(term) for term in book.conclusions} == {
        "danger": "round",
        "speaks for air": "dark",
        "fault": "light",
        "step": "light",
        "tools": "light",
    }
    support = [entry for term in book.conclusions for entry in book.support[term.name]]
    assert {entry.rule for entry in support if whole.state(entry)} == {"gurgling"}


def test_what_a_rule_reads_is_lit_too() -> None:
    book = load(ROOT / "tests" / "heating")
    whole = Map(book, rule="let_air_out")
    assert whole.given == {"step", "tools"}
    assert whole.around == {"step", "tools", "fault", "danger", "speaks for air"}
