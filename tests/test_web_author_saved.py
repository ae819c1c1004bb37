"""Rules written in the page, without a browser: what is saved, what is refused, and what is kept unfinished."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.interfaces.web.app import make_app
from engine.interfaces.web.served import Served
from engine.interfaces.web.trials import Trials
from engine.loader.files import read_folder
from tests.authoring import CRANK, Page, words
from tests.conftest import ROOT, edit, every
from tests.sheets import Sheet, post, typed
from tests.test_mistakes_of_an_author import make, mistakes, wanted
from tests.test_new import CLICK, SAYS, WRITTEN
from tests.test_new_from_a_patient import SECOND

HEATING = ROOT / "tests" / "heating"


@pytest.fixture
def page(shed: Path) -> Iterator[Page]:
    """The page of bicycles, from which rules can be saved."""
    (shed / "cases" / "squealing.yaml").write_text(SECOND, encoding="utf-8")
    made = Page(shed, Trials(shed))
    yield made
    made.trials.close()


# --- what is never saved ---------------------------------------------------------------------------------------------


def test_what_breaks_a_law_cannot_be_saved_and_shows_a_patient_who_opens(tmp_path: Path) -> None:
    page = Page(Path(shutil.copytree(HEATING, tmp_path / "heating")), Trials(tmp_path / "heating"))
    before = read_folder(page.folder)
    sheet = Sheet(page.client.get("/rules/edit/smell_of_gas").text)
    text = sheet.own(".card").replace("  - smell of gas: yes\n", "  - smell of gas: yes\n  - gas alarm: yes\n")
    sheet.fill(".card", text.replace("smell of gas: yes}", "smell of gas: yes, gas alarm: yes}"))
    sheet.fill(".by", "text")
    try:
        shown = page.tried(sheet.pairs)
        assert "Whoever smells gas is sent out" in words(shown)
        assert page.save().status_code == 409
    finally:
        page.trials.close()
    assert read_folder(page.folder) == before
    opened = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', shown.text))
    assert opened["smell of gas"] == "yes"
    assert page.client.post("/decide", data=opened).status_code == 200


def test_a_rule_that_quarrels_can_go_first_where_that_is_said(page: Page) -> None:
    pairs = typed("soft", SAYS, ["noise: squeal"], ["fault: worn chain"], "It may.", ["SHED: often"])
    shown = page.tried(pairs)
    assert "squeal_on_braking can hold too, and gives fault: glazed pads" in words(shown)
    assert page.save().status_code == 409
    way = unescape(re.search(r'href="(form\?below=[^"]*squeal_on_braking[^"]*)"', shown.text)[1])  # type: ignore[index]
    sheet = Sheet(page.client.get(f"{page.address}/{way}").text)
    assert "squeal_on_braking" in sheet.all("outranks")
    assert "outranks: [" in sheet.own(".card")


def test_where_nothing_may_be_saved_the_card_is_downloaded(shed: Path) -> None:
    page = Page(shed, Trials(shed), may_save=False)
    before = read_folder(shed)
    try:
        shown = page.tried(CRANK)
        assert "the card can be downloaded" in words(shown)
        assert page.save().status_code == 403
        assert page.client.get(f"{page.address}/card").text == WRITTEN
        assert post(page.client, "/rules/card", CRANK).text == WRITTEN
        assert read_folder(shed) == before
    finally:
        page.trials.close()


# --- changing what is there ------------------------------------------------------------------------------------------


def test_a_changed_rule_keeps_what_did_not_change_as_it_was_laid_out(page: Page) -> None:
    file = page.folder / "rules" / "no_brakes.yaml"
    edit(file, "because: It is a hill.", "# steep, as anybody knows\nbecause: >-\n  It is a hill.")
    before = file.read_text(encoding="utf-8")
    sheet = Sheet(page.client.get("/rules/edit/no_brakes").text)
    assert sheet.own(".card") == before
    sheet.fill("says", "Without brakes it stays where it is.")
    page.saved(sheet.pairs)
    assert file.read_text(encoding="utf-8") == before.replace("it stays at home", "it stays where it is")


def test_examples_that_the_lines_turn_are_named(page: Page) -> None:
    sheet = Sheet(page.client.get("/rules/edit/no_brakes").text)
    sheet.pairs = [(key, "yes" if (key, value) == ("phrase", "no") else value) for key, value in sheet.pairs]
    refused = post(page.client, "/rules/try", sheet.pairs)
    assert refused.status_code == 422
    assert "By the lines it is now: fails." in words(refused)


def test_the_second_of_two_authors_sees_both_versions(page: Page) -> None:
    file = page.folder / "rules" / "no_brakes.yaml"
    first, second = (Sheet(page.client.get("/rules/edit/no_brakes").text) for _ in range(2))
    first.fill("says", "The first says this.")
    page.saved(first.pairs)
    second.fill("says", "The second says that.")
    shown = post(page.client, "/rules/try", second.pairs)
    assert shown.status_code == 409
    assert "The first says this." in words(shown)
    assert "The second says that." in words(shown)
    assert "The first says this." in file.read_text(encoding="utf-8")


def test_what_was_tried_before_another_saved_is_tried_again(page: Page) -> None:
    page.tried(CRANK)
    edit(page.folder / "rules" / "no_brakes.yaml", "It is a hill.", "It is a steep hill.")
    shown = page.save()
    assert shown.status_code == 409
    assert "Go back to your rule and try it again" in words(shown)
    assert not (page.folder / "rules" / "crank_clicks.yaml").exists()


def test_a_rule_is_renamed_and_retired_as_by_the_commands(page: Page) -> None:
    shown = page.client.post("/rules/rename/squeal_on_braking", data={"new": "pads squeal"})
    assert "'squeal_on_braking' becomes 'pads_squeal'" in words(shown)
    assert (page.folder / "rules" / "squeal_on_braking.yaml").exists()
    page.client.post("/rules/rename/squeal_on_braking", data={"new": "pads squeal", "sure": "yes"})
    assert "formerly: [squeal_on_braking]" in (page.folder / "rules" / "pads_squeal.yaml").read_text(encoding="utf-8")

    assert page.client.post("/rules/retire/long_chain", data={"because": " "}).status_code == 422
    begun = page.client.post("/rules/retire/long_chain", data={"because": "Nobody rides it."}, follow_redirects=False)
    shown = page.ended(begun.headers["location"])
    assert "old_chain" in words(shown)


# --- a trial ---------------------------------------------------------------------------------------------------------


def test_a_trial_tells_each_step_as_an_event(page: Page) -> None:
    page.tried(CRANK)
    events = page.client.get(f"{page.address}/events").text
    assert events.count("event: step") == 6
    assert events.count("event: done") == 1
    assert "id: 3\nevent: step" in events
    later = page.client.get(f"{page.address}/events", headers={"last-event-id": "5"}).text
    assert later.count("event: step") == 1


def test_a_trial_whose_process_ended_says_so_and_the_next_one_begins_another(page: Page) -> None:
    name = page.trials.start({"kind": "card", "name": "x", "text": "", "changed": "", "patient": None}, CRANK)
    process = page.trials._process
    assert process is not None
    process.kill()
    process.wait()
    shown = page.client.get(f"/trials/{name}")
    assert "ended without an answer" in words(shown) or "in the way" in words(shown)
    page.saved(CRANK)


def test_bicycles_are_written_about_in_no_words_of_another_field(page: Page) -> None:
    assert not re.findall(r"\b(pain|urgency|exercise|leg)\b", words(page.client.get("/rules/new")))


# --- drafts, the rulebook, and all of its mistakes -------------------------------------------------------------------


def test_an_unfinished_rule_is_kept_beside_the_rules_and_continued(page: Page) -> None:
    before = read_folder(page.folder)
    shown = post(page.client, "/rules/draft", [*CRANK[:3], (".patient", '{"noise": "click"}')])
    assert "crank_clicks: A click on pedalling comes from the crank." in words(shown)
    assert Sheet(page.client.get("/rules/drafts/form_1").text).own("says") == CLICK[1]
    assert read_folder(page.folder) == before
    assert page.client.get("/rules/drafts/..%2fform_1").status_code == 404
    assert "No rule is kept unfinished" in words(page.client.post("/rules/drafts/form_1"))
    page.may_save = False
    closed = TestClient(make_app(Served(page.folder), page.trials))
    assert post(closed, "/rules/draft", CRANK).status_code == 403
    assert not [*(page.folder / ".unfinished").iterdir()]
    for name, held in {"form_1": "[" * 100_000, "form_2": "[]"}.items():
        (page.folder / ".unfinished" / f"{name}.json").write_text(held)
    assert closed.get("/rules/drafts").status_code == 200
    assert closed.post("/rules/drafts/form_2").status_code == 403


def test_a_draft_that_cannot_be_written_says_why(page: Page) -> None:
    (page.folder / ".unfinished").write_text("a file where the folder should be")
    assert "File exists" in words(post(page.client, "/rules/draft", CRANK))


def released(folder: Path) -> None:
    """Keep a folder in git, as its first release."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    for line in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "first"), ("tag", "v1")):
        subprocess.run(["git", *line], cwd=folder, check=True)


