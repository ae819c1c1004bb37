"""Pages of pictures: whole, told in words too, readable on every ground, and the commands that write them."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine import explain, semantics
from engine.drawing.page import COLOURS
from engine.drawing.text_width import clean
from engine.render.pictures import (
    Map,
    page_of,
    page_of_map,
    picture_of_map,
)
from engine.rulebook import Rulebook
from tests.tags import whole
from tests.test_cli import run
from tests.test_pictures import CASES, looked_at, words_of


def test_the_page_of_a_reason_tells_each_rule_with_its_reason_and_sources(either: Rulebook) -> None:
    for saved in either.cases.values():
        reason = explain.why(either, semantics.decide(either, saved), "exercise direction")
        text = " ".join(whole(page_of(either, saved, reason)).text.split())
        for rule in reason.rules():
            assert clean(rule.rule.because) in text
            assert "; ".join(map(str, rule.rule.sources)) in text


def test_the_page_of_the_map_has_every_rule_once_and_links_to_it(either: Rulebook) -> None:
    decision = semantics.decide(either, next(iter(either.cases.values())))
    for drawn in (Map(either), Map(either, decision)):
        tags = whole(page_of_map(drawn))
        assert sum(place.startswith("rule-") for place in tags.places) == len(either.rules)
        assert all(rule.because in tags.text for rule in either.rules.values() if "  " not in rule.because)


def contrast(one: str, other: str) -> float:
    """How far two colours stand from each other in lightness, by WCAG 2: from 1 to 21."""
    bright, dim = sorted((_lightness(one), _lightness(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _lightness(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_words_can_be_read_on_every_ground_they_stand_on(mode: int) -> None:
    colours = {name: pair[mode] for name, pair in COLOURS.items()} | {"white": "#ffffff"}
    grounds = {
        "ink": ("paper", "light", "grey"),
        "soft": ("paper", "light", "grey"),
        "red": ("paper",),
        "white": ("dark",),
    }
    for words, behind in grounds.items():
        assert all(contrast(colours[words], colours[ground]) >= 4.5 for ground in behind), words


def test_every_colour_of_a_picture_has_one_for_the_dark(either: Rulebook) -> None:
    known = {light for light, _ in COLOURS.values()} | {"none", "white", "#767676"}  # the last is seen on both papers
    for saved in list(either.cases.values())[::30]:
        drawn = picture_of_map(Map(either, semantics.decide(either, saved)))
        found = {element.get(kind) for element in ElementTree.fromstring(drawn).iter() for kind in ("fill", "stroke")}
        assert found - {None} <= known


# --- the commands -------------------------------------------------------------------------------------------------


def test_why_draws_to_a_file_or_to_standard_output(tmp_path: Path) -> None:
    path = str(CASES / "disc_centralises_on_extension.yaml")
    file = tmp_path / "why.svg"
    assert run("why", path, "--svg", str(file)) == (0, f"{file}: the picture is drawn\n", "")
    code, output, _ = run("why", path, "--svg", "-")
    assert (code, output) == (0, file.read_text() + "\n")
    code, output, _ = run("why", path, "urgency", "--html", "-")
    assert code == 0
    whole(output)


def test_weigh_draws_what_speaks_for_and_against() -> None:
    path = str(CASES / "disc_centralises_on_extension.yaml")
    code, output, _ = run("weigh", path, "working pattern", "--svg", "-")
    assert code == 0
    assert "For and against: working pattern" in words_of(looked_at(output))
    assert run("weigh", path, "working pattern", "--html", "-")[1].startswith("<!doctype html>")


def test_draw_shows_the_rulebook_or_a_case_in_it(tmp_path: Path) -> None:
    svg, html = tmp_path / "map.svg", tmp_path / "map.html"
    assert run("draw", "--svg", str(svg), "--html", str(html))[0] == 0
    assert "The map of the rulebook" in svg.read_text()
    code, output, _ = run("draw", str(CASES / "fever_and_a_weak_leg.yaml"), "--svg", "-")
    assert code == 0
    assert "What fires for fever_and_a_weak_leg" in words_of(looked_at(output))


@pytest.mark.parametrize("words", [("draw",), ("why", str(CASES / "fever_and_a_weak_leg.yaml"))])
def test_a_picture_that_cannot_be_written_is_wrong_use(words: tuple[str, ...], tmp_path: Path) -> None:
    code, _, error = run(*words, "--svg", str(tmp_path / "missing" / "why.svg"))
    assert code == 2
    assert "cannot be written (No such file or directory)" in error


def test_the_map_of_a_case_at_fault_is_not_drawn() -> None:
    code, output, _ = run("draw", "-", "--svg", "-", stdin=json.dumps({"leaning back": "wrose"}))
    assert code == 1
    assert "did you mean 'worse'" in " ".join(output.split())
