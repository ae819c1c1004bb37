"""What the page costs: bytes of a first visit, and CPU time of each kind of request, through the whole application."""

import gzip
import os
import time
from collections.abc import Callable
from statistics import median

import psutil
import pytest
from starlette.testclient import TestClient

from engine.interfaces.web.app import make_app
from engine.interfaces.web.guard import Guard
from engine.interfaces.web.served import Served
from engine.interfaces.web.static import KINDS, content
from engine.rulebook import Rulebook
from tests.conftest import ROOT

pytestmark = pytest.mark.bench
PART = {"X-Part": "1"}


def milliseconds(work: Callable[[], object], times: int = 15) -> float:
    """The median CPU time of some work, in this process."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append((time.process_time() - start) * 1000)
    return median(found)


def test_the_page(bundled: Rulebook) -> None:
    start = time.process_time()
    client = TestClient(Guard(make_app(Served(ROOT / "knowledge")), ("testserver",)))
    home = client.get("/").content
    print(f"\nfrom nothing to the first page: {time.process_time() - start:.2f} s of CPU time")
    files = [gzip.compress(content(name), 6) for name in KINDS]
    whole = len(gzip.compress(home, 6)) + sum(map(len, files))
    print(f"a first visit: 3 requests, {whole / 1000:.1f} kB packed")
    case = bundled.cases["disc_centralises_on_extension"]
    facts = {name: str(value) for name, value in case.facts.items()}
    told = client.post("/decide", data=facts, headers=PART)
    print(f"the parts that an answer changes: {len(gzip.compress(told.content, 6)) / 1000:.1f} kB packed")
    asked = {
        "decide as JSON": lambda: client.post("/api/decide", json={"case": facts}),
        "an answer, with the parts that it changes": lambda: client.post("/decide", data=facts, headers=PART),
        "the next best question": lambda: client.post("/decide", data=facts, headers={"X-Part": "next"}),
        "why": lambda: client.post("/decide", data={**facts, ".panel": "why:exercise"}, headers=PART),
        "the whole page, without script": lambda: client.post("/decide", data=facts),
        "a new page": lambda: client.get("/"),
    }
    for name, work in asked.items():
        print(f"{name}: {milliseconds(work):.1f} ms")


def test_memory(bundled: Rulebook) -> None:
    client = TestClient(Guard(make_app(Served(ROOT / "knowledge")), ("testserver",)))
    cases = [{name: str(value) for name, value in case.facts.items()} for case in bundled.cases.values()]
    here = psutil.Process()
    for number in range(int(os.environ.get("DECISIONS", "2000")) + 1):
        if number % 1000 == 0:
            print(f"after {number:,} decisions: {here.memory_info().rss / 2**20:.0f} MiB")
        client.post("/decide", data=cases[number % len(cases)], headers=PART)
