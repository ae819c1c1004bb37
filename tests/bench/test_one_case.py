"""One case: what a decision costs, how that grows with the rules, what starting costs, and that memory stays flat."""

import gc
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import explain, semantics
from engine.case import Case
from engine.chain import Chain
from engine.loader import load, load_files
from engine.loader.files import read_folder
from engine.rulebook import Rulebook
from tests.bench.growth import times
from tests.conftest import ROOT

pytestmark = pytest.mark.bench


def milliseconds(work: Callable[[], object], runs: int = 7) -> float:
    """The median CPU time of a call."""
    found = []
    for _ in range(runs):
        start = time.process_time()
        work()
        found.append((time.process_time() - start) * 1000)
    return statistics.median(found)


def each(decide: Callable[[Case], object], cases: list[Case]) -> float:
    """The CPU time of one case, over all of them."""
    decide(cases[0])
    return milliseconds(lambda: [decide(case) for case in cases], 3) / len(cases)


def test_a_decision_and_its_growth_with_the_rules(bundled: Rulebook) -> None:
    saved = list(bundled.cases.values())[:40]
    print("\nrules   build ms   chain ms a case   truth ms a case   chain : truth")
    for count in (1, 4, 16):
        book = times(bundled, count)
        build = milliseconds(lambda book=book: Chain(book)._engine(), 3)  # type: ignore[misc]
        chain = Chain(book)
        fast = each(chain.decide, saved)
        plain = each(lambda case, book=book: semantics.decide(book, case), saved)  # type: ignore[misc]
        print(f"{len(book.rules):5}   {build:8.0f}   {fast:15.1f}   {plain:15.1f}   {fast / plain:13.2f}")


def test_where_the_time_of_a_reason_goes(bundled: Rulebook) -> None:
    saved = list(bundled.cases.values())[:40]
    decisions = [semantics.decide(bundled, case) for case in saved]
    first = bundled.recommendation.explain if bundled.recommendation else ""
    why = milliseconds(lambda: [explain.why(bundled, one, first) for one in decisions], 3) / len(saved)
    print(f"\nwhy, over the decision: {why:.1f} ms")


def test_loading() -> None:
    folder = ROOT / "knowledge"
    files = read_folder(folder)
    read, parse = milliseconds(lambda: read_folder(folder)), milliseconds(lambda: load_files(files), 3)
    kept = milliseconds(lambda: load(folder))
    print(f"\n{len(files)} files: read {read:.0f} ms, parsed {parse:.0f} ms; from the cache {kept:.0f} ms")


STEPS = {
    "python alone": "pass",
    "and click": "import click",
    "and experta": "import click, engine.chain",
    "and the other rooms": (
        "import cli, engine.chain, engine.loader, engine.render, engine.interfaces.files, ruamel.yaml"
    ),
}


def test_the_whole_process() -> None:
    case = str(next((ROOT / "knowledge" / "cases").glob("*.yaml")))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def process(*command: str) -> tuple[float, float]:
        cpu, wall = [], []
        for _ in range(15):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
            wall.append(time.perf_counter() - start)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return statistics.median(cpu[1:]), statistics.median(wall[1:])

    print("\nwhole process                    CPU s   wall s")
    for name, code in STEPS.items():
        cpu, wall = process(sys.executable, "-c", code)
        print(f"{name:30}   {cpu:.3f}   {wall:.3f}")
    cpu, wall = process(str(Path(sys.executable).parent / "lumbar"), "decide", case)
    print(f"{'lumbar decide':30}   {cpu:.3f}   {wall:.3f}")


def test_memory_of_many_cases_one_after_another(bundled: Rulebook) -> None:
    chain, saved = Chain(bundled), list(bundled.cases.values())
    count = int(os.environ.get("CASES", "10000"))
    print("\ncases      peak MiB   objects")
    for number in range(1, count + 1):
        chain.decide(saved[number % len(saved)])
        if number in (100, count // 10, count // 2, count):
            gc.collect()
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{number:6}   {peak:10.1f}   {len(gc.get_objects()):7}")
