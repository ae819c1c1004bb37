"""Rules written in Chromium: words on the way, edge patients that are not right, rows of tables, line after line.

Skipped where there is no Chromium.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.chromium import DESK, IN_CHROMIUM, TELEPHONE, opened
from tests.rule_form import PATIENCE, House, fill_line, fill_reason, part, settle, try_and_save

pytestmark = IN_CHROMIUM


@pytest.mark.parametrize("size", [DESK, TELEPHONE], ids=["desk", "telephone"])
def test_a_finding_and_a_value_on_the_way(browser: Browser, house: House, size: tuple[int, int]) -> None:
    with opened(browser, house.address, size, path="/rules/new") as page:
        fill_reason(page, "soot at the flue", "Where there is soot, take a torch along.")
        fill_line(page, "if", "soot", "yes")
        settle(page)
        page.locator("#e-if-0").get_by_role("button", name="Make “soot” a new finding").click()
        page.wait_for_selector(".word")
        assert page.evaluate("document.activeElement.name") == "word-ask"
        page.locator("input[name=word-ask]").fill("Is there soot around the flue?")
        page.locator("input[name=word-help]").fill("Black dust.")
        fill_line(page, "then", "tools", "torch")
        settle(page)
        assert page.inner_text("#e-if-0") == ""
        assert page.inner_text("#e-word-0") == ""
        page.locator("#e-then-0").get_by_role("button", name="Make “torch” a new value of tools").click()
        page.wait_for_selector(".word >> nth=1")
        settle(page)
        assert "If soot is answered yes, then tools is torch." in page.inner_text("#reads")
        assert Axe().run(page).response["violations"] == []
        try_and_save(page, house, "soot_at_the_flue")
    text = (house.folder / "terms" / "house.yaml").read_text(encoding="utf-8")
    assert "bucket, torch]" in text
    assert "  soot:\n    kind: yes/no\n    ask: Is there soot around the flue?\n" in text


@pytest.mark.parametrize("size", [DESK, TELEPHONE], ids=["desk", "telephone"])
def test_a_row_of_a_table(browser: Browser, house: House, size: tuple[int, int]) -> None:
    with opened(browser, house.address, size, path="/rules/valves.valve") as page:
        page.get_by_role("link", name="Change this rule").click()
        page.get_by_label("because").fill("The manual says so.")
        assert Axe().run(page).response["violations"] == []
        page.get_by_role("button", name="Try it on everything").click()
        page.locator("#end").get_by_role("button", name="Save").click(timeout=PATIENCE)
        page.get_by_role("link", name="Show the rule").click()
        assert "The manual says so." in page.inner_text("main")


def test_a_patient_who_is_not_right_leads_to_the_line(browser: Browser, house: House) -> None:
    with opened(browser, house.address, path="/rules/new") as page:
        fill_line(page, "if", "pressure", "8 or more")
        fill_line(page, "then", "tools", "hose")
        settle(page)
        row = page.locator("#edges li", has_text="pressure 7")
        row.get_by_label("not right").check()
        settle(page)
        row.get_by_role("link", name="pressure: 8 or more").click()
        assert page.evaluate("document.activeElement.id") == "i-if-0"
        assert Axe().run(page).response["violations"] == []
        row.get_by_role("button", name="Make it “pressure: 7 or more”").click()
        settle(page)
        assert part(page, "if").locator("input[name=phrase]").first.input_value() == "7 or more"


def test_an_empty_line_follows_the_last_one_that_is_filled(browser: Browser, house: House) -> None:
    with opened(browser, house.address, path="/rules/new") as page:
        fill_line(page, "if", "pressure", "8 or more")
        fill_line(page, "if", "water", "dripps")
        fill_line(page, "if", "boiler", "runs")
        fill_line(page, "then", "tools", "hose")
        fill_line(page, "source", "BOOK", "page 3")
        fill_line(page, "source", "HOUSE", "heard")
        settle(page)
        assert "did you mean 'drips'?" in page.inner_text("#e-if-1")
        assert page.inner_text("#e-if-2") == ""
        assert part(page, "if").locator("input[name=term]").count() == 4
        text = page.locator("#card-text").input_value()
        assert "  - pressure: 8 or more\n  - boiler: runs\nthen:" in text
        assert "  - BOOK: page 3\n  - HOUSE: heard\n" in text
        part(page, "if").get_by_role("button", name="+ group of which some must hold").click()
        page.wait_for_selector(".group-of")
        lines = page.locator(".group-of .line")
        for number, value in enumerate(("silent", "knocks", "gurgles")):
            lines.nth(number).locator("input").nth(0).fill("noise")
            lines.nth(number).locator("input").nth(1).fill(value)
        assert lines.count() == 4
        settle(page)
        assert "      - noise: gurgles\n" in page.locator("#card-text").input_value()
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
        assert len(ids) == len(set(ids))
        assert Axe().run(page).response["violations"] == []
