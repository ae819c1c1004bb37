"""A rule left unfinished at the terminal is continued in the page, and one left in the page at the terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.interfaces.web.trials import Trials
from tests.authoring import CRANK, Page, words
from tests.sheets import Sheet, post, typed
from tests.test_new import CLICK, SAYS, WRITTEN, piped, run


@pytest.fixture
def page(shed: Path) -> Iterator[Page]:
    """The page of bicycles, from which rules can be saved."""
    made = Page(shed, Trials(shed))
    yield made
    made.trials.close()


def test_what_was_typed_at_the_terminal_is_continued_in_the_page(page: Page) -> None:
    answers = ("crank clicks", CLICK[1], "noise while: pedalling", "yes", "", "ride: gently", "", "later")
    assert run(page.folder, "new", stdin=piped(*answers))[0] == 1
    shown = page.client.get("/rules/drafts")
    assert f"crank clicks: {CLICK[1]}" in words(shown)
    sheet = Sheet(page.client.get("/rules/drafts/card_1").text)
    assert (sheet.own(".name"), sheet.own("says")) == ("crank_clicks", CLICK[1])
    assert [one for one in sheet.all("term") if one] == ["noise", "noise while", "ride"]
    sheet.fill("because", "The bolt works loose under load.")
    sheet.fill("key", "SHED", "source")
    sheet.fill("place", "twice this year", "source")
    page.saved(sheet.pairs)
    assert "noise: squeal or click" in (page.folder / "rules" / "crank_clicks.yaml").read_text(encoding="utf-8")
    assert "No rule is kept unfinished" in words(page.client.post("/rules/drafts/card_1"))
    assert not [*(page.folder / ".unfinished").iterdir()]


def test_a_patient_of_the_terminal_who_is_a_saved_case_comes_along(page: Page) -> None:
    answers = ("chain length: 121 or more", "later")
    code, _ = run(page.folder, "new", "--from", "old_chain", "fault: loose crank", stdin=piped(*answers))
    assert code == 1
    assert "fault: loose crank (old_chain)" in words(page.client.get("/rules/drafts"))
    shown = page.client.get("/rules/drafts/card_1")
    assert "old_chain gets fault: worn chain." in words(shown)
    assert ("term", "chain length") in Sheet(shown.text).pairs


def test_a_patient_of_a_file_stays_at_the_terminal(page: Page, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("chain length: 125\nnew chain length: 120\n", encoding="utf-8")
    given = ("new", "--from", str(tmp_path / "mine.yaml"), "fault: loose crank")
    run(page.folder, *given, stdin=piped("chain length: 121 or more", "later"))
    shown = page.client.get("/rules/drafts/card_1")
    assert shown.status_code == 422
    assert "can be continued at the terminal alone" in words(shown)


def test_a_draft_of_the_page_is_continued_at_the_terminal(page: Page) -> None:
    whole = [pair for pair in CRANK if pair[0] not in ("because",)]
    post(page.client, "/rules/draft", whole)
    file = str(page.folder / ".unfinished" / "form_1.json")
    code, output = run(
        page.folder, "new", "--resume", file, stdin=piped("The bolt works loose under load.", "", "", "yes")
    )
    assert "Says: A click on pedalling comes from the crank." in output
    assert code == 0, output
    assert (page.folder / "rules" / "crank_clicks.yaml").read_text(encoding="utf-8") == WRITTEN


def test_what_cannot_be_used_at_the_terminal_is_left_out_and_named(page: Page) -> None:
    pairs = typed("x", SAYS, ["noise: clikc", "noise: squeal"], ["ride: gently"], "It may.", ["SHED: often"])
    post(page.client, "/rules/draft", [*pairs, ("word", "value"), ("word-term", "parts"), ("word-value", "grease")])
    file = str(page.folder / ".unfinished" / "form_1.json")
    code, output = run(page.folder, "new", "--resume", file, stdin=piped("later"))
    assert "Left out, because it cannot be used: noise: clikc" in output
    assert "new words are made in the page: parts" in output
    assert "If: noise: squeal" in output
    assert code == 1


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ([*CRANK, (".wanted", "ride: gently")], "begins with a patient"),
        ([*CRANK, (".changed", "no_brakes")], "changes"),
    ],
)
def test_what_only_the_page_can_continue_is_said(page: Page, pairs: list[tuple[str, str]], says: str) -> None:
    post(page.client, "/rules/draft", pairs)
    file = str(page.folder / ".unfinished" / "form_1.json")
    code, output = run(page.folder, "new", "--resume", file)
    assert code == 2
    assert says in output
    assert "lumbar serve --author" in output


def test_a_file_that_is_no_draft_is_refused(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "draft.json"
    file.write_text("{}x", encoding="utf-8")
    code, output = run(page.folder, "new", "--resume", str(file))
    assert code == 1
    assert "no draft of the page" in output
