"""A value, a sentence of advice or a finding that is not there yet, written in the page together with its rule."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.interfaces.web.trials import Trials
from engine.loader import load
from engine.loader.files import read_folder
from tests.authoring import Page, words
from tests.conftest import ROOT, edit
from tests.sheets import Pairs, Sheet, post, typed
from tests.test_new import SAYS

HEATING = ROOT / "tests" / "heating"
TORCH = [("word", "value"), ("word-term", "tools"), ("word-value", "torch")]
SOOT = [
    ("word", "finding"),
    ("word-name", "soot"),
    ("word-file", "terms/house.yaml"),
    ("word-kind", "choice"),
    ("word-values", "none; a little; thick"),
    ("word-ask", "Is there soot around the flue?"),
    ("word-help", "Black dust on the wall."),
]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """The page of a heating, from which rules can be saved."""
    made = Page(Path(shutil.copytree(HEATING, tmp_path / "heating")), Trials(tmp_path / "heating"))
    yield made
    made.trials.close()


def rule(lines: list[str], then: list[str], more: Pairs) -> Pairs:
    """A form for a rule with new words."""
    return [*typed("dark_flue", SAYS, lines, then, "It may.", ["BOOK: page 3"], "find"), *more]


def test_a_value_that_is_missing_is_offered_and_saved_with_the_rule(page: Page) -> None:
    pairs = rule(["boiler: is off", "water: dry"], ["tools: torch"], [])
    shown = Sheet(post(page.client, "/rules/write", pairs).text)
    assert ("word value tools: torch", "") in shown.buttons
    assert post(page.client, "/rules/try", pairs).status_code == 422
    shown = Sheet(post(page.client, "/rules/write", [*shown.pairs, ("do", "word value tools: torch")]).text)
    assert shown.own("word-value") == "torch"
    assert not [what for what, _ in shown.buttons if what.startswith("word value ") and "torch" in what]
    before = read_folder(page.folder)
    saved = words(page.saved(shown.pairs))
    assert "rules/find/dark_flue.yaml" in saved
    assert "terms/house.yaml" in saved
    after = read_folder(page.folder)
    line = b"values: [key, hose, bucket"
    assert after["terms/house.yaml"] == before["terms/house.yaml"].replace(line, line + b", torch")
    assert load(page.folder).rules["dark_flue"].then == (("tools", "torch"),)
    assert "torch" in page.client.get("/rules/tools").text


def test_a_finding_that_is_missing_is_offered_and_what_is_written_is_what_a_person_writes(page: Page) -> None:
    pairs = rule(["soot: thick"], ["tools: key"], [])
    shown = Sheet(post(page.client, "/rules/write", pairs).text)
    assert ("word finding soot", "") in shown.buttons
    shown = Sheet(post(page.client, "/rules/write", [*shown.pairs, ("do", "word finding soot")]).text)
    assert (shown.own("word-name"), shown.own("word-file")) == ("soot", "terms/house.yaml")
    for name, value in SOOT[3:]:
        shown.fill(name, value)
    page.saved(shown.pairs)
    text = (page.folder / "terms" / "house.yaml").read_text(encoding="utf-8")
    finding = """\
  soot:
    kind: choice
    values: [none, a little, thick]
    ask: Is there soot around the flue?
    help: Black dust on the wall.
