"""The page about many cases in Chromium: its details begin within three screens, and nothing breaks the policy."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from engine.case import Case
from engine.interfaces.report import report
from engine.loader import load
from tests.chromium import IN_CHROMIUM
from tests.conftest import CLINIC, ROOT
from tests.outcomes import outcome
from tests.test_knowledge import patients

pytestmark = IN_CHROMIUM
REJECT = {"reason": "wrong value", "there": "'maybe' is not a value of 'saddle numbness'", "expected": "yes or no"}
SIZES = [(1280, 800), (390, 844)]


@pytest.mark.parametrize("size", SIZES, ids=["desk", "telephone"])
@pytest.mark.parametrize("knowledge", [ROOT / "knowledge", CLINIC], ids=["bundled", "clinic"])
def test_the_details_begin_within_three_screens(
    browser: Browser, tmp_path: Path, size: tuple[int, int], knowledge: Path
) -> None:
    people = patients(load(knowledge), 40, 3)
    cases = [Case(f"patient-of-the-clinic-{number}", facts) for number, facts in enumerate(people)]
    folder = outcome(tmp_path / "out", knowledge, [cases], rejects=[REJECT] * 30)
    (tmp_path / "page.html").write_text(report(folder), encoding="utf-8")
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.goto((tmp_path / "page.html").as_uri())
    assert page.locator("#details").bounding_box()["y"] < 3 * size[1]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.locator("h2").first.text_content() == "What needs a person"
    context.close()
    assert wrong == []
