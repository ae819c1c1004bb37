"""Many cases in Chromium: files in, columns, progress that survives a reload, stop and continue, a row opened.

Skipped where there is no Chromium. `make test-browser` also uploads 100 MB.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from engine.interfaces.lock import locked
from engine.interfaces.web.app import make_app
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.many.jobs import SLOT, Jobs
from engine.interfaces.web.served import Served
from tests.chromium import DESK, IN_CHROMIUM, TELEPHONE, opened, serving
from tests.conftest import ROOT

pytestmark = IN_CHROMIUM
PRAXIS = """\
PatNr;Alter;Geschlecht;Reithosentaubheit;Beinschwäche;Fieber;Bemerkung
1001;44;w;Nein;keine;Nein;Gärtnerin
1002;67;m;Ja;neu;Nein;
1003;51;w;Nein;k. A.;-99;fährt viel Auto
1004;vierzig;w;Nein;neu;Nein;
"""
PLAIN = "case,age,saddle numbness,leg weakness,fever\nann,44,no,none,no\nben,50,yes,none,no\nodd,x,yes,none,no\n"
PATIENCE = 120_000  # ms: a process begins, on a machine that may be busy
expect.set_options(timeout=PATIENCE)
SIZES = pytest.mark.parametrize("size", [DESK, TELEPHONE], ids=["desk", "telephone"])


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    """The jobs of a server."""
    found = Jobs(ROOT / "knowledge", tmp_path_factory.mktemp("server") / "jobs")
    yield found
    found.close()


@pytest.fixture(scope="module")
def address(jobs: Jobs) -> Iterator[str]:
    """A server with the bundled knowledge base."""
    with serving(Guard(make_app(Served(ROOT / "knowledge"), jobs=jobs))) as found:
        yield found


def send(page: Page, name: str, content: str) -> None:
    """Choose a file, and upload it."""
    page.set_input_files("#files", {"name": name, "mimeType": "text/csv", "buffer": content.encode()})
    page.get_by_role("button", name="Upload").click()
    page.wait_for_selector("#columns", timeout=PATIENCE)


def decide_plain(page: Page) -> None:
    """Decide a file whose columns are all known."""
    page.get_by_role("button", name="Decide without a mapping").click()


@SIZES
def test_from_a_file_of_a_practice_to_its_report(browser: Browser, address: str, size: tuple[int, int]) -> None:
    with opened(browser, address, size, path="/batch") as page:
        send(page, "praxis.csv", PRAXIS)
        page.reload()
        for column, finding in (
            ("Alter", "age"),
            ("Geschlecht", "sex"),
            ("Reithosentaubheit", "saddle numbness"),
            ("Beinschwäche", "leg weakness"),
        ):
            page.get_by_label(f"{column}: is the finding").first.fill(finding)
        page.get_by_role("button", name="Update").click()
        page.get_by_role("button", name="Accept all proposals").click()
        page.get_by_role("button", name="Leave out every column that is still open").click()
        page.get_by_label("sex: w (3)").first.select_option("female")
        page.get_by_label("sex: m (1)").first.select_option("male")
        page.get_by_label("leg weakness: keine (1)").first.select_option("none")
        page.get_by_label("age: vierzig (1)").first.fill("reject the row")
        page.get_by_role("button", name="Decide with this mapping").click()
        page.wait_for_selector(".report", timeout=PATIENCE)
        expect(page.get_by_role("heading", name="urgency: emergency in 1 case")).to_be_visible()
        page.get_by_role("link", name="1002").first.click()
        expect(page.get_by_role("heading", name="Why urgency?")).to_be_visible()
        page.get_by_role("link", name="Back to the cases").click()
        expect(page.get_by_role("status")).to_have_text("1 to 3 of 3")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@SIZES
def test_a_run_survives_a_reload_and_is_stopped_and_continued(
    browser: Browser, address: str, jobs: Jobs, size: tuple[int, int]
) -> None:
    with opened(browser, address, size, path="/batch") as page:
        send(page, "clinic.csv", PLAIN)
        with locked(jobs.root / SLOT, jobs.root, "", ""):  # another run is decided
            decide_plain(page)
            expect(page.locator("#status")).to_have_text("Waiting for another run to end")
            page.reload()
            expect(page.locator("#status")).to_have_text("Waiting for another run to end")
            page.get_by_role("button", name="Stop").click()
            expect(page.get_by_role("status")).to_contain_text("Stopped. What is done is kept")
            page.get_by_role("button", name="Continue").click()
        page.wait_for_selector(".report", timeout=PATIENCE)
        page.get_by_role("link", name="Fix 1 rejected").click()
        page.get_by_label("age").fill("45")
        page.get_by_role("button", name="Fix and decide this one: odd").click()
        expect(page.locator("#strip")).to_contain_text("EMERGENCY")
        page.go_back()
        page.reload()
        expect(page.get_by_role("link", name="fixed: urgency: emergency")).to_be_visible()


def test_files_can_be_dropped(browser: Browser, address: str) -> None:
    with opened(browser, address, path="/batch") as page:
        held = page.evaluate_handle(
            "(text) => { const d = new DataTransfer(); d.items.add(new File([text], 'dropped.csv')); return d; }", PLAIN
        )
        page.dispatch_event("#drop", "drop", {"dataTransfer": held})
        page.get_by_role("button", name="Upload").click()
        expect(page.get_by_role("heading", name="dropped.csv")).to_be_visible()
        page.wait_for_selector("#columns", timeout=PATIENCE)


def test_without_script(browser: Browser, address: str) -> None:
    with opened(browser, address, script=False, path="/batch") as page:
        send(page, "clinic.csv", PLAIN)
        decide_plain(page)
        page.wait_for_selector(".report", timeout=PATIENCE)
        page.get_by_role("button", name="Delete everything of this run").click()
        page.wait_for_selector("#drop")


def visited(page: Page, address: str) -> Iterator[Page]:
    """Every page of a run."""
    yield page
    send(page, "praxis.csv", PRAXIS)
    yield page
    page.goto(f"{address}/batch")
    send(page, "clinic.csv", PLAIN)
    decide_plain(page)
    page.wait_for_selector(".report", timeout=PATIENCE)
    yield page
    at = page.url
    for path in ("cases", "rejects", "case?id=ben", "case?id=odd"):
        page.goto(f"{at}/{path}")
        yield page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/batch")
    found = []
    for one in visited(page, address):
        broken = Axe().run(one).response["violations"]
        found += [f"{one.url}: {fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in broken]
    context.close()
    assert found == []


def test_a_narrow_window_needs_no_scrolling_sideways(browser: Browser, address: str) -> None:
    with opened(browser, address, (320, 800), path="/batch") as page:
        for one in visited(page, address):
            assert one.evaluate("document.documentElement.scrollWidth") <= 320, one.url


@SIZES
def test_the_details_of_a_result_begin_within_three_screens(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    with opened(browser, address, size, path="/batch") as page:
        rows = [f"p{n},{40 + n},{'yes' if n % 3 else 'no'},{'new' if n % 2 else 'x'},no\n" for n in range(60)]
        send(page, "clinic.csv", PLAIN.partition("\n")[0] + "\n" + "".join(rows))
        decide_plain(page)
        page.wait_for_selector(".report", timeout=PATIENCE)
        box = page.locator("#details").bounding_box()
        assert box is not None
        assert box["y"] < 3 * size[1]


def test_the_picture_of_the_docs(browser: Browser, address: str, approve: bool) -> None:
    picture = ROOT / "docs" / "static" / "batch.png"
    with opened(browser, address, (1280, 800), path="/batch") as page:
        send(page, "clinic.csv", PLAIN)
        decide_plain(page)
        page.wait_for_selector(".report", timeout=PATIENCE)
        drawn = page.screenshot()
    if approve:
        picture.write_bytes(drawn)
    assert picture.read_bytes()[:8] == drawn[:8]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory as Linux tells it")
def test_a_hundred_megabytes_are_uploaded_stopped_and_continued(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    row = ",44,no,none,no,{}\n".format("x" * 80)
    with file.open("w") as out:
        out.write("case,age,saddle numbness,leg weakness,fever,remark\n")
        for number in range(1_000_000):
            out.write(f"p{number}{row}")
    assert file.stat().st_size > 100_000_000
    command = [sys.executable, "cli.py", "serve", "--port", "0", "--token", "t", "--jobs", str(tmp_path / "jobs")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[1].partition("?")[0].rstrip("/")
        try:
            with opened(browser, address, path="/batch?token=t") as page:
                page.set_default_timeout(300_000)
                page.goto(f"{address}/batch")
                before = memory(process.pid)
                page.set_input_files("#files", file)
                page.get_by_role("button", name="Upload").click()
                page.wait_for_selector("[data-events]", state="attached")
                assert memory(process.pid) - before < 32_000  # kB, of 100,000
                page.wait_for_selector("#columns", timeout=PATIENCE)
                decide_plain(page)
                expect(page.locator("#status")).to_contain_text(re.compile("[1-9][0-9,]* cases done"), timeout=300_000)
                page.reload()
                page.get_by_role("button", name="Stop").click()
                page.get_by_role("button", name="Continue").click()
                page.wait_for_selector(".report", timeout=PATIENCE)
                assert "1,000,000" in page.inner_text(".tiles")
        finally:
            process.terminate()
            process.wait(30)
    assert os.listdir(tmp_path / "jobs") != []  # noqa: PTH208 (kept, for 7 days)


def memory(process: int) -> int:
    """The most memory that a process ever had, in kB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0])
