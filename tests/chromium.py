"""Chromium, as Debian has it, and a server for it; skipped where there is none."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Route, sync_playwright

from engine.interfaces.web.guard import Guard

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IN_CHROMIUM = [
    pytest.mark.web,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]
DESK, TELEPHONE = (1280, 900), (390, 844)


@contextmanager
def serving(app: Guard) -> Iterator[str]:
    """The address at which an application answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield found
        found.close()


class Watched:
    """A page whose requests, complaints and broken policies are counted."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.wrong = page, list[str]()
        page.on("console", lambda message: self.wrong.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self._asked(request.url, address))

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:")):
            self.wrong.append(f"a request to {url}")


@contextmanager
def opened(
    browser: Browser, address: str, size: tuple[int, int] = DESK, script: bool = True, path: str = "/"
) -> Iterator[Page]:
    """The page of a new case; nothing may be wrong with it once it is closed."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=script)
    page = context.new_page()
    page.set_default_timeout(15_000)
    watched = Watched(page, address)
    page.goto(address + path)
    yield page
    context.close()
    assert watched.wrong == []


@contextmanager
def before_the_script(page: Page, script: str) -> Iterator[None]:
    """The page opened again, whose script comes late: only after what is done meanwhile."""
    held = list[Route]()
    page.route(f"**/static/{script}*", lambda route: held.append(route))  # playwright takes no built-in function
    page.reload(wait_until="commit")
    yield
    while not held:
        page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    page.unroute(f"**/static/{script}*")
