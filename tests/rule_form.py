"""The page on which rules are written, filled in Chromium."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page

from engine.interfaces.web.app import make_app
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.served import Served
from engine.interfaces.web.trials import Trials
from tests.chromium import serving

PATIENCE = 60_000


@dataclass
class House:
    """A served copy of the knowledge about heating, from which rules can be saved."""

    folder: Path
    address: str
    trials: Trials


def served(folder: Path) -> Iterator[House]:
    """A server of a folder, until nobody needs it."""
    trials = Trials(folder)
    with serving(Guard(make_app(Served(folder), trials, may_save=True))) as address:
        yield House(folder, address, trials)
    trials.close()


def part(page: Page, name: str) -> Locator:
    """A part of the card in the form."""
    return page.locator(f"#fields .part:has(> input[name=in][value={name}])")


def settle(page: Page) -> None:
    """Wait until what is typed is answered."""
    page.wait_for_timeout(250)
    page.wait_for_selector("#rule[data-busy=false]", state="attached")


def fill_line(page: Page, name: str, first: str, second: str) -> None:
    """Fill the empty line of a part."""
    lines = part(page, name).locator(".line")
    row = lines.nth(lines.count() - 1)  # for good: another follows as soon as it is filled
    row.locator("input").nth(0).fill(first)
    row.locator("input").nth(1).fill(second)


def fill_reason(page: Page, name: str, says: str) -> None:
    """Fill what every card has."""
    page.locator("select[name='.stage']").select_option("do")
    page.locator("input[name='.name']").fill(name)
    page.locator("#f-says").fill(says)
    page.locator("#f-because").fill("It makes a puddle.")
    fill_line(page, "source", "BOOK", "page 30")
    settle(page)


def try_and_save(page: Page, house: House, rule: str) -> None:
    """Try a rule, and save it."""
    page.get_by_role("button", name="Try it on everything").click()
    page.locator("#end").get_by_role("button", name="Save").click(timeout=PATIENCE)
    page.get_by_role("link", name="Show the rule").click()
    assert page.locator("h1").inner_text() == rule
    assert (house.folder / "rules" / "do" / f"{rule}.yaml").is_file()
