"""A patient at the edge of a rule that is not right leads to the line to change, and the change is one press."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from engine.author.card_form import Typed, read_form
from engine.author.edge_lines import deciding
from engine.interfaces.web.trials import Trials
from engine.loader import load
from engine.rulebook import Example
from tests.authoring import Page, words
from tests.conftest import BICYCLE
from tests.sheets import Pairs, Sheet, post, typed
from tests.test_new import SAYS


@pytest.fixture
def page(shed: Path) -> Iterator[Page]:
    """The page of bicycles, from which rules can be saved."""
    made = Page(shed, Trials(shed))
    yield made
    made.trials.close()


LONG = ["chain length: 121 or more", "noise: squeal or click"]


def read(lines: list[str], unless: tuple[str, ...] = ()) -> tuple[dict[str, Example], list[str]]:
    """The examples of some lines by their name, and what each would have changed where it is not right."""
    book = load(BICYCLE)
    entries = {"rule": ("x",), "if": tuple(lines), "unless": unless, "then": ("ride: gently",)}
    draft = read_form(book, Typed(entries)).draft
    told = [
        f"{one.name}: {found.kind} {found.number} {found.instead}".rstrip()
        for one in draft.examples
        for found in deciding(book, draft.condition, one)
    ]
    return {one.name: one for one in draft.examples}, told


def test_the_line_that_a_near_miss_fails_is_named_with_one_that_it_meets() -> None:
    _, told = read(LONG)
    assert "chain length 120: if 0 chain length: 120 or more" in told
    assert "noise none: if 1 noise: none or squeal or click" not in told  # it would be true of everybody
    assert "noise none: if 1" in told


def test_of_a_patient_for_whom_it_holds_the_lines_that_can_be_narrower_are_named() -> None:
    _, told = read(LONG)
    assert "all lines met: if 0 chain length: 122 or more" in told
    assert "all lines met: if 1 noise: click" in told


def test_of_a_missing_answer_the_line_that_waits_is_named() -> None:
    examples, told = read(LONG)
    (waits,) = [name for name, one in examples.items() if one.mark == "waits"]
    assert [line for line in told if line.startswith(waits)] == [f"{waits}: if 1"]


def test_a_line_under_unless_is_named_where_it_keeps_a_patient_out() -> None:
    _, told = read(["chain length: 121 or more"], ("noise: squeal or click",))
    assert "noise squeal: unless 0 noise: click" in told


def not_right(page: Page, pairs: Pairs, name: str) -> Sheet:
    """The form with an example of that name said to be wrong."""
    shown = post(page.client, "/rules/write", pairs).text
    rows = re.findall(r"<li>(.*?)</li>", shown, re.DOTALL)
    (row,) = [row for row in rows if f" {name}<" in row]
    key = unescape(re.search(r'name="wrong" value="([^"]*)"', row)[1])  # type: ignore[index]
    return Sheet(post(page.client, "/rules/write", [*pairs, ("wrong", key)]).text)


def test_the_page_offers_the_line_and_one_press_changes_it(page: Page) -> None:
    pairs = typed("long", SAYS, LONG, ["ride: gently"], "It may.", ["SHED: often"])
    sheet = not_right(page, pairs, "chain length 120")
    assert ("swap if 0 chain length: 120 or more", "") in sheet.buttons
    sheet = Sheet(post(page.client, "/rules/write", [*sheet.pairs, ("do", "swap if 0 chain length: 120 or more")]).text)
    assert "  - chain length: 120 or more\n" in sheet.own(".card")
    assert sheet.all("wrong") == []
    assert "chain length: 120" in sheet.own(".card").partition("rule: holds")[0]


def test_the_link_leads_to_the_field_of_the_line(page: Page) -> None:
    pairs = typed("long", SAYS, ["brakes hold: yes", *LONG], ["ride: gently"], "It may.", ["SHED: often"])
    shown = post(page.client, "/rules/write", pairs).text
    key = unescape(re.search(r'chain length 120</div>.*?name="wrong" value="([^"]*)"', shown, re.DOTALL)[1])  # type: ignore[index]
    shown = post(page.client, "/rules/write", [*pairs, ("wrong", key)]).text
    assert 'href="#i-if-1"' in shown
    assert shown.count('id="i-if-1"') == 1


def test_an_example_of_a_changed_rule_that_is_not_right_becomes_what_the_new_line_makes_it(page: Page) -> None:
    sheet = Sheet(page.client.get("/rules/edit/squeal_on_braking").text)
    sheet = not_right(page, sheet.pairs, "uphill")
    what = "swap if 1 noise while: braking or pedalling"
    assert (what, "") not in sheet.buttons  # it would be true of everybody
    assert ("drop if 1", "") in sheet.buttons
    sheet = Sheet(post(page.client, "/rules/write", [*sheet.pairs, ("do", "drop if 1")]).text)
    assert "{name: uphill, given: {noise: squeal, noise while: pedalling}, rule: holds}" in sheet.own(".card")


def test_where_no_line_can_be_narrower_one_is_missing(page: Page) -> None:
    pairs = typed("soft", SAYS, ["noise: click"], ["ride: gently"], "It may.", ["SHED: often"])
    shown = post(page.client, "/rules/write", pairs).text
    key = unescape(re.findall(r'name="wrong" value="([^"]*)"', shown)[0])
    assert "Then a line is missing" in words(post(page.client, "/rules/look", [*pairs, ("wrong", key)]))


def test_a_moved_number_gets_an_example_on_its_other_side(page: Page) -> None:
    pairs = typed("long", SAYS, LONG, ["ride: gently"], "It may.", ["SHED: often"])
    page.saved(pairs)
    sheet = not_right(page, Sheet(page.client.get("/rules/edit/long").text).pairs, "chain length 120")
    sheet = Sheet(post(page.client, "/rules/write", [*sheet.pairs, ("do", "swap if 0 chain length: 120 or more")]).text)
    assert "{name: chain length 120, given: {chain length: 120, noise: squeal}, rule: holds}" in sheet.own(".card")
    assert "{name: chain length 119, given: {chain length: 119, noise: squeal}, rule: fails}" in sheet.own(".card")
    page.saved(sheet.pairs)
