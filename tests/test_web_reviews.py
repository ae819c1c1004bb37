"""The page of those who review: what waits, one thing whole, and signing it; without any script."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.checks.sample import SAMPLE
from engine.interfaces.web.app import make_app
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.served import Served
from engine.loader import load
from engine.reviewed import reviewed
from tests.conftest import edit

SIGNED = {"verdict": "approved", "who": "Ann Example", "role": "physiotherapist"}


@pytest.fixture
def lamps(tmp_path: Path) -> Path:
    """A copy of the sample of the checks."""
    for name, text in SAMPLE.items():
        (tmp_path / "lamps" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lamps" / name).write_text(text, encoding="utf-8")
    return tmp_path / "lamps"


@pytest.fixture
def page(lamps: Path) -> TestClient:
    """The page of the sample, where reviews may be recorded."""
    return TestClient(make_app(Served(lamps), may_save=True))


def digest_on(page: TestClient, what: str) -> str:
    [found] = re.findall(r'name="digest" value="(\w+)"', page.get(f"/reviews/{what}").text)
    return str(found)


def state(lamps: Path, rule: str) -> str:
    rulebook = load(lamps)
    return reviewed(rulebook, rulebook.rules[rule]).state


def test_the_list_leads_to_each_thing_that_waits_alarms_first(page: TestClient) -> None:
    text = page.get("/reviews").text
    links = re.findall(r'href="/reviews/([^"?]+)"', text)
    assert links == ["rules/smoke", "laws/no_smoke", "rules/new_bulb", "rules/old_bulb"]
    assert "Approved: 0 of 3 rules, 0 of 1 law." in text
    assert all(page.get(f"/reviews/{link}").status_code == 200 for link in links)


def test_what_is_signed_is_recorded_and_shown(page: TestClient, lamps: Path) -> None:
    answer = page.post("/reviews/rules/smoke", data={**SIGNED, "digest": digest_on(page, "rules/smoke")})
    assert answer.status_code == 200  # the page that it leads to
    assert "Recorded." in answer.text
    assert "Ann Example (physiotherapist): approved" in answer.text
    assert state(lamps, "smoke") == "approved"
    assert "rules/smoke" not in page.get("/reviews").text
    decided = page.post("/api/decide", json={"case": {"smoke": "yes"}}).json()
    assert decided["rests on"]["reviewed"] == 1


def test_a_row_of_a_table_is_signed_by_itself(lamps: Path) -> None:
    (lamps / "tables").mkdir()
    table = "row,smoke,=>,danger,because,source\nsome,yes,=>,yes,So.,LAMPS: a\nmore,yes,=>,yes,So.,LAMPS: b\n"
    (lamps / "tables/steps.csv").write_text(table, encoding="utf-8")
    page = TestClient(make_app(Served(lamps), may_save=True))
    digest = digest_on(page, "tables/steps.some")
    assert page.post("/reviews/tables/steps.some", data={**SIGNED, "digest": digest}).status_code == 200
    assert (state(lamps, "steps.some"), state(lamps, "steps.more")) == ("approved", "not reviewed")


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(page: TestClient, lamps: Path) -> None:
    typed = {"verdict": "rejected", "who": "7", "role": "physiotherapist <b>", "review again by": "soon"}
    answer = page.post("/reviews/rules/smoke", data={**typed, "digest": digest_on(page, "rules/smoke")})
    assert answer.status_code == 422
    assert "without a note" in answer.text
    assert "is not a day; expected one such as" in answer.text
    assert 'value="physiotherapist &lt;b&gt;"' in answer.text
    assert re.search(r'value="rejected" checked', answer.text)
    assert not (lamps / "reviews").exists()


def test_nothing_is_signed_that_changed_since_it_was_read(page: TestClient, lamps: Path) -> None:
    digest = digest_on(page, "rules/smoke")
    edit(lamps / "rules/recognise/smoke.yaml", "Made up to try", "Invented to try")
    for sent in ({**SIGNED, "digest": digest}, SIGNED):
        answer = page.post("/reviews/rules/smoke", data=sent)
        assert answer.status_code == 422
        assert "It has changed since you opened it" in answer.text
    assert not (lamps / "reviews").exists()


def test_without_author_a_sheet_is_shown_and_nothing_recorded(lamps: Path) -> None:
    page = TestClient(make_app(Served(lamps)))
    text = page.get("/reviews/rules/smoke").text
    assert "--author" in text
    assert "<form" not in text
    assert page.post("/reviews/rules/smoke", data={**SIGNED, "digest": "0" * 16}).status_code == 403
    assert not (lamps / "reviews").exists()


def test_another_page_cannot_sign(lamps: Path) -> None:
    guarded = Guard(make_app(Served(lamps), may_save=True), ("testserver",), "")
    page = TestClient(guarded)
    data = {**SIGNED, "digest": digest_on(page, "rules/smoke")}
    answer = page.post("/reviews/rules/smoke", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not (lamps / "reviews").exists()


@pytest.mark.parametrize("what", ["rules/nothing", "rule/smoke", "tables/steps.some", "rules/..%2fsmoke"])
def test_what_is_not_there_is_not_found(page: TestClient, what: str) -> None:
    assert page.get(f"/reviews/{what}").status_code == 404