def test_the_rulebook_is_looked_through_by_stage_conclusion_source_and_change(page: Page) -> None:
    shown = words(page.client.get("/rules/all"))
    assert "git has no release" in shown
    released(page.folder)
    edit(page.folder / "rules" / "no_brakes.yaml", "Without brakes it stays", "Without any brakes it stays")
    some = words(page.client.get("/rules/all", params={"conclusion": "fault"}))
    assert "long_chain" in some
    assert "no_brakes" not in some
    assert "decides in 1 of 2 saved cases" in some
    page.client = TestClient(make_app(Served(page.folder), page.trials, may_save=True))
    changed = words(page.client.get("/rules/all", params={"changed": "yes"}))
    assert "no_brakes changed" in changed
    assert "long_chain" not in changed


@pytest.mark.parametrize("name", every(20, mistakes()))
def test_a_mistake_of_an_author_is_shown_in_the_page_with_its_cause_first(name: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(HEATING, tmp_path / "heating"))
    released(folder)
    page = Page(folder, Trials(folder))
    lines = mistakes()[name]
    make(lines, folder)
    try:
        begun = page.client.post("/rules/check", follow_redirects=False)
        page.ended(begun.headers["location"])
        trial = page.trials.found(page.address.rpartition("/")[2])
        assert trial is not None
        *_, step, _ = trial.steps()
        (first,) = wanted(lines)
        assert step["lines"][0][0].startswith(first)
        assert " ".join(first.split()) in words(page.client.get(page.address))
    finally:
        page.trials.close()