conclusions:
"""
    assert finding in text
    assert load(page.folder).terms["soot"].domain.values == ("none", "a little", "thick")


def test_what_is_wrong_with_a_new_word_stands_beside_it(page: Page) -> None:
    for more, expected in (
        ([("word", "value"), ("word-term", "tool"), ("word-value", "torch")], "did you mean 'tools'?"),
        ([*TORCH[:2], ("word-value", "")], "nothing; expected the new value of 'tools'"),
        ([*TORCH[:2], ("word-value", "hose")], "'hose' is a value of 'tools' already"),
        ([*TORCH[:2], ("word-value", "hose or key")], "cannot be a value"),
        ([("word", "value"), ("word-term", "danger"), ("word-value", "run")], "'danger' is a scale"),
        ([*SOOT[:5]], "no question yet"),
        ([*SOOT, ("word-name", "boiler")], "'boiler' is the name of a term already"),
        ([*SOOT, ("word-kind", "number")], "range"),
        ([*SOOT, ("word-answered", "much")], "'much' cannot be the answer in saved cases"),
        ([*SOOT, ("word-file", "../../etc")], "no topic"),
    ):
        pairs = rule(["boiler: is off"], ["tools: key"], more)
        shown = words(post(page.client, "/rules/look", pairs)).replace("&#39;", "'")
        assert expected in shown, more
        assert post(page.client, "/rules/try", pairs).status_code == 422


def test_a_step_of_a_scale_stands_where_it_is_said_to(page: Page) -> None:
    more = [
        ("word", "value"),
        ("word-term", "danger"),
        ("word-value", "ring a neighbour"),
        ("word-before", "a fitter comes"),
    ]
    page.saved(rule(["noise: knocks", "water: drips"], ["danger: ring a neighbour"], more))
    values = load(page.folder).terms["danger"].domain.values
    assert values == ("none", "ring a neighbour", "a fitter comes", "leave the house")


def test_a_question_for_an_alarm_is_a_screening_question_that_saved_cases_answer(page: Page) -> None:
    smoke = [("word", "finding"), ("word-name", "smoke"), ("word-file", "terms/house.yaml"), ("word-kind", "yes/no")]
    smoke += [("word-ask", "Do you see smoke?"), ("word-help", "Of any colour.")]
    pairs = rule(["smoke: yes"], ["danger: leave the house"], smoke)
    shown = words(page.tried(pairs))
    assert "Something is in the way" in shown
    assert "`screening: yes`" in shown
    asked: Pairs = [*pairs, ("word-screening", "yes")]
    assert "4 of 5 saved cases get other advice" in words(page.tried(asked))  # nobody asked those patients
    page.saved([*asked, ("word-answered", "no")])
    assert "smoke: no\n" in (page.folder / "cases" / "dripping.yaml").read_text(encoding="utf-8")
    book = load(page.folder)
    assert book.terms["smoke"].screening
    assert all(case.facts["smoke"] == "no" for case in book.cases.values())


def test_a_word_that_no_rule_uses_cannot_be_saved(page: Page) -> None:
    before = read_folder(page.folder)
    for more in (TORCH, SOOT):
        shown = words(page.tried(rule(["boiler: is off", "water: dry"], ["tools: key"], more)))
        assert "Something is in the way" in shown
        assert page.save().status_code == 409
    assert read_folder(page.folder) == before


def test_a_rule_and_its_words_are_saved_whole_or_not_at_all(page: Page) -> None:
    page.tried(rule(["boiler: is off", "water: dry"], ["tools: torch"], TORCH))
    edit(page.folder / "terms" / "house.yaml", "Touch them.", "Touch each of them.")
    before = read_folder(page.folder)
    assert page.save().status_code == 409
    assert read_folder(page.folder) == before
    (page.folder / "terms" / "house.yaml").chmod(0o444)
    page.saved(rule(["boiler: is off", "water: dry"], ["tools: torch"], TORCH))


def test_a_new_word_counts_as_the_rule_is_typed(page: Page) -> None:
    shown = words(post(page.client, "/rules/look", rule(["water: drips"], ["tools: torch"], TORCH)))
    assert "If water is drips, then tools is torch." in shown
    assert "new: torch" in shown
    shown = words(post(page.client, "/rules/look", rule(["soot: thick"], ["tools: key"], SOOT)))
    assert "holds in 0 of 5 saved cases, and waits for an answer in 5" in shown
    assert "{name: soot a little, given: {soot: a little}, rule: fails}" in shown
