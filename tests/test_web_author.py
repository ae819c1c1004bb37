"""Rules written in the page, without a browser: the form, what stands beside it, and what it is answered with."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from engine.interfaces.web.app import make_app
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.served import Served
from engine.interfaces.web.trials import Trials
from engine.loader.files import read_folder
from tests.authoring import CRANK, Idle, Page, words
from tests.conftest import BICYCLE, tries
from tests.sheets import Pairs, Sheet, post, typed
from tests.test_new import NAME, SAYS, WRITTEN, checks, piped, run
from tests.test_new_from_a_patient import SECOND

MINE = {
    "noise": "squeal",
    "noise while": "braking",
    "brakes hold": "yes",
    "chain length": "121",
    "new chain length": "121",
}


IDLE = Idle(BICYCLE)


@pytest.fixture
def page(shed: Path) -> Iterator[Page]:
    """The page of bicycles, from which rules can be saved."""
    (shed / "cases" / "squealing.yaml").write_text(SECOND, encoding="utf-8")
    made = Page(shed, Trials(shed))
    yield made
    made.trials.close()


# --- the same as by the command --------------------------------------------------------------------------------------


def test_a_rule_from_nothing_has_the_bytes_that_new_writes(page: Page) -> None:
    shown = page.saved(CRANK)
    assert "rules/crank_clicks.yaml" in words(shown)
    assert (page.folder / "rules" / "crank_clicks.yaml").read_text(encoding="utf-8") == WRITTEN
    assert checks(page.folder)
    assert "ride: gently" in page.client.get("/rules/crank_clicks").text


def test_a_rule_from_a_patient_has_the_bytes_that_new_writes(page: Page, tmp_path: Path) -> None:
    other = Path(shutil.copytree(page.folder, tmp_path / "other"))
    file = tmp_path / "mine.yaml"
    file.write_text("".join(f"{name}: {value}\n" for name, value in MINE.items()), encoding="utf-8")
    answers = piped("1", "", NAME, SAYS, "It may.", "SHED: often", "", "yes")
    assert run(other, "new", "--from", str(file), "fault: worn chain", stdin=answers)[0] == 0

    shown = page.client.post("/rules/new", data={**MINE, ".case": "mine", ".wanted": "fault: worn chain"})
    assert "mine gets fault: glazed pads." in words(shown)
    assert "squeal_on_braking gives another value, and will give way." in words(shown)
    sheet = Sheet(shown.text)
    assert sheet.all("outranks") == ["squeal_on_braking"]
    assert ("line if chain length: 121 or more", "") in sheet.buttons
    sheet = Sheet(post(page.client, "/rules/write", [*sheet.pairs, ("do", "line if chain length: 121 or more")]).text)
    sheet.fill(".name", NAME.removeprefix("/"))
    sheet.fill("says", SAYS)
    sheet.fill("because", "It may.")
    sheet.fill("key", "SHED", "source")
    sheet.fill("place", "often", "source")
    page.saved(sheet.pairs)
    assert read_folder(page.folder) == read_folder(other)


def test_what_a_button_of_the_decide_page_asks_for_begins_a_rule(page: Page) -> None:
    shown = page.client.post("/decide", data={**MINE, ".panel": "different:fault"})
    assert "What should fault be?" in words(shown)
    assert 'value="fault: worn chain"' in shown.text
    refused = page.client.post("/rules/new", data={**MINE, ".wanted": "fault: glazed pads"})
    assert refused.status_code == 422
    assert "gets fault: glazed pads already" in words(refused)


# --- the form --------------------------------------------------------------------------------------------------------


def test_a_form_without_script_says_the_same_each_time_it_is_sent(page: Page) -> None:
    shown = Sheet(post(page.client, "/rules/write", CRANK).text)
    again = Sheet(post(page.client, "/rules/write", shown.pairs).text)
    assert again.pairs == shown.pairs
    assert shown.own(".card") == WRITTEN


def test_what_is_wrong_stands_beside_its_field_and_nothing_can_be_tried(page: Page) -> None:
    wrong = [(key, "clikc" if value == "click" else value) for key, value in CRANK]
    shown = post(page.client, "/rules/try", wrong)
    assert shown.status_code == 422
    assert "did you mean 'click'?" in re.search(r'id="e-if-0"[^>]*>([^<]*)', shown.text)[1].replace("&#39;", "'")  # type: ignore[index]
    assert 'aria-invalid="true"' in shown.text


def test_a_group_is_a_part_of_the_form(page: Page) -> None:
    pairs = typed("both", SAYS, ["brakes hold: yes"], ["ride: gently"], "It may.", ["SHED: often"])
    place = pairs.index(("in", "then"))
    group = [("group", "1"), ("term", "noise"), ("phrase", "click"), ("term", "noise while"), ("phrase", "pedalling")]
    pairs[place:place] = [*group, ("end", "group")]
    shown = Sheet(post(page.client, "/rules/write", pairs).text)
    assert "  - any of:\n      - noise: click\n      - noise while: pedalling\n" in shown.own(".card")
    assert Sheet(post(page.client, "/rules/write", shown.pairs).text).own(".card") == shown.own(".card")


def test_the_text_of_a_card_can_be_written_instead_and_fills_the_form(page: Page) -> None:
    shown = Sheet(post(page.client, "/rules/write", [(".by", "text"), (".card", WRITTEN), ("do", "text")]).text)
    assert shown.all("term")[:2] == ["noise", "noise while"]
    assert shown.own(".name") == "crank_clicks"
    assert shown.own(".card") == WRITTEN


def test_a_mistake_in_the_text_is_shown_at_its_line(page: Page) -> None:
    text = WRITTEN.replace("noise: click\n", "noise: clikc\n")
    shown = post(page.client, "/rules/look", [(".by", "text"), (".card", text)])
    assert "rules/crank_clicks.yaml:4" in words(shown)
    assert "did you mean 'click'?" in words(shown)


def test_an_example_that_is_not_right_keeps_the_rule_from_being_tried(page: Page) -> None:
    shown = post(page.client, "/rules/write", CRANK)
    key = unescape(re.findall(r'name="wrong" value="([^"]*)"', shown.text)[1])
    refused = post(page.client, "/rules/try", [*CRANK, ("wrong", key)])
    assert refused.status_code == 422
    assert "Then a line says something else than you mean" in words(refused)


def test_as_it_is_typed_the_saved_cases_that_would_change_are_named(page: Page) -> None:
    pairs = typed("x", SAYS, ["noise: squeal"], ["ride: gently"], "It may.", ["SHED: often"])
    shown = words(post(page.client, "/rules/look", pairs))
    assert "If noise is squeal, then ride is gently." in shown
    assert "It holds in 2 of 2 saved cases" in shown
    assert "would change:" in shown
    assert "squealing" in shown


def test_nothing_that_a_client_sends_becomes_a_path(page: Page) -> None:
    for name in ("../../evil", "a/../../evil", "/etc/evil", "..", "x\x00y"):
        shown = post(page.client, "/rules/try", [(key, name if key == ".name" else value) for key, value in CRANK])
        assert shown.status_code == 422, name
    for address in (f"/trials/{'a' * 22}", "/trials/..%2f..%2fetc", "/rules/edit/..%2f..%2fetc%2fpasswd"):
        assert page.client.get(address).status_code == 404


NUMBERS = ("²", "9" * 5000, "drop if ²", "gate if ²", "1" * 30)
ODD = ("", "noise", "any of:", "at least 99 of: a; b", "a: b", "\x00", "[[", "é" * 300, "always", "../x", *NUMBERS)
OWN = (".stage", ".name", ".by", ".card", ".base", ".examples", ".patient", ".wanted", ".changed", ".opened")
KEYS = ("says", "because", "in", "term", "phrase", "group", "end", "key", "place", "label", "outranks", "wrong", "do")
WORD = ("word", "word-term", "word-value", "word-before", "word-name", "word-kind", "word-range", "word-values")
JSON = ("[1]", '[{"name": 1}]', '[{"name": "a", "given": {"x": 1}, "rule": "holds"}]', '{"noise": [1]}', "[" * 9000)
WISE = (
    "if",
    "then",
    "source",
    "noise",
    "click",
    "ride",
    "gently",
    "text",
    "no_brakes",
    "ride: gently",
    WRITTEN,
    "value",
    "finding",
)


@tries(60)
@given(
    st.lists(
        st.tuples(st.sampled_from((*OWN, *KEYS, *WORD, "always")), st.sampled_from((*ODD, *JSON, *WISE))), max_size=14
    )
)
def test_whatever_is_sent_is_answered(pairs: Pairs) -> None:
    client = TestClient(make_app(Served(BICYCLE), IDLE))
    for address in ("/rules/look", "/rules/write", "/rules/try", "/rules/card", "/rules/new"):
        assert post(client, address, pairs, follow=False).status_code in (200, 303, 422), address


def test_a_form_of_too_many_fields_is_refused(page: Page) -> None:
    assert post(page.client, "/rules/look", [("term", "noise")] * 700).status_code in (400, 413)


def test_a_form_from_another_page_is_refused(page: Page) -> None:
    guarded = TestClient(Guard(page.client.app), base_url="http://127.0.0.1")
    for address in ("/rules/try", "/rules/look", "/rules/write", "/trials/x/save"):
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "null"}, {"origin": "http://["}):
            assert guarded.post(address, headers=headers).status_code == 403
    assert guarded.post("/rules/look", headers={"content-length": "9" * 5000}).status_code == 413
