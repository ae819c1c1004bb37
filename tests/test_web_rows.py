"""Rows of tables changed in the page: cell by cell, with their examples, and every other row stays as it is written."""

import shutil
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine.author.table_rows import with_rows
from engine.interfaces.web.trials import Trials
from engine.loader import load
from engine.loader.files import read_folder
from tests.authoring import Page, words
from tests.conftest import ROOT, edit
from tests.sheets import Pairs, post

HEATING = ROOT / "tests" / "heating"
EXAMPLES = """\
example,fault,danger,=>,step,holds,waits
a stuck valve,valve,none,=>,free the valve,valve,-
"stuck, and not asked about gas",valve,-,=>,-,-,valve
"""


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """The page of a heating whose table has examples."""
    folder = Path(shutil.copytree(HEATING, tmp_path / "heating"))
    (folder / "tables" / "valves.examples.csv").write_text(EXAMPLES, encoding="utf-8")
    made = Page(folder, Trials(folder))
    yield made
    made.trials.close()


class Cells(HTMLParser):
    """The fields of the form of a row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pairs: Pairs = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A field."""
        had = {key: value or "" for key, value in attrs}
        if tag == "input":
            self.pairs.append((had["name"], unescape(had["value"])))

    def with_cell(self, old: str, new: str) -> Pairs:
        """The fields with the first cell that says this saying something else."""
        place = next(place for place, (_, value) in enumerate(self.pairs) if value == old)
        self.pairs[place] = (self.pairs[place][0], new)
        return self.pairs


def tried(page: Page, pairs: Pairs, name: str = "valves.valve") -> str:
    """The words of the trial of a row."""
    begun = post(page.client, f"/rules/row/{name}", pairs, follow=False)
    assert begun.status_code == 303, words(begun)
    return words(page.ended(begun.headers["location"]))


def test_a_row_is_changed_with_its_examples_and_nothing_else(page: Page) -> None:
    assert 'href="/rules/row/valves.valve"' in page.client.get("/rules/valves.valve").text
    before = read_folder(page.folder)
    form = Cells(page.client.get("/rules/row/valves.valve").text)
    assert "Nothing is in the way" in tried(
        page, form.with_cell("It is in the manual.", "The manual, and a dentist, say so.")
    )
    assert "tables/valves.csv" in words(page.save())
    after = read_folder(page.folder)
    assert {name for name in after if after[name] != before.get(name)} == {"tables/valves.csv"}
    assert b'free the valve,"The manual, and a dentist, say so.",BOOK: page 21\n' in after["tables/valves.csv"]
    assert load(page.folder).rules["valves.valve"].because == "The manual, and a dentist, say so."


def test_a_row_whose_examples_say_otherwise_cannot_be_saved(page: Page) -> None:
    form = Cells(page.client.get("/rules/row/valves.valve").text)
    shown = tried(page, form.with_cell("free the valve", "fill it up"))
    assert "Something is in the way" in shown
    assert page.save().status_code == 409
    both = [(name, "fill it up" if value == "free the valve" else value) for name, value in form.pairs]
    assert "saved case" in tried(page, both)


def test_what_a_cell_cannot_say_is_shown_at_its_line(page: Page) -> None:
    form = Cells(page.client.get("/rules/row/valves.valve").text)
    shown = tried(page, form.with_cell("free the valve", "free the vlave"))
    assert "tables/valves.csv:2" in shown
    assert "did you mean 'free the valve'?" in shown
    assert "Back to the rule" in shown


def test_a_row_like_another_is_added_with_an_example(page: Page) -> None:
    pairs = Cells(page.client.get("/rules/row/valves.valve?new=yes").text).pairs
    assert dict(pairs)["0-1-0"] == ""
    said = {"0-1-0": "pump", "0-1-1": "pump", "1-1-0": "a stuck pump", "1-1-1": "pump", "1-1-5": "pump", "1-1-6": "-"}
    shown = tried(page, [(name, said.get(name, value)) for name, value in pairs])
    assert "Nothing is in the way" in shown, shown
    page.save()
    rule = load(page.folder).rules["valves.pump"]
    assert rule.then == (("step", "free the valve"),)
    text = (page.folder / "tables" / "valves.examples.csv").read_text(encoding="utf-8")
    assert text == EXAMPLES + "a stuck pump,pump,none,=>,free the valve,pump,-\n"


def test_what_another_changed_meanwhile_is_not_overwritten(page: Page) -> None:
    form = Cells(page.client.get("/rules/row/valves.valve").text)
    edit(page.folder / "tables" / "valves.csv", "It is in the manual.", "It says so.")
    shown = post(page.client, "/rules/row/valves.valve", form.with_cell("It is in the manual.", "Mine."), follow=False)
    assert shown.status_code == 409
    assert "Somebody else changed this table" in words(shown)
    assert "It says so." in shown.text


def test_the_page_of_a_row_has_a_label_for_each_cell_and_is_there_for_rows_only(page: Page) -> None:
    shown = page.client.get("/rules/row/valves.valve").text
    assert shown.count("<label") == len([one for one in Cells(shown).pairs if one[0][0].isdigit()])
    for name in ("gurgling", "nothing", "valves.nothing", "../../etc"):
        assert page.client.get(f"/rules/row/{name}").status_code == 404, name
    refused = page.client.get("/rules/edit/valves.valve")
    assert refused.status_code == 422
    assert "/rules/row/valves.valve" in words(refused)


def test_rows_that_do_not_change_stay_byte_for_byte() -> None:
    text = 'row,a,=>,b,because,source\r\none,"x, y",=>,z,"it\nis",S: 1\r\n\ntwo,  x ,=>,z,it,S: 1'
    assert with_rows(text, {1: ("one", "x, y", "=>", "z", "it\nis", "S: 1")}) == f"{text}\n"
    changed = with_rows(text, {1: ("one", "q", "=>", "z", "it", "S: 1")})
    assert changed == "row,a,=>,b,because,source\r\none,q,=>,z,it,S: 1\n\ntwo,  x ,=>,z,it,S: 1\n"
