"""Rules written in Chromium: from a patient, from nothing and from a rule, by mouse and by keyboard, until they answer.

Skipped where there is no Chromium.
"""

import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.chromium import DESK, IN_CHROMIUM, TELEPHONE, before_the_script, opened
from tests.conftest import ROOT
from tests.rule_form import PATIENCE, House, fill_line, fill_reason, part, served, settle, try_and_save

pytestmark = IN_CHROMIUM


def dripping(page: Page, house: House) -> str:
    """The recommendation for a boiler that drips, as the page of a case shows it."""
    page.goto(house.address)
    page.locator('#q-water input[value="drips"]').click()
    page.wait_for_selector("#case[data-busy=false]", state="attached")
    return page.inner_text("#panel")


@pytest.mark.parametrize("size", [DESK, TELEPHONE], ids=["desk", "telephone"])
def test_a_rule_from_nothing(browser: Browser, house: House, size: tuple[int, int]) -> None:
    with opened(browser, house.address, size, path="/rules/new") as page:
        fill_reason(page, "water drips", "Where water drips, take a bucket along.")
        fill_line(page, "if", "water", "drisp")
        settle(page)
        assert "did you mean 'drips'?" in page.inner_text("#e-if-0")
        part(page, "if").locator("input[name=phrase]").first.fill("drips")
        fill_line(page, "then", "tools", "bucket")
        settle(page)
        assert page.inner_text("#e-if-0") == ""
        assert "If water is drips, then tools is bucket." in page.inner_text("#reads")
        assert "would change" in page.inner_text("#does")
        assert "- water: drips" in page.locator("#card-text").input_value()
        try_and_save(page, house, "water_drips")
        assert "bucket" in dripping(page, house)


def test_a_rule_from_a_patient(browser: Browser, house: House) -> None:
    with opened(browser, house.address) as page:
        page.locator('#q-water input[value="drips"]').click()
        page.locator('#q-boiler input[value="runs"]').click()
        page.wait_for_selector("#case[data-busy=false]", state="attached")
        page.get_by_role("button", name="This should be different for this patient").click()
        page.locator("#about").select_option("tools")
        page.get_by_role("button", name="Show", exact=True).click()
        page.get_by_label("bucket").check()
        page.get_by_role("button", name="Write a rule for it").click()
        assert "Wanted: bucket." in page.inner_text(".goal")
        page.get_by_role("button", name="+ water: drips").click()
        settle(page)
        fill_reason(page, "water drips", "Where water drips, take a bucket along.")
        page.locator("#patient-name").fill("Dripping kitchen")
        settle(page)
        try_and_save(page, house, "water_drips")
        assert "bucket" in dripping(page, house)
        saved = (house.folder / "cases" / "dripping_kitchen.yaml").read_text(encoding="utf-8")
        assert "    - bucket\n" in saved.partition("expected tools:")[2]


def test_a_rule_from_a_rule_in_fields_and_as_text(browser: Browser, house: House) -> None:
    with opened(browser, house.address, path="/rules/fill_up") as page:
        page.get_by_role("link", name="Change this rule").click()
        page.locator("#f-says").fill("Where the pressure is low, fill it up.")
        settle(page)
        text = page.locator("#card-text")
        assert "says: Where the pressure is low, fill it up." in text.input_value()
        text.fill(text.input_value().replace("It is in the manual.", "It is in the manual of the boiler."))
        settle(page)
        assert page.locator("#f-because").input_value() == "It is in the manual of the boiler."
        text.fill(text.input_value().replace("tools: hose", "tools: hsoe"))
        settle(page)
        assert "did you mean 'hose'?" in page.inner_text("#card-problems")
        text.fill(text.input_value().replace("tools: hsoe", "tools: hose"))
        settle(page)
        try_and_save(page, house, "fill_up")
        assert "manual of the boiler" in (house.folder / "rules" / "do" / "fill_up.yaml").read_text(encoding="utf-8")


