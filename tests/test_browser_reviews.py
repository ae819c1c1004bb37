"""Reviewing in Chromium, with scripts and without, on a desk and on a telephone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from engine.checks.sample import SAMPLE
from engine.interfaces.web.app import make_app
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.served import Served
from engine.loader import load
from engine.reviewed import reviewed
from tests.chromium import DESK, IN_CHROMIUM, TELEPHONE, opened, serving

pytestmark = IN_CHROMIUM


@pytest.mark.parametrize("size", [DESK, TELEPHONE], ids=["desk", "telephone"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_rule_is_found_read_and_signed(browser: Browser, tmp_path: Path, size: tuple[int, int], script: bool) -> None:
    for name, text in SAMPLE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    with (
        serving(Guard(make_app(Served(tmp_path), may_save=True))) as address,
        opened(browser, address, size, script, "/reviews") as page,
    ):
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.click("ol.reviews a >> nth=0")
        assert page.inner_text("h1") == "Review smoke"
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.check("input[value=approved]")
        page.fill("#review-who", "Ann Example")
        page.fill("#review-role", "physiotherapist")
        page.click("text=Record it")
        assert "Recorded." in page.inner_text(".band")
    rulebook = load(tmp_path)
    assert reviewed(rulebook, rulebook.rules["smoke"]).state == "approved"
