"""The page in Chromium, at a desk and on a telephone: entered by mouse, by keyboard and without script.

Skipped where there is no Chromium. `make test-browser` enters every saved case.
"""

import time
from collections.abc import Iterator
from random import Random

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from engine import case_from, render
from engine.case import Case
from engine.chain import Chain
from engine.explain import CompiledRulebook
from engine.interfaces.web.app import make_app
from engine.interfaces.web.form import slug
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.served import Served
from engine.rulebook import Rulebook
from tests.chromium import DESK, IN_CHROMIUM, TELEPHONE, before_the_script, opened, serving
from tests.conftest import ROOT

pytestmark = IN_CHROMIUM
FEW = (
    "disc_centralises_on_extension",
    "facet_by_three_of_five",
    "saddle_numb_and_bladder_slow",
    "sciatica_not_yet_tested",
    "followup_did_too_much",
)
ALARM = {"leg weakness": "new"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server with the bundled knowledge base."""
    with serving(Guard(make_app(Served(ROOT / "knowledge")))) as found:
        yield found


def answer(page: Page, name: str, value: object) -> None:
    """Click an answer."""
    page.locator(f'#q-{slug(name)} input[value="{value}"]').click()


def enter(page: Page, facts: "dict[str, str | int]") -> None:
    """Give each answer by mouse; questions that do not apply yet appear as those before them are answered."""
    page.locator("#others").check()
    for name, value in facts.items():
        row = page.locator(f"#q-{slug(name)}")
        if row.locator("input[type=number]").count():
            row.locator("input[type=number]").fill(str(value))
            row.locator("input[type=number]").blur()
        else:
            answer(page, name, value)


def settle(page: Page) -> None:
    """Wait until nothing is on its way."""
    page.wait_for_selector("#case[data-busy=false]", state="attached")


def wanted(rulebook: Rulebook, case: Case) -> list[str]:
    """The words of `lumbar decide` for a case."""
    compiled, decision = CompiledRulebook(rulebook), Chain(rulebook).decide(case)
    lines = [*render.alarm_lines(compiled, decision)]
    lines += [line for part in render.parts(compiled, decision) for line in part.lines]
    return [" ".join(line.text.split()) for line in lines]


def shown(page: Page) -> str:
    """The words of the strip and the panel."""
    return " ".join(f"{page.inner_text('#strip')} {page.inner_text('#panel')}".split())


def check_case(browser: Browser, address: str, rulebook: Rulebook, name: str, size: tuple[int, int]) -> None:
    """Enter a saved case, and compare."""
    case = rulebook.cases[name]
    with opened(browser, address, size) as page:
        enter(page, dict(case.facts))
        settle(page)
        words = shown(page)
        for line in wanted(rulebook, case):
            assert line in words


@pytest.mark.parametrize(("name", "size"), [*zip(FEW, (DESK, TELEPHONE) * 3, strict=False)])
def test_a_saved_case_entered_by_mouse(
    browser: Browser, address: str, bundled: Rulebook, name: str, size: tuple[int, int]
) -> None:
    check_case(browser, address, bundled, name, size)


@pytest.mark.slow
def test_every_saved_case_entered_by_mouse(browser: Browser, address: str, bundled: Rulebook) -> None:
    for name in bundled.cases:
        check_case(browser, address, bundled, name, DESK)
    for name in FEW:
        check_case(browser, address, bundled, name, TELEPHONE)


def test_none_of_these_answers_a_group_until_it_is_taken_back(
    browser: Browser, address: str, bundled: Rulebook
) -> None:
    [illness] = [group for group in bundled.groups if group == "illness"]
    with opened(browser, address) as page:
        box = page.locator(f'.none input[value="{illness}"]')
        fever = page.locator("#q-fever")
        box.check()
        settle(page)
        assert fever.get_attribute("data-s") == "by none"
        case = case_from(bundled, {"none of these": [illness]})
        for line in wanted(bundled, case):
            assert line in shown(page)
        answer(page, "fever", "yes")
        settle(page)
        assert fever.get_attribute("data-s") == "answered"
        answer(page, "fever", "")
        settle(page)
        assert fever.get_attribute("data-s") == "by none"
        box.uncheck()
        settle(page)
        assert fever.get_attribute("data-s") == "open"


def test_by_keyboard_alone_and_the_focus_stays(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        for _ in range(60):
            if page.evaluate("document.activeElement.name") == "leg weakness":
                break
            page.keyboard.press("Tab")
        for _ in range(10):
            if page.evaluate("document.activeElement.value") == "new":
                break
            page.keyboard.press("ArrowRight")
        settle(page)
        assert page.evaluate("document.activeElement.value") == "new"
        assert "SAME DAY at least" in page.inner_text("#strip")
        page.get_by_role("button", name="Why urgency?").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#panel .reasons")
        assert page.evaluate("document.activeElement.id") == "heading"
        assert "SAME DAY at least" in page.inner_text("#strip")


def test_without_script(browser: Browser, address: str) -> None:
    with opened(browser, address, script=False) as page:
        answer(page, "leg weakness", "new")
        page.get_by_role("button", name="Update the recommendation").click()
        assert "SAME DAY at least" in page.inner_text("#strip")
        page.get_by_role("button", name="Why urgency?").click()
        assert "leg weakness: new" in page.inner_text("#panel")
        page.get_by_role("button", name="Back to the recommendation").click()
        assert "No exercise" in page.inner_text("#panel")
        assert page.locator("#q-leg-weakness input:checked").get_attribute("value") == "new"


def test_a_reply_that_is_not_the_newest_is_dropped(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        late = [True]

        def slowly(route: Route) -> None:
            if late.pop() if late else False:
                time.sleep(0.8)
            route.continue_()

        page.route("**/decide", slowly)
        answer(page, "leg weakness", "severe")
        answer(page, "leg weakness", "none")
        settle(page)
        page.wait_for_timeout(1000)
        assert "leg weakness" not in page.inner_text("#strip")


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_whatever_the_order_and_delay_of_replies_the_last_answers_count(
    browser: Browser, address: str, bundled: Rulebook, seed: int
) -> None:
    draw = Random(seed)
    asked = [term for term in bundled.findings if term.domain.values and not term.asked_if]
    last: dict[str, str | int] = {}
    with opened(browser, address) as page:

        def late(route: Route) -> None:
            time.sleep(draw.random() / 4)
            route.continue_()

        page.route("**/decide", late)
        for _ in range(12):
            term = draw.choice(asked[:8])
            last[term.name] = draw.choice(term.domain.values)
            answer(page, term.name, last[term.name])
        settle(page)
        words = shown(page)
        for line in wanted(bundled, case_from(bundled, last)):
            assert line in words


def test_a_server_that_is_gone_leaves_no_recommendation_and_the_alarm(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    enter(page, dict(ALARM))
    settle(page)
    assert "No exercise" in page.inner_text("#panel")
    page.route("**/decide", lambda route: route.abort())
    answer(page, "saddle numbness", "no")
    page.get_by_text("No recommendation.").wait_for()
    assert page.inner_text("#panel").strip() == ""
    assert "SAME DAY" in page.inner_text("#strip")
    page.unroute("**/decide")
    page.locator("#panel").get_by_text("No exercise until").wait_for()
    assert page.inner_text("#status") == ""
    context.close()


def test_what_is_answered_before_the_script_is_there_is_decided(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        with before_the_script(page, "lumbar"):  # Chromium draws nothing yet, so that nothing can be clicked
            page.locator("#q-saddle-numbness input[value=yes]").evaluate("one => { one.checked = true; }")
        page.locator("#strip").get_by_text("EMERGENCY").wait_for()
        settle(page)


def test_two_tabs_have_two_patients(browser: Browser, address: str) -> None:
    with opened(browser, address) as one, opened(browser, address) as other:
        enter(one, dict(ALARM))
        enter(other, {"leg weakness": "none"})
        settle(one)
        settle(other)
        assert "SAME DAY" in one.inner_text("#strip")
        assert "SAME DAY" not in other.inner_text("#strip")


@pytest.mark.parametrize("size", [DESK, TELEPHONE], ids=["desk", "telephone"])
def test_an_alarm_is_in_sight_wherever_the_page_is_scrolled(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    with opened(browser, address, size) as page:
        enter(page, dict(ALARM))
        settle(page)
        page.get_by_role("button", name="Why urgency?").click()
        page.wait_for_selector("#panel .reasons")
        height = page.evaluate("document.documentElement.scrollHeight")
        for part in range(11):
            page.evaluate(f"window.scrollTo({{top: {height * part // 10}, behavior: 'instant'}})")
            box = page.locator("#strip").bounding_box()
            assert box is not None
            assert -1 <= box["y"] <= size[1] - 40, f"at {part} tenths"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    found = [*_faults(page, address)]
    enter(page, dict(ALARM))
    settle(page)
    found += _axe(page)
    for name in ("Why urgency?", "Why not…", "For and against", "Picture"):
        page.get_by_role("button", name=name, exact=True).first.click()
        settle(page)
        found += _axe(page)
    for path in ("/rules?q=stenosis", "/rules/urgency", "/map"):
        found += _faults(page, f"{address}{path}")
    context.close()
    assert found == []


def _faults(page: Page, url: str) -> list[str]:
    page.goto(url)
    return _axe(page)


def _axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


# Text spacing that a reader may set (WCAG 2.2, 1.4.12), and letters as wide as those of another machine.
WIDE = "* { letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5 !important; }"
COVERED = """() => [...document.querySelectorAll(".question input, .question summary, .none input")]
    .filter(one => one.offsetParent)
    .map(one => {
        one.scrollIntoView({block: "center", behavior: "instant"});
        const box = one.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return one === top || one.contains(top) ? "" : `${one.name || one.ariaLabel} is under ${top?.outerHTML}`;
    })
    .filter(Boolean)"""


@pytest.mark.parametrize("spacing", ["", WIDE], ids=["plain", "wide"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_lies_over_an_answer(browser: Browser, address: str, width: int, spacing: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    page.locator("#others").check()
    page.add_style_tag(content=spacing or "* {}")
    assert page.evaluate(COVERED) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


@pytest.mark.parametrize("path", ["/", "/rules", "/rules/urgency", "/map"])
def test_a_narrow_window_needs_no_scrolling_sideways(browser: Browser, address: str, path: str) -> None:
    with opened(browser, address, (320, 640), path=path) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_print_has_the_advice_and_its_alarm(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        enter(page, dict(ALARM))
        settle(page)
        page.emulate_media(media="print", forced_colors="active")
        assert page.locator("#strip").is_visible()
        assert page.get_by_text("No exercise until a clinician has seen to this.").first.is_visible()
        assert not page.locator("#questions").is_visible()


def test_a_page_that_is_opened_again_shows_no_old_recommendation(browser: Browser, address: str) -> None:
    with opened(browser, address) as page:
        enter(page, dict(ALARM))
        settle(page)
        page.goto(f"{address}/rules")
        page.go_back()
        page.wait_for_timeout(500)
        chosen = page.locator("#q-leg-weakness input:checked").get_attribute("value")
        assert ("SAME DAY" in page.inner_text("#strip")) == (chosen == "new")
        page.reload()
        chosen = page.locator("#q-leg-weakness input:checked").get_attribute("value")
        assert ("SAME DAY" in page.inner_text("#strip")) == (chosen == "new")


def test_the_picture_of_the_docs(browser: Browser, address: str, approve: bool) -> None:
    picture = ROOT / "docs" / "static" / "decide.png"
    with opened(browser, address, (1280, 800)) as page:
        enter(page, {"leaning back": "worse", **ALARM})
        page.locator("#others").uncheck()
        settle(page)
        page.evaluate("window.scrollTo(0, 0)")
        drawn = page.screenshot()
    if approve:
        picture.write_bytes(drawn)
    assert picture.read_bytes()[:8] == drawn[:8]


@pytest.mark.parametrize("size", [DESK, TELEPHONE], ids=["desk", "telephone"])
def test_nothing_lies_over_what_saves_the_case_or_asks_the_next_question(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    with opened(browser, address, size) as page:
        enter(page, dict(ALARM))
        settle(page)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save case (YAML)").click()
        assert saved.value.suggested_filename.endswith(".yaml")
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
        page.get_by_role("link", name="Next question").click(timeout=5000)
        assert page.evaluate("document.activeElement.closest('.question') !== null")