def press_to(page: Page, what: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || document.activeElement.id || ''") == what:
            return
    raise AssertionError(what)


def test_by_keyboard_alone(browser: Browser, house: House) -> None:
    with opened(browser, house.address, path="/rules/new") as page:
        keys = page.keyboard
        press_to(page, ".stage")
        keys.type("do")
        press_to(page, ".name")
        keys.type("water drips")
        press_to(page, "says")
        keys.type("Where water drips, take a bucket along.")
        press_to(page, "term")
        keys.type("water")
        keys.press("Enter")
        keys.type("drips")
        settle(page)
        for _ in range(3):  # past the empty line that followed, and that of `unless`
            press_to(page, "term")
        keys.type("tools")
        keys.press("Enter")
        keys.type("bucket")
        press_to(page, "because")
        keys.type("It makes a puddle.")
        press_to(page, "key")
        keys.type("BOOK")
        keys.press("Enter")
        keys.type("page 30")
        settle(page)
        for _ in range(40):
            keys.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Try it on everything":
                break
        keys.press("Enter")
        page.locator("#end").get_by_role("button", name="Save").wait_for(timeout=PATIENCE)
        for _ in range(40):
            keys.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Save":
                break
        keys.press("Enter")
        page.get_by_role("link", name="Show the rule").wait_for()
        assert (house.folder / "rules" / "do" / "water_drips.yaml").is_file()


def test_without_script(browser: Browser, house: House) -> None:
    with opened(browser, house.address, script=False, path="/rules/new") as page:
        page.locator("select[name='.stage']").select_option("do")
        page.locator("input[name='.name']").fill("water drips")
        page.locator("#f-says").fill("Where water drips, take a bucket along.")
        fill_line(page, "if", "water", "drips")
        fill_line(page, "then", "tools", "bucket")
        page.locator("#f-because").fill("It makes a puddle.")
        fill_line(page, "source", "BOOK", "page 30")
        page.get_by_role("button", name="Look at it").click()
        assert "If water is drips, then tools is bucket." in page.inner_text("#reads")
        page.get_by_role("button", name="Try it on everything").click()
        page.locator("#end").get_by_role("button", name="Save").click(timeout=PATIENCE)
        page.get_by_role("link", name="Show the rule").wait_for()


def test_two_tabs_with_the_same_rule(browser: Browser, house: House) -> None:
    context = browser.new_context()
    one, other = context.new_page(), context.new_page()
    for page in (one, other):
        page.goto(f"{house.address}/rules/edit/fill_up")
    one.locator("#f-says").fill("One says this.")
    settle(one)
    try_and_save(one, house, "fill_up")
    other.locator("#f-says").fill("The other says that.")
    settle(other)
    other.get_by_role("button", name="Try it on everything").click()
    other.get_by_role("heading", name="Somebody else changed fill_up meanwhile").wait_for()
    assert "One says this." in other.inner_text(".two")
    other.get_by_role("button", name="Continue with mine").click()
    assert "The other says that." in other.locator("#card-text").input_value()
    try_and_save(other, house, "fill_up")
    assert "The other says that." in (house.folder / "rules" / "do" / "fill_up.yaml").read_text(encoding="utf-8")
    context.close()


def test_what_tries_rules_is_stopped_while_it_tries(browser: Browser, house: House) -> None:
    with opened(browser, house.address, path="/rules/edit/fill_up") as page:
        page.locator("#f-says").fill("Where the pressure is low, fill it up.")
        settle(page)
        process = house.trials._process
        assert process is not None
        process.kill()
        process.wait()
        page.get_by_role("button", name="Try it on everything").click()
        page.locator("#end").get_by_role("button", name="Save").wait_for(timeout=PATIENCE)


def test_a_server_that_is_gone_leaves_what_is_typed_and_no_old_effect(browser: Browser, house: House) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{house.address}/rules/new")
    fill_line(page, "if", "water", "drips")
    fill_line(page, "then", "tools", "bucket")
    settle(page)
    assert "would change" in page.inner_text("#does")
    page.route("**/rules/look", lambda route: route.abort())
    page.locator("#f-says").fill("A bucket.")
    page.get_by_text("What the rule does is not shown").wait_for()
    assert "would change" not in page.inner_text("#does")
    page.unroute("**/rules/look")
    page.locator("#does").get_by_text("would change").wait_for()
    assert page.locator("#f-says").input_value() == "A bucket."
    context.close()


def test_what_is_typed_before_the_script_is_there_is_looked_at(browser: Browser, house: House) -> None:
    with opened(browser, house.address, path="/rules/edit/fill_up") as page:
        with before_the_script(page, "author"):
            page.locator("#f-says").fill("Where the pressure is low, fill it up.")
        settle(page)
        assert "says: Where the pressure is low, fill it up." in page.locator("#card-text").input_value()


def test_an_unfinished_rule_is_offered_again(browser: Browser, house: House) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{house.address}/rules/new")
    page.locator("#f-says").fill("A bucket.")
    settle(page)
    page.goto(f"{house.address}/rules/new")
    page.get_by_role("button", name="Continue it").click()
    settle(page)
    assert page.locator("#f-says").input_value() == "A bucket."
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, house: House, scheme: str) -> None:
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    found = []
    for path in ("/rules/new", "/rules/edit/fill_up", "/rules/retire/fill_up", "/rules/rename/fill_up"):
        page.goto(f"{house.address}{path}")
        found += _axe(page)
    page.goto(f"{house.address}/rules/new")
    fill_line(page, "if", "water", "drisp")
    part(page, "if").get_by_role("button", name="group").click()
    settle(page)
    found += _axe(page)
    page.goto(f"{house.address}/rules/edit/fill_up")
    page.get_by_role("button", name="Try it on everything").click()
    page.locator("#end > *").first.wait_for(timeout=PATIENCE)
    found += _axe(page)
    context.close()
    assert found == []


def _axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize("path", ["/rules/new", "/rules/edit/fill_up", "/rules/rename/fill_up"])
def test_a_narrow_window_needs_no_scrolling_sideways(browser: Browser, house: House, path: str) -> None:
    with opened(browser, house.address, (320, 640), path=path) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_picture_of_the_docs(browser: Browser, tmp_path: Path, approve: bool) -> None:
    picture = ROOT / "docs" / "static" / "write.png"
    for house in served(Path(shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge"))):
        with opened(browser, house.address, (1280, 900), path="/rules/new") as page:
            page.locator("select[name='.stage']").select_option("recognise")
            page.locator("input[name='.name']").fill("long morning stiffness")
            page.locator("#f-says").fill("An hour or more of morning stiffness is reason for a routine review.")
            fill_line(page, "if", "morning stiffness", "60 or more")
            settle(page)
            page.get_by_role("button", name="Add these lines").click()
            settle(page)
            fill_line(page, "then", "urgency", "routine review")
            settle(page)
            page.evaluate("window.scrollTo(0, 0)")
            drawn = page.screenshot()
        if approve:
            picture.write_bytes(drawn)
        assert picture.read_bytes()[:8] == drawn[:8]
